//! Whether distillation helped: each student against the same student without a teacher, seed by seed.
//!
//! Everything that chooses looks at validation rows. The test rows are looked at once, for the best student and the best
//! baseline of each kind, and the headline's words come from them. A word is only said where a 95 % interval lies on one side of
//! 0; where several pairs of groups are compared, Holm's correction keeps the chance of even one false word at 5 %.
//!
//! Both what is drawn for a test are counted, the rows and the seeds, in one standard error with one p and one interval, in errors
//! of the rows that were asked; `two_ways` has the formula. A single seed never decides: the rows alone can tell these weights from
//! those, not one way of training from another. Where it is not stored which rows were missed, the interval is of seeds only, holds
//! for these rows only, and says so.
//!
//! Of several kinds of baselines the first decides whether anything was gained. The further ones tell what explains it, and are
//! asked only where that is clear: tests that wait for each other in a fixed order need no more from the first of them, and say
//! something false no oftener than one alone (Maurer, Hothorn & Lehmacher 1995).

mod cause;
mod doubts;
mod drawing;
mod holm;
mod missed;
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
mod two_ways;

use std::collections::BTreeSet;

pub use cause::{Cause, Remedy};
pub use doubts::{Doubt, Facts, doubts};
pub use drawing::{Drawing, DrawnErrors, part_words};
pub use holm::ALPHA;
pub use missed::Missed;
pub use of_job::{JobFacts, RunEnd};
pub use paired::{Counted, Interval, MIN_PAIRS, Paired, Spread};
pub use rowwise::Discordant;
pub use story::{Standing, Story};
pub use trial::{BaselineGroup, LeftOut, Measure, StudentGroup, Trial, TrialOutcome};

use trial::whole;

/// What there is to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The best student against the best baseline.
    pub headline: Headline,
    /// Each group of students against its own baselines, in the order given.
    pub groups: Vec<GroupVerdict>,
    /// How many of them had seeds enough to be compared with their first baseline.
    pub compared: usize,
    /// How many pairs of a group and a baseline had; Holm's correction is for that many.
    pub pairs: usize,
    /// How many groups cannot be told from the best one: a 95 % interval of their difference on validation rows holds 0.
    pub tied: usize,
    /// What was not judged.
    pub left_out: LeftOut,
}

/// The best student against the best baseline of the first kind, both chosen on validation rows.
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
    /// The same student against the best baseline of each further kind.
    pub further: Vec<Further>,
}

/// Students against a further kind of baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Further {
    /// Which kind.
    pub kind: usize,
    /// The verdict.
    pub word: Word,
    /// Why not a clearer one.
    pub reason: Reason,
    /// The baseline's group.
    pub baseline: Option<usize>,
    /// The numbers on validation rows; of a group of students with a corrected interval.
    pub validation: Option<Paired>,
    /// Those on the test rows, of the headline alone; no interval where it was not asked.
    pub test: Option<Paired>,
}

/// One group of students against its first baseline, on validation rows.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupVerdict {
    /// The verdict.
    pub word: Word,
    /// Why not a clearer one.
    pub reason: Reason,
    /// The numbers; the interval is corrected for the number of pairs compared.
    pub validation: Option<Paired>,
    /// The same group against its further baselines.
    pub further: Vec<Further>,
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
    /// All seeds differ by the same amount, and all rows where these are known, which leaves no spread to judge by.
    NoSpread,
    /// What comes before it is not clear, so that this was not asked.
    Unasked,
}

