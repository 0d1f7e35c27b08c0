//! Numbers as people read them: each kind has its digits, whoever writes it, and halves are rounded away from zero.
//!
//! It is the decimal that is rounded, as a reader would round it, not its binary neighbour: 31.25 is 31.3 wherever it stands,
//! and so is 100 · 0.3125. Twelve digits count; what is left of 0.1 + 0.2 does not.

use super::Phrase;

/// What a number is, which decides on its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A mean of counts: at most one decimal, and none from a hundred on. `35`, `35.3`, `259`.
    Mean,
    /// Something in percent: one decimal. `95.0`.
    Percent,
    /// A metric without a unit, such as KL and ECE: four decimals. `0.0061`.
    Metric,
    /// A loss, and what else is read off a curve: four digits that count. `0.4608`, `12.5`.
    Loss,
    /// A setting: three digits that count, or all of a whole number, and none that are not needed. `8`, `2.83`, `0.001`.
    Setting,
}

impl Kind {
    /// A number of this kind.
    pub fn write(self, value: f64) -> String {
        match self {
            Self::Mean => without_zeros(&fixed(value, decimals_of_mean(value)), 0),
            Self::Percent => fixed(value, 1),
            Self::Metric => fixed(value, 4),
            // One decimal stays, so that a number does not jump when it becomes whole.
            Self::Loss => without_zeros(&significant(value, 4), 1),
            Self::Setting => without_zeros(&significant(value, 3), 0),
        }
    }

    /// A standard deviation beside its mean: it has no more decimals than that.
    pub fn deviation(self, mean: f64, deviation: f64) -> String {
        match self {
            Self::Mean => without_zeros(&fixed(deviation, decimals_of_mean(mean)), 0),
            other => other.write(deviation),
        }
    }

    /// Numbers of this kind beside each other. Settings have the fewest digits that tell them apart, from two on. All else is
    /// written as it is alone, unless two of them would read the same: then all have the digits that tell them apart.
    pub fn apart(self, values: &[f64]) -> Vec<String> {
        if self == Self::Setting {
            return apart(values, 2);
        }
        let alone: Vec<String> = values.iter().map(|value| self.write(*value)).collect();
        let differ = |a: usize, b: usize| {
            values[a].is_finite() && values[b].is_finite() && values[a].total_cmp(&values[b]).is_ne()
        };
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let is_apart = order.windows(2).all(|pair| !differ(pair[0], pair[1]) || alone[pair[0]] != alone[pair[1]]);
        if is_apart { alone } else { apart(values, 1) }
    }
}

/// Each value with as many significant digits as all of them need to be told apart, and at least `least`; none has zeros at its
/// end.
pub fn apart(values: &[f64], least: usize) -> Vec<String> {
    let digits = digits_apart(values, least);
    values.iter().map(|value| with_digits(*value, digits)).collect()
}

/// The fewest significant digits, at least `least`, with which no two different values are written alike.
pub fn digits_apart(values: &[f64], least: usize) -> usize {
    let mut known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    known.sort_by(f64::total_cmp);
    known.dedup();
    // Rounding keeps the order, so only neighbours can fall together.
    let are_apart =
        |digits: &usize| known.windows(2).all(|pair| with_digits(pair[0], *digits) != with_digits(pair[1], *digits));
    (least.max(1)..=DIGITS).find(are_apart).unwrap_or(usize::MAX)
}

/// A value with so many significant digits, but never fewer than all of a whole number's, and without zeros at its end. More
/// than twelve are all that it has.
pub fn with_digits(value: f64, digits: usize) -> String {
    if digits > DIGITS && value.is_finite() {
        let is_plain = value == 0.0 || (1e-4..1e7).contains(&value.abs());
        return if is_plain { format!("{value}") } else { format!("{value:e}") }.replace('-', "−");
    }
    without_zeros(&significant(value, digits), 0)
}

/// A setting, see [`Kind::Setting`].
pub fn setting(value: f64) -> String {
    Kind::Setting.write(value)
}

/// A share in percent, with one decimal and without the sign: 0.3125 is `31.3`.
pub fn percent(share: f64) -> String {
    Decimal::of(share).map_or_else(missing, |share| share.times_hundred().fixed(1))
}

/// A share that is rough in itself, in whole percent: how much of a variance, of a gradient.
pub fn part(share: f64) -> String {
    Decimal::of(share).map_or_else(missing, |share| share.times_hundred().fixed(0))
}

