//! What can be asked for by its name alone: shortcut, place in the menu, when it is enabled.

use crate::state::State;

/// Something that needs no more data than its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Run the recipe.
    Distil,
    /// Pause or resume.
    PauseOrPlay,
    /// One step of training.
    StepOnce,
    /// End the job now.
    Stop,
    /// Take the last edit of the recipe back.
    Undo,
    /// Make it again.
    Redo,
    /// Pick a checkpoint as the teacher.
    OpenTeacher,
    /// Save the student of the job in focus.
    SaveStudent,
    /// Write every point of the run on show to a file.
    ExportRun,
    /// Write the list of runs to a file.
    ExportRuns,
    /// Put the recipe of a file in place.
    OpenRecipe,
    /// Write the recipe to a file.
    SaveRecipe,
    /// Copy the recipe as text.
    CopyRecipe,
    /// Paste another library's recipe.
    PasteRecipe,
    /// Edit the recipe as text, or with controls.
    RecipeText,
    /// Take a folder as data.
    OpenDataFolder,
    /// Take a table as data.
    OpenDataFile,
    /// Copy what happened as a picture.
    CopyPicture,
    /// The next sample in the lens.
    NextSample,
    /// The one before.
    PreviousSample,
    /// Any sample.
    RandomSample,
    /// T of the lens a step up.
    RaiseLensTemperature,
    /// T of the lens a step down.
    LowerLensTemperature,
    /// The next way to step through samples.
    NextChoice,
    /// The text in the lens token by token, or as it stands.
    ToggleTokens,
    /// Biases of classes in the lens, to be moved.
    ToggleBiases,
    /// T of the lens up and down by itself.
    PlayTemperature,
    /// Moving through the training of the run on show.
    ToggleMoment,
    /// A photo for the lens.
    OpenPhoto,
    /// Write the picture of a panel to a file.
    SaveFigure,
    /// Copy it.
    CopyFigure,
    /// Write the lens to a file for a browser.
    SavePage,
    /// Linear or logarithmic loss.
    ToggleLogLoss,
    /// Terms of the loss as they are, or as they count.
    ToggleWeighted,
    /// List deleted runs too.
    ToggleBin,
    /// Light or dark.
    ToggleTheme,
    /// Put the panels back.
    ResetLayout,
    /// Hold the queue, or release it.
    HoldQueue,
    /// Search all that can be done, opened or shown.
    Palette,
    /// What each method does, on one sheet.
    Methods,
    /// All keys on one sheet.
    Shortcuts,
    /// What the window has said.
    Notices,
    /// Everything larger.
    ZoomIn,
    /// Everything smaller.
    ZoomOut,
    /// Everything as large as the system says.
    ZoomReset,
    /// The arrangement for trying things out.
    Lab,
    /// The arrangement for comparing runs.
    Compare,
    /// The arrangement for explaining.
    Learn,
    /// The list of lessons, or the lesson that is open.
    Lessons,
    /// The page of the lesson that follows.
    NextPage,
    /// The one before.
    PreviousPage,
    /// One panel, large, for a room.
    Projector,
    /// Frame times.
    ToggleOverlay,
}

/// Groups of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Menu {
    /// The running job and those that wait.
    Job,
    /// The recipe and its files.
    Recipe,
    /// The lens.
    Lens,
    /// How panels are arranged.
    Arrangement,
    /// How things are shown.
    View,
    /// Finding one's way.
    Help,
}

impl Menu {
    /// All of them, in their order.
    pub const ALL: [Self; 6] = [Self::Job, Self::Recipe, Self::Lens, Self::Arrangement, Self::View, Self::Help];

    /// The key of its name among the window's words.
    pub fn key(self) -> &'static str {
        match self {
            Self::Job => "menu-job",
            Self::Recipe => "menu-recipe",
            Self::Lens => "menu-lens",
            Self::Arrangement => "menu-arrangement",
            Self::View => "menu-view",
            Self::Help => "menu-help",
        }
    }

    /// What stands in it.
    pub fn actions(self) -> impl Iterator<Item = Action> {
        Action::ALL.into_iter().filter(move |action| action.menu() == self)
    }
}

