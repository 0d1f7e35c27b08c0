//! Both distributions mirrored around the names of the classes; of two pictures side by side, each.

use eframe::egui::{Label, Rect, Ui, UiBuilder, pos2, vec2};

use super::kept::{self, Slot};
use super::numbers;
use super::pages::column_name;
use crate::command::{Commands, ExampleCommand, LensCommand};
use crate::state::{BarOrder, LensPage, LensView, Seen, SeenSide, State, Subject, Whose};
use crate::text::{Term, text, text_with};
use crate::theme::{UiTokens as _, space, title};
use crate::widgets::{BARS_HEADER, BarsResponse, LEAST_BAR, ProbabilityBars, Side};

/// From so many classes on the likeliest alone are shown, with what is left in one row.
const MANY: usize = 20;

/// Height of a row of many classes, and of a heading over one of two pictures.
const ROW_OF_MANY: f32 = 20.0;
const HEADING: f32 = 20.0;

/// From this width on two pictures stand side by side; below it one below the other, where both have room.
const SIDE_BY_SIDE: f32 = 620.0;

/// A recipe that is no job's yet has a student with its initial weights, for a picture of the user's too.
pub(super) fn student_name(state: &State, view: &LensView<'_>) -> String {
    if state.screen.lens.subject == Subject::Example {
        return text("lens-student");
    }
    let name = text(if state.focused().is_none() { "lens-untrained" } else { "lens-student" });
    // It is only said where what is shown was moved.
    let is_moved = matches!(view.student, Some(std::borrow::Cow::Owned(_)));
    if is_moved { text_with("lens-student-moved", &[("name", name.into())]) } else { name }
}

/// What is to be drawn of one picture: classes in their order, the rest in one.
struct Picture {
    names: Vec<String>,
    /// The classes that the names are of; the rest has none.
    classes: Vec<usize>,
    teacher: Drawn,
    student: Drawn,
    /// The teacher at T = 1.
    sharp: Vec<f32>,
    label: Option<usize>,
}

#[derive(Default)]
struct Drawn {
    probabilities: Vec<f32>,
    ghost: Vec<f32>,
    members: Vec<Vec<f32>>,
}

impl Picture {
    fn of(state: &State, view: &LensView<'_>, seen: &Seen, at_one: &Seen, room: f32) -> Self {
        let lens = &state.screen.lens;
        let count = view.probe.classes.len();
        let by_teacher = || view.by_teacher(at_one);
        let mut classes: Vec<usize> = match lens.order {
            BarOrder::Teacher => by_teacher(),
            BarOrder::Difference => seen.by_difference(),
            BarOrder::Class if count > MANY => by_teacher(),
            BarOrder::Class => Vec::new(),
        };
        if classes.len() != count {
            classes = (0..count).collect();
        }
        let fit = ((room - BARS_HEADER) / ROW_OF_MANY).floor().max(4.0) as usize;
        let left = count.saturating_sub(fit - 1);
        let has_rest = count > MANY && !lens.all && left > 1;
        if has_rest {
            classes.truncate(count - left);
            // What is followed stays in sight, however unlikely it is.
            for pinned in pinned(state, view).into_iter().rev() {
                if !classes.contains(&pinned) {
                    classes.pop();
                    classes.push(pinned);
                }
            }
        }
        let reduce = |p: &[f32]| -> Vec<f32> {
            if p.is_empty() {
                return Vec::new();
            }
            let mut shown: Vec<f32> = classes.iter().map(|class| p[*class]).collect();
            if has_rest {
                shown.push((1.0 - shown.iter().sum::<f32>()).max(0.0));
            }
            shown
        };
        let is_sharp = (lens.temperature - 1.0).abs() < 1e-9;
        // Behind the bars stands what T = 1 makes of the same logits, so that it is seen what softening does.
        let drawn = |side: Option<&SeenSide>, sharp: Option<&SeenSide>| {
            let Some(side) = side else { return Drawn::default() };
            let ghost = sharp.filter(|_| !is_sharp).map(|sharp| reduce(&sharp.probabilities));
            let members = side.members.iter().map(|member| reduce(member)).collect();
            Drawn { probabilities: reduce(&side.probabilities), ghost: ghost.unwrap_or_default(), members }
        };
        let mut names: Vec<String> = classes.iter().map(|class| view.probe.classes[*class].clone()).collect();
        if has_rest {
            names.push(text_with("lens-rest", &[("count", (left as u64).into())]));
        }
        Self {
            teacher: drawn(seen.teacher.as_ref(), at_one.teacher.as_ref()),
            student: drawn(seen.student.as_ref(), at_one.student.as_ref()),
            sharp: at_one.teacher.as_ref().map(|side| reduce(&side.probabilities)).unwrap_or_default(),
            label: view.label.and_then(|label| classes.iter().position(|class| *class == label)),
            names,
            classes,
        }
    }
}

/// Classes that are shown among many in any case: the label, and the one that is followed; of a photo broccoli, which no vehicle, cat or
/// cup is like.
fn pinned(state: &State, view: &LensView<'_>) -> Vec<usize> {
    let is_photo = state.screen.lens.subject == Subject::Photo;
    let unlike = || view.probe.classes.iter().position(|name| name == "broccoli");
    let followed = state.screen.lens.drilled.filter(|class| *class < view.probe.classes.len());
    let followed = followed.or_else(|| if is_photo { unlike() } else { None });
    [view.label, followed].into_iter().flatten().collect()
}

