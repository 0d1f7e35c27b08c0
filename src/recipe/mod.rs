//! What is asked for: plain data, validated once, parsed into types that cannot be wrong.
//!
//! A [`Recipe`] is read from TOML by [`Recipe::parse`], which reports every fault at once and names the field, the line
//! and the nearest known key. [`Recipe::to_toml`] writes the resolved form back; the two are inverse to each other.
//! A [`Sweep`] is a recipe in which some fields hold several values; its [`Cell`]s are recipes.

mod architecture;
mod baseline;
mod checkpoint;
mod convert;
mod encoding;
mod fault;
pub mod fields;
mod hints;
mod home;
mod parse;
mod presets;
mod reader;
mod source;
mod sweep;
mod training_of;
mod write;

pub use architecture::{Architecture, Frozen, LENGTH, Pooling, TextLayers, TokensOf};
pub use baseline::{BASELINES, Baseline};
pub use checkpoint::{CheckpointFile, CheckpointSource, GraphFile, LogitsFile, PixelRange, RowKey};
pub use convert::{Converted, Library, convert};
pub use encoding::decode;
pub use fault::{Fault, FaultKind, Faults, Place};
pub use fields::{Field, course_phrase, differing, field, field_label};
pub use hints::settings_of;
pub use home::{NoHome, from_home};
pub use parse::{Override, follow_soft_weight};
pub use presets::{PRESETS, PUBLISHED, Preset, QUICKSTART, preset, presets};
pub use source::{
    Builtin, BuiltinTeacher, Colour, ColumnRef, DEFAULT_SIDE, Ground, IMAGENET_MEAN, IMAGENET_STD, ImageSource,
    KeptColumns, Normalise, Pixels, Source, TableSource, TextSource,
};
pub(crate) use sweep::get as value_at;
pub use sweep::{Axis, AxisValues, Cell, MOST_CELLS, Range, SEED, Strategy, Sweep};

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::distill::{Company, Mean, Method, Objective, Over};
use crate::rng::Key;

/// One press of **Distil**, in full: which data, which teacher, which student, and how the one learns from the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// What lists and the window's title call it.
    pub title: String,
    /// Where the examples come from and how they are split.
    pub data: DataRecipe,
    /// The model that is learnt from: loaded, or trained first. `None` for a method that needs none.
    pub teacher: Option<TeacherRecipe>,
    /// The model that learns. `None` trains the teacher and stops there.
    pub student: Option<Architecture>,
    /// How the student learns: a method and the values of its fields.
    pub distill: Objective,
    /// How the student and its baselines are trained.
    pub training: TrainingRecipe,
    /// What the student is compared with, at the same budget: each once, in the order of [`BASELINES`].
    pub baselines: Vec<&'static Baseline>,
}

impl Recipe {
    /// The cell that a run belongs to, whatever its seed.
    pub fn without_seed(&self) -> Self {
        Self { training: TrainingRecipe { seed: 0, ..self.training.clone() }, ..self.clone() }
    }

    /// The same recipe without what makes no difference in it: how a single teacher is combined with others.
    pub(crate) fn meant(&self) -> Self {
        let mut recipe = self.clone();
        if let Some(TeacherRecipe::Train { members: 1, combine, .. }) = &mut recipe.teacher {
            *combine = Mean::default();
        }
        recipe
    }

    /// The seed of the first weights and of the dropout of one who is trained for its student's result: among peers counted from 0, the
    /// student; of generations which. All but the first of these have one of their own.
    pub fn draws(&self, place: u32) -> u64 {
        let seed = self.training.seed;
        let stream = match self.distill.method().company {
            Company::Peers(_) => "peer",
            Company::Generations(_) => "generation",
            Company::None => return seed,
        };
        if place == 0 { seed } else { Key::new(seed).named(stream).at(u64::from(place)).bits(0) }
    }

    /// The same of its student.
    pub fn student_draws(&self) -> u64 {
        self.draws(self.distill.generations().map_or(0, |last| last as u32))
    }

    /// Learns by another method, and is compared as that must be.
    pub fn put_method(&mut self, method: &'static Method) {
        self.distill = self.distill.in_method(method, self.training.epochs);
        if self.distill.trainings() > 1 {
            let is_needed = |baseline: &&Baseline| {
                **baseline == *Baseline::PLAIN || baseline.is_longer || self.baselines.contains(baseline)
            };
            self.baselines = BASELINES.iter().filter(is_needed).collect();
        }
        if self.distill.generations().is_some() {
            self.training.keep = Keep::Best;
        }
    }

    /// How what several teachers say becomes one.
    pub fn combine(&self) -> Mean {
        self.teacher.as_ref().map(TeacherRecipe::combine).unwrap_or_default()
    }

