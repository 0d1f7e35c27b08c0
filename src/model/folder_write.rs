//! A model of BERT's shape as a folder that Hugging Face's `transformers` opens: `config.json`, a tokeniser, weights, and what stands for a
//! text where that is not the first token.

use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};
use serde_json::json;

use super::checkpoint::{Checkpoint, CheckpointError, write_whole};
use super::text::{BertActivation, BertPlan};
use crate::recipe::Pooling;

impl Checkpoint {
    /// Writes the bytes of a model into its file, and one of BERT's shape that answers once into a folder beside it, too: of the file's
    /// name without its ending. Whether there is such a folder.
    ///
    /// # Errors
    /// Names the file and what the system says.
    pub fn save(path: &Path, bytes: &[u8]) -> Result<bool, CheckpointError> {
        Self::write_bytes(path, bytes)?;
        Self::from_bytes(&path.display().to_string(), bytes)?.write_folder(path)
    }

    /// Files of those names that lie there are replaced.
    fn write_folder(&self, beside: &Path) -> Result<bool, CheckpointError> {
        let Some(files) = self.folder_files() else { return Ok(false) };
        let folder = beside.with_extension("");
        for (name, bytes) in files {
            let path = folder.join(name);
            let parent = path.parent().unwrap_or(&folder);
            std::fs::create_dir_all(parent).map_err(|error| CheckpointError::file(parent, &error))?;
            write_whole(&path, &bytes).map_err(|error| CheckpointError::file(&path, &error))?;
        }
        Ok(true)
    }

    /// The files by their names.
    fn folder_files(&self) -> Option<Vec<(&'static str, Vec<u8>)>> {
        let spec = self.spec();
        let (plan, encoder) = (spec.bert()?, spec.reads.text()?.saved());
        // Tokens that were numbered anew, and branches, have no place in such a folder.
        if plan.exits.is_some() || encoder.known.is_some() {
            return None;
        }
        let bytes: Vec<Vec<u8>> =
            self.weights.iter().map(|values| values.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
        let views = self
            .plan
            .parameters()
            .into_iter()
            .zip(&bytes)
            .map(|(spec, bytes)| TensorView::new(Dtype::F32, spec.shape, bytes).map(|view| (spec.name, view)));
        let views = views.collect::<Result<Vec<_>, _>>().ok()?;
        let format = std::collections::HashMap::from([("format".to_owned(), "pt".to_owned())]);
        let weights = safetensors::serialize(views, Some(format)).ok()?;
        let written = |value: serde_json::Value| serde_json::to_vec_pretty(&value).ok();
        let mut files = vec![
            ("config.json", written(self.config(plan))?),
            ("tokenizer.json", encoder.tokenizer.clone().into_bytes()),
            (
                "tokenizer_config.json",
                written(json!({
                    "tokenizer_class": "PreTrainedTokenizerFast",
                    "model_max_length": encoder.length,
                    "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]",
                }))?,
            ),
            ("model.safetensors", weights),
        ];
        if plan.pooling == Pooling::Mean {
            let pooling = json!({ "word_embedding_dimension": plan.width, "pooling_mode_mean_tokens": true });
            files.push(("1_Pooling/config.json", written(pooling)?));
        }
        Some(files)
    }

    fn config(&self, plan: &BertPlan) -> serde_json::Value {
        let named = self.classes.iter().enumerate();
        let labels: serde_json::Map<_, _> = named.clone().map(|(at, name)| (at.to_string(), json!(name))).collect();
        let numbers: serde_json::Map<_, _> = named.map(|(at, name)| (name.clone(), json!(at))).collect();
        let (kind, activation) = (
            if plan.pooling == Pooling::Cls { "BertForSequenceClassification" } else { "BertModel" },
            match plan.activation {
                BertActivation::Gelu => "gelu",
                BertActivation::GeluTanh => "gelu_new",
                BertActivation::Relu => "relu",
            },
        );
        json!({
            "architectures": [kind],
            "model_type": "bert",
            "vocab_size": plan.vocabulary,
            "hidden_size": plan.width,
            "num_hidden_layers": plan.layers,
            "num_attention_heads": plan.heads,
            "intermediate_size": plan.inner,
            "max_position_embeddings": plan.positions,
            "type_vocab_size": plan.kinds,
            "layer_norm_eps": plan.epsilon,
            "hidden_act": activation,
            "hidden_dropout_prob": plan.dropout,
            "attention_probs_dropout_prob": plan.attention_dropout,
            "position_embedding_type": "absolute",
            "problem_type": "single_label_classification",
            "id2label": labels,
            "label2id": numbers,
        })
    }
}
