//! What a user is told of a table that was read.

use std::collections::HashSet;

use super::super::error::names;
use super::super::findings::{Dialect, Filled, LabelReason, LeftOut, WordColumn, told};
use super::super::{
    Column, ColumnKind, Columns, DataError, Examples, Findings, Kind, LabelFinding, Remark, TextFinding,
};
use super::decide::{Decided, Fate, Labels, judge_labels};
use super::doubts::doubts;
use super::opened::Table;
use super::parquet;
use super::part::Surveys;
use super::text::Origin;
use crate::text::phrase;

/// Everything that was found out about a table.
pub struct Known<'a> {
    /// The table.
    pub table: &'a Table<'a>,
    /// Its class column.
    pub label: usize,
    /// Why it is that one.
    pub why: LabelReason,
    /// What its columns hold.
    pub surveys: &'a Surveys,
    /// What becomes of them.
    pub decided: &'a Decided,
    /// Those that are read.
    pub columns: &'a Columns,
    /// The classes.
    pub labels: &'a Labels,
}

/// Everything that was found out, to be told once; `examples` are the rows that were read, with their classes.
pub fn findings(known: &Known<'_>, examples: &Examples, rows: &[u32]) -> Result<Findings, DataError> {
    let Known { table, labels, .. } = known;
    let mut findings = of_columns(known);
    if let Origin::Parquet(file) = &table.first().origin {
        let others = parquet::not_read(file)?;
        if !others.is_empty() {
            let message = phrase!("remark-columns-not-read", names = names(&others));
            findings.remarks.push(Remark::warning("columns-not-read", message, [("columns", others.len() as u64)]));
        }
        let left_out = |name| LeftOut { name, why: phrase!("left-out-type"), count: 1 };
        findings.left_out.extend(others.into_iter().map(left_out));
    }
    let survey = &known.surveys.all.columns[known.label];
    findings.remarks.extend(judge_labels(labels, survey, known.why, &table.names[known.label]));
    match examples {
        Examples::Features { values, .. } => {
            findings.remarks.extend(doubts(known.columns, values, rows, labels.classes.len()));
        }
        Examples::Text(texts) => {
            let texts = TextFinding::of(texts);
            (findings.kind, findings.holds, findings.texts) = (Kind::Text, Some(texts.phrase()), Some(texts));
        }
        Examples::Pixels { .. } | Examples::Tokens(_) => {}
    }
    let dialect = &table.first().dialect;
    findings.remarks.extend(dialect.commas_are_ambiguous.then(|| ambiguous_commas(dialect.decimal_comma)));
    Ok(findings)
}

/// What becomes of the columns, and what was passed over on the way.
fn of_columns(known: &Known<'_>) -> Findings {
    let Known { table, decided, columns, .. } = known;
    let (dialect, Surveys { first, all }) = (&table.first().dialect, known.surveys);
    let called = |column: usize| match table.names[column].as_str() {
        "" => phrase!("column-unnamed", position = column).to_string(),
        name => name.to_owned(),
    };
    let mut left_out = Vec::new();
    for (column, fate) in decided.fates.iter().enumerate() {
        if let Fate::LeftOut(why) = fate {
            left_out.push(LeftOut { name: called(column), why: why.clone(), count: 1 });
        }
    }
    let mut remarks = decided.remarks.clone();
    if first.empty > 0 {
        let message = phrase!("remark-empty-lines", count = first.empty);
        remarks.push(Remark::note("empty-lines", message, [("lines", first.empty)]));
    }
    if first.comments > 0 {
        let message = phrase!("remark-comments", count = first.comments);
        remarks.push(Remark::note("comment-lines", message, [("lines", first.comments)]));
    }
    // Words of the other files that no row to learn from has.
    let unseen = columns.list.iter().filter_map(|column| {
        let ColumnKind::Words { words } = &column.kind else { return None };
        let words: HashSet<&str> = words.iter().map(String::as_str).collect();
        let found = all.columns[column.position].words.iter().flatten();
        let count = found.filter(|(word, _)| !words.contains(&***word)).map(|(_, count)| *count).sum();
        (count > 0).then(|| Filled { column: called(column.position), count })
    });
    remarks.extend(unseen_words(&unseen.collect::<Vec<_>>()));
    let is_number = |column: &&Column| matches!(column.kind, ColumnKind::Number { .. } | ColumnKind::Truth { .. });
    let numbers = columns.list.iter().filter(is_number);
    let filled = numbers.filter_map(|column| {
        let survey = &all.columns[column.position];
        let count = survey.gaps + survey.soft_gaps;
        (count > 0).then(|| Filled { column: called(column.position), count })
    });
    let words = columns.list.iter().filter_map(|column| match &column.kind {
        ColumnKind::Words { words } => Some(WordColumn { column: called(column.position), words: words.len() }),
        ColumnKind::Number { .. } | ColumnKind::Truth { .. } | ColumnKind::Text => None,
    });
    Findings {
        kind: Kind::Table,
        holds: Some(phrase!("findings-columns", count = columns.list.len())),
        label: Some(LabelFinding { column: called(known.label), why: known.why }),
        texts: None,
        columns: columns.list.len(),
        left_out,
        filled: filled.collect(),
        words: words.collect(),
        dialect: Some(Dialect {
            encoding: dialect.form.encoding.name().to_lowercase(),
            delimiter: Dialect::name_of(char::from(dialect.form.delimiter)),
            decimal_comma: dialect.decimal_comma,
            header: dialect.header.is_some(),
        }),
        remarks,
    }
}

/// Fields whose words no input stands for.
pub fn unseen_words(unseen: &[Filled]) -> Option<Remark> {
    let count: u64 = unseen.iter().map(|unseen| unseen.count).sum();
    let message = phrase!("remark-unseen-words", count = count, columns = told(unseen));
    (count > 0).then(|| Remark::warning("unseen-words", message, [("fields", count)]))
}

/// Commas of which nobody knows whether they are decimal, and what they are taken for.
pub fn ambiguous_commas(are_decimal: bool) -> Remark {
    let message = if are_decimal { phrase!("remark-commas-decimal") } else { phrase!("remark-commas-thousands") };
    Remark::warning("ambiguous-commas", message, [])
}
