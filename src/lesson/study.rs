//! The lesson that is open: on which page, what was answered, what holds of its tasks. It is looked at once a frame.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::answer::Answer;
use super::condition::Entered;
use super::fault::Faults;
use super::needs::{Lacking, OwnJob};
use super::progress::Progress;
use super::reading::{Reading, Value};
use super::shape::{Kind, Lesson, Page, Task};
use crate::protocol::JobId;
use crate::state::State;

/// Seconds without anything done after which the first hint comes by itself.
const IDLE: f64 = 30.0;

/// All lessons, and the one that is open.
#[derive(Debug, Default)]
pub struct Lessons {
    /// Those that are part of the program, in their order.
    pub shipped: Vec<Arc<Lesson>>,
    /// One that was opened from a folder, or what is wrong with it.
    pub opened: Option<Opened>,
    /// How far somebody has come.
    pub progress: Progress,
    /// The one that is open.
    pub study: Option<Study>,
    /// Whether the card stands beside the panels, where somebody has said so; else as the window has room.
    pub shown: Option<bool>,
}

/// A lesson's folder that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where it lies.
    pub folder: PathBuf,
    /// The lesson as it was when it could last be read.
    pub lesson: Option<Arc<Lesson>>,
    /// What is wrong with it now.
    pub faults: Option<Faults>,
}

/// What a task has come to since its page was entered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskState {
    /// Whether it is done now.
    pub done: bool,
    /// Different values that were seen, where they are counted.
    pub seen: Vec<Value>,
    /// Hints that are shown.
    pub hints: usize,
    /// The wrong move that was made, by the id of its words.
    pub almost: Option<String>,
}

/// An open lesson.
#[derive(Clone, Debug)]
pub struct Study {
    /// Which.
    pub lesson: Arc<Lesson>,
    /// The index of the page.
    pub page: usize,
    /// Of the tasks of this page.
    pub tasks: Vec<TaskState>,
    /// By the ids of pages.
    pub answers: BTreeMap<String, Answer>,
    /// Jobs that were begun in it, oldest first.
    pub jobs: Vec<OwnJob>,
    /// What this page needs and has not.
    pub lacking: Vec<Lacking>,
    /// Whether that is on its way.
    pub comes: bool,
    /// Whether this page is done now.
    pub done: bool,
    /// An address that is asked about before it is opened.
    pub link: Option<String>,
    /// A part of the window that is pointed at, and since when, in seconds.
    pub flash: Option<(String, f64)>,
    entered: Entered,
    /// When something was done last, in seconds.
    busy: f64,
}

impl Lessons {
    /// The lesson of an id; one that was opened from a folder goes before one of the program.
    pub fn lesson(&self, id: &str) -> Option<&Arc<Lesson>> {
        let opened = self.opened.as_ref().and_then(|opened| opened.lesson.as_ref());
        opened.into_iter().chain(&self.shipped).find(|lesson| lesson.id == id)
    }

    /// The shipped lesson that follows one.
    pub fn next_after(&self, id: &str) -> Option<&Arc<Lesson>> {
        let at = self.shipped.iter().position(|lesson| lesson.id == id)?;
        self.shipped.get(at + 1)
    }

    /// Looks at the open lesson. `time` is in seconds; `busy` tells whether the user did something.
    pub fn look(&mut self, state: &State, time: f64, busy: bool) {
        let Some(study) = &mut self.study else { return };
        study.look(state, time, busy);
        let page = study.page();
        let is_news =
            study.done && !matches!(page.kind, Kind::Tell | Kind::Free) && !self.progress.has(&study.lesson, page);
        if is_news {
            self.progress.did(&study.lesson, page);
        }
    }

    /// Leaves the page that is on show: one that asks for nothing is done by that.
    pub fn turn(&mut self) {
        if let Some(study) = &self.study
            && matches!(study.page().kind, Kind::Tell | Kind::Free)
        {
            self.progress.did(&study.lesson, study.page());
        }
    }
}

impl Study {
    /// On a page; [`Study::enter`] must follow.
    pub fn new(lesson: Arc<Lesson>, page: usize) -> Self {
        Self {
            page: page.min(lesson.pages.len().saturating_sub(1)),
            lesson,
            tasks: Vec::new(),
            answers: BTreeMap::new(),
            jobs: Vec::new(),
            lacking: Vec::new(),
            comes: false,
            done: false,
            link: None,
            flash: None,
            entered: Entered::new(),
            busy: 0.0,
        }
    }

    /// The page on show.
    pub fn page(&self) -> &Page {
        &self.lesson.pages[self.page]
    }

    /// The lesson's jobs.
    pub fn own(&self) -> Vec<JobId> {
        self.jobs.iter().map(|job| job.job).collect()
    }

    /// Shows a page, and takes note of what is as it is now.
    pub fn enter(&mut self, page: usize, state: &State, time: f64) {
        self.page = page.min(self.lesson.pages.len().saturating_sub(1));
        let own = self.own();
        let value = |reading: &Reading| Some((reading.name(), reading.value(state, &own)?));
        self.entered = self.page().readings().into_iter().filter_map(value).collect();
        self.tasks = match &self.page().kind {
            Kind::Do(tasks) => vec![TaskState::default(); tasks.len()],
            _ => Vec::new(),
        };
        (self.link, self.flash, self.busy) = (None, None, time);
        (self.comes, self.done) = (false, false);
        let page = self.page();
        let blank = match &page.kind {
            Kind::Predict(predict) => Some(predict.blank()),
            Kind::Explain { .. } => Some(Answer::choice()),
            _ => None,
        };
        if let Some(blank) = blank {
            let id = page.id.clone();
            self.answers.entry(id).or_insert(blank);
        }
        self.look(state, time, true);
    }

