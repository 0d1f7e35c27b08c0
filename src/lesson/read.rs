//! Reads a lesson from its folder: structure, words and pictures, and whether they fit each other. Whatever is wrong is told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use toml::{Spanned, Table};

use super::condition::{Condition, Until};
use super::fault::{Fault, Faults};
use super::markdown::read_words;
use super::reading::{Reading, named, preset_named, unknown, word_of};
use super::schema::{File, NeedsTable, PageTable, PredictTable, RunTable, TaskTable};
use super::shape::{Kind, Lesson, Needs, Page, Predict, Sample, Task, Training};
use super::step::{Step, with_field};
use super::words::{LessonWords, PageWords};
use crate::state::{Pane, Shipped, Workspace};
use crate::text::{Language, Phrase, phrase};

/// The file of the structure.
const STRUCTURE: &str = "lesson.toml";

/// The version of what is written there.
const FORMAT: u32 = 1;

/// Pages, hints of a task, panels that a page can ask for, classes whose bars are guessed, and seconds of a training, at most.
const MOST_PAGES: usize = 20;
const MOST_HINTS: usize = 3;
const MOST_PANELS: usize = 3;
const MOST_BARS: usize = 6;
const MOST_SECONDS: f64 = 120.0;
const MOST_MINUTES: f64 = 10.0;

/// Bytes of a picture, and its sides in pixels, at most.
const MOST_BYTES: u64 = 4 << 20;
const MOST_PIXELS: u32 = 2048;

/// Endings of pictures.
const PICTURES: [&str; 4] = ["png", "jpg", "jpeg", "webp"];

/// Kinds of pages.
const KINDS: [&str; 5] = ["tell", "predict", "do", "explain", "free"];

/// The files of a lesson.
pub(super) struct Files<'a> {
    pub structure: &'a str,
    pub words: Vec<(Language, &'a str)>,
    pub pictures: BTreeMap<String, Arc<[u8]>>,
}

/// Reads the lesson of a folder, or that of the folder in which a `lesson.toml` lies.
///
/// # Errors
/// Everything that is wrong with it, with file, line and page.
pub fn read_folder(path: &Path) -> Result<Lesson, Faults> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let mut faults = Vec::new();
    let structure = text_of(folder, STRUCTURE, &mut faults);
    let mut words = Vec::new();
    for language in Language::ALL {
        let name = words_file(language);
        if folder.join(&name).is_file() {
            words.push((language, text_of(folder, &name, &mut faults)));
        }
    }
    let pictures = pictures_of(folder, &mut faults);
    if !faults.is_empty() {
        return Err(Faults(faults));
    }
    let words = words.iter().map(|(language, text)| (*language, text.as_str())).collect();
    let lesson = read(&Files { structure: &structure, words, pictures })?;
    Ok(Lesson { folder: Some(folder.to_owned()), ..lesson })
}

/// `en.md`.
fn words_file(language: Language) -> String {
    format!("{}.md", language.tag())
}

fn text_of(folder: &Path, name: &str, faults: &mut Vec<Fault>) -> String {
    let read = std::fs::read(folder.join(name)).map_err(|error| Phrase::plain(&error));
    let text = read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| Phrase::message("lesson-not-utf8")));
    match text {
        // Editors of some systems put a mark before the first letter, and end lines in their own way.
        Ok(text) => text.trim_start_matches('\u{feff}').replace("\r\n", "\n"),
        Err(problem) => {
            faults.push(Fault::of_file(name, problem));
            String::new()
        }
    }
}

fn pictures_of(folder: &Path, faults: &mut Vec<Fault>) -> BTreeMap<String, Arc<[u8]>> {
    let mut pictures = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return pictures };
    for path in entries.flatten().map(|entry| entry.path()) {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if !PICTURES.contains(&ending.as_str()) {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let size = std::fs::metadata(&path).map_or(0, |data| data.len());
        if size > MOST_BYTES {
            faults.push(Fault::of_file(&name, Phrase::message("lesson-picture-large")));
            continue;
        }
        match std::fs::read(&path) {
            Ok(bytes) => drop(pictures.insert(name, Arc::from(bytes))),
            Err(error) => faults.push(Fault::of_file(&name, Phrase::plain(&error))),
        }
    }
    pictures
}

