//! Recipes of other libraries: what their alpha, T and reductions come to in soft and hard weights.
//!
//! Libraries disagree about which term alpha is on, whether the soft term has T², and over what a mean goes. Each is taken at its code, and
//! turned into weights with which this program descends the same sum.

use super::Recipe;
use super::training_of::{Given, Read};
use crate::distill::fields::{HARD_WEIGHT, SOFT_WEIGHT, TEMPERATURE, TEMPERATURE_SQUARED};
use crate::distill::{Objective, SOFT_TARGETS};
use crate::text::{Between, Phrase, phrase};

/// Whose recipe it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// `megvii-research/mdistiller`.
    Mdistiller,
    /// `yoshitomo-matsubara/torchdistill`, its `KDLoss`.
    Torchdistill,
    /// The Keras example and `keras-hub`'s distiller.
    Keras,
    /// `airaria/TextBrewer`, its `DistillationConfig`.
    Textbrewer,
    /// `haitongli/knowledge-distillation-pytorch`.
    Haitongli,
}

impl Library {
    /// All of them, by the names that the terminal uses.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("mdistiller", Self::Mdistiller),
        ("torchdistill", Self::Torchdistill),
        ("keras", Self::Keras),
        ("textbrewer", Self::Textbrewer),
        ("haitongli", Self::Haitongli),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// The library whose keys a text has; none where it could be of several, or of none.
    pub fn of(text: &str) -> Option<Self> {
        let has = |key: &str| text.contains(key);
        if has("KD_WEIGHT") || has("CE_WEIGHT") || has("DISTILLER:") {
            Some(Self::Mdistiller)
        } else if has("hard_label_weight") || has("kd_loss_weight") || has("DistillationConfig") {
            Some(Self::Textbrewer)
        } else if has("KDLoss") || has("criterion:") || has("torchdistill") {
            Some(Self::Torchdistill)
        } else if has("keras") || has("student_loss_fn") || has("distillation_loss_fn") {
            Some(Self::Keras)
        } else if has("\"alpha\"") && has("\"temperature\"") {
            Some(Self::Haitongli)
        } else {
            None
        }
    }

    /// The names under which it knows what is read of it.
    fn keys(self) -> &'static [(&'static str, Key)] {
        match self {
            Self::Mdistiller => &[
                ("kd.temperature", Key::Temperature),
                ("temperature", Key::Temperature),
                ("kd.loss.kd_weight", Key::Soft),
                ("kd_weight", Key::Soft),
                ("kd.loss.ce_weight", Key::Hard),
                ("ce_weight", Key::Hard),
            ],
            Self::Torchdistill => {
                &[("temperature", Key::Temperature), ("alpha", Key::Alpha), ("reduction", Key::Reduction)]
            }
            Self::Textbrewer => &[
                ("temperature", Key::Temperature),
                ("kd_loss_weight", Key::Soft),
                ("hard_label_weight", Key::Hard),
                ("kd_loss_type", Key::Kind),
            ],
            Self::Keras | Self::Haitongli => &[("temperature", Key::Temperature), ("alpha", Key::Alpha)],
        }
    }
}

/// What is read of a library's recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Temperature,
    Alpha,
    Soft,
    Hard,
    Reduction,
    Kind,
}

/// A recipe of this program, and what became of another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Converted {
    /// With the data, the teacher and the student of the recipe that it was put into.
    pub recipe: Recipe,
    /// What the numbers mean, sentence by sentence.
    pub says: Vec<Phrase>,
    /// The share of the gradient that the soft term has by its weights, T² counted: what the other recipe really asks for.
    pub soft_share: f64,
    /// What has no counterpart here, as it stands there.
    pub left: Vec<String>,
}

/// Puts a library's recipe into `base`: a file's text, or a list such as `alpha=0.9, T=4`. `classes` is what a mean over all numbers of a
/// batch divides by.
///
/// # Errors
/// What is missing, no number, out of its range or another loss, all of it.
pub fn convert(library: Library, text: &str, classes: Option<usize>, base: &Recipe) -> Result<Converted, Vec<Phrase>> {
    let mut at = Converting { library, given: Given::read(text), faults: Vec::new(), says: Vec::new() };
    at.check_method();
    let usual = match library {
        Library::Mdistiller | Library::Torchdistill | Library::Textbrewer => 4.0,
        Library::Keras => 10.0,
        Library::Haitongli => 20.0,
    };
    let temperature = at.number(Key::Temperature, 0.001..=1e6).unwrap_or_else(|| {
        at.says.push(phrase!("convert-usual", library = library.name(), temperature = Phrase::setting(usual)));
        usual
    });
    let Weights { mut soft, hard, has_square } = at.weights();
    soft /= at.divisor(classes);
    if !has_square {
        at.says.push(phrase!("convert-no-square"));
    }
    if soft == 0.0 && hard == 0.0 {
        at.faults.push(phrase!("convert-nothing"));
    }
    let mut recipe = base.clone();
    at.given.training(&mut recipe.training, &mut at.faults);
    if at.given.is_empty() {
        at.faults.push(phrase!("convert-no-keys", library = library.name()));
    }
    let Converting { given, faults, mut says, .. } = at;
    if !faults.is_empty() {
        return Err(faults);
    }
    recipe.distill = objective(temperature, soft, hard, has_square, recipe.training.epochs);
    let scale = if has_square { 1.0 } else { 1.0 / (temperature * temperature) };
    let soft_share = soft * scale / (soft * scale + hard);
    let (own, its) = (Phrase::setting(soft), Phrase::setting(hard));
    says.push(phrase!("convert-share", soft = own, hard = its, share = Phrase::percent(soft_share)));
    let left = given.left();
    if !left.is_empty() {
        let names = Phrase::several(Between::Commas, left.iter().take(40).map(Phrase::from));
        says.push(phrase!("convert-left", names = names));
    }
    Ok(Converted { recipe, says, soft_share, left })
}

