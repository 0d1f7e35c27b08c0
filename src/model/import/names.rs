//! Names of modules: wrappers taken off, parts in the order in which people count, and where a module stands in its container.

use std::cmp::Ordering;

/// The name of a module, `features.0`, as parts that can be compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name {
    /// As the file has it, without the tensor's own part; for messages.
    pub full: String,
    /// Without wrappers.
    pub plain: String,
    parts: Vec<Part>,
}

/// A run of digits, or a run of anything else with what the word says of its position in a model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Word(u8, String),
}

impl Name {
    /// Takes `DataParallel`'s `module.` and the compiler's `_orig_mod.` off.
    pub fn new(full: &str) -> Self {
        let mut pieces: Vec<&str> = full.split('.').filter(|piece| *piece != "_orig_mod").collect();
        while pieces.first() == Some(&"module") {
            pieces.remove(0);
        }
        let parts = pieces.iter().flat_map(|piece| parts(piece)).collect();
        Self { full: full.to_owned(), plain: pieces.join("."), parts }
    }

    /// Natural order: numbers as numbers, words that stand for the first or the last layer first or last.
    pub fn natural(&self, other: &Self) -> Ordering {
        self.parts.cmp(&other.parts)
    }

    /// Whether that order rests on more than the alphabet: on a number, or on a word for the first or last layer.
    pub fn order_is_certain(&self, other: &Self) -> bool {
        match self.parts.iter().zip(&other.parts).find(|(a, b)| a != b) {
            Some((Part::Number(_), Part::Number(_))) => true,
            Some((Part::Word(a, _), Part::Word(b, _))) => a != b,
            _ => false,
        }
    }

    /// The container and the index in it, of a name that ends in a number: `features.3` is the third of `features`.
    pub fn index(&self) -> Option<(&str, u64)> {
        let (container, last) = self.plain.rsplit_once('.').unwrap_or(("", &self.plain));
        let index = last.parse().ok().filter(|_| last.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some((container, index))
    }

    /// All but the last part.
    pub fn parent(&self) -> &str {
        self.plain.rsplit_once('.').map_or("", |(parent, _)| parent)
    }

    /// The last number in it: 2 of `block2.bn`.
    pub fn number(&self) -> Option<u64> {
        self.parts.iter().rev().find_map(|part| match part {
            Part::Number(number) => Some(*number),
            Part::Word(..) => None,
        })
    }

    /// Whether a word of its last part starts so.
    pub fn says(&self, word: &str) -> bool {
        let last = self.plain.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        last.split('_').any(|piece| piece.starts_with(word))
    }
}

fn parts(piece: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = piece;
    while let Some(first) = rest.chars().next() {
        let digit = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digit).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        parts.push(match run.parse() {
            Ok(number) if digit => Part::Number(number),
            _ => Part::Word(rank(run), run.to_owned()),
        });
        rest = after;
    }
    parts
}

/// Where a word says that a layer stands: 0 first, 1 early, 2 nothing, 3 late, 4 last.
fn rank(word: &str) -> u8 {
    let word = word.to_ascii_lowercase();
    let ranks = word.split('_').map(|piece| match piece {
        "in" | "inp" | "input" | "first" | "stem" => 0,
        "features" | "feature" | "conv" | "convs" | "backbone" | "encoder" | "trunk" | "body" => 1,
        "decoder" => 3,
        "classifier" | "head" | "heads" | "out" | "output" | "logits" | "final" | "last" => 4,
        _ => 2,
    });
    ranks.into_iter().find(|rank| *rank != 2).unwrap_or(2)
}
