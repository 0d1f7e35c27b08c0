//! Biases of classes that the user moves after training: of each run its own, and what they do to the errors on its validation rows.
//! They are counted on logits that are known; no model is run or changed.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::wall::unseen_class;
use super::{JobView, State};
use crate::distill::{BestBias, ClassErrors, ErrorsByBias, add_biases};
use crate::protocol::{Part, Role, RunId, RunInfo};
use crate::text::Phrase;

/// Biases that can be chosen.
pub const BIASES: RangeInclusive<f64> = -10.0..=10.0;

/// Biases as they were moved, and what is known of the run on show to count its errors.
#[derive(Debug, Default)]
pub struct Biases {
    /// The class whose bias the slider moves; none for the first that the run never saw.
    pub class: Option<usize>,
    /// What is added to the logits, by run and class; what is not moved is not here.
    moved: BTreeMap<RunId, BTreeMap<usize, f64>>,
    kept: Option<KeptLogits>,
    counted: Option<Counted>,
    found: Option<Found>,
}

/// The kept logits of a run on its validation rows, from the moment at which they are asked for.
#[derive(Debug)]
struct KeptLogits {
    of: RunId,
    /// None inside where none were kept.
    found: Option<Result<Option<Arc<Vec<f32>>>, Phrase>>,
}

/// What errors are counted of.
#[derive(Clone, Debug, PartialEq)]
struct Counting {
    run: RunId,
    class: usize,
    /// Biases of the other classes.
    others: BTreeMap<usize, f64>,
    /// The step of the probe set's logits; none for the kept logits of all validation rows.
    step: Option<u64>,
}

/// Errors of those rows at any bias of the class.
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

/// A class's bias over the rows of the run on show.
#[derive(Clone, Debug)]
pub struct BiasView<'a> {
    /// The names of the classes.
    pub classes: &'a [String],
    /// The class whose bias the slider moves.
    pub class: usize,
    /// What is added to the logit of each class.
    pub biases: Vec<f64>,
    /// The errors, or why there are none.
    pub errors: Result<BiasErrors, Uncounted<'a>>,
}

/// Errors before any bias was moved and now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BiasErrors {
    /// Rows that they are counted on.
    pub rows: u64,
    /// Rows of the class among them.
    pub of_class: u64,
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
    /// Forgets what was read of the store: a run that resumes has other logits in the end.
    pub(super) fn forget(&mut self) {
        self.kept = None;
    }

    fn of_run(&self, run: RunId) -> BTreeMap<usize, f64> {
        self.moved.get(&run).cloned().unwrap_or_default()
    }

    fn put(&mut self, run: RunId, class: usize, bias: f64) {
        let moved = self.moved.entry(run).or_default();
        if bias == 0.0 {
            moved.remove(&class);
        } else {
            moved.insert(class, bias);
        }
    }
}

