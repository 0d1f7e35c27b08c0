//! Relational distillation: beside soft targets, the rows of a batch learn to stand to each other in the student's last inner layer as they
//! do in the teacher's, by their distances and by the angles between them (RKD, Park et al. 2019, arXiv 1904.05068; weights and means of
//! `RepDistiller`).

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

/// distance weight · distances + angle weight · angles, and soft targets. Only relations are compared, so the two layers may be of any
/// widths.
pub const RELATIONAL: Method = Method {
    name: "relational",
    label: "method-relational",
    what: "method-relational-what",
    helps: "method-relational-helps",
    fields: &[TEMPERATURE, SOFT_WEIGHT, HARD_WEIGHT, DISTANCE_WEIGHT, ANGLE_WEIGHT, TEMPERATURE_SQUARED],
    terms: &[DISTANCES, ANGLES, SOFT, HARD],
    needs: Needs { teacher: true, labels: false, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: Some(Inner { pairs, is_alike: false, own: |_| Vec::new() }),
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.distance_weight`.
const DISTANCE_WEIGHT: Field = Field {
    path: "distill.distance_weight",
    label: "field-distance-weight",
    what: "field-distance-weight-hint",
    short: Some("field-distance-weight-short"),
    kind: Kind::Number(Span {
        shown: (0.1, 1000.0),
        log: true,
        usual: 25.0,
        tries: Tries::These(&[1.0, 5.0, 25.0, 100.0]),
        ..WEIGHT
    }),
    is_column: true,
    search: "RKD relation distance 距离 关系 权重 juli guanxi quanzhong",
    ..OF_METHOD
};

/// `distill.angle_weight`.
const ANGLE_WEIGHT: Field = Field {
    path: "distill.angle_weight",
    label: "field-angle-weight",
    what: "field-angle-weight-hint",
    short: Some("field-angle-weight-short"),
    search: "RKD relation angle 角度 关系 权重 jiaodu guanxi quanzhong",
    ..DISTANCE_WEIGHT
}
.usually(50.0);

/// Mean over pairs of rows of the Huber loss of their distance, each side's over its mean.
const DISTANCES: Term = Term {
    name: "distances",
    label: "loss-distances",
    what: "term-distances-loss-what",
    weight: Some(DISTANCE_WEIGHT.path),
    scale: Scale::One,
    warm_up: None,
    over: Over::Rows,
    least: 2,
    of_teacher: true,
    compute: Compute::Layers(distances),
};

/// Mean over all threes of rows of the Huber loss of the cosine of the angle at one of them.
const ANGLES: Term = Term {
    name: "angles",
    label: "loss-angles",
    what: "term-angles-loss-what",
    weight: Some(ANGLE_WEIGHT.path),
    least: 3,
    compute: Compute::Layers(angles),
    ..DISTANCES
};

/// The last inner layer of each.
fn pairs(_: Values<'_>, there: Sides<Shapes<'_>>) -> Pairs {
    let Sides { student, teacher } = there.counts();
    let last = |is_students, there: usize| there.checked_sub(1).ok_or(NoPairs::Few { is_students, least: 1, there });
    Ok(vec![Sides { student: last(true, student)?, teacher: last(false, teacher)? }])
}

fn distances(layers: &Layers<'_>) -> Result<Tensor> {
    let (student, teacher) = sides(layers)?;
    apart(&student.distances()?, &teacher.distances()?)?.mean(D::Minus1)?.mean(D::Minus1)?.unsqueeze(1)
}

fn angles(layers: &Layers<'_>) -> Result<Tensor> {
    let (student, teacher) = sides(layers)?;
    let each = apart(&student.cosines()?, &teacher.cosines()?)?;
    each.mean(D::Minus1)?.mean(D::Minus1)?.mean(D::Minus1)?.unsqueeze(1)
}

/// How the rows stand to each other, of the student and of the teacher.
fn sides(layers: &Layers<'_>) -> Result<(Relations, Relations)> {
    let ([student], [teacher]) = (layers.student, layers.teacher) else {
        candle_core::bail!("relations are those of one layer of each")
    };
    Ok((Relations::of(student)?, Relations::of(teacher)?))
}

/// The Huber loss of each difference: half its square, and its size − ½ from 1 on.
fn apart(student: &Tensor, teacher: &Tensor) -> Result<Tensor> {
    let difference = (student - teacher)?;
    // c · (d − c/2) with c = d, held within ±1, is both; its derivative by d is c.
    let held = difference.detach().clamp(-1.0, 1.0)?;
    &held * (difference - (&held * 0.5)?)?
}

/// Rows of a batch that are looked at, the first ones: there is an angle for every three.
const ROWS: usize = 64;

/// Rows are one and the same where their squared distance is no larger share than this of their squared distances from the middle: in
/// single precision it is not told from rounding, and its root has no slope.
const SAME: f64 = 1e-5;

/// How the rows of a batch stand to each other.
struct Relations {
    /// Squared distances, `[K, rows, rows]`; 0 for rows that are the same.
    squares: Tensor,
    /// 1 for rows that are not the same, 0 for others.
    differ: Tensor,
    /// Distances; 1 for rows that are the same, so that there is something to divide by.
    lengths: Tensor,
}

impl Relations {
    /// Of what a layer says, `[K, batch, …]`.
    fn of(layer: &Tensor) -> Result<Self> {
        let rows = layer.flatten_from(2)?;
        let rows = rows.narrow(1, 0, rows.dim(1)?.min(ROWS))?.contiguous()?;
        let rows = rows.broadcast_sub(&rows.mean_keepdim(1)?)?;
        let own = rows.sqr()?.sum_keepdim(2)?;
        let both = own.broadcast_add(&own.transpose(1, 2)?)?;
        let squares = (&both - (rows.matmul(&rows.transpose(1, 2)?.contiguous()?)? * 2.0)?)?;
        let differ = squares.detach().gt(&(both.detach() * SAME)?)?.to_dtype(squares.dtype())?;
        let squares = (squares * &differ)?;
        let lengths = (&squares + differ.affine(-1.0, 1.0)?)?.sqrt()?;
        Ok(Self { squares, differ, lengths })
    }

    /// Distances over their mean, `[K, rows, rows]`.
    fn distances(&self) -> Result<Tensor> {
        let distances = (&self.lengths * &self.differ)?;
        let count = self.differ.sum_keepdim((1, 2))?.maximum(1.0)?;
        let mean = (distances.sum_keepdim((1, 2))? / count)?;
        // Where all rows are the same there is no mean.
        let none = mean.detach().eq(0.0)?.to_dtype(mean.dtype())?;
        distances.broadcast_div(&(mean + none)?)
    }

    /// Cosines of the angles at the first of every three rows, `[K, rows, rows, rows]`, by the law of cosines; 0 where two of them are the
    /// same.
    fn cosines(&self) -> Result<Tensor> {
        let (squares, over) = (&self.squares, (&self.differ / &self.lengths)?);
        let beside = squares.unsqueeze(3)?.broadcast_add(&squares.unsqueeze(2)?)?;
        let doubled = beside.broadcast_sub(&squares.unsqueeze(1)?)?;
        doubled.broadcast_mul(&(over.unsqueeze(3)? * 0.5)?)?.broadcast_mul(&over.unsqueeze(2)?)
    }
}
