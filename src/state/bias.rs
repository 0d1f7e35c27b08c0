//! Biases of classes that the user moves after training: of each run its own, and what they do to the errors on its validation rows.
//! They are counted on logits that are known; no model is run or changed.

use std::collections::BTreeMap;

use super::{JobView, State};
use crate::distill::{BIASES, BestBias, ClassErrors, ErrorsByBias, add_biases};
use crate::protocol::{Part, Role, RunId, RunInfo};
use crate::text::Phrase;

/// Biases as they were moved, and what is known of the run on show to count its errors.
#[derive(Debug, Default)]
pub struct Biases {
    /// What the slider moves; none for what the run never saw.
    pub mover: Option<Mover>,
    /// What is added to the logits, by run; what is not moved is not here.
    moved: BTreeMap<RunId, BTreeMap<Mover, f64>>,
    counted: Option<Counted>,
    found: Option<Found>,
}

/// What a slider moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mover {
    /// The bias of a class.
    Class(usize),
    /// One that all classes have in common which the run never saw, on top of their own.
    Unseen,
}

/// What errors are counted of.
#[derive(Clone, Debug, PartialEq)]
struct Counting {
    run: RunId,
    mover: Mover,
    /// What else is moved.
    others: BTreeMap<Mover, f64>,
    /// The step of the probe set's logits; none for the kept logits of all validation rows.
    step: Option<u64>,
}

/// Errors of those rows at any bias.
#[derive(Debug)]
struct Counted {
    of: Counting,
    /// With no bias moved.
    before: ClassErrors,
    by_bias: ErrorsByBias,
}

/// A bias that was chosen by these rows.
#[derive(Debug)]
struct Found {
    of: Counting,
    bias: f64,
    best: BestBias,
}

/// A bias over the rows of the run on show.
#[derive(Clone, Debug)]
pub struct BiasView<'a> {
    /// The names of the classes.
    pub classes: &'a [String],
    /// Those that the run never saw, where it saw others.
    pub unseen: Vec<usize>,
    /// What the slider moves.
    pub mover: Mover,
    /// Where it stands.
    pub bias: f64,
    /// What is added to the logit of each class in all.
    pub biases: Vec<f64>,
    /// The errors, or why there are none.
    pub errors: Result<BiasErrors, Uncounted<'a>>,
}

/// Errors before any bias was moved and now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BiasErrors {
    /// Rows that they are counted on.
    pub rows: u64,
    /// Rows among them of what the slider moves.
    pub of_classes: u64,
    /// With no bias moved.
    pub before: ClassErrors,
    /// As they are moved.
    pub now: ClassErrors,
    /// The step after which the probe set was looked at; none where all validation rows are counted with the kept weights.
    pub step: Option<u64>,
    /// Between which biases these rows have the fewest errors, where the bias was chosen by them.
    pub found: Option<BestBias>,
}

/// Why errors cannot be counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Uncounted<'a> {
    /// The run has said nothing yet.
    TooEarly,
    /// The run is over and its logits were not kept.
    NotKept,
    /// The kept ones cannot be read.
    Unreadable(&'a Phrase),
}

/// Rows with their logits.
struct Known<'a> {
    step: Option<u64>,
    logits: &'a [f32],
    labels: &'a [u32],
}

impl Biases {
    fn of_run(&self, run: RunId) -> BTreeMap<Mover, f64> {
        self.moved.get(&run).cloned().unwrap_or_default()
    }

    fn put(&mut self, run: RunId, mover: Mover, bias: f64) {
        let moved = self.moved.entry(run).or_default();
        if bias == 0.0 {
            moved.remove(&mover);
        } else {
            moved.insert(mover, bias);
        }
    }
}

/// A bias for each class.
fn all_of(moved: &BTreeMap<Mover, f64>, unseen: &[usize], classes: usize) -> Vec<f64> {
    let of = |mover: Mover| moved.get(&mover).copied().unwrap_or(0.0);
    let in_common = |class: usize| if unseen.contains(&class) { of(Mover::Unseen) } else { 0.0 };
    (0..classes).map(|class| of(Mover::Class(class)) + in_common(class)).collect()
}

