//! `stillroom soften`: logits as probabilities at several temperatures.

use serde::Serialize;

use super::SoftenArgs;
use super::table::{number, table};
use super::voice::{Failure, Problem, print, print_json};
use crate::distill::soften as maths;
use crate::recipe::fields::TEMPERATURE;

#[derive(Serialize)]
struct Softened {
    temperature: f64,
    probabilities: Vec<f64>,
    entropy: f64,
}

pub(super) fn soften(args: &SoftenArgs) -> Result<(), Failure> {
    let mut problems = Vec::new();
    let logits = list("LOGITS", &args.logits, "a finite number", |z| (z as f32).is_finite(), &mut problems);
    let temperatures = temperatures("--temperature", &args.temperature, &mut problems);
    if !problems.is_empty() {
        return Err(Failure::inputs(problems));
    }
    let logits: Vec<f32> = logits.into_iter().map(|z| z as f32).collect();
    let softened = temperatures.into_iter().map(|temperature| Softened {
        temperature,
        probabilities: maths::soften(&logits, temperature),
        entropy: maths::entropy(&logits, temperature),
    });
    if args.json {
        return softened.into_iter().try_for_each(|line| print_json(&line));
    }
    let names: Vec<String> = items(&args.logits).into_iter().map(|z| format!("z={z}")).collect();
    let head: Vec<&str> = ["T"].into_iter().chain(names.iter().map(String::as_str)).chain(["entropy"]).collect();
    let rows: Vec<Vec<String>> = softened
        .map(|line| {
            let probabilities = line.probabilities.iter().map(|p| number(Some(*p), 6));
            let entropy = number(Some(line.entropy), 6);
            [line.temperature.to_string()].into_iter().chain(probabilities).chain([entropy]).collect()
        })
        .collect();
    print(&table(&head, &vec![false; head.len()], &rows))
}

/// A list of temperatures.
pub(super) fn temperatures(what: &str, text: &str, problems: &mut Vec<Problem>) -> Vec<f64> {
    list(what, text, "a number above 0 (0.001 to 1e6)", |t| TEMPERATURE.span().allows(t), problems)
}

/// The items of a list as people write or paste it: between commas, semicolons or blanks, with or without brackets around
/// all of it. Between two commas something must stand.
fn items(text: &str) -> Vec<&str> {
    let text = text.trim();
    let pairs = [('[', ']'), ('(', ')'), ('{', '}')];
    let inner = pairs.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    let inner = inner.unwrap_or(text).trim();
    inner
        .split([',', ';'])
        .flat_map(|part| {
            let words: Vec<&str> = part.split_whitespace().collect();
            if words.is_empty() { vec![""] } else { words }
        })
        .collect()
}

/// Numbers of a list; every one that is not allowed is a problem.
fn list(what: &str, text: &str, allowed: &str, allow: impl Fn(f64) -> bool, problems: &mut Vec<Problem>) -> Vec<f64> {
    let mut numbers = Vec::new();
    for (i, item) in items(text).into_iter().enumerate() {
        match item.parse::<f64>() {
            Ok(number) if allow(number) => numbers.push(number),
            _ => problems.push(Problem::new(
                "not-allowed",
                format!("{what} {text}: value {}, `{item}`, is not allowed; give {allowed}", i + 1),
            )),
        }
    }
    numbers
}
