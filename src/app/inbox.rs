//! Where the training thread leaves what it has to say to the window: taken whole each frame, never waited for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::protocol::{Live, Progress, Report, RunId, Snapshot};
use crate::training::Observer;

/// The window's sink. Of snapshots and progress only the latest is kept.
pub(super) struct Inbox {
    content: Mutex<Content>,
    wake: Box<dyn Fn() + Send + Sync>,
}

/// What came in since the last frame.
#[derive(Default)]
pub(super) struct Content {
    pub reports: Vec<Arc<Report>>,
    pub live: Vec<Live>,
    snapshots: BTreeMap<RunId, Snapshot>,
    progress: Option<Progress>,
}

impl Inbox {
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { content: Mutex::default(), wake: Box::new(wake) }
    }

    /// Everything that came in.
    pub fn take(&self) -> Content {
        let mut content = std::mem::take(&mut *self.content.lock().unwrap_or_else(PoisonError::into_inner));
        content.live.extend(std::mem::take(&mut content.snapshots).into_values().map(Live::Snapshot));
        content.live.extend(content.progress.take().map(Live::Progress));
        content
    }

    fn put(&self, put: impl FnOnce(&mut Content)) {
        put(&mut self.content.lock().unwrap_or_else(PoisonError::into_inner));
        (self.wake)();
    }
}

impl Observer for Inbox {
    fn report(&self, report: &Arc<Report>) {
        // Resume states are large and of no interest to a window.
        if !matches!(**report, Report::ResumeState(_)) {
            self.put(|content| content.reports.push(Arc::clone(report)));
        }
    }

    fn live(&self, live: Live) {
        self.put(|content| match live {
            Live::Snapshot(snapshot) => drop(content.snapshots.insert(snapshot.run, snapshot)),
            Live::Progress(progress) => content.progress = Some(progress),
            other => content.live.push(other),
        });
    }
}
