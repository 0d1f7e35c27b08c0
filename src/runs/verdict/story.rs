//! What happened in a job, in sentences: whether distillation helped, by how much, how sure that is, and why.
//!
//! Terminal, window and exports say these and no others. Every number in them was measured on that job's runs.

use super::cause::Cause;
use super::drawing::{Drawing, DrawnErrors, part_words, rows_words, two_counts};
use super::of_job::{JobFacts, RunEnd};
use super::{Counted, Discordant, Doubt, Further, Interval, LeftOut, Paired, Reason, Spread, Verdict, Word};
use crate::distill::Company;
use crate::protocol::{JobOutcome, Metrics, Part, Role, RunId, RunInfo, RunOutcome};
use crate::recipe::{Architecture, BASELINES, Baseline, field_label};
use crate::text::{Between, Phrase, number, phrase};

/// What there is to say about a job that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Whether distillation helped.
    pub standing: Standing,
    /// That, by how much, and how sure it is.
    pub sentence: Phrase,
    /// What else was measured, the most telling first.
    pub why: Vec<Phrase>,
    /// What makes it doubtful.
    pub doubts: Vec<Doubt>,
    /// Why nothing was gained, where something that was measured tells.
    pub cause: Option<Cause>,
    /// The errors of those who are compared; `None` where nothing was measured.
    pub drawing: Option<Drawing>,
    /// Whether the same recipe with more seeds could tell more.
    pub wants_seeds: bool,
    /// The rows on which student and baseline differ, of a job with one of each.
    pub rows: Option<Discordant>,
    /// The statistics of a job with several students.
    pub verdict: Option<Verdict>,
}

impl Story {
    /// What it says, in English, sentence by sentence.
    pub fn sentences(&self) -> Vec<String> {
        std::iter::once(&self.sentence).chain(&self.why).map(ToString::to_string).collect()
    }
}

/// Whether distillation helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Clearly fewer errors than without a teacher.
    Helped,
    /// Clearly more.
    DidNot,
    /// What was trained cannot tell.
    Undecided,
}

impl Standing {
    /// A stable name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Helped => "helped",
            Self::DidNot => "did-not-help",
            Self::Undecided => "undecided",
        }
    }
}

/// Of the classes that were kept from a student, so many are told.
const UNSEEN: usize = 3;

impl<'a> JobFacts<'a> {
    /// What there is to say; `None` while the job can still change.
    pub fn story(&self) -> Option<Story> {
        let outcome = self.outcome.filter(|outcome| *outcome != JobOutcome::Paused)?;
        let students: Vec<&'a RunInfo> = self.runs(Role::Student).collect();
        let mut story = match students.as_slice() {
            [] => self.of_teacher(),
            [only] => self.of_one(only),
            _ => self.of_several(),
        };
        if let Some(problem) = self.message.filter(|_| outcome == JobOutcome::Failed)
            && story.sentence == phrase!("story-nothing")
        {
            story.sentence = phrase!("story-failed", problem = problem.clone());
        }
        Some(story)
    }

    fn of_teacher(&self) -> Story {
        let drawing = self.drawing(&[]);
        let measured = drawing.as_ref().and_then(|drawing| Some((drawing, *drawing.lines.first()?.errors.first()?)));
        let sentence = match measured {
            Some((drawing, errors)) => phrase!(
                "story-teacher",
                errors = Phrase::count(errors),
                examples = Phrase::count(drawing.examples),
                part = part_words(drawing.part)
            ),
            None => phrase!("story-nothing"),
        };
        Story { drawing, ..Story::undecided(sentence) }
    }

