//! The fused training step: forward and backward pass of a population on the CPU in buffers that are kept from step to step,
//! each layer's update made while its gradient is in cache. It does what [`Network::pass`](super::Network::pass), `backward` and the
//! optimiser's own step do through autograd, which stays the reference and serves whoever looks at inner layers.

use candle_core::{DType, Result, Tensor, Var};
use rayon::prelude::*;

use super::calls::called;
use super::{FusedStep, Layer, ModelSpec, Normalisation, Plan};
use crate::data::Inputs;
use crate::ops::fused::{self, ConvShape, DenseShape, GROUP, Grid};
use crate::ops::{FusedOptimiser, Gradient, MemberRate, Slot, clip_factor, norm, with_parameters};
use crate::rng::Key;

/// The buffers of a population's training.
pub struct Trainer {
    network: Layers,
    normalisation: Normalisation,
    batch: usize,
    inputs: Vec<Input>,
    members: Vec<Buffers>,
}

/// The layers as the kernels take them.
struct Layers {
    convs: Vec<Conv>,
    dense: Vec<Dense>,
    /// Numbers of a row of the input.
    row_len: usize,
    /// Multiply-adds of one row, forward.
    cost: usize,
    classes: usize,
}

struct Conv {
    shape: ConvShape,
    /// Where a pixel sees each weight, by input and by output channels.
    forward: Vec<usize>,
    backward: Vec<usize>,
    /// Where its result begins in an image's record, and its window corners among the image's.
    result: usize,
    maxima: usize,
}

struct Dense {
    shape: DenseShape,
    /// Dropout of its output: the index of that layer, which is in its keys, and the rate.
    dropout: Option<(u64, f64)>,
}

/// One input, normalised, as the first layer wants it.
#[derive(Default)]
struct Input {
    planes: Vec<f32>,
    columns: Vec<f32>,
    panels: Vec<f32>,
}

/// What one member's forward pass leaves behind for the backward pass.
#[derive(Default)]
struct Buffers {
    /// Results of the convolutions, an image's record after the other; borders stay 0.
    records: Vec<f32>,
    maxima: Vec<u8>,
    /// The input of each dense layer (the first of an MLP is in [`Input`]) and last the logits.
    columns: Vec<Vec<f32>>,
    panels: Vec<Vec<f32>>,
    /// Gradients of a layer's outputs, and of its inputs.
    gradients: [Vec<f32>; 2],
    rows: Vec<f32>,
    turned: Vec<Vec<f32>>,
    partial: Vec<f32>,
    kept: Vec<Vec<f32>>,
}

impl Trainer {
    /// For networks of this kind with f32 parameters on the CPU; there is none for others.
    pub fn new(spec: &ModelSpec, parameters: &[Var]) -> Option<Self> {
        let first = parameters.first()?;
        if !first.device().is_cpu() || first.dtype() != DType::F32 {
            return None;
        }
        let ModelSpec { plan, reads, .. } = spec;
        let normalisation = reads.normalisation()?;
        let members = (0..first.dim(0).ok()?).map(|_| Buffers::default()).collect();
        let (network, normalisation) = (Layers::new(plan)?, normalisation.clone());
        Some(Self { network, normalisation, batch: 0, inputs: Vec::new(), members })
    }
}

impl FusedStep for Trainer {
    fn forward(&mut self, parameters: &[Var], inputs: &[&Inputs], keys: &[Key]) -> Result<Tensor> {
        called();
        let Self { network, normalisation, members, .. } = self;
        let (count, batch) = (members.len(), inputs.first().map_or(0, |input| input.rows()));
        let fits = |input: &&Inputs| input.rows() == batch && input.row_len() == network.row_len;
        if inputs.is_empty() || !count.is_multiple_of(inputs.len()) || !inputs.iter().all(fits) || keys.len() != count {
            candle_core::bail!("{} inputs and {} keys do not fit {count} members", inputs.len(), keys.len())
        }
        let sharing = Sharing::new(network.cost * batch, count);
        self.inputs.resize_with(inputs.len(), Input::default);
        self.batch = batch;
        for (input, raw) in self.inputs.iter_mut().zip(inputs) {
            network.take(sharing.wide, input, raw, &normalisation.offset, &normalisation.scale);
        }
        let len = batch * network.classes;
        let mut logits = vec![0.0_f32; count * len];
        let inputs = &self.inputs;
        with_parameters(parameters, |parameters| {
            let work = |(k, (buffers, logits)): (usize, (&mut Buffers, &mut [f32]))| {
                let own: Vec<&[f32]> =
                    parameters.iter().map(|p| &p[k * (p.len() / count)..][..p.len() / count]).collect();
                let input = &inputs[k * inputs.len() / count];
                network.forward(sharing.wide, batch, input, &own, keys[k], buffers, logits);
            };
            let all = members.iter_mut().zip(logits.chunks_mut(len.max(1)));
            if sharing.members {
                let all: Vec<_> = all.enumerate().collect();
                all.into_par_iter().with_max_len(1).for_each(work);
            } else {
                all.enumerate().for_each(work);
            }
        })?;
        Tensor::from_vec(logits, (count, batch, network.classes), &candle_core::Device::Cpu)
    }

