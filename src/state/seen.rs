//! What the lens makes of logits at a temperature: distributions and their numbers, of one row or as means over many.

use super::LensView;
use crate::distill::soften::{divergence, entropy, ranking, soften, top_class};
use crate::distill::{MeanSide, entropy_of, mean_over};

/// Teacher and student at a temperature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// What the teacher says.
    pub teacher: Option<SeenSide>,
    /// What the student says.
    pub student: Option<SeenSide>,
    /// KL(teacher ‖ student) in nats; over rows their mean.
    pub kl: Option<f64>,
}

/// One of the two.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeenSide {
    /// A probability for each class; over rows the mean of what softening made of each.
    pub probabilities: Vec<f32>,
    /// Those of each of several teachers, where one row is looked at.
    pub members: Vec<Vec<f32>>,
    /// In nats; over rows the mean of their entropies.
    pub entropy: f64,
    /// The largest probability; over rows the mean of theirs.
    pub top: f64,
}

impl SeenSide {
    /// The class with the largest probability.
    pub fn class(&self) -> usize {
        top_class(&self.probabilities)
    }

    fn of_row(probabilities: &[f64], members: Vec<Vec<f32>>, entropy: f64) -> Self {
        let top = probabilities.get(top_class(probabilities)).copied().unwrap_or(0.0);
        Self { probabilities: single(probabilities), members, entropy, top }
    }

    fn of_mean(it: MeanSide) -> Self {
        Self { probabilities: single(&it.probabilities), members: Vec::new(), entropy: it.entropy, top: it.top }
    }
}

fn single(p: &[f64]) -> Vec<f32> {
    p.iter().map(|p| *p as f32).collect()
}

impl LensView<'_> {
    /// What is seen at T.
    pub fn seen(&self, temperature: f64) -> Seen {
        if let Some(rows) = &self.over {
            let classes = self.probe.classes.len();
            let mean = mean_over(self.teacher.as_ref(), self.student.as_deref(), classes, rows, temperature);
            return Seen {
                teacher: mean.teacher.map(SeenSide::of_mean),
                student: mean.student.map(SeenSide::of_mean),
                kl: mean.kl,
            };
        }
        let teacher = self.teacher.as_ref().map(|heard| {
            let each = heard.each.iter().filter(|_| heard.each.len() > 1);
            let members = each.map(|logits| single(&soften(logits, temperature))).collect();
            let p = heard.soften(temperature);
            let entropy = if let [only] = heard.each[..] { entropy(only, temperature) } else { entropy_of(&p) };
            SeenSide::of_row(&p, members, entropy)
        });
        let student = self.student.as_deref();
        let kl = self.teacher.as_ref().zip(student);
        Seen {
            teacher,
            student: student.map(|z| SeenSide::of_row(&soften(z, temperature), Vec::new(), entropy(z, temperature))),
            kl: kl.map(|(heard, z)| divergence(&heard.logits(temperature), z, temperature)),
        }
    }

    /// The classes in the order of what they are at T = 1, the teacher's before the student's.
    pub fn by_teacher(&self, at_one: &Seen) -> Vec<usize> {
        let side = at_one.teacher.as_ref().or(at_one.student.as_ref());
        side.map(|side| ranking(&side.probabilities)).unwrap_or_default()
    }
}

impl Seen {
    /// The classes by how far apart both sides are, the farthest first; empty where one of them says nothing.
    pub fn by_difference(&self) -> Vec<usize> {
        let (Some(teacher), Some(student)) = (&self.teacher, &self.student) else { return Vec::new() };
        let apart = teacher.probabilities.iter().zip(&student.probabilities).map(|(p, q)| (p - q).abs());
        ranking(&apart.collect::<Vec<f32>>())
    }
}
