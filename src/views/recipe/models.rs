//! The models that the panel offers, and a field for any other.

use eframe::egui::{Id, Label, TextEdit, Ui};

use super::entry_ui;
use crate::recipe::{Architecture, Source};
use crate::text::text;
use crate::theme::{UiTokens as _, caption};

/// Width of the field.
const FIELD: f32 = 190.0;

/// What may be typed.
const EXAMPLE: &str = "64, 64";

/// A model without hidden layers.
const LINEAR: &str = "linear";

/// Units of a layer, and layers, that make sense here: a slip must not ask for more than the machine has. The text of a recipe
/// allows more.
const MOST: usize = 4096;
const MOST_LAYERS: usize = 10;

fn mlp(hidden: &[usize]) -> Architecture {
    Architecture::Mlp { hidden: hidden.to_vec(), dropout: 0.0 }
}

fn cnn(channels: &[usize], dense: &[usize]) -> Architecture {
    Architecture::Cnn { channels: channels.to_vec(), dense: dense.to_vec(), dropout: 0.0 }
}

/// Students to begin with.
pub(super) fn students(source: &Source) -> Vec<Architecture> {
    if source.is_of_texts() {
        return vec![
            Architecture::text_cnn(30),
            Architecture::text_cnn(100),
            Architecture::bilstm(64, &[]),
            Architecture::bilstm(150, &[200]),
            Architecture::transformer(2, 64),
        ];
    }
    let mut models = vec![mlp(&[16]), mlp(&[32]), mlp(&[30, 30]), mlp(&[64, 64]), mlp(&[128, 128]), mlp(&[300, 300])];
    if !matches!(source, Source::Table(_)) {
        models.extend([cnn(&[4, 8], &[]), cnn(&[8, 16], &[64])]);
    }
    models
}

/// Teachers to train first.
pub(super) fn teachers(source: &Source) -> Vec<Architecture> {
    if source.is_of_texts() {
        return vec![Architecture::text_cnn(100), Architecture::bilstm(150, &[200]), Architecture::transformer(2, 128)];
    }
    let mut models = vec![mlp(&[256, 256]), mlp(&[800, 800])];
    if !matches!(source, Source::Table(_)) {
        models.push(cnn(&[8, 16], &[64]));
    }
    models
}

/// A field for a model of one's own; gives it once it is entered.
pub(super) fn own_ui(ui: &mut Ui, key: &'static str, now: Option<&Architecture>) -> Option<Architecture> {
    ui.separator();
    let id = Id::unique(key);
    let label = ui.add(Label::new(caption(text(key))).selectable(false));
    let written = now.map_or_else(String::new, written);
    let (typed, is_meant) = entry_ui(ui, id, &written, |ui, typed| {
        ui.add(TextEdit::singleline(typed).desired_width(FIELD).hint_text(EXAMPLE)).labelled_by(label.id)
    });
    let read = read(&typed);
    if read.is_none() && !typed.trim().is_empty() {
        let colour = ui.tokens().bad;
        ui.set_max_width(FIELD);
        ui.add(Label::new(caption(text("recipe-own-fault")).color(colour)).wrap());
    }
    // Only layers are typed; dropout stays as it was.
    read.filter(|_| is_meant).map(|model| with_dropout(model, now))
}

fn with_dropout(model: Architecture, of: Option<&Architecture>) -> Architecture {
    model.with_dropout(of.map_or(0.0, Architecture::dropout))
}

/// A model as it is typed: `64, 64`, `cnn 8, 16 / 64`.
fn written(model: &Architecture) -> String {
    let list = |widths: &[usize]| widths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match model {
        Architecture::Mlp { hidden, .. } if hidden.is_empty() => LINEAR.to_owned(),
        Architecture::Mlp { hidden, .. } => list(hidden),
        Architecture::Cnn { channels, dense, .. } if dense.is_empty() => format!("cnn {}", list(channels)),
        Architecture::Cnn { channels, dense, .. } => format!("cnn {} / {}", list(channels), list(dense)),
        Architecture::Text { .. } | Architecture::Bert { .. } | Architecture::OfTeacher { .. } => String::new(),
    }
}

/// The model that was typed, if it is one.
fn read(typed: &str) -> Option<Architecture> {
    let widths = |part: &str| -> Option<Vec<usize>> {
        let parts = part.split([',', ' ', '–', '-']).map(str::trim).filter(|part| !part.is_empty());
        let widths: Option<Vec<usize>> =
            parts.map(|part| part.parse().ok().filter(|width| (1..=MOST).contains(width))).collect();
        widths.filter(|widths| widths.len() <= MOST_LAYERS)
    };
    let typed = typed.trim().to_ascii_lowercase();
    if typed == LINEAR {
        return Some(mlp(&[]));
    }
    match typed.strip_prefix("cnn") {
        Some(layers) => {
            let (channels, dense) = layers.split_once('/').unwrap_or((layers, ""));
            let channels = widths(channels).filter(|channels| !channels.is_empty())?;
            Some(cnn(&channels, &widths(dense)?))
        }
        None => {
            let hidden = widths(typed.strip_prefix("mlp").unwrap_or(&typed))?;
            Some(mlp(&hidden)).filter(|_| !hidden.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_read_as_it_is_written() {
        for model in [mlp(&[]), mlp(&[16]), mlp(&[64, 32]), cnn(&[8, 16], &[]), cnn(&[8, 16], &[64, 10])] {
            assert_eq!(read(&written(&model)), Some(model));
        }
        assert_eq!(read("MLP 64–64"), Some(mlp(&[64, 64])));
        let dropped = Architecture::Mlp { hidden: vec![8], dropout: 0.2 };
        assert_eq!(with_dropout(mlp(&[8]), Some(&dropped)), dropped);
        for wrong in ["64, x", "0", "cnn", "99999999", "64.5", "", "mlp", "1 2 3 4 5 6 7 8 9 10 11"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
