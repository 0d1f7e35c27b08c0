//! From a recipe to everything that training needs; all that can be wrong with the input is found here.

use std::collections::HashSet;
use std::fs::Metadata;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use candle_core::{Device, Tensor};

use super::device::of_device;
use super::report::Probe;
use crate::data::{DataError, Dataset, Inputs, Remark, Splits, TransferSet, Watch};
use crate::distill::{Mean, TeacherLogits};
use crate::model::import::{self, ImportOptions};
use crate::model::{Checkpoint, CheckpointError, Normalisation, Plan, PlanError, Population};
use crate::recipe::{Builtin, CheckpointSource, Faults, Recipe, Source, TeacherRecipe};
use crate::text::{Phrase, phrase, prints_its_phrase};

/// Rows that are evaluated at a time. Part of the definition of an evaluation's bits.
pub const ROWS_AT_A_TIME: usize = 512;

/// Largest probe set.
const PROBE_ROWS: usize = 256;

/// Everything that a cell needs, found good.
#[derive(Clone)]
pub struct Prepared {
    /// All rows.
    pub dataset: Arc<Dataset>,
    /// Which rows are for what.
    pub splits: Splits,
    /// What the students may see.
    pub transfer: TransferSet,
    /// Rows of the lens, ascending.
    pub probe: Vec<u32>,
    /// How new models see inputs.
    pub normalisation: Normalisation,
    /// Layers of the student.
    pub student: Option<Plan>,
    /// The teacher: ready, or the layers to train; `None` where students learn without one.
    pub teacher: Option<TeacherModel>,
    /// What the user should know of teacher and data together.
    pub remarks: Vec<Remark>,
}

/// The model that is learnt from.
#[derive(Clone)]
pub enum TeacherModel {
    /// Loaded or trained.
    Ready(Arc<Teacher>),
    /// To be trained.
    ToTrain(Plan),
}

/// A teacher that can be asked.
pub struct Teacher {
    /// One member or, for an ensemble, several.
    pub population: Population,
    /// For each class of the data, its place among the population's logits.
    pub places: Vec<usize>,
    /// The data as this teacher reads them, where its columns are not those of the data.
    pub view: Option<Arc<Dataset>>,
    /// Tells its weights from others'.
    pub digest: String,
    /// Logits of every row of a dataset, once somebody has asked for them.
    kept: Mutex<Option<(Arc<Dataset>, Arc<TeacherLogits>)>>,
}

/// Why a recipe cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The data.
    Data(#[from] DataError),
    /// The student's or teacher's layers.
    Plan {
        /// `student.model` or `teacher.model`.
        whose: &'static str,
        /// What is wrong with them.
        error: PlanError,
    },
    /// The teacher's file.
    Checkpoint(#[from] CheckpointError),
    /// The teacher has seen rows that are to judge it.
    Overlap {
        /// The file.
        path: String,
        /// Test rows it was trained on.
        rows: usize,
        /// Test rows.
        of: usize,
    },
    /// The recipe's cells.
    Recipe(#[from] Faults),
    /// The device.
    Device(#[from] candle_core::Error),
    /// The user does not want it any more.
    Cancelled,
}

impl PrepareError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Data(error) => error.code(),
            Self::Plan { error, .. } => error.code(),
            Self::Checkpoint(error) => error.code(),
            Self::Overlap { .. } => "teacher-saw-test-rows",
            Self::Recipe(_) => "recipe",
            Self::Device(_) => "device",
            Self::Cancelled => "cancelled",
        }
    }

    /// The part of the recipe that is at fault, where it is one.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Data(_) => Some("data"),
            Self::Plan { whose, .. } => Some(whose),
            Self::Checkpoint(_) | Self::Overlap { .. } => Some("teacher.checkpoint"),
            Self::Recipe(_) | Self::Device(_) | Self::Cancelled => None,
        }
    }

    /// In words: what is wrong, and what to do.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Data(error) => error.phrase(),
            Self::Plan { whose, error } => phrase!("fault-at", place = *whose, problem = error.phrase()),
            Self::Checkpoint(error) => phrase!("fault-at", place = "teacher.checkpoint", problem = error.phrase()),
            Self::Overlap { path, rows, of } => phrase!("teacher-saw-test", path = path, rows = *rows, of = *of),
            Self::Recipe(faults) => faults.phrase(),
            Self::Device(error) => of_device(error),
            Self::Cancelled => phrase!("cancelled"),
        }
    }
}