    /// A student, with or without a baseline: one seed, which never decides.
    fn of_one(&self, student: &'a RunInfo) -> Story {
        let Some(end) = self.end(student.run) else { return Story::undecided(phrase!("story-nothing")) };
        if end.outcome == RunOutcome::Diverged {
            return Story::undecided(phrase!("story-diverged", step = Phrase::count(end.steps)));
        }
        let baseline = self.better_baseline();
        let first = baseline.and_then(RunInfo::baseline);
        let is_plain = first.is_none_or(|first| first == Baseline::PLAIN);
        let baseline_end = baseline.and_then(|info| self.end(info.run));
        let drawing = self.drawing(&[student]);
        let nothing = || Story::undecided(phrase!("story-nothing"));
        let Some(of_student) = drawing.as_ref().and_then(|drawing| drawing.only(Role::Student)) else {
            return nothing();
        };
        let Some(drawn) = &drawing else { return nothing() };
        let (examples, part) = (Phrase::count(drawn.examples), part_words(drawn.part));
        let speed = student.recipe.student.as_ref().and_then(Architecture::speed);
        let sentence = match drawn.of(first) {
            _ if matches!(end.outcome, RunOutcome::Stopped | RunOutcome::Halved | RunOutcome::Failed) => {
                phrase!(
                    "story-stopped",
                    steps = Phrase::count(end.steps),
                    planned = Phrase::count(student.steps),
                    student = Phrase::count(of_student),
                    baseline = drawn
                        .only(Role::Baseline)
                        .filter(|_| is_plain)
                        .map_or_else(|| phrase!("story-no-number"), Phrase::count),
                    examples = examples,
                    part = part
                )
            }
            None if baseline_end.is_some_and(|end| end.outcome == RunOutcome::Diverged) => {
                let student = Phrase::count(of_student);
                phrase!("story-baseline-diverged", student = student, examples = examples, part = part)
            }
            None if speed.is_some() => phrase!(
                "story-exits",
                speed = Phrase::setting(speed.unwrap_or_default()),
                student = Phrase::count(of_student),
                teacher = drawn.only(Role::Teacher).map_or_else(|| phrase!("story-no-number"), Phrase::count),
                examples = examples,
                part = part
            ),
            None => phrase!("story-no-baseline", student = Phrase::count(of_student), examples = examples, part = part),
            Some(of_baseline) => {
                let numbers = two_counts(of_student, of_baseline, drawn.examples);
                let edited = end.edited || baseline_end.is_some_and(|end| end.edited);
                if edited {
                    phrase!("story-edited", numbers = numbers)
                } else {
                    phrase!("story-one", numbers = numbers)
                }
            }
        };
        let rows = baseline.and_then(|baseline| self.discordant(student.run, baseline.run, drawn.part));
        let mut why = self.unseen(student, baseline, drawn.part);
        why.extend(rows.filter(|rows| rows.better + rows.worse > 0).map(rows_words));
        why.extend(beside(drawn, first));
        why.extend(self.reasons(&[student], &baseline.into_iter().collect::<Vec<_>>(), drawn));
        let sentence = compared_with(sentence, first);
        let whole = end.outcome == RunOutcome::Done && drawn.of(first).is_some();
        let is_ahead = drawn.of(first).is_none_or(|baseline| of_student < baseline);
        Story {
            why,
            cause: if is_ahead || !end.is_whole() { None } else { self.cause(&[student], true, false) },
            rows,
            wants_seeds: whole,
            doubts: self.story_doubts(&self.verdict()),
            drawing,
            ..Story::undecided(sentence)
        }
    }

    /// Of each class that was kept from the student: how many of its rows are right, beside the baseline's.
    fn unseen(&self, student: &RunInfo, baseline: Option<&RunInfo>, part: Part) -> Vec<Phrase> {
        let of_class = |run: RunId, class: u32| {
            let answers = (self.answers)(run, part)?;
            let rows = answers.labels.iter().zip(&*answers.predicted).filter(|(label, _)| **label == class);
            Some(rows.fold((0, 0), |(right, all), (label, said)| (right + u64::from(label == said), all + 1_u64)))
        };
        let words = |unseen: &String| {
            let class = self.classes.iter().position(|class| class == unseen)? as u32;
            let (right, rows) = of_class(student.run, class).filter(|(_, rows)| *rows > 0)?;
            let (right, rows) = (Phrase::count(right), Phrase::count(rows));
            Some(match baseline.and_then(|baseline| of_class(baseline.run, class)) {
                Some((baseline, _)) => phrase!(
                    "why-unseen",
                    class = unseen,
                    rows = rows,
                    part = part_words(part),
                    student = right,
                    baseline = Phrase::count(baseline)
                ),
                None => {
                    phrase!("why-unseen-alone", class = unseen, rows = rows, part = part_words(part), student = right)
                }
            })
        };
        student.recipe.data.omit_classes.iter().filter_map(words).take(UNSEEN).collect()
    }

