//! The temperature lens: one sample, and what teacher and student make of it at any T. It never runs a model.

mod bars;
mod bias;
mod choice;
mod class;
mod each;
mod example;
mod kept;
mod limit;
mod numbers;
mod over_t;
mod pages;
mod photo;
mod words;

use std::borrow::Cow;

pub(super) use photo::photo_key;

use eframe::egui::{Frame, Label, Margin, Rect, Response, RichText, Ui, UiBuilder, Vec2, pos2, vec2};

use super::colours::RunColours;
use super::take_away::heading_ui;
use super::{action_button, explained};
use crate::command::{Action, Commands, LensCommand, WindowCommand};
use crate::distill::soften::ranking;
use crate::protocol::Role;
use crate::state::{Beside, LENS_TEMPERATURES, LensPage, LensView, State, Subject, Tip};
use crate::text::{Phrase, Term, number, phrase, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, font, size, space};
use crate::widgets::{
    BARS_HEADER, Chip, LEAST_BAR, STAT_TILE, Sample, Slider, dot_ui, empty_state_ui, is_figure, mark, sample_image_ui,
    section_ui,
};
use bias::BiasPart;
pub(super) use choice::choice_ui;

/// Ticks of the temperature slider.
pub(super) const TICKS: [f64; 7] = [0.05, 0.2, 1.0, 4.0, 10.0, 30.0, 100.0];

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
            choice::subject_ui(ui, state, commands);
            if state.screen.lens.subject.is_of_rows() {
                bias::toggle_ui(ui, state, commands);
            }
            if state.screen.lens.subject == Subject::Sample {
                action_button(ui, Action::RandomSample, false, state, commands);
                let next = action_button(ui, Action::NextSample, false, state, commands);
                let previous = action_button(ui, Action::PreviousSample, false, state, commands);
                mark(ui, "lens.next", next.rect.union(previous.rect));
                sample_name_ui(ui, state, view.as_ref());
            }
        },
    );
    let Some(view) = view else {
        empty_ui(ui, state);
        return;
    };
    let margin = Margin { left: space::M as i8, right: space::M as i8, top: 2, bottom: space::M as i8 };
    Frame::new().inner_margin(margin).show(ui, |ui| {
        pages::pages_ui(ui, state, commands);
        let all = ui.available_rect_before_wrap();
        let fit = Fit::of_view(ui, state, &view, all);
        let measure = all.width().min(MEASURE * fit.scale);
        // Two pictures side by side have all the width.
        let measure =
            if state.screen.lens.beside == Beside::Nothing { measure } else { all.width().min(2.0 * measure) };
        let column = Rect::from_min_size(pos2(all.center().x - measure / 2.0, all.top()), vec2(measure, all.height()));
        ui.scope_builder(UiBuilder::new().max_rect(column), |ui| content_ui(ui, state, &view, &fit, commands));
    });
}

/// The page with what it is of, to be taken away.
pub(super) fn figure_ui(ui: &mut Ui, state: &State, nobody: &Commands) {
    let Some(view) = state.lens_view() else { return empty_ui(ui, state) };
    let lens = &state.screen.lens;
    let args =
        [("page", text(pages::title_key(lens.page)).into()), ("temperature", number::setting(lens.temperature).into())];
    heading_ui(ui, text_with(if lens.page == LensPage::OverT { "lens-figure-over-t" } else { "lens-figure" }, &args));
    ui.horizontal_top(|ui| {
        if !view.input.is_empty() {
            let shape = picture_shape(&view.probe.shape);
            let interleaved = interleave(view.input, shape);
            let key = sample_key(view.probe.rows[view.row], view.input);
            sample_image_ui(ui, "figure", Sample { key, values: &interleaved, shape }, FIGURE_PICTURE);
            ui.add_space(space::S);
        }
        ui.vertical(|ui| {
            let shown = view.probe.texts.shown(view.row).filter(|_| view.over.is_none());
            let shown = shown.map(Cow::into_owned);
            for words in
                [Some(what_of(state, &view)), shown, Some(sentence(&view, lens.temperature))].into_iter().flatten()
            {
                if !words.is_empty() {
                    ui.add(Label::new(words).wrap());
                }
            }
        });
    });
    ui.add_space(space::M);
    let fit = Fit { scale: 1.0, picture: 0.0, has_sentence: false, numbers: STAT_TILE, text: 0.0 };
    page_ui(ui, state, &view, &fit, nobody);
}

/// What the picture is of.
fn what_of(state: &State, view: &LensView<'_>) -> String {
    let label = view.label.and_then(|label| view.probe.classes.get(label).cloned());
    match state.screen.lens.subject {
        Subject::Example => text("example-made-up-whole"),
        Subject::Photo => text("lens-photo-model-what"),
        Subject::Mean => {
            let rows = view.over.as_ref().map_or(0, Vec::len);
            text_with("lens-mean-rows", &[("count", (rows as u64).into())])
        }
        Subject::Sample if state.own_picture().is_some() => text("lens-own"),
        Subject::Sample => {
            let row = u64::from(view.probe.rows[view.row]).to_string();
            let args = [("row", row.into()), ("label", label.unwrap_or_default().into())];
            text_with("lens-figure-row", &args)
        }
    }
}

