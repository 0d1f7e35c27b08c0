//! A verdict in English, for the terminal and for exports; the window words the same fields itself.

use super::{GroupVerdict, LeftOut, Paired, Reason, Verdict, Word};

/// Fewer errors than without a teacher.
pub const BEATS: &str = "BEATS";
/// More errors than without a teacher.
pub const NO: &str = "NO";
/// These seeds cannot tell.
pub const INCONCLUSIVE: &str = "INCONCLUSIVE";

impl Word {
    /// The word in English.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Beats => BEATS,
            Self::No => NO,
            Self::Inconclusive => INCONCLUSIVE,
        }
    }
}

impl Reason {
    /// A stable name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Unclear => "unclear",
            Self::NoStudent => "no-student",
            Self::NoBaseline => "no-baseline",
            Self::NoPairs => "no-pairs",
            Self::NoTest => "no-test",
            Self::OneSeed => "one-seed",
            Self::FewSeeds => "few-seeds",
            Self::NoSpread => "no-spread",
        }
    }
}

impl Verdict {
    /// The headline, its numbers and its reason.
    pub fn sentence(&self) -> String {
        let h = &self.headline;
        let paired = h.test.as_ref().or(h.validation.as_ref());
        let rows = if h.test.is_some() { "test" } else { "validation" };
        let mut sentence = worded(h.word, h.reason, paired, rows);
        if self.compared > 1 {
            let beat = self.groups.iter().filter(|group| group.word == Word::Beats).count();
            let beat = if beat == 0 { "none".to_owned() } else { beat.to_string() };
            sentence += &format!("; {} groups compared on validation (Holm), {beat} beat the baseline", self.compared);
        }
        sentence.push('.');
        if let Some(left_out) = self.left_out.sentence() {
            sentence = format!("{sentence} {left_out}");
        }
        sentence
    }
}

impl GroupVerdict {
    /// The word of this group, its numbers and its reason.
    pub fn sentence(&self) -> String {
        worded(self.word, self.reason, self.validation.as_ref(), "validation") + "."
    }
}

impl LeftOut {
    /// `2 runs left out: 1 edited, 1 diverged.` Nothing, if there are none.
    pub fn sentence(&self) -> Option<String> {
        let total = self.total();
        let kinds = [
            (self.edited, "edited"),
            (self.diverged, "diverged"),
            (self.halved, "given up by the search"),
            (self.stopped, "stopped"),
        ];
        let kinds = kinds.into_iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}"));
        let runs = if total == 1 { "run" } else { "runs" };
        (total > 0).then(|| format!("{total} {runs} left out: {}.", kinds.collect::<Vec<_>>().join(", ")))
    }
}

fn worded(word: Word, reason: Reason, paired: Option<&Paired>, rows: &str) -> String {
    let because = because(reason, paired);
    match paired {
        Some(paired) => format!("{}: {} on {rows}: {because}", word.as_str(), numbers(paired)),
        None => format!("{}: {because}", word.as_str()),
    }
}

/// `4 seeds, 35 ± 3 against 70 ± 4 errors of 1,000`.
fn numbers(paired: &Paired) -> String {
    let spread = |spread: &super::Spread| match spread.deviation {
        Some(deviation) => format!("{} ± {}", short(spread.mean), short(deviation)),
        None => short(spread.mean),
    };
    let seeds = match paired.seeds.as_slice() {
        [only] => format!("seed {only} alone"),
        seeds => format!("{} seeds", seeds.len()),
    };
    let (student, baseline) = (spread(&paired.student), spread(&paired.baseline));
    format!("{seeds}, {student} against {baseline} errors of {}", thousands(paired.examples))
}

fn because(reason: Reason, paired: Option<&Paired>) -> String {
    let interval = paired.and_then(|paired| paired.interval);
    match (reason, interval) {
        (Reason::Clear | Reason::Unclear, Some(interval)) => {
            let level = short(100.0 * interval.level);
            let (low, high) = (short(interval.low), short(interval.high));
            let where_it_lies = if interval.excludes_zero() { "is clear of 0" } else { "holds 0" };
            format!("the {level} % interval of the difference, {low} to {high}, {where_it_lies}")
        }
        (Reason::Clear, None) => "the difference is clear".to_owned(),
        (Reason::Unclear, None) => "these seeds cannot tell them apart".to_owned(),
        (Reason::NoStudent, _) => "no student came to its planned end".to_owned(),
        (Reason::NoBaseline, _) => "there is no student without a teacher to compare with".to_owned(),
        (Reason::NoPairs, _) => "no seed was trained both with and without a teacher".to_owned(),
        (Reason::NoTest, _) => "the test rows have not been looked at".to_owned(),
        (Reason::OneSeed, _) => "one seed says little; run at least three".to_owned(),
        (Reason::FewSeeds, _) => "two seeds say little; run at least three".to_owned(),
        (Reason::NoSpread, _) => {
            "every seed differs by the same amount, which leaves no spread to judge by; run more seeds".to_owned()
        }
    }
}

/// At most one decimal, and none from a hundred on.
fn short(value: f64) -> String {
    let written = if value.abs() < 99.95 { format!("{value:.1}") } else { format!("{value:.0}") };
    let written = written.strip_suffix(".0").unwrap_or(&written);
    if written == "-0" { "0".to_owned() } else { written.replace('-', "−") }
}

fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut written = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([35.0, 35.25, -0.04, -6.06, 123.4].map(short), ["35", "35.2", "0", "−6.1", "123"]);
        assert_eq!([7, 500, 1_000, 60_000, 1_234_567].map(thousands), ["7", "500", "1,000", "60,000", "1,234,567"]);
    }
}
