//! Data and loaded teachers, kept while they are in use; from a recipe to everything that training needs. All that can be wrong with the
//! input is found here.

use std::collections::HashSet;
use std::fs::Metadata;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use candle_core::{Device, Var};

use super::error::PrepareError;
use super::graphs::Graphs;
use super::layers::chosen;
use super::made::{Made, MadeTexts};
use super::outside::{given, kept_outside, leave_out_silent};
use super::prepared::{Prepared, TeacherModel};
use super::specs::{Ground, Specs};
use super::teachers::KnownTeacher;
use crate::data::{DataError, Dataset, Remark, Splits, TransferSet, Watch};
use crate::distill::{Method, NoPairs, Objective, Over, Sides, StudentKind};
use crate::model::import::{self, ImportOptions};
use crate::model::{
    Checkpoint, CheckpointError, ModelSpec, Network, NetworkTeacher, Normalisation, Remembered, RowLogits, Votes,
};
use crate::protocol::KeptOutside;
use crate::recipe::fields::{JITTER, METHOD, TEACHER_VOTES};
use crate::recipe::{BuiltinTeacher, CheckpointSource, Recipe, Source, TeacherPart, TeacherRecipe};
use crate::text::{Phrase, phrase};

/// Largest probe set.
const PROBE_ROWS: usize = 256;

/// Data and teachers, kept while they are in use: built-in ones for good, files for the cells of one job.
#[derive(Default)]
pub struct Cache {
    data: Vec<CachedData>,
    teachers: Vec<CachedTeacher>,
    /// Teachers of whom only what they said of rows is known; none beside a source whose teacher is there itself.
    remembered: Vec<(CheckpointSource, Option<Arc<RowLogits>>)>,
    graphs: Graphs,
    /// What teachers from outside said of the data of the job that resumes.
    outside: Vec<KeptOutside>,
    specs: Specs,
    made: MadeTexts,
}

/// The rows of a source.
struct CachedData {
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

/// What teachers are for.
struct TaughtOn<'a> {
    dataset: &'a Arc<Dataset>,
    splits: &'a Splits,
    normalisation: &'a Normalisation,
    device: &'a Device,
}

/// A loaded teacher with what describes it.
#[derive(Clone)]
struct CachedTeacher {
    source: CheckpointSource,
    teacher: Arc<KnownTeacher>,
    network: Arc<dyn Network>,
    /// Its classes among the network's logits.
    indices: Vec<usize>,
    /// Without weights, which live in the network.
    checkpoint: Checkpoint,
    /// What was assumed of a model of another program.
    notes: Vec<Phrase>,
    /// The shape, classes and pixel scale of the data that such a model was read for: it says nothing of them itself.
    read_for: Option<(Vec<usize>, Vec<String>, Option<f32>)>,
}

