//! What a saved model is, for whoever gets it: where it comes from, what it is worth, how it is loaded. In English, as all exports are.

use crate::model::{Checkpoint, Layer, Plan};
use crate::onnx::OPSET;
use crate::protocol::{Cost, DataFound, Metrics, RunId};
use crate::text::{Phrase, number};

/// The file of a card, beside the model.
pub const CARD_FILE: &str = "card.md";

/// The file of a model's tokeniser, beside its graph.
pub const TOKENIZER_FILE: &str = "tokenizer.json";

/// What is known of the run that a model came from.
#[derive(Clone, Debug, Default)]
pub struct CardFacts {
    /// The run.
    pub run: Option<RunId>,
    /// The kept weights on the validation rows, and on the test rows where they were looked at.
    pub measured: [Option<Metrics>; 2],
    /// What the model costs whoever asks it.
    pub cost: Option<Cost>,
    /// The data, as they were found.
    pub data: Option<DataFound>,
    /// The verdict on its job, sentence by sentence.
    pub verdict: Vec<String>,
}

/// Files that lie beside a card.
#[derive(Clone, Debug, Default)]
pub struct CardFiles {
    /// The graph, with what its output is called and whether it normalises its inputs itself.
    pub onnx: Option<(String, &'static str, bool)>,
    /// The weights.
    pub safetensors: Option<String>,
    /// The tokeniser of a model of texts.
    pub tokenizer: Option<String>,
}

/// A card in Markdown.
pub fn card(model: &Checkpoint, facts: &CardFacts, files: &CardFiles) -> String {
    let title = model.recipe.as_ref().map_or("", |recipe| recipe.title.as_str());
    let name = model.spec().name();
    let title = if title.is_empty() { name.clone() } else { format!("{title}: {name}") };
    let mut text = format!("# {title}\n\n");
    let run = facts.run.map_or_else(String::new, |run| format!(", run {run}"));
    text += &format!("{name}, trained by {}{run}.\n\n", model.engine);
    text += &format!("Classes, in the order of its logits: {}.\n", model.classes.join(", "));
    if let Some(data) = &facts.data {
        text += "\n## Data\n\n";
        let rows = |of: &dyn Fn(&crate::protocol::ClassRows) -> u64| Phrase::count(data.classes.iter().map(of).sum());
        text += &format!(
            "{}: {} rows, {} of them to learn from, {} to choose by, {} to test.\n",
            data.name,
            Phrase::count(data.rows),
            rows(&|class| class.train),
            rows(&|class| class.validation),
            rows(&|class| class.test)
        );
    }
    text += &numbers(model, facts);
    if !facts.verdict.is_empty() {
        text += "\n## What distillation did\n\n";
        text += &facts.verdict.iter().map(|sentence| format!("- {sentence}\n")).collect::<String>();
    }
    text += &inputs(model);
    text += &loading(model, files);
    if let Some(recipe) = &model.recipe {
        text +=
            &format!("\n## Recipe\n\n```toml\n{}\n```\n", recipe.clone().without_private_paths().to_toml().trim_end());
    }
    text
}

fn numbers(model: &Checkpoint, facts: &CardFacts) -> String {
    let mut text = "\n## Numbers\n\n| | |\n|---|---|\n".to_owned();
    let mut line = |what: &str, value: String| text += &format!("| {what} | {value} |\n");
    let count = |number| Phrase::count(number).to_string();
    for (metrics, part) in facts.measured.iter().zip(["validation", "test"]) {
        let Some(metrics) = metrics else { continue };
        line(&format!("{part} errors"), format!("{} of {}", count(metrics.errors), count(metrics.examples)));
        line(&format!("{part} accuracy"), format!("{} %", number::percent(metrics.accuracy)));
        if let Some(ece) = metrics.ece {
            line(&format!("{part} ECE (top label, 15 bins)"), number::fixed(ece, 4));
        }
        if let Some(agreement) = metrics.agreement {
            line(&format!("{part} agreement with the teacher"), format!("{} %", number::percent(agreement)));
        }
    }
    line("parameters", count(model.plan.parameter_count()));
    line("bytes of weights", count(model.plan.bytes()));
    if let Some(cost) = &facts.cost {
        line("multiply-adds a row", count(cost.multiply_adds));
        line("a row alone", number::microseconds(cost.microseconds[0]));
        line("a row in a batch of 64", number::microseconds(cost.microseconds[1]));
        line("measured on", cost.machine.clone());
    }
    text
}

/// What the model is given.
fn inputs(model: &Checkpoint) -> String {
    let mut text = "\n## Inputs\n\n".to_owned();
    if let Some(encoder) = model.reads.text() {
        text += &format!("Tokens of the tokeniser, at most {} a text.\n", encoder.saved().length);
        return text;
    }
    let Some(normalisation) = model.reads.normalisation() else { return text };
    text += &format!("A row has the shape {:?}; the network sees `(value − offset) · scale`.\n", model.plan.input);
    let (offset, scale) = (&normalisation.offset, &normalisation.scale);
    if let ([offset], [scale]) = (offset.as_slice(), scale.as_slice()) {
        text += &format!("Offset {offset}, scale {scale}.\n");
        return text;
    }
    let Some(columns) = &model.columns else {
        text += "Offset and scale of each value are in the files.\n";
        return text;
    };
    text += "\n| input | offset | scale |\n|---|---|---|\n";
    for (at, name) in columns.inputs().into_iter().enumerate() {
        let base = columns.bases().and_then(|bases| bases.get(at)).copied().unwrap_or(0.0);
        let offset = f64::from(offset.get(at).copied().unwrap_or_default()) + base;
        text += &format!("| {name} | {offset} | {} |\n", scale.get(at).copied().unwrap_or_default());
    }
    text
}

fn loading(model: &Checkpoint, files: &CardFiles) -> String {
    let mut text = "\n## Loading\n".to_owned();
    let shape = model.plan.input.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let is_text = model.reads.text().is_some();
    if let Some((file, output, normalises)) = &files.onnx {
        let what = match (is_text, normalises) {
            (true, _) => "tokens",
            (false, true) => "raw values; the normalisation is in the graph",
            (false, false) => "values that are normalised already",
        };
        text += &format!("\n`{file}`: ONNX, opset {OPSET}, given {what}; its output is `{output}`.\n");
        let types = model.spec().bert().is_some();
        text += "\nONNX Runtime:\n\n```python\nimport numpy as np, onnxruntime as ort\n";
        text += &format!("session = ort.InferenceSession(\"{file}\")\n");
        if is_text {
            text += "from tokenizers import Tokenizer\n";
            let tokenizer = files.tokenizer.as_deref().unwrap_or(TOKENIZER_FILE);
            text += &format!("tokenizer = Tokenizer.from_file(\"{tokenizer}\")\ntokenizer.enable_padding()\n");
            let length = model.reads.text().map_or(0, |encoder| encoder.saved().length);
            text += &format!("tokenizer.enable_truncation({length})\n");
            text += "read = tokenizer.encode_batch([\"a text\", \"and another one\"])\n";
            text += "inputs = {\"input_ids\": np.array([it.ids for it in read]),\n";
            text += "          \"attention_mask\": np.array([it.attention_mask for it in read])";
            text += if types {
                ",\n          \"token_type_ids\": np.array([it.type_ids for it in read])}\n"
            } else {
                "}\n"
            };
        } else {
            text += &format!("inputs = {{\"input\": np.zeros((1, {shape}), np.float32)}}\n");
        }
        text += &format!("[{output}] = session.run([\"{output}\"], inputs)\n```\n");
        if !is_text {
            text += "\nRust, with `rten`:\n\n```rust\n";
            text += &format!("let model = rten::Model::load_file(\"{file}\")?;\n");
            let len: usize = model.plan.input.iter().product();
            text += &format!("let input = rten::ValueView::from_shape([1, {shape}], &[0.0_f32; {len}])?;\n");
            text += &format!("let {output} = model.run_one(input.into(), None)?;\n```\n");
        }
    }
    if let Some(file) = &files.safetensors {
        text +=
            &format!("\n`{file}`: the weights under PyTorch’s names; Stillroom’s metadata say how inputs are read.\n");
        text += "\nPyTorch:\n\n```python\nfrom safetensors.torch import load_file\n";
        text += &torch(&model.plan, file);
        text += "```\n";
        text += &format!("\nRust, with `candle-core`: `safetensors::load(\"{file}\", &Device::Cpu)?`.\n");
    }
    text
}

/// A module that takes the weights, of layers that PyTorch has itself.
fn torch(plan: &Plan, file: &str) -> String {
    if plan.text().is_some() {
        return format!("weights = load_file(\"{file}\")  # a dictionary of tensors\n");
    }
    let mut layers = Vec::new();
    let mut is_flat = true;
    for layer in plan.layers() {
        match layer {
            Layer::Conv { input, output, .. } => {
                is_flat = false;
                layers.push(format!("nn.Conv2d({input}, {output}, 3, padding=1)"));
                layers.push("nn.ReLU()".to_owned());
            }
            Layer::Pool => layers.push("nn.MaxPool2d(2)".to_owned()),
            Layer::Flatten if is_flat => {}
            Layer::Flatten => layers.push("nn.Flatten()".to_owned()),
            Layer::Dense { input, output, relu, .. } => {
                layers.push(format!("nn.Linear({input}, {output})"));
                layers.extend(relu.then(|| "nn.ReLU()".to_owned()));
            }
            Layer::Dropout { rate } => layers.push(format!("nn.Dropout({rate})")),
        }
    }
    let given = if is_flat { "x.flatten(1)" } else { "x" };
    format!(
        "from torch import nn\nmodel = nn.Sequential({})\nmodel.load_state_dict(load_file(\"{file}\"))\nmodel.eval()  # model({given}), of x that is normalised\n",
        layers.join(", ")
    )
}
