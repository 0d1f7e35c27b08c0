//! The networks of texts as populations: a text alone and among others, a member alone and among others, both forms, files.

use std::sync::Arc;

use candle_core::{Device, Tensor, Var};
use stillroom::data::{Inputs, Texts};
use stillroom::model::{Checkpoint, Encoder, Frame, ModelSpec, Network, Plan, TextEncoder, TextPlan};
use stillroom::ops::Backend;
use stillroom::recipe::{Architecture, QUICKSTART, TextLayers, TokensOf};
use stillroom::rng::Key;

const TEXTS: [&str; 6] = [
    "a good film , a really good film",
    "bad",
    "影片 很 好 看 影片 很 好",
    "really bad film and a bad plot and a bad end and a bad score , good good good good",
    "zzz qqq",
    "",
];

fn texts(of: &[&str]) -> Texts {
    let mut texts = Texts::new(false);
    for text in of {
        texts.push(text, None);
    }
    texts
}

fn kinds() -> [TextLayers; 3] {
    [
        TextLayers::TextCnn { windows: vec![1, 3, 5], maps: 70, embedding: 24 },
        TextLayers::BiLstm { units: 20, dense: vec![12], embedding: 24 },
        TextLayers::Transformer { layers: 2, width: 24, heads: 3, inner: 80 },
    ]
}

fn spec(layers: &TextLayers, dropout: f64) -> ModelSpec {
    let all = texts(&TEXTS);
    let frame = if matches!(layers, TextLayers::Transformer { .. }) { Frame::Bert } else { Frame::None };
    let encoder = TextEncoder::of_words(&all, &[0, 1, 2, 3, 4, 5], frame, 32).unwrap();
    let plan = TextPlan::new(layers, dropout, encoder.vocabulary(), 32);
    let (layers, tokens) = (layers.clone(), TokensOf::Words);
    let architecture = Architecture::Text { layers, dropout, tokens, length: 32 };
    ModelSpec::new(Plan::of_text(&architecture, plan, 3).unwrap(), Encoder::Text(Arc::new(encoder)))
}

fn bits(tensor: &Tensor) -> Vec<u32> {
    tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
}

#[test]
fn a_text_says_the_same_alone_and_among_others() {
    for layers in kinds() {
        let network = spec(&layers, 0.0).seeded(&[3], &Device::Cpu).unwrap();
        let all = bits(&network.logits(&[&Inputs::Text(texts(&TEXTS))]).unwrap());
        // Enough that the whole is evaluated in parts.
        let many: Vec<&str> = TEXTS.iter().cycle().take(2000).copied().collect();
        let many = bits(&network.logits(&[&Inputs::Text(texts(&many))]).unwrap());
        for (row, text) in TEXTS.iter().enumerate() {
            let alone = bits(&network.logits(&[&Inputs::Text(texts(&[text]))]).unwrap());
            assert_eq!(alone, all[3 * row..][..3], "{layers:?}: {text}");
            assert_eq!(alone, many[3 * (row + 1200)..][..3], "{layers:?}: {text}, among many");
        }
    }
}

/// Logits and gradients of a step of training, member by member.
fn step(network: &dyn Network, inputs: &[&Inputs], keys: &[Key], backend: Backend) -> (Tensor, Vec<Vec<Tensor>>) {
    let output = network.forward(inputs, keys, &[], backend).unwrap();
    let loss = output.logits.sqr().unwrap().sum_all().unwrap();
    let store = loss.backward().unwrap();
    let members = keys.len();
    let mut each: Vec<Vec<Tensor>> = vec![Vec::new(); members];
    for (index, parameter) in network.parameters().iter().enumerate() {
        match output.rows.iter().find(|used| used.parameter == index) {
            None => {
                let gradient = store.get(parameter).unwrap();
                for (member, own) in each.iter_mut().enumerate() {
                    own.push(gradient.get(member).unwrap());
                }
            }
            Some(used) => {
                let gradient = store.get(&used.values).unwrap();
                let mut start = 0;
                for (own, ids) in each.iter_mut().zip(&used.ids) {
                    own.push(gradient.narrow(0, start, ids.len()).unwrap());
                    start += ids.len();
                }
            }
        }
    }
    (output.logits, each)
}

