//! `stillroom devices`: what training can run on, and why.

use serde::Serialize;

use super::DevicesArgs;
use super::table::table;
use super::voice::{Failure, print, print_json};
use crate::protocol::DeviceChoice;
use crate::training::{choose, threads};

#[derive(Serialize)]
struct Line {
    name: String,
    threads: usize,
    /// Whether it is the one that is taken.
    chosen: bool,
    reason: String,
}

pub(super) fn devices(args: &DevicesArgs) -> Result<(), Failure> {
    let (_, best) = choose(DeviceChoice::Best, threads());
    let mut lines = Vec::new();
    if best.name != "cpu" {
        let reason = "It is always there; take it with --device cpu.".to_owned();
        lines.push(Line { name: "cpu".to_owned(), threads: best.threads, chosen: false, reason });
    }
    lines.insert(0, Line { name: best.name, threads: best.threads, chosen: true, reason: best.reason.to_string() });
    if args.json {
        return lines.iter().try_for_each(print_json);
    }
    let rows: Vec<Vec<String>> = lines
        .into_iter()
        .map(|line| {
            let chosen = if line.chosen { "yes" } else { "" };
            vec![line.name, line.threads.to_string(), chosen.to_owned(), line.reason]
        })
        .collect();
    print(&table(&["device", "threads", "used", "why"], &[true, false, true, true], &rows))
}