    /// All but the teacher, how it is listened to, and what is compared with that. It has the batches of the student beside it.
    pub fn without_teacher(&self) -> Self {
        Self { teacher: None, distill: Objective::labels_of(self.rows()), baselines: Vec::new(), ..self.clone() }
    }

    /// The rows that the batches of the student and of its plain baseline are made of. Where all have a label, and none is made, these are
    /// all rows.
    pub fn rows(&self) -> Over {
        let has_unlabelled = self.data.labelled < 1.0 || self.data.augment.tries > 0;
        if has_unlabelled { self.distill.method().rows } else { Over::Rows }
    }

    /// Takes other data, and models that can look at them. The shipped teacher of other data knows nothing of these: it gives
    /// way to their own, or to one that is trained first. A recipe that is called by its data is called by the new ones.
    pub fn put_source(&mut self, source: Source) {
        if self.title == self.data.source.name() {
            self.title = source.name();
        }
        let fitting = |units: usize| source.usual_model(units);
        let is_shipped = self.teacher.as_ref().is_some_and(TeacherRecipe::is_shipped);
        let shipped = if let Source::Builtin(builtin) = source { builtin.teacher() } else { None };
        match shipped {
            Some(teacher) if is_shipped => {
                self.teacher = Some(TeacherRecipe::Checkpoint(CheckpointSource::Builtin(teacher)));
            }
            Some(_) => {}
            None => {
                self.data.omit_classes.clear();
                if is_shipped {
                    self.train_teacher(fitting(256));
                }
            }
        }
        // Texts are read by models of texts, numbers by others; tables and texts have no pixels to convolve.
        for model in self.teacher.iter_mut().flat_map(TeacherRecipe::layers_mut) {
            if !source.suits(model) {
                *model = fitting(256);
            }
        }
        if self.student.as_ref().is_some_and(|model| !source.suits(model)) {
            self.student = Some(fitting(64));
        }
        self.data.source = source;
    }

    /// Lets a teacher of these layers be trained first, as the student is but for a while only.
    pub fn train_teacher(&mut self, model: Architecture) {
        let training = TrainingRecipe { epochs: 12, ..self.training.clone() };
        self.teacher = Some(TeacherRecipe::Train { model, training, members: 1, combine: Mean::default() });
    }

    /// The recipe of a job that began before a job kept a fingerprint of its data: read as it was read then.
    pub fn as_first_read(mut self) -> Self {
        self.data.source = self.data.source.as_first_read();
        self.data.copies = Copies::Apart;
        self
    }

    /// The same recipe with paths that do not depend on the working folder, so that it can be resumed from any other.
    pub fn with_absolute_paths(mut self) -> Self {
        let absolute = |path: &mut PathBuf| *path = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        self.data.source.paths_mut().into_iter().for_each(absolute);
        self.teacher.iter_mut().flat_map(TeacherRecipe::paths_mut).for_each(absolute);
        self.folders_mut().for_each(absolute);
        self
    }

    /// The same recipe for a file that is given away: an absolute path, which says how its owner's disk is laid out, becomes
    /// the name of the file or folder alone; a relative one stays.
    pub fn without_private_paths(mut self) -> Self {
        let public = |path: &mut PathBuf| *path = public_path(path);
        self.data.source.paths_mut().into_iter().for_each(public);
        self.teacher.iter_mut().flat_map(TeacherRecipe::paths_mut).for_each(public);
        self.folders_mut().for_each(public);
        self
    }

    /// The folders of pre-trained models that teacher and student begin with.
    fn folders_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let of_teacher = self.teacher.iter_mut().flat_map(TeacherRecipe::layers_mut);
        of_teacher.chain(&mut self.student).filter_map(Architecture::folder_mut)
    }
}

/// A path of another system is absolute too: a recipe may come from there.
fn public_path(path: &std::path::Path) -> PathBuf {
    let text = path.to_string_lossy();
    let drive = text.as_bytes().get(1) == Some(&b':');
    if !(path.is_absolute() || drive || text.starts_with(['/', '\\', '~'])) {
        return path.to_owned();
    }
    let name = text.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    // Of a bare drive or the root nothing is left to tell.
    PathBuf::from(if name.is_empty() || name.ends_with(':') { "data" } else { name })
}