/// What is left of a share, in whole percent: it adds up with the other to 100.
pub fn rest(share: f64) -> String {
    match part(share).parse::<i64>() {
        Ok(part) => (100 - part).to_string(),
        Err(_) => part(1.0 - share),
    }
}

/// A share that somebody has set, in percent, with the digits that it needs: 0.055 is `5.5`.
pub fn set_percent(share: f64) -> String {
    Decimal::of(share).map_or_else(missing, |share| without_zeros(&share.times_hundred().fixed(6), 0))
}

/// A probability in percent with one decimal; one that is nearly nothing or nearly all says so. It has no more digits than it
/// has in single precision, in which it may have been kept.
pub fn probability(p: f64) -> String {
    let p: f64 = (p as f32).to_string().parse().unwrap_or(p);
    match percent(p).as_str() {
        "0.0" if p > 0.0 => "<0.1".to_owned(),
        "100.0" if p < 1.0 => ">99.9".to_owned(),
        written => written.to_owned(),
    }
}

/// Entropy or divergence of one sample: two decimals, or three where it is small.
pub fn nats(value: f64) -> String {
    fixed(value, if value.abs() < 0.1 { 3 } else { 2 })
}

/// How many times as large: `2.5`, `12`.
pub fn times(value: f64) -> String {
    fixed(value, usize::from(value.abs() < 9.95))
}

/// With this many decimals.
pub fn fixed(value: f64, decimals: usize) -> String {
    Decimal::of(value).map_or_else(missing, |value| value.fixed(decimals))
}

/// With this many digits that count.
pub fn significant(value: f64, digits: usize) -> String {
    Decimal::of(value).map_or_else(missing, |value| value.significant(digits))
}

/// A time in microseconds, in the unit that suits it: `12 µs`, `1.3 ms`.
pub fn microseconds(value: f64) -> String {
    let (value, unit) = match value {
        value if value < 1e3 => (value, "µs"),
        value if value < 1e6 => (value / 1e3, "ms"),
        value => (value / 1e6, "s"),
    };
    format!("{} {unit}", significant(value, if value < 100.0 { 2 } else { 3 }))
}

/// With its sign and three digits that count: `+0.123`.
pub fn with_sign(value: f64) -> String {
    let written = significant(value, 3);
    if value > 0.0 { format!("+{written}") } else { written }
}

/// Bytes of a digest, two digits each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As a power of ten: `1.00e−4`.
pub fn scientific(value: f64, digits: usize) -> String {
    Decimal::of(value).map_or_else(missing, |value| value.scientific(digits))
}

/// From here on a mean has no decimals.
const WHOLE: f64 = 99.95;

fn decimals_of_mean(mean: f64) -> usize {
    usize::from(mean.abs() < WHOLE)
}

/// What is written of a number that is none.
fn missing() -> String {
    "–".to_owned()
}

/// Takes zeros at the end of a fraction away, but for so many decimals.
fn without_zeros(written: &str, decimals: usize) -> String {
    let (number, power) = written.find('e').map_or((written, ""), |at| written.split_at(at));
    let Some(point) = number.find('.') else { return written.to_owned() };
    let kept = number.trim_end_matches('0').len();
    // The point goes with the last decimal.
    let least = if decimals > 0 { point + 1 + decimals } else { point };
    let kept = if kept == point + 1 { least } else { kept.max(least) };
    format!("{}{power}", &number[..kept.min(number.len())])
}

/// A number as its twelve digits: digits · 10^(power − 11).
#[derive(Clone, Copy)]
struct Decimal {
    negative: bool,
    digits: u64,
    power: i32,
}

const DIGITS: usize = 12;

impl Decimal {
    /// None of what is no number.
    fn of(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let written = format!("{:.*e}", DIGITS - 1, value.abs());
        let (digits, power) = written.split_once('e')?;
        let digits = digits.chars().filter(char::is_ascii_digit).collect::<String>();
        Some(Self { negative: value < 0.0, digits: digits.parse().ok()?, power: power.parse().ok()? })
    }

    fn times_hundred(self) -> Self {
        Self { power: self.power + 2, ..self }
    }

    /// The nearest whole number of units of 10^−decimals, halves away from zero.
    fn units(self, decimals: i32) -> u128 {
        let shift = self.power - (DIGITS as i32 - 1) + decimals;
        let digits = u128::from(self.digits);
        match shift {
            // Twelve digits and these many zeros still fit.
            0..=24 => digits * 10_u128.pow(shift as u32),
            -20..0 => (digits + 5 * 10_u128.pow(shift.unsigned_abs() - 1)) / 10_u128.pow(shift.unsigned_abs()),
            _ => 0,
        }
    }

