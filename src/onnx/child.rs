//! The process that runs a graph: limits first, then an answer to each message.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::load::Graph;
use super::messages::{FromGraph, ToGraph};
use crate::protocol::{FrameError, greet, hear_greeting, read_message, write_message};
use crate::text::{Phrase, phrase};

/// Memory that a graph may take.
pub(super) const MOST_MEMORY: u64 = 4 << 30;

/// Loads the graph that is asked for, and answers until the other side closes. Whatever the graph does, this process may not take more
/// than 4 GiB of memory, where the system can hold it to that: one that wants more ends.
///
/// # Errors
/// When the other side is no Stillroom of this version.
pub fn serve_graph(mut from: impl Read, mut to: impl Write) -> Result<(), FrameError> {
    confine();
    greet(&mut to)?;
    hear_greeting(&mut from)?;
    let mut graph: Option<Graph> = None;
    while let Some(message) = read_message::<ToGraph>(&mut from)? {
        // The runtime of graphs may panic on one that is made to be wrong.
        let answer = catch_unwind(AssertUnwindSafe(|| answer(&mut graph, message)));
        let answer = answer.unwrap_or_else(|_| Err(phrase!("onnx-panicked")));
        write_message(&mut to, &answer.unwrap_or_else(FromGraph::Failed))?;
    }
    Ok(())
}

fn answer(graph: &mut Option<Graph>, message: ToGraph) -> Result<FromGraph, Phrase> {
    match message {
        ToGraph::Open(path) => {
            let opened = Graph::open(&path)?;
            let outline = Box::new(opened.outline.clone());
            *graph = Some(opened);
            Ok(FromGraph::Opened(outline))
        }
        ToGraph::Run { inputs, output } => {
            let graph = graph.as_ref().ok_or_else(|| phrase!("onnx-no-graph"))?;
            let (shape, values) = graph.run(inputs, &output)?;
            Ok(FromGraph::Answered { shape, values })
        }
    }
}

/// Linux holds a process to its address space; other systems take the limit and do not.
#[cfg(unix)]
fn confine() {
    if let Err(error) = rlimit::setrlimit(rlimit::Resource::AS, MOST_MEMORY, MOST_MEMORY) {
        log::debug!("memory is not limited: {error}");
    }
}

#[cfg(not(unix))]
fn confine() {}
