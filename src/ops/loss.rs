//! The distillation loss of a population: both terms, the total and its gradient in one pass.
//!
//! For student logits z and the teacher's softened distribution p at the member's T, with q = softmax(z/T):
//! soft = KL(p ‖ q), averaged over the rows that have a target (0 without any); hard = cross-entropy of softmax(z) with the label, averaged over the labelled rows
//! (0 without any); total = soft weight · T² · soft + hard weight · hard (Hinton, Vinyals & Dean 2015, section 2; without
//! T² where that is switched off). By z: T² · ∂soft = T (q − p) / rows with a target, ∂hard = (softmax(z) − y) / labelled rows.

use std::sync::Mutex;

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::element::{slice, vectorised, with_element, with_slice};
use super::{Backend, Element};

/// What one member descends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemberLoss {
    /// T > 0; `None` for a member without a teacher, whose total is the hard term times its weight.
    pub temperature: Option<f64>,
    /// Weight of the soft term.
    pub soft_weight: f64,
    /// Weight of the hard term.
    pub hard_weight: f64,
    /// Whether the soft term carries T².
    pub temperature_squared: bool,
    /// Which of the targets are this member's.
    pub target: usize,
    /// Which of the label rows are this member's.
    pub labels: usize,
}

impl MemberLoss {
    /// The factor of the soft term in the total.
    pub fn soft_factor(&self) -> f64 {
        match self.temperature {
            None => 0.0,
            Some(t) if self.temperature_squared => self.soft_weight * t * t,
            Some(_) => self.soft_weight,
        }
    }

    /// The total of given terms.
    pub fn total(&self, soft: f64, hard: f64) -> f64 {
        // A term of weight 0 must not spoil the total by 0 · ∞.
        let part = |factor: f64, term: f64| if factor == 0.0 { 0.0 } else { factor * term };
        part(self.soft_factor(), soft) + part(self.hard_weight, hard)
    }
}

/// The terms of one step, a number a member.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// KL(teacher ‖ student) at T in nats, unweighted and without T²; 0 for a member without T.
    pub soft: Vec<f64>,
    /// Cross-entropy over the labelled rows, unweighted.
    pub hard: Vec<f64>,
    /// The weighted total.
    pub total: Vec<f64>,
    /// Norm over the batch of the soft term's gradient by the logits, weighted as in the total (T² included).
    pub soft_norm: Vec<f64>,
    /// The same of the hard term's.
    pub hard_norm: Vec<f64>,
    /// Cosine of the angle between those two gradients; 0 where one of them is zero.
    pub cosine: Vec<f64>,
    /// Rows that have a target, which the soft term is a mean over.
    pub answered: Vec<usize>,
}

impl Terms {
    /// The soft term's share of the gradient, `soft_norm / (soft_norm + hard_norm)`; `None` where there is no gradient, or
    /// no such member.
    pub fn soft_share(&self, member: usize) -> Option<f64> {
        let (soft, hard) = (*self.soft_norm.get(member)?, *self.hard_norm.get(member)?);
        let share = soft / (soft + hard);
        share.is_finite().then_some(share)
    }
}

/// The loss of one batch for all members.
#[derive(Clone, Debug)]
pub struct DistillationLoss<'a> {
    /// One a member.
    pub members: &'a [MemberLoss],
    /// Softened distributions of the teacher at each member's T, `[targets, batch, classes]`; NaN in a row without one. `None` where no
    /// member has one.
    pub targets: Option<&'a Tensor>,
    /// Classes of the rows, `[label sets][batch]`; `None` for a row without a label.
    pub labels: &'a [Vec<Option<u32>>],
}