prints_its_phrase!(PrepareError);

/// Data and teachers, kept while they are in use: built-in ones for good, files for the cells of one job.
#[derive(Default)]
pub struct Shelf {
    data: Vec<ShelvedData>,
    teachers: Vec<ShelvedTeacher>,
}

/// The rows of a source.
struct ShelvedData {
    source: Source,
    dataset: Arc<Dataset>,
    /// Size and time of each file before it was read; `None` for folders, whose files are many.
    stamp: Option<Vec<(u64, SystemTime)>>,
}

/// Size and time of each file of a source, where all of them are files.
fn stamp(source: &Source) -> Option<Vec<(u64, SystemTime)>> {
    let Source::Table(table) = source else { return None };
    let stamp = |file: &PathBuf| {
        let metadata = std::fs::metadata(file).ok().filter(Metadata::is_file)?;
        Some((metadata.len(), metadata.modified().ok()?))
    };
    table.files().map(stamp).collect()
}

/// A loaded teacher with what describes it.
#[derive(Clone)]
struct ShelvedTeacher {
    source: CheckpointSource,
    teacher: Arc<Teacher>,
    /// Without weights, which live in the population.
    checkpoint: Checkpoint,
    /// What was assumed of a model of another program.
    notes: Vec<Phrase>,
    /// The shape, classes and pixel scale of the data that such a model was read for: it says nothing of them itself.
    read_for: Option<(Vec<usize>, Vec<String>, Option<f32>)>,
}

impl Shelf {
    /// Lets go of files that may have changed since they were read: tables of another size or time, and folders, unless one is
    /// still to be previewed.
    pub fn forget_files(&mut self, previewed: Option<&Source>) {
        self.data.retain(|kept| match (&kept.source, &kept.stamp) {
            (Source::Builtin(_), _) => true,
            (source, _) if previewed.is_some_and(|previewed| previewed != source) => false,
            (source, Some(stamp)) => self::stamp(source).as_ref() == Some(stamp),
            (_, None) => previewed.is_some(),
        });
        self.teachers.retain(|kept| matches!(kept.source, CheckpointSource::Builtin(_)));
    }

    /// The rows of a source as it is now; what is not on the shelf is read and let go of again.
    pub(super) fn dataset(&self, source: &Source) -> Result<Arc<Dataset>, DataError> {
        let is_it = |kept: &&ShelvedData| {
            let as_read = kept.stamp.is_none() || stamp(source) == kept.stamp;
            kept.source == *source && as_read
        };
        match self.data.iter().find(is_it) {
            Some(kept) => Ok(kept.dataset.clone()),
            None => Dataset::load_watched(source, &()).map(Arc::new),
        }
    }

    /// The place of a source's rows on the shelf.
    fn place_of(&mut self, source: &Source, watch: &dyn Watch) -> Result<usize, DataError> {
        if let Some(at) = self.data.iter().position(|kept| kept.source == *source) {
            return Ok(at);
        }
        let stamp = stamp(source);
        let dataset = Arc::new(Dataset::load_watched(source, watch)?);
        self.data.push(ShelvedData { source: source.clone(), dataset, stamp });
        Ok(self.data.len() - 1)
    }

