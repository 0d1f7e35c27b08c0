//! All that is needed to go on from a step, as bytes.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::report::Stage;
use super::session::{EpochSums, Member, Session};
use crate::recipe::fields::{HARD_WEIGHT, SOFT_WEIGHT, TEMPERATURE};

/// The metadata entry.
const KEY: &str = "stillroom-resume";

/// Format of the bytes. Those of the one before are read; a state of another one is not used.
const FORMAT: u32 = 3;

/// The weights kept for `training.keep = "best"`.
#[derive(Clone, Debug)]
pub struct Best {
    /// Validation errors of these weights.
    pub errors: u64,
    /// Epoch after which they were these.
    pub epoch: u64,
    /// In the order of the plan's parameters, without the population axis.
    pub weights: Vec<Tensor>,
}

/// What a stage has besides its session.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// Seconds spent training.
    pub seconds: f64,
    /// Events of the job that have taken effect.
    pub events: u64,
    /// Epochs whose end is reported.
    pub epochs: u64,
    /// The places that the members had when the stage began; a halving sweep goes on with some of them.
    pub places: Vec<usize>,
    /// Steps each member has taken; a diverged one stops.
    pub taken: Vec<u64>,
    /// Whether the user has ended each member early.
    pub stopped: Vec<bool>,
    /// A best epoch for each member, where one is kept.
    pub best: Vec<Option<Best>>,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: u32,
    stage: Stage,
    step: u64,
    optimiser_steps: u64,
    members: Members,
    sums: Sums,
    seconds: f64,
    events: u64,
    epochs: u64,
    places: Vec<usize>,
    taken: Vec<u64>,
    stopped: Vec<bool>,
    best: Vec<Option<(u64, u64)>>,
}

/// What moves of each member.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Members {
    Now(Vec<MemberState>),
    /// Temperature, soft weight, hard weight, learning rate, and whether it is active.
    Old(Vec<(Option<f64>, f64, f64, f64, bool)>),
}

#[derive(Serialize, Deserialize)]
struct MemberState {
    /// Values of the method's fields, in their order.
    values: Vec<f64>,
    learning_rate: f64,
    active: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Sums {
    /// As [`EpochSums::from_old_bits`] takes them. It stands first: bits of today are never five.
    Old(Vec<[u64; 5]>),
    /// As [`EpochSums::from_bits`] takes them.
    Now(Vec<Vec<u64>>),
}

impl Members {
    fn len(&self) -> usize {
        match self {
            Self::Now(members) => members.len(),
            Self::Old(members) => members.len(),
        }
    }

    /// Puts them into the members of a session; `None` where they are of other methods.
    fn restore(self, members: &mut [Member]) -> Option<()> {
        match self {
            Self::Now(states) => {
                for (member, state) in members.iter_mut().zip(states) {
                    let paths: Vec<&str> = member.objective.fields().map(|(field, _)| field.path).collect();
                    if paths.len() != state.values.len() {
                        return None;
                    }
                    for (path, value) in paths.into_iter().zip(state.values) {
                        member.objective.set(path, value);
                    }
                    (member.learning_rate, member.active) = (state.learning_rate, state.active);
                }
            }
            Self::Old(states) => {
                for (member, (temperature, soft, hard, learning_rate, active)) in members.iter_mut().zip(states) {
                    let values = [(TEMPERATURE, temperature), (SOFT_WEIGHT, Some(soft)), (HARD_WEIGHT, Some(hard))];
                    for (field, value) in values.into_iter().filter_map(|(field, value)| Some((field, value?))) {
                        member.objective.set(field.path, value);
                    }
                    (member.learning_rate, member.active) = (learning_rate, active);
                }
            }
        }
        Some(())
    }
}

impl Sums {
    fn len(&self) -> usize {
        match self {
            Self::Now(sums) => sums.len(),
            Self::Old(sums) => sums.len(),
        }
    }

