//! From named tensors to a [`Checkpoint`]: which modules they belong to, in which order data pass them, and what is assumed.
//!
//! A `state_dict` holds no layer without parameters: ReLU between layers, 2×2 max-pooling after each convolution and
//! `BatchNorm`'s ε are assumed and said. What would make these assumptions wrong is refused where it can be seen.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::names::Name;
use super::options::ImportOptions;
use super::order::{self, MOST_LAYERS, Order};
use super::{NamedTensor, StateDict, Values, norms};
use crate::model::{Checkpoint, CheckpointError, Plan};
use crate::recipe::Architecture;
use crate::text::{Between, Phrase, phrase};

/// A dense layer or a convolution.
#[derive(Clone, Debug)]
pub(super) struct Layer<'a> {
    pub name: Name,
    /// 3×3, or dense.
    conv: bool,
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

/// The tensors of one module by their last names.
type Module<'a> = BTreeMap<&'a str, &'a NamedTensor>;

impl Checkpoint {
    /// Makes a model of a `state_dict`: layers from names and shapes, the rest from `options`. Gives what was assumed, too.
    ///
    /// # Errors
    /// Names the tensor that is not understood or does not fit, and the option that is wrong.
    pub fn from_state_dict(
        dict: &StateDict,
        options: &ImportOptions<'_>,
    ) -> Result<(Self, Vec<Phrase>), CheckpointError> {
        let of_tensor =
            |(name, problem): (String, Phrase)| CheckpointError::Tensor { path: dict.path.clone(), name, problem };
        let of_model = |problem: Phrase| CheckpointError::Layers { path: dict.path.clone(), problem };
        let normalisation = options.normalisation(&dict.path)?;
        let (mut layers, mut norms) = (Vec::new(), Vec::new());
        let mut notes = Vec::new();
        let mut without_bias = Vec::new();
        for (module, tensors) in modules(dict).map_err(of_tensor)? {
            if tensors.contains_key("running_mean") || tensors.contains_key("running_var") {
                norms.push(norm(module, &tensors).map_err(of_tensor)?);
            } else {
                if !tensors.contains_key("bias") {
                    without_bias.push(tensor_name(module, "weight"));
                }
                layers.push(layer(module, &tensors).map_err(of_tensor)?);
            }
        }
        if layers.is_empty() {
            return Err(of_model(phrase!("import-no-layers", understood = phrase!("import-understood"))));
        }
        if layers.len() > MOST_LAYERS {
            return Err(of_model(phrase!("import-many-layers", count = layers.len(), most = MOST_LAYERS)));
        }
        let row = options.input.iter().product();
        let order = order::arrange(&mut layers, dict.in_order, row).map_err(of_tensor)?;
        for i in 1..layers.len() {
            layers[i].after_conv = layers[i - 1].conv;
        }
        norms.sort_by(|a, b| a.name.natural(&b.name));
        room_for_activations(&layers, &norms).map_err(of_tensor)?;
        let architecture = fits(&layers, options).map_err(of_tensor)?;
        norms::fold(&mut layers, &norms).map_err(of_tensor)?;
        let classes =
            options.classes_of(&dict.path, &layers[layers.len() - 1].weight_name(), layers[layers.len() - 1].output)?;
        let plan = Plan::new(&architecture, options.input, classes.len()).map_err(|error| of_model(error.phrase()))?;

        let layers_read = if layers[0].conv {
            phrase!("import-read-cnn", path = &dict.path, model = Phrase::plain(&architecture))
        } else if layers.len() > 1 {
            phrase!("import-read-mlp", path = &dict.path, model = Phrase::plain(&architecture))
        } else {
            phrase!("import-read-linear", path = &dict.path)
        };
        notes.push(layers_read);
        let names = |names: &mut dyn Iterator<Item = String>| {
            Phrase::several(Between::Commas, names.map(|name| Phrase::plain(format!("`{name}`"))))
        };
        match order {
            Order::Names => {}
            Order::Sizes => {
                notes.push(phrase!("import-order-sizes", names = names(&mut layers.iter().map(Layer::weight_name))));
            }
            Order::File => {
                notes.push(phrase!("import-order-file", names = names(&mut layers.iter().map(Layer::weight_name))));
            }
        }
        if !norms.is_empty() {
            notes.push(phrase!("import-norms", names = names(&mut norms.iter().map(|norm| norm.name.full.clone()))));
            let unplaced = norms.iter().filter(|norm| !norms::is_placed(&layers, norm));
            let unplaced: Vec<String> = unplaced.map(|norm| norm.name.full.clone()).collect();
            if !unplaced.is_empty() {
                notes.push(phrase!("import-norms-unplaced", names = names(&mut unplaced.into_iter())));
            }
        }
        if !without_bias.is_empty() {
            notes.push(phrase!("import-no-bias", names = names(&mut without_bias.into_iter())));
        }
        notes.extend(options.notes());

        let mut weights = Vec::with_capacity(2 * layers.len());
        for layer in layers {
            let name = layer.weight_name();
            let biases: Vec<f32> = layer.biases.iter().map(|bias| *bias as f32).collect();
            let values = layer.values.into_owned();
            if !values.iter().chain(&biases).all(|value| value.is_finite()) {
                return Err(of_tensor((name, phrase!("checkpoint-tensor-infinite"))));
            }
            weights.extend([values, biases]);
        }
        let sizes = plan.parameters();
        let sizes = sizes.iter().map(|spec| spec.shape.iter().product::<usize>());
        if !sizes.eq(weights.iter().map(Vec::len)) {
            return Err(of_model(phrase!("import-no-layers", understood = phrase!("import-understood"))));
        }
        let checkpoint = Self {
            plan,
            classes,
            normalisation,
            columns: None,
            reading: super::super::checkpoint::READING,
            rows: Vec::new(),
            recipe: None,
            engine: String::new(),
            weights,
        };
        Ok((checkpoint, notes))
    }
}

