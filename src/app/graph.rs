//! Saves a student as a graph, with its card, beside the window: the graph runs on some rows before it is written.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use eframe::egui;

use super::App;
use super::files::at;
use crate::model::{Checkpoint, GraphOptions, write_whole};
use crate::protocol::RunId;
use crate::runs::{CARD_FILE, CardFacts, CardFiles, TOKENIZER_FILE, card};
use crate::text::{Phrase, phrase};
use crate::training::checked_graph;

/// A graph on its way to the disk: what is said once it is there.
pub(super) type Saving = Receiver<Result<Phrase, Phrase>>;

impl App {
    /// Begins to save a run's student, whose weights lie at `from`.
    pub(super) fn save_graph(&mut self, run: RunId, from: PathBuf, path: PathBuf, ctx: &egui::Context) {
        let Some(program) = self.program.clone() else { return self.fault(phrase!("onnx-no-program")) };
        let facts = self.facts_of(run);
        let (sender, receiver) = sync_channel(1);
        let ctx = ctx.clone();
        let work = move || {
            sender.send(save(run, &from, &path, &facts, &program)).ok();
            ctx.request_repaint();
        };
        match std::thread::Builder::new().name("stillroom-export".to_owned()).spawn(work) {
            Ok(_) => self.saving_graph = Some(receiver),
            Err(error) => self.fault(phrase!("onnx-no-process", problem = error.to_string())),
        }
    }

    /// Says what became of a graph that was being saved.
    pub(super) fn take_saved_graph(&mut self) {
        let Some(receiver) = &self.saving_graph else { return };
        let saved = match receiver.try_recv() {
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => Err(phrase!("onnx-panicked")),
            Ok(saved) => saved,
        };
        self.saving_graph = None;
        match saved {
            Ok(done) => self.told(Ok(()), done),
            Err(fault) => self.fault(fault),
        }
    }

    fn facts_of(&self, run: RunId) -> CardFacts {
        let job = self.state.jobs.open.values().find(|job| job.runs.iter().any(|info| info.run == run));
        let result = job.and_then(|job| job.results.get(&run));
        CardFacts {
            run: Some(run),
            measured: [result.and_then(|it| it.validation.clone()), result.and_then(|it| it.test.clone())],
            cost: result.and_then(|it| it.cost.clone()),
            data: job.and_then(|job| job.data.as_ref()?.sets.first().cloned()),
            verdict: job.and_then(|job| Some(job.story.as_ref()?.sentences())).unwrap_or_default(),
        }
    }
}

fn save(run: RunId, from: &Path, path: &Path, facts: &CardFacts, program: &Path) -> Result<Phrase, Phrase> {
    let checkpoint = Checkpoint::read(from).map_err(|error| error.phrase())?.without_private_paths();
    let graph = checked_graph(&checkpoint, GraphOptions { normalises: true, softmax: false }, program)?;
    write_whole(path, &graph.bytes).map_err(|error| at(path, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let tokenizer = checkpoint.reads.text().map(|encoder| (path.with_file_name(TOKENIZER_FILE), encoder));
    let beside = CardFiles {
        onnx: Some((name, "logits", true)),
        safetensors: None,
        tokenizer: tokenizer.as_ref().map(|_| TOKENIZER_FILE.to_owned()),
    };
    // What lies beside it already is somebody's own.
    let mut others = vec![(path.with_file_name(CARD_FILE), card(&checkpoint, facts, &beside).into_bytes())];
    others.extend(tokenizer.map(|(path, encoder)| (path, encoder.saved().tokenizer.clone().into_bytes())));
    let mut kept = None;
    for (other, bytes) in others {
        if other.exists() {
            kept = kept.or(Some(other));
        } else {
            write_whole(&other, &bytes).map_err(|error| at(&other, &error))?;
        }
    }
    let apart = Phrase::plain(format!("{:.0e}", graph.apart));
    Ok(match kept {
        None => phrase!("toast-saved-graph", run = run, path = path, rows = graph.rows, apart = apart),
        Some(kept) => phrase!("toast-saved-graph-beside", run = run, path = path, kept = kept.as_path()),
    })
}
