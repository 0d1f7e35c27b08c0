//! Whose layers stand at each place of the network, how likely the student's are to, and what that is worth.

use eframe::egui::{Align2, Label, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::protocol::{Anatomy, Replacing, RunInfo};
use crate::text::{number, text, text_with};
use crate::theme::{self, UiTokens as _, caption, radius, size, space};
use crate::widgets::{BandLine, BandPlot, BandPoint, STAT_TILE, stat_tile_ui};

const BOX: f32 = 26.0;
const GAP: f32 = 6.0;
/// Height of the curve.
const CURVE: f32 = 150.0;
/// Points of the curve.
const POINTS: u64 = 60;

pub(super) fn places_ui(ui: &mut Ui, run: &RunInfo, anatomy: &Anatomy, replacing: &Replacing) {
    let args = [("run", run.run.to_string().into()), ("step", anatomy.step.into())];
    let head = ui.add(Label::new(caption(text_with("inside-coins", &args))).selectable(false));
    head.on_hover_text(text("inside-coins-hint"));
    stack_ui(ui, replacing);
    tiles_ui(ui, replacing);
    rate_ui(ui, run, anatomy);
}

/// Input at the bottom, embeddings and last layer of the teacher around what stands between.
fn stack_ui(ui: &mut Ui, replacing: &Replacing) {
    let t = ui.tokens();
    let places = replacing.kept.len();
    let height = (places + 2) as f32 * (BOX + GAP) - GAP;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let row = |at: usize| {
        let bottom = rect.bottom() - at as f32 * (BOX + GAP);
        Rect::from_min_max(pos2(rect.left(), bottom - BOX), pos2(rect.right(), bottom))
    };
    let draw = |at: Rect, words: &str, colour, is_here: bool| {
        let (edge, ink) =
            if is_here { (Stroke::new(1.5, colour), t.text) } else { (Stroke::new(1.0, t.hairline), t.tertiary) };
        let ground = if is_here { t.control } else { t.panel };
        ui.painter().rect(at, radius::CONTROL, ground, edge, StrokeKind::Inside);
        ui.painter().text(at.center(), Align2::CENTER_CENTER, words, theme::font(size::CAPTION), ink);
    };
    let of = |is_teachers: bool, what: &str| {
        let whose = text(if is_teachers { "term-teacher" } else { "term-student" });
        format!("{whose} · {what}")
    };
    draw(row(0), &of(true, &text("inside-embeddings")), t.teacher, true);
    draw(row(places + 1), &of(true, &text("inside-head")), t.teacher, true);
    let mut said = Vec::with_capacity(places);
    for (at, kept) in replacing.kept.iter().enumerate() {
        let whole = row(at + 1);
        let half = (whole.width() - GAP) / 2.0;
        let own = text_with("inside-layer", &[("layer", (at as u64 + 1).into())]);
        let (from, to) = ((at * replacing.each) as u64 + 1, ((at + 1) * replacing.each) as u64);
        let theirs = if from == to {
            text_with("inside-layer", &[("layer", from.into())])
        } else {
            text_with("inside-teacher-layers", &[("from", from.into()), ("to", to.into())])
        };
        let (own, theirs) = (of(false, &own), of(true, &theirs));
        draw(whole.with_max_x(whole.left() + half), &own, t.student, !kept);
        draw(whole.with_min_x(whole.right() - half), &theirs, t.teacher, *kept);
        said.push(if *kept { theirs } else { own });
    }
    let said = said.join(", ");
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, &said));
}

fn tiles_ui(ui: &mut Ui, replacing: &Replacing) {
    let percent = |share: Option<f64>| share.map_or_else(|| text("widget-bars-missing"), number::percent);
    let tiles = [
        ("inside-rate", number::setting((replacing.rate * 1000.0).round() / 1000.0), ""),
        ("inside-mixture", percent(replacing.accuracy.map(|(mixture, _)| mixture)), "%"),
        ("inside-successor", percent(replacing.accuracy.map(|(_, own)| own)), "%"),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let room = vec2(((ui.available_width() - 2.0 * space::S) / 3.0).floor(), STAT_TILE);
        for (key, value, unit) in tiles {
            stat_tile_ui(ui, room, &text(key), &value, unit).on_hover_text(text(&format!("{key}-hint")));
        }
    });
}

/// The rate over all steps, and where the run is.
fn rate_ui(ui: &mut Ui, run: &RunInfo, anatomy: &Anatomy) {
    let (method, values) = (run.recipe.distill.method(), run.recipe.distill.values());
    let Some(rate) = method.replaces else { return };
    let phases = (method.phases)(values, run.recipe.training.epochs);
    let first = phases.first().map_or(0, |phase| phase.epochs as u64) * run.steps_per_epoch;
    let at = |step: u64| if step < first { rate(values, step as f64 / first as f64) } else { 1.0 };
    let point = |step: u64| BandPoint { x: step as f64, mean: at(step), deviation: 0.0, seeds: 1 };
    let points: Vec<BandPoint> = (0..=POINTS).map(|i| point(i * run.steps / POINTS)).collect();
    let now = [point(anatomy.step)];
    let t = ui.tokens();
    let (name, here) = (
        text("inside-rate"),
        text_with("anatomy-of", &[("run", run.run.to_string().into()), ("step", anatomy.step.into())]),
    );
    let lines = [
        BandLine { name: &name, short: &name, colour: t.student, points: &points },
        BandLine { name: &here, short: &here, colour: t.text, points: &now },
    ];
    let step = text("unit-step");
    BandPlot {
        name: &name,
        x_label: &step,
        y_label: &name,
        log_x: false,
        written: number::Kind::Setting,
        key: "",
        lines: &lines,
        baselines: &[],
        height: Some(CURVE),
    }
    .show(ui);
}
