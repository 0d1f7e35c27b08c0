//! Module replacement: layers of the student take over from those of the teacher, more and more often, and learn from labels alone
//! (`BERT-of-Theseus`, Xu et al. 2020, arXiv 2002.02925).

use std::ops::Bound;

use super::super::fields::OF_METHOD;
use super::super::method::{Company, Method, Needs, Over, Phase, StudentKind, Term, Trains};
use super::super::values::Values;
use super::HARD;
use crate::distill::method::Kernel;
use crate::field::{Field, Kind, SHARE, Span, Tries, Unit};

/// Loss = 1 · hard, of a network in which each layer of the student stands at its place with a probability, and as many of the teacher's as
/// it replaces otherwise: one coin a layer, step and member. Embeddings and last layer are the teacher's and stay. A row without a label
/// would count nothing: an epoch is over the others.
pub const THESEUS: Method = Method {
    name: "theseus",
    label: "method-theseus",
    what: "method-theseus-what",
    helps: "method-theseus-helps",
    fields: &[REPLACE_RATE, REPLACE_SCHEDULE, REPLACE_EPOCHS],
    terms: &[Term { weight: None, ..HARD }],
    needs: Needs { teacher: true, labels: true, classes: 2, student: StudentKind::OfTeacher },
    rows: Over::Labelled,
    kernel: Some(Kernel::SoftTargets),
    inner: None,
    phases,
    replaces: Some(rate),
    company: Company::None,
};

/// `distill.replace_rate`.
const REPLACE_RATE: Field = Field {
    path: "distill.replace_rate",
    label: "field-replace-rate",
    what: "field-replace-rate-hint",
    short: Some("field-replace-rate-short"),
    kind: Kind::Number(Span { usual: 0.3, unit: None, tries: Tries::These(&[0.1, 0.3, 0.5, 0.7]), ..SHARE }),
    is_column: true,
    search: "replacing rate coin probability theseus 替换率 tihuanlv",
    ..OF_METHOD
};

/// `distill.replace_schedule`.
const REPLACE_SCHEDULE: Field = Field {
    path: "distill.replace_schedule",
    label: "field-replace-schedule",
    what: "field-replace-schedule-hint",
    kind: Kind::Choice(&[("linear", "schedule-linear"), ("constant", "schedule-constant")]),
    is_per_member: false,
    is_live: false,
    search: "curriculum replacing scheduler theseus 替换 tihuan",
    ..OF_METHOD
};

/// `distill.replace_epochs`.
const REPLACE_EPOCHS: Field = Field {
    path: "distill.replace_epochs",
    label: "field-replace-epochs",
    what: "field-replace-epochs-hint",
    short: Some("field-replace-epochs-short"),
    kind: Kind::Number(Span {
        allowed: (Bound::Included(0.0), Bound::Unbounded),
        shown: (0.0, 30.0),
        step: 1.0,
        usual: 0.5,
        of_epochs: true,
        unit: Some(Unit::Epochs),
        ..Span::ANY
    }),
    is_per_member: false,
    is_live: false,
    search: "phase stage replacing theseus 替换 阶段 tihuan jieduan",
    ..OF_METHOD
};

/// The mixture first, at least one epoch; then the student's layers alone, in the same training.
fn phases(values: Values<'_>, epochs: usize) -> Vec<Phase> {
    let asked = values.get(REPLACE_EPOCHS.path).unwrap_or_default().round() as usize;
    let first = asked.clamp(1, epochs.max(1));
    let phase = |name, epochs, trains, goes_on| Phase { name, epochs, terms: None, trains, goes_on };
    let mut phases = vec![phase("replacing", first, Trains::Mixed, false)];
    if first < epochs {
        phases.push(phase("successor", epochs - first, Trains::Layers, true));
    }
    phases
}

/// Constant, or in a line up to 1 at the end of the phase.
fn rate(values: Values<'_>, share: f64) -> f64 {
    let from = values.get(REPLACE_RATE.path).unwrap_or(1.0);
    let is_constant = values.get(REPLACE_SCHEDULE.path) == Some(1.0);
    if is_constant { from } else { (from + (1.0 - from) * share).clamp(0.0, 1.0) }
}
