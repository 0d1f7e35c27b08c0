//! Quick starts: a card for each preset, with a small picture of what it shows, where there are no curves yet.

use std::collections::HashMap;
use std::sync::OnceLock;

use eframe::egui::{self, Align2, Color32, Painter, Rect, Response, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::command::{Commands, RecipeCommand};
use crate::recipe::{Preset, presets};
use crate::state::State;
use crate::text::{text, text_with};
use crate::theme::{Tokens, UiTokens as _, caption, radius, semibold, size, space, title};

/// Least size of a card.
const CARD: egui::Vec2 = vec2(172.0, 110.0);

/// Height of its picture.
const PICTURE: f32 = 46.0;

/// Height of the lines above the cards.
const HEAD: f32 = 46.0;

/// Cards that are shown: those that train a teacher alone are for the list.
const CARDS: [&str; 6] =
    ["quickstart", "temperature-sweep", "never-seen-a-3", "few-labels", "noisy-labels", "cnn-to-mlp"];

/// The key of a preset's name among the window's words; `KEY-hint` says in a line what it shows.
pub(super) fn preset_key(name: &str) -> &'static str {
    match name {
        "quickstart" => "preset-quickstart",
        "temperature-sweep" => "preset-temperature-sweep",
        "never-seen-a-3" => "preset-never-seen-a-3",
        "few-labels" => "preset-few-labels",
        "noisy-labels" => "preset-noisy-labels",
        "cnn-to-mlp" => "preset-cnn-to-mlp",
        "five-teachers" => "preset-five-teachers",
        "digits" => "preset-digits",
        "bert-to-textcnn" => "preset-bert-to-textcnn",
        "bert-to-bilstm" => "preset-bert-to-bilstm",
        "augmentation" => "preset-augmentation",
        "votes" => "preset-votes",
        "pkd" => "preset-pkd",
        "theseus" => "preset-theseus",
        "early-exit" => "preset-early-exit",
        "methods" => "preset-methods",
        "attention" => "preset-attention",
        "born-again" => "preset-born-again",
        "mutual" => "preset-mutual",
        "mnist-teacher" => "preset-mnist-teacher",
        "mnist-students" => "preset-mnist-students",
        "mnist-thirty-units" => "preset-mnist-thirty-units",
        "teacher-mnist-mini" => "preset-teacher-mnist-mini",
        _ => "preset-teacher-digits",
    }
}

/// What a recipe is called: a preset in the window's language, any other by its own title.
pub(super) fn shown_title(title: &str) -> String {
    static PRESET_OF: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    let of = |preset: Preset| Some((preset.recipe().ok()?.title, preset_key(preset.name)));
    let preset_of = PRESET_OF.get_or_init(|| presets().filter_map(of).collect());
    preset_of.get(title).map_or_else(|| title.to_owned(), |key| text(key))
}

/// The cards, below a line that says what to do; a click on one loads its recipe.
pub(super) fn cards_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let room = ui.available_size() - vec2(2.0 * space::M, 0.0);
    let across = ((room.x + space::S) / (CARD.x + space::S)).floor().clamp(1.0, 3.0);
    let down = ((room.y - HEAD) / (CARD.y + space::S)).floor().clamp(0.0, 2.0);
    let shown = ((across * down) as usize).min(CARDS.len());
    let height = HEAD + down * (CARD.y + space::S);
    ui.add_space(((room.y - height) / 2.0).max(0.0));
    let (name, hint) = match (&state.recipe.preview_fault, state.jobs.rows.is_empty()) {
        (Some(_), _) => ("lens-fault", "loss-unready-hint"),
        (None, true) => ("loss-empty", "loss-empty-hint"),
        (None, false) => ("loss-unrun", "loss-unrun-hint"),
    };
    ui.vertical_centered(|ui| {
        ui.label(title(text(name)));
        ui.label(caption(text(hint)));
    });
    ui.add_space(space::S);
    let wide = CARD.x.max(((room.x - (across - 1.0) * space::S) / across).min(200.0));
    let left = (ui.available_width() - across * wide - (across - 1.0) * space::S) / 2.0;
    for row in CARDS[..shown].chunks(across as usize) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            ui.add_space(left.max(0.0));
            for name in row {
                if card_ui(ui, name, wide, state.recipe.preset == Some(name)).clicked() {
                    commands.send(RecipeCommand::Preset(name));
                }
            }
        });
        ui.add_space(space::S);
    }
}

