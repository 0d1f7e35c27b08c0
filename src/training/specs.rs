//! What models are before they have weights: their layers for the data at hand, and how they read them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::PrepareError;
use super::of_rows::OfRows;
use crate::data::{Dataset, Examples};
use crate::model::{
    BertPlan, CheckpointError, Encoder, ExitPlan, Folder, Frame, ModelSpec, Normalisation, Plan, PlanError,
    SavedEncoder, TextEncoder, TextPlan,
};
use crate::recipe::{Architecture, Frozen, TextLayers, TokensOf};
use crate::text::phrase;

/// Vocabularies and folders that were read, so that the cells of a sweep share them.
pub(super) struct Specs {
    folders: Vec<(PathBuf, Arc<Folder>)>,
    /// By what the tokens are, and how many of a text are read.
    vocabularies: OfRows<(Origin, usize), Arc<TextEncoder>>,
}

/// What the tokens of a vocabulary are.
#[derive(PartialEq)]
enum Origin {
    /// Words, with this around a text.
    Words(Frame),
    /// Those of a teacher.
    Teacher(SavedEncoder),
}

/// Vocabularies that are kept.
const KEPT: usize = 8;

impl Default for Specs {
    fn default() -> Self {
        Self { folders: Vec::new(), vocabularies: OfRows::new(KEPT) }
    }
}

/// What models of a recipe are made for.
pub(super) struct Ground<'a> {
    pub dataset: &'a Arc<Dataset>,
    /// How models of numbers read them.
    pub normalisation: &'a Normalisation,
    /// The rows whose texts models with words of their own may count.
    pub rows: &'a [u32],
    /// The teacher, for students that share its tokens or its layers.
    pub teacher: Option<&'a ModelSpec>,
}

impl Specs {
    /// Lets go of folders, which may change.
    pub fn forget_folders(&mut self) {
        self.folders.clear();
    }

    /// A pre-trained model in a folder.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn folder(&mut self, path: &Path) -> Result<Arc<Folder>, CheckpointError> {
        if let Some((_, folder)) = self.folders.iter().find(|(of, _)| of == path) {
            return Ok(folder.clone());
        }
        let folder = Arc::new(Folder::read(path)?);
        self.folders.push((path.to_owned(), folder.clone()));
        Ok(folder)
    }

    /// A model that `whose` field asks for.
    ///
    /// # Errors
    /// When it does not fit the data.
    pub fn spec(
        &mut self,
        architecture: &Architecture,
        whose: &'static str,
        ground: &Ground<'_>,
    ) -> Result<ModelSpec, PrepareError> {
        let of_plan = |error: PlanError| PrepareError::Plan { whose, error };
        let classes = ground.dataset.classes.len();
        let texts = match &ground.dataset.examples {
            Examples::Text(texts) => Some(texts),
            Examples::Features { .. } | Examples::Pixels { .. } | Examples::Tokens(_) => None,
        };
        match (architecture, texts) {
            (Architecture::Mlp { .. } | Architecture::Cnn { .. }, _) => {
                let plan = Plan::new(architecture, &ground.dataset.examples.shape(), classes).map_err(of_plan)?;
                Ok(ModelSpec::new(plan, ground.normalisation.clone().into()))
            }
            (_, None) => Err(of_plan(PlanError::NoTexts)),
            (Architecture::Bert { folder, .. }, Some(_)) => {
                let folder = self.folder(folder).map_err(|error| PrepareError::Checkpoint { whose, error })?;
                folder.spec(architecture, classes).map_err(of_plan)
            }
            (Architecture::OfTeacher { .. }, Some(_)) => {
                let teacher = ground.teacher.ok_or_else(|| of_plan(PlanError::NoBert))?;
                of_teacher(architecture, teacher, classes).map_err(of_plan)
            }
            (Architecture::Text { layers, dropout, tokens, length }, Some(texts)) => {
                let encoder = match (tokens, ground.teacher.and_then(|teacher| teacher.reads.text())) {
                    (TokensOf::Words, _) => {
                        let is_framed = matches!(layers, TextLayers::Transformer { .. });
                        let frame = if is_framed { Frame::Bert } else { Frame::None };
                        let make = || TextEncoder::of_words(texts, ground.rows, frame, *length);
                        self.vocabulary(Origin::Words(frame), *length, ground, make)
                    }
                    (TokensOf::Teacher, Some(teacher)) => {
                        let make = || teacher.cut_down(texts, ground.rows, *length);
                        self.vocabulary(Origin::Teacher(teacher.saved().clone()), *length, ground, make)
                    }
                    (TokensOf::Teacher, None) => {
                        let problem = phrase!("tokens-no-teacher");
                        return Err(PrepareError::Method { field: "student.model.tokens", problem });
                    }
                };
                let encoder = encoder.map_err(|_| of_plan(PlanError::NoTexts))?;
                let plan = TextPlan::new(layers, *dropout, encoder.vocabulary(), *length);
                let plan = Plan::of_text(architecture, plan, classes).map_err(of_plan)?;
                Ok(ModelSpec::new(plan, Encoder::Text(encoder)))
            }
        }
    }

    /// A vocabulary of the texts that a model learns from, made once.
    fn vocabulary(
        &mut self,
        origin: Origin,
        length: usize,
        ground: &Ground<'_>,
        make: impl FnOnce() -> Result<TextEncoder, String>,
    ) -> Result<Arc<TextEncoder>, String> {
        self.vocabularies.get((ground.dataset, ground.rows), (origin, length), || make().map(Arc::new))
    }
}

/// The teacher's own network, or its first layers. Its weights are put in once they are there.
fn of_teacher(architecture: &Architecture, teacher: &ModelSpec, classes: usize) -> Result<ModelSpec, PlanError> {
    let (Architecture::OfTeacher { layers, speed, dropout }, Some(bert)) = (architecture, teacher.bert()) else {
        return Err(PlanError::NoBert);
    };
    let mut plan = BertPlan {
        frozen: Frozen::Nothing,
        exits: speed.map(|speed| ExitPlan::new(speed, bert.width)),
        ..bert.clone()
    };
    if let Some(layers) = layers {
        if *layers > plan.layers {
            return Err(PlanError::FewLayers { asked: *layers, there: plan.layers });
        }
        plan.layers = *layers;
    }
    if let Some(dropout) = dropout {
        (plan.dropout, plan.attention_dropout) = (*dropout, *dropout);
    }
    let plan = Plan::of_text(architecture, TextPlan::Bert(plan), classes)?;
    Ok(ModelSpec::new(plan, teacher.reads.clone()))
}
