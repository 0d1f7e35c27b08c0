//! The modules of a `state_dict`: its tensors by module, each a dense layer, a convolution or a `BatchNorm`, or refused by name.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::names::Name;
use super::{NamedTensor, StateDict, Values};
use crate::text::{Phrase, phrase};

/// A dense layer or a convolution.
#[derive(Clone, Debug)]
pub(super) struct Layer<'a> {
    pub name: Name,
    /// 3×3, or dense.
    pub conv: bool,
    /// Numbers or channels in.
    pub input: usize,
    /// Units or channels out.
    pub output: usize,
    /// Whether a convolution comes before it.
    pub after_conv: bool,
    pub values: Cow<'a, [f32]>,
    /// In f64: several norms may add to one.
    pub biases: Vec<f64>,
}

/// A `BatchNorm`.
#[derive(Clone, Debug)]
pub(super) struct Norm<'a> {
    pub name: Name,
    pub weight: Option<&'a [f32]>,
    pub bias: Option<&'a [f32]>,
    pub mean: &'a [f32],
    pub variance: &'a [f32],
}

impl Layer<'_> {
    pub fn is_conv(&self) -> bool {
        self.conv
    }

    /// The tensor that messages name.
    pub fn weight_name(&self) -> String {
        tensor_name(&self.name.full, "weight")
    }
}

impl Norm<'_> {
    /// Channels.
    pub fn len(&self) -> usize {
        self.mean.len()
    }

    /// The tensor that messages name.
    pub fn weight_name(&self) -> String {
        tensor_name(&self.name.full, "running_mean")
    }
}

fn tensor_name(module: &str, tensor: &str) -> String {
    if module.is_empty() { tensor.to_owned() } else { format!("{module}.{tensor}") }
}

/// All that a `state_dict` consists of, in the order of the file.
pub(super) struct Modules<'a> {
    pub layers: Vec<Layer<'a>>,
    pub norms: Vec<Norm<'a>>,
    /// The weights of layers that have no bias.
    pub without_bias: Vec<String>,
}

impl<'a> Modules<'a> {
    /// Understands every tensor.
    ///
    /// # Errors
    /// The first tensor that is not understood or does not fit, and why.
    pub fn of(dict: &'a StateDict) -> Result<Self, (String, Phrase)> {
        let mut all = Self { layers: Vec::new(), norms: Vec::new(), without_bias: Vec::new() };
        for (module, tensors) in modules(dict)? {
            if tensors.contains_key("running_mean") || tensors.contains_key("running_var") {
                all.norms.push(norm(module, &tensors)?);
            } else {
                if !tensors.contains_key("bias") {
                    all.without_bias.push(tensor_name(module, "weight"));
                }
                all.layers.push(layer(module, &tensors)?);
            }
        }
        Ok(all)
    }
}

/// The tensors of one module by their last names.
type Module<'a> = BTreeMap<&'a str, &'a NamedTensor>;