fn card_ui(ui: &mut Ui, name: &str, width: f32, chosen: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(width, CARD.y), Sense::click());
    let key = preset_key(name);
    let (name_words, hint) = (text(key), text(&format!("{key}-hint")));
    let says = text_with("card-begin", &[("name", name_words.clone().into())]);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, chosen, &says));
    let tokens = ui.tokens();
    if ui.is_rect_visible(rect) {
        let lit = response.hovered() || response.has_focus();
        let edge = if chosen || response.has_focus() { tokens.secondary } else { tokens.hairline };
        let ground = if lit { tokens.hover } else { tokens.control };
        ui.painter().rect(rect, radius::CONTROL, ground, Stroke::new(1.0, edge), egui::StrokeKind::Inside);
        let picture = Rect::from_min_size(rect.min + vec2(space::M, space::S), vec2(width - 2.0 * space::M, PICTURE));
        picture_of(name, ui.painter(), picture, tokens);
        let words = width - 2.0 * space::M;
        // What stands behind the colon is said by the line below.
        let short = name_words.split([':', '：']).next().unwrap_or_default().to_owned();
        let mut job = egui::text::LayoutJob::simple_singleline(short, semibold(size::BODY), tokens.text);
        job.wrap = egui::text::TextWrapping::truncate_at_width(words);
        let at = pos2(rect.left() + space::M, picture.bottom() + 6.0);
        let galley = ui.painter().layout_job(job);
        let below = at.y + galley.size().y + 1.0;
        ui.painter().galley(at, galley, tokens.text);
        let small = egui::TextStyle::Small.resolve(ui.style());
        let mut job = egui::text::LayoutJob::simple(hint.clone(), small, tokens.secondary, words);
        job.wrap.max_rows = 2;
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(pos2(at.x, below), galley, tokens.secondary);
    }
    response.on_hover_text(hint)
}

/// A picture of what a preset shows, drawn with the colours of the data it is about.
fn picture_of(name: &str, painter: &Painter, rect: Rect, tokens: &Tokens) {
    match name {
        "quickstart" => mirrored(painter, rect, tokens),
        "temperature-sweep" => map(painter, rect, tokens),
        "never-seen-a-3" => missing(painter, rect, tokens),
        "few-labels" => rows(painter, rect, tokens, |at| if at % 20 == 3 { Mark::Label } else { Mark::None }),
        "noisy-labels" => rows(painter, rect, tokens, |at| if at % 3 == 1 { Mark::Wrong } else { Mark::Label }),
        _ => networks(painter, rect, tokens),
    }
}

/// Two softened distributions around their classes.
fn mirrored(painter: &Painter, rect: Rect, tokens: &Tokens) {
    let teacher = [0.16, 0.3, 0.9, 0.42, 0.2];
    let student = [0.2, 0.26, 0.82, 0.5, 0.14];
    let (middle, step) = (rect.center().x, rect.height() / 5.0);
    let half = rect.width().min(150.0) / 2.0 - 6.0;
    for (at, (left, right)) in teacher.into_iter().zip(student).enumerate() {
        let y = rect.top() + step * at as f32 + 1.5;
        let bar = |from: f32, to: f32| Rect::from_x_y_ranges(from..=to, y..=y + step - 3.0);
        painter.rect_filled(bar(middle - 4.0 - half * left, middle - 4.0), radius::BAR, tokens.teacher);
        painter.rect_filled(bar(middle + 4.0, middle + 4.0 + half * right), radius::BAR, tokens.student);
    }
}

/// A heat map.
fn map(painter: &Painter, rect: Rect, tokens: &Tokens) {
    let (across, down) = (8, 4);
    let cell = vec2(rect.width().min(150.0) / across as f32, rect.height() / down as f32);
    let left = rect.center().x - cell.x * across as f32 / 2.0;
    for x in 0..across {
        for y in 0..down {
            let share = (1.0 - (x as f32 - 4.6).abs() / 5.0) * (0.55 + 0.15 * (3 - y) as f32);
            let at = pos2(left + cell.x * x as f32, rect.top() + cell.y * y as f32);
            let tile = Rect::from_min_size(at, cell).shrink(1.0);
            painter.rect_filled(tile, radius::BAR, tokens.swept(share));
        }
    }
}