/// Side of the picture of a sample in a figure.
const FIGURE_PICTURE: f32 = 84.0;

/// Nothing is looked at yet.
fn empty_ui(ui: &mut Ui, state: &State) {
    let (name, hint) = match (&state.recipe.preview_fault, state.screen.lens.subject) {
        (_, Subject::Photo) => (text("lens-photo-loading"), text("lens-photo-loading-hint")),
        (Some(fault), _) => (text("lens-fault"), first_lines(&fault.problem.words())),
        (None, _) => (text("lens-loading"), text("lens-loading-hint")),
    };
    empty_state_ui(ui, Icon::Flask, &name, &hint, None);
}

/// The sample with T, then the page.
fn content_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, fit: &Fit, commands: &Commands) {
    head_ui(ui, state, view, fit, commands);
    ui.add_space(if fit.has_sentence { space::M } else { space::S });
    if let Some(bias) = BiasPart::of(state).filter(|_| state.screen.lens.subject.is_of_rows()) {
        bias.show(ui, commands);
    }
    let free = ui.available_rect_before_wrap();
    mark(ui, "lens.bars", free);
    if state.screen.lens.subject == Subject::Example {
        mark(ui, "lens.example", free);
    }
    page_ui(ui, state, view, fit, commands);
    // The word stands beside the picture, low enough to leave the cards of the first screen alone.
    super::tips::mark(ui, Tip::Lens, free.with_min_y(free.bottom() - 0.45 * free.height()));
}

fn page_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, fit: &Fit, commands: &Commands) {
    match state.screen.lens.page {
        LensPage::Bars => bars_page_ui(ui, state, view, fit, commands),
        LensPage::Each => each::each_ui(ui, state, view, commands),
        LensPage::OverT => over_t::over_t_ui(ui, state, view, commands),
        LensPage::Class => class::class_ui(ui, state, view, commands),
        LensPage::Limit => limit::limit_ui(ui, state, view),
    }
}

