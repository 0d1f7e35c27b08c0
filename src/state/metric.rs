//! What runs are measured by on validation rows.

use serde::{Deserialize, Serialize};

use crate::protocol::Metrics;
use crate::text::number::Kind;

/// What runs are measured by on validation rows: on the board, and epoch by epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Rows whose top class is not the label.
    #[default]
    Errors,
    /// Share of rows whose top class is the label.
    Accuracy,
    /// Share of rows whose top class is the teacher's.
    Agreement,
    /// KL(teacher ‖ student) at T = 1.
    Kl,
    /// Expected calibration error.
    Ece,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Errors, Self::Accuracy, Self::Agreement, Self::Kl, Self::Ece];

    /// Its value; shares are in percent.
    pub fn of(self, metrics: &Metrics) -> Option<f64> {
        match self {
            Self::Errors => Some(metrics.errors as f64),
            Self::Accuracy => Some(100.0 * metrics.accuracy),
            Self::Agreement => metrics.agreement.map(|share| 100.0 * share),
            Self::Kl => metrics.kl,
            Self::Ece => metrics.ece,
        }
    }

    /// How it is written, one value and a mean over several alike.
    pub fn written(self) -> Kind {
        match self {
            Self::Errors => Kind::Mean,
            Self::Accuracy | Self::Agreement => Kind::Percent,
            Self::Kl | Self::Ece => Kind::Metric,
        }
    }

    /// Whether less is better.
    pub fn lowest_is_best(self) -> bool {
        !matches!(self, Self::Accuracy | Self::Agreement)
    }
}
