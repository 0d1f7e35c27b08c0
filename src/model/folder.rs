//! A pre-trained model of BERT's shape in a folder, as Hugging Face's `transformers` writes it: `config.json`, a tokeniser, weights.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::checkpoint::{Checkpoint, CheckpointError, READING};
use super::import::{self, Values};
use super::network::ModelSpec;
use super::parameter::Pretrained;
use super::plan::{Plan, PlanError};
use super::reads::Encoder;
use super::text::{BertActivation, BertPlan, SavedEncoder, TextEncoder, TextPlan};
use crate::recipe::{Architecture, Frozen, LENGTH, Pooling};
use crate::text::{Phrase, phrase};

/// A pre-trained model.
pub struct Folder {
    path: PathBuf,
    plan: BertPlan,
    encoder: SavedEncoder,
    pretrained: Pretrained,
    /// The last dense layer and the names of its classes, where it was trained for some.
    head: Option<Head>,
}

struct Head {
    classes: Vec<String>,
    weights: [Vec<f32>; 2],
}

#[derive(Deserialize)]
struct Config {
    model_type: Option<String>,
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    max_position_embeddings: usize,
    #[serde(default = "two")]
    type_vocab_size: usize,
    #[serde(default = "epsilon")]
    layer_norm_eps: f64,
    #[serde(default = "gelu")]
    hidden_act: String,
    #[serde(default = "tenth")]
    hidden_dropout_prob: f64,
    #[serde(default = "tenth")]
    attention_probs_dropout_prob: f64,
    position_embedding_type: Option<String>,
    id2label: Option<HashMap<String, String>>,
}

// What `BertConfig` of transformers has where a file says nothing.
fn two() -> usize {
    2
}
fn epsilon() -> f64 {
    1e-12
}
fn tenth() -> f64 {
    0.1
}
fn gelu() -> String {
    "gelu".to_owned()
}

/// Files of weights, the first that is there counts.
const WEIGHTS: [&str; 2] = ["model.safetensors", "pytorch_model.bin"];

impl Folder {
    /// Reads a folder in full.
    ///
    /// # Errors
    /// Names the file and what is wrong with it: no tokeniser, another architecture, weights that do not fit.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        let config = read_config(path)?;
        let encoder = read_encoder(path)?;
        let pooling = read_pooling(path);
        let (file, bytes) = read_weights(path)?;
        let dict = import::read(&file, &bytes)?;
        let mut tensors: HashMap<String, Vec<f32>> = HashMap::with_capacity(dict.tensors.len());
        let mut shapes: HashMap<String, Vec<usize>> = HashMap::with_capacity(dict.tensors.len());
        for tensor in dict.tensors {
            let Values::Real(values) = tensor.values else { continue };
            let name = own_name(&tensor.name);
            shapes.insert(name.clone(), tensor.shape);
            tensors.insert(name, values);
        }
        let has_pooler = tensors.contains_key("bert.pooler.dense.weight");
        let plan = BertPlan {
            vocabulary: config.vocab_size,
            width: config.hidden_size,
            layers: config.num_hidden_layers,
            heads: config.num_attention_heads,
            inner: config.intermediate_size,
            positions: config.max_position_embeddings,
            kinds: config.type_vocab_size,
            epsilon: config.layer_norm_eps,
            activation: activation(path, &config)?,
            dropout: config.hidden_dropout_prob,
            attention_dropout: config.attention_probs_dropout_prob,
            pooling: pooling.unwrap_or(if has_pooler { Pooling::Cls } else { Pooling::Mean }),
            frozen: Frozen::Nothing,
            exits: None,
        };
        check(&file, &plan, &tensors, &shapes)?;
        let head = head(&config, &mut tensors);
        let text = encoder.tokenizer.as_bytes();
        let digest = Sha256::new().chain_update(&bytes).chain_update(text).finalize();
        let digest = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let known = TextEncoder::new(encoder.clone());
        let known =
            known.map_err(|problem| tokenizer_fault(path, phrase!("tokenizer-unreadable", problem = problem)))?;
        if known.vocabulary() > plan.vocabulary {
            let problem = phrase!("tokenizer-vocabulary", tokens = known.vocabulary(), rows = plan.vocabulary);
            return Err(tokenizer_fault(path, problem));
        }
        Ok(Self { path: path.to_owned(), plan, encoder, pretrained: Pretrained::new(tensors, digest), head })
    }

    /// The model that a recipe asks for, with these weights and a last layer for so many classes.
    ///
    /// # Errors
    /// When the folder has fewer layers.
    pub fn spec(&self, architecture: &Architecture, classes: usize) -> Result<ModelSpec, PlanError> {
        let Architecture::Bert { layers, pooling, frozen, dropout, length, .. } = architecture else {
            return Err(PlanError::NoTexts);
        };
        let mut plan = BertPlan { frozen: *frozen, ..self.plan.clone() };
        if let Some(layers) = layers {
            if *layers > plan.layers {
                return Err(PlanError::FewLayers { asked: *layers, there: plan.layers });
            }
            plan.layers = *layers;
        }
        plan.pooling = pooling.unwrap_or(plan.pooling);
        if let Some(dropout) = dropout {
            (plan.dropout, plan.attention_dropout) = (*dropout, *dropout);
        }
        let length = (*length).min(plan.positions);
        let encoder = SavedEncoder { length, ..self.encoder.clone() };
        let encoder = TextEncoder::new(encoder).map_err(|_| PlanError::NoTexts)?;
        let plan = Plan::of_text(architecture, TextPlan::Bert(plan), classes)?;
        let pretrained = Some(self.pretrained.clone());
        Ok(ModelSpec { pretrained, ..ModelSpec::new(plan, Encoder::Text(Arc::new(encoder))) })
    }

    /// The model as it is, where it was trained for classes that it names.
    ///
    /// # Errors
    /// When it was not, and so is no finished model.
    pub fn finished(&self) -> Result<Checkpoint, CheckpointError> {
        let path = self.path.display().to_string();
        let Some(head) = &self.head else {
            return Err(CheckpointError::Layers { path, problem: phrase!("folder-no-classes") });
        };
        let architecture = Architecture::Bert {
            folder: self.path.clone(),
            layers: None,
            pooling: None,
            frozen: Frozen::Nothing,
            dropout: None,
            length: LENGTH,
        };
        let layers = |error: PlanError| CheckpointError::Layers { path: path.clone(), problem: error.phrase() };
        let ModelSpec { plan, reads, .. } = self.spec(&architecture, head.classes.len()).map_err(layers)?;
        let mut weights = Vec::new();
        for spec in plan.parameters() {
            weights.push(match spec.name.as_str() {
                "classifier.weight" => head.weights[0].clone(),
                "classifier.bias" => head.weights[1].clone(),
                _ => self.pretrained.get(&spec).map(<[f32]>::to_vec).ok_or_else(|| CheckpointError::Tensor {
                    path: path.clone(),
                    name: spec.name.clone(),
                    problem: phrase!("checkpoint-tensor-missing"),
                })?,
            });
        }
        Ok(Checkpoint {
            plan,
            classes: head.classes.clone(),
            reads,
            columns: None,
            reading: READING,
            rows: Vec::new(),
            recipe: None,
            engine: String::new(),
            weights,
        })
    }
}

