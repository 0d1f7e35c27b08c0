//! A lesson: its pages in their order, what each needs, asks and takes for an answer; its words by language.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::condition::{Condition, Until};
use super::reading::Reading;
use super::step::Step;
use super::words::LessonWords;
use crate::state::{Pane, Shipped, Workspace};
use crate::text::{Language, language};

/// A lesson that passed every check.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// What progress is kept under.
    pub id: String,
    /// In their order; at least one.
    pub pages: Vec<Page>,
    /// What it can train.
    pub trainings: Vec<Training>,
    /// By language; English or another that is there for one that is not.
    pub words: BTreeMap<Language, LessonWords>,
    /// The pictures of its folder by their names.
    pub pictures: BTreeMap<String, Arc<[u8]>>,
    /// Its folder; none of one that is part of the program.
    pub folder: Option<PathBuf>,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// What progress is kept under.
    pub id: String,
    /// What it is for.
    pub kind: Kind,
    /// Minutes that it takes.
    pub minutes: f64,
    /// What must be there for it.
    pub needs: Needs,
    /// What is set when it is entered, until it is done.
    pub start: Vec<Step>,
    /// Pages of earlier versions whose progress counts for this one.
    pub was: Vec<String>,
}

/// What a page is for.
#[derive(Clone, Debug)]
pub enum Kind {
    /// To be read.
    Tell,
    /// To say beforehand what will be seen.
    Predict(Predict),
    /// To be done.
    Do(Vec<Task>),
    /// To choose why; the right choice is at this index.
    Explain {
        /// The choices by their ids.
        choices: Vec<String>,
        /// Which is right.
        right: usize,
    },
    /// To play.
    Free,
}

/// What is predicted.
#[derive(Clone, Debug)]
pub enum Predict {
    /// Probabilities of classes.
    Bars {
        /// Whether the student's; else the teacher's.
        of_student: bool,
        /// T > 0.
        temperature: f64,
        /// By name, in the order in which they are shown.
        classes: Vec<String>,
    },
    /// A number over T of the lens.
    OverT {
        /// Which.
        of: Reading,
        /// The first T and the last.
        range: (f64, f64),
    },
    /// Validation errors over the epochs of a training.
    OverEpochs {
        /// `job.student.errors`, for instance.
        of: Reading,
        /// The training by its id.
        training: String,
    },
    /// One of several outcomes.
    Choose {
        /// By their ids.
        choices: Vec<String>,
        /// When each is the right one; the first that holds is.
        truth: Vec<(usize, Until)>,
        /// The number that is shown with it, and what it is called in lessons.
        number: Reading,
        /// The training that tells, where one must.
        training: Option<String>,
    },
}

/// Something to do.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its words are found under it.
    pub id: String,
    /// When it is done.
    pub until: Until,
    /// How many different values of a reading must be seen while that holds.
    pub count: Option<(Reading, usize)>,
    /// Typical wrong moves by the ids of their words.
    pub almost: Vec<(String, Vec<Condition>)>,
    /// What does it.
    pub solution: Vec<Step>,
    /// What must not.
    pub not: Vec<Vec<Step>>,
}

/// What must be there for a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// An arrangement.
    pub arrangement: Option<Workspace>,
    /// Panels in sight: the first at the left, the others in a column at the right.
    pub panels: Vec<Pane>,
    /// The preset that the recipe began as.
    pub preset: Option<&'static str>,
    /// What the lens looks at.
    pub sample: Option<Sample>,
    /// A training of the lesson that is over.
    pub training: Option<String>,
}

/// What the lens looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sample {
    /// A photo.
    Photo(Shipped),
    /// The hand-made example.
    Example,
    /// The mean over the samples.
    Mean,
    /// Any sample of the data.
    Any,
    /// One of this class.
    Class(String),
}

/// A training that a lesson can begin.
#[derive(Clone, Debug)]
pub struct Training {
    /// Its name in the lesson.
    pub id: String,
    /// The preset.
    pub preset: &'static str,
    /// What is changed in it.
    pub set: Vec<Step>,
    /// How long it takes on two cores, in seconds.
    pub seconds: f64,
}

/// The address under which the window finds a picture of a lesson.
pub fn picture_address(lesson: &Lesson, name: &str) -> String {
    format!("bytes://lesson/{}/{name}", lesson.id)
}

impl Lesson {
    /// Its words in the language of the window, or in one that it has.
    pub fn words(&self) -> Option<&LessonWords> {
        self.words.get(&language()).or_else(|| self.words.values().next())
    }

    /// Minutes of all pages.
    pub fn minutes(&self) -> f64 {
        self.pages.iter().map(|page| page.minutes).sum()
    }

    /// The training of an id.
    pub fn training(&self, id: &str) -> Option<&Training> {
        self.trainings.iter().find(|training| training.id == id)
    }
}

impl Page {
    /// The training that its needs or its prediction speak of.
    pub fn training(&self) -> Option<&str> {
        let predicted = match &self.kind {
            Kind::Predict(Predict::OverEpochs { training, .. }) => Some(training),
            Kind::Predict(Predict::Choose { training, .. }) => training.as_ref(),
            _ => None,
        };
        predicted.or(self.needs.training.as_ref()).map(String::as_str)
    }

    /// Every reading whose value at the moment of entering may count.
    pub fn readings(&self) -> Vec<&Reading> {
        match &self.kind {
            Kind::Do(tasks) => tasks.iter().flat_map(Task::readings).collect(),
            _ => Vec::new(),
        }
    }
}

impl Task {
    fn readings(&self) -> impl Iterator<Item = &Reading> {
        let almost = self.almost.iter().flat_map(|(_, conditions)| conditions);
        self.until.conditions().chain(almost).map(|condition| &condition.reading)
    }
}
