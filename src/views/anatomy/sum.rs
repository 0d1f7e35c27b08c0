//! The loss of a step as a sum that can be checked: what is written multiplies and adds up to what is written.

use crate::protocol::{Anatomy, TermPart};
use crate::text::number::{self, Kind};

/// The written numbers of a step.
pub(super) struct Sum {
    /// Raw, factor and weighted, of each term.
    pub terms: Vec<[String; 3]>,
    /// What they add up to.
    pub total: String,
}

/// Digits that count where nothing asks for more; so many has a loss elsewhere, too.
const LEAST: usize = 4;
/// More than a float has say nothing.
const MOST: usize = 12;

impl Sum {
    /// Each number has as many digits as it takes.
    pub fn of(anatomy: &Anatomy) -> Self {
        let weighted: Vec<Option<f64>> = anatomy.terms.iter().map(|term| Some(term.value? * term.factor())).collect();
        // What was left out adds nothing, and neither does what weighs nothing.
        let counts = |term: &TermPart| term.value.is_some_and(|value| !(value.is_nan() && term.factor() == 0.0));
        let counted = anatomy.terms.iter().zip(&weighted).filter(|(term, _)| counts(term));
        let total = Kind::Loss.write(counted.filter_map(|(_, value)| *value).sum());
        let weighted = enough(|digits| {
            let each: Vec<String> = weighted.iter().map(|value| written(value.unwrap_or(f64::NAN), digits)).collect();
            let told = each.iter().zip(&weighted).filter(|(_, value)| value.is_some());
            let adds_up = Kind::Loss.write(told.map(|(value, _)| read(value)).sum()) == total;
            (each, adds_up)
        });
        let term = |(term, product): (&TermPart, &String)| {
            let (factor, value) = factor(term);
            let raw = enough(|digits| {
                let written = written(term.value.unwrap_or(f64::NAN), digits);
                let multiplies = written_like(read(&written) * value, product) == *product;
                (written, multiplies)
            });
            [raw, factor, product.clone()]
        };
        Self { terms: anatomy.terms.iter().zip(&weighted).map(term).collect(), total }
    }
}

/// What is written with the fewest digits that do, from [`LEAST`] on.
fn enough<T>(write: impl Fn(usize) -> (T, bool)) -> T {
    let (mut digits, mut last) = (LEAST, write(LEAST));
    while !last.1 && digits < MOST {
        digits += 1;
        last = write(digits);
    }
    last.0
}

fn written(value: f64, digits: usize) -> String {
    if digits == LEAST { Kind::Loss.write(value) } else { number::significant(value, digits) }
}

/// A value with the decimals of another.
fn written_like(value: f64, like: &str) -> String {
    match like.split_once('e') {
        Some((digits, _)) => number::scientific(value, digits.chars().filter(char::is_ascii_digit).count()),
        None => number::fixed(value, like.split_once('.').map_or(0, |(_, decimals)| decimals.len())),
    }
}

/// A number as it was written.
fn read(written: &str) -> f64 {
    written.replace('−', "-").parse().unwrap_or(f64::NAN)
}

/// A factor and what it says: a setting, with more digits where it has them.
fn written_factor(value: f64) -> (String, f64) {
    let written = enough(|digits| {
        let written = if digits == LEAST { number::setting(value) } else { number::significant(value, digits) };
        let says_it = (read(&written) - value).abs() <= 1e-11 * value.abs();
        (written, says_it)
    });
    let value = read(&written);
    (written, value)
}

/// `0.9 · 8²`, where both are short; else their product.
fn factor(term: &TermPart) -> (String, f64) {
    let Some(t) = term.squared else { return written_factor(term.weight) };
    let (weight, t) = (number::setting(term.weight), number::setting(t));
    let value = read(&weight) * read(&t) * read(&t);
    if (value - term.factor()).abs() <= 1e-11 * value.abs() {
        return (format!("{weight} · {t}²"), value);
    }
    written_factor(term.factor())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::RunId;

    fn anatomy(soft: f64, temperature: f64, soft_weight: f64, hard: f64, hard_weight: f64) -> Anatomy {
        let part = |name: &'static str, value, weight, squared| TermPart {
            name: name.into(),
            value: Some(value),
            weight,
            squared,
            norm: 1.0,
            cosine: 0.0,
        };
        let terms = vec![part("soft", soft, soft_weight, Some(temperature)), part("hard", hard, hard_weight, None)];
        Anatomy { run: RunId(1), step: 0, terms, layers: Vec::new(), replacing: None }
    }

    #[test]
    fn a_small_term_times_a_large_factor_has_the_digits_for_it() {
        let sum = Sum::of(&anatomy(0.000_160_21, 36.953, 0.9, 0.211, 0.1));
        assert_eq!(sum.terms[1], ["0.211", "0.1", "0.0211"]);
        let [raw, factor, weighted] = &sum.terms[0];
        assert_eq!((raw.as_str(), weighted.as_str()), ("0.0001602", "0.1969"));
        assert!(factor.starts_with("1228.9"), "{factor}");
        assert_eq!(sum.total, "0.218");

        let sum = Sum::of(&anatomy(0.009_646_2, 8.0, 0.9, 0.077_51, 0.1));
        assert_eq!(sum.terms[0], ["0.009646", "0.9 · 8²", "0.5556"]);
        assert_eq!(sum.terms[1], ["0.07751", "0.1", "0.007751"]);
        assert_eq!(sum.total, "0.5634");
        let mut unscaled = anatomy(0.5, 8.0, 0.9, 0.0, 0.0);
        unscaled.terms[0].squared = None;
        assert_eq!(
            Sum::of(&unscaled).terms,
            [["0.5", "0.9", "0.45"], ["0", "0", "0"]].map(|row| row.map(str::to_owned))
        );
    }

    #[test]
    fn what_is_no_number_is_said_to_be_none() {
        let sum = Sum::of(&anatomy(f64::NAN, 8.0, 0.9, 0.1, 0.1));
        assert_eq!((sum.terms[0][0].as_str(), sum.total.as_str()), ("–", "–"));
    }

    #[test]
    fn what_was_left_out_adds_nothing() {
        let mut other_phase = anatomy(0.5, 8.0, 0.9, 0.1, 0.1);
        other_phase.terms[0].value = None;
        let sum = Sum::of(&other_phase);
        assert_eq!((sum.terms[0][0].as_str(), sum.terms[0][2].as_str(), sum.total.as_str()), ("–", "–", "0.01"));
    }

    proptest! {
        #[test]
        fn what_is_written_multiplies_and_adds_up(
            soft in 1e-6..10.0_f64,
            hard in 1e-4..10.0_f64,
            t in 0.25..64.0_f64,
            weights in (0.0..1.0_f64, 0.0..1.0_f64),
            round in any::<bool>(),
        ) {
            let nice = |value: f64| if round { (value * 100.0).round() / 100.0 } else { value };
            let step = anatomy(soft, nice(t), nice(weights.0), hard, nice(weights.1));
            let sum = Sum::of(&step);
            let factor = |written: &str| match written.split_once(" · ") {
                Some((weight, t)) => read(weight) * read(t.trim_end_matches('²')).powi(2),
                None => read(written),
            };
            for [raw, by, weighted] in &sum.terms {
                prop_assert_eq!(&written_like(read(raw) * factor(by), weighted), weighted);
            }
            let parts = read(&sum.terms[0][2]) + read(&sum.terms[1][2]);
            prop_assert_eq!(Kind::Loss.write(parts), sum.total);
        }
    }
}