/// The labels of the validation rows that a run has answered.
fn answered<'a>(job: &'a JobView, run: &RunInfo) -> Option<&'a [u32]> {
    job.answers.get(&(run.run, Part::Validation)).map(|answers| answers.labels.as_slice())
}

impl State {
    fn biased_run(&self) -> Option<(&JobView, &RunInfo)> {
        let job = self.focused()?;
        let run = job.shown_run(self.lit_cell()).filter(|run| run.role == Role::Student)?;
        (!job.probe.classes.is_empty()).then_some((job, run))
    }

    /// Whether a student is on show, whose biases can be moved.
    pub fn has_biases(&self) -> bool {
        self.biased_run().is_some()
    }

    /// What the slider moves.
    fn mover(&self, job: &JobView, run: &RunInfo) -> Mover {
        let unseen = run.recipe.data.omitted(&job.probe.classes);
        let has_several = unseen.len() > 1;
        let is_there = |mover: &Mover| match mover {
            Mover::Class(class) => *class < job.probe.classes.len(),
            Mover::Unseen => has_several,
        };
        let first = if has_several { Mover::Unseen } else { Mover::Class(unseen.first().copied().unwrap_or(0)) };
        self.screen.bias.mover.filter(is_there).unwrap_or(first)
    }

    /// The run whose kept logits are wanted and were not asked for. They are in the store once its row says that it has ended.
    pub fn wanted_logits(&self) -> Option<RunId> {
        let (job, run) = self.biased_run().filter(|_| self.screen.lens.biases)?;
        let is_stored = self.row(run.run).is_some_and(|row| row.ended.is_some());
        let is_kept = is_stored && job.results.contains_key(&run.run) && answered(job, run).is_some();
        (is_kept && self.screen.kept.may_ask(run.run)).then_some(run.run)
    }

