//! All that is needed to resume from a step, as bytes.

use std::collections::HashMap;

use candle_core::{DType, Tensor, Var};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::layers::InnerLayers;
use super::member::{Best, EpochSums, Member, Status};
use super::session::Session;
use crate::protocol::Stage;
use crate::recipe::fields::{HARD_WEIGHT, SOFT_WEIGHT, TEMPERATURE};

/// The metadata entry.
const KEY: &str = "stillroom-resume";

/// Format of the bytes. Those of the one before are read; a state of another one is not used.
const FORMAT: u32 = 3;

/// What a stage has besides its session.
#[derive(Clone, Copy, Debug, Default)]
pub struct StageProgress {
    /// Seconds spent training.
    pub seconds: f64,
    /// Events that have taken effect.
    pub events: Applied,
    /// Epochs whose end is reported.
    pub epochs: u64,
}

/// Which events of a stage have taken effect: all of earlier steps, and of one step those with lower numbers than this. One that was added
/// while others were replayed has a later number than those and yet an earlier step: a number alone does not say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    step: u64,
    below: u64,
}

impl Applied {
    /// The event of this number takes effect.
    pub fn note(&mut self, step: u64, number: u64) {
        *self = Self { step, below: self.below_at(step).max(number + 1) };
    }

    /// The number below which events of a step have taken effect.
    pub fn below_at(self, step: u64) -> u64 {
        if self.step == step { self.below } else { 0 }
    }
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: u32,
    stage: Stage,
    step: u64,
    optimiser_steps: u64,
    members: Members,
    /// As [`EpochSums::from_bits`] takes them, or [`EpochSums::from_old_bits`].
    sums: Vec<Vec<u64>>,
    seconds: f64,
    /// The number below which events of this very step have taken effect. Older versions wrote that of all events, which is the same unless
    /// one was added while others were replayed.
    events: u64,
    epochs: u64,
    #[serde(rename = "places")]
    indices: Vec<usize>,
    taken: Vec<u64>,
    stopped: Vec<bool>,
    best: Vec<Option<(u64, u64)>>,
    /// The phase that the optimiser is set up for.
    #[serde(default)]
    phase: usize,
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
    /// The indices of those that move on by themselves; none in states of older versions.
    #[serde(default)]
    moving: Vec<usize>,
    learning_rate: f64,
    active: bool,
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
                    if !member.objective.go_on(&state.values, &state.moving) {
                        return None;
                    }
                    member.learning_rate = state.learning_rate;
                    settle(member, state.active);
                }
            }
            Self::Old(states) => {
                for (member, (temperature, soft, hard, learning_rate, active)) in members.iter_mut().zip(states) {
                    let values = [(TEMPERATURE, temperature), (SOFT_WEIGHT, Some(soft)), (HARD_WEIGHT, Some(hard))];
                    for (field, value) in values.into_iter().filter_map(|(field, value)| Some((field, value?))) {
                        member.objective.set(field.path, value);
                    }
                    member.learning_rate = learning_rate;
                    settle(member, active);
                }
            }
        }
        Some(())
    }
}

/// A member that is not active any more has diverged, unless the user has ended it.
fn settle(member: &mut Member, active: bool) {
    if !active {
        member.status = Status::Diverged;
    }
}

/// The sums of a member, as a state of this format has them.
fn sums_of(bits: &[u64], format: u32, member: &Member) -> Option<EpochSums> {
    if format == FORMAT {
        return EpochSums::from_bits(bits);
    }
    let has_soft = member.objective.temperature().is_some();
    Some(EpochSums::from_old_bits(bits.try_into().ok()?, has_soft))
}

