//! What the lens looks at, and the numbers it needs: found in memory, never by running a model.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BarOrder, Beside, Cell, JobView, LensPage, State, Subject};
use crate::distill::Heard;
use crate::distill::soften::{entropy, soften, top_class};
use crate::protocol::{Inspected, JobId, Own, Probe, Role, RunId, RunInfo};
use crate::recipe::{Baseline, Recipe};

/// Where the lens points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    /// T of the picture; its own, so that looking does not change what is trained.
    pub temperature: f64,
    /// Which row of the probe set.
    pub row: usize,
    /// Which rows one steps through.
    pub choice: SampleChoice,
    /// Of which class alone; `None` for all.
    pub class: Option<usize>,
    /// Whether the longest bar fills its side, rather than a probability of 1.
    pub zoomed: bool,
    /// Whether a text is shown token by token.
    pub tokens: bool,
    /// Whether biases of classes can be moved, and are added to the student's logits.
    pub biases: bool,
    /// What is looked at.
    pub subject: Subject,
    /// What of it is shown.
    pub page: LensPage,
    /// In which order classes stand.
    pub order: BarOrder,
    /// Whether probabilities are drawn by their logarithm.
    pub log: bool,
    /// Whether all classes are listed, however many they are.
    pub all: bool,
    /// The class that is followed from its logit on; the label's until one is chosen.
    pub drilled: Option<usize>,
    /// What stands beside.
    pub beside: Beside,
    /// Whether T goes up and down by itself, and which way it goes.
    pub plays: Option<bool>,
    /// The place of a table of answers whose rows one steps through.
    pub cell: Cell,
}

/// A picture of the user's, and what became of the question about it.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnPicture {
    /// What it is.
    pub own: Own,
    /// Whose job and run were asked about it.
    pub readers: (Option<JobId>, Option<RunId>),
    /// What they make of it, once it is known.
    pub looked: Option<Box<Inspected>>,
}

/// Ways to step through the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleChoice {
    /// All, in their order.
    Any,
    /// Those of which the teacher is least sure first: by the entropy of its distribution at T = 1.
    TeacherUnsure,
    /// Those whose label is not the student's top class.
    StudentWrong,
    /// Those on which the top classes of teacher and student differ.
    Disagree,
    /// Those on which the top classes of the student and of its baseline differ.
    Apart,
    /// Those that fall into a chosen place of a table of answers.
    Answered,
}

/// A text that others were made of for the students, and what became of the question about them.
#[derive(Clone, Debug, PartialEq)]
pub struct MadeLook {
    /// Which, by its number among such texts.
    pub at: u64,
    /// Whose job and run were asked about it, and after which step.
    pub readers: MadeReaders,
    /// What they make of it, once it is known.
    pub looked: Option<Box<Inspected>>,
}

/// The job and run that read what was made, and the step after which they did.
pub type MadeReaders = (Option<JobId>, Option<RunId>, Option<u64>);

impl SampleChoice {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Any, Self::TeacherUnsure, Self::StudentWrong, Self::Disagree, Self::Apart, Self::Answered];
}

/// The probe set with what is known of it.
pub(super) struct Known<'a> {
    pub probe: &'a Arc<Probe>,
    /// What each of its teachers says of all rows.
    pub teacher: Option<Heard<'a>>,
    pub student: Option<&'a [f32]>,
    /// The same student as a baseline: which one, and its logits.
    pub baseline: Option<(&'static Baseline, &'a [f32])>,
    pub step: Option<u64>,
    /// The student's run.
    pub run: Option<RunId>,
}

/// Tells logits from any others: of very many numbers some tell as much.
pub(super) fn said(teacher: Option<&Heard<'_>>, student: Option<&[f32]>) -> DefaultHasher {
    let mut hasher = DefaultHasher::new();
    let teacher = teacher.iter().flat_map(|heard| heard.each.iter().copied());
    for logits in teacher.chain(student) {
        logits.len().hash(&mut hasher);
        logits.iter().step_by(logits.len().div_ceil(4096).max(1)).for_each(|z| z.to_bits().hash(&mut hasher));
    }
    hasher
}

