//! What a package needs beside the program: completions for shells and the manual page, from the same declarations as the
//! arguments.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Arguments;
use super::voice::Failure;

const NAME: &str = "stillroom";

/// Completions for a shell, on stdout.
pub(super) fn completions(shell: Shell) -> Result<(), Failure> {
    let mut page = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut page);
    print(&page)
}

/// The manual page in troff, with those of all commands behind it, on stdout.
pub(super) fn man() -> Result<(), Failure> {
    let mut page = Vec::new();
    let mut root = Arguments::command();
    root.build();
    let render = |command: &clap::Command, page: &mut Vec<u8>| {
        clap_mangen::Man::new(command.clone()).render(page).map_err(|error| Failure::output(&error))
    };
    render(&root, &mut page)?;
    for command in root.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set()) {
        render(command, &mut page)?;
    }
    print(&page)
}

fn print(page: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(page).and_then(|()| out.flush()) {
        // Whoever read it has read enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::output(&error)),
        Ok(()) => Ok(()),
    }
}
