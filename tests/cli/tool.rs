//! A folder with a store and recipes, and the binary run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use stillroom::runs::{Store, StoreReader};
use tempfile::TempDir;

/// A teacher to train, a student and a baseline, in a tenth of a second.
pub const TINY: &str = r#"title = "Tiny"
[data]
source = "digits"
[teacher]
model = { mlp = [24] }
epochs = 4
[student]
model = { mlp = [16] }
[training]
epochs = 6
learning_rate = 1e-2
"#;

/// A working folder of its own; the store in it is `store.db`.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write("tiny.toml", TINY);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// `stillroom` with these arguments, without a display, with `store.db` as its store.
    pub fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "RUST_LOG", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command.env("STILLROOM_STORE", "store.db");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(program(), arguments).output().unwrap())
    }

    pub fn store(&self) -> StoreReader {
        Store::reader(self.path("store.db"))
    }
}

/// The built binary.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_stillroom"))
}

/// What came of it.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The lines on stdout, each of them JSON.
    pub fn lines(&self) -> Vec<Value> {
        json_lines(&self.stdout)
    }

    /// The lines of one kind.
    pub fn events(&self, event: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["event"] == event).collect()
    }

    /// The one line that ends a run of that role.
    pub fn finished(&self, role: &str) -> Value {
        let mut lines = self.events("finished");
        lines.retain(|line| line["role"] == role);
        assert_eq!(lines.len(), 1, "{role}: {self:#?}");
        lines.remove(0)
    }

    /// All lines that end a run, without what differs from job to job.
    pub fn results(&self) -> Vec<Value> {
        let mut lines = self.events("finished");
        for line in &mut lines {
            for key in ["job", "run", "teachers", "seconds", "cost", "checkpoint"] {
                line.as_object_mut().unwrap().remove(key);
            }
        }
        lines
    }

    pub fn is_good(self) -> Self {
        assert_eq!(self.status, Some(0), "{self:#?}");
        self
    }
}

pub fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

/// Signals that end a program, without HUP where whoever runs the tests has it ignored, as `nohup` does: children inherit that.
#[cfg(unix)]
pub fn ending_signals() -> Vec<&'static str> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    ["INT", "TERM", "HUP"].into_iter().filter(|signal| *signal != "HUP" || ignored & 1 == 0).collect()
}
