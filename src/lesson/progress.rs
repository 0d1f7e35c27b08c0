//! How far somebody has come, by the ids of lessons and pages: pages may move, be split or go without costing anybody a tick.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::shape::{Lesson, Page};

/// Of all lessons; those that this version does not know stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Progress(BTreeMap<String, LessonProgress>);

/// Of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LessonProgress {
    /// Pages that were done.
    pub pages: BTreeSet<String>,
    /// The page on which it was left.
    pub at: Option<String>,
    /// Whether all of them were done once; no later version takes that back.
    pub finished: bool,
}

impl Progress {
    /// Of a lesson.
    pub fn of(&self, lesson: &str) -> Option<&LessonProgress> {
        self.0.get(lesson)
    }

    /// Whether a page is done, also under an id that it had before.
    pub fn has(&self, lesson: &Lesson, page: &Page) -> bool {
        let Some(known) = self.of(&lesson.id) else { return false };
        [&page.id].into_iter().chain(&page.was).any(|id| known.pages.contains(id))
    }

    /// How many pages of it are done.
    pub fn done_pages(&self, lesson: &Lesson) -> usize {
        lesson.pages.iter().filter(|page| self.has(lesson, page)).count()
    }

    /// Whether it was finished, in this version or an earlier one.
    pub fn is_finished(&self, lesson: &Lesson) -> bool {
        self.of(&lesson.id).is_some_and(|known| known.finished)
    }

    /// Takes note of a page that is done.
    pub fn did(&mut self, lesson: &Lesson, page: &Page) {
        let known = self.0.entry(lesson.id.clone()).or_default();
        known.pages.insert(page.id.clone());
        let finished = self.done_pages(lesson) == lesson.pages.len();
        if finished && let Some(known) = self.0.get_mut(&lesson.id) {
            known.finished = true;
        }
    }

    /// Takes note of where somebody is.
    pub fn at(&mut self, lesson: &Lesson, page: &Page) {
        self.0.entry(lesson.id.clone()).or_default().at = Some(page.id.clone());
    }

    /// The page to begin with: where it was left, else the first that is not done.
    pub fn resumes(&self, lesson: &Lesson) -> usize {
        let Some(known) = self.of(&lesson.id) else { return 0 };
        let left = known.at.as_ref();
        let is_it = |page: &Page| left.is_some_and(|at| *at == page.id || page.was.contains(at));
        let left = lesson.pages.iter().position(is_it);
        let open = || lesson.pages.iter().position(|page| !self.has(lesson, page));
        left.or_else(open).unwrap_or(0)
    }

    /// It was left at its end: the next time it begins at its beginning.
    pub fn leave(&mut self, lesson: &Lesson) {
        if let Some(known) = self.0.get_mut(&lesson.id) {
            known.at = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::shape::{Kind, Needs};

    fn lesson(pages: &[(&str, &[&str])]) -> Lesson {
        let page = |(id, was): &(&str, &[&str])| Page {
            id: (*id).to_owned(),
            kind: Kind::Tell,
            minutes: 1.0,
            needs: Needs::default(),
            start: Vec::new(),
            was: was.iter().map(|id| (*id).to_owned()).collect(),
        };
        Lesson {
            id: "x".to_owned(),
            pages: pages.iter().map(page).collect(),
            trainings: Vec::new(),
            words: BTreeMap::new(),
            pictures: BTreeMap::new(),
            folder: None,
        }
    }

    #[test]
    fn pages_that_moved_were_split_or_went_cost_no_tick() {
        let old = lesson(&[("a", &[]), ("b", &[]), ("c", &[])]);
        let mut progress = Progress::default();
        for page in &old.pages[..2] {
            progress.did(&old, page);
        }
        progress.at(&old, &old.pages[1]);
        // b was split, a moved behind it, c went, d is new.
        let new = lesson(&[("b-1", &["b"]), ("b-2", &["b"]), ("a", &[]), ("d", &[])]);
        let kept = serde_json::to_string(&progress).unwrap();
        let mut progress: Progress = serde_json::from_str(&kept).unwrap();
        assert_eq!((progress.done_pages(&new), progress.resumes(&new)), (3, 0));
        assert!(!progress.is_finished(&new));
        progress.did(&new, &new.pages[3]);
        assert!(progress.is_finished(&new));
        let newer = lesson(&[("e", &[]), ("a", &[])]);
        assert!(progress.is_finished(&newer), "a changed lesson takes back no tick");
        assert_eq!(progress.resumes(&newer), 0);
    }
}
