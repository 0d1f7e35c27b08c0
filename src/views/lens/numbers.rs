//! The numbers below the bars: entropy, KL, the top class and its share, and how many classes the entropy is worth.

use eframe::egui::{Label, Ui, vec2};

use super::kept::{self, Slot};
use crate::distill::soften::effective_classes;
use crate::state::{LensView, Seen, SeenSide, State};
use crate::text::{Term, number, text, text_with};
use crate::theme::{caption, size, space};
use crate::views::whats;
use crate::widgets::{STAT_TILE, stat_tile_ui};

/// Below this width the numbers have short names and no units; what they are is said on hover.
const NARROW: f32 = 320.0;

/// From this width on entropies have their unit, and the number of classes its word.
const WIDE: f32 = 600.0;

/// From this width on the number of classes has its word.
const MIDDLE: f32 = 420.0;

/// Height of the numbers of one of two pictures, in lines.
pub(super) const LINES: f32 = 36.0;

/// A number that may be missing, with its unit.
type Measured = (String, String);

fn missing() -> Measured {
    (text("widget-bars-missing"), String::new())
}

/// An entropy with how many equally likely classes are as spread out.
fn entropy(side: Option<&SeenSide>, unit: &str) -> Measured {
    side.map_or_else(missing, |side| {
        let classes = number::significant(effective_classes(side.entropy), 2);
        (number::nats(side.entropy), text_with(unit, &[("classes", classes.into())]))
    })
}

/// The top class of both, with the largest probability.
fn top(view: &LensView<'_>, seen: &Seen) -> Measured {
    let share = |side: &SeenSide| text_with("widget-percent", &[("value", number::probability(side.top).into())]);
    let class = |side: &SeenSide| view.probe.classes.get(side.class()).cloned().unwrap_or_default();
    match (&seen.teacher, &seen.student) {
        (Some(teacher), Some(student)) if teacher.class() == student.class() => (class(teacher), share(teacher)),
        // Two names side by side say by themselves that they differ.
        (Some(teacher), Some(student)) => (format!("{} ≠ {}", class(teacher), class(student)), String::new()),
        (Some(only), None) | (None, Some(only)) => (class(only), share(only)),
        (None, None) => missing(),
    }
}

/// Over several rows the largest probability is each row's own, of whichever class.
fn mean_top(seen: &Seen) -> Measured {
    let sides: Vec<_> = [&seen.teacher, &seen.student].into_iter().flatten().collect();
    if sides.is_empty() {
        return missing();
    }
    let shares: Vec<_> = sides.into_iter().map(|side| number::significant(100.0 * side.top, 2)).collect();
    (text_with("widget-percent", &[("value", shares.join(" / ").into())]), String::new())
}

/// Both shares and both numbers of classes, in words.
fn more(seen: &Seen) -> String {
    let of = |key: &str, side: &Option<SeenSide>| {
        side.as_ref().map(|side| {
            let args = [
                ("share", number::probability(side.top).into()),
                ("classes", number::significant(effective_classes(side.entropy), 4).into()),
            ];
            text_with(key, &args)
        })
    };
    [of("lens-more-teacher", &seen.teacher), of("lens-more-student", &seen.student)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n")
}

/// On tiles of that height, or in a line of text where that is too low for tiles.
pub(super) fn numbers_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, height: f32) {
    let seen = kept::seen(ui, state, view, state.screen.lens.temperature, Slot::Now);
    let kl = seen.kl.map_or_else(missing, |kl| (number::nats(kl), text("unit-nats")));
    let entropy_what = format!("{}\n{}", whats(&[Term::Entropy, Term::Nats]), more(&seen));
    let width = ui.available_width();
    let unit = match width {
        _ if width >= WIDE => "lens-effective",
        _ if width >= MIDDLE => "lens-effective-classes",
        _ => "lens-effective-short",
    };
    let entropy = |side| entropy(side, unit);
    let numbers = [
        ("lens-teacher-entropy", entropy(seen.teacher.as_ref()), entropy_what.clone()),
        ("lens-student-entropy", entropy(seen.student.as_ref()), entropy_what),
        ("lens-kl", kl, whats(&[Term::Kl, Term::Nats])),
        if view.over.is_some() {
            ("lens-mean-top", mean_top(&seen), format!("{}\n{}", text("lens-mean-top-hint"), more(&seen)))
        } else {
            ("lens-top", top(view, &seen), format!("{}\n{}", text("lens-top-hint"), more(&seen)))
        },
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let free = ui.available_width() - 3.0 * space::S;
        let is_line = height < STAT_TILE;
        let is_narrow = is_line || free < NARROW * height / STAT_TILE;
        let shares = if is_narrow { [0.27, 0.27, 0.23, 0.23] } else { [0.28, 0.28, 0.22, 0.22] };
        for ((key, (value, unit), what), share) in numbers.into_iter().zip(shares) {
            let width = (free * share).floor().max(size::ROW);
            let name = match key {
                "lens-teacher-entropy" if is_narrow => text("lens-teacher-entropy-short"),
                "lens-student-entropy" if is_narrow => text("lens-student-entropy-short"),
                "lens-top" | "lens-mean-top" if is_narrow => text("lens-top-short"),
                _ => text(key),
            };
            let unit = if is_narrow && key == "lens-kl" { "" } else { &unit };
            let shown = if is_line {
                ui.add(Label::new(caption(format!("{name} {value}"))).selectable(false))
            } else {
                stat_tile_ui(ui, vec2(width, height), &name, &value, unit)
            };
            let whole = if is_narrow { format!("{}\n", text(key)) } else { String::new() };
            shown.on_hover_text(whole + &what);
        }
    });
}

/// The same of one of two pictures, in two lines.
pub(super) fn lines_ui(ui: &mut Ui, seen: &Seen) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let value = |it: Option<f64>| it.map_or_else(|| text("widget-bars-missing"), number::nats);
    let args = [
        ("teacher", value(seen.teacher.as_ref().map(|side| side.entropy)).into()),
        ("student", value(seen.student.as_ref().map(|side| side.entropy)).into()),
        ("kl", value(seen.kl).into()),
    ];
    let top = |side: &Option<SeenSide>| {
        side.as_ref().map_or_else(|| text("widget-bars-missing"), |side| number::probability(side.top))
    };
    let tops = [("teacher", top(&seen.teacher).into()), ("student", top(&seen.student).into())];
    for words in [text_with("lens-line-entropy", &args), text_with("lens-line-top", &tops)] {
        ui.add(Label::new(caption(words)).selectable(false).truncate()).on_hover_text(more(seen));
    }
}
