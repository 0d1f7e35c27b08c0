//! The temperature lens: one sample, and what teacher and student make of it at any T. It never runs a model.

mod bias;
mod words;

use eframe::egui::{Button, Frame, Label, Margin, Rect, Response, RichText, Ui, UiBuilder, Vec2, pos2, vec2};

use super::colours::RunColours;
use super::{action_button, explained, whats};
use crate::command::{Action, Commands, ScreenCommand};
use crate::distill::soften::{divergence, entropy, ranking, soften, top_class};
use crate::protocol::Role;
use crate::recipe::fields::TEMPERATURE;
use crate::state::{LensView, SampleChoice, State, Tip};
use crate::text::{Term, number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, font, size, space};
use crate::widgets::{
    BARS_HEADER, Dropdown, LEAST_BAR, ProbabilityBars, STAT_TILE, Sample, Side, Slider, dot_ui, empty_state_ui,
    sample_image_ui, section_ui, stat_tile_ui,
};
use bias::BiasPart;

/// Ticks of the temperature sliders.
pub(super) const TICKS: [f64; 5] = [1.0, 2.0, 4.0, 8.0, 20.0];

/// Fills its tile.
pub fn lens_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let view = state.lens_view();
    section_ui(
        ui,
        &text("lens-title"),
        false,
        |ui| of_run_ui(ui, state),
        |ui| {
            choice_ui(ui, state, commands);
            bias::toggle_ui(ui, state, commands);
            action_button(ui, Action::RandomSample, false, state, commands);
            action_button(ui, Action::NextSample, false, state, commands);
            action_button(ui, Action::PreviousSample, false, state, commands);
            sample_name_ui(ui, state, view.as_ref());
        },
    );
    let Some(view) = view else {
        let (name, hint) = match &state.recipe.preview_fault {
            Some(fault) => (text("lens-fault"), first_lines(&fault.problem.words())),
            None => (text("lens-loading"), text("lens-loading-hint")),
        };
        empty_state_ui(ui, Icon::Flask, &name, &hint, None);
        return;
    };
    let bias = BiasPart::of(state);
    let moved = view.student.and_then(|student| state.with_biases(student));
    let student = match &moved {
        None => student_name(state),
        Some(_) => text_with("lens-student-moved", &[("name", student_name(state).into())]),
    };
    let view = LensView { student: moved.as_deref().or(view.student), ..view };
    let margin = Margin { left: space::M as i8, right: space::M as i8, top: 2, bottom: space::M as i8 };
    Frame::new().inner_margin(margin).show(ui, |ui| {
        let all = ui.available_rect_before_wrap();
        let taken = bias.as_ref().map_or(0.0, |bias| bias.height(ui, all.width().min(MEASURE)));
        let words = sentence(&view, state.screen.lens.temperature);
        let text = view.probe.texts.shown(view.row).map(|_| state.screen.lens.tokens);
        let fit = Fit::of(ui, all.size() - vec2(0.0, taken), view.probe.classes.len(), &words, text);
        let measure = all.width().min(MEASURE * fit.scale);
        let column = Rect::from_min_size(pos2(all.center().x - measure / 2.0, all.top()), vec2(measure, all.height()));
        ui.scope_builder(UiBuilder::new().max_rect(column), |ui| {
            head_ui(ui, state, &view, &fit, &words, commands);
            ui.add_space(if fit.has_sentence { space::M } else { space::S });
            if let Some(bias) = &bias {
                bias.show(ui, commands);
            }
            // The bars have what the numbers leave; where that is more than they need, the numbers follow them.
            let free = ui.available_rect_before_wrap();
            let bars = free.with_max_y((free.bottom() - fit.numbers - space::S).max(free.top() + 3.0 * LEAST_BAR));
            // The word stands beside the bars, low enough to leave the cards of the first screen alone.
            super::tips::mark(ui, Tip::Lens, bars.with_min_y(bars.bottom() - 0.45 * bars.height()));
            let row = ROW * fit.scale;
            let shown =
                ui.scope_builder(UiBuilder::new().max_rect(bars), |ui| bars_ui(ui, state, &view, &student, row));
            let below = free.with_min_y(shown.response.rect.bottom() + space::S);
            ui.scope_builder(UiBuilder::new().max_rect(below), |ui| numbers_ui(ui, state, &view, fit.numbers));
        });
    });
}