/// Judges groups of students against their baselines.
pub fn judge(students: &[StudentGroup], baselines: &[BaselineGroup]) -> Verdict {
    let mut left_out = LeftOut::default();
    for trials in students.iter().map(|group| &group.trials).chain(baselines.iter().map(|group| &group.trials)) {
        left_out.count(trials);
    }
    let kinds = kinds_of(baselines);
    let asked = students.iter().flat_map(|student| kinds.iter().map(move |kind| (student, *kind)));
    let pair = |(student, kind)| {
        let (_, baseline) = own(student, baselines, kind)?;
        Paired::new(&student.trials, &baseline.trials, |trial| Some(&trial.validation))
    };
    // Every pair that is looked at, group by group.
    let mut all: Vec<Option<Paired>> = asked.map(pair).collect();
    let pairs = holm::assign_intervals(&mut all);
    let each = students.iter().zip(all.chunks(kinds.len()));
    let groups: Vec<GroupVerdict> =
        each.filter_map(|(student, validation)| group(student, baselines, kinds.iter().zip(validation))).collect();
    let headline = headline(students, baselines, &kinds, &groups);
    let compared = groups.iter().filter(|group| group.validation.as_ref().is_some_and(holm::counts)).count();
    let tied = headline.student.map_or(0, |best| tied_with(best, students));
    Verdict { headline, groups, compared, pairs, tied, left_out }
}

/// How many other groups cannot be told from one of them.
fn tied_with(best: usize, students: &[StudentGroup]) -> usize {
    let others = students.iter().enumerate().filter(|(index, _)| *index != best).map(|(_, group)| &group.trials);
    let is_tied = |other: &Vec<Trial>| {
        let paired = Paired::new(other, &students[best].trials, |trial| Some(&trial.validation));
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
            Self::Unasked => "unasked",
        }
    }
}

/// The kinds that there are, in their order; the first one where there is no baseline at all.
fn kinds_of(baselines: &[BaselineGroup]) -> Vec<usize> {
    let kinds: BTreeSet<usize> = baselines.iter().map(|group| group.kind).collect();
    if kinds.is_empty() { vec![0] } else { kinds.into_iter().collect() }
}

/// The baseline of a kind that a group is compared with: the better one on validation rows, where it has two of it.
fn own<'a>(student: &StudentGroup, baselines: &'a [BaselineGroup], kind: usize) -> Option<(usize, &'a BaselineGroup)> {
    let of_kind = student.baselines.iter().filter_map(|at| Some((*at, baselines.get(*at)?)));
    let of_kind = || of_kind.clone().filter(|(_, group)| group.kind == kind);
    let best = best(of_kind().map(|(at, group)| (at, group.trials.as_slice())));
    of_kind().find(|(at, _)| best.is_none_or(|best| best == *at))
}

/// A group against its baselines, whose pairs come with the kinds of these.
fn group<'a>(
    student: &StudentGroup,
    baselines: &[BaselineGroup],
    pairs: impl Iterator<Item = (&'a usize, &'a Option<Paired>)>,
) -> Option<GroupVerdict> {
    let mut all = pairs.map(|(kind, validation)| {
        let own = own(student, baselines, *kind);
        let lacking = lacking(Some(&student.trials), own.map(|(_, group)| &group.trials));
        let (word, reason) = word(validation.as_ref(), lacking);
        let (baseline, validation) = (own.map(|(at, _)| at), validation.clone());
        Further { kind: *kind, word, reason, baseline, validation, test: None }
    });
    let Further { word, reason, validation, .. } = all.next()?;
    Some(GroupVerdict { word, reason, validation, further: all.collect() })
}

impl GroupVerdict {
    /// The numbers against its baseline of a kind.
    pub fn against(&self, kind: usize) -> Option<&Paired> {
        let further = self.further.iter().find(|it| it.kind == kind);
        further.map_or(self.validation.as_ref(), |it| it.validation.as_ref())
    }

    /// The word on its baseline of a kind, by the place of that among all kinds, and whether there were seeds enough for one.
    fn at(&self, place: usize) -> Option<(Word, bool)> {
        let (word, validation) = match place.checked_sub(1) {
            None => (self.word, &self.validation),
            Some(further) => self.further.get(further).map(|it| (it.word, &it.validation))?,
        };
        Some((word, validation.as_ref().is_some_and(holm::counts)))
    }
}

