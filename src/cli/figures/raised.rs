//! What a run comes to once the bias of the classes that it never saw is raised: one for all of them, chosen on its validation rows.

use std::sync::Arc;

use std::path::Path;

use crate::cli::events::FinishedRun;
use crate::cli::follow::Figures;
use crate::data::Dataset;
use crate::distill::{BIASES, ErrorsByBias, top_classes};
use crate::model::{Checkpoint, NetworkTeacher, Teacher as _};
use crate::protocol::{Answers, DeviceChoice, Part};
use crate::recipe::Source;
use crate::runs::StoreReader;
use crate::training::{PrepareError, choose, threads};

/// Errors with that bias added to the logits of the classes.
pub(super) struct Raised {
    pub bias: f64,
    pub validation: u64,
    /// Of a run that was tested.
    pub test: Option<u64>,
}

impl Raised {
    /// Of a run that saw some classes and not others; `None` where its logits were not kept.
    ///
    /// # Errors
    /// When the store cannot be read, or the data or the model are not what they were: as words.
    pub fn of(
        run: &FinishedRun,
        found: &Figures<'_>,
        reader: &StoreReader,
        data: &mut ReadData,
    ) -> Result<Option<Self>, String> {
        let info = &run.info;
        let of_part = |part: Part| found.answers.get(&(info.run, part));
        let logits = reader.validation_logits(info.run).map_err(|error| error.to_string())?;
        let (Some(validation), Some(logits), Some(path)) = (of_part(Part::Validation), logits, &run.checkpoint) else {
            return Ok(None);
        };
        let checkpoint = Checkpoint::read(path).map_err(|error| error.to_string())?;
        let moved = info.recipe.data.omitted(&checkpoint.classes);
        let zeros = vec![0.0; checkpoint.classes.len()];
        let by_bias = ErrorsByBias::of(&logits, &validation.labels, &zeros, &moved);
        let bias = by_bias.chosen(&by_bias.best(BIASES));
        let tested = of_part(Part::Test).filter(|_| run.test.is_some());
        let test = tested.map(|asked| -> Result<u64, String> {
            let logits = again(&checkpoint, path, data.of(&info.recipe.data.source)?, asked)?;
            Ok(ErrorsByBias::of(&logits, &asked.labels, &zeros, &moved).at(bias).errors)
        });
        Ok(Some(Self { bias, validation: by_bias.at(bias).errors, test: test.transpose()? }))
    }
}

/// The data that were read last: the runs of a job mostly have the same.
#[derive(Default)]
pub(super) struct ReadData(Option<(Source, Dataset)>);

impl ReadData {
    fn of(&mut self, source: &Source) -> Result<&Dataset, String> {
        let data = match self.0.take().filter(|(known, _)| known == source) {
            Some(known) => known,
            None => (source.clone(), Dataset::load(source).map_err(|error| error.to_string())?),
        };
        Ok(&self.0.insert(data).1)
    }
}

/// A model that answers more of its rows than one in so many in another way was asked about other rows. Another processor, whose sums
/// end in other bits, turns a tie now and then.
const APART: usize = 1000;

/// The logits `[rows, classes]` of the rows that a model was asked about before, asked again.
fn again(checkpoint: &Checkpoint, path: &Path, dataset: &Dataset, asked: &Answers) -> Result<Vec<f32>, String> {
    let path = path.display().to_string();
    let indices = checkpoint.indices_of(&path, &dataset.examples.shape(), &dataset.classes);
    let indices = indices.map_err(|error| error.to_string())?;
    let (device, _) = choose(DeviceChoice::Cpu, threads());
    let network = checkpoint.network(&device).map_err(|error| error.to_string())?;
    let changed = || "the data are not what they were when the run was tested".to_owned();
    if asked.rows.iter().any(|row| *row as usize >= dataset.labels.len()) {
        return Err(changed());
    }
    let model = NetworkTeacher::new(network.into(), indices);
    let found = model.logits(dataset, &asked.rows, &|| false).map_err(|error| PrepareError::from(error).to_string())?;
    let top = top_classes(&found.values, dataset.classes.len());
    let apart = top.iter().zip(&*asked.predicted).filter(|(now, then)| now != then).count();
    let has_labels = asked.rows.iter().zip(&*asked.labels).all(|(row, label)| dataset.labels[*row as usize] == *label);
    let is_same = has_labels && apart * APART <= asked.rows.len();
    is_same.then(|| Arc::unwrap_or_clone(found.values)).ok_or_else(changed)
}