    fn backward(&mut self, optimiser: &mut FusedOptimiser, gradient: &Tensor, rates: &[MemberRate]) -> Result<()> {
        let Self { network, members, batch, inputs, .. } = self;
        let (count, batch) = (members.len(), *batch);
        if gradient.dims() != [count, batch, network.classes] || rates.len() != count {
            candle_core::bail!("a gradient {:?} does not fit the last batch", gradient.dims())
        }
        let gradient: Vec<f32> = gradient.flatten_all()?.to_vec1()?;
        let sharing = Sharing::new(2 * network.cost * batch, count);
        optimiser.update_members(rates, |slots, limit| {
            let work = |(k, (buffers, gradient, mut slots)): (usize, Share<'_>)| {
                let input = &inputs[k * inputs.len() / count];
                if slots.iter().all(Slot::active) {
                    network.backward(sharing.wide, batch, input, gradient, buffers, &mut slots, limit);
                }
            };
            let len = (batch * network.classes).max(1);
            let all = members.iter_mut().zip(gradient.chunks(len)).zip(slots);
            let all = all.map(|((buffers, gradient), slots)| (buffers, gradient, slots)).enumerate();
            if sharing.members {
                let all: Vec<_> = all.collect();
                all.into_par_iter().with_max_len(1).for_each(work);
            } else {
                all.for_each(work);
            }
        })
    }
}

/// One member's part of a backward pass: buffers, the gradient by its logits, and what is to be updated.
type Share<'a> = (&'a mut Buffers, &'a [f32], Vec<Slot<'a>>);

/// How work is shared out over threads. It changes no bits.
#[derive(Clone, Copy)]
struct Sharing {
    /// Members side by side.
    members: bool,
    /// Each member's layers in blocks.
    wide: bool,
}

impl Sharing {
    /// `cost` multiply-adds for each of so many members.
    fn new(cost: usize, members: usize) -> Self {
        // Waking another thread takes longer than a million of them.
        let (threads, much) = (rayon::current_num_threads(), 4 << 20);
        let wide = threads > 1 && members < threads.max(2) && cost > much;
        Self { members: threads > 1 && !wide && members > 1 && cost * members > much / 4, wide }
    }
}

impl Layers {
    /// `None` where the layers are not those of an MLP or of convolutions with pooling before one.
    fn new(plan: &Plan) -> Option<Self> {
        let mut convs: Vec<Conv> = Vec::new();
        let mut dense: Vec<Dense> = Vec::new();
        let mut sides = match *plan.input {
            [_, height, width] => (height, width),
            _ => (1, 1),
        };
        let (mut result, mut maxima, mut cost) = (0, 0, 0);
        for (index, layer) in plan.layers().iter().enumerate() {
            match layer {
                Layer::Conv { input, output, .. } => {
                    if !matches!(plan.layers().get(index + 1), Some(Layer::Pool)) {
                        return None;
                    }
                    let shape = ConvShape { input: *input, output: *output, height: sides.0, width: sides.1 };
                    let (forward, backward) = (shape.offsets(*input), shape.offsets(*output));
                    convs.push(Conv { shape, forward, backward, result, maxima });
                    sides = shape.pooled();
                    cost += shape.weights() * shape.height * shape.width;
                    // The next convolution's planes, or the numbers themselves; see `Network::result`.
                    let next = ConvShape { input: *output, output: 1, height: sides.0, width: sides.1 };
                    let last = !plan.layers()[index + 1..].iter().any(|layer| matches!(layer, Layer::Conv { .. }));
                    result += if last { shape.pooled_len() } else { output * next.plane() };
                    maxima += shape.pooled_len();
                }
                Layer::Pool | Layer::Flatten => {}
                Layer::Dense { input, output, relu, .. } => {
                    let shape = DenseShape { input: *input, output: *output, relu: *relu };
                    dense.push(Dense { shape, dropout: None });
                    cost += input * output;
                }
                Layer::Dropout { rate } => dense.last_mut()?.dropout = Some((index as u64, *rate)),
            }
        }
        let row_len = plan.input.iter().product();
        Some(Self { convs, dense, row_len, cost, classes: plan.classes })
    }