    /// Loads data and models and checks that they fit each other.
    ///
    /// # Errors
    /// When the recipe cannot be run; nothing has happened then.
    pub fn prepare(&mut self, recipe: &Recipe, device: &Device, watch: &dyn Watch) -> Result<Prepared, PrepareError> {
        let at = self.place_of(&recipe.data.source, watch)?;
        let dataset = &mut self.data[at].dataset;
        let splits = dataset.split(&recipe.data)?;
        if let Some(medians) = dataset.medians(&splits.train).filter(|medians| !dataset.is_filled_with(medians)) {
            // In place, unless another cell of the job has filled them from other training rows.
            Arc::make_mut(dataset).fill_gaps(&medians);
        }
        let dataset = dataset.clone();
        let transfer = TransferSet::of_students(&dataset, &splits, &recipe.data)?;
        let probe = splits.probe(&dataset, recipe.data.seed, PROBE_ROWS);
        let shape = dataset.examples.shape();
        let normalisation = Normalisation::of(&dataset, &splits.train);
        let plan = |architecture, whose| {
            Plan::new(architecture, &shape, dataset.classes.len()).map_err(|error| PrepareError::Plan { whose, error })
        };
        let student = recipe.student.as_ref().map(|model| plan(model, "student.model")).transpose()?;
        let mut remarks = Vec::new();
        let teacher = match &recipe.teacher {
            None => None,
            Some(TeacherRecipe::Train { model, .. }) => Some(TeacherModel::ToTrain(plan(model, "teacher.model")?)),
            Some(TeacherRecipe::Checkpoint(source)) => {
                let (path, kept) = self.load_teacher(source, &dataset, device)?;
                let read = kept.teacher.view.as_deref().unwrap_or(&dataset);
                check_rows(&path, &kept.checkpoint, read, &splits, &mut remarks)?;
                remarks.extend(kept.notes.into_iter().map(|note| Remark::note("imported-model", note, [])));
                Some(TeacherModel::Ready(kept.teacher))
            }
        };
        Ok(Prepared { dataset, splits, transfer, probe, normalisation, student, teacher, remarks })
    }

    fn load_teacher(
        &mut self,
        source: &CheckpointSource,
        dataset: &Dataset,
        device: &Device,
    ) -> Result<(String, ShelvedTeacher), PrepareError> {
        let path = match source {
            CheckpointSource::File(file) => file.path.display().to_string(),
            CheckpointSource::Builtin(builtin) => format!("builtin:{}", builtin.name()),
        };
        let shape = dataset.examples.shape();
        let data = (shape.clone(), dataset.classes.clone(), dataset.pixel_scale);
        let fits = |kept: &&ShelvedTeacher| {
            kept.source == *source && kept.read_for.as_ref().is_none_or(|read_for| *read_for == data)
        };
        if let Some(kept) = self.teachers.iter().find(fits) {
            // Whether it fits is a question of the data and asked each time.
            let mut fitted = fit(&path, kept.teacher.population.clone(), &kept.checkpoint, dataset)?;
            let is_same = fitted.places == kept.teacher.places && fitted.view.is_none() && kept.teacher.view.is_none();
            let mut kept = kept.clone();
            if !is_same {
                fitted.digest.clone_from(&kept.teacher.digest);
                kept.teacher = Arc::new(fitted);
            }
            return Ok((path, kept));
        }
        let (mut notes, mut read_for) = (Vec::new(), None);
        let checkpoint = match source {
            CheckpointSource::Builtin(builtin) => Checkpoint::from_bytes(&path, builtin_teacher(*builtin))?,
            CheckpointSource::File(file) => {
                let bytes = std::fs::read(&file.path)
                    .map_err(|error| CheckpointError::File { path: path.clone(), problem: error.to_string() })?;
                if Checkpoint::is_own(&bytes) {
                    if let Some(field) = file.first_option() {
                        let problem = phrase!("import-own-file");
                        return Err(CheckpointError::Option { path, field, problem }.into());
                    }
                    Checkpoint::from_bytes(&path, &bytes)?
                } else {
                    let dict = import::read(&path, &bytes)?;
                    let (input, classes) = (shape.as_slice(), dataset.classes.as_slice());
                    let options = ImportOptions { input, classes, pixel_scale: dataset.pixel_scale, file };
                    let (mut checkpoint, said) = Checkpoint::from_state_dict(&dict, &options)?;
                    if let Some(bases) = dataset.columns.as_ref().and_then(|columns| columns.bases()) {
                        checkpoint.normalisation = checkpoint.normalisation.with_bases(bases);
                    }
                    (notes, read_for) = (said, Some(data));
                    checkpoint
                }
            }
        };
        // What is part of the program changes with it, and with nothing else.
        let digest = if matches!(source, CheckpointSource::File(_)) { checkpoint.digest() } else { String::new() };
        let mut teacher = fit(&path, checkpoint.population(device)?, &checkpoint, dataset)?;
        teacher.digest = digest;
        let teacher = Arc::new(teacher);
        // The weights now live in the population; the shelf keeps what describes them.
        let checkpoint = Checkpoint { weights: Vec::new(), ..checkpoint };
        let kept = ShelvedTeacher { source: source.clone(), teacher, checkpoint, notes, read_for };
        self.teachers.push(kept.clone());
        Ok((path, kept))
    }
}