impl Cache {
    /// Nothing yet. `program` is asked to run graphs, as `stillroom graph` does.
    pub fn new(program: Option<PathBuf>) -> Self {
        Self { graphs: Graphs::new(program), ..Self::default() }
    }

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
        self.remembered.retain(|(source, _)| matches!(source, CheckpointSource::Builtin(_)));
        self.graphs.forget_changed();
        self.outside.clear();
        self.specs.forget_folders();
    }

    /// The rows of a source as it is now; what is not in the cache is read and let go of again.
    pub(super) fn dataset(&self, source: &Source) -> Result<Arc<Dataset>, DataError> {
        let is_it = |kept: &&CachedData| {
            let as_read = kept.stamp.is_none() || stamp(source) == kept.stamp;
            kept.source == *source && as_read
        };
        match self.data.iter().find(is_it) {
            Some(kept) => Ok(kept.dataset.clone()),
            None => Dataset::load_watched(source, &()).map(Arc::new),
        }
    }

    /// The index of a source's rows in the cache.
    fn index_of(&mut self, source: &Source, watch: &dyn Watch) -> Result<usize, DataError> {
        if let Some(at) = self.data.iter().position(|kept| kept.source == *source) {
            return Ok(at);
        }
        let stamp = stamp(source);
        let dataset = Arc::new(Dataset::load_watched(source, watch)?);
        self.data.push(CachedData { source: source.clone(), dataset, stamp });
        Ok(self.data.len() - 1)
    }

    /// Lets teachers from outside say what they said of a job's data before. They are not looked for until files are forgotten.
    pub(super) fn recall(&mut self, outside: &[KeptOutside]) {
        self.outside = outside.to_vec();
    }

    /// Loads data and models and checks that they fit each other.
    ///
    /// # Errors
    /// When the recipe cannot be run; nothing has happened then.
    pub fn prepare(&mut self, recipe: &Recipe, device: &Device, watch: &dyn Watch) -> Result<Prepared, PrepareError> {
        let at = self.index_of(&recipe.data.source, watch)?;
        let dataset = &mut self.data[at].dataset;
        let splits = dataset.split(&recipe.data)?;
        if let Some(medians) = dataset.medians(&splits.train).filter(|medians| !dataset.is_filled_with(medians)) {
            // In place, unless another cell of the job has filled them from other training rows.
            Arc::make_mut(dataset).fill_gaps(&medians);
        }
        let dataset = dataset.clone();
        let mut transfer = TransferSet::of_students(&dataset, &splits, &recipe.data)?;
        let probe = splits.probe(&dataset, recipe.data.seed, PROBE_ROWS);
        let normalisation = Normalisation::of(&dataset, &splits.train);
        let mut remarks = Vec::new();
        let teacher = recipe.teacher.as_ref();
        let parts = teacher.map(TeacherRecipe::parts).unwrap_or_default();
        let mean = teacher.map(TeacherRecipe::combine).unwrap_or_default();
        let mut teachers = Vec::with_capacity(parts.len());
        let on = TaughtOn { dataset: &dataset, splits: &splits, normalisation: &normalisation, device };
        for (at, part) in parts.iter().enumerate() {
            let model = self.teacher_model(part, recipe, &on, &mut remarks, watch);
            teachers.push(model.map_err(|error| match teacher {
                Some(TeacherRecipe::Ensemble { .. }) => {
                    PrepareError::OfEnsemble { position: at + 1, error: Box::new(error) }
                }
                _ => error,
            })?);
        }
        let student = match &recipe.student {
            None => None,
            Some(model) => {
                let is_teachers = model.is_of_teacher();
                // Layers are those of one.
                let teacher = teachers.first().filter(|_| !is_teachers || teachers.len() == 1);
                let (rows, teacher) = (transfer.rows.as_slice(), teacher.and_then(TeacherModel::spec));
                let ground = Ground { dataset: &dataset, normalisation: &normalisation, rows, teacher };
                Some(self.specs.spec(model, "student.model", &ground)?)
            }
        };
        remarks.extend(leave_out_silent(&teachers, &mut transfer)?);
        let (Made { learnt, of: made_of }, remark) = self.made.add(recipe, &dataset, &teachers, &mut transfer)?;
        remarks.extend(remark);
        let mut prepared =
            Prepared { dataset, splits, transfer, learnt, made_of, probe, student, teachers, mean, remarks };
        prepared.remarks.extend(method_fits(recipe, &prepared)?);
        prepared.remarks.extend(told_the_labels(recipe));
        Ok(prepared)
    }

    /// A model of a recipe's teacher, loaded or to be trained.
    fn teacher_model(
        &mut self,
        part: &TeacherPart,
        recipe: &Recipe,
        on: &TaughtOn<'_>,
        remarks: &mut Vec<Remark>,
        watch: &dyn Watch,
    ) -> Result<TeacherModel, PrepareError> {
        if let TeacherPart::Checkpoint(source) = part
            && let Some(kept) = kept_outside(&self.outside, source, recipe, on.dataset)
        {
            return Ok(TeacherModel::Ready(Arc::new(KnownTeacher::new(Arc::new(kept)))));
        }
        Ok(match part {
            TeacherPart::Train { model, .. } => {
                let rows = on.splits.train.as_slice();
                let ground = Ground { dataset: on.dataset, normalisation: on.normalisation, rows, teacher: None };
                TeacherModel::ToTrain(Box::new(self.specs.spec(model, "teacher.model", &ground)?))
            }
            TeacherPart::Checkpoint(CheckpointSource::Votes) => {
                votes_fit(recipe, on.dataset)?;
                TeacherModel::Ready(Arc::new(KnownTeacher::new(Arc::new(Votes))))
            }
            TeacherPart::Checkpoint(CheckpointSource::Graph(graph)) => {
                let (teacher, said) = self.graphs.get(graph, on.dataset, watch)?;
                remarks.extend(said);
                TeacherModel::Ready(teacher)
            }
            TeacherPart::Checkpoint(CheckpointSource::Logits(file)) => {
                let (teacher, said) = given(file, on.dataset, watch)?;
                remarks.extend(said);
                TeacherModel::Ready(Arc::new(KnownTeacher::new(Arc::new(teacher))))
            }
            TeacherPart::Checkpoint(source) => match self.remembered(source)? {
                Some(of) => {
                    let path = path_of(source);
                    check_rows(&path, &of.trained_on, on.dataset, on.splits, remarks)?;
                    let is_file = matches!(source, CheckpointSource::File(_));
                    let teacher = Remembered::new(&path, of, is_file, on.dataset)?;
                    TeacherModel::Ready(Arc::new(KnownTeacher::new(Arc::new(teacher))))
                }
                None => {
                    let (path, kept) = self.load_teacher(source, on.dataset, on.device)?;
                    let reads = kept.teacher.reads(on.dataset);
                    check_rows(&path, &kept.checkpoint.rows, reads, on.splits, remarks)?;
                    remarks.extend(kept.notes.into_iter().map(|note| Remark::note("imported-model", note, [])));
                    TeacherModel::Ready(kept.teacher)
                }
            },
        })
    }

    /// What a teacher said of rows, where a source holds that and not the teacher.
    fn remembered(&mut self, source: &CheckpointSource) -> Result<Option<Arc<RowLogits>>, CheckpointError> {
        if let Some((_, known)) = self.remembered.iter().find(|(of, _)| of == source) {
            return Ok(known.clone());
        }
        let path = path_of(source);
        let found = match source {
            CheckpointSource::Builtin(builtin) => {
                let bytes = builtin_teacher(*builtin);
                RowLogits::is_it(bytes).then(|| RowLogits::from_bytes(&path, bytes)).transpose()?
            }
            CheckpointSource::File(file) => {
                let found = RowLogits::read(&file.path)?;
                if let (Some(_), Some(field)) = (&found, file.first_option()) {
                    return Err(CheckpointError::Option { path, field, problem: phrase!("import-own-file") });
                }
                found
            }
            CheckpointSource::Votes | CheckpointSource::Logits(_) | CheckpointSource::Graph(_) => None,
        };
        let found = found.map(Arc::new);
        self.remembered.push((source.clone(), found.clone()));
        Ok(found)
    }

    fn load_teacher(
        &mut self,
        source: &CheckpointSource,
        dataset: &Dataset,
        device: &Device,
    ) -> Result<(String, CachedTeacher), PrepareError> {
        let path = path_of(source);
        let shape = dataset.examples.shape();
        let data = (shape.clone(), dataset.classes.clone(), dataset.pixel_scale);
        let fits = |kept: &&CachedTeacher| {
            kept.source == *source && kept.read_for.as_ref().is_none_or(|read_for| *read_for == data)
        };
        if let Some(kept) = self.teachers.iter().find(fits) {
            // Whether it fits is a question of the data and asked each time.
            let mut fitted = fit(&path, kept.network.clone(), &kept.checkpoint, dataset)?;
            let mut kept = kept.clone();
            if kept.indices != fitted.indices || fitted.view.is_some() || !kept.teacher.knows_inputs() {
                fitted.digest = kept.teacher.digest();
                kept.teacher = Arc::new(KnownTeacher::new(Arc::new(fitted)));
            }
            return Ok((path, kept));
        }
        let (mut notes, mut read_for) = (Vec::new(), None);
        let checkpoint = match source {
            CheckpointSource::Builtin(builtin) => Checkpoint::from_bytes(&path, builtin_teacher(*builtin))?,
            // Asked of the data alone, above.
            CheckpointSource::Votes | CheckpointSource::Logits(_) | CheckpointSource::Graph(_) => {
                return Err(PrepareError::Method { field: TEACHER_VOTES.path, problem: phrase!("votes-none") });
            }
            CheckpointSource::File(file) if file.path.is_dir() => self.specs.folder(&file.path)?.finished()?,
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
                        checkpoint.reads = checkpoint.reads.with_bases(bases);
                    }
                    (notes, read_for) = (said, Some(data));
                    checkpoint
                }
            }
        };
        // What is part of the program changes with it, and with nothing else.
        let digest = if matches!(source, CheckpointSource::File(_)) { checkpoint.digest() } else { String::new() };
        let network: Arc<dyn Network> = Arc::from(checkpoint.network(device)?);
        let teacher = NetworkTeacher { digest, ..fit(&path, network.clone(), &checkpoint, dataset)? };
        let indices = teacher.indices.clone();
        let teacher = Arc::new(KnownTeacher::new(Arc::new(teacher)));
        // The weights now live in the network; the cache keeps what describes them.
        let checkpoint = Checkpoint { weights: Vec::new(), ..checkpoint };
        let kept = CachedTeacher { source: source.clone(), teacher, network, indices, checkpoint, notes, read_for };
        self.teachers.push(kept.clone());
        Ok((path, kept))
    }
}

