//! What was on the screen when the window was closed, so that it is there again when it opens.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::lenient::known_or_default;
use crate::protocol::{JobId, RunId};
use crate::recipe::Sweep;
use crate::state::{
    BarOrder, BoardPage, LENS_TEMPERATURES, LensPage, Metric, RecipePanel, SampleChoice, Screen, State, Subject,
};

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
    #[serde(default, deserialize_with = "known_or_default")]
    subject: Subject,
    #[serde(default, deserialize_with = "known_or_default")]
    page: LensPage,
    #[serde(default, deserialize_with = "known_or_default")]
    order: BarOrder,
    #[serde(default)]
    log: bool,
}

impl Last {
    /// What is on the screen now.
    pub fn of(recipe: &RecipePanel, screen: &Screen, pace: Option<f64>, store: &Path) -> Self {
        let lens = &screen.lens;
        Self {
            recipe: recipe.sweep.to_toml(),
            store: store.to_owned(),
            job: screen.focus,
            cell: screen.board.selected,
            page: Some(screen.board.page),
            metric: Some(screen.board.metric),
            ticked: screen.overlaid.runs(),
            lens: Some(LastLens {
                temperature: lens.temperature,
                row: lens.row,
                // A place of a table is not kept.
                choice: if lens.choice == SampleChoice::Answered { SampleChoice::Any } else { lens.choice },
                class: lens.class,
                zoomed: lens.zoomed,
                tokens: lens.tokens,
                biases: lens.biases,
                subject: lens.subject,
                page: lens.page,
                order: lens.order,
                log: lens.log,
            }),
            pace,
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
            let (t, (low, high)) = (lens.temperature, LENS_TEMPERATURES.into_inner());
            state.screen.lens.temperature = if t.is_finite() { t.clamp(low, high) } else { 1.0 };
            (state.screen.lens.row, state.screen.lens.choice) = (lens.row, lens.choice);
            (state.screen.lens.class, state.screen.lens.zoomed) = (lens.class, lens.zoomed);
            (state.screen.lens.tokens, state.screen.lens.biases) = (lens.tokens, lens.biases);
            (state.screen.lens.subject, state.screen.lens.page) = (lens.subject, lens.page);
            (state.screen.lens.order, state.screen.lens.log) = (lens.order, lens.log);
        }
        state.screen.board.page = self.page.unwrap_or_default();
        state.screen.board.metric = self.metric.unwrap_or_default();
    }

    /// The job that was on show with its chosen cell, and the runs that were ticked, of this store.
    pub fn shown(&self, store: &Path) -> (Option<JobId>, Option<usize>, &[RunId]) {
        if self.store == store { (self.job, self.cell, &self.ticked) } else { (None, None, &[]) }
    }
}
