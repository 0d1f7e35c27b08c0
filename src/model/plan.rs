//! The layers of an architecture for given data, with the names that PyTorch's `nn.Sequential` would give them.

use super::parameter::{InnerLayer, ParameterSpec};
use super::text::{MOST_LAYERS, TextPlan};
use crate::recipe::Architecture;
use crate::text::{Phrase, phrase, prints_its_phrase};

/// An architecture for given data.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What it was made from.
    pub architecture: Architecture,
    /// Shape of one input without the batch axis: `[features]` or `[channels, height, width]`; empty for texts.
    pub input: Vec<usize>,
    /// Number of classes.
    pub classes: usize,
    /// Its layers.
    pub body: Body,
}

/// The layers of a plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Of numbers: in order, each named by its index in an `nn.Sequential` that holds ReLU, pooling and dropout as layers too.
    Layers(Vec<Layer>),
    /// Of texts.
    Text(TextPlan),
}

/// One step from input to logits.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// 3×3, padding 1, then ReLU.
    Conv {
        /// `0` in `0.weight`.
        name: String,
        /// Channels in.
        input: usize,
        /// Channels out.
        output: usize,
    },
    /// 2×2 max-pooling.
    Pool,
    /// Images to rows of numbers.
    Flatten,
    /// A dense layer, with ReLU unless it is the last.
    Dense {
        /// `0` in `0.weight`.
        name: String,
        /// Numbers in.
        input: usize,
        /// Units.
        output: usize,
        /// Whether ReLU follows.
        relu: bool,
    },
    /// Dropout, in training only.
    Dropout {
        /// Share of numbers dropped.
        rate: f64,
    },
}

/// Why an architecture cannot be built for given data.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A model of texts needs texts.
    NoTexts,
    /// The teacher's own network is asked for, and there is none of BERT's shape.
    NoBert,
    /// A model of numbers cannot read texts.
    Texts,
    /// A pre-trained model has fewer layers.
    FewLayers {
        /// How many are asked for.
        asked: usize,
        /// How many it has.
        there: usize,
    },
    /// Convolutions need images.
    NoImages {
        /// Length of a row.
        features: usize,
    },
    /// Pooling halves the image once a convolution.
    TooSmall {
        /// Number of convolutions.
        convolutions: usize,
        /// Smallest side that works.
        needed: usize,
        /// Height of the images.
        height: usize,
        /// Width of the images.
        width: usize,
    },
    /// A layer, the input or the classes are empty.
    Empty,
    /// More numbers than any machine holds.
    TooLarge,
}

impl PlanError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTexts => "model-needs-texts",
            Self::NoBert => "model-needs-bert",
            Self::Texts => "model-reads-no-texts",
            Self::FewLayers { .. } => "model-few-layers",
            Self::NoImages { .. } => "model-needs-images",
            Self::TooSmall { .. } => "model-images-too-small",
            Self::Empty => "model-empty",
            Self::TooLarge => "model-too-large",
        }
    }

    /// In words.
    pub fn phrase(&self) -> Phrase {
        match *self {
            Self::NoTexts => phrase!("model-needs-texts"),
            Self::NoBert => phrase!("model-needs-bert"),
            Self::Texts => phrase!("model-reads-no-texts"),
            Self::FewLayers { asked, there } => phrase!("model-few-layers", asked = asked, there = there),
            Self::NoImages { features } => phrase!("model-needs-images", features = features),
            Self::TooSmall { convolutions, needed, height, width } => phrase!(
                "model-images-too-small",
                convolutions = convolutions,
                needed = needed,
                height = height,
                width = width
            ),
            Self::Empty => phrase!("model-empty"),
            Self::TooLarge => phrase!("model-too-large"),
        }
    }
}

prints_its_phrase!(PlanError);

