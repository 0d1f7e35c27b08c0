//! The same library, driven from the terminal: commands, their arguments and their exit status.
//! 0: done. 2: the input was wrong and nothing was stored. 1: anything that fails later; it can be resumed.

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

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::protocol::DeviceChoice;
use crate::recipe::{PRESETS, PUBLISHED, Preset, QUICKSTART, settings_of};
use crate::text::Phrase;
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
        Some(Command::Export(args)) => export::export(args),
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
                expand("--out", &mut args.out)
            }
            Some(Command::Predict(args)) => {
                args.out = home::expanded("--out", &args.out)?;
                expand("--logits", &mut args.logits)?;
                expand_text("CHECKPOINT", &mut args.checkpoint)?;
                expand_text("--data", &mut args.data)
            }
            Some(Command::Look(args)) => expand_text("PATH", &mut args.path),
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

/// Seconds between two resume states, at least.
const RESUME_EVERY: f64 = 10.0;

/// What is said below the options of `run`.
const RUN_HELP: &str = "Examples:
  stillroom run quickstart
  stillroom run recipe.toml --set distill.temperature=8 --out results
  stillroom run digits --set 'student.model={ mlp = [16] }' --json
  sed s/4.0/8.0/ recipe.toml | stillroom run -
  stillroom run --resume j-0003
  stillroom run --resume j-0003 --retry-failed

With --json, stdout has one JSON object a line: `started` for each run once the job is stored, `epoch` after each epoch,
`finished` with the results. Messages go to stderr, as JSON with a `code` and a `message`.
Ctrl-C pauses the job (exit status 1); a second one ends the program at once. Either way the job can be resumed.";

/// The names of presets, in lines that fit a terminal.
fn names_of(presets: &[Preset]) -> String {
    let mut lines = vec![String::new()];
    for (at, preset) in presets.iter().enumerate() {
        let comma = if at + 1 < presets.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.len() + preset.name.len() < 100 => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(preset.name);
                line.push_str(comma);
            }
            _ => lines.push(format!("{}{comma}", preset.name)),
        }
    }
    lines.join("\n")
}

#[derive(Debug, Args)]
#[command(
    after_long_help = format!(
        "Presets: {}\n\nPublished figures, which take all of MNIST (--set data.source.idx=FOLDER):\n{}\n\n{RUN_HELP}",
        names_of(&PRESETS),
        names_of(&PUBLISHED)
    )
)]
struct RunArgs {
    /// A recipe's file, - for the standard input, or the name of a preset (--help lists them)
    #[arg(required_unless_present = "resume")]
    recipe: Option<String>,
    /// Replace a field of the recipe by any TOML value, e.g. distill.temperature=8 (can be repeated)
    #[arg(long, value_name = "PATH=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// The store of all runs [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Also save the models here: student.safetensors, …; those of BERT's shape as folders for `transformers`, too
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with a job that was paused, interrupted or failed, or show the results of one that is over
    #[arg(long, value_name = "JOB_OR_RUN", conflicts_with = "set")]
    resume: Option<String>,
    /// With --resume: of a job that has ended, train those runs again that diverged, failed or were stopped
    #[arg(long, requires = "resume")]
    retry_failed: bool,
    /// Test every cell of a sweep, not only the one chosen on validation (a single cell always is)
    #[arg(long)]
    test_all: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// Where the engine runs: a thread of this process, or a process of its own
    #[arg(long, value_enum, default_value = "thread")]
    runner: RunnerChoice,
    #[arg(long, value_enum, default_value = "best", hide = true)]
    device: Device,
    #[arg(long, value_name = "SECONDS", default_value_t = RESUME_EVERY, value_parser = seconds, hide = true)]
    resume_every: f64,
}

/// Where an engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RunnerChoice {
    /// A thread of this process
    Thread,
    /// A process of its own: a fault of a driver cannot take the results along
    Process,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom soften 5,2,0.5,-1 --temperature 1,2,4,8
  stillroom soften '[5, 2, 0.5, -1]'

