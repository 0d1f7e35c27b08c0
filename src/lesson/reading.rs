//! What a lesson can read of the window, by name: each is a number, a word or yes and no, found in the state at any moment.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::distill::soften::{log_divergence, log_soften, top_class};
use crate::distill::{RowGradient, row_gradient};
use crate::protocol::{JobId, Role, RunInfo};
use crate::recipe::fields::field;
use crate::recipe::{preset, value_at};
use crate::state::{
    BarOrder, Beside, DarkPage, JobView, LensPage, LensView, Pane, PhotoOf, SampleChoice, Shipped, State, Subject,
    Workspace,
};
use crate::text::{Phrase, phrase};

/// What a reading is at a moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// One of a few words, or a name.
    Word(String),
    /// Yes or no.
    Truth(bool),
}

impl Value {
    /// What stands in a file.
    pub fn of(value: &toml::Value) -> Option<Self> {
        match value {
            toml::Value::Float(number) => Some(Self::Number(*number)),
            toml::Value::Integer(number) => Some(Self::Number(*number as f64)),
            toml::Value::Boolean(truth) => Some(Self::Truth(*truth)),
            toml::Value::String(word) => Some(Self::Word(word.clone())),
            _ => None,
        }
    }

    /// Its number.
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The teacher.
    Teacher,
    /// The student.
    Student,
}

/// Whose errors are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learner {
    /// The student's.
    Student,
    /// The same without a teacher.
    Baseline,
    /// The teacher's own.
    Teacher,
}

/// What can be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Which arrangement.
    Arrangement,
    /// Whether a panel is in sight.
    Panel(Pane),
    /// The preset that the recipe began as.
    Preset,
    /// A field of the recipe by its path.
    Recipe(String),
    /// How many runs the recipe makes.
    Runs,
    /// What the lens looks at.
    Subject,
    /// What of it is shown.
    Page,
    /// Which photo.
    Photo,
    /// T of the lens.
    Temperature,
    /// Whether its bars are logarithmic.
    Log,
    /// Whether the longest bar fills its side.
    Zoom,
    /// Whether T moves by itself.
    Plays,
    /// Whether biases can be moved.
    Biases,
    /// In which order classes stand.
    Order,
    /// Which samples one steps through.
    Choice,
    /// Of which class alone; `any` for all.
    Class,
    /// Which sample.
    Row,
    /// Its class.
    Label,
    /// The class that is followed.
    Drilled,
    /// What stands beside.
    Beside,
    /// Entropy at T of the lens, in nats.
    Entropy(Speaker),
    /// The largest probability.
    Top(Speaker),
    /// Its class.
    Answer(Speaker),
    /// The class with the second largest probability.
    Second(Speaker),
    /// The probability of a class.
    Probability(Speaker, String),
    /// KL(teacher ‖ student) at T of the lens, in nats.
    Kl,
    /// Whether both have the same top class.
    Agree,
    /// Norm of the soft term's gradient by the student's logits, as it is weighted.
    SoftGradient,
    /// The same of the hard term.
    HardGradient,
    /// The soft term's part of both.
    SoftShare,
    /// The share of a class's probe rows that the student gets right.
    Right(String),
    /// The bias of a class.
    Bias(String),
    /// Which picture of dark knowledge.
    DarkPage,
    /// How far the lesson's own job is.
    JobState,
    /// Its epochs.
    Epoch,
    /// Errors on all validation rows after the last epoch.
    Errors(Learner),
    /// Errors that the baseline makes more than the student.
    Gain,
}

