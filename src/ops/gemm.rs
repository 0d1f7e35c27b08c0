//! The matrix product over strided slices: the one place that calls `gemm`.

use std::ops::Range;

use rayon::prelude::*;

use super::Element;

/// A matrix in a slice: element (row, column) is at `row · row_stride + column · column_stride`.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a, T> {
    pub values: &'a [T],
    pub row_stride: usize,
    pub column_stride: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// Rows one after another, each of `width` numbers.
    pub fn rows(values: &'a [T], width: usize) -> Self {
        Self { values, row_stride: width, column_stride: 1 }
    }

    /// The transpose of rows one after another, each of `width` numbers.
    pub fn transposed(values: &'a [T], width: usize) -> Self {
        Self { values, row_stride: 1, column_stride: width }
    }
}

/// Whether `out` is overwritten or added to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    Set,
    Add,
}

/// Whether the product may use all threads of the pool; the bits are the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Threads {
    One,
    Pool,
}

/// Columns of the result that one thread makes at least.
const LEAST_COLUMNS: usize = 64;
/// With fewer rows the crate takes paths that depend on the number of columns.
const LEAST_ROWS: usize = 16;

/// `out[m, n] = a[m, k] · b[k, n]`, rows of `out` one after another.
pub(super) fn product<T: Element>(
    (m, n, k): (usize, usize, usize),
    out: &mut [T],
    write: Write,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    threads: Threads,
) {
    if m == 0 || n == 0 {
        return;
    }
    if k == 0 {
        if write == Write::Set {
            out.fill(T::zero_value());
        }
        return;
    }
    let last = |matrix: &Matrix<'_, T>, rows: usize, columns: usize| {
        (rows - 1) * matrix.row_stride + (columns - 1) * matrix.column_stride
    };
    assert!(out.len() >= m * n, "the product does not fit its result");
    assert!(a.values.len() > last(&a, m, k), "the left factor is too small");
    assert!(b.values.len() > last(&b, k, n), "the right factor is too small");
    let all = Columns { shape: (m, n, k), out: out.as_mut_ptr(), pitch: n, write, a, b };
    let pool = rayon::current_num_threads();
    match threads {
        Threads::One => all.make(0..n, gemm::Parallelism::None),
        // Each thread packs its own columns of the right factor once; left to itself the crate packs them for several threads.
        Threads::Pool if pool > 1 && m >= LEAST_ROWS && n >= pool * LEAST_COLUMNS => {
            // The last part has what is left: few columns would be made in another order.
            let each = n / pool / 16 * 16;
            let end = |part: usize| if part + 1 == pool { n } else { (part + 1) * each };
            (0..pool).into_par_iter().for_each(|part| all.make(part * each..end(part), gemm::Parallelism::None));
        }
        Threads::Pool => all.make(0..n, gemm::Parallelism::Rayon(0)),
    }
}

/// A product whose columns are made apart.
struct Columns<'a, T> {
    shape: (usize, usize, usize),
    out: *mut T,
    pitch: usize,
    write: Write,
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
}

// SAFETY: `out` is borrowed mutably for as long as this lives, and no two threads make the same columns.
#[allow(unsafe_code, reason = "see above")]
unsafe impl<T: Sync + Send> Sync for Columns<'_, T> {}

impl<T: Element> Columns<'_, T> {
    #[allow(
        unsafe_code,
        reason = "gemm takes pointers; the assertions in `product` hold every access inside its slice"
    )]
    fn make(&self, columns: Range<usize>, parallelism: gemm::Parallelism) {
        let Self { shape: (m, _, k), out, pitch, write, a, b } = self;
        let right = &b.values[columns.start * b.column_stride..];
        // SAFETY: all indices that gemm forms are within the slices, as asserted for all columns; `out` is borrowed mutably and so does
        // not overlap the factors.
        unsafe {
            gemm::gemm(
                *m,
                columns.len(),
                *k,
                out.add(columns.start),
                1,
                *pitch as isize,
                *write == Write::Add,
                a.values.as_ptr(),
                a.column_stride as isize,
                a.row_stride as isize,
                right.as_ptr(),
                b.column_stride as isize,
                b.row_stride as isize,
                T::from_f64(1.0),
                T::from_f64(1.0),
                false,
                false,
                false,
                parallelism,
            );
        }
    }
}
