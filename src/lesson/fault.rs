//! What is wrong with a lesson: in which file, on which line and page.

use std::fmt;

use crate::text::{Between, Phrase, phrase};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file within the lesson's folder.
    pub file: String,
    /// The line, counted from 1; none of what concerns the whole file.
    pub line: Option<usize>,
    /// The page, where one is meant.
    pub page: Option<String>,
    /// What it is, and what is allowed.
    pub problem: Phrase,
}

/// All that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Fault {
    /// What is wrong with a whole file.
    pub fn of_file(file: &str, problem: Phrase) -> Self {
        Self { file: file.to_owned(), line: None, page: None, problem }
    }

    /// `en.md, line 12, page “flatten”: …`
    pub fn phrase(&self) -> Phrase {
        let (file, problem) = (&self.file, self.problem.clone());
        match (self.line, &self.page) {
            (None, None) => phrase!("lesson-fault-file", file = file, problem = problem),
            (None, Some(page)) => phrase!("lesson-fault-page", file = file, page = page, problem = problem),
            (Some(line), None) => phrase!("lesson-fault-line", file = file, line = line.to_string(), problem = problem),
            (Some(line), Some(page)) => {
                phrase!("lesson-fault", file = file, line = line.to_string(), page = page, problem = problem)
            }
        }
    }
}

impl Faults {
    /// Each on a line of its own.
    pub fn phrase(&self) -> Phrase {
        Phrase::several(Between::Lines, self.0.iter().map(Fault::phrase))
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.phrase().fmt(f)
    }
}
