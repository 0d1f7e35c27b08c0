//! Whoever can be learnt from: anything that gives logits of rows. A network, or several teachers of any kind together.

use std::sync::Arc;

use candle_core::Tensor;

use super::{InnerLayer, Network};
use crate::data::{Dataset, Inputs, Watch};
use crate::distill::{Mean, TeacherLogits};
use crate::text::Phrase;

/// Rows that are evaluated at a time. Part of the definition of an evaluation's bits.
pub const ROWS_AT_A_TIME: usize = 512;

/// Gives logits whose classes are in the order of the data.
pub trait Teacher: Send + Sync {
    /// What people call it: `MLP 1200–1200`.
    fn name(&self) -> String;

    /// Parameters of all that it consists of.
    fn parameter_count(&self) -> u64;

    /// Tells what it answers from what others do; empty for one that is part of the program.
    fn digest(&self) -> String;

    /// The data as it reads them: its columns may not be those of the data.
    fn reads<'a>(&'a self, dataset: &'a Dataset) -> &'a Dataset {
        dataset
    }

    /// Logits of rows, `[teachers, rows, classes]`. `cancelled` is asked between parts.
    ///
    /// # Errors
    /// When the device fails or the user cancels.
    fn logits(
        &self,
        dataset: &Dataset,
        rows: &[u32],
        cancelled: &dyn Fn() -> bool,
    ) -> Result<TeacherLogits, Unanswered>;

    /// Whether its classes can be right or wrong: not where the labels were made of what it says.
    fn is_judged(&self) -> bool {
        true
    }

    /// Whether it comes from another program, and what it says is kept with a job: then nobody has to ask it again.
    fn is_outside(&self) -> bool {
        false
    }

    /// Whether it can be asked about inputs that are no rows of the data, such as shifted pictures.
    fn knows_inputs(&self) -> bool {
        true
    }

    /// Lets one that takes its time answer all rows now, and says how far it is; others answer when they are asked.
    ///
    /// # Errors
    /// When it fails or nobody waits any more.
    fn answer_all(&self, _dataset: &Dataset, _watch: &dyn Watch) -> Result<(), Unanswered> {
        Ok(())
    }

    /// Whether of each row it knows some classes only, the others having −∞ for a logit.
    fn is_partial(&self) -> bool {
        false
    }

    /// Whether it says anything of a row of the data.
    fn knows_row(&self, _row: u32) -> bool {
        true
    }

    /// The same of ready-made inputs.
    ///
    /// # Errors
    /// When the device fails, or it knows rows alone.
    fn logits_of(&self, inputs: &Inputs) -> candle_core::Result<TeacherLogits>;

    /// The network that it is, and for each class of the data its index among that one's; none of what is several, or no network.
    fn network(&self) -> Option<(&dyn Network, &[usize])> {
        None
    }

    /// Its inner layers, from input to logits; none where they cannot be had.
    fn layers(&self) -> Vec<InnerLayer> {
        Vec::new()
    }

    /// Outputs of inner layers by name for ready-made inputs, each `[batch, …]`.
    ///
    /// # Errors
    /// When the device fails, or there is no such layer.
    fn taps(&self, _inputs: &Inputs, names: &[&str]) -> candle_core::Result<Vec<Tensor>> {
        candle_core::bail!("{} has no layers {names:?}", self.name())
    }
}

/// Why rows were not answered.
#[derive(Debug)]
pub enum Unanswered {
    /// Nobody wants to know any more.
    Cancelled,
    /// The device failed.
    Device(candle_core::Error),
    /// A teacher from outside failed.
    Outside(Phrase),
}

impl From<candle_core::Error> for Unanswered {
    fn from(error: candle_core::Error) -> Self {
        Self::Device(error)
    }
}