/// A teacher for these data: its classes found by name, and its columns.
fn fit(
    path: &str,
    population: Population,
    checkpoint: &Checkpoint,
    dataset: &Dataset,
) -> Result<Teacher, CheckpointError> {
    let view = match &checkpoint.columns {
        None => None,
        Some(columns) => {
            dataset.as_read_by(columns).map_err(|names| CheckpointError::Columns { path: path.to_owned(), names })?
        }
    };
    // A model of an older version knows nothing of what was subtracted before numbers became `f32`.
    let bases = dataset.columns.as_ref().filter(|_| checkpoint.columns.is_none()).and_then(|columns| columns.bases());
    let population = match bases {
        Some(bases) if checkpoint.is_of_old_reading() => population.with_bases(bases),
        _ => population,
    };
    let shape = view.as_ref().unwrap_or(dataset).examples.shape();
    let places = checkpoint.places_of(path, &shape, &dataset.classes)?;
    Ok(Teacher { view: view.map(Arc::new), ..Teacher::new(population, places) })
}

/// The bytes of the teacher that is part of the binary.
pub fn builtin_teacher(builtin: Builtin) -> &'static [u8] {
    match builtin {
        Builtin::Digits => include_bytes!("../../assets/teachers/digits.safetensors"),
        Builtin::MnistMini => include_bytes!("../../assets/teachers/mnist-mini.safetensors"),
    }
}

/// Test rows the teacher was trained on are an error, validation rows a warning.
fn check_rows(
    path: &str,
    checkpoint: &Checkpoint,
    dataset: &Dataset,
    splits: &Splits,
    remarks: &mut Vec<Remark>,
) -> Result<(), PrepareError> {
    let seen: HashSet<u64> = checkpoint.rows.iter().copied().collect();
    if seen.is_empty() {
        return Ok(());
    }
    // A row that the data itself holds twice, once in each part, says nothing about the teacher.
    let train: HashSet<u64> = dataset.row_hashes(&splits.train).into_iter().collect();
    let overlap = |rows: &[u32]| {
        dataset.row_hashes(rows).into_iter().filter(|hash| seen.contains(hash) && !train.contains(hash)).count()
    };
    let of_test = overlap(&splits.test);
    if of_test > 0 {
        return Err(PrepareError::Overlap { path: path.to_owned(), rows: of_test, of: splits.test.len() });
    }
    let of_validation = overlap(&splits.validation);
    if of_validation > 0 {
        let of = splits.validation.len();
        let message = phrase!("teacher-saw-validation", rows = of_validation, of = of);
        let counts = [("rows", of_validation as u64), ("of", of as u64)];
        remarks.push(Remark::warning("teacher-saw-validation-rows", message, counts));
    }
    Ok(())
}

impl Prepared {
    /// The lens's rows, with the teacher's logits on them where there is a teacher yet.
    ///
    /// # Errors
    /// When the device fails.
    pub fn probe_set(&self, device: &Device) -> Result<Probe, PrepareError> {
        let inputs = self.dataset.gather(&self.probe);
        let teacher = match &self.teacher {
            Some(TeacherModel::Ready(teacher)) => teacher.logits(&self.dataset, &self.probe, device, &|| false)?.values,
            Some(TeacherModel::ToTrain(_)) | None => Vec::new(),
        };
        let scale = self.dataset.pixel_scale.unwrap_or(1.0);
        Ok(Probe {
            rows: self.probe.clone(),
            labels: self.probe.iter().map(|row| self.dataset.labels[*row as usize]).collect(),
            classes: self.dataset.classes.clone(),
            shape: inputs.shape(),
            inputs: inputs.values().iter().map(|value| value / scale).collect(),
            teacher,
        })
    }

