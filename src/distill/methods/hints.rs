//! Hints: an inner layer of the student learns to say what one of the teacher's says, through a regressor of its own, before or beside
//! soft targets (`FitNets`, Romero et al. 2015, arXiv 1412.6550; weight and mean of squares as in `mdistiller`).

use std::ops::Bound;

use candle_core::{D, Result, Tensor};

use super::super::fields::{HARD_WEIGHT, OF_METHOD, SOFT_WEIGHT, TEMPERATURE, TEMPERATURE_SQUARED, WEIGHT};
use super::super::method::{
    Company, Compute, Inner, Layers, Method, Needs, NoPairs, Over, OwnTensor, Pairs, Phase, Scale, Shapes, Sides,
    StudentKind, Term, Trains,
};
use super::super::values::Values;
use super::HARD;
use super::soft_targets::SOFT;
use crate::field::{COUNT, Field, Kind, Span, Tries, Unit};

/// hint weight · hint, and soft targets: all at once, or hints for the first epochs and soft targets after them.
pub const HINTS: Method = Method {
    name: "hints",
    label: "method-hints",
    what: "method-hints-what",
    helps: "method-hints-helps",
    fields: &[
        TEMPERATURE,
        SOFT_WEIGHT,
        HARD_WEIGHT,
        HINT_WEIGHT,
        HINT_EPOCHS,
        STUDENT_LAYER,
        TEACHER_LAYER,
        TEMPERATURE_SQUARED,
    ],
    terms: &[HINT, SOFT, HARD],
    needs: Needs { teacher: true, labels: false, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: Some(Inner { pairs: pair, is_alike: false, own: regressor }),
    phases,
    replaces: None,
    company: Company::None,
};

/// `distill.hint_weight`.
const HINT_WEIGHT: Field = Field {
    path: "distill.hint_weight",
    label: "field-hint-weight",
    what: "field-hint-weight-hint",
    short: Some("field-hint-weight-short"),
    kind: Kind::Number(Span {
        shown: (0.1, 1000.0),
        log: true,
        usual: 100.0,
        tries: Tries::These(&[1.0, 10.0, 100.0, 1000.0]),
        ..WEIGHT
    }),
    is_column: true,
    search: "feature beta layer weight 提示 权重 tishi quanzhong",
    ..OF_METHOD
};

/// `distill.hint_epochs`.
const HINT_EPOCHS: Field = Field {
    path: "distill.hint_epochs",
    label: "field-hint-epochs",
    what: "field-hint-epochs-hint",
    short: Some("field-hint-epochs-short"),
    kind: Kind::Number(Span {
        allowed: (Bound::Included(0.0), Bound::Unbounded),
        shown: (0.0, 30.0),
        step: 1.0,
        usual: 0.25,
        of_epochs: true,
        unit: Some(Unit::Epochs),
        ..Span::ANY
    }),
    search: "phase stage pretraining 提示 阶段 tishi jieduan",
    ..OF_WHOLE
};

/// `distill.student_layer`.
const STUDENT_LAYER: Field = Field {
    path: "distill.student_layer",
    label: "field-student-layer",
    what: "field-student-layer-hint",
    kind: Kind::Whole(Span { shown: (0.0, 16.0), ..COUNT }),
    search: "guided layer 学生 层 xuesheng ceng",
    ..OF_WHOLE
};

/// `distill.teacher_layer`.
const TEACHER_LAYER: Field = Field {
    path: "distill.teacher_layer",
    label: "field-teacher-layer",
    what: "field-teacher-layer-hint",
    search: "hint layer 教师 层 jiaoshi ceng",
    ..STUDENT_LAYER
};

/// A field that all members of a population share.
const OF_WHOLE: Field = Field { is_per_member: false, is_live: false, ..OF_METHOD };

/// Mean over rows and units of (R(h) − g)², h the student's layer, g the teacher's, R the regressor.
const HINT: Term = Term {
    name: "hint",
    label: "loss-hint",
    what: "term-hint-loss-what",
    weight: Some(HINT_WEIGHT.path),
    scale: Scale::One,
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Layers(hint),
};

/// The two layers that the fields name, counted from 1; 0 is the middle one.
fn pair(values: Values<'_>, there: Sides<Shapes<'_>>) -> Pairs {
    let there = there.counts();
    let layer = |field: &'static str, is_students, there: usize| {
        let asked = values.get(field).unwrap_or_default() as usize;
        let at = if asked == 0 { there / 2 } else { asked - 1 };
        if at < there { Ok(at) } else { Err(NoPairs::NoLayer { field, is_students, asked, there }) }
    };
    let student = layer(STUDENT_LAYER.path, true, there.student)?;
    Ok(vec![Sides { student, teacher: layer(TEACHER_LAYER.path, false, there.teacher)? }])
}

/// R(h) = W h + b. Between maps of one size it works on the channels at each position; maps of other sizes, or beside a dense layer, are
/// taken by their channels' means.
fn regressor(shapes: Sides<&[usize]>) -> Vec<OwnTensor> {
    let units = |shape: &[usize]| shape.first().copied().unwrap_or(1);
    let (from, to) = (units(shapes.student), units(shapes.teacher));
    vec![
        OwnTensor { name: "weight", shape: vec![to, from], fan_in: from, decays: true },
        OwnTensor { name: "bias", shape: vec![to], fan_in: from, decays: false },
    ]
}

fn hint(layers: &Layers<'_>) -> Result<Tensor> {
    let ([weight, bias], [student], [teacher]) = (layers.own, layers.student, layers.teacher) else {
        candle_core::bail!("hints have a weight, a bias and a layer of each")
    };
    // Equal maps keep their positions.
    let keeps = student.dims().get(3..) == teacher.dims().get(3..);
    let (h, g) = (by_channels(student, keeps)?, by_channels(teacher, keeps)?);
    let said = h.matmul(&weight.transpose(1, 2)?.contiguous()?)?.broadcast_add(&bias.unsqueeze(1)?)?;
    (said - g)?.sqr()?.mean(D::Minus1)?.mean(D::Minus1)?.unsqueeze(1)
}

/// `[K, batch, units]` as it is; `[K, batch, channels, height, width]` as `[K, batch · height · width, channels]`, or by the means of
/// the channels as `[K, batch, channels]`.
fn by_channels(layer: &Tensor, keeps: bool) -> Result<Tensor> {
    match *layer.dims() {
        [members, batch, channels, height, width] if keeps => {
            layer.permute((0, 1, 3, 4, 2))?.contiguous()?.reshape((members, batch * height * width, channels))
        }
        [members, batch, channels, height, width] => {
            layer.contiguous()?.reshape((members, batch, channels, height * width))?.mean(D::Minus1)
        }
        _ => layer.contiguous(),
    }
}

/// Hints first where they have epochs of their own, at least one and all but one at most.
fn phases(values: Values<'_>, epochs: usize) -> Vec<Phase> {
    let asked = values.get(HINT_EPOCHS.path).unwrap_or_default();
    if asked <= 0.0 || epochs < 2 {
        return Phase::whole(values, epochs);
    }
    let first = (asked.round() as usize).clamp(1, epochs - 1);
    vec![
        Phase { name: "hints", epochs: first, terms: Some(&[HINT.name]), trains: Trains::UpToLayer, goes_on: false },
        Phase {
            name: "training",
            epochs: epochs - first,
            terms: Some(&[SOFT.name, HARD.name]),
            trains: Trains::All,
            goes_on: false,
        },
    ]
}
