//! A field of a recipe as plain data: what it is called here and elsewhere, what it is, what it may hold, where it belongs.
//! The recipe's own fields are listed in `recipe::fields`, a method's in its file.

use std::ops::{Bound, RangeBounds as _, RangeInclusive};

use crate::text::{Between, Phrase, phrase};

/// One field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Where it stands in a recipe: `distill.temperature`.
    pub path: &'static str,
    /// The key of its name, as it stands within a sentence.
    pub label: &'static str,
    /// The key of what it is, in two sentences at most.
    pub what: &'static str,
    /// The key of its name in a row that says what differs, e.g. `T 8`; none where the value says it all.
    pub short: Option<&'static str>,
    /// What it holds.
    pub kind: Kind,
    /// The key of what it may hold, where its numbers do not say it all.
    pub allowed: Option<&'static str>,
    /// The part of the recipe that it belongs to.
    pub part: Part,
    /// Whether the recipe panel has a control for it.
    pub has_control: bool,
    /// Whether it makes a column of the list of runs, and an axis of the board without being swept.
    pub is_column: bool,
    /// Whether it is told to whoever misspelt a key in another part of the recipe.
    pub is_hinted: bool,
    /// Whether it is the teacher's own of a field that the student has too.
    pub is_taught: bool,
    /// Whether each member of a population may have its own value; a swept field of which this is not so makes populations.
    pub is_per_member: bool,
    /// Whether it can be moved while training runs.
    pub is_live: bool,
    /// What other programs call it.
    pub synonyms: &'static [Synonyms],
    /// What else people type to find it: plain words, Chinese, and Chinese as it is typed.
    pub search: &'static str,
}

/// Words of other programs, in lower case with underscores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synonyms {
    /// The value that says here what they say there, in TOML; empty where they name the field alone.
    pub value: &'static str,
    /// The words.
    pub words: &'static [&'static str],
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Text, or what each recipe writes in its own way.
    Text,
    /// Several names, columns or numbers.
    List,
    /// A number.
    Number(Span),
    /// A whole number.
    Whole(Span),
    /// On or off, and which of them it usually is.
    Truth(bool),
    /// One of these words, each with the key of its name.
    Choice(&'static [(&'static str, &'static str)]),
    /// Any of these words, each with the key of its name; on is the first of them, off none.
    Several(&'static [(&'static str, &'static str)]),
    /// Where examples come from.
    Source,
    /// A model that is trained.
    Layers,
    /// A model that is loaded.
    File,
}

/// What numbers a field takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// All that a recipe may hold.
    pub allowed: (Bound<f64>, Bound<f64>),
    /// What a slider has room for.
    pub shown: (f64, f64),
    /// Whether equal ratios, not differences, are equally far apart.
    pub log: bool,
    /// How far a pixel of dragging moves it, where it has no slider.
    pub step: f64,
    /// What it is where a recipe says nothing.
    pub usual: f64,
    /// Whether `usual` is a share of the epochs, so that it is known only with them.
    pub of_epochs: bool,
    /// What it is counted in.
    pub unit: Option<Unit>,
    /// What it is first swept over.
    pub tries: Tries,
}

/// Values to begin a sweep with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tries {
    /// Evenly spaced by ratio, both ends included.
    Ratios {
        /// The first.
        from: f64,
        /// The last.
        to: f64,
        /// How many.
        points: usize,
    },
    /// These.
    These(&'static [f64]),
    /// Half a decade to either side of the present value, and that.
    Around,
    /// The present whole number and the next ones, so many in all.
    Next(u64),
}

/// What a number is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share of 1, told in per cent.
    Share,
    /// Pixels.
    Pixels,
    /// Epochs.
    Epochs,
}

/// The parts of a recipe, as the panel shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The recipe as a whole.
    Recipe,
    /// Examples.
    Data,
    /// The model that is learnt from.
    Teacher,
    /// The model that learns.
    Student,
    /// How the one learns from the other.
    Distillation,
    /// How weights move.
    Optimiser,
    /// How long, from which seed, what is kept.
    Training,
    /// The same student without a teacher.
    Baseline,
    /// Which combinations are trained.
    Sweep,
}

/// What most fields are; each description says what is different.
pub const PLAIN: Field = Field {
    path: "",
    label: "",
    what: "",
    short: None,
    kind: Kind::Text,
    allowed: None,
    part: Part::Recipe,
    has_control: false,
    is_column: false,
    is_hinted: true,
    is_taught: false,
    is_per_member: false,
    is_live: false,
    synonyms: &[],
    search: "",
};

/// Counted in any number.
pub const COUNT: Span = Span {
    allowed: (Bound::Included(0.0), Bound::Unbounded),
    shown: (0.0, 1e6),
    step: 0.2,
    tries: Tries::Next(4),
    ..Span::ANY
};

/// The same, of which there is one at least.
pub const FROM_ONE: Span =
    Span { allowed: (Bound::Included(1.0), Bound::Unbounded), shown: (1.0, 1e6), usual: 1.0, ..COUNT };

