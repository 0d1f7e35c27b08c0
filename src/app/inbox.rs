//! Where the training thread leaves what it has to say to the window: taken whole each frame, and waited for only where a moment's wait
//! saves a frame.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::protocol::{Live, Progress, Report, RunId, Snapshot};
use crate::training::Observer;

/// The window's sink. Of snapshots and progress only the latest is kept.
pub(super) struct Inbox {
    content: Mutex<Content>,
    answered: Condvar,
    wake: Box<dyn Fn(bool) + Send + Sync>,
}

/// What came in since the last frame.
#[derive(Default)]
pub(super) struct Content {
    pub reports: Vec<Arc<Report>>,
    pub live: Vec<Live>,
    snapshots: BTreeMap<RunId, Snapshot>,
    progress: Option<Progress>,
}

impl Content {
    /// Whether there is an answer about something of the user's.
    fn has_answer(&self) -> bool {
        self.live.iter().any(|live| matches!(live, Live::Inspected(_)))
    }
}

impl Inbox {
    /// `wake` is told to have it taken: at once where the user asked for it, or as soon as is usual.
    pub fn new(wake: impl Fn(bool) + Send + Sync + 'static) -> Self {
        Self { content: Mutex::default(), answered: Condvar::new(), wake: Box::new(wake) }
    }

    /// Everything that came in.
    pub fn take(&self) -> Content {
        let mut content = std::mem::take(&mut *self.content());
        content.live.extend(std::mem::take(&mut content.snapshots).into_values().map(Live::Snapshot));
        content.live.extend(content.progress.take().map(Live::Progress));
        content
    }

    /// Waits for an answer about something of the user's, at most so long; whether it is there.
    pub fn hears_answer(&self, moment: Duration) -> bool {
        let waited = self.answered.wait_timeout_while(self.content(), moment, |content| !content.has_answer());
        waited.unwrap_or_else(PoisonError::into_inner).0.has_answer()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, at_once: bool, put: impl FnOnce(&mut Content)) {
        put(&mut self.content());
        self.answered.notify_all();
        (self.wake)(at_once);
    }
}

impl Observer for Inbox {
    fn report(&self, report: &Arc<Report>) {
        // Resume states are large and of no interest to a window.
        if !matches!(**report, Report::ResumeState(_)) {
            self.put(false, |content| content.reports.push(Arc::clone(report)));
        }
    }

    fn live(&self, live: Live) {
        let at_once = matches!(live, Live::Inspected(_) | Live::Explained(_));
        self.put(at_once, |content| match live {
            Live::Snapshot(snapshot) => drop(content.snapshots.insert(snapshot.run, snapshot)),
            Live::Progress(progress) => content.progress = Some(progress),
            other => content.live.push(other),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::phrase;

    #[test]
    fn an_answer_is_waited_for_and_nothing_else_ends_the_wait() {
        let woken = Arc::new(Mutex::new(Vec::new()));
        let heard = woken.clone();
        let inbox = Arc::new(Inbox::new(move |at_once| heard.lock().unwrap().push(at_once)));
        assert!(!inbox.hears_answer(Duration::ZERO));
        inbox.live(Live::Reading(1, 2));
        assert!(!inbox.hears_answer(Duration::from_millis(1)));
        let (there, start) = (inbox.clone(), std::time::Instant::now());
        let worker = std::thread::Builder::new().name("answers".to_owned()).spawn(move || {
            there.live(Live::Reading(2, 2));
            there.live(Live::Inspected(Err(phrase!("look-no-texts"))));
        });
        assert!(inbox.hears_answer(Duration::from_secs(20)) && start.elapsed() < Duration::from_secs(10));
        worker.unwrap().join().unwrap();
        assert_eq!(*woken.lock().unwrap(), [false, false, true]);
        assert_eq!(inbox.take().live.len(), 3);
        assert!(!inbox.hears_answer(Duration::ZERO));
    }
}
