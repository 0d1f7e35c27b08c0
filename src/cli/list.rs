//! `stillroom runs`: the runs of a store.

use super::RunsArgs;
use super::place::Place;
use super::table::{setting, table, weights};
use super::voice::{Failure, Voice, print, print_json};
use crate::runs::{RunLine, RunRow, Store};

pub(super) fn list(args: &RunsArgs, voice: &Voice) -> Result<(), Failure> {
    let place = Place::to_read(args.store.as_deref())?;
    let path = place.path();
    let runs = Store::reader(path).runs(args.deleted).map_err(|error| place.refused(&error))?;
    if args.json {
        return runs.iter().map(RunLine::of).try_for_each(|line| print_json(&line));
    }
    if runs.is_empty() {
        voice.note("no-runs", &format!("There are no runs in {} yet.", path.display()));
        return Ok(());
    }
    let head =
        ["run", "job", "role", "model", "data", "method", "T", "weights", "status", "steps", "val. errors", "title"];
    let left = [true, true, true, true, true, true, false, false, true, false, false, true];
    let rows: Vec<Vec<String>> = runs.iter().map(row).collect();
    print(&table(&head, &left, &rows))
}

fn row(row: &RunRow) -> Vec<String> {
    let status = serde_json::to_value(row.status).ok();
    let status = status.as_ref().and_then(|word| word.as_str()).unwrap_or_default().to_owned();
    let marks =
        [(row.loaded && row.teachers.is_empty(), ", loaded"), (row.edited(), ", edited"), (row.deleted, ", deleted")];
    let marks: String = marks.iter().filter(|(holds, _)| *holds).map(|(_, word)| *word).collect();
    let errors = row.validation.as_ref().or(row.last.as_ref());
    vec![
        row.run.to_string(),
        row.job.to_string(),
        row.role.name().to_owned(),
        row.model.clone(),
        row.source.clone(),
        row.learns_by().unwrap_or("–").to_owned(),
        setting(row.temperature()),
        weights(row.weights().into_iter().map(|(_, weight)| weight)),
        status + &marks,
        format!("{}/{}", row.steps_done, row.steps_planned),
        errors.map_or_else(|| "–".to_owned(), |metrics| format!("{} of {}", metrics.errors, metrics.examples)),
        row.title.clone(),
    ]
}
