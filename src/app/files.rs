//! Files that the user opens and saves: recipes, data, teachers, students. What cannot be used becomes a notice and changes
//! nothing.

use std::path::{Path, PathBuf};

use eframe::egui;

use super::App;
use super::sheet::Opened;
use crate::data::recognise;
use crate::distill::Mean;
use crate::model::{Checkpoint, write_whole};
use crate::recipe::{CheckpointSource, Sweep, TeacherPart, TeacherRecipe, decode};
use crate::runs::{ExportFormat, Store, export_list, export_run};
use crate::state::{FilePurpose, RecipeText};
use crate::text::{Phrase, phrase};

/// Faults of a recipe that a notice tells.
const FAULTS: usize = 5;

impl App {
    /// A path was picked for something; for a teacher, one or several.
    pub(super) fn picked(&mut self, purpose: FilePurpose, mut paths: Vec<PathBuf>, ctx: &egui::Context) {
        // A path that was typed may lead nowhere.
        if let Some(path) = paths.iter().find(|path| !purpose.writes() && !path.exists()) {
            return self.fault(phrase!("open-missing", path = path));
        }
        if purpose == FilePurpose::OpenTeacher {
            return self.open_teachers(paths);
        }
        let Some(path) = paths.pop() else { return };
        match purpose {
            FilePurpose::OpenTeacher => {}
            FilePurpose::SaveStudent => self.save_student(&path, ctx),
            FilePurpose::ExportRun | FilePurpose::ExportRuns => self.export(purpose, &path),
            FilePurpose::OpenRecipe => self.open_recipe(path, ctx),
            FilePurpose::SaveRecipe => self.save_recipe(&path),
            FilePurpose::KeepStore => self.keep_store(&path, ctx),
            FilePurpose::OpenDataFolder | FilePurpose::OpenDataFile => self.open_data(path),
            FilePurpose::OpenPhoto => self.open_photo(path, ctx),
            FilePurpose::SaveFigure => self.save_figure(&path),
            FilePurpose::SavePage => self.save_page(&path),
            FilePurpose::OpenLesson => self.open_lesson(&path),
        }
    }

    /// Writes the list of runs, or every point of one: as JSON where the name says so, else as CSV.
    fn export(&mut self, purpose: FilePurpose, path: &Path) {
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let format = if is_json { ExportFormat::Json } else { ExportFormat::Csv };
        let mut bytes = Vec::new();
        let made = match (purpose, self.exporting.take().and_then(|run| self.state.row(run))) {
            (FilePurpose::ExportRun, Some(row)) => {
                export_run(&Store::reader(self.store.path()), row, format, &mut bytes).map_err(|error| error.phrase())
            }
            (FilePurpose::ExportRun, None) => return,
            _ => {
                let rows: Vec<_> = self.state.jobs.rows.iter().filter(|row| !row.deleted).cloned().collect();
                export_list(&rows, format, &mut bytes).map_err(|error| at(path, &error))
            }
        };
        let written = made.and_then(|()| write_whole(path, &bytes).map_err(|error| at(path, &error)));
        self.told(written, phrase!("toast-exported", path = path));
    }

    /// Puts the recipe of a file in place.
    pub(super) fn open_recipe(&mut self, path: PathBuf, ctx: &egui::Context) {
        let path = absolute(path);
        let read = std::fs::read(&path).map_err(|error| at(&path, &error));
        let parsed = read.and_then(|bytes| {
            let text = decode(&bytes, Some(&path));
            let parsed = text.and_then(|text| Ok((Sweep::parse(&text, Some(&path), &[])?, text)));
            match parsed {
                Ok((sweep, text)) => Ok((text, sweep)),
                Err(faults) => Err(phrase!("open-faulty", path = &path, faults = faults.brief(FAULTS))),
            }
        });
        match parsed {
            Ok((text, mut sweep)) => {
                sweep.base = sweep.base.with_absolute_paths();
                self.state.window.sheet = None;
                self.edit("recipe file", sweep.clone(), ctx);
                self.put_text(text, &sweep);
                self.state.recipe.preset = None;
                self.look_at_recipe();
                self.remember_path(&path);
            }
            Err(fault) => self.fault(fault),
        }
    }

