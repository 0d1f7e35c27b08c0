//! A photo that a model of 1,000 everyday classes looks at: one that comes with the program, or the user's own.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::distill::{Heard, Mean};
use crate::protocol::Probe;
use crate::text::Phrase;

/// Photos that come with the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shipped {
    /// A fire engine.
    #[default]
    FireEngine,
    /// A cat.
    Cat,
    /// A cup of coffee.
    Coffee,
}

impl Shipped {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FireEngine, Self::Cat, Self::Coffee];
}

/// Which photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhotoOf {
    /// One of the program's own.
    Shipped(Shipped),
    /// A file.
    File(PathBuf),
}

/// A photo, and what became of the question about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// Which.
    pub of: PhotoOf,
    /// What the model says of it, once it is known.
    pub seen: Option<Arc<SeenPhoto>>,
}

/// A photo as the model sees it, with its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenPhoto {
    /// The part that the model sees, as a probe set of one picture without a label, with the names of all classes and the model's logits.
    pub probe: Arc<Probe>,
    /// Height and width of the whole photo.
    pub size: [u32; 2],
    /// Milliseconds that the model took.
    pub milliseconds: f64,
}

impl SeenPhoto {
    /// The model's logits.
    pub fn heard(&self) -> Heard<'_> {
        Heard { each: vec![&self.probe.teacher], mean: Mean::default() }
    }
}

impl Photo {
    /// Asked, and not answered.
    pub fn asked(of: PhotoOf) -> Self {
        Self { of, seen: None }
    }

    /// Takes in an answer. What is wrong with the photo is returned; the one before stays.
    pub fn take(&mut self, found: Result<SeenPhoto, Phrase>) -> Option<Phrase> {
        match found {
            Ok(seen) => {
                self.seen = Some(Arc::new(seen));
                None
            }
            Err(problem) => Some(problem),
        }
    }
}
