//! Two models on the same rows: on how many only one of them is right, and whether chance explains that.

use serde::Serialize;

use crate::protocol::Answers;

/// Rows on which exactly one of two models is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Discordant {
    /// The first is right, the second is wrong.
    pub better: u64,
    /// The other way round.
    pub worse: u64,
}

impl Discordant {
    /// Counts the rows of two runs; `None` where the two were not asked the same rows.
    pub fn between(first: &Answers, second: &Answers) -> Option<Self> {
        let same = first.rows == second.rows;
        same.then(|| Self::of(&first.predicted, &second.predicted, &first.labels)).flatten()
    }

    /// Counts the rows; `None` where the two were not asked the same.
    pub fn of(first: &[u32], second: &[u32], labels: &[u32]) -> Option<Self> {
        if first.len() != labels.len() || second.len() != labels.len() {
            return None;
        }
        let mut counts = Self::default();
        for ((first, second), label) in first.iter().zip(second).zip(labels) {
            match (first == label, second == label) {
                (true, false) => counts.better += 1,
                (false, true) => counts.worse += 1,
                _ => {}
            }
        }
        Some(counts)
    }

    /// How likely a split at least this uneven is by chance, if both models were equally good: the exact two-sided test of
    /// McNemar (Psychometrika 12, 1947), a binomial of p = ½ over the discordant rows.
    pub fn p(self) -> f64 {
        let n = self.better + self.worse;
        let fewer = self.better.min(self.worse);
        // Σ C(n, k) / 2ⁿ for k = 0 … fewer; logarithms, since 2⁻ⁿ is no number from a thousand rows on.
        let half = 0.5_f64.ln() * n as f64;
        let (mut choose, mut sum) = (0.0_f64, 0.0_f64);
        for k in 0..=fewer {
            if k > 0 {
                choose += ((n - k + 1) as f64).ln() - (k as f64).ln();
            }
            sum += (choose + half).exp();
        }
        (2.0 * sum).min(1.0)
    }

    /// Whether chance does not explain it: p < 0.05.
    pub fn is_clear(self) -> bool {
        self.p() < super::ALPHA
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_the_binomial() {
        let p = |better, worse| Discordant { better, worse }.p();
        // 2 · Σ C(n, k) / 2ⁿ by hand: (1 + 10) / 1024 · 2, (1 + 5 + 10) / 32 · 2 = 1, 2 / 64.
        assert!((p(9, 1) - 22.0 / 1024.0).abs() < 1e-12);
        assert!((p(1, 9) - p(9, 1)).abs() < 1e-15);
        assert!((p(3, 2) - 1.0).abs() < 1e-12);
        assert!((p(0, 6) - 2.0 / 64.0).abs() < 1e-12);
        assert!((p(0, 0) - 1.0).abs() < 1e-12);
        // By exact integers (2 · Σ C(n, k) / 2ⁿ in Python); the second is far beyond where 2⁻ⁿ is a number.
        assert!((p(40, 60) - 0.056_887_933_640_980_79).abs() < 1e-12);
        assert!((p(1900, 2100) - 0.001_649_266_375_135_7).abs() < 1e-11, "{}", p(1900, 2100));
    }

    #[test]
    fn rows_on_which_one_is_right_are_counted() {
        let labels = [0, 1, 2, 3, 4];
        let counted = Discordant::of(&[0, 1, 0, 0, u32::MAX], &[0, 0, 2, 0, 4], &labels);
        assert_eq!(counted, Some(Discordant { better: 1, worse: 2 }));
        assert_eq!(Discordant::of(&[0], &[0, 1], &labels), None);
    }
}
