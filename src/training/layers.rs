//! The inner layers that a method looks at: the student's, the teacher's, and the method's own tensors between them.

use std::sync::Arc;

use candle_core::{Device, Tensor, Var};

use super::teachers::KnownTeacher;
use crate::data::{Batch, Dataset, Inputs};
use crate::distill::{Objective, OwnTensor, Phase, Term};
use crate::model::{InnerLayer, ModelSpec, ROWS_AT_A_TIME};
use crate::rng::Key;

/// Numbers of a teacher's layer that are kept for all rows at most; of larger ones the teacher is asked in each step.
const MOST_KEPT: usize = 128 << 20;

/// One layer of the student, one of the teacher, and what is between.
#[derive(Clone)]
pub struct InnerLayers {
    student: InnerLayer,
    teacher: InnerLayer,
    of: Arc<KnownTeacher>,
    /// What the teacher's layer says of every row, `[rows, …]`; none where it is asked in each step.
    kept: Option<Tensor>,
    own: Vec<(Var, bool)>,
    terms: &'static [Term],
    device: Device,
}

/// A layer that is asked for and is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoLayer {
    /// The path of the field.
    pub field: &'static str,
    /// The layer that it asks for, counted from 1; 0 for the middle of none.
    pub asked: usize,
    /// How many there are.
    pub there: usize,
}

/// The layers that an objective looks at, of those that student and teacher have; `None` where it looks at none.
///
/// # Errors
/// When one of them is not there.
pub fn chosen(
    objective: &Objective,
    student: &[InnerLayer],
    teacher: &[InnerLayer],
) -> Result<Option<[InnerLayer; 2]>, NoLayer> {
    let Some(inner) = objective.method().inner else { return Ok(None) };
    let layer = |field: &'static str, layers: &[InnerLayer]| {
        let asked = objective.get(field).unwrap_or_default() as usize;
        let at = if asked == 0 { layers.len() / 2 } else { asked - 1 };
        layers.get(at).cloned().ok_or(NoLayer { field, asked, there: layers.len() })
    };
    Ok(Some([layer(inner.student, student)?, layer(inner.teacher, teacher)?]))
}

impl InnerLayers {
    /// The layers that an objective looks at, with the method's own tensors drawn for each of `seeds`. The teacher's are kept for all
    /// rows of `dataset` unless pictures are shifted.
    ///
    /// # Errors
    /// When the device fails, or a layer is not there.
    pub fn new(
        objective: &Objective,
        spec: &ModelSpec,
        teacher: Arc<KnownTeacher>,
        seeds: &[u64],
        dataset: &Dataset,
        is_shifted: bool,
        device: &Device,
    ) -> candle_core::Result<Option<Self>> {
        let found = chosen(objective, &spec.layers(), &teacher.layers());
        let found = found.map_err(|lacking| candle_core::Error::msg(format!("there is no layer {}", lacking.asked)))?;
        let (Some([of_student, of_teacher]), Some(inner)) = (found, objective.method().inner) else { return Ok(None) };
        let own = (inner.own)(&of_student.shape, &of_teacher.shape);
        let own = own.iter().map(|tensor| Ok((seeded(tensor, objective.method().name, seeds, device)?, tensor.decays)));
        let own = own.collect::<candle_core::Result<Vec<_>>>()?;
        let rows = dataset.labels.len();
        let numbers = rows * of_teacher.shape.iter().product::<usize>();
        let kept = if is_shifted || numbers > MOST_KEPT {
            None
        } else {
            let rows: Vec<u32> = (0..rows as u32).collect();
            let part = |rows: &[u32]| {
                let inputs = teacher.reads(dataset).gather(rows);
                teacher
                    .taps(&inputs, &[&of_teacher.name])?
                    .pop()
                    .ok_or_else(|| candle_core::Error::msg("no such layer"))
            };
            let parts = rows.chunks(ROWS_AT_A_TIME).map(part).collect::<candle_core::Result<Vec<_>>>()?;
            Some(Tensor::cat(&parts, 0)?)
        };
        let terms = objective.method().terms;
        let device = device.clone();
        Ok(Some(Self { student: of_student, teacher: of_teacher, of: teacher, kept, own, terms, device }))
    }