#[test]
fn a_member_learns_the_same_alone_and_among_others() {
    let (one, two) = (Inputs::Text(texts(&TEXTS[..3])), Inputs::Text(texts(&TEXTS[3..])));
    for layers in kinds() {
        let spec = spec(&layers, 0.3);
        let seeds = [5, 6, 7, 8];
        let keys: Vec<Key> = seeds.iter().map(|seed| Key::new(*seed)).collect();
        let network = spec.seeded(&seeds, &Device::Cpu).unwrap();
        let (logits, gradients) = step(&*network, &[&one, &two], &keys, Backend::Native);
        for (member, seed) in seeds.iter().enumerate() {
            let alone = spec.seeded(&[*seed], &Device::Cpu).unwrap();
            let input = if member < 2 { &one } else { &two };
            let (own, of_alone) = step(&*alone, &[input], &keys[member..=member], Backend::Native);
            assert_eq!(bits(&own), bits(&logits.get(member).unwrap()), "{layers:?}");
            for (index, (a, b)) in of_alone[0].iter().zip(&gradients[member]).enumerate() {
                assert_eq!(bits(a), bits(b), "{layers:?}: {}", spec.parameters()[index].name);
            }
        }
    }
}

#[test]
fn both_forms_agree() {
    let inputs = Inputs::Text(texts(&TEXTS));
    for layers in kinds() {
        let network = spec(&layers, 0.2).seeded(&[1, 2], &Device::Cpu).unwrap();
        let keys = [Key::new(1), Key::new(2)];
        let [a, b] = [Backend::Native, Backend::Candle].map(|backend| step(&*network, &[&inputs], &keys, backend));
        let close = |a: &Tensor, b: &Tensor, what: &str| {
            let [a, b] = [a, b].map(|t| t.flatten_all().unwrap().to_vec1::<f32>().unwrap());
            let most = b.iter().fold(1e-6_f32, |most, x| most.max(x.abs()));
            let off = a.iter().zip(&b).fold(0.0_f32, |off, (a, b)| off.max((a - b).abs()));
            assert!(off <= 2e-5 * most, "{layers:?} {what}: {off:e} of {most:e}");
        };
        close(&a.0, &b.0, "logits");
        for (member, (a, b)) in a.1.iter().zip(&b.1).enumerate() {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                close(a, b, &format!("gradient {index} of member {member}"));
            }
        }
    }
}

#[test]
fn a_file_holds_the_words_too() {
    for layers in kinds() {
        let network = spec(&layers, 0.1).seeded(&[3, 4], &Device::Cpu).unwrap();
        let classes = ["a", "b", "c"].map(str::to_owned).to_vec();
        let recipe = QUICKSTART.recipe().unwrap();
        let checkpoint = Checkpoint::of_member(&*network, 1, classes, None, vec![1, 2], recipe, "here".into()).unwrap();
        let again = Checkpoint::from_bytes("test", &checkpoint.to_bytes().unwrap()).unwrap();
        assert_eq!(again, checkpoint);
        let inputs = Inputs::Text(texts(&TEXTS));
        let said = again.network(&Device::Cpu).unwrap().logits(&[&inputs]).unwrap();
        assert_eq!(bits(&said), bits(&network.logits(&[&inputs]).unwrap().narrow(0, 1, 1).unwrap()));
    }
}

#[test]
fn frozen_layers_have_no_gradient_and_others_do() {
    use stillroom::recipe::{Frozen, Pooling};
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/text/fixtures/bert");
    let folder = stillroom::model::Folder::read(&path).unwrap();
    let architecture = Architecture::Bert {
        folder: path,
        layers: Some(2),
        pooling: Some(Pooling::Mean),
        frozen: Frozen::UpTo(1),
        dropout: None,
        length: 32,
    };
    let spec = folder.spec(&architecture, 2).unwrap();
    let network = spec.seeded(&[0], &Device::Cpu).unwrap();
    let inputs = Inputs::Text(texts(&TEXTS));
    let output = network.forward(&[&inputs], &[Key::new(0)], &[], Backend::Native).unwrap();
    let store = output.logits.sqr().unwrap().sum_all().unwrap().backward().unwrap();
    assert!(output.rows.is_empty());
    let trained: Vec<(String, &Var)> =
        spec.parameters().into_iter().map(|spec| spec.name).zip(network.parameters()).collect();
    for ((name, parameter), spec) in trained.into_iter().zip(spec.parameters()) {
        assert_eq!(store.get(parameter).is_none(), spec.frozen, "{name}");
    }
    assert_eq!(spec.parameters().iter().filter(|spec| spec.frozen).count(), 5 + 16);
}