    fn of_several(&self) -> Story {
        let verdict = self.verdict();
        let head = &verdict.headline;
        let cells = &self.board.cells;
        let best = head.student.and_then(|cell| cells.get(cell));
        let paired = head.test.as_ref().or(head.validation.as_ref());
        let part = if head.test.is_some() { Part::Test } else { Part::Validation };
        let mut sentence = headline(&verdict, paired, part);
        if let Some(best) = best.filter(|_| cells.len() > 1) {
            let (cell, cells) = (&best.label, cells.len());
            sentence = phrase!("story-best-cell", story = sentence, cell = cell, cells = cells);
        }
        let students = best.map(|cell| self.of_cell(cell)).unwrap_or_default();
        let baseline = head.baseline.and_then(|cell| self.board.baselines.get(cell));
        let baselines = baseline.map(|cell| self.of_cell(cell)).unwrap_or_default();
        let first = baseline.and_then(|cell| cell.baseline).or(self.first_baseline());
        sentence = compared_with(sentence, first);
        if head.word == Word::Beats {
            let further = head.further.iter().filter_map(|it| further_words(it, verdict.compared));
            sentence = Phrase::several(Between::Spaces, [sentence].into_iter().chain(further));
        }
        let others = head.further.iter().filter_map(|it| self.board.baselines.get(it.baseline?));
        let others = others.flat_map(|cell| self.of_cell(cell));
        let drawing = self.drawing(&students.iter().chain(&baselines).copied().chain(others).collect::<Vec<_>>());
        let mut why = Vec::new();
        if verdict.compared > 1 {
            let with = |word: Word| verdict.groups.iter().filter(|group| group.word == word).count();
            let (beat, lose) = (with(Word::Beats), with(Word::No));
            why.push(phrase!("why-groups", beat = beat, lose = lose, compared = verdict.compared));
            why.extend(BASELINES.iter().enumerate().filter_map(|(kind, of)| groups_words(&verdict, kind, of)));
        }
        if verdict.tied > 0 {
            why.push(phrase!("why-tied", tied = verdict.tied, cells = cells.len() - 1));
        }
        why.extend(self.variance());
        if let Some(drawing) = &drawing {
            why.extend(beside(drawing, first).into_iter().filter(|_| head.word != Word::Beats));
            why.extend(self.reasons(&students, &baselines, drawing));
        }
        if paired.is_some_and(Paired::is_of_seeds_only) {
            why.push(phrase!("why-seeds-only", part = part_words(part)));
        }
        why.extend(verdict.left_out.phrase());
        let standing = match head.word {
            Word::Beats => Standing::Helped,
            Word::No => Standing::DidNot,
            Word::Inconclusive => Standing::Undecided,
        };
        let wants_seeds = matches!(head.reason, Reason::OneSeed | Reason::FewSeeds) && cells.len() == 1;
        let doubts = self.story_doubts(&verdict);
        let is_sure = !matches!(head.reason, Reason::OneSeed | Reason::FewSeeds);
        let is_compared = head.word != Word::Beats && paired.is_some();
        // Who is ahead lacks nothing but certainty.
        let is_ahead = paired.is_some_and(|paired| paired.difference.mean < 0.0);
        let cause = if is_compared { self.cause(&students, is_sure, is_ahead) } else { None };
        Story { standing, sentence, why, doubts, cause, drawing, wants_seeds, rows: None, verdict: Some(verdict) }
    }

