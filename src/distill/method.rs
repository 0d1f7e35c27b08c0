//! A distillation method as plain data: its fields, what it needs, and its named terms with the functions that compute them.
//! The engine weights and sums the terms; it knows no method by name.

use std::fmt;

use candle_core::{Result, Tensor};

use super::values::Values;
use crate::field::Field;

/// How students learn.
pub struct Method {
    /// What a recipe calls it: `soft-targets`.
    pub name: &'static str,
    /// The key of its name in the window.
    pub label: &'static str,
    /// The key of what it does, with its source, in two sentences at most.
    pub what: &'static str,
    /// The key of when it is said to help, and by whom, in two sentences at most.
    pub helps: &'static str,
    /// Its fields, in the order in which they are shown; where a recipe says nothing each has its usual value.
    pub fields: &'static [Field],
    /// What is descended, in the order in which it is told.
    pub terms: &'static [Term],
    /// What a recipe must have for it.
    pub needs: Needs,
    /// The rows that the batches of its students are made of. Those with a label alone are for a method whose terms all need one; a student
    /// without a teacher that stands beside it has the same batches.
    pub rows: Over,
    /// A kernel that does what its terms do, faster; they stay the reference.
    pub kernel: Option<Kernel>,
    /// What it does with inner layers, where it looks at them.
    pub inner: Option<Inner>,
    /// The phases of a training of so many epochs, which they share out.
    pub phases: fn(Values<'_>, usize) -> Vec<Phase>,
    /// Where the teacher's layers stand in for the student's at first: how likely each of the student's is to stand at its place, after a
    /// share of that phase.
    pub replaces: Option<fn(Values<'_>, f64) -> f64>,
    /// Who is trained beside a student for its sake alone.
    pub company: Company,
}

/// Who is trained beside a student for its sake alone: models of its own kind, on its batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    /// Nobody.
    None,
    /// Peers, which learn from each other in every step. The field at this path says how many they are, the student among them.
    Peers(&'static str),
    /// Generations, each of which learns from the one before: the first from the plain baseline, and the last is the student. The field
    /// at this path says how many they are.
    Generations(&'static str),
}

/// What a method does with inner layers of the student and of the teacher.
#[derive(Clone, Copy, Debug)]
pub struct Inner {
    /// Which layers of the student look at which of the teacher, by their indices, where these are there.
    pub pairs: fn(Values<'_>, Sides<Shapes<'_>>) -> Pairs,
    /// Whether the two layers of a pair must say as much of a row.
    pub is_alike: bool,
    /// Trained tensors of the method itself, for layers of these shapes of one row.
    pub own: fn(Sides<&[usize]>) -> Vec<OwnTensor>,
}

/// The pairs of layers, by their indices, or why there are none.
pub type Pairs = std::result::Result<Vec<Sides<usize>>, NoPairs>;

/// The shape of what each inner layer says of one row, from the input to the logits.
pub type Shapes<'a> = &'a [&'a [usize]];

/// One of the student's and one of the teacher's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides<T> {
    /// The student's.
    pub student: T,
    /// The teacher's.
    pub teacher: T,
}

impl Sides<Shapes<'_>> {
    /// How many layers each has.
    pub fn counts(&self) -> Sides<usize> {
        Sides { student: self.student.len(), teacher: self.teacher.len() }
    }
}

/// Why there are no layers for a method to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPairs {
    /// A layer that is asked for is not there.
    NoLayer {
        /// The path of the field.
        field: &'static str,
        /// Whether it is the student's, or else the teacher's.
        is_students: bool,
        /// The layer that it asks for, counted from 1; 0 for the middle of none.
        asked: usize,
        /// How many there are.
        there: usize,
    },
    /// One of the two has too few for all pairs.
    Few {
        /// Whether the student has, or else the teacher.
        is_students: bool,
        /// How many it needs at least.
        least: usize,
        /// How many there are.
        there: usize,
    },
    /// None of them is a convolution whose maps have more than one place.
    NoMaps {
        /// Whether it is the student's, or else the teacher's.
        is_students: bool,
        /// How many layers there are.
        there: usize,
    },
    /// The layers of a pair say different amounts of a row.
    Unlike(Sides<usize>),
}

/// A trained tensor of a method: it is updated with the student's, kept in resume states, and not saved with a student.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnTensor {
    /// Names the stream of its initial values.
    pub name: &'static str,
    /// Shape of one member's.
    pub shape: Vec<usize>,
    /// Numbers that enter one unit; sets the range of the initial values, ±1/√fan-in.
    pub fan_in: usize,
    /// Whether weight decay applies.
    pub decays: bool,
}

