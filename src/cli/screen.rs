//! What `run` shows to people: progress on stderr, and the results as a table on stdout.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::events::{FinishedRun, rows_of};
use super::table::{metric, none, number, percent, setting, table, weights};
use super::voice::{Failure, Voice, print};
use crate::protocol::{
    Activity, DataFound, DeviceInfo, Epoch, JobData, JobId, Metrics, Part, Progress, Role, RunId, RunInfo, RunOutcome,
    Stage, recall,
};
use crate::text::Phrase;

/// The terminal, or a file of lines where there is none.
pub(super) struct Screen {
    voice: Voice,
    json: bool,
    terminal: bool,
    device: Option<DeviceInfo>,
    bar: Option<(Stage, ProgressBar)>,
    /// While data are read.
    reading: Option<ProgressBar>,
    /// Validation errors of the newest epochs, in the order of the runs.
    errors: HashMap<RunId, Newest>,
    /// When a line was last written, where there is no terminal.
    last_line: HashMap<RunId, Instant>,
    /// Whether epochs are not told.
    quiet: bool,
}

/// A run's newest validation errors.
struct Newest {
    of_teacher: bool,
    name: String,
    errors: u64,
}

/// Without a terminal: least time between two lines about the same run.
const LINE_EVERY: Duration = Duration::from_secs(5);

impl Screen {
    pub fn new(voice: Voice, json: bool) -> Self {
        let terminal = !json && std::io::stderr().is_terminal();
        if !terminal {
            voice.bars().set_draw_target(ProgressDrawTarget::hidden());
        }
        Self {
            voice,
            json,
            terminal,
            device: None,
            bar: None,
            reading: None,
            errors: HashMap::new(),
            last_line: HashMap::new(),
            quiet: false,
        }
    }

    /// Whether results are lines of JSON, so that nothing is shown here.
    pub fn is_json(&self) -> bool {
        self.json
    }

    pub fn device(&mut self, info: DeviceInfo) {
        self.device = Some(info);
    }

    pub fn begin(&mut self, job: JobId, runs: &[RunInfo], resumed_at: Option<u64>) {
        let Some(first) = runs.first() else { return };
        // The lines of very many runs would say nothing to anybody.
        self.quiet = runs.len() > 8;
        let goes_on = resumed_at.map_or_else(String::new, |step| format!(", which goes on after step {step}"));
        self.voice.note("started", &format!("{job}{goes_on}: {}", first.recipe.title));
        if let Some(device) = &self.device {
            let threads =
                if device.threads == 1 { "1 thread".to_owned() } else { format!("{} threads", device.threads) };
            self.voice.note("device", &format!("On {}, {threads}. {}", device.name, device.reason));
        }
    }

    /// What was found in the data of a job that is about to begin, in one line, and what should be known of it.
    pub fn data(&mut self, data: &JobData) {
        if let Some(bar) = self.reading.take() {
            bar.finish_and_clear();
        }
        for found in &data.sets {
            found.remarks.iter().for_each(|remark| self.voice.remark(remark));
            // The first line of the job says the rest.
            if self.json {
                continue;
            }
            self.voice.note("data", &found.line().to_string());
            for decision in found.findings.decisions() {
                self.voice.note("data", &format!("  {decision}"));
            }
            if let Some(teacher) = &found.teacher {
                self.voice.note("data", &format!("  {}", teacher.phrase()));
            }
        }
    }

    /// How far reading has come.
    pub fn reading(&mut self, done: u64, total: u64) {
        if !self.terminal {
            return;
        }
        let bar = self.reading.get_or_insert_with(|| {
            let style = if total > 0 { "reading {bar:24} {pos} of {len}" } else { "reading {spinner} {msg}" };
            let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
            self.voice.bars().add(ProgressBar::new(total).with_style(style))
        });
        bar.set_position(done);
        if total == 0 {
            bar.set_message(indicatif::HumanBytes(done).to_string());
        }
    }

