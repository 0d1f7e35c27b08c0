//! Scaled dot-product attention within each packed row and head, forward and backward in cache.

use std::ops::Range;

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::buffer::unwritten;
use super::dropout::Chance;
use super::element::{slice, vectorised, with_element, with_slice};
use super::gemm::Write;
use super::packed::{check_tokens, cut};
use super::sums::{add, sum};
use super::tape::apply3;
use super::tile::{Left, Product, STEP, padded};
use super::{Backend, Element, Spans};
use crate::rng::Key;

/// `softmax(q · kᵀ / √d) · v` within each row and head (Vaswani et al. 2017).
///
/// `q`, `k` and `v` are `[tokens, heads · d]` with rows where `spans` says, and so is the result. `dropout` is a rate and one
/// key a member: that share of the weights is set to 0 and the others are scaled by 1 / (1 − rate). What is dropped in a
/// query's weights depends on the member's key, the head and where the query stands among the member's tokens.
///
/// # Errors
/// When the shapes do not fit each other, or there is not one key a member.
pub fn attention(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    heads: usize,
    spans: &Spans,
    dropout: Option<(f64, &[Key])>,
    backend: Backend,
) -> Result<Tensor> {
    let width = check_tokens(q.dims(), spans)?;
    if q.dims() != k.dims() || q.dims() != v.dims() || heads == 0 || !width.is_multiple_of(heads) || width == 0 {
        candle_core::bail!("attention of {heads} heads does not take {q:?}, {k:?} and {v:?}")
    }
    if dropout.is_some_and(|(_, keys)| keys.len() != spans.members()) {
        candle_core::bail!("attention needs one key for each of {} members", spans.members())
    }
    let dropout = dropout.map(|(rate, keys)| (Chance::new(rate), keys.to_vec()));
    let op = Attention { heads, size: width / heads, spans: spans.clone(), dropout };
    match backend {
        Backend::Native => apply3(q, k, v, op),
        Backend::Candle => op.composed(q, k, v),
    }
}

/// Queries that are worked on together: with a row of thousands of tokens their weights still fit into cache.
const QUERIES: usize = 64;

struct Attention {
    heads: usize,
    /// d.
    size: usize,
    spans: Spans,
    dropout: Option<(Chance, Vec<Key>)>,
}

/// One row and head.
#[derive(Clone, Copy)]
struct Place {
    row: usize,
    head: usize,
    /// Its first token.
    start: usize,
    /// Its tokens.
    count: usize,
}

impl Attention {
    fn width(&self) -> usize {
        self.heads * self.size
    }

    fn scale<T: Element>(&self) -> T {
        T::from_f64(1.0 / (self.size as f64).sqrt())
    }

    fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.spans.all().enumerate().flat_map(|(row, tokens)| {
            let (start, count) = (tokens.start, tokens.len());
            (0..self.heads).map(move |head| Place { row, head, start, count })
        })
    }

    /// Drops weights of the queries from `first` on, `[queries, pitch]` of which `place.count` columns are used.
    fn drop<T: Element>(&self, place: Place, first: usize, pitch: usize, weights: &mut [T], draws: &mut Vec<u64>) {
        let Some((chance, keys)) = &self.dropout else { return };
        let member = place.row / self.spans.rows();
        let before = place.start - self.spans.of_member(member).start + first;
        for (i, weights) in weights.chunks_exact_mut(pitch).enumerate() {
            let key = keys[member].at(((before + i) * self.heads + place.head) as u64);
            chance.apply(key, 0, place.count.div_ceil(4), &mut weights[..place.count], draws);
        }
    }

    fn composed(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        let rows = self.spans.all().enumerate().map(|(row, tokens)| {
            let [q, k, v] = [q, k, v].map(|x| {
                let x = x.narrow(0, tokens.start, tokens.len())?.reshape((tokens.len(), self.heads, self.size))?;
                x.transpose(0, 1)?.contiguous()
            });
            let scores = (q?.matmul(&k?.transpose(1, 2)?.contiguous()?)? * self.scale::<f64>())?;
            let mut weights = super::softmax(&scores, Backend::Candle)?;
            if self.dropout.is_some() {
                let (count, mut draws) = (tokens.len(), Vec::new());
                weights = with_element!(weights.dtype(), T => {
                    let mut mask = vec![<T as candle_core::WithDType>::from_f64(1.0); self.heads * count * count];
                    for (head, mask) in mask.chunks_exact_mut(count * count).enumerate() {
                        let place = Place { row, head, start: tokens.start, count };
                        self.drop(place, 0, count, mask, &mut draws);
                    }
                    weights.mul(&Tensor::from_vec(mask, weights.shape(), weights.device())?)?
                });
            }
            weights.matmul(&v?)?.transpose(0, 1)?.reshape((tokens.len(), self.width()))
        });
        Tensor::cat(&rows.collect::<Result<Vec<_>>>()?, 0)
    }

    /// From `[row, head, token, size]` to `[token, heads · size]`, in place: fresh memory costs more than the copy.
    fn by_token<T: Element>(&self, mut values: Vec<T>) -> Vec<T> {
        let (width, size) = (self.width(), self.size);
        let rows = cut(&mut values, self.spans.all().map(|row| row.len() * width));
        rows.into_par_iter().for_each_init(Vec::new, |by_head, row| {
            by_head.clear();
            by_head.extend_from_slice(row);
            for (head, values) in by_head.chunks_exact(row.len() / self.heads).enumerate() {
                for (out, values) in row.chunks_exact_mut(width).zip(values.chunks_exact(size)) {
                    out[head * size..][..size].copy_from_slice(values);
                }
            }
        });
        values
    }
}

