//! File dialogs: the system's, on a thread of their own; a scripted one for tests.

mod prospect;

use std::future::Future;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use eframe::egui;

use super::drop::DATA;
use crate::overheard;
use crate::state::FilePurpose;
use crate::text::text;
use crate::views::path_key;
use prospect::Prospect;

/// Asks the user for a file.
pub trait Dialogs {
    /// Opens a dialog; does nothing while one is open.
    fn ask(&mut self, purpose: FilePurpose, ctx: &egui::Context);
    /// What became of it.
    fn poll(&mut self) -> Option<Picked>;
}

/// What became of a dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum Picked {
    /// One path, or several models.
    Paths(FilePurpose, Vec<PathBuf>),
    /// The user closed it.
    Nothing,
    /// No dialog can open on this system.
    Unavailable(FilePurpose),
}

/// The system's dialogs.
pub struct RfdDialogs {
    open: Option<(FilePurpose, Receiver<Picked>)>,
    prospect: Prospect,
}

impl RfdDialogs {
    /// Finds out meanwhile whether the system has any.
    pub fn begin() -> Self {
        Self { open: None, prospect: Prospect::begin() }
    }
}

/// What a dialog will give.
type Asked<T> = Pin<Box<dyn Future<Output = Option<T>> + Send>>;

/// A dialog that is over sooner than this was never on the screen.
const NOT_SHOWN: Duration = Duration::from_millis(250);

impl Dialogs for RfdDialogs {
    fn ask(&mut self, purpose: FilePurpose, ctx: &egui::Context) {
        if self.open.is_some() {
            return;
        }
        let (sender, receiver) = sync_channel(1);
        // Made on this thread (macOS insists), waited for on another.
        let (title, filter, name) = words_of(purpose);
        let mut dialog = rfd::AsyncFileDialog::new().set_title(text(title));
        if let Some((of, ends)) = filter {
            dialog = dialog.add_filter(of, ends);
        }
        let one = |asked: Asked<rfd::FileHandle>| -> Asked<Vec<rfd::FileHandle>> {
            Box::pin(async { asked.await.map(|file| vec![file]) })
        };
        let future: Asked<Vec<rfd::FileHandle>> = match (purpose, name) {
            (FilePurpose::OpenTeacher, _) => Box::pin(dialog.pick_files()),
            (FilePurpose::OpenDataFolder | FilePurpose::OpenLesson, _) => one(Box::pin(dialog.pick_folder())),
            (_, Some(name)) => one(Box::pin(dialog.set_file_name(name).save_file())),
            (_, None) => one(Box::pin(dialog.pick_file())),
        };
        let (prospect, ctx) = (self.prospect.clone(), ctx.clone());
        let run = move || {
            let can_open = prospect.can_open();
            let picked = if can_open { run(future, purpose) } else { Picked::Unavailable(purpose) };
            if picked == Picked::Unavailable(purpose) {
                prospect.look_again();
            }
            sender.send(picked).ok();
            ctx.request_repaint();
        };
        // Without a thread the sender is gone, which says that there is no dialog.
        let _ = std::thread::Builder::new().name("stillroom-dialog".to_owned()).spawn(run);
        self.open = Some((purpose, receiver));
    }

    fn poll(&mut self) -> Option<Picked> {
        let (purpose, receiver) = self.open.as_ref()?;
        let picked = match receiver.try_recv() {
            Err(TryRecvError::Empty) => return None,
            Ok(picked) => picked,
            Err(TryRecvError::Disconnected) => Picked::Unavailable(*purpose),
        };
        self.open = None;
        Some(picked)
    }
}

/// Shows a dialog until it is over.
fn run(dialog: impl Future<Output = Option<Vec<rfd::FileHandle>>>, purpose: FilePurpose) -> Picked {
    overheard::dialog_begins();
    let since = Instant::now();
    match wait_for(dialog) {
        Some(files) => Picked::Paths(purpose, files.iter().map(|file| file.path().to_owned()).collect()),
        None if overheard::dialog_failed() || since.elapsed() < NOT_SHOWN => Picked::Unavailable(purpose),
        None => Picked::Nothing,
    }
}

/// The endings of files that a dialog shows, with a name for them.
type Filter = (&'static str, &'static [&'static str]);

/// The key of a dialog's title, which files it shows, and the name that a new file has at first.
fn words_of(purpose: FilePurpose) -> (&'static str, Option<Filter>, Option<&'static str>) {
    const STUDENTS: Filter = ("safetensors, onnx", &["safetensors", "onnx"]);
    const EXPORTS: Filter = ("csv, json", &["csv", "json"]);
    const TEACHERS: Filter = (
        "safetensors, pt, pth, onnx; npy, csv, parquet",
        &["safetensors", "pt", "pth", "onnx", "npy", "csv", "tsv", "parquet"],
    );
    const RECIPES: Filter = ("toml", &["toml"]);
    const STORES: Filter = ("db", &["db"]);
    const TABLES: Filter = ("csv, tsv, parquet, arff, npz, zip, txt, data, gz", DATA);
    const PHOTOS: Filter =
        ("png, jpg, webp, bmp, gif, tiff", &["png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff"]);
    const FIGURES: Filter = ("png, svg", &["png", "svg"]);
    const PAGES: Filter = ("html", &["html"]);
    let filter = match purpose {
        FilePurpose::OpenTeacher => Some(TEACHERS),
        FilePurpose::SaveStudent => Some(STUDENTS),
        FilePurpose::ExportRun | FilePurpose::ExportRuns => Some(EXPORTS),
        FilePurpose::OpenRecipe | FilePurpose::SaveRecipe => Some(RECIPES),
        FilePurpose::OpenDataFile => Some(TABLES),
        FilePurpose::KeepStore => Some(STORES),
        FilePurpose::OpenPhoto => Some(PHOTOS),
        FilePurpose::SaveFigure => Some(FIGURES),
        FilePurpose::SavePage => Some(PAGES),
        FilePurpose::OpenDataFolder | FilePurpose::OpenLesson => None,
    };
    (path_key(purpose), filter, new_name(purpose))
}

/// The name that a new file has at first.
pub(super) fn new_name(purpose: FilePurpose) -> Option<&'static str> {
    match purpose {
        FilePurpose::SaveStudent => Some("student.safetensors"),
        FilePurpose::ExportRun => Some("curves.csv"),
        FilePurpose::ExportRuns => Some("runs.csv"),
        FilePurpose::SaveRecipe => Some("recipe.toml"),
        FilePurpose::KeepStore => Some("stillroom.db"),
        FilePurpose::SaveFigure => Some("figure.png"),
        FilePurpose::SavePage => Some("lens.html"),
        _ => None,
    }
}

/// Waits for a future on this thread.
fn wait_for<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Answers given beforehand.
#[derive(Clone, Default)]
pub struct ScriptedDialogs {
    answers: Arc<Mutex<Vec<Option<PathBuf>>>>,
    asked: Option<FilePurpose>,
}

impl ScriptedDialogs {
    /// The answer to the next dialog; `None` for a system without dialogs.
    pub fn answer(&self, path: Option<PathBuf>) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    }
}

impl Dialogs for ScriptedDialogs {
    fn ask(&mut self, purpose: FilePurpose, ctx: &egui::Context) {
        self.asked = Some(purpose);
        ctx.request_repaint();
    }

    fn poll(&mut self) -> Option<Picked> {
        let purpose = self.asked.take()?;
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        Some(if answers.is_empty() {
            Picked::Nothing
        } else {
            answers.remove(0).map_or(Picked::Unavailable(purpose), |path| Picked::Paths(purpose, vec![path]))
        })
    }
}