/// Whether it is a picture that can be drawn.
fn check_picture(bytes: &[u8]) -> Result<(), Phrase> {
    let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let size = reader.map_err(image::ImageError::IoError).and_then(image::ImageReader::into_dimensions);
    match size {
        Ok((width, height)) if width.max(height) <= MOST_PIXELS => Ok(()),
        Ok(_) => Err(Phrase::message("lesson-picture-large")),
        Err(error) => Err(Phrase::plain(&error)),
    }
}

/// Reads a lesson's files.
pub(super) fn read(files: &Files<'_>) -> Result<Lesson, Faults> {
    let mut reader = Reader { text: files.structure, faults: Vec::new(), page: None, training: None };
    let file: File = match toml::from_str(files.structure) {
        Ok(file) => file,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            reader.page = page_before(files.structure, at);
            reader.fault(at, Phrase::plain(error.message()));
            return Err(Faults(reader.faults));
        }
    };
    let mut lesson = reader.lesson(file);
    for (name, bytes) in &files.pictures {
        if let Err(problem) = check_picture(bytes) {
            reader.faults.push(Fault::of_file(name, problem));
        }
    }
    let pictures: Vec<String> = files.pictures.keys().cloned().collect();
    if files.words.is_empty() {
        reader.faults.push(Fault::of_file(&words_file(Language::English), Phrase::message("lesson-no-words")));
    }
    for (language, text) in &files.words {
        let name = words_file(*language);
        let (words, faults) = read_words(&name, text, *language, &pictures);
        let is_sound = faults.is_empty();
        reader.faults.extend(faults);
        // What is missing is only told of a file that could be read.
        if is_sound {
            reader.faults.extend(fits(&lesson, &words, &name));
        }
        lesson.words.insert(*language, words);
    }
    lesson.pictures.clone_from(&files.pictures);
    if reader.faults.is_empty() { Ok(lesson) } else { Err(Faults(reader.faults)) }
}

/// The page in which a place of the structure lies, by the last id that is written before it.
fn page_before(text: &str, at: usize) -> Option<String> {
    let before = &text[..at.min(text.len())];
    let line_end = text[before.len()..].find('\n').map_or(text.len(), |end| before.len() + end);
    let page = text[..line_end].rfind("[[page]]")?;
    let id = text[page..].lines().skip(1).find_map(|line| line.trim().strip_prefix("id")?.trim().strip_prefix('='))?;
    let id = id.split('#').next()?.trim().trim_matches(['"', '\'']);
    Some(id.to_owned())
}

struct Reader<'a> {
    text: &'a str,
    faults: Vec<Fault>,
    page: Option<String>,
    training: Option<BTreeSet<String>>,
}

