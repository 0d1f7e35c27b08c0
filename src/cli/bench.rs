//! `stillroom bench`: what a training step costs on this machine.

use serde::Serialize;

use super::BenchArgs;
use super::table::{number, table};
use super::voice::{Failure, Problem, print, print_json};
use crate::training::bench::{Workload, in_pool, peak_mib, text_workloads, workloads};
use crate::training::{choose, threads};

#[derive(Serialize)]
struct Line {
    name: String,
    ms_per_step: f64,
}

/// What is said where the number of members was asked for.
#[derive(Serialize)]
struct LineOfMembers {
    #[serde(flatten)]
    line: Line,
    /// `null` where the system does not tell.
    peak_mib: Option<f64>,
}

pub(super) fn bench(args: &BenchArgs) -> Result<(), Failure> {
    let chosen = chosen(args)?;
    in_pool(|| measure(args, chosen)).map_err(|error| Failure::later("device", error))?
}

/// On a thread of the pool, where the device lives.
fn measure(args: &BenchArgs, chosen: Vec<Workload>) -> Result<(), Failure> {
    let (device, _) = choose(args.device.into(), threads());
    let mut rows = Vec::new();
    for workload in chosen {
        let ms_per_step = workload.milliseconds(&device).map_err(|error| Failure::later("device", error))?;
        let (line, peak_mib) = (Line { name: workload.name, ms_per_step }, peak_mib());
        match (args.json, args.members.is_some()) {
            (true, false) => print_json(&line)?,
            (true, true) => print_json(&LineOfMembers { line, peak_mib })?,
            (false, with_memory) => {
                let memory = with_memory.then(|| number(peak_mib, 0));
                rows.push([line.name, number(Some(ms_per_step), 3)].into_iter().chain(memory).collect());
            }
        }
    }
    if args.json {
        return Ok(());
    }
    let columns = if args.members.is_some() { 3 } else { 2 };
    let (head, left) = (["students", "ms a step", "peak MiB"], [true, false, false]);
    print(&table(&head[..columns], &left[..columns], &rows))
}

/// The workloads that are asked for.
fn chosen(args: &BenchArgs) -> Result<Vec<Workload>, Failure> {
    let (usual, mut problems) = (workloads(), Vec::new());
    let all: Vec<Workload> = usual.iter().cloned().chain(text_workloads()).collect();
    let known = || all.iter().map(|workload| workload.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut chosen: Vec<Workload> = match &args.only {
        None => usual,
        Some(texts) if texts.trim() == "texts" => text_workloads(),
        Some(names) => {
            let find = |name: &str| {
                let found = all.iter().find(|workload| workload.name == name).cloned();
                if found.is_none() {
                    let message = format!("--only: there is no workload `{name}`; give some of {}", known());
                    problems.push(Problem::new("not-allowed", message));
                }
                found
            };
            names.split(',').map(str::trim).filter_map(find).collect()
        }
    };
    if let Some(list) = &args.members {
        let mut counts = Vec::new();
        for item in list.split(',').map(str::trim) {
            match item.parse::<usize>() {
                Ok(count) if (1..=1000).contains(&count) => counts.push(count),
                _ => problems.push(Problem::new(
                    "not-allowed",
                    format!("--members {list}: `{item}` is not allowed; give whole numbers from 1 to 1000"),
                )),
            }
        }
        chosen.retain(|workload| workload.members == 1);
        if chosen.is_empty() && problems.is_empty() {
            problems.push(Problem::new("not-allowed", "--members is for single students: name some with --only"));
        }
        // Few members first: the peak of memory only grows.
        counts.sort_unstable();
        chosen = chosen.iter().flat_map(|one| counts.iter().map(|count| one.clone().of_members(*count))).collect();
    }
    if problems.is_empty() { Ok(chosen) } else { Err(Failure::inputs(problems)) }
}
