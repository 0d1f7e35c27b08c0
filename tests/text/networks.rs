//! The networks of texts as populations: a text alone and among others, a member alone and among others, both forms, files.

use std::sync::Arc;

use candle_core::{Device, Tensor, Var};
use stillroom::data::{Inputs, Texts};
use stillroom::distill::{leaves_at, uncertainty};
use stillroom::model::{
    BertActivation, BertPlan, Body, Checkpoint, Encoder, ExitPlan, Frame, Mixture, ModelSpec, Network, Plan,
    TextEncoder, TextPlan,
};
use stillroom::ops::Backend;
use stillroom::recipe::{Architecture, Frozen, Pooling, QUICKSTART, TextLayers, TokensOf};
use stillroom::rng::Key;

const TEXTS: [&str; 6] = [
    "a good film , a really good film",
    "bad",
    "影片 很 好 看 影片 很 好",
    "really bad film and a bad plot and a bad end and a bad score , good good good good",
    "zzz qqq",
    "",
];

pub fn texts(of: &[&str]) -> Texts {
    let mut texts = Texts::new(false);
    for text in of {
        texts.push(text, None);
    }
    texts
}

pub fn kinds() -> [TextLayers; 3] {
    [
        TextLayers::TextCnn { windows: vec![1, 3, 5], maps: 70, embedding: 24 },
        TextLayers::BiLstm { units: 20, dense: vec![12], embedding: 24 },
        TextLayers::Transformer { layers: 2, width: 24, heads: 3, inner: 80 },
    ]
}