fn is_id(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !id.is_empty() && id.len() <= 64 && id.chars().all(allowed) && !id.starts_with('-') && !id.ends_with('-')
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, problem: Phrase) {
        let line = self.text[..at.min(self.text.len())].matches('\n').count() + 1;
        let page = self.page.clone();
        self.faults.push(Fault { file: STRUCTURE.to_owned(), line: Some(line), page, problem });
    }

    fn take<T>(&mut self, at: usize, result: Result<T, Phrase>) -> Option<T> {
        result.map_err(|problem| self.fault(at, problem)).ok()
    }

    fn id(&mut self, id: &Spanned<String>, known: &mut BTreeSet<String>) -> String {
        if !is_id(id.get_ref()) {
            self.fault(id.span().start, phrase!("lesson-id", id = id.get_ref()));
        } else if !known.insert(id.get_ref().clone()) {
            self.fault(id.span().start, phrase!("lesson-twice", id = id.get_ref()));
        }
        id.get_ref().clone()
    }

    fn lesson(&mut self, file: File) -> Lesson {
        if *file.format.get_ref() != FORMAT {
            let found = file.format.get_ref().to_string();
            self.fault(file.format.span().start, phrase!("lesson-format", found = found, known = FORMAT.to_string()));
        }
        let id = self.id(&file.id, &mut BTreeSet::new());
        let mut known = BTreeSet::new();
        let trainings: Vec<Training> = file.run.iter().filter_map(|run| self.training(run, &mut known)).collect();
        self.training = Some(known);
        let common = file.needs.as_ref();
        if file.page.is_empty() || file.page.len() > MOST_PAGES {
            self.fault(0, phrase!("lesson-pages", most = MOST_PAGES.to_string()));
        }
        let mut known = BTreeSet::new();
        let mut pages = Vec::new();
        for page in &file.page {
            self.page = Some(page.get_ref().id.get_ref().clone());
            pages.extend(self.page(page, common, &mut known));
        }
        self.page = None;
        let (words, pictures) = (BTreeMap::<Language, LessonWords>::new(), BTreeMap::new());
        Lesson { id, pages, trainings, words, pictures, folder: None }
    }

    fn training(&mut self, run: &Spanned<RunTable>, known: &mut BTreeSet<String>) -> Option<Training> {
        let table = run.get_ref();
        let id = self.id(&table.id, known);
        let preset = self.take(table.preset.span().start, preset_named(table.preset.get_ref()))?;
        let seconds = *table.seconds.get_ref();
        if !(seconds > 0.0 && seconds <= MOST_SECONDS) {
            self.fault(table.seconds.span().start, phrase!("lesson-seconds", most = MOST_SECONDS.to_string()));
        }
        let mut set = Vec::new();
        if let Some(fields) = &table.set {
            let at = fields.span().start;
            for (path, value) in fields.get_ref() {
                set.extend(self.take(at, Step::of(&format!("recipe.{path}"), value)));
            }
            let made = crate::recipe::preset(preset).and_then(|preset| preset.sweep().ok());
            let changed = made.map(|sweep| {
                set.iter().try_fold(sweep, |sweep, step| match step {
                    Step::Recipe(path, value) => with_field(&sweep, path, value.clone()),
                    _ => Ok(sweep),
                })
            });
            if let Some(Err(problem)) = changed {
                self.fault(at, problem);
            }
        }
        Some(Training { id, preset, set, seconds })
    }

    fn page(
        &mut self,
        page: &Spanned<PageTable>,
        common: Option<&Spanned<NeedsTable>>,
        known: &mut BTreeSet<String>,
    ) -> Option<Page> {
        let (start, table) = (page.span().start, page.get_ref());
        let id = self.id(&table.id, known);
        let minutes = *table.minutes.get_ref();
        if !(minutes > 0.0 && minutes <= MOST_MINUTES) {
            self.fault(table.minutes.span().start, phrase!("lesson-minutes", most = MOST_MINUTES.to_string()));
        }
        let needs = self.needs(table.needs.as_ref(), common);
        let kind_at = table.kind.span().start;
        let kind = table.kind.get_ref().as_str();
        // What belongs to another kind of page would never be looked at.
        for (is_there, of, name) in [
            (!table.task.is_empty(), "do", "task"),
            (table.predict.is_some(), "predict", "predict"),
            (table.choices.is_some() || table.right.is_some(), "explain", "choices"),
        ] {
            if is_there && of != kind {
                self.fault(kind_at, phrase!("lesson-other-kind", kind = kind, part = name, of = of));
            }
        }
        let kind = match kind {
            "tell" => Kind::Tell,
            "free" => Kind::Free,
            "do" => {
                if table.task.is_empty() {
                    self.fault(kind_at, Phrase::message("lesson-no-task"));
                }
                let mut ids = BTreeSet::new();
                let tasks: Vec<Task> = table.task.iter().filter_map(|task| self.task(task, &mut ids)).collect();
                Kind::Do(tasks)
            }
            "explain" => {
                let (Some(choices), Some(right)) = (&table.choices, &table.right) else {
                    self.fault(kind_at, Phrase::message("lesson-no-choices"));
                    return None;
                };
                let all = self.choices(choices.get_ref(), choices.span().start);
                let Some(at) = all.iter().position(|choice| choice == right.get_ref()) else {
                    self.fault(right.span().start, unknown(right.get_ref(), all.iter().map(String::as_str)));
                    return None;
                };
                Kind::Explain { choices: all, right: at }
            }
            "predict" => {
                let Some(predict) = &table.predict else {
                    self.fault(kind_at, Phrase::message("lesson-no-predict"));
                    return None;
                };
                let at = predict.span().start;
                let read = self.predict(predict.get_ref(), at);
                Kind::Predict(self.take(at, read)?)
            }
            other => {
                self.fault(kind_at, unknown(other, KINDS));
                return None;
            }
        };
        if let Some(bad) = table.was.iter().find(|id| !is_id(id)) {
            self.fault(start, phrase!("lesson-id", id = bad));
        }
        let start = self.steps(&table.start);
        Some(Page { id, kind, minutes, needs, start, was: table.was.clone() })
    }

    fn choices(&mut self, choices: &[String], at: usize) -> Vec<String> {
        let mut known = BTreeSet::new();
        for choice in choices {
            if !is_id(choice) {
                self.fault(at, phrase!("lesson-id", id = choice));
            } else if !known.insert(choice) {
                self.fault(at, phrase!("lesson-twice", id = choice));
            }
        }
        if !(2..=5).contains(&choices.len()) {
            self.fault(at, Phrase::message("lesson-choice-count"));
        }
        choices.to_vec()
    }

    fn needs(&mut self, own: Option<&Spanned<NeedsTable>>, common: Option<&Spanned<NeedsTable>>) -> Needs {
        let at = own.or(common).map_or(0, |needs| needs.span().start);
        let own = own.map(|needs| needs.get_ref().clone()).unwrap_or_default();
        let common = common.map(|needs| needs.get_ref().clone()).unwrap_or_default();
        let mut needs = Needs::default();
        let one = |word: &str, all: Vec<String>| unknown(word, all.iter().map(String::as_str));
        if let Some(word) = own.arrangement.or(common.arrangement) {
            let found = named(&word).ok_or_else(|| one(&word, Workspace::ALL.iter().map(word_of).collect()));
            needs.arrangement = self.take(at, found);
        }
        let panels = own.panels.or(common.panels).unwrap_or_default();
        if panels.len() > MOST_PANELS {
            self.fault(at, phrase!("lesson-panels", most = MOST_PANELS.to_string()));
        }
        for word in panels {
            let found = named::<Pane>(&word).ok_or_else(|| one(&word, Pane::ALL.iter().map(word_of).collect()));
            needs.panels.extend(self.take(at, found));
        }
        if let Some(name) = own.preset.or(common.preset) {
            needs.preset = self.take(at, preset_named(&name));
        }
        if let Some(sample) = own.sample.or(common.sample) {
            needs.sample = self.take(at, read_sample(&sample));
        }
        if let Some(training) = own.run.or(common.run).filter(|id| !id.is_empty()) {
            let found = self.training_named(training);
            needs.training = self.take(at, found);
        }
        needs
    }

    fn training_named(&self, id: String) -> Result<String, Phrase> {
        match &self.training {
            Some(known) if known.contains(&id) => Ok(id),
            known => Err(unknown(&id, known.iter().flatten().map(String::as_str))),
        }
    }

    fn predict(&mut self, table: &PredictTable, at: usize) -> Result<Predict, Phrase> {
        let training = table.run.clone().map(|id| self.training_named(id)).transpose()?;
        match (&table.bars, &table.curve, &table.choices) {
            (Some(bars), None, None) => {
                let of_student = match bars.of.as_str() {
                    "teacher" => false,
                    "student" => true,
                    other => return Err(unknown(other, ["teacher", "student"])),
                };
                if !(1..=MOST_BARS).contains(&bars.classes.len()) {
                    return Err(phrase!("lesson-bars", most = MOST_BARS.to_string()));
                }
                if !(bars.temperature.is_finite() && bars.temperature > 0.0) {
                    return Err(Phrase::message("lesson-temperature"));
                }
                Ok(Predict::Bars { of_student, temperature: bars.temperature, classes: bars.classes.clone() })
            }
            (None, Some(curve), None) => {
                let of = Reading::read(&curve.of)?;
                match (&of, training) {
                    (Reading::Errors(_), Some(training)) => Ok(Predict::OverEpochs { of, training }),
                    (Reading::Errors(_), None) => Err(phrase!("lesson-curve-run", reading = &curve.of)),
                    _ if of.is_over_t() => {
                        let range = (curve.from.unwrap_or(0.5), curve.to.unwrap_or(50.0));
                        let is_range = range.0 > 0.0 && range.1 > range.0 && range.1.is_finite();
                        if is_range {
                            Ok(Predict::OverT { of, range })
                        } else {
                            Err(Phrase::message("lesson-curve-range"))
                        }
                    }
                    _ => Err(phrase!("lesson-curve", reading = &curve.of)),
                }
            }
            (None, None, Some(choices)) => {
                let choices = self.choices(choices, at);
                let (Some(truth), Some(number)) = (&table.truth, &table.number) else {
                    return Err(Phrase::message("lesson-no-truth-table"));
                };
                let number = Reading::read(number)?;
                // In the order of the choices: the first that holds is right.
                let mut of = Vec::new();
                for (index, choice) in choices.iter().enumerate() {
                    let Some(until) = truth.get(choice) else {
                        return Err(phrase!("lesson-choice-truth", choice = choice));
                    };
                    of.push((index, Until::read(until)?));
                }
                if let Some(other) = truth.keys().find(|key| !choices.contains(key)) {
                    return Err(unknown(other, choices.iter().map(String::as_str)));
                }
                Ok(Predict::Choose { choices, truth: of, number, training })
            }
            _ => Err(Phrase::message("lesson-one-predict")),
        }
    }

    fn task(&mut self, task: &Spanned<TaskTable>, known: &mut BTreeSet<String>) -> Option<Task> {
        let table = task.get_ref();
        let id = self.id(&table.id, known);
        let until = self.take(table.until.span().start, Until::read(table.until.get_ref()));
        let count = table.count.as_ref().and_then(|count| {
            let at = count.span().start;
            let of = self.take(at, Reading::read(&count.get_ref().of))?;
            let to = count.get_ref().to;
            if !(2..=20).contains(&to) {
                self.fault(at, Phrase::message("lesson-count-range"));
            }
            Some((of, to))
        });
        let mut almost = Vec::new();
        for wrong in &table.almost {
            let conditions = self.take(wrong.span().start, Condition::read_all(&wrong.get_ref().when));
            almost.extend(conditions.map(|all| (wrong.get_ref().id.clone(), all)));
        }
        let solution = self.steps(table.solution.get_ref());
        if table.solution.get_ref().is_empty() {
            self.fault(table.solution.span().start, Phrase::message("lesson-no-solution"));
        }
        let not: Vec<Vec<Step>> = table.not.get_ref().iter().map(|steps| self.steps(steps)).collect();
        if not.is_empty() {
            self.fault(table.not.span().start, Phrase::message("lesson-no-not"));
        }
        Some(Task { id, until: until?, count, almost, solution, not })
    }

    fn steps(&mut self, steps: &[Spanned<Table>]) -> Vec<Step> {
        steps.iter().filter_map(|step| self.take(step.span().start, Step::read(step.get_ref()))).collect()
    }
}

