//! Fields as people write them: numbers with decimal commas and thousands, gaps, truths and dates.

/// The number that a field holds. `decimal_comma` tells what `1,5` means; thousands may be set apart by commas (dots, where
/// commas are decimal), apostrophes or narrow blanks. Infinities and what `f32` cannot hold are no numbers.
pub fn number(field: &str, decimal_comma: bool) -> Option<f64> {
    let number = match field.parse::<f64>() {
        // Where commas are decimal, a dot sets thousands apart.
        Ok(number) if !(decimal_comma && field.contains('.')) => number,
        _ => in_other_habits(field, decimal_comma)?,
    };
    (number as f32).is_finite().then_some(number)
}

fn in_other_habits(field: &str, decimal_comma: bool) -> Option<f64> {
    let first = field.chars().next()?;
    if !(first.is_ascii_digit() || "+-−.,".contains(first)) {
        return None;
    }
    let (decimal, thousands) = if decimal_comma { (',', '.') } else { ('.', ',') };
    let mut plain = String::with_capacity(field.len());
    let mut groups: Option<usize> = None;
    let mut seen_decimal = false;
    for c in field.chars() {
        match c {
            '−' if plain.is_empty() => plain.push('-'),
            c if c == decimal && !seen_decimal => {
                if groups.is_some_and(|digits| digits != 3) {
                    return None;
                }
                (seen_decimal, groups) = (true, None);
                plain.push('.');
            }
            c if !seen_decimal && (c == thousands || "'’\u{a0}\u{202f}".contains(c)) => {
                // A group before this one has three digits; the first has one to three.
                let digits = plain.chars().filter(char::is_ascii_digit).count();
                if groups.is_some_and(|digits| digits != 3) || !(1..=3).contains(&digits) && groups.is_none() {
                    return None;
                }
                // Nobody sets thousands apart behind a zero: `0,234` is less than one.
                if plain.trim_start_matches(['+', '-']).starts_with('0') {
                    return None;
                }
                groups = Some(0);
            }
            c => {
                if c.is_ascii_digit()
                    && let Some(digits) = &mut groups
                {
                    *digits += 1;
                }
                plain.push(c);
            }
        }
    }
    if groups.is_some_and(|digits| digits != 3) {
        return None;
    }
    plain.parse().ok()
}

/// The number that a label is, written in the one way in which labels of the same value are one class; `None` for other texts, and
/// for numbers so large that whole ones are not told apart.
pub fn plain(field: &str, decimal_comma: bool) -> Option<String> {
    let value = number(field, decimal_comma).filter(|value| value.abs() < 9e15)?;
    // Neither `-0` nor `0.0`.
    Some(if value == 0.0 { "0".to_owned() } else { value.to_string() })
}

/// How commas stand in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commas {
    /// `0,66`: it can only be a decimal comma.
    Decimal,
    /// `1,234,567` or `1,234.5`: they can only set thousands apart.
    Thousands,
    /// `1,234`: either.
    Either,
}

/// What the commas of a field say, where it looks like a number with commas.
pub fn commas(field: &str) -> Option<Commas> {
    let body = field.strip_prefix(['+', '-', '−']).unwrap_or(field);
    if !body.contains(',') || !body.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.') {
        return None;
    }
    if !body.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if number(field, false).is_none() {
        return number(field, true).map(|_| Commas::Decimal);
    }
    let is_sure = body.contains('.') || body.matches(',').count() > 1;
    Some(if is_sure { Commas::Thousands } else { Commas::Either })
}

/// Whether a field says that nothing is known, in a column of numbers or words alike.
pub fn is_gap(field: &str) -> bool {
    matches!(
        field,
        "" | "?"
            | "NA"
            | "N/A"
            | "n/a"
            | "#N/A"
            | "<NA>"
            | "nan"
            | "NaN"
            | "NAN"
            | "-nan"
            | "null"
            | "NULL"
            | "Null"
            | "#NA"
    )
}

/// Whether a field says so in a column of numbers, where it may be a word in another.
pub fn is_gap_among_numbers(field: &str) -> bool {
    matches!(
        field,
        "None"
            | "none"
            | "NONE"
            | "na"
            | "-"
            | "--"
            | "."
            | "*"
            | "missing"
            | "Missing"
            | "#DIV/0!"
            | "#VALUE!"
            | "#REF!"
    )
}

/// 1 for true and yes, 0 for false and no.
pub fn truth(field: &str) -> Option<f32> {
    let is = |words: [&str; 4]| words.iter().any(|word| field.eq_ignore_ascii_case(word));
    if is(["true", "yes", "y", "t"]) {
        Some(1.0)
    } else if is(["false", "no", "n", "f"]) {
        Some(0.0)
    } else {
        None
    }
}

