//! Attention transfer: beside soft targets, the student's convolutions learn to look where the teacher's look, by the mean over channels
//! of the squares at each place (Zagoruyko & Komodakis 2017, arXiv 1612.03928, with p = 2; weight and mean of `RepDistiller`).

use candle_core::{D, Device, Result, Tensor};

use super::super::fields::{HARD_WEIGHT, OF_METHOD, SOFT_WEIGHT, TEMPERATURE, TEMPERATURE_SQUARED, WEIGHT};
use super::super::method::{
    Company, Compute, Inner, Layers, Method, Needs, NoPairs, Over, Pairs, Phase, Scale, Shapes, Sides, StudentKind,
    Term,
};
use super::super::values::Values;
use super::HARD;
use super::pkd::normalised;
use super::soft_targets::SOFT;
use crate::field::{Field, Kind, Span, Tries};

/// attention weight · attention, and soft targets.
pub const ATTENTION: Method = Method {
    name: "attention",
    label: "method-attention",
    what: "method-attention-what",
    helps: "method-attention-helps",
    fields: &[TEMPERATURE, SOFT_WEIGHT, HARD_WEIGHT, ATTENTION_WEIGHT, TEMPERATURE_SQUARED],
    terms: &[ATTENTION_TERM, SOFT, HARD],
    needs: Needs { teacher: true, labels: false, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: Some(Inner { pairs, is_alike: false, own: |_| Vec::new() }),
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.attention_weight`.
const ATTENTION_WEIGHT: Field = Field {
    path: "distill.attention_weight",
    label: "field-attention-weight",
    what: "field-attention-weight-hint",
    short: Some("field-attention-weight-short"),
    kind: Kind::Number(Span {
        shown: (1.0, 10_000.0),
        log: true,
        usual: 1000.0,
        tries: Tries::These(&[10.0, 100.0, 1000.0]),
        ..WEIGHT
    }),
    is_column: true,
    search: "attention feature convolution beta 注意力 权重 zhuyili quanzhong",
    ..OF_METHOD
};

/// Mean over pairs of convolutions, rows and places of (a(h) − a(g))², a the means of squares over the channels, as a vector of length 1.
/// The authors sum over the pairs.
const ATTENTION_TERM: Term = Term {
    name: "attention",
    label: "loss-attention",
    what: "term-attention-loss-what",
    weight: Some(ATTENTION_WEIGHT.path),
    scale: Scale::One,
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Layers(attention),
};

/// Of n convolutions of the student and m of the teacher, the fewer of the two is the number of pairs; convolution i of the more, counted
/// from 1, is taken evenly spaced, the last one always.
fn pairs(_: Values<'_>, there: Sides<Shapes<'_>>) -> Pairs {
    let with_maps = |is_students, shapes: Shapes<'_>| {
        let layers: Vec<usize> = (0..shapes.len()).filter(|layer| has_places(shapes[*layer])).collect();
        if layers.is_empty() { Err(NoPairs::NoMaps { is_students, there: shapes.len() }) } else { Ok(layers) }
    };
    Ok(side_by_side(&with_maps(true, there.student)?, &with_maps(false, there.teacher)?))
}

/// Whether a layer of a shape has a map. One of one place, of length 1, is 1.
pub fn has_places(shape: &[usize]) -> bool {
    matches!(shape, [_, height, width] if height * width > 1)
}

/// Layers of the one beside those of the other, as many as there are of the fewer, evenly spaced, the last ones always.
pub fn side_by_side<T: Copy>(student: &[T], teacher: &[T]) -> Vec<Sides<T>> {
    let count = student.len().min(teacher.len());
    let at = |layers: &[T], i: usize| layers[i * layers.len() / count - 1];
    (1..=count).map(|i| Sides { student: at(student, i), teacher: at(teacher, i) }).collect()
}

fn attention(layers: &Layers<'_>) -> Result<Tensor> {
    let pair = |(h, g): (&Tensor, &Tensor)| {
        let ((_, _, _, height, width), (_, _, _, rows, columns)) = (h.dims5()?, g.dims5()?);
        let to = [height.min(rows), width.min(columns)];
        (attention_map(h, to)? - attention_map(g, to)?)?.sqr()?.mean(D::Minus1)?.mean(D::Minus1)
    };
    let each = layers.student.iter().zip(layers.teacher).map(pair).collect::<Result<Vec<_>>>()?;
    Tensor::stack(&each, 1)
}

/// Where a layer looks, `[K, batch, places]`, of `[K, batch, channels, height, width]`, which is pooled to a size first.
///
/// # Errors
/// When it is of another form, or the device fails.
pub fn attention_map(layer: &Tensor, to: [usize; 2]) -> Result<Tensor> {
    let (members, batch, channels, height, width) = layer.dims5()?;
    let from = [height, width];
    let flat = layer.contiguous()?.reshape((members, batch * channels, height * width))?;
    let flat = if from == to { flat } else { flat.broadcast_matmul(&pooling(from, to, &flat)?)? };
    normalised(&flat.reshape((members, batch, channels, to[0] * to[1]))?.sqr()?.mean(2)?)
}

/// Adaptive mean pooling as a matrix, `[1, places from, places to]`, of the numbers and on the device of `like`.
fn pooling(from: [usize; 2], to: [usize; 2], like: &Tensor) -> Result<Tensor> {
    // The span of numbers that one of fewer is the mean of.
    let share = |axis: usize, place: usize, of: usize| {
        let (first, last) = (of * from[axis] / to[axis], ((of + 1) * from[axis]).div_ceil(to[axis]));
        if (first..last).contains(&place) { 1.0 / (last - first) as f64 } else { 0.0 }
    };
    let [[from_places, to_places], [from_width, to_width]] = [[from[0] * from[1], to[0] * to[1]], [from[1], to[1]]];
    let entry = |at: usize| {
        let (place, of) = (at / to_places, at % to_places);
        share(0, place / from_width, of / to_width) * share(1, place % from_width, of % to_width)
    };
    let entries: Vec<f64> = (0..from_places * to_places).map(entry).collect();
    // With an axis of members it is multiplied by each member's own, so that none depends on how many there are.
    let matrix = Tensor::from_vec(entries, (1, from_places, to_places), &Device::Cpu)?;
    matrix.to_dtype(like.dtype())?.to_device(like.device())
}
