//! Patient distillation: beside soft targets, the student's layers learn to say what layers of the teacher say of a text (PKD, Sun et al.
//! 2019, arXiv 1908.09355).

use candle_core::{D, Result, Tensor};

use super::super::fields::{HARD_WEIGHT, OF_METHOD, SOFT_WEIGHT, TEMPERATURE, TEMPERATURE_SQUARED, WEIGHT};
use super::super::method::{
    Company, Compute, Inner, Layers, Method, Needs, NoPairs, Over, Pairs, Phase, Scale, Shapes, Sides, StudentKind,
    Term,
};
use super::super::values::Values;
use super::HARD;
use super::soft_targets::SOFT;
use crate::field::{Field, Kind, Span, Tries};

/// patience weight · patience, and soft targets.
pub const PKD: Method = Method {
    name: "pkd",
    label: "method-pkd",
    what: "method-pkd-what",
    helps: "method-pkd-helps",
    fields: &[TEMPERATURE, SOFT_WEIGHT, HARD_WEIGHT, PATIENCE_WEIGHT, PATIENCE_LAYERS, TEMPERATURE_SQUARED],
    terms: &[PATIENCE, SOFT, HARD],
    needs: Needs { teacher: true, labels: false, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: Some(Inner { pairs, is_alike: true, own: |_| Vec::new() }),
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.patience_weight`: the authors' β over the width, since they average over that too; their 100 is 0.13 at 768.
const PATIENCE_WEIGHT: Field = Field {
    path: "distill.patience_weight",
    label: "field-patience-weight",
    what: "field-patience-weight-hint",
    short: Some("field-patience-weight-short"),
    kind: Kind::Number(Span {
        shown: (0.01, 10.0),
        log: true,
        usual: 0.25,
        tries: Tries::These(&[0.013, 0.13, 0.65, 1.3]),
        ..WEIGHT
    }),
    is_column: true,
    search: "beta layer weight PKD 耐心 权重 naixin quanzhong",
    ..OF_METHOD
};

/// `distill.patience_layers`.
const PATIENCE_LAYERS: Field = Field {
    path: "distill.patience_layers",
    label: "field-patience-layers",
    what: "field-patience-layers-hint",
    kind: Kind::Choice(&[("skip", "value-patience-skip"), ("last", "value-patience-last")]),
    is_per_member: false,
    is_live: false,
    search: "skip last layer map PKD 层 对应 ceng duiying",
    ..OF_METHOD
};

/// Mean over pairs of layers and rows of ‖h/‖h‖ − g/‖g‖‖², h what the student's layer says of a row, g what the teacher's says.
const PATIENCE: Term = Term {
    name: "patience",
    label: "loss-patience",
    what: "term-patience-loss-what",
    weight: Some(PATIENCE_WEIGHT.path),
    scale: Scale::One,
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Layers(patience),
};

/// The last layer of the student, which the soft targets reach, looks at none. `skip`: of m layers of the teacher and n of the student,
/// layer i looks at ⌊i · m / n⌋, counted from 1; `last`: the student's look at those before the teacher's last.
fn pairs(values: Values<'_>, there: Sides<Shapes<'_>>) -> Pairs {
    let Sides { student, teacher } = there.counts();
    if student < 2 {
        return Err(NoPairs::Few { is_students: true, least: 2, there: student });
    }
    if teacher < student {
        return Err(NoPairs::Few { is_students: false, least: student, there: teacher });
    }
    let is_last = values.get(PATIENCE_LAYERS.path) == Some(1.0);
    let looks_at = |i: usize| if is_last { teacher - student + i } else { i * teacher / student };
    Ok((1..student).map(|i| Sides { student: i - 1, teacher: looks_at(i) - 1 }).collect())
}

fn patience(layers: &Layers<'_>) -> Result<Tensor> {
    let pair = |(h, g): (&Tensor, &Tensor)| {
        let (h, g) = (normalised(&h.flatten_from(2)?)?, normalised(&g.flatten_from(2)?)?);
        (h - g)?.sqr()?.sum(D::Minus1)?.mean(D::Minus1)
    };
    let each = layers.student.iter().zip(layers.teacher).map(pair).collect::<Result<Vec<_>>>()?;
    Tensor::stack(&each, 1)
}

/// Rows over their lengths; as in `torch.nn.functional.normalize`, one of length 0 stays.
pub(super) fn normalised(x: &Tensor) -> Result<Tensor> {
    let length = (x.sqr()?.sum_keepdim(D::Minus1)? + 1e-24)?.sqrt()?;
    x.broadcast_div(&length)
}