    pub fn progress(&mut self, progress: &Progress) {
        if !self.terminal {
            return;
        }
        let bar = self.bar(progress);
        bar.set_position(progress.step);
        let epochs = progress.steps / progress.steps_per_epoch.max(1);
        let epoch = (progress.step / progress.steps_per_epoch.max(1) + 1).min(epochs);
        let pace = match progress.activity {
            Activity::Training => format!(
                "{} steps/s · {} left",
                Phrase::fixed(progress.steps_per_second, 0),
                HumanDuration(Duration::try_from_secs_f64(progress.seconds_left).unwrap_or_default())
            ),
            Activity::Paused => "paused".to_owned(),
            Activity::WaitingForDisk => "waiting for the disk".to_owned(),
        };
        bar.set_message(format!("epoch {epoch}/{epochs} · {}{pace}", self.errors_so_far(progress)));
    }

    pub fn epoch(&mut self, info: &RunInfo, it: &Epoch) {
        let (of_teacher, name) = (info.role == Role::Teacher, info.name());
        self.errors.insert(info.run, Newest { of_teacher, name, errors: it.validation.errors });
        if self.terminal || self.quiet {
            return;
        }
        let epochs = info.steps / info.steps_per_epoch.max(1);
        let ends = it.epoch == 1 || it.epoch == epochs;
        if ends || self.last_line.get(&info.run).is_none_or(|last| last.elapsed() >= LINE_EVERY) {
            self.last_line.insert(info.run, Instant::now());
            let text = format!(
                "{:<8}  epoch {}/{epochs}  loss {}  validation errors {} of {}",
                info.name(),
                it.epoch,
                it.loss.total.map_or_else(none, |total| Phrase::loss(total).to_string()),
                it.validation.errors,
                it.validation.examples
            );
            self.voice.note("epoch", &text);
        }
    }

    pub fn finished(&mut self, run: &FinishedRun) {
        if self.bar.as_ref().is_some_and(|(shown, _)| *shown == run.info.stage)
            && let Some((_, bar)) = self.bar.take()
        {
            bar.finish_and_clear();
        }
        if run.info.loaded {
            let text = validation(run)
                .map_or_else(String::new, |it| format!(": {} errors on {} validation rows", it.errors, it.examples));
            let is = if run.info.teachers.is_empty() { "is loaded" } else { "is the mean of those models" };
            self.voice.note("teacher", &format!("The teacher, {}, {is}{text}.", run.info.model));
        }
    }

    /// The results of all runs that came to their end, and what they mean.
    pub fn end(&mut self, runs: &[&FinishedRun], found: Option<&DataFound>, story: &str) -> Result<(), Failure> {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
        if self.json || !runs.iter().any(|run| !run.info.loaded) {
            return Ok(());
        }
        let head = [
            "role",
            "model",
            "T",
            "weights",
            "val. errors",
            "test errors",
            "accuracy %",
            "agreement %",
            "KL",
            "ECE",
            "seconds",
            "checkpoint",
        ];
        let mut left = [false; 12];
        (left[0], left[1], left[11]) = (true, true, true);
        let rows: Vec<Vec<String>> = runs.iter().map(|run| row(run)).collect();
        let by_class = found.filter(|found| found.is_uneven()).map(|found| by_class(runs, found)).unwrap_or_default();
        print(&format!("{}{by_class}{story}", table(&head, &left, &rows)))
    }

    /// The results of a sweep.
    pub fn end_of_sweep(&mut self, text: &str) -> Result<(), Failure> {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
        print(text)
    }