    /// Where convolution `i` leaves its result within an image's record.
    fn result(&self, i: usize) -> (std::ops::Range<usize>, Grid) {
        let conv = &self.convs[i];
        let (len, grid) = match self.convs.get(i + 1) {
            Some(next) => (next.shape.input * next.shape.plane(), next.shape.inside()),
            None => (conv.shape.pooled_len(), conv.shape.compact()),
        };
        (conv.result..conv.result + len, grid)
    }

    /// Numbers and window corners of an image's record.
    fn record(&self) -> (usize, usize) {
        let last = self.convs.len().saturating_sub(1);
        self.convs.last().map_or((0, 0), |conv| (self.result(last).0.end, conv.maxima + conv.shape.pooled_len()))
    }

    /// Normalises an input and lays it out.
    fn take(&self, wide: bool, input: &mut Input, raw: &Inputs, offset: &[f32], scale: &[f32]) {
        let (batch, len) = (raw.rows(), self.row_len);
        let normalise = |row: &mut [f32]| {
            if let ([offset], [scale]) = (offset, scale) {
                // As candle's `affine` in `Normalisation::apply`.
                let add = (-f64::from(*offset) * f64::from(*scale)) as f32;
                for x in row {
                    *x = *x * scale + add;
                }
            } else {
                for (x, (offset, scale)) in row.iter_mut().zip(offset.iter().zip(scale)) {
                    *x = (*x - offset) * scale;
                }
            }
        };
        let mut row = vec![0.0; len];
        if let Some(Conv { shape, .. }) = self.convs.first() {
            let (inside, plane) = (shape.inside(), shape.plane());
            fill_up(&mut input.planes, batch * shape.input * plane);
            for (raw, planes) in raw.values().chunks_exact(len).zip(input.planes.chunks_exact_mut(shape.input * plane))
            {
                row.copy_from_slice(raw);
                normalise(&mut row);
                for (channel, raw) in planes.chunks_exact_mut(plane).zip(row.chunks_exact(shape.height * shape.width)) {
                    for (y, raw) in raw.chunks_exact(shape.width).enumerate() {
                        channel[inside.start + y * inside.pitch..][..shape.width].copy_from_slice(raw);
                    }
                }
            }
        } else {
            fill_up(&mut input.panels, fused::panels_len(batch, len));
            fill_up(&mut input.columns, len * fused::columns(batch));
            let mut rows = raw.values().to_vec();
            rows.chunks_exact_mut(len).for_each(normalise);
            fused::rows_to_panels(&rows, len, batch, len, &mut input.panels);
            fused::to_columns(wide, &rows, len, batch, len, &mut input.columns);
        }
    }

    fn forward(
        &self,
        wide: bool,
        batch: usize,
        input: &Input,
        parameters: &[&[f32]],
        key: Key,
        buffers: &mut Buffers,
        logits: &mut [f32],
    ) {
        let (of_convs, of_dense) = parameters.split_at(2 * self.convs.len());
        let Buffers { records, maxima, columns, panels, .. } = buffers;
        let pitch = fused::columns(batch);
        let own = usize::from(self.convs.is_empty());
        columns.resize_with(self.dense.len() + 1, Vec::new);
        panels.resize_with(self.dense.len(), Vec::new);
        for (i, dense) in self.dense.iter().enumerate() {
            fill_up(&mut columns[i + 1], dense.shape.output * pitch);
            if i >= own {
                fill_up(&mut panels[i], fused::panels_len(batch, dense.shape.input));
            }
        }
        if !self.convs.is_empty() {
            self.forward_images(wide, batch, input, of_convs, records, maxima);
            let (len, result) = (self.record().0, self.result(self.convs.len() - 1).0);
            fill_up(&mut columns[0], result.len() * pitch);
            let features = &records[result.start..];
            fused::to_columns(wide, features, len, batch, result.len(), &mut columns[0]);
            fused::rows_to_panels(features, len, batch, result.len(), &mut panels[0]);
        }
        for (i, (dense, parameters)) in self.dense.iter().zip(of_dense.chunks_exact(2)).enumerate() {
            let (before, after) = columns.split_at_mut(i + 1);
            let x = if i < own { &input.columns } else { &before[i] };
            let y = &mut after[0];
            fused::dense_forward(wide, dense.shape, batch, x, parameters[0], parameters[1], y);
            if let Some((index, rate)) = dense.dropout {
                drop_out(dense.shape.output, batch, rate, key.at(index), y);
            }
            match panels.get_mut(i + 1) {
                Some(panels) => fused::to_panels(wide, y, batch, dense.shape.output, panels),
                None => fused::to_rows(false, y, batch, dense.shape.output, logits),
            }
        }
    }

