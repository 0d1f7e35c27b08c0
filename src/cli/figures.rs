//! `stillroom figures`: what jobs came to as Markdown, a section a job. The tables of `presets/README.md` are made by it.

use super::FiguresArgs;
use super::events::FinishedRun;
use super::follow::{Figures, Follower};
use super::place::Place;
use super::screen::Screen;
use super::table::none;
use super::verdict;
use super::voice::{Failure, Voice, print};
use crate::protocol::{JobId, Metrics, Role, RunId};
use crate::recipe::{Preset, presets};
use crate::runs::{Store, StoreError, StoredJob};
use crate::text::Phrase;

pub(super) fn figures(args: &FiguresArgs, voice: &Voice) -> Result<(), Failure> {
    let place = Place::to_read(args.store.as_deref())?;
    let reader = Store::reader(place.path());
    let refused = |error: StoreError| place.refused(&error);
    let named = |name: &String| match reader.find(name) {
        Err(StoreError::Unknown(_)) => Err(Failure::input("unknown-run", format!("there is no job `{name}`"))),
        found => found.map_err(refused),
    };
    let jobs: Vec<JobId> = if args.jobs.is_empty() {
        reader.jobs(false).map_err(refused)?.into_iter().map(|job| job.job).rev().collect()
    } else {
        args.jobs.iter().map(named).collect::<Result<_, _>>()?
    };
    let mut text = String::new();
    for job in jobs {
        let stored = reader.job(job).map_err(refused)?;
        let mut follower = Follower::new(Screen::new(voice.clone(), false), place.path(), None, Some(&stored));
        let Some(found) = follower.recall() else { continue };
        text += &section(&stored, &found);
    }
    print(&text)
}

/// A job: what it is called, what its preset says of itself, a table, and what happened.
fn section(job: &StoredJob, found: &Figures<'_>) -> String {
    let preset = presets().find(|preset| preset.recipe().is_ok_and(|recipe| recipe.title == job.sweep.base.title));
    let name = preset.map_or_else(String::new, |preset| format!(" (`{}`)", preset.name));
    let mut text = format!("## {}{name}\n\n", job.sweep.base.title);
    text += &preset.map_or_else(String::new, |preset| format!("{}\n\n", about(preset)));
    text +=
        "| | seeds | epochs | seconds | validation errors | test errors | verdict |\n|---|---|---|---|---|---|---|\n";
    for info in found.infos.iter().filter(|info| info.role == Role::Teacher) {
        text += &line(&format!("teacher, {}", info.model), &[info.run], found, "");
    }
    let groups = found.story.verdict.as_ref().map(|verdict| &verdict.groups);
    for (at, cell) in found.board.cells.iter().enumerate() {
        let word = groups.and_then(|groups| groups.get(at)).map_or("", |group| group.word.as_str());
        let runs: Vec<RunId> = cell.runs.iter().map(|(_, run)| *run).collect();
        let label = cell.label.to_string();
        text += &line(if label.is_empty() { "student" } else { &label }, &runs, found, word);
    }
    for cell in &found.board.baselines {
        let runs: Vec<RunId> = cell.runs.iter().map(|(_, run)| *run).collect();
        text += &line(&cell.label.to_string(), &runs, found, cell.baseline.map_or("", |baseline| baseline.name));
    }
    text + "\n" + &verdict::text(&found.story).replace("\n  ", "\n- ") + "\n"
}

/// The comment above a recipe, as a paragraph.
fn about(preset: Preset) -> String {
    let lines = preset.text.lines().take_while(|line| line.starts_with('#'));
    lines.map(|line| line.trim_start_matches('#').trim()).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// A line of the table: those of a cell, over its seeds.
fn line(name: &str, runs: &[RunId], found: &Figures<'_>, word: &str) -> String {
    let ends: Vec<&FinishedRun> = runs.iter().filter_map(|run| found.finished.get(run)).collect();
    let Some(first) = ends.first() else { return String::new() };
    let epochs = first.info.steps.checked_div(first.info.steps_per_epoch).filter(|_| !first.info.loaded);
    let seconds = ends.iter().map(|end| end.seconds).fold(0.0, f64::max);
    let errors = |of: fn(&FinishedRun) -> Option<&Metrics>| {
        let each: Option<Vec<&Metrics>> = ends.iter().map(|end| of(end)).collect();
        let told = each.and_then(|each| {
            let (mean, deviation) = verdict::spread(each.iter().map(|metrics| metrics.errors as f64))?;
            Some(format!("{} of {}", Phrase::spread(mean, deviation), Phrase::count(each[0].examples)))
        });
        told.unwrap_or_else(none)
    };
    format!(
        "| {name} | {} | {} | {} | {} | {} | {word} |\n",
        ends.len(),
        epochs.map_or_else(none, |epochs| epochs.to_string()),
        if first.info.loaded { none() } else { Phrase::fixed(seconds, 0).to_string() },
        errors(|end| end.validation.as_ref()),
        errors(|end| end.test.as_ref()),
    )
}