/// Readings whose names are whole.
const PLAIN: &[(&str, Reading)] = &[
    ("arrangement", Reading::Arrangement),
    ("preset", Reading::Preset),
    ("recipe.runs", Reading::Runs),
    ("lens.subject", Reading::Subject),
    ("lens.page", Reading::Page),
    ("lens.photo", Reading::Photo),
    ("lens.temperature", Reading::Temperature),
    ("lens.log", Reading::Log),
    ("lens.zoom", Reading::Zoom),
    ("lens.plays", Reading::Plays),
    ("lens.biases", Reading::Biases),
    ("lens.order", Reading::Order),
    ("lens.choice", Reading::Choice),
    ("lens.class", Reading::Class),
    ("lens.row", Reading::Row),
    ("lens.label", Reading::Label),
    ("lens.drilled", Reading::Drilled),
    ("lens.beside", Reading::Beside),
    ("lens.teacher.entropy", Reading::Entropy(Speaker::Teacher)),
    ("lens.student.entropy", Reading::Entropy(Speaker::Student)),
    ("lens.teacher.top", Reading::Top(Speaker::Teacher)),
    ("lens.student.top", Reading::Top(Speaker::Student)),
    ("lens.teacher.answer", Reading::Answer(Speaker::Teacher)),
    ("lens.student.answer", Reading::Answer(Speaker::Student)),
    ("lens.teacher.second", Reading::Second(Speaker::Teacher)),
    ("lens.student.second", Reading::Second(Speaker::Student)),
    ("lens.kl", Reading::Kl),
    ("lens.agree", Reading::Agree),
    ("lens.soft-gradient", Reading::SoftGradient),
    ("lens.hard-gradient", Reading::HardGradient),
    ("lens.soft-share", Reading::SoftShare),
    ("dark.page", Reading::DarkPage),
    ("job.state", Reading::JobState),
    ("job.epoch", Reading::Epoch),
    ("job.student.errors", Reading::Errors(Learner::Student)),
    ("job.baseline.errors", Reading::Errors(Learner::Baseline)),
    ("job.teacher.errors", Reading::Errors(Learner::Teacher)),
    ("job.gain", Reading::Gain),
];

/// Beginnings of names that end with a class, a panel or a path.
const BEGINNINGS: [&str; 6] =
    ["panel.", "recipe.", "lens.teacher.probability.", "lens.student.probability.", "lens.right.", "bias."];

/// States of the lesson's job.
const JOB_STATES: [&str; 4] = ["none", "training", "paused", "over"];

/// What kind of value a reading has.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Holds {
    Number,
    Truth,
    /// One of these words.
    Words(Vec<String>),
    /// A name that only the window knows.
    Name,
    /// Whatever a field of the recipe holds.
    Any,
}

impl Holds {
    /// Whether a value can be one of this kind.
    pub(super) fn check(&self, name: &str, value: &Value) -> Result<(), Phrase> {
        match (self, value) {
            (Self::Any, _)
            | (Self::Number, Value::Number(_))
            | (Self::Truth, Value::Truth(_))
            | (Self::Name, Value::Word(_)) => Ok(()),
            (Self::Words(words), Value::Word(word)) if words.contains(word) => Ok(()),
            (Self::Words(words), _) => {
                let found = match value {
                    Value::Word(word) => word.clone(),
                    Value::Number(number) => number.to_string(),
                    Value::Truth(truth) => truth.to_string(),
                };
                Err(phrase!("lesson-no-word", reading = name, found = found, allowed = words.join(", ")))
            }
            (Self::Number, _) => Err(phrase!("lesson-wants-number", reading = name)),
            (Self::Truth, _) => Err(phrase!("lesson-wants-truth", reading = name)),
            (Self::Name, _) => Err(phrase!("lesson-wants-name", reading = name)),
        }
    }
}

/// What a thing is called in files: `teacher-unsure`.
pub(super) fn word_of<T: Serialize>(thing: T) -> String {
    toml::Value::try_from(thing).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The thing that is called so.
pub(super) fn named<T: DeserializeOwned>(word: &str) -> Option<T> {
    toml::Value::String(word.to_owned()).try_into().ok()
}

fn words<T: Serialize>(all: impl IntoIterator<Item = T>) -> Holds {
    Holds::Words(all.into_iter().map(word_of).collect())
}

/// The known name that a typed one is nearest to, if they are alike at all.
pub(super) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|name| (strsim::osa_distance(typed, name), name)).min()?;
    (near.0 <= typed.chars().count() / 3).then_some(near.1)
}

/// `… Did you mean “x”?`, or all that there is.
pub(super) fn unknown<'a>(typed: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Phrase {
    match nearest(typed, known.clone()) {
        Some(near) => phrase!("lesson-unknown-near", name = typed, near = near),
        None => {
            let all: Vec<&str> = known.into_iter().collect();
            phrase!("lesson-unknown", name = typed, allowed = all.join(", "))
        }
    }
}