/// Which sample it is.
fn sample_name_ui(ui: &mut Ui, state: &State, view: Option<&LensView<'_>>) {
    let colour = ui.tokens().secondary;
    if let Some(looked) = state.own_picture() {
        let is_text = looked.probe.texts.rows() > 0;
        let key = match looked.inverted {
            _ if is_text => "lens-own-text",
            true => "lens-inverted",
            false => "lens-own",
        };
        let name = if is_text { text("lens-yours") } else { looked.name.clone() };
        let words = RichText::new(name).color(colour);
        ui.add(Label::new(words).selectable(false).truncate()).on_hover_text(text(key));
    } else if let Some(view) = view {
        let row = u64::from(view.probe.rows[view.row]);
        let is_narrow = ui.available_width() < ROW_NAME;
        let row = [("row", row.to_string().into())];
        let words = if is_narrow { text_with("lens-row-short", &row) } else { text_with("lens-row", &row) };
        let label = ui.add(Label::new(RichText::new(words).color(colour)).selectable(false));
        let whole = if is_narrow { format!("{}\n", text_with("lens-row", &row)) } else { String::new() };
        label.on_hover_text(whole + &Term::Validation.what());
    }
}

/// How tall a row of the bars is at most, how large the picture is, and how wide all of it becomes, in a panel of usual size.
const ROW: f32 = 34.0;
const PICTURE: f32 = 92.0;
const MEASURE: f32 = 520.0;

/// A panel in which everything has its usual size, and how much larger it becomes in a large one.
const USUAL: Vec2 = vec2(360.0, 440.0);
const LARGEST: f32 = 2.0;
const LARGEST_TILE: f32 = 1.5;

/// Height of the slider with its ticks, and of the numbers in a line of text.
const SLIDER: f32 = 58.0;
const LINE: f32 = 20.0;

/// Height of the field for a text, with what is above it.
const FIELD: f32 = size::ROW + space::XS;

/// Lines of a text where there is room for more than one, and how tall its tokens are at most.
const TEXT_LINES: usize = 3;
const TOKENS: f32 = 168.0;

/// Rows that are to be in sight without scrolling.
const ROWS: usize = 10;

/// What has room: the bars come first, then the numbers, then the picture and the sentence.
struct Fit {
    scale: f32,
    picture: f32,
    has_sentence: bool,
    numbers: f32,
    /// Height of a text, or of its tokens.
    text: f32,
}

impl Fit {
    /// `text` tells of a text whether its tokens are shown.
    fn of(ui: &Ui, room: Vec2, classes: usize, sentence: &str, text: Option<bool>) -> Self {
        let scale = (room / USUAL).min_elem().clamp(1.0, LARGEST);
        let bars = BARS_HEADER + classes.min(ROWS) as f32 * LEAST_BAR + space::S;
        let picture = PICTURE * scale;
        let beside = (room.x.min(MEASURE * scale) - picture - 2.0 * space::S).max(1.0);
        let words = ui.painter().layout(sentence.to_owned(), font(size::CAPTION), ui.tokens().secondary, beside);
        let (field, lines) = (FIELD + SLIDER + 2.0 * space::S, TEXT_LINES as f32 * LINE);
        let (head, slim) = if text.is_some() {
            (field + lines, SLIDER + LINE + 2.0 * space::S)
        } else {
            (picture.max(SLIDER + space::S + words.size().y) + space::M, SLIDER + space::S)
        };
        let tile = STAT_TILE * scale.min(LARGEST_TILE);
        let (has_sentence, numbers) = match room.y - bars {
            rest if rest >= head + tile => (true, tile),
            rest if rest >= slim + STAT_TILE => (false, STAT_TILE),
            _ => (false, LINE),
        };
        // Tokens have what is left; where that is little, they scroll.
        let left = room.y - bars - numbers - if has_sentence { field } else { field - FIELD };
        let text = match (text, has_sentence) {
            (Some(true), _) => left.clamp(lines, TOKENS * scale),
            (_, true) => lines,
            (_, false) => LINE,
        };
        Self { scale, picture: if has_sentence { picture } else { SLIDER }, has_sentence, numbers, text }
    }
}

