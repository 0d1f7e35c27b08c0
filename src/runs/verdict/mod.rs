//! Whether distillation helped: each student against the same student without a teacher, seed by seed.
//!
//! Everything that chooses looks at validation rows. The test rows are looked at once, for the best student and the best
//! baseline, and the headline's word comes from them. A word is only said where a 95 % interval lies on one side of 0; where
//! several groups are compared, Holm's correction keeps the chance of even one false word at 5 %.

mod doubts;
mod holm;
mod of_job;
mod paired;
mod rowwise;
mod story;
#[cfg(test)]
mod story_tests;
mod student_t;
#[cfg(test)]
mod tests;
mod trial;

pub use doubts::{Doubt, Facts, doubts};
pub use holm::ALPHA;
pub use of_job::{JobFacts, RunEnd};
pub use paired::{Interval, MIN_PAIRS, Paired, Spread};
pub use rowwise::Discordant;
pub use story::{Drawing, DrawnErrors, Standing, Story, part_words};
pub use trial::{BaselineGroup, LeftOut, Measure, StudentGroup, Trial, TrialOutcome};

use trial::whole;

/// What there is to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The best student against the best baseline.
    pub headline: Headline,
    /// Each group of students against its own baseline, in the order given.
    pub groups: Vec<GroupVerdict>,
    /// How many of them had seeds enough to be compared; Holm's correction is for that many.
    pub compared: usize,
    /// How many groups cannot be told from the best one: a 95 % interval of their difference on validation rows holds 0.
    pub tied: usize,
    /// What was not judged.
    pub left_out: LeftOut,
}

/// The best student against the best baseline, both chosen on validation rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// The verdict.
    pub word: Word,
    /// Why not a clearer one.
    pub reason: Reason,
    /// The best student's group.
    pub student: Option<usize>,
    /// The best baseline's group.
    pub baseline: Option<usize>,
    /// The two on the validation rows that chose them: flattering, and never the word's ground.
    pub validation: Option<Paired>,
    /// The two on the test rows, with a plain 95 % interval.
    pub test: Option<Paired>,
}

/// One group of students against its baseline, on validation rows.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupVerdict {
    /// The verdict.
    pub word: Word,
    /// Why not a clearer one.
    pub reason: Reason,
    /// The numbers; the interval is corrected for the number of groups compared.
    pub validation: Option<Paired>,
}

/// A verdict in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Word {
    /// Fewer errors than without a teacher.
    Beats,
    /// More errors than without a teacher.
    No,
    /// These seeds cannot tell.
    Inconclusive,
}

/// What a word rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The interval lies on one side of 0.
    Clear,
    /// The interval holds 0.
    Unclear,
    /// The best of several groups is ahead on test rows, but on validation rows none of them is by itself.
    NoneClear,
    /// No student's run came to a planned end.
    NoStudent,
    /// There is no student without a teacher to compare with.
    NoBaseline,
    /// No seed was trained both with and without a teacher.
    NoPairs,
    /// The test rows have not been looked at.
    NoTest,
    /// A single seed.
    OneSeed,
    /// Fewer than [`MIN_PAIRS`] seeds.
    FewSeeds,
    /// All seeds differ by the same amount, which leaves no spread to judge by.
    NoSpread,
}

/// Judges groups of students against their baselines.
pub fn judge(students: &[StudentGroup], baselines: &[BaselineGroup]) -> Verdict {
    let mut left_out = LeftOut::default();
    for trials in students.iter().map(|group| &group.trials).chain(baselines.iter().map(|group| &group.trials)) {
        left_out.count(trials);
    }
    let pair = |student: &StudentGroup| {
        let baseline = baselines.get(student.baseline?)?;
        Paired::new(&student.trials, &baseline.trials, |trial| Some(trial.validation))
    };
    let mut pairs = students.iter().map(pair).collect::<Vec<_>>();
    let compared = holm::assign_intervals(&mut pairs);
    let groups = students.iter().zip(pairs).map(|(student, validation)| {
        let baseline = student.baseline.and_then(|index| baselines.get(index));
        let lacking = lacking(Some(&student.trials), baseline.map(|group| &group.trials));
        let (word, reason) = word(validation.as_ref(), lacking);
        GroupVerdict { word, reason, validation }
    });
    let groups: Vec<GroupVerdict> = groups.collect();
    let mut headline = headline(students, baselines);
    // The best of many is ahead by luck more often than its own interval allows for.
    if compared > 1 && headline.word == Word::Beats && !groups.iter().any(|group| group.word == Word::Beats) {
        (headline.word, headline.reason) = (Word::Inconclusive, Reason::NoneClear);
    }
    let tied = headline.student.map_or(0, |best| tied_with(best, students));
    Verdict { headline, groups, compared, tied, left_out }
}