    /// Keeps the text of a file, with its comments, where it means the same in the editor as in its folder.
    pub(super) fn put_text(&mut self, text: String, sweep: &Sweep) {
        if !Sweep::parse(&text, None, &[]).is_ok_and(|read| read == *sweep) {
            return;
        }
        let text = RecipeText::faultless(text);
        if self.state.recipe.text.is_some() {
            self.state.recipe.text = Some(text);
        } else {
            self.state.recipe.text_aside = Some((text, sweep.clone()));
        }
    }

    fn save_recipe(&mut self, path: &Path) {
        let sweep = &self.state.recipe.sweep;
        let means_the_same = |text: &str| Sweep::parse(text, Some(path), &[]).is_ok_and(|read| read == *sweep);
        let aside = self.state.recipe.text_aside.as_ref().map(|(text, _)| text);
        let text = match self.state.recipe.text.as_ref().or(aside) {
            // As it was typed, with its comments, unless its paths would lead elsewhere from there.
            Some(typed) if means_the_same(&typed.text) => typed.text.clone(),
            _ => Sweep { base: sweep.base.clone().with_absolute_paths(), ..sweep.clone() }.to_toml(),
        };
        let saved = write_whole(path, text.as_bytes());
        let done = phrase!("toast-recipe-saved", title = &self.state.recipe.sweep.base.title, path = path);
        if saved.is_ok() {
            self.remember_path(&absolute(path.to_owned()));
        }
        self.told(saved.map_err(|error| at(path, &error)), done);
    }

    /// Makes a folder or a table the data of the recipe.
    pub(super) fn open_data(&mut self, path: PathBuf) {
        let path = absolute(path);
        let source = match recognise(&path) {
            Ok(source) => source,
            Err(error) => return self.fault(error.phrase()),
        };
        let mut sweep = self.state.recipe.sweep.clone();
        sweep.base.put_source(source);
        // The title of a preset says something else than these data.
        if self.state.recipe.preset.is_some() {
            sweep.base.title = sweep.base.data.source.name();
        }
        sweep.settle(&self.state.recipe.sweep);
        self.opened(Opened::Data, sweep);
        self.look_at_recipe();
        self.remember_path(&path);
    }

    /// Makes a checkpoint the teacher, or several of them an ensemble.
    pub(super) fn open_teachers(&mut self, mut paths: Vec<PathBuf>) {
        for path in &mut paths {
            *path = absolute(std::mem::take(path));
        }
        paths.dedup();
        let mut models: Vec<CheckpointSource> =
            paths.iter().map(|path| CheckpointSource::of_file(path.clone())).collect();
        let mut sweep = self.state.recipe.sweep.clone();
        sweep.base.teacher = Some(match models.len() {
            0 => return,
            1 => TeacherRecipe::Checkpoint(models.remove(0)),
            _ => {
                let models = models.into_iter().map(TeacherPart::Checkpoint).collect();
                TeacherRecipe::Ensemble { models, combine: Mean::default() }
            }
        });
        sweep.settle(&self.state.recipe.sweep);
        self.opened(Opened::Teacher, sweep);
        self.look_at_recipe();
        for path in &paths {
            self.remember_path(path);
        }
    }

    fn save_student(&mut self, path: &Path, ctx: &egui::Context) {
        let Some((run, from)) = self.saving.take() else { return };
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("onnx")) {
            return self.save_graph(run, from, path.to_owned(), ctx);
        }
        let saved = std::fs::read(&from)
            .map_err(|error| at(&from, &error))
            .and_then(|bytes| Checkpoint::save(path, &bytes).map_err(|error| error.phrase()));
        let path_of_folder = path.with_extension("");
        let done = match saved {
            Ok(true) => phrase!("toast-saved-folder", run = run, path = path, folder = path_of_folder.as_path()),
            _ => phrase!("toast-saved", run = run, path = path),
        };
        self.told(saved.map(drop), done);
    }

    /// What was opened is to be seen, unless a job runs.
    fn look_at_recipe(&mut self) {
        if self.state.jobs.running.is_none() {
            self.state.screen.focus = None;
        }
    }
}

/// What the system says of a file.
pub(super) fn at(path: &Path, error: &std::io::Error) -> Phrase {
    phrase!("fault-at", place = path, problem = error.to_string())
}

fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}
