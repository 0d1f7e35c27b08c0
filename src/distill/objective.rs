//! What a student is asked to learn: a method and the values of its fields. A recipe has one; a member of a population has its
//! own, which live changes move.

use super::course::{Course, Ramp};
use super::fields::{HARD_WEIGHT, SOFT_WEIGHT, TEMPERATURE_SQUARED};
use super::method::{Company, Method, Over, Phase, Scale, Term, Trains};
use super::methods::{LABELLED, LABELS, METHODS};
use super::values::Values;
use crate::field::Field;
use crate::ops::MemberLoss;

/// A method with a value for each of its fields. A value that moves over the training is what it is after the share to which it was moved
/// last: at first, and in a recipe, what it is at the first step.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    method: &'static Method,
    /// In the order of the method's fields: numbers as they are, a switch as 0 or 1, a choice by the index of its word.
    values: Vec<f64>,
    /// How each of them moves, where it does.
    ramps: Vec<Option<Ramp>>,
}

impl Objective {
    /// The usual values of a method in a training of so many epochs.
    pub fn new(method: &'static Method, epochs: usize) -> Self {
        let values = method.fields.iter().map(|field| field.usual(epochs)).collect();
        Self { method, values, ramps: vec![None; method.fields.len()] }
    }

    /// What is learnt without a teacher: loss = 1 · hard.
    pub fn labels() -> Self {
        Self::new(&LABELS, 0)
    }

    /// The same on batches of these rows.
    pub fn labels_of(rows: Over) -> Self {
        match rows {
            Over::Rows => Self::labels(),
            Over::Labelled => Self::new(&LABELLED, 0),
        }
    }

