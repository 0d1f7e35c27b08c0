//! What a lesson may ask of the window: an allow-list. None of it names a path, writes, deletes, exports or quits.

use serde::de::DeserializeOwned;

use super::reading::{Value, named, preset_named, unknown, word_of};
use crate::recipe::Sweep;
use crate::recipe::fields::{FIELDS, Kind, field};
use crate::state::{
    BarOrder, DarkPage, LENS_TEMPERATURES, LOGITS, LensPage, MOST_CLASSES, Pane, SampleChoice, Shipped, Subject, Whose,
    Workspace,
};
use crate::text::{Phrase, phrase};

/// One thing that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// An arrangement.
    Arrangement(Workspace),
    /// A panel to the front.
    Panel(Pane),
    /// A preset into the recipe panel.
    Preset(&'static str),
    /// A field of the recipe.
    Recipe(&'static str, toml::Value),
    /// What the lens looks at.
    Subject(Subject),
    /// What of it is shown.
    Page(LensPage),
    /// A photo.
    Photo(Shipped),
    /// T of the lens.
    Temperature(f64),
    /// Logarithmic bars.
    Log(bool),
    /// The longest bar fills its side.
    Zoom(bool),
    /// T by itself.
    Plays(bool),
    /// Biases can be moved.
    Biases(bool),
    /// The order of classes.
    Order(BarOrder),
    /// Which samples one steps through.
    Choice(SampleChoice),
    /// Of which class alone; none for all.
    Class(Option<String>),
    /// Which sample.
    Row(usize),
    /// The next sample, the one before, or any.
    Sample(Walk),
    /// The class that is followed.
    Drilled(String),
    /// Another T beside.
    BesideTemperature(f64),
    /// A logit of the example, of a class counted from 0.
    Logit(Whose, usize, f64),
    /// The example's class, counted from 0.
    ExampleLabel(usize),
    /// The bias of a class.
    Bias(String, f64),
    /// Which picture of dark knowledge.
    DarkPage(DarkPage),
    /// Begin to train in the sandbox.
    Distil,
}

/// A way through the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// Forward.
    Next,
    /// Back.
    Previous,
    /// Anywhere.
    Random,
}

/// Steps whose names are whole.
const PLAIN: &[&str] = &[
    "arrangement",
    "panel",
    "preset",
    "lens.subject",
    "lens.page",
    "lens.photo",
    "lens.temperature",
    "lens.log",
    "lens.zoom",
    "lens.plays",
    "lens.biases",
    "lens.order",
    "lens.choice",
    "lens.class",
    "lens.row",
    "lens.drilled",
    "lens.beside-temperature",
    "sample",
    "example.label",
    "dark.page",
    "distil",
];

/// Beginnings of names that end with a class, a number or a path.
const BEGINNINGS: [&str; 4] = ["recipe.", "example.teacher.", "example.student.", "bias."];

/// Whether a lesson may change a field of the recipe: none that names a file.
fn may_change(path: &str) -> bool {
    let is_open = path.starts_with("distill.") || path.starts_with("training.");
    is_open
        || matches!(
            path,
            "sweep.seeds"
                | "student.model"
                | "teacher.model"
                | "teacher.members"
                | "teacher.epochs"
                | "teacher.seed"
                | "teacher.labelled"
                | "data.omit_classes"
                | "data.labelled"
                | "data.label_noise"
                | "data.validation"
                | "data.seed"
        )
}

impl Step {
    /// Reads a step: a table with one entry.
    ///
    /// # Errors
    /// What is allowed instead.
    pub fn read(table: &toml::Table) -> Result<Self, Phrase> {
        let mut entries = table.iter();
        match (entries.next(), entries.next()) {
            (Some((name, value)), None) => Self::of(name, value),
            _ => Err(Phrase::message("lesson-step-one-entry")),
        }
    }