/// Writes the state of a stage.
///
/// # Errors
/// When the device fails.
pub fn save(stage: Stage, session: &Session, progress: &StageProgress) -> candle_core::Result<Vec<u8>> {
    let mut tensors: Vec<(String, Tensor)> = Vec::new();
    let all = |name: &str, parameters: &mut dyn Iterator<Item = &Var>, tensors: &mut Vec<(String, Tensor)>| {
        for (i, parameter) in parameters.enumerate() {
            tensors.push((format!("{name}.{i}"), parameter.as_detached_tensor()));
        }
    };
    all("parameter", &mut session.population.parameters().iter(), &mut tensors);
    let own: Vec<Var> = session.layers.iter().flat_map(InnerLayers::own).map(|(own, _)| own).collect();
    all("own", &mut own.iter(), &mut tensors);
    let earlier = session.earlier.iter().flat_map(|earlier| earlier.parameters());
    all("earlier", &mut earlier.into_iter(), &mut tensors);
    let (optimiser_steps, moments) = session.optimiser.state();
    for (i, [first, second]) in moments.enumerate() {
        tensors.push((format!("first.{i}"), first.clone()));
        tensors.push((format!("second.{i}"), second.clone()));
    }
    for (k, member) in session.members.iter().enumerate() {
        for (i, weights) in member.best.iter().flat_map(|best| best.weights.iter().enumerate()) {
            tensors.push((format!("best.{k}.{i}"), weights.clone()));
        }
    }
    let each = || session.members.iter();
    let state = |member: &Member| MemberState {
        values: member.objective.values().values.to_vec(),
        moving: member.objective.moving().collect(),
        learning_rate: member.learning_rate,
        active: member.is_active(),
    };
    let metadata = Metadata {
        format: FORMAT,
        stage,
        step: session.step,
        optimiser_steps,
        members: Members::Now(each().map(state).collect()),
        sums: each().map(|member| member.sums.to_bits()).collect(),
        seconds: progress.seconds,
        events: progress.events.below_at(session.step),
        epochs: progress.epochs,
        indices: each().map(|member| member.index).collect(),
        taken: each().map(|member| member.taken).collect(),
        stopped: each().map(|member| member.status == Status::Stopped).collect(),
        best: each().map(|member| member.best.as_ref().map(|best| (best.errors, best.epoch))).collect(),
        phase: session.phase,
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
pub fn restore(bytes: &[u8], stage: Stage, session: &mut Session) -> candle_core::Result<StageProgress> {
    let fail = |problem: &dyn std::fmt::Display| candle_core::Error::Msg(problem.to_string());
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| fail(&error))?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| fail(&error))?;
    let text = header.metadata().as_ref().and_then(|entries| entries.get(KEY));
    let text = text.ok_or_else(|| fail(&"it has no metadata"))?;
    let metadata: Metadata = serde_json::from_str(text).map_err(|error| fail(&error))?;
    let count = metadata.indices.len();
    let lists = [
        metadata.members.len(),
        metadata.sums.len(),
        metadata.best.len(),
        metadata.taken.len(),
        metadata.stopped.len(),
    ];
    let strange = metadata.indices.iter().any(|index| *index >= session.members.len());
    let is_known = [FORMAT - 1, FORMAT].contains(&metadata.format);
    let is_ahead = metadata.phase >= session.phases();
    if !is_known || metadata.stage != stage || strange || is_ahead || lists.iter().any(|len| *len != count) {
        return Err(fail(&"it is of another version or job"));
    }
    if count < session.members.len() {
        session.keep(&metadata.indices)?;
    }
    session.begin_phase(metadata.phase)?;
    let device = session.population.device();
    let tensor = |name: String| -> candle_core::Result<Tensor> {
        let view = file.tensor(&name).map_err(|error| fail(&error))?;
        let values: Vec<f32> =
            view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Tensor::from_vec(values, view.shape(), &device)
    };
    let put = |name: &str, parameters: &mut dyn Iterator<Item = &Var>| {
        parameters.enumerate().try_for_each(|(i, parameter)| parameter.set(&tensor(format!("{name}.{i}"))?))
    };
    put("parameter", &mut session.population.parameters().iter())?;
    let own: Vec<Var> = session.layers.iter().flat_map(InnerLayers::own).map(|(own, _)| own).collect();
    put("own", &mut own.iter())?;
    if let Some(earlier) = &session.earlier {
        put("earlier", &mut earlier.parameters().iter())?;
    }
    let slots = session.optimiser.state().1.count();
    let moments = (0..slots).map(|i| Ok([tensor(format!("first.{i}"))?, tensor(format!("second.{i}"))?]));
    session.optimiser.restore(metadata.optimiser_steps, moments.collect::<candle_core::Result<_>>()?)?;
    let other = || fail(&"it is of another version or job");
    metadata.members.restore(&mut session.members).ok_or_else(other)?;
    let weights = session.population.parameters().len();
    for (k, member) in session.members.iter_mut().enumerate() {
        member.sums = sums_of(&metadata.sums[k], metadata.format, member).ok_or_else(other)?;
        member.taken = metadata.taken[k];
        if metadata.stopped[k] {
            member.status = Status::Stopped;
        }
        member.best = match metadata.best[k] {
            None => None,
            Some((errors, epoch)) => {
                let weights = (0..weights).map(|i| tensor(format!("best.{k}.{i}")));
                Some(Best { errors, epoch, weights: weights.collect::<candle_core::Result<_>>()? })
            }
        };
    }
    session.step = metadata.step;
    session.renew_targets();
    let events = Applied { step: metadata.step, below: metadata.events };
    Ok(StageProgress { seconds: metadata.seconds, events, epochs: metadata.epochs })
}