    fn restore(self, members: &[Member]) -> Option<Vec<EpochSums>> {
        let has_soft = |member: &Member| member.objective.temperature().is_some();
        match self {
            Self::Now(sums) => sums.iter().map(|bits| EpochSums::from_bits(bits)).collect(),
            Self::Old(sums) => {
                let each = sums.into_iter().zip(members);
                Some(each.map(|(bits, member)| EpochSums::from_old_bits(bits, has_soft(member))).collect())
            }
        }
    }
}

/// Writes the state of a stage.
///
/// # Errors
/// When the device fails.
pub fn save(stage: Stage, session: &Session, extras: &Extras) -> candle_core::Result<Vec<u8>> {
    let mut tensors: Vec<(String, Tensor)> = Vec::new();
    for (i, parameter) in session.population.parameters().iter().enumerate() {
        tensors.push((format!("parameter.{i}"), parameter.as_detached_tensor()));
    }
    let (optimiser_steps, moments) = session.optimiser.state();
    for (i, [first, second]) in moments.enumerate() {
        tensors.push((format!("first.{i}"), first.clone()));
        tensors.push((format!("second.{i}"), second.clone()));
    }
    for (member, best) in extras.best.iter().enumerate() {
        for (i, weights) in best.iter().flat_map(|best| best.weights.iter().enumerate()) {
            tensors.push((format!("best.{member}.{i}"), weights.clone()));
        }
    }
    let members = session.members.iter().map(|member| MemberState {
        values: member.objective.values().to_vec(),
        learning_rate: member.learning_rate,
        active: member.active,
    });
    let metadata = Metadata {
        format: FORMAT,
        stage,
        step: session.step,
        optimiser_steps,
        members: Members::Now(members.collect()),
        sums: Sums::Now(session.sums.iter().map(EpochSums::to_bits).collect()),
        seconds: extras.seconds,
        events: extras.events,
        epochs: extras.epochs,
        places: extras.places.clone(),
        taken: extras.taken.clone(),
        stopped: extras.stopped.clone(),
        best: extras.best.iter().map(|best| best.as_ref().map(|best| (best.errors, best.epoch))).collect(),
    };
    let message = |error: &dyn std::fmt::Display| candle_core::Error::Msg(format!("resume state: {error}"));
    let metadata = serde_json::to_string(&metadata).map_err(|error| message(&error))?;
    let mut bytes = Vec::with_capacity(tensors.len());
    for (name, tensor) in tensors {
        let values: Vec<f32> = tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
        let values: Vec<u8> = values.into_iter().flat_map(f32::to_le_bytes).collect();
        bytes.push((name, tensor.dims().to_vec(), values));
    }
    let views = bytes.iter().map(|(name, shape, values)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), values).map_err(|error| message(&error))?;
        Ok((name.as_str(), view))
    });
    let views = views.collect::<candle_core::Result<Vec<_>>>()?;
    safetensors::serialize(views, Some(HashMap::from([(KEY.to_owned(), metadata)]))).map_err(|error| message(&error))
}

/// Puts a saved state into a session that was made from the same recipe; those of its members that had left are left out.
///
/// # Errors
/// When the bytes are damaged or of another model; the session must not be used then.
pub fn restore(bytes: &[u8], stage: Stage, session: &mut Session, device: &Device) -> candle_core::Result<Extras> {
    let fail = |problem: &dyn std::fmt::Display| candle_core::Error::Msg(problem.to_string());
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| fail(&error))?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| fail(&error))?;
    let text = header.metadata().as_ref().and_then(|entries| entries.get(KEY));
    let text = text.ok_or_else(|| fail(&"it has no metadata"))?;
    let metadata: Metadata = serde_json::from_str(text).map_err(|error| fail(&error))?;
    let count = metadata.places.len();
    let lists = [
        metadata.members.len(),
        metadata.sums.len(),
        metadata.best.len(),
        metadata.taken.len(),
        metadata.stopped.len(),
    ];
    let strange = metadata.places.iter().any(|place| *place >= session.members.len());
    if ![FORMAT - 1, FORMAT].contains(&metadata.format)
        || metadata.stage != stage
        || strange
        || lists.iter().any(|len| *len != count)
    {
        return Err(fail(&"it is of another version or job"));
    }
    if count < session.members.len() {
        session.keep(&metadata.places)?;
    }
    let tensor = |name: String| -> candle_core::Result<Tensor> {
        let view = file.tensor(&name).map_err(|error| fail(&error))?;
        let values: Vec<f32> =
            view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Tensor::from_vec(values, view.shape(), device)
    };
    for (i, parameter) in session.population.parameters().iter().enumerate() {
        parameter.set(&tensor(format!("parameter.{i}"))?)?;
    }
    let slots = session.optimiser.state().1.count();
    let moments = (0..slots).map(|i| Ok([tensor(format!("first.{i}"))?, tensor(format!("second.{i}"))?]));
    session.optimiser.restore(metadata.optimiser_steps, moments.collect::<candle_core::Result<_>>()?)?;
    let other = || fail(&"it is of another version or job");
    metadata.members.restore(&mut session.members).ok_or_else(other)?;
    session.sums = metadata.sums.restore(&session.members).ok_or_else(other)?;
    session.step = metadata.step;
    session.renew_targets();
    let count = session.population.parameters().len();
    let best = metadata.best.into_iter().enumerate().map(|(member, best)| {
        best.map(|(errors, epoch)| {
            let weights =
                (0..count).map(|i| tensor(format!("best.{member}.{i}"))).collect::<candle_core::Result<_>>()?;
            Ok(Best { errors, epoch, weights })
        })
        .transpose()
    });
    Ok(Extras {
        seconds: metadata.seconds,
        events: metadata.events,
        epochs: metadata.epochs,
        places: metadata.places,
        taken: metadata.taken,
        stopped: metadata.stopped,
        best: best.collect::<candle_core::Result<_>>()?,
    })
}
