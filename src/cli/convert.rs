//! `stillroom convert`: another library's recipe as one of this program.

use std::path::Path;

use serde::Serialize;

use super::ConvertArgs;
use super::source::read_recipe;
use super::voice::{Failure, Problem, Voice, print, print_json};
use crate::model::write_whole;
use crate::recipe::{Library, QUICKSTART, convert};
use crate::text::Phrase;

#[derive(Serialize)]
struct Line {
    recipe: String,
    temperature: Option<f64>,
    soft_share: f64,
    notes: Vec<String>,
    left_out: Vec<String>,
}

/// Most bytes of a file that is read.
const MOST: u64 = 1 << 20;

pub(super) fn convert_recipe(args: &ConvertArgs, voice: &Voice) -> Result<(), Failure> {
    let path = Path::new(&args.what);
    let text = if path.is_file() {
        let is_large = path.metadata().is_ok_and(|metadata| metadata.len() > MOST);
        let read =
            if is_large { Err(std::io::Error::other("it is too large for a recipe")) } else { std::fs::read(path) };
        let bytes = read.map_err(|error| Failure::input("recipe-file", format!("{}: {error}", args.what)))?;
        String::from_utf8_lossy(&bytes).into_owned()
    } else if args.what.contains(['=', ':']) {
        args.what.clone()
    } else {
        let what = format!("{}: there is no such file; values look like 'alpha=0.9, T=4'", args.what);
        return Err(Failure::input("recipe-file", what));
    };
    let base = match &args.base {
        Some(base) => read_recipe(base, &[])?.base,
        None => QUICKSTART.recipe().map_err(|faults| Failure::later("recipe", Phrase::plain(faults)))?,
    };
    let library = Library::NAMES.into_iter().find(|(name, _)| *name == args.from).map(|(_, library)| library);
    let Some(library) = library else {
        let names = Library::NAMES.map(|(name, _)| name).join(", ");
        return Err(Failure::input("not-allowed", format!("--from {}: give one of {names}", args.from)));
    };
    let converted = convert(library, &text, args.classes, &base);
    let converted = converted.map_err(|faults| {
        let problem = |fault: Phrase| Problem::new("convert", format!("{}: {fault}", args.what));
        Failure::inputs(faults.into_iter().map(problem).collect())
    })?;
    let mut recipe = converted.recipe;
    recipe.title = format!("{} from {}", recipe.title, library.name());
    let toml = recipe.to_toml();
    for said in &converted.says {
        voice.note("converted", &said.to_string());
    }
    if args.base.is_none() {
        voice.note(
            "converted",
            "Data, teacher and student are those of the quick start; --base RECIPE takes them from yours.",
        );
    }
    if let Some(out) = &args.out {
        if out.exists() && !args.force {
            let what = format!("--out {}: it is there already; --force overwrites it", out.display());
            return Err(Failure::input("exists", what));
        }
        write_whole(out, toml.as_bytes())
            .map_err(|error| Failure::input("out", format!("--out {}: {error}", out.display())))?;
    }
    if args.json {
        return print_json(&Line {
            temperature: recipe.distill.temperature(),
            recipe: toml,
            soft_share: converted.soft_share,
            notes: converted.says.iter().map(ToString::to_string).collect(),
            left_out: converted.left,
        });
    }
    if args.out.is_some() { Ok(()) } else { print(&toml) }
}
