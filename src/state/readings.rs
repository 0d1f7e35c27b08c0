//! How the models on show read the text in the lens, token by token: they are asked while that is shown.

use super::State;
use crate::protocol::{Explain, Explained, Readers, Role, RunInfo};
use crate::text::Phrase;

/// How models read a text, from the moment at which they are asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Readings {
    /// What they are asked.
    pub of: Explain,
    /// Whether the text is the user's.
    is_own: bool,
    /// The newest answer, or why there is none. While a text is typed it may be of the text before.
    found: Option<Result<Box<Explained>, Phrase>>,
}

impl State {
    /// The teacher and the student on show, as they are asked about a picture or a text.
    pub fn readers(&self) -> Readers {
        let job = self.focused();
        let saved = |run: Option<&RunInfo>| self.row(run?.run)?.checkpoint.clone();
        let shown = job.and_then(|job| job.shown_run(self.lit_cell())).filter(|run| run.role == Role::Student);
        let models = job.map(|job| job.teacher_models(shown)).unwrap_or_default();
        let trained = models.into_iter().filter(|model| !model.loaded);
        Readers {
            recipe: Box::new(self.asked_recipe().clone()),
            teachers: trained.map(|model| saved(Some(model))).collect::<Option<_>>().unwrap_or_default(),
            student: saved(shown),
            untrained: job.is_none(),
            run: shown.map(|run| run.run),
        }
    }

    /// Whether the lens shows a text.
    pub fn shows_text(&self) -> bool {
        self.lens_view().is_some_and(|view| view.row < view.probe.texts.rows())
    }

    /// What models are to be asked about the text in the lens and have not been.
    pub fn wanted_readings(&self) -> Option<Explain> {
        let view = self.lens_view().filter(|view| self.screen.lens.tokens && view.row < view.probe.texts.rows())?;
        let wanted = Explain { readers: self.readers(), texts: view.probe.texts.gather(&[view.row as u32]) };
        self.screen.readings.as_ref().is_none_or(|readings| readings.of != wanted).then_some(wanted)
    }

    /// Takes note of what they were asked. The answer before it stands until the next is there, where it is nearly the same question.
    pub fn ask_readings(&mut self, of: Explain) {
        let is_own = self.own_picture().is_some();
        let is_near = |known: &Readings| {
            let as_own = is_own && known.is_own;
            let same = (known.of.readers.run, &known.of.readers.recipe) == (of.readers.run, &of.readers.recipe);
            same && (as_own || known.of.texts == of.texts)
        };
        let found = self.screen.readings.take().filter(is_near).and_then(|known| known.found);
        self.screen.readings = Some(Readings { of, is_own, found });
    }

    /// Takes in an answer; one to an earlier question is of no use.
    pub(super) fn take_readings(&mut self, found: Result<Box<Explained>, Phrase>) {
        let Some(readings) = &mut self.screen.readings else { return };
        if found.as_ref().is_ok_and(|found| found.texts != readings.of.texts) {
            return;
        }
        readings.found = Some(found);
    }

    /// How models read the text in the lens, once they have answered.
    pub fn readings(&self) -> Option<&Result<Box<Explained>, Phrase>> {
        let (readings, view) = (self.screen.readings.as_ref()?, self.lens_view()?);
        let is_own = self.own_picture().is_some();
        let is_of_row = || readings.of.texts.shown(0) == view.probe.texts.shown(view.row);
        if readings.is_own == is_own && (is_own || is_of_row()) { readings.found.as_ref() } else { None }
    }
}
