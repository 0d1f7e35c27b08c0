//! What the user can ask for: [`Action`] (plain, iterable: name, shortcut, enabled-when) and [`Command`] (carries data).

mod action;
mod of_step;

use std::cell::RefCell;
use std::path::PathBuf;

pub use action::{Action, Menu, Shortcut};
pub use of_step::{commands_of, commands_of_sample};

use crate::protocol::{JobId, RunId, Setting};
use crate::recipe::{Library, Source, Sweep};
use crate::runs::verdict::Remedy;
use crate::state::{
    BarOrder, Beside, BoardPage, Cell, DarkPage, Farewell, FilePurpose, LensPage, LossView, Metric, Mover, Palette,
    Pane, PhotoOf, RunColumn, SampleChoice, Section, SizeBy, Smoothing, Subject, Tip, Who, Whose,
};
use crate::text::{Language, Phrase};

/// Something to do, with what it is to be done with.
#[derive(Clone, Debug)]
pub enum Command {
    /// An action.
    Do(Action),
    /// Of the recipe panel.
    Recipe(RecipeCommand),
    /// Of jobs and runs.
    Job(JobCommand),
    /// Of the panels over the runs.
    Screen(ScreenCommand),
    /// Of the lens.
    Lens(LensCommand),
    /// Of the made-up example.
    Example(ExampleCommand),
    /// Of lessons.
    Lesson(LessonCommand),
    /// Of the window itself.
    Window(WindowCommand),
}

