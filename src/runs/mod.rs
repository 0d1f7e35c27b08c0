//! What happened: the store and its writer, curves, selection, comparison, export.