    fn forward_images(
        &self,
        wide: bool,
        batch: usize,
        input: &Input,
        parameters: &[&[f32]],
        records: &mut Vec<f32>,
        maxima: &mut Vec<u8>,
    ) {
        let (record, corners) = self.record();
        fill_up(records, batch * record);
        if maxima.len() < batch * corners {
            maxima.resize(batch * corners, 0);
        }
        let room = self.convs.iter().map(|conv| conv.shape.output * conv.shape.spread()).max().unwrap_or(0);
        let first = self.convs.first().map_or(0, |conv| conv.shape.input * conv.shape.plane());
        let run = |(image, (record, maxima)): (usize, (&mut [f32], &mut [u8]))| {
            fused::with_room(room, |z| {
                for (i, (conv, parameters)) in self.convs.iter().zip(parameters.chunks_exact(2)).enumerate() {
                    let (range, grid) = self.result(i);
                    let (before, result) = record.split_at_mut(range.start);
                    let x = match i.checked_sub(1) {
                        None => &input.planes[image * first..][..first],
                        Some(i) => &before[self.result(i).0],
                    };
                    let maxima = &mut maxima[conv.maxima..];
                    conv.shape.forward(&conv.forward, x, [parameters[0], parameters[1]], z, (result, grid), maxima);
                }
            });
        };
        if wide {
            let all = records[..batch * record].par_chunks_exact_mut(record);
            all.zip(maxima.par_chunks_exact_mut(corners)).enumerate().for_each(run);
        } else {
            let all = records[..batch * record].chunks_exact_mut(record);
            all.zip(maxima.chunks_exact_mut(corners)).enumerate().for_each(run);
        }
    }

