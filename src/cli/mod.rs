//! The same library, driven from the terminal: commands, their arguments and their exit status.
//! 0: done. 2: the input was wrong and nothing was stored. 1: anything that fails later; it can be resumed.

mod args;
mod bench;
mod bias;
mod convert;
mod devices;
mod early;
mod escape;
mod events;
mod export;
mod export_model;
mod figures;
mod follow;
mod home;
mod list;
mod look;
mod papers;
mod place;
mod predict;
mod run;
mod said;
mod screen;
mod soften;
mod source;
mod table;
mod verdict;
mod voice;
mod worker;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::protocol::DeviceChoice;
use crate::recipe::{QUICKSTART, settings_of};
use crate::text::Phrase;
use args::{
    BenchArgs, ConvertArgs, Device, DevicesArgs, ExportArgs, ExportModelArgs, FiguresArgs, Format, LookArgs,
    ModelFormat, PredictArgs, RESUME_EVERY, RunArgs, RunnerChoice, RunsArgs, SoftenArgs, Split,
};
use place::Place;
use voice::{Failure, Voice};

/// Opens a window and returns when it is closed. The terminal knows no window, so `main` brings one along.
pub type OpenWindow = fn(Window<'_>) -> Result<(), WindowError>;

/// A window that can be opened.
#[derive(Clone, Copy, Debug)]
pub enum Window<'a> {
    /// The lab.
    Lab {
        /// The store.
        store: &'a Path,
        /// Which device trains.
        device: DeviceChoice,
        /// Whether the store goes when the window is closed, unless the user keeps it.
        temporary: bool,
    },
    /// Every part in its states, for those who build the window.
    StylePage,
}

/// Why the window did not do its work.
#[derive(Debug)]
pub enum WindowError {
    /// There is no display, or no graphics adapter: the quick start runs in the terminal instead.
    NoWindow(String),
    /// Something else is wrong.
    Failed {
        /// A stable name for programs.
        code: &'static str,
        /// What is wrong, for people.
        message: Phrase,
    },
}

/// Reads the arguments and does what they ask.
pub fn main(open_window: OpenWindow) -> ExitCode {
    let mut arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let json = arguments.command.as_ref().is_some_and(Command::json);
    let voice = Voice::new(json);
    voice.take_logs();
    let result = arguments.expand_home().and_then(|()| match &arguments.command {
        None => window_or_quick_start(open_window, &arguments, &voice),
        Some(Command::Run(args)) => run::run(args, &voice),
        Some(Command::Soften(args)) => soften::soften(args),
        Some(Command::Look(args)) => look::look(args, &voice),
        Some(Command::Predict(args)) => predict::predict(args, &voice),
        Some(Command::Runs(args)) => list::list(args, &voice),
        Some(Command::Export(args)) => export::export(args, &voice),
        Some(Command::Convert(args)) => convert::convert_recipe(args, &voice),
        Some(Command::ExportModel(args)) => export_model::export_model(args, &voice),
        Some(Command::Figures(args)) => figures::figures(args, &voice),
        Some(Command::Devices(args)) => devices::devices(args),
        Some(Command::Bench(args)) => bench::bench(args),
        Some(Command::Completions { shell }) => papers::completions(*shell),
        Some(Command::Worker) => worker::worker(),
        Some(Command::Graph) => worker::graph(),
        Some(Command::Man) => papers::man(),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for problem in &failure.problems {
                voice.error(&problem.code, &problem.message);
            }
            ExitCode::from(failure.status)
        }
    }
}

fn window_or_quick_start(open_window: OpenWindow, arguments: &Arguments, voice: &Voice) -> Result<(), Failure> {
    let place = Place::to_write(arguments.store.as_deref(), None)?;
    let (store, temporary) = (place.path(), place.is_temporary());
    let window = Window::Lab { store, device: arguments.device.into(), temporary };
    let window = if arguments.style_page { Window::StylePage } else { window };
    let reason = match open_window(window) {
        Ok(()) => {
            // What was to be kept was copied before the window closed.
            place.remove();
            return Ok(());
        }
        Err(WindowError::Failed { code, message }) => return Err(Failure::faults(code, &message)),
        Err(WindowError::NoWindow(reason)) if arguments.style_page => return Err(Failure::later("no-window", reason)),
        Err(WindowError::NoWindow(reason)) => reason,
    };
    place.remove();
    voice.note(
        "no-window",
        &format!(
            "No window can be opened: {reason}. Running the quick start here instead; `stillroom --help` lists more."
        ),
    );
    let args = RunArgs {
        recipe: Some(QUICKSTART.name.to_owned()),
        set: Vec::new(),
        store: arguments.store.clone(),
        out: None,
        resume: None,
        retry_failed: false,
        test_all: false,
        json: false,
        runner: RunnerChoice::Thread,
        device: arguments.device,
        resume_every: RESUME_EVERY,
    };
    run::run(&args, voice)
}

