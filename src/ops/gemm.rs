//! The matrix product over strided slices: the one place that calls `gemm`.

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

/// `out[m, n] = a[m, k] · b[k, n]`, rows of `out` one after another.
#[allow(unsafe_code, reason = "gemm takes pointers; the assertions below hold every access inside its slice")]
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
    let parallelism = match threads {
        Threads::One => gemm::Parallelism::None,
        Threads::Pool => gemm::Parallelism::Rayon(0),
    };
    // SAFETY: all indices that gemm forms are within the slices, as asserted; `out` is borrowed mutably and so does not
    // overlap the factors.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            n as isize,
            write == Write::Add,
            a.values.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.values.as_ptr(),
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