/// The name that a tensor has here: `bert.` comes first but for the last layer, and norms have weights and biases.
fn own_name(name: &str) -> String {
    let name = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias");
    if name.starts_with("bert.") || name.starts_with("classifier.") || name.starts_with("cls.") {
        name
    } else {
        format!("bert.{name}")
    }
}

fn file_fault(path: &Path, error: &std::io::Error) -> CheckpointError {
    CheckpointError::File { path: path.display().to_string(), problem: error.to_string() }
}

fn tokenizer_fault(folder: &Path, problem: Phrase) -> CheckpointError {
    CheckpointError::Foreign { path: folder.display().to_string(), problem }
}

fn read_config(folder: &Path) -> Result<Config, CheckpointError> {
    let path = folder.join("config.json");
    let of_folder = |problem: Phrase| CheckpointError::Foreign { path: folder.display().to_string(), problem };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(of_folder(phrase!("folder-no-config")));
        }
        Err(error) => return Err(file_fault(&path, &error)),
    };
    let broken = |error: serde_json::Error| CheckpointError::Foreign {
        path: path.display().to_string(),
        problem: phrase!("folder-config-broken", problem = Phrase::plain(error)),
    };
    // Another architecture has other keys, whose lack is not what is wrong.
    let kind: serde_json::Value = serde_json::from_str(&text).map_err(broken)?;
    let kind = kind.get("model_type").and_then(serde_json::Value::as_str).unwrap_or("bert").to_owned();
    if kind != "bert" {
        return Err(of_folder(phrase!("folder-other-architecture", found = kind)));
    }
    let config: Config = serde_json::from_str(&text).map_err(broken)?;
    debug_assert!(config.model_type.as_deref().is_none_or(|kind| kind == "bert"));
    if let Some(kind) = config.position_embedding_type.as_deref().filter(|kind| *kind != "absolute") {
        return Err(of_folder(phrase!("folder-positions", found = kind)));
    }
    let sides = [config.hidden_size, config.num_attention_heads, config.max_position_embeddings];
    if sides.contains(&0) || !config.hidden_size.is_multiple_of(config.num_attention_heads) {
        let (width, heads) = (config.hidden_size, config.num_attention_heads);
        return Err(of_folder(phrase!("conflict-heads", width = width, heads = heads)));
    }
    Ok(config)
}

