//! Who leaves where: a slider for the speed, and what that comes to on the validation rows, with no model run.

use eframe::egui::{Label, Ui, vec2};

use crate::command::{Commands, ScreenCommand};
use crate::state::{AtSpeed, Leaving, State};
use crate::text::{number, text, text_with};
use crate::theme::{UiTokens as _, caption, space};
use crate::widgets::{BandLine, BandPlot, BandPoint, STAT_TILE, ShareRow, Slider, bar_list_ui, stat_tile_ui};

/// The least height of the curve.
const CURVE: f32 = 150.0;

pub(super) fn exits_ui(ui: &mut Ui, state: &State, leaving: &Leaving, commands: &Commands) {
    let of = &leaving.of;
    let args =
        [("run", of.run.to_string().into()), ("step", of.step.into()), ("rows", (of.labels.len() as u64).into())];
    ui.add(Label::new(caption(text_with("inside-speed-of", &args))).selectable(false));
    let mut speed = state.screen.speed.unwrap_or(of.speed);
    let hint = text("field-speed-hint");
    let name = text("inside-speed");
    let slider = Slider::new(&name, &mut speed, 0.0..=1.0)
        .ticks(&[0.0, 0.25, 0.5, 0.75, 1.0])
        .default_value(of.speed)
        .explained(&hint);
    if ui.add(slider).changed() {
        commands.send(ScreenCommand::Speed(speed));
    }
    let now = leaving.at(speed);
    tiles_ui(ui, leaving, &now);
    leaves_ui(ui, leaving, &now);
    curve_ui(ui, leaving, &now);
}

fn tiles_ui(ui: &mut Ui, leaving: &Leaving, now: &AtSpeed) {
    let layers = leaving.of.costs.len() as u64;
    let args = [("layers", layers.into())];
    let whole = leaving.curve().first().map_or(0.0, |(_, slow)| slow.accuracy);
    let whole = text_with(
        "inside-whole",
        &[("accuracy", text_with("widget-percent", &[("value", number::percent(whole).into())]).into())],
    );
    let tiles = [
        ("inside-accuracy", number::percent(now.accuracy), "%", format!("{}\n{whole}", text("inside-accuracy-hint"))),
        ("inside-agreement", number::percent(now.agreement), "%", text("inside-agreement-hint")),
        ("inside-mean-layers", number::fixed(now.layers, 2), "", text_with("inside-mean-layers-hint", &args)),
        ("inside-flops", number::percent(now.flops), "%", text_with("inside-flops-hint", &args)),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let count = tiles.len() as f32;
        let room = vec2(((ui.available_width() - (count - 1.0) * space::S) / count).floor(), STAT_TILE);
        for (key, value, unit, hint) in &tiles {
            stat_tile_ui(ui, room, &text(key), value, unit).on_hover_text(hint);
        }
    });
}

/// The share of rows that leave at each exit; the last layer is the last.
fn leaves_ui(ui: &mut Ui, leaving: &Leaving, now: &AtSpeed) {
    let (t, rows) = (ui.tokens(), leaving.of.labels.len().max(1) as f64);
    let last = now.leaves.len();
    let names: Vec<(String, String)> = now
        .leaves
        .iter()
        .enumerate()
        .map(|(exit, (count, wrong))| {
            let name = text_with("inside-leaves", &[("layer", (exit as u64 + 1).into())]);
            let args = [("count", (*count as u64).into()), ("wrong", (*wrong as u64).into())];
            (name, text_with("inside-leaves-hint", &args))
        })
        .collect();
    let bars: Vec<ShareRow<'_>> = names
        .iter()
        .zip(&now.leaves)
        .enumerate()
        .map(|(exit, ((name, hover), (count, _)))| ShareRow {
            name,
            share: *count as f64 / rows,
            colour: if exit + 1 == last { t.teacher } else { t.student },
            hover,
        })
        .collect();
    bar_list_ui(ui, &text("inside-speed"), &bars);
}

/// Accuracy over operations, and where the slider stands.
fn curve_ui(ui: &mut Ui, leaving: &Leaving, now: &AtSpeed) {
    let point = |at: &AtSpeed| BandPoint { x: 100.0 * at.flops, mean: 100.0 * at.accuracy, deviation: 0.0, seeds: 1 };
    let mut points: Vec<BandPoint> = leaving.curve().iter().map(|(_, at)| point(at)).collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    points.dedup_by(|a, b| a.x.to_bits() == b.x.to_bits());
    let (t, here) = (ui.tokens(), [point(now)]);
    let (name, speed) = (text("inside-curve"), text("inside-speed"));
    let lines = [
        BandLine { name: &name, short: &name, colour: t.student, points: &points },
        BandLine { name: &speed, short: &speed, colour: t.text, points: &here },
    ];
    let (flops, accuracy) = (text("inside-flops-percent"), text("inside-accuracy-percent"));
    BandPlot {
        name: &name,
        x_label: &flops,
        y_label: &accuracy,
        log_x: false,
        written: number::Kind::Percent,
        key: "",
        lines: &lines,
        baselines: &[],
        height: Some(CURVE.max(ui.available_height() - space::M)),
    }
    .show(ui);
}
