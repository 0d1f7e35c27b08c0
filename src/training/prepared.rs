//! Everything that a cell needs, found good: data, parts, layers, teachers.

use std::borrow::Cow;
use std::sync::Arc;

use candle_core::Device;

use super::error::PrepareError;
use super::teachers::KnownTeacher;
use crate::data::{Dataset, Remark, Splits, TransferSet};
use crate::distill::{Mean, Over};
use crate::model::{Ensemble, InnerLayer, ModelSpec, Network};
use crate::protocol::Probe;
use crate::recipe::Recipe;

/// Everything that a cell needs, found good.
#[derive(Clone)]
pub struct Prepared {
    /// All rows.
    pub dataset: Arc<Dataset>,
    /// Which rows are for what.
    pub splits: Splits,
    /// What the students may see: rows of [`Prepared::learnt`].
    pub transfer: TransferSet,
    /// All rows, and behind them those texts that were made for the students.
    pub learnt: Arc<Dataset>,
    /// The row that each of those was made of.
    pub made_of: Arc<Vec<u32>>,
    /// Rows of the lens, ascending.
    pub probe: Vec<u32>,
    /// The student, without its weights.
    pub student: Option<ModelSpec>,
    /// The teacher's models, each ready or to be trained; none where students learn without one.
    pub teachers: Vec<TeacherModel>,
    /// How several teachers become one.
    pub mean: Mean,
    /// What the user should know of teacher and data together.
    pub remarks: Vec<Remark>,
}

/// A model that is learnt from.
#[derive(Clone)]
pub enum TeacherModel {
    /// Loaded.
    Ready(Arc<KnownTeacher>),
    /// To be trained.
    ToTrain(Box<ModelSpec>),
}

/// What several models are called together: `5 × MLP 64–64`, or each after the other.
pub(super) fn name_of_several(names: &[&str]) -> String {
    match names {
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|name| name == first) => {
            format!("{} × {first}", names.len())
        }
        _ => names.join(" + "),
    }
}

impl TeacherModel {
    /// What people call it.
    pub fn name(&self) -> String {
        match self {
            Self::Ready(teacher) => teacher.name(),
            Self::ToTrain(spec) => spec.name(),
        }
    }

    /// Its inner layers.
    pub fn layers(&self) -> Vec<InnerLayer> {
        match self {
            Self::Ready(teacher) => teacher.layers(),
            Self::ToTrain(spec) => spec.layers(),
        }
    }

    /// What it is without its weights, where it is one network.
    pub fn spec(&self) -> Option<&ModelSpec> {
        match self {
            Self::Ready(teacher) => teacher.network().map(|(network, _)| network.spec()),
            Self::ToTrain(spec) => Some(spec),
        }
    }

    /// Its parameters.
    pub fn parameter_count(&self) -> u64 {
        match self {
            Self::Ready(teacher) => teacher.parameter_count(),
            Self::ToTrain(spec) => spec.plan.parameter_count(),
        }
    }
}

impl Prepared {
    /// The teacher, where all of its models are loaded.
    pub fn ready_teacher(&self) -> Option<Arc<KnownTeacher>> {
        let ready = |model: &TeacherModel| match model {
            TeacherModel::Ready(teacher) => Some(teacher.clone()),
            TeacherModel::ToTrain(_) => None,
        };
        let mut all = self.teachers.iter().map(ready).collect::<Option<Vec<_>>>()?;
        match all.len() {
            0 => None,
            1 => all.pop(),
            _ => {
                let members = all.into_iter().map(|teacher| teacher.shared()).collect();
                Some(Arc::new(KnownTeacher::new(Arc::new(Ensemble { members, mean: self.mean }))))
            }
        }
    }

    /// The lens's rows, with the logits of a teacher that is loaded, where `with_teacher`.
    ///
    /// # Errors
    /// When the device fails.
    pub fn probe_set(&self, with_teacher: bool) -> Result<Probe, PrepareError> {
        let inputs = self.dataset.gather(&self.probe);
        let teacher = match self.ready_teacher().filter(|_| with_teacher) {
            Some(teacher) => Arc::unwrap_or_clone(teacher.logits(&self.dataset, &self.probe, &|| false)?.values),
            None => Vec::new(),
        };
        let scale = self.dataset.pixel_scale.unwrap_or(1.0);
        Ok(Probe {
            rows: self.probe.clone(),
            labels: self.labels(&self.probe),
            classes: self.dataset.classes.clone(),
            shape: inputs.shape(),
            inputs: inputs.values().iter().map(|value| value / scale).collect(),
            texts: inputs.texts(),
            teacher,
        })
    }

    /// The student before its first step, where that is known: one that begins with its teacher's layers waits for that one.
    pub fn untrained(&self, seed: u64, device: &Device) -> Option<candle_core::Result<Box<dyn Network>>> {
        let spec = self.student.as_ref()?;
        if !spec.plan.architecture.is_of_teacher() {
            return Some(spec.seeded(&[seed], device));
        }
        let teacher = self.ready_teacher()?;
        Some(spec.seeded_from(&[seed], &[teacher.network()?], device))
    }

    /// What the student of a recipe, and its baseline, make batches of.
    pub fn for_student(&self, recipe: &Recipe) -> Cow<'_, TransferSet> {
        match recipe.rows() {
            Over::Rows => Cow::Borrowed(&self.transfer),
            Over::Labelled => Cow::Owned(self.transfer.labelled_only()),
        }
    }

    /// What a teacher sees that may use the labels of a share of the training rows.
    pub fn for_teacher(&self, labelled: f64, data_seed: u64) -> TransferSet {
        TransferSet::of_teacher(&self.dataset, &self.splits, labelled, data_seed)
    }

    /// The true classes of rows.
    pub fn labels(&self, rows: &[u32]) -> Vec<u32> {
        rows.iter().map(|row| self.dataset.labels[*row as usize]).collect()
    }
}
