//! Reverse mode over the operations of this room: what candle's own `backward` does, without a tensor of zeros and a sum for every
//! gradient that is alone, which costs as much as the kernels between two products.
//!
//! While a tape is recorded, every operation that is applied on its thread is written on it. Operations of candle's own are written with
//! [`through`]; one that is not is an error where its result is used, never a gradient that is missing.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use candle_core::backprop::GradStore;
use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, CustomOp3, InplaceOp2, Layout, Result, Shape, Tensor, TensorId, Var,
};
use rayon::prelude::*;

use super::Element;
use super::buffer::unwritten;
use super::element::{slice, with_element};
use super::sums::add;

type Op1 = Arc<Box<dyn CustomOp1 + Send + Sync>>;
type Op2 = Arc<Box<dyn CustomOp2 + Send + Sync>>;
type Op3 = Arc<Box<dyn CustomOp3 + Send + Sync>>;

thread_local! {
    static RECORDED: RefCell<Option<Tape>> = const { RefCell::new(None) };
}

/// Operations in the order in which they were applied.
#[derive(Default)]
pub struct Tape {
    nodes: Vec<Node>,
    /// The results of all of them.
    known: HashSet<TensorId>,
}

struct Node {
    inputs: Vec<Tensor>,
    output: Tensor,
    op: Op,
}

/// What was applied. A kernel's gradients are taken to be nobody else's: none hands back what it was given.
enum Op {
    One(Op1),
    Two(Op2),
    Three(Op3),
    /// The sum of both.
    Add,
    /// The same numbers in another shape.
    Shape,
    /// Of candle: its own leaves stand for the inputs, and from them it has made this.
    Candle(Vec<Option<Var>>, Tensor),
}

/// Gradients by tensor.
pub struct Gradients(HashMap<TensorId, Slope>);

struct Slope {
    values: Tensor,
    /// Whether nobody else reads these numbers, so that others may be added to them in place.
    is_own: bool,
}

impl Gradients {
    /// The gradient by a tensor, where there is one.
    pub fn get(&self, tensor: &Tensor) -> Option<&Tensor> {
        self.0.get(&tensor.id()).map(|slope| &slope.values)
    }

    fn add(&mut self, to: &Tensor, values: Tensor, is_own: bool) -> Result<()> {
        let slope = match self.0.remove(&to.id()) {
            None => Slope { values, is_own },
            Some(known) if known.is_own => {
                known.values.inplace_op2(&values, &AddTo)?;
                known
            }
            Some(known) if is_own => {
                values.inplace_op2(&known.values, &AddTo)?;
                Slope { values, is_own: true }
            }
            Some(known) => {
                let sum = known.values.copy()?;
                sum.inplace_op2(&values, &AddTo)?;
                Slope { values: sum, is_own: true }
            }
        };
        self.0.insert(to.id(), slope);
        Ok(())
    }
}

impl Tape {
    /// Records what `work` applies on this thread.
    ///
    /// # Errors
    /// Those of `work`, and where it uses the result of an operation that is not written on the tape.
    pub fn record<R>(work: impl FnOnce() -> Result<R>) -> Result<(R, Self)> {
        /// Nothing is recorded behind it, whatever happens in `work`.
        struct Recording;
        impl Drop for Recording {
            fn drop(&mut self) {
                RECORDED.take();
            }
        }
        RECORDED.set(Some(Self::default()));
        let recording = Recording;
        let done = work()?;
        let tape = RECORDED.take().unwrap_or_default();
        drop(recording);
        Ok((done, tape))
    }

    /// The gradients by all leaves of what is on the tape, from those by some of its results.
    ///
    /// # Errors
    /// When an operation fails, or has no gradient.
    pub fn back(&self, from: impl IntoIterator<Item = (Tensor, Tensor)>) -> Result<Gradients> {
        let mut gradients = Gradients(HashMap::new());
        for (result, gradient) in from {
            if result.track_op() && !result.is_variable() && !self.known.contains(&result.id()) {
                candle_core::bail!("the end of a pass is not on the tape")
            }
            gradients.add(&result, gradient, false)?;
        }
        for node in self.nodes.iter().rev() {
            let Some(Slope { values: dy, .. }) = gradients.0.remove(&node.output.id()) else { continue };
            for (input, (slope, is_own)) in node.inputs.iter().zip(node.back(&dy)?) {
                if let Some(slope) = slope.filter(|_| input.track_op()) {
                    gradients.add(input, slope, is_own)?;
                }
            }
        }
        Ok(gradients)
    }

    fn write(&mut self, inputs: &[&Tensor], output: &Tensor, op: impl FnOnce() -> Op) -> Result<()> {
        if !inputs.iter().any(|input| input.track_op()) {
            return Ok(());
        }
        let is_known = |input: &Tensor| !input.track_op() || input.is_variable() || self.known.contains(&input.id());
        if !inputs.iter().all(|input| is_known(input)) {
            candle_core::bail!("an operation before this one is not on the tape")
        }
        self.known.insert(output.id());
        let inputs = inputs.iter().map(|input| (*input).clone()).collect();
        self.nodes.push(Node { inputs, output: output.clone(), op: op() });
        Ok(())
    }
}

