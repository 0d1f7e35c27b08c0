//! How sure a mean difference of errors is. Rows and seeds are both drawn by chance, and cross: every row is answered with every seed.
//!
//! Let d(i, s), which is −1, 0 or 1, be the student's less the baseline's error on row i with seed s, for n rows and S seeds; the
//! difference is the mean over seeds of the sums over rows. In errors, its variance has three parts:
//!
//! - rows: n · the variance over rows of d's mean over seeds, n − 1 degrees of freedom;
//! - seeds: the variance over seeds of d's sums over rows, over S, S − 1 degrees;
//! - rest: n / S · the variance of what neither explains, (n − 1)(S − 1) degrees.
//!
//! The first two both hold the rest, so that rows + seeds − rest is what both draws amount to: the variance of a mean with two crossed
//! random factors (Brennan, Generalizability Theory, 2001, ch. 5; why benchmarks need both: Bouthillier et al. 2021, arXiv 2103.03098).
//! Its degrees of freedom are Satterthwaite's (Biometrics Bulletin 2, 1946, 110–114): its square over the sum of each part's
//! square over that part's degrees. Estimates can be too small by chance; it is never less than the larger of the first two, which
//! then has its own degrees.

use super::missed::Missed;

/// The standard error of a mean difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StandardError {
    /// In errors; 0 where nothing varies.
    pub value: f64,
    /// Degrees of freedom.
    pub freedom: f64,
}

impl StandardError {
    /// Where it is known which rows the student and the baseline of each seed missed. `None` where not all of them were asked the same
    /// rows, or there is only one of either.
    pub fn of_rows(pairs: &[[&Missed; 2]]) -> Option<Self> {
        let [first, _] = pairs.first()?;
        let same = pairs.iter().flatten().all(|missed| missed.is_of_same_rows(first));
        (same && pairs.len() > 1 && first.examples() > 1).then(|| Sums::of(pairs, first.examples()).standard_error())
    }

    /// Of seeds alone, at least two, by the standard deviation of their differences: it holds for these rows only.
    pub fn of_seeds(deviation: f64, seeds: usize) -> Self {
        Self { value: deviation / (seeds as f64).sqrt(), freedom: seeds as f64 - 1.0 }
    }
}

/// Sums of d and its squares: whole numbers, so that nothing depends on an order, and what is equal is equal exactly.
struct Sums {
    rows: i128,
    seeds: i128,
    /// Σ d.
    all: i128,
    /// Over rows, the squares of the sums over seeds.
    by_row: i128,
    /// Over seeds, the squares of the sums over rows.
    by_seed: i128,
    /// Σ d².
    squares: i128,
}

impl Sums {
    fn of(pairs: &[[&Missed; 2]], rows: u64) -> Self {
        let apart: Vec<[Vec<u64>; 2]> =
            pairs.iter().map(|[student, baseline]| [student.alone(baseline), baseline.alone(student)]).collect();
        let mut sums =
            Self { rows: rows.into(), seeds: pairs.len() as i128, all: 0, by_row: 0, by_seed: 0, squares: 0 };
        for (at, own) in apart.iter().enumerate() {
            let [more, fewer] = own;
            let (difference, square) = (in_both(more, more) - in_both(fewer, fewer), products(own, own));
            sums.all += difference;
            sums.by_seed += difference * difference;
            sums.squares += square;
            let others: i128 = apart[..at].iter().map(|other| products(own, other)).sum();
            sums.by_row += square + 2 * others;
        }
        sums
    }

    fn standard_error(&self) -> StandardError {
        let Self { rows, seeds, all, by_row, by_seed, squares } = *self;
        let total = all * all;
        let (of_rows, of_seeds) = (rows * by_row - total, seeds * by_seed - total);
        let of_rest = rows * seeds * squares - total - of_rows - of_seeds;
        // These are n · S sums of squares, and each part is n / S of a mean square.
        let part = |squares: i128, freedom: i128| Part {
            variance: squares as f64 / (seeds * seeds * freedom) as f64,
            freedom: freedom as f64,
        };
        let (by_rows, by_seeds) = (part(of_rows, rows - 1), part(of_seeds, seeds - 1));
        let rest = part(of_rest, (rows - 1) * (seeds - 1));
        let both = by_rows.variance + by_seeds.variance - rest.variance;
        let larger = if by_rows.variance > by_seeds.variance { by_rows } else { by_seeds };
        if both <= larger.variance {
            return StandardError { value: larger.variance.sqrt(), freedom: larger.freedom };
        }
        let weight = |part: &Part| part.variance * part.variance / part.freedom;
        let freedom = both * both / [by_rows, by_seeds, rest].iter().map(weight).sum::<f64>();
        StandardError { value: both.sqrt(), freedom }
    }
}

