//! `config.json` of a pre-trained model: what kind it is and its sizes, each of which is held against what is possible before it is used.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::checkpoint::CheckpointError;
use super::text::{BertActivation, BertPlan, MOST_LAYERS};
use crate::recipe::{Frozen, Pooling};
use crate::text::{Phrase, phrase};

/// What a file says.
pub(super) struct Config {
    /// The sizes.
    pub plan: BertPlan,
    /// The names of classes in the order of their numbers; empty where it names none.
    pub classes: Vec<String>,
}

/// The entries of a file.
struct Entries {
    path: PathBuf,
    all: Map<String, Value>,
}

/// Most rows or columns of a tensor.
const MOST: usize = 1 << 24;

/// Fewest tokens of the longest text: fewer have no room for the special ones of a pair.
const FEWEST_POSITIONS: usize = 8;

impl Config {
    /// Reads the file of a folder.
    ///
    /// # Errors
    /// Names the file, the entry and what is allowed in it.
    pub fn read(folder: &Path) -> Result<Self, CheckpointError> {
        let entries = Entries::read(folder)?;
        entries.check_kind()?;
        let width = entries.whole("hidden_size", None, 1..=MOST)?;
        let heads = entries.whole("num_attention_heads", None, 1..=MOST)?;
        if !width.is_multiple_of(heads) {
            let problem = phrase!("conflict-heads", width = width, heads = heads);
            return Err(entries.fault("num_attention_heads", problem));
        }
        let plan = BertPlan {
            vocabulary: entries.whole("vocab_size", None, 1..=MOST)?,
            width,
            layers: entries.whole("num_hidden_layers", None, 1..=MOST_LAYERS)?,
            heads,
            inner: entries.whole("intermediate_size", None, 1..=MOST)?,
            positions: entries.whole("max_position_embeddings", None, FEWEST_POSITIONS..=MOST)?,
            // What `BertConfig` of transformers has where a file says nothing.
            kinds: entries.whole("type_vocab_size", Some(2), 1..=MOST)?,
            epsilon: entries.epsilon()?,
            activation: entries.activation()?,
            dropout: entries.share("hidden_dropout_prob")?,
            attention_dropout: entries.share("attention_probs_dropout_prob")?,
            pooling: Pooling::Mean,
            frozen: Frozen::Nothing,
            exits: None,
        };
        Ok(Self { plan, classes: entries.classes() })
    }
}

impl Entries {
    fn read(folder: &Path) -> Result<Self, CheckpointError> {
        let name = "config.json";
        match json(folder, name)? {
            Some(Value::Object(all)) => Ok(Self { path: folder.join(name), all }),
            Some(_) => Err(foreign(&folder.join(name), phrase!("folder-config-no-object"))),
            None => Err(match std::fs::read_dir(folder) {
                Ok(_) => foreign(folder, phrase!("folder-no-config")),
                Err(error) => CheckpointError::file(folder, &error),
            }),
        }
    }

    /// What stands at a key; nothing where that is null.
    fn get(&self, key: &str) -> Option<&Value> {
        self.all.get(key).filter(|value| !value.is_null())
    }

    fn fault(&self, key: &'static str, problem: Phrase) -> CheckpointError {
        foreign(&self.path, phrase!("fault-at", place = key, problem = problem))
    }

    /// For what is missing, or not among what is allowed.
    fn wrong(&self, key: &'static str, allowed: Phrase) -> CheckpointError {
        let problem = match self.get(key) {
            None => phrase!("fault-missing", allowed = allowed),
            Some(value) => phrase!("fault-not-allowed", value = Phrase::plain(value), allowed = allowed),
        };
        self.fault(key, problem)
    }

