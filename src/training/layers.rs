//! The inner layers that a method looks at: the student's, the teacher's, and the method's own tensors between them.

use std::sync::Arc;

use candle_core::{Device, Tensor, Var};

use super::teachers::KnownTeacher;
use crate::data::{Batch, Dataset, Inputs};
use crate::distill::{NoPairs, Objective, OwnTensor, Phase, Sides, Term};
use crate::model::{InnerLayer, ModelSpec, ParameterSpec, ROWS_AT_A_TIME};
use crate::rng::Key;

/// Numbers of a teacher's layer that are kept for all rows at most; of larger ones the teacher is asked in each step.
const MOST_KEPT: usize = 128 << 20;

/// Layers of the student beside layers of the teacher, and what is between.
#[derive(Clone)]
pub struct InnerLayers {
    pairs: Vec<Pair>,
    /// How many layers each has.
    counts: Sides<usize>,
    of: Arc<KnownTeacher>,
    /// What the teacher's layers say of every row, `[rows, …]` each; none where it is asked in each step.
    kept: Option<Vec<Tensor>>,
    own: Vec<(Var, bool)>,
    terms: &'static [Term],
    device: Device,
}

/// A layer of the student that looks at one of the teacher.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Their indices among the layers of each.
    pub at: Sides<usize>,
    /// The layers.
    pub layers: Sides<InnerLayer>,
}

