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
            Self::Keras => &[("temperature", Key::Temperature), ("alpha", Key::Alpha)],
            Self::Textbrewer => &[
                ("temperature", Key::Temperature),
                ("kd_loss_weight", Key::Soft),
                ("hard_label_weight", Key::Hard),
                ("kd_loss_type", Key::Kind),
            ],
            Self::Haitongli => &[("temperature", Key::Temperature), ("alpha", Key::Alpha)],
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
/// What is missing, no number or out of its range, all of it.
pub fn convert(library: Library, text: &str, classes: Option<usize>, base: &Recipe) -> Result<Converted, Vec<Phrase>> {
    let mut given = Given::read(text);
    let mut faults = Vec::new();
    let found = |given: &mut Given, key: Key| -> Option<Read> {
        let names = library.keys().iter().filter(|(_, of)| *of == key).map(|(name, _)| *name);
        let short: &[&str] = match key {
            Key::Temperature => &["t", "tau"],
            Key::Soft => &["soft_weight"],
            Key::Hard => &["hard_weight"],
            _ => &[],
        };
        names.chain(short.iter().copied()).find_map(|name| given.take(name))
    };
    let mut number = |given: &mut Given, key: Key, default: f64, allowed: std::ops::RangeInclusive<f64>| {
        let Some(read) = found(given, key) else { return default };
        match read.number() {
            Some(value) if allowed.contains(&value) => value,
            _ => {
                let (low, high) = (Phrase::setting(*allowed.start()), Phrase::setting(*allowed.end()));
                faults.push(phrase!("convert-number", key = read.key, value = read.value, low = low, high = high));
                default
            }
        }
    };
    let (t_default, weights) = match library {
        Library::Mdistiller => (4.0, [0.9, 0.1]),
        Library::Torchdistill => (4.0, [f64::NAN; 2]),
        Library::Keras => (10.0, [f64::NAN; 2]),
        Library::Textbrewer => (4.0, [1.0, 0.0]),
        Library::Haitongli => (20.0, [f64::NAN; 2]),
    };
    let temperature = number(&mut given, Key::Temperature, t_default, 0.001..=1e6);
    let mut says = Vec::new();
    let (mut soft, hard, has_square);
    match library {
        Library::Mdistiller | Library::Textbrewer => {
            soft = number(&mut given, Key::Soft, weights[0], 0.0..=1e6);
            hard = number(&mut given, Key::Hard, weights[1], 0.0..=1e6);
            has_square = library == Library::Mdistiller;
        }
        Library::Torchdistill | Library::Keras | Library::Haitongli => {
            let is_none =
                given.peek("alpha").is_some_and(|read| matches!(read.value.as_str(), "null" | "None" | "~" | ""));
            if is_none {
                given.take("alpha");
            }
            let default = match library {
                Library::Keras => 0.1,
                Library::Haitongli => 0.9,
                _ => 0.5,
            };
            let alpha = if is_none { 0.0 } else { number(&mut given, Key::Alpha, default, 0.0..=1.0) };
            let is_on_hard = library != Library::Haitongli;
            (soft, hard) = if is_on_hard { (1.0 - alpha, alpha) } else { (alpha, 1.0 - alpha) };
            // Without alpha torchdistill returns the soft term as it is.
            has_square = !(library == Library::Torchdistill && alpha == 0.0);
            let on = if is_on_hard { phrase!("convert-on-hard") } else { phrase!("convert-on-soft") };
            says.push(phrase!("convert-alpha", library = library.name(), alpha = Phrase::setting(alpha), on = on));
        }
    }
    if let Some(kind) = found(&mut given, Key::Kind).filter(|kind| kind.value != "ce") {
        given.leave(&kind);
    }
    let reduction = found(&mut given, Key::Reduction).map(|read| read.value);
    let is_mean = library == Library::Haitongli || reduction.as_deref() == Some("mean");
    if is_mean {
        match classes {
            Some(classes) if classes >= 2 => {
                says.push(phrase!("convert-mean", classes = classes as u64));
                soft /= classes as f64;
            }
            _ => faults.push(phrase!("convert-no-classes", library = library.name())),
        }
    }
    if !has_square {
        says.push(phrase!("convert-no-square"));
    }
    if soft == 0.0 && hard == 0.0 {
        faults.push(phrase!("convert-nothing"));
    }
    let mut recipe = base.clone();
    given.training(&mut recipe.training, &mut faults);
    if given.is_empty() {
        faults.push(phrase!("convert-no-keys", library = library.name()));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut objective = Objective::new(&SOFT_TARGETS, recipe.training.epochs);
    let square = f64::from(u8::from(has_square));
    for (field, value) in
        [(TEMPERATURE, temperature), (SOFT_WEIGHT, soft), (HARD_WEIGHT, hard), (TEMPERATURE_SQUARED, square)]
    {
        objective.set(field.path, value);
    }
    recipe.distill = objective;
    let scale = if has_square { 1.0 } else { 1.0 / (temperature * temperature) };
    let soft_share = soft * scale / (soft * scale + hard);
    let (own, its) = (Phrase::setting(soft), Phrase::setting(hard));
    says.push(phrase!("convert-share", soft = own, hard = its, share = Phrase::part(soft_share)));
    let left = given.left();
    if !left.is_empty() {
        let names = Phrase::several(Between::Commas, left.iter().take(40).map(Phrase::from));
        says.push(phrase!("convert-left", names = names));
    }
    Ok(Converted { recipe, says, soft_share, left })
}
