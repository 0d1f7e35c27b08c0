//! The training thread and the handle on it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::device::{DeviceChoice, choose, threads};
use super::gather::Gather;
use super::job::{Engine, JobStart};
use super::look::Look;
use super::report::{Live, RunId, Setting};
use super::sink::{Journal, Observer};
use crate::recipe::Recipe;

/// What the outside asks of the training thread.
#[derive(Debug)]
pub enum Request {
    /// What a recipe looks like, answered by [`Live::Preview`]; between jobs only.
    Preview(Box<Recipe>),
    /// What models make of a picture, answered by [`Live::Looked`] between two steps.
    Look(Box<Look>),
    /// The inputs of rows, answered by [`Live::Gathered`] between two steps.
    Gather(Box<Gather>),
    /// Run a job, or go on with one.
    Start(Box<JobStart>),
    /// Rest before the next step.
    Pause,
    /// Go on.
    Play,
    /// While paused: one step.
    StepOnce,
    /// End the job now; its results are those of the last step.
    Stop,
    /// Move settings of the running job, all of them before the same step.
    Change(Vec<Move>),
    /// End one run of the running job; the others go on.
    StopRun(RunId),
}

/// A setting that is to be moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// Of this run alone, or of all that it can be for.
    pub run: Option<RunId>,
    /// Which.
    pub setting: Setting,
    /// Its new value.
    pub to: f64,
}

impl Request {
    /// Move one setting: of one run, or of all that it can be for.
    pub fn change(setting: Setting, to: f64, run: Option<RunId>) -> Self {
        Self::Change(vec![Move { run, setting, to }])
    }
}

/// How the thread is set up.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOptions {
    /// Which device.
    pub device: DeviceChoice,
    /// Whether a window is open: the thread yields to it, and probe logits are sent as often as they can be drawn.
    pub window: bool,
    /// Least time between two stored resume states.
    pub resume_every: Duration,
    /// Bytes that one population may take; more members make several, with the same results.
    pub memory: usize,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self { device: DeviceChoice::Best, window: false, resume_every: Duration::from_secs(10), memory: 2 << 30 }
    }
}

/// The training thread. Dropping it pauses the job (so that it can be resumed) and waits for the thread to end.
pub struct Worker {
    requests: Option<SyncSender<Request>>,
    asked: Arc<Asked>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Requests that may wait. A user makes a few a second; the thread reads them between steps.
const QUEUE: usize = 1024;

/// How long a drop waits for the thread before it lets go of it.
const PATIENCE: Duration = Duration::from_secs(20);

impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(
        options: WorkerOptions,
        journal: Box<dyn Journal>,
        observer: Arc<dyn Observer>,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE);
        let stop = Arc::new(AtomicBool::new(false));
        let flag = stop.clone();
        let asked = Arc::new(Asked::default());
        let heard = asked.clone();
        let thread = std::thread::Builder::new()
            .name("stillroom-training".to_owned())
            // candle walks and drops its graph by recursion.
            .stack_size(64 << 20)
            .spawn(move || run(options, journal, observer, Inbox { receiver, asked: heard, stop: flag }))?;
        Ok(Self { requests: Some(sender), asked, stop, thread: Some(thread) })
    }

    /// Sends a request. False when the thread is gone or does not keep up; nothing was asked then.
    pub fn send(&self, request: Request) -> bool {
        let Some(requests) = &self.requests else { return false };
        // Counted first: the thread may hear of it before this returns.
        self.asked.count(&request, 1);
        match requests.try_send(request) {
            Ok(()) => true,
            Err(TrySendError::Full(request) | TrySendError::Disconnected(request)) => {
                self.asked.count(&request, -1);
                false
            }
        }
    }

    /// Whether the thread still runs.
    pub fn is_alive(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.requests = None;
        let Some(thread) = self.thread.take() else { return };
        let start = Instant::now();
        while !thread.is_finished() && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(2));
        }
        if thread.is_finished() {
            thread.join().ok();
        } else {
            log::error!("the training thread does not end; it is left behind");
        }
    }
}

/// Requests that wait and that may end what goes on: they are seen before their turn comes.
#[derive(Default)]
struct Asked {
    previews: AtomicI64,
    stops: AtomicI64,
}

/// See [`Inbox::wish`].
pub(super) struct Wish {
    asked: Arc<Asked>,
    stop: Arc<AtomicBool>,
    for_job: bool,
}

impl Wish {
    /// Whether nobody wants it any more.
    pub fn is_over(&self) -> bool {
        let others = if self.for_job { &self.asked.stops } else { &self.asked.previews };
        self.stop.load(Ordering::Relaxed) || others.load(Ordering::Relaxed) > 0
    }
}

impl Asked {
    fn count(&self, request: &Request, by: i64) {
        match request {
            Request::Preview(_) => self.previews.fetch_add(by, Ordering::Relaxed),
            Request::Stop => self.stops.fetch_add(by, Ordering::Relaxed),
            _ => 0,
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
    pub fn wish(&self, for_job: bool) -> Wish {
        Wish { asked: self.asked.clone(), stop: self.stop.clone(), for_job }
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

fn run(options: WorkerOptions, journal: Box<dyn Journal>, observer: Arc<dyn Observer>, inbox: Inbox) {
    if options.window {
        // Best effort: a window that stutters is a nuisance, not a failure.
        thread_priority::set_current_thread_priority(low_priority()).ok();
    }
    let threads = threads();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(64 << 20)
        .thread_name(|i| format!("stillroom-pool-{i}"))
        .start_handler(move |_| {
            if options.window {
                thread_priority::set_current_thread_priority(low_priority()).ok();
            }
        })
        .build();
    let pool = match pool {
        Ok(pool) => pool,
        Err(error) => {
            log::error!("no threads for training: {error}");
            return;
        }
    };
    pool.install(move || {
        let (device, info) = choose(options.device, threads);
        observer.live(Live::Device(info.clone()));
        let mut engine = Engine::new(device, info, options, journal, observer);
        while !inbox.closing() {
            let Some(request) = inbox.wait() else { continue };
            // A panic is a failed run, never a dead thread.
            let served = catch_unwind(AssertUnwindSafe(|| engine.serve(request, &inbox)));
            if let Err(panic) = served {
                let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
                engine.fail_after_panic(&message.unwrap_or_else(|| "no message".to_owned()), &inbox);
            }
        }
    });
}

fn low_priority() -> thread_priority::ThreadPriority {
    thread_priority::ThreadPriorityValue::try_from(35_u8)
        .map_or(thread_priority::ThreadPriority::Min, thread_priority::ThreadPriority::Crossplatform)
}