/// A bias for each class.
fn all_of(moved: &BTreeMap<usize, f64>, classes: usize) -> Vec<f64> {
    (0..classes).map(|class| moved.get(&class).copied().unwrap_or(0.0)).collect()
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

    /// The class whose bias the slider moves.
    fn biased_class(&self, job: &JobView, run: &RunInfo) -> usize {
        let classes = &job.probe.classes;
        let chosen = self.screen.bias.class.filter(|class| *class < classes.len());
        chosen.or_else(|| unseen_class(&run.recipe, classes)).unwrap_or(0)
    }

    /// The run whose kept logits are wanted and were not asked for. They are in the store once its row says that it has ended.
    pub fn wanted_logits(&self) -> Option<RunId> {
        let (job, run) = self.biased_run().filter(|_| self.screen.lens.biases)?;
        let is_stored = self.row(run.run).is_some_and(|row| row.ended.is_some());
        let is_kept = is_stored && job.results.contains_key(&run.run) && answered(job, run).is_some();
        // One question at a time, however fast the pointer goes over the cells of a board.
        let is_free = self.screen.bias.kept.as_ref().is_none_or(|kept| kept.of != run.run && kept.found.is_some());
        (is_kept && is_free).then_some(run.run)
    }

    /// Takes note of the question.
    pub fn ask_logits(&mut self, run: RunId) {
        self.screen.bias.kept = Some(KeptLogits { of: run, found: None });
    }

    /// Takes in its answer.
    pub fn take_logits(&mut self, run: RunId, found: Result<Option<Vec<f32>>, Phrase>) {
        if let Some(kept) = self.screen.bias.kept.as_mut().filter(|kept| kept.of == run) {
            kept.found = Some(found.map(|logits| logits.map(Arc::new)));
        }
    }

    fn known_logits<'a>(&'a self, job: &'a JobView, run: &RunInfo) -> Result<Known<'a>, Uncounted<'a>> {
        let of_probe = || {
            let (step, logits) = job.snapshots.get(&run.run).ok_or(Uncounted::TooEarly)?;
            Ok(Known { step: Some(*step), logits: logits.as_slice(), labels: &job.probe.labels })
        };
        if !job.results.contains_key(&run.run) {
            return of_probe();
        }
        let labels = answered(job, run).ok_or(Uncounted::NotKept)?;
        let kept = self.screen.bias.kept.as_ref().filter(|kept| kept.of == run.run);
        match kept.and_then(|kept| kept.found.as_ref()) {
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
        let classes = job.probe.classes.len();
        let count = |biases: &[f64]| ErrorsByBias::of(known.logits, known.labels, biases, of.class);
        let by_bias = count(&all_of(&of.others, classes));
        let before = if of.others.is_empty() { by_bias.at(0.0) } else { count(&vec![0.0; classes]).at(0.0) };
        Some(Counted { of, before, by_bias })
    }

    fn counting(&self, job: &JobView, run: &RunInfo, known: &Known<'_>) -> Counting {
        let class = self.biased_class(job, run);
        let mut others = self.screen.bias.of_run(run.run);
        others.remove(&class);
        Counting { run: run.run, class, others, step: known.step }
    }

    /// A class's bias over the rows of the run on show, while that is looked at.
    pub fn bias_view(&self) -> Option<BiasView<'_>> {
        let (job, run) = self.biased_run().filter(|_| self.screen.lens.biases)?;
        let (class, classes) = (self.biased_class(job, run), &job.probe.classes);
        let biases = all_of(&self.screen.bias.of_run(run.run), classes.len());
        let errors = self.known_logits(job, run).and_then(|known| {
            let of = self.counting(job, run, &known);
            let counted = self.screen.bias.counted.as_ref().filter(|counted| counted.of == of);
            let counted = counted.ok_or(Uncounted::TooEarly)?;
            let found = self.screen.bias.found.as_ref().filter(|found| found.of == of);
            Ok(BiasErrors {
                rows: counted.by_bias.rows(),
                of_class: counted.by_bias.of_class(),
                before: counted.before,
                now: counted.by_bias.at(biases[class]),
                step: of.step,
                found: found.filter(|found| found.bias.total_cmp(&biases[class]).is_eq()).map(|found| found.best),
            })
        });
        Some(BiasView { classes, class, biases, errors })
    }

    /// A student's logits with its biases, where any was moved and that is looked at.
    pub fn with_biases(&self, logits: &[f32]) -> Option<Vec<f32>> {
        let (_, run) = self.biased_run().filter(|_| self.screen.lens.biases)?;
        let moved = self.screen.bias.moved.get(&run.run).filter(|moved| !moved.is_empty())?;
        let mut moved_logits = logits.to_vec();
        add_biases(&mut moved_logits, &all_of(moved, logits.len()));
        Some(moved_logits)
    }

    /// Moves the bias of the class.
    pub fn move_bias(&mut self, to: f64) {
        let Some((job, run)) = self.biased_run().filter(|_| to.is_finite()) else { return };
        let (class, run) = (self.biased_class(job, run), run.run);
        self.screen.bias.put(run, class, to.clamp(*BIASES.start(), *BIASES.end()));
    }

    /// Takes back every bias of the run on show.
    pub fn reset_biases(&mut self) {
        let Some(run) = self.biased_run().map(|(_, run)| run.run) else { return };
        self.screen.bias.moved.remove(&run);
    }

    /// Chooses the bias of the class by the rows that are counted: the middle of those with the fewest errors, or 0 where none has fewer.
    pub fn find_bias(&mut self) {
        self.count_by_bias();
        let Some((job, run)) = self.biased_run() else { return };
        let (class, run) = (self.biased_class(job, run), run.run);
        let counted =
            self.screen.bias.counted.as_ref().filter(|counted| (counted.of.run, counted.of.class) == (run, class));
        let Some(counted) = counted else { return };
        let best = counted.by_bias.best(BIASES);
        let bias = if best.errors < counted.by_bias.at(0.0).errors { best.middle() } else { 0.0 };
        let found = Found { of: counted.of.clone(), bias, best };
        self.screen.bias.found = Some(found);
        self.screen.bias.put(run, class, bias);
    }
}
