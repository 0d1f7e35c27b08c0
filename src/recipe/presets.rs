//! The recipes that are part of the binary.

use super::{Recipe, Sweep};

/// A recipe that ships with Stillroom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its file name without the ending.
    pub name: &'static str,
    /// Its TOML.
    pub text: &'static str,
}

macro_rules! presets {
    ($($name:literal),* $(,)?) => {
        [$(Preset { name: $name, text: include_str!(concat!("../../presets/", $name, ".toml")) }),*]
    };
}

/// All of them, in the order in which they are offered.
pub const PRESETS: [Preset; 21] = presets![
    "quickstart",
    "temperature-sweep",
    "never-seen-a-3",
    "few-labels",
    "noisy-labels",
    "cnn-to-mlp",
    "five-teachers",
    "methods",
    "attention",
    "born-again",
    "mutual",
    "digits",
    "bert-to-textcnn",
    "bert-to-bilstm",
    "augmentation",
    "votes",
    "pkd",
    "theseus",
    "early-exit",
    "teacher-mnist-mini",
    "teacher-digits",
];

/// Recipes of published figures, which take files that do not ship. They are listed apart.
pub const PUBLISHED: [Preset; 3] = presets!["mnist-teacher", "mnist-students", "mnist-thirty-units"];

/// The preset that is loaded first.
pub const QUICKSTART: Preset = PRESETS[0];

/// All of both.
pub fn presets() -> impl Iterator<Item = Preset> {
    PRESETS.into_iter().chain(PUBLISHED)
}

/// The preset of that name.
pub fn preset(name: &str) -> Option<Preset> {
    presets().find(|preset| preset.name == name)
}

impl Preset {
    /// The recipe, with its ranges where it has any.
    ///
    /// # Errors
    /// None for a preset that passed the tests.
    pub fn sweep(self) -> Result<Sweep, super::Faults> {
        Sweep::parse(self.text, None, &[])
    }

    /// The recipe of its first cell.
    ///
    /// # Errors
    /// As for [`Preset::sweep`].
    pub fn recipe(self) -> Result<Recipe, super::Faults> {
        Ok(self.sweep()?.base)
    }
}