/// Of a sweep: the run whose student is looked at, in its colour.
fn of_run_ui(ui: &mut Ui, state: &State) {
    let (Some(job), Some(run)) = state.on_show() else { return };
    if state.focused().is_some_and(|focused| focused.id == job && focused.is_sweep()) {
        let name = run.to_string();
        dot_ui(ui, RunColours::of(state, ui.tokens()).run(run, Role::Student)).on_hover_text(&name);
        // The dot alone, where the name has no room: half a name is another one.
        let wide = ui.painter().layout_no_wrap(name.clone(), font(size::CAPTION), ui.tokens().secondary).size().x;
        if wide <= ui.available_width() {
            ui.add(Label::new(caption(name)).selectable(false));
        }
    }
}

/// As much of what is wrong as stands well in the middle of a panel; the recipe's own tells all of it.
fn first_lines(words: &str) -> String {
    const SHOWN: usize = 3;
    let first: Vec<&str> = words.lines().take(SHOWN).collect();
    let more = if words.lines().count() > SHOWN { "\n…" } else { "" };
    first.join("\n") + more
}

/// Which samples one steps through, with how many there are of each kind at the moment.
pub(super) fn choice_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let key = |choice| match choice {
        SampleChoice::Any => "lens-any",
        SampleChoice::TeacherUnsure => "lens-unsure",
        SampleChoice::StudentWrong => "lens-wrong",
        SampleChoice::Disagree => "lens-disagree",
        SampleChoice::Apart => "lens-apart",
    };
    let here = state.screen.lens.choice;
    // The class that alone is shown stands beside the choice: nothing is left out in silence.
    let view = state.probe_view();
    let class = state.screen.lens.class.and_then(|class| view.as_ref()?.probe.classes.get(class));
    let shown = class.map_or_else(
        || text(key(here)),
        |class| {
            let args = [("choice", text(key(here)).into()), ("class", class.clone().into())];
            text_with("lens-choice-class", &args)
        },
    );
    let list = Dropdown::new(&text("lens-choice"), &shown).plain().show(ui, |ui| {
        for choice in SampleChoice::ALL {
            let count = state.sample_rows(choice).len() as u64;
            let words =
                text_with("lens-choice-count", &[("choice", text(key(choice)).into()), ("count", count.into())]);
            let entry = ui.add_enabled(count > 0, Button::selectable(choice == here, words));
            if entry.on_hover_text(text(&format!("{}-hint", key(choice)))).clicked() {
                commands.send(ScreenCommand::SampleChoice(choice));
            }
        }
        classes_ui(ui, state, commands);
        ui.separator();
        let zoom = ui.selectable_label(state.screen.lens.zoomed, text("lens-zoom"));
        if zoom.on_hover_text(text("lens-zoom-hint")).clicked() {
            commands.send(ScreenCommand::LensZoom(!state.screen.lens.zoomed));
        }
    });
    list.response.on_hover_text(super::hint_of(Action::NextChoice));
}

/// Most classes that are listed.
const CLASSES: usize = 200;

/// The class whose samples alone one steps through.
fn classes_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(view) = state.probe_view() else { return };
    ui.separator();
    ui.add(Label::new(caption(text("lens-class"))).selectable(false));
    let area = eframe::egui::ScrollArea::vertical().max_height(180.0);
    area.show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.set_max_width(CLASS_ROW);
            if ui.selectable_label(state.screen.lens.class.is_none(), text("lens-class-any")).clicked() {
                commands.send(ScreenCommand::LensClass(None));
            }
            for (class, name) in view.probe.classes.iter().enumerate().take(CLASSES) {
                if ui.selectable_label(state.screen.lens.class == Some(class), name).clicked() {
                    commands.send(ScreenCommand::LensClass(Some(class)));
                }
            }
        });
    });
}

/// Width of the names of classes.
const CLASS_ROW: f32 = 220.0;

/// Room for the whole name of a row, with some air; where there is less, it is shortened.
const ROW_NAME: f32 = 140.0;

/// Below this width the numbers have short names and no units; what they are is said on hover.
const NARROW: f32 = 320.0;