/// The bars of the view, and beside them those of what stands there, each with its numbers.
pub(super) fn bars_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, row: f32, commands: &Commands) {
    let t = state.screen.lens.temperature;
    let Some((other, other_t)) = state.beside_view() else {
        one_ui(ui, state, view, (t, "lens-bars", [Slot::Now, Slot::AtOne]), row, commands);
        return;
    };
    let all = ui.available_rect_before_wrap();
    let rows = view.probe.classes.len().min(MANY) as f32;
    let both = 2.0 * (HEADING + BARS_HEADER + rows * LEAST_BAR + numbers::LINES) + space::S;
    let is_wide = all.width() >= SIDE_BY_SIDE || all.height() < both;
    let half = if is_wide {
        vec2((all.width() - space::M) / 2.0, all.height())
    } else {
        vec2(all.width(), (all.height() - space::S) / 2.0)
    };
    let second = if is_wide { vec2(half.x + space::M, 0.0) } else { vec2(0.0, half.y + space::S) };
    let beside = state.screen.lens.beside;
    let first = (view, t, vec2(0.0, 0.0), None, "lens-bars", [Slot::Now, Slot::AtOne]);
    let other = (&other, other_t, second, Some(beside), "lens-bars-beside", [Slot::Beside, Slot::BesideAtOne]);
    for (view, t, offset, beside, name, slots) in [first, other] {
        let place = Rect::from_min_size(all.min + offset, half);
        ui.scope_builder(UiBuilder::new().id_salt(name).max_rect(place), |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.allocate_ui(vec2(place.width(), HEADING), |ui| {
                ui.add(Label::new(title(column_name(state, beside, t))).selectable(false).truncate());
            });
            let bars = Rect::from_min_max(ui.cursor().min, place.max - vec2(0.0, numbers::LINES));
            ui.scope_builder(UiBuilder::new().max_rect(bars), |ui| {
                one_ui(ui, state, view, (t, name, slots), row, commands);
            });
            let below = Rect::from_min_max(pos2(place.left(), bars.bottom()), place.max);
            ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
                numbers::lines_ui(ui, &kept::seen(ui, state, view, t, slots[0]));
            });
        });
    }
    ui.advance_cursor_after_rect(all);
}

fn one_ui(
    ui: &mut Ui,
    state: &State,
    view: &LensView<'_>,
    (t, name, slots): (f64, &str, [Slot; 2]),
    row: f32,
    commands: &Commands,
) {
    let [seen, at_one] = [(t, slots[0]), (1.0, slots[1])].map(|(t, slot)| kept::seen(ui, state, view, t, slot));
    let picture = Picture::of(state, view, &seen, &at_one, ui.available_height());
    let tokens = ui.tokens();
    let members = picture.teacher.members.len();
    let is_photo = state.screen.lens.subject == Subject::Photo;
    let teacher_name = match members {
        0 if is_photo => text("lens-photo-model"),
        0 => text("lens-teacher"),
        count => text_with("lens-teachers", &[("count", count.into())]),
    };
    let is_example = state.screen.lens.subject == Subject::Example;
    let lens = &state.screen.lens;
    let student = if is_photo { text("lens-one") } else { student_name(state, view) };
    // A model alone stands beside itself at T = 1.
    let sharp = is_photo.then_some(picture.sharp.as_slice());
    let teacher_what = if is_photo { text("lens-photo-model-what") } else { Term::Teacher.what() };
    let shown = ProbabilityBars {
        name: &text(name),
        classes: &picture.names,
        left: Side {
            name: &teacher_name,
            what: &teacher_what,
            probabilities: &picture.teacher.probabilities,
            ghost: &picture.teacher.ghost,
            members: &picture.teacher.members,
            colour: tokens.teacher,
        },
        right: Side {
            name: &student,
            what: &if is_photo { text("lens-one-hint") } else { Term::Student.what() },
            probabilities: sharp.unwrap_or(&picture.student.probabilities),
            ghost: &picture.student.ghost,
            members: &[],
            colour: if is_photo { tokens.no_teacher } else { tokens.student },
        },
        label: picture.label.map(|label| (label, tokens.label)),
        order: &[],
        // The longest bar is as long as its probability: only so a flat distribution looks flat.
        full: (!lens.zoomed || lens.log).then_some(1.0),
        row: if picture.names.len() > MANY { ROW_OF_MANY.max(LEAST_BAR) } else { row },
        log: lens.log,
        // What stands beside is at another T.
        draggable: is_example && slots[0] == Slot::Now,
    }
    .show(ui);
    answered(&shown, &picture, commands);
}

/// A click on a class follows it from its logit on; what is dragged moves.
fn answered(shown: &BarsResponse, picture: &Picture, commands: &Commands) {
    if let Some((is_left, at, p)) = shown.dragged {
        let whose = if is_left { Whose::Teacher } else { Whose::Student };
        if let Some(class) = picture.classes.get(at) {
            commands.send(ExampleCommand::MoveProbability(whose, *class, f64::from(p)));
        }
    } else if let Some(at) = shown.clicked {
        match picture.classes.get(at) {
            Some(class) => {
                commands.send(LensCommand::Drill(*class));
                commands.send(LensCommand::LensPage(LensPage::Class));
            }
            // The rest of many.
            None => commands.send(LensCommand::LensAll(true)),
        }
    }
}
