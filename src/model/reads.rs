//! How a model reads raw inputs. It belongs to the model and its file, not to the data.

use std::sync::Arc;

use super::Normalisation;
use super::text::TextEncoder;

/// How a model reads raw inputs.
#[derive(Clone, Debug, PartialEq)]
pub enum Encoder {
    /// Features and pixels.
    Numbers(Normalisation),
    /// Texts.
    Text(Arc<TextEncoder>),
}

impl From<Normalisation> for Encoder {
    fn from(normalisation: Normalisation) -> Self {
        Self::Numbers(normalisation)
    }
}

impl Encoder {
    /// How numbers are scaled; none of a model of texts.
    pub fn normalisation(&self) -> Option<&Normalisation> {
        match self {
            Self::Numbers(normalisation) => Some(normalisation),
            Self::Text(_) => None,
        }
    }

    /// The tokeniser of a model of texts.
    pub fn text(&self) -> Option<&Arc<TextEncoder>> {
        match self {
            Self::Numbers(_) => None,
            Self::Text(encoder) => Some(encoder),
        }
    }

    /// The same for values from which `bases` were subtracted before they became `f32`.
    pub fn with_bases(self, bases: &[f64]) -> Self {
        match self {
            Self::Numbers(normalisation) => Self::Numbers(normalisation.with_bases(bases)),
            text @ Self::Text(_) => text,
        }
    }
}
