//! The first line of a table: whether it names the columns, and what their names are.

use std::collections::HashSet;

use super::naming::CLASS_NAMES;
use super::number::{is_date, is_gap, is_gap_among_numbers, number, truth};

/// Whether a first record names the columns below it.
pub fn is_header(first: &[String], below: &[Vec<String>], decimal_comma: bool) -> bool {
    if below.is_empty() {
        // One line alone is a row where it holds a number.
        return first.iter().all(|field| number(field, decimal_comma).is_none() && !is_gap(field));
    }
    let column = |column: usize| below.iter().filter_map(move |record| record.get(column)).map(String::as_str);
    let recurs = |(at, field): (usize, &String)| column(at).any(|other| other == field);
    // A value of a column of few.
    let is_one_of_few = |(at, field): (usize, &String)| {
        let all: Vec<&str> = column(at).collect();
        recurs((at, field)) && all.iter().collect::<HashSet<_>>().len() * 2 <= all.len() + 1
    };
    // In a long line, or above measurements that all have decimals, whole numbers that count are names nevertheless.
    let decimals = (0..first.len()).filter(|at| column(*at).all(|field| field.contains(['.', ',']))).count();
    let are_names = first.len() > 6 || decimals > 2;
    if counts_up(first) && (are_names || !first.iter().enumerate().any(is_one_of_few)) {
        return true;
    }
    let is_class_name = |(at, field): (usize, &String)| {
        let lower = field.trim().to_lowercase();
        // `y` is an answer as well.
        let answers = lower == "y" && column(at).any(|other| other.eq_ignore_ascii_case("n"));
        CLASS_NAMES.contains(&lower.as_str()) && !answers && !recurs((at, field))
    };
    if first.iter().enumerate().any(is_class_name) {
        return true;
    }
    // Fields above words: names that never come again, words that do, and those of which nothing can be said.
    let (mut names, mut met, mut unmet, mut numbers_above) = (0, 0, 0, 0);
    let mut has_new_word = false;
    for (at, field) in first.iter().enumerate() {
        if field.is_empty() {
            continue;
        }
        let known: Vec<&str> = column(at).filter(|field| !is_gap(field) && !is_gap_among_numbers(field)).collect();
        let numbers = known.iter().filter(|field| number(field, decimal_comma).is_some()).count();
        let is_number = number(field, decimal_comma).is_some() || is_gap(field) || is_gap_among_numbers(field);
        if numbers > 0 && numbers * 2 >= known.len() {
            // A word above numbers is a name, or its line is faulty; a number above numbers may be either.
            if !is_number {
                return true;
            }
            numbers_above += 1;
        } else if known.iter().filter(|field| is_date(field)).count() * 2 > known.len() {
            if !is_date(field) && !is_number {
                return true;
            }
            met += 1;
        } else if known.contains(&field.as_str()) {
            met += 1;
        } else if known.iter().collect::<HashSet<_>>().len() * 2 <= known.len() {
            // Words that come again and again, and this one never.
            names += 1;
            has_new_word |= !is_number;
        } else {
            unmet += usize::from(!is_number);
        }
    }
    if numbers_above == 0 {
        // Of a handful of words none comes again; the first line of them is a header more often than not.
        let is_value = first.iter().enumerate().any(|field| !field.1.is_empty() && is_one_of_few(field));
        return !is_value && (names > met || (names == 0 && met == 0 && below.len() < 5));
    }
    let values: Vec<(usize, f64)> =
        first.iter().enumerate().filter_map(|(at, field)| Some((at, number(field, decimal_comma)?))).collect();
    let is_answer = first.iter().any(|field| truth(field).is_some());
    let are_new = are_new_marks(&values, |at| column(at).filter_map(|field| number(field, decimal_comma)).collect());
    if met == 0 && has_new_word && !is_answer && values.len() == numbers_above && are_new {
        return true;
    }
    // `0, 1, 2, 3, label` or `country, 1990, 1991, 1992`: numbers that count are names, where the words beside them are.
    let numbers: Vec<i64> = first.iter().filter_map(|field| field.parse().ok()).collect();
    let counts = numbers.len() > 1 && numbers.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]));
    counts && (numbers.len() > 2 || numbers[0] < 2) && met == 0 && names + unmet > 0 && numbers.len() == numbers_above
}

