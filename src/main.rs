//! The `stillroom` program: a window, or a command in the terminal.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    stillroom::cli::main()
}
