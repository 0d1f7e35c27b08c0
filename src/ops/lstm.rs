//! The long short-term memory over packed rows: all texts advance together, and the gradient goes back through time.

use std::cmp::Reverse;
use std::sync::Mutex;

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::buffer::unwritten;
use super::chain::{Right, Start, rows_product};
use super::element::{slice, vectorised, with_element, with_slice};
use super::gemm::{Matrix, Threads, Write, product};
use super::packed::{check_tokens, cut};
use super::sums::logistic;
use super::tape::apply2;
use super::{Backend, Element, Spans};

/// The hidden states of every token, `[tokens, H]`, from 0 at each row's beginning (Hochreiter & Schmidhuber 1997, with the
/// forget gate of Gers et al. 2000), in the order of the tokens also where the rows are read from their ends.
///
/// `gates` is `[tokens, 4H]`, the input's part `x · w_ihᵀ + b_ih + b_hh` with PyTorch's order of gates i, f, g, o; `w` is
/// PyTorch's `weight_hh`, `[K, 4H, H]`.
///
/// # Errors
/// When the shapes do not fit each other.
pub fn lstm(gates: &Tensor, w: &Tensor, reverse: bool, spans: &Spans, backend: Backend) -> Result<Tensor> {
    let sizes = Sizes::new(gates.dims(), w.dims(), spans)?;
    match backend {
        Backend::Native => {
            let (input_gradient, weight_gradient) = (gates.track_op(), w.track_op());
            let spans = spans.clone();
            let op = Lstm { reverse, spans, input_gradient, weight_gradient, kept: Mutex::default() };
            apply2(gates, w, op)
        }
        Backend::Candle => {
            let rows = spans.all().enumerate().map(|(row, tokens)| {
                let w = w.get(row / spans.rows())?.t()?;
                let mut states = Vec::with_capacity(tokens.len());
                let mut state: Option<(Tensor, Tensor)> = None;
                for step in 0..tokens.len() {
                    let token = if reverse { tokens.end - 1 - step } else { tokens.start + step };
                    let mut sums = gates.narrow(0, token, 1)?;
                    if let Some((h, _)) = &state {
                        sums = (sums + h.matmul(&w)?)?;
                    }
                    let part = |i| sums.narrow(1, i * sizes.hidden, sizes.hidden);
                    let gate = |i| candle_nn::ops::sigmoid(&part(i)?.contiguous()?);
                    let mut c = (gate(0)? * part(2)?.tanh()?)?;
                    if let Some((_, before)) = &state {
                        c = (c + (gate(1)? * before)?)?;
                    }
                    let h = (gate(3)? * c.tanh()?)?;
                    states.push(h.clone());
                    state = Some((h, c));
                }
                if reverse {
                    states.reverse();
                }
                Tensor::cat(&states, 0)
            });
            Tensor::cat(&rows.collect::<Result<Vec<_>>>()?, 0)
        }
    }
}

struct Lstm {
    reverse: bool,
    spans: Spans,
    /// Whether anything before `gates` is trained.
    input_gradient: bool,
    /// Whether the layer is trained itself.
    weight_gradient: bool,
    /// Of the forward pass: i, f, g, o and the state c of each token, `[tokens, 5H]`.
    kept: Mutex<Option<CpuStorage>>,
}

#[derive(Clone, Copy)]
struct Sizes {
    members: usize,
    hidden: usize,
}

impl Sizes {
    fn new(gates: &[usize], w: &[usize], spans: &Spans) -> Result<Self> {
        let width = check_tokens(gates, spans)?;
        match *w {
            [members, wide, hidden]
                if members == spans.members() && wide == width && width == 4 * hidden && hidden > 0 =>
            {
                Ok(Self { members, hidden })
            }
            _ => candle_core::bail!("gates {gates:?} do not fit weights {w:?} of {} members", spans.members()),
        }
    }

    fn weights<T>(self, w: &[T], member: usize) -> &[T] {
        let len = 4 * self.hidden * self.hidden;
        &w[member * len..][..len]
    }
}