/// A share of 1, with both ends.
pub const SHARE: Span =
    Span { allowed: (Bound::Included(0.0), Bound::Included(1.0)), unit: Some(Unit::Share), ..Span::ANY };

impl Field {
    /// Its name within a sentence.
    pub fn label(&self) -> Phrase {
        self.owned(Phrase::message(self.label))
    }

    /// What it is.
    pub fn what(&self) -> Phrase {
        Phrase::message(self.what)
    }

    /// The numbers that it takes; any, where it holds none.
    pub const fn span(&self) -> Span {
        match self.kind {
            Kind::Number(span) | Kind::Whole(span) => span,
            _ => Span::ANY,
        }
    }

    /// Whether it may move by itself over a training: a number of a method that can be moved while it trains.
    pub fn may_move(&self) -> bool {
        self.is_live && self.part == Part::Distillation && matches!(self.kind, Kind::Number(_))
    }

    /// The last word of its path.
    pub fn key(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The words that it may hold, each with the key of its name; none where it holds no words.
    pub const fn choices(&self) -> &'static [(&'static str, &'static str)] {
        match self.kind {
            Kind::Choice(names) | Kind::Several(names) => names,
            _ => &[],
        }
    }

    /// What it may hold, in words.
    pub fn allowed(&self) -> Phrase {
        match (self.allowed, self.kind) {
            (Some(key), _) => Phrase::message(key),
            (None, Kind::Truth(_)) => phrase!("allowed-truth"),
            (None, Kind::Choice(names)) => quoted(Between::Or, names),
            (None, Kind::Several(names)) => phrase!("allowed-several", names = quoted(Between::And, names)),
            (None, Kind::Whole(span)) => match span.allowed.1 {
                Bound::Included(most) => {
                    phrase!("allowed-whole-from-to", low = span.least(), high = Phrase::setting(most))
                }
                _ => phrase!("allowed-whole", least = span.least()),
            },
            (None, _) => self.span().phrase(),
        }
    }

    /// What it is where a recipe of so many epochs says nothing.
    pub fn usual(&self, epochs: usize) -> f64 {
        if let Kind::Truth(on) = self.kind {
            return f64::from(u8::from(on));
        }
        let span = self.span();
        if span.of_epochs { span.usual * epochs as f64 } else { span.usual }
    }

    /// The same field with another usual value.
    #[must_use]
    pub const fn usually(self, usual: f64) -> Self {
        let kind = match self.kind {
            Kind::Number(span) => Kind::Number(Span { usual, ..span }),
            Kind::Whole(span) => Kind::Whole(Span { usual, ..span }),
            kind => kind,
        };
        Self { kind, ..self }
    }

    /// Says that it is the teacher's, where it is.
    pub(crate) fn owned(&self, name: Phrase) -> Phrase {
        if self.is_taught { phrase!("field-of-teacher", field = name) } else { name }
    }
}

fn quoted(between: Between, names: &[(&str, &str)]) -> Phrase {
    Phrase::several(between, names.iter().map(|(name, _)| format!("\"{name}\"").into()))
}

impl Span {
    /// Any number.
    pub const ANY: Self = Self {
        allowed: (Bound::Unbounded, Bound::Unbounded),
        shown: (0.0, 1.0),
        log: false,
        step: 0.01,
        usual: 0.0,
        of_epochs: false,
        unit: None,
        tries: Tries::Around,
    };

    /// The least whole number that it takes.
    pub fn least(&self) -> u64 {
        match self.allowed.0 {
            Bound::Included(low) => low as u64,
            Bound::Excluded(_) | Bound::Unbounded => 0,
        }
    }

    /// What it takes, in words.
    fn phrase(&self) -> Phrase {
        let (low, high) = self.allowed;
        let number = |bound: f64| Phrase::plain(bound);
        match (low, high) {
            (Bound::Included(0.0), Bound::Included(1.0)) => phrase!("allowed-share"),
            (Bound::Included(low), Bound::Included(high)) => {
                phrase!("allowed-from-to", low = number(low), high = number(high))
            }
            (Bound::Included(low), Bound::Excluded(high)) => {
                phrase!("allowed-from-below", low = number(low), high = number(high))
            }
            (Bound::Excluded(low), Bound::Included(high)) => {
                phrase!("allowed-above-to", low = number(low), high = number(high))
            }
            (Bound::Excluded(low), _) => phrase!("allowed-above", low = number(low)),
            (Bound::Included(low), Bound::Unbounded) => phrase!("allowed-least", low = number(low)),
            (Bound::Unbounded, _) => phrase!("allowed-any"),
        }
    }

    /// Whether a recipe may hold this number.
    pub fn allows(&self, value: f64) -> bool {
        value.is_finite() && self.allowed.contains(&value)
    }

    /// What a slider has room for.
    pub const fn shown(&self) -> RangeInclusive<f64> {
        self.shown.0..=self.shown.1
    }
}