/// The tensors by module, in the order of the file; every one of them is understood, or the first that is not is named.
fn modules(dict: &StateDict) -> Result<Vec<(&str, Module<'_>)>, (String, Phrase)> {
    let mut modules: Vec<(&str, Module<'_>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
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
        let place = *places.entry(plain).or_insert_with(|| {
            modules.push((module, Module::new()));
            modules.len() - 1
        });
        modules[place].1.insert(last, tensor);
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

/// In an `nn.Sequential` the numbers say how many layers without parameters stand between two: none, and there is no ReLU.
/// A list whose layers are numbered without any gap is called from code that may do anything between, and is let pass.
fn room_for_activations(layers: &[Layer<'_>], norms: &[Norm<'_>]) -> Result<(), (String, Phrase)> {
    let gap = |layer: &Layer<'_>, next: &Layer<'_>| -> Option<(String, u64)> {
        let ((container, from), (other, to)) = (layer.name.place()?, next.name.place()?);
        if container != other || to <= from {
            return None;
        }
        let between = norms.iter().filter_map(|norm| norm.name.place());
        let between = between.filter(|place| place.0 == container && (from + 1..to).contains(&place.1)).count() as u64;
        Some((container.to_owned(), to - from - 1 - between))
    };
    let gaps: Vec<_> = layers.windows(2).map(|pair| (gap(&pair[0], &pair[1]), &pair[0], &pair[1])).collect();
    for (found, layer, next) in &gaps {
        let Some((container, found)) = found else { continue };
        let is_list = !container.is_empty()
            && gaps.iter().filter_map(|(gap, ..)| gap.as_ref()).all(|(other, gap)| other != container || *gap == 0);
        // ReLU; after a convolution pooling too, and before a dense layer Flatten.
        let needed = if layer.conv { 2 } else { 1 };
        if *found < needed && !is_list {
            let problem = if layer.conv {
                phrase!("import-no-pooling", other = next.weight_name())
            } else {
                phrase!("import-no-relu", other = next.weight_name())
            };
            return Err((layer.weight_name(), problem));
        }
    }
    Ok(())
}

/// Whether the layers take the data's rows; the architecture, if so.
fn fits(layers: &[Layer<'_>], options: &ImportOptions<'_>) -> Result<Architecture, (String, Phrase)> {
    let first = &layers[0];
    let row: usize = options.input.iter().product();
    let count = layers.iter().take_while(|layer| layer.conv).count();
    let widths = |layers: &[Layer<'_>]| layers.iter().map(|layer| layer.output).collect::<Vec<_>>();
    let Some((last, hidden)) = layers[count..].split_last() else {
        let last = &layers[layers.len() - 1];
        return Err((last.weight_name(), phrase!("import-ends-in-conv")));
    };
    if last.conv || hidden.iter().any(|layer| layer.conv) {
        return Err((last.weight_name(), phrase!("import-order-none")));
    }
    if count == 0 {
        if first.input != row {
            return Err((first.weight_name(), phrase!("import-row", takes = first.input, has = row)));
        }
        return Ok(Architecture::Mlp { hidden: widths(hidden), dropout: 0.0 });
    }
    let &[channels, height, width] = options.input else {
        return Err((first.weight_name(), phrase!("import-needs-pictures", has = row)));
    };
    if first.input != channels {
        return Err((first.weight_name(), phrase!("import-channels", takes = first.input, has = channels)));
    }
    let shift = |side: usize| side.checked_shr(count as u32).unwrap_or(0);
    let (dense, channels) = (&layers[count], layers[count - 1].output);
    let left = channels.saturating_mul(shift(height)).saturating_mul(shift(width));
    if dense.input != left {
        let size = format!("{height}×{width}");
        return Err((
            dense.weight_name(),
            phrase!("import-pooled", takes = dense.input, size = size, convolutions = count, has = left),
        ));
    }
    Ok(Architecture::Cnn { channels: widths(&layers[..count]), dense: widths(hidden), dropout: 0.0 })
}