impl Reading {
    /// The reading of a name.
    ///
    /// # Errors
    /// The nearest known name, or all of them.
    pub fn read(name: &str) -> Result<Self, Phrase> {
        if let Some((_, reading)) = PLAIN.iter().find(|(plain, _)| *plain == name) {
            return Ok(reading.clone());
        }
        let known = || unknown(name, PLAIN.iter().map(|(plain, _)| *plain).chain(BEGINNINGS));
        let Some(beginning) = BEGINNINGS.into_iter().find(|beginning| name.starts_with(beginning)) else {
            return Err(known());
        };
        let rest = name[beginning.len()..].to_owned();
        if rest.is_empty() {
            return Err(known());
        }
        match beginning {
            "panel." => match named(&rest) {
                Some(panel) => Ok(Self::Panel(panel)),
                None => Err(unknown(&rest, Pane::ALL.map(word_of).iter().map(String::as_str))),
            },
            "recipe." if field(&rest).is_some() => Ok(Self::Recipe(rest)),
            "recipe." => Err(unknown(&rest, crate::recipe::fields::FIELDS.iter().map(|field| field.path))),
            "lens.teacher.probability." => Ok(Self::Probability(Speaker::Teacher, rest)),
            "lens.student.probability." => Ok(Self::Probability(Speaker::Student, rest)),
            "lens.right." => Ok(Self::Right(rest)),
            _ => Ok(Self::Bias(rest)),
        }
    }

    /// Its name.
    pub fn name(&self) -> String {
        let side = |speaker: &Speaker| if *speaker == Speaker::Teacher { "teacher" } else { "student" };
        match self {
            Self::Panel(panel) => format!("panel.{}", word_of(panel)),
            Self::Recipe(path) => format!("recipe.{path}"),
            Self::Probability(speaker, class) => format!("lens.{}.probability.{class}", side(speaker)),
            Self::Right(class) => format!("lens.right.{class}"),
            Self::Bias(class) => format!("bias.{class}"),
            plain => PLAIN.iter().find(|(_, it)| it == plain).map_or_else(String::new, |(name, _)| (*name).to_owned()),
        }
    }

    pub(super) fn holds(&self) -> Holds {
        match self {
            Self::Arrangement => words(Workspace::ALL),
            Self::Subject => words(Subject::ALL),
            Self::Page => words(LensPage::ALL),
            Self::Photo => Holds::Words(Shipped::ALL.into_iter().map(word_of).chain(["file".to_owned()]).collect()),
            Self::Order => words(BarOrder::ALL),
            Self::Choice => words(SampleChoice::ALL),
            Self::Beside => Holds::Words(["nothing", "temperature", "step", "run"].map(str::to_owned).to_vec()),
            Self::DarkPage => words(DarkPage::ALL),
            Self::JobState => Holds::Words(JOB_STATES.map(str::to_owned).to_vec()),
            Self::Preset => Holds::Words(crate::recipe::presets().map(|preset| preset.name.to_owned()).collect()),
            Self::Class | Self::Label | Self::Drilled | Self::Answer(_) | Self::Second(_) => Holds::Name,
            Self::Panel(_) | Self::Log | Self::Zoom | Self::Plays | Self::Biases | Self::Agree => Holds::Truth,
            Self::Recipe(_) => Holds::Any,
            Self::Runs
            | Self::Temperature
            | Self::Row
            | Self::Entropy(_)
            | Self::Top(_)
            | Self::Probability(..)
            | Self::Kl
            | Self::SoftGradient
            | Self::HardGradient
            | Self::SoftShare
            | Self::Right(_)
            | Self::Bias(_)
            | Self::Epoch
            | Self::Errors(_)
            | Self::Gain => Holds::Number,
        }
    }