impl DistillationLoss<'_> {
    /// The sum of all members' totals (a scalar whose gradient is each member's own, since members share nothing) and the
    /// terms. `logits` is `[K, batch, classes]`.
    ///
    /// # Errors
    /// When shapes, targets and labels do not fit each other.
    pub fn forward(&self, logits: &Tensor, backend: Backend) -> Result<(Tensor, Terms)> {
        let (members, batch, classes) = logits.dims3()?;
        let targets = self.targets.map_or(Ok(0), |targets| match targets.dims3()? {
            (count, rows, columns) if rows == batch && columns == classes => Ok(count),
            _ => candle_core::bail!("targets {:?} do not fit logits {:?}", targets.dims(), logits.dims()),
        })?;
        let fits = |m: &MemberLoss| {
            self.labels.get(m.labels).is_some_and(|labels| labels.len() == batch)
                && (m.temperature.is_none() || m.target < targets)
        };
        if self.members.len() != members || !self.members.iter().all(fits) {
            candle_core::bail!("the loss is for other members than the logits")
        }
        if self.labels.iter().flatten().flatten().any(|label| *label as usize >= classes) {
            candle_core::bail!("a label is not below {classes}")
        }
        match backend {
            Backend::Native => self.kernel(logits),
            Backend::Candle => self.composed(logits),
        }
    }

    fn kernel(&self, logits: &Tensor) -> Result<(Tensor, Terms)> {
        let logits = logits.contiguous()?;
        let (_, batch, classes) = logits.dims3()?;
        let (terms, gradient) = with_element!(logits.dtype(), T => {
            let none = Tensor::zeros(0, logits.dtype(), logits.device())?;
            let (terms, gradient) = with_slice::<T, _>(&logits, |z| {
                with_slice::<T, _>(self.targets.unwrap_or(&none), |p| self.pass(z, p, batch, classes))
            })??;
            (terms, <T as candle_core::WithDType>::to_cpu_storage_owned(gradient))
        });
        let sum = terms.total.iter().sum();
        let op = KeptGradient { sum, gradient: Mutex::new(Some(gradient)) };
        Ok((logits.apply_op1(op)?, terms))
    }

    /// Terms and gradient, worked out in f64 whatever the logits are: at high T both come from small differences.
    fn pass<T: Element>(&self, z: &[T], p: &[T], batch: usize, classes: usize) -> (Terms, Vec<T>) {
        let members = self.members.len();
        let len = batch * classes;
        let mut gradient = vec![T::zero_value(); members * len];
        let mut sums = vec![Sums::default(); members];
        let pass = |(k, (sums, gradient)): (usize, (&mut Sums, &mut [T]))| {
            let member = &self.members[k];
            let labels = &self.labels[member.labels];
            let p = if member.temperature.is_some() { &p[member.target * len..][..len] } else { &[] };
            let z = &z[k * len..][..len];
            *sums = vectorised!(<'a, T> (
                member: &'a MemberLoss,
                z: &'a [T],
                p: &'a [T],
                labels: &'a [Option<u32>],
                classes: usize,
                gradient: &'a mut [T],
            ) -> Sums { member_pass(member, z, p, labels, classes, gradient) });
        };
        // Small losses are done before another thread has woken up.
        if members * len > 1 << 14 {
            sums.par_iter_mut().zip(gradient.par_chunks_mut(len.max(1))).enumerate().for_each(pass);
        } else {
            sums.iter_mut().zip(gradient.chunks_mut(len.max(1))).enumerate().for_each(pass);
        }
        (self.terms(&sums), gradient)
    }

    fn terms(&self, sums: &[Sums]) -> Terms {
        let each = |number: fn(&Sums) -> f64| sums.iter().map(number).collect();
        Terms {
            soft: each(|sums| sums.soft),
            hard: each(|sums| sums.hard),
            total: self.members.iter().zip(sums).map(|(member, sums)| member.total(sums.soft, sums.hard)).collect(),
            soft_norm: each(|sums| sums.soft_square.sqrt()),
            hard_norm: each(|sums| sums.hard_square.sqrt()),
            cosine: each(|sums| {
                let lengths = sums.soft_square.sqrt() * sums.hard_square.sqrt();
                if lengths == 0.0 { 0.0 } else { (sums.product / lengths).clamp(-1.0, 1.0) }
            }),
            answered: sums.iter().map(|sums| sums.answered).collect(),
        }
    }

    /// The same from candle's operations, in f64 where the device has it.
    fn composed(&self, logits: &Tensor) -> Result<(Tensor, Terms)> {
        let (members, batch, classes) = logits.dims3()?;
        let device = logits.device();
        let dtype = if device.is_metal() { DType::F32 } else { DType::F64 };
        let z = logits.to_dtype(dtype)?;
        let column =
            |values: Vec<f64>, shape: (usize, usize, usize)| Tensor::from_vec(values, shape, device)?.to_dtype(dtype);
        let each =
            |number: &dyn Fn(&MemberLoss) -> f64| column(self.members.iter().map(number).collect(), (members, 1, 1));

        // Each term, and its gradient before it is weighted.
        let mut answered = vec![batch; members];
        let (soft, soft_gradient) = match self.targets {
            None => (Tensor::zeros(members, dtype, device)?, z.detach().zeros_like()?),
            Some(targets) => {
                let index: Vec<u32> = self.members.iter().map(|m| m.target as u32).collect();
                let p = targets.to_dtype(dtype)?.index_select(&Tensor::from_vec(index, members, device)?, 0)?;
                let t = each(&|m| m.temperature.unwrap_or(1.0))?;
                let log_q = candle_nn::ops::log_softmax(&z.broadcast_div(&t)?, 2)?;
                // A row without a target has what the student says itself, which pulls at nothing.
                let first = p.narrow(2, 0, 1)?;
                let has_target = first.eq(&first)?;
                let p = has_target.broadcast_as(p.shape())?.where_cond(&p, &log_q.exp()?.detach())?;
                let has_target = has_target.squeeze(2)?.to_dtype(dtype)?;
                let counts: Vec<f64> = has_target.sum(1)?.to_dtype(DType::F64)?.to_vec1()?;
                answered = counts.iter().map(|count| *count as usize).collect();
                let counts: Vec<f64> = counts.into_iter().map(|count| count.max(1.0)).collect();
                let over = Tensor::from_vec(counts.clone(), members, device)?.to_dtype(dtype)?;
                let log_p = p.maximum(f64::MIN_POSITIVE)?.log()?;
                // Σ (p log(p/q) − p + q): the same as Σ p log(p/q) for distributions, and exact where their sums are off
                // by a rounding.
                let q = log_q.exp()?;
                let divergence =
                    p.mul(&(log_p - &log_q)?)?.sub(&p)?.add(&q)?.sum(2)?.mul(&has_target)?.sum(1)?.div(&over)?;
                let distils = each(&|m| f64::from(u8::from(m.temperature.is_some())))?;
                let rates = self.members.iter().zip(&counts);
                let rates = rates.map(|(m, count)| m.temperature.map_or(0.0, |t| 1.0 / (t * count)));
                let rate = column(rates.collect(), (members, 1, 1))?;
                (divergence.mul(&distils.flatten_all()?)?, q.detach().sub(&p)?.broadcast_mul(&rate)?)
            }
        };

        let mut picks = vec![0.0; members * batch * classes];
        for (k, member) in self.members.iter().enumerate() {
            let labels = &self.labels[member.labels];
            let labelled = labels.iter().flatten().count().max(1) as f64;
            for (row, label) in labels.iter().enumerate() {
                if let Some(label) = label {
                    picks[(k * batch + row) * classes + *label as usize] = 1.0 / labelled;
                }
            }
        }
        let picks = column(picks, (members, batch, classes))?;
        let log_softmax = candle_nn::ops::log_softmax(&z, 2)?;
        let hard = log_softmax.mul(&picks)?.sum((1, 2))?.neg()?;
        let hard_gradient = log_softmax.detach().exp()?.broadcast_mul(&picks.sum_keepdim(2)?)?.sub(&picks)?;

        let soft_factors = each(&MemberLoss::soft_factor)?.flatten_all()?;
        let hard_factors = each(&|m| m.hard_weight)?.flatten_all()?;
        let total = (soft.mul(&soft_factors)? + hard.mul(&hard_factors)?)?.sum_all()?.to_dtype(logits.dtype())?;

        let product = |a: &Tensor, b: &Tensor| a.mul(b)?.sum((1, 2));
        let numbers = [
            soft.detach(),
            hard.detach(),
            product(&soft_gradient, &soft_gradient)?.mul(&soft_factors.sqr()?)?,
            product(&hard_gradient, &hard_gradient)?.mul(&hard_factors.sqr()?)?,
            product(&soft_gradient, &hard_gradient)?.mul(&soft_factors)?.mul(&hard_factors)?,
        ];
        let rows: Vec<Vec<f64>> = Tensor::stack(&numbers, 1)?.to_dtype(DType::F64)?.to_vec2()?;
        let sums = rows.iter().zip(answered).map(|(row, answered)| match **row {
            [soft, hard, soft_square, hard_square, product] => {
                Sums { soft, hard, soft_square, hard_square, product, answered }
            }
            _ => Sums::default(),
        });
        Ok((total, self.terms(&sums.collect::<Vec<_>>())))
    }
}