impl CustomOp3 for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(
        &self,
        q: &CpuStorage,
        q_layout: &Layout,
        k: &CpuStorage,
        k_layout: &Layout,
        v: &CpuStorage,
        v_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let storage = with_element!(q.dtype(), T => {
            let y = forward::<T>(self, slice(q, q_layout)?, slice(k, k_layout)?, slice(v, v_layout)?);
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, q_layout.shape().clone()))
    }

    fn bwd(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        _y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        with_element!(q.dtype(), T => {
            let found = with_slice::<T, _>(q, |q| with_slice::<T, _>(k, |k| with_slice::<T, _>(v, |v| {
                with_slice::<T, _>(dy, |dy| backward(self, q, k, v, dy))
            })))????;
            let [dq, dk, dv] = found.map(|values| Tensor::from_vec(values, q.shape(), q.device()));
            Ok((Some(dq?), Some(dk?), Some(dv?)))
        })
    }
}

/// What one thread needs, kept from place to place.
#[derive(Default)]
struct Scratch<T> {
    /// k or v as `[d, count]`, columns padded.
    turned: [Vec<T>; 2],
    /// q, k, v and the output's gradient as `[count, d]`, columns padded; q times the scale.
    straight: [Vec<T>; 4],
    /// Weights, what comes of them, and their gradient: `[queries, count]`, columns padded.
    weights: [Vec<T>; 3],
    /// What a block of queries adds to a gradient.
    part: Vec<T>,
    /// Where the rows of right factors begin: of pitch padded(d), and padded(count).
    narrow: Vec<usize>,
    wide: Vec<usize>,
    draws: Vec<u64>,
}

impl<T: Element> Scratch<T> {
    fn new() -> Self {
        let [a, b, c, d, e, f, g, h, i, j] = std::array::from_fn(|_| Vec::new());
        Self {
            turned: [a, b],
            straight: [c, d, e, f],
            weights: [g, h, i],
            part: j,
            narrow: Vec::new(),
            wide: Vec::new(),
            draws: Vec::new(),
        }
    }

    /// Makes room for a place; what is in it is undefined.
    fn fit(&mut self, count: usize, size: usize) {
        let (across, along) = (padded(count), padded(size));
        let zero = T::zero_value();
        self.turned.iter_mut().for_each(|turned| turned.resize(size * across, zero));
        self.straight.iter_mut().for_each(|straight| straight.resize(count * along, zero));
        self.weights.iter_mut().for_each(|weights| weights.resize(QUERIES.min(count) * across, zero));
        self.part.resize(count * along, zero);
        self.narrow.clear();
        self.narrow.extend((0..count).map(|i| i * along));
        self.wide.clear();
        self.wide.extend((0..size).map(|i| i * across));
    }
}

/// Columns `[start .. start + size]` of tokens as rows of padded width, times `scale`.
fn straighten<T: Element>(values: &[T], (pitch, start, size): (usize, usize, usize), scale: T, out: &mut [T]) {
    vectorised!(<'a, T> (values: &'a [T], pitch: usize, start: usize, size: usize, scale: T, out: &'a mut [T]) -> () {
        for (out, values) in out.chunks_exact_mut(padded(size)).zip(values.chunks_exact(pitch)) {
            let (kept, rest) = out.split_at_mut(size);
            for (out, value) in kept.iter_mut().zip(&values[start..][..size]) {
                *out = *value * scale;
            }
            rest.fill(T::zero_value());
        }
    });
}

