//! What a network costs whoever asks it: multiply-adds of a row.

use super::plan::{Body, Layer, Plan};
use super::text::TextPlan;

impl Plan {
    /// Multiply-adds of one row, forward: those of dense layers, convolutions, recurrences and attention; embeddings, norms, pooling and
    /// activations are not counted. `tokens` is the length of a text, which may be a mean of several.
    pub fn multiply_adds(&self, tokens: f64) -> f64 {
        match &self.body {
            Body::Layers(layers) => of_layers(layers, &self.input),
            Body::Text(text) => of_text(text, self.classes as f64, tokens),
        }
    }

    /// Bytes of the weights.
    pub fn bytes(&self) -> u64 {
        4 * self.parameter_count()
    }
}

fn of_layers(layers: &[Layer], input: &[usize]) -> f64 {
    let (mut height, mut width) = match *input {
        [_, height, width] => (height, width),
        _ => (1, 1),
    };
    let mut sum = 0;
    for layer in layers {
        match layer {
            Layer::Conv { input, output, .. } => sum += 9 * input * output * height * width,
            Layer::Pool => (height, width) = (height / 2, width / 2),
            Layer::Dense { input, output, .. } => sum += input * output,
            Layer::Flatten | Layer::Dropout { .. } => {}
        }
    }
    sum as f64
}

fn of_text(text: &TextPlan, classes: f64, tokens: f64) -> f64 {
    match text {
        TextPlan::TextCnn { embedding, windows, maps, .. } => {
            let of_window = |window: &usize| {
                let places = (tokens - *window as f64 + 1.0).max(1.0);
                places * (window * embedding * maps) as f64
            };
            windows.iter().map(of_window).sum::<f64>() + (windows.len() * maps) as f64 * classes
        }
        TextPlan::BiLstm { embedding, units, dense, .. } => {
            let recurrent = 2.0 * tokens * (4 * units * (embedding + units)) as f64;
            let sizes: Vec<f64> =
                std::iter::once(2 * units).chain(dense.iter().copied()).map(|size| size as f64).collect();
            let hidden: f64 = sizes.windows(2).map(|pair| pair[0] * pair[1]).sum();
            recurrent + hidden + sizes.last().map_or(0.0, |last| last * classes)
        }
        TextPlan::Bert(plan) => {
            let [once, a_token, a_pair] = plan.costs(classes as usize).last().copied().unwrap_or_default();
            // Those are operations, two of which are a multiply-add.
            (once + a_token * tokens + a_pair * tokens * tokens) / 2.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{Architecture, TextLayers};

    #[test]
    #[allow(clippy::float_cmp, reason = "whole numbers")]
    fn multiply_adds_are_those_of_a_count_by_hand() {
        let mlp = Architecture::Mlp { hidden: vec![32, 16], dropout: 0.5 };
        let plan = Plan::new(&mlp, &[1, 28, 28], 10).unwrap();
        assert_eq!(plan.multiply_adds(0.0), f64::from(784 * 32 + 32 * 16 + 16 * 10));
        assert_eq!(plan.bytes(), 4 * (784 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10));
        let cnn = Architecture::Cnn { channels: vec![8, 16], dense: vec![64], dropout: 0.0 };
        let plan = Plan::new(&cnn, &[3, 32, 32], 10).unwrap();
        let convolutions = 9 * 3 * 8 * 32 * 32 + 9 * 8 * 16 * 16 * 16;
        assert_eq!(plan.multiply_adds(0.0), f64::from(convolutions + 16 * 8 * 8 * 64 + 64 * 10));
        let text = |layers: TextLayers| TextPlan::new(&layers, 0.0, 100, 16);
        let cnn = text(TextLayers::TextCnn { windows: vec![3, 5], maps: 7, embedding: 4 });
        assert_eq!(of_text(&cnn, 2.0, 10.0), f64::from(8 * 3 * 4 * 7 + 6 * 5 * 4 * 7 + 14 * 2));
        let lstm = text(TextLayers::BiLstm { units: 6, dense: vec![8], embedding: 4 });
        assert_eq!(of_text(&lstm, 2.0, 10.0), f64::from(2 * 10 * 4 * 6 * (4 + 6) + 12 * 8 + 8 * 2));
        let bert = text(TextLayers::Transformer { layers: 2, width: 8, heads: 2, inner: 16 });
        let of_layer = 10 * (4 * 8 * 8 + 2 * 8 * 16) + 10 * 10 * 2 * 8;
        assert_eq!(of_text(&bert, 2.0, 10.0), f64::from(2 * of_layer + 8 * 8 + 8 * 2));
    }
}
