//! Folder names that stand for parts of a data set, in any case, with affixes: `train`, `Training`, `seg_test`, `val2017`.

use std::ffi::OsStr;

/// What the files of a folder are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::data) enum Part {
    Training,
    Validation,
    Test,
    /// Files to be predicted, as competitions give them, or without a class.
    Unlabelled,
}

const WORDS: [(Part, &[&str]); 4] = [
    (Part::Training, &["train", "training", "trn", "trainval"]),
    (Part::Validation, &["val", "valid", "validation", "validate", "dev", "eval", "evaluation"]),
    (Part::Test, &["test", "testing", "tst"]),
    (
        Part::Unlabelled,
        &[
            "pred",
            "predict",
            "prediction",
            "predictions",
            "unlabeled",
            "unlabelled",
            "unsup",
            "unsupervised",
            "inference",
        ],
    ),
];
/// Words that say nothing beside the name of a part.
const FILLING: [&str; 9] = ["set", "data", "dataset", "images", "imgs", "img", "split", "part", "folder"];

/// The part that a name stands for, and whether it says nothing else.
pub(in crate::data) fn part_of(name: &OsStr) -> Option<(Part, bool)> {
    let name = name.to_str()?.trim().to_lowercase();
    let (mut found, mut is_plain) = (None, true);
    for word in name.split(['-', '_', ' ', '.']).map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit())) {
        if word.is_empty() || FILLING.contains(&word) {
            continue;
        }
        match part_of_word(word) {
            Some(part) if found.is_none_or(|found| found == part) => found = Some(part),
            // `train_val` is one of them, and nobody knows which.
            Some(_) => return None,
            None => is_plain = false,
        }
    }
    found.map(|part| (part, is_plain))
}

fn part_of_word(word: &str) -> Option<Part> {
    let known = |word: &str| WORDS.iter().find(|(_, words)| words.contains(&word)).map(|(part, _)| *part);
    known(word).or_else(|| FILLING.iter().find_map(|filling| known(word.strip_suffix(filling)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parts_are_known_by_their_words() {
        for (name, part, is_plain) in [
            ("train", Part::Training, true),
            ("Training", Part::Training, true),
            ("seg_train", Part::Training, false),
            ("train_set", Part::Training, true),
            ("TrainingSet", Part::Training, true),
            ("train2017", Part::Training, true),
            ("imagenet-val", Part::Validation, false),
            ("VALID", Part::Validation, true),
            ("dev", Part::Validation, true),
            ("eval_images", Part::Validation, true),
            ("testing", Part::Test, true),
            ("Test", Part::Test, true),
            ("seg_pred", Part::Unlabelled, false),
        ] {
            assert_eq!(part_of(OsStr::new(name)), Some((part, is_plain)), "{name}");
        }
        for name in ["trains", "contest", "device", "train_test", "valley", "images", "2017", "bus"] {
            assert_eq!(part_of(OsStr::new(name)), None, "{name}");
        }
    }
}