/// The sample, T, and a sentence about what T does to it.
fn head_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, fit: &Fit, words: &str, commands: &Commands) {
    if let Some(shown) = view.probe.texts.shown(view.row) {
        if fit.has_sentence {
            words::typed_ui(ui, state, commands);
        }
        match state.readings().filter(|_| state.screen.lens.tokens) {
            Some(readings) => words::readings_ui(ui, state, view, readings, fit.text),
            None => words::text_ui(ui, &shown, ((fit.text / LINE) as usize).clamp(1, TEXT_LINES)),
        }
        ui.add_space(space::S);
        temperature_ui(ui, state, commands).on_hover_text(words);
        return;
    }
    ui.horizontal_top(|ui| {
        let shape = picture_shape(&view.probe.shape);
        let interleaved = interleave(view.input, shape);
        let key = sample_key(view.probe.rows[view.row], view.input);
        let sample = Sample { key, values: &interleaved, shape };
        let picture = sample_image_ui(ui, &text("lens-sample"), sample, fit.picture);
        if !fit.has_sentence {
            picture.on_hover_text(words);
        }
        ui.add_space(space::S);
        ui.vertical(|ui| {
            temperature_ui(ui, state, commands);
            if fit.has_sentence {
                ui.add_space(space::S);
                explained(ui.add(Label::new(caption(words)).wrap()), &[Term::SoftTargets]);
            }
        });
    });
}

/// T of the lens.
fn temperature_ui(ui: &mut Ui, state: &State, commands: &Commands) -> Response {
    let mut temperature = state.screen.lens.temperature;
    let (name, what) = (text("lens-temperature"), Term::Temperature.what());
    let slider = Slider::new(&name, &mut temperature, TEMPERATURE.span().shown())
        .logarithmic()
        .ticks(&TICKS)
        .default_value(1.0)
        .explained(&what)
        .format(&number::setting);
    let slider = ui.add(slider);
    if slider.changed() {
        commands.send(ScreenCommand::LensTemperature(temperature));
    }
    slider
}

/// Height, width and channels of data that are pictures.
pub(super) fn picture_shape(shape: &[usize]) -> Option<[usize; 3]> {
    match *shape {
        [channels, height, width] => Some([height, width, channels]),
        _ => None,
    }
}

/// Channel planes to pixels, as pictures are drawn.
pub(super) fn interleave(input: &[f32], shape: Option<[usize; 3]>) -> Vec<f32> {
    match shape {
        Some([height, width, channels]) if channels > 1 => {
            let pixels = height * width;
            (0..pixels).flat_map(|pixel| (0..channels).map(move |channel| input[channel * pixels + pixel])).collect()
        }
        _ => input.to_vec(),
    }
}

/// Tells pictures of different data sets apart, too: row numbers alone do not.
pub(super) fn sample_key(row: u32, input: &[f32]) -> u64 {
    let bits = input.iter().fold(0, |hash: u64, value| hash.rotate_left(5) ^ u64::from(value.to_bits()));
    (u64::from(row) << 32) ^ (bits & 0xFFFF_FFFF)
}

/// What the teacher thinks of the sample at T = 1, and what softening shows.
fn sentence(view: &LensView<'_>, temperature: f64) -> String {
    let Some(teacher) = &view.teacher else { return text("lens-no-teacher") };
    let percent = |p: f64| -> crate::text::Value<'static> { number::probability(p).into() };
    let (order, sharp, soft) = (ranking(&teacher.logits(1.0)), teacher.soften(1.0), teacher.soften(temperature));
    let [first, second, ..] = order.as_slice() else { return String::new() };
    let class = |i: usize| -> crate::text::Value<'static> { view.probe.classes[i].clone().into() };
    text_with(
        "lens-sentence",
        &[
            ("first", class(*first)),
            ("first-percent", percent(sharp[*first])),
            ("second", class(*second)),
            ("second-percent", percent(sharp[*second])),
            ("temperature", number::setting(temperature).into()),
            ("softened-percent", percent(soft[*second])),
        ],
    )
}

/// A recipe that is no job's yet has a student with its initial weights, for a picture of the user's too.
fn student_name(state: &State) -> String {
    text(if state.focused().is_none() { "lens-untrained" } else { "lens-student" })
}

