//! A teacher whose answers are kept: it is asked about each row of its data once.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use crate::data::Dataset;
use crate::distill::TeacherLogits;
use crate::model::{Network, NetworkTeacher, Teacher, Unanswered};

/// Any teacher, with its logits of every row of the data that it was asked about last.
pub struct KnownTeacher {
    teacher: Arc<dyn Teacher>,
    kept: Mutex<Option<(Arc<Dataset>, Arc<TeacherLogits>)>>,
}

impl KnownTeacher {
    /// A teacher that was not asked yet.
    pub fn new(teacher: Arc<dyn Teacher>) -> Self {
        Self { teacher, kept: Mutex::new(None) }
    }

    /// A network that was trained on the very data that it is asked about, so that its classes are in their order.
    pub fn taught_here(network: Box<dyn Network>) -> Arc<Self> {
        let positions = (0..network.spec().classes()).collect();
        Arc::new(Self::new(Arc::new(NetworkTeacher::new(Arc::from(network), positions))))
    }

    /// The teacher itself, for an ensemble.
    pub fn shared(&self) -> Arc<dyn Teacher> {
        self.teacher.clone()
    }

    /// Logits of every row of `dataset`; worked out the first time only.
    ///
    /// # Errors
    /// When the device fails or the user cancels.
    pub fn all_logits(
        &self,
        dataset: &Arc<Dataset>,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Arc<TeacherLogits>, Unanswered> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, logits)) = &*kept
            && Arc::ptr_eq(of, dataset)
        {
            return Ok(Arc::clone(logits));
        }
        let rows: Vec<u32> = (0..dataset.labels.len() as u32).collect();
        let logits = Arc::new(self.teacher.logits(dataset, &rows, cancelled)?);
        *kept = Some((Arc::clone(dataset), Arc::clone(&logits)));
        Ok(logits)
    }
}

impl Deref for KnownTeacher {
    type Target = dyn Teacher;

    fn deref(&self) -> &Self::Target {
        &*self.teacher
    }
}