impl Node {
    /// The gradient by each input, and whether it is nobody else's.
    fn back(&self, dy: &Tensor) -> Result<Vec<(Option<Tensor>, bool)>> {
        let own = |gradients: Vec<Option<Tensor>>| gradients.into_iter().map(|gradient| (gradient, true)).collect();
        let (inputs, y) = (&self.inputs, &self.output);
        Ok(match &self.op {
            Op::One(op) => own(vec![op.bwd(&inputs[0], y, dy)?]),
            Op::Two(op) => {
                let (a, b) = op.bwd(&inputs[0], &inputs[1], y, dy)?;
                own(vec![a, b])
            }
            Op::Three(op) => {
                let (a, b, c) = op.bwd(&inputs[0], &inputs[1], &inputs[2], y, dy)?;
                own(vec![a, b, c])
            }
            Op::Add => vec![(Some(dy.clone()), false); 2],
            Op::Shape => vec![(Some(dy.reshape(inputs[0].shape())?), false)],
            Op::Candle(leaves, y) => {
                let gradients: GradStore = y.mul(dy)?.sum_all()?.backward()?;
                let of = |leaf: &Option<Var>| gradients.get(leaf.as_ref()?.as_tensor()).cloned();
                leaves.iter().map(|leaf| (of(leaf), false)).collect()
            }
        })
    }
}

fn written(inputs: &[&Tensor], output: Tensor, op: impl FnOnce() -> Op) -> Result<Tensor> {
    RECORDED.with_borrow_mut(|tape| match tape {
        Some(tape) => tape.write(inputs, &output, op),
        None => Ok(()),
    })?;
    Ok(output)
}

/// Applies an operation of one tensor.
pub(super) fn apply1(x: &Tensor, op: impl CustomOp1 + Send + Sync + 'static) -> Result<Tensor> {
    let (x, op): (_, Op1) = (x.contiguous()?, Arc::new(Box::new(op)));
    written(&[&x], x.apply_op1_arc(op.clone())?, || Op::One(op))
}

/// Applies an operation of two.
pub(super) fn apply2(a: &Tensor, b: &Tensor, op: impl CustomOp2 + Send + Sync + 'static) -> Result<Tensor> {
    let (a, b, op): (_, _, Op2) = (a.contiguous()?, b.contiguous()?, Arc::new(Box::new(op)));
    written(&[&a, &b], a.apply_op2_arc(&b, op.clone())?, || Op::Two(op))
}

/// Applies an operation of three.
pub(super) fn apply3(a: &Tensor, b: &Tensor, c: &Tensor, op: impl CustomOp3 + Send + Sync + 'static) -> Result<Tensor> {
    let (a, b, c, op): (_, _, _, Op3) = (a.contiguous()?, b.contiguous()?, c.contiguous()?, Arc::new(Box::new(op)));
    written(&[&a, &b, &c], a.apply_op3_arc(&b, &c, op.clone())?, || Op::Three(op))
}

/// The sum of two tensors of one shape.
///
/// # Errors
/// When the shapes differ.
pub fn sum(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let y = if a.device().is_cpu() { a.contiguous()?.apply_op2(&b.contiguous()?, Sum)? } else { a.add(b)? };
    written(&[a, b], y, || Op::Add)
}

/// The same numbers in another shape.
///
/// # Errors
/// When they do not fit it.
pub fn reshape(x: &Tensor, shape: impl Into<Shape>) -> Result<Tensor> {
    written(&[x], x.reshape(shape.into())?, || Op::Shape)
}

/// What candle's own operations make of tensors: written on the tape, where one is recorded, as one operation.
///
/// # Errors
/// Those of `work`.
pub fn through(inputs: &[&Tensor], work: impl FnOnce(&[Tensor]) -> Result<Tensor>) -> Result<Tensor> {
    let is_recorded = RECORDED.with_borrow(Option::is_some) && inputs.iter().any(|input| input.track_op());
    if !is_recorded {
        return work(&inputs.iter().map(|input| (*input).clone()).collect::<Vec<_>>());
    }
    let leaf = |input: &&Tensor| input.track_op().then(|| Var::from_tensor(&input.detach())).transpose();
    let leaves = inputs.iter().map(leaf).collect::<Result<Vec<_>>>()?;
    let stands = |(leaf, input): (&Option<Var>, &&Tensor)| match leaf {
        Some(leaf) => leaf.as_tensor().clone(),
        None => (*input).clone(),
    };
    let y = work(&leaves.iter().zip(inputs).map(stands).collect::<Vec<_>>())?;
    written(inputs, y.clone(), || Op::Candle(leaves, y))
}

