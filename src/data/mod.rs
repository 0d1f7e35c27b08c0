//! Examples in, batches out: built-in sets, IDX, CSV, image folders; splits, seeded order.
//!
//! A [`Dataset`] holds every row once, as raw values. [`Splits`] says which rows are for what; a [`TransferSet`] is what the
//! students may see of the training rows. [`Dataset::gather`] makes the inputs of a batch.
