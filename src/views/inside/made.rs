//! What was made of a text for the students, and what both models say of each.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align, Align2, Color32, Label, Layout, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use crate::command::{Commands, ScreenCommand};
use crate::distill::soften::top_class;
use crate::protocol::{MASK, Probe};
use crate::state::{MadeLook, MadeReaders, State};
use crate::text::{number, text, text_with};
use crate::theme::{self, Icon, UiTokens as _, caption, font, size, space};
use crate::widgets::{IconButton, empty_state_ui};

/// How wide an answer is beside its text, and how tall below it; and from which width on there is room beside a text.
const ANSWER: f32 = 116.0;
const TALL: f32 = size::BODY + BAR + space::M;
const WIDE: f32 = 440.0;
/// The bar below an answer.
const BAR: f32 = 4.0;

pub(super) fn made_ui(ui: &mut Ui, state: &State, readers: MadeReaders, commands: &Commands) {
    let known = state.screen.made.as_ref();
    let at = known.map_or(0, |known| known.at);
    if known.is_none_or(|known| known.readers != readers) {
        commands.send(ScreenCommand::Made(at));
    }
    let looked = known.filter(|known| (known.readers.0, known.readers.1) == (readers.0, readers.1));
    let Some(looked) = looked.and_then(|known: &MadeLook| known.looked.as_deref()) else {
        empty_state_ui(ui, Icon::Flask, &text("lens-loading"), &text("inside-made-loading"), None);
        return;
    };
    let among = looked.among.max(1);
    ui.horizontal(|ui| {
        let args = [
            ("at", (at % among + 1).into()),
            ("among", among.into()),
            ("made", (looked.probe.rows.len().saturating_sub(1) as u64).into()),
        ];
        let head = ui.add(Label::new(caption(text_with("inside-made", &args))).selectable(false));
        head.on_hover_text(text("inside-made-hint"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (icon, key, to) in [
                (Icon::ChevronRight, "inside-made-next", (at + 1) % among),
                (Icon::ChevronLeft, "inside-made-previous", (at + among - 1) % among),
            ] {
                if ui.add(IconButton::new(icon, &text(key))).clicked() {
                    commands.send(ScreenCommand::Made(to));
                }
            }
        });
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        let classes = &looked.probe.classes;
        let answers = |row: usize| state.said_of_made(looked, row).map(|said| answer(classes, &said?));
        heads_ui(ui);
        let own = answers(0);
        for row in 0..looked.probe.rows.len() {
            row_ui(ui, &looked.probe, row, &answers(row), &own);
        }
    });
}

/// What a model says of a text.
#[derive(Clone)]
struct Answer {
    class: usize,
    name: String,
    probability: f64,
}

fn answer(classes: &[String], said: &[f64]) -> Option<Answer> {
    let class = top_class(said);
    Some(Answer { class, name: classes.get(class)?.clone(), probability: *said.get(class)? })
}

impl Answer {
    /// `positive 66.5 %`.
    fn words(&self) -> String {
        let value = number::percent(self.probability);
        format!("{} {}", self.name, text_with("widget-percent", &[("value", value.into())]))
    }
}

/// Whose answers stand below.
fn heads_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::CAPTION + space::S), Sense::hover());
    let t = ui.tokens();
    for (place, (key, colour)) in places(rect).iter().zip([("term-teacher", t.teacher), ("term-student", t.student)]) {
        ui.painter().text(place.left_center(), Align2::LEFT_CENTER, text(key), theme::semibold(size::CAPTION), colour);
    }
}

/// Where the two answers of a line stand: at its right, or side by side where there is no room for that.
fn places(rect: Rect) -> [Rect; 2] {
    let wide = if rect.width() < WIDE { rect.width() / 2.0 } else { ANSWER };
    let from = |left: f32| Rect::from_min_max(pos2(left, rect.top()), pos2(left + wide - space::S, rect.bottom()));
    [from(rect.right() - 2.0 * wide), from(rect.right() - wide)]
}

fn row_ui(ui: &mut Ui, probe: &Probe, row: usize, answers: &[Option<Answer>; 2], own: &[Option<Answer>; 2]) {
    let t = ui.tokens();
    let words = probe.texts.shown(row).unwrap_or_default();
    let room = ui.available_width();
    let is_beside = room >= WIDE;
    let wide = if is_beside { room - 2.0 * ANSWER - space::M } else { room };
    let galley = ui.painter().layout_job(marked(&words, row == 0, wide, t.text, t.doubtful));
    let text_tall = galley.size().y + space::S;
    let tall = if is_beside { text_tall.max(TALL) } else { text_tall + TALL };
    let (rect, response) = ui.allocate_exact_size(vec2(room, tall), Sense::hover());
    ui.painter().galley(rect.min + vec2(0.0, space::XS), galley, t.text);
    let below = if is_beside { rect } else { rect.with_min_y(rect.top() + text_tall) };
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, t.hairline));
    let mut said = vec![words.into_owned()];
    for ((place, colour), (key, (answer, own))) in places(below)
        .into_iter()
        .zip([t.teacher, t.student])
        .zip(["term-teacher", "term-student"].into_iter().zip(answers.iter().zip(own)))
    {
        let Some(answer) = answer else { continue };
        // What was made may be of another class than what it was made of: that is why it is asked about.
        let is_other = own.as_ref().is_some_and(|own| own.class != answer.class);
        answer_ui(ui, place, answer, colour, if is_other { t.doubtful } else { t.text });
        said.push(format!("{}: {}", text(key), answer.words()));
    }
    let said = said.join("\n");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
    response.on_hover_text(said);
}

fn answer_ui(ui: &Ui, place: Rect, answer: &Answer, colour: Color32, ink: Color32) {
    let painter = ui.painter_at(place);
    let at = pos2(place.left(), place.top() + space::XS);
    painter.text(at, Align2::LEFT_TOP, answer.words(), font(size::BODY), ink);
    let top = at.y + size::BODY + space::XS + 2.0;
    let whole = Rect::from_min_max(pos2(place.left(), top), pos2(place.right(), top + BAR));
    painter.rect_filled(whole, BAR / 2.0, ui.tokens().control);
    let part = whole.with_max_x(whole.left() + whole.width() * answer.probability as f32);
    painter.rect_filled(part, BAR / 2.0, colour);
}

/// A text in which masked words stand out; what others were made of is written larger.
fn marked(words: &str, is_first: bool, wide: f32, ink: Color32, masked: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = wide;
    let format = |color: Color32| TextFormat {
        font_id: if is_first { theme::semibold(size::BODY) } else { font(size::BODY) },
        color,
        ..TextFormat::default()
    };
    for (number, part) in words.split(MASK).enumerate() {
        if number > 0 {
            job.append(MASK, 0.0, format(masked));
        }
        job.append(part, 0.0, format(ink));
    }
    job
}