    fn bar(&mut self, progress: &Progress) -> ProgressBar {
        if let Some((shown, bar)) = &self.bar
            && *shown == progress.stage
        {
            return bar.clone();
        }
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
        let part = if progress.stages > 2 {
            format!(" · part {} of {}", progress.stage.0 + 1, progress.stages)
        } else {
            String::new()
        };
        let name = match (progress.teacher, progress.members) {
            (true, 1) => format!("teacher{part}"),
            (true, members) => format!("{members} teachers{part}"),
            (false, 1 | 2) => format!("student{part}"),
            (false, members) => format!("{members} runs{part}"),
        };
        let style =
            ProgressStyle::with_template("{prefix} {bar:24} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = self.voice.bars().add(ProgressBar::new(progress.steps).with_style(style).with_prefix(name));
        self.bar = Some((progress.stage, bar.clone()));
        bar
    }

    fn errors_so_far(&self, progress: &Progress) -> String {
        let here = |(_, newest): &(&RunId, &Newest)| newest.of_teacher == progress.teacher;
        let mut errors: Vec<(&RunId, &Newest)> = self.errors.iter().filter(here).collect();
        if progress.members > 2 {
            let best = errors.iter().map(|(_, newest)| newest.errors).min();
            return best.map_or_else(String::new, |best| format!("fewest validation errors {best} · "));
        }
        errors.sort_by_key(|(run, _)| **run);
        if errors.is_empty() {
            return String::new();
        }
        let each: Vec<String> = errors.iter().map(|(_, it)| format!("{} {}", it.name, it.errors)).collect();
        format!("validation errors: {} · ", each.join(", "))
    }
}

fn validation(run: &FinishedRun) -> Option<&Metrics> {
    run.validation.as_ref()
}

fn row(run: &FinishedRun) -> Vec<String> {
    let info = &run.info;
    let objective = info.objective();
    let errors = |metrics: &Option<Metrics>| {
        metrics.as_ref().map_or_else(|| "–".to_owned(), |it| format!("{} of {}", it.errors, it.examples))
    };
    let test = |of: fn(&Metrics) -> Option<f64>| run.test.as_ref().and_then(of);
    let ended = match (run.outcome, &run.checkpoint) {
        (RunOutcome::Diverged, _) => "diverged".to_owned(),
        (_, Some(path)) => path.display().to_string(),
        (_, None) => "–".to_owned(),
    };
    vec![
        info.name(),
        info.model.clone(),
        setting(info.temperature()),
        weights(objective.method().terms.iter().filter_map(|term| objective.course(term.weight?))),
        errors(&run.validation),
        errors(&run.test),
        percent(test(|it| Some(it.accuracy))),
        percent(test(|it| it.agreement)),
        metric(test(|it| it.kl)),
        metric(test(|it| it.ece)),
        match (info.loaded, info.teachers.len()) {
            (false, _) => number(Some(run.seconds), 1),
            (true, 0) => "loaded".to_owned(),
            (true, models) => format!("mean of {models}"),
        },
        ended,
    ]
}

/// Classes whose recall is told one by one.
const RECALLED: usize = 12;

/// With uneven classes: balanced accuracy and the recall of each class, on the test rows where they were looked at.
fn by_class(runs: &[&FinishedRun], found: &DataFound) -> String {
    let mut text = String::new();
    for run in runs {
        let (metrics, part, name) = match (&run.test, &run.validation) {
            (Some(test), _) => (test, Part::Test, "test"),
            (None, Some(validation)) => (validation, Part::Validation, "validation"),
            (None, None) => continue,
        };
        if metrics.errors_by_class.len() != found.classes.len() {
            continue;
        }
        let (each, balanced) = recall(&metrics.errors_by_class, rows_of(part, found));
        let known = found.classes.iter().zip(each).filter_map(|(class, recall)| Some((&class.name, recall?)));
        let mut told: Vec<String> =
            known.take(RECALLED).map(|(name, recall)| format!("{name} {} %", percent(Some(recall)))).collect();
        if found.classes.len() > RECALLED {
            told.push("…".to_owned());
        }
        let chance = rows_of(part, found).max().unwrap_or(0) as f64 / metrics.examples.max(1) as f64;
        text += &format!(
            "{:<8}  {name} rows are uneven: balanced accuracy {} % (accuracy {} %, always the most frequent class {} %); recall {}\n",
            run.info.name(),
            percent(balanced),
            percent(Some(metrics.accuracy)),
            percent(Some(chance)),
            told.join(", ")
        );
    }
    text
}
