//! Formulas in TeX, laid out by `RaTeX` and painted with the faces of `KaTeX`. One that cannot be laid out stands as it was written.

use std::sync::Arc;

use eframe::egui::{self, Color32, Id, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use ratex_layout::{LayoutOptions, layout, to_display_list};
use ratex_types::display_item::{DisplayItem, DisplayList};
use ratex_types::math_style::MathStyle;
use ratex_types::path_command::PathCommand;

use crate::theme::{UiTokens as _, code, maths, size};

/// How much larger a formula is set than the words beside it: the letters of `KaTeX` are small for their size.
const SCALE: f32 = 1.21;

/// Lays out a formula once for all frames.
fn laid_out(ui: &Ui, tex: &str, inline: bool) -> Option<Arc<DisplayList>> {
    type Kept = Option<Arc<DisplayList>>;
    let id = Id::unique(("formula", tex, inline));
    if let Some(kept) = ui.data(|data| data.get_temp::<Kept>(id)) {
        return kept;
    }
    let style = if inline { MathStyle::Text } else { MathStyle::Display };
    let made: Kept = ratex_parser::parse(tex).ok().map(|nodes| {
        let options = LayoutOptions { style, ..LayoutOptions::default() };
        Arc::new(to_display_list(&layout(&nodes, &options)))
    });
    ui.data_mut(|data| data.insert_temp(id, made.clone()));
    made
}

/// A formula: within a line of text, or on a line of its own.
pub fn formula_ui(ui: &mut Ui, tex: &str, inline: bool) {
    let Some(list) = laid_out(ui, tex, inline) else {
        ui.label(code(tex));
        return;
    };
    let ink = ui.tokens().text;
    let room = ui.available_rect_before_wrap().width().max(1.0);
    let full = if inline { ui.available_width().max(ui.max_rect().width()) } else { ui.max_rect().width() };
    let wanted = SCALE * size::BODY;
    // One that is too wide is set smaller: none is cut.
    let em = if list.width > 0.0 { wanted.min(full / list.width as f32) } else { wanted };
    let (width, height, depth) = (list.width as f32 * em, list.height as f32 * em, list.depth as f32 * em);
    if inline {
        let line = ui.text_style_height(&egui::TextStyle::Body);
        // Both stand on one line.
        let below = depth.max(0.24 * line);
        let (rect, response) = ui.allocate_exact_size(vec2(width, (height + below).max(line)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Math, true, tex));
        paint(ui, &list, pos2(rect.left(), rect.bottom() - below - height), em, ink);
    } else {
        if room < full - 1.0 {
            ui.end_row();
        }
        let (rect, response) = ui.allocate_exact_size(vec2(full, height + depth + 0.6 * em), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Math, true, tex));
        paint(ui, &list, pos2(rect.center().x - width / 2.0, rect.top() + 0.3 * em), em, ink);
    }
}

fn paint(ui: &Ui, list: &DisplayList, origin: egui::Pos2, em: f32, ink: Color32) {
    let painter = ui.painter();
    let at = |x: f64, y: f64| pos2(origin.x + x as f32 * em, origin.y + y as f32 * em);
    for item in &list.items {
        match item {
            DisplayItem::GlyphPath { x, y, scale, font, char_code, .. } => {
                let Some(letter) = char::from_u32(*char_code) else { continue };
                let face = maths(font, em * *scale as f32);
                let galley = painter.layout_no_wrap(letter.to_string(), face, ink);
                let Some(row) = galley.rows.first() else { continue };
                let Some(glyph) = row.glyphs.first() else { continue };
                // Where its base line is, whatever the heights of the faces behind it.
                let base = vec2(row.pos.x + glyph.pos.x, row.pos.y + glyph.pos.y);
                painter.galley(at(*x, *y) - base, galley.clone(), ink);
            }
            DisplayItem::Line { x, y, width, thickness, .. } => {
                let middle = at(*x, *y);
                let thick = (*thickness as f32 * em).max(0.75);
                let line = Rect::from_min_size(pos2(middle.x, middle.y - thick / 2.0), vec2(*width as f32 * em, thick));
                painter.rect_filled(line, 0.0, ink);
            }
            DisplayItem::Rect { x, y, width, height, .. } => {
                let box_of = Rect::from_min_size(at(*x, *y), vec2(*width as f32 * em, *height as f32 * em));
                painter.rect_stroke(box_of, 0.0, Stroke::new(1.0, ink), StrokeKind::Inside);
            }
            DisplayItem::Path { x, y, commands, .. } => {
                for outline in outlines(commands) {
                    let points = outline.into_iter().map(|(px, py)| at(x + px, y + py)).collect();
                    painter.add(egui::Shape::Path(egui::epaint::PathShape {
                        points,
                        closed: true,
                        fill: ink,
                        stroke: egui::epaint::PathStroke::NONE,
                    }));
                }
            }
        }
    }
}

/// The outlines of a path, its curves in short straight lines.
fn outlines(commands: &[PathCommand]) -> Vec<Vec<(f64, f64)>> {
    const PIECES: usize = 8;
    let mut outlines: Vec<Vec<(f64, f64)>> = Vec::new();
    let last = |outlines: &Vec<Vec<(f64, f64)>>| outlines.last().and_then(|it| it.last()).copied().unwrap_or_default();
    for command in commands {
        match *command {
            PathCommand::MoveTo { x, y } => outlines.push(vec![(x, y)]),
            PathCommand::LineTo { x, y } => {
                if let Some(outline) = outlines.last_mut() {
                    outline.push((x, y));
                }
            }
            PathCommand::QuadTo { x1, y1, x, y } => {
                let from = last(&outlines);
                for piece in 1..=PIECES {
                    let t = piece as f64 / PIECES as f64;
                    let of = |a: f64, b: f64, c: f64| (1.0 - t).powi(2) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
                    if let Some(outline) = outlines.last_mut() {
                        outline.push((of(from.0, x1, x), of(from.1, y1, y)));
                    }
                }
            }
            PathCommand::CubicTo { x1, y1, x2, y2, x, y } => {
                let from = last(&outlines);
                for piece in 1..=PIECES {
                    let t = piece as f64 / PIECES as f64;
                    let s = 1.0 - t;
                    let of = |a: f64, b: f64, c: f64, d: f64| {
                        s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d
                    };
                    if let Some(outline) = outlines.last_mut() {
                        outline.push((of(from.0, x1, x2, x), of(from.1, y1, y2, y)));
                    }
                }
            }
            PathCommand::Close => {}
        }
    }
    outlines
}