/// Examples, splits, and what the students are allowed to see of them.
#[derive(Clone, Debug, PartialEq)]
pub struct DataRecipe {
    /// Built in, or on disk.
    pub source: Source,
    /// Fixes splits, labelled subset, label noise and the probe set; nothing in `[training]` changes them.
    pub seed: u64,
    /// Share of the training part that is held out for validation, in (0, 0.9].
    pub validation: f64,
    /// Share of all rows that becomes the test part, where the source has none of its own, in (0, 0.9].
    pub test: f64,
    /// Whether copies of a row are drawn into one part together.
    pub copies: Copies,
    /// Names of the classes that the students' transfer set never shows.
    pub omit_classes: Vec<String>,
    /// Share of the transfer set whose labels the students may use, in [0, 1].
    pub labelled: f64,
    /// Share of those labels that is replaced by another class, in [0, 1].
    pub label_noise: f64,
    /// Texts that are made of those of the transfer set, for the teacher to label; none as a rule.
    pub augment: Augment,
}

/// How texts are made of others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Augment {
    /// Tries at each text.
    pub tries: usize,
    /// The probability of a word to be masked, in [0, 1].
    pub mask: f64,
    /// The probability of a text to be cut to a run of one to five words, in [0, 1].
    pub ngram: f64,
}

impl DataRecipe {
    /// The indices of the classes, among these, that students never see.
    pub fn omitted(&self, classes: &[String]) -> Vec<usize> {
        self.omit_classes.iter().filter_map(|unseen| classes.iter().position(|class| class == unseen)).collect()
    }
}

impl Augment {
    /// No texts are made.
    pub const NONE: Self = Self { tries: 0, mask: 0.1, ngram: 0.25 };
}

/// What happens to rows with the same inputs when parts are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Copies {
    /// They come into one part, so that no test row is a copy of one that was learnt.
    #[default]
    Together,
    /// Each is drawn for itself.
    Apart,
}

/// The model that is learnt from, or several that are heard as one.
#[derive(Clone, Debug, PartialEq)]
pub enum TeacherRecipe {
    /// A finished model.
    Checkpoint(CheckpointSource),
    /// A model to train first, as a stage of the job with its own curves.
    Train {
        /// Its layers.
        model: Architecture,
        /// `[training]` with the keys of `[teacher]` laid over it.
        training: TrainingRecipe,
        /// How many of it, ≥ 1, with seeds counted up from that of `training`.
        members: usize,
        /// How several become one.
        combine: Mean,
    },
    /// Models of any kind.
    Ensemble {
        /// Each of them, at least one.
        models: Vec<TeacherPart>,
        /// How they become one.
        combine: Mean,
    },
}

/// One model that teaches, alone or with others.
#[derive(Clone, Debug, PartialEq)]
pub enum TeacherPart {
    /// A finished model.
    Checkpoint(CheckpointSource),
    /// A model to train first.
    Train {
        /// Its layers.
        model: Architecture,
        /// How.
        training: TrainingRecipe,
    },
}

impl TeacherRecipe {
    /// Whether it is part of the program.
    pub fn is_shipped(&self) -> bool {
        matches!(self, Self::Checkpoint(CheckpointSource::Builtin(_)))
    }

    /// How many of its models are to be trained.
    pub fn trained(&self) -> usize {
        self.parts().iter().filter(|part| matches!(part, TeacherPart::Train { .. })).count()
    }

    /// The models that it consists of.
    pub fn parts(&self) -> Vec<TeacherPart> {
        match self {
            Self::Checkpoint(source) => vec![TeacherPart::Checkpoint(source.clone())],
            Self::Train { model, training, members, .. } => {
                let seeds = (0..*members as u64).map(|by| training.seed.saturating_add(by));
                let training = seeds.map(|seed| TrainingRecipe { seed, ..training.clone() });
                training.map(|training| TeacherPart::Train { model: model.clone(), training }).collect()
            }
            Self::Ensemble { models, .. } => models.clone(),
        }
    }

    /// How several models become one.
    pub fn combine(&self) -> Mean {
        match self {
            Self::Checkpoint(_) => Mean::default(),
            Self::Train { combine, .. } | Self::Ensemble { combine, .. } => *combine,
        }
    }

    /// Lets several models become one in this way.
    pub fn set_combine(&mut self, mean: Mean) {
        match self {
            Self::Checkpoint(_) => {}
            Self::Train { combine, .. } | Self::Ensemble { combine, .. } => *combine = mean,
        }
    }

    /// The model files that it names.
    pub fn files(&self) -> Vec<&CheckpointFile> {
        let sources: Vec<&CheckpointSource> = match self {
            Self::Checkpoint(source) => vec![source],
            Self::Train { .. } => Vec::new(),
            Self::Ensemble { models, .. } => models.iter().filter_map(TeacherPart::source).collect(),
        };
        let files = sources.into_iter().filter_map(|source| match source {
            CheckpointSource::File(file) | CheckpointSource::Graph(GraphFile { file, .. }) => Some(file),
            CheckpointSource::Builtin(_) | CheckpointSource::Votes | CheckpointSource::Logits(_) => None,
        });
        files.collect()
    }

