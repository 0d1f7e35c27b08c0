//! The distillation loss of a population: both terms, the total and its gradient in one pass.
//!
//! For student logits z and the teacher's softened distribution p at the member's T, with q = softmax(z/T):
//! soft = KL(p ‖ q), averaged over rows; hard = cross-entropy of softmax(z) with the label, averaged over the labelled rows
//! (0 without any); total = soft weight · T² · soft + hard weight · hard (Hinton, Vinyals & Dean 2015, section 2; without
//! T² where that is switched off). By z: T² · ∂soft = T (q − p) / rows, ∂hard = (softmax(z) − y) / labelled rows.

use std::sync::Mutex;

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor};

use super::dense::{Parts, each_member};
use super::element::{slice, with_element, with_slice};
use super::{Element, Form};

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
}

/// The loss of one batch for all members.
#[derive(Clone, Debug)]
pub struct DistillationLoss<'a> {
    /// One a member.
    pub members: &'a [MemberLoss],
    /// Softened distributions of the teacher at each member's T, `[targets, batch, classes]`. `None` where no member has one.
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
    pub fn forward(&self, logits: &Tensor, form: Form) -> Result<(Tensor, Terms)> {
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
        match form {
            Form::Kernel => self.kernel(logits),
            Form::Composed => self.composed(logits),
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
        let sums: Vec<Mutex<(f64, f64)>> = (0..members).map(|_| Mutex::default()).collect();
        let parts = Parts::new(&mut gradient, len);
        each_member(members, |k| {
            let member = &self.members[k];
            let labels = &self.labels[member.labels];
            let p = if member.temperature.is_some() { &p[member.target * len..][..len] } else { &[] };
            let result = member_pass(member, &z[k * len..][..len], p, labels, classes, parts.take(k));
            if let Ok(mut sum) = sums[k].lock() {
                *sum = result;
            }
        });
        let sums: Vec<(f64, f64)> =
            sums.into_iter().map(|sum| sum.into_inner().unwrap_or((f64::NAN, f64::NAN))).collect();
        (self.terms(sums), gradient)
    }

    fn terms(&self, sums: Vec<(f64, f64)>) -> Terms {
        let total = self.members.iter().zip(&sums).map(|(member, (soft, hard))| member.total(*soft, *hard)).collect();
        let (soft, hard) = sums.into_iter().unzip();
        Terms { soft, hard, total }
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

        let soft = match self.targets {
            None => Tensor::zeros(members, dtype, device)?,
            Some(targets) => {
                let index: Vec<u32> = self.members.iter().map(|m| m.target as u32).collect();
                let p = targets.to_dtype(dtype)?.index_select(&Tensor::from_vec(index, members, device)?, 0)?;
                let t = each(&|m| m.temperature.unwrap_or(1.0))?;
                let log_q = candle_nn::ops::log_softmax(&z.broadcast_div(&t)?, 2)?;
                let log_p = p.maximum(f64::MIN_POSITIVE)?.log()?;
                // Σ (p log(p/q) − p + q): the same as Σ p log(p/q) for distributions, and exact where their sums are off
                // by a rounding.
                let divergence = p.mul(&(log_p - &log_q)?)?.sub(&p)?.add(&log_q.exp()?)?.sum(2)?.mean(1)?;
                divergence.mul(&each(&|m| f64::from(u8::from(m.temperature.is_some())))?.flatten_all()?)?
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
        let hard = candle_nn::ops::log_softmax(&z, 2)?.mul(&picks)?.sum((1, 2))?.neg()?;

        let weighted = |term: &Tensor, weights: Vec<f64>| -> Result<Tensor> {
            term.mul(&Tensor::from_vec(weights, members, device)?.to_dtype(dtype)?)
        };
        let total = (weighted(&soft, self.members.iter().map(MemberLoss::soft_factor).collect())?
            + weighted(&hard, self.members.iter().map(|m| m.hard_weight).collect())?)?
        .sum_all()?
        .to_dtype(logits.dtype())?;
        let read = |term: &Tensor| term.detach().to_dtype(DType::F64)?.to_vec1::<f64>();
        Ok((total, self.terms(read(&soft)?.into_iter().zip(read(&hard)?).collect())))
    }
}

/// One member's soft and hard term; writes its gradient.
fn member_pass<T: Element>(
    member: &MemberLoss,
    z: &[T],
    p: &[T],
    labels: &[Option<u32>],
    classes: usize,
    gradient: &mut [T],
) -> (f64, f64) {
    let rows = labels.len();
    let labelled = labels.iter().flatten().count();
    let soft_factor = member.soft_factor() / rows as f64;
    let hard_factor = member.hard_weight / labelled.max(1) as f64;
    let (mut soft, mut hard) = (0.0, 0.0);
    let (mut scaled, mut q) = (vec![0.0; classes], vec![0.0; classes]);
    for (row, label) in labels.iter().enumerate() {
        let z = &z[row * classes..][..classes];
        let gradient = &mut gradient[row * classes..][..classes];
        if let Some(t) = member.temperature {
            let p = &p[row * classes..][..classes];
            for (scaled, z) in scaled.iter_mut().zip(z) {
                *scaled = z.to_f64() / t;
            }
            let log_sum = softmax(&scaled, &mut q);
            for i in 0..classes {
                let p = p[i].to_f64();
                // p log(p/q) − p + q, see the composed form.
                let log_ratio = if p > 0.0 { p * (p.ln() - (scaled[i] - log_sum)) } else { 0.0 };
                soft += log_ratio - p + q[i];
                if soft_factor != 0.0 {
                    gradient[i] = T::from_f64(soft_factor / t * (q[i] - p));
                }
            }
        }
        if let Some(label) = label {
            for (scaled, z) in scaled.iter_mut().zip(z) {
                *scaled = z.to_f64();
            }
            let log_sum = softmax(&scaled, &mut q);
            hard += log_sum - scaled[*label as usize];
            if hard_factor != 0.0 {
                q[*label as usize] -= 1.0;
                for (gradient, q) in gradient.iter_mut().zip(&q) {
                    *gradient = T::from_f64(gradient.to_f64() + hard_factor * q);
                }
            }
        }
    }
    (soft / rows as f64, hard / labelled.max(1) as f64)
}

/// Writes softmax(z) to `q` and returns log Σ exp(z).
fn softmax(z: &[f64], q: &mut [f64]) -> f64 {
    let max = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for (q, z) in q.iter_mut().zip(z) {
        *q = (z - max).exp();
        sum += *q;
    }
    for q in q.iter_mut() {
        *q /= sum;
    }
    max + sum.ln()
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
