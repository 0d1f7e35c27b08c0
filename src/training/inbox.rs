//! The training thread's end of the requests, and the flags that end what it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use crate::protocol::{Own, Request};

/// Requests that wait and that may end what goes on: they are seen before their turn comes.
#[derive(Default)]
pub(super) struct Asked {
    previews: AtomicI64,
    stops: AtomicI64,
    looks: AtomicI64,
    made: AtomicI64,
    explanations: AtomicI64,
    readers: AtomicI64,
}

/// Whether what is being read is still wanted, see [`Inbox::queued`].
pub(super) struct QueuedStart {
    asked: Arc<Asked>,
    stop: Arc<AtomicBool>,
    for_job: bool,
}

impl QueuedStart {
    /// Whether nobody wants it any more.
    pub fn is_over(&self) -> bool {
        let others = if self.for_job { &self.asked.stops } else { &self.asked.previews };
        self.stop.load(Ordering::Relaxed) || others.load(Ordering::Relaxed) > 0
    }
}

impl Asked {
    /// How many questions of a kind wait: a newer one makes the others idle.
    fn newer(&self, question: &Request) -> Option<&AtomicI64> {
        match question {
            Request::Inspect(look) if matches!(look.what, Own::Synthetic(_)) => Some(&self.made),
            Request::Inspect(_) => Some(&self.looks),
            Request::Explain(_) => Some(&self.explanations),
            Request::MakeReady(_) => Some(&self.readers),
            _ => None,
        }
    }

    pub fn count(&self, request: &Request, by: i64) {
        match request {
            Request::Preview(_) => self.previews.fetch_add(by, Ordering::Relaxed),
            Request::Stop => self.stops.fetch_add(by, Ordering::Relaxed),
            question => match self.newer(question) {
                Some(count) => count.fetch_add(by, Ordering::Relaxed),
                None => 0,
            },
        };
    }
}

/// The thread's end of the requests, and the flag that tells it to end.
pub(super) struct Inbox {
    receiver: Receiver<Request>,
    asked: Arc<Asked>,
    stop: Arc<AtomicBool>,
}

impl Inbox {
    /// The end of a channel, with what is counted and the flag of its handle.
    pub fn new(receiver: Receiver<Request>, asked: Arc<Asked>, stop: Arc<AtomicBool>) -> Self {
        Self { receiver, asked, stop }
    }

    fn heard(&self, request: Request) -> Request {
        self.asked.count(&request, -1);
        request
    }

    /// Whether the handle is being dropped.
    pub fn closing(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Tells any thread whether what is being read is still wanted: for a preview until another one is asked for, for a job
    /// until it is stopped.
    pub fn queued(&self, for_job: bool) -> QueuedStart {
        QueuedStart { asked: self.asked.clone(), stop: self.stop.clone(), for_job }
    }

    /// Whether models are asked about something else already, so that the answer to this is not wanted any more.
    pub fn is_outdated(&self, question: &Request) -> bool {
        self.asked.newer(question).is_some_and(|newer| newer.load(Ordering::Relaxed) > 0)
    }

    /// The next request, if there is one.
    pub fn poll(&self) -> Option<Request> {
        match self.receiver.try_recv() {
            Ok(request) => Some(self.heard(request)),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                self.stop.store(true, Ordering::Relaxed);
                None
            }
        }
    }

    /// Waits a short time for the next request.
    pub fn wait(&self) -> Option<Request> {
        match self.receiver.recv_timeout(Duration::from_millis(50)) {
            Ok(request) => Some(self.heard(request)),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                self.stop.store(true, Ordering::Relaxed);
                None
            }
        }
    }
}
