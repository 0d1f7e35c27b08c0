//! What is known of a run when it begins, and the rows on which softened distributions are shown.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::event::Setting;
use super::ids::{Role, RunId, Stage};
use crate::data::Texts;
use crate::distill::{Company, Course, Heard, Mean, Objective, method};
use crate::recipe::fields::{Kind, TEMPERATURE};
use crate::recipe::{Baseline, Recipe};

/// What is known of a run when it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// The run.
    pub run: RunId,
    /// What it is for.
    pub role: Role,
    /// The part of the job in which it is trained.
    pub stage: Stage,
    /// Its resolved recipe. For a member of a sweep: of its cell.
    pub recipe: Recipe,
    /// The run that it learns from; of several teachers that are heard as one, the runs of those.
    pub teachers: Vec<RunId>,
    /// `MLP 64–64`.
    pub model: String,
    /// Training seed.
    pub seed: u64,
    /// Number of parameters.
    pub parameters: u64,
    /// Steps it will take; 0 for a teacher that is loaded.
    pub steps: u64,
    /// Steps of one epoch.
    pub steps_per_epoch: u64,
    /// True for a teacher that was not trained here: it was loaded, or it is several that are heard as one.
    pub loaded: bool,
    /// Where several are trained for one student, which of them it is: among peers counted from 0, the student; of generations which, the
    /// student the last. 0 of all others.
    #[serde(default)]
    pub place: u32,
}

/// The first teacher of a job, as its students hear it: an ensemble and not one of its models.
pub fn first_teacher(runs: &[RunInfo]) -> Option<&RunInfo> {
    let teachers = || runs.iter().filter(|run| run.role == Role::Teacher);
    let models: BTreeSet<RunId> = teachers().flat_map(|teacher| teacher.teachers.iter().copied()).collect();
    teachers().find(|teacher| !models.contains(&teacher.run))
}

impl RunInfo {
    /// What it is asked to learn at first: a student what its recipe says, a baseline what it is, a teacher the labels alone.
    pub fn objective(&self) -> Objective {
        match (self.role, self.baseline()) {
            (Role::Student | Role::Companion, _) => self.recipe.distill.clone(),
            (_, Some(baseline)) => baseline.objective(self.recipe.training.epochs),
            _ => Objective::labels(),
        }
    }

    /// Whether it and another are trained for one student, one of them perhaps being it.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.role.learns_by_method() && other.role.learns_by_method() && self.recipe == other.recipe
    }

    /// The seed of its first weights and of its dropout. Who stands beside a student, or comes after a generation, has one of its own.
    pub fn draws(&self) -> u64 {
        if self.role.learns_by_method() { self.recipe.draws(self.place) } else { self.seed }
    }

    /// Which baseline it is; none of other roles. Its own recipe names it alone.
    pub fn baseline(&self) -> Option<&'static Baseline> {
        let named = self.recipe.baselines.first().copied();
        (self.role == Role::Baseline).then(|| named.unwrap_or(Baseline::PLAIN))
    }

    /// What tables call it: its role, or which baseline it is where it is not the plain one, or which of those who are trained for a student.
    pub fn name(&self) -> String {
        let taught = self.baseline().filter(|baseline| *baseline != Baseline::PLAIN);
        match (self.role, self.recipe.distill.method().company) {
            (Role::Companion, Company::Peers(_)) => format!("peer-{}", self.place + 1),
            (Role::Companion, Company::Generations(_)) => format!("generation-{}", self.place),
            (role, _) => taught.map_or(role.name(), |baseline| baseline.name).to_owned(),
        }
    }

    /// What it learns by, as lists tell it: a baseline which it is, where it is not the plain one, and others by their method.
    pub fn learns_by(&self) -> Option<&'static str> {
        let baseline = self.baseline().filter(|baseline| *baseline != Baseline::PLAIN);
        baseline.map(|baseline| baseline.name).or(self.method())
    }

    /// The name of its method, where a recipe can name that; none of a teacher.
    pub fn method(&self) -> Option<&'static str> {
        method(self.objective().method().name).map(|method| method.name)
    }

    /// T over its training; none for a teacher, a baseline and a method without one.
    pub fn temperature(&self) -> Option<Course> {
        self.recipe.distill.course(TEMPERATURE.path).filter(|_| self.role.learns_by_method())
    }

    /// The numbers of its method's fields by their paths, as they were given; none of who learns from labels alone.
    pub fn settings(&self) -> Vec<(&'static str, Course)> {
        let objective = self.objective();
        let numbers = objective.fields().filter(|(field, _)| matches!(field.kind, Kind::Number(_) | Kind::Whole(_)));
        numbers.map(|(field, course)| (field.path, course)).collect()
    }

    /// A setting at its beginning; none for what it does not have.
    pub fn setting(&self, setting: Setting) -> Option<f64> {
        if setting == Setting::LEARNING_RATE {
            return Some(self.recipe.training.learning_rate);
        }
        self.recipe.distill.get(setting.path()).filter(|_| self.role.learns_by_method())
    }
}

/// The fixed validation rows on which softened distributions are shown: at most 256, stratified.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Their numbers in the data source.
    pub rows: Vec<u32>,
    /// Their true classes.
    pub labels: Vec<u32>,
    /// Class names.
    pub classes: Vec<String>,
    /// `[channels, height, width]`, or `[features]`.
    pub shape: Vec<usize>,
    /// Raw input values, `[rows, shape…]`, scaled to 0…1 for pixels.
    pub inputs: Vec<f32>,
    /// The texts of the rows, where they are texts; no row otherwise.
    #[serde(default)]
    pub texts: Texts,
    /// Logits of the teacher, `[teachers, rows, classes]`; empty while it is still to be trained, and where students of the job have
    /// different ones.
    pub teacher: Vec<f32>,
}

impl Probe {
    /// The inputs of one of its rows, counted from 0; empty for a text, and nothing where there is no such row.
    pub fn input(&self, row: usize) -> Option<&[f32]> {
        if row < self.texts.rows() {
            return Some(&[]);
        }
        let len: usize = self.shape.iter().product();
        self.inputs.get(row * len..(row + 1) * len)
    }

    /// What its teachers say of all its rows, where their answers came with it.
    pub fn heard(&self, mean: Mean) -> Option<Heard<'_>> {
        let len = self.rows.len() * self.classes.len();
        let each: Vec<&[f32]> = self.teacher.chunks_exact(len.max(1)).collect();
        (!each.is_empty()).then_some(Heard { each, mean })
    }
}