impl CustomOp2 for Lstm {
    fn name(&self) -> &'static str {
        "lstm"
    }

    fn cpu_fwd(
        &self,
        gates: &CpuStorage,
        gates_layout: &Layout,
        w: &CpuStorage,
        w_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let sizes = Sizes::new(gates_layout.dims(), w_layout.dims(), &self.spans)?;
        let storage = with_element!(gates.dtype(), T => {
            let (y, kept) = forward::<T>(sizes, self, slice(gates, gates_layout)?, slice(w, w_layout)?);
            if let (true, Ok(mut slot)) = (self.input_gradient || self.weight_gradient, self.kept.lock()) {
                *slot = Some(<T as candle_core::WithDType>::to_cpu_storage_owned(kept));
            }
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, (self.spans.tokens(), sizes.hidden).into()))
    }

    fn bwd(&self, gates: &Tensor, w: &Tensor, y: &Tensor, dy: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let sizes = Sizes::new(gates.dims(), w.dims(), &self.spans)?;
        let kept = self.kept.lock().ok();
        let Some(kept) = kept.as_ref().and_then(|kept| kept.as_ref()) else {
            candle_core::bail!("the recurrence has no forward pass to go back through")
        };
        with_element!(gates.dtype(), T => {
            let kept = <T as candle_core::WithDType>::cpu_storage_as_slice(kept)?;
            let (dz, dw) = with_slice::<T, _>(w, |w| with_slice::<T, _>(y, |y| with_slice::<T, _>(dy, |dy| {
                let dz = backward(sizes, self, kept, w, dy);
                let dw = self.weight_gradient.then(|| weight_gradient(sizes, self, &dz, y));
                (dz, dw)
            })))???;
            let dw = dw.map(|dw| Tensor::from_vec(dw, w.shape(), w.device())).transpose()?;
            let dz = self.input_gradient.then(|| Tensor::from_vec(dz, gates.shape(), gates.device())).transpose()?;
            Ok((dz, dw))
        })
    }
}

/// A row of one member, and its parts of two tensors over all tokens.
struct Row<'a, T> {
    /// Its first token.
    start: usize,
    /// Its tokens.
    count: usize,
    first: &'a mut [T],
    second: &'a mut [T],
}

/// Rows of one member that advance together, the longest first, so that those still going are always the first ones.
struct Group<'a, T> {
    member: usize,
    rows: Vec<Row<'a, T>>,
}

impl<T> Group<'_, T> {
    /// How many rows have a token at this step.
    fn active(&self, step: usize) -> usize {
        self.rows.partition_point(|row| row.count > step)
    }

    fn longest(&self) -> usize {
        self.rows.first().map_or(0, |row| row.count)
    }
}

/// The rows of each member in groups for the threads of the pool, with their parts of two tensors of these widths. Rows know
/// nothing of each other: the bits are the same however they are grouped.
fn groups<'a, T>(
    spans: &Spans,
    (first, first_width): (&'a mut [T], usize),
    (second, second_width): (&'a mut [T], usize),
) -> Vec<Group<'a, T>> {
    let of_member = rayon::current_num_threads().div_ceil(spans.members().max(1)).min(spans.rows()).max(1);
    let parts = |values: &'a mut [T], width: usize| cut(values, spans.all().map(|row| row.len() * width)).into_iter();
    let mut rows = spans
        .all()
        .zip(parts(first, first_width))
        .zip(parts(second, second_width))
        .map(|((tokens, first), second)| Row { start: tokens.start, count: tokens.len(), first, second });
    let mut found = Vec::with_capacity(spans.members() * of_member);
    for member in 0..spans.members() {
        let mut all: Vec<Row<T>> = rows.by_ref().take(spans.rows()).collect();
        all.sort_by_key(|row| Reverse(row.count));
        let begin = found.len();
        found.extend((0..of_member).map(|_| Group { member, rows: Vec::new() }));
        for (place, row) in all.into_iter().enumerate() {
            found[begin + place % of_member].rows.push(row);
        }
    }
    found
}

impl Lstm {
    /// Which of a row's tokens is read at this step.
    fn token(&self, count: usize, step: usize) -> usize {
        if self.reverse { count - 1 - step } else { step }
    }
}

