//! Dark knowledge over many rows: what teacher and student take each class for, where they are wrong, how far they can be believed and
//! how unsure they are. Of a run that is over it is found on the logits of all validation rows, else on those of the probe set.

use std::hash::Hasher as _;

use serde::{Deserialize, Serialize};

use super::lens::said;
use super::{Cell, JobView, State};
use crate::distill::{
    BestTemperature, ClassTable, Heard, Mean, Reliability, Softener, answers, best_temperature, confusion, reliability,
    soft_targets_by_class,
};
use crate::protocol::{Part, Role, RunId, RunInfo};

/// How dark knowledge is looked at.
#[derive(Debug, Default)]
pub struct Dark {
    /// Which picture.
    pub page: DarkPage,
    /// Whose.
    pub who: Who,
    /// What was found last, and of what.
    found: Option<(Key, DarkFound)>,
    /// The T that calibrates best, which depends on no T.
    best: Option<(Key, Option<BestTemperature>)>,
}

/// The pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DarkPage {
    /// The mean softened distribution of the rows of each class.
    #[default]
    Targets,
    /// How many rows of each class are answered with each class.
    Confusion,
    /// How far the largest probability can be believed.
    Calibration,
    /// How unsure both are.
    Entropy,
}

impl DarkPage {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Targets, Self::Confusion, Self::Calibration, Self::Entropy];
}

/// Whose answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// The teacher's.
    #[default]
    Teacher,
    /// The student's.
    Student,
    /// The student's beside the teacher's.
    Both,
}

impl Who {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Teacher, Self::Student, Self::Both];
}

/// What a picture was found of.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    page: DarkPage,
    who: Who,
    run: Option<RunId>,
    /// The step of the probe set's logits, and none for all validation rows.
    step: Option<u64>,
    rows: usize,
    /// As bits.
    temperature: u64,
    biases: Vec<u64>,
    /// Tells previews and newer snapshots apart.
    said: u64,
}

/// What there is to draw.
#[derive(Clone, Debug, PartialEq)]
pub enum DarkFound {
    /// A value for each true class, or each class of the teacher's, and each answered one.
    Table(DarkTable),
    /// Reliability at the lens's T.
    Reliability(Option<Box<Reliability>>),
    /// Rows by entropy at the lens's T, from 0 to ln C, of the teacher and of the student.
    Entropy([Option<Vec<u64>>; 2]),
}

/// A table, and what stands out of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DarkTable {
    /// All of it.
    pub table: ClassTable,
    /// The classes that are drawn: all, or of very many those that are mistaken most.
    pub shown: Vec<usize>,
    /// The largest value off the diagonal, with its row and column; none where all are 0.
    pub most: Option<(f64, usize, usize)>,
}

impl DarkTable {
    fn of(table: ClassTable) -> Self {
        let classes = table.classes();
        let pairs = (0..classes).flat_map(|label| (0..classes).map(move |class| (label, class)));
        let off = pairs.filter(|(label, class)| label != class);
        let most = off.filter_map(|(label, class)| Some((table.at(label, class)?, label, class)));
        let most = most.max_by(|a, b| a.0.total_cmp(&b.0).then((b.1, b.2).cmp(&(a.1, a.2))));
        Self { shown: shown_classes(&table), most: most.filter(|(value, ..)| *value > 0.0), table }
    }
}

/// Classes of a table that are drawn, at most.
const DRAWN: usize = 32;

/// All, or those that have most in places off the diagonal.
fn shown_classes(table: &ClassTable) -> Vec<usize> {
    let classes = table.classes();
    if classes <= DRAWN {
        return (0..classes).collect();
    }
    let mistaken = |class: usize| -> f64 {
        (0..classes)
            .filter(|other| *other != class)
            .map(|other| table.at(class, other).unwrap_or(0.0) + table.at(other, class).unwrap_or(0.0))
            .sum()
    };
    let mut order: Vec<(f64, usize)> = (0..classes).map(|class| (mistaken(class), class)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut kept: Vec<usize> = order.into_iter().take(DRAWN).map(|(_, class)| class).collect();
    kept.sort_unstable();
    kept
}

/// Bins of the entropy.
pub const ENTROPY_BINS: usize = 24;

/// Rows with what is said of them.
#[derive(Clone, Debug)]
pub struct DarkRows<'a> {
    /// The names of the classes.
    pub classes: &'a [String],
    /// Their numbers in the data.
    pub rows: &'a [u32],
    /// Their classes.
    pub labels: &'a [u32],
    /// What the teacher says.
    pub teacher: Option<Heard<'a>>,
    /// What the student says, `[rows, classes]`.
    pub student: Option<&'a [f32]>,
    /// The student's run; none before it has one.
    pub run: Option<RunId>,
    /// The step of the probe set's logits; none for all validation rows with the kept weights.
    pub step: Option<u64>,
    /// Whether they are all validation rows of a run that is over.
    pub all: bool,
}