    /// What it is now, where jobs `own` are the lesson's; none where nothing is there to be read.
    pub fn value(&self, state: &State, own: &[JobId]) -> Option<Value> {
        let lens = &state.screen.lens;
        let word = |word: String| Some(Value::Word(word));
        let truth = |truth: bool| Some(Value::Truth(truth));
        let number = |number: f64| number.is_finite().then_some(Value::Number(number));
        let class = |at: usize| {
            let view = state.lens_view()?;
            view.probe.classes.get(at).cloned().map(Value::Word)
        };
        match self {
            Self::Arrangement => word(word_of(state.window.workspace)),
            Self::Panel(panel) => truth(state.window.in_sight.contains(panel)),
            Self::Preset => word(state.recipe.preset?.to_owned()),
            Self::Recipe(path) => Value::of(value_at(&state.recipe.sweep.to_table(), path)?),
            Self::Runs => number(state.recipe.estimate.runs as f64),
            Self::Subject => word(word_of(lens.subject)),
            Self::Page => word(word_of(lens.page)),
            Self::Photo => word(match &state.screen.photo.as_ref()?.of {
                PhotoOf::Shipped(shipped) => word_of(shipped),
                PhotoOf::File(_) => "file".to_owned(),
            }),
            Self::Temperature => number(lens.temperature),
            Self::Log => truth(lens.log),
            Self::Zoom => truth(lens.zoomed),
            Self::Plays => truth(lens.plays.is_some()),
            Self::Biases => truth(lens.biases),
            Self::Order => word(word_of(lens.order)),
            Self::Choice => word(word_of(lens.choice)),
            Self::Class => match lens.class {
                None => word("any".to_owned()),
                Some(at) => class(at),
            },
            Self::Row => number(lens.row as f64),
            Self::Label => class(state.lens_view()?.label?),
            Self::Drilled => class(lens.drilled.or(state.lens_view()?.label)?),
            Self::Beside => word(
                match lens.beside {
                    Beside::Nothing => "nothing",
                    Beside::Temperature(_) => "temperature",
                    Beside::Step(_) => "step",
                    Beside::Run(_) => "run",
                }
                .to_owned(),
            ),
            Self::Entropy(speaker) => {
                number(-softened(state, *speaker)?.iter().filter(|p| **p > 0.0).map(|p| p * p.ln()).sum::<f64>())
            }
            Self::Top(speaker) => number(softened(state, *speaker)?.into_iter().fold(0.0, f64::max)),
            Self::Answer(speaker) => class(top_class(&softened(state, *speaker)?)),
            Self::Second(speaker) => {
                let mut p = softened(state, *speaker)?;
                let first = top_class(&p);
                p[first] = -1.0;
                class(top_class(&p))
            }
            Self::Probability(speaker, name) => {
                let at = state.lens_view()?.probe.classes.iter().position(|class| class == name)?;
                number(*softened(state, *speaker)?.get(at)?)
            }
            Self::Kl => number(divergence(&one_row(state)?, lens.temperature)?),
            Self::Agree => {
                truth(top_class(&softened(state, Speaker::Teacher)?) == top_class(&softened(state, Speaker::Student)?))
            }
            Self::SoftGradient => number(norm(gradient(state, lens.temperature)?.soft.as_deref()?)),
            Self::HardGradient => number(norm(gradient(state, lens.temperature)?.hard.as_deref()?)),
            Self::SoftShare => {
                let RowGradient { soft, hard } = gradient(state, lens.temperature)?;
                let (soft, hard) = (norm(&soft?), norm(&hard?));
                number(soft / (soft + hard))
            }
            Self::Right(name) => number(state.share_right(name)?),
            Self::Bias(name) => number(state.bias_of(name)?),
            Self::DarkPage => word(word_of(state.screen.dark.page)),
            _ => self.of_job(own_job(state, own), state.lit_cell()),
        }
    }

    /// What it is of the lesson's own job.
    fn of_job(&self, job: Option<&JobView>, cell: Option<usize>) -> Option<Value> {
        let number = |number: f64| Some(Value::Number(number));
        match self {
            Self::JobState => {
                let state = match job {
                    None => "none",
                    Some(job) if job.outcome.is_some() => "over",
                    Some(job) if job.paused => "paused",
                    Some(_) => "training",
                };
                Some(Value::Word(state.to_owned()))
            }
            Self::Epoch => {
                let run = job?.shown_run(cell)?;
                number(job?.curves.get(&run.run)?.epochs.last().map_or(0.0, |epoch| epoch.epoch as f64))
            }
            Self::Errors(learner) => number(errors(job?, cell, *learner)?),
            Self::Gain => number(errors(job?, cell, Learner::Baseline)? - errors(job?, cell, Learner::Student)?),
            _ => None,
        }
    }

    /// The same over T of the lens, where that is what changes it.
    pub(super) fn at(&self, state: &State, temperature: f64) -> Option<f64> {
        let view = one_row(state)?;
        let entropy = |p: Vec<f64>| -p.iter().filter(|p| **p > 0.0).map(|p| p * p.ln()).sum::<f64>();
        match self {
            Self::Entropy(speaker) => Some(entropy(said(&view, *speaker, temperature)?)),
            Self::Top(speaker) => Some(said(&view, *speaker, temperature)?.into_iter().fold(0.0, f64::max)),
            Self::Probability(speaker, name) => {
                let at = view.probe.classes.iter().position(|class| class == name)?;
                said(&view, *speaker, temperature)?.get(at).copied()
            }
            Self::Kl => divergence(&view, temperature),
            Self::SoftGradient => Some(norm(gradient(state, temperature)?.soft.as_deref()?)),
            _ => None,
        }
    }

