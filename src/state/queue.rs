//! What waits for the job that runs: further jobs, in the order in which they will begin.

use serde::{Deserialize, Serialize};

use crate::protocol::{JobId, RunId};

/// What is to begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueuedJob {
    /// A new job, of this recipe (as TOML).
    New(String),
    /// A job that rests resumes.
    Resume(JobId),
    /// Runs of a job that has ended begin again.
    #[serde(rename = "again")]
    Retry(JobId, Vec<RunId>),
}

/// One that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Tells it from the others.
    pub number: u64,
    /// What it is called in the list.
    pub name: String,
    /// How many runs it has.
    pub runs: u64,
    /// Seconds that it is going to take, where that can be told.
    pub seconds: Option<f64>,
    /// What begins.
    #[serde(rename = "wish")]
    pub job: QueuedJob,
}

/// All that wait.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queue {
    items: Vec<Waiting>,
    /// Whether nothing is to begin by itself.
    pub held: bool,
    last: u64,
}

impl Queue {
    /// What was kept from an earlier time. It is held: nobody expects a job to begin when a window opens.
    pub fn kept(items: Vec<Waiting>) -> Self {
        let last = items.iter().map(|item| item.number).max().unwrap_or(0);
        Self { held: !items.is_empty(), items, last }
    }

    /// First to begin, first.
    pub fn items(&self) -> &[Waiting] {
        &self.items
    }

    /// Puts one at the end.
    pub fn add(&mut self, job: QueuedJob, name: String, runs: u64, seconds: Option<f64>) {
        self.last += 1;
        self.items.push(Waiting { number: self.last, name, runs, seconds, job });
    }

    /// Takes one out.
    pub fn remove(&mut self, number: u64) -> Option<Waiting> {
        let at = self.items.iter().position(|item| item.number == number)?;
        Some(self.items.remove(at))
    }

    /// Lets one begin one position earlier or later.
    pub fn shift(&mut self, number: u64, later: bool) {
        let Some(at) = self.items.iter().position(|item| item.number == number) else { return };
        let to = if later { at + 1 } else { at.wrapping_sub(1) };
        if to < self.items.len() {
            self.items.swap(at, to);
        }
    }

    /// The next to begin; none while it is held.
    pub fn take_next(&mut self) -> Option<Waiting> {
        (!self.held && !self.items.is_empty()).then(|| self.items.remove(0))
    }

    /// Whether something of a job waits already.
    pub fn has(&self, job: JobId) -> bool {
        self.items.iter().any(|item| matches!(&item.job, QueuedJob::Resume(id) | QueuedJob::Retry(id, _) if *id == job))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_taken_in_the_order_that_the_user_gives() {
        let mut queue = Queue::default();
        for name in ["a", "b", "c"] {
            queue.add(QueuedJob::Resume(JobId(1)), name.to_owned(), 1, None);
        }
        queue.shift(3, false);
        queue.shift(1, false);
        queue.shift(2, true);
        assert_eq!(queue.remove(1).unwrap().name, "a");
        assert!(queue.has(JobId(1)) && !queue.has(JobId(2)));
        queue.held = true;
        assert_eq!(queue.take_next(), None);
        queue.held = false;
        assert_eq!(
            [queue.take_next(), queue.take_next(), queue.take_next()].map(|item| item.map(|it| it.name)),
            [Some("c".to_owned()), Some("b".to_owned()), None]
        );
        assert!(Queue::kept(vec![]) == Queue::default());
    }
}