/// Hidden states, and what is kept of each token.
fn forward<T: Element>(sizes: Sizes, op: &Lstm, gates: &[T], w: &[T]) -> (Vec<T>, Vec<T>) {
    let hidden = sizes.hidden;
    let mut y = unwritten(op.spans.tokens() * hidden);
    let mut kept = unwritten(op.spans.tokens() * 5 * hidden);
    let right: Vec<Right<T>> = (0..sizes.members)
        .map(|member| Right::new((hidden, 4 * hidden), Matrix::transposed(sizes.weights(w, member), hidden)))
        .collect();
    groups(&op.spans, (&mut y, hidden), (&mut kept, 5 * hidden)).into_par_iter().for_each(|mut group| {
        let mut states = vec![T::zero_value(); group.rows.len() * hidden];
        let mut cells = states.clone();
        let mut sums = vec![T::zero_value(); group.rows.len() * 4 * hidden];
        let mut scratch = Vec::new();
        for step in 0..group.longest() {
            let active = group.active(step);
            let sums = &mut sums[..active * 4 * hidden];
            for (sums, row) in sums.chunks_exact_mut(4 * hidden).zip(&group.rows) {
                let token = row.start + op.token(row.count, step);
                sums.copy_from_slice(&gates[token * 4 * hidden..][..4 * hidden]);
            }
            if step > 0 {
                let left = Matrix::rows(&states, hidden);
                rows_product(0..active, left, &right[group.member], Start::Sum, sums, &mut scratch);
            }
            let all = states.chunks_exact_mut(hidden).zip(cells.chunks_exact_mut(hidden));
            for (((state, cell), sums), row) in all.zip(sums.chunks_exact(4 * hidden)).zip(&mut group.rows) {
                let token = op.token(row.count, step);
                advance(sums, cell, state, &mut row.second[token * 5 * hidden..][..5 * hidden]);
                row.first[token * hidden..][..hidden].copy_from_slice(state);
            }
        }
    });
    (y, kept)
}

/// One step of one row: c ← σ(f) c + σ(i) tanh(g) and h = σ(o) tanh(c). Many short loops, each over few slices: with more of
/// them the compiler does not find out that they are apart, and makes no vector instructions.
fn advance<T: Element>(sums: &[T], cell: &mut [T], state: &mut [T], kept: &mut [T]) {
    vectorised!(<'a, T> (sums: &'a [T], cell: &'a mut [T], state: &'a mut [T], kept: &'a mut [T]) -> () {
        let hidden = cell.len();
        let (gates, kept_cell) = kept.split_at_mut(4 * hidden);
        for (part, (gates, sums)) in gates.chunks_exact_mut(hidden).zip(sums.chunks_exact(hidden)).enumerate() {
            if part == 2 {
                for (gate, sum) in gates.iter_mut().zip(sums) {
                    *gate = T::tanh(*sum);
                }
            } else {
                for (gate, sum) in gates.iter_mut().zip(sums) {
                    *gate = logistic(*sum);
                }
            }
        }
        let [i, f, g, o] = std::array::from_fn(|gate| &gates[gate * hidden..][..hidden]);
        for (((cell, i), f), g) in cell.iter_mut().zip(i).zip(f).zip(g) {
            *cell = *f * *cell + *i * *g;
        }
        kept_cell.copy_from_slice(cell);
        for ((state, cell), o) in state.iter_mut().zip(cell.iter()).zip(o) {
            *state = *o * T::tanh(*cell);
        }
    });
}

/// Gradients by the sums before the gates, `[tokens, 4H]`.
fn backward<T: Element>(sizes: Sizes, op: &Lstm, kept: &[T], w: &[T], dy: &[T]) -> Vec<T> {
    let hidden = sizes.hidden;
    let mut dz = unwritten(op.spans.tokens() * 4 * hidden);
    let right: Vec<Right<T>> = (0..sizes.members)
        .map(|member| Right::new((4 * hidden, hidden), Matrix::rows(sizes.weights(w, member), hidden)))
        .collect();
    groups(&op.spans, (&mut dz, 4 * hidden), (&mut [], 0)).into_par_iter().for_each(|mut group| {
        let mut states = vec![T::zero_value(); group.rows.len() * hidden];
        let mut cells = states.clone();
        let mut sums = vec![T::zero_value(); group.rows.len() * 4 * hidden];
        let (mut scratch, start) = (Vec::new(), vec![T::zero_value(); hidden]);
        for step in (0..group.longest()).rev() {
            let active = group.active(step);
            let all = states.chunks_exact_mut(hidden).zip(cells.chunks_exact_mut(hidden));
            for (((state, cell), sums), row) in
                all.zip(sums.chunks_exact_mut(4 * hidden)).zip(&mut group.rows[..active])
            {
                let token = op.token(row.count, step);
                let of = |token: usize| &kept[(row.start + token) * 5 * hidden..][..5 * hidden];
                let before = if step == 0 { &start } else { &of(op.token(row.count, step - 1))[4 * hidden..] };
                for (state, dy) in state.iter_mut().zip(&dy[(row.start + token) * hidden..][..hidden]) {
                    *state += *dy;
                }
                retreat(of(token), before, state, cell, sums);
                row.first[token * 4 * hidden..][..4 * hidden].copy_from_slice(sums);
            }
            if step > 0 {
                let (left, states) = (Matrix::rows(&sums, 4 * hidden), &mut states[..active * hidden]);
                rows_product(0..active, left, &right[group.member], Start::Zero, states, &mut scratch);
            }
        }
    });
    dz
}

