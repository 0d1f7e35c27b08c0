//! Entropy and KL over T, with the present T marked; it can be dragged there.

use eframe::egui::Ui;

use super::TICKS;
use super::kept::kept;
use crate::command::{Commands, LensCommand};
use crate::state::{LENS_TEMPERATURES, LensView, State};
use crate::text::{text, text_with};
use crate::theme::{UiTokens as _, space};
use crate::widgets::{LogCurve, LogCurves};

/// Temperatures at which curves are worked out.
const POINTS: usize = 64;

pub(super) fn over_t_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, commands: &Commands) {
    // T alone changes nothing of them.
    let curves = kept(ui, "over T", (state.look_key(view), 0), || Curves::of(view));
    let tokens = ui.tokens();
    let height = (ui.available_height() - space::S) / 2.0;
    let now = state.screen.lens.temperature;
    let classes = view.probe.classes.len();
    let most = text_with("lens-most-entropy", &[("classes", (classes as u64).into())]);
    let plot = |name, y_label, x_label, curves, most, log_y| LogCurves {
        name,
        y_label,
        x_label,
        curves,
        x: LENS_TEMPERATURES,
        ticks: &TICKS,
        now,
        most,
        log_y,
        height,
    };
    let (teacher, student) = (text("lens-teacher"), text("lens-student"));
    let entropies = [
        LogCurve { name: &teacher, colour: tokens.teacher, points: &curves.teacher },
        LogCurve { name: &student, colour: tokens.student, points: &curves.student },
    ];
    let (entropy, kl) = (text("lens-over-entropy"), text("lens-over-kl"));
    let divergence = [LogCurve { name: "", colour: tokens.text, points: &curves.kl }];
    let shown: Vec<LogCurve<'_>> = entropies.into_iter().filter(|curve| !curve.points.is_empty()).collect();
    let first = plot(&entropy, &entropy, "", &shown, Some(((classes as f64).ln(), &most)), false).show(ui);
    ui.add_space(space::S);
    let second = plot(&kl, &kl, "T", if curves.kl.is_empty() { &[] } else { &divergence }, None, true).show(ui);
    if let Some(t) = first.1.or(second.1) {
        commands.send(LensCommand::LensTemperature(t));
    }
}

/// What is drawn.
#[derive(Clone, Debug, Default)]
struct Curves {
    teacher: Vec<(f64, f64)>,
    student: Vec<(f64, f64)>,
    kl: Vec<(f64, f64)>,
}

impl Curves {
    fn of(view: &LensView<'_>) -> Self {
        let (low, high) = LENS_TEMPERATURES.into_inner();
        let mut curves = Self::default();
        // Means over many numbers are worked out at fewer places: the curves are smooth.
        let numbers = view.over.as_ref().map_or(1, Vec::len) * view.probe.classes.len();
        let points = if numbers > MANY { POINTS / 4 } else { POINTS };
        for at in 0..points {
            let t = low * (high / low).powf(at as f64 / (points - 1) as f64);
            let seen = view.seen(t);
            curves.teacher.extend(seen.teacher.map(|side| (t, side.entropy)));
            curves.student.extend(seen.student.map(|side| (t, side.entropy)));
            curves.kl.extend(seen.kl.map(|kl| (t, kl)));
        }
        curves
    }
}

/// Numbers from which on fewer points are worked out.
const MANY: usize = 40_000;
