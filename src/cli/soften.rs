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
    #[serde(flatten)]
    beside: Option<Beside>,
}

/// A student beside it.
#[derive(Serialize)]
struct Beside {
    against: Vec<f64>,
    against_entropy: f64,
    /// KL(first ‖ second) at T, in nats.
    kl: f64,
    /// T (q − p), of T² · KL by the student's logits.
    gradient: Vec<f64>,
}

impl Beside {
    fn of(teacher: &[f32], student: &[f32], temperature: f64) -> Self {
        let (p, q) = (maths::soften(teacher, temperature), maths::soften(student, temperature));
        Self {
            gradient: q.iter().zip(&p).map(|(q, p)| temperature * (q - p)).collect(),
            against: q,
            against_entropy: maths::entropy(student, temperature),
            kl: maths::divergence(teacher, student, temperature),
        }
    }
}

pub(super) fn soften(args: &SoftenArgs) -> Result<(), Failure> {
    let mut problems = Vec::new();
    let logits = list("LOGITS", &args.logits, "a finite number", |z| (z as f32).is_finite(), &mut problems);
    let temperatures = temperatures("--temperature", &args.temperature, &mut problems);
    let against = args.against.as_deref();
    let against =
        against.map(|text| list("--against", text, "a finite number", |z| (z as f32).is_finite(), &mut problems));
    if let Some(against) = against.as_ref().filter(|against| problems.is_empty() && against.len() != logits.len()) {
        let message = format!(
            "--against has {} logits and LOGITS has {}; give one for each class, in the same order",
            against.len(),
            logits.len()
        );
        problems.push(Problem::new("other-classes", message));
    }
    if !problems.is_empty() {
        return Err(Failure::inputs(problems));
    }
    let single = |logits: Vec<f64>| logits.into_iter().map(|z| z as f32).collect::<Vec<f32>>();
    let (logits, against) = (single(logits), against.map(single));
    let softened = temperatures.into_iter().map(|temperature| Softened {
        temperature,
        probabilities: maths::soften(&logits, temperature),
        entropy: maths::entropy(&logits, temperature),
        beside: against.as_ref().map(|student| Beside::of(&logits, student, temperature)),
    });
    if args.json {
        return softened.into_iter().try_for_each(|line| print_json(&line));
    }
    let names: Vec<String> = items(&args.logits).into_iter().map(|z| format!("z={z}")).collect();
    let mut head: Vec<&str> = ["T"].into_iter().chain(names.iter().map(String::as_str)).chain(["entropy"]).collect();
    if against.is_some() {
        head.splice(1..1, [""]);
        head.push("KL");
    }
    let rows: Vec<Vec<String>> = softened.flat_map(|line| rows_of(&line)).collect();
    print(&table(&head, &vec![false; head.len()], &rows))
}

/// The rows of a table: of a student beside it, a second one, and a third with the gradient.
fn rows_of(line: &Softened) -> Vec<Vec<String>> {
    let numbers = |values: &[f64]| values.iter().map(|p| number(Some(*p), 6)).collect::<Vec<_>>();
    let (t, entropy) = (line.temperature.to_string(), number(Some(line.entropy), 6));
    let Some(against) = &line.beside else {
        return vec![[vec![t], numbers(&line.probabilities), vec![entropy]].concat()];
    };
    let row = |t: &str, what: &str, values: &[f64], entropy: String, kl: String| {
        [vec![t.to_owned(), what.to_owned()], numbers(values), vec![entropy, kl]].concat()
    };
    vec![
        row(&t, "p", &line.probabilities, entropy, number(Some(against.kl), 6)),
        row("", "q", &against.against, number(Some(against.against_entropy), 6), String::new()),
        row("", "T(q−p)", &against.gradient, String::new(), String::new()),
    ]
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
