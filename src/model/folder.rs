//! A pre-trained model of BERT's shape in a folder, as Hugging Face's `transformers` writes it: `config.json`, a tokeniser, weights.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::checkpoint::{Checkpoint, CheckpointError, READING};
use super::folder_config::{Config, foreign, json, text};
use super::import::{self, Values};
use super::network::ModelSpec;
use super::parameter::Pretrained;
use super::plan::{Plan, PlanError};
use super::reads::Encoder;
use super::text::{BertPlan, SavedEncoder, TextEncoder, TextPlan};
use crate::recipe::{Architecture, Frozen, LENGTH, Pooling};
use crate::text::{Phrase, number, phrase};

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

/// Files of weights, the first that is there counts.
const WEIGHTS: [&str; 2] = ["model.safetensors", "pytorch_model.bin"];

impl Folder {
    /// Reads a folder in full.
    ///
    /// # Errors
    /// Names the file and what is wrong with it: no tokeniser, another architecture, weights that do not fit.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        let Config { plan, classes } = Config::read(path)?;
        let encoder = read_encoder(path, plan.vocabulary)?;
        let pooling = read_pooling(path)?;
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
        let pooling = pooling.unwrap_or(if has_pooler { Pooling::Cls } else { Pooling::Mean });
        let plan = BertPlan { pooling, ..plan };
        check(&file, &plan, &tensors, &shapes)?;
        let head = head(&classes, plan.width, &mut tensors);
        let text = encoder.tokenizer.as_bytes();
        let digest = Sha256::new().chain_update(&bytes).chain_update(text).finalize();
        let digest = number::hex(&digest[..16]);
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
        let known: HashSet<&String> = head.classes.iter().collect();
        if known.len() < head.classes.len() {
            let problem = phrase!("fault-at", place = "id2label", problem = phrase!("checkpoint-same-classes"));
            return Err(CheckpointError::Layers { path, problem });
        }
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

/// `tokenizer.json`, or else `vocab.txt`, of a model that has vectors for so many tokens.
pub(super) fn read_encoder(folder: &Path, rows: usize) -> Result<SavedEncoder, CheckpointError> {
    let (name, encoder) = if let Some(tokenizer) = text(folder, "tokenizer.json")? {
        ("tokenizer.json", TextEncoder::new(SavedEncoder { tokenizer, length: LENGTH, known: None }))
    } else if let Some(vocabulary) = text(folder, "vocab.txt")? {
        let settings = json(folder, "tokenizer_config.json")?;
        let lower_case = settings.and_then(|settings| settings.get("do_lower_case")?.as_bool()).unwrap_or(true);
        ("vocab.txt", TextEncoder::of_word_pieces(&vocabulary, lower_case, LENGTH))
    } else {
        return Err(foreign(folder, phrase!("folder-no-tokenizer")));
    };
    let fault = |problem: Phrase| foreign(&folder.join(name), problem);
    let encoder = encoder.map_err(|problem| fault(phrase!("tokenizer-unreadable", problem = problem)))?;
    if encoder.rows() > rows {
        return Err(fault(phrase!("tokenizer-vocabulary", tokens = encoder.rows(), rows = rows)));
    }
    Ok(encoder.saved().clone())
}

/// What a folder of `sentence-transformers` says that stands for a text.
fn read_pooling(folder: &Path) -> Result<Option<Pooling>, CheckpointError> {
    let Some(settings) = json(folder, "1_Pooling/config.json")? else { return Ok(None) };
    let is_on = |key: &str| settings.get(key).and_then(serde_json::Value::as_bool) == Some(true);
    Ok(if is_on("pooling_mode_mean_tokens") {
        Some(Pooling::Mean)
    } else {
        is_on("pooling_mode_cls_token").then_some(Pooling::Cls)
    })
}

/// The file of the weights with its bytes.
fn read_weights(folder: &Path) -> Result<(String, Vec<u8>), CheckpointError> {
    for name in WEIGHTS {
        let path = folder.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => return Ok((path.display().to_string(), bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(CheckpointError::file(&path, &error)),
        }
    }
    Err(foreign(folder, phrase!("folder-no-weights", names = WEIGHTS.join(", "))))
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
fn head(classes: &[String], width: usize, tensors: &mut HashMap<String, Vec<f32>>) -> Option<Head> {
    let (weight, bias) = (tensors.remove("classifier.weight")?, tensors.remove("classifier.bias")?);
    let classes = classes.get(..bias.len()).filter(|_| weight.len() == bias.len() * width && bias.len() > 1)?;
    Some(Head { classes: classes.to_vec(), weights: [weight, bias] })
}
