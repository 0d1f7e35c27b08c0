//! The `stillroom` program: a window, or a command in the terminal.

use std::process::ExitCode;

use stillroom::app::{self, OpenError, Options};
use stillroom::cli::{self, Window, WindowError};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    app::enter_session();
    cli::main(open_window)
}

fn open_window(window: Window<'_>) -> Result<(), WindowError> {
    let opened = match window {
        Window::Lab { store, device, temporary } => app::run(&Options { store: store.to_owned(), device, temporary }),
        Window::StylePage => app::run_style_page(),
    };
    opened.map_err(|error| match error {
        OpenError::NoWindow(reason) => WindowError::NoWindow(reason),
        OpenError::Store(error) => WindowError::Failed { code: error.code(), message: error.phrase() },
        OpenError::Recipe(faults) => WindowError::Failed { code: "recipe", message: faults.phrase() },
    })
}
