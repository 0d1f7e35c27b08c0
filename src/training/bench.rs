//! What a training step costs: the real step of a session, on numbers that are drawn at random.

use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::Device;

use super::device::threads;
use super::matched::TeacherSide;
use super::member::{Member, Source};
use super::session::{Session, Setup};
use crate::data::{Dataset, Examples, Texts, Tokens, TransferSet};
use crate::distill::fields::TEMPERATURE;
use crate::distill::{Objective, SOFT_TARGETS, TeacherLogits};
use crate::model::{Encoder, Frame, ModelSpec, Normalisation, Plan, TextEncoder, TextPlan};
use crate::recipe::{Architecture, TextLayers, TrainingRecipe};
use crate::rng::Key;

/// A population of students to be timed.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// `mlp-64-32`, `cnn-8-16-64`, and with a number of members `mlp-64-32x25`.
    pub name: String,
    /// The students and what they see.
    pub students: Students,
    /// K: members that differ in T, from 1 to 20.
    pub members: usize,
    /// Whether a step of training is timed, or the logits of a batch.
    pub trains: bool,
}

/// Students and what they see.
#[derive(Clone, Debug, PartialEq)]
pub enum Students {
    /// Models of numbers, with the shape of an input; batches of 128.
    Numbers(Architecture, Vec<usize>),
    /// Models of texts, with the rows of a batch and the tokens of each.
    Texts {
        /// Their layers.
        plan: TextPlan,
        /// Texts of a batch.
        batch: usize,
        /// Tokens of each text.
        length: usize,
        /// Whether they learn from soft targets beside the labels.
        soft: bool,
    },
}

const BATCH: usize = 128;
const CLASSES: usize = 10;

