//! Graphs that teach, kept while their files and the data stay as they are: what they said is not asked twice.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use super::error::PrepareError;
use super::teachers::KnownTeacher;
use crate::data::{DataError, Dataset, Remark, Watch};
use crate::model::{Graph, GraphFault};
use crate::onnx::GraphError;
use crate::recipe::GraphFile;
use crate::recipe::fields::CHECKPOINT;
use crate::text::{Phrase, phrase};

/// Graphs that were loaded.
#[derive(Default)]
pub(super) struct Graphs {
    program: Option<PathBuf>,
    kept: Vec<Kept>,
}

struct Kept {
    graph: GraphFile,
    stamp: Option<(u64, SystemTime)>,
    of: Weak<Dataset>,
    teacher: Arc<KnownTeacher>,
    said: Vec<Remark>,
}

/// Graphs that are kept; each holds its answers to all rows.
const MOST: usize = 4;

impl Graphs {
    /// Nothing yet; `program` is started to run graphs.
    pub fn new(program: Option<PathBuf>) -> Self {
        Self { program, kept: Vec::new() }
    }

    /// Lets go of those whose files have changed or whose data are gone.
    pub fn forget_changed(&mut self) {
        self.kept.retain(|kept| kept.of.strong_count() > 0 && stamp(&kept.graph.file.path) == kept.stamp);
    }

    /// A graph for the rows of data, and what is to be said of it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn get(
        &mut self,
        graph: &GraphFile,
        dataset: &Arc<Dataset>,
        watch: &dyn Watch,
    ) -> Result<(Arc<KnownTeacher>, Vec<Remark>), PrepareError> {
        let is_it = |kept: &&Kept| kept.graph == *graph && std::ptr::eq(kept.of.as_ptr(), Arc::as_ptr(dataset));
        if let Some(kept) = self.kept.iter().find(is_it) {
            return Ok((kept.teacher.clone(), kept.said.clone()));
        }
        let Some(program) = &self.program else {
            return Err(PrepareError::Method { field: CHECKPOINT.path, problem: phrase!("onnx-no-program") });
        };
        let stamp = stamp(&graph.file.path);
        let (opened, said) = Graph::open(graph, program, dataset, watch).map_err(|fault| match fault {
            GraphFault::Cancelled => PrepareError::Data(DataError::Cancelled),
            GraphFault::File(error) => error.into(),
        })?;
        let teacher = Arc::new(KnownTeacher::new(Arc::new(opened)));
        let over = (self.kept.len() + 1).saturating_sub(MOST);
        self.kept.drain(..over);
        let (graph, of) = (graph.clone(), Arc::downgrade(dataset));
        self.kept.push(Kept { graph, stamp, of, teacher: teacher.clone(), said: said.clone() });
        Ok((teacher, said))
    }
}

/// Why a graph gives no answer, where somebody waits for it.
pub(super) fn reason(error: GraphError) -> Phrase {
    match error {
        GraphError::Cancelled => phrase!("cancelled"),
        GraphError::Failed(problem) => problem,
    }
}

fn stamp(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}
