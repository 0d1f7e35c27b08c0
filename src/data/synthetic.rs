//! Texts that are made of others by masking words and by cutting to a run of words: what a teacher says of them teaches a student where
//! the teacher was not trained (Tang et al. 2019, "Distilling task-specific knowledge from BERT into simple neural networks", section
//! 3.2, without the words of the same part of speech, which need a tagger).

use std::collections::HashSet;
use std::ops::Range;

use rayon::prelude::*;

use super::Texts;
use super::words::word_places;
use crate::recipe::Augment;
use crate::rng::Key;

/// What stands for a masked word.
pub const MASK: &str = "[MASK]";

/// Words of the longest run that a text is cut to.
const LONGEST_RUN: u64 = 5;

/// Texts that were made of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synthetic {
    /// The texts, in the order of those that they were made of.
    pub texts: Texts,
    /// The row that each was made of.
    pub of: Vec<u32>,
}

impl Synthetic {
    /// Makes up to `augment.tries` texts of each of `rows`. Each word is masked with the one probability, then the text is cut to a run
    /// of one to five of its words with the other. Of pairs one text is changed, then the other, then both. A try that comes out as a
    /// text that is there already, or in which no word is left, makes nothing.
    ///
    /// What is made of a row is a function of `key`, the row's number and its text.
    pub fn of(texts: &Texts, rows: &[u32], augment: &Augment, key: Key) -> Self {
        let made: Vec<Vec<(String, Option<String>)>> =
            rows.par_iter().map(|row| of_row(texts, *row, augment, key.at(u64::from(*row)))).collect();
        let mut known: HashSet<(&str, Option<&str>)> =
            (0..texts.rows()).map(|row| (texts.first(row), texts.second(row))).collect();
        let mut synthetic = Self { texts: Texts::new(texts.are_pairs()), of: Vec::new() };
        for (row, made) in rows.iter().zip(&made) {
            for (first, second) in made {
                if known.insert((first, second.as_deref())) {
                    synthetic.texts.push(first, second.as_deref());
                    synthetic.of.push(*row);
                }
            }
        }
        synthetic
    }
}

/// What the tries at one row come to, with repetitions.
fn of_row(texts: &Texts, row: u32, augment: &Augment, key: Key) -> Vec<(String, Option<String>)> {
    let (first, second) = (texts.first(row as usize), texts.second(row as usize));
    let places = [Some(first), second].map(|text| text.map(word_places).unwrap_or_default());
    let changed = |which: usize, text: &str, key: Key| change(text, &places[which], augment, key.at(which as u64));
    let one_try = |number: usize| {
        let key = key.at(number as u64);
        let Some(second) = second else { return Some((changed(0, first, key)?, None)) };
        let first = if number % 3 == 1 { first.to_owned() } else { changed(0, first, key)? };
        let second = if number.is_multiple_of(3) { second.to_owned() } else { changed(1, second, key)? };
        Some((first, Some(second)))
    };
    (0..augment.tries).filter_map(one_try).collect()
}

