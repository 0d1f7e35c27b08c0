//! What the window remembers from one time to the next: language, theme, arrangements. (Its place on the screen is kept by
//! eframe, which knows the screens.) A file that cannot be read is set aside, never deleted, and the window opens as it does at first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui_tiles::Tree;
use serde::{Deserialize, Serialize};

use super::last::Last;
use super::lenient::known_or_default;
use super::tiles::{completed, is_whole};
use crate::lesson::Progress;
use crate::model::write_whole;
use crate::protocol::JobId;
use crate::state::{Pane, Workspace};
use crate::text::{Language, Phrase, phrase};

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Chosen by the user; none for the system's.
    #[serde(deserialize_with = "known_or_default")]
    pub language: Option<Language>,
    /// Chosen by the user; none for the system's.
    pub dark: Option<bool>,
    /// How large everything is drawn; 1 unless told.
    pub zoom: Option<f32>,
    /// Which arrangement was on the screen.
    #[serde(deserialize_with = "known_or_default")]
    pub workspace: Workspace,
    /// Arrangements as they were left, by the names of their workspaces. Each is read by itself: one that does not fit this
    /// version costs no other, and those of workspaces that it does not know stay.
    pub arrangements: BTreeMap<String, serde_json::Value>,
    /// Whether the first words have been said.
    pub greeted: bool,
    /// Files and folders that were opened lately.
    pub recent: Vec<PathBuf>,
    /// What was on the screen.
    #[serde(deserialize_with = "known_or_default")]
    pub last: Last,
    /// How far somebody has come in lessons.
    #[serde(deserialize_with = "known_or_default")]
    pub lessons: Progress,
    /// Whether the list of lessons was asked for, or put away; none for as the window has room.
    pub lessons_shown: Option<bool>,
    /// Jobs of a lesson that was open when the window was closed.
    #[serde(deserialize_with = "known_or_default")]
    pub left: LeftJobs,
}

/// Jobs whose runs are to go into the bin, of a store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeftJobs {
    store: PathBuf,
    jobs: Vec<JobId>,
}

impl LeftJobs {
    /// Of a store; nothing where there are none.
    pub(super) fn new(store: &Path, jobs: Vec<JobId>) -> Self {
        if jobs.is_empty() { Self::default() } else { Self { store: store.to_owned(), jobs } }
    }

    /// Those of this store.
    pub(super) fn of(&self, store: &Path) -> Vec<JobId> {
        if self.store == store { self.jobs.clone() } else { Vec::new() }
    }
}

impl Settings {
    /// The arrangement that was left, or why it is not used.
    pub(super) fn arrangement(&self, workspace: Workspace) -> Result<Option<Tree<Pane>>, Phrase> {
        let Some(kept) = self.arrangements.get(workspace.name()) else { return Ok(None) };
        match serde_json::from_value(kept.clone()).map(completed) {
            Ok(tree) if is_whole(&tree) => return Ok(Some(tree)),
            Ok(_) => {}
            Err(error) => log::warn!("the arrangement of {}: {error}", workspace.name()),
        }
        Err(phrase!("arrangement-other-version"))
    }
}

/// The file of the settings; none where nothing is to be remembered, in tests for instance.
#[derive(Debug)]
pub struct SettingsFile {
    path: Option<PathBuf>,
    /// As the file has them.
    written: Settings,
    looked: Instant,
}

/// How often to look whether there is something to write.
const EVERY: Duration = Duration::from_secs(2);

impl SettingsFile {
    /// Nothing is read or written.
    pub fn none() -> Self {
        Self { path: None, written: Settings::default(), looked: Instant::now() }
    }

    /// In the platform's folder for configuration.
    pub fn of_user() -> Self {
        Self { path: folder_of_user().map(|folder| folder.join("window.json")), ..Self::none() }
    }

    /// At a place.
    pub fn at(path: PathBuf) -> Self {
        Self { path: Some(path), ..Self::none() }
    }

