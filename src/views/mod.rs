//! One file a panel: each takes `&State` and sends commands; nothing is changed here.

mod anatomy;
mod asked;
mod bar;
mod board;
mod cards;
mod colours;
mod curves;
mod dark;
mod figures;
mod inside;
mod kept_run;
mod learn;
mod lens;
mod loss;
mod methods;
mod moment;
mod notices;
mod page_asked;
mod palette;
mod paste;
mod path_field;
mod projector;
mod quality;
mod queue;
mod recipe;
mod run_settings;
mod runs;
mod samples;
mod sheet;
mod shortcuts;
mod story;
mod take_away;
mod temporary;
mod tips;

pub use anatomy::anatomy_ui;
pub use bar::bar_ui;
pub use board::board_ui;
pub use dark::dark_ui;
pub use figures::{figure_size, figure_ui};
pub use inside::inside_ui;
pub use kept_run::{kept_recipe_ui, rename_ui};
pub use learn::{learn_ui, shows_learn};
pub use lens::lens_ui;
pub use loss::loss_ui;
pub use methods::methods_ui;
pub use moment::moment_ui;
pub use notices::notices_ui;
pub use page_asked::page_asked_ui;
pub use palette::palette_ui;
pub use paste::paste_ui;
pub use path_field::{path_field_ui, path_key};
pub use projector::{PROJECTED, projector_ui};
pub use quality::quality_ui;
pub use recipe::{go_to, recipe_ui};
pub use runs::runs_ui;
pub use samples::samples_ui;
pub use sheet::sheet_ui;
pub use shortcuts::shortcuts_ui;
pub use story::{story_rect, story_ui};
pub use temporary::{farewell_ui, temporary_strip_ui};
pub use tips::tips_ui;

use eframe::egui::{Frame, Id, Label, Modal, Response, Ui, Vec2};

use self::take_away::{figure_entries_ui, figure_menu_ui};
use crate::command::{Action, Commands, Shortcut};
use crate::distill::{Company, Course, Method, term};
use crate::protocol::{Role, RunInfo};
use crate::recipe::{Field, course_phrase};
use crate::state::{Pane, State};
use crate::text::{Between, Phrase, Term, grouped, number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, space};
use crate::widgets::IconButton;

/// The key of a panel's name among the window's words.
pub fn panel_key(panel: Pane) -> &'static str {
    match panel {
        Pane::Recipe => "recipe-title",
        Pane::Loss => "loss-title",
        Pane::Quality => "quality-title",
        Pane::Lens => "lens-title",
        Pane::Samples => "samples-title",
        Pane::Board => "board-title",
        Pane::Anatomy => "anatomy-title",
        Pane::Inside => "inside-title",
        Pane::Runs => "runs-title",
        Pane::Dark => "dark-title",
    }
}

/// What a legend calls a teacher: one of several by its seed.
fn teacher_name(key: &str, teacher: &RunInfo, of: usize) -> String {
    let name = text(key);
    if of < 2 {
        return name;
    }
    text_with("curve-of-seed", &[("name", name.into()), ("seed", teacher.seed.to_string().into())])
}

/// A run by its number and what it differs by.
fn run_name(state: &State, run: &RunInfo) -> String {
    let says = state.jobs.told_apart.says.get(&run.run).cloned().unwrap_or_default();
    let what = match run.role {
        Role::Baseline => run.baseline().map_or_else(String::new, |baseline| text(baseline.label)),
        _ => Phrase::several(Between::Commas, says).words(),
    };
    format!("{}  {what}", run.run).trim_end().to_owned()
}

/// What one is called that is trained for a student's sake: which of its peers, or of the generations before it.
fn companion_name(method: Option<&'static Method>, place: u32) -> String {
    match method.map(|method| method.company) {
        Some(Company::Peers(_)) => text_with("runs-peer", &[("number", u64::from(place + 1).into())]),
        _ => text_with("runs-generation", &[("number", u64::from(place).into())]),
    }
}

