//! The terms of a loss by name: averaged, and what each contributed to a step.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ids::RunId;

/// What a term is called: `soft`.
pub type TermName = Cow<'static, str>;

/// The terms of the loss, averaged over the examples that each is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LossTerms {
    /// Each term, unweighted, in the order of its method; `None` where it is not finite, or there was nothing for it.
    pub terms: Vec<(TermName, Option<f64>)>,
    /// The weighted total.
    pub total: Option<f64>,
}

impl LossTerms {
    /// The name of the weighted sum beside those of the terms.
    pub const TOTAL: &'static str = "total";

    /// A term, or the total, by its name.
    pub fn get(&self, name: &str) -> Option<f64> {
        if name == Self::TOTAL {
            return self.total;
        }
        self.terms.iter().find(|(known, _)| known == name).and_then(|(_, value)| *value)
    }
}

/// One object: `{"soft":…,"hard":…,"total":…}`.
impl Serialize for LossTerms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let terms = self.terms.iter().map(|(name, value)| (name.as_ref(), value));
        serializer.collect_map(terms.chain([(Self::TOTAL, &self.total)]))
    }
}

impl<'de> Deserialize<'de> for LossTerms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = LossTerms;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("terms by name")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LossTerms, A::Error> {
                let mut found = LossTerms::default();
                while let Some((name, value)) = map.next_entry::<String, Option<f64>>()? {
                    if name == LossTerms::TOTAL {
                        found.total = value;
                    } else {
                        found.terms.push((name.into(), value));
                    }
                }
                Ok(found)
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// What the terms contributed to one step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anatomy {
    /// The run.
    pub run: RunId,
    /// Which step, counted from 0.
    pub step: u64,
    /// In the order of its method.
    pub terms: Vec<TermPart>,
    /// The inner layers that it looks at, in the order of the student's; none where it looks at none.
    #[serde(default)]
    pub layers: Vec<LayerPair>,
    /// Whose layers stood where, where the teacher's stand in for its own.
    #[serde(default)]
    pub replacing: Option<Replacing>,
}

/// Layers of the teacher that stand in for a student's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replacing {
    /// How likely each of the student's is to stand at its place in the next step.
    pub rate: f64,
    /// For each of the student's layers whether the teacher's stood in for it in this step.
    pub kept: Vec<bool>,
    /// How many of the teacher's stand in for one.
    pub each: usize,
    /// Accuracy on the validation rows after the newest epoch: with layers thrown at the rate of that moment, and of the student's alone.
    pub accuracy: Option<(f64, f64)>,
}

/// An inner layer of the student that looks at one of the teacher.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerPair {
    /// The student's layer and how many it has, counted from 1.
    pub student: (usize, usize),
    /// The same of the teacher.
    pub teacher: (usize, usize),
    /// Numbers that the student's says of a row.
    pub width: usize,
    /// How far the two are apart, as the method's term has it; none where that is not descended.
    pub distance: Option<f64>,
}

/// What one term contributed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TermPart {
    /// The term.
    pub name: TermName,
    /// Unweighted; none where it was left out, as a term of another phase is.
    pub value: Option<f64>,
    /// Its weight in that step, a warm-up included.
    pub weight: f64,
    /// T, where the term is multiplied by its square as well.
    pub squared: Option<f64>,
    /// Norm of the weighted term's gradient by the logits, over the batch.
    pub norm: f64,
    /// Cosine of the angle between that gradient and the sum of all others; 0 where one of them is zero.
    pub cosine: f64,
}

impl TermPart {
    /// What it is multiplied by in the total.
    pub fn factor(&self) -> f64 {
        self.squared.map_or(self.weight, |t| self.weight * t * t)
    }
}

impl Anatomy {
    /// Each term's share of the gradient, its norm over the sum of all norms; none where there is no gradient.
    pub fn shares(&self) -> Option<Vec<f64>> {
        let sum: f64 = self.terms.iter().map(|term| term.norm).sum();
        (sum.is_finite() && sum > 0.0).then(|| self.terms.iter().map(|term| term.norm / sum).collect())
    }
}