/// What messages call a source.
fn path_of(source: &CheckpointSource) -> String {
    match source {
        CheckpointSource::File(file) => file.path.display().to_string(),
        CheckpointSource::Builtin(builtin) => format!("builtin:{}", builtin.name()),
        CheckpointSource::Logits(file) => file.path.display().to_string(),
        CheckpointSource::Graph(graph) => graph.file.path.display().to_string(),
        CheckpointSource::Votes => TEACHER_VOTES.path.to_owned(),
    }
}

/// Whether a method has what it needs for a student, and what it cannot use: asked of each cell, since cells of several methods share
/// what is prepared.
pub(super) fn method_fits(recipe: &Recipe, prepared: &Prepared) -> Result<Option<Remark>, PrepareError> {
    let Some(student) = &prepared.student else { return Ok(None) };
    let objective = &recipe.distill;
    let knows_rows_alone =
        |teacher: &TeacherModel| matches!(teacher, TeacherModel::Ready(teacher) if !teacher.knows_inputs());
    let is_shifted = recipe.training.jitter > 0 && prepared.dataset.pixel_scale.is_some();
    if is_shifted && objective.method().needs.teacher && prepared.teachers.iter().any(knows_rows_alone) {
        return Err(PrepareError::Method { field: JITTER.path, problem: phrase!("jitter-rows-alone") });
    }
    let is_partial = |teacher: &TeacherModel| matches!(teacher, TeacherModel::Ready(teacher) if teacher.is_partial());
    if objective.method().needs.teacher
        && objective.method().kernel.is_none()
        && prepared.teachers.iter().any(is_partial)
    {
        let problem = phrase!("method-needs-all-logits", method = objective.method().name);
        return Err(PrepareError::Method { field: METHOD.path, problem });
    }
    layers_fit(objective, student, &prepared.teachers)?;
    student_fits(objective.method(), student, &prepared.teachers)?;
    let (method, transfer) = (objective.method(), &prepared.transfer);
    let classes = prepared.dataset.classes.len();
    if classes < method.needs.classes {
        let (needs, classes) = (method.needs.classes, classes);
        let problem = phrase!("method-few-classes", method = method.name, needs = needs, classes = classes);
        return Err(PrepareError::Method { field: METHOD.path, problem });
    }
    let (rows, labelled) = (transfer.rows.len(), transfer.labels.iter().flatten().count());
    if method.needs.labels && labelled == 0 {
        let problem = phrase!("method-no-labels", method = method.name);
        return Err(PrepareError::Method { field: METHOD.path, problem });
    }
    let mut of_teacher = method.terms.iter().filter(|term| term.of_teacher).peekable();
    let is_silent = of_teacher.peek().is_some() && of_teacher.all(|term| term.over == Over::Labelled);
    let silent = rows - labelled;
    Ok((is_silent && silent > 0).then(|| {
        let message = phrase!("method-silent-rows", method = method.name, rows = silent, of = rows);
        Remark::warning("teacher-silent", message, [("rows", silent as u64), ("of", rows as u64)])
    }))
}