/// The tensors by module, in the order of the file; every one of them is understood, or the first that is not is named.
fn modules(dict: &StateDict) -> Result<Vec<(&str, Module<'_>)>, (String, Phrase)> {
    let mut modules: Vec<(&str, Module<'_>)> = Vec::new();
    let mut indices: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen = HashSet::new();
    for tensor in &dict.tensors {
        let (module, last) = tensor.name.rsplit_once('.').unwrap_or(("", &tensor.name));
        let fault = |problem: Phrase| Err((tensor.name.clone(), problem));
        if !["weight", "bias", "running_mean", "running_var", "num_batches_tracked"].contains(&last) {
            let understood = phrase!("import-understood");
            let what = if last.contains("weight_ih")
                || last.contains("weight_hh")
                || last.contains("bias_ih")
                || last.contains("bias_hh")
            {
                phrase!("import-is-recurrent")
            } else if last.contains("in_proj") {
                phrase!("import-is-attention")
            } else if ["weight_g", "weight_v", "weight_orig", "weight_u", "weight_mask", "original0", "original1"]
                .contains(&last)
            {
                phrase!("import-is-parametrised")
            } else {
                phrase!("import-is-extra")
            };
            return fault(phrase!("import-strange", what = what, understood = understood));
        }
        match &tensor.values {
            Values::Other(_) if last == "num_batches_tracked" => {}
            Values::Other(kind) => return fault(phrase!("import-not-real", kind = kind)),
            Values::Real(values) if !values.iter().all(|value| value.is_finite()) => {
                return fault(phrase!("checkpoint-tensor-infinite"));
            }
            Values::Real(_) => {}
        }
        let plain = Name::new(module).plain;
        if !seen.insert((plain.clone(), last)) {
            return fault(phrase!("import-twice"));
        }
        let index = *indices.entry(plain).or_insert_with(|| {
            modules.push((module, Module::new()));
            modules.len() - 1
        });
        modules[index].1.insert(last, tensor);
    }
    Ok(modules)
}

fn real(tensor: &NamedTensor) -> &[f32] {
    match &tensor.values {
        Values::Real(values) => values,
        Values::Other(_) => &[],
    }
}

fn norm<'a>(module: &str, tensors: &Module<'a>) -> Result<Norm<'a>, (String, Phrase)> {
    let get = |name: &str| tensors.get(name).map(|tensor| real(tensor));
    let missing = |name: &str| (tensor_name(module, name), phrase!("checkpoint-tensor-missing"));
    let mean = get("running_mean").ok_or_else(|| missing("running_mean"))?;
    let variance = get("running_var").ok_or_else(|| missing("running_var"))?;
    for (name, tensor) in tensors.iter().filter(|(name, _)| **name != "num_batches_tracked") {
        if tensor.shape != [mean.len()] || mean.is_empty() {
            let found = format!("{:?}", tensor.shape);
            let asked = format!("[{}]", mean.len());
            return Err((tensor_name(module, name), phrase!("checkpoint-tensor-shape", found = found, asked = asked)));
        }
    }
    if variance.iter().any(|variance| *variance < 0.0) {
        return Err((tensor_name(module, "running_var"), phrase!("import-variance")));
    }
    Ok(Norm { name: Name::new(module), weight: get("weight"), bias: get("bias"), mean, variance })
}

fn layer<'a>(module: &str, tensors: &Module<'a>) -> Result<Layer<'a>, (String, Phrase)> {
    let name = Name::new(module);
    let strange = |tensor: &str, what: Phrase| {
        Err((
            tensor_name(module, tensor),
            phrase!("import-strange", what = what, understood = phrase!("import-understood")),
        ))
    };
    let Some(weight) = tensors.get("weight") else {
        let first = tensors.keys().next().copied().unwrap_or("weight");
        return strange(first, phrase!("import-is-extra"));
    };
    if tensors.contains_key("num_batches_tracked") {
        return Err((tensor_name(module, "running_mean"), phrase!("checkpoint-tensor-missing")));
    }
    let bias = tensors.get("bias");
    let (conv, output, input) = match weight.shape.as_slice() {
        [0, ..] | [_, 0, ..] => return strange("weight", phrase!("import-is-empty")),
        [_, _] if name.says("emb") && bias.is_none() => return strange("weight", phrase!("import-is-embedding")),
        [output, input] => (false, *output, *input),
        [output, input, 3, 3] => {
            if bias.is_some_and(|bias| bias.shape != [*output] && bias.shape == [*input]) {
                return strange("weight", phrase!("import-is-transposed"));
            }
            (true, *output, *input)
        }
        [_, _, height, width] => {
            return strange("weight", phrase!("import-is-kernel", size = format!("{height}×{width}")));
        }
        [_] | [] => return strange("weight", phrase!("import-is-other-norm")),
        sides => return strange("weight", phrase!("import-is-other-conv", sides = sides.len())),
    };
    if let Some(bias) = bias
        && bias.shape != [output]
    {
        let found = format!("{:?}", bias.shape);
        let asked = format!("[{output}]");
        return Err((tensor_name(module, "bias"), phrase!("checkpoint-tensor-shape", found = found, asked = asked)));
    }
    let values = Cow::Borrowed(real(weight));
    let biases =
        bias.map_or_else(|| vec![0.0; output], |bias| real(bias).iter().map(|value| f64::from(*value)).collect());
    Ok(Layer { name, conv, input, output, after_conv: false, values, biases })
}