    /// Whether it is of the one kind that is understood. Old files have the name of a class only, older ones nothing.
    fn check_kind(&self) -> Result<(), CheckpointError> {
        let kind = self.get("model_type").map(said);
        let class = self.get("architectures").and_then(|classes| classes.get(0)).map(said);
        let other = match (kind, class) {
            (Some(kind), _) => Some(kind).filter(|kind| kind != "bert"),
            (None, class) => class.filter(|class| !class.starts_with("Bert")),
        };
        if let Some(found) = other {
            return Err(foreign(&self.path, phrase!("folder-other-architecture", found = found)));
        }
        match self.get("position_embedding_type").map(said) {
            Some(kind) if kind != "absolute" => {
                Err(self.fault("position_embedding_type", phrase!("folder-positions", found = kind)))
            }
            _ => Ok(()),
        }
    }

    /// A whole number.
    fn whole(
        &self,
        key: &'static str,
        usual: Option<usize>,
        allowed: RangeInclusive<usize>,
    ) -> Result<usize, CheckpointError> {
        let found = match self.get(key) {
            None => usual,
            Some(value) => value.as_u64().and_then(|number| usize::try_from(number).ok()),
        };
        found.filter(|number| allowed.contains(number)).ok_or_else(|| {
            let [low, high] = [allowed.start(), allowed.end()].map(Phrase::plain);
            self.wrong(key, phrase!("allowed-whole-from-to", low = low, high = high))
        })
    }

    /// A share that is dropped in training.
    fn share(&self, key: &'static str) -> Result<f64, CheckpointError> {
        let found = self.get(key).map_or(Some(0.1), Value::as_f64);
        found.filter(|share| (0.0..1.0).contains(share)).ok_or_else(|| {
            let [low, high] = [0, 1].map(Phrase::plain);
            self.wrong(key, phrase!("allowed-from-below", low = low, high = high))
        })
    }

    fn epsilon(&self) -> Result<f64, CheckpointError> {
        let key = "layer_norm_eps";
        let found = self.get(key).map_or(Some(1e-12), Value::as_f64);
        found
            .filter(|epsilon| *epsilon > 0.0)
            .ok_or_else(|| self.wrong(key, phrase!("allowed-above", low = Phrase::plain(0))))
    }

    fn activation(&self) -> Result<BertActivation, CheckpointError> {
        let key = "hidden_act";
        match self.get(key).map(said).as_deref() {
            None | Some("gelu") => Ok(BertActivation::Gelu),
            Some("gelu_new" | "gelu_pytorch_tanh" | "gelu_fast") => Ok(BertActivation::GeluTanh),
            Some("relu") => Ok(BertActivation::Relu),
            Some(other) => Err(self.fault(key, phrase!("folder-activation", found = other))),
        }
    }

    fn classes(&self) -> Vec<String> {
        let names = self.get("id2label").and_then(Value::as_object);
        let name = |class: usize| names.and_then(|names| names.get(&class.to_string())).map(said);
        (0..).map_while(name).collect()
    }
}

/// A file of JSON in a folder, where there is one.
///
/// # Errors
/// Names the file and what is wrong with it.
pub(super) fn json(folder: &Path, name: &str) -> Result<Option<Value>, CheckpointError> {
    let read = |text: String| serde_json::from_str(&text);
    let broken = |error: serde_json::Error| {
        foreign(&folder.join(name), phrase!("folder-config-broken", problem = Phrase::plain(error)))
    };
    text(folder, name)?.map(read).transpose().map_err(broken)
}

/// A file of text in a folder, where there is one.
///
/// # Errors
/// Names the file and what the system says.
pub(super) fn text(folder: &Path, name: &str) -> Result<Option<String>, CheckpointError> {
    let file = folder.join(name);
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CheckpointError::file(&file, &error)),
    }
}

/// What is wrong with a file or folder of another program.
pub(super) fn foreign(path: &Path, problem: Phrase) -> CheckpointError {
    CheckpointError::Foreign { path: path.display().to_string(), problem }
}

/// A text as it is, anything else as it is written.
fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