fn objective(temperature: f64, soft: f64, hard: f64, has_square: bool, epochs: usize) -> Objective {
    let mut objective = Objective::new(&SOFT_TARGETS, epochs);
    let square = f64::from(u8::from(has_square));
    for (field, value) in
        [(TEMPERATURE, temperature), (SOFT_WEIGHT, soft), (HARD_WEIGHT, hard), (TEMPERATURE_SQUARED, square)]
    {
        objective.set(field.path, value);
    }
    objective
}

/// A recipe on its way.
struct Converting {
    library: Library,
    given: Given,
    faults: Vec<Phrase>,
    says: Vec<Phrase>,
}

/// What a library descends, before a mean over classes divides it.
struct Weights {
    soft: f64,
    hard: f64,
    has_square: bool,
}

impl Converting {
    fn find(&mut self, key: Key) -> Option<Read> {
        let names = self.library.keys().iter().filter(|(_, of)| *of == key).map(|(name, _)| *name);
        let short: &[&str] = match key {
            Key::Temperature => &["t", "tau"],
            Key::Soft => &["soft_weight"],
            Key::Hard => &["hard_weight"],
            _ => &[],
        };
        names.chain(short.iter().copied()).find_map(|name| self.given.take(name))
    }

    /// A number, where there is one; one that cannot be is a fault.
    fn number(&mut self, key: Key, allowed: std::ops::RangeInclusive<f64>) -> Option<f64> {
        let read = self.find(key)?;
        let value = read.number().filter(|value| allowed.contains(value));
        if value.is_none() {
            let (low, high) = (Phrase::setting(*allowed.start()), Phrase::setting(*allowed.end()));
            self.faults.push(phrase!("convert-number", key = read.key, value = read.value, low = low, high = high));
        }
        // What is at fault is not told twice.
        value.or(Some(*allowed.end()))
    }

    /// Whether it is plain distillation that is asked for.
    fn check_method(&mut self) {
        let others = [self.find(Key::Kind).filter(|kind| kind.value != "ce"), self.given.take("distiller.type")];
        for read in others.into_iter().flatten() {
            if !["ce", "kd", "vanilla"].contains(&read.value.to_lowercase().as_str()) {
                self.faults.push(phrase!("convert-other-loss", key = read.key, value = read.value));
            }
        }
    }

    fn weights(&mut self) -> Weights {
        let library = self.library;
        let (soft, hard) = match library {
            Library::Mdistiller => (0.9, 0.1),
            Library::Textbrewer => (1.0, 0.0),
            Library::Torchdistill | Library::Keras | Library::Haitongli => return self.by_alpha(),
        };
        Weights {
            soft: self.number(Key::Soft, 0.0..=1e6).unwrap_or(soft),
            hard: self.number(Key::Hard, 0.0..=1e6).unwrap_or(hard),
            has_square: library == Library::Mdistiller,
        }
    }

    fn by_alpha(&mut self) -> Weights {
        let is_none = |read: &Read| matches!(read.value.as_str(), "null" | "None" | "none" | "~");
        let given = if self.given.peek("alpha").is_some_and(is_none) {
            self.given.take("alpha");
            None
        } else {
            self.number(Key::Alpha, 0.0..=1.0)
        };
        let alpha = match self.library {
            Library::Keras => given.unwrap_or(0.1),
            Library::Haitongli => given.unwrap_or(0.9),
            _ => given.unwrap_or(0.0),
        };
        let is_on_hard = self.library != Library::Haitongli;
        let on = if is_on_hard { phrase!("convert-on-hard") } else { phrase!("convert-on-soft") };
        let (name, shown) = (self.library.name(), Phrase::setting(alpha));
        self.says.push(phrase!("convert-alpha", library = name, alpha = shown, on = on));
        Weights {
            soft: if is_on_hard { 1.0 - alpha } else { alpha },
            hard: if is_on_hard { alpha } else { 1.0 - alpha },
            // Without alpha torchdistill returns the soft term as it is.
            has_square: !(self.library == Library::Torchdistill && alpha == 0.0),
        }
    }

    /// What the soft term's mean divides by beside the rows.
    fn divisor(&mut self, classes: Option<usize>) -> f64 {
        let reduction = self.find(Key::Reduction).map(|read| read.value);
        if self.library != Library::Haitongli && reduction.as_deref() != Some("mean") {
            return 1.0;
        }
        match classes {
            Some(classes) if classes >= 2 => {
                self.says.push(phrase!("convert-mean", classes = classes as u64));
                classes as f64
            }
            _ => {
                self.faults.push(phrase!("convert-no-classes", library = self.library.name()));
                1.0
            }
        }
    }
}
