//! Whether what a page needs is there.

use super::shape::{Lesson, Needs, Sample};
use crate::protocol::{JobId, JobOutcome};
use crate::state::{Pane, PhotoOf, State, Subject};

/// A job that was begun in a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnJob {
    /// Which.
    pub job: JobId,
    /// The training of the lesson that it is.
    pub training: Option<String>,
}

impl OwnJob {
    /// Whether it ran to its end.
    pub fn is_over(&self, state: &State) -> bool {
        state.jobs.open.get(&self.job).is_some_and(|view| view.outcome == Some(JobOutcome::Done))
    }

    /// The newest of some that is this training.
    pub fn newest<'a>(own: &'a [Self], training: &str) -> Option<&'a Self> {
        own.iter().rev().find(|job| job.training.as_deref() == Some(training))
    }
}

/// What of a page's needs is not there.
#[derive(Clone, Debug, PartialEq)]
pub enum Lacking {
    /// The arrangement, or some panels.
    Panels(Vec<Pane>),
    /// The preset.
    Preset(&'static str),
    /// What the lens is to look at.
    Sample(Sample),
    /// A training.
    Training {
        /// By its id.
        id: String,
        /// How long it takes.
        seconds: f64,
        /// Whether it is on its way.
        comes: bool,
    },
}

impl Needs {
    /// What is not there.
    pub fn lacking(&self, lesson: &Lesson, state: &State, own: &[OwnJob]) -> Vec<Lacking> {
        let mut lacking = Vec::new();
        let window = &state.window;
        let missing: Vec<Pane> = self.panels.iter().copied().filter(|panel| !window.in_sight.contains(panel)).collect();
        if !missing.is_empty() || self.arrangement.is_some_and(|it| it != window.workspace) {
            lacking.push(Lacking::Panels(if missing.is_empty() { self.panels.clone() } else { missing }));
        }
        if let Some(preset) = self.preset.filter(|preset| state.recipe.preset != Some(preset)) {
            lacking.push(Lacking::Preset(preset));
        }
        if let Some(training) = self.training.as_deref().and_then(|id| lesson.training(id)) {
            let begun = OwnJob::newest(own, &training.id);
            let is_there = begun.is_some_and(|job| job.is_over(state) && state.screen.focus == Some(job.job));
            if !is_there {
                let runs = |job: &OwnJob| state.jobs.running == Some(job.job);
                let comes = state.jobs.starting || begun.is_some_and(runs);
                lacking.push(Lacking::Training { id: training.id.clone(), seconds: training.seconds, comes });
            }
        }
        if let Some(sample) = self.sample.as_ref().filter(|sample| !sample.is_on_show(state)) {
            lacking.push(Lacking::Sample(sample.clone()));
        }
        lacking
    }
}

impl Sample {
    fn is_on_show(&self, state: &State) -> bool {
        if state.lens_view().is_none() {
            return false;
        }
        let lens = &state.screen.lens;
        let of_data = lens.subject == Subject::Sample && state.screen.picture.is_none();
        match self {
            Self::Photo(shipped) => {
                let photo = state.screen.photo.as_ref();
                lens.subject == Subject::Photo && photo.is_some_and(|photo| photo.of == PhotoOf::Shipped(*shipped))
            }
            Self::Example => lens.subject == Subject::Example,
            Self::Mean => lens.subject == Subject::Mean,
            Self::Any => of_data,
            Self::Class(class) => {
                let view = state.lens_view().filter(|_| of_data);
                let label = view.and_then(|view| view.probe.classes.get(view.label?));
                label == Some(class)
            }
        }
    }
}
