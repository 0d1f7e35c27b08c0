//! NumPy's arrays.

use super::{DataError, Dataset, Watch};
use crate::recipe::TableSource;
use crate::text::phrase;

pub(super) fn load(source: &TableSource, _watch: &dyn Watch) -> Result<Dataset, DataError> {
    Err(DataError::Format {
        file: source.path.clone(),
        problem: phrase!("table-empty"),
        allowed: phrase!("table-allowed"),
    })
}

/// Whether a file is an archive of NumPy's arrays.
pub fn is_npz(file: &std::path::Path) -> bool {
    matches!(super::magic::Packed::of(file), Ok(super::magic::Packed::Zip))
        && super::archive::file_names(file)
            .is_ok_and(|names| !names.is_empty() && names.iter().all(|n| n.ends_with(".npy")))
}
