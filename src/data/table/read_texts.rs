//! The second pass over a table of texts: each row gives its text, or its pair, and its class.

use super::super::error::BadLines;
use super::super::file::MAX_TEXT;
use super::super::{DataError, LineProblem, Much, Remark, Texts, Watch};
use super::decide::Labels;
use super::free_text::TextColumns;
use super::label_lines::LABEL_MARK;
use super::part::{PartFile, RecordFate};
use super::records::Block;
use super::survey::text_of;
use crate::text::phrase;

/// What is read of a record.
pub struct TextPlan<'a> {
    /// The texts.
    pub columns: TextColumns,
    /// What they are called in messages, in their order.
    pub names: Vec<String>,
    /// The column of the class.
    pub label: usize,
    /// What stands there.
    pub labels: &'a Labels,
}

/// Some rows of texts.
pub struct TextRows {
    /// The texts.
    pub texts: Texts,
    /// The class of each.
    pub labels: Vec<u32>,
    /// Rows without a text, which are left out.
    pub empty: EmptyTexts,
    /// Which they are, of all that were read.
    pub left_out: Vec<u32>,
    /// Lines that cannot be used.
    bad: BadLines,
    /// A label is not what it was in the first pass.
    changed: bool,
}

/// Rows that are left out, since they hold no text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmptyTexts {
    /// How many there are.
    pub count: u64,
    /// The line of the first.
    pub line: u64,
}

impl EmptyTexts {
    /// Counts one more; its line is looked for only where it is the first.
    pub fn push(&mut self, line: impl FnOnce() -> u64) {
        if self.count == 0 {
            self.line = line();
        }
        self.count += 1;
    }

    /// Takes those behind these.
    pub fn append(&mut self, next: &Self) {
        if self.count == 0 {
            self.line = next.line;
        }
        self.count += next.count;
    }

    /// What is said of them; nothing of none.
    pub fn remark(&self) -> Option<Remark> {
        let message = phrase!("remark-empty-texts", count = self.count, line = self.line);
        (self.count > 0).then(|| Remark::note("empty-texts", message, [("rows", self.count), ("line", self.line)]))
    }
}

/// Reads all rows of all files; gives also the first row of each file.
pub fn read_all_texts(
    parts: &[PartFile<'_>],
    plan: &TextPlan<'_>,
    watch: &dyn Watch,
) -> Result<(TextRows, Vec<usize>), DataError> {
    let mut all = plan.none();
    let mut starts = Vec::new();
    for part in parts {
        let file = part.origin.path();
        starts.push(all.labels.len());
        part.visit(
            watch,
            || plan.none(),
            |rows, block, record, fate| {
                if fate == RecordFate::Row {
                    plan.take(rows, part, block, record);
                }
            },
            |rows| all.append(rows),
        )?;
        if all.changed {
            let (problem, allowed) = (phrase!("table-changed"), phrase!("table-changed-allowed"));
            return Err(DataError::Format { file: file.to_owned(), problem, allowed });
        }
        std::mem::take(&mut all.bad).refuse(file)?;
        let found = all.texts.bytes_in_all();
        if found > MAX_TEXT {
            return Err(DataError::TooLarge { file: file.to_owned(), what: Much::Bytes, found, limit: MAX_TEXT });
        }
    }
    Ok((all, starts))
}

impl TextPlan<'_> {
    fn none(&self) -> TextRows {
        TextRows {
            texts: Texts::new(self.columns.second.is_some()),
            labels: Vec::new(),
            empty: EmptyTexts::default(),
            left_out: Vec::new(),
            bad: BadLines::default(),
            changed: false,
        }
    }

    fn take(&self, rows: &mut TextRows, part: &PartFile<'_>, block: &Block, record: &csv::ByteRecord) {
        let field = |column: usize| text_of(record, part.map[column]);
        let Some(label) = self.labels.of.get(field(self.label)) else {
            rows.changed = true;
            return;
        };
        for (column, name) in self.columns.list().zip(&self.names) {
            if let Some(problem) = problem_of(field(column), name, part.dialect.form.label_lines) {
                rows.bad.push(|| block.line_of(record), problem);
                return;
            }
        }
        if self.columns.list().any(|column| field(column).is_empty()) {
            rows.empty.push(|| block.line_of(record));
            rows.left_out.push(rows.read());
            return;
        }
        rows.texts.push(field(self.columns.first), self.columns.second.map(field));
        rows.labels.push(*label);
    }
}

/// What is wrong with a text: a byte that no text has, or the second label of a line of fastText.
pub fn problem_of(text: &str, column: &str, is_behind_label: bool) -> Option<LineProblem> {
    if text.contains('\0') {
        return Some(LineProblem::ZeroByte { column: column.to_owned() });
    }
    let mark = str::from_utf8(LABEL_MARK).unwrap_or_default();
    (is_behind_label && text.starts_with(mark)).then_some(LineProblem::SeveralLabels)
}

impl TextRows {
    /// How many were read, those without a text among them.
    fn read(&self) -> u32 {
        (self.labels.len() + self.left_out.len()) as u32
    }

    fn append(&mut self, mut next: Self) {
        let before = self.read();
        self.left_out.extend(next.left_out.iter().map(|row| before + row));
        self.texts.append(&next.texts);
        self.labels.append(&mut next.labels);
        self.empty.append(&next.empty);
        self.bad.append(next.bad);
        self.changed |= next.changed;
    }
}