Shows softmax(z / T) and its entropy in nats for each temperature T. With --json: one object a temperature, with
`temperature`, `probabilities` and `entropy`.")]
struct SoftenArgs {
    /// The logits, separated by commas or blanks, with or without brackets; a leading minus is a number
    #[arg(allow_hyphen_values = true)]
    logits: String,
    /// Temperatures above 0 (0.001 to 1e6), separated by commas
    #[arg(long, short, value_name = "LIST", default_value = "1,2,4,8", allow_hyphen_values = true)]
    temperature: String,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom predict results/student.safetensors --data mnist-mini --out predictions.csv
  stillroom predict student.safetensors --data new.csv --split all --out predictions.csv
  stillroom predict student.safetensors --data mnist-mini --bias 3=3.5 --out predictions.csv
  stillroom predict student.safetensors --data '{ csv = \"new.csv\", label = \"y\" }' --out predictions.csv

The CSV file has the columns `id` (the row's number in the data, from 0; a picture's file), `label` (empty where it is
not known), `predicted` and one probability per class, named after the class. The parts of the data are drawn as in the
recipe that the model came from. Columns of a table are found by name, and read as the model learnt them; rows without
labels are all read. What is counted and written, logits too, has the biases of --bias; that they were added is said.")]
struct PredictArgs {
    /// A .safetensors file that Stillroom saved, or builtin:mnist-mini, builtin:digits
    checkpoint: String,
    /// mnist-mini, digits, a folder of IDX files or of pictures, a picture, a table, or data.source as TOML
    #[arg(long, value_name = "SOURCE")]
    data: String,
    /// Which rows [default: test, or all of new rows without labels]
    #[arg(long, value_enum)]
    split: Option<Split>,
    /// T of the probabilities; the predicted class is the same at every T
    #[arg(long, default_value = "1", allow_hyphen_values = true)]
    temperature: String,
    /// Add VALUE to the logit of a class, by its name, before all else; may be given for several classes
    #[arg(long, value_name = "CLASS=VALUE", allow_hyphen_values = true)]
    bias: Vec<String>,
    /// Of a model with exits: a text leaves at the first layer less unsure than this, 0 to 1 [default: its own]
    #[arg(long, allow_hyphen_values = true)]
    speed: Option<f64>,
    /// The CSV file to write
    #[arg(long, value_name = "FILE.csv")]
    out: PathBuf,
    /// Also write the raw logits: FILE.npy or .csv, a row an example; FILE.safetensors, a teacher of these rows
    #[arg(long, value_name = "FILE")]
    logits: Option<PathBuf>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom look train.csv
  stillroom look photos/ --json
  stillroom look recipe.toml

Says what it is: rows, columns or pictures, the class column and why, classes with their rows, what is left out and
why, and the `[data]` of a recipe that reads it so. With --json: one object.")]
struct LookArgs {
    /// A table, a folder of pictures or IDX files, a model, or a recipe whose data are looked at
    path: String,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct FiguresArgs {
    /// Jobs, e.g. j-0003, in the order in which they are told; all that are over, where none is named
    #[arg(value_name = "JOB")]
    jobs: Vec<String>,
    /// The store [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    store: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct RunsArgs {
    /// The store [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Also list what was deleted (and can be restored)
    #[arg(long)]
    deleted: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom export --all --format csv --out runs.csv
  stillroom export r-0002 --format csv > curves.csv
  stillroom export r-0002 --format json

The list has one line a run with its settings and results. A run has one line a step with its losses, and what each
epoch was worth on the validation rows in the line of its last step; as JSON it is one object with its recipe.")]
struct ExportArgs {
    /// The run, e.g. r-0002
    #[arg(value_name = "RUN", required_unless_present = "all", conflicts_with = "all")]
    run: Option<String>,
    /// The list of all runs
    #[arg(long)]
    all: bool,
    /// How it is written
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// The file to write [default: the standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The store [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Also what was deleted (and can be restored)
    #[arg(long)]
    deleted: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom convert --from haitongli 'alpha=0.9, T=20' --classes 10
  stillroom convert --from mdistiller configs/cifar100/kd/res32x4_res8x4.yaml --base mine.toml --out kd.toml

Libraries disagree about which term alpha is on, whether the soft term has T squared and what a mean goes over. Each is
read as its code has it; what the weights really come to, and what has no counterpart here, is said.")]
struct ConvertArgs {
    /// A file of that library, or values: 'alpha=0.9, T=4'
    #[arg(value_name = "FILE_OR_VALUES")]
    what: String,
    /// mdistiller, torchdistill, keras, textbrewer or haitongli
    #[arg(long)]
    from: String,
    /// Number of classes, where the library's mean goes over them too
    #[arg(long)]
    classes: Option<usize>,
    /// A recipe whose data, teacher and student are taken [default: the quick start]
    #[arg(long, value_name = "RECIPE")]
    base: Option<String>,
    /// The file to write [default: the standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite what is there
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom export-model r-0002 --to onnx --out student.onnx
  stillroom export-model results/student.safetensors --to onnx --softmax

An ONNX graph is given raw values and gives logits: the normalisation is part of it. Before it is written it runs on 100
rows, and must give the model's answers. Beside it lies card.md: recipe, data, numbers, verdict, how to load it; and the
tokeniser of a model of texts. Nothing is overwritten without --force.")]
struct ExportModelArgs {
    /// The run, e.g. r-0002, or a .safetensors file that Stillroom saved
    #[arg(value_name = "RUN_OR_FILE")]
    model: String,
    /// As what
    #[arg(long, value_enum)]
    to: ModelFormat,
    /// The file to write [default: the run's or the file's name, with the ending of the format]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// ONNX: the graph is given values that are normalised already
    #[arg(long)]
    normalised: bool,
    /// ONNX: the graph gives probabilities at T = 1
    #[arg(long)]
    softmax: bool,
    /// Overwrite what is there
    #[arg(long)]
    force: bool,
    /// The store [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ModelFormat {
    /// A graph for any runtime
    Onnx,
    /// The weights, under PyTorch's names
    Safetensors,
}

impl ModelFormat {
    fn ending(self) -> &'static str {
        match self {
            Self::Onnx => "onnx",
            Self::Safetensors => "safetensors",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table with a header
    Csv,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Args)]
struct DevicesArgs {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom bench
  stillroom bench --only mlp-64-32,cnn-8-16-64 --json
  stillroom bench --only mlp-784-30-30 --members 1,5,25,100

Times the steps of a real session on random numbers: batches of 128, soft and hard loss, AdamW. `mlp-784-30-30x25` is 25
such students in one step, at temperatures from 1 to 20. With --json: one object a workload, with `name`, `ms_per_step`
and, where --members is given, `peak_mib`.")]
struct BenchArgs {
    /// Names of workloads, separated by commas [default: all]
    #[arg(long, value_name = "NAMES")]
    only: Option<String>,
    /// Numbers of students trained at once, separated by commas, in place of the single students
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    members: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// Where to compute
    #[arg(long, value_enum, default_value = "best")]
    device: Device,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Split {
    /// What the students learn from, before classes are omitted
    Train,
    /// What chooses
    Validation,
    /// What judges
    Test,
    /// Every row
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Device {
    /// A GPU where there is one that this build can use, else the CPU
    Best,
    /// The CPU
    Cpu,
}

impl From<Device> for DeviceChoice {
    fn from(device: Device) -> Self {
        match device {
            Device::Best => Self::Best,
            Device::Cpu => Self::Cpu,
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=1e6).contains(seconds));
    seconds.ok_or_else(|| "give a number of seconds from 0 to 1e6".to_owned())
}