fn read_sample(written: &str) -> Result<Sample, Phrase> {
    let photos = || Shipped::ALL.iter().map(|shipped| format!("photo/{}", word_of(shipped))).collect::<Vec<_>>();
    match written.split_once('/') {
        Some(("photo", name)) => named(name).map(Sample::Photo),
        Some(("class", name)) if !name.is_empty() => Some(Sample::Class(name.to_owned())),
        Some(_) => None,
        None => match written {
            "example" => Some(Sample::Example),
            "mean" => Some(Sample::Mean),
            "any" => Some(Sample::Any),
            _ => None,
        },
    }
    .ok_or_else(|| {
        let known: Vec<String> =
            photos().into_iter().chain(["example", "mean", "any", "class/NAME"].map(str::to_owned)).collect();
        unknown(written, known.iter().map(String::as_str))
    })
}

/// Whether the words of a language are those of the lesson: none missing, none too many.
fn fits(lesson: &Lesson, words: &LessonWords, file: &str) -> Vec<Fault> {
    let mut problems: Vec<(String, Phrase)> = Vec::new();
    for page in &lesson.pages {
        let id = &page.id;
        match words.pages.get(id) {
            None => problems.push((id.clone(), missing(format!("## {id}: …")))),
            Some(said) => problems.extend(fits_page(page, said).into_iter().map(|problem| (id.clone(), problem))),
        }
    }
    let known: Vec<&str> = lesson.pages.iter().map(|page| page.id.as_str()).collect();
    for id in words.pages.keys().filter(|id| !known.contains(&id.as_str())) {
        problems.push((id.clone(), unknown(id, known.iter().copied())));
    }
    let fault = |(page, problem)| Fault { file: file.to_owned(), line: None, page: Some(page), problem };
    problems.into_iter().map(fault).collect()
}