/// How many other groups cannot be told from one of them.
fn tied_with(best: usize, students: &[StudentGroup]) -> usize {
    let others = students.iter().enumerate().filter(|(index, _)| *index != best).map(|(_, group)| &group.trials);
    let is_tied = |other: &Vec<Trial>| {
        let paired = Paired::new(other, &students[best].trials, |trial| Some(trial.validation));
        paired.filter(|paired| paired.seeds.len() >= MIN_PAIRS).is_some_and(|paired| {
            let interval = paired.interval_at(ALPHA);
            interval.map_or(paired.difference.mean.abs() < f64::EPSILON, |interval| !interval.excludes_zero())
        })
    };
    others.filter(|other| is_tied(other)).count()
}

impl Word {
    /// The word in English, for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Beats => "BEATS",
            Self::No => "NO",
            Self::Inconclusive => "INCONCLUSIVE",
        }
    }
}

impl Reason {
    /// A stable name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Unclear => "unclear",
            Self::NoneClear => "none-clear",
            Self::NoStudent => "no-student",
            Self::NoBaseline => "no-baseline",
            Self::NoPairs => "no-pairs",
            Self::NoTest => "no-test",
            Self::OneSeed => "one-seed",
            Self::FewSeeds => "few-seeds",
            Self::NoSpread => "no-spread",
        }
    }
}

fn headline(students: &[StudentGroup], baselines: &[BaselineGroup]) -> Headline {
    let student = best(students.iter().map(|group| group.trials.as_slice()));
    let baseline = best(baselines.iter().map(|group| group.trials.as_slice()));
    let (of_student, of_baseline) = (student.map(|i| &students[i].trials), baseline.map(|i| &baselines[i].trials));
    let (mut validation, mut test) = (None, None);
    if let (Some(student), Some(baseline)) = (of_student, of_baseline) {
        validation = Paired::new(student, baseline, |trial| Some(trial.validation));
        test = Paired::new(student, baseline, |trial| trial.test);
    }
    for paired in [&mut validation, &mut test].into_iter().flatten() {
        paired.interval = paired.interval_at(ALPHA);
    }
    let lacking = if validation.is_some() { Reason::NoTest } else { lacking(of_student, of_baseline) };
    let (word, mut reason) = word(test.as_ref(), lacking);
    // More seeds are wanted before a look at the test rows is.
    if reason == Reason::NoTest
        && let Some(few) = validation.as_ref().and_then(|paired| too_few(paired.seeds.len()))
    {
        reason = few;
    }
    Headline { word, reason, student, baseline, validation, test }
}

/// The group with the fewest validation errors, the first of equals. A group that could be judged goes before one with fewer
/// seeds: a single lucky seed is no reason to be chosen.
fn best<'a>(groups: impl Iterator<Item = &'a [Trial]>) -> Option<usize> {
    let rated = groups.enumerate().filter_map(|(index, trials)| {
        let trials = whole(trials);
        let seeds = trials.len();
        let rate = trials.values().map(|trial| trial.validation.rate()).sum::<f64>() / seeds as f64;
        (seeds > 0).then_some((seeds < MIN_PAIRS, rate, index))
    });
    rated.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))).map(|(_, _, index)| index)
}

/// What is missing for two groups to be paired at all.
fn lacking(student: Option<&Vec<Trial>>, baseline: Option<&Vec<Trial>>) -> Reason {
    let none = |trials: Option<&Vec<Trial>>| trials.is_none_or(|trials| whole(trials).is_empty());
    if none(student) {
        Reason::NoStudent
    } else if none(baseline) {
        Reason::NoBaseline
    } else {
        Reason::NoPairs
    }
}

fn too_few(pairs: usize) -> Option<Reason> {
    match pairs {
        0 | 1 => Some(Reason::OneSeed),
        n if n < MIN_PAIRS => Some(Reason::FewSeeds),
        _ => None,
    }
}

fn word(paired: Option<&Paired>, lacking: Reason) -> (Word, Reason) {
    let Some(paired) = paired else { return (Word::Inconclusive, lacking) };
    if let Some(few) = too_few(paired.seeds.len()) {
        return (Word::Inconclusive, few);
    }
    match paired.interval {
        Some(interval) if interval.high < 0.0 => (Word::Beats, Reason::Clear),
        Some(interval) if interval.low > 0.0 => (Word::No, Reason::Clear),
        None if paired.has_no_spread() => (Word::Inconclusive, Reason::NoSpread),
        _ => (Word::Inconclusive, Reason::Unclear),
    }
}
