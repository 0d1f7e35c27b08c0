//! Plain data that the window shows: jobs, runs, curves in memory, selection, lens, undo history.

pub mod series;
