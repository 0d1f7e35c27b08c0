//! `stillroom worker`: an engine for another program. `stillroom graph`: a graph for one.

use std::io::{BufReader, BufWriter, stdin, stdout};

use super::voice::Failure;
use crate::onnx::serve_graph;
use crate::protocol::FrameError;
use crate::training::serve_process;

pub(super) fn worker() -> Result<(), Failure> {
    serve_process(BufReader::new(stdin()), BufWriter::new(stdout())).map_err(|error| not_understood(&error))
}

pub(super) fn graph() -> Result<(), Failure> {
    serve_graph(BufReader::new(stdin()), BufWriter::new(stdout())).map_err(|error| not_understood(&error))
}

fn not_understood(error: &FrameError) -> Failure {
    Failure::input("worker", format!("the other program cannot be understood: {error}"))
}
