//! Which columns of the list there is room for, and how wide each is.

use crate::state::{ColumnWidth, RunColumn};

/// The columns that there is room for, with their widths: each what it needs, and in a large window more. The words of a field
/// that differs get what they need from what is left over; no other column goes for them.
pub(super) fn fitting(
    columns: &[RunColumn],
    needed: impl Fn(RunColumn) -> f32,
    room: f32,
    gap: f32,
) -> Vec<(RunColumn, f32)> {
    let is_wish = |column: RunColumn| matches!(column, RunColumn::Differs(_));
    let exact = |column: RunColumn| match column.width() {
        ColumnWidth::Exact(width) if is_wish(column) => Some(width),
        ColumnWidth::Exact(width) => Some(width.max(needed(column))),
        ColumnWidth::Rest(_) => None,
    };
    // Each is measured once.
    let mut columns: Vec<(RunColumn, Option<f32>)> = columns.iter().map(|column| (*column, exact(*column))).collect();
    let of_exact = |columns: &[(RunColumn, Option<f32>)]| columns.iter().filter_map(|(_, exact)| *exact).sum::<f32>();
    let left = |columns: &[(RunColumn, Option<f32>)]| room - gap * columns.len() as f32 - of_exact(columns);
    let least = columns.iter().map(|(column, _)| match column.width() {
        ColumnWidth::Exact(_) => 0.0,
        ColumnWidth::Rest(least) => least,
    });
    let least: f32 = least.sum();
    for spared in SPARED {
        if left(&columns) < least {
            columns.retain(|(column, _)| *column != spared);
        }
    }
    let mut left = left(&columns).max(least);
    let mut more = |(column, exact): &(RunColumn, Option<f32>)| {
        let wish = if is_wish(*column) { needed(*column) - exact.unwrap_or_default() } else { 0.0 };
        let granted = wish.clamp(0.0, left - least);
        left -= granted;
        granted
    };
    let more: Vec<f32> = columns.iter().map(&mut more).collect();
    let rest = left.min(LONGEST);
    let wider = 1.0 + ((left - rest) / of_exact(&columns).max(1.0)).min(WIDER);
    let width = |((column, exact), more): ((RunColumn, Option<f32>), f32)| {
        (column, exact.map_or(rest, |width| (width * wider + more).floor()))
    };
    columns.into_iter().zip(more).map(width).collect()
}

/// Columns that a narrow list does without, the first of them first.
///
/// What a run has in a field that differs stands in its name, too.
const SPARED: [RunColumn; 10] = [
    RunColumn::Speed,
    RunColumn::Size,
    RunColumn::Started,
    RunColumn::Differs(3),
    RunColumn::Differs(2),
    RunColumn::Agreement,
    RunColumn::Differs(1),
    RunColumn::Differs(0),
    RunColumn::Model,
    RunColumn::Test,
];

/// Where the lines of the column that takes the rest become too long to follow.
const LONGEST: f32 = 420.0;

/// How much wider columns become in a large window.
const WIDER: f32 = 0.7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_what_they_need_and_a_large_window_is_used() {
        let all = [RunColumn::Run, RunColumn::Started, RunColumn::Recipe, RunColumn::Temperature, RunColumn::Status];
        let width = |columns: &[(RunColumn, f32)], of: RunColumn| {
            columns.iter().find(|(column, _)| *column == of).map(|(_, width)| *width)
        };
        let narrow = fitting(&all, |_| 0.0, 430.0, 8.0);
        assert_eq!((width(&narrow, RunColumn::Started), width(&narrow, RunColumn::Recipe)), (None, Some(130.0)));
        let wide = fitting(&all, |_| 0.0, 1400.0, 8.0);
        assert_eq!(width(&wide, RunColumn::Recipe), Some(LONGEST));
        assert!(width(&wide, RunColumn::Run) > width(&narrow, RunColumn::Run));
        assert!(wide.iter().map(|(_, width)| width + 8.0).sum::<f32>() <= 1400.0);
        let moved = fitting(&all, |column| if column == RunColumn::Temperature { 90.0 } else { 0.0 }, 450.0, 8.0);
        assert_eq!(width(&moved, RunColumn::Temperature), Some(90.0));
        // Of words, what the line of the recipe can spare.
        let worded = [RunColumn::Run, RunColumn::Recipe, RunColumn::Differs(0), RunColumn::Status];
        let needed = |column| if column == RunColumn::Differs(0) { 140.0 } else { 0.0 };
        for (room, recipe, words) in [(482.0, 130.0, 92.0), (502.0, 130.0, 112.0), (562.0, 162.0, 140.0)] {
            let fitted = fitting(&worded, needed, room, 8.0);
            let widths = (width(&fitted, RunColumn::Recipe), width(&fitted, RunColumn::Differs(0)));
            assert_eq!(widths, (Some(recipe), Some(words)), "{room}");
        }
    }
}
