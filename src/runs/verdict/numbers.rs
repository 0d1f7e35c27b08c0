//! Numbers as sentences have them: the same digits wherever they stand.

use super::paired::Spread;
use crate::text::Phrase;

/// A whole number, its thousands set apart.
pub fn count(value: u64) -> Phrase {
    Phrase::Plain(thousands(value))
}

/// A mean of counts: at most one decimal, and none from a hundred on.
pub fn mean(value: f64) -> Phrase {
    Phrase::Plain(short(value))
}

/// `35 ± 3`, or the mean alone.
pub fn spread(of: &Spread) -> Phrase {
    Phrase::Plain(match of.deviation {
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
        let p = [0.000_01, 0.001_23, 0.049, 1.0].map(|p| probability(p).to_string());
        assert_eq!(p, ["< 0.0001", "= 0.0012", "= 0.049", "= 1.00"]);
    }
}