pub fn spec(layers: &TextLayers, dropout: f64) -> ModelSpec {
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

/// A network of four layers with exits, whose weights were drawn large enough to say something.
pub fn with_exits(speed: f64) -> ModelSpec {
    let mut spec = spec(&TextLayers::Transformer { layers: 4, width: 24, heads: 3, inner: 80 }, 0.0);
    if let Body::Text(TextPlan::Bert(plan)) = &mut spec.plan.body {
        plan.exits = Some(ExitPlan { width: 16, heads: 2, speed });
    }
    spec
}

/// Members whose branches and last layers are of every kind of sureness.
pub fn sure_and_unsure(spec: &ModelSpec, seeds: &[u64]) -> Box<dyn Network> {
    let network = spec.seeded(seeds, &Device::Cpu).unwrap();
    let specs = spec.parameters();
    let louder = specs.iter().zip(network.parameters()).map(|(spec, parameter)| {
        let loud = if spec.name.contains("classifier") { 40.0 } else { 1.0 };
        (parameter.as_detached_tensor() * loud).unwrap()
    });
    network.with_parameters(louder.collect()).unwrap()
}

#[test]
fn a_text_leaves_at_its_first_sure_exit_whoever_is_beside_it() {
    let seeds = [3, 4];
    let inputs = Inputs::Text(texts(&TEXTS));
    let rows = TEXTS.len();
    let mut left = std::collections::BTreeSet::new();
    for speed in [0.0, 0.2, 0.5, 0.8, 0.95, 1.0] {
        let spec = with_exits(speed);
        let both = sure_and_unsure(&spec, &seeds);
        let exits = both.exits(&both.recorded(&[]), &[&inputs], Backend::Native).unwrap();
        assert_eq!(exits.len(), 4);
        let numbers = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let exits: Vec<Vec<f32>> = exits.iter().map(numbers).collect();
        let said = numbers(&both.logits(&[&inputs]).unwrap());
        for row in 0..seeds.len() * rows {
            let at = |exit: usize| &exits[exit][3 * row..][..3];
            let exit = leaves_at((0..3).map(|exit| uncertainty(at(exit))), speed);
            left.insert(exit);
            assert_eq!(at(exit), &said[3 * row..][..3], "speed {speed}, row {row}");
        }
        // One member really lets its texts go, and says the same; so does a text alone.
        for (member, seed) in seeds.iter().enumerate() {
            let one = sure_and_unsure(&spec, &[*seed]);
            let alone = numbers(&one.logits(&[&inputs]).unwrap());
            assert_eq!(alone, said[3 * member * rows..][..3 * rows]);
            for (row, text) in TEXTS.iter().enumerate() {
                let text = numbers(&one.logits(&[&Inputs::Text(texts(&[text]))]).unwrap());
                assert_eq!(text, alone[3 * row..][..3]);
            }
        }
    }
    assert_eq!(left.len(), 4, "texts leave at every exit: {left:?}");
}

#[test]
fn a_student_of_its_teachers_layers_begins_with_them_and_takes_their_places() {
    let whole = spec(&TextLayers::Transformer { layers: 4, width: 24, heads: 3, inner: 80 }, 0.1);
    let half = spec(&TextLayers::Transformer { layers: 2, width: 24, heads: 3, inner: 80 }, 0.1);
    let teacher = whole.seeded(&[9], &Device::Cpu).unwrap();
    let classes = [2, 0, 1];
    let network: (&dyn Network, &[usize]) = (&*teacher, &classes);
    let students = half.seeded_from(&[1, 2, 3], &[network; 3], &Device::Cpu).unwrap();
    for (spec, own) in half.parameters().iter().zip(students.parameters()) {
        let at = whole.parameters().iter().position(|their| their.name == spec.name).unwrap();
        let theirs = teacher.parameters()[at].as_detached_tensor().get(0).unwrap();
        let rows = Tensor::new(&[2_u32, 0, 1], &Device::Cpu).unwrap();
        let is_last = spec.name.starts_with("classifier.");
        let theirs = if is_last { theirs.index_select(&rows, 0).unwrap() } else { theirs };
        assert_eq!(bits(&own.as_detached_tensor().get(1).unwrap()), bits(&theirs), "{}", spec.name);
    }
    let inputs = Inputs::Text(texts(&TEXTS));
    let keys: Vec<Key> = [1, 2, 3].map(Key::new).into();
    let mixed = |network: &dyn Network, keeps: &[Vec<bool>], keys: Option<&[Key]>| {
        let parameters: Vec<Tensor> = network.parameters().iter().map(|own| own.as_tensor().clone()).collect();
        let mixture = Mixture { of: &*teacher, keeps };
        network.mixed(&parameters, &[&inputs], keys, &mixture, Backend::Native).unwrap()
    };
    // The teacher throughout says what it says, in the classes' own order; the student throughout what the student says.
    let all = [true, true].to_vec();
    let said = mixed(&*students, &vec![all; 3], None).get(2).unwrap();
    let order = Tensor::new(&classes.map(|class| class as u32), &Device::Cpu).unwrap();
    let expected = teacher.logits(&[&inputs]).unwrap().get(0).unwrap().index_select(&order, 1).unwrap();
    assert_eq!(bits(&said), bits(&expected));
    let none = [false, false].to_vec();
    assert_eq!(bits(&mixed(&*students, &vec![none; 3], None)), bits(&students.logits(&[&inputs]).unwrap()));
    // Each member has its own coins, and in training its own dropout, whatever the others do.
    let keeps = [vec![true, false], vec![false, true], vec![false, false]];
    for keys in [None, Some(&keys[..])] {
        let together = mixed(&*students, &keeps, keys);
        for member in 0..3 {
            let index = Tensor::new(&[member as u32], &Device::Cpu).unwrap();
            let alone = students.select(&index).unwrap();
            let key = keys.map(|keys| &keys[member..=member]);
            let alone = mixed(&*alone, &keeps[member..=member], key);
            assert_eq!(bits(&alone), bits(&together.get(member).unwrap()), "member {member}");
        }
    }
    // Only layers that stood at their places learn.
    let loss = mixed(&*students, &keeps, Some(&keys)).sqr().unwrap().sum_all().unwrap();
    let gradients = loss.backward().unwrap();
    for (index, spec) in half.parameters().iter().enumerate() {
        let Some(layer) = (0..2).find(|layer| spec.name.starts_with(&format!("bert.encoder.layer.{layer}."))) else {
            continue;
        };
        let gradient = gradients.get(&students.parameters()[index]).unwrap();
        for (member, keeps) in keeps.iter().enumerate() {
            let largest = gradient.get(member).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
            // The keys' biases move no attention.
            let moves = !keeps[layer] && !spec.name.ends_with("key.bias");
            assert!(if moves { largest > 0.0 } else { largest < 1e-6 }, "{} of member {member}: {largest}", spec.name);
        }
    }
}

#[test]
fn operations_are_those_of_the_papers_count_and_attention() {
    // The authors count 21,785 M for BERT base at 128 tokens with a branch after the last layer, attention's products left out.
    let plan = BertPlan {
        vocabulary: 21_128,
        width: 768,
        layers: 12,
        heads: 12,
        inner: 3072,
        positions: 512,
        kinds: 2,
        epsilon: 1e-12,
        activation: BertActivation::Gelu,
        dropout: 0.1,
        attention_dropout: 0.1,
        pooling: Pooling::Mean,
        frozen: Frozen::Nothing,
        exits: None,
    };
    let [constant, linear, square] = plan.whole_cost(2);
    let expected = 2.0 * (12.0 * 128.0 * 7_077_888.0 + 768.0 * 2.0);
    assert!((constant + 128.0 * linear - expected).abs() < 1.0);
    assert!((constant + 128.0 * linear) / 21_785e6 > 0.997);
    assert!((square - 2.0 * 12.0 * 2.0 * 768.0).abs() < 1e-6);
    let costs = BertPlan { exits: Some(ExitPlan::new(0.5, 768)), ..plan }.costs(2);
    let branch = 128.0 * 128.0 + 128.0 * 2.0 + 128.0 * (768.0 * 128.0 + 4.0 * 128.0 * 128.0);
    let at_128 = |[constant, linear, square]: [f64; 3]| constant + 128.0 * linear + 128.0 * 128.0 * square;
    let layer = 128.0 * 7_077_888.0 + 128.0 * 128.0 * 2.0 * 768.0;
    let attention = 128.0 * 128.0 * 2.0 * 128.0;
    assert!(costs.len() == 12 && (at_128(costs[2]) - 2.0 * 3.0 * (layer + branch + attention)).abs() < 1.0);
}
