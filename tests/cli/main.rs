//! The terminal as its users have it: the built binary, its output and its exit status.

mod input;
mod interruption;
mod results;
mod tool;
