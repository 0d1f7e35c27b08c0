//! `stillroom worker`: an engine for another program.

use std::io::{BufReader, BufWriter, stdin, stdout};

use super::voice::Failure;
use crate::training::serve_process;

pub(super) fn worker() -> Result<(), Failure> {
    serve_process(BufReader::new(stdin()), BufWriter::new(stdout()))
        .map_err(|error| Failure::input("worker", format!("the other program cannot be understood: {error}")))
}
