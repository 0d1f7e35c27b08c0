//! What was on the screen when the window was closed, so that it is there again when it opens.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::protocol::{JobId, RunId};
use crate::recipe::Sweep;
use crate::recipe::fields::TEMPERATURE;
use crate::state::{BoardPage, Metric, SampleChoice, State};

/// The last screen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Last {
    /// The recipe in the panel, as TOML.
    recipe: String,
    /// The store that jobs and runs are of; in another one their ids mean others.
    store: PathBuf,
    /// The job that panels showed.
    job: Option<JobId>,
    /// The chosen cell of its board.
    cell: Option<usize>,
    page: Option<BoardPage>,
    metric: Option<Metric>,
    /// Runs that were ticked.
    ticked: Vec<RunId>,
    lens: Option<LastLens>,
    /// Seconds that a step took for each parameter of each member.
    pace: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct LastLens {
    temperature: f64,
    row: usize,
    choice: SampleChoice,
    class: Option<usize>,
    zoomed: bool,
    #[serde(default)]
    tokens: bool,
    #[serde(default)]
    biases: bool,
}

impl Last {
    /// What is on the screen now.
    pub fn of(state: &State, store: &Path) -> Self {
        let lens = &state.screen.lens;
        Self {
            recipe: state.recipe.sweep.to_toml(),
            store: store.to_owned(),
            job: state.screen.focus,
            cell: state.screen.board.selected,
            page: Some(state.screen.board.page),
            metric: Some(state.screen.board.metric),
            ticked: state.screen.overlaid.runs(),
            lens: Some(LastLens {
                temperature: lens.temperature,
                row: lens.row,
                choice: lens.choice,
                class: lens.class,
                zoomed: lens.zoomed,
                tokens: lens.tokens,
                biases: lens.biases,
            }),
            pace: state.jobs.pace,
        }
    }

    /// The recipe, where it can still be read.
    pub fn sweep(&self) -> Option<Sweep> {
        if self.recipe.is_empty() {
            return None;
        }
        match Sweep::parse(&self.recipe, None, &[]) {
            Ok(sweep) => Some(sweep),
            Err(faults) => {
                log::warn!("the recipe that was left: {}", faults.phrase());
                None
            }
        }
    }

    /// Puts back what needs no store.
    pub fn restore(&self, state: &mut State) {
        state.jobs.pace = self.pace.filter(|pace| pace.is_finite() && *pace > 0.0);
        if let Some(lens) = &self.lens {
            let (t, (low, high)) = (lens.temperature, TEMPERATURE.span().shown);
            state.screen.lens.temperature = if t.is_finite() { t.clamp(low, high) } else { 1.0 };
            (state.screen.lens.row, state.screen.lens.choice) = (lens.row, lens.choice);
            (state.screen.lens.class, state.screen.lens.zoomed) = (lens.class, lens.zoomed);
            (state.screen.lens.tokens, state.screen.lens.biases) = (lens.tokens, lens.biases);
        }
        state.screen.board.page = self.page.unwrap_or_default();
        state.screen.board.metric = self.metric.unwrap_or_default();
    }

    /// The job that was on show with its chosen cell, and the runs that were ticked, of this store.
    pub fn shown(&self, store: &Path) -> (Option<JobId>, Option<usize>, &[RunId]) {
        if self.store == store { (self.job, self.cell, &self.ticked) } else { (None, None, &[]) }
    }
}