/// One step back of one row: from the gradients by h and c to those by the sums and by the c before. Short loops as above.
fn retreat<T: Element>(kept: &[T], before: &[T], dh: &[T], dc: &mut [T], dz: &mut [T]) {
    vectorised!(<'a, T> (kept: &'a [T], before: &'a [T], dh: &'a [T], dc: &'a mut [T], dz: &'a mut [T]) -> () {
        let (one, hidden) = (T::from_f64(1.0), dc.len());
        let [i, f, g, o, c] = std::array::from_fn(|part| &kept[part * hidden..][..hidden]);
        let (di, dz) = dz.split_at_mut(hidden);
        let (df, dz) = dz.split_at_mut(hidden);
        let (dg, last) = dz.split_at_mut(hidden);
        // Holds tanh(c) at first.
        for (tanh, c) in last.iter_mut().zip(c) {
            *tanh = T::tanh(*c);
        }
        for (((dc, dh), o), tanh) in dc.iter_mut().zip(dh).zip(o).zip(last.iter()) {
            *dc += *dh * *o * (one - *tanh * *tanh);
        }
        for ((last, dh), o) in last.iter_mut().zip(dh).zip(o) {
            *last = *dh * *last * *o * (one - *o);
        }
        for (((di, dc), g), i) in di.iter_mut().zip(dc.iter()).zip(g).zip(i) {
            *di = *dc * *g * *i * (one - *i);
        }
        for (((df, dc), before), f) in df.iter_mut().zip(dc.iter()).zip(before).zip(f) {
            *df = *dc * *before * *f * (one - *f);
        }
        for (((dg, dc), i), g) in dg.iter_mut().zip(dc.iter()).zip(i).zip(g) {
            *dg = *dc * *i * (one - *g * *g);
        }
        for (dc, f) in dc.iter_mut().zip(f) {
            *dc *= *f;
        }
    });
}

/// By `w`: each token's gradient times the state before it, over all tokens in their order.
fn weight_gradient<T: Element>(sizes: Sizes, op: &Lstm, dz: &[T], y: &[T]) -> Vec<T> {
    let hidden = sizes.hidden;
    let mut before = vec![T::zero_value(); y.len()];
    let rows = cut(&mut before, op.spans.all().map(|row| row.len() * hidden));
    rows.into_par_iter().enumerate().for_each(|(row, before)| {
        let tokens = op.spans.of_row(row);
        let states = &y[tokens.start * hidden..tokens.end * hidden];
        let kept = states.len() - hidden;
        if op.reverse {
            before[..kept].copy_from_slice(&states[hidden..]);
        } else {
            before[hidden..].copy_from_slice(&states[..kept]);
        }
    });
    let mut dw = unwritten(sizes.members * 4 * hidden * hidden);
    let threads = if sizes.members > 1 { Threads::One } else { Threads::Pool };
    dw.par_chunks_mut((4 * hidden * hidden).max(1)).enumerate().for_each(|(member, dw)| {
        let tokens = op.spans.of_member(member);
        let left = Matrix::transposed(&dz[tokens.start * 4 * hidden..tokens.end * 4 * hidden], 4 * hidden);
        let right = Matrix::rows(&before[tokens.start * hidden..tokens.end * hidden], hidden);
        product((4 * hidden, hidden, tokens.len()), dw, Write::Set, left, right, threads);
    });
    dw
}