/// A sheet over the window that waits for the user.
fn modal(ui: &Ui, name: &'static str) -> Modal {
    Modal::new(Id::unique(name)).frame(Frame::window(ui.style()).inner_margin(space::L))
}

/// How large a sheet may be, so that it stands in the window with its frame.
fn sheet_room(ui: &Ui) -> Vec2 {
    ui.ctx().content_rect().size() - Vec2::splat(4.0 * space::L)
}

/// A share in percent, with its sign: `95.2 %`.
fn percent(share: f64) -> String {
    text_with("widget-percent", &[("value", number::percent(share).into())])
}

/// A line that is read second.
fn quiet(ui: &mut Ui, words: String) -> Response {
    let colour = ui.tokens().secondary;
    ui.add(Label::new(caption(words).color(colour)).wrap())
}

/// A button with its explanation; true when it was pressed.
fn button_ui(ui: &mut Ui, key: &str) -> bool {
    ui.button(text(key)).on_hover_text(text(&format!("{key}-hint"))).clicked()
}

/// A small button for an action, with its name, explanation and shortcut on hover.
fn action_button(ui: &mut Ui, action: Action, framed: bool, state: &State, commands: &Commands) -> Response {
    let (name, hint) = (text(action.key()), hint_of(action));
    let button = IconButton::new(icon_of(action, state), &name).hint(&hint);
    let button = if framed { button.framed() } else { button };
    let response = ui.add_enabled(action.enabled(state), button);
    if response.clicked() {
        commands.send(action);
    }
    response
}

/// The explanation of an action, with its shortcut.
fn hint_of(action: Action) -> String {
    let hint = text(&format!("{}-hint", action.key()));
    match action.shortcut() {
        None => hint,
        Some(shortcut) => format!("{hint}  ({})", key_words(shortcut)),
    }
}

/// A shortcut as it stands on the keys: `Ctrl+Shift+Z`.
fn key_words(shortcut: Shortcut) -> String {
    let key = match shortcut.key {
        "Period" => ".",
        "ArrowRight" => "→",
        "ArrowLeft" => "←",
        "OpenBracket" => "[",
        "CloseBracket" => "]",
        "Questionmark" => "?",
        "Plus" => "+",
        "Minus" => "−",
        "PageDown" => "Page↓",
        "PageUp" => "Page↑",
        other => other,
    };
    let control = if cfg!(target_os = "macos") { "Cmd+" } else { "Ctrl+" };
    let (command, shift) = (if shortcut.command { control } else { "" }, if shortcut.shift { "Shift+" } else { "" });
    format!("{command}{shift}{key}")
}

/// The sign of an action as things stand.
fn icon_of(action: Action, state: &State) -> Icon {
    match action {
        Action::PauseOrPlay if !state.is_paused() => Icon::Pause,
        Action::PlayTemperature if state.screen.lens.plays.is_some() => Icon::Pause,
        Action::HoldQueue => Icon::Pause,
        Action::Distil | Action::PauseOrPlay | Action::PlayTemperature => Icon::Play,
        Action::StepOnce => Icon::Step,
        Action::Stop => Icon::Stop,
        Action::Undo => Icon::Undo,
        Action::Redo => Icon::Redo,
        Action::OpenTeacher
        | Action::OpenRecipe
        | Action::OpenDataFolder
        | Action::OpenDataFile
        | Action::OpenPhoto => Icon::Folder,
        Action::SaveStudent
        | Action::SaveRecipe
        | Action::ExportRun
        | Action::ExportRuns
        | Action::SaveFigure
        | Action::SavePage => Icon::Save,
        Action::CopyRecipe | Action::PasteRecipe | Action::CopyPicture | Action::CopyFigure => Icon::Copy,
        Action::NextSample | Action::NextPage => Icon::ChevronRight,
        Action::PreviousSample | Action::PreviousPage => Icon::ChevronLeft,
        Action::RandomSample => Icon::Dice,
        Action::NextChoice | Action::ToggleBiases => Icon::Sliders,
        Action::RaiseLensTemperature => Icon::ChevronUp,
        Action::LowerLensTemperature => Icon::ChevronDown,
        Action::ToggleLogLoss | Action::ToggleWeighted => Icon::Curve,
        Action::ToggleBin => Icon::Trash,
        Action::ToggleTheme | Action::Projector => Icon::Contrast,
        Action::ZoomIn => Icon::Plus,
        Action::ZoomOut => Icon::Minus,
        Action::ZoomReset | Action::Palette => Icon::Search,
        Action::ResetLayout => Icon::Restore,
        Action::Shortcuts => Icon::Keys,
        Action::RecipeText | Action::Notices | Action::ToggleTokens => Icon::List,
        Action::Lab => Icon::Flask,
        Action::Compare => Icon::Bars,
        Action::Learn | Action::Methods | Action::Lessons => Icon::Book,
        Action::ToggleOverlay | Action::ToggleMoment => Icon::Clock,
    }
}