/// The layers that an objective looks at, of those that student and teacher have; none where it looks at none.
///
/// # Errors
/// When one of them is not there, or they do not fit each other.
pub fn chosen(objective: &Objective, student: &[InnerLayer], teacher: &[InnerLayer]) -> Result<Vec<Pair>, NoPairs> {
    let Some(inner) = objective.method().inner else { return Ok(Vec::new()) };
    let [of_student, of_teacher] =
        [student, teacher].map(|layers| layers.iter().map(|layer| layer.shape.as_slice()).collect::<Vec<_>>());
    let pairs = (inner.pairs)(objective.values(), Sides { student: &of_student, teacher: &of_teacher })?;
    let pair = |at: Sides<usize>| {
        let layers = Sides { student: student[at.student].clone(), teacher: teacher[at.teacher].clone() };
        let numbers = |layer: &InnerLayer| layer.shape.iter().product::<usize>();
        let len = Sides { student: numbers(&layers.student), teacher: numbers(&layers.teacher) };
        if inner.is_alike && len.student != len.teacher { Err(NoPairs::Unlike(len)) } else { Ok(Pair { at, layers }) }
    };
    pairs.into_iter().map(pair).collect()
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
        let pairs = chosen(objective, &spec.layers(), &teacher.layers());
        let pairs = pairs.map_err(|lacking| candle_core::Error::msg(format!("layers are lacking: {lacking:?}")))?;
        let (Some(Pair { layers: first, .. }), Some(inner)) = (pairs.first(), objective.method().inner) else {
            return Ok(None);
        };
        let own = (inner.own)(Sides { student: &first.student.shape, teacher: &first.teacher.shape });
        let own = own.iter().map(|tensor| Ok((seeded(tensor, objective.method().name, seeds, device)?, tensor.decays)));
        let own = own.collect::<candle_core::Result<Vec<_>>>()?;
        let rows = dataset.labels.len();
        let numbers = pairs.iter().map(|pair| pair.layers.teacher.shape.iter().product::<usize>()).sum::<usize>();
        let (terms, device) = (objective.method().terms, device.clone());
        let counts = Sides { student: spec.layers().len(), teacher: teacher.layers().len() };
        let mut layers = Self { pairs, counts, of: teacher, kept: None, own, terms, device };
        if !is_shifted && rows * numbers <= MOST_KEPT {
            let rows: Vec<u32> = (0..rows as u32).collect();
            let inputs = |rows: &[u32]| layers.of.reads(dataset).gather(rows);
            let parts = rows.chunks(ROWS_AT_A_TIME).map(|rows| layers.of_inputs(&inputs(rows)));
            let parts = parts.collect::<candle_core::Result<Vec<_>>>()?;
            let whole = |pair: usize| Tensor::cat(&parts.iter().map(|part| &part[pair]).collect::<Vec<_>>(), 0);
            layers.kept = Some((0..layers.pairs.len()).map(whole).collect::<candle_core::Result<_>>()?);
        }
        Ok(Some(layers))
    }

    /// Whether a phase descends a term that looks at them.
    pub fn are_looked_at(&self, phase: &Phase) -> bool {
        self.terms.iter().any(|term| !term.is_of_logits() && phase.descends(term))
    }

    /// The pairs, in the order of the method.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// How many layers student and teacher have.
    pub fn counts(&self) -> Sides<usize> {
        self.counts
    }

    /// The names of the student's layers, one a pair.
    pub fn of_student(&self) -> Vec<&str> {
        self.pairs.iter().map(|pair| pair.layers.student.name.as_str()).collect()
    }

    /// How many of the student's parameters there are up to the last of its layers, in their order.
    pub fn parameters_up_to(&self, spec: &ModelSpec) -> usize {
        let own: Vec<String> = self.of_student().iter().map(|name| format!("{name}.")).collect();
        let is_own = |parameter: &ParameterSpec| own.iter().any(|own| parameter.name.starts_with(own));
        spec.parameters().iter().rposition(is_own).map_or(0, |last| last + 1)
    }

    /// The method's own tensors, `[K, …]`, with a mark whether weight decay applies.
    pub fn own(&self) -> Vec<(Var, bool)> {
        self.own.clone()
    }

    /// The same for a pass.
    pub fn tensors(&self) -> Vec<Tensor> {
        self.own.iter().map(|(own, _)| own.as_tensor().clone()).collect()
    }

    /// What the teacher's layers say of each member's batch, `[K, batch, …]` each.
    ///
    /// # Errors
    /// When the device fails.
    pub fn of_teacher(&self, batches: &[Batch], batch_of: &[usize]) -> candle_core::Result<Vec<Tensor>> {
        let each = batches.iter().map(|batch| self.of_ids(&batch.ids, || batch.inputs.clone()));
        let each = each.collect::<candle_core::Result<Vec<_>>>()?;
        let index: Vec<u32> = batch_of.iter().map(|batch| *batch as u32).collect();
        let index = Tensor::from_vec(index, batch_of.len(), &self.device)?;
        let of_pair = |pair: usize| {
            let each: Vec<&Tensor> = each.iter().map(|said| &said[pair]).collect();
            Tensor::stack(&each, 0)?.index_select(&index, 0)
        };
        (0..self.pairs.len()).map(of_pair).collect()
    }

    /// What they say of rows of the data, which are these inputs where they are asked.
    fn of_ids(&self, ids: &[u32], inputs: impl FnOnce() -> Inputs) -> candle_core::Result<Vec<Tensor>> {
        let Some(kept) = &self.kept else { return self.of_inputs(&inputs()) };
        let ids = Tensor::from_slice(ids, ids.len(), &self.device)?;
        kept.iter().map(|kept| kept.index_select(&ids, 0)).collect()
    }

    /// What they say of ready-made inputs, `[batch, …]` each.
    fn of_inputs(&self, inputs: &Inputs) -> candle_core::Result<Vec<Tensor>> {
        let names: Vec<&str> = self.pairs.iter().map(|pair| pair.layers.teacher.name.as_str()).collect();
        self.of.taps(inputs, &names)
    }

    /// What they say of rows of the data, `[1, rows, …]` each.
    ///
    /// # Errors
    /// When the device fails.
    pub fn of_rows(&self, dataset: &Dataset, rows: &[u32]) -> candle_core::Result<Vec<Tensor>> {
        let said = self.of_ids(rows, || self.of.reads(dataset).gather(rows))?;
        said.iter().map(|said| said.unsqueeze(0)).collect()
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