/// What is known of a job's run at a moment; none for the newest.
pub(super) fn known_of<'a>(job: &'a JobView, shown: Option<&'a RunInfo>, moment: Option<u64>) -> Known<'a> {
    let at = |run: &RunInfo| job.snapshot_at(run.run, moment.filter(|_| shown.is_none_or(|it| it.stage == run.stage)));
    let (step, student) = shown.and_then(at).unzip();
    let baseline = shown.and_then(|run| job.baseline_of(run));
    let baseline = baseline.and_then(|run| Some((run.baseline()?, at(run)?.1)));
    let (teacher, run) = (job.heard_at(shown, moment), shown.map(|run| run.run));
    Known { probe: &job.probe, teacher, student, baseline, step, run }
}

/// One row of the probe set with the logits on it, or several of which the mean is looked at.
#[derive(Clone, Debug)]
pub struct LensView<'a> {
    /// The probe set.
    pub probe: &'a Arc<Probe>,
    /// The row.
    pub row: usize,
    /// Raw input values.
    pub input: &'a [f32],
    /// The true class; none for a picture of the user's.
    pub label: Option<usize>,
    /// The teacher's logits, when there is a teacher yet; of an ensemble those of each member.
    pub teacher: Option<Heard<'a>>,
    /// The student's logits.
    pub student: Option<Cow<'a, [f32]>>,
    /// Steps the student has taken; none for one that was never trained.
    pub step: Option<u64>,
    /// The rows of which the mean is looked at: all logits are `[rows, classes]` of the probe set then. None where one row is.
    pub over: Option<Vec<usize>>,
    /// The run that is the student; none of a recipe's preview, and where nobody learns.
    pub run: Option<RunId>,
}

impl Lens {
    /// Points at the first row.
    pub fn new(temperature: f64) -> Self {
        Self {
            temperature,
            row: 0,
            choice: SampleChoice::Any,
            class: None,
            zoomed: false,
            tokens: false,
            biases: false,
            subject: Subject::default(),
            page: LensPage::default(),
            order: BarOrder::default(),
            log: false,
            all: false,
            drilled: None,
            beside: Beside::default(),
            plays: None,
            cell: Cell::default(),
        }
    }

    /// Keeps the row within a probe set of `rows`.
    pub fn clamp(&mut self, rows: usize) {
        self.row = self.row.min(rows.saturating_sub(1));
    }
}

impl<'a> Known<'a> {
    /// The class of which alone samples are wanted, where these data have it.
    pub fn class(&self, lens: &Lens) -> Option<usize> {
        lens.class.filter(|class| *class < self.probe.classes.len())
    }

    /// The baseline's logits.
    pub fn baseline_logits(&self) -> Option<&'a [f32]> {
        self.baseline.map(|(_, logits)| logits)
    }

    /// One row of logits `[rows, classes]`.
    pub fn row<'l>(&self, logits: Option<&'l [f32]>, row: usize) -> Option<&'l [f32]> {
        let classes = self.probe.classes.len();
        logits?.get(row * classes..(row + 1) * classes).and_then(numbers)
    }

    /// What the teacher says of one row.
    pub fn heard(&self, row: usize) -> Option<Heard<'a>> {
        self.teacher.as_ref()?.row(row, self.probe.classes.len())
    }

    /// The class that the teacher gives the largest probability at T = 1.
    pub fn teacher_top(&self, row: usize) -> Option<usize> {
        self.heard(row).map(|heard| top_class(&heard.logits(1.0)))
    }
}

/// Logits that say something: a model whose training diverged gives none that are numbers.
fn numbers(logits: &[f32]) -> Option<&[f32]> {
    (!logits.is_empty() && logits.iter().all(|z| z.is_finite())).then_some(logits)
}