impl DarkRows<'_> {
    fn heard(&self, who: Who) -> Option<Heard<'_>> {
        match who {
            Who::Teacher => self.teacher.clone(),
            Who::Student | Who::Both => self.student.map(|z| Heard { each: vec![z], mean: Mean::default() }),
        }
    }
}

impl State {
    /// The rows that dark knowledge is found on.
    pub fn dark_rows(&self) -> Option<DarkRows<'_>> {
        self.all_rows().or_else(|| {
            let known = self.known()?;
            let run = self.on_show().1;
            Some(DarkRows {
                classes: &known.probe.classes,
                rows: &known.probe.rows,
                labels: &known.probe.labels,
                teacher: known.teacher,
                student: known.student,
                run,
                step: known.step,
                all: false,
            })
        })
    }

    /// All validation rows of the run on show, where it is over, its logits and its teacher's were kept and have been read, and no
    /// earlier moment is looked at.
    fn all_rows(&self) -> Option<DarkRows<'_>> {
        let (job, run) = self.over()?;
        let answers = job.answers.get(&(run.run, Part::Validation))?;
        let classes = job.probe.classes.len();
        let len = answers.rows.len() * classes;
        let kept = |run: RunId| self.screen.kept.logits(run).filter(|logits| logits.len() == len);
        let student = kept(run.run)?;
        let models = job.teacher_models(Some(run));
        let each: Option<Vec<&[f32]>> = models.iter().map(|model| kept(model.run)).collect();
        let teacher = each.filter(|each| !each.is_empty());
        // A teacher whose logits were not kept is known on the probe set alone.
        if teacher.is_none() && !models.is_empty() && job.heard_at(Some(run), None).is_some() {
            return None;
        }
        Some(DarkRows {
            classes: &job.probe.classes,
            rows: &answers.rows,
            labels: &answers.labels,
            teacher: teacher.map(|each| Heard { each, mean: run.recipe.combine() }),
            student: Some(student),
            run: Some(run.run),
            step: None,
            all: true,
        })
    }

    /// The run on show, where it is over and looked at as it ended.
    fn over(&self) -> Option<(&JobView, &RunInfo)> {
        let job = self.focused().filter(|_| self.moment_step().is_none())?;
        let run = job.shown_run(self.lit_cell()).filter(|run| run.role == Role::Student)?;
        job.results.contains_key(&run.run).then_some((job, run))
    }

    /// The run whose kept logits dark knowledge lacks and nobody asked for: the student's, then those of its teacher's models.
    pub fn wanted_dark_logits(&self) -> Option<RunId> {
        let (job, run) = self.over()?;
        let is_stored = |run: RunId| self.row(run).is_some_and(|row| row.ended.is_some());
        let wanted = [run].into_iter().chain(job.teacher_models(Some(run)));
        wanted.map(|run| run.run).filter(|run| is_stored(*run)).find(|run| self.screen.kept.may_ask(*run))
    }

    /// Finds what the picture on show needs, unless it was found before.
    pub fn settle_dark(&mut self) {
        let Some(rows) = self.dark_rows() else { return };
        let key = self.dark_key(&rows);
        if self.screen.dark.found.as_ref().is_some_and(|(known, _)| *known == key) {
            return;
        }
        let moved = rows.student.and_then(|z| self.with_biases(z));
        let rows = DarkRows { student: moved.as_deref().or(rows.student), ..rows };
        let found = find(&rows, self.screen.dark.page, self.screen.dark.who, self.screen.lens.temperature);
        let of_any_t = Key { temperature: 0, ..key.clone() };
        let is_known = self.screen.dark.best.as_ref().is_some_and(|(known, _)| *known == of_any_t);
        let searches = self.screen.dark.page == DarkPage::Calibration && !is_known;
        let best = searches.then(|| {
            let heard = rows.heard(self.screen.dark.who).filter(|_| rows.labels.len() * rows.classes.len() <= SEARCHED);
            (of_any_t, heard.and_then(|heard| best_temperature(&heard, rows.labels, rows.classes.len())))
        });
        self.screen.dark.found = Some((key, found));
        if best.is_some() {
            self.screen.dark.best = best;
        }
    }

    fn dark_key(&self, rows: &DarkRows<'_>) -> Key {
        Key {
            page: self.screen.dark.page,
            who: self.screen.dark.who,
            run: rows.run,
            step: rows.step,
            rows: rows.rows.len(),
            temperature: self.screen.lens.temperature.to_bits(),
            biases: self.bias_bits(),
            said: said(rows.teacher.as_ref(), rows.student).finish(),
        }
    }

    /// What was found for the picture on show.
    pub fn dark_found(&self) -> Option<&DarkFound> {
        let key = self.dark_key(&self.dark_rows()?);
        self.screen.dark.found.as_ref().filter(|(known, _)| *known == key).map(|(_, found)| found)
    }

    /// The T that calibrates best; none where it was not searched, or nothing is said.
    pub fn dark_best(&self) -> Option<BestTemperature> {
        let key = Key { temperature: 0, ..self.dark_key(&self.dark_rows()?) };
        self.screen.dark.best.as_ref().filter(|(known, _)| *known == key)?.1
    }

    /// The rows that fall into a place of the table on show.
    pub fn dark_cell(&self, first: usize, answer: usize) -> Cell {
        match self.screen.dark.who {
            Who::Teacher => Cell { label: Some(first), teacher: Some(answer), student: None },
            Who::Student => Cell { label: Some(first), student: Some(answer), teacher: None },
            Who::Both => Cell { teacher: Some(first), student: Some(answer), label: None },
        }
    }
}