/// The best student against the best baseline of each kind.
fn headline(
    students: &[StudentGroup],
    baselines: &[BaselineGroup],
    kinds: &[usize],
    groups: &[GroupVerdict],
) -> Headline {
    let student = best(students.iter().map(|group| group.trials.as_slice()).enumerate());
    let student_group = student.map(|at| &students[at]);
    let of_student = student_group.map(|group| &group.trials);
    let mut all: Vec<Further> = kinds.iter().map(|kind| best_of_kind(student_group, baselines, *kind)).collect();
    // The first is judged alone, and those after it together.
    let mut tests: Vec<Option<Paired>> = all.iter().map(|it| it.test.clone()).collect();
    let (first, further) = tests.split_at_mut(1);
    holm::assign_intervals(first);
    holm::assign_intervals(further);
    let mut is_asked = true;
    for (place, (it, test)) in all.iter_mut().zip(tests).enumerate() {
        it.test = test;
        let of_baseline = it.baseline.map(|at| &baselines[at].trials);
        (it.word, it.reason) = on_test(it, lacking(of_student, of_baseline));
        // The best of many is ahead by luck more often than its own interval allows for.
        let of_kind = || groups.iter().filter_map(|group| group.at(place));
        let compared = of_kind().filter(|(_, counts)| *counts).count();
        if compared > 1 && it.word == Word::Beats && !of_kind().any(|(word, _)| word == Word::Beats) {
            (it.word, it.reason) = (Word::Inconclusive, Reason::NoneClear);
        }
        if place == 0 {
            is_asked = it.reason == Reason::Clear;
        } else if !is_asked {
            it.leave_unasked();
        }
    }
    let mut all = all.into_iter();
    let first = all.next().unwrap_or_else(|| best_of_kind(student_group, baselines, 0));
    let Further { word, reason, baseline, validation, test, .. } = first;
    Headline { word, reason, student, baseline, validation, test, further: all.collect() }
}

impl Further {
    /// No word is said: what comes before is not clear. What could not be judged anyway stays so.
    fn leave_unasked(&mut self) {
        if let Some(test) = &mut self.test {
            test.interval = None;
        }
        if matches!(self.reason, Reason::Clear | Reason::Unclear | Reason::NoneClear | Reason::NoSpread) {
            (self.word, self.reason) = (Word::Inconclusive, Reason::Unasked);
        }
    }
}

/// A student beside the best baseline of a kind: their numbers, on which there is no word yet.
fn best_of_kind(student: Option<&StudentGroup>, baselines: &[BaselineGroup], kind: usize) -> Further {
    let is_named = |at: &usize| student.is_none_or(|student| student.baselines.contains(at));
    let of_kind = baselines.iter().enumerate().filter(|(_, group)| group.kind == kind);
    let of_kind = of_kind.filter(|(at, group)| !group.is_own || is_named(at));
    let baseline = best(of_kind.map(|(at, group)| (at, group.trials.as_slice())));
    let both = student.map(|group| &group.trials).zip(baseline.map(|at| &baselines[at].trials));
    let paired = |of: fn(&Trial) -> Option<&Measure>| both.and_then(|(student, other)| Paired::new(student, other, of));
    let (mut validation, test) = (paired(|trial| Some(&trial.validation)), paired(|trial| trial.test.as_ref()));
    if let Some(paired) = &mut validation {
        paired.interval = paired.interval_at(ALPHA);
    }
    Further { kind, word: Word::Inconclusive, reason: Reason::Unclear, baseline, validation, test }
}

/// The word on the test rows.
fn on_test(it: &Further, lacking: Reason) -> (Word, Reason) {
    let lacking = if it.validation.is_some() { Reason::NoTest } else { lacking };
    let (word, reason) = word(it.test.as_ref(), lacking);
    // More seeds are wanted before a look at the test rows is.
    let few = it.validation.as_ref().and_then(|paired| too_few(paired.seeds.len()));
    (word, few.filter(|_| reason == Reason::NoTest).unwrap_or(reason))
}

/// The group with the fewest validation errors, the first of equals. A group that could be judged goes before one with fewer
/// seeds: a single lucky seed is no reason to be chosen.
fn best<'a>(groups: impl Iterator<Item = (usize, &'a [Trial])>) -> Option<usize> {
    let rated = groups.filter_map(|(index, trials)| {
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
