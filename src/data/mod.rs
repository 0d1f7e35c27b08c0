//! Examples in, batches out: built-in sets, IDX, CSV, image folders; splits, seeded order.
//!
//! A [`Dataset`] holds every row once, as raw values. [`Splits`] says which rows are for what; a [`TransferSet`] is what the
//! students may see of the training rows. [`Dataset::gather`] makes the inputs of a batch.

mod archive;
mod builtin;
mod classes;
mod columns;
mod copies;
mod dataset;
mod error;
mod examples;
mod file;
mod findings;
mod first;
mod folders;
mod given_logits;
mod guard;
mod idx;
mod images;
mod inputs;
mod load;
mod magic;
mod names;
mod npz;
mod recognise;
mod split;
mod synthetic;
mod table;
mod text_folder;
mod texts;
mod transfer;
mod walk;
mod watch;
mod words;

pub use columns::{Column, ColumnKind, ColumnName, Columns};
pub use dataset::{Dataset, Scaling};
pub use error::{BadImage, BadLine, DataError, LineProblem, Much};
pub use examples::Examples;
pub use findings::{
    Dialect, Filled, Findings, Kind, LabelFinding, LabelReason, LeftOut, Remark, TextFinding, WordColumn,
};
pub(crate) use findings::{counted, first_of};
pub use first::FirstRows;
pub use given_logits::GivenLogits;
pub(crate) use guard::guarded;
pub use idx::is_idx_folder;
pub use images::{FoundPictures, Photo, is_picture, photo, photo_from_bytes, picture, pictures};
pub use inputs::{Batch, Inputs};
pub use npz::is_npz;
pub use recognise::recognise;
pub use split::Splits;
pub use synthetic::{MASK, Synthetic};
pub use table::{NewRows, first_rows, read_new_rows, read_new_texts};
pub use texts::{Texts, Tokens};
pub use transfer::{TransferSet, epoch_order};
pub use watch::Watch;
pub use words::{word_places, words};
