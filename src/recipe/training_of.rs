//! Values by their keys in whatever another library keeps its settings in: YAML, JSON, a call in Python, a list of `key=value`.

use super::{Optimiser, Schedule, TrainingRecipe};
use crate::text::{Phrase, phrase};

/// What was read.
#[derive(Default)]
pub(super) struct Given {
    all: Vec<Read>,
    read: usize,
}

/// A value with its key and those above it, in lower case: `kd.loss.ce_weight`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub key: String,
    pub value: String,
}

impl Read {
    /// The value, where it is a finite number.
    pub fn number(&self) -> Option<f64> {
        self.value.replace('_', "").parse().ok().filter(|value: &f64| value.is_finite())
    }
}

/// Longest text that is read.
const LONGEST: usize = 1 << 20;

impl Given {
    /// Takes a text apart. What stands behind a `#` or `//` is a comment; keys are above others that are indented below them, or that stand
    /// in their braces.
    pub fn read(text: &str) -> Self {
        let mut all = Vec::new();
        // Keys above, each with the indentation at which it stands.
        let mut above: Vec<(usize, String)> = Vec::new();
        for line in text[..text.floor_char_boundary(LONGEST)].lines() {
            let line = without_comment(line);
            let indent = line.len() - line.trim_start().len();
            if line.trim().is_empty() {
                continue;
            }
            above.retain(|(at, _)| *at < indent);
            for (at, (key, value)) in pairs(line).into_iter().enumerate() {
                if value.is_empty() {
                    if at == 0 {
                        above.push((indent, key));
                    }
                    continue;
                }
                let path: Vec<&str> =
                    above.iter().map(|(_, key)| key.as_str()).chain(std::iter::once(key.as_str())).collect();
                all.push(Read { key: path.join("."), value });
            }
        }
        Self { all, read: 0 }
    }

    /// The first value whose path ends in this key.
    pub fn peek(&self, key: &str) -> Option<&Read> {
        self.all.iter().find(|read| ends_in(&read.key, key))
    }

    /// The same, and it counts as read.
    pub fn take(&mut self, key: &str) -> Option<Read> {
        let at = self.all.iter().position(|read| ends_in(&read.key, key))?;
        self.read += 1;
        Some(self.all.remove(at))
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.read == 0
    }

    /// What was not read.
    pub fn left(&self) -> Vec<String> {
        self.all.iter().map(|read| format!("{} = {}", read.key, read.value)).collect()
    }

    /// Epochs, batch, learning rate and the rest, under the names that are usual.
    pub fn training(&mut self, training: &mut TrainingRecipe, faults: &mut Vec<Phrase>) {
        let mut number = |given: &mut Self, keys: &[&str], is_allowed: &dyn Fn(f64) -> bool| -> Option<f64> {
            let read = keys.iter().find_map(|key| given.take(key))?;
            match read.number().filter(|value| is_allowed(*value)) {
                Some(value) => Some(value),
                None => {
                    faults.push(phrase!("convert-no-number", key = read.key, value = read.value));
                    None
                }
            }
        };
        let is_count = |value: f64| value >= 1.0 && value.fract() == 0.0 && value <= 1e6;
        if let Some(epochs) = number(self, &["num_epochs", "num_train_epochs", "epochs"], &is_count) {
            training.epochs = epochs as usize;
        }
        if let Some(batch) = number(self, &["batch_size", "train_batch_size"], &is_count) {
            training.batch = batch as usize;
        }
        if let Some(rate) = number(self, &["learning_rate", "lr"], &|rate| rate > 0.0) {
            training.learning_rate = rate;
        }
        if let Some(decay) = number(self, &["weight_decay"], &|decay| decay >= 0.0) {
            training.weight_decay = decay;
        }
        let momentum = number(self, &["momentum"], &|momentum| (0.0..1.0).contains(&momentum));
        let names_sgd = self.all.iter().any(|read| read.value.eq_ignore_ascii_case("sgd"));
        if momentum.is_some() || names_sgd {
            training.optimiser = Optimiser::Sgd { momentum: momentum.unwrap_or(0.0) };
            training.schedule = Schedule::Constant;
            self.all.retain(|read| !read.value.eq_ignore_ascii_case("sgd"));
        }
    }
}

/// Whether a path is a key, or ends in it.
fn ends_in(path: &str, key: &str) -> bool {
    path == key || path.strip_suffix(key).is_some_and(|above| above.ends_with('.'))
}

fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '#') => return &line[..at],
            (None, '/') if line[at..].starts_with("//") && !line[..at].ends_with(':') => return &line[..at],
            _ => {}
        }
    }
    line
}

/// `key: value` and `key = value` of one line, separated by commas or brackets; a key without a value opens what is below it.
fn pairs(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = line.trim().trim_start_matches("- ");
    while let Some(at) = rest.find([':', '=']) {
        let key = rest[..at].trim_end().trim_end_matches(['"', '\'']);
        let start = key
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-' || c == '.'))
            .map_or(0, |at| at + key[at..].chars().next().map_or(1, char::len_utf8));
        let key = key[start..].to_lowercase();
        let after = rest[at + 1..].trim_start();
        let (value, next) = value_of(after);
        if !key.is_empty() {
            found.push((key, value));
        }
        rest = next;
    }
    found
}

/// The value at the start of a text, and what follows.
fn value_of(text: &str) -> (String, &str) {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let end = text[1..].find(quote).map_or(text.len(), |at| at + 1);
            (text[1..end.max(1)].to_owned(), text.get(end + 1..).unwrap_or_default())
        }
        Some('[') => {
            let end = text.find(']').map_or(text.len(), |at| at + 1);
            (text[..end].to_owned(), &text[end..])
        }
        Some('{') => (String::new(), &text[1..]),
        _ => {
            let end = text.find([',', ')', '}', ';', '\n', '(']).unwrap_or(text.len());
            // A call: what it is given stands below its name.
            if text[end..].starts_with('(') {
                return (String::new(), &text[end + 1..]);
            }
            // Of `alpha=0.9 T=4` each value ends at a blank.
            let end = text[..end].find(char::is_whitespace).unwrap_or(end);
            (text[..end].trim().to_owned(), &text[end..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_every_notation() {
        let of = |text: &str| {
            Given::read(text).all.into_iter().map(|read| format!("{}={}", read.key, read.value)).collect::<Vec<_>>()
        };
        assert_eq!(of("alpha=0.9, T=4"), ["alpha=0.9", "t=4"]);
        assert_eq!(of("alpha=0.9 T=4"), ["alpha=0.9", "t=4"]);
        assert_eq!(of("{\n  \"alpha\": 0.95,\n  \"temperature\": 6\n}"), ["alpha=0.95", "temperature=6"]);
        assert_eq!(of("{\"alpha\": 0.95, \"temperature\": 6}"), ["alpha=0.95", "temperature=6"]);
        let yaml = "KD:\n  TEMPERATURE: 4 # T\n  LOSS:\n    CE_WEIGHT: 0.1\n    KD_WEIGHT: 0.9\nSOLVER:\n  LR: 0.05\n";
        let expected = ["kd.temperature=4", "kd.loss.ce_weight=0.1", "kd.loss.kd_weight=0.9", "solver.lr=0.05"];
        assert_eq!(of(yaml), expected);
        assert_eq!(
            of("config = DistillationConfig(temperature=8, hard_label_weight=0.5, kd_loss_type='ce')"),
            ["config.temperature=8", "config.hard_label_weight=0.5", "config.kd_loss_type=ce"]
        );
    }
}