/// Of the recipe panel and what is opened into it.
#[derive(Clone, Debug)]
pub enum RecipeCommand {
    /// Begin with a preset.
    Preset(&'static str),
    /// Replace the recipe; `field` names what was edited, so that a drag is one step of undo.
    Edit(&'static str, Box<Sweep>),
    /// What is typed as the text of the recipe.
    Type(String),
    /// Read the recipe's data in another way, from the sheet about them.
    PutSource(Box<Source>),
    /// Open the sheet about the recipe's data and teacher.
    OpenSheet,
    /// The sheet is done; `false` takes back what was opened.
    CloseSheet(bool),
    /// Fold a section of the recipe panel, or unfold it.
    Unfold(Section, bool),
    /// Show the control of a field, by its path, and give it the keyboard.
    GoTo(&'static str),
    /// Put a job's recipe into the panel.
    Use(JobId),
    /// Put a run's resolved recipe into the panel.
    UseRun(RunId),
    /// Copy it as text.
    CopyRun(RunId),
    /// Distil a job's recipe with what may help.
    Try(JobId, Remedy),
}

/// Of jobs and runs.
#[derive(Clone, Debug)]
pub enum JobCommand {
    /// Go on with a job that rests.
    Resume(JobId),
    /// Let runs of a job that has ended begin again.
    Retry(JobId, Vec<RunId>),
    /// End one run of the running job.
    StopRun(RunId),
    /// Move a setting of one run of the running job.
    ChangeRun(RunId, Setting, f64),
    /// Take out what waits.
    Unqueue(u64),
    /// Let what waits begin a place later, or earlier.
    Requeue(u64, bool),
    /// Put a run into the bin.
    Delete(RunId),
    /// Take it out again.
    Restore(RunId),
}

/// Of what the panels over the runs show, and how.
#[derive(Clone, Debug)]
pub enum ScreenCommand {
    /// Show a job in the panels.
    Focus(JobId),
    /// Back to the recipe's preview.
    ClearFocus,
    /// Lay a run over the curves, or take it off.
    Overlay(RunId, bool),
    /// Take all runs off the curves.
    ClearOverlay,
    /// Choose a cell of the sweep, or none.
    SelectCell(Option<usize>),
    /// A cell of the sweep is under the pointer.
    HoverCell(Option<usize>),
    /// What cells are compared by.
    BoardMetric(Metric),
    /// Which picture of the board.
    BoardPage(BoardPage),
    /// What models are laid out by on the page of their sizes.
    BoardSizeBy(SizeBy),
    /// What is held of each axis.
    Brush(Vec<Option<(f64, f64)>>),
    /// Hide or show a curve.
    ToggleCurve(u64),
    /// Show one curve alone among these, or all of them again.
    SoloCurve(u64, Vec<u64>),
    /// What the second plot shows.
    Quality(Metric),
    /// Which losses are drawn.
    LossView(LossView),
    /// How much the loss is smoothed.
    SmoothLoss(Smoothing),
    /// Sort the list by a column, the other way round, or not at all.
    SortRuns(RunColumn),
    /// List the jobs that have this.
    FilterRuns(String),
    /// Fold a job over its runs, or unfold it.
    FoldJob(JobId),
    /// Words that a text on the wall must hold.
    SampleWords(String),
    /// Which of the texts that others were made of is looked at with them.
    Made(u64),
    /// The speed at which exits are looked at.
    Speed(f64),
    /// A text of the user's that the models are asked about; an empty one ends that.
    OwnText(String),
}

/// Of the lens and what belongs to it: samples, biases, tables of answers, moments of a training.
#[derive(Clone, Debug)]
pub enum LensCommand {
    /// T of the lens.
    LensTemperature(f64),
    /// Which row of the probe set the lens shows.
    LensRow(usize),
    /// Which samples the lens steps through.
    SampleChoice(SampleChoice),
    /// Of which class alone the lens shows samples.
    LensClass(Option<usize>),
    /// Whether the longest bar of the lens fills its side.
    LensZoom(bool),
    /// What the lens looks at.
    Subject(Subject),
    /// What of it the lens shows.
    LensPage(LensPage),
    /// In which order its classes stand.
    LensOrder(BarOrder),
    /// Whether its probabilities are drawn by their logarithm.
    LensLog(bool),
    /// Whether all of its classes are listed.
    LensAll(bool),
    /// The class that it follows from its logit on.
    Drill(usize),
    /// What stands beside it.
    Beside(Beside),
    /// After which step panels show the run; none for the newest.
    Moment(Option<u64>),
    /// Whether that moves on by itself.
    PlayMoment(bool),
    /// A photo for the lens.
    Photo(PhotoOf),
    /// Which picture of dark knowledge.
    DarkPage(DarkPage),
    /// Whose.
    DarkWho(Who),
    /// Show the samples of a place of a table of answers.
    OpenCell(Cell),
    /// What bias the lens moves.
    BiasOf(Mover),
    /// Where to.
    Bias(f64),
    /// Choose it by the validation rows.
    FindBias,
    /// Take back every bias of the run on show.
    ResetBiases,
    /// Show the samples that student and baseline answer differently.
    WhichSamples,
    /// Look at a row of the probe set through the lens.
    OpenSample(usize),
}

/// Of the made-up example.
#[derive(Clone, Debug)]
pub enum ExampleCommand {
    /// A logit of the example, as it is dragged.
    MoveLogit(Whose, usize, f64),
    /// A probability of the example at the lens's T, as it is dragged.
    MoveProbability(Whose, usize, f64),
    /// Logits of the example, as they were typed.
    TypeLogits(Whose, String),
    /// The example's class.
    ExampleLabel(usize),
    /// Put the example back as it is at first.
    ResetExample,
    /// Make an example of what the lens shows.
    TakeExample,
}

/// Of lessons.
#[derive(Clone, Debug)]
pub enum LessonCommand {
    /// Show the list of lessons, or put the card away; a lesson that is open stays open.
    Show(bool),
    /// Begin a lesson by its id, where it was left.
    Begin(String),
    /// Leave it: everything is as it was before.
    Leave,
    /// Go to a page of it.
    GoTo(usize),
    /// Bring about what the page needs.
    BringAbout,
    /// One more hint of a task.
    Hint(usize),
    /// Show how a task is done.
    Solve(usize),
    /// Drag a guessed bar.
    GuessBar(usize, f64),
    /// Draw a stretch of a guessed curve, between two of its points.
    GuessCurve((usize, f64), (usize, f64)),
    /// Choose.
    Choose(usize),
    /// Draw the truth over a guess, training first where that must be.
    Reveal,
    /// Point at a part of the window.
    PointAt(String),
    /// Ask about an address before it is opened.
    AskLink(String),
    /// Open it, or not.
    EndLink(bool),
    /// Open a lesson from a folder.
    OpenFolder,
    /// Close the one that was opened from a folder.
    CloseFolder,
    /// Take the runs of lessons that were left out of the bin.
    KeepRuns(Vec<JobId>),
}

/// Of the window itself and what lies over it.
#[derive(Clone, Debug)]
pub enum WindowCommand {
    /// What is searched for in the palette, and which of what was found is marked; none closes it.
    Palette(Option<Palette>),
    /// Look at the method of a name on the sheet of methods; none closes it.
    Methods(Option<&'static str>),
    /// Close the sheet of keys.
    CloseShortcuts,
    /// Close the list of notices.
    CloseNotices,
    /// One of the first words needs not be said any more.
    TipDone(Tip),
    /// Open whatever lies there: a recipe, data, a checkpoint.
    OpenPath(PathBuf),
    /// Which language the window speaks; none for the system's.
    Language(Option<Language>),
    /// Dark or light; none for as the system is.
    Theme(Option<bool>),
    /// Give one panel the whole room, or give it back.
    Maximise(Option<Pane>),
    /// Bring a panel to the front of its tabs.
    BringUp(Pane),
    /// Show another panel to the room, or end that.
    Projector(Option<Pane>),
    /// Show the recipe with which a run was trained, or no more.
    ShowRecipe(Option<RunId>),
    /// Another name for a job, as far as it is typed.
    Rename(JobId, String),
    /// It is done; `false` gives it up.
    EndRename(bool),
    /// What another library's recipe is, as far as it is typed or pasted.
    TypePaste(String),
    /// Whose it is.
    PasteFrom(Library),
    /// It is done; `false` gives it up.
    EndPaste(bool),
    /// What is typed in the path field.
    TypePath(String),
    /// The path field is done; `false` gives it up.
    EndPath(bool),
    /// Write the lens for a browser, or give it up.
    EndPage(bool),
    /// Write the picture of a panel to a file.
    SaveFigure(Pane),
    /// Copy it.
    CopyFigure(Pane),
    /// Something that was typed is not taken, and why.
    Refused(Phrase),
    /// A path was picked.
    Picked(FilePurpose, Vec<PathBuf>),
    /// Keep a temporary store, or let it go.
    Farewell(Farewell),
}

impl From<Action> for Command {
    fn from(it: Action) -> Self {
        Self::Do(it)
    }
}

impl From<RecipeCommand> for Command {
    fn from(it: RecipeCommand) -> Self {
        Self::Recipe(it)
    }
}

impl From<JobCommand> for Command {
    fn from(it: JobCommand) -> Self {
        Self::Job(it)
    }
}

impl From<ScreenCommand> for Command {
    fn from(it: ScreenCommand) -> Self {
        Self::Screen(it)
    }
}

impl From<LensCommand> for Command {
    fn from(it: LensCommand) -> Self {
        Self::Lens(it)
    }
}

impl From<ExampleCommand> for Command {
    fn from(it: ExampleCommand) -> Self {
        Self::Example(it)
    }
}

impl From<LessonCommand> for Command {
    fn from(it: LessonCommand) -> Self {
        Self::Lesson(it)
    }
}

impl From<WindowCommand> for Command {
    fn from(it: WindowCommand) -> Self {
        Self::Window(it)
    }
}

/// Where views put their commands; the app performs them after the frame.
#[derive(Debug, Default)]
pub struct Commands(RefCell<Vec<Command>>);

impl Commands {
    /// Asks for something.
    pub fn send(&self, command: impl Into<Command>) {
        self.0.borrow_mut().push(command.into());
    }

    /// Everything that was asked for, in order.
    pub fn take(&self) -> Vec<Command> {
        self.0.take()
    }
}
