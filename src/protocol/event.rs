//! What the user does to a running job.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ids::{JobId, Role, RunId, Stage};
use crate::distill::Method;
use crate::recipe::fields::{self, FIELDS, Field};

/// See [`Report::Event`](super::Report::Event). It is stored before it takes effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The job.
    pub job: JobId,
    /// Counted from 0 within the job.
    pub number: u64,
    /// Milliseconds since 1970.
    pub at_millis: u64,
    /// The stage.
    pub stage: Stage,
    /// It takes effect before the step of this number.
    pub step: u64,
    /// What was done.
    pub kind: EventKind,
}

/// What can be done to a running job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum EventKind {
    /// A setting was moved.
    Change(Change),
    /// Training was paused.
    Paused,
    /// Training went on.
    Played,
    /// The user ended the job early.
    Stopped,
    /// The user ended one run early; the others go on.
    RunStopped {
        /// Which.
        run: RunId,
    },
}

/// A setting moved live. Fields of the method touch the students, never a baseline; the learning rate touches all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The one run that it is for; all that it can be for, where none is named.
    #[serde(default)]
    pub run: Option<RunId>,
    /// Which setting.
    pub setting: Setting,
    /// Its value before.
    pub from: f64,
    /// Its value from now on.
    pub to: f64,
}

impl Change {
    /// Whether it is for a run of the stage in which it was made.
    pub fn concerns(&self, run: RunId, role: Role) -> bool {
        self.run.is_none_or(|only| only == run) && self.setting.is_for(role)
    }
}

/// A field that can be moved live.
#[derive(Clone, Copy, Debug)]
pub struct Setting(&'static Field);

impl Setting {
    /// Peak learning rate; the schedule continues from it.
    pub const LEARNING_RATE: Self = Self(&fields::LEARNING_RATE);
    /// T.
    pub const TEMPERATURE: Self = Self(&fields::TEMPERATURE);
    /// Weight of the soft term.
    pub const SOFT_WEIGHT: Self = Self(&fields::SOFT_WEIGHT);
    /// Weight of the hard term.
    pub const HARD_WEIGHT: Self = Self(&fields::HARD_WEIGHT);

    /// Names that older versions wrote.
    const OLD: [(&'static str, Self); 4] = [
        ("temperature", Self::TEMPERATURE),
        ("soft-weight", Self::SOFT_WEIGHT),
        ("hard-weight", Self::HARD_WEIGHT),
        ("learning-rate", Self::LEARNING_RATE),
    ];

    /// The setting of a path, where it can be moved live.
    pub fn at(path: &str) -> Option<Self> {
        fields::field(path).filter(|field| field.is_live).map(Self)
    }

    /// Those of a method, then the learning rate.
    pub fn of(method: &'static Method) -> Vec<Self> {
        method.fields.iter().filter(|field| field.is_live).map(Self).chain([Self::LEARNING_RATE]).collect()
    }

    /// All that any method has, then the learning rate.
    pub fn all() -> Vec<Self> {
        let of_methods = FIELDS.iter().filter(|field| field.is_live && field.path != Self::LEARNING_RATE.path());
        of_methods.map(Self).chain([Self::LEARNING_RATE]).collect()
    }

    /// Whether runs of a role have it, whatever fields their methods have.
    pub fn is_for(self, role: Role) -> bool {
        self == Self::LEARNING_RATE || role.learns_by_method()
    }

    /// The field of a recipe that it is.
    pub fn field(self) -> &'static Field {
        self.0
    }

    /// The path of that field.
    pub fn path(self) -> &'static str {
        self.0.path
    }
}

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        self.path() == other.path()
    }
}

impl Eq for Setting {}

impl Hash for Setting {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path().hash(state);
    }
}

impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.path())
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let old = || Self::OLD.into_iter().find(|(old, _)| *old == name).map(|(_, setting)| setting);
        Self::at(&name).or_else(old).ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no setting")))
    }
}