/// The sum of two tensors.
struct Sum;

impl CustomOp2 for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        if a_layout.shape() != b_layout.shape() {
            candle_core::bail!("{:?} and {:?} have no sum", a_layout.shape(), b_layout.shape())
        }
        let storage = with_element!(candle_core::backend::BackendStorage::dtype(a), T => {
            let (a, b) = (slice::<T>(a, a_layout)?, slice::<T>(b, b_layout)?);
            let mut y = unwritten(a.len());
            let chunks = y.par_chunks_mut(CHUNK).zip(a.par_chunks(CHUNK)).zip(b.par_chunks(CHUNK));
            chunks.for_each(|((y, a), b)| {
                for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
                    *y = *a + *b;
                }
            });
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, a_layout.shape().clone()))
    }

    fn bwd(&self, _a: &Tensor, _b: &Tensor, _y: &Tensor, dy: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        Ok((Some(dy.clone()), Some(dy.clone())))
    }
}

/// Adds numbers to others in place.
struct AddTo;

/// Numbers that one thread takes at a time.
const CHUNK: usize = 16_384;

impl InplaceOp2 for AddTo {
    fn name(&self) -> &'static str {
        "add-to"
    }

    fn cpu_fwd(
        &self,
        sums: &mut CpuStorage,
        sums_layout: &Layout,
        values: &CpuStorage,
        values_layout: &Layout,
    ) -> Result<()> {
        let (Some((start, end)), Some((from, to))) =
            (sums_layout.contiguous_offsets(), values_layout.contiguous_offsets())
        else {
            candle_core::bail!("gradients lie one number after another")
        };
        if end - start != to - from {
            candle_core::bail!("a gradient of {} numbers is added to one of {}", to - from, end - start)
        }
        with_element!(candle_core::backend::BackendStorage::dtype(values), T => {
            let values = slice::<T>(values, values_layout)?;
            let sums = T::slice_mut(sums)?;
            let chunks = sums[start..end].par_chunks_mut(CHUNK).zip(values.par_chunks(CHUNK));
            chunks.for_each(|(sums, values)| add(sums, values));
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::super::{Activation, Backend, Gelu, dense, gelu, rows};
    use super::*;

    fn leaf(seed: usize, shape: &[usize]) -> Var {
        let count = shape.iter().product::<usize>();
        let numbers = (0..count).map(|i| ((i * 37 + seed * 101) % 97) as f64 / 97.0 - 0.5).collect::<Vec<f64>>();
        Var::from_tensor(&Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()).unwrap()
    }

    /// Three uses of one result, a table, a sum, another shape and an operation of candle's.
    fn work([table, w, b]: [&Var; 3]) -> Result<Tensor> {
        let x = reshape(&rows(table, &[2, 0, 2, 1], Backend::Native)?, (1, 4, 3))?;
        let [p, q] = [0, 1].map(|_| dense(&x, w, b, Activation::None, Backend::Native));
        let y = sum(&sum(&p?, &x)?, &gelu(&q?, Gelu::Erf, Backend::Native)?)?;
        through(&[&y, &x], |of| of[0].tanh()?.mul(&of[1]))
    }

    #[test]
    fn gradients_are_those_of_candle_each_time_that_it_goes_back() {
        let leaves = [leaf(1, &[3, 3]), leaf(2, &[1, 3, 3]), leaf(3, &[1, 3])];
        let expected = work(leaves.each_ref()).unwrap().sqr().unwrap().sum_all().unwrap().backward().unwrap();
        let (y, tape) = Tape::record(|| work(leaves.each_ref())).unwrap();
        let slope = (y.detach() * 2.0).unwrap();
        for _ in 0..2 {
            let found = tape.back([(y.clone(), slope.clone())]).unwrap();
            for leaf in &leaves {
                let [found, expected] = [found.get(leaf).unwrap(), expected.get(leaf).unwrap()]
                    .map(|t| t.flatten_all().unwrap().to_vec1::<f64>().unwrap());
                assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-14), "{found:?} {expected:?}");
            }
        }
        let nothing = tape.back([]).unwrap();
        assert!(leaves.iter().all(|leaf| nothing.get(leaf).is_none()));
    }

    #[test]
    fn an_operation_that_is_not_written_is_an_error_where_it_is_used() {
        let x = leaf(1, &[2, 3]);
        let unwritten = Tape::record(|| gelu(&x.tanh()?, Gelu::Erf, Backend::Native));
        assert!(unwritten.err().unwrap().to_string().contains("not on the tape"));
        // What is not trained may come from anywhere, and without a tape nothing is asked.
        Tape::record(|| gelu(&x.detach().tanh()?, Gelu::Erf, Backend::Native)).unwrap();
        gelu(&x.tanh().unwrap(), Gelu::Erf, Backend::Native).unwrap();
        assert_eq!(x.dtype(), DType::F64);
    }
}