/// A key with its modifiers, in egui's names for keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// Ctrl, or Cmd on a Mac.
    pub command: bool,
    /// Shift.
    pub shift: bool,
    /// `Space`, `ArrowRight`, `Z`, …
    pub key: &'static str,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 53] = [
        Self::Distil,
        Self::PauseOrPlay,
        Self::StepOnce,
        Self::Stop,
        Self::Undo,
        Self::Redo,
        Self::OpenTeacher,
        Self::SaveStudent,
        Self::ExportRun,
        Self::ExportRuns,
        Self::OpenRecipe,
        Self::SaveRecipe,
        Self::CopyRecipe,
        Self::PasteRecipe,
        Self::RecipeText,
        Self::OpenDataFolder,
        Self::OpenDataFile,
        Self::CopyPicture,
        Self::NextSample,
        Self::PreviousSample,
        Self::RandomSample,
        Self::RaiseLensTemperature,
        Self::LowerLensTemperature,
        Self::NextChoice,
        Self::ToggleTokens,
        Self::ToggleBiases,
        Self::PlayTemperature,
        Self::ToggleMoment,
        Self::OpenPhoto,
        Self::SaveFigure,
        Self::CopyFigure,
        Self::SavePage,
        Self::ToggleLogLoss,
        Self::ToggleWeighted,
        Self::ToggleBin,
        Self::ToggleTheme,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::ResetLayout,
        Self::HoldQueue,
        Self::Palette,
        Self::Methods,
        Self::Shortcuts,
        Self::Notices,
        Self::Lab,
        Self::Compare,
        Self::Learn,
        Self::Lessons,
        Self::NextPage,
        Self::PreviousPage,
        Self::Projector,
        Self::ToggleOverlay,
    ];

    /// The key of its name among the window's words; `KEY-hint` is its explanation.
    pub fn key(self) -> &'static str {
        match self {
            Self::Distil => "action-distil",
            Self::PauseOrPlay => "action-pause",
            Self::StepOnce => "action-step",
            Self::Stop => "action-stop",
            Self::Undo => "action-undo",
            Self::Redo => "action-redo",
            Self::OpenTeacher => "action-open-teacher",
            Self::SaveStudent => "action-save-student",
            Self::ExportRun => "action-export-run",
            Self::ExportRuns => "action-export-runs",
            Self::OpenRecipe => "action-open-recipe",
            Self::SaveRecipe => "action-save-recipe",
            Self::CopyRecipe => "action-copy-recipe",
            Self::PasteRecipe => "action-paste-recipe",
            Self::RecipeText => "action-recipe-text",
            Self::OpenDataFolder => "action-open-folder",
            Self::OpenDataFile => "action-open-table",
            Self::CopyPicture => "action-copy-picture",
            Self::NextSample => "action-next-sample",
            Self::PreviousSample => "action-previous-sample",
            Self::RandomSample => "action-random-sample",
            Self::RaiseLensTemperature => "action-raise-temperature",
            Self::LowerLensTemperature => "action-lower-temperature",
            Self::NextChoice => "action-next-choice",
            Self::ToggleTokens => "action-tokens",
            Self::ToggleBiases => "action-biases",
            Self::PlayTemperature => "action-play-temperature",
            Self::ToggleMoment => "action-moment",
            Self::OpenPhoto => "action-open-photo",
            Self::SaveFigure => "action-save-figure",
            Self::CopyFigure => "action-copy-figure",
            Self::SavePage => "action-save-page",
            Self::ToggleLogLoss => "action-log-loss",
            Self::ToggleWeighted => "action-weighted",
            Self::ToggleBin => "action-bin",
            Self::ToggleTheme => "action-theme",
            Self::ResetLayout => "action-reset-layout",
            Self::HoldQueue => "action-hold-queue",
            Self::Palette => "action-palette",
            Self::Methods => "action-methods",
            Self::Shortcuts => "action-shortcuts",
            Self::Notices => "action-notices",
            Self::ZoomIn => "action-zoom-in",
            Self::ZoomOut => "action-zoom-out",
            Self::ZoomReset => "action-zoom-reset",
            Self::Lab => "action-lab",
            Self::Compare => "action-compare",
            Self::Learn => "action-learn",
            Self::Lessons => "action-lessons",
            Self::NextPage => "action-next-page",
            Self::PreviousPage => "action-previous-page",
            Self::Projector => "action-projector",
            Self::ToggleOverlay => "action-overlay",
        }
    }

    /// The keys that ask for it. Those without Ctrl act only when nothing has the focus.
    pub fn shortcut(self) -> Option<Shortcut> {
        let plain = |key| Some(Shortcut { command: false, shift: false, key });
        let command = |key| Some(Shortcut { command: true, shift: false, key });
        let both = |key| Some(Shortcut { command: true, shift: true, key });
        match self {
            Self::Distil => command("Enter"),
            Self::PauseOrPlay => plain("Space"),
            Self::StepOnce => plain("Period"),
            Self::Stop => command("Period"),
            Self::Undo => command("Z"),
            Self::Redo => both("Z"),
            Self::OpenTeacher => command("O"),
            Self::SaveStudent => command("S"),
            Self::ExportRun => command("E"),
            Self::ExportRuns => both("E"),
            Self::OpenRecipe => both("O"),
            Self::SaveRecipe => both("S"),
            Self::CopyRecipe => both("C"),
            Self::PasteRecipe => both("V"),
            Self::RecipeText => command("T"),
            Self::OpenDataFolder => both("F"),
            Self::OpenDataFile => both("T"),
            Self::CopyPicture => both("P"),
            Self::NextSample => plain("ArrowRight"),
            Self::PreviousSample => plain("ArrowLeft"),
            Self::RandomSample => plain("R"),
            Self::RaiseLensTemperature => plain("CloseBracket"),
            Self::LowerLensTemperature => plain("OpenBracket"),
            Self::NextChoice => plain("N"),
            Self::ToggleTokens => plain("T"),
            Self::ToggleBiases => plain("I"),
            Self::PlayTemperature => plain("P"),
            Self::ToggleMoment => plain("Y"),
            Self::OpenPhoto => command("I"),
            Self::SaveFigure => command("G"),
            Self::CopyFigure => both("G"),
            Self::SavePage => command("P"),
            Self::ToggleLogLoss => plain("L"),
            Self::ToggleWeighted => plain("W"),
            Self::ToggleBin => plain("B"),
            Self::ToggleTheme => plain("D"),
            Self::HoldQueue => plain("H"),
            Self::ZoomIn => command("Plus"),
            Self::ZoomOut => command("Minus"),
            Self::ZoomReset => command("0"),
            Self::ResetLayout => both("R"),
            Self::Notices => both("L"),
            Self::ToggleOverlay => plain("F12"),
            Self::Palette => command("K"),
            Self::Methods => plain("M"),
            Self::Shortcuts => plain("Questionmark"),
            Self::Lab => command("1"),
            Self::Compare => command("2"),
            Self::Learn => command("3"),
            Self::Lessons => plain("F1"),
            Self::NextPage => plain("PageDown"),
            Self::PreviousPage => plain("PageUp"),
            Self::Projector => plain("F11"),
        }
    }

    /// Whether a key that is held down asks for it again and again.
    pub fn repeats(self) -> bool {
        matches!(
            self,
            Self::StepOnce
                | Self::Undo
                | Self::Redo
                | Self::NextSample
                | Self::PreviousSample
                | Self::RaiseLensTemperature
                | Self::LowerLensTemperature
                | Self::ZoomIn
                | Self::ZoomOut
        )
    }

    /// Where it stands in the menu.
    pub fn menu(self) -> Menu {
        match self {
            Self::Distil | Self::PauseOrPlay | Self::StepOnce | Self::Stop | Self::HoldQueue => Menu::Job,
            Self::Undo
            | Self::Redo
            | Self::OpenTeacher
            | Self::SaveStudent
            | Self::ExportRun
            | Self::ExportRuns
            | Self::OpenRecipe
            | Self::SaveRecipe
            | Self::CopyRecipe
            | Self::PasteRecipe
            | Self::RecipeText
            | Self::OpenDataFolder
            | Self::OpenDataFile => Menu::Recipe,
            Self::NextSample
            | Self::PreviousSample
            | Self::RandomSample
            | Self::NextChoice
            | Self::ToggleTokens
            | Self::ToggleBiases
            | Self::PlayTemperature
            | Self::ToggleMoment
            | Self::OpenPhoto
            | Self::SavePage
            | Self::RaiseLensTemperature
            | Self::LowerLensTemperature => Menu::Lens,
            Self::Lab | Self::Compare | Self::Learn | Self::ResetLayout => Menu::Arrangement,
            Self::CopyPicture
            | Self::SaveFigure
            | Self::CopyFigure
            | Self::ToggleLogLoss
            | Self::ToggleWeighted
            | Self::ToggleBin
            | Self::ToggleTheme
            | Self::ZoomIn
            | Self::ZoomOut
            | Self::ZoomReset
            | Self::Projector
            | Self::ToggleOverlay => Menu::View,
            Self::Palette
            | Self::Methods
            | Self::Shortcuts
            | Self::Notices
            | Self::Lessons
            | Self::NextPage
            | Self::PreviousPage => Menu::Help,
        }
    }

    /// Whether it can be done now.
    pub fn enabled(self, state: &State) -> bool {
        match self {
            Self::Distil => state.recipe.fault.is_none(),
            Self::PauseOrPlay | Self::Stop => state.jobs.running.is_some(),
            Self::StepOnce => state.is_paused(),
            Self::HoldQueue => !state.jobs.queue.items().is_empty(),
            Self::Undo => state.history.can_undo(),
            Self::Redo => state.history.can_redo(),
            Self::SaveStudent => state.student_to_save().is_some(),
            Self::ExportRun => state.on_show().1.is_some_and(|run| state.row(run).is_some()),
            Self::ExportRuns => !state.jobs.rows.is_empty(),
            Self::CopyPicture => state.focused().is_some_and(|job| job.story.is_some()),
            // What is saved can be opened again, and is what stands in the editor.
            Self::SaveRecipe => {
                state.recipe.fault.is_none() && state.recipe.text.as_ref().is_none_or(|typed| typed.faults.is_empty())
            }
            Self::NextSample | Self::PreviousSample | Self::RandomSample | Self::NextChoice => {
                state.lens_view().is_some()
            }
            Self::ToggleTokens => state.shows_text(),
            Self::ToggleBiases => state.has_biases(),
            Self::ToggleMoment => state.focused().is_some(),
            Self::SavePage => state.on_show().1.is_some_and(|run| state.row(run).is_some()),
            Self::OpenTeacher
            | Self::OpenRecipe
            | Self::CopyRecipe
            | Self::PasteRecipe
            | Self::RecipeText
            | Self::OpenDataFolder
            | Self::OpenDataFile
            | Self::RaiseLensTemperature
            | Self::LowerLensTemperature
            | Self::PlayTemperature
            | Self::OpenPhoto
            | Self::SaveFigure
            | Self::CopyFigure
            | Self::ToggleLogLoss
            | Self::ToggleWeighted
            | Self::ToggleBin
            | Self::ToggleTheme
            | Self::ZoomIn
            | Self::ZoomOut
            | Self::ZoomReset
            | Self::ResetLayout
            | Self::Palette
            | Self::Methods
            | Self::Shortcuts
            | Self::Notices
            | Self::Lab
            | Self::Compare
            | Self::Learn
            | Self::Lessons
            | Self::Projector
            | Self::ToggleOverlay => true,
            Self::NextPage | Self::PreviousPage => state.window.learns && state.window.projector.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::text::{Language, speak, text};

    #[test]
    fn no_two_actions_share_a_shortcut_or_a_name() {
        let shortcuts: Vec<Shortcut> = Action::ALL.into_iter().filter_map(Action::shortcut).collect();
        assert_eq!(shortcuts.iter().collect::<HashSet<_>>().len(), shortcuts.len());
        assert_eq!(Action::ALL.map(Action::key).iter().collect::<HashSet<_>>().len(), Action::ALL.len());
    }
    #[test]
    fn every_action_has_its_name_and_its_explanation_in_every_language() {
        for language in Language::ALL {
            speak(language);
            let keys = Action::ALL.map(Action::key).into_iter().chain(Menu::ALL.map(Menu::key));
            for key in keys {
                assert_ne!(text(key), key);
            }
            for action in Action::ALL {
                let hint = format!("{}-hint", action.key());
                assert_ne!(text(&hint), hint);
                assert!(action.shortcut().is_some(), "{action:?}");
            }
        }
    }
}
