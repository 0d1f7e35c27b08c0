//! The terminal as its users have it: the built binary, its output and its exit status.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bias;
mod convert;
mod graphs;
mod habits;
mod input;
mod interruption;
mod lens;
mod logits;
mod process;
mod results;
mod stores;
mod texts;
mod tool;
