//! What is said to people and programs beside the results: messages on stderr, results on stdout.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};

use indicatif::MultiProgress;
use serde::Serialize;

use super::escape;
use crate::data::Remark;
use crate::overheard;
use crate::recipe::Fault;
use crate::text::{Between, Phrase};

/// What went wrong, and the status with which the program ends.
#[derive(Debug)]
pub(super) struct Failure {
    pub status: u8,
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug)]
pub(super) struct Problem {
    /// A stable name for programs.
    pub code: Cow<'static, str>,
    /// For people.
    pub message: String,
}

impl Problem {
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Display) -> Self {
        Self { code: code.into(), message: message.to_string() }
    }
}

impl From<&Fault> for Problem {
    fn from(fault: &Fault) -> Self {
        Self::new(fault.kind.code(), fault)
    }
}

impl Failure {
    /// The input was wrong; nothing was stored.
    pub fn input(code: impl Into<Cow<'static, str>>, message: impl Display) -> Self {
        Self::inputs(vec![Problem::new(code, message)])
    }

    /// The same of a phrase: several lines of its own are several faults, while a line break in what it quotes is none.
    pub fn faults(code: impl Into<Cow<'static, str>>, phrase: &Phrase) -> Self {
        let code = code.into();
        match phrase {
            Phrase::Several(Between::Lines, parts) => {
                Self::inputs(parts.iter().map(|part| Problem::new(code.clone(), part)).collect())
            }
            phrase => Self::input(code, phrase),
        }
    }

    /// Several faults of the input.
    pub fn inputs(problems: Vec<Problem>) -> Self {
        Self { status: 2, problems }
    }

    /// Something that went wrong later.
    pub fn later(code: impl Into<Cow<'static, str>>, message: impl Display) -> Self {
        Self { status: 1, problems: vec![Problem::new(code, message)] }
    }

    /// Results that could not be printed.
    pub fn output(error: &io::Error) -> Self {
        Self::later("output", format!("the results cannot be printed: {error}"))
    }
}

/// What is logged by default. Libraries of the window complain of what they do without (a Wayland session under sudo, a
/// locale called C); what really stops the window comes back as an error and is told by us.
const LOGS: &str = "off,stillroom=warn";

/// Speaks on stderr, above the progress bars where there are any.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    json: bool,
    bars: MultiProgress,
}

#[derive(Serialize)]
struct Message<'a> {
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct RemarkLine<'a> {
    code: &'a str,
    message: &'a str,
    warning: bool,
    counts: BTreeMap<&'a str, u64>,
}

impl Voice {
    pub fn new(json: bool) -> Self {
        Self { json, bars: MultiProgress::new() }
    }

    /// The progress bars that messages must not run into.
    pub fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// Something that is wrong.
    pub fn error(&self, code: &str, message: &str) {
        let message = escape::one_line(message);
        if self.json { self.say_json(code, &message) } else { self.say(&format!("error: {message}")) }
    }

    /// Something to know.
    pub fn note(&self, code: &str, message: &str) {
        let message = escape::one_line(message);
        if self.json { self.say_json(code, &message) } else { self.say(&message) }
    }

    /// Something to know of data, with its numbers.
    pub fn remark(&self, remark: &Remark) {
        let message = remark.message.to_string();
        let message = escape::one_line(&message);
        if self.json {
            let counts = remark.counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
            let line = RemarkLine { code: &remark.code, message: &message, warning: remark.warns, counts };
            self.say(&json_or(&line, &message));
        } else {
            self.say(&format!("{}{message}", if remark.warns { "warning: " } else { "  " }));
        }
    }

    /// What is wrong with the arguments, in lines that belong together.
    pub fn usage(&self, text: &str) {
        let text = escape::lines(text);
        if self.json { self.say_json("usage", text.trim_start_matches("error: ")) } else { self.say(&text) }
    }

    /// Makes the library's log part of what is said: our own warnings, and of the libraries beneath only what stops them.
    /// `RUST_LOG` chooses how much.
    pub fn take_logs(&self) {
        let (voice, json) = (self.clone(), self.json);
        let filter = env_logger::Env::default().default_filter_or(LOGS);
        let logger = env_logger::Builder::from_env(filter)
            .target(env_logger::Target::Pipe(Box::new(Log(voice))))
            .write_style(env_logger::WriteStyle::Never)
            .format(move |out, record| {
                let level = match record.level() {
                    log::Level::Error => "error",
                    log::Level::Warn => "warning",
                    log::Level::Info | log::Level::Debug | log::Level::Trace => "note",
                };
                let message = record.args().to_string();
                let message = escape::one_line(&message);
                if json { writeln!(out, "{}", line(level, &message)) } else { writeln!(out, "{level}: {message}") }
            })
            .build();
        let level = logger.filter();
        // Fails where there is a logger, which is then the one to speak.
        overheard::install(logger, level).ok();
    }

    fn say_json(&self, code: &str, message: &str) {
        self.say(&line(code, message));
    }

    /// Where stderr is closed, there is nobody to hear it.
    fn say(&self, text: &str) {
        self.bars.suspend(|| {
            let _ = writeln!(io::stderr(), "{text}");
        });
    }
}

fn line(code: &str, message: &str) -> String {
    json_or(&Message { code, message }, message)
}

/// A line of JSON; the bare message where there can be none.
fn json_or(line: &impl Serialize, message: &str) -> String {
    serde_json::to_string(line).map_or_else(|_| message.to_owned(), escape::json)
}

/// Where the library's log goes.
struct Log(Voice);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.bars.suspend(|| io::stderr().write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Prints one JSON object on a line of its own, at once.
pub(super) fn print_json(object: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(object).map_err(|error| Failure::output(&error.into()))?;
    print_as_it_is(&(escape::json(text) + "\n"))
}

/// Prints text, at once.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    print_as_it_is(&escape::lines(text))
}

fn print_as_it_is(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
}