    /// The true classes of rows.
    pub fn labels(&self, rows: &[u32]) -> Vec<u32> {
        rows.iter().map(|row| self.dataset.labels[*row as usize]).collect()
    }
}

impl Teacher {
    /// A population with the places of the data's classes among its logits.
    pub fn new(population: Population, places: Vec<usize>) -> Self {
        Self { population, places, view: None, digest: String::new(), kept: Mutex::new(None) }
    }

    /// Logits of every row of `dataset`, as [`Teacher::logits`]; worked out the first time only.
    ///
    /// # Errors
    /// When the device fails or the user cancels.
    pub fn all_logits(
        &self,
        dataset: &Arc<Dataset>,
        device: &Device,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Arc<TeacherLogits>, PrepareError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, logits)) = &*kept
            && Arc::ptr_eq(of, dataset)
        {
            return Ok(Arc::clone(logits));
        }
        let rows: Vec<u32> = (0..dataset.labels.len() as u32).collect();
        let logits = Arc::new(self.logits(dataset, &rows, device, cancelled)?);
        *kept = Some((Arc::clone(dataset), Arc::clone(&logits)));
        Ok(logits)
    }

    /// Logits of `rows`, `[members, rows, classes]`, with the classes in the order of the data. `cancelled` is asked between
    /// parts.
    ///
    /// # Errors
    /// When the device fails or the user cancels.
    pub fn logits(
        &self,
        dataset: &Dataset,
        rows: &[u32],
        device: &Device,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<TeacherLogits, PrepareError> {
        let dataset = self.view.as_deref().unwrap_or(dataset);
        let values = population_logits(&self.population, dataset, rows, device, cancelled)?;
        Ok(self.in_class_order(values))
    }

    /// Logits of ready-made inputs, as [`Teacher::logits`].
    ///
    /// # Errors
    /// When the device fails.
    pub fn logits_of(&self, inputs: &Inputs, device: &Device) -> candle_core::Result<TeacherLogits> {
        let logits = self.population.logits(&tensor(&[inputs], device)?)?;
        Ok(self.in_class_order(logits.flatten_all()?.to_vec1()?))
    }

    fn in_class_order(&self, values: Vec<f32>) -> TeacherLogits {
        let classes = self.places.len();
        let values = if self.places.iter().enumerate().all(|(i, place)| i == *place) {
            values
        } else {
            values.chunks_exact(classes).flat_map(|row| self.places.iter().map(|place| row[*place])).collect()
        };
        TeacherLogits { values, teachers: self.population.members(), classes, mean: Mean::default() }
    }
}

/// Logits of a population on `rows`, `[members, rows, classes]`.
///
/// # Errors
/// When the device fails or the user cancels.
pub fn population_logits(
    population: &Population,
    dataset: &Dataset,
    rows: &[u32],
    device: &Device,
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<f32>, PrepareError> {
    let (members, classes) = (population.members(), population.plan().classes);
    let mut values = vec![0.0; members * rows.len() * classes];
    for (part, rows_of_part) in rows.chunks(ROWS_AT_A_TIME).enumerate() {
        if cancelled() {
            return Err(PrepareError::Cancelled);
        }
        let logits = population.logits(&tensor(&[&dataset.gather(rows_of_part)], device)?)?;
        let logits: Vec<f32> = logits.flatten_all()?.to_vec1()?;
        let len = rows_of_part.len() * classes;
        for member in 0..members {
            let at = (member * rows.len() + part * ROWS_AT_A_TIME) * classes;
            values[at..at + len].copy_from_slice(&logits[member * len..][..len]);
        }
    }
    Ok(values)
}

/// Raw inputs as a tensor: `[1, batch, …]` of one, `[K, batch, …]` of several.
///
/// # Errors
/// When the device fails.
pub fn tensor(inputs: &[&Inputs], device: &Device) -> candle_core::Result<Tensor> {
    let Some(first) = inputs.first() else { candle_core::bail!("no inputs") };
    let mut shape = vec![inputs.len(), first.rows()];
    shape.extend(first.shape());
    let mut values = Vec::with_capacity(shape.iter().product());
    for inputs in inputs {
        values.extend_from_slice(inputs.values());
    }
    Tensor::from_vec(values, shape, device)
}