    fn known_logits<'a>(&'a self, job: &'a JobView, run: &RunInfo) -> Result<Known<'a>, Uncounted<'a>> {
        let of_probe = || {
            let (step, logits) = job.snapshot_at(run.run, self.moment_step()).ok_or(Uncounted::TooEarly)?;
            Ok(Known { step: Some(step), logits, labels: &job.probe.labels })
        };
        if !job.results.contains_key(&run.run) || self.moment_step().is_some() {
            return of_probe();
        }
        let labels = answered(job, run).ok_or(Uncounted::NotKept)?;
        match self.screen.kept.of(run.run) {
            None => of_probe(),
            Some(Ok(Some(logits))) if logits.len() == labels.len() * job.probe.classes.len() => {
                Ok(Known { step: None, logits, labels })
            }
            Some(Ok(_)) => Err(Uncounted::NotKept),
            Some(Err(fault)) => Err(Uncounted::Unreadable(fault)),
        }
    }

    /// Makes ready to count, where another run, class or set of rows is on show than before. A slider that moves needs none of it.
    pub fn count_by_bias(&mut self) {
        if let Some(counted) = self.newly_counted() {
            self.screen.bias.counted = Some(counted);
        }
    }

    fn newly_counted(&self) -> Option<Counted> {
        let (job, run) = self.biased_run().filter(|_| self.screen.lens.biases)?;
        let known = self.known_logits(job, run).ok()?;
        let of = self.counting(job, run, &known);
        if self.screen.bias.counted.as_ref().is_some_and(|counted| counted.of == of) {
            return None;
        }
        let (classes, unseen) = (job.probe.classes.len(), run.recipe.data.omitted(&job.probe.classes));
        let moved = match of.mover {
            Mover::Class(class) => vec![class],
            Mover::Unseen => unseen.clone(),
        };
        let count = |biases: &[f64]| ErrorsByBias::of(known.logits, known.labels, biases, &moved);
        let by_bias = count(&all_of(&of.others, &unseen, classes));
        let before = if of.others.is_empty() { by_bias.at(0.0) } else { count(&vec![0.0; classes]).at(0.0) };
        Some(Counted { of, before, by_bias })
    }

    fn counting(&self, job: &JobView, run: &RunInfo, known: &Known<'_>) -> Counting {
        let mover = self.mover(job, run);
        let mut others = self.screen.bias.of_run(run.run);
        others.remove(&mover);
        Counting { run: run.run, mover, others, step: known.step }
    }

    /// A bias over the rows of the run on show, while that is looked at.
    pub fn bias_view(&self) -> Option<BiasView<'_>> {
        let (job, run) = self.biased_run().filter(|_| self.screen.lens.biases)?;
        let classes = &job.probe.classes;
        let unseen = run.recipe.data.omitted(classes);
        let (mover, moved) = (self.mover(job, run), self.screen.bias.of_run(run.run));
        let bias = moved.get(&mover).copied().unwrap_or(0.0);
        let biases = all_of(&moved, &unseen, classes.len());
        let errors = self.known_logits(job, run).and_then(|known| {
            let of = self.counting(job, run, &known);
            let counted = self.screen.bias.counted.as_ref().filter(|counted| counted.of == of);
            let counted = counted.ok_or(Uncounted::TooEarly)?;
            let found = self.screen.bias.found.as_ref().filter(|found| found.of == of);
            Ok(BiasErrors {
                rows: counted.by_bias.rows(),
                of_classes: counted.by_bias.of_classes(),
                before: counted.before,
                now: counted.by_bias.at(bias),
                step: of.step,
                found: found.filter(|found| found.bias.total_cmp(&bias).is_eq()).map(|found| found.best),
            })
        });
        Some(BiasView { classes, unseen, mover, bias, biases, errors })
    }

    /// Logits of the student on show, `[rows, classes]`, with its biases, where any was moved and that is looked at.
    pub fn with_biases(&self, logits: &[f32]) -> Option<Vec<f32>> {
        let (job, run) = self.biased_run().filter(|_| self.screen.lens.biases)?;
        let moved = self.screen.bias.moved.get(&run.run).filter(|moved| !moved.is_empty())?;
        let mut moved_logits = logits.to_vec();
        let unseen = run.recipe.data.omitted(&job.probe.classes);
        add_biases(&mut moved_logits, &all_of(moved, &unseen, job.probe.classes.len()));
        Some(moved_logits)
    }

    /// The biases that are in what is shown, as bits; empty where none is.
    pub(super) fn bias_bits(&self) -> Vec<u64> {
        let Some((job, run)) = self.biased_run().filter(|_| self.screen.lens.biases) else { return Vec::new() };
        let Some(moved) = self.screen.bias.moved.get(&run.run).filter(|moved| !moved.is_empty()) else {
            return Vec::new();
        };
        let unseen = run.recipe.data.omitted(&job.probe.classes);
        all_of(moved, &unseen, job.probe.classes.len()).into_iter().map(f64::to_bits).collect()
    }

    /// Moves the bias.
    pub fn move_bias(&mut self, to: f64) {
        let Some((job, run)) = self.biased_run().filter(|_| to.is_finite()) else { return };
        let (mover, run) = (self.mover(job, run), run.run);
        self.screen.bias.put(run, mover, to.clamp(*BIASES.start(), *BIASES.end()));
    }

    /// The bias of a class by its name, of the run on show; none where there is no such run, or class.
    pub fn bias_of(&self, class: &str) -> Option<f64> {
        let (job, run) = self.biased_run()?;
        let at = job.probe.classes.iter().position(|name| name == class)?;
        let moved = self.screen.bias.moved.get(&run.run);
        Some(moved.and_then(|moved| moved.get(&Mover::Class(at))).copied().unwrap_or(0.0))
    }

    /// Takes back every bias of the run on show.
    pub fn reset_biases(&mut self) {
        let Some(run) = self.biased_run().map(|(_, run)| run.run) else { return };
        self.screen.bias.moved.remove(&run);
    }

    /// Chooses the bias by the rows that are counted: the middle of those with the fewest errors, or 0 where none has fewer.
    pub fn find_bias(&mut self) {
        self.count_by_bias();
        let Some((job, run)) = self.biased_run() else { return };
        let (mover, run) = (self.mover(job, run), run.run);
        let counted =
            self.screen.bias.counted.as_ref().filter(|counted| (counted.of.run, counted.of.mover) == (run, mover));
        let Some(counted) = counted else { return };
        let best = counted.by_bias.best(BIASES);
        let bias = counted.by_bias.chosen(&best);
        let found = Found { of: counted.of.clone(), bias, best };
        self.screen.bias.found = Some(found);
        self.screen.bias.put(run, mover, bias);
    }
}
