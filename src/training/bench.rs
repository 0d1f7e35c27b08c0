//! What a training step costs: the real step of a session, on numbers that are drawn at random.

use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::{DType, Device};

use super::device::threads;
use super::matched::TeacherSide;
use super::member::{Member, Source};
use super::session::{Session, Setup};
use crate::data::{Dataset, Examples, TransferSet};
use crate::distill::fields::TEMPERATURE;
use crate::distill::{Mean, Objective, SOFT_TARGETS, TeacherLogits};
use crate::model::{Normalisation, Plan, Population};
use crate::recipe::{Architecture, TrainingRecipe};
use crate::rng::Key;

/// A population of students to be timed.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// `mlp-64-32`, `cnn-8-16-64`, and with a number of members `mlp-64-32x25`.
    pub name: String,
    /// The student.
    pub architecture: Architecture,
    /// Shape of an input.
    pub input: Vec<usize>,
    /// K: members that differ in T, from 1 to 20.
    pub members: usize,
}

const BATCH: usize = 128;
const CLASSES: usize = 10;

/// The workloads that are timed when nothing is asked for, in order.
pub fn workloads() -> Vec<Workload> {
    let mlp = |input: usize, hidden: &[usize]| {
        let sides: Vec<String> = hidden.iter().map(ToString::to_string).collect();
        Workload {
            name: format!("mlp-{input}-{}", sides.join("-")),
            architecture: Architecture::Mlp { hidden: hidden.to_vec(), dropout: 0.0 },
            input: vec![input],
            members: 1,
        }
    };
    let cnn = |channels: [usize; 2], dense: usize| Workload {
        name: format!("cnn-{}-{}-{dense}", channels[0], channels[1]),
        architecture: Architecture::Cnn { channels: channels.to_vec(), dense: vec![dense], dropout: 0.0 },
        input: vec![1, 28, 28],
        members: 1,
    };
    vec![
        mlp(64, &[32]),
        mlp(784, &[30, 30]),
        mlp(784, &[800, 800]),
        mlp(784, &[1200, 1200]),
        cnn([8, 16], 64),
        cnn([32, 64], 128),
        mlp(64, &[32]).of_members(25),
        mlp(784, &[30, 30]).of_members(25),
        mlp(784, &[800, 800]).of_members(8),
    ]
}

impl Workload {
    /// The same student, so many of it.
    pub fn of_members(self, members: usize) -> Self {
        Self { name: if members == 1 { self.name } else { format!("{}x{members}", self.name) }, members, ..self }
    }

    /// A session that trains it: batches of 128 of 1,024 random rows in 10 classes, a random teacher whose logits are there,
    /// 0.9 soft and 0.1 hard loss, AdamW; T = 4 for one member, 1 to 20 spread over several.
    ///
    /// # Errors
    /// When the device fails.
    pub fn session(&self, device: &Device) -> candle_core::Result<Session> {
        let rows = 8 * BATCH;
        let key = Key::new(0).named("bench");
        let draw = |what: &str, count: usize| {
            let key = key.named(what);
            (0..count as u64).map(move |i| key.uniform(i) as f32)
        };
        let len: usize = self.input.iter().product();
        let values = draw("values", rows * len);
        let examples = match *self.input {
            [channels, height, width] => {
                let values = values.map(|value| (255.0 * value) as u8).collect();
                Examples::Pixels { rows, channels, height, width, values }
            }
            _ => Examples::Features { rows, width: len, values: values.collect() },
        };
        let labels: Vec<u32> = (0..rows as u64).map(|i| key.named("labels").below(i, CLASSES as u64) as u32).collect();
        let transfer =
            TransferSet { rows: (0..rows as u32).collect(), labels: labels.iter().copied().map(Some).collect() };
        let classes = (0..CLASSES).map(|class| class.to_string()).collect();
        let dataset = Dataset::new("bench".to_owned(), classes, examples, labels);
        let teacher = draw("teacher", rows * CLASSES).map(|z| 16.0 * z - 8.0).collect();
        let teacher = TeacherLogits { values: teacher, teachers: 1, classes: CLASSES, mean: Mean::default() };
        let recipe = TrainingRecipe { batch: BATCH, epochs: 1_000_000, ..TrainingRecipe::default() };
        let members = (0..self.members).map(|k| {
            let share = k as f64 / (self.members.max(2) - 1) as f64;
            let temperature = if self.members == 1 { 4.0 } else { 1.0 + 19.0 * share };
            let objective = Objective::new(&SOFT_TARGETS, 0).with(TEMPERATURE.path, temperature);
            Member::new(objective, vec![Source::Model(0)], 0, 1e-3, 0.01)
        });
        let plan = Plan::new(&self.architecture, &self.input, CLASSES).map_err(candle_core::Error::wrap)?;
        let largest = if self.input.len() == 3 { 255.0 } else { 1.0 };
        let normalisation = Normalisation::of_pixels(largest);
        let population = Population::seeded(plan, normalisation, &vec![0; self.members], DType::F32, device)?;
        let side = TeacherSide::kept(vec![Arc::new(teacher)]);
        let setup = Setup { recipe, dataset: Arc::new(dataset), transfer, side, layers: None };
        Session::new(Box::new(population), members.collect(), setup)
    }

    /// Milliseconds a step: the median after a warm-up, over at least 20 steps and about a second.
    ///
    /// # Errors
    /// When the device fails.
    pub fn milliseconds(&self, device: &Device) -> candle_core::Result<f64> {
        const WARM: usize = 5;
        const LEAST: usize = 20;
        const MOST: usize = 2000;
        const LONG: Duration = Duration::from_millis(1000);
        let mut session = self.session(device)?;
        for _ in 0..WARM {
            session.step(false)?;
        }
        device.synchronize()?;
        let start = Instant::now();
        let mut times = Vec::new();
        while times.len() < LEAST || (times.len() < MOST && start.elapsed() < LONG) {
            let step = Instant::now();
            session.step(false)?;
            device.synchronize()?;
            times.push(step.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        Ok(times[times.len() / 2])
    }
}

/// Runs `work` on a pool like that of the training thread.
///
/// # Errors
/// When there are no threads to be had.
pub fn in_pool<R: Send>(work: impl FnOnce() -> R + Send) -> candle_core::Result<R> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads()).build().map_err(candle_core::Error::wrap)?;
    Ok(pool.install(work))
}

/// The most memory that this process has held so far, in MiB, where the system tells.
pub fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}