impl State {
    pub(super) fn known(&self) -> Option<Known<'_>> {
        if let Some(job) = self.focused() {
            let shown = job.shown_run(self.lit_cell()).filter(|run| run.role == Role::Student);
            return Some(known_of(job, shown, self.moment_step()));
        }
        // An earlier recipe's sample would look like this one's.
        let preview = self.recipe.preview.as_ref().filter(|_| self.recipe.preview_fault.is_none())?;
        Some(Known {
            probe: &preview.probe,
            teacher: preview.probe.heard(preview.recipe.combine()),
            student: Some(preview.student.as_slice()),
            baseline: None,
            step: None,
            run: None,
        })
    }

    /// What the lens shows: a picture of the user's, the row that it points at, the mean over rows, a photo or an example; nothing before
    /// there is any. Biases that were moved are in the student's logits.
    pub fn lens_view(&self) -> Option<LensView<'_>> {
        match self.screen.lens.subject {
            Subject::Sample => {}
            Subject::Mean => {
                let known = self.known()?;
                return Some(self.mean_view(known));
            }
            Subject::Photo => return self.photo_view(),
            Subject::Example => return Some(self.example_view()),
        }
        let Some(looked) = self.own_picture() else { return self.probe_view() };
        let view = LensView {
            row: 0,
            input: &looked.probe.inputs,
            label: None,
            teacher: looked
                .probe
                .heard(self.asked_recipe().combine())
                .and_then(|heard| heard.row(0, looked.probe.classes.len())),
            student: numbers(&looked.student).map(Cow::Borrowed),
            step: None,
            probe: &looked.probe,
            over: None,
            run: self.on_show().1,
        };
        Some(self.biased(view))
    }

    /// The same beside it, and its T, where something stands there.
    pub fn beside_view(&self) -> Option<(LensView<'_>, f64)> {
        let lens = &self.screen.lens;
        let known = match lens.beside {
            Beside::Nothing => return None,
            Beside::Temperature(t) => return Some((self.lens_view()?, t)),
            Beside::Step(step) => {
                let job = self.focused()?;
                let shown = job.shown_run(self.lit_cell()).filter(|run| run.role == Role::Student);
                known_of(job, shown, Some(step))
            }
            Beside::Run(run) => {
                let (job, info) = self.comparable().into_iter().find(|(_, info)| info.run == run)?;
                known_of(job, Some(info), self.moment_step())
            }
        };
        let view = match lens.subject {
            Subject::Sample if self.own_picture().is_none() => self.row_view(known)?,
            Subject::Mean => self.mean_view(known),
            _ => return None,
        };
        Some((view, lens.temperature))
    }

    /// What another run of a job says of what is looked at.
    pub fn view_of<'a>(&'a self, job: &'a JobView, run: &'a RunInfo) -> Option<LensView<'a>> {
        let known = known_of(job, Some(run), self.moment_step());
        match self.screen.lens.subject {
            Subject::Sample => self.row_view(known),
            Subject::Mean => Some(self.mean_view(known)),
            Subject::Photo | Subject::Example => None,
        }
    }

    /// Tells what is looked at from anything else, T aside.
    pub fn look_key(&self, view: &LensView<'_>) -> u64 {
        let mut hasher = said(view.teacher.as_ref(), view.student.as_deref());
        (&view.over, view.step, view.run, view.label).hash(&mut hasher);
        hasher.finish()
    }

    /// Runs that can stand beside the one on show: those of jobs in memory with the same rows and classes.
    pub fn comparable(&self) -> Vec<(&JobView, &RunInfo)> {
        let Some(focused) = self.focused() else { return Vec::new() };
        let of = &focused.probe;
        let is_alike = |job: &&JobView| {
            job.id == focused.id
                || (job.probe.rows == of.rows && job.probe.classes == of.classes && job.probe.inputs == of.inputs)
        };
        let others = self.jobs.open.values().filter(is_alike);
        let runs = others.flat_map(|job| job.runs.iter().map(move |run| (job, run)));
        let says =
            |(job, run): &(&JobView, &RunInfo)| run.role != Role::Teacher && job.snapshots.contains_key(&run.run);
        runs.filter(says).collect()
    }

    fn biased<'a>(&self, view: LensView<'a>) -> LensView<'a> {
        // They are those of the run on show, and of no other that stands beside it.
        let is_own = view.run.is_some() && view.run == self.on_show().1;
        let moved = view.student.as_deref().filter(|_| is_own).and_then(|z| self.with_biases(z));
        match moved {
            Some(moved) => LensView { student: Some(Cow::Owned(moved)), ..view },
            None => view,
        }
    }

    fn photo_view(&self) -> Option<LensView<'_>> {
        let seen = self.screen.photo.as_ref()?.seen.as_ref()?;
        Some(LensView {
            row: 0,
            input: &seen.probe.inputs,
            label: None,
            teacher: Some(seen.heard()),
            student: None,
            step: None,
            probe: &seen.probe,
            over: None,
            run: None,
        })
    }

    fn example_view(&self) -> LensView<'_> {
        let example = &self.screen.example;
        LensView {
            row: 0,
            input: &[],
            label: Some(example.label),
            teacher: Some(example.heard()),
            student: Some(Cow::Borrowed(&example.student)),
            step: None,
            probe: &self.screen.example_probe,
            over: None,
            run: None,
        }
    }

    /// All logits, and the rows of the choice.
    fn mean_view<'a>(&'a self, known: Known<'a>) -> LensView<'a> {
        let rows = self.sample_rows(self.screen.lens.choice);
        let view = LensView {
            row: self.screen.lens.row.min(known.probe.rows.len().saturating_sub(1)),
            input: &[],
            label: known.class(&self.screen.lens),
            teacher: known.teacher.clone(),
            student: known.student.map(Cow::Borrowed),
            step: known.step,
            probe: known.probe,
            over: Some(rows),
            run: known.run,
        };
        self.biased(view)
    }

    fn row_view<'a>(&'a self, known: Known<'a>) -> Option<LensView<'a>> {
        let probe = known.probe;
        let row = self.screen.lens.row.min(probe.rows.len().checked_sub(1)?);
        let view = LensView {
            row,
            input: probe.input(row)?,
            label: Some(*probe.labels.get(row)? as usize),
            teacher: known.heard(row),
            student: known.row(known.student, row).map(Cow::Borrowed),
            step: known.step,
            probe,
            over: None,
            run: known.run,
        };
        Some(self.biased(view))
    }

    /// The recipe whose teacher and student read a picture of the user's: that of the run on show, or the one that was previewed.
    pub fn asked_recipe(&self) -> &Recipe {
        match (self.focused(), &self.recipe.preview) {
            (Some(job), _) => job.shown_run(self.lit_cell()).map_or(&job.sweep.base, |run| &run.recipe),
            (None, Some(preview)) => &preview.recipe,
            (None, None) => &self.recipe.sweep.base,
        }
    }

    /// What is on show, as far as a picture of the user's is concerned: other models read it otherwise.
    pub fn on_show(&self) -> (Option<JobId>, Option<RunId>) {
        let shown = self.focused().and_then(|job| job.shown_run(self.lit_cell()));
        (self.screen.focus, shown.map(|run| run.run))
    }

    /// Who would read what was made for the students now: after each newer snapshot of the run on show it is read again. Nobody where
    /// nothing was made.
    pub fn made_readers(&self) -> Option<MadeReaders> {
        let job = self.focused()?;
        let run = job.shown_run(self.lit_cell()).filter(|run| run.recipe.data.augment.tries > 0)?;
        let step = job.snapshot_at(run.run, self.moment_step()).map(|(step, _)| step);
        Some((self.screen.focus, Some(run.run), step))
    }

    /// What teacher and student say at T = 1 of one of the texts that are looked at with what was made of them, as distributions.
    pub fn said_of_made(&self, looked: &Inspected, row: usize) -> [Option<Vec<f64>>; 2] {
        let classes = looked.probe.classes.len();
        let teacher = looked.probe.heard(self.asked_recipe().combine()).and_then(|heard| heard.row(row, classes));
        let student = numbers(&looked.student).and_then(|all| all.get(row * classes..(row + 1) * classes));
        [teacher.map(|heard| heard.soften(1.0)), student.map(|logits| soften(logits, 1.0))]
    }

    /// A text of the user's, as far as it is typed.
    pub fn own_text(&self) -> &str {
        match &self.screen.picture {
            Some(OwnPicture { own: Own::Text(text), .. }) => text,
            _ => "",
        }
    }

    /// The user's picture, while those are on show who read it.
    pub fn own_picture(&self) -> Option<&Inspected> {
        let picture = self.screen.picture.as_ref().filter(|picture| picture.readers == self.on_show())?;
        picture.looked.as_deref()
    }

    /// The row of the probe set that the lens points at; nothing before the first preview.
    pub fn probe_view(&self) -> Option<LensView<'_>> {
        self.row_view(self.known()?)
    }

    /// The rows of the probe set that a choice comes to now, in the order in which one steps through them.
    pub fn sample_rows(&self, choice: SampleChoice) -> Vec<usize> {
        let Some(known) = self.known() else { return Vec::new() };
        let wanted = known.class(&self.screen.lens);
        let label = |row: &usize| known.probe.labels.get(*row).map(|label| *label as usize);
        let all = (0..known.probe.rows.len()).filter(|row| wanted.is_none() || label(row) == wanted);
        let student = |row| known.row(known.student, row);
        match choice {
            SampleChoice::Any => all.collect(),
            SampleChoice::TeacherUnsure => {
                let mut unsure: Vec<(usize, f64)> =
                    all.filter_map(|row| Some((row, entropy(&known.heard(row)?.logits(1.0), 1.0)))).collect();
                unsure.sort_by(|a, b| b.1.total_cmp(&a.1));
                unsure.into_iter().map(|(row, _)| row).collect()
            }
            SampleChoice::StudentWrong => {
                let is_wrong = |row: &usize| student(*row).is_some_and(|logits| Some(top_class(logits)) != label(row));
                all.filter(is_wrong).collect()
            }
            SampleChoice::Apart => {
                let apart = |row: &usize| {
                    let tops = student(*row).zip(known.row(known.baseline_logits(), *row));
                    tops.is_some_and(|(student, baseline)| top_class(student) != top_class(baseline))
                };
                all.filter(apart).collect()
            }
            SampleChoice::Answered => {
                let moved = known.student.and_then(|z| self.with_biases(z));
                let holds = |row: &usize| {
                    let cell = self.screen.lens.cell;
                    let said = known.row(moved.as_deref().or(known.student), *row);
                    cell.holds(label(row), known.teacher_top(*row), said.map(top_class))
                };
                if self.screen.lens.cell.is_any() { Vec::new() } else { all.filter(holds).collect() }
            }
            SampleChoice::Disagree => {
                let disagree = |row: &usize| {
                    let tops = known.teacher_top(*row).zip(student(*row));
                    tops.is_some_and(|(teacher, student)| teacher != top_class(student))
                };
                all.filter(disagree).collect()
            }
        }
    }

    /// The share of a class's rows of the probe set that the student on show gets right, biases included; none where there are none, or
    /// nothing is said.
    pub fn share_right(&self, class: &str) -> Option<f64> {
        let known = self.known()?;
        let class = known.probe.classes.iter().position(|name| name == class)?;
        let moved = known.student.and_then(|z| self.with_biases(z));
        let logits = moved.as_deref().or(known.student);
        let labels = known.probe.labels.iter().enumerate();
        let rows = labels.filter(|(_, label)| **label as usize == class);
        let (mut all, mut right) = (0_u32, 0_u32);
        for (row, _) in rows {
            all += 1;
            right += u32::from(top_class(known.row(logits, row)?) == class);
        }
        (all > 0).then(|| f64::from(right) / f64::from(all))
    }

    /// The row that is `by` steps on from the present one among those of the present choice; round at the ends. A row that
    /// has left the choice (the student has learnt it, say) is followed by the next one in the set that has not.
    pub fn stepped_row(&self, by: isize) -> Option<usize> {
        let rows = self.sample_rows(self.screen.lens.choice);
        let here = rows.iter().position(|row| *row == self.screen.lens.row);
        let count = rows.len() as isize;
        let next = match here {
            Some(at) => (at as isize + by).rem_euclid(count.max(1)) as usize,
            None if self.screen.lens.choice == SampleChoice::TeacherUnsure => 0,
            None => {
                let after = rows.partition_point(|row| *row < self.screen.lens.row) as isize;
                (after + by.min(0)).rem_euclid(count.max(1)) as usize
            }
        };
        rows.get(next).copied()
    }
}
