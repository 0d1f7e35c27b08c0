//! The arguments of each command.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::protocol::DeviceChoice;
use crate::recipe::{PRESETS, PUBLISHED, Preset};

#[derive(Debug, Args)]
#[command(
    after_long_help = format!(
        "Presets: {}\n\nPublished figures, which take all of MNIST (--set data.source.idx=FOLDER):\n{}\n\n{RUN_HELP}",
        names_of(&PRESETS),
        names_of(&PUBLISHED)
    )
)]
pub(super) struct RunArgs {
    /// A recipe's file, - for the standard input, or the name of a preset (--help lists them)
    #[arg(required_unless_present = "resume")]
    pub(super) recipe: Option<String>,
    /// Replace a field of the recipe by any TOML value, e.g. distill.temperature=8 (can be repeated)
    #[arg(long, value_name = "PATH=VALUE", allow_hyphen_values = true)]
    pub(super) set: Vec<String>,
    /// The store of all runs [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// Also save the models here: student.safetensors, …; those of BERT's shape as folders for `transformers`, too
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Go on with a job that was paused, interrupted or failed, or show the results of one that is over
    #[arg(long, value_name = "JOB_OR_RUN", conflicts_with = "set")]
    pub(super) resume: Option<String>,
    /// With --resume: of a job that has ended, train those runs again that diverged, failed or were stopped
    #[arg(long, requires = "resume")]
    pub(super) retry_failed: bool,
    /// Test every cell of a sweep, not only the one chosen on validation (a single cell always is)
    #[arg(long)]
    pub(super) test_all: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
    /// Where the engine runs: a thread of this process, or a process of its own
    #[arg(long, value_enum, default_value = "thread")]
    pub(super) runner: RunnerChoice,
    #[arg(long, value_enum, default_value = "best", hide = true)]
    pub(super) device: Device,
    #[arg(long, value_name = "SECONDS", default_value_t = RESUME_EVERY, value_parser = seconds, hide = true)]
    pub(super) resume_every: f64,
}

