//! What the data look like: their classes with their rows, the first rows of a table, some of the pictures.

use std::borrow::Cow;
use std::sync::Arc;

use eframe::egui::{Grid, Label, RichText, ScrollArea, Ui, vec2};

use super::quiet;
use crate::protocol::{ClassRows, Preview, Probe};
use crate::recipe::Source;
use crate::state::{State, TableColumns};
use crate::text::{text, text_with};
use crate::theme::{UiTokens as _, caption, space, title};
use crate::views::{grouped, lens};
use crate::widgets::{Sample, count_list_ui, sample_image_ui};

/// Classes that are listed.
const CLASSES: usize = 12;
/// Columns of a table that are shown.
const COLUMNS: usize = 12;
/// Rows of a table that are shown.
const ROWS: usize = 6;
/// Characters of a field that are shown.
const FIELD: usize = 18;
/// Texts that are shown, the characters of one that are laid out at most, and the width of their classes.
const TEXTS: usize = 8;
const TEXT: usize = 200;
const CLASS: f32 = 96.0;
/// Pictures that are shown, and their side.
const PICTURES: usize = 24;
const SIDE: f32 = 52.0;

/// The largest classes with their rows.
pub(super) fn classes_ui(ui: &mut Ui, classes: &[ClassRows]) {
    let mut largest: Vec<(&str, u64)> = classes.iter().map(|class| (class.name.as_str(), class.all())).collect();
    let is_long = largest.len() > CLASSES;
    if is_long {
        largest.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    }
    let name = text("sheet-classes");
    ui.label(title(&name));
    let colour = ui.tokens().label;
    count_list_ui(ui, &name, &largest[..largest.len().min(CLASSES)], colour, grouped);
    if is_long {
        quiet(ui, text_with("sheet-more", &[("count", (largest.len() - CLASSES).into())]));
    }
    ui.add_space(space::S);
}

/// Pictures or texts where the examples are such, and the first rows of a table.
pub(super) fn examples_ui(ui: &mut Ui, state: &State, shown: Option<&Preview>) {
    if let Some(shown) = shown
        && let &[channels, height, width] = shown.probe.shape.as_slice()
    {
        return pictures_ui(ui, &shown.probe, [height, width, channels]);
    }
    if let Some(shown) = shown
        && shown.probe.texts.rows() > 0
    {
        return texts_ui(ui, &shown.probe);
    }
    if !state.first_rows().columns.is_empty() {
        rows_ui(ui, state, shown);
    }
}

fn rows_ui(ui: &mut Ui, state: &State, shown: Option<&Preview>) {
    let Source::Table(table) = &state.recipe.sweep.base.data.source else { return };
    let (first, columns) = (state.first_rows(), TableColumns::of(state, table));
    let findings = shown.map(|shown| &shown.found.findings);
    let found = findings.and_then(|findings| columns.find(&findings.label.as_ref()?.column));
    let class = if state.fresh_preview().is_some() { found } else { columns.class_of(table).or(found) };
    let is_left_out = |at: usize| {
        findings.is_some_and(|findings| findings.left_out.iter().any(|out| columns.find(&out.name) == Some(at)))
    };
    // The class comes first: it is to be seen, wherever it stands.
    let rest = (0..first.columns.len()).filter(|at| Some(*at) != class);
    let chosen: Vec<usize> = class.into_iter().chain(rest).take(COLUMNS).collect();
    let tokens = ui.tokens();
    let colour = |at: usize, otherwise| match at {
        at if class == Some(at) => tokens.label,
        at if is_left_out(at) => tokens.tertiary.gamma_multiply(0.6),
        _ => otherwise,
    };
    ui.label(title(text("sheet-first-rows")));
    ScrollArea::horizontal().id_salt("first rows").show(ui, |ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        Grid::new("first rows").spacing(vec2(space::M, space::XS)).show(ui, |ui| {
            for at in &chosen {
                let name = RichText::new(short(&columns.called(*at))).color(colour(*at, tokens.text)).strong();
                ui.add(Label::new(name).extend());
            }
            ui.end_row();
            for row in first.rows.iter().take(ROWS) {
                for at in &chosen {
                    let field = row.get(*at).map(|field| short(field)).unwrap_or_default();
                    ui.add(Label::new(RichText::new(field).color(colour(*at, tokens.secondary))).extend());
                }
                ui.end_row();
            }
        });
        ui.add_space(space::S);
    });
    let more = first.columns.len() - chosen.len();
    if more > 0 {
        quiet(ui, text_with("sheet-more-columns", &[("count", more.into())]));
    }
}