/// The bars have what the numbers leave; where that is more than they need, the numbers follow them.
fn bars_page_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, fit: &Fit, commands: &Commands) {
    let row = ROW * fit.scale;
    if state.screen.lens.beside != Beside::Nothing && state.beside_view().is_some() {
        return bars::bars_ui(ui, state, view, row, commands);
    }
    let is_example = state.screen.lens.subject == Subject::Example && !is_figure(ui);
    let below = if is_example { example::height(state) } else { 0.0 };
    let free = ui.available_rect_before_wrap();
    let bottom = free.bottom() - fit.numbers - space::S - below;
    let bars = free.with_max_y(bottom.max(free.top() + 3.0 * LEAST_BAR));
    let shown = ui.scope_builder(UiBuilder::new().max_rect(bars), |ui| bars::bars_ui(ui, state, view, row, commands));
    let rest = free.with_min_y(shown.response.rect.bottom() + space::S);
    ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| {
        mark(ui, "lens.numbers", rest.with_max_y(rest.top() + fit.numbers));
        numbers::numbers_ui(ui, state, view, fit.numbers);
        if is_example {
            ui.add_space(space::S);
            example::example_ui(ui, state, commands);
        }
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

/// Height of the slider with its ticks, without them where there is little room, and of the numbers in a line of text.
const SLIDER: f32 = 58.0;
const SLIM_SLIDER: f32 = 42.0;
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
    fn of_view(ui: &Ui, state: &State, view: &LensView<'_>, all: Rect) -> Self {
        let bias = BiasPart::of(state).filter(|_| state.screen.lens.subject.is_of_rows());
        let taken = bias.as_ref().map_or(0.0, |bias| bias.height(ui, all.width().min(MEASURE)));
        let words = sentence(view, state.screen.lens.temperature);
        let is_text = view.over.is_none() && view.probe.texts.shown(view.row).is_some();
        let text = is_text.then_some(state.screen.lens.tokens);
        Self::of(ui, all.size() - vec2(0.0, taken), view.probe.classes.len(), &words, text)
    }

    /// `text` tells of a text whether its tokens are shown.
    fn of(ui: &Ui, room: Vec2, classes: usize, sentence: &str, text: Option<bool>) -> Self {
        let scale = (room / USUAL).min_elem().clamp(1.0, LARGEST);
        let bars = BARS_HEADER + classes.min(ROWS) as f32 * LEAST_BAR + space::S;
        let picture = PICTURE * scale;
        let beside = (room.x.min(MEASURE * scale) - picture - 2.0 * space::S).max(1.0);
        let words = ui.painter().layout(sentence.to_owned(), font(size::CAPTION), ui.tokens().secondary, beside);
        let (field, lines) = (FIELD + SLIDER + 2.0 * space::S, TEXT_LINES as f32 * LINE);
        let (head, slim) = if text.is_some() {
            (field + lines, SLIM_SLIDER + LINE + 2.0 * space::S)
        } else {
            (picture.max(SLIDER + space::S + words.size().y) + space::M, SLIM_SLIDER + space::S)
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
        Self { scale, picture: if has_sentence { picture } else { SLIM_SLIDER }, has_sentence, numbers, text }
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

/// Room for the whole name of a row, with some air; where there is less, it is shortened.
const ROW_NAME: f32 = 140.0;

/// What is looked at, T, and a sentence about what T does to it.
fn head_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, fit: &Fit, commands: &Commands) {
    let words = if state.window.guesses { String::new() } else { sentence(view, state.screen.lens.temperature) };
    let texts = view.probe.texts.shown(view.row).filter(|_| view.over.is_none());
    if let Some(shown) = texts {
        if fit.has_sentence {
            words::typed_ui(ui, state, commands);
        }
        match state.readings().filter(|_| state.screen.lens.tokens) {
            Some(readings) => words::readings_ui(ui, state, view, readings, fit.text),
            None => words::text_ui(ui, &shown, ((fit.text / LINE) as usize).clamp(1, TEXT_LINES)),
        }
        ui.add_space(space::S);
        temperature_ui(ui, state, fit.has_sentence, commands).on_hover_text(words);
        return;
    }
    if view.input.is_empty() {
        // Means and examples have no picture.
        temperature_ui(ui, state, fit.has_sentence, commands);
        below_temperature_ui(ui, state, view, fit, &words, commands);
        return;
    }
    ui.horizontal_top(|ui| {
        let shape = picture_shape(&view.probe.shape);
        let interleaved = interleave(view.input, shape);
        let key = sample_key(view.probe.rows[view.row], view.input);
        let sample = Sample { key, values: &interleaved, shape };
        let picture = sample_image_ui(ui, &text("lens-sample"), sample, fit.picture);
        mark(ui, "lens.picture", picture.rect);
        if !fit.has_sentence {
            picture.on_hover_text(&words);
        }
        ui.add_space(space::S);
        ui.vertical(|ui| {
            temperature_ui(ui, state, fit.has_sentence, commands);
            below_temperature_ui(ui, state, view, fit, &words, commands);
        });
    });
}

fn below_temperature_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, fit: &Fit, words: &str, commands: &Commands) {
    if state.screen.lens.subject == Subject::Photo {
        photo::photo_ui(ui, state, commands);
    } else if let Some(rows) = &view.over {
        let count = [("count", (rows.len() as u64).into())];
        ui.add(Label::new(caption(text_with("lens-mean-rows", &count))).wrap())
            .on_hover_text(text("lens-mean-rows-hint"));
    } else if fit.has_sentence && state.screen.lens.subject != Subject::Example {
        ui.add_space(space::S);
        explained(ui.add(Label::new(caption(words)).wrap()), &[Term::SoftTargets]);
    }
}

/// T of the lens: what is used to predict with is a press away, and it can move by itself. A second one, where one stands beside.
fn temperature_ui(ui: &mut Ui, state: &State, has_ticks: bool, commands: &Commands) -> Response {
    let mut temperature = state.screen.lens.temperature;
    let (name, what) = (text("lens-temperature"), Term::Temperature.what());
    let refused = |typed: &str| {
        let (low, high) = LENS_TEMPERATURES.into_inner();
        let said =
            phrase!("lens-no-temperature", typed = typed, low = Phrase::setting(low), high = Phrase::setting(high));
        commands.send(WindowCommand::Refused(said));
    };
    let mut aside = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let play = action_button(ui, Action::PlayTemperature, false, state, commands);
        mark(ui, "lens.play", play.rect);
        let is_one = (state.screen.lens.temperature - 1.0).abs() < 1e-9;
        let one = Chip::new(&text("lens-one")).selectable(is_one).show(ui).response;
        if one.on_hover_text(text("lens-one-hint")).clicked() {
            commands.send(LensCommand::LensTemperature(1.0));
        }
    };
    let slider = Slider::new(&name, &mut temperature, LENS_TEMPERATURES)
        .logarithmic()
        .ticks(if has_ticks { &TICKS } else { &[] })
        .default_value(1.0)
        .explained(&what)
        .aside(&mut aside)
        .refused(&refused)
        .format(&number::setting);
    let slider = ui.add(slider);
    mark(ui, "lens.temperature", slider.rect);
    if slider.changed() {
        commands.send(LensCommand::LensTemperature(temperature));
    }
    if let Beside::Temperature(mut second) = state.screen.lens.beside {
        let name = text("lens-second-temperature");
        let slider = Slider::new(&name, &mut second, LENS_TEMPERATURES).logarithmic().default_value(1.0);
        if ui.add(slider.explained(&what).refused(&refused).format(&number::setting)).changed() {
            commands.send(LensCommand::Beside(Beside::Temperature(second)));
        }
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
    let Some(teacher) = view.teacher.as_ref().filter(|_| view.over.is_none()) else {
        return if view.over.is_some() { String::new() } else { text("lens-no-teacher") };
    };
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