/// Where an engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RunnerChoice {
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
pub(super) struct SoftenArgs {
    /// The logits, separated by commas or blanks, with or without brackets; a leading minus is a number
    #[arg(allow_hyphen_values = true)]
    pub(super) logits: String,
    /// Temperatures above 0 (0.001 to 1e6), separated by commas
    #[arg(long, short, value_name = "LIST", default_value = "1,2,4,8", allow_hyphen_values = true)]
    pub(super) temperature: String,
    /// Logits of a student of the same classes: adds its distribution, KL(first ‖ second) and the gradient T (q − p)
    #[arg(long, value_name = "LOGITS", allow_hyphen_values = true)]
    pub(super) against: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
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
pub(super) struct PredictArgs {
    /// A .safetensors file that Stillroom saved, or builtin:mnist-mini, builtin:digits
    pub(super) checkpoint: String,
    /// mnist-mini, digits, a folder of IDX files or of pictures, a picture, a table, or data.source as TOML
    #[arg(long, value_name = "SOURCE")]
    pub(super) data: String,
    /// Which rows [default: test, or all of new rows without labels]
    #[arg(long, value_enum)]
    pub(super) split: Option<Split>,
    /// T of the probabilities; the predicted class is the same at every T
    #[arg(long, default_value = "1", allow_hyphen_values = true)]
    pub(super) temperature: String,
    /// Add VALUE to the logit of a class, by its name, before all else; may be given for several classes
    #[arg(long, value_name = "CLASS=VALUE", allow_hyphen_values = true)]
    pub(super) bias: Vec<String>,
    /// Of a model with exits: a text leaves at the first layer less unsure than this, 0 to 1 [default: its own]
    #[arg(long, allow_hyphen_values = true)]
    pub(super) speed: Option<f64>,
    /// The CSV file to write
    #[arg(long, value_name = "FILE.csv")]
    pub(super) out: PathBuf,
    /// Also write the raw logits: FILE.npy or .csv, a row an example; FILE.safetensors, a teacher of these rows
    #[arg(long, value_name = "FILE")]
    pub(super) logits: Option<PathBuf>,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom look train.csv
  stillroom look photos/ --json
  stillroom look recipe.toml

Says what it is: rows, columns or pictures, the class column and why, classes with their rows, what is left out and
why, and the `[data]` of a recipe that reads it so. With --json: one object.")]
pub(super) struct LookArgs {
    /// A table, a folder of pictures or IDX files, a model, or a recipe whose data are looked at
    pub(super) path: String,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct FiguresArgs {
    /// Jobs, e.g. j-0003, in the order in which they are told; all that are over, where none is named
    #[arg(value_name = "JOB")]
    pub(super) jobs: Vec<String>,
    /// The store [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct RunsArgs {
    /// The store [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// Also list what was deleted (and can be restored)
    #[arg(long)]
    pub(super) deleted: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom export --all --format csv --out runs.csv
  stillroom export r-0002 --format csv > curves.csv
  stillroom export r-0002 --format json

The list has one line a run with its settings and results. A run has one line a step with its losses, and what each
epoch was worth on the validation rows in the line of its last step; as JSON it is one object with its recipe.")]
pub(super) struct ExportArgs {
    /// The run, e.g. r-0002
    #[arg(value_name = "RUN", required_unless_present = "all", conflicts_with = "all")]
    pub(super) run: Option<String>,
    /// The list of all runs
    #[arg(long)]
    pub(super) all: bool,
    /// How it is written
    #[arg(long, value_enum, default_value = "csv")]
    pub(super) format: Format,
    /// The file to write [default: the standard output]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Write the run's lens as one HTML file instead: its validation rows, their logits and a T slider, for any browser without a server
    #[arg(long, value_name = "FILE", conflicts_with_all = ["all", "format", "out"])]
    pub(super) lens: Option<PathBuf>,
    /// The store [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// Also what was deleted (and can be restored)
    #[arg(long)]
    pub(super) deleted: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom convert --from haitongli 'alpha=0.9, T=20' --classes 10
  stillroom convert --from mdistiller configs/cifar100/kd/res32x4_res8x4.yaml --base mine.toml --out kd.toml

Libraries disagree about which term alpha is on, whether the soft term has T squared and what a mean goes over. Each is
read as its code has it; what the weights really come to, and what has no counterpart here, is said.")]
pub(super) struct ConvertArgs {
    /// A file of that library, or values: 'alpha=0.9, T=4'
    #[arg(value_name = "FILE_OR_VALUES")]
    pub(super) what: String,
    /// mdistiller, torchdistill, keras, textbrewer or haitongli
    #[arg(long)]
    pub(super) from: String,
    /// Number of classes, where the library's mean goes over them too
    #[arg(long)]
    pub(super) classes: Option<usize>,
    /// A recipe whose data, teacher and student are taken [default: the quick start]
    #[arg(long, value_name = "RECIPE")]
    pub(super) base: Option<String>,
    /// The file to write [default: the standard output]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Overwrite what is there
    #[arg(long)]
    pub(super) force: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom export-model r-0002 --to onnx --out student.onnx
  stillroom export-model results/student.safetensors --to onnx --softmax

An ONNX graph is given raw values and gives logits: the normalisation is part of it. Before it is written it runs on 100
rows, and must give the model's answers. Beside it lies card.md: recipe, data, numbers, verdict, how to load it; and the
tokeniser of a model of texts. Nothing is overwritten without --force.")]
pub(super) struct ExportModelArgs {
    /// The run, e.g. r-0002, or a .safetensors file that Stillroom saved
    #[arg(value_name = "RUN_OR_FILE")]
    pub(super) model: String,
    /// As what
    #[arg(long, value_enum)]
    pub(super) to: ModelFormat,
    /// The file to write [default: the run's or the file's name, with the ending of the format]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// ONNX: the graph is given values that are normalised already
    #[arg(long)]
    pub(super) normalised: bool,
    /// ONNX: the graph gives probabilities at T = 1
    #[arg(long)]
    pub(super) softmax: bool,
    /// Overwrite what is there
    #[arg(long)]
    pub(super) force: bool,
    /// The store [default: stillroom.db in the platform's folder for data]
    #[arg(long, env = "STILLROOM_STORE", hide_env_values = true, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ModelFormat {
    /// A graph for any runtime
    Onnx,
    /// The weights, under PyTorch's names
    Safetensors,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A table with a header
    Csv,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Args)]
pub(super) struct DevicesArgs {
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  stillroom bench
  stillroom bench --only mlp-64-32,cnn-8-16-64 --json
  stillroom bench --only mlp-784-30-30 --members 1,5,25,100

Times the steps of a real session on random numbers: batches of 128, soft and hard loss, AdamW. `mlp-784-30-30x25` is 25
such students in one step, at temperatures from 1 to 20. With --json: one object a workload, with `name`, `ms_per_step`
and, where --members is given, `peak_mib`.")]
pub(super) struct BenchArgs {
    /// Names of workloads, separated by commas [default: all]
    #[arg(long, value_name = "NAMES")]
    pub(super) only: Option<String>,
    /// Numbers of students trained at once, separated by commas, in place of the single students
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    pub(super) members: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
    /// Where to compute
    #[arg(long, value_enum, default_value = "best")]
    pub(super) device: Device,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Split {
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
pub(super) enum Device {
    /// A GPU where there is one that this build can use, else the CPU
    Best,
    /// The CPU
    Cpu,
}

/// Seconds between two resume states, at least.
pub(super) const RESUME_EVERY: f64 = 10.0;

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

impl ModelFormat {
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Onnx => "onnx",
            Self::Safetensors => "safetensors",
        }
    }
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
