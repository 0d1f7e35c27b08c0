//! The `stillroom` program: a window, or a command in the terminal.

use std::path::Path;
use std::process::ExitCode;

use stillroom::app::{self, OpenError, Options};
use stillroom::cli::{self, WindowError};
use stillroom::training::DeviceChoice;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main(open_window)
}

fn open_window(store: &Path, device: DeviceChoice) -> Result<(), WindowError> {
    app::run(&Options { store: store.to_owned(), device }).map_err(|error| match error {
        OpenError::NoWindow(reason) => WindowError::NoWindow(reason),
        OpenError::Store(error) => WindowError::Failed { code: error.code(), message: error.to_string() },
        OpenError::Recipe(faults) => WindowError::Failed { code: "recipe", message: faults.to_string() },
    })
}
