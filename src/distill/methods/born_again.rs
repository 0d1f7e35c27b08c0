//! Born-again networks: each generation learns from the one before, which is of the same shape (Furlanello et al. 2018, arXiv
//! 1805.04770). No other teacher is needed.

use std::ops::Bound;

use super::super::fields::{HARD_WEIGHT, OF_COMPANY, SOFT_WEIGHT, TEMPERATURE, TEMPERATURE_SQUARED};
use super::super::method::{Company, Kernel, Method, Needs, Over, Phase, StudentKind};
use super::HARD;
use super::soft_targets::SOFT;
use crate::field::{COUNT, Field, Kind, Span, Tries};

/// Soft targets, from the generation before: soft weight · T² · KL(p ‖ q) + hard weight · hard. Generation 0 is the plain baseline; each
/// next one begins with new weights, and the last is the student.
pub const BORN_AGAIN: Method = Method {
    name: "born-again",
    label: "method-born-again",
    what: "method-born-again-what",
    helps: "method-born-again-helps",
    fields: &[
        GENERATIONS,
        TEMPERATURE.usually(1.0),
        SOFT_WEIGHT.usually(1.0),
        HARD_WEIGHT.usually(1.0),
        TEMPERATURE_SQUARED,
    ],
    terms: &[SOFT, HARD],
    needs: Needs { teacher: false, labels: true, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: Some(Kernel::SoftTargets),
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::Generations(GENERATIONS.path),
};

/// `distill.generations`.
const GENERATIONS: Field = Field {
    path: "distill.generations",
    label: "field-generations",
    what: "field-generations-hint",
    short: Some("field-generations-short"),
    kind: Kind::Whole(Span {
        // None is no student: so the baseline is told that trains once for as long as all of them.
        allowed: (Bound::Included(0.0), Bound::Included(8.0)),
        shown: (1.0, 8.0),
        usual: 2.0,
        tries: Tries::These(&[1.0, 2.0, 3.0]),
        ..COUNT
    }),
    allowed: Some("allowed-generations"),
    is_column: true,
    search: "ban self-distillation again 再生 代 zaisheng dai",
    ..OF_COMPANY
};
