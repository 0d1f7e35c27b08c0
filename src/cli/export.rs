//! `stillroom export`: the list of runs, or every point of one of them, for other programs.

use std::path::Path;

use super::place::Place;
use super::voice::{Failure, Voice, print};
use super::{ExportArgs, Format};
use crate::model::write_whole;
use crate::protocol::RunId;
use crate::runs::{ExportFormat, LensPage, RunRow, Store, export_list, export_run};

pub(super) fn export(args: &ExportArgs, voice: &Voice) -> Result<(), Failure> {
    let place = Place::to_read(args.store.as_deref())?;
    let reader = Store::reader(place.path());
    let rows = reader.runs(args.deleted).map_err(|error| place.refused(&error))?;
    let format = match args.format {
        Format::Csv => ExportFormat::Csv,
        Format::Json => ExportFormat::Json,
    };
    let mut bytes = Vec::new();
    match &args.run {
        None => export_list(&rows, format, &mut bytes).map_err(|error| Failure::input("export", error))?,
        Some(name) => {
            let row = name.parse::<RunId>().ok().and_then(|run| rows.iter().find(|row| row.run == run));
            let row: &RunRow = row.ok_or_else(|| {
                let what = format!("there is no run `{name}`; `stillroom runs` lists those that there are");
                Failure::input("unknown-run", what)
            })?;
            if let Some(path) = &args.lens {
                let page = LensPage::read(&reader, row).map_err(|error| place.refused(&error))?;
                voice.note("lens-page", &format!("{}: {}", path.display(), page.says()));
                return write(path, page.html().as_bytes());
            }
            export_run(&reader, row, format, &mut bytes).map_err(|error| place.refused(&error))?;
        }
    }
    match &args.out {
        Some(path) => write(path, &bytes),
        None => print(&String::from_utf8_lossy(&bytes)),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| write_whole(path, bytes));
    written.map_err(|error| Failure::input("export", format!("{}: {error}", path.display())))
}