/// What one member's pass adds up.
#[derive(Clone, Copy, Default)]
struct Sums {
    soft: f64,
    hard: f64,
    /// Squares of the weighted gradients, and their inner product.
    soft_square: f64,
    hard_square: f64,
    product: f64,
    answered: usize,
}

/// Rows that are worked on side by side, class by class: what the vector units want.
const LANES: usize = 16;

/// One member's terms; writes its gradient.
#[inline(always)]
#[allow(clippy::inline_always, reason = "must be inlined to be compiled for the instruction set it is dispatched to")]
fn member_pass<T: Element>(
    member: &MemberLoss,
    z: &[T],
    p: &[T],
    labels: &[Option<u32>],
    classes: usize,
    gradient: &mut [T],
) -> Sums {
    let labelled = labels.iter().flatten().count().max(1) as f64;
    let is_silent = |row: usize| member.temperature.is_some() && p[row * classes].to_f64().is_nan();
    let answered = (0..labels.len()).filter(|row| !is_silent(*row)).count();
    let silent = labels.len() - answered;
    let (soft_factor, hard_factor) = (member.soft_factor() / answered.max(1) as f64, member.hard_weight / labelled);
    let mut all = Sums { answered, ..Sums::default() };
    // Numbers of a block of rows, `[classes, LANES]`; rows that are not there hold zeros and are left out of all sums.
    let mut logits = vec![0.0_f64; classes * LANES];
    let [mut scaled, mut target, mut q, mut soft_gradient] = [(); 4].map(|()| vec![0.0_f64; classes * LANES]);
    for (block, labels) in labels.chunks(LANES).enumerate() {
        let at = block * LANES * classes;
        let count = labels.len() * classes;
        transpose(&z[at..][..count], classes, &mut logits);
        let mut lanes = [[0.0; LANES]; 4];
        let [soft, soft_square, hard_square, product] = &mut lanes;
        if let Some(t) = member.temperature {
            transpose(&p[at..][..count], classes, &mut target);
            let inverse = 1.0 / t;
            for (scaled, z) in scaled.iter_mut().zip(&logits) {
                *scaled = z * inverse;
            }
            let log_sum = softmax(&scaled, &mut q);
            for row in (0..labels.len()).filter(|row| silent > 0 && is_silent(block * LANES + row)) {
                say_the_same(&mut target[row..], &q[row..]);
            }
            let rate = soft_factor * inverse;
            for (position, p) in target.chunks_exact(LANES).enumerate() {
                let (scaled, q) = (&scaled[position * LANES..][..LANES], &q[position * LANES..][..LANES]);
                let gradient = &mut soft_gradient[position * LANES..][..LANES];
                for i in 0..LANES {
                    // p log(p/q) − p + q, see the one of candle's operations.
                    let log_ratio = p[i] * (ln(p[i].max(f64::MIN_POSITIVE)) - (scaled[i] - log_sum[i]));
                    soft[i] += if p[i] > 0.0 { log_ratio } else { 0.0 } - p[i] + q[i];
                    gradient[i] = if soft_factor == 0.0 { 0.0 } else { rate * (q[i] - p[i]) };
                    soft_square[i] += gradient[i] * gradient[i];
                }
            }
        }
        let log_sum = softmax(&logits, &mut q);
        let mut weights = [0.0; LANES];
        for (row, label) in labels.iter().enumerate() {
            if let Some(label) = label {
                let own = *label as usize * LANES + row;
                all.hard += log_sum[row] - logits[own];
                q[own] -= 1.0;
                weights[row] = hard_factor;
            }
        }
        for (q, soft) in q.chunks_exact_mut(LANES).zip(soft_gradient.chunks_exact(LANES)) {
            for i in 0..LANES {
                let hard = if weights[i] == 0.0 { 0.0 } else { weights[i] * q[i] };
                hard_square[i] += hard * hard;
                product[i] += hard * soft[i];
                q[i] = hard + soft[i];
            }
        }
        for (row, gradient) in gradient[at..][..count].chunks_exact_mut(classes).enumerate() {
            for (gradient, sum) in gradient.iter_mut().zip(q[row..].iter().step_by(LANES)) {
                *gradient = T::from_f64(*sum);
            }
        }
        for row in 0..labels.len() {
            all.soft += if silent > 0 && is_silent(block * LANES + row) { 0.0 } else { soft[row] };
            all.soft_square += soft_square[row];
            all.hard_square += hard_square[row];
            all.product += product[row];
        }
    }
    all.soft /= answered.max(1) as f64;
    all.hard /= labelled;
    all
}

