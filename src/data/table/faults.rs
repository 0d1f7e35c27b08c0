//! The lines of a table that cannot be used.

use super::super::error::BadLines;
use super::super::{DataError, LineProblem, Watch};
use super::decide::{Decided, Fate, is_odd};
use super::opened::Table;
use super::part::RecordFate;
use super::survey::{Survey, text_of};

/// The lines that cannot be used: too few or too many fields, no number in a column of numbers, no label.
pub fn check_lines(
    table: &Table<'_>,
    label: usize,
    first: &Survey,
    decided: &Decided,
    watch: &dyn Watch,
) -> Result<(), DataError> {
    let columns = &table.names;
    let name = |column: usize| table.shown_name(column);
    let is_faulty = |column: usize| matches!(decided.fates[column], Fate::Faulty);
    let has_faults = !first.ragged.is_empty() || (0..columns.len()).any(is_faulty) || decided.unlabelled > 0;
    if !has_faults {
        return Ok(());
    }
    for part in &table.parts {
        let count = part.dialect.count;
        let mut bad = BadLines::default();
        part.visit(
            watch,
            BadLines::default,
            |bad, block, record, fate| {
                let problem = match fate {
                    RecordFate::Ragged => Some(LineProblem::Ragged { found: record.len(), expected: count }),
                    RecordFate::Row => {
                        let odd = (0..columns.len()).filter(|column| is_faulty(*column)).find_map(|column| {
                            let text = text_of(record, part.map[column]);
                            is_odd(text, part.dialect.decimal_comma).then(|| {
                                let text = text.chars().take(40).collect();
                                LineProblem::NotANumber { column: name(column), text }
                            })
                        });
                        odd.or_else(|| {
                            let is_empty = text_of(record, part.map[label]).is_empty();
                            is_empty.then(|| LineProblem::NoLabel { column: name(label) })
                        })
                    }
                    RecordFate::Header | RecordFate::Comment | RecordFate::Empty => None,
                };
                if let Some(problem) = problem {
                    bad.push(|| block.line_of(record), problem);
                }
            },
            |next| bad.append(next),
        )?;
        bad.refuse(part.origin.path())?;
    }
    Ok(())
}
