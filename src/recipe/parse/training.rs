//! `[training]`, and the same keys of `[teacher]`.

use toml::Value;

use crate::recipe::fault::{Fault, FaultKind};
use crate::recipe::fields::BASELINE;
use crate::recipe::reader::Reader;
use crate::recipe::{BASELINES, Baseline, Keep, Optimiser, Schedule, TrainingRecipe};
use crate::text::phrase;

/// The keys of `[training]`, with `default` for those that are not given.
pub(super) fn read_training(
    section: &mut Reader<'_>,
    default: &TrainingRecipe,
    faults: &mut Vec<Fault>,
) -> TrainingRecipe {
    let epochs = section.whole("epochs", default.epochs as u64, faults) as usize;
    let batch = section.whole("batch", default.batch as u64, faults) as usize;
    let learning_rate = section.number("learning_rate", default.learning_rate, faults);
    let seed = section.whole("seed", default.seed, faults);
    let default_momentum = if let Optimiser::Sgd { momentum } = default.optimiser { momentum } else { 0.0 };
    let rules = [("adamw", Optimiser::AdamW), ("sgd", Optimiser::Sgd { momentum: default_momentum })];
    let mut optimiser = section.choice("optimiser", default.optimiser, &rules, faults);
    let gives_momentum = section.has("momentum");
    let number = section.number("momentum", default_momentum, faults);
    match &mut optimiser {
        Optimiser::Sgd { momentum } => *momentum = number,
        Optimiser::AdamW if gives_momentum => {
            let problem = phrase!("conflict-momentum");
            faults.push(section.fault("momentum", FaultKind::Conflict(problem)));
        }
        Optimiser::AdamW => {}
    }
    let weight_decay = section.number("weight_decay", default.weight_decay, faults);
    let schedule = read_schedule(section, default.schedule, faults);
    let warm_up = section.number("warm_up", default.warm_up, faults);
    let clip = section.number("clip", default.clip, faults);
    let jitter = section.whole("jitter", default.jitter as u64, faults) as usize;
    let keeps = [("last", Keep::Last), ("best", Keep::Best)];
    let keep = section.choice("keep", default.keep, &keeps, faults);
    TrainingRecipe {
        epochs,
        batch,
        learning_rate,
        seed,
        optimiser,
        weight_decay,
        schedule,
        warm_up,
        clip,
        jitter,
        keep,
        labelled: default.labelled,
    }
}

/// What students are compared with: true is the plain one, false none; one alone needs no brackets.
pub(super) fn read_baselines(section: &mut Reader<'_>, faults: &mut Vec<Fault>) -> Vec<&'static Baseline> {
    let (key, usual) = (BASELINE.key(), vec![Baseline::PLAIN]);
    let names = match section.take(key) {
        None | Some(Value::Boolean(true)) => return usual,
        Some(Value::Boolean(false)) => return Vec::new(),
        Some(Value::Array(names)) => names,
        Some(name @ Value::String(_)) => vec![name],
        Some(other) => {
            faults.push(section.wrong_type(key, &other, BASELINE.allowed()));
            return usual;
        }
    };
    let mut named = Vec::with_capacity(names.len());
    for name in &names {
        match name.as_str().and_then(Baseline::named).filter(|baseline| !named.contains(baseline)) {
            Some(baseline) => named.push(baseline),
            None => faults.push(section.not_allowed(key, name, BASELINE.allowed())),
        }
    }
    BASELINES.iter().filter(|baseline| named.contains(baseline)).collect()
}

fn read_schedule(section: &mut Reader<'_>, default: Schedule, faults: &mut Vec<Fault>) -> Schedule {
    match section.take("schedule") {
        None => default,
        Some(Value::String(name)) if name == "constant" => Schedule::Constant,
        Some(Value::String(name)) if name == "cosine" => Schedule::Cosine,
        Some(Value::String(name)) if name == "linear" => Schedule::Linear,
        Some(Value::Table(mut table)) if matches!(table.get("step"), Some(Value::Table(_))) && table.len() == 1 => {
            let Some(Value::Table(step)) = table.remove("step") else { return default };
            let mut step = section.inner("schedule.step", step);
            let every = step.whole("every", 10, faults) as usize;
            let factor = step.number("factor", 0.5, faults);
            step.finish(&[], faults);
            Schedule::Step { every, factor }
        }
        Some(other) => {
            faults.push(section.not_allowed("schedule", &other, phrase!("allowed-schedule")));
            default
        }
    }
}
