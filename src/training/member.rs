//! One member of the population in training: what it is asked to learn and from whom, where it stands, and what it owes its reports.

use candle_core::Tensor;

use crate::distill::{MemberTerms, Objective, Over};
use crate::protocol::{LossTerms, TermName};

/// One member of a population.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it is asked to learn; live changes move the fields of its method.
    pub objective: Objective,
    /// Whom it learns from; several are heard as one, unless they are its peers.
    pub teachers: Vec<Source>,
    /// The one of the stage's teachers that it is compared with.
    pub compared: Option<usize>,
    /// Its training seed, which decides on its batches.
    pub seed: u64,
    /// Names the streams of its first weights and of its dropout: its seed, but where others of that seed stand beside it for its sake.
    pub draws: u64,
    /// Its peak learning rate.
    pub learning_rate: f64,
    /// Its weight decay.
    pub weight_decay: f64,
    /// Where it stands.
    pub status: Status,
    /// Its index when the stage began; a halving sweep resumes with some of them.
    pub index: usize,
    /// Steps it has taken.
    pub taken: u64,
    /// Loss terms of the epoch in progress.
    pub sums: EpochSums,
    /// The best epoch so far, where the best weights are kept.
    pub best: Option<Best>,
    /// Its newest step.
    pub newest: Option<Newest>,
    /// Where the teacher's layers stand in for its own: accuracy of the mixture and of its own alone after the newest epoch.
    pub replaced: Option<(f64, f64)>,
}

/// Someone who gives soft targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// One of the stage's teachers, by its index.
    Model(usize),
    /// Another member of the population, by its index: what it says of the same step's batch, detached. Both must share their seed.
    Peer(usize),
    /// The member itself, as it was when the phase began.
    Itself,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It trains.
    Training,
    /// Its loss is not a finite number any more; the step on which that happened is still to be reported.
    Diverging,
    /// The same, reported. Its weights are those before that step.
    Diverged,
    /// The user has ended it; its weights stay as they are.
    Stopped,
}

/// The weights kept for `training.keep = "best"`.
#[derive(Clone, Debug)]
pub struct Best {
    /// Validation errors of these weights.
    pub errors: u64,
    /// Epoch after which they were these.
    pub epoch: u64,
    /// In the order of the parameters, without the population axis.
    pub weights: Vec<Tensor>,
}

/// What a member descended in a step. A setting may have been moved since.
#[derive(Clone, Debug)]
pub struct Newest {
    /// What it was asked to learn.
    pub objective: Objective,
    /// Its terms.
    pub terms: MemberTerms,
}

impl Member {
    /// One that begins. It is compared with the first of its teachers that is a model of the stage's.
    pub fn new(objective: Objective, teachers: Vec<Source>, seed: u64, learning_rate: f64, weight_decay: f64) -> Self {
        let compared = teachers.iter().find_map(|source| match source {
            Source::Model(teacher) => Some(*teacher),
            Source::Peer(_) | Source::Itself => None,
        });
        Self {
            objective,
            teachers,
            compared,
            seed,
            draws: seed,
            learning_rate,
            weight_decay,
            status: Status::Training,
            index: 0,
            taken: 0,
            sums: EpochSums::default(),
            best: None,
            newest: None,
            replaced: None,
        }
    }

    /// The same with other streams of first weights and dropout.
    #[must_use]
    pub fn drawing(self, draws: u64) -> Self {
        Self { draws, ..self }
    }

    /// Whether it trains.
    pub fn is_active(&self) -> bool {
        self.status == Status::Training
    }
}

/// How many rows a batch has.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    all: f64,
    labelled: f64,
}

impl Counted {
    pub fn of(labels: &[Option<u32>]) -> Self {
        Self { all: labels.len() as f64, labelled: labels.iter().flatten().count() as f64 }
    }
}

/// Loss terms of the examples seen in an epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpochSums {
    /// Of each term: its sum over examples, and how many these were.
    terms: Vec<[f64; 2]>,
    total: [f64; 2],
    /// Steps from which each term was left out.
    left_out: Vec<u64>,
}

impl EpochSums {
    /// As bits, since sums of a diverged member are no JSON numbers: the total, then each term, its sum, its examples, its steps without
    /// it.
    pub fn to_bits(&self) -> Vec<u64> {
        let terms = self.terms.iter().zip(&self.left_out);
        let terms = terms.flat_map(|([sum, count], left_out)| [sum.to_bits(), count.to_bits(), *left_out]);
        self.total.map(f64::to_bits).into_iter().chain(terms).collect()
    }

    /// The reverse of [`EpochSums::to_bits`]; `None` where they are not such bits.
    pub fn from_bits(bits: &[u64]) -> Option<Self> {
        let (total, terms) = bits.split_first_chunk::<2>()?;
        let terms = terms.chunks(3).map(|chunk| <[u64; 3]>::try_from(chunk).ok()).collect::<Option<Vec<_>>>()?;
        Some(Self {
            total: total.map(f64::from_bits),
            terms: terms.iter().map(|[sum, count, _]| [f64::from_bits(*sum), f64::from_bits(*count)]).collect(),
            left_out: terms.iter().map(|[.., left_out]| *left_out).collect(),
        })
    }

    /// Of a state of the format before: rows, labelled rows, and the sums of soft, hard and total.
    pub fn from_old_bits(bits: [u64; 5], has_soft: bool) -> Self {
        let [rows, labelled, soft, hard, total] = bits.map(f64::from_bits);
        let mut terms = vec![[soft, rows], [hard, labelled]];
        terms.drain(..usize::from(!has_soft));
        Self { left_out: vec![0; terms.len()], terms, total: [total, rows] }
    }

    pub(super) fn add(&mut self, objective: &Objective, terms: &MemberTerms, rows: Counted) {
        let declared = objective.method().terms;
        self.terms.resize(declared.len(), [0.0; 2]);
        self.left_out.resize(declared.len(), 0);
        for (i, (term, value)) in declared.iter().zip(&terms.values).enumerate() {
            let answered = terms.answered.filter(|_| term.of_teacher).map(|answered| answered as f64);
            let rows = match term.over {
                Over::Rows => answered.unwrap_or(rows.all),
                Over::Labelled => answered.map_or(rows.labelled, |answered| answered.min(rows.labelled)),
            };
            match value {
                Some(value) => {
                    self.terms[i][0] += value * rows;
                    self.terms[i][1] += rows;
                }
                None => self.left_out[i] += 1,
            }
        }
        self.total[0] += terms.total * rows.all;
        self.total[1] += rows.all;
    }

    /// Means by example, each over the examples that it is for; none of a term that was left out of all steps.
    pub fn mean(&self, objective: &Objective) -> LossTerms {
        let finite = |[sum, count]: [f64; 2]| Some(sum / count.max(1.0)).filter(|mean| mean.is_finite());
        let mean = |i: usize, sums: [f64; 2]| {
            if sums[1] == 0.0 && self.left_out[i] > 0 { None } else { finite(sums) }
        };
        let named = objective.method().terms.iter().zip(&self.terms).enumerate();
        LossTerms {
            terms: named.map(|(i, (term, sums))| (term.name.into(), mean(i, *sums))).collect(),
            total: finite(self.total),
        }
    }

    /// Steps of this epoch from which terms were left out, for those of which there are any.
    pub fn left_out(&self, objective: &Objective) -> Vec<(TermName, u64)> {
        let named = objective.method().terms.iter().zip(&self.left_out);
        named.filter(|(_, steps)| **steps > 0).map(|(term, steps)| (term.name.into(), *steps)).collect()
    }
}
