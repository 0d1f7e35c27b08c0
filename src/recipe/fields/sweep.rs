//! Fields that say which combinations of swept values are trained; no single recipe has them.

use super::{FROM_ONE, Field, Kind, PLAIN, Part, Synonyms};

/// `sweep.strategy`.
pub const STRATEGY: Field = Field {
    path: "sweep.strategy",
    label: "field-strategy",
    what: "field-strategy-hint",
    short: Some("field-strategy"),
    ..OF_SWEEP
};

/// `sweep.runs`.
pub const RUNS: Field = Field {
    path: "sweep.runs",
    label: "field-drawn-cells",
    what: "field-drawn-cells-hint",
    short: Some("field-drawn-cells"),
    kind: Kind::Whole(FROM_ONE),
    synonyms: &[Synonyms { value: "", words: &["n_trials"] }],
    ..OF_SWEEP
};

/// `sweep.seeds`.
pub const SEEDS: Field = Field {
    path: "sweep.seeds",
    label: "field-seeds",
    what: "field-seeds-hint",
    short: Some("field-seeds"),
    kind: Kind::Whole(FROM_ONE),
    synonyms: &[Synonyms { value: "", words: &["n_seeds", "num_seeds"] }],
    ..OF_SWEEP
};

/// `sweep.test_all`.
pub const TEST_ALL: Field = Field {
    path: "sweep.test_all",
    label: "field-test-all",
    what: "field-test-all-hint",
    short: Some("field-test-all"),
    kind: Kind::Truth(false),
    ..OF_SWEEP
};

/// `zip`.
pub const ZIP: Field = Field {
    path: "zip",
    label: "field-zip",
    what: "field-zip-hint",
    short: Some("field-zip"),
    kind: Kind::List,
    ..OF_SWEEP
};

const OF_SWEEP: Field = Field { part: Part::Sweep, ..PLAIN };