    fn fixed(self, decimals: usize) -> String {
        if self.power + decimals as i32 > 30 {
            return self.scientific(4);
        }
        let units = self.units(decimals as i32);
        let digits = format!("{units:0>width$}", width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let point = if decimals > 0 { "." } else { "" };
        format!("{}{whole}{point}{fraction}", self.sign(units))
    }

    fn significant(self, digits: usize) -> String {
        let power = self.rounded_power(digits);
        if self.digits == 0 {
            return "0".to_owned();
        }
        if !(-4..7).contains(&power) {
            return self.scientific(digits);
        }
        self.fixed((digits as i32 - 1 - power).max(0) as usize)
    }

    fn scientific(self, digits: usize) -> String {
        let power = self.rounded_power(digits);
        let units = self.units(digits as i32 - 1 - power);
        let written = units.to_string();
        let (first, rest) = written.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let below = if power < 0 { "−" } else { "" };
        format!("{}{first}{point}{rest}e{below}{}", self.sign(units), power.unsigned_abs())
    }

    /// The power of ten of the first digit, once rounded to so many: 9.9996 is 10.00.
    fn rounded_power(self, digits: usize) -> i32 {
        let carries = self.units(digits as i32 - 1 - self.power) >= 10_u128.pow(digits as u32);
        self.power + i32::from(carries)
    }

    fn sign(self, units: u128) -> &'static str {
        if self.negative && units > 0 { "−" } else { "" }
    }
}

/// Numbers, the same in every language; see [`Kind`] for their digits.
impl Phrase {
    /// A whole number with its thousands set apart.
    pub fn count(number: u64) -> Self {
        Self::Plain(super::grouped(number))
    }

    /// A mean of counts.
    pub fn mean(value: f64) -> Self {
        Self::Plain(Kind::Mean.write(value))
    }

    /// A mean of counts with its standard deviation, where it has one: `35.3 ± 2.4`.
    pub fn spread(mean: f64, deviation: Option<f64>) -> Self {
        let written = Kind::Mean.write(mean);
        Self::Plain(match deviation {
            Some(deviation) => format!("{written} ± {}", Kind::Mean.deviation(mean, deviation)),
            None => written,
        })
    }

    /// A mean of differences, with its sign: `+1`, `−3.5`, `0`.
    pub fn signed(value: f64) -> Self {
        let written = Kind::Mean.write(value);
        let plus = if value > 0.0 && written != "0" { "+" } else { "" };
        Self::Plain(format!("{plus}{written}"))
    }

    /// A share in percent, without the sign.
    pub fn percent(share: f64) -> Self {
        Self::Plain(percent(share))
    }

    /// A share that is rough in itself, in whole percent.
    pub fn part(share: f64) -> Self {
        Self::Plain(part(share))
    }

    /// A metric without a unit.
    pub fn metric(value: f64) -> Self {
        Self::Plain(Kind::Metric.write(value))
    }

    /// A loss.
    pub fn loss(value: f64) -> Self {
        Self::Plain(Kind::Loss.write(value))
    }

    /// A setting.
    pub fn setting(value: f64) -> Self {
        Self::Plain(setting(value))
    }

    /// A number with this many decimals.
    pub fn fixed(value: f64, decimals: usize) -> Self {
        Self::Plain(fixed(value, decimals))
    }

    /// A number with no more than this many decimals.
    pub fn at_most(value: f64, decimals: usize) -> Self {
        Self::Plain(without_zeros(&fixed(value, decimals), 0))
    }

