//! The data sets that are part of the binary; `assets/data/README.md` names their authors and licences.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::copies::find_copies;
use super::idx::{join, part};
use super::split::stratified;
use super::table::read_table;
use super::{DataError, Dataset, Examples, Findings, Scaling, TextFinding, Texts, file};
use crate::recipe::{Builtin, ColumnRef, Pixels, TableSource};
use crate::rng::Key;
use crate::text::phrase;

/// Unpacks a data set.
pub(super) fn load(builtin: Builtin) -> Result<Dataset, DataError> {
    match builtin {
        Builtin::MnistMini => mnist_mini(builtin.name()),
        Builtin::Digits => digits(builtin.name()),
        Builtin::MovieSnippets => movie_snippets(builtin.name()),
    }
}

macro_rules! asset {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../assets/data/", $name)).as_slice())
    };
}

fn mnist_mini(name: &str) -> Result<Dataset, DataError> {
    let read = |(images_file, images): (&str, &'static [u8]), (labels_file, labels): (&str, &'static [u8])| {
        let open = |file: &str, bytes| file::unpack(bytes).map_err(|error| file::unreadable(Path::new(file), &error));
        let (mut images, mut labels) = (open(images_file, images)?, open(labels_file, labels)?);
        part(&mut images, Path::new(images_file), &mut labels, Path::new(labels_file))
    };
    let train = read(asset!("mnist-train4000-images.idx3.gz"), asset!("mnist-train4000-labels.idx1.gz"))?;
    let test = read(asset!("mnist-t10k1000-images.idx3.gz"), asset!("mnist-t10k1000-labels.idx1.gz"))?;
    let dataset = join(name.to_owned(), Path::new(name), train, Some((name.into(), test)))?;
    Ok(Dataset { findings: Findings::default(), ..dataset })
}

fn digits(name: &str) -> Result<Dataset, DataError> {
    let (file, bytes) = asset!("digits.csv.gz");
    let file = Path::new(file);
    let mut reader = file::unpack(bytes).map_err(|error| file::unreadable(file, &error))?;
    let text = file::read_up_to(&mut reader, file::MAX_TEXT, file)?;
    let source = TableSource {
        label: Some(ColumnRef::Position(-1)),
        header: Some(false),
        delimiter: Some(','),
        pixels: Some(Pixels::Shape { channels: 1, height: 8, width: 8 }),
        ..TableSource::new(file)
    };
    let dataset = read_table(name.to_owned(), &source, &text)?;
    Ok(Dataset { findings: Findings::default(), columns: None, ..dataset })
}

/// Rows of the validation part of the movie snippets, and as many of their test part.
const HELD: usize = 1007;
/// Snippets whose votes have a smaller mean, from −4 to 4, are neither good nor bad.
const CLEAR: f64 = 0.5;

/// A snippet with what people voted.
struct Snippet<'a> {
    text: &'a str,
    is_positive: bool,
    /// The share of people for whom it is positive.
    share: f32,
}

impl<'a> Snippet<'a> {
    /// Reads `id, critic, mean, votes, text`; nothing of a snippet that is neither good nor bad, or of what is no such line.
    fn of(line: &'a str) -> Option<Self> {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[_, _, mean, votes, text] = fields.as_slice() else { return None };
        let mean = mean.parse::<f64>().ok().filter(|mean| mean.abs() >= CLEAR)?;
        // How many voted −4, −3 … 4.
        let votes: Vec<u32> = votes.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
        let &[_, _, _, _, neither, ..] = votes.as_slice() else { return None };
        let (above, all) = (votes[5..].iter().sum::<u32>(), votes.iter().sum::<u32>());
        // One more vote, half for either side: nobody is certain.
        let share = (f64::from(above) + f64::from(neither) / 2.0 + 0.5) / (f64::from(all) + 1.0);
        Some(Self { text, is_positive: mean > 0.0, share: share as f32 })
    }
}

fn movie_snippets(name: &str) -> Result<Dataset, DataError> {
    let (file, bytes) = asset!("movie_snippets_votes.tsv.gz");
    let file = Path::new(file);
    let mut reader = file::unpack(bytes).map_err(|error| file::unreadable(file, &error))?;
    let bytes = file::read_up_to(&mut reader, file::MAX_TEXT, file)?;
    let wrong = |_| {
        let (problem, allowed) = (phrase!("kind-binary"), phrase!("text-allowed"));
        DataError::Format { file: file.to_owned(), problem, allowed }
    };
    let all = String::from_utf8(bytes).map_err(wrong)?;
    let snippets: Vec<Snippet<'_>> = all.lines().filter_map(Snippet::of).collect();

    let labels: Vec<u32> = snippets.iter().map(|snippet| u32::from(snippet.is_positive)).collect();
    let mut texts = Texts::new(false);
    for snippet in &snippets {
        texts.push(snippet.text, None);
    }
    let found = TextFinding::of(&texts);
    let votes = snippets.iter().flat_map(|snippet| [1.0 - snippet.share, snippet.share]).collect();
    let classes = vec!["negative".to_owned(), "positive".to_owned()];
    let whole = Dataset {
        votes: Some(Arc::new(votes)),
        ..Dataset::new(name.to_owned(), classes, Examples::Text(texts), labels)
    };
    // The parts are the same for everybody. A snippet that comes twice is learnt.
    let firsts = find_copies(&whole.examples).unwrap_or_default();
    let repeated: HashSet<u32> =
        firsts.iter().zip(0..).filter(|(first, row)| **first != *row).map(|of| *of.0).collect();
    let is_single = |row: &u32| firsts.get(*row as usize).is_none_or(|first| !repeated.contains(first));
    let rows: Vec<u32> = (0..whole.labels.len() as u32).collect();
    let key = Key::new(0).named(name);
    let mut open: Vec<u32> = rows.iter().copied().filter(is_single).collect();
    let test = stratified(&open, &whole.labels, key.named("test part"), HELD, 1);
    open.retain(|row| test.binary_search(row).is_err());
    let validation = stratified(&open, &whole.labels, key.named("validation part"), HELD, 1);
    let is_held = |row: &u32| test.binary_search(row).is_ok() || validation.binary_search(row).is_ok();
    let train: Vec<u32> = rows.into_iter().filter(|row| !is_held(row)).collect();
    let (validation_from, test_from) = (train.len(), train.len() + validation.len());
    let findings = Findings { holds: Some(found.phrase()), texts: Some(found), ..Findings::default() };
    Ok(Dataset {
        validation_from: Some(validation_from),
        test_from: Some(test_from),
        scaling: Scaling::None,
        findings,
        ..whole.only(&[train, validation, test].concat())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_become_the_share_of_people_for_whom_a_snippet_is_good() {
        // Of 15 people 8 are above 0, 4 at 0.
        let snippet = Snippet::of("4\t1\t1.467\t0,0,0,3,4,8,0,0,0\tA good place to start.").unwrap();
        assert!(snippet.is_positive && snippet.text == "A good place to start.");
        assert!((snippet.share - (8.0 + 2.0 + 0.5) / 16.0).abs() < 1e-7);
        for other in
            ["", "id\tcritic\tmean\tvotes\ttext", "4\t1\t0.467\t0,0,0,0,7,8,0,0,0\tneither", "4\t1\t1.467\t0,1\tx"]
        {
            assert!(Snippet::of(other).is_none(), "{other}");
        }
    }
}