/// Some texts beside their classes, each on a line of its own; both of a pair on two.
fn texts_ui(ui: &mut Ui, probe: &Probe) {
    ui.label(title(text("sheet-texts")));
    let tokens = ui.tokens();
    // From all over the rows, which often stand class by class.
    let (count, shown) = (probe.texts.rows(), probe.texts.rows().min(TEXTS));
    for at in (0..shown).map(|index| index * count / shown) {
        let class =
            probe.labels.get(at).and_then(|label| probe.classes.get(*label as usize)).map_or("", String::as_str);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().interact_size.y = 0.0;
            ui.allocate_ui(vec2(CLASS, 0.0), |ui| {
                ui.set_width(CLASS);
                ui.add(Label::new(RichText::new(class).color(tokens.label)).truncate());
            });
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                for part in [Some(probe.texts.first(at)), probe.texts.second(at)].into_iter().flatten() {
                    let words = RichText::new(cut(part, TEXT)).color(tokens.secondary);
                    ui.add(Label::new(words).truncate());
                }
            });
        });
    }
}

/// A field on one line, cut where it is long.
fn short(text: &str) -> String {
    cut(text, FIELD)
}

/// A text on one line, with so many characters at most.
fn cut(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        short.push('…');
    }
    short
}

fn pictures_ui(ui: &mut Ui, probe: &Arc<Probe>, shape: [usize; 3]) {
    ui.label(title(text("sheet-pictures")));
    let length: usize = shape.iter().product();
    if length == 0 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, space::S);
        // From all over the rows, which often stand class by class.
        let (count, shown) = (probe.rows.len(), probe.rows.len().min(PICTURES));
        for at in (0..shown).map(|index| index * count / shown) {
            let Some(values) = probe.inputs.get(at * length..(at + 1) * length) else { break };
            let (Some(row), Some(label)) = (probe.rows.get(at), probe.labels.get(at)) else { break };
            let class = probe.classes.get(*label as usize).map_or("", String::as_str);
            let values = match shape {
                [.., 1] => Cow::Borrowed(values),
                _ => Cow::Owned(lens::interleave(values, Some(shape))),
            };
            ui.allocate_ui(vec2(SIDE, SIDE + 18.0), |ui| {
                ui.vertical(|ui| {
                    ui.set_width(SIDE);
                    ui.spacing_mut().item_spacing.y = 1.0;
                    let sample = Sample { key: key(*row, &values), values: &values, shape: Some(shape) };
                    sample_image_ui(ui, &format!("sheet {at}"), sample, SIDE);
                    ui.add(Label::new(caption(class)).truncate());
                });
            });
        }
    });
}

/// Tells pictures apart by their row and a few of their values.
fn key(row: u32, values: &[f32]) -> u64 {
    let some = values.iter().step_by((values.len() / 256).max(1));
    some.fold(u64::from(row) ^ values.len() as u64, |key, value| {
        (key.rotate_left(7) ^ u64::from(value.to_bits())).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_cut_and_stand_on_one_line() {
        assert_eq!(short("a\nb"), "a b");
        assert_eq!(short("123456789012345678"), "123456789012345678");
        assert_eq!(short("1234567890123456789"), "123456789012345678…");
    }

    #[test]
    fn pictures_have_keys_of_their_own() {
        let (dark, light) = ([0.0_f32; 64], [1.0_f32; 64]);
        assert_ne!(key(1, &dark), key(1, &light));
        assert_ne!(key(1, &dark), key(2, &dark));
        assert_ne!(key(0, &dark), key(0, &dark[..32]));
    }
}
