//! The text of a recipe: a file, a preset, the standard input, or whatever a shell hands over as `/dev/fd/63`.
//! It is read once; what is no ordinary file has no folder, so its paths are relative to the working folder.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::voice::{Failure, Problem};
use crate::recipe::{Fault, Override, Place, Sweep, decode, preset, presets};

/// Most bytes of a recipe.
const MOST: u64 = 16 << 20;

/// A recipe before it is read.
struct Source {
    bytes: Vec<u8>,
    /// What faults call it.
    name: Option<PathBuf>,
    /// Whether its paths are relative to its own folder.
    has_folder: bool,
}

/// Reads a recipe with overrides. All that is wrong with the overrides and the recipe is told at once.
pub(super) fn read_recipe(name: &str, set: &[String]) -> Result<Sweep, Failure> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut overrides = Vec::new();
    for text in set {
        match Override::parse(text) {
            Ok(set) => overrides.push(set),
            Err(fault) => faults.push(*fault),
        }
    }
    let source = match source(name) {
        Ok(source) => source,
        Err(error) => {
            let mut problems = vec![Problem::new("recipe-file", unreadable(name, &error))];
            problems.extend(faults.iter().map(Problem::from));
            return Err(Failure::inputs(problems));
        }
    };
    let named = source.name.as_deref();
    let folder_of = named.filter(|_| source.has_folder);
    let parsed = decode(&source.bytes, named).and_then(|text| Sweep::parse(&text, folder_of, &overrides));
    match parsed {
        Ok(recipe) if faults.is_empty() => Ok(recipe.with_absolute_paths()),
        Ok(_) => Err(Failure::inputs(faults.iter().map(Problem::from).collect())),
        Err(more) => {
            let named = more.0.into_iter().map(|mut fault| {
                if let Some(Place::Line(file @ None, _)) = &mut fault.place {
                    *file = named.map(Path::to_owned);
                }
                fault
            });
            faults.extend(named);
            Err(Failure::inputs(faults.iter().map(Problem::from).collect()))
        }
    }
}

fn source(name: &str) -> io::Result<Source> {
    if name == "-" {
        let bytes = all(io::stdin().lock())?;
        return Ok(Source { bytes, name: Some("<stdin>".into()), has_folder: false });
    }
    let path = Path::new(name);
    if let Some(preset) = preset(name).filter(|_| !path.is_file()) {
        return Ok(Source { bytes: preset.text.as_bytes().to_vec(), name: None, has_folder: false });
    }
    let file = File::open(path)?;
    // A file that was redirected is ordinary and still reached by the number of its descriptor alone.
    let is_descriptor = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    let has_folder = file.metadata()?.is_file() && !is_descriptor;
    Ok(Source { bytes: all(file)?, name: Some(path.to_owned()), has_folder })
}

/// All bytes there are, if they are few enough for a recipe.
fn all(from: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(io::Error::other(format!("it is larger than {} MiB, which no recipe is", MOST >> 20)));
    }
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> String {
    if name == "-" {
        return format!("-: the recipe cannot be read from the standard input ({error})");
    }
    let presets = presets().map(|preset| preset.name).collect::<Vec<_>>().join(", ");
    format!("{name}: the recipe cannot be read ({error}), and no preset has that name; presets: {presets}")
}
