//! Photos that a model of everyday classes looks at, on a thread of its own: the window waits for none, and neither does a training.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::Instant;

use eframe::egui;

use super::App;
use crate::command::LensCommand;
use crate::data::{self, photo_from_bytes};
use crate::model::squeezenet::{SIDE, SqueezeNet, classes};
use crate::protocol::Probe;
use crate::state::{Pane, Photo, PhotoOf, SeenPhoto, Shipped};
use crate::text::{Phrase, phrase};

/// A photo on its way; of several that were asked for, only the last is waited for.
pub(super) type Coming = Receiver<Result<SeenPhoto, Phrase>>;

impl App {
    /// Lets the model look at a photo.
    pub(super) fn look_at_photo(&mut self, of: PhotoOf, ctx: &egui::Context) {
        let (sender, coming) = sync_channel(1);
        let (waker, asked) = (ctx.clone(), of.clone());
        let look = move || {
            sender.send(seen(&asked)).ok();
            waker.request_repaint();
        };
        match std::thread::Builder::new().name("stillroom-photo".to_owned()).spawn(look) {
            Ok(_) => {
                let before = self.state.screen.photo.take().and_then(|photo| photo.seen);
                self.state.screen.photo = Some(Photo { seen: before, ..Photo::asked(of) });
                self.coming_photo = Some(coming);
            }
            Err(error) => self.fault(phrase!("photo-no-thread", problem = Phrase::plain(&error))),
        }
    }

    /// Shows a photo in the lens.
    pub(super) fn open_photo(&mut self, path: PathBuf, ctx: &egui::Context) {
        self.bring_up(Pane::Lens);
        self.remember_path(&path);
        self.commands.send(LensCommand::Photo(PhotoOf::File(path)));
        ctx.request_repaint();
    }

    /// Takes in what it says.
    pub(super) fn take_photo(&mut self) {
        let Some(coming) = &self.coming_photo else { return };
        let found = match coming.try_recv() {
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => Err(phrase!("photo-broken")),
            Ok(found) => found,
        };
        self.coming_photo = None;
        let problem = self.state.screen.photo.as_mut().and_then(|photo| photo.take(found));
        if let Some(problem) = problem {
            // The photo that cannot be looked at leaves the one before, and the program's own where there was none.
            if self.state.screen.photo.as_ref().is_some_and(|photo| photo.seen.is_none()) {
                self.state.screen.photo = None;
            }
            self.fault(problem);
        }
    }
}

/// The photo as the model sees it, and what it says.
fn seen(of: &PhotoOf) -> Result<SeenPhoto, Phrase> {
    let photo = match of {
        PhotoOf::Shipped(shipped) => photo_from_bytes(bytes_of(*shipped), SIDE),
        PhotoOf::File(path) => data::photo(path, SIDE).map_err(|problem| named(path, problem)),
    }?;
    let network = SqueezeNet::shipped().ok_or_else(|| phrase!("photo-no-model"))?;
    let start = Instant::now();
    let logits = network.logits(&photo.planes);
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    let probe = Probe {
        rows: vec![0],
        labels: Vec::new(),
        classes: classes().to_vec(),
        shape: vec![3, SIDE, SIDE],
        inputs: photo.planes.iter().map(|value| f32::from(*value) / 255.0).collect(),
        teacher: logits,
        ..Probe::default()
    };
    Ok(SeenPhoto { probe: Arc::new(probe), size: photo.size, milliseconds })
}

fn named(path: &Path, problem: Phrase) -> Phrase {
    phrase!("fault-at", place = path, problem = problem)
}

fn bytes_of(shipped: Shipped) -> &'static [u8] {
    match shipped {
        Shipped::FireEngine => include_bytes!("../../assets/imagenet/fire-engine.jpg"),
        Shipped::Cat => include_bytes!("../../assets/imagenet/cat.jpg"),
        Shipped::Coffee => include_bytes!("../../assets/imagenet/coffee.jpg"),
    }
}
