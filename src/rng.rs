//! Counter-based random numbers: a value depends on its key and position, never on how many others were drawn.
