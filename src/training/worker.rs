//! The training thread and the handle on it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::device::{choose, threads};
use super::engine::Engine;
use super::inbox::{Asked, Inbox};
use super::runner::Runner;
use super::serve::{fail_after_panic, serve};
use super::sink::{Journal, Observer};
use crate::protocol::{Live, Request, WorkerOptions};

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
            .spawn(move || run(options, journal, observer, Inbox::new(receiver, heard, flag)))?;
        Ok(Self { requests: Some(sender), asked, stop, thread: Some(thread) })
    }
}

impl Runner for Worker {
    fn send(&self, request: Request) -> bool {
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

    fn is_alive(&self) -> bool {
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
            let served = catch_unwind(AssertUnwindSafe(|| serve(&mut engine, request, &inbox)));
            if let Err(panic) = served {
                let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
                fail_after_panic(&mut engine, &message.unwrap_or_else(|| "no message".to_owned()), &inbox);
            }
        }
    });
}

fn low_priority() -> thread_priority::ThreadPriority {
    thread_priority::ThreadPriorityValue::try_from(35_u8)
        .map_or(thread_priority::ThreadPriority::Min, thread_priority::ThreadPriority::Crossplatform)
}
