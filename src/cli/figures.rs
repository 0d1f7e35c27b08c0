//! `stillroom figures`: what jobs came to as Markdown, a section a job. The tables of `presets/README.md` are made by it.

mod published;
mod raised;

use published::{is_published, published};
use raised::{Raised, ReadData};

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
use crate::runs::{Store, StoreError, StoreReader, StoredJob};
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
        let mut section = Section::of(&stored, &found, &reader);
        text += &section.text();
        section.doubts.iter().for_each(|doubt| voice.note("not-told", doubt));
    }
    print(&text)
}

/// A job of the text.
struct Section<'a> {
    job: &'a StoredJob,
    found: &'a Figures<'a>,
    reader: &'a StoreReader,
    preset: Option<Preset>,
    data: ReadData,
    /// Why a figure is not there.
    doubts: Vec<String>,
}

impl<'a> Section<'a> {
    fn of(job: &'a StoredJob, found: &'a Figures<'a>, reader: &'a StoreReader) -> Self {
        let preset = presets().find(|preset| preset.recipe().is_ok_and(|recipe| recipe.title == job.sweep.base.title));
        Self { job, found, reader, preset, data: ReadData::default(), doubts: Vec::new() }
    }

    /// What it is called, what its preset says of itself, a table, and what happened.
    fn text(&mut self) -> String {
        let name = self.preset.map_or_else(String::new, |preset| format!(" (`{}`)", preset.name));
        let mut text = format!("## {}{name}\n\n", self.job.sweep.base.title);
        text += &self.preset.map_or_else(String::new, |preset| format!("{}\n\n", about(preset)));
        let mut head = vec!["", "seeds", "epochs", "seconds", "validation errors", "test errors"];
        head.extend(self.is_published().then_some("published"));
        head.push("verdict");
        text += &format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len())).replace("|  |", "| |");
        let found = self.found;
        for info in found.infos.iter().filter(|info| info.role == Role::Teacher) {
            text += &self.line(&format!("teacher, {}", info.model), &[info.run], "");
        }
        let groups = found.story.verdict.as_ref().map(|verdict| &verdict.groups);
        for (at, cell) in found.board.cells.iter().enumerate() {
            let word = groups.and_then(|groups| groups.get(at)).map_or("", |group| group.word.as_str());
            let runs: Vec<RunId> = cell.runs.iter().map(|(_, run)| *run).collect();
            let label = cell.label.to_string();
            text += &self.line(if label.is_empty() { "student" } else { &label }, &runs, word);
            text += &self.raised(&runs);
        }
        for cell in &found.board.baselines {
            let runs: Vec<RunId> = cell.runs.iter().map(|(_, run)| *run).collect();
            text += &self.line(&cell.label.to_string(), &runs, cell.baseline.map_or("", |baseline| baseline.name));
            text += &self.raised(&runs);
        }
        text + "\n" + &verdict::text(&found.story).replace("\n  ", "\n- ") + "\n"
    }

    fn is_published(&self) -> bool {
        self.preset.is_some_and(|preset| is_published(preset.name))
    }

    /// How those that are there ended.
    fn ends(&self, runs: &[RunId]) -> Vec<&'a FinishedRun> {
        runs.iter().filter_map(|run| self.found.finished.get(run)).collect()
    }

    /// A line of the table: those of a cell, over its seeds.
    fn line(&self, name: &str, runs: &[RunId], word: &str) -> String {
        let ends = self.ends(runs);
        let Some(first) = ends.first() else { return String::new() };
        let epochs = first.info.steps.checked_div(first.info.steps_per_epoch).filter(|_| !first.info.loaded);
        let seconds = ends.iter().map(|end| end.seconds).fold(0.0, f64::max);
        let count = |metrics: &Metrics| (metrics.errors, metrics.examples);
        let mut cells = vec![
            name.to_owned(),
            ends.len().to_string(),
            epochs.map_or_else(none, |epochs| epochs.to_string()),
            if first.info.loaded { none() } else { Phrase::fixed(seconds, 0).to_string() },
            errors(ends.iter().map(|end| end.validation.as_ref().map(count))),
            errors(ends.iter().map(|end| end.test.as_ref().map(count))),
        ];
        cells.extend(self.published(first, false));
        cells.push(word.to_owned());
        format!("| {} |\n", cells.join(" | "))
    }

    /// What was published of such a run, where the table has a column of it.
    fn published(&self, run: &FinishedRun, is_raised: bool) -> Option<String> {
        let preset = self.preset.filter(|_| self.is_published())?;
        let errors = published(preset.name, &run.info, is_raised);
        Some(
            errors.map_or_else(none, |errors| format!("{} of {}", Phrase::count(errors as u64), Phrase::count(10_000))),
        )
    }

    /// A line of the same runs with the bias of the classes raised that they never saw, where there are any.
    fn raised(&mut self, runs: &[RunId]) -> String {
        let ends = self.ends(runs);
        let left_out = |end: &FinishedRun| end.info.recipe.data.omit_classes.len();
        let Some(first) = ends.first().filter(|end| left_out(end) > 0) else { return String::new() };
        let mut all = Vec::new();
        for end in &ends {
            match Raised::of(end, self.found, self.reader, &mut self.data) {
                Ok(Some(raised)) => all.push((raised, end)),
                Ok(None) => return String::new(),
                Err(problem) => {
                    self.doubts.push(format!("{}: {problem}", end.info.run));
                    return String::new();
                }
            }
        }
        let Some((bias, deviation)) = verdict::spread(all.iter().map(|(raised, _)| raised.bias)) else {
            return String::new();
        };
        let of = |metrics: &Option<Metrics>| metrics.as_ref().map_or(0, |metrics| metrics.examples);
        let of_several = || Phrase::spread(bias, deviation).to_string();
        let raised = if all.len() == 1 { Phrase::fixed(bias, 2).to_string() } else { of_several() };
        let whose = if left_out(first) == 1 { "its bias" } else { "their bias" };
        let mut cells = vec![
            format!("… {whose} raised by {raised}, chosen on validation"),
            all.len().to_string(),
            String::new(),
            String::new(),
            errors(all.iter().map(|(raised, end)| Some((raised.validation, of(&end.validation))))),
            errors(all.iter().map(|(raised, end)| raised.test.map(|test| (test, of(&end.test))))),
        ];
        cells.extend(self.published(first, true));
        cells.push(String::new());
        format!("| {} |\n", cells.join(" | "))
    }
}

/// The comment above a recipe, as a paragraph.
fn about(preset: Preset) -> String {
    let lines = preset.text.lines().take_while(|line| line.starts_with('#'));
    lines.map(|line| line.trim_start_matches('#').trim()).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Mean and standard deviation of errors of so many rows, where all of them are known.
fn errors(each: impl Iterator<Item = Option<(u64, u64)>>) -> String {
    let each: Option<Vec<(u64, u64)>> = each.collect();
    let told = each.and_then(|each| {
        let (mean, deviation) = verdict::spread(each.iter().map(|(errors, _)| *errors as f64))?;
        let told =
            if let [(errors, _)] = each.as_slice() { Phrase::count(*errors) } else { Phrase::spread(mean, deviation) };
        Some(format!("{told} of {}", Phrase::count(each.first()?.1)))
    });
    told.unwrap_or_else(none)
}
