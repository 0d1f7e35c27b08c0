//! Student's t: how likely a mean difference this large is by chance, and how wide an interval must be.
//! Both go through the regularised incomplete beta function: P(|t| ≥ x) = I(ν / (ν + x²); ν/2, ½).
//! Above [`MOST`] degrees of freedom t is the normal distribution's to four digits, and the series of that function ends too early.

use statrs::function::beta::{beta_reg, inv_beta_reg};

/// More degrees of freedom count as so many.
const MOST: f64 = 1e5;

/// The probability of a |t| of at least `t`'s with `freedom` degrees of freedom.
pub(super) fn two_sided_p(t: f64, freedom: f64) -> f64 {
    let freedom = freedom.min(MOST);
    beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// The |t| that chance exceeds with probability `alpha`, both sides together.
pub(super) fn critical(alpha: f64, freedom: f64) -> f64 {
    let freedom = freedom.min(MOST);
    let x = inv_beta_reg(freedom / 2.0, 0.5, alpha);
    (freedom * (1.0 - x) / x).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two-sided: to three decimals the table of the NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2; the further
    /// digits by bisection on the closed forms for whole degrees of freedom, Abramowitz & Stegun 26.7.3 and 26.7.4.
    const GOLDEN: [(f64, f64, f64); 10] = [
        (0.05, 1.0, 12.706_204_736),
        (0.05, 2.0, 4.302_652_730),
        (0.05, 3.0, 3.182_446_305),
        (0.05, 4.0, 2.776_445_105),
        (0.05, 9.0, 2.262_157_163),
        (0.05, 30.0, 2.042_272_456),
        (0.01, 3.0, 5.840_909_310),
        (0.01, 9.0, 3.249_835_542),
        (0.001, 3.0, 12.923_978_637),
        (0.001, 9.0, 4.780_912_586),
    ];

    #[test]
    fn critical_values_are_those_of_the_tables() {
        for (alpha, freedom, expected) in GOLDEN {
            let t = critical(alpha, freedom);
            assert!((t / expected - 1.0).abs() < 1e-8, "alpha {alpha}, {freedom} degrees: {t} for {expected}");
            assert!((two_sided_p(expected, freedom) / alpha - 1.0).abs() < 1e-8);
        }
    }

    #[test]
    fn one_and_two_degrees_have_closed_forms() {
        // ν = 1 is Cauchy's distribution: t = tan(π (1 − α) / 2); ν = 2: t = (1 − α) √(2 / (1 − (1 − α)²)).
        for alpha in [0.5_f64, 0.1, 0.05, 0.01, 0.05 / 20.0, 1e-4] {
            let inside = 1.0 - alpha;
            let cauchy = (std::f64::consts::FRAC_PI_2 * inside).tan();
            let two = inside * (2.0 / (1.0 - inside * inside)).sqrt();
            assert!((critical(alpha, 1.0) / cauchy - 1.0).abs() < 1e-7, "{alpha}");
            assert!((critical(alpha, 2.0) / two - 1.0).abs() < 1e-7, "{alpha}");
        }
    }

    #[test]
    fn there_and_back() {
        for freedom in [2.0, 3.0, 7.0, 19.0, 99.0] {
            for groups in 1..=100 {
                let alpha = 0.05 / f64::from(groups);
                let back = two_sided_p(critical(alpha, freedom), freedom);
                assert!((back / alpha - 1.0).abs() < 1e-8, "{freedom} degrees, {groups} groups");
            }
        }
    }

    #[test]
    fn many_degrees_are_nearly_normal() {
        // The quantiles of the normal distribution, with the first two terms of Abramowitz & Stegun 26.7.5.
        for (alpha, z) in [(0.05, 1.959_963_984_540_054_f64), (0.001, 3.290_526_731_491_925_5)] {
            for freedom in [999.0, 9_999.0, 1e5, 1e6, 1e9] {
                let (cube, fifth) = (z.powi(3), z.powi(5));
                let t = z
                    + (cube + z) / (4.0 * freedom)
                    + (5.0 * fifth + 16.0 * cube + 3.0 * z) / (96.0 * freedom * freedom);
                let found = critical(alpha, freedom);
                assert!((found / t - 1.0).abs() < 3e-5, "{alpha}, {freedom} degrees: {found} for {t}");
                assert!((two_sided_p(found, freedom) / alpha - 1.0).abs() < 1e-4, "{alpha}, {freedom} degrees");
            }
        }
    }

    #[test]
    fn no_difference_is_no_news() {
        assert!((two_sided_p(0.0, 3.0) - 1.0).abs() < 1e-12);
        assert!(two_sided_p(-3.0, 3.0) < 0.06);
    }
}