impl Plan {
    /// Lays out the layers for inputs of shape `[features]` or `[channels, height, width]`; those of models of texts depend on a
    /// vocabulary, and are laid out by [`Plan::of_text`].
    ///
    /// # Errors
    /// When the architecture does not fit such inputs.
    pub fn new(architecture: &Architecture, input: &[usize], classes: usize) -> Result<Self, PlanError> {
        if architecture.reads_text() {
            return Err(PlanError::NoTexts);
        }
        if input.is_empty() {
            return Err(PlanError::Texts);
        }
        check_sizes(architecture, input, classes)?;
        let mut layers = Vec::new();
        let mut index = 0;
        let mut next = |count: usize| {
            let name = index.to_string();
            index += count;
            name
        };
        let (flat, hidden, dropout) = match architecture {
            Architecture::Mlp { hidden, dropout } => {
                // Images enter an MLP as rows; whoever loads the weights flattens first, so Flatten takes no index.
                layers.push(Layer::Flatten);
                (input.iter().product(), hidden, *dropout)
            }
            Architecture::Cnn { channels, dense, dropout } => {
                let &[first, height, width] = input else {
                    return Err(PlanError::NoImages { features: input.iter().product() });
                };
                let (mut depth, mut h, mut w) = (first, height, width);
                for output in channels {
                    layers.push(Layer::Conv { name: next(3), input: depth, output: *output });
                    layers.push(Layer::Pool);
                    (depth, h, w) = (*output, h / 2, w / 2);
                }
                if h == 0 || w == 0 {
                    let convolutions = channels.len();
                    let needed = 1_usize.checked_shl(convolutions as u32).unwrap_or(usize::MAX);
                    return Err(PlanError::TooSmall { convolutions, needed, height, width });
                }
                next(1);
                layers.push(Layer::Flatten);
                (depth * h * w, dense, *dropout)
            }
            Architecture::Text { .. } | Architecture::Bert { .. } | Architecture::OfTeacher { .. } => {
                return Err(PlanError::NoTexts);
            }
        };
        let mut width = flat;
        for output in hidden {
            layers.push(Layer::Dense { name: next(2), input: width, output: *output, relu: true });
            if dropout > 0.0 {
                next(1);
                layers.push(Layer::Dropout { rate: dropout });
            }
            width = *output;
        }
        layers.push(Layer::Dense { name: next(1), input: width, output: classes, relu: false });
        let body = Body::Layers(layers);
        Self { architecture: architecture.clone(), input: input.to_vec(), classes, body }.checked()
    }

    /// A model of texts.
    ///
    /// # Errors
    /// When a layer or the classes are empty, or it is too large.
    pub fn of_text(architecture: &Architecture, text: TextPlan, classes: usize) -> Result<Self, PlanError> {
        let sizes = [text.sizes(), vec![classes]].concat();
        if sizes.contains(&0) {
            return Err(PlanError::Empty);
        }
        let is_deep = matches!(&text, TextPlan::Bert(bert) if bert.layers > MOST_LAYERS);
        if is_deep || sizes.iter().any(|size| *size as u128 > MOST) {
            return Err(PlanError::TooLarge);
        }
        let (architecture, body) = (architecture.clone(), Body::Text(text));
        Self { architecture, input: Vec::new(), classes, body }.checked()
    }

    /// A plan whose sides are none above `MOST`, so that no product of a shape overflows.
    fn checked(self) -> Result<Self, PlanError> {
        let size: u128 = self.parameters().iter().map(|spec| product(&spec.shape)).sum();
        if size > MOST { Err(PlanError::TooLarge) } else { Ok(self) }
    }

    /// The layers of a model of numbers; none of one of texts.
    pub fn layers(&self) -> &[Layer] {
        match &self.body {
            Body::Layers(layers) => layers,
            Body::Text(_) => &[],
        }
    }

    /// The layers of a model of texts.
    pub fn text(&self) -> Option<&TextPlan> {
        match &self.body {
            Body::Layers(_) => None,
            Body::Text(text) => Some(text),
        }
    }

    /// The trainable tensors, in the order of the layers.
    pub fn parameters(&self) -> Vec<ParameterSpec> {
        let layers = match &self.body {
            Body::Layers(layers) => layers,
            Body::Text(text) => return text.parameters(self.classes),
        };
        let mut specs = Vec::new();
        for layer in layers {
            match layer {
                Layer::Conv { name, input, output } => {
                    specs.extend(ParameterSpec::pair(name, vec![*output, *input, 3, 3]));
                }
                Layer::Dense { name, input, output, .. } => {
                    specs.extend(ParameterSpec::pair(name, vec![*output, *input]));
                }
                Layer::Pool | Layer::Flatten | Layer::Dropout { .. } => {}
            }
        }
        specs
    }