/// Whether a field is a day, a time, or both: `2024-01-31`, `31.1.2024 13:45`, `13:45:00`, `Jan 5, 2024`, `2024年1月5日`, `2024-05`.
pub fn is_date(field: &str) -> bool {
    if is_date_in_words(field) || is_year_and_month(field) {
        return true;
    }
    let (day, time) = match field.split_once([' ', 'T']) {
        Some((day, time)) => (day, Some(time)),
        None if field.contains(':') => ("", Some(field)),
        None => (field, None),
    };
    let is_day = |day: &str| {
        let separator = ['-', '/', '.'].into_iter().find(|c| day.matches(*c).count() == 2);
        separator.is_some_and(|separator| {
            let parts: Vec<&str> = day.split(separator).collect();
            let is_month = |part: &str| part.len() == 3 && part.bytes().all(|b| b.is_ascii_alphabetic());
            parts.iter().all(|part| digits(part, 4) || is_month(part))
                && (parts.iter().any(|part| part.len() == 4)
                    || separator != '.'
                    || parts.iter().all(|part| part.len() == 2))
        })
    };
    let is_time = |time: &str| {
        let time = time.trim_end_matches(['Z', 'z']);
        let time = time.split(['+', ' ']).next().unwrap_or(time);
        let clock = time.split('.').next().unwrap_or(time);
        let parts: Vec<&str> = clock.split(':').collect();
        (2..=3).contains(&parts.len()) && parts.iter().all(|part| digits(part, 2))
    };
    (day.is_empty() || is_day(day)) && time.is_none_or(is_time) && !field.is_empty()
}

/// Whether these are one to so many digits.
fn digits(part: &str, most: usize) -> bool {
    (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// A month by its name with a day or a year, and what stands beside these: a weekday, a time, its zone.
fn is_date_in_words(field: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let is_one_of = |names: &[&str], word: &str| word.len() > 2 && names.iter().any(|name| name.starts_with(word));
    let (mut months, mut numbers) = (0, 0);
    for word in field.split([' ', ',', '-', '/', '.']).filter(|word| !word.is_empty()) {
        let word = word.to_ascii_lowercase();
        let number = word.trim_end_matches(char::is_alphabetic);
        let is_number = digits(number, 4);
        if is_one_of(&MONTHS, &word) || word == "sept" {
            months += 1;
        } else if is_number && ["", "st", "nd", "rd", "th"].contains(&&word[number.len()..]) {
            numbers += 1;
        } else if !(is_one_of(&DAYS, &word)
            || word.contains(':')
            || ["gmt", "utc", "+0000", "am", "pm"].contains(&&*word))
        {
            return false;
        }
    }
    months == 1 && (1..=3).contains(&numbers)
}

/// `2024-05`, `2024/05`, `2024年5月`, `2024年5月1日`.
fn is_year_and_month(field: &str) -> bool {
    let Some((year, rest)) = field.split_once(['-', '/', '年']) else { return false };
    let (month, day) = match rest.split_once('月') {
        Some((month, day)) => (month, day.trim_end_matches('日')),
        None if field.contains('年') || rest.len() != 2 => return false,
        None => (rest, ""),
    };
    let is_month = month.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month));
    year.len() == 4 && digits(year, 4) && digits(month, 2) && is_month && (day.is_empty() || digits(day, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (field, comma, expected) in [
            ("1", false, Some(1.0)),
            ("-1e3", false, Some(-1000.0)),
            ("20,776", false, Some(20_776.0)),
            ("-1,234,567.5", false, Some(-1_234_567.5)),
            ("1234,567", false, None),
            ("1,23", false, None),
            ("1,23", true, Some(1.23)),
            ("1.234,5", true, Some(1234.5)),
            ("1.234", true, Some(1234.0)),
            ("1.5", true, None),
            ("12'345", false, Some(12_345.0)),
            ("12\u{a0}345", false, Some(12_345.0)),
            ("0,234", false, None),
            ("-0,512", true, Some(-0.512)),
            ("0.234", true, None),
            ("−3", false, Some(-3.0)),
            ("1,,2", false, None),
            ("inf", false, None),
            ("nan", false, None),
            ("1e99", false, None),
            ("x", true, None),
            ("", false, None),
        ] {
            assert_eq!(number(field, comma), expected, "{field} {comma}");
        }
    }

    #[test]
    fn commas_tell_what_they_are() {
        assert_eq!(commas("0,66"), Some(Commas::Decimal));
        assert_eq!(commas("0,234"), Some(Commas::Decimal));
        assert_eq!(commas("-0,512"), Some(Commas::Decimal));
        assert_eq!(commas("1,234"), Some(Commas::Either));
        assert_eq!(commas("1,234,567"), Some(Commas::Thousands));
        assert_eq!(commas("1,234.5"), Some(Commas::Thousands));
        assert_eq!(commas("a,b"), None);
        assert_eq!(commas("1.5"), None);
    }

    #[test]
    fn dates_are_told_from_numbers_and_words() {
        for field in [
            "2024-01-31",
            "31.01.2024",
            "1/2/24",
            "2024-01-31 13:45",
            "2024-01-31T13:45:00.5Z",
            "13:45",
            "5 Jan 2024",
            "January 5, 2024",
            "Mon, 05 Jan 2024 10:00:00 GMT",
            "Jan-05",
            "05.01.24",
            "2024-05",
            "2024年1月5日",
            "2024年1月",
        ] {
            assert!(is_date(field), "{field}");
        }
        for field in [
            "",
            "1.2",
            "1-2",
            "a-b-c",
            "1.2.3",
            "12",
            "yes",
            "192.168.0.1",
            "May",
            "1234-99",
            "2024",
            "may be 5",
            "10-12",
            "marble 5",
        ] {
            assert!(!is_date(field), "{field}");
        }
    }
}
