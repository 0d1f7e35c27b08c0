//! What makes a result doubtful before any number is looked at.
//! Each doubt has a stable code.

use crate::text::{Phrase, phrase};

/// What is known of a job, or of one comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Facts {
    /// How many training seeds each student has.
    pub seeds: usize,
    /// Whether the same student is trained without a teacher too.
    pub baseline: bool,
    /// Whether the soft term is scaled by T².
    pub temperature_squared: bool,
    /// The highest T of its students.
    pub temperature: f64,
    /// The teacher's validation errors.
    pub teacher_errors: Option<u64>,
    /// The best student's, on the same rows.
    pub student_errors: Option<u64>,
    /// How often the test rows were looked at for this student.
    pub test_looks: u32,
}

/// A reason to doubt a result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Doubt {
    /// A single seed: another one may turn the result over.
    OneSeed,
    /// Nothing to compare with.
    NoBaseline,
    /// Without the T² factor the soft gradient shrinks with T², so that a high T weighs next to nothing.
    UnscaledSoftTerm {
        /// The highest T.
        temperature: f64,
    },
    /// The student outdoes the teacher: it learned from someone who knows less.
    TeacherWorse {
        /// The teacher's validation errors.
        teacher: u64,
        /// The student's.
        student: u64,
    },
    /// Choosing by test rows makes them a second validation set.
    TestLookedAtAgain {
        /// How often.
        times: u32,
    },
}

/// Without T², from this T on the soft term is hardly there: its gradient is a sixteenth or less.
const UNSCALED_FROM: f64 = 4.0;

/// The doubts about a result.
pub fn doubts(facts: &Facts) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if facts.seeds <= 1 {
        doubts.push(Doubt::OneSeed);
    }
    if !facts.baseline {
        doubts.push(Doubt::NoBaseline);
    }
    if !facts.temperature_squared && facts.temperature > UNSCALED_FROM {
        doubts.push(Doubt::UnscaledSoftTerm { temperature: facts.temperature });
    }
    if let (Some(teacher), Some(student)) = (facts.teacher_errors, facts.student_errors)
        && teacher > student
    {
        doubts.push(Doubt::TeacherWorse { teacher, student });
    }
    if facts.test_looks > 1 {
        doubts.push(Doubt::TestLookedAtAgain { times: facts.test_looks });
    }
    doubts
}

impl Doubt {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OneSeed => "one-seed",
            Self::NoBaseline => "no-baseline",
            Self::UnscaledSoftTerm { .. } => "unscaled-soft-term",
            Self::TeacherWorse { .. } => "teacher-worse",
            Self::TestLookedAtAgain { .. } => "test-looked-at-again",
        }
    }

    /// In words.
    pub fn phrase(&self) -> Phrase {
        match *self {
            Self::OneSeed => phrase!("doubt-one-seed"),
            Self::NoBaseline => phrase!("doubt-no-baseline"),
            Self::UnscaledSoftTerm { temperature } => {
                let times = Phrase::setting(temperature * temperature);
                phrase!("doubt-unscaled-soft-term", temperature = Phrase::setting(temperature), times = times)
            }
            Self::TeacherWorse { teacher, student } => {
                phrase!("doubt-teacher-worse", teacher = Phrase::count(teacher), student = Phrase::count(student))
            }
            Self::TestLookedAtAgain { times } => phrase!("doubt-test-looked-at-again", times = u64::from(times)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Facts = Facts {
        seeds: 4,
        baseline: true,
        temperature_squared: true,
        temperature: 20.0,
        teacher_errors: Some(26),
        student_errors: Some(35),
        test_looks: 1,
    };

    #[test]
    fn a_good_result_raises_no_doubt() {
        assert_eq!(doubts(&GOOD), []);
        assert_eq!(doubts(&Facts { temperature_squared: false, temperature: 4.0, ..GOOD }), []);
        assert_eq!(doubts(&Facts { teacher_errors: None, ..GOOD }), []);
        assert_eq!(doubts(&Facts { student_errors: Some(26), ..GOOD }), []);
    }

    #[test]
    fn each_doubt_is_raised_and_worded() {
        let all = doubts(&Facts {
            seeds: 1,
            baseline: false,
            temperature_squared: false,
            temperature: 8.0,
            teacher_errors: Some(40),
            test_looks: 3,
            ..GOOD
        });
        let codes = all.iter().map(Doubt::code).collect::<Vec<_>>();
        let expected = ["one-seed", "no-baseline", "unscaled-soft-term", "teacher-worse", "test-looked-at-again"];
        assert_eq!(codes, expected);
        assert!(all[2].phrase().to_string().contains("64 times"));
        assert!(all.iter().all(|doubt| doubt.phrase().to_string().ends_with('.')));
    }
}