/// The name of a field as that of a control: it begins with a capital.
fn control_name(field: &Field) -> String {
    let name = field.label().words();
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a term of a loss is called, and what it is.
fn term_words(name: &str) -> (String, String) {
    match term(name) {
        Some(term) => (text(term.label), text(term.what)),
        None => (name.to_owned(), String::new()),
    }
}

/// `42 s`, `3:05`, `1:02:03`.
fn duration(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    match seconds {
        0..90 => text_with("duration-seconds", &[("seconds", seconds.into())]),
        90..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

/// Lets what is shown say what its words of the field mean.
fn explained(shown: Response, terms: &[Term]) -> Response {
    shown.on_hover_text(whats(terms))
}

/// What words of the field mean: of several a line each, which begins with the word.
fn whats(terms: &[Term]) -> String {
    match terms {
        [only] => only.what(),
        several => several.iter().map(|term| what_line(term.name(), term.what())).collect::<Vec<_>>().join("\n"),
    }
}

/// A name, and what it means.
fn what_line(name: String, what: String) -> String {
    text_with("term-line", &[("name", name.into()), ("what", what.into())])
}

/// What a setting holds over a training: `8`, `8 → 1`.
fn course_words(course: Course) -> String {
    course_phrase(course, Phrase::setting).words()
}

#[cfg(test)]
mod tests {
    use super::grouped;
    use crate::recipe::fields::FIELDS;
    use crate::text::{Language, Term, speak};

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 2_395_210].map(grouped), ["0", "999", "1,000", "2,395,210"]);
    }

    /// Sentences end with a stop that is followed by no letter and no digit.
    fn sentences(text: &str) -> usize {
        let ends = |at: usize| text[at + 1..].chars().next().is_none_or(char::is_whitespace);
        let is_end = |(at, c): &(usize, char)| "。！？".contains(*c) || (".!?".contains(*c) && ends(*at));
        text.char_indices().filter(is_end).count()
    }

    #[test]
    fn what_is_explained_is_explained_in_two_sentences_and_few_words() {
        assert_eq!(["T = 1.5 is one.", "One. Two.", "一。二。"].map(sentences), [1, 2, 2]);
        for language in Language::ALL {
            speak(language);
            let terms = Term::ALL.map(|term| (term.name(), term.what()));
            let fields = FIELDS.iter().map(|field| (field.path.to_owned(), field.what().words()));
            for (name, what) in terms.into_iter().chain(fields) {
                assert!((1..=2).contains(&sentences(&what)), "{name}: {what}");
                let (words, most) = match language {
                    Language::English => (what.split_whitespace().count(), 40),
                    // Two characters are about a word.
                    Language::Chinese => (what.chars().count(), 80),
                };
                assert!((4..=most).contains(&words), "{name}: {words} words: {what}");
            }
        }
    }
}