    /// What was remembered. A file that cannot be read is renamed, and what was wrong with it comes back too.
    pub fn read(&mut self) -> (Settings, Option<Phrase>) {
        let Some(path) = self.path.as_deref().filter(|path| path.exists()) else { return Default::default() };
        let read = std::fs::read(path).map_err(|error| error.to_string());
        let read = read.and_then(|bytes| serde_json::from_slice::<Settings>(&bytes).map_err(|error| error.to_string()));
        match read {
            Ok(settings) => {
                self.written = settings.clone();
                (settings, None)
            }
            Err(problem) => {
                let aside = path.with_extension("json.bad");
                if let Err(error) = std::fs::rename(path, &aside) {
                    log::warn!("{}: {error}", path.display());
                }
                (Settings::default(), Some(phrase!("fault-at", place = path, problem = problem)))
            }
        }
    }

    /// Keeps a copy of the file as it is: something in it cannot be used and is going to be written over.
    pub fn set_aside(&self) {
        let Some(path) = self.path.as_deref() else { return };
        if let Err(error) = std::fs::copy(path, path.with_extension("json.bad")) {
            log::warn!("{}: {error}", path.display());
        }
    }

    /// Whether it is time to look for changes again.
    pub fn is_due(&self) -> bool {
        self.looked.elapsed() >= EVERY
    }

    /// Writes the settings if they have changed.
    pub fn keep_at_once(&mut self, settings: Settings) {
        self.looked = Instant::now();
        let Some(path) = self.path.as_deref().filter(|_| settings != self.written) else { return };
        let written = serde_json::to_vec_pretty(&settings).map_err(std::io::Error::from);
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        match written.and_then(|bytes| folder.and_then(|()| write_whole(path, &bytes))) {
            Ok(()) => self.written = settings,
            Err(error) => log::warn!("{}: {error}", path.display()),
        }
    }
}

/// The platform's folder for configuration.
pub(super) fn folder_of_user() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "stillroom").map(|folders| folders.config_dir().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tiles::default_arrangement;
    use super::*;

    #[test]
    fn what_was_kept_is_read_and_what_is_broken_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/window.json");
        let mut file = SettingsFile::at(path.clone());
        assert_eq!(file.read(), Default::default());
        let arrangement = serde_json::to_value(default_arrangement(Workspace::Learn)).unwrap();
        let settings = Settings {
            language: Some(Language::Chinese),
            dark: Some(true),
            arrangements: [("learn".to_owned(), arrangement)].into(),
            ..Settings::default()
        };
        file.keep_at_once(settings.clone());
        let (read, fault) = SettingsFile::at(path.clone()).read();
        assert_eq!((&read, fault), (&settings, None));
        assert!(read.arrangement(Workspace::Learn).unwrap().is_some_and(|tree| is_whole(&tree)));
        assert!(read.arrangement(Workspace::Lab).unwrap().is_none());

        std::fs::write(&path, "{ \"language\": 7").unwrap();
        let (read, fault) = SettingsFile::at(path.clone()).read();
        assert_eq!(read, Settings::default());
        assert!(fault.unwrap().to_string().contains("window.json"));
        assert!(!path.exists() && path.with_extension("json.bad").exists());
    }

    #[test]
    fn an_arrangement_of_another_version_is_not_used() {
        let mut value = serde_json::to_value(default_arrangement(Workspace::Lab)).unwrap();
        let text = value.to_string().replace("anatomy", "a-panel-of-the-future");
        value = serde_json::from_str(&text).unwrap();
        let settings = Settings { arrangements: [("lab".to_owned(), value)].into(), ..Settings::default() };
        settings.arrangement(Workspace::Lab).unwrap_err();
        let text =
            r#"{ "workspace": "of-the-future", "arrangements": { "of-the-future": 1 }, "language": 3, "dark": true }"#;
        let read: Settings = serde_json::from_str(text).unwrap();
        let arrangements = [("of-the-future".to_owned(), 1.into())].into();
        assert_eq!(read, Settings { dark: Some(true), arrangements, ..Settings::default() });
        let less = serde_json::to_value(Tree::<Pane>::empty(eframe::egui::Id::unique("x"))).unwrap();
        let settings = Settings { arrangements: [("lab".to_owned(), less)].into(), ..Settings::default() };
        settings.arrangement(Workspace::Lab).unwrap_err();
    }
}
