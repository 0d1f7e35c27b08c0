//! A teacher that is an ONNX graph of another program: it runs in a process of its own, and of what it knows only its answers are seen.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sha2::{Digest, Sha256};

use super::calls::called;
use super::checkpoint::{CheckpointError, class_indices};
use super::given::{as_logits, fits, is_distribution};
use super::graph_inputs::Feed;
use super::import::ImportOptions;
use super::teacher::{Teacher, Unanswered, in_order};
use crate::data::{Dataset, Inputs, Remark, Watch};
use crate::distill::TeacherLogits;
use crate::onnx::{GraphError, GraphProcess, Kind, Outline, Port};
use crate::recipe::GraphFile;
use crate::text::{Between, Phrase, number, phrase};

/// Rows that a graph is asked about at a time, unless it takes another number.
const AT_A_TIME: usize = 64;

/// What a probability of 0 stands for, whichever rows it stands among: the smallest number of full precision.
const LEAST: Option<f32> = Some(f32::MIN_POSITIVE);

/// Rows that it is tried on.
const TRIED: usize = 128;

/// A graph, and what it said of the rows of the data so far.
pub struct Graph {
    name: String,
    digest: String,
    program: PathBuf,
    path: PathBuf,
    feed: Feed,
    output: String,
    /// Whether its numbers are probabilities.
    is_probability: bool,
    /// For each class of the data, its index among the graph's numbers.
    indices: Vec<usize>,
    parameters: u64,
    /// None between two questions for which nobody waits.
    process: Mutex<Option<GraphProcess>>,
    known: Mutex<Known>,
}

/// Logits of rows of the data, in their order.
#[derive(Default)]
struct Known {
    of: Weak<Dataset>,
    values: Arc<Vec<f32>>,
    are_there: Vec<bool>,
}

impl Graph {
    /// Loads a graph and tries it on rows of the data.
    ///
    /// # Errors
    /// What does not fit: inputs, outputs, classes, numbers that are none, probabilities that are not said to be some.
    pub fn open(
        graph: &GraphFile,
        program: &Path,
        dataset: &Arc<Dataset>,
        watch: &dyn Watch,
    ) -> Result<(Self, Vec<Remark>), GraphFault> {
        let file = &graph.file;
        let shown = file.path.display().to_string();
        let foreign = |problem: Phrase| CheckpointError::Foreign { path: shown.clone(), problem };
        let fault = |error: GraphError| match error {
            GraphError::Cancelled => GraphFault::Cancelled,
            GraphError::Failed(problem) => foreign(problem).into(),
        };
        let cancelled = || watch.is_cancelled();
        let (process, outline) = GraphProcess::open(program, &file.path, &cancelled).map_err(fault)?;
        let digest = digest(&file.path, &outline.beside).map_err(|error| CheckpointError::file(&file.path, &error))?;
        let shape = dataset.examples.shape();
        let options =
            ImportOptions { input: &shape, classes: &dataset.classes, pixel_scale: dataset.pixel_scale, file };
        let feed = Feed::new(&shown, &outline, dataset, &options)?;
        let output = output_of(graph, &outline).map_err(|problem| CheckpointError::Option {
            path: shown.clone(),
            field: "output",
            problem,
        })?;
        let mut remarks: Vec<Phrase> = options.note_of_inputs().into_iter().collect();
        let classes = file.classes.clone().or_else(|| outline.classes.clone()).unwrap_or_else(|| {
            remarks.extend(options.note_of_classes());
            dataset.classes.clone()
        });
        let mut loaded = Self {
            name: file.name(),
            digest,
            program: program.to_owned(),
            path: file.path.clone(),
            feed,
            output: output.name.clone(),
            is_probability: output.is_softmax || graph.probabilities,
            indices: class_indices(&shown, &classes, &dataset.classes)?,
            parameters: outline.parameters,
            process: Mutex::new(Some(process)),
            known: Mutex::default(),
        };
        let step = dataset.labels.len().div_ceil(TRIED).max(1);
        let rows: Vec<u32> = (0..dataset.labels.len() as u32).step_by(step).collect();
        let mut tried = loaded.asked_of(&dataset.gather(&rows), classes.len(), &cancelled).map_err(fault)?;
        let are_probabilities = tried.chunks_exact(classes.len()).all(is_distribution);
        if output.is_softmax && are_probabilities {
            remarks.push(phrase!("graph-softmax", output = output.name.clone()));
        }
        as_logits(&mut tried, classes.len(), loaded.is_probability, LEAST).map_err(foreign)?;
        let tried = in_order(tried, &loaded.indices);
        let labels: Vec<u32> = rows.iter().map(|row| dataset.labels[*row as usize]).collect();
        let mut said: Vec<Remark> = vec![fits(&tried, &labels, &dataset.classes, false).map_err(foreign)?];
        said.extend(remarks.into_iter().map(|note| Remark::note("imported-model", note, [])));
        loaded.known = Mutex::new(Known::of(dataset));
        Ok((loaded, said))
    }

