//! Files and folders that are dropped on the window, or opened again: whatever lies there is opened as what it is.

use std::path::{Path, PathBuf};

use eframe::egui::{self, Align2, LayerId, Order, Ui};

use super::App;
use crate::protocol::{Inspect, Own, Request};
use crate::state::{MadeLook, OwnPicture, Subject};
use crate::text::{phrase, text};
use crate::theme::{UiTokens as _, semibold, size};

/// Files and folders that are remembered.
const RECENT: usize = 12;

/// Endings of files that hold a model.
const MODELS: &[&str] = &["safetensors", "pt", "pth"];

/// Endings of files that hold data.
pub(super) const DATA: &[&str] = &["csv", "tsv", "parquet", "arff", "npz", "zip", "txt", "data", "gz"];

impl App {
    /// Opens what was dropped since the last frame.
    pub(super) fn take_dropped(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input_mut(|input| std::mem::take(&mut input.raw.dropped_files));
        let paths = dropped.into_iter().map(|file| file.path().to_owned());
        // Several models at once teach together.
        let (models, others): (Vec<PathBuf>, Vec<PathBuf>) =
            paths.partition(|path| path.exists() && matches!(kind(path), Kind::Teacher));
        if !models.is_empty() {
            self.open_teachers(models);
        }
        for path in others {
            self.open_path(path, ctx);
        }
    }

    /// Opens a recipe, data, a checkpoint or a picture: by what it is called, or by what is in it.
    pub(super) fn open_path(&mut self, path: PathBuf, ctx: &egui::Context) {
        if !path.exists() {
            self.state.window.recent.retain(|known| *known != path);
            return self.fault(phrase!("open-missing", path = &path));
        }
        match kind(&path) {
            Kind::Lesson => self.open_lesson(&path),
            Kind::Recipe => self.open_recipe(path, ctx),
            Kind::Data => self.open_data(path),
            Kind::Teacher => self.open_teachers(vec![path]),
            Kind::Picture if self.reads_pictures() => {
                self.state.screen.lens.subject = Subject::Sample;
                self.look_at(Own::Picture(path));
            }
            Kind::Picture => self.open_photo(path, ctx),
        }
    }

    /// Whether a picture is for the models on show: they know pictures, and no photo is looked at.
    fn reads_pictures(&self) -> bool {
        let knows = self.state.probe_view().is_some_and(|view| view.probe.shape.len() == 3);
        knows && self.state.screen.lens.subject != Subject::Photo
    }

    /// Asks the models on show what they make of a picture or a text.
    pub(super) fn look_at(&mut self, own: Own) {
        let look = Inspect { readers: self.state.readers(), what: own.clone() };
        self.asked_text |= matches!(own, Own::Text(_));
        // While a text is typed, the last answer stands until the next is there.
        let goes_on =
            |known: &OwnPicture| known.own == own || matches!((&known.own, &own), (Own::Text(_), Own::Text(_)));
        let looked = self.state.screen.picture.take().filter(goes_on).and_then(|known| known.looked);
        self.state.screen.picture = Some(OwnPicture { own, readers: self.state.on_show(), looked });
        if !self.worker.send(Request::Inspect(Box::new(look))) {
            self.state.screen.picture = None;
            self.fault(phrase!("toast-no-thread"));
        }
    }

    /// Asks the models on show what they make of a text of the students' and of what was made of it.
    pub(super) fn look_at_made(&mut self, at: u64) {
        let Some(readers) = self.state.made_readers() else { return };
        let known = self.state.screen.made.take();
        let is_same = |known: &MadeLook| known.at == at && (known.readers.0, known.readers.1) == (readers.0, readers.1);
        let looked = known.filter(is_same).and_then(|known| known.looked);
        let look = Inspect { readers: self.state.readers(), what: Own::Synthetic(at) };
        self.state.screen.made = Some(MadeLook { at, readers, looked });
        if !self.worker.send(Request::Inspect(Box::new(look))) {
            self.fault(phrase!("toast-no-thread"));
        }
    }

    /// Asks again where others are on show than those who read the picture.
    pub(super) fn look_again(&mut self) {
        let readers = self.state.on_show();
        if let Some(picture) = self.state.screen.picture.take_if(|picture| picture.readers != readers) {
            self.look_at(picture.own);
        }
    }

    /// Puts a path at the head of those that were opened lately.
    pub(super) fn remember_path(&mut self, path: &Path) {
        let recent = &mut self.state.window.recent;
        recent.retain(|known| known != path);
        recent.insert(0, path.to_owned());
        recent.truncate(RECENT);
    }
}

enum Kind {
    Lesson,
    Recipe,
    Data,
    Teacher,
    Picture,
}

/// What a path is by its ending. Anything else may be data: that is seen when it is opened, and said where it is not.
fn kind(path: &Path) -> Kind {
    if path.ends_with("lesson.toml") || path.join("lesson.toml").is_file() {
        return Kind::Lesson;
    }
    let end = path.extension().filter(|_| !path.is_dir()).unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match end.as_str() {
        "toml" => Kind::Recipe,
        end if MODELS.contains(&end) => Kind::Teacher,
        "png" | "jpg" | "jpeg" | "webp" | "bmp" | "gif" | "tif" | "tiff" => Kind::Picture,
        _ => Kind::Data,
    }
}

/// While something is dragged over the window: what may be dropped.
pub(super) fn hover_ui(ui: &Ui) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let tokens = ui.tokens();
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Foreground, egui::Id::unique("drop")));
    let rect = ui.ctx().content_rect();
    painter.rect_filled(rect, 0.0, tokens.window.gamma_multiply(0.88));
    painter.text(rect.center(), Align2::CENTER_CENTER, text("drop-hint"), semibold(size::VALUE), tokens.text);
}