/// Logits of a population on `rows`, `[members, rows, classes]`.
///
/// # Errors
/// When the device fails or the user cancels.
pub fn population_logits(
    network: &dyn Network,
    dataset: &Dataset,
    rows: &[u32],
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<f32>, Unanswered> {
    let (members, classes) = (network.members(), network.spec().classes());
    let mut values = vec![0.0; members * rows.len() * classes];
    for (part, rows_of_part) in rows.chunks(ROWS_AT_A_TIME).enumerate() {
        if cancelled() {
            return Err(Unanswered::Cancelled);
        }
        let logits: Vec<f32> = network.logits(&[&dataset.gather(rows_of_part)])?.flatten_all()?.to_vec1()?;
        let len = rows_of_part.len() * classes;
        for member in 0..members {
            let at = (member * rows.len() + part * ROWS_AT_A_TIME) * classes;
            values[at..at + len].copy_from_slice(&logits[member * len..][..len]);
        }
    }
    Ok(values)
}

/// A network that teaches; of a population of several members all of them, as an ensemble.
#[derive(Clone)]
pub struct NetworkTeacher {
    /// One member or several.
    pub network: Arc<dyn Network>,
    /// For each class of the data, its index among the network's logits.
    pub indices: Vec<usize>,
    /// The data as this teacher reads them, where its columns are not those of the data.
    pub view: Option<Arc<Dataset>>,
    /// Tells its weights from others'.
    pub digest: String,
    /// How several members become one.
    pub mean: Mean,
}

impl NetworkTeacher {
    /// A network whose classes stand at these indices among its logits.
    pub fn new(network: Arc<dyn Network>, indices: Vec<usize>) -> Self {
        Self { network, indices, view: None, digest: String::new(), mean: Mean::default() }
    }

    fn in_class_order(&self, values: Vec<f32>) -> TeacherLogits {
        let values = Arc::new(in_order(values, &self.indices));
        TeacherLogits { values, teachers: self.network.members(), classes: self.indices.len(), mean: self.mean }
    }
}

/// Rows of a model's numbers in the order of the data's classes, which stand at these indices among its own.
pub(super) fn in_order(values: Vec<f32>, indices: &[usize]) -> Vec<f32> {
    if indices.iter().enumerate().all(|(class, index)| class == *index) {
        return values;
    }
    values.chunks_exact(indices.len()).flat_map(|row| indices.iter().map(|index| row[*index])).collect()
}

impl Teacher for NetworkTeacher {
    fn name(&self) -> String {
        self.network.spec().name()
    }

    fn parameter_count(&self) -> u64 {
        self.network.spec().plan.parameter_count() * self.network.members() as u64
    }

    fn digest(&self) -> String {
        self.digest.clone()
    }

    fn reads<'a>(&'a self, dataset: &'a Dataset) -> &'a Dataset {
        self.view.as_deref().unwrap_or(dataset)
    }

    fn logits(
        &self,
        dataset: &Dataset,
        rows: &[u32],
        cancelled: &dyn Fn() -> bool,
    ) -> Result<TeacherLogits, Unanswered> {
        Ok(self.in_class_order(population_logits(&*self.network, self.reads(dataset), rows, cancelled)?))
    }

    fn knows_inputs(&self) -> bool {
        self.view.is_none()
    }

    fn logits_of(&self, inputs: &Inputs) -> candle_core::Result<TeacherLogits> {
        Ok(self.in_class_order(self.network.logits(&[inputs])?.flatten_all()?.to_vec1()?))
    }

    fn network(&self) -> Option<(&dyn Network, &[usize])> {
        (self.network.members() == 1).then_some((&*self.network, self.indices.as_slice()))
    }

    fn layers(&self) -> Vec<InnerLayer> {
        if self.network.members() == 1 { self.network.layers() } else { Vec::new() }
    }

    fn taps(&self, inputs: &Inputs, names: &[&str]) -> candle_core::Result<Vec<Tensor>> {
        self.network.evaluate(&[inputs], names)?.taps.into_iter().map(|tap| tap.get(0)).collect()
    }
}

/// The people who voted on each row of the data: the logarithms of the shares of their votes, so that the softmax at T = 1 gives these.
pub struct Votes;

impl Teacher for Votes {
    fn name(&self) -> String {
        "votes".to_owned()
    }

    fn parameter_count(&self) -> u64 {
        0
    }

    fn digest(&self) -> String {
        String::new()
    }

    fn logits(
        &self,
        dataset: &Dataset,
        rows: &[u32],
        _cancelled: &dyn Fn() -> bool,
    ) -> Result<TeacherLogits, Unanswered> {
        let classes = dataset.classes.len();
        let Some(votes) = &dataset.votes else {
            return Err(candle_core::Error::msg("nobody voted on these data").into());
        };
        let of_row = |row: &u32| &votes[*row as usize * classes..(*row as usize + 1) * classes];
        let values: Vec<f32> = rows.iter().flat_map(of_row).map(|share| share.ln()).collect();
        Ok(TeacherLogits::of_one(values, classes))
    }

    fn is_judged(&self) -> bool {
        false
    }

    fn knows_inputs(&self) -> bool {
        false
    }

    fn logits_of(&self, _inputs: &Inputs) -> candle_core::Result<TeacherLogits> {
        candle_core::bail!("people voted on the rows of the data alone")
    }
}

/// Several teachers of any kind, heard as one.
pub struct Ensemble {
    /// In the order in which they are shown.
    pub members: Vec<Arc<dyn Teacher>>,
    /// How they become one.
    pub mean: Mean,
}

impl Ensemble {
    fn together(&self, each: Vec<TeacherLogits>) -> TeacherLogits {
        let classes = each.first().map_or(0, |first| first.classes);
        let teachers = each.iter().map(|logits| logits.teachers).sum();
        let values = each.iter().flat_map(|logits| logits.values.iter()).copied().collect();
        TeacherLogits { values: Arc::new(values), teachers, classes, mean: self.mean }
    }
}

impl Teacher for Ensemble {
    fn name(&self) -> String {
        self.members.iter().map(|member| member.name()).collect::<Vec<_>>().join(" + ")
    }

    fn parameter_count(&self) -> u64 {
        self.members.iter().map(|member| member.parameter_count()).sum()
    }

    fn digest(&self) -> String {
        self.members.iter().map(|member| member.digest()).collect()
    }

    fn logits(
        &self,
        dataset: &Dataset,
        rows: &[u32],
        cancelled: &dyn Fn() -> bool,
    ) -> Result<TeacherLogits, Unanswered> {
        let each = self.members.iter().map(|member| member.logits(dataset, rows, cancelled));
        Ok(self.together(each.collect::<Result<_, _>>()?))
    }

    fn is_judged(&self) -> bool {
        self.members.iter().all(|member| member.is_judged())
    }

    fn knows_inputs(&self) -> bool {
        self.members.iter().all(|member| member.knows_inputs())
    }

    fn answer_all(&self, dataset: &Dataset, watch: &dyn Watch) -> Result<(), Unanswered> {
        self.members.iter().try_for_each(|member| member.answer_all(dataset, watch))
    }

    fn is_partial(&self) -> bool {
        self.members.iter().any(|member| member.is_partial())
    }

    fn knows_row(&self, row: u32) -> bool {
        self.members.iter().all(|member| member.knows_row(row))
    }

    fn logits_of(&self, inputs: &Inputs) -> candle_core::Result<TeacherLogits> {
        let each = self.members.iter().map(|member| member.logits_of(inputs));
        Ok(self.together(each.collect::<candle_core::Result<_>>()?))
    }
}
