//! Aligned columns of text.

use super::escape::one_line;
use crate::distill::Course;
use crate::recipe::course_phrase;
use crate::text::Phrase;

/// A table with a head; `left` says which columns are words rather than numbers.
pub(super) fn table(head: &[&str], left: &[bool], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for ((cell, width), left) in cells.zip(&widths).zip(left) {
            let space = " ".repeat(width - cell.chars().count());
            if *left {
                text += &format!("{cell}{space}  ");
            } else {
                text += &format!("{space}{cell}  ");
            }
        }
        text.trim_end().to_owned() + "\n"
    };
    let mut text = line(&mut head.iter().copied());
    for row in &rows {
        text += &line(&mut row.iter().map(AsRef::as_ref));
    }
    text
}

/// A number that may be missing, with so many digits after the point.
pub(super) fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(none, |value| Phrase::fixed(value, digits).to_string())
}

/// A setting as people write it: `4`, `0.25`, `8 → 1`.
pub(super) fn setting(value: Option<Course>) -> String {
    value.map_or_else(none, |value| course_phrase(value, Phrase::setting).to_string())
}

/// The weights of a loss's terms: `0.9 · 0.1`.
pub(super) fn weights(each: impl Iterator<Item = Course>) -> String {
    let each: Vec<String> = each.map(|weight| setting(Some(weight))).collect();
    if each.is_empty() { none() } else { each.join(" · ") }
}

/// A share in percent that may be missing.
pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or_else(none, |value| Phrase::percent(value).to_string())
}

/// A metric without a unit that may be missing.
pub(super) fn metric(value: Option<f64>) -> String {
    value.map_or_else(none, |value| Phrase::metric(value).to_string())
}

/// What is not known.
pub(super) fn none() -> String {
    "–".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".to_owned(), number(Some(0.5), 2)], vec!["größer".to_owned(), number(None, 2)]];
        assert_eq!(table(&["x", "value"], &[true, false], &rows), "x       value\na        0.50\ngrößer      –\n");
    }
}
