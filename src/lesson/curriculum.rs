//! The lessons that are part of the program, in their order.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::fault::Faults;
use super::read::{Files, read};
use super::shape::Lesson;
use crate::text::Language;

/// Structure and words of a lesson.
struct Source {
    structure: &'static str,
    english: &'static str,
    chinese: &'static str,
}

macro_rules! lessons {
    ($($name:literal),* $(,)?) => {
        [$(Source {
            structure: include_str!(concat!("../../assets/lessons/", $name, "/lesson.toml")),
            english: include_str!(concat!("../../assets/lessons/", $name, "/en.md")),
            chinese: include_str!(concat!("../../assets/lessons/", $name, "/zh-CN.md")),
        }),*]
    };
}

const SOURCES: [Source; 8] = lessons![
    "1-what-a-model-knows",
    "2-dark-knowledge",
    "3-temperature",
    "4-two-losses",
    "5-four-steps",
    "6-never-saw-a-3",
    "7-logits",
    "8-many-teachers",
];

impl Source {
    fn lesson(&self) -> Result<Lesson, Faults> {
        let words = vec![(Language::English, self.english), (Language::Chinese, self.chinese)];
        read(&Files { structure: self.structure, words, pictures: BTreeMap::new() })
    }
}

/// All of them. One that cannot be read is left out; a test sees to it that none is.
pub fn shipped() -> Vec<Arc<Lesson>> {
    static LESSONS: OnceLock<Vec<Arc<Lesson>>> = OnceLock::new();
    let read = || {
        let sound = |source: &Source| match source.lesson() {
            Ok(lesson) => Some(Arc::new(lesson)),
            Err(faults) => {
                log::error!("a lesson cannot be read: {faults}");
                None
            }
        };
        SOURCES.iter().filter_map(sound).collect()
    };
    LESSONS.get_or_init(read).clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::Kind;

    #[test]
    fn the_lessons_of_the_program_are_sound() {
        let mut faults = Vec::new();
        for source in &SOURCES {
            if let Err(found) = source.lesson() {
                faults.push(format!("{}:\n{found}", source.english.lines().next().unwrap()));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    }

    #[test]
    fn they_are_short_and_each_has_something_to_do() {
        let lessons = shipped();
        assert_eq!(lessons.len(), SOURCES.len());
        for (at, lesson) in lessons.iter().enumerate() {
            let id = &lesson.id;
            assert!((4..=6).contains(&lesson.pages.len()), "{id}: {} pages", lesson.pages.len());
            assert!((3.0..=6.0).contains(&lesson.minutes()), "{id}: {} minutes", lesson.minutes());
            let tasks = lesson.pages.iter().map(|page| if let Kind::Do(tasks) = &page.kind { tasks.len() } else { 0 });
            assert!((1..=4).contains(&tasks.sum::<usize>()), "{id}");
            assert!(lesson.trainings.iter().all(|training| training.seconds <= 20.0), "{id}");
            assert!(at > 3 || lesson.trainings.is_empty(), "{id} trains");
            for language in Language::ALL {
                assert!(lesson.words.contains_key(&language), "{id}");
            }
        }
    }
}