/// Whether a student is what its method needs, and what nothing else trains.
fn student_fits(method: &Method, student: &ModelSpec, teachers: &[TeacherModel]) -> Result<(), PrepareError> {
    let has_exits = student.bert().is_some_and(|plan| plan.exits.is_some());
    let is_of_teacher = student.plan.architecture.is_of_teacher();
    let layers = |spec: &ModelSpec| spec.bert().map_or(0, |plan| plan.layers);
    let of_teacher = teachers.first().and_then(TeacherModel::spec).map_or(0, layers);
    let own = layers(student);
    let problem = match method.needs.student {
        StudentKind::Any | StudentKind::OfTeacher if has_exits => {
            phrase!("method-trains-no-exits", method = method.name)
        }
        StudentKind::Exits if !has_exits || own < 2 => phrase!("method-needs-exits", method = method.name),
        StudentKind::OfTeacher
            if !is_of_teacher || own == 0 || own >= of_teacher || !of_teacher.is_multiple_of(own) =>
        {
            phrase!("method-needs-first-layers", method = method.name, layers = own, of = of_teacher)
        }
        StudentKind::Any | StudentKind::Exits | StudentKind::OfTeacher => return Ok(()),
    };
    Err(PrepareError::Method { field: METHOD.path, problem })
}