    /// Takes another version of the lesson, as it is being written; what was answered stays where it fits.
    pub fn replace(&mut self, lesson: Arc<Lesson>, state: &State, time: f64) {
        let here = lesson.pages.iter().position(|page| page.id == self.page().id).unwrap_or(self.page);
        self.lesson = lesson;
        self.answers.clear();
        self.enter(here, state, time);
    }

    /// What was answered on this page.
    pub fn answer(&self) -> Option<&Answer> {
        self.answers.get(&self.page().id)
    }

    /// The same, to be changed.
    pub fn answer_mut(&mut self) -> Option<&mut Answer> {
        let id = self.page().id.clone();
        self.answers.get_mut(&id)
    }

    /// Whether a training of the lesson was begun here.
    pub fn has_run(&self, training: &str) -> bool {
        self.jobs.iter().any(|job| job.training.as_deref() == Some(training))
    }

    /// Asks for the truth.
    pub fn reveal(&mut self, state: &State) {
        if let Some(Answer::Bars { asked, .. } | Answer::Curve { asked, .. } | Answer::Choice { asked, .. }) =
            self.answer_mut()
        {
            *asked = true;
        }
        self.compare(state);
    }

    /// What the card says is not there: a free page asks for nothing but a training, since who plays looks elsewhere, too.
    pub fn told_lacking(&self) -> Vec<&Lacking> {
        let is_free = matches!(self.page().kind, Kind::Free);
        self.lacking.iter().filter(|it| !is_free || matches!(it, Lacking::Training { .. })).collect()
    }

    /// Whether a prediction is asked for that what is on the screen could give away.
    pub fn guesses(&self) -> bool {
        matches!(self.page().kind, Kind::Predict(_)) && !self.done
    }

    /// Shows one more hint of a task; there are `most`.
    pub fn hint(&mut self, task: usize, most: usize) {
        if let Some(task) = self.tasks.get_mut(task) {
            task.hints = (task.hints + 1).min(most);
        }
    }

    /// Seconds until the first hint comes by itself, where one is to come.
    pub fn hint_after(&self, time: f64) -> Option<f64> {
        let waits = self.tasks.iter().any(|task| !task.done && task.hints == 0);
        waits.then(|| (self.busy + IDLE - time).max(0.0))
    }

    fn look(&mut self, state: &State, time: f64, busy: bool) {
        if busy {
            self.busy = time;
        }
        let own = self.own();
        self.lacking = self.page().needs.lacking(&self.lesson, state, &self.jobs);
        // Several conditions may ask the same of one frame.
        let now = |reading: &Reading| reading.value(state, &own);
        let lesson = Arc::clone(&self.lesson);
        if let Kind::Do(tasks) = &lesson.pages[self.page].kind {
            let waited = time - self.busy >= IDLE;
            for (task, known) in tasks.iter().zip(&mut self.tasks) {
                known.look(task, &now, &self.entered);
                if waited && !known.done && known.hints == 0 {
                    known.hints = 1;
                }
            }
        }
        self.compare(state);
        self.done = match &self.page().kind {
            Kind::Tell | Kind::Free => true,
            Kind::Do(_) => self.tasks.iter().all(|task| task.done),
            Kind::Predict(_) => self.answer().is_some_and(Answer::is_shown),
            Kind::Explain { right, .. } => {
                matches!(self.answer(), Some(Answer::Choice { picked: Some(picked), .. }) if picked == right)
            }
        };
    }

    /// Draws the truth, where it was asked for and is known.
    fn compare(&mut self, state: &State) {
        let lesson = Arc::clone(&self.lesson);
        let page = &lesson.pages[self.page];
        let Kind::Predict(predict) = &page.kind else { return };
        if !self.answer().is_some_and(Answer::is_asked) {
            return;
        }
        let over = page.training().is_some_and(|training| {
            let is_over = |job: &&OwnJob| job.training.as_deref() == Some(training) && job.is_over(state);
            self.jobs.iter().rev().find(is_over).is_some_and(|job| state.screen.focus == Some(job.job))
        });
        let own = self.own();
        if let Some(answer) = self.answer_mut() {
            predict.compare(answer, state, &own, over);
        }
    }
}

impl TaskState {
    fn look(&mut self, task: &Task, now: &impl Fn(&Reading) -> Option<Value>, entered: &Entered) {
        let holds = task.until.holds(now, entered);
        self.done = match &task.count {
            None => holds,
            Some((of, wanted)) => {
                if let Some(value) = now(of).filter(|_| holds)
                    && !self.seen.contains(&value)
                {
                    self.seen.push(value);
                }
                self.seen.len() >= *wanted
            }
        };
        let wrong = task.almost.iter().find(|(_, all)| all.iter().all(|condition| condition.holds(now, entered)));
        self.almost = wrong.filter(|_| !self.done).map(|(id, _)| id.clone());
    }
}