    /// The step of a name with a value.
    ///
    /// # Errors
    /// What is allowed instead.
    pub fn of(name: &str, value: &toml::Value) -> Result<Self, Phrase> {
        let read = Value::of(value);
        let word = || match &read {
            Some(Value::Word(word)) => Ok(word.clone()),
            _ => Err(phrase!("lesson-wants-name", reading = name)),
        };
        let truth = || match read {
            Some(Value::Truth(truth)) => Ok(truth),
            _ => Err(phrase!("lesson-wants-truth", reading = name)),
        };
        let number = |low: f64, high: f64| match read {
            Some(Value::Number(number)) if (low..=high).contains(&number) => Ok(number),
            _ => Err(phrase!("lesson-wants-range", reading = name, low = low.to_string(), high = high.to_string())),
        };
        let whole = |low: usize, high: usize| {
            let number = number(low as f64, high as f64)?;
            if number.fract() == 0.0 { Ok(number as usize) } else { Err(phrase!("lesson-wants-whole", reading = name)) }
        };
        let (low, high) = LENS_TEMPERATURES.into_inner();
        Ok(match name {
            "arrangement" => Self::Arrangement(one(word()?, Workspace::ALL)?),
            "panel" => Self::Panel(one(word()?, Pane::ALL)?),
            "preset" => Self::Preset(preset_named(&word()?)?),
            "lens.subject" => Self::Subject(one(word()?, Subject::ALL)?),
            "lens.page" => Self::Page(one(word()?, LensPage::ALL)?),
            "lens.photo" => Self::Photo(one(word()?, Shipped::ALL)?),
            "lens.temperature" => Self::Temperature(number(low, high)?),
            "lens.log" => Self::Log(truth()?),
            "lens.zoom" => Self::Zoom(truth()?),
            "lens.plays" => Self::Plays(truth()?),
            "lens.biases" => Self::Biases(truth()?),
            "lens.order" => Self::Order(one(word()?, BarOrder::ALL)?),
            "lens.choice" => Self::Choice(one(word()?, SampleChoice::ALL)?),
            "lens.class" => Self::Class(Some(word()?).filter(|class| class != "any")),
            "lens.row" => Self::Row(whole(0, 1_000_000)?),
            "lens.drilled" => Self::Drilled(word()?),
            "lens.beside-temperature" => Self::BesideTemperature(number(low, high)?),
            "sample" => Self::Sample(match word()?.as_str() {
                "next" => Walk::Next,
                "previous" => Walk::Previous,
                "random" => Walk::Random,
                other => return Err(unknown(other, ["next", "previous", "random"])),
            }),
            "example.label" => Self::ExampleLabel(whole(1, MOST_CLASSES)? - 1),
            "dark.page" => Self::DarkPage(one(word()?, DarkPage::ALL)?),
            "distil" if truth()? => Self::Distil,
            "distil" => return Err(phrase!("lesson-only-true", reading = name)),
            _ => {
                let beginning = BEGINNINGS.into_iter().find(|beginning| name.starts_with(beginning));
                let Some(beginning) = beginning else {
                    return Err(phrase!("lesson-not-allowed", name = name, allowed = allowed()));
                };
                let rest = &name[beginning.len()..];
                let of_class = || match rest.parse::<usize>() {
                    Ok(class @ 1..=MOST_CLASSES) => Ok(class - 1),
                    _ => Err(phrase!("lesson-no-class-number", name = name, most = MOST_CLASSES.to_string())),
                };
                match beginning {
                    "recipe." => Self::Recipe(open_field(rest, value)?, value.clone()),
                    "bias." => Self::Bias(rest.to_owned(), number(-20.0, 20.0)?),
                    "example.teacher." => {
                        Self::Logit(Whose::Teacher, of_class()?, number(*LOGITS.start(), *LOGITS.end())?)
                    }
                    _ => Self::Logit(Whose::Student, of_class()?, number(*LOGITS.start(), *LOGITS.end())?),
                }
            }
        })
    }
}

/// The thing that is called so, among all of its kind.
fn one<T: DeserializeOwned + serde::Serialize>(word: String, all: impl IntoIterator<Item = T>) -> Result<T, Phrase> {
    let known: Vec<String> = all.into_iter().map(word_of).collect();
    let found = named(&word).filter(|found| known.contains(&word_of(found)));
    found.ok_or_else(|| unknown(&word, known.iter().map(String::as_str)))
}

fn allowed() -> String {
    let beginnings = ["recipe.PATH", "example.teacher.N", "example.student.N", "bias.CLASS"];
    PLAIN.iter().copied().chain(beginnings).collect::<Vec<_>>().join(", ")
}