    /// Whether [`Reading::at`] can be asked.
    pub(super) fn is_over_t(&self) -> bool {
        matches!(self, Self::Entropy(_) | Self::Top(_) | Self::Probability(..) | Self::Kl | Self::SoftGradient)
    }

    /// The errors of whoever it is after each epoch of the lesson's job, while they are known.
    pub(super) fn over_epochs(&self, state: &State, own: &[JobId]) -> Option<(Vec<f64>, bool)> {
        let Self::Errors(learner) = self else { return None };
        let job = own_job(state, own)?;
        let run = who(job, state.lit_cell(), *learner)?;
        let epochs = &job.curves.get(&run.run)?.epochs;
        let errors = epochs.iter().map(|epoch| epoch.validation.errors as f64).collect();
        Some((errors, job.outcome.is_some()))
    }
}

/// The lesson's own job in the panels.
pub(super) fn own_job<'a>(state: &'a State, own: &[JobId]) -> Option<&'a JobView> {
    state.focused().filter(|job| own.contains(&job.id))
}

/// One thing that the lens looks at; means are of many.
pub(super) fn one_row(state: &State) -> Option<LensView<'_>> {
    state.lens_view().filter(|view| view.over.is_none())
}

/// What is said of it at T; of a photo nobody learns.
pub(super) fn said(view: &LensView<'_>, speaker: Speaker, temperature: f64) -> Option<Vec<f64>> {
    match speaker {
        Speaker::Teacher => Some(view.teacher.as_ref()?.soften(temperature)),
        Speaker::Student => Some(crate::distill::soften::soften(view.student.as_deref()?, temperature)),
    }
}

fn softened(state: &State, speaker: Speaker) -> Option<Vec<f64>> {
    said(&one_row(state)?, speaker, state.screen.lens.temperature).filter(|p| !p.is_empty())
}

fn divergence(view: &LensView<'_>, temperature: f64) -> Option<f64> {
    let teacher: Vec<f64> =
        view.teacher.as_ref()?.soften(temperature).into_iter().map(|p| p.max(f64::MIN_POSITIVE).ln()).collect();
    Some(log_divergence(&teacher, &log_soften(view.student.as_deref()?, temperature)))
}

fn gradient(state: &State, temperature: f64) -> Option<RowGradient> {
    let view = one_row(state)?;
    let student: Cow<'_, [f32]> = view.student.clone()?;
    Some(row_gradient(view.teacher.as_ref(), &student, view.label, &state.weights(temperature)?))
}

fn norm(gradient: &[f64]) -> f64 {
    gradient.iter().map(|z| z * z).sum::<f64>().sqrt()
}

fn who(job: &JobView, cell: Option<usize>, learner: Learner) -> Option<&RunInfo> {
    let student = job.shown_run(cell)?;
    match learner {
        Learner::Student => Some(student).filter(|run| run.role == Role::Student),
        Learner::Baseline => job.baseline_of(student),
        Learner::Teacher => job.teacher_of(Some(student)),
    }
}

/// After the last epoch; of a teacher that was loaded its result.
fn errors(job: &JobView, cell: Option<usize>, learner: Learner) -> Option<f64> {
    let run = who(job, cell, learner)?.run;
    let last = job.curves.get(&run).and_then(|curves| curves.epochs.last()).map(|epoch| epoch.validation.errors);
    let kept = || job.results.get(&run)?.validation.as_ref().map(|metrics| metrics.errors);
    last.or_else(kept).map(|errors| errors as f64)
}

/// Whether a preset is there, for who reads a lesson.
pub(super) fn preset_named(name: &str) -> Result<&'static str, Phrase> {
    let known = || crate::recipe::presets().map(|preset| preset.name).collect::<Vec<_>>();
    preset(name).map(|preset| preset.name).ok_or_else(|| unknown(name, known()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_as_what_is_called_so() {
        for (name, reading) in PLAIN {
            assert_eq!(Reading::read(name).as_ref(), Ok(reading));
            assert_eq!(reading.name(), *name);
        }
        for name in ["panel.dark", "recipe.distill.temperature", "lens.teacher.probability.garbage truck", "bias.3"] {
            assert_eq!(Reading::read(name).unwrap().name(), name);
        }
        assert!(Reading::read("lens.temprature").unwrap_err().to_string().contains("lens.temperature"));
        for name in ["recipe.distill.temprature", "panel.attic", "bias.", "files.all"] {
            Reading::read(name).unwrap_err();
        }
    }
}