    /// What the graph gives, `[rows, columns]`, in its own order of classes.
    fn asked_of(&self, inputs: &Inputs, columns: usize, cancelled: &dyn Fn() -> bool) -> Result<Vec<f32>, GraphError> {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = match process.take() {
            Some(running) => running,
            None => GraphProcess::open(&self.program, &self.path, cancelled)?.0,
        };
        let mut values = vec![0.0; inputs.rows() * columns];
        for (rows, fed) in self.feed.batches(inputs, AT_A_TIME) {
            let (shape, answer) = running.run(fed, &self.output, cancelled)?;
            let given = shape.iter().product::<usize>() / shape.first().copied().unwrap_or(1).max(1);
            if shape.first().is_none_or(|first| *first < rows.len()) || given != columns {
                let (shape, columns) = (format!("{shape:?}"), columns as u64);
                return Err(GraphError::Failed(phrase!("graph-output-shape", shape = shape, classes = columns)));
            }
            for (row, answer) in rows.iter().zip(answer.chunks_exact(columns)) {
                values[row * columns..][..columns].copy_from_slice(answer);
            }
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(GraphError::Failed(phrase!("graph-not-finite", row = (at / columns.max(1)) as u64)));
        }
        *process = Some(running);
        Ok(values)
    }

    fn logits_of_inputs(&self, inputs: &Inputs, cancelled: &dyn Fn() -> bool) -> Result<Vec<f32>, Unanswered> {
        called();
        let columns = self.indices.len();
        let mut values = self.asked_of(inputs, columns, cancelled).map_err(|error| self.unanswered(error))?;
        let failed = |problem: Phrase| self.unanswered(GraphError::Failed(problem));
        as_logits(&mut values, columns, self.is_probability, LEAST).map_err(failed)?;
        Ok(in_order(values, &self.indices))
    }

    fn unanswered(&self, error: GraphError) -> Unanswered {
        match error {
            GraphError::Cancelled => Unanswered::Cancelled,
            GraphError::Failed(problem) => {
                let path = self.path.display().to_string();
                Unanswered::Outside(phrase!("fault-at", place = path, problem = problem))
            }
        }
    }
}

/// Why a graph is no teacher.
#[derive(Debug)]
pub enum GraphFault {
    /// Nobody waits for it any more.
    Cancelled,
    /// What is wrong with it.
    File(CheckpointError),
}

impl From<CheckpointError> for GraphFault {
    fn from(error: CheckpointError) -> Self {
        Self::File(error)
    }
}

impl Known {
    fn of(dataset: &Arc<Dataset>) -> Self {
        Self { of: Arc::downgrade(dataset), values: Arc::default(), are_there: vec![false; dataset.labels.len()] }
    }
}