/// Whether the inner layers are there that a method looks at.
fn layers_fit(objective: &Objective, student: &ModelSpec, teachers: &[TeacherModel]) -> Result<(), PrepareError> {
    let of_teacher = match teachers {
        [only] => only.layers(),
        _ => Vec::new(),
    };
    chosen(objective, &student.layers(), &of_teacher).map(drop).map_err(|lacking| {
        let method = objective.method().name;
        let whose = |is_students| if is_students { phrase!("term-student") } else { phrase!("term-teacher") };
        let none = |is_students: bool| match teachers {
            [_, _, ..] if !is_students => phrase!("method-no-layers-of-several", method = method),
            _ => phrase!("method-no-layers", method = method, whose = whose(is_students)),
        };
        let (field, problem) = match lacking {
            NoPairs::NoLayer { field, is_students, there: 0, .. } => (field, none(is_students)),
            NoPairs::NoLayer { field, is_students, asked, there } => {
                (field, phrase!("method-no-layer", whose = whose(is_students), there = there, asked = asked))
            }
            NoPairs::Few { is_students, there: 0, .. } | NoPairs::NoMaps { is_students, there: 0 } => {
                (METHOD.path, none(is_students))
            }
            NoPairs::NoMaps { is_students, .. } => {
                (METHOD.path, phrase!("method-no-maps", method = method, whose = whose(is_students)))
            }
            NoPairs::Few { is_students, least, there } => {
                let whose = whose(is_students);
                let problem =
                    phrase!("method-few-layers", method = method, whose = whose, least = least, there = there);
                (METHOD.path, problem)
            }
            NoPairs::Unlike(Sides { student, teacher }) => {
                let problem = phrase!("method-unlike-layers", method = method, student = student, teacher = teacher);
                (METHOD.path, problem)
            }
        };
        PrepareError::Method { field, problem }
    })
}