/// Gives a row the student's own distribution for a target, which pulls at nothing.
fn say_the_same(target: &mut [f64], q: &[f64]) {
    for (p, q) in target.iter_mut().step_by(LANES).zip(q.iter().step_by(LANES)) {
        *p = *q;
    }
}

/// Rows of numbers to `[classes, LANES]`.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as above")]
fn transpose<T: Element>(rows: &[T], classes: usize, columns: &mut [f64]) {
    if rows.len() < columns.len() {
        columns.fill(0.0);
    }
    for (row, values) in rows.chunks_exact(classes).enumerate() {
        for (column, value) in columns[row..].iter_mut().step_by(LANES).zip(values) {
            *column = value.to_f64();
        }
    }
}

/// Writes softmax(z) to `q`, both `[classes, LANES]`, and returns log Σ exp(z) of each row.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as above")]
fn softmax(z: &[f64], q: &mut [f64]) -> [f64; LANES] {
    let (mut max, mut sum, mut inverse) = ([f64::NEG_INFINITY; LANES], [0.0; LANES], [0.0; LANES]);
    for z in z.chunks_exact(LANES) {
        for i in 0..LANES {
            max[i] = if z[i] > max[i] { z[i] } else { max[i] };
        }
    }
    for (q, z) in q.chunks_exact_mut(LANES).zip(z.chunks_exact(LANES)) {
        for i in 0..LANES {
            q[i] = exp(z[i] - max[i]);
            sum[i] += q[i];
        }
    }
    for i in 0..LANES {
        inverse[i] = 1.0 / sum[i];
        sum[i] = max[i] + ln(sum[i]);
    }
    for q in q.chunks_exact_mut(LANES) {
        for i in 0..LANES {
            q[i] *= inverse[i];
        }
    }
    sum
}

