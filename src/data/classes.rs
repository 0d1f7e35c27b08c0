//! Classes by their names: sorted, and numbered in that order.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::file::MAX_CLASSES;
use super::{DataError, Much};

/// The different names in their order, and the number of each.
///
/// # Errors
/// [`DataError::TooLarge`] when there are more than a dataset may have; `what` they are.
pub(super) fn number_classes(
    file: &Path,
    what: Much,
    names: impl IntoIterator<Item = String>,
) -> Result<(Vec<String>, HashMap<String, u32>), DataError> {
    let names: HashSet<String> = names.into_iter().collect();
    let found = names.len() as u64;
    if found > MAX_CLASSES {
        return Err(DataError::TooLarge { file: file.to_owned(), what, found, limit: MAX_CLASSES });
    }
    let mut classes: Vec<String> = names.into_iter().collect();
    sort_classes(&mut classes);
    let numbers = classes.iter().cloned().zip(0..).collect();
    Ok((classes, numbers))
}

/// Sorts class names: as numbers when all of them are, else as text. Removes doubles.
pub(super) fn sort_classes(names: &mut Vec<String>) {
    let number = |name: &String| name.parse::<f64>().ok().filter(|number| number.is_finite());
    if names.iter().all(|name| number(name).is_some()) {
        names.sort_by(|a, b| {
            let order = number(a).partial_cmp(&number(b)).unwrap_or(std::cmp::Ordering::Equal);
            order.then_with(|| a.cmp(b))
        });
    } else {
        names.sort();
    }
    names.dedup();
}