    /// The layers between input and logits, each with the shape of what it gives for one row; a convolution's is that after pooling.
    pub fn inner_layers(&self) -> Vec<InnerLayer> {
        let (mut height, mut width) = match *self.input {
            [_, height, width] => (height, width),
            _ => (1, 1),
        };
        let layers = match &self.body {
            Body::Layers(layers) => layers,
            Body::Text(text) => return text.inner_layers(),
        };
        let mut inner = Vec::new();
        for layer in layers {
            match layer {
                Layer::Conv { name, output, .. } => {
                    (height, width) = (height / 2, width / 2);
                    inner.push(InnerLayer { name: name.clone(), shape: vec![*output, height, width] });
                }
                Layer::Dense { name, output, relu: true, .. } => {
                    inner.push(InnerLayer { name: name.clone(), shape: vec![*output] });
                }
                Layer::Dense { .. } | Layer::Pool | Layer::Flatten | Layer::Dropout { .. } => {}
            }
        }
        inner
    }

    /// Trainable numbers of one member.
    pub fn parameter_count(&self) -> u64 {
        self.parameters().iter().map(|spec| spec.len() as u64).sum()
    }
}

/// Most parameters of a model, and so most units of a layer.
const MOST: u128 = 1 << 31;

fn product(sides: &[usize]) -> u128 {
    sides.iter().fold(1, |product, side| product.saturating_mul(*side as u128))
}

/// Sizes may come from a file that lies: none may be 0, and products of them must not overflow.
fn check_sizes(architecture: &Architecture, input: &[usize], classes: usize) -> Result<(), PlanError> {
    let (channels, dense) = match architecture {
        Architecture::Mlp { hidden, .. } => (&[][..], hidden),
        Architecture::Cnn { channels, dense, .. } => (channels.as_slice(), dense),
        Architecture::Text { .. } | Architecture::Bert { .. } | Architecture::OfTeacher { .. } => {
            return Err(PlanError::NoTexts);
        }
    };
    let sides = [input, channels, dense, &[classes]].concat();
    if input.is_empty() || sides.contains(&0) {
        return Err(PlanError::Empty);
    }
    // Pooling only makes images smaller, so this bounds the input of each convolution and of the first dense layer.
    let pixels = product(input) / input[0] as u128;
    let depth = channels.iter().copied().max().unwrap_or(0).max(input[0]) as u128;
    let largest = pixels.saturating_mul(depth);
    let parts = sides.iter().map(|side| *side as u128);
    if parts.chain([largest]).any(|size| size > MOST) { Err(PlanError::TooLarge) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(plan: &Plan) -> Vec<String> {
        plan.parameters().into_iter().map(|spec| spec.name).collect()
    }

    #[test]
    fn names_are_those_of_a_pytorch_sequential() {
        let mlp = Architecture::Mlp { hidden: vec![64, 64], dropout: 0.0 };
        let plan = Plan::new(&mlp, &[1, 28, 28], 10).unwrap();
        assert_eq!(names(&plan), ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"]);
        assert_eq!(plan.parameter_count(), 55_050);
        let dropped = Architecture::Mlp { hidden: vec![64, 64], dropout: 0.5 };
        let plan = Plan::new(&dropped, &[784], 10).unwrap();
        assert_eq!(names(&plan), ["0.weight", "0.bias", "3.weight", "3.bias", "6.weight", "6.bias"]);
        let cnn = Architecture::Cnn { channels: vec![8, 16], dense: vec![64], dropout: 0.0 };
        let plan = Plan::new(&cnn, &[1, 28, 28], 10).unwrap();
        assert_eq!(
            names(&plan),
            ["0.weight", "0.bias", "3.weight", "3.bias", "7.weight", "7.bias", "9.weight", "9.bias"]
        );
        assert_eq!(plan.parameters()[4].shape, [64, 16 * 7 * 7]);
    }

    #[test]
    fn a_cnn_says_which_images_it_needs() {
        let cnn = Architecture::Cnn { channels: vec![4; 4], dense: vec![], dropout: 0.0 };
        assert_eq!(
            Plan::new(&cnn, &[1, 8, 8], 10),
            Err(PlanError::TooSmall { convolutions: 4, needed: 16, height: 8, width: 8 })
        );
        assert_eq!(Plan::new(&cnn, &[5], 10), Err(PlanError::NoImages { features: 5 }));
    }
}