/// A part of a training: what is descended in it, and what moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// What files call it: `hints`.
    pub name: &'static str,
    /// How long it takes.
    pub epochs: usize,
    /// The terms that are descended, by name; all of the method's where none are named.
    pub terms: Option<&'static [&'static str]>,
    /// What is trained.
    pub trains: Trains,
    /// Whether optimiser and schedule go on from the phase before, as in one training.
    pub goes_on: bool,
}

/// What is trained in a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trains {
    /// The student and the method's own tensors.
    All,
    /// The student up to the layer that the method looks at, and the method's own tensors.
    UpToLayer,
    /// The student's layers between embeddings and last layer, some of which the teacher's stand in for in each step.
    Mixed,
    /// The same, all at their own places.
    Layers,
    /// The branches that answer early; all else is as in evaluation.
    Exits,
}

impl Phase {
    /// The whole training in one phase.
    pub fn whole(_: Values<'_>, epochs: usize) -> Vec<Self> {
        vec![Self { name: "training", epochs, terms: None, trains: Trains::All, goes_on: false }]
    }

    /// Whether a term is descended in it.
    pub fn descends(&self, term: &Term) -> bool {
        self.terms.is_none_or(|terms| terms.contains(&term.name))
    }
}

/// Methods that have a kernel of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Soft and hard term in one pass, or the hard one alone.
    SoftTargets,
}

/// What a method cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// A teacher that gives logits. A method that needs none takes one for comparison.
    pub teacher: bool,
    /// Labels of the rows that it learns from.
    pub labels: bool,
    /// The fewest classes that give it something to learn.
    pub classes: usize,
    /// What the student must be.
    pub student: StudentKind,
}

/// What a student must be for a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudentKind {
    /// Any that answers once.
    Any,
    /// The teacher's first layers, which divide those of the teacher.
    OfTeacher,
    /// The teacher's with branches that answer early.
    Exits,
}

/// A part of the loss.
#[derive(Debug)]
pub struct Term {
    /// What files and curves call it: `soft`.
    pub name: &'static str,
    /// The key of its name in the window.
    pub label: &'static str,
    /// The key of what it is, in two sentences at most.
    pub what: &'static str,
    /// The path of the field that weighs it; none for a term that is counted once.
    pub weight: Option<&'static str>,
    /// What it is multiplied by beside its weight.
    pub scale: Scale,
    /// The path of the field that says over how many epochs its weight rises from 0.
    pub warm_up: Option<&'static str>,
    /// Which rows of a batch it is a mean over.
    pub over: Over,
    /// The fewest of these that it takes; on a batch with fewer it is left out, and that is counted.
    pub least: usize,
    /// Whether what it learns from is the teacher's, a virtual one's too, not the labels' alone.
    pub of_teacher: bool,
    /// The term, unweighted, and its gradient.
    pub compute: Compute,
}

/// Where a term is computed.
#[derive(Clone, Copy)]
pub enum Compute {
    /// From logits, in plain numbers, with its gradient.
    Logits(OnLogits),
    /// From inner layers, in tensors that autograd differentiates.
    Layers(OnLayers),
}

impl fmt::Debug for Compute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Logits(_)) { "logits" } else { "layers" })
    }
}

/// Returns a term of each member and pair of layers, `[K, pairs]`, each a mean over rows; the term itself is their mean.
pub type OnLayers = fn(layers: &Layers<'_>) -> Result<Tensor>;

/// What inner layers say of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// The student's layer of each pair, `[K, batch, …]`; of a student with exits what each says but for the last.
    pub student: &'a [Tensor],
    /// The teacher's layer of each pair for each member's batch, `[K, batch, …]`; none where exits are looked at.
    pub teacher: &'a [Tensor],
    /// The method's own tensors, `[K, …]` each.
    pub own: &'a [Tensor],
    /// The student's logits, `[K, batch, classes]`.
    pub logits: &'a Tensor,
}

/// What a term is multiplied by beside its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Nothing.
    One,
    /// T².
    Squared,
    /// T², where the field at this path is on.
    SquaredIf(&'static str),
}

/// Rows of a batch that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// All.
    Rows,
    /// Those with a label.
    Labelled,
}

/// Returns the mean of a term over the rows that count. With room for it, `gradient` (`[rows, classes]`, zeros before) gets its
/// derivative by the student's logits.
pub type OnLogits = fn(rows: &Rows<'_>, gradient: Option<&mut [f64]>) -> f64;

/// What one member and its teacher say of some rows.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The student's logits, `[rows, classes]`.
    pub logits: &'a [f32],
    /// The teacher's, `[rows, classes]`, such that their softmax at the objective's T is the soft target (at T = 1 where it has no
    /// T); empty without a teacher. Peers are heard each for itself: `[peers, rows, classes]`.
    pub teacher: &'a [f32],
    /// The class of each row; `None` where it is not known.
    pub labels: &'a [Option<u32>],
    /// Classes.
    pub classes: usize,
    /// The values of the method's fields.
    pub values: Values<'a>,
}

