//! What the name of an array says: of which part it is, and whether it is inputs or labels.

/// Rows for which the array is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Training,
    Validation,
    Test,
}

/// What the array holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Inputs,
    Labels,
}

const PARTS: [(Part, &[&str]); 3] = [
    (Part::Training, &["train", "training", "tr"]),
    (Part::Validation, &["val", "valid", "validation", "dev"]),
    (Part::Test, &["test", "testing", "te"]),
];
/// The first of several that are there is taken.
const KINDS: [(Kind, &[&str]); 2] = [
    (Kind::Inputs, &["x", "images", "image", "data", "features", "inputs", "input", "samples"]),
    (Kind::Labels, &["y", "labels", "label", "targets", "target", "classes", "class"]),
];

/// Part, kind, and how well the name says it, 0 being best. `None` where a word of the name says something else. Arrays
/// without a name are inputs and labels where there are just these two.
pub(super) fn role(name: &str, is_pair: bool) -> Option<(Part, Kind, usize)> {
    let name = name.to_lowercase();
    match name.as_str() {
        "arr_0" if is_pair => return Some((Part::Training, Kind::Inputs, 0)),
        "arr_1" if is_pair => return Some((Part::Training, Kind::Labels, 0)),
        _ => {}
    }
    let (mut part, mut kind) = (None, None);
    for word in name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let (found_part, found_kind) = (part_of(word), kind_of(word));
        // `xtrain`, `testy`
        let joined = || {
            (1..word.len()).filter(|at| word.is_char_boundary(*at)).find_map(|at| {
                let (first, second) = word.split_at(at);
                part_of(first).zip(kind_of(second)).or_else(|| part_of(second).zip(kind_of(first)))
            })
        };
        let (found_part, found_kind) = match (found_part, found_kind) {
            (None, None) => joined().map(|(part, kind)| (Some(part), Some(kind)))?,
            found => found,
        };
        if part.is_some() && found_part.is_some() || kind.is_some() && found_kind.is_some() {
            return None;
        }
        (part, kind) = (part.or(found_part), kind.or(found_kind));
    }
    let (kind, rank) = kind?;
    // A part that is named says more than none.
    let unnamed = if part.is_some() { 0 } else { 100 };
    Some((part.unwrap_or(Part::Training), kind, rank + unnamed))
}

fn part_of(word: &str) -> Option<Part> {
    PARTS.iter().find(|(_, words)| words.contains(&word)).map(|(part, _)| *part)
}

fn kind_of(word: &str) -> Option<(Kind, usize)> {
    KINDS.iter().find_map(|(kind, words)| Some((*kind, words.iter().position(|known| *known == word)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_arrays_are_known_by_all_of_their_words() {
        let known = |name: &str| role(name, false).map(|(part, kind, _)| (part, kind));
        for (name, part, kind) in [
            ("x_train", Part::Training, Kind::Inputs),
            ("Y_TEST", Part::Test, Kind::Labels),
            ("train_images", Part::Training, Kind::Inputs),
            ("val_labels", Part::Validation, Kind::Labels),
            ("xtrain", Part::Training, Kind::Inputs),
            ("testY", Part::Test, Kind::Labels),
            ("X", Part::Training, Kind::Inputs),
            ("target", Part::Training, Kind::Labels),
            ("data", Part::Training, Kind::Inputs),
        ] {
            assert_eq!(known(name), Some((part, kind)), "{name}");
        }
        for name in ["target_names", "arr_0", "ids", "x_y", "train", "DESCR"] {
            assert_eq!(known(name), None, "{name}");
        }
        assert_eq!(role("arr_1", true).map(|role| role.1), Some(Kind::Labels));
    }
}
