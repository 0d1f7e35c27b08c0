//! The words of the field, for whoever is new to it: what each is called, and what it means.

/// A word that is explained where the window says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// T.
    Temperature,
    /// The factor of the soft loss.
    TemperatureSquared,
    /// What the teacher says of an example.
    SoftTargets,
    /// What a network gives before the softmax.
    Logits,
    /// The term that looks at the teacher.
    SoftLoss,
    /// The term that looks at labels.
    HardLoss,
    /// Both, with their weights.
    TotalLoss,
    /// The same student without a teacher.
    Baseline,
    /// Who is learnt from.
    Teacher,
    /// Who learns.
    Student,
    /// The unit of losses.
    Nats,
    /// How spread out a distribution is.
    Entropy,
    /// How far two distributions are apart.
    Kl,
    /// Rows that are answered wrongly.
    Errors,
    /// The share of those that are answered rightly.
    Accuracy,
    /// How often student and teacher say the same.
    Agreement,
    /// How far confidence is from accuracy.
    Calibration,
    /// What chance begins from.
    Seed,
    /// All rows once.
    Epoch,
    /// One change of the weights.
    Step,
    /// Rows that choose.
    Validation,
    /// Rows that are looked at once.
    Test,
    /// Whether two models differ by more than chance.
    McNemar,
    /// How often chance alone does as much.
    PValue,
    /// What the seeds allow for the true difference.
    Interval,
    /// What makes up for looking at many cells.
    Holm,
    /// One combination of swept values.
    Cell,
    /// How much a field explains.
    Variance,
    /// How much a term has to say.
    GradientShare,
    /// Whether both terms pull the same way.
    Cosine,
}

impl Term {
    /// All of them.
    pub const ALL: [Self; 30] = [
        Self::Temperature,
        Self::TemperatureSquared,
        Self::SoftTargets,
        Self::Logits,
        Self::SoftLoss,
        Self::HardLoss,
        Self::TotalLoss,
        Self::Baseline,
        Self::Teacher,
        Self::Student,
        Self::Nats,
        Self::Entropy,
        Self::Kl,
        Self::Errors,
        Self::Accuracy,
        Self::Agreement,
        Self::Calibration,
        Self::Seed,
        Self::Epoch,
        Self::Step,
        Self::Validation,
        Self::Test,
        Self::McNemar,
        Self::PValue,
        Self::Interval,
        Self::Holm,
        Self::Cell,
        Self::Variance,
        Self::GradientShare,
        Self::Cosine,
    ];

    /// What it is called.
    pub fn name(self) -> String {
        super::text(self.keys().0)
    }

    /// What it means, in two sentences at most.
    pub fn what(self) -> String {
        super::text(self.keys().1)
    }

    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Temperature => ("term-temperature", "term-temperature-what"),
            Self::TemperatureSquared => ("term-temperature-squared", "term-temperature-squared-what"),
            Self::SoftTargets => ("term-soft-targets", "term-soft-targets-what"),
            Self::Logits => ("term-logits", "term-logits-what"),
            Self::SoftLoss => ("term-soft-loss", "term-soft-loss-what"),
            Self::HardLoss => ("term-hard-loss", "term-hard-loss-what"),
            Self::TotalLoss => ("term-total-loss", "term-total-loss-what"),
            Self::Baseline => ("term-baseline", "term-baseline-what"),
            Self::Teacher => ("term-teacher", "term-teacher-what"),
            Self::Student => ("term-student", "term-student-what"),
            Self::Nats => ("term-nats", "term-nats-what"),
            Self::Entropy => ("term-entropy", "term-entropy-what"),
            Self::Kl => ("term-kl", "term-kl-what"),
            Self::Errors => ("term-errors", "term-errors-what"),
            Self::Accuracy => ("term-accuracy", "term-accuracy-what"),
            Self::Agreement => ("term-agreement", "term-agreement-what"),
            Self::Calibration => ("term-calibration", "term-calibration-what"),
            Self::Seed => ("term-seed", "term-seed-what"),
            Self::Epoch => ("term-epoch", "term-epoch-what"),
            Self::Step => ("term-step", "term-step-what"),
            Self::Validation => ("term-validation", "term-validation-what"),
            Self::Test => ("term-test", "term-test-what"),
            Self::McNemar => ("term-mcnemar", "term-mcnemar-what"),
            Self::PValue => ("term-p-value", "term-p-value-what"),
            Self::Interval => ("term-interval", "term-interval-what"),
            Self::Holm => ("term-holm", "term-holm-what"),
            Self::Cell => ("term-cell", "term-cell-what"),
            Self::Variance => ("term-variance", "term-variance-what"),
            Self::GradientShare => ("term-gradient-share", "term-gradient-share-what"),
            Self::Cosine => ("term-cosine", "term-cosine-what"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Language, speak};
    use super::*;

    #[test]
    fn every_term_has_its_name() {
        for language in Language::ALL {
            speak(language);
            for term in Term::ALL {
                let (name, what) = term.keys();
                assert!(term.name() != name && term.what() != what, "{term:?}");
                assert!(Term::ALL.iter().all(|other| *other == term || other.name() != term.name()), "{term:?}");
            }
        }
    }
}