/// The same columns as rows of one number a token, padded to `across`.
fn turn<T: Element>(values: &[T], (pitch, start, size): (usize, usize, usize), across: usize, out: &mut [T]) {
    vectorised!(<'a, T> (
        values: &'a [T],
        pitch: usize,
        start: usize,
        size: usize,
        across: usize,
        out: &'a mut [T],
    ) -> () {
        let count = values.len() / pitch;
        for token in (0..across).step_by(8) {
            // Eight tokens at a time; those behind the last stand for padding.
            let rows: [&[T]; 8] = std::array::from_fn(|i| &values[(token + i).min(count - 1) * pitch + start..][..size]);
            let used: [T; 8] = std::array::from_fn(|i| T::from_f64(if token + i < count { 1.0 } else { 0.0 }));
            for (j, out) in out.chunks_exact_mut(across).enumerate() {
                let line: [T; 8] = if token + 8 <= count {
                    std::array::from_fn(|i| rows[i][j])
                } else {
                    std::array::from_fn(|i| if used[i] > T::zero_value() { rows[i][j] } else { T::zero_value() })
                };
                out[token..][..8].copy_from_slice(&line);
            }
        }
    });
}

/// Weights of some queries from their scores, in place: `[queries, pitch]` of which `count` columns are used; the others
/// become 0.
fn weigh<T: Element>(scores: &mut [T], pitch: usize, count: usize) {
    vectorised!(<'a, T> (scores: &'a mut [T], pitch: usize, count: usize) -> () {
        let (one, least) = (T::from_f64(1.0), T::from_f64(f64::NEG_INFINITY));
        for row in scores.chunks_exact_mut(pitch) {
            row[count..].fill(least);
            let larger = |a: T, b: T| if b > a { b } else { a };
            let mut largest = [least; STEP];
            for part in row.as_chunks::<STEP>().0 {
                for i in 0..STEP {
                    largest[i] = larger(largest[i], part[i]);
                }
            }
            let largest: [T; 8] = std::array::from_fn(|i| larger(largest[i], largest[i + 8]));
            let largest: [T; 4] = std::array::from_fn(|i| larger(largest[i], largest[i + 4]));
            let largest = larger(larger(largest[0], largest[2]), larger(largest[1], largest[3]));
            for x in row.iter_mut() {
                *x = T::exp(*x - largest);
            }
            let inverse = one / sum(row, row, |x, _| x);
            for x in row.iter_mut() {
                *x *= inverse;
            }
        }
    });
}

/// Gradients by the scores from those by the weights, in place: `w · (dw − Σ w · dw)`.
fn unweigh<T: Element>(weights: &[T], gradients: &mut [T], pitch: usize) {
    vectorised!(<'a, T> (weights: &'a [T], gradients: &'a mut [T], pitch: usize) -> () {
        for (w, dw) in weights.chunks_exact(pitch).zip(gradients.chunks_exact_mut(pitch)) {
            let mean = sum(w, dw, |w, dw| w * dw);
            for (dw, w) in dw.iter_mut().zip(w) {
                *dw = *w * (*dw - mean);
            }
        }
    });
}

/// `out[rows, width] = left · right`, where the rows of both right factor and result have `width` numbers.
fn times<T: Element>(rows: usize, width: usize, left: Left<'_, T>, right: &[T], offsets: &[usize], out: &mut [T]) {
    Product { rows, width, left, right, offsets, bias: None, out, pitch: width }.run();
}

/// The same as rows of `size` numbers, which are padded in `part` first where tiles need it; set, or added to what is there.
fn times_narrow<T: Element>(
    (rows, size): (usize, usize),
    left: Left<'_, T>,
    right: &[T],
    offsets: &[usize],
    (out, write): (&mut [T], Write),
    part: &mut [T],
) {
    let along = padded(size);
    if write == Write::Set && along == size {
        return times(rows, along, left, right, offsets, out);
    }
    let part = &mut part[..rows * along];
    times(rows, along, left, right, offsets, part);
    for (out, part) in out.chunks_exact_mut(size).zip(part.chunks_exact(along)) {
        match write {
            Write::Set => out.copy_from_slice(&part[..size]),
            Write::Add => add(out, part),
        }
    }
}