    /// What was measured beside the errors: how much was trained for them, agreement, the share of the gradient, the teacher's and the training errors.
    fn reasons(&self, students: &[&'a RunInfo], baselines: &[&RunInfo], drawing: &Drawing) -> Vec<Phrase> {
        let average = |runs: &[&RunInfo], of: &dyn Fn(&RunEnd<'_>) -> Option<f64>| {
            let values: Option<Vec<f64>> = runs.iter().map(|info| of(&self.end(info.run)?)).collect();
            values.filter(|values| !values.is_empty()).map(|values| values.iter().sum::<f64>() / values.len() as f64)
        };
        let agreement = |runs: &[&RunInfo]| average(runs, &|end| end.validation?.agreement);
        let mut why = Vec::new();
        let Some(method) = students.first().map(|info| info.recipe.distill.method()) else { return why };
        // Of those who are trained for a student the steps of all count; the first generation is the plain baseline.
        let steps = |info: &RunInfo| {
            let is_first = |other: &RunInfo| {
                let has_generations = matches!(method.company, Company::Generations(_)) && info.role == Role::Student;
                has_generations
                    && other.baseline() == Some(Baseline::PLAIN)
                    && other.recipe == info.recipe.as_baseline(Baseline::PLAIN)
            };
            let is_its = |other: &&RunInfo| other.run == info.run || other.is_beside(info) || is_first(other);
            let all = self.infos.iter().filter(is_its);
            let each: Option<Vec<u64>> = all.map(|info| Some(self.end(info.run)?.steps)).collect();
            each.map(|each| (each.len(), each.iter().sum::<u64>()))
        };
        let mean_steps = |runs: &[&RunInfo]| {
            let each: Option<Vec<(usize, u64)>> = runs.iter().map(|info| steps(info)).collect();
            let each = each.filter(|each| !each.is_empty())?;
            let mean = each.iter().map(|(_, steps)| *steps).sum::<u64>() / each.len() as u64;
            Some((each[0].0, mean))
        };
        if let (Some((networks @ 2.., all)), Some((_, baseline))) = (mean_steps(students), mean_steps(baselines)) {
            let (all, baseline) = (Phrase::count(all), Phrase::count(baseline));
            why.push(phrase!("why-compute", networks = networks, steps = all, baseline = baseline));
        }
        match (agreement(students), agreement(baselines)) {
            // Of the one before it; the baselines are compared with another, if with anybody.
            (Some(student), _) if matches!(method.company, Company::Generations(_)) => {
                why.push(phrase!("why-agreement-generation", student = Phrase::percent(student)));
            }
            (Some(student), Some(baseline)) => {
                why.push(phrase!(
                    "why-agreement",
                    student = Phrase::percent(student),
                    baseline = Phrase::percent(baseline)
                ));
            }
            (Some(student), None) => why.push(phrase!("why-agreement-alone", student = Phrase::percent(student))),
            _ => {}
        }
        let wrong = |metrics: &Metrics| (metrics.errors, metrics.examples);
        let training = |runs: &[&RunInfo]| {
            let each: Option<Vec<(u64, u64)>> =
                runs.iter().map(|info| self.end(info.run)?.training.map(wrong)).collect();
            let each = each.filter(|each| !each.is_empty())?;
            Some((each.iter().map(|it| it.0).sum::<u64>() as f64 / each.len() as f64, each[0].1))
        };
        if let (Some((student, rows)), Some((baseline, _))) = (training(students), training(baselines)) {
            why.push(phrase!(
                "why-training",
                student = Phrase::mean(student),
                baseline = Phrase::mean(baseline),
                rows = Phrase::count(rows)
            ));
        }
        if let Some(teacher) = drawing.only(Role::Teacher).filter(|_| method.needs.teacher) {
            let (errors, examples) = (Phrase::count(teacher), Phrase::count(drawing.examples));
            why.push(phrase!("why-teacher", errors = errors, examples = examples, part = part_words(drawing.part)));
        }
        why.extend(self.size_words(students));
        if let Some(share) = average(students, &|end| end.teacher_share()) {
            let share = Phrase::part(share);
            why.push(match method.company {
                Company::Peers(_) => phrase!("why-gradient-peers", share = share),
                Company::Generations(_) => phrase!("why-gradient-generation", share = share),
                Company::None if method.needs.teacher => phrase!("why-gradient", share = share),
                Company::None => phrase!("why-gradient-virtual", share = share),
            });
        }
        why
    }

    /// Size and speed of the students beside their teacher's.
    fn size_words(&self, students: &[&'a RunInfo]) -> Option<Phrase> {
        let student = students.first()?;
        let teacher = *self.teachers_of(students).first()?;
        let alone =
            |info: &RunInfo| self.end(info.run)?.cost.map(|cost| cost.microseconds[0]).filter(|it| it.is_finite());
        let count = |info: &RunInfo| Phrase::count(info.parameters);
        match (alone(student), alone(teacher)) {
            _ if teacher.parameters == 0 => None,
            (Some(own), Some(its)) => Some(phrase!(
                "why-size-and-speed",
                student = count(student),
                teacher = count(teacher),
                own = Phrase::plain(number::microseconds(own)),
                its = Phrase::plain(number::microseconds(its))
            )),
            _ => Some(phrase!("why-size", student = count(student), teacher = count(teacher))),
        }
    }

    /// Their teachers, and those of `runs` that were measured: on the test rows where all of them were, else on validation rows.
    fn drawing(&self, runs: &[&'a RunInfo]) -> Option<Drawing> {
        let mut shown = self.teachers_of(runs);
        shown.extend(runs.iter().filter(|info| info.role == Role::Student));
        match runs {
            [only] if only.role == Role::Student => shown.extend(self.runs(Role::Baseline)),
            _ => shown.extend(runs.iter().filter(|info| info.role == Role::Baseline)),
        }
        let measured = |part: Part| -> Vec<(&'a RunInfo, &'a Metrics)> {
            let of = |info: &&'a RunInfo| {
                let end = self.end(info.run)?;
                let metrics = if part == Part::Test { end.test } else { end.validation };
                Some((*info, metrics.filter(|_| end.outcome != RunOutcome::Diverged)?))
            };
            shown.iter().filter_map(of).collect()
        };
        let (on_test, on_validation) = (measured(Part::Test), measured(Part::Validation));
        let learners = |found: &[(&RunInfo, &Metrics)]| found.iter().filter(|(of, _)| of.role != Role::Teacher).count();
        let tests_all = learners(&on_test) == learners(&on_validation);
        let (part, found) =
            if tests_all && !on_test.is_empty() { (Part::Test, on_test) } else { (Part::Validation, on_validation) };
        let examples = found.iter().rev().map(|(_, metrics)| metrics.examples).next()?;
        let others = [Role::Teacher, Role::Student].map(|role| (role, None));
        let kinds = BASELINES.iter().map(|baseline| (Role::Baseline, Some(baseline)));
        let lines = others.into_iter().chain(kinds).map(|(role, baseline)| {
            let is_whose = |info: &RunInfo| (info.role, info.baseline()) == (role, baseline);
            let comparable = found.iter().filter(|(of, metrics)| is_whose(of) && metrics.examples == examples);
            DrawnErrors { role, baseline, errors: comparable.map(|(_, metrics)| metrics.errors).collect() }
        });
        let lines = lines.filter(|line| !line.errors.is_empty()).collect();
        Some(Drawing { part, examples, lines })
    }

    /// How much of the variance of validation errors goes with each swept field.
    fn variance(&self) -> Option<Phrase> {
        let errors = |run| Some(self.end(run).filter(RunEnd::is_whole)?.validation?.errors as f64);
        let found = self.board.importance(errors)?;
        if self.board.cells.len() < 2 || found.axes.iter().all(|share| *share <= 0.0) {
            return None;
        }
        let fields = self.board.axes.iter().zip(&found.axes);
        let fields = fields.map(|(axis, share)| {
            phrase!("why-variance-field", field = field_label(&axis.path), share = Phrase::part(*share))
        });
        let fields = Phrase::several(Between::Commas, fields);
        Some(phrase!("why-variance", fields = fields, rest = Phrase::part(found.rest)))
    }

    /// What a sentence does not say itself.
    fn story_doubts(&self, verdict: &Verdict) -> Vec<Doubt> {
        let said = |doubt: &Doubt| matches!(doubt, Doubt::OneSeed | Doubt::NoBaseline);
        self.doubts(verdict).into_iter().filter(|doubt| !said(doubt)).collect()
    }
}

impl Story {
    fn undecided(sentence: Phrase) -> Self {
        Self {
            standing: Standing::Undecided,
            sentence,
            why: Vec::new(),
            doubts: Vec::new(),
            cause: None,
            drawing: None,
            wants_seeds: false,
            rows: None,
            verdict: None,
        }
    }
}

/// A sentence about students that were compared with something else than a student without a teacher.
fn compared_with(sentence: Phrase, first: Option<&'static Baseline>) -> Phrase {
    match first.filter(|first| *first != Baseline::PLAIN) {
        Some(first) if first.is_longer => {
            phrase!("story-compared-longer", story = sentence, baseline = Phrase::message(first.label))
        }
        Some(first) => phrase!("story-compared", story = sentence, baseline = Phrase::message(first.label)),
        None => sentence,
    }
}

/// What the further baselines came to.
fn beside(drawing: &Drawing, first: Option<&'static Baseline>) -> Vec<Phrase> {
    let words = |line: &DrawnErrors| {
        let baseline = line.baseline.filter(|baseline| Some(*baseline) != first)?;
        let errors = Spread::of(line.errors.iter().map(|errors| *errors as f64))?;
        Some(phrase!(
            "why-beside",
            baseline = Phrase::message(baseline.label),
            errors = Phrase::spread(errors.mean, errors.deviation),
            examples = Phrase::count(drawing.examples),
            part = part_words(drawing.part)
        ))
    };
    drawing.lines.iter().filter_map(words).collect()
}

/// Whether what a student gained over the first baseline is more than a further one gains.
fn further_words(it: &Further, cells: usize) -> Option<Phrase> {
    let baseline = BASELINES.get(it.kind)?;
    let (label, explains) = (Phrase::message(baseline.label), Phrase::message(baseline.explains?));
    let numbers = it.test.as_ref().map(|paired| numbers(paired, Part::Test));
    let interval = it.test.as_ref().and_then(Paired::interval_words);
    Some(match (it.word, it.reason, numbers, interval) {
        (Word::Beats, _, Some(numbers), Some(interval)) => {
            phrase!("story-beats-further", baseline = label, numbers = numbers, interval = interval)
        }
        (Word::No, _, Some(numbers), Some(interval)) => {
            phrase!(
                "story-worse-further",
                explains = explains,
                baseline = label,
                numbers = numbers,
                interval = interval
            )
        }
        (_, Reason::NoneClear, Some(numbers), Some(_)) => phrase!(
            "story-none-clear-further",
            explains = explains,
            baseline = label,
            numbers = numbers,
            compared = cells
        ),
        (_, Reason::Unclear, Some(numbers), Some(interval)) => {
            phrase!("story-explained", explains = explains, baseline = label, numbers = numbers, interval = interval)
        }
        (_, Reason::NoSpread, Some(numbers), _) => {
            phrase!("story-explained-alone", explains = explains, baseline = label, numbers = numbers)
        }
        _ => phrase!("story-further-open", baseline = label),
    })
}

/// How many groups are clear against a further baseline.
fn groups_words(verdict: &Verdict, kind: usize, baseline: &'static Baseline) -> Option<Phrase> {
    let of_kind = || verdict.groups.iter().flat_map(|group| &group.further).filter(|it| it.kind == kind);
    let with = |word: Word| of_kind().filter(|it| it.word == word).count();
    let (beat, lose) = (with(Word::Beats), with(Word::No));
    of_kind().next()?;
    let label = Phrase::message(baseline.label);
    Some(phrase!("why-groups-further", baseline = label, beat = beat, lose = lose))
}

/// The errors of two groups on rows of a part.
fn numbers(paired: &Paired, part: Part) -> Phrase {
    phrase!(
        "story-numbers",
        student = Phrase::spread(paired.student.mean, paired.student.deviation),
        baseline = Phrase::spread(paired.baseline.mean, paired.baseline.deviation),
        examples = Phrase::count(paired.examples),
        part = part_words(part),
        seeds = paired.seeds.len()
    )
}

/// The numbers of the best student and the best baseline, and what they prove.
fn headline(verdict: &Verdict, paired: Option<&Paired>, part: Part) -> Phrase {
    let head = &verdict.headline;
    let Some(paired) = paired else {
        return match head.reason {
            Reason::NoStudent => phrase!("story-no-student"),
            Reason::NoBaseline => phrase!("story-no-baselines"),
            _ => phrase!("story-no-pairs"),
        };
    };
    let numbers = numbers(paired, part);
    let interval = paired.interval_words();
    match (head.word, head.reason, paired.interval, interval) {
        (Word::Beats, _, Some(it), Some(words)) if is_barely(&it, paired) => {
            phrase!("story-helped-barely", numbers = numbers, interval = words)
        }
        (Word::Beats, _, _, Some(words)) => phrase!("story-helped", numbers = numbers, interval = words),
        (Word::No, _, _, Some(words)) => phrase!("story-did-not", numbers = numbers, interval = words),
        (_, Reason::OneSeed | Reason::FewSeeds, ..) => phrase!("story-few-seeds", numbers = numbers),
        (_, Reason::NoTest, ..) => phrase!("story-no-test", numbers = numbers),
        (_, Reason::NoSpread, ..) => phrase!("story-no-spread", numbers = numbers),
        (_, Reason::NoneClear, _, Some(words)) => {
            phrase!("story-none-clear", numbers = numbers, interval = words, compared = verdict.compared)
        }
        (_, _, _, Some(words)) => phrase!("story-unclear", numbers = numbers, interval = words),
        (_, _, _, None) => phrase!("story-unclear-alone", numbers = numbers),
    }
}

/// An interval that nearly holds 0: its near end is less than half an error, or than a tenth of the difference, away from it.
fn is_barely(interval: &Interval, paired: &Paired) -> bool {
    let near = interval.low.abs().min(interval.high.abs());
    near < 0.5 || near < 0.1 * paired.difference.mean.abs()
}

impl Paired {
    /// `the 95 % interval is 33.7 to 36.3 fewer`, and whether it is of seeds only; none where nothing can be told.
    pub fn interval_words(&self) -> Option<Phrase> {
        let it = self.interval?;
        let (low, high) = (Phrase::mean(it.low.abs()), Phrase::mean(it.high.abs()));
        let level = Phrase::at_most(100.0 * it.level, 4);
        let words = if it.high < 0.0 {
            phrase!("interval-fewer", level = level, from = high, to = low)
        } else if it.low > 0.0 {
            phrase!("interval-more", level = level, from = low, to = high)
        } else {
            phrase!("interval-both", level = level, fewer = low, more = high)
        };
        Some(if self.is_of_seeds_only() { phrase!("interval-seeds-only", interval = words) } else { words })
    }

    /// Whether its interval holds for these rows only.
    pub fn is_of_seeds_only(&self) -> bool {
        self.interval.is_some() && self.counted == Counted::SeedsOnly
    }
}

impl LeftOut {
    /// How many were left out, and why; nothing, if there are none.
    pub fn phrase(&self) -> Option<Phrase> {
        let kinds = [
            (self.edited, phrase!("without-edited")),
            (self.diverged, phrase!("without-diverged")),
            (self.halved, phrase!("without-halved")),
            (self.stopped, phrase!("without-stopped")),
        ];
        let kinds = kinds.into_iter().filter(|(count, _)| *count > 0);
        let kinds = kinds.map(|(count, kind)| phrase!("without-kind", count = count, kind = kind));
        let kinds = Phrase::several(Between::Commas, kinds);
        (self.total() > 0).then(|| phrase!("why-left-out", count = self.total(), kinds = kinds))
    }
}