/// eˣ for x ≤ 0 to about one unit in the last place, without branches so that it becomes vector instructions: x = n · ln 2 + r,
/// a polynomial of r, and n into the exponent. NaN stays NaN.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as above")]
#[allow(clippy::excessive_precision, reason = "the digits of ln 2 in two parts")]
pub(super) fn exp(x: f64) -> f64 {
    /// Adding it leaves the nearest whole number in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 6.931_471_803_691_238_164_90e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;
    let kept = if x < -708.0 { -708.0 } else { x };
    let shifted = kept * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = kept - n * LN_2_HIGH - n * LN_2_LOW;
    // 1 / 13!, 1 / 12! … 1 / 0!
    let mut sum = 1.0 / 6_227_020_800.0;
    for coefficient in [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        sum = sum * r + coefficient;
    }
    let power = f64::from_bits((shifted.to_bits().wrapping_add(1023)) << 52);
    if x < -708.0 { 0.0 } else { sum * power }
}

/// log x for normal x > 0, as [`exp`]: x = 2ⁿ · m with m near 1, and the series of artanh. What is not finite gives NaN.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as above")]
#[allow(clippy::excessive_precision, reason = "the digits of ln 2 in two parts")]
fn ln(x: f64) -> f64 {
    const LN_2_HIGH: f64 = 6.931_471_803_691_238_164_90e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;
    /// The bits of √½: mantissas from there to √2 belong to one n.
    const START: u64 = 0x3FE6_A09E_667F_3BCD;
    let above = x.to_bits().wrapping_sub(START);
    let exponent = above & 0xFFF0_0000_0000_0000;
    let m = f64::from_bits(x.to_bits().wrapping_sub(exponent));
    let n = f64::from(((exponent as i64) >> 52) as i32);
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let mut sum = 1.0 / 21.0;
    for coefficient in
        [1.0 / 19.0, 1.0 / 17.0, 1.0 / 15.0, 1.0 / 13.0, 1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0]
    {
        sum = sum * square + coefficient;
    }
    let log = n * LN_2_HIGH + (2.0 * s + (2.0 * s * square * sum + n * LN_2_LOW));
    log + x * 0.0
}