/// All digits but one.
fn missing(painter: &Painter, rect: Rect, tokens: &Tokens) {
    let step = rect.width().min(160.0) / 5.0;
    let left = rect.center().x - step * 2.0;
    for digit in 0..10 {
        let at = pos2(left + step * (digit % 5) as f32, rect.top() + rect.height() * (0.26 + 0.5 * (digit / 5) as f32));
        let colour = if digit == 3 { tokens.label } else { tokens.secondary };
        painter.text(at, Align2::CENTER_CENTER, digit.to_string(), semibold(size::VALUE + 2.0), colour);
        if digit == 3 {
            painter.circle_stroke(at, 12.0, Stroke::new(1.4, colour));
            let slant = vec2(8.5, -8.5);
            painter.line_segment([at - slant, at + slant], Stroke::new(1.4, colour));
        }
    }
}

/// What is known of one example.
enum Mark {
    None,
    Label,
    Wrong,
}

/// Many examples, and what is known of each.
fn rows(painter: &Painter, rect: Rect, tokens: &Tokens, mark: impl Fn(usize) -> Mark) {
    let (across, down) = (14, 4);
    let step = vec2(rect.width().min(150.0) / across as f32, rect.height() / down as f32);
    let left = rect.center().x - step.x * (across - 1) as f32 / 2.0;
    for at in 0..across * down {
        let (x, y) = (at % across, at / across);
        let place = pos2(left + step.x * x as f32, rect.top() + step.y * (y as f32 + 0.5));
        // Neighbours in a row should not all be alike.
        match mark(at * 13 % (across * down)) {
            Mark::None => drop(painter.circle_stroke(place, 3.0, Stroke::new(1.2, tokens.tertiary))),
            Mark::Label => drop(painter.circle_filled(place, 3.6, tokens.label)),
            Mark::Wrong => {
                for way in [vec2(3.0, 3.0), vec2(3.0, -3.0)] {
                    painter.line_segment([place - way, place + way], Stroke::new(1.6, tokens.bad));
                }
            }
        }
    }
}

/// A grid that looks at neighbours, and layers that do not.
fn networks(painter: &Painter, rect: Rect, tokens: &Tokens) {
    let side = rect.height() / 5.0;
    let left = rect.center().x - 76.0;
    for x in 0..5 {
        for y in 0..5 {
            let inside = (1..4).contains(&x) && (1..4).contains(&y);
            let at = pos2(left + side * x as f32, rect.top() + side * y as f32);
            let tile = Rect::from_min_size(at, vec2(side, side)).shrink(1.0);
            let colour = if inside { tokens.teacher } else { tokens.teacher.gamma_multiply(0.3) };
            painter.rect_filled(tile, 1.5, colour);
        }
    }
    let arrow = [pos2(rect.center().x - 10.0, rect.center().y), pos2(rect.center().x + 8.0, rect.center().y)];
    painter.line_segment(arrow, Stroke::new(1.4, tokens.secondary));
    let tip = vec![arrow[1] + vec2(-5.0, -4.0), arrow[1], arrow[1] + vec2(-5.0, 4.0)];
    painter.add(Shape::line(tip, Stroke::new(1.4, tokens.secondary)));
    let layers = [4, 3, 2];
    let place = |layer: usize, unit: usize| {
        let gap = rect.height() / layers[layer] as f32;
        pos2(rect.center().x + 24.0 + 26.0 * layer as f32, rect.top() + gap * (unit as f32 + 0.5))
    };
    let wire: Color32 = tokens.student.gamma_multiply(0.35);
    for layer in 0..2 {
        for from in 0..layers[layer] {
            for to in 0..layers[layer + 1] {
                painter.line_segment([place(layer, from), place(layer + 1, to)], Stroke::new(1.0, wire));
            }
        }
    }
    for (layer, units) in layers.into_iter().enumerate() {
        for unit in 0..units {
            painter.circle_filled(place(layer, unit), 3.4, tokens.student);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_has_a_name_of_its_own_which_is_its_title() {
        for preset in presets() {
            assert_eq!(preset_key(preset.name), format!("preset-{}", preset.name));
            assert_eq!(text(preset_key(preset.name)), preset.recipe().unwrap().title, "{}", preset.name);
        }
    }
}