    fn backward(
        &self,
        wide: bool,
        batch: usize,
        input: &Input,
        gradient: &[f32],
        buffers: &mut Buffers,
        slots: &mut [Slot<'_>],
        limit: Option<f64>,
    ) {
        let pitch = fused::columns(batch);
        let widest = self.dense.iter().map(|dense| dense.shape.input.max(dense.shape.output)).max().unwrap_or(0);
        buffers.gradients.iter_mut().for_each(|gradient| fill_up(gradient, widest * pitch));
        if limit.is_some() {
            buffers.kept.resize_with(slots.len(), Vec::new);
            buffers.kept.iter_mut().zip(slots.iter()).for_each(|(kept, slot)| kept.resize(slot.len(), 0.0));
        }
        let (of_convs, of_dense) = slots.split_at_mut(2 * self.convs.len());
        let [dz, dx] = &mut buffers.gradients;
        fused::to_columns(false, gradient, self.classes, batch, self.classes, dz);
        let own = usize::from(self.convs.is_empty());
        for (i, (dense, slots)) in self.dense.iter().zip(of_dense.chunks_exact_mut(2)).enumerate().rev() {
            let [w, b] = slots else { continue };
            if i >= own {
                fused::dense_input_gradient(wide, dense.shape, batch, dz, w.values(), dx);
            }
            let x = if i < own { &input.panels } else { &buffers.panels[i] };
            let kept = limit.and_then(|_| buffers.kept.get_mut(2 * (self.convs.len() + i)..)?.get_mut(..2));
            let what = match kept {
                Some([w, b]) => [Gradient::Keep(w), Gradient::Keep(b)],
                _ => [Gradient::Update, Gradient::Update],
            };
            let [what_w, what_b] = what;
            fused::dense_gradient(wide, dense.shape, batch, dz, x, [(w, what_w), (b, what_b)]);
            if i > 0 {
                let kept = self.dense[i - 1].dropout.map_or(1.0, |(_, rate)| (1.0 / (1.0 - rate)) as f32);
                let len = dense.shape.input * pitch;
                fused::gate(&mut dx[..len], &buffers.columns[i], kept);
            }
            std::mem::swap(dz, dx);
        }
        if !self.convs.is_empty() {
            self.backward_images(wide, batch, input, buffers, of_convs, limit.is_some());
        }
        if let Some(limit) = limit {
            let scale = clip_factor(norm(buffers.kept.iter().map(Vec::as_slice)), limit);
            for (slot, gradient) in slots.iter_mut().zip(&buffers.kept) {
                slot.set_scale(scale);
                slot.update_all(wide, gradient);
            }
        }
    }

    /// From the gradient by the features (in `gradients[0]`, columns) through the convolutions.
    fn backward_images(
        &self,
        wide: bool,
        batch: usize,
        input: &Input,
        buffers: &mut Buffers,
        slots: &mut [Slot<'_>],
        keep: bool,
    ) {
        let Buffers { records, maxima, gradients, rows, turned, partial, kept, .. } = buffers;
        let (record, corners) = self.record();
        let features = self.convs.last().map_or(0, |conv| conv.shape.pooled_len());
        fill_up(rows, batch * features);
        fused::to_rows(wide, &gradients[0], batch, features, rows);
        turned.resize_with(self.convs.len(), Vec::new);
        for ((conv, turned), slots) in self.convs.iter().zip(turned.iter_mut()).zip(slots.chunks_exact(2)).skip(1) {
            turned.resize(conv.shape.weights(), 0.0);
            conv.shape.turned(slots[0].values(), turned);
        }
        let sizes = self.convs.iter().map(|conv| conv.shape.weights() + conv.shape.output);
        let total: usize = sizes.sum();
        let groups = batch.div_ceil(GROUP);
        fill_up(partial, groups * total);
        let (records, maxima, rows, turned) = (&*records, &*maxima, &*rows, &*turned);
        let planes = self.convs.iter().map(|conv| conv.shape.output * conv.shape.plane()).max().unwrap_or(0);
        let spread = self.convs.iter().skip(1).map(|conv| conv.shape.input * conv.shape.spread()).max().unwrap_or(0);
        let first = self.convs.first().map_or(0, |conv| conv.shape.input * conv.shape.plane());
        let run = |(group, partial): (usize, &mut [f32])| {
            let images = group * GROUP..((group + 1) * GROUP).min(batch);
            fused::with_room(GROUP * (planes + spread), |room| {
                let (all_dz, all_dx) = room.split_at_mut(GROUP * planes);
                let mut end = total;
                for (i, conv) in self.convs.iter().enumerate().rev() {
                    let shape = conv.shape;
                    let (len, (range, grid)) = (shape.output * shape.plane(), self.result(i));
                    for (index, image) in images.clone().enumerate() {
                        let dz = &mut all_dz[index * len..][..len];
                        let dx = &mut all_dx[index * spread..][..spread];
                        let dy = match self.convs.get(i + 1) {
                            Some(next) => (&*dx, next.shape.spread_grid()),
                            None => (&rows[image * features..][..features], shape.compact()),
                        };
                        let y = &records[image * record..][..record][range.clone()];
                        let maxima = &maxima[image * corners..][..corners][conv.maxima..];
                        shape.unpool(dy, (y, grid), maxima, dz);
                        if i > 0 {
                            shape.input_gradient(&conv.backward, dz, &turned[i], dx);
                        }
                    }
                    let (x, stride) = match i.checked_sub(1) {
                        None => (&input.planes[images.start * first..], first),
                        Some(i) => (&records[images.start * record + self.result(i).0.start..], record),
                    };
                    let start = end - shape.weights() - shape.output;
                    let (dw, db) = partial[start..end].split_at_mut(shape.weights());
                    shape.weight_gradient(images.len(), all_dz, x, stride, dw, db);
                    end = start;
                }
            });
        };
        if wide {
            partial[..groups * total].par_chunks_exact_mut(total).enumerate().for_each(run);
        } else {
            partial[..groups * total].chunks_exact_mut(total).enumerate().for_each(run);
        }
        // The sums of the groups, in order.
        let (sum, others) = partial[..groups * total].split_at_mut(total);
        for other in others.chunks_exact(total) {
            for (sum, other) in sum.iter_mut().zip(other) {
                *sum += other;
            }
        }
        let mut sum = &*sum;
        for (i, slot) in slots.iter_mut().enumerate() {
            let (own, rest) = sum.split_at(slot.len());
            sum = rest;
            slot.settle(if keep { Gradient::Keep(&mut kept[i]) } else { Gradient::Update }, own);
        }
    }
}

/// Sets a share of the numbers to 0 and scales the others, as [`crate::ops::dropout`] does on rows.
fn drop_out(units: usize, batch: usize, rate: f64, key: Key, y: &mut [f32]) {
    let kept = (1.0 / (1.0 - rate)) as f32;
    for (unit, y) in y.chunks_exact_mut(fused::columns(batch)).enumerate().take(units) {
        for (row, y) in y[..batch].iter_mut().enumerate() {
            *y *= if key.uniform((row * units + unit) as u64) < rate { 0.0 } else { kept };
        }
    }
}

/// Makes a buffer at least so long; what is in it stays.
fn fill_up(buffer: &mut Vec<f32>, len: usize) {
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
}
