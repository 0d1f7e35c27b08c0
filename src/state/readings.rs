//! How the models on show see the sample in the lens, a text token by token, a picture by its places: they are asked while that is
//! shown.

use super::State;
use crate::protocol::{Explain, Explained, OneRow, Readers, Role, RunInfo};
use crate::recipe::Architecture;
use crate::text::Phrase;

/// How models see a sample, from the moment at which they are asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Readings {
    /// What they are asked.
    pub of: Explain,
    /// Whether the sample is the user's.
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

    /// Whether the lens shows a picture at which a student with convolutions looks.
    pub fn shows_places(&self) -> bool {
        let student = self.focused().and_then(|job| job.shown_run(self.lit_cell()));
        let convolves = student.is_some_and(|run| matches!(run.recipe.student, Some(Architecture::Cnn { .. })));
        convolves && self.lens_view().is_some_and(|view| view.probe.shape.len() == 3)
    }

    /// The sample in the lens.
    fn sample_on_show(&self) -> Option<OneRow> {
        let view = self.lens_view()?;
        if view.row < view.probe.texts.rows() {
            return Some(OneRow::Text(view.probe.texts.gather(&[view.row as u32])));
        }
        let is_picture = view.probe.shape.len() == 3;
        view.probe.input(view.row).filter(|_| is_picture).map(|values| OneRow::Picture(values.to_vec()))
    }

    /// What models are to be asked about the sample in the lens and have not been.
    pub fn wanted_readings(&self) -> Option<Explain> {
        let wanted = Explain { readers: self.readers(), sample: self.sample_on_show()? };
        self.screen.readings.as_ref().is_none_or(|readings| readings.of != wanted).then_some(wanted)
    }

    /// Takes note of what they were asked. The answer before it stands until the next is there, where it is nearly the same question.
    pub fn ask_readings(&mut self, of: Explain) {
        let is_own = self.own_picture().is_some();
        let is_near = |known: &Readings| {
            let as_own = is_own && known.is_own;
            let same = (known.of.readers.run, &known.of.readers.recipe) == (of.readers.run, &of.readers.recipe);
            same && (as_own || known.of.sample == of.sample)
        };
        let found = self.screen.readings.take().filter(is_near).and_then(|known| known.found);
        self.screen.readings = Some(Readings { of, is_own, found });
    }

    /// Takes in an answer; one to an earlier question is of no use.
    pub(super) fn take_readings(&mut self, found: Result<Box<Explained>, Phrase>) {
        let Some(readings) = &mut self.screen.readings else { return };
        if found.as_ref().is_ok_and(|found| found.sample != readings.of.sample) {
            return;
        }
        readings.found = Some(found);
    }

    /// How models see the sample in the lens, once they have answered.
    pub fn readings(&self) -> Option<&Result<Box<Explained>, Phrase>> {
        let readings = self.screen.readings.as_ref()?;
        let is_own = self.own_picture().is_some();
        let is_of_row = || self.sample_on_show().is_some_and(|sample| sample == readings.of.sample);
        if readings.is_own == is_own && (is_own || is_of_row()) { readings.found.as_ref() } else { None }
    }
}
