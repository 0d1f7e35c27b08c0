//! Texts that people have and programs stumble over: empty ones, signs of many parts, the longest. Every model of texts reads them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{Device, Tensor};
use stillroom::data::{Inputs, Texts};
use stillroom::model::{Encoder, Folder, Frame, ModelSpec, Plan, TextEncoder, TextPlan};
use stillroom::ops::Backend;
use stillroom::recipe::{Architecture, Frozen, TextLayers, TokensOf};
use stillroom::rng::Key;

/// Tokens that are read.
const LENGTH: usize = 24;

fn odd() -> Vec<String> {
    let short = [
        "",
        " \t\r\n ",
        // An astronaut of a skin tone, a family, and a flag: signs that are joined without a width.
        "👩🏽\u{200d}🚀 👨\u{200d}👩\u{200d}👧\u{200d}👦 🏴\u{200d}☠\u{fe0f}",
        "שלום עולם, مرحبا بالعالم \u{202e}good\u{202c}",
        "e\u{301}a\u{300} Z\u{351}\u{36b}\u{343}a\u{353} a\u{308}\u{308}\u{308}",
        "a\0good\0film\0",
        "\0",
        "one line\r\nand another",
        "\u{feff}a good film",
        "\u{200b}\u{ad}\u{2028}",
        "\u{10ffff}\u{fffd}",
        "a good film",
    ];
    let distinct = (0..10_000).map(|i| format!("w{i} ")).collect();
    let long = ["x".repeat(10_000), "好".repeat(10_000), distinct, "a really good film, ".repeat(10_000)];
    short.map(str::to_owned).into_iter().chain(long).collect()
}

fn texts<'a>(of: impl IntoIterator<Item = &'a String>) -> Texts {
    let mut texts = Texts::new(false);
    for text in of {
        texts.push(text, None);
    }
    texts
}

fn kinds() -> [TextLayers; 3] {
    [
        TextLayers::TextCnn { windows: vec![1, 3, 5], maps: 6, embedding: 8 },
        TextLayers::BiLstm { units: 6, dense: vec![5], embedding: 8 },
        TextLayers::Transformer { layers: 1, width: 8, heads: 2, inner: 16 },
    ]
}

/// A pre-trained one, and every other kind with words of its own and with the tokens of that one.
fn specs(texts: &Texts) -> Vec<ModelSpec> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/text/fixtures/bert");
    let architecture = Architecture::Bert {
        folder: PathBuf::new(),
        layers: None,
        pooling: None,
        frozen: Frozen::Nothing,
        dropout: None,
        length: LENGTH,
    };
    let bert = Folder::read(&folder).unwrap().spec(&architecture, 2).unwrap();
    let rows: Vec<u32> = (0..texts.rows() as u32).collect();
    let words = |frame| Arc::new(TextEncoder::of_words(texts, &rows, frame, LENGTH).unwrap());
    let (plain, framed) = (words(Frame::None), words(Frame::Bert));
    let of_teacher = Arc::new(bert.reads.text().unwrap().cut_down(texts, &rows, LENGTH).unwrap());
    let mut specs = vec![bert];
    for layers in kinds() {
        let own = if matches!(layers, TextLayers::Transformer { .. }) { &framed } else { &plain };
        for (tokens, encoder) in [(TokensOf::Words, own), (TokensOf::Teacher, &of_teacher)] {
            let plan = TextPlan::new(&layers, 0.1, encoder.vocabulary(), LENGTH);
            let architecture = Architecture::Text { layers: layers.clone(), dropout: 0.1, tokens, length: LENGTH };
            let plan = Plan::of_text(&architecture, plan, 2).unwrap();
            specs.push(ModelSpec::new(plan, Encoder::Text(Arc::clone(encoder))));
        }
    }
    specs
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

#[test]
fn every_model_reads_odd_texts_alike_alone_and_among_others() {
    let odd = odd();
    let all = texts(&odd);
    for spec in specs(&all) {
        let encoder = spec.reads.text().unwrap();
        let tokens = encoder.encode(&all);
        let lengths = (0..odd.len()).map(|row| tokens.row(row).len());
        assert!(lengths.clone().all(|length| (1..=LENGTH).contains(&length)), "{}", spec.name());
        assert!(tokens.ids.iter().all(|id| (*id as usize) < encoder.rows()));
        let network = spec.seeded(&[4], &Device::Cpu).unwrap();
        let inputs = Inputs::Text(all.clone());
        let said = numbers(&network.logits(&[&inputs]).unwrap());
        assert!(said.len() == 2 * odd.len() && said.iter().all(|logit| logit.is_finite()), "{}", spec.name());
        for (row, text) in odd.iter().enumerate() {
            let alone = numbers(&network.logits(&[&Inputs::Text(texts([text]))]).unwrap());
            assert_eq!(bits(&alone), bits(&said[2 * row..][..2]), "{}: {:.40}", spec.name(), text);
        }
        // A step of training has a gradient, and a finite one.
        let output = network.forward(&[&inputs], &[Key::new(5)], &[], Backend::Native).unwrap();
        let gradients = output.logits.sqr().unwrap().sum_all().unwrap().backward().unwrap();
        let leaves = network.parameters().iter().chain(output.rows.iter().map(|used| &used.values));
        let found: Vec<f32> = leaves.filter_map(|leaf| gradients.get(leaf)).flat_map(numbers).collect();
        assert!(found.iter().all(|number| number.is_finite()), "{}", spec.name());
        assert!(found.iter().any(|number| *number != 0.0), "{}", spec.name());
    }
}
