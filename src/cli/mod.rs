//! The same library, driven from the terminal.
