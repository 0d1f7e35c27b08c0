//! What the user can ask for: `Action` (plain, iterable) and `Command` (carries data).