/// A part of the variance.
#[derive(Clone, Copy)]
struct Part {
    variance: f64,
    freedom: f64,
}

/// Over rows, the sum of the products of two seeds' d: for each the rows on which the student alone is wrong, and the baseline alone.
fn products([more, fewer]: &[Vec<u64>; 2], [other_more, other_fewer]: &[Vec<u64>; 2]) -> i128 {
    in_both(more, other_more) + in_both(fewer, other_fewer) - in_both(more, other_fewer) - in_both(fewer, other_more)
}

fn in_both(a: &[u64], b: &[u64]) -> i128 {
    a.iter().zip(b).map(|(a, b)| i128::from((a & b).count_ones())).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::Spread;
    use super::*;

    /// Whether student and baseline are wrong, row by row, of each seed.
    type Wrong = Vec<Vec<[bool; 2]>>;

    fn standard_error(wrong: &Wrong) -> StandardError {
        let rows = Arc::new((0..wrong[0].len() as u32).collect::<Vec<_>>());
        let missed =
            |seed: &Vec<[bool; 2]>| [0, 1].map(|side| Missed::new(Arc::clone(&rows), seed.iter().map(|row| row[side])));
        let pairs: Vec<[Missed; 2]> = wrong.iter().map(missed).collect();
        let pairs: Vec<[&Missed; 2]> = pairs.iter().map(|[student, baseline]| [student, baseline]).collect();
        StandardError::of_rows(&pairs).unwrap()
    }

    fn difference([student, baseline]: [bool; 2]) -> f64 {
        f64::from(u8::from(student)) - f64::from(u8::from(baseline))
    }

    /// The three parts by their definitions, with the degrees of freedom of each.
    fn parts(wrong: &Wrong) -> [(f64, f64); 3] {
        let d: Vec<Vec<f64>> = wrong.iter().map(|seed| seed.iter().map(|row| difference(*row)).collect()).collect();
        let (seeds, rows) = (d.len() as f64, d[0].len() as f64);
        let of_row: Vec<f64> = (0..d[0].len()).map(|i| d.iter().map(|seed| seed[i]).sum::<f64>() / seeds).collect();
        let of_seed: Vec<f64> = d.iter().map(|seed| seed.iter().sum::<f64>() / rows).collect();
        let mean = of_seed.iter().sum::<f64>() / seeds;
        let squares = |values: &[f64]| values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let rest = d.iter().zip(&of_seed).flat_map(|(seed, of_seed)| {
            seed.iter().zip(&of_row).map(move |(d, of_row)| (d - of_row - of_seed + mean).powi(2))
        });
        let degrees = [rows - 1.0, seeds - 1.0, (rows - 1.0) * (seeds - 1.0)];
        [
            (rows * squares(&of_row) / degrees[0], degrees[0]),
            (rows * rows * squares(&of_seed) / (degrees[1] * seeds), degrees[1]),
            (rows / seeds * rest.sum::<f64>() / degrees[2], degrees[2]),
        ]
    }

    fn wrong(student: [&str; 3], baseline: [&str; 3]) -> Wrong {
        let of_seed = |(student, baseline): (&str, &str)| {
            student.chars().zip(baseline.chars()).map(|(a, b)| [a == '1', b == '1']).collect()
        };
        student.into_iter().zip(baseline).map(of_seed).collect()
    }

    #[test]
    fn standard_errors_are_those_of_numpy() {
        // In f64: n · var(d.mean(0), ddof=1), var(d.sum(1), ddof=1) / S, and n / S times the mean square of what is left of d.
        let cases = [
            // Both draws: 4.0808 + 1.7778 − 0.5657.
            (
                ["110000001000", "110100001000", "111100001110"],
                ["000000000001", "000000000101", "000000000001"],
                2.300_636_714_679_067_4,
                9.011_839_404_210_624,
            ),
            // Rows alone: 4.2424; with the seeds' 0.3333 less 0.5758 it were less.
            (
                ["110000001000", "110000001001", "110000101000"],
                ["000100000001", "000100000000", "000100010000"],
                2.059_714_602_177_749,
                11.0,
            ),
            // Seeds alone: 1.4444 is more than the rows' 1.3232, and the rest is 2.4141.
            (
                ["101000000000", "010111000000", "001011111100"],
                ["000000011000", "000000000100", "110000000001"],
                1.201_850_425_154_663_1,
                2.0,
            ),
        ];
        for (student, baseline, value, freedom) in cases {
            let found = standard_error(&wrong(student, baseline));
            assert!((found.value / value - 1.0).abs() < 1e-14, "{} for {value}", found.value);
            assert!((found.freedom / freedom - 1.0).abs() < 1e-13, "{} for {freedom}", found.freedom);
        }
    }

    #[test]
    fn what_was_not_asked_alike_has_none() {
        let of = |first: u32| Missed::new(Arc::new((first..first + 9).collect()), std::iter::repeat(true));
        let (here, there) = (of(0), of(1));
        assert!(StandardError::of_rows(&[[&here, &here], [&here, &here]]).is_some());
        for pairs in [vec![], vec![[&here, &here]], vec![[&here, &here], [&here, &there]]] {
            assert_eq!(StandardError::of_rows(&pairs), None);
        }
        let one = Missed::new(Arc::new(vec![7]), std::iter::repeat(true));
        assert_eq!(StandardError::of_rows(&[[&one, &one], [&one, &one]]), None);
    }

    fn any_wrong() -> impl Strategy<Value = Wrong> {
        (2_usize..150, 2_usize..7).prop_flat_map(|(rows, seeds)| {
            prop::collection::vec(prop::collection::vec(any::<[bool; 2]>(), rows), seeds)
        })
    }

    proptest! {
        #[test]
        fn the_parts_are_those_of_their_definitions(wrong in any_wrong()) {
            let [rows, seeds, rest] = parts(&wrong);
            let (both, larger) = (rows.0 + seeds.0 - rest.0, rows.0.max(seeds.0));
            let found = standard_error(&wrong);
            prop_assert!(found.value.powi(2) >= larger * (1.0 - 1e-9), "never below the larger");
            prop_assert!((found.value.powi(2) - both.max(larger)).abs() <= 1e-9 * (1.0 + larger));
            // At the very border of the two a rounding decides.
            if both > larger * (1.0 + 1e-9) {
                let weights = [rows, seeds, rest].map(|(variance, freedom)| variance * variance / freedom);
                let freedom = both * both / weights.iter().sum::<f64>();
                prop_assert!((found.freedom / freedom - 1.0).abs() < 1e-6);
            } else if both < larger * (1.0 - 1e-9) {
                prop_assert!([rows.1, seeds.1].iter().any(|freedom| (found.freedom - freedom).abs() < 1e-9));
            }
        }

        #[test]
        fn no_order_of_rows_or_seeds_matters(wrong in any_wrong(), turn in 0_usize..150, is_turned in any::<bool>()) {
            let mut other = wrong.clone();
            other.reverse();
            for seed in &mut other {
                let turn = turn % seed.len();
                seed.rotate_left(turn);
                if is_turned {
                    seed.reverse();
                }
            }
            prop_assert_eq!(standard_error(&other), standard_error(&wrong));
            // Nor which of the two is the baseline.
            let swap = |seed: &Vec<[bool; 2]>| seed.iter().map(|[student, baseline]| [*baseline, *student]).collect();
            let swapped: Wrong = wrong.iter().map(swap).collect();
            prop_assert_eq!(standard_error(&swapped), standard_error(&wrong));
        }

        #[test]
        fn rows_that_are_all_alike_leave_the_seeds(
            kinds in prop::collection::vec(any::<[bool; 2]>(), 2..9),
            rows in 2_usize..99,
        ) {
            let wrong: Wrong = kinds.iter().map(|kind| vec![*kind; rows]).collect();
            let differences = kinds.iter().map(|kind| difference(*kind) * rows as f64);
            let deviation = Spread::of(differences).and_then(|spread| spread.deviation).unwrap();
            let (found, seeds) = (standard_error(&wrong), StandardError::of_seeds(deviation, kinds.len()));
            prop_assert!((found.value - seeds.value).abs() <= 1e-12 * rows as f64);
            prop_assert!((found.freedom - seeds.freedom).abs() < 1e-9);
        }
    }
}