/// Numbers among which the T that calibrates best is searched for within a frame.
const SEARCHED: usize = 400_000;

fn find(rows: &DarkRows<'_>, page: DarkPage, who: Who, temperature: f64) -> DarkFound {
    let classes = rows.classes.len();
    match page {
        DarkPage::Targets => {
            let found = rows.heard(who).map(|heard| soft_targets_by_class(&heard, rows.labels, classes, temperature));
            DarkFound::Table(DarkTable::of(found.unwrap_or_else(|| ClassTable::empty(classes))))
        }
        DarkPage::Confusion => {
            let found = confusions(rows, who).unwrap_or_else(|| ClassTable::empty(classes));
            DarkFound::Table(DarkTable::of(found))
        }
        DarkPage::Calibration => DarkFound::Reliability(
            rows.heard(who).and_then(|heard| reliability(&heard, rows.labels, classes, temperature)).map(Box::new),
        ),
        DarkPage::Entropy => DarkFound::Entropy(
            [Who::Teacher, Who::Student]
                .map(|who| rows.heard(who).map(|heard| entropies(&heard, rows.labels.len(), classes, temperature))),
        ),
    }
}

/// Counts of answers at T = 1, which is what a model is used to predict with; none where one of those who are asked says nothing.
fn confusions(rows: &DarkRows<'_>, who: Who) -> Option<ClassTable> {
    let (count, classes) = (rows.labels.len(), rows.classes.len());
    let heard = rows.heard(who)?;
    let answered = answers(&heard, count, classes, 1.0);
    if who != Who::Both {
        return Some(confusion(answered, rows.labels, classes));
    }
    let told = answers(rows.teacher.as_ref()?, count, classes, 1.0);
    let told: Vec<u32> = told.map(|class| class.map_or(u32::MAX, |class| class as u32)).collect();
    Some(confusion(answered, &told, classes))
}

/// Rows by their entropy.
fn entropies(heard: &Heard<'_>, rows: usize, classes: usize, temperature: f64) -> Vec<u64> {
    let mut bins = vec![0; ENTROPY_BINS];
    let mut softener = Softener::new(heard, classes, temperature);
    let most = (classes.max(2) as f64).ln();
    for row in 0..rows {
        if let Some((_, entropy)) = softener.row(row) {
            bins[((entropy / most * ENTROPY_BINS as f64) as usize).min(ENTROPY_BINS - 1)] += 1;
        }
    }
    bins
}