impl Rows<'_> {
    /// The student's and the teacher's logits of each row with its label.
    pub fn each(&self) -> impl Iterator<Item = (&[f32], &[f32], Option<u32>)> {
        let teacher = self.teacher.chunks_exact(self.classes).map(Some).chain(std::iter::repeat(None));
        let logits = self.logits.chunks_exact(self.classes);
        logits.zip(teacher).zip(self.labels).map(|((z, v), label)| (z, v.unwrap_or_default(), *label))
    }

    /// The rows of which the teacher says something, where that is not all of them: one without a target has numbers that are none.
    pub fn answered(&self) -> Option<Vec<usize>> {
        if self.teacher.len() != self.logits.len() || self.classes == 0 {
            return None;
        }
        let said = |row: &usize| !self.teacher[row * self.classes].is_nan();
        let rows = self.labels.len();
        let answered: Vec<usize> = (0..rows).filter(said).collect();
        (answered.len() < rows).then_some(answered)
    }

    /// How many rows a term is a mean over.
    pub fn count(&self, over: Over) -> usize {
        match over {
            Over::Rows => self.labels.len(),
            Over::Labelled => self.labels.iter().flatten().count(),
        }
    }
}

impl Term {
    /// Whether it is computed from logits, not from inner layers.
    pub fn is_of_logits(&self) -> bool {
        matches!(self.compute, Compute::Logits(_))
    }

    /// The term on some rows, unweighted; `None` where they are too few for it, or it looks at inner layers. See [`OnLogits`] for
    /// the gradient.
    pub fn of(&self, rows: &Rows<'_>, gradient: Option<&mut [f64]>) -> Option<f64> {
        let Compute::Logits(compute) = self.compute else { return None };
        (rows.count(self.over) >= self.least).then(|| compute(rows, gradient))
    }
}

/// A term over those rows of which the teacher says something; `None` without any.
fn of_answered(term: &Term, rows: &Rows<'_>, answered: &[usize], gradient: Option<&mut [f64]>) -> Option<f64> {
    if answered.is_empty() {
        return None;
    }
    let classes = rows.classes;
    let of = |values: &[f32]| -> Vec<f32> {
        answered.iter().flat_map(|row| &values[row * classes..][..classes]).copied().collect()
    };
    let (logits, teacher) = (of(rows.logits), of(rows.teacher));
    let labels: Vec<Option<u32>> = answered.iter().map(|row| rows.labels[*row]).collect();
    let some = Rows { logits: &logits, teacher: &teacher, labels: &labels, ..*rows };
    let Some(gradient) = gradient else { return term.of(&some, None) };
    let mut slopes = vec![0.0; logits.len()];
    let value = term.of(&some, Some(&mut slopes));
    for (row, slopes) in answered.iter().zip(slopes.chunks_exact(classes)) {
        for (all, slope) in gradient[row * classes..][..classes].iter_mut().zip(slopes) {
            *all += slope;
        }
    }
    value
}

impl PartialEq for Method {
    /// A method is what it is called.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Method {}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Method {
    /// Whether whoever learns by it hears somebody: a teacher, or those who are trained beside it.
    pub fn hears(&self) -> bool {
        self.needs.teacher || self.company != Company::None
    }

    /// One of its terms on some rows, as [`Term::of`] has it; `None` too for want of a peer that is still sound.
    pub fn term_of(&self, term: &Term, rows: &Rows<'_>, gradient: Option<&mut [f64]>) -> Option<f64> {
        let misses_peers = matches!(self.company, Company::Peers(_)) && term.of_teacher && rows.teacher.is_empty();
        if misses_peers {
            return None;
        }
        match rows.answered().filter(|_| term.of_teacher) {
            None => term.of(rows, gradient),
            Some(answered) => of_answered(term, rows, &answered, gradient),
        }
    }

    /// How many rows [`term_of`](Self::term_of) is a mean over.
    pub fn count_of(&self, term: &Term, rows: &Rows<'_>) -> usize {
        let counts = |row: &&usize| term.over == Over::Rows || rows.labels[**row].is_some();
        match rows.answered().filter(|_| term.of_teacher) {
            None => rows.count(term.over),
            Some(answered) => answered.iter().filter(counts).count(),
        }
    }

    /// Its field at a path, and the index of that field among them.
    pub fn field(&'static self, path: &str) -> Option<(usize, &'static Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.path == path)
    }

    /// Its term of a name, and the index of that term among them.
    pub fn term(&'static self, name: &str) -> Option<(usize, &'static Term)> {
        self.terms.iter().enumerate().find(|(_, term)| term.name == name)
    }
}
