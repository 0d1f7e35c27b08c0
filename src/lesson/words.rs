//! The words of a lesson in one language.

use std::collections::BTreeMap;

/// All of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LessonWords {
    /// What it is called.
    pub title: String,
    /// A sentence for the list.
    pub summary: String,
    /// By the ids of the pages.
    pub pages: BTreeMap<String, PageWords>,
}

/// The words of a page; all but its title are Markdown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageWords {
    /// What it is called.
    pub title: String,
    /// What it says.
    pub body: String,
    /// What it says once a prediction has been compared with the truth.
    pub after: Option<String>,
    /// By the ids of its tasks.
    pub tasks: BTreeMap<String, TaskWords>,
    /// Choices and what is said to each, by their ids.
    pub choices: BTreeMap<String, (String, String)>,
}

/// The words of a task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskWords {
    /// What to do.
    pub ask: String,
    /// One after the other, on request or when nothing has happened for a while.
    pub hints: Vec<String>,
    /// What is said to typical wrong moves, by their ids.
    pub almost: BTreeMap<String, String>,
    /// What is said when it is done.
    pub done: Option<String>,
}