/// A baseline that learns the labels by another name: the class with the most votes is nearly always the label.
fn told_the_labels(recipe: &Recipe) -> Option<Remark> {
    let are_votes = recipe.teacher == Some(TeacherRecipe::Checkpoint(CheckpointSource::Votes));
    let taught = recipe.compared().find(|baseline| baseline.needs_teacher());
    let told = taught.filter(|_| are_votes && recipe.data.label_noise == 0.0)?;
    Some(Remark::note("baseline-told-labels", phrase!("baseline-told-labels", name = told.name), []))
}

/// Whether people voted on the data, and their votes do not say more than the labels that are given.
fn votes_fit(recipe: &Recipe, dataset: &Dataset) -> Result<(), PrepareError> {
    let field = TEACHER_VOTES.path;
    if dataset.votes.is_none() {
        return Err(PrepareError::Method { field, problem: phrase!("votes-none") });
    }
    if recipe.data.labelled < 1.0 {
        return Err(PrepareError::Method { field, problem: phrase!("votes-labelled") });
    }
    Ok(())
}

/// A teacher for these data: its classes found by name, and its columns.
fn fit(
    path: &str,
    network: Arc<dyn Network>,
    checkpoint: &Checkpoint,
    dataset: &Dataset,
) -> Result<NetworkTeacher, PrepareError> {
    let view = match &checkpoint.columns {
        None => None,
        Some(columns) => {
            dataset.as_read_by(columns).map_err(|names| CheckpointError::Columns { path: path.to_owned(), names })?
        }
    };
    // A model of an older version knows nothing of what was subtracted before numbers became `f32`.
    let bases = dataset.columns.as_ref().filter(|_| checkpoint.columns.is_none()).and_then(|columns| columns.bases());
    let network = match bases {
        Some(bases) if checkpoint.is_of_old_reading() => {
            let ModelSpec { plan, reads, .. } = network.spec().clone();
            let spec = ModelSpec::new(plan, reads.with_bases(bases));
            let weights = network.parameters().iter().map(Var::as_detached_tensor);
            Arc::from(spec.with_parameters(weights.collect())?)
        }
        _ => network,
    };
    let shape = view.as_ref().unwrap_or(dataset).examples.shape();
    let indices = checkpoint.indices_of(path, &shape, &dataset.classes)?;
    Ok(NetworkTeacher { view: view.map(Arc::new), ..NetworkTeacher::new(network, indices) })
}

/// The bytes of the teacher that is part of the binary.
pub fn builtin_teacher(teacher: BuiltinTeacher) -> &'static [u8] {
    match teacher {
        BuiltinTeacher::Digits => include_bytes!("../../assets/teachers/digits.safetensors"),
        BuiltinTeacher::MnistMini => include_bytes!("../../assets/teachers/mnist-mini.safetensors"),
        BuiltinTeacher::MovieSnippets => include_bytes!("../../assets/teachers/movie-snippets.safetensors"),
    }
}

/// Test rows the teacher was trained on are an error, validation rows a warning.
fn check_rows(
    path: &str,
    trained_on: &[u64],
    dataset: &Dataset,
    splits: &Splits,
    remarks: &mut Vec<Remark>,
) -> Result<(), PrepareError> {
    let seen: HashSet<u64> = trained_on.iter().copied().collect();
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
