//! How curves are drawn, and which.

use std::collections::BTreeSet;

use super::{Metric, Smoothing};

/// How curves are drawn.
#[derive(Clone, Debug)]
pub struct CurveSettings {
    /// Which losses are drawn.
    pub loss: LossView,
    /// Whether the loss has a logarithmic axis.
    pub log_y: bool,
    /// How much the loss is smoothed; the raw curve is a band behind it.
    pub smoothing: Smoothing,
    /// Whether the terms of the loss are shown as they count in the total: times their weights, the soft one times T² too.
    pub weighted: bool,
    /// Ids of hidden curves.
    pub hidden: BTreeSet<u64>,
    /// What the plot by epoch shows.
    pub quality: Metric,
}

impl Default for CurveSettings {
    fn default() -> Self {
        Self {
            loss: LossView::Terms,
            log_y: true,
            smoothing: Smoothing::Light,
            weighted: false,
            hidden: BTreeSet::new(),
            quality: Metric::Errors,
        }
    }
}

impl CurveSettings {
    /// Shows one curve alone among those with these ids; all of them again where it is alone already.
    pub fn solo(&mut self, id: u64, among: &[u64]) {
        let is_alone = among.iter().all(|other| *other == id || self.hidden.contains(other));
        for other in among {
            self.hidden.remove(other);
        }
        if !is_alone {
            self.hidden.extend(among.iter().filter(|other| **other != id));
        }
    }
}

/// Which losses are drawn together: those that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossView {
    /// The terms of the student's own loss.
    Terms,
    /// The cross-entropy with the labels, of the student, its baseline and other runs.
    Labels,
}

impl LossView {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Terms, Self::Labels];
}
