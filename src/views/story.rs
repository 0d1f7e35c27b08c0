//! Above the panels: which job they show, and, once it is over, what happened.

use eframe::egui::{Align, Context, Frame, Id, Label, Layout, Margin, Panel, Rect, RichText, Ui, vec2};

use super::cards::shown_title;
use super::colours::RunColours;
use super::{action_button, button_ui, explained, whats};
use crate::command::{Action, Commands, LensCommand, RecipeCommand, ScreenCommand};
use crate::protocol::{Part, Role};
use crate::runs::verdict::{Cause, Drawing, DrawnErrors, Remedy, Standing, Story, part_words};
use crate::state::{JobView, State};
use crate::text::{Phrase, Term, number::Kind, text, text_with};
use crate::theme::{Tokens, UiTokens as _, caption, space, tick, title};
use crate::widgets::{Chip, DotLine, ErrorDots, mark};

/// Width of the drawing.
const DRAWING: f32 = 300.0;

/// Lines are no longer than this, and what can be done is no farther away.
const MEASURE: f32 = 1280.0;

/// A window lower than this has the sentence alone: why it is so is said on hover, and the panels keep the room.
const LOW: f32 = 760.0;

/// A strip below the bar, while a job is on show.
pub fn story_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(job) = state.focused() else { return };
    let frame = Frame::new().fill(ui.tokens().window).inner_margin(Margin::symmetric(space::M as i8, 4));
    let strip = Panel::top("story").frame(frame).resizable(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        let measure = ui.available_width().min(MEASURE);
        ui.allocate_ui_with_layout(vec2(measure, 0.0), Layout::top_down(Align::Min), |ui| {
            which_ui(ui, job, state, commands);
            if let Some(story) = &job.story {
                told_ui(ui, job, story, state, commands);
            }
        });
    });
    let rect = strip.response.rect;
    mark(ui, "bar.story", rect);
    if story_rect(ui.ctx()).is_none_or(|known| (known.height() - rect.height()).abs() > 0.5) {
        // What has come into the strip lies beyond the height that it had.
        ui.ctx().request_discard("the height of the strip is known now");
        ui.ctx().request_repaint();
    }
    ui.data_mut(|data| data.insert_temp(Id::unique(STRIP), rect));
}

const STRIP: &str = "story strip";

/// Where the strip was drawn last.
pub fn story_rect(ctx: &Context) -> Option<Rect> {
    ctx.data(|data| data.get_temp(Id::unique(STRIP)))
}

/// The job and the run that curves, lens and board show, and what can be done with them.
fn which_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands) {
    ui.horizontal(|ui| {
        let shown = state.on_show().1;
        let run = shown.map(|run| run.to_string()).unwrap_or_default();
        let args = [
            ("job", job.id.to_string().into()),
            ("title", shown_title(state.title_of(job)).into()),
            ("run", run.into()),
        ];
        let words = text_with("story-which", &args);
        let colour =
            shown.map_or(ui.tokens().student, |run| RunColours::of(state, ui.tokens()).run(run, Role::Student));
        Chip::new(&words).dot(colour).show(ui).response.on_hover_text(text("story-which-hint"));
        if state.window.pictured {
            // Nobody can press what is only in a picture.
            return;
        }
        if job.sweep != state.recipe.sweep && button_ui(ui, "story-use") {
            commands.send(RecipeCommand::Use(job.id));
        }
        if button_ui(ui, "story-back") {
            commands.send(ScreenCommand::ClearFocus);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if job.story.is_some() {
                action_button(ui, Action::CopyPicture, true, state, commands);
            }
            if job.story.as_ref().is_some_and(|story| story.wants_seeds) && button_ui(ui, "story-seeds") {
                commands.send(RecipeCommand::Try(job.id, Remedy::Seeds));
            }
            let apart = job.story.as_ref().map_or(0, |_| state.rows_apart() as u64);
            if apart > 0 {
                let hint = text_with("story-samples-hint", &[("count", apart.into())]);
                if ui.button(text("story-samples")).on_hover_text(hint).clicked() {
                    commands.send(LensCommand::WhichSamples);
                }
            }
        });
    });
}

