//! From a source to its dataset: each kind of source has a reader of its own.

use super::copies::find_copies;
use super::{DataError, Dataset, Watch, builtin, idx, images, npz, table, text_folder};
use crate::recipe::Source;

impl Dataset {
    /// Reads a source in full.
    ///
    /// # Errors
    /// Whatever is wrong with the files, by file and line.
    pub fn load(source: &Source) -> Result<Self, DataError> {
        Self::load_watched(source, &())
    }

    /// Like [`Dataset::load`], with somebody looking on.
    ///
    /// # Errors
    /// Whatever is wrong with the files, by file and line; [`DataError::Cancelled`].
    pub fn load_watched(source: &Source, watch: &dyn Watch) -> Result<Self, DataError> {
        let mut dataset = match source {
            Source::Builtin(builtin) => builtin::load(*builtin),
            Source::Idx { path, name } => idx::load(path, name.as_deref(), watch),
            Source::Table(source) if npz::is_npz(&source.path) => npz::load(source, watch),
            Source::Table(source) => table::load(source, watch),
            Source::Images(source) => images::load(source, watch),
            Source::Texts(source) => text_folder::load(source, watch),
        }?;
        if dataset.classes.len() < 2 {
            return Err(DataError::OneClass { name: dataset.name, classes: dataset.classes });
        }
        dataset.copies = find_copies(&dataset.examples);
        Ok(dataset)
    }
}