/// One try at one text whose words stand at `places`; none where no word is left.
fn change(text: &str, places: &[Range<usize>], augment: &Augment, key: Key) -> Option<String> {
    let (masks, run) = (key.named("mask"), key.named("run"));
    let words = places.len() as u64;
    let kept = if words > 0 && run.uniform(0) < augment.ngram {
        let length = (1 + run.below(1, LONGEST_RUN)).min(words);
        let start = run.below(2, words - length + 1);
        start as usize..(start + length) as usize
    } else {
        0..places.len()
    };
    let is_cut = kept.len() < places.len();
    let is_masked = |word: usize| masks.uniform(word as u64) < augment.mask;
    if kept.clone().all(is_masked) {
        return None;
    }
    // What stands between two words stays, and what stands around all of them where they are all there.
    let mut made = String::with_capacity(text.len());
    let mut from = if is_cut { places.get(kept.start)?.start } else { 0 };
    for word in kept {
        let place = places.get(word)?;
        made.push_str(text.get(from..place.start)?);
        made.push_str(if is_masked(word) { MASK } else { text.get(place.clone())? });
        from = place.end;
    }
    if !is_cut {
        made.push_str(text.get(from..)?);
    }
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "A rather good film, 很好看 indeed!";

    fn made(texts: &Texts, mask: f64, ngram: f64, tries: usize, seed: u64) -> Synthetic {
        let rows: Vec<u32> = (0..texts.rows() as u32).collect();
        Synthetic::of(texts, &rows, &Augment { tries, mask, ngram }, Key::new(seed))
    }

    fn single(of: &[&str]) -> Texts {
        let mut texts = Texts::new(false);
        for text in of {
            texts.push(text, None);
        }
        texts
    }

    #[test]
    fn words_are_masked_as_often_as_is_asked_for() {
        let (texts, tries) = (single(&[TEXT]), 2000);
        let key = Key::new(3).at(0);
        let augment = Augment { tries, mask: 0.25, ngram: 0.0 };
        let all = of_row(&texts, 0, &augment, key);
        let masked: usize = all.iter().map(|(text, _)| text.matches(MASK).count()).sum();
        let words = word_places(TEXT).len() * all.len();
        let share = masked as f64 / words as f64;
        // Five standard deviations of a binomial share; the few tries without any word left do not count.
        assert!((share - 0.25).abs() < 5.0 * (0.25 * 0.75 / words as f64).sqrt() + 1e-3, "{share}");
        let around: HashSet<String> = all.into_iter().map(|(text, _)| text).collect();
        assert!(around.iter().all(|text| text.matches(' ').count() == 5), "what stands between words stays");
    }

    #[test]
    fn runs_of_words_are_of_the_text_and_every_window_is_drawn() {
        let texts = single(&[TEXT]);
        let runs = made(&texts, 0.0, 1.0, 4000, 1);
        let places = word_places(TEXT);
        let mut expected = HashSet::new();
        for start in 0..places.len() {
            for end in start..places.len().min(start + LONGEST_RUN as usize) {
                expected.insert(TEXT[places[start].start..places[end].end].to_owned());
            }
        }
        let found: HashSet<String> = (0..runs.texts.rows()).map(|row| runs.texts.first(row).to_owned()).collect();
        assert_eq!(found, expected);
        assert_eq!(found.len(), runs.texts.rows(), "each once");
    }

    #[test]
    fn nothing_is_made_that_is_there_already_or_has_no_word() {
        assert_eq!(made(&single(&["one", "", " …"]), 0.0, 0.0, 50, 0).of, [0_u32; 0], "copies of themselves");
        assert_eq!(made(&single(&["one two"]), 1.0, 0.5, 50, 0).of, [0_u32; 0], "all words masked");
        let texts = single(&["one two three", "two three"]);
        let cut = made(&texts, 0.0, 1.0, 200, 0);
        assert!((0..cut.texts.rows()).all(|row| cut.texts.first(row) != "two three"), "a row of the data");
        assert!(made(&texts, 0.5, 0.5, 5, 0).of.is_sorted());
    }

    #[test]
    fn a_row_is_made_from_its_number_and_the_key_alone() {
        let texts = single(&[TEXT, "another one of them", "and a third"]);
        let augment = Augment { tries: 6, mask: 0.3, ngram: 0.4 };
        let [all, one, other] = [(&[0, 1, 2][..], 5), (&[1][..], 5), (&[1][..], 6)]
            .map(|(rows, seed)| Synthetic::of(&texts, rows, &augment, Key::new(seed)));
        let of = |made: &Synthetic, row: u32| -> Vec<String> {
            let rows = (0..made.of.len()).filter(|at| made.of[*at] == row);
            rows.map(|at| made.texts.first(at).to_owned()).collect()
        };
        assert_eq!(of(&all, 1), of(&one, 1));
        assert_ne!(of(&one, 1), of(&other, 1));
    }

    #[test]
    fn of_pairs_one_text_changes_then_the_other_then_both() {
        let mut texts = Texts::new(true);
        texts.push("one two three four five six", Some("seven eight nine ten eleven twelve"));
        let made = of_row(&texts, 0, &Augment { tries: 3, mask: 0.0, ngram: 1.0 }, Key::new(0));
        let is_same: Vec<[bool; 2]> = made
            .iter()
            .map(|(first, second)| [first == texts.first(0), second.as_deref() == texts.second(0)])
            .collect();
        assert_eq!(is_same, [[false, true], [true, false], [false, false]]);
    }
}