fn bars_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, student_name: &str, row: f32) {
    let temperature = state.screen.lens.temperature;
    let shown = |p: Vec<f64>| p.into_iter().map(|p| p as f32).collect::<Vec<f32>>();
    let of_teacher = |t: f64| view.teacher.as_ref().map_or_else(Vec::new, |teacher| shown(teacher.soften(t)));
    let of_student = |t: f64| view.student.map_or_else(Vec::new, |student| shown(soften(student, t)));
    let members: Vec<Vec<f32>> = match &view.teacher {
        Some(teacher) if teacher.each.len() > 1 => {
            teacher.each.iter().map(|logits| shown(soften(logits, temperature))).collect()
        }
        _ => Vec::new(),
    };
    // Behind the bars stands what T = 1 makes of the same logits, so that it is seen what softening does.
    let is_sharp = (temperature - 1.0).abs() < 1e-9;
    let ghost = |of: &dyn Fn(f64) -> Vec<f32>| if is_sharp { Vec::new() } else { of(1.0) };
    let tokens = ui.tokens();
    let teacher_name = match members.len() {
        0 => text("lens-teacher"),
        count => text_with("lens-teachers", &[("count", count.into())]),
    };
    // Many classes: the likeliest first, in the teacher's order.
    let order = if view.probe.classes.len() > 20 {
        view.teacher.as_ref().map(|teacher| ranking(&teacher.logits(1.0))).unwrap_or_default()
    } else {
        Vec::new()
    };
    ProbabilityBars {
        name: &text("lens-bars"),
        classes: &view.probe.classes,
        left: Side {
            name: &teacher_name,
            what: &Term::Teacher.what(),
            probabilities: &of_teacher(temperature),
            ghost: &ghost(&of_teacher),
            members: &members,
            colour: tokens.teacher,
        },
        right: Side {
            name: student_name,
            what: &Term::Student.what(),
            probabilities: &of_student(temperature),
            ghost: &ghost(&of_student),
            members: &[],
            colour: tokens.student,
        },
        label: view.label.map(|label| (label, tokens.label)),
        order: &order,
        // The longest bar is as long as its probability: only so a flat distribution looks flat.
        full: (!state.screen.lens.zoomed).then_some(1.0),
        row,
    }
    .show(ui);
}

/// On tiles of that height, or in a line of text where that is too low for tiles.
fn numbers_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, height: f32) {
    let t = state.screen.lens.temperature;
    let class = |logits: &[f32]| view.probe.classes[top_class(logits)].clone();
    let sharp = view.teacher.as_ref().map(|teacher| teacher.logits(1.0));
    let (top, note) = match (sharp.as_deref(), view.student) {
        (Some(teacher), Some(student)) if top_class(teacher) == top_class(student) => {
            (class(teacher), text("lens-both"))
        }
        // Two names side by side say by themselves that they differ.
        (Some(teacher), Some(student)) => (format!("{} ≠ {}", class(teacher), class(student)), String::new()),
        (Some(only), None) | (None, Some(only)) => (class(only), String::new()),
        (None, None) => (text("widget-bars-missing"), String::new()),
    };
    let at_t = view.teacher.as_ref().map(|teacher| teacher.logits(t));
    let both = at_t.as_deref().zip(view.student);
    // What is not known has no unit.
    let measured = |value: Option<f64>| match value {
        Some(value) => (number::nats(value), text("unit-nats")),
        None => (text("widget-bars-missing"), String::new()),
    };
    let [of_teacher, of_student, kl] = [
        measured(at_t.as_deref().map(|z| entropy(z, t))),
        measured(view.student.map(|z| entropy(z, t))),
        measured(both.map(|(teacher, student)| divergence(teacher, student, t))),
    ];
    let numbers = [
        ("lens-teacher-entropy", of_teacher, whats(&[Term::Entropy, Term::Nats])),
        ("lens-student-entropy", of_student, whats(&[Term::Entropy, Term::Nats])),
        ("lens-kl", kl, whats(&[Term::Kl, Term::Nats])),
        ("lens-top", (top, note), text("lens-top-hint")),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let free = ui.available_width() - 3.0 * space::S;
        let is_line = height < STAT_TILE;
        let is_narrow = is_line || free < NARROW * height / STAT_TILE;
        let shares = if is_narrow { [0.27, 0.27, 0.23, 0.23] } else { [0.28, 0.28, 0.25, 0.19] };
        for ((key, (value, unit), what), share) in numbers.into_iter().zip(shares) {
            let width = (free * share).floor().max(size::ROW);
            let name = match key {
                "lens-teacher-entropy" if is_narrow => text("lens-teacher-entropy-short"),
                "lens-student-entropy" if is_narrow => text("lens-student-entropy-short"),
                "lens-top" if is_narrow => text("lens-top-short"),
                _ => text(key),
            };
            let unit = if is_narrow && key != "lens-top" { "" } else { &unit };
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
