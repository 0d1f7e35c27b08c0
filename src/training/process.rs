//! An engine in a process of its own, and the handle on it.

use std::collections::VecDeque;
use std::io::{BufReader, BufWriter};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::runner::Runner;
use super::sink::{Journal, Observer};
use crate::protocol::{
    Ask, Done, FrameError, FromWorker, JobId, JournalError, Live, Report, Request, ToWorker, WorkerOptions, greet,
    hear_greeting, read_message, write_message,
};
use crate::text::phrase;

/// An engine in a child process that speaks over its standard input and output.
///
/// The store stays with this process. A child that dies leaves its job as a killed program would: interrupted, to be resumed. This process's
/// own death closes the child's input, and the child ends.
pub struct Process {
    inlet: Arc<Inlet>,
    child: Child,
    /// Serves the child until its output ends.
    server: Option<JoinHandle<()>>,
}

/// How long a drop waits for the child before it is killed.
const PATIENCE: Duration = Duration::from_secs(20);

/// The way to the child; none once it was told to end.
struct Inlet(Mutex<Option<BufWriter<ChildStdin>>>);

impl Inlet {
    fn write(&self, message: &ToWorker) -> Result<(), FrameError> {
        let mut to = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(to) = to.as_mut() else { return Err(FrameError::Cut) };
        write_message(to, message)
    }

    fn is_closed(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    fn close(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Process {
    /// Starts `command`, which is to speak as `stillroom worker` does.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(
        mut command: Command,
        options: WorkerOptions,
        journal: Box<dyn Journal>,
        observer: Arc<dyn Observer>,
    ) -> std::io::Result<Self> {
        in_own_group(&mut command);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("the child has no pipes"));
        };
        let mut stdin = BufWriter::new(stdin);
        // One that is gone already is found out when it is heard.
        if let Err(error) = greet(&mut stdin).and_then(|()| write_message(&mut stdin, &ToWorker::Options(options))) {
            log::debug!("the worker does not listen: {error}");
        }
        let inlet = Arc::new(Inlet(Mutex::new(Some(stdin))));
        let server = Server { inlet: inlet.clone(), journal, observer, kept: VecDeque::new(), job: None };
        let thread = std::thread::Builder::new().name("stillroom-process".to_owned());
        let server = thread.spawn(move || server.serve(stdout))?;
        Ok(Self { inlet, child, server: Some(server) })
    }

    /// The child's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn wait(&mut self) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(None) if start.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(2)),
                Ok(status) => return status,
                Err(error) => {
                    log::error!("the worker cannot be waited for: {error}");
                    return None;
                }
            }
        }
    }
}

impl Runner for Process {
    fn send(&self, request: Request) -> bool {
        self.inlet.write(&ToWorker::Request(Box::new(request))).is_ok()
    }

    fn is_alive(&self) -> bool {
        self.server.as_ref().is_some_and(|server| !server.is_finished())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.inlet.close();
        if self.wait().is_none() {
            log::error!("the worker does not end; it is killed");
            self.child.kill().ok();
            self.child.wait().ok();
        }
        if let Some(server) = self.server.take() {
            server.join().ok();
        }
    }
}

/// A closed terminal and Ctrl-C are this process's business; it tells the child.
#[cfg(unix)]
fn in_own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

/// A closed terminal and Ctrl-C are this process's business; it tells the child.
#[cfg(windows)]
fn in_own_group(command: &mut Command) {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP);
}

/// Does what the child asks of the store, and shows what it tells.
struct Server {
    inlet: Arc<Inlet>,
    journal: Box<dyn Journal>,
    observer: Arc<dyn Observer>,
    /// Reports that were kept and not shown yet.
    kept: VecDeque<Arc<Report>>,
    /// The job whose lease the child has.
    job: Option<JobId>,
}

impl Server {
    fn serve(mut self, stdout: ChildStdout) {
        let mut from = BufReader::new(stdout);
        let end = hear_greeting(&mut from).and_then(|()| self.messages(&mut from));
        self.show_what_is_kept();
        let message = match end {
            Ok(()) if self.inlet.is_closed() => return,
            Ok(()) => phrase!("worker-gone"),
            Err(error) => phrase!("worker-unheard", problem = error.phrase()),
        };
        log::error!("{message}");
        // It would wait for ever for an answer.
        self.inlet.close();
        match self.job.take() {
            // Its job is interrupted: another process may take it.
            Some(job) => self.journal.release(job),
            // Whoever waits for a job to begin must not wait for ever.
            None => self.observer.live(Live::Rejected { code: "worker".into(), message }),
        }
    }

    /// What a child has kept before it died is in the store, whether it came to say so or not.
    fn show_what_is_kept(&mut self) {
        let start = Instant::now();
        while !self.kept.is_empty() {
            match self.journal.commit() {
                Ok(()) => self.kept.drain(..).for_each(|report| self.observer.report(&report)),
                Err(JournalError::Busy) if start.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(1)),
                Err(_) => return,
            }
        }
    }

    fn messages(&mut self, from: &mut BufReader<ChildStdout>) -> Result<(), FrameError> {
        while let Some(message) = read_message(from)? {
            match message {
                FromWorker::Ask(ask) => {
                    let answer = self.answer(ask);
                    // One that was told to end waits for no answer.
                    self.inlet.write(&ToWorker::Answer(answer)).ok();
                }
                FromWorker::Show(index) => {
                    if let Some(report) = self.kept.drain(..self.kept.len().min(index + 1)).next_back() {
                        self.observer.report(&report);
                    }
                }
                FromWorker::ShowUnkept(report) => self.observer.report(&report),
                FromWorker::Live(live) => self.observer.live(*live),
            }
        }
        Ok(())
    }

    fn answer(&mut self, ask: Ask) -> Result<Done, JournalError> {
        match ask {
            Ask::Reserve(runs) => return self.journal.reserve(runs).map(|(job, runs)| Done::Reserved(job, runs)),
            Ask::Lease(job) => {
                self.journal.lease(job)?;
                self.job = Some(job);
            }
            Ask::Release(job) => {
                self.journal.release(job);
                self.job = None;
            }
            Ask::Keep(report) => {
                self.journal.send(&report)?;
                self.kept.push_back(report);
            }
            Ask::Commit => self.journal.commit()?,
        }
        Ok(Done::Done)
    }
}
