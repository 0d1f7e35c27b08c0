//! `BatchNorm` at inference is `s · (x − μ) + β` with `s = γ / √(σ² + ε)`: it is folded into the dense layer or convolution
//! before it or, where a ReLU stands between, into the dense layer after it. In f64; exact, or refused.

use super::modules::{Layer, Norm};
use super::names::Name;
use crate::text::{Phrase, phrase};

/// PyTorch's default; a `state_dict` does not hold it.
const EPSILON: f64 = 1e-5;

/// Which layer takes a norm, and on which side of its weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// It acts on what layer i gives.
    Output(usize),
    /// It acts on what layer i takes.
    Input(usize),
}

/// Folds every norm into one of `layers`, which are in order.
///
/// # Errors
/// The tensor of a norm that no layer takes exactly, and why.
pub(super) fn fold(layers: &mut [Layer<'_>], norms: &[Norm<'_>]) -> Result<(), (String, Phrase)> {
    let mut sides = Vec::with_capacity(norms.len());
    for norm in norms {
        let side = side(layers, norms, norm, &sides).map_err(|problem| (norm.weight_name(), problem))?;
        if sides.contains(&side) {
            return Err((norm.weight_name(), phrase!("import-norm-twice")));
        }
        sides.push(side);
    }
    // A layer's input side first: the bias that it adds passes the norm behind the layer too.
    for (norm, side) in norms.iter().zip(&sides) {
        if let Side::Input(i) = side {
            into_next(&mut layers[*i], norm).map_err(|problem| (norm.weight_name(), problem))?;
        }
    }
    for (norm, side) in norms.iter().zip(&sides) {
        if let Side::Output(i) = side {
            into_previous(&mut layers[*i], norm);
        }
    }
    Ok(())
}

fn side(layers: &[Layer<'_>], norms: &[Norm<'_>], norm: &Norm<'_>, taken: &[Side]) -> Result<Side, Phrase> {
    match norm.name.index() {
        Some((container, index)) if is_placed(layers, norm) => by_place(layers, norms, norm, container, index),
        _ => by_name(layers, norm, taken),
    }
}

/// Whether a norm's number says between which layers of the same container it stands.
pub(super) fn is_placed(layers: &[Layer<'_>], norm: &Norm<'_>) -> bool {
    let container = |name: &Name| name.index().map(|position| position.0.to_owned());
    container(&norm.name).is_some_and(|own| layers.iter().any(|layer| container(&layer.name).as_ref() == Some(&own)))
}

/// A norm in an `nn.Sequential`: what has no parameters leaves gaps in the numbers.
fn by_place(
    layers: &[Layer<'_>],
    norms: &[Norm<'_>],
    norm: &Norm<'_>,
    container: &str,
    index: u64,
) -> Result<Side, Phrase> {
    let position =
        |layer: &Layer<'_>| layer.name.index().filter(|position| position.0 == container).map(|position| position.1);
    let before = (0..layers.len())
        .filter(|i| position(&layers[*i]).is_some_and(|p| p < index))
        .max_by_key(|i| position(&layers[*i]));
    let others = |from: u64| {
        let between = norms.iter().filter_map(|norm| norm.name.index());
        between.filter(|position| position.0 == container && (from..index).contains(&position.1)).count() as u64
    };
    let next = match before {
        Some(i) => {
            let from = position(&layers[i]).unwrap_or(0);
            let gap = index - from - 1 - others(from + 1);
            if gap == 0 {
                let (layer, len) = (&layers[i], norm.len());
                if layer.output != len {
                    return Err(phrase!(
                        "import-norm-size",
                        len = len,
                        other = layer.weight_name(),
                        gives = layer.output
                    ));
                }
                return Ok(Side::Output(i));
            }
            if layers[i].is_conv() && gap == 1 {
                return Err(phrase!("import-norm-open", other = layers[i].weight_name()));
            }
            i + 1
        }
        None => {
            let first = (0..layers.len()).find(|i| position(&layers[*i]).is_some());
            first.unwrap_or(0)
        }
    };
    match layers.get(next) {
        None => Err(phrase!("import-norm-last")),
        Some(layer) if layer.is_conv() => Err(phrase!("import-norm-border", other = layer.weight_name())),
        Some(_) => Ok(Side::Input(next)),
    }
}

/// A norm whose name carries no position (`bn1`): that of the one layer whose output it fits, in the same module, of the same
/// number, or at all. It is taken to stand before the ReLU.
fn by_name(layers: &[Layer<'_>], norm: &Norm<'_>, taken: &[Side]) -> Result<Side, Phrase> {
    let fit: Vec<usize> =
        (0..layers.len()).filter(|i| layers[*i].output == norm.len() && !taken.contains(&Side::Output(*i))).collect();
    let only = |matches: &dyn Fn(&Layer<'_>) -> bool| {
        let mut some = fit.iter().filter(|i| matches(&layers[**i]));
        some.next().filter(|_| some.next().is_none()).copied()
    };
    let parent = norm.name.parent();
    let here = |layer: &Layer<'_>| !parent.is_empty() && layer.name.parent() == parent;
    let number = |layer: &Layer<'_>| norm.name.number().is_some() && layer.name.number() == norm.name.number();
    let one = only(&|layer| here(layer) && number(layer))
        .or_else(|| only(&here))
        .or_else(|| only(&number))
        .or_else(|| only(&|_| true));
    match one {
        Some(i) => Ok(Side::Output(i)),
        None if fit.is_empty() => Err(phrase!("import-norm-none", len = norm.len())),
        None => Err(phrase!("import-norm-several", len = norm.len())),
    }
}

/// Factor and summand of each channel.
fn factors(norm: &Norm<'_>) -> Vec<(f64, f64)> {
    let at = |values: Option<&[f32]>, i: usize, default: f64| values.map_or(default, |values| f64::from(values[i]));
    (0..norm.len())
        .map(|i| {
            let scale = at(norm.weight, i, 1.0) / (f64::from(norm.variance[i]) + EPSILON).sqrt();
            (scale, at(norm.bias, i, 0.0) - f64::from(norm.mean[i]) * scale)
        })
        .collect()
}

fn into_previous(layer: &mut Layer<'_>, norm: &Norm<'_>) {
    let width = layer.values.len() / layer.output.max(1);
    for (unit, (scale, add)) in factors(norm).into_iter().enumerate() {
        for value in &mut layer.values.to_mut()[unit * width..(unit + 1) * width] {
            *value = (f64::from(*value) * scale) as f32;
        }
        layer.biases[unit] = layer.biases[unit] * scale + add;
    }
}

/// Of a dense layer that reads flattened pictures each channel has several numbers, side by side.
fn into_next(layer: &mut Layer<'_>, norm: &Norm<'_>) -> Result<(), Phrase> {
    let (input, len) = (layer.input, norm.len());
    if len == 0 || !input.is_multiple_of(len) || (input != len && !layer.after_conv) {
        return Err(phrase!("import-norm-next", len = len, other = layer.weight_name(), takes = input));
    }
    let (each, factors) = (input / len, factors(norm));
    for (unit, row) in layer.values.to_mut().chunks_exact_mut(input).enumerate() {
        let mut add = 0.0;
        for (i, value) in row.iter_mut().enumerate() {
            let (scale, shift) = factors[i / each];
            add += f64::from(*value) * shift;
            *value = (f64::from(*value) * scale) as f32;
        }
        layer.biases[unit] += add;
    }
    Ok(())
}