fn missing(part: String) -> Phrase {
    phrase!("lesson-part-missing", part = part)
}

fn fits_page(page: &Page, said: &PageWords) -> Vec<Phrase> {
    let mut problems = Vec::new();
    let (mut tasks, mut choices) = (BTreeSet::new(), BTreeSet::new());
    match &page.kind {
        Kind::Do(all) => {
            for task in all {
                tasks.insert(task.id.as_str());
                let own = said.tasks.get(&task.id);
                if own.is_none_or(|own| own.ask.is_empty()) {
                    problems.push(missing(format!("### task {}", task.id)));
                }
                let has = |id: &String| own.is_some_and(|own| own.almost.contains_key(id));
                let lacking = task.almost.iter().filter(|(id, _)| !has(id));
                problems.extend(lacking.map(|(id, _)| missing(format!("### almost {} {id}", task.id))));
            }
        }
        Kind::Explain { choices: all, .. } | Kind::Predict(Predict::Choose { choices: all, .. }) => {
            for choice in all {
                choices.insert(choice.as_str());
                let (asked, answered) = said.choices.get(choice).cloned().unwrap_or_default();
                for (part, words) in [("choice", asked), ("answer", answered)] {
                    if words.is_empty() {
                        problems.push(missing(format!("### {part} {choice}")));
                    }
                }
            }
        }
        Kind::Tell | Kind::Free | Kind::Predict(_) => {}
    }
    let too_many = said.tasks.keys().filter(|id| !tasks.contains(id.as_str())).map(|id| (id, &tasks));
    let too_many =
        too_many.chain(said.choices.keys().filter(|id| !choices.contains(id.as_str())).map(|id| (id, &choices)));
    problems.extend(too_many.map(|(id, known)| unknown(id, known.iter().copied())));
    for (id, task) in said.tasks.iter().filter(|(_, task)| task.hints.len() > MOST_HINTS) {
        problems.push(phrase!(
            "lesson-hints",
            task = id,
            found = task.hints.len().to_string(),
            most = MOST_HINTS.to_string()
        ));
    }
    problems
}
