//! From named tensors to a [`Checkpoint`]: which modules they belong to, in which order data pass them, and what is assumed.
//!
//! A `state_dict` holds no layer without parameters: ReLU between layers, 2×2 max-pooling after each convolution and
//! `BatchNorm`'s ε are assumed and said. What would make these assumptions wrong is refused where it can be seen.

use super::modules::{Layer, Modules, Norm};
use super::options::ImportOptions;
use super::order::{self, MOST_LAYERS, Order};
use super::{StateDict, norms};
use crate::model::checkpoint::READING;
use crate::model::{Checkpoint, CheckpointError, Plan};
use crate::recipe::Architecture;
use crate::text::{Between, Phrase, phrase};

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
        let Modules { mut layers, mut norms, without_bias } = Modules::of(dict).map_err(of_tensor)?;
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
        let last = &layers[layers.len() - 1];
        let classes = options.classes_of(&dict.path, &last.weight_name(), last.output)?;
        let plan = Plan::new(&architecture, options.input, classes.len()).map_err(|error| of_model(error.phrase()))?;

        let mut notes = vec![read_as(&dict.path, &layers, &architecture)];
        notes.extend(assumed(&layers, &norms, order, &without_bias));
        notes.extend(options.notes());
        let weights = weights(layers).map_err(of_tensor)?;
        let sizes = plan.parameters();
        let sizes = sizes.iter().map(|spec| spec.shape.iter().product::<usize>());
        if !sizes.eq(weights.iter().map(Vec::len)) {
            return Err(of_model(phrase!("import-no-layers", understood = phrase!("import-understood"))));
        }
        let checkpoint = Self {
            plan,
            classes,
            reads: normalisation.into(),
            columns: None,
            reading: READING,
            rows: Vec::new(),
            recipe: None,
            engine: String::new(),
            weights,
        };
        Ok((checkpoint, notes))
    }
}

/// What kind of model the file was read as.
fn read_as(path: &str, layers: &[Layer<'_>], architecture: &Architecture) -> Phrase {
    if layers[0].conv {
        phrase!("import-read-cnn", path = path, model = Phrase::plain(architecture))
    } else if layers.len() > 1 {
        phrase!("import-read-mlp", path = path, model = Phrase::plain(architecture))
    } else {
        phrase!("import-read-linear", path = path)
    }
}

/// What the file does not say of its layers and was taken to be so.
fn assumed(layers: &[Layer<'_>], norms: &[Norm<'_>], order: Order, without_bias: &[String]) -> Vec<Phrase> {
    let names = |names: &mut dyn Iterator<Item = String>| {
        Phrase::several(Between::Commas, names.map(|name| Phrase::plain(format!("`{name}`"))))
    };
    let mut notes = Vec::new();
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
        let unplaced = norms.iter().filter(|norm| !norms::is_placed(layers, norm));
        let unplaced: Vec<String> = unplaced.map(|norm| norm.name.full.clone()).collect();
        if !unplaced.is_empty() {
            notes.push(phrase!("import-norms-unplaced", names = names(&mut unplaced.into_iter())));
        }
    }
    if !without_bias.is_empty() {
        notes.push(phrase!("import-no-bias", names = names(&mut without_bias.iter().cloned())));
    }
    notes
}

/// Weights and biases of each layer, or the tensor that holds what is no number.
fn weights(layers: Vec<Layer<'_>>) -> Result<Vec<Vec<f32>>, (String, Phrase)> {
    let mut weights = Vec::with_capacity(2 * layers.len());
    for layer in layers {
        let name = layer.weight_name();
        let biases: Vec<f32> = layer.biases.iter().map(|bias| *bias as f32).collect();
        let values = layer.values.into_owned();
        if !values.iter().chain(&biases).all(|value| value.is_finite()) {
            return Err((name, phrase!("checkpoint-tensor-infinite")));
        }
        weights.extend([values, biases]);
    }
    Ok(weights)
}

/// In an `nn.Sequential` the numbers say how many layers without parameters stand between two: none, and there is no ReLU.
/// A list whose layers are numbered without any gap is called from code that may do anything between, and is let pass.
fn room_for_activations(layers: &[Layer<'_>], norms: &[Norm<'_>]) -> Result<(), (String, Phrase)> {
    let gap = |layer: &Layer<'_>, next: &Layer<'_>| -> Option<(String, u64)> {
        let ((container, from), (other, to)) = (layer.name.index()?, next.name.index()?);
        if container != other || to <= from {
            return None;
        }
        let between = norms.iter().filter_map(|norm| norm.name.index());
        let between = between.filter(|index| index.0 == container && (from + 1..to).contains(&index.1)).count() as u64;
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