/// What clap has to say: help and version are no failure.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    let tip = field_tip(error);
    let json = error.use_stderr() && std::env::args_os().any(|argument| argument == "--json");
    // What was typed is quoted, and a terminal would obey it.
    let is_plain = text == escape::lines(&text);
    if json || tip.is_some() || (error.use_stderr() && !is_plain) {
        let tip = tip.map_or_else(String::new, |tip| format!("\n  tip: {tip}"));
        let text = text.trim_end();
        // The tip stands where clap has its own, after what is wrong.
        let text = match text.split_once("\n\n") {
            Some((problem, rest)) if !tip.is_empty() => format!("{problem}\n{tip}\n\n{rest}"),
            _ => text.to_owned(),
        };
        Voice::new(json).usage(&text);
    } else {
        // Nobody is left to be told when this fails.
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// An unknown option of `run` that names a field of the recipe is meant as a setting.
fn field_tip(error: &clap::Error) -> Option<String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if error.kind() != clap::error::ErrorKind::UnknownArgument || arguments.first()? != "run" {
        return None;
    }
    let clap::error::ContextValue::String(option) = error.get(clap::error::ContextKind::InvalidArg)? else {
        return None;
    };
    let option = option.split('=').next().unwrap_or(option);
    let at = arguments.iter().position(|argument| {
        argument.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })?;
    let value = match arguments[at].split_once('=') {
        Some((_, value)) => value,
        None => arguments.get(at + 1).filter(|next| !next.starts_with("--")).map_or("VALUE", String::as_str),
    };
    let settings: Vec<String> = settings_of(option, value).iter().map(|set| format!("`--set {set}`")).collect();
    (!settings.is_empty()).then(|| format!("a field of the recipe is set with {}", settings.join(" or ")))
}

/// Knowledge distillation, live: softened distributions and loss curves. Without a command it opens the window.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Exit status: 0 done; 2 the input was wrong and nothing was stored; 1 anything that failed later, \
which can be resumed.\nEvery command takes --json and then prints one JSON object a line on stdout and nothing else there."
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The store of all runs [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Where to compute
    #[arg(long, value_enum, default_value = "best", hide = true)]
    device: Device,
    /// Open every part of the window in its states
    #[arg(long, hide = true)]
    style_page: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a recipe: train or load the teacher, distil the student, train its baseline
    Run(RunArgs),
    /// Show logits as probabilities at several temperatures
    Soften(SoftenArgs),
    /// Show what a file or folder holds and how it would be read
    Look(LookArgs),
    /// Apply a saved model to data and write its predictions to a CSV file
    Predict(PredictArgs),
    /// List the runs of a store
    Runs(RunsArgs),
    /// Write the list of runs, or every point of one of them, as CSV or JSON
    Export(ExportArgs),
    /// Turn another library's recipe into one, with the same effective weights
    Convert(ConvertArgs),
    /// Write a trained model as ONNX or safetensors, with a card that says what it is and how it is loaded
    ExportModel(ExportModelArgs),
    /// Print what jobs came to as Markdown, a section a job with its table and its verdict
    Figures(FiguresArgs),
    /// Show what Stillroom can compute on, and why it takes what it takes
    Devices(DevicesArgs),
    /// Measure what a training step costs on this machine
    Bench(BenchArgs),
    /// Run an engine for another program: requests come on the standard input, all else goes to the standard output
    #[command(hide = true)]
    Worker,
    /// Load an ONNX graph and run it for another process of this program
    #[command(hide = true)]
    Graph,
    /// Print completions for a shell: put them where yours looks for them
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page: stillroom man > stillroom.1
    Man,
}

impl Arguments {
    /// Replaces a leading `~` of every path.
    fn expand_home(&mut self) -> Result<(), Failure> {
        let expand = |what: &str, path: &mut Option<PathBuf>| -> Result<(), Failure> {
            if let Some(path) = path {
                *path = home::expanded(what, path)?;
            }
            Ok(())
        };
        expand("--store", &mut self.store)?;
        match &mut self.command {
            Some(Command::Run(args)) => {
                expand("--store", &mut args.store)?;
                expand("--out", &mut args.out)?;
                args.recipe.as_mut().map_or(Ok(()), |recipe| expand_text("RECIPE", recipe))
            }
            Some(Command::Runs(args)) => expand("--store", &mut args.store),
            Some(Command::Figures(args)) => expand("--store", &mut args.store),
            Some(Command::Export(args)) => {
                expand("--store", &mut args.store)?;
                expand("--lens", &mut args.lens)?;
                expand("--out", &mut args.out)
            }
            Some(Command::Predict(args)) => {
                args.out = home::expanded("--out", &args.out)?;
                expand("--logits", &mut args.logits)?;
                expand_text("CHECKPOINT", &mut args.checkpoint)?;
                expand_text("--data", &mut args.data)
            }
            Some(Command::Look(args)) => expand_text("PATH", &mut args.path),
            Some(Command::Convert(args)) => {
                expand("--out", &mut args.out)?;
                args.base.as_mut().map_or(Ok(()), |base| expand_text("--base", base))?;
                expand_text("FILE", &mut args.what)
            }
            Some(Command::ExportModel(args)) => {
                expand("--store", &mut args.store)?;
                expand("--out", &mut args.out)?;
                expand_text("MODEL", &mut args.model)
            }
            _ => Ok(()),
        }
    }
}

/// The same of a path that may be something else; that never begins with a `~`.
fn expand_text(what: &str, text: &mut String) -> Result<(), Failure> {
    if text.starts_with('~') {
        *text = home::expanded(what, Path::new(text))?.to_string_lossy().into_owned();
    }
    Ok(())
}

impl Command {
    fn json(&self) -> bool {
        match self {
            Self::Run(args) => args.json,
            Self::Soften(args) => args.json,
            Self::Look(args) => args.json,
            Self::Predict(args) => args.json,
            Self::ExportModel(args) => args.json,
            Self::Convert(args) => args.json,
            Self::Runs(args) => args.json,
            Self::Export(args) => args.format == Format::Json,
            Self::Devices(args) => args.json,
            Self::Bench(args) => args.json,
            Self::Worker | Self::Graph | Self::Figures(_) | Self::Completions { .. } | Self::Man => false,
        }
    }
}