/// The workloads that are timed when nothing is asked for, in order.
pub fn workloads() -> Vec<Workload> {
    let mlp = |input: usize, hidden: &[usize]| {
        let sides: Vec<String> = hidden.iter().map(ToString::to_string).collect();
        Workload {
            name: format!("mlp-{input}-{}", sides.join("-")),
            students: Students::Numbers(Architecture::Mlp { hidden: hidden.to_vec(), dropout: 0.0 }, vec![input]),
            members: 1,
            trains: true,
        }
    };
    let cnn = |channels: [usize; 2], dense: usize| Workload {
        name: format!("cnn-{}-{}-{dense}", channels[0], channels[1]),
        students: Students::Numbers(
            Architecture::Cnn { channels: channels.to_vec(), dense: vec![dense], dropout: 0.0 },
            vec![1, 28, 28],
        ),
        members: 1,
        trains: true,
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

/// Tokens that students of texts know, and those that BERT knows.
const WORDS: usize = 10_000;
const PIECES: usize = 30_522;

/// The workloads of texts, which are timed where they are asked for: BERT in the size of MiniLM-L6 and of BERT-base, and the students of
/// Kim 2014 and Tang et al. 2019. Every text has its full length.
pub fn text_workloads() -> Vec<Workload> {
    let bert = |layers, width, heads, inner, vocabulary| {
        let sizes = TextLayers::Transformer { layers, width, heads, inner };
        TextPlan::new(&sizes, 0.1, vocabulary, 512)
    };
    let one = |name: &str, plan: TextPlan, [batch, length]: [usize; 2], soft, trains| Workload {
        name: format!("{name}-{}-{batch}x{length}", if trains { "train" } else { "infer" }),
        students: Students::Texts { plan, batch, length, soft },
        members: 1,
        trains,
    };
    let (small, base) = (bert(6, 384, 12, 1536, PIECES), bert(12, 768, 12, 3072, PIECES));
    let cnn =
        TextPlan::new(&TextLayers::TextCnn { windows: vec![3, 4, 5], maps: 100, embedding: 300 }, 0.5, WORDS, 512);
    let lstm = TextPlan::new(&TextLayers::BiLstm { units: 150, dense: vec![200], embedding: 300 }, 0.1, WORDS, 512);
    vec![
        one("bert-l6-384", small.clone(), [32, 32], false, true),
        one("bert-l6-384", small.clone(), [32, 64], false, true),
        one("bert-l6-384", small, [32, 32], false, false),
        one("bert-l12-768", base, [8, 64], false, false),
        one("textcnn", cnn, [64, 64], true, true),
        one("bilstm-150", lstm, [64, 32], true, true),
        one("transformer-2-128", bert(2, 128, 2, 512, WORDS), [64, 64], true, true),
    ]
}

impl Workload {
    /// The same student, so many of it.
    pub fn of_members(self, members: usize) -> Self {
        Self { name: if members == 1 { self.name } else { format!("{}x{members}", self.name) }, members, ..self }
    }

    /// A session that trains it: batches of random rows, a random teacher whose logits are there, 0.9 soft and 0.1 hard loss, AdamW;
    /// T = 4 for one member, 1 to 20 spread over several. Models of numbers see 1,024 rows in 10 classes, those of texts 8 batches in 2.
    ///
    /// # Errors
    /// When the device fails.
    pub fn session(&self, device: &Device) -> candle_core::Result<Session> {
        let (batch, classes, soft) = match &self.students {
            Students::Numbers(..) => (BATCH, CLASSES, true),
            Students::Texts { batch, soft, .. } => (*batch, 2, *soft),
        };
        let rows = 8 * batch;
        let key = Key::new(0).named("bench");
        let draw = |what: &str, count: usize| {
            let key = key.named(what);
            (0..count as u64).map(move |i| key.uniform(i) as f32)
        };
        let examples = match &self.students {
            Students::Numbers(_, input) => {
                let len: usize = input.iter().product();
                let values = draw("values", rows * len);
                match *input.as_slice() {
                    [channels, height, width] => {
                        let values = values.map(|value| (255.0 * value) as u8).collect();
                        Examples::Pixels { rows, channels, height, width, values }
                    }
                    _ => Examples::Features { rows, width: len, values: values.collect() },
                }
            }
            Students::Texts { length, .. } => {
                let mut tokens = Tokens::new(false);
                let key = key.named("tokens");
                for row in 0..rows as u64 {
                    let from = row * *length as u64;
                    let ids = (from..from + *length as u64).map(|i| 1000 + key.below(i, (WORDS - 1000) as u64) as u32);
                    tokens.push(&ids.collect::<Vec<_>>(), None);
                }
                Examples::Tokens(tokens)
            }
        };
        let labels: Vec<u32> = (0..rows as u64).map(|i| key.named("labels").below(i, classes as u64) as u32).collect();
        let transfer =
            TransferSet { rows: (0..rows as u32).collect(), labels: labels.iter().copied().map(Some).collect() };
        let names = (0..classes).map(|class| class.to_string()).collect();
        let dataset = Dataset::new("bench".to_owned(), names, examples, labels);
        let teacher: Vec<f32> = draw("teacher", rows * classes).map(|z| 16.0 * z - 8.0).collect();
        let teacher = TeacherLogits::of_one(teacher, classes);
        let recipe = TrainingRecipe { batch, epochs: 1_000_000, ..TrainingRecipe::default() };
        let members = (0..self.members).map(|k| {
            let share = k as f64 / (self.members.max(2) - 1) as f64;
            let temperature = if self.members == 1 { 4.0 } else { 1.0 + 19.0 * share };
            let objective = if soft {
                Objective::new(&SOFT_TARGETS, 0).with(TEMPERATURE.path, temperature)
            } else {
                Objective::labels()
            };
            Member::new(objective, vec![Source::Model(0)], 0, 1e-3, 0.01)
        });
        let spec = match &self.students {
            Students::Numbers(architecture, input) => {
                let plan = Plan::new(architecture, input, classes).map_err(candle_core::Error::wrap)?;
                let largest = if input.len() == 3 { 255.0 } else { 1.0 };
                ModelSpec::new(plan, Normalisation::of_pixels(largest).into())
            }
            Students::Texts { plan, .. } => {
                // Tokens are there already: nothing is read.
                let encoder = TextEncoder::of_words(&Texts::new(false), &[], Frame::None, 512);
                let encoder = encoder.map_err(candle_core::Error::msg)?;
                let plan = Plan::of_text(&Architecture::text_cnn(1), plan.clone(), classes);
                ModelSpec::new(plan.map_err(candle_core::Error::wrap)?, Encoder::Text(Arc::new(encoder)))
            }
        };
        let side = TeacherSide::kept(vec![Arc::new(teacher)]);
        let setup = Setup { recipe, dataset: Arc::new(dataset), transfer, side, layers: None, stands_in: None };
        Session::new(spec.seeded(&vec![0; self.members], device)?, members.collect(), setup)
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
        let batch: Vec<u32> = match &self.students {
            Students::Numbers(..) => (0..BATCH as u32).collect(),
            Students::Texts { batch, .. } => (0..*batch as u32).collect(),
        };
        let mut work = || if self.trains { session.step(false) } else { session.logits(&batch).map(drop) };
        for _ in 0..WARM {
            work()?;
        }
        device.synchronize()?;
        let start = Instant::now();
        let mut times = Vec::new();
        while times.len() < LEAST || (times.len() < MOST && start.elapsed() < LONG) {
            let step = Instant::now();
            work()?;
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