fn forward<T: Element>(op: &Attention, q: &[T], k: &[T], v: &[T]) -> Vec<T> {
    let (width, along) = (op.width(), padded(op.size));
    let mut by_head = unwritten(op.spans.tokens() * width);
    // Where there are few rows and heads, each block of queries is a task of its own; else k and v are prepared once for all.
    let few = op.spans.members() * op.spans.rows() * op.heads < 4 * rayon::current_num_threads();
    let tasks: Vec<(Place, Range<usize>)> = op
        .places()
        .flat_map(|place| {
            let step = if few { QUERIES } else { place.count };
            (0..place.count).step_by(step).map(move |first| (place, first..place.count.min(first + step)))
        })
        .collect();
    let parts = cut(&mut by_head, tasks.iter().map(|(_, queries)| queries.len() * op.size)).into_par_iter();
    parts.zip(tasks).for_each_init(Scratch::new, |scratch, (out, (place, all))| {
        scratch.fit(place.count, op.size);
        let across = padded(place.count);
        let columns = (width, place.head * op.size, op.size);
        let [q, k, v] = [q, k, v].map(|x| &x[place.start * width..(place.start + place.count) * width]);
        let Scratch { turned: [keys, _], straight: [query, _, value, _], weights: [weights, ..], .. } = scratch;
        turn(k, columns, across, keys);
        straighten(v, columns, T::from_f64(1.0), value);
        for (first, out) in all.step_by(QUERIES).zip(out.chunks_mut(QUERIES * op.size)) {
            let queries = out.len() / op.size;
            straighten(&q[first * width..], columns, op.scale(), &mut query[..queries * along]);
            let weights = &mut weights[..queries * across];
            times(queries, across, Left { values: query, row_stride: along, step: 1 }, keys, &scratch.wide, weights);
            weigh(weights, across, place.count);
            op.drop(place, first, across, weights, &mut scratch.draws);
            let left = Left { values: &*weights, row_stride: across, step: 1 };
            let out = (out, Write::Set);
            times_narrow((queries, op.size), left, value, &scratch.narrow, out, &mut scratch.part);
        }
    });
    op.by_token(by_head)
}

/// Gradients of q, k and v; the weights are worked out again.
fn backward<T: Element>(op: &Attention, q: &[T], k: &[T], v: &[T], dy: &[T]) -> [Vec<T>; 3] {
    let mut gradients: [Vec<T>; 3] = std::array::from_fn(|_| unwritten(op.spans.tokens() * op.width()));
    let [dq, dk, dv] = gradients.each_mut().map(|values| cut(values, op.places().map(|place| place.count * op.size)));
    let places: Vec<Place> = op.places().collect();
    let all = dq.into_par_iter().zip(dk).zip(dv).zip(places);
    all.for_each_init(Scratch::new, |scratch, (((dq, dk), dv), place)| {
        gradient(op, place, [q, k, v, dy], [dq, dk, dv], scratch);
    });
    gradients.map(|by_head| op.by_token(by_head))
}

/// One row and head: dV = Wᵀ·dO, dW = dO·Vᵀ, dS = W ∘ (dW − Σ W∘dW), dQ = dS·K / √d and dK = dSᵀ·Q / √d, where the weights W
/// stand for the dropped ones in the first and carry the mask in the second.
fn gradient<T: Element>(
    op: &Attention,
    place: Place,
    inputs: [&[T]; 4],
    [dq, dk, dv]: [&mut [T]; 3],
    scratch: &mut Scratch<T>,
) {
    let (width, along, across) = (op.width(), padded(op.size), padded(place.count));
    let columns = (width, place.head * op.size, op.size);
    let [q, k, v, dy] = inputs.map(|values| &values[place.start * width..(place.start + place.count) * width]);
    scratch.fit(place.count, op.size);
    let Scratch { turned: [keys, values], straight: [query, key, _, outer], weights, part, narrow, wide, draws } =
        scratch;
    let one = T::from_f64(1.0);
    straighten(q, columns, op.scale(), query);
    straighten(k, columns, op.scale(), key);
    straighten(dy, columns, one, outer);
    turn(k, columns, across, keys);
    turn(v, columns, across, values);
    for first in (0..place.count).step_by(QUERIES) {
        let queries = QUERIES.min(place.count - first);
        let [weights, dropped, scores] = weights.each_mut().map(|values| &mut values[..queries * across]);
        let (query, outer) = (&query[first * along..][..queries * along], &outer[first * along..][..queries * along]);
        let rows = |values| Left { values, row_stride: along, step: 1 };
        times(queries, across, rows(query), keys, wide, weights);
        weigh(weights, across, place.count);
        times(queries, across, rows(outer), values, wide, scores);
        let mut used = &*weights;
        if op.dropout.is_some() {
            dropped.copy_from_slice(weights);
            op.drop(place, first, across, dropped, draws);
            op.drop(place, first, across, scores, draws);
            used = &*dropped;
        }
        // Sums over the queries: those of the first block are written, those of others added.
        let mut over_queries = |left: &[T], right: &[T], out: &mut [T]| {
            let left = Left { values: left, row_stride: 1, step: across };
            let write = if first == 0 { Write::Set } else { Write::Add };
            times_narrow((place.count, op.size), left, right, &narrow[..queries], (out, write), part);
        };
        over_queries(used, outer, dv);
        unweigh(weights, scores, across);
        over_queries(scores, query, dk);
        let left = Left { values: &*scores, row_stride: across, step: 1 };
        let out = &mut dq[first * op.size..][..queries * op.size];
        times_narrow((queries, op.size), left, key, narrow, (out, Write::Set), part);
    }
}
