//! The handle on a process that runs a graph.

use std::io::{BufReader, BufWriter, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::child::MOST_MEMORY;
use super::messages::{Fed, FromGraph, Outline, ToGraph};
use crate::protocol::{FrameError, greet, hear_greeting, read_message, write_message};
use crate::text::{Phrase, phrase};

/// A process with a graph. Dropping it kills the process.
pub struct GraphProcess {
    child: Child,
    to: Option<BufWriter<ChildStdin>>,
    answers: Receiver<Result<FromGraph, FrameError>>,
    /// The end of what it wrote on its error stream.
    complaints: Option<JoinHandle<String>>,
}

/// Why a graph gives no answer.
#[derive(Debug)]
pub enum GraphError {
    /// Nobody wants it any more.
    Cancelled,
    /// In words.
    Failed(Phrase),
}

/// How long loading a graph, or one answer, may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is asked whether anybody still wants the answer.
const TICK: Duration = Duration::from_millis(20);

/// Characters of an error stream that are kept.
const COMPLAINT: usize = 2000;

impl GraphProcess {
    /// Starts `program` and lets it load a file.
    ///
    /// # Errors
    /// When the program cannot be started, or the file is not understood, takes more than a minute, or more than 4 GiB of memory.
    pub fn open(program: &Path, file: &Path, cancelled: &dyn Fn() -> bool) -> Result<(Self, Outline), GraphError> {
        let mut process = Self::start(program).map_err(|error| failed(&error))?;
        // The child has a working folder of its own.
        let file: PathBuf = std::path::absolute(file).map_err(|error| failed(&error))?;
        match process.ask(&ToGraph::Open(file), cancelled)? {
            FromGraph::Opened(outline) => Ok((process, *outline)),
            FromGraph::Answered { .. } => Err(GraphError::Failed(phrase!("onnx-gone"))),
            FromGraph::Failed(problem) => Err(GraphError::Failed(problem)),
        }
    }

    /// The shape and the numbers of an output.
    ///
    /// # Errors
    /// When the graph refuses the inputs, or answers none of them within a minute.
    pub fn run(
        &mut self,
        inputs: Vec<Fed>,
        output: &str,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(Vec<usize>, Vec<f32>), GraphError> {
        match self.ask(&ToGraph::Run { inputs, output: output.to_owned() }, cancelled)? {
            FromGraph::Answered { shape, values } => Ok((shape, values)),
            FromGraph::Opened(_) => Err(GraphError::Failed(phrase!("onnx-gone"))),
            FromGraph::Failed(problem) => Err(GraphError::Failed(problem)),
        }
    }

    fn start(program: &Path) -> std::io::Result<Self> {
        let mut command = Command::new(program);
        command.arg("graph").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // The runtime would write its timings where answers go.
        command.env_remove("RTEN_TIMING");
        in_own_group(&mut command);
        let mut child = command.spawn()?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(std::io::Error::other("the child has no pipes"));
        };
        let (tell, answers) = sync_channel(1);
        std::thread::Builder::new().name("stillroom-graph".to_owned()).spawn(move || {
            let mut from = BufReader::new(stdout);
            let mut next = hear_greeting(&mut from);
            while next.is_ok() {
                let answer = read_message(&mut from).and_then(|answer| answer.ok_or(FrameError::Cut));
                next = if answer.is_ok() { Ok(()) } else { Err(FrameError::Cut) };
                if tell.send(answer).is_err() {
                    return;
                }
            }
            if let Err(error) = next {
                tell.send(Err(error)).ok();
            }
        })?;
        let complaints = std::thread::Builder::new().name("stillroom-graph".to_owned()).spawn(move || {
            let mut text = Vec::new();
            let mut stderr = stderr;
            let mut part = [0; 4096];
            while let Ok(len @ 1..) = stderr.read(&mut part) {
                text.extend_from_slice(&part[..len]);
                text.drain(..text.len().saturating_sub(COMPLAINT));
            }
            String::from_utf8_lossy(&text).into_owned()
        })?;
        let mut to = BufWriter::new(stdin);
        // One that is gone already is found out when it is heard.
        greet(&mut to).ok();
        Ok(Self { child, to: Some(to), answers, complaints: Some(complaints) })
    }

    fn ask(&mut self, message: &ToGraph, cancelled: &dyn Fn() -> bool) -> Result<FromGraph, GraphError> {
        let Some(to) = &mut self.to else { return Err(GraphError::Failed(phrase!("onnx-gone"))) };
        write_message(to, message).ok();
        let start = Instant::now();
        loop {
            match self.answers.recv_timeout(TICK) {
                Ok(Ok(answer)) => return Ok(answer),
                Err(RecvTimeoutError::Timeout) if cancelled() => {
                    self.end();
                    return Err(GraphError::Cancelled);
                }
                Err(RecvTimeoutError::Timeout) if start.elapsed() < PATIENCE => {}
                Err(RecvTimeoutError::Timeout) => {
                    self.end();
                    return Err(GraphError::Failed(phrase!("onnx-slow", seconds = PATIENCE.as_secs())));
                }
                Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(self.end_of()),
            }
        }
    }

    /// What became of a child that says nothing any more.
    fn end_of(&mut self) -> GraphError {
        self.end();
        let complaint = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        log::debug!("the graph's process: {complaint}");
        let wanted_memory = complaint.contains("memory allocation") || complaint.contains("out of memory");
        GraphError::Failed(if wanted_memory {
            phrase!("onnx-memory", most = MOST_MEMORY >> 30)
        } else {
            phrase!("onnx-gone")
        })
    }

    fn end(&mut self) {
        self.to = None;
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for GraphProcess {
    fn drop(&mut self) {
        self.end();
    }
}

fn failed(error: &std::io::Error) -> GraphError {
    GraphError::Failed(phrase!("onnx-no-process", problem = error.to_string()))
}

/// Ctrl-C is this process's business.
#[cfg(unix)]
fn in_own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn in_own_group(_command: &mut Command) {}