    /// The method.
    pub fn method(&self) -> &'static Method {
        self.method
    }

    /// The present value of the field at a path; none where the method has no such field.
    pub fn get(&self, path: &str) -> Option<f64> {
        self.values().get(path)
    }

    /// What the field at a path holds over the training; none where the method has no such field.
    pub fn course(&self, path: &str) -> Option<Course> {
        self.method.field(path).map(|(at, _)| self.held(at))
    }

    fn held(&self, at: usize) -> Course {
        self.ramps[at].map_or(Course::Fixed(self.values[at]), Course::Moving)
    }

    /// How the field at a path moves; none where it does not.
    pub fn ramp(&self, path: &str) -> Option<Ramp> {
        self.method.field(path).and_then(|(at, _)| self.ramps[at])
    }

    /// Sets the field at a path, where the method has one; it moves no longer.
    pub fn set(&mut self, path: &str, value: f64) {
        self.put(path, Course::Fixed(value));
    }

    /// The same, or lets it move, which begins at its first value.
    pub fn put(&mut self, path: &str, course: Course) {
        if let Some((at, _)) = self.method.field(path) {
            self.values[at] = course.at(0.0);
            self.ramps[at] = match course {
                Course::Fixed(_) => None,
                Course::Moving(ramp) => Some(ramp),
            };
        }
    }

    /// Moves the values that move to where they are after a share of the training.
    pub fn move_to(&mut self, share: f64) {
        for (value, ramp) in self.values.iter_mut().zip(&self.ramps) {
            if let Some(ramp) = ramp {
                *value = ramp.at(share);
            }
        }
    }

    /// The same after a share of the training.
    #[must_use]
    pub fn moved_to(&self, share: f64) -> Self {
        let mut moved = self.clone();
        moved.move_to(share);
        moved
    }

    /// Goes on with values that were kept, in the order of the fields; a field moves on only where `moves` has its index. False where
    /// there are other fields.
    pub fn go_on(&mut self, values: &[f64], moves: &[usize]) -> bool {
        if values.len() != self.values.len() {
            return false;
        }
        self.values.copy_from_slice(values);
        for (at, ramp) in self.ramps.iter_mut().enumerate() {
            *ramp = ramp.filter(|_| moves.contains(&at));
        }
        true
    }

    /// The indices of the fields that move.
    pub fn moving(&self) -> impl Iterator<Item = usize> + '_ {
        self.ramps.iter().enumerate().filter_map(|(at, ramp)| ramp.map(|_| at))
    }

    /// The same with another value of a field that the method has.
    #[must_use]
    pub fn with(mut self, path: &str, value: f64) -> Self {
        self.set(path, value);
        self
    }

    /// The fields with what each holds over the training.
    pub fn fields(&self) -> impl Iterator<Item = (&'static Field, Course)> + '_ {
        self.method.fields.iter().enumerate().map(|(at, field)| (field, self.held(at)))
    }

    /// The values of its fields, as its method sees them.
    pub fn values(&self) -> Values<'_> {
        Values { fields: self.method.fields, values: &self.values }
    }

    /// T; none where the method has none.
    pub fn temperature(&self) -> Option<f64> {
        self.values().temperature()
    }

    /// The weight of a term after so many epochs.
    pub fn weight(&self, term: &Term, epochs: f64) -> f64 {
        let weight = term.weight.map_or(1.0, |path| self.get(path).unwrap_or(0.0));
        match term.warm_up.and_then(|path| self.get(path)) {
            Some(warm_up) if epochs < warm_up => weight * (epochs / warm_up),
            _ => weight,
        }
    }

    /// Whether a term counts at any step.
    pub fn ever_weighs(&self, term: &Term) -> bool {
        let course = term.weight.and_then(|path| self.course(path));
        course.is_none_or(|course| course.ends().iter().any(|end| *end != 0.0))
    }

    /// What a term is multiplied by in the total after so many epochs: its weight, and T² where it carries that.
    pub fn factor(&self, term: &Term, epochs: f64) -> f64 {
        let weight = self.weight(term, epochs);
        self.scale(term).map_or(weight, |t| weight * t * t)
    }

    /// T, where a term carries its square.
    pub fn scale(&self, term: &Term) -> Option<f64> {
        let carries = match term.scale {
            Scale::One => false,
            Scale::Squared => true,
            Scale::SquaredIf(path) => self.get(path) == Some(1.0),
        };
        self.temperature().filter(|_| carries)
    }

    /// The total of given terms, in the method's order, after so many epochs; one that was left out adds nothing.
    pub fn total(&self, terms: &[Option<f64>], epochs: f64) -> f64 {
        // A term of weight 0 must not spoil the total by 0 · ∞.
        let part = |(term, value): (&Term, &Option<f64>)| {
            let factor = self.factor(term, epochs);
            value.filter(|_| factor != 0.0).map_or(0.0, |value| factor * value)
        };
        self.method.terms.iter().zip(terms).map(part).sum()
    }

    /// What [`Kernel::SoftTargets`](super::method::Kernel::SoftTargets) takes, but for the index of its targets.
    pub(super) fn as_soft_targets(&self, labels: usize) -> MemberLoss {
        MemberLoss {
            temperature: self.temperature(),
            soft_weight: self.get(SOFT_WEIGHT.path).unwrap_or(0.0),
            hard_weight: self.get(HARD_WEIGHT.path).unwrap_or(1.0),
            temperature_squared: self.get(TEMPERATURE_SQUARED.path) == Some(1.0),
            target: 0,
            labels,
        }
    }

    /// How many learn together in every step, the student among them; 1 alone.
    pub fn peers(&self) -> usize {
        let Company::Peers(path) = self.method.company else { return 1 };
        self.get(path).map_or(1, |peers| peers as usize)
    }

    /// How many learn one after the other, the student last; `None` where nobody learns from a generation before.
    pub fn generations(&self) -> Option<usize> {
        let Company::Generations(path) = self.method.company else { return None };
        self.get(path).map(|generations| generations as usize)
    }

    /// How many are trained for a student's result, it among them: its peers, or the generations before it.
    pub fn taught(&self) -> usize {
        self.peers() + self.generations().map_or(0, |generations| generations.max(1) - 1)
    }

    /// How many trainings of the student's kind its result takes: its own, those of its peers, of the generations before it, and the plain
    /// baseline's where that is the first of those.
    pub fn trainings(&self) -> usize {
        self.peers() + self.generations().unwrap_or(0)
    }

    /// Whether one of its terms does without its T², which it might have.
    pub fn is_unscaled(&self) -> bool {
        let unscaled = |term: &Term| matches!(term.scale, Scale::SquaredIf(path) if self.get(path) == Some(0.0));
        self.method.terms.iter().any(unscaled)
    }

    /// The same with nobody beside the student.
    #[must_use]
    pub fn alone(mut self) -> Self {
        match self.method.company {
            Company::None => {}
            Company::Peers(path) => self.set(path, 1.0),
            Company::Generations(path) => self.set(path, 0.0),
        }
        self
    }

    /// Whether whoever learns by it trains in a population of such members alone: its method looks at inner layers, or has phases.
    pub fn is_apart(&self, epochs: usize) -> bool {
        let trains_all = |phase: &Phase| phase.trains == Trains::All;
        let phases = (self.method.phases)(self.values(), epochs);
        self.method.inner.is_some() || phases.len() > 1 || !phases.iter().all(trains_all)
    }

    /// The same values, as they move, where another method has the same fields, its own usual ones elsewhere. What was left as it usually is
    /// takes the new method's way.
    #[must_use]
    pub fn in_method(&self, method: &'static Method, epochs: usize) -> Self {
        let mut other = Self::new(method, epochs);
        for (field, course) in self.fields() {
            if course != Course::Fixed(field.usual(epochs)) {
                other.put(field.path, course);
            }
        }
        other
    }
}

/// The term of a name, whichever method has it.
pub fn term(name: &str) -> Option<&'static Term> {
    METHODS.iter().chain([&&LABELS]).find_map(|method| method.term(name)).map(|(_, term)| term)
}

/// The method of a name.
pub fn method(name: &str) -> Option<&'static Method> {
    METHODS.iter().copied().find(|method| method.name == name)
}