fn activation(folder: &Path, config: &Config) -> Result<BertActivation, CheckpointError> {
    Ok(match config.hidden_act.as_str() {
        "gelu" => BertActivation::Gelu,
        "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => BertActivation::GeluTanh,
        "relu" => BertActivation::Relu,
        other => {
            let problem = phrase!("folder-activation", found = other);
            return Err(CheckpointError::Foreign { path: folder.display().to_string(), problem });
        }
    })
}

/// `tokenizer.json`, or else `vocab.txt`.
fn read_encoder(folder: &Path) -> Result<SavedEncoder, CheckpointError> {
    let read = |name: &str| match std::fs::read_to_string(folder.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_fault(&folder.join(name), &error)),
    };
    if let Some(tokenizer) = read("tokenizer.json")? {
        return Ok(SavedEncoder { tokenizer, length: LENGTH, known: None });
    }
    let Some(vocabulary) = read("vocab.txt")? else {
        return Err(tokenizer_fault(folder, phrase!("folder-no-tokenizer")));
    };
    let settings =
        read("tokenizer_config.json")?.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    let lower_case = settings.and_then(|settings| settings.get("do_lower_case")?.as_bool()).unwrap_or(true);
    let encoder = TextEncoder::of_word_pieces(&vocabulary, lower_case, LENGTH);
    let unreadable = |problem| tokenizer_fault(folder, phrase!("tokenizer-unreadable", problem = problem));
    Ok(encoder.map_err(unreadable)?.saved().clone())
}

/// What a folder of `sentence-transformers` says that stands for a text.
fn read_pooling(folder: &Path) -> Option<Pooling> {
    let text = std::fs::read_to_string(folder.join("1_Pooling").join("config.json")).ok()?;
    let settings: serde_json::Value = serde_json::from_str(&text).ok()?;
    let is_on = |key: &str| settings.get(key).and_then(serde_json::Value::as_bool) == Some(true);
    if is_on("pooling_mode_mean_tokens") {
        Some(Pooling::Mean)
    } else {
        is_on("pooling_mode_cls_token").then_some(Pooling::Cls)
    }
}

/// The file of the weights with its bytes.
fn read_weights(folder: &Path) -> Result<(String, Vec<u8>), CheckpointError> {
    for name in WEIGHTS {
        let path = folder.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => return Ok((path.display().to_string(), bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(file_fault(&path, &error)),
        }
    }
    let problem = phrase!("folder-no-weights", names = WEIGHTS.join(", "));
    Err(CheckpointError::Foreign { path: folder.display().to_string(), problem })
}

/// Whether the tensors are there that the plan needs, but for those on top of the last layer, and are finite numbers.
fn check(
    file: &str,
    plan: &BertPlan,
    tensors: &HashMap<String, Vec<f32>>,
    shapes: &HashMap<String, Vec<usize>>,
) -> Result<(), CheckpointError> {
    let fault =
        |name: &str, problem: Phrase| CheckpointError::Tensor { path: file.to_owned(), name: name.to_owned(), problem };
    let is_on_top = |name: &str| name.starts_with("classifier.") || name.starts_with("bert.pooler.");
    for spec in TextPlan::Bert(plan.clone()).parameters(1).iter().filter(|spec| !is_on_top(&spec.name)) {
        let Some((values, shape)) = tensors.get(&spec.name).zip(shapes.get(&spec.name)) else {
            return Err(fault(&spec.name, phrase!("checkpoint-tensor-missing")));
        };
        if *shape != spec.shape {
            let (found, asked) = (format!("{shape:?}"), format!("{:?}", spec.shape));
            return Err(fault(&spec.name, phrase!("checkpoint-tensor-shape", found = found, asked = asked)));
        }
        if !values.iter().all(|value| value.is_finite()) {
            return Err(fault(&spec.name, phrase!("checkpoint-tensor-infinite")));
        }
    }
    Ok(())
}

/// The last dense layer with the names of its classes. It is taken out: a model for other classes begins without it.
fn head(config: &Config, tensors: &mut HashMap<String, Vec<f32>>) -> Option<Head> {
    let (weight, bias) = (tensors.remove("classifier.weight")?, tensors.remove("classifier.bias")?);
    let names = config.id2label.as_ref()?;
    let classes: Option<Vec<String>> = (0..bias.len()).map(|class| names.get(&class.to_string()).cloned()).collect();
    let classes = classes.filter(|_| weight.len() == bias.len() * config.hidden_size && bias.len() > 1)?;
    Some(Head { classes, weights: [weight, bias] })
}