    /// Whether a phase descends a term that looks at them.
    pub fn are_looked_at(&self, phase: &Phase) -> bool {
        self.terms.iter().any(|term| !term.is_of_logits() && phase.descends(term))
    }

    /// The name of the student's layer.
    pub fn of_student(&self) -> &str {
        &self.student.name
    }

    /// How many of the student's parameters there are up to its layer, in their order.
    pub fn parameters_up_to(&self, spec: &ModelSpec) -> usize {
        let own = format!("{}.", self.student.name);
        spec.parameters().iter().rposition(|parameter| parameter.name.starts_with(&own)).map_or(0, |last| last + 1)
    }

    /// The method's own tensors, `[K, …]`, with a mark whether weight decay applies.
    pub fn own(&self) -> Vec<(Var, bool)> {
        self.own.clone()
    }

    /// The same for a pass.
    pub fn tensors(&self) -> Vec<Tensor> {
        self.own.iter().map(|(own, _)| own.as_tensor().clone()).collect()
    }

    /// What the teacher's layer says of each member's batch, `[K, batch, …]`.
    ///
    /// # Errors
    /// When the device fails.
    pub fn of_teacher(&self, batches: &[Batch], batch_of: &[usize]) -> candle_core::Result<Tensor> {
        let of = |batch: &Batch| match &self.kept {
            Some(kept) => {
                let ids = Tensor::from_slice(&batch.ids, batch.ids.len(), &self.device)?;
                kept.index_select(&ids, 0)
            }
            None => self.of_inputs(&batch.inputs),
        };
        let each = batches.iter().map(of).collect::<candle_core::Result<Vec<_>>>()?;
        let index: Vec<u32> = batch_of.iter().map(|batch| *batch as u32).collect();
        Tensor::stack(&each, 0)?.index_select(&Tensor::from_vec(index, batch_of.len(), &self.device)?, 0)
    }

    /// What it says of ready-made inputs, `[batch, …]`.
    fn of_inputs(&self, inputs: &Inputs) -> candle_core::Result<Tensor> {
        let tapped = self.of.taps(inputs, &[&self.teacher.name])?.pop();
        tapped.ok_or_else(|| candle_core::Error::msg("no such layer"))
    }

    /// What it says of rows of the data, `[1, rows, …]`.
    ///
    /// # Errors
    /// When the device fails.
    pub fn of_rows(&self, dataset: &Dataset, rows: &[u32]) -> candle_core::Result<Tensor> {
        let said = match &self.kept {
            Some(kept) => kept.index_select(&Tensor::from_slice(rows, rows.len(), &self.device)?, 0)?,
            None => self.of_inputs(&self.of.reads(dataset).gather(rows))?,
        };
        said.unsqueeze(0)
    }

    /// Resumes with some of the members.
    ///
    /// # Errors
    /// When the device fails.
    pub fn keep(&mut self, index: &Tensor) -> candle_core::Result<()> {
        for (own, _) in &mut self.own {
            *own = Var::from_tensor(&own.as_detached_tensor().index_select(index, 0)?)?;
        }
        Ok(())
    }
}

/// A method's own tensor, `[K, …]`: uniform in ±1/√fan-in, from a stream of its own for each seed.
fn seeded(tensor: &OwnTensor, method: &str, seeds: &[u64], device: &Device) -> candle_core::Result<Var> {
    let len: usize = tensor.shape.iter().product();
    let bound = 1.0 / (tensor.fan_in.max(1) as f64).sqrt();
    let mut values = Vec::with_capacity(len * seeds.len());
    for seed in seeds {
        let key = Key::new(*seed).named(method).named(tensor.name);
        values.extend((0..len as u64).map(|i| ((2.0 * key.uniform(i) - 1.0) * bound) as f32));
    }
    let shape: Vec<usize> = [seeds.len()].into_iter().chain(tensor.shape.iter().copied()).collect();
    Var::from_tensor(&Tensor::from_vec(values, shape, device)?)
}