/// The sentence and why it is so, with a drawing beside them.
fn told_ui(ui: &mut Ui, job: &JobView, story: &Story, state: &State, commands: &Commands) {
    let tokens = ui.tokens();
    let width = ui.available_width();
    let is_low = is_low(ui);
    ui.horizontal_top(|ui| {
        let beside = if story.drawing.is_some() && width > 2.0 * DRAWING && !is_low { DRAWING + space::L } else { 0.0 };
        ui.vertical(|ui| {
            ui.set_width(width - beside);
            let why: Vec<String> = story.why.iter().map(Phrase::words).collect();
            let all = why.join("\n");
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                let word = title(text(standing_key(story.standing))).color(colour_of(story.standing, tokens));
                ui.add(Label::new(word).selectable(false)).on_hover_text(format!(
                    "{}\n{}",
                    text("verdict-hint"),
                    whats(&[Term::Interval, Term::Holm])
                ));
                let sentence = ui.add(Label::new(title(story.sentence.words())).wrap());
                if is_low && !why.is_empty() {
                    sentence.on_hover_text(&all);
                }
            });
            if !is_low && !why.is_empty() {
                let shown = &why[..why.len().min(reasons_shown(ui))];
                ui.add(Label::new(caption(shown.join(" "))).wrap()).on_hover_text(&all);
            }
            if let Some(cause) = &story.cause {
                cause_ui(ui, job, cause, state, commands);
            }
            for doubt in &story.doubts {
                let words = text_with("doubtful", &[("doubt", doubt.phrase().words().into())]);
                ui.add(Label::new(RichText::new(words).small().color(tokens.doubtful)).wrap());
            }
        });
        if let Some(drawing) = story.drawing.as_ref().filter(|_| beside > 0.0) {
            ui.vertical(|ui| {
                ui.set_width(DRAWING);
                drawing_ui(ui, drawing, tokens);
            });
        }
    });
}

/// Why nothing was gained, and what may be tried.
fn cause_ui(ui: &mut Ui, job: &JobView, cause: &Cause, state: &State, commands: &Commands) {
    ui.horizontal_wrapped(|ui| {
        let words = text_with("story-cause", &[("cause", cause.words.words().into())]);
        ui.add(Label::new(RichText::new(words).color(ui.tokens().text)).wrap());
        // Nobody can press what is only in a picture; more seeds have a button of their own.
        let remedy = cause.remedy.filter(|remedy| !state.window.pictured && *remedy != Remedy::Seeds);
        if let Some(remedy) = remedy {
            let name = text_with("story-try", &[("remedy", remedy.phrase().words().into())]);
            if ui.button(name).on_hover_text(text("story-try-hint")).clicked() {
                commands.send(RecipeCommand::Try(job.id, remedy));
            }
        }
    });
}

/// Reasons that are shown; hovering shows all.
const SHOWN: usize = 3;

/// The word for where a job stands.
pub(super) fn standing_key(standing: Standing) -> &'static str {
    match standing {
        Standing::Helped => "standing-helped",
        Standing::DidNot => "standing-did-not",
        Standing::Undecided => "standing-undecided",
    }
}

/// How many reasons stand above the panels: they need not be said again below.
pub(super) fn reasons_shown(ui: &Ui) -> usize {
    if is_low(ui) { 0 } else { SHOWN }
}

fn is_low(ui: &Ui) -> bool {
    ui.ctx().content_rect().height() < LOW
}

fn drawing_ui(ui: &mut Ui, drawing: &Drawing, tokens: &Tokens) {
    let words = |line: &DrawnErrors| {
        let (name, what) = match (line.role, line.baseline) {
            (Role::Teacher, _) => (text("quality-teacher"), Term::Teacher.what()),
            (_, Some(baseline)) => (text(baseline.short), text(baseline.what)),
            _ => (text("quality-student"), Term::Student.what()),
        };
        let mean = line.errors.iter().sum::<u64>() as f64 / line.errors.len().max(1) as f64;
        [name, what, Kind::Mean.write(mean)]
    };
    let all: Vec<(&DrawnErrors, [String; 3])> = drawing.lines.iter().map(|line| (line, words(line))).collect();
    let of = |role: Role| {
        let lines = all.iter().filter(move |(line, _)| line.role == role);
        lines.map(|(line, words)| dots(line, words, tokens))
    };
    let lines: Vec<DotLine<'_>> = of(Role::Baseline).chain(of(Role::Student)).collect();
    let name = text_with(
        "story-drawing",
        &[("part", part_words(drawing.part).words().into()), ("examples", super::grouped(drawing.examples).into())],
    );
    let of_part = if drawing.part == Part::Test { Term::Test } else { Term::Validation };
    explained(ui.add(Label::new(tick(&name)).selectable(false)), &[Term::Errors, of_part]);
    ErrorDots { name: &name, lines: &lines, across: of(Role::Teacher).next() }.show(ui);
}

/// A line of the drawing, with its name, what that means, and its mean.
fn dots<'a>(line: &'a DrawnErrors, [name, what, told]: &'a [String; 3], tokens: &Tokens) -> DotLine<'a> {
    let colour = match line.role {
        Role::Student => tokens.student,
        Role::Baseline => tokens.no_teacher,
        Role::Teacher | Role::Companion => tokens.teacher,
    };
    DotLine { name, what, colour, values: &line.errors, told }
}

fn colour_of(standing: Standing, tokens: &Tokens) -> eframe::egui::Color32 {
    match standing {
        Standing::Helped => tokens.good,
        Standing::DidNot => tokens.bad,
        Standing::Undecided => tokens.secondary,
    }
}
