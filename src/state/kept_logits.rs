//! Logits of all validation rows that runs left in the store, from the moment at which they are asked for.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::protocol::RunId;
use crate::text::Phrase;

/// Runs whose logits are held at a time.
const HELD: usize = 12;

/// What is known of the kept logits of some runs.
#[derive(Debug, Default)]
pub struct KeptLogits(VecDeque<(RunId, Option<Found>)>);

/// What the store has: none inside where none were kept.
type Found = Result<Option<Arc<Vec<f32>>>, Phrase>;

impl KeptLogits {
    /// What was found of a run; none before the answer.
    pub fn of(&self, run: RunId) -> Option<&Found> {
        self.0.iter().find(|(known, _)| *known == run)?.1.as_ref()
    }

    /// The logits themselves.
    pub fn logits(&self, run: RunId) -> Option<&[f32]> {
        match self.of(run) {
            Some(Ok(Some(logits))) => Some(logits.as_slice()),
            _ => None,
        }
    }

    /// Whether nobody asked for those of a run, and no answer is awaited: one question at a time, however fast the pointer goes over the
    /// cells of a board.
    pub fn may_ask(&self, run: RunId) -> bool {
        self.0.iter().all(|(known, found)| *known != run && found.is_some())
    }

    /// Takes note of the question.
    pub fn ask(&mut self, run: RunId) {
        if self.0.len() == HELD {
            self.0.pop_front();
        }
        self.0.push_back((run, None));
    }

    /// Takes in its answer.
    pub fn take(&mut self, run: RunId, found: Result<Option<Vec<f32>>, Phrase>) {
        if let Some((_, place)) = self.0.iter_mut().find(|(known, _)| *known == run) {
            *place = Some(found.map(|logits| logits.map(Arc::new)));
        }
    }

    /// Forgets what was read: a run that resumes has other logits in the end.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}