/// Of the file and those beside it that hold its weights.
fn digest(path: &Path, beside: &[String]) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    let beside = beside.iter().map(|name| path.with_file_name(name));
    let mut part = vec![0; 1 << 16];
    for file in std::iter::once(path.to_owned()).chain(beside) {
        let mut file = std::fs::File::open(file)?;
        loop {
            match file.read(&mut part)? {
                0 => break,
                len => hasher.update(&part[..len]),
            }
        }
    }
    Ok(number::hex(&hasher.finalize()[..16]))
}

/// The output that holds the logits.
fn output_of<'a>(graph: &GraphFile, outline: &'a Outline) -> Result<&'a Port, Phrase> {
    let names = || Phrase::several(Between::Commas, outline.outputs.iter().map(|port| Phrase::from(&port.name)));
    if let Some(wanted) = &graph.output {
        let found = outline.outputs.iter().find(|port| port.name == *wanted);
        return found.ok_or_else(|| phrase!("graph-no-output", output = wanted, names = names()));
    }
    let real = || outline.outputs.iter().filter(|port| port.kind == Kind::Real);
    let named = real().find(|port| port.name == "logits");
    let only = || real().next().filter(|_| real().count() == 1);
    named.or_else(only).ok_or_else(|| phrase!("graph-which-output", names = names()))
}

impl Teacher for Graph {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn parameter_count(&self) -> u64 {
        self.parameters
    }

    fn digest(&self) -> String {
        self.digest.clone()
    }

    fn is_outside(&self) -> bool {
        true
    }

    fn logits(
        &self,
        dataset: &Dataset,
        rows: &[u32],
        cancelled: &dyn Fn() -> bool,
    ) -> Result<TeacherLogits, Unanswered> {
        let classes = self.indices.len();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::ptr::eq(known.of.as_ptr(), dataset) || known.are_there.len() != dataset.labels.len() {
            // Rows that were changed, to see what it would make of them.
            return Ok(TeacherLogits::of_one(self.logits_of_inputs(&dataset.gather(rows), cancelled)?, classes));
        }
        let missing: Vec<u32> = rows.iter().copied().filter(|row| !known.are_there[*row as usize]).collect();
        for rows in missing.chunks(AT_A_TIME * 8) {
            if cancelled() {
                return Err(Unanswered::Cancelled);
            }
            let found = self.logits_of_inputs(&dataset.gather(rows), cancelled)?;
            let all = known.are_there.len() * classes;
            let values = Arc::make_mut(&mut known.values);
            values.resize(all, 0.0);
            for (row, found) in rows.iter().zip(found.chunks_exact(classes)) {
                values[*row as usize * classes..][..classes].copy_from_slice(found);
            }
            for row in rows {
                known.are_there[*row as usize] = true;
            }
        }
        if known.are_there.iter().all(|known| *known) {
            // Nobody has to ask it again about these data.
            *self.process.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        Ok(TeacherLogits::of_one(known.values.clone(), classes).of_samples(rows))
    }

    fn answer_all(&self, dataset: &Dataset, watch: &dyn Watch) -> Result<(), Unanswered> {
        let rows: Vec<u32> = (0..dataset.labels.len() as u32).collect();
        for (part, some) in rows.chunks(8 * AT_A_TIME).enumerate() {
            self.logits(dataset, some, &|| watch.is_cancelled())?;
            watch.progress(((part + 1) * 8 * AT_A_TIME).min(rows.len()) as u64, rows.len() as u64);
        }
        Ok(())
    }

    fn logits_of(&self, inputs: &Inputs) -> candle_core::Result<TeacherLogits> {
        let classes = self.indices.len();
        match self.logits_of_inputs(inputs, &|| false) {
            Ok(values) => Ok(TeacherLogits::of_one(values, classes)),
            Err(Unanswered::Device(error)) => Err(error),
            Err(Unanswered::Outside(problem)) => Err(candle_core::Error::Msg(problem.to_string())),
            Err(Unanswered::Cancelled) => candle_core::bail!("nobody waits for the graph any more"),
        }
    }
}