/// Stands in the graph for the whole loss: its value is the sum of the totals, its gradient was worked out with it.
struct KeptGradient {
    sum: f64,
    gradient: Mutex<Option<CpuStorage>>,
}

impl CustomOp1 for KeptGradient {
    fn name(&self) -> &'static str {
        "distillation-loss"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        with_element!(logits.dtype(), T => {
            slice::<T>(logits, layout)?;
            let sum = <T as candle_core::WithDType>::from_f64(self.sum);
            Ok((<T as candle_core::WithDType>::to_cpu_storage_owned(vec![sum]), Shape::from(())))
        })
    }

    fn bwd(&self, logits: &Tensor, _loss: &Tensor, outer: &Tensor) -> Result<Option<Tensor>> {
        let kept = self.gradient.lock().ok().and_then(|mut kept| kept.take());
        let Some(kept) = kept else { candle_core::bail!("the gradient of a distillation loss can be taken once") };
        let storage = candle_core::Storage::Cpu(kept);
        let none = candle_core::op::BackpropOp::none();
        let gradient = Tensor::from_storage(storage, logits.shape(), none, false);
        Ok(Some(gradient.broadcast_mul(outer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_and_logarithms_are_those_of_the_standard_library() {
        for i in 0..200_000 {
            let x = -f64::from(i) * 0.0035;
            assert!((exp(x) - x.exp()).abs() <= 4e-16 * x.exp(), "{x}");
            let y = x.exp() * 40.0;
            assert!((ln(y) - y.ln()).abs() <= 4e-16 * y.ln().abs().max(0.5), "{y}");
        }
        assert_eq!((exp(0.0), ln(1.0), exp(f64::NEG_INFINITY), exp(-1e5)), (1.0, 0.0, 0.0, 0.0));
        assert!(exp(f64::NAN).is_nan() && ln(f64::NAN).is_nan() && ln(f64::INFINITY).is_nan());
    }
}