    /// The p of a test, with what stands before it: `= 0.031`, `< 0.0001`.
    pub fn p_value(p: f64) -> Self {
        Self::Plain(match p {
            p if p < 1e-4 => "< 0.0001".to_owned(),
            p if p < 0.01 => format!("= {}", fixed(p, 4)),
            p if p < 0.1 => format!("= {}", fixed(p, 3)),
            p => format!("= {}", fixed(p, 2)),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_go_away_from_zero_whatever_their_binary_neighbours_are() {
        assert_eq!(
            [31.25, 31.35, -31.25, 0.05, 2.5, 0.049].map(|x| fixed(x, 1)),
            ["31.3", "31.4", "−31.3", "0.1", "2.5", "0.0"]
        );
        assert_eq!([0.5, 1.5, 2.5, -0.4, 1e15].map(|x| fixed(x, 0)), ["1", "2", "3", "0", "1000000000000000"]);
        assert_eq!([1.005, 0.1 + 0.2, 100.0 * 0.29].map(|x| fixed(x, 2)), ["1.01", "0.30", "29.00"]);
        assert_eq!([f64::NAN, f64::INFINITY].map(|x| fixed(x, 2)), ["–", "–"]);
    }

    #[test]
    fn each_kind_has_its_digits() {
        let write = |kind: Kind, values: &[f64]| values.iter().map(|value| kind.write(*value)).collect::<Vec<_>>();
        assert_eq!(
            write(Kind::Mean, &[35.0, 35.25, -0.04, -6.06, 99.94, 99.95, 258.8]),
            ["35", "35.3", "0", "−6.1", "99.9", "100", "259"]
        );
        assert_eq!(write(Kind::Percent, &[95.0, 31.25]), ["95.0", "31.3"]);
        assert_eq!(write(Kind::Metric, &[0.00605, 1.25, 0.0]), ["0.0061", "1.2500", "0.0000"]);
        assert_eq!(
            write(Kind::Loss, &[0.46084, 12.5, 2.0, 0.0, 1.234_567e-7, 742.44, 9.999_96, 2_400_000.0]),
            ["0.4608", "12.5", "2.0", "0", "1.235e−7", "742.4", "10.0", "2400000"]
        );
        assert_eq!(
            write(Kind::Setting, &[4.0, 2.828_43, 0.1 + 0.2, 1_234.5, 0.0, -0.5, 0.000_012_34, 0.00125, 1e-5]),
            ["4", "2.83", "0.3", "1235", "0", "−0.5", "1.23e−5", "0.00125", "1e−5"]
        );
        assert_eq!([0.3125, 0.29, 1.0, 0.0].map(percent), ["31.3", "29.0", "100.0", "0.0"]);
        assert_eq!([0.125, 0.37].map(part), ["13", "37"]);
        assert_eq!([0.125, 0.37].map(rest), ["87", "63"]);
        assert_eq!([0.055, 0.3, 1.0 / 3.0].map(set_percent), ["5.5", "30", "33.333333"]);
        assert_eq!(
            [0.0, 1e-6, 0.000_6, 0.193, 0.1235, 0.9996, 1.0].map(probability),
            ["0.0", "<0.1", "0.1", "19.3", "12.4", ">99.9", "100.0"]
        );
        assert_eq!([2.079_44, 0.225, 0.0061].map(nats), ["2.08", "0.23", "0.006"]);
        assert_eq!([2.45, 9.96, 12.4].map(times), ["2.5", "10", "12"]);
        assert_eq!(scientific(1e-4, 3), "1.00e−4");
    }

    #[test]
    fn neighbours_have_the_digits_that_tell_them_apart() {
        let step = |i: i32| 0.5 + 0.5 * f64::from(i) / 39.0;
        assert_eq!(apart(&[step(0), step(1), step(28), step(39)], 2), ["0.5", "0.51", "0.86", "1"]);
        assert_eq!(apart(&[1.0, 2.828_427, 8.0, 22.627_417, 64.0], 2), ["1", "2.8", "8", "23", "64"]);
        assert_eq!(apart(&[100.0, 100.02, 100.04], 2), ["100", "100.02", "100.04"]);
        assert_eq!(apart(&[0.1 + 0.2, -0.0, f64::NAN, -4.5], 2), ["0.3", "0", "–", "−4.5"]);
        assert_eq!(apart(&[1e-3, 1e-5, 2.6e7], 1), ["0.001", "1e−5", "3e7"]);
        assert_eq!(apart(&[1.0, 1.000_1], 1), ["1", "1.0001"]);
        assert_eq!(Kind::Setting.apart(&[1.0, 1.094]), ["1", "1.1"]);
        assert_eq!(Kind::Mean.apart(&[33.0, 36.04, 39.0]), ["33", "36", "39"]);
        assert_eq!(Kind::Mean.apart(&[36.01, 36.04]), ["36.01", "36.04"]);
    }

    /// As sweeps have them, and whatever else a number may be; twelve digits count. Beyond 1e308 one digit of it may be read as
    /// infinite: 1.6e308 is nearest to 2e308.
    fn number() -> impl Strategy<Value = f64> {
        let any = prop_oneof![
            (-1e3..1e3_f64),
            (-12.0..12.0_f64).prop_map(|power| 10_f64.powf(power)),
            (0..50_i32).prop_map(|i| f64::from(i) / 49.0),
            (0..64_i32).prop_map(f64::from),
            prop::num::f64::NORMAL.prop_filter("rounded it may be infinite", |value| value.abs() < 1e308),
        ];
        any.prop_map(|value| format!("{value:.11e}").parse().unwrap())
    }

    #[test]
    fn means_have_a_spread_and_differences_a_sign() {
        let spread = |mean, deviation| Phrase::spread(mean, deviation).to_string();
        assert_eq!(spread(35.25, Some(2.44)), "35.3 ± 2.4");
        assert_eq!(spread(258.8, Some(31.4)), "259 ± 31");
        assert_eq!(spread(47.0, None), "47");
        assert_eq!([1.0, -3.5, 0.0, 0.04].map(|x| Phrase::signed(x).to_string()), ["+1", "−3.5", "0", "0"]);
        let p = [0.000_01, 0.001_23, 0.049, 1.0].map(|p| Phrase::p_value(p).to_string());
        assert_eq!(p, ["< 0.0001", "= 0.0012", "= 0.049", "= 1.00"]);
        assert_eq!([95.0, 98.333_33].map(|level| Phrase::at_most(level, 4).to_string()), ["95", "98.3333"]);
    }

    fn read(written: &str) -> f64 {
        written.replace('−', "-").parse().unwrap()
    }

    proptest! {
        #[test]
        fn different_values_stay_different_and_near(values in prop::collection::vec(number(), 1..60), least in 1..5_usize) {
            let words = apart(&values, least);
            for (a, first) in values.iter().zip(&words) {
                for (b, second) in values.iter().zip(&words) {
                    prop_assert_eq!(a.total_cmp(b).is_eq(), read(first).total_cmp(&read(second)).is_eq(), "{} {} as {} {}", a, b, first, second);
                }
                // Half a unit of the last digit, which stands at this power of ten.
                let (mantissa, power) = first.split_once('e').unwrap_or((first.as_str(), "0"));
                let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len()) as i32;
                let power: i32 = power.replace('−', "-").parse().unwrap();
                let unit = format!("1e{}", power - decimals).parse::<f64>().unwrap();
                prop_assert!((read(first) - a).abs() <= 0.5 * unit + 1e-11 * a.abs(), "{} as {}", a, first);
            }
        }

        #[test]
        fn a_digit_fewer_would_not_do(values in prop::collection::vec(number(), 2..20)) {
            let digits = digits_apart(&values, 1);
            if digits > 1 {
                let words: Vec<String> = values.iter().map(|value| with_digits(*value, digits - 1)).collect();
                let pairs = || values.iter().zip(&words);
                prop_assert!(pairs().any(|(a, first)| pairs().any(|(b, second)| a.total_cmp(b).is_ne() && first == second)));
            }
        }

        #[test]
        fn what_is_written_is_the_nearest_number_with_its_digits(value in -1e4..1e4_f64, decimals in 0..4_usize) {
            let written = fixed(value, decimals);
            let unit = 10_f64.powi(-(decimals as i32));
            prop_assert!((read(&written) - value).abs() <= unit * 0.500_1, "{value} {written}");
            prop_assert_eq!(written.split_once('.').map_or(0, |(_, fraction)| fraction.len()), decimals);
        }

        #[test]
        fn a_share_reads_alike_whether_it_was_counted_measured_or_scaled(errors in 0..20_000_u64, rest in 1..20_000_u64) {
            let of = errors + rest;
            let share = errors as f64 / of as f64;
            // The right rows of one surface are what is left of the wrong ones of another.
            prop_assert_eq!(percent(share), percent(1.0 - rest as f64 / of as f64));
            prop_assert_eq!(percent(share), Kind::Percent.write(100.0 * share));
            prop_assert_eq!(Kind::Percent.write(100.0 * share), Phrase::percent(share).to_string());
            // Exactly: halves of tenths of a percent go up.
            let thousands = (u128::from(errors) * 2000 + u128::from(of)) / (2 * u128::from(of));
            prop_assert_eq!(percent(share), format!("{}.{}", thousands / 10, thousands % 10));
        }

        #[test]
        fn signs_and_kinds_mirror(value in 0.0..1e9_f64) {
            for kind in [Kind::Mean, Kind::Percent, Kind::Metric, Kind::Loss, Kind::Setting] {
                let (plus, minus) = (kind.write(value), kind.write(-value));
                let is_nothing = plus.chars().all(|c| !c.is_ascii_digit() || c == '0');
                prop_assert_eq!(minus, if is_nothing { plus } else { format!("−{plus}") });
            }
        }
    }
}
