//! Numbers as sentences have them: the same digits wherever they stand.

use super::paired::Spread;
use crate::text::Phrase;

/// From here on a mean has no decimals.
const WHOLE: f64 = 99.95;

/// A mean of counts: at most one decimal, and none from a hundred on.
pub fn mean(value: f64) -> Phrase {
    Phrase::Plain(short(value))
}

/// `35 ± 3`, or the mean alone.
pub fn spread(of: &Spread) -> Phrase {
    Phrase::Plain(match of.deviation {
        // The spread has no more digits than the mean.
        Some(deviation) if of.mean.abs() >= WHOLE => format!("{} ± {deviation:.0}", short(of.mean)),
        Some(deviation) => format!("{} ± {}", short(of.mean), short(deviation)),
        None => short(of.mean),
    })
}

/// `= 0.031`, `< 0.0001`.
pub fn probability(p: f64) -> Phrase {
    Phrase::Plain(match p {
        p if p < 1e-4 => "< 0.0001".to_owned(),
        p if p < 0.01 => format!("= {p:.4}"),
        p if p < 0.1 => format!("= {p:.3}"),
        p => format!("= {p:.2}"),
    })
}

fn short(value: f64) -> String {
    let written = if value.abs() < WHOLE { format!("{value:.1}") } else { format!("{value:.0}") };
    let written = written.strip_suffix(".0").unwrap_or(&written);
    if written == "-0" { "0".to_owned() } else { written.replace('-', "−") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([35.0, 35.25, -0.04, -6.06, 123.4].map(short), ["35", "35.2", "0", "−6.1", "123"]);
        let spread = |mean, deviation| spread(&Spread { mean, deviation }).to_string();
        assert_eq!(spread(35.25, Some(2.44)), "35.2 ± 2.4");
        assert_eq!(spread(258.8, Some(31.4)), "259 ± 31");
        assert_eq!(spread(47.0, None), "47");
        let p = [0.000_01, 0.001_23, 0.049, 1.0].map(|p| probability(p).to_string());
        assert_eq!(p, ["< 0.0001", "= 0.0012", "= 0.049", "= 1.00"]);
    }
}
