//! Memory for results.

use super::Element;

/// Room for numbers all of which are written before any of them is read. Zeros would cost a pass over the memory on one thread, which is
/// a tenth of a whole step of BERT.
#[allow(unsafe_code, clippy::uninit_vec, reason = "see below; it is the one place that does so")]
pub(super) fn unwritten<T: Element>(count: usize) -> Vec<T> {
    if cfg!(debug_assertions) {
        // Whoever reads before writing is found by the tests.
        return vec![T::from_f64(f64::NAN); count];
    }
    let mut numbers = Vec::with_capacity(count);
    // SAFETY: the room is there; numbers have no destructor, and every pattern of bits is one. No kernel reads what it has not written,
    // which the branch above keeps true.
    unsafe { numbers.set_len(count) };
    numbers
}