/// A field that a lesson may change, with a value that a recipe can have there.
fn open_field(path: &str, value: &toml::Value) -> Result<&'static str, Phrase> {
    let Some(found) = field(path) else { return Err(unknown(path, FIELDS.iter().map(|field| field.path))) };
    if !may_change(path) {
        return Err(phrase!("lesson-closed-field", path = path));
    }
    if matches!(found.kind, Kind::Layers) && has_text(value) {
        return Err(phrase!("lesson-closed-field", path = path));
    }
    // A number that no recipe takes is told now, not to the learner; what else it is about shows when it is put in.
    let number = Value::of(value).and_then(|value| value.number());
    match (found.kind, number) {
        (Kind::Number(span) | Kind::Whole(span), Some(number)) if !span.allows(number) => {
            Err(phrase!("lesson-field-range", path = path, found = number.to_string()))
        }
        _ => Ok(found.path),
    }
}

/// Whether there is a word in it that could name a file.
fn has_text(value: &toml::Value) -> bool {
    match value {
        toml::Value::String(_) => true,
        toml::Value::Array(parts) => parts.iter().any(has_text),
        toml::Value::Table(table) => table.values().any(has_text),
        _ => false,
    }
}

const SEEDS: &str = "sweep.seeds";
const SEED: &str = "training.seed";

/// A recipe with one field changed.
///
/// # Errors
/// When the recipe cannot have that.
pub fn with_field(sweep: &Sweep, path: &str, value: toml::Value) -> Result<Sweep, Phrase> {
    // A recipe that was read has the seeds themselves in its place.
    if let (SEEDS, Some(count)) = (path, value.as_integer()) {
        let mut sweep = sweep.with_seeds(u64::try_from(count).unwrap_or(1));
        if count <= 1 {
            sweep.set_axis(SEED, None);
        }
        sweep.check().map_err(|faults| faults.phrase())?;
        return Ok(sweep);
    }
    let mut table = sweep.to_table();
    let mut at = &mut table;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            at.insert(part.to_owned(), value);
            break;
        }
        let inner = at.entry(part).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        match inner {
            toml::Value::Table(inner) => at = inner,
            _ => return Err(phrase!("lesson-closed-field", path = path)),
        }
    }
    let sweep = Sweep::from_table(table).map_err(|faults| faults.phrase())?;
    sweep.check().map_err(|faults| faults.phrase())?;
    Ok(sweep)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(step: &str) -> Result<Step, Phrase> {
        Step::read(&step.parse::<toml::Table>().unwrap())
    }

    #[test]
    fn what_is_on_the_list_is_read() {
        assert_eq!(read("\"lens.temperature\" = 8"), Ok(Step::Temperature(8.0)));
        assert_eq!(read("\"lens.class\" = \"any\""), Ok(Step::Class(None)));
        assert_eq!(read("\"example.teacher.2\" = 3"), Ok(Step::Logit(Whose::Teacher, 1, 3.0)));
        assert_eq!(read("distil = true"), Ok(Step::Distil));
        assert!(matches!(read("\"recipe.distill.temperature\" = 8"), Ok(Step::Recipe("distill.temperature", _))));
    }

    #[test]
    fn paths_writing_deleting_exporting_and_quitting_are_refused() {
        for step in [
            "\"recipe.data.source\" = \"/etc\"",
            "\"recipe.data.source\" = { csv = \"x.csv\" }",
            "\"recipe.teacher.checkpoint\" = \"/home/x.safetensors\"",
            "\"recipe.student.checkpoint\" = \"x\"",
            "\"recipe.teacher.logits\" = \"x.npy\"",
            "delete = \"r-0001\"",
            "export = true",
            "\"action\" = \"save-student\"",
            "quit = true",
            "open = \"/tmp/x\"",
            "distil = false",
            "\"lens.temperature\" = 0",
            "\"lens.temperature\" = \"8\"",
            "\"lens.photo\" = \"file\"",
            "\"recipe.distill.temperature\" = -1",
            "\"recipe.student.model\" = \"a/folder\"",
            "\"recipe.student.model\" = { pretrained = \"a/folder\" }",
            "\"lens.log\" = true\n\"lens.zoom\" = true",
            "",
        ] {
            read(step).unwrap_err();
        }
    }

    #[test]
    fn every_field_that_is_open_names_no_file() {
        for field in FIELDS.iter().filter(|field| may_change(field.path)) {
            assert!(!matches!(field.kind, Kind::File | Kind::Source | Kind::Text), "{}", field.path);
        }
    }
}
