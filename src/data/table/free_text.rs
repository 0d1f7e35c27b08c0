//! Whether a table is one of texts, and which columns these are: the ones that a recipe names, or free text where nothing else can be
//! read.

use super::super::DataError;
use super::super::LabelReason;
use super::decide::{Decided, Fate};
use super::naming::{PAIR_NAMES, TEXT_NAMES, is_named_in, position_of};
use super::survey::{ColumnSurvey, Survey};
use crate::recipe::{ColumnRef, KeptColumns, Pixels, TableSource};
use crate::text::{Phrase, phrase};

/// The columns of a table that are texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextColumns {
    /// The text of a row, or the first of its pair.
    pub first: usize,
    /// The second, of pairs.
    pub second: Option<usize>,
}

impl TextColumns {
    /// Both, in their order.
    pub fn list(self) -> impl Iterator<Item = usize> {
        [self.first].into_iter().chain(self.second)
    }
}

/// Whether most fields of a column are free text, and most differ.
pub fn is_free_text(survey: &ColumnSurvey) -> bool {
    let differ = match &survey.words {
        None => true,
        Some(words) => words.len() as u64 * 2 > words.values().sum::<u64>(),
    };
    differ && is_worded(survey, 2)
}

/// Whether a column is free text that hardly ever comes twice, so that it is no class.
pub fn is_different_text(survey: &ColumnSurvey) -> bool {
    let differ = survey.words.as_ref().is_none_or(|words| words.len() as u64 * 10 >= words.values().sum::<u64>() * 9);
    survey.rows() >= FEWEST && differ && is_worded(survey, 2)
}

/// Fewest rows by which that can be judged.
const FEWEST: u64 = 8;

/// Whether the fields of a column are no numbers and no dates, and one in `share` of them, or more, is of several words.
fn is_worded(survey: &ColumnSurvey, share: u64) -> bool {
    let known = survey.numbers + survey.others;
    survey.others > 0
        && survey.others * 4 >= known * 3
        && survey.dates * 2 <= survey.others
        && survey.wordy * share >= survey.others
}

/// The columns that are texts; `None` where the table is one of features.
///
/// # Errors
/// When the recipe asks for a column that cannot be the text.
pub fn choose_texts(
    source: &TableSource,
    names: &[String],
    label: usize,
    decided: &Decided,
    all: &Survey,
) -> Result<Option<TextColumns>, DataError> {
    if let Some(first) = &source.text {
        let first = asked(source, names, first, label)?;
        let second = source.text_b.as_ref().map(|second| asked(source, names, second, label)).transpose()?;
        if second == Some(first) {
            return Err(wrong(source, names, first, phrase!("text-column-twice")));
        }
        return Ok(Some(TextColumns { first, second }));
    }
    if source.as_first_read || matches!(source.pixels, Some(Pixels::Shape { .. })) {
        return Ok(None);
    }
    let called: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
    let is_open = |at: &usize| {
        let is_ignored = is_named_in(&source.ignore, &names[*at], *at, names.len());
        *at != label && !is_ignored && matches!(decided.fates[*at], Fate::LeftOut(_) | Fate::Read(_))
    };
    let named = |name: &str| (0..names.len()).find(|at| called[*at] == name && is_open(at));
    let worded = |at: &usize| is_worded(&all.columns[*at], 4);
    // A premise comes with several hypotheses: those of pairs need not differ.
    let pair = PAIR_NAMES.iter().find_map(|(first, second)| {
        let (first, second) = (named(first).filter(worded)?, named(second).filter(worded)?);
        Some(TextColumns { first, second: Some(second) })
    });
    let texts: Vec<usize> = (0..names.len()).filter(|at| is_open(at) && is_free_text(&all.columns[*at])).collect();
    let of_name = || TEXT_NAMES.iter().find_map(|name| named(name).filter(worded));
    let single = |first| TextColumns { first, second: None };
    let longest = || texts.iter().copied().max_by_key(|at| (all.columns[*at].bytes, std::cmp::Reverse(*at)));
    let Some(chosen) = pair.or_else(|| of_name().or_else(longest).map(single)) else { return Ok(None) };
    // A column that is kept is one of words.
    let is_kept = |at: usize| match &source.keep {
        KeptColumns::All => true,
        KeptColumns::These(list) => is_named_in(list, &names[at], at, names.len()),
    };
    // What stands beside texts that are read is lost: numbers and words have their model already.
    let is_feature = |at: &usize| matches!(decided.fates[*at], Fate::Read(_) | Fate::Faulty);
    let has_features = (0..names.len()).any(|at| is_feature(&at) && !chosen.list().any(|text| text == at));
    Ok((!has_features && !chosen.list().any(is_kept)).then_some(chosen))
}

/// The position of a column that is asked for; that it is there was found before.
fn asked(source: &TableSource, names: &[String], column: &ColumnRef, label: usize) -> Result<usize, DataError> {
    let at = match column {
        ColumnRef::Name(name) => names.iter().position(|known| known == name),
        ColumnRef::Position(position) => position_of(*position, names.len()),
    };
    match at {
        Some(at) if at == label => Err(wrong(source, names, at, phrase!("text-column-is-class"))),
        Some(at) => Ok(at),
        None => Err(wrong(source, names, 0, phrase!("table-nothing-to-read"))),
    }
}

fn wrong(source: &TableSource, names: &[String], at: usize, why: Phrase) -> DataError {
    let problem = phrase!("text-column-wrong", column = &names[at], why = why);
    DataError::Format { file: source.path.clone(), problem, allowed: phrase!("text-column-allowed") }
}

/// A name as it is compared: in small letters, without what is set between its words.
pub fn plain_name(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

impl Decided {
    /// The same where these columns are texts and nothing else is read beside them.
    pub fn as_texts(mut self, texts: TextColumns) -> Self {
        for (at, fate) in self.fates.iter_mut().enumerate() {
            if texts.list().any(|text| text == at) {
                *fate = Fate::Text;
            } else if matches!(fate, Fate::Read(_) | Fate::Faulty) {
                *fate = Fate::LeftOut(phrase!("left-out-beside-text"));
            }
        }
        // They are about columns that would be read.
        self.remarks.clear();
        self
    }

    /// The same where features are read: free text that is left out could be read instead.
    pub fn beside_features(mut self, all: &Survey) -> Self {
        for (fate, survey) in self.fates.iter_mut().zip(&all.columns) {
            let is_asked = matches!(fate, Fate::LeftOut(why) if *why == phrase!("left-out-asked"));
            if matches!(fate, Fate::LeftOut(_)) && !is_asked && is_free_text(survey) {
                *fate = Fate::LeftOut(phrase!("left-out-free-text"));
            }
        }
        self
    }
}

/// The class column of a table whose class column would be the last: one that is called as classes of texts are, or the first, where the
/// last is free text or a text is asked for.
pub fn label_beside_text(
    last: usize,
    others: [Option<usize>; 2],
    all: &Survey,
    source: &TableSource,
    could_be_class: impl Fn(&ColumnSurvey) -> bool,
) -> Option<(usize, LabelReason)> {
    let [called, first] = others;
    let is_beside = || all.columns.iter().enumerate().any(|(at, survey)| at != last && is_free_text(survey));
    if called == Some(last) && is_beside() {
        return Some((last, LabelReason::Called));
    }
    if !is_free_text(&all.columns[last]) && source.text.is_none() {
        return None;
    }
    let first = first.filter(|_| is_free_text(&all.columns[last]));
    let found = called.into_iter().chain(first).find(|at| could_be_class(&all.columns[*at]))?;
    Some((found, LabelReason::BesideText))
}