    /// Where the files of models and of logits lie.
    fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        let sources: Vec<&mut CheckpointSource> = match self {
            Self::Checkpoint(source) => vec![source],
            Self::Train { .. } => Vec::new(),
            Self::Ensemble { models, .. } => models.iter_mut().filter_map(TeacherPart::source_mut).collect(),
        };
        let files = sources.into_iter().filter_map(|source| match source {
            CheckpointSource::File(file) | CheckpointSource::Graph(GraphFile { file, .. }) => Some(&mut file.path),
            CheckpointSource::Logits(file) => Some(&mut file.path),
            CheckpointSource::Builtin(_) | CheckpointSource::Votes => None,
        });
        files.collect()
    }

    /// The layers of what is trained.
    fn layers_mut(&mut self) -> Vec<&mut Architecture> {
        match self {
            Self::Checkpoint(_) => Vec::new(),
            Self::Train { model, .. } => vec![model],
            Self::Ensemble { models, .. } => models.iter_mut().filter_map(TeacherPart::layers_mut).collect(),
        }
    }
}

impl TeacherPart {
    fn source(&self) -> Option<&CheckpointSource> {
        match self {
            Self::Checkpoint(source) => Some(source),
            Self::Train { .. } => None,
        }
    }

    fn source_mut(&mut self) -> Option<&mut CheckpointSource> {
        match self {
            Self::Checkpoint(source) => Some(source),
            Self::Train { .. } => None,
        }
    }

    fn layers_mut(&mut self) -> Option<&mut Architecture> {
        match self {
            Self::Checkpoint(_) => None,
            Self::Train { model, .. } => Some(model),
        }
    }
}

/// One training run's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingRecipe {
    /// Passes over the transfer set, ≥ 1.
    pub epochs: usize,
    /// Examples a step, ≥ 1; the last, smaller batch of an epoch is kept.
    pub batch: usize,
    /// Peak learning rate, > 0.
    pub learning_rate: f64,
    /// Fixes initial weights, batch order, dropout and jitter.
    pub seed: u64,
    /// Which update rule.
    pub optimiser: Optimiser,
    /// Decoupled for AdamW, added to the gradient for SGD; biases are exempt. ≥ 0.
    pub weight_decay: f64,
    /// How the learning rate moves after the warm-up.
    pub schedule: Schedule,
    /// Epochs (fractions allowed) over which the learning rate rises linearly from 0. ≥ 0.
    pub warm_up: f64,
    /// Largest global norm of a member's gradient; 0 does not clip.
    pub clip: f64,
    /// Images are shifted by up to this many pixels each way, filled with 0.
    pub jitter: usize,
    /// Which weights are the result.
    pub keep: Keep,
    /// Share of the training rows whose labels a teacher may use, in [0, 1]; it sees no others. Students have [`DataRecipe::labelled`].
    pub labelled: f64,
}

impl Default for TrainingRecipe {
    fn default() -> Self {
        Self {
            epochs: 40,
            batch: 128,
            learning_rate: 1e-3,
            seed: 0,
            optimiser: Optimiser::AdamW,
            weight_decay: 0.01,
            schedule: Schedule::Cosine,
            warm_up: 0.0,
            clip: 0.0,
            jitter: 0,
            keep: Keep::Last,
            labelled: 1.0,
        }
    }
}

/// Update rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimiser {
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019); β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
    AdamW,
    /// Stochastic gradient descent, as PyTorch defines its momentum (no dampening, no Nesterov).
    Sgd {
        /// 0 ≤ momentum < 1.
        momentum: f64,
    },
}

/// How the learning rate moves after the warm-up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// It stays.
    Constant,
    /// Half a cosine down to 0 at the last step.
    Cosine,
    /// From the peak to 0 by equal steps.
    Linear,
    /// Multiplied by `factor` after each `every` epochs.
    Step {
        /// Epochs between drops, ≥ 1.
        every: usize,
        /// In (0, 1].
        factor: f64,
    },
}

/// Which weights are the result of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Those after the last step.
    Last,
    /// Those of the epoch with the fewest validation errors, the earliest of equals.
    Best,
}

/// A recipe with the shipped teacher and a model that is trained as one.
#[cfg(test)]
pub(crate) fn ensemble_of_two(mut recipe: Recipe) -> Recipe {
    let trained = Architecture::Mlp { hidden: vec![8], dropout: 0.0 };
    let models = vec![
        TeacherPart::Checkpoint(CheckpointSource::Builtin(BuiltinTeacher::MnistMini)),
        TeacherPart::Train { model: trained, training: recipe.training.clone() },
    ];
    recipe.teacher = Some(TeacherRecipe::Ensemble { models, combine: Mean::default() });
    recipe
}