/// The names of `count` columns by their header, where `below` are the records under it.
///
/// # Errors
/// How many names there are, where these are too few and nobody knows of which columns.
pub fn names_of(header: &[String], below: &[Vec<String>], count: usize) -> Result<Vec<String>, usize> {
    let mut names = header.to_vec();
    if let Some(name) = names[0].strip_prefix('#').map(|name| name.trim_start().to_owned()) {
        // `#` before the names of the columns is no part of the first name.
        if !name.is_empty() {
            names[0] = name;
        } else if lacks_one(header, count) || names.len() > count {
            names.remove(0);
        }
    }
    if names.len() < count {
        // A comma at the end of each line makes a column at the end; R leaves out the name of its column of row names.
        let trails = |record: &Vec<String>| record.iter().skip(names.len()).all(String::is_empty);
        if below.iter().all(trails) {
            names.resize(count, String::new());
        } else if names.len() + 1 == count && are_row_names(below, count) {
            names.insert(0, String::new());
        } else {
            return Err(names.len());
        }
    }
    Ok(names)
}

/// Whether a first record has one field less than the others: it names all columns but that of row names.
pub fn lacks_one(first: &[String], count: usize) -> bool {
    first.len() + 1 == count
}

/// Whether the first column may be one of row names: all different, and no measurements.
fn are_row_names(below: &[Vec<String>], count: usize) -> bool {
    let whole: Vec<&Vec<String>> = below.iter().filter(|record| record.len() == count).collect();
    let firsts: HashSet<&str> = whole.iter().map(|record| record[0].as_str()).collect();
    let is_count = |field: &str| field.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |field: &str| is_count(field) || (number(field, false).is_none() && number(field, true).is_none());
    // `2,05`: the digits behind a decimal comma.
    let is_fraction = |field: &str| field.len() > 1 && field.starts_with('0') && is_count(field);
    let counts = whole.windows(2).all(|pair| {
        let numbers = pair.iter().filter_map(|record| record[0].parse::<u64>().ok()).collect::<Vec<_>>();
        numbers.len() == 2 && numbers[0].checked_add(1) == Some(numbers[1])
    });
    firsts.len() == whole.len()
        && firsts.iter().all(|field| is_name(field))
        && (counts
            || !whole.iter().any(|record| is_count(&record[0]) && record.get(1).is_some_and(|next| is_fraction(next))))
}

/// Whether numbers in a first line are like the marks of an axis, wavelengths or years, and come never again below.
fn are_new_marks(values: &[(usize, f64)], below: impl Fn(usize) -> Vec<f64>) -> bool {
    let steps: Vec<f64> = values.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    let is_in_order = steps.iter().all(|step| *step > 0.0) || steps.iter().all(|step| *step < 0.0);
    let is_even = steps.len() > 1 && steps.iter().all(|step| (step - steps[0]).abs() <= 1e-6 * steps[0].abs());
    let least = values.iter().map(|value| value.1).fold(f64::INFINITY, f64::min);
    let most = values.iter().map(|value| value.1).fold(0.0, f64::max);
    let is_close = least > 0.0 && most <= 10.0 * least;
    let is_new = |(at, value): &(usize, f64)| {
        let below = below(*at);
        // Two numbers are always in order: they lie outside of what is below as well.
        let is_apart = || below.iter().all(|other| other < value) || below.iter().all(|other| other > value);
        !below.contains(value) && (values.len() > 2 || is_apart())
    };
    values.len() > 1 && is_in_order && (is_even || is_close) && values.iter().all(is_new)
}

/// Whether the numbers are 0, 1, 2 … or 1, 2, 3 …, at least three of them.
fn counts_up(fields: &[String]) -> bool {
    let Some(start) = fields.first().and_then(|field| field.parse::<u32>().ok()).filter(|start| *start < 2) else {
        return false;
    };
    fields.len() > 2 && fields.iter().zip(start..).all(|(field, number)| field.parse() == Ok(number))
}
