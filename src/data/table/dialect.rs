//! How a table is written: what stands between its fields, how its numbers look, whether its first line names the columns. Found
//! out from its first lines, where the recipe does not say.

use super::super::DataError;
use super::arff;
use super::header::{is_header, lacks_one, names_of};
use super::label_lines::{are_label_lines, are_marked};
use super::number::{Commas, commas, is_gap, number};
use super::quotes::{are_plain, quote_of};
use super::records::{Block, Form, has_blanks_before_quotes, quotes_close};
use super::text::{Blocks, Origin, encoding_of};
use crate::recipe::{ColumnRef, TableSource};
use crate::text::{Phrase, phrase};

/// How a table is written.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// How its text is cut into fields.
    pub form: Form,
    /// Whether `0,66` is a number.
    pub decimal_comma: bool,
    /// Whether it is not certain what `1,234` means.
    pub commas_are_ambiguous: bool,
    /// Names of the columns, where the first line has them.
    pub header: Option<Vec<String>>,
    /// Whether the file declared its columns before its rows, as ARFF does; then no line is a header.
    pub declared: bool,
    /// The line of the first record that counts.
    pub first_line: u64,
    /// Fields of a record.
    pub count: usize,
    /// Some of the records below the header.
    pub sample: Vec<Vec<String>>,
}

/// Bytes of text that are looked at.
const SAMPLE: usize = 256 << 10;
/// Records that are looked at.
const RECORDS: usize = 200;

/// The first lines of a table.
struct Sample {
    text: Vec<u8>,
    is_whole: bool,
    ends_by_return: bool,
}

impl Sample {
    fn read(origin: &Origin<'_>, form: &Form) -> Result<Self, DataError> {
        let mut blocks = Blocks::of(origin, form.encoding, form.mark)?;
        let mut text = Vec::new();
        let mut is_whole = false;
        while text.len() < SAMPLE {
            match blocks.next()? {
                Some(block) => text.extend_from_slice(&block),
                None => {
                    is_whole = true;
                    break;
                }
            }
        }
        if !is_whole {
            let end = memchr::memrchr2(b'\n', b'\r', &text).map_or(text.len(), |end| end + 1);
            text.truncate(end);
        }
        let ends_by_return = memchr::memchr(b'\n', &text).is_none() && memchr::memchr(b'\r', &text).is_some();
        Ok(Self { text, is_whole, ends_by_return })
    }

    /// The first records under a form, without those that are empty throughout.
    fn records(&self, form: &Form) -> Vec<(u64, Vec<String>)> {
        let mut rest = self.text.as_slice();
        for _ in 0..form.skipped {
            let end = memchr::memchr2(b'\n', b'\r', rest).map_or(rest.len(), |end| end + 1);
            let both = end > 0 && rest[end - 1] == b'\r' && rest.get(end) == Some(&b'\n');
            rest = &rest[end + usize::from(both)..];
        }
        let block = Block::new(rest.to_vec(), 1 + form.skipped);
        let mut records = Vec::new();
        block.records(form, |record| {
            let fields: Vec<String> = record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
            if fields.iter().any(|field| !field.is_empty()) {
                records.push((block.line_of(record), fields));
            }
            records.len() < RECORDS
        });
        records
    }
}

impl Dialect {
    /// Finds out what the recipe leaves open. `known` are names that a header would have, where they are known.
    ///
    /// # Errors
    /// When the file cannot be read, is no text, or holds no line.
    pub fn of(origin: &Origin<'_>, source: &TableSource, known: &[String]) -> Result<Self, DataError> {
        // The rows of a Parquet file come as text of our own.
        let own_text = TableSource {
            header: Some(true),
            delimiter: Some(','),
            decimal_comma: Some(false),
            encoding: None,
            ..source.clone()
        };
        let source = if matches!(origin, Origin::Parquet(_)) { &own_text } else { source };
        let (encoding, mark) = encoding_of(origin, source.encoding.as_deref())?;
        let mut form = Form {
            encoding,
            mark,
            delimiter: b',',
            quote: Some(b'"'),
            blanks_before_quotes: false,
            label_lines: false,
            ends_by_return: false,
            skipped: 0,
        };
        let sample = Sample::read(origin, &form)?;
        form.ends_by_return = sample.ends_by_return;
        if let Some(head) = arff::head(&sample.text) {
            return Self::of_arff(origin, &sample, form, head);
        }
        if is_libsvm(&sample.text) {
            return Err(DataError::Format {
                file: origin.path().to_owned(),
                problem: phrase!("table-libsvm"),
                allowed: phrase!("table-dense"),
            });
        }
        let first_line = sample.text.split(|byte| b"\r\n".contains(byte)).next().unwrap_or_default();
        let separator = separator_line(first_line);
        form.skipped = u64::from(separator.is_some());
        let by_name = || ends_in(origin, "tsv").then_some(b'\t').filter(|tab| sample.text.contains(tab));
        let asked = source.delimiter.map(|delimiter| delimiter as u8);
        let told = asked.or(separator).or_else(by_name);
        let may_be_label_lines = told.is_none_or(|told| told == b' ') && source.header != Some(true);
        let are_label_lines =
            || are_marked(&sample.text) || (!is_even_table(&sample, &form) && are_label_lines(&sample.text));
        if may_be_label_lines && are_label_lines() {
            form = Form { delimiter: b' ', quote: None, label_lines: true, ..form };
            let asked = TableSource { header: Some(false), decimal_comma: Some(false), ..source.clone() };
            return Self::of_records(origin, &asked, &[], &sample, form);
        }
        if !matches!(origin, Origin::Parquet(_)) {
            form.quote = Some(quote_of(&sample.text));
        }
        form.delimiter = told.unwrap_or_else(|| best_delimiter(&sample, &form));
        if form.quote == Some(b'\'') && !quotes_close(&sample.text, form.delimiter, b'\'') {
            // Apostrophes of a text.
            form.quote = Some(b'"');
            form.delimiter = told.unwrap_or_else(|| best_delimiter(&sample, &form));
        }
        if told.is_none() && form.delimiter == b' ' && are_sentences(&sample, &form) {
            (form.delimiter, form.quote) = (NO_DELIMITER, None);
        }
        if form.delimiter == b'\t' && are_plain(origin, &form, &sample.text, sample.is_whole)? {
            form.quote = None;
        }
        form.blanks_before_quotes = has_blanks_before_quotes(&sample.text, form.delimiter, form.quote);
        Self::of_records(origin, source, known, &sample, form)
    }

    /// Finds out what the records say under a form that is settled: how numbers look, and what the columns are called.
    fn of_records(
        origin: &Origin<'_>,
        source: &TableSource,
        known: &[String],
        sample: &Sample,
        form: Form,
    ) -> Result<Self, DataError> {
        let wrong =
            |problem: Phrase, allowed: Phrase| DataError::Format { file: origin.path().to_owned(), problem, allowed };
        let records = without_comments(sample.records(&form));
        let Some((first_line, first)) = records.first().cloned() else {
            return Err(wrong(phrase!("table-empty"), phrase!("table-allowed")));
        };
        let below: Vec<Vec<String>> = records.into_iter().skip(1).map(|(_, record)| record).collect();
        let (decimal_comma, commas_are_ambiguous) = match source.decimal_comma {
            Some(comma) => (comma, false),
            None => decimal_comma(&below, &first, form.delimiter),
        };
        // Most lines know how many fields there are; without any, the first does.
        let count = usual_count(&below).unwrap_or(first.len());
        let has_header = match source.header {
            Some(header) => header,
            None if matches!(source.label, Some(ColumnRef::Name(_))) => true,
            None if !known.is_empty() => first.iter().any(|field| known.contains(field)),
            None => lacks_one(&first, count) || is_header(&first, &below, decimal_comma),
        };
        let few = |found: usize| {
            let problem = phrase!("table-few-names", line = first_line, found = found, count = count);
            wrong(problem, phrase!("table-name-each"))
        };
        let header = has_header.then(|| names_of(&first, &below, count).map_err(few)).transpose()?;
        let sample = if has_header { below } else { std::iter::once(first).chain(below).collect() };
        let declared = false;
        Ok(Self { form, decimal_comma, commas_are_ambiguous, header, declared, first_line, count, sample })
    }

    fn of_arff(origin: &Origin<'_>, sample: &Sample, mut form: Form, head: arff::Head) -> Result<Self, DataError> {
        let wrong = |problem: Phrase| DataError::Format {
            file: origin.path().to_owned(),
            problem,
            allowed: phrase!("table-allowed"),
        };
        if head.sparse {
            return Err(wrong(phrase!("arff-sparse")));
        }
        form.skipped = head.lines;
        let below = String::from_utf8_lossy(&sample.text);
        let single = below.lines().skip(head.lines as usize).take(RECORDS).any(|line| line.contains('\''));
        form.quote = Some(if single { b'\'' } else { b'"' });
        form.blanks_before_quotes = has_blanks_before_quotes(&sample.text, form.delimiter, form.quote);
        let records = without_comments(sample.records(&form));
        let Some((first_line, _)) = records.first().cloned() else { return Err(wrong(phrase!("table-header-only"))) };
        Ok(Self {
            count: head.names.len(),
            form,
            decimal_comma: false,
            commas_are_ambiguous: false,
            header: Some(head.names),
            declared: true,
            first_line,
            sample: records.into_iter().map(|(_, record)| record).collect(),
        })
    }

    /// Names of the columns; positions, where no header names them.
    pub fn column_names(&self) -> Vec<String> {
        match &self.header {
            Some(names) => {
                let mut names = names.clone();
                // More fields than names: the rest is called by position.
                names.extend((names.len()..self.count).map(|_| String::new()));
                names
            }
            None => (0..self.count).map(|position| position.to_string()).collect(),
        }
    }
}

/// Excel's `sep=;`.
fn separator_line(line: &[u8]) -> Option<u8> {
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let value = line.get(..4).filter(|key| key.eq_ignore_ascii_case(b"sep=")).map(|_| &line[4..])?;
    match value {
        [] | b"\\t" => Some(b'\t'),
        [one] => Some(*one),
        _ => None,
    }
}

fn ends_in(origin: &Origin<'_>, ending: &str) -> bool {
    let name = origin.path().file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zip");
    name.ends_with(&format!(".{ending}"))
}

/// Delimiters that stand between fields alone, not between words.
const BUT_BLANKS: [u8; 4] = [b';', b',', b'\t', b'|'];

/// Whether a delimiter other than blanks cuts (almost) all lines into as many fields, two or more.
fn is_even_table(sample: &Sample, form: &Form) -> bool {
    BUT_BLANKS.into_iter().any(|delimiter| {
        let records = without_comments(sample.records(&Form { delimiter, ..form.clone() }));
        let records: Vec<Vec<String>> = records.into_iter().map(|(_, record)| record).collect();
        let Some(count) = usual_count(&records).filter(|count| *count > 1) else { return false };
        records.iter().filter(|record| record.len() != count).count() * 50 <= records.len()
    })
}

/// The delimiter under which the lines agree best on how many fields there are, and most fields are numbers.
fn best_delimiter(sample: &Sample, form: &Form) -> u8 {
    let records_by = |delimiter: u8| -> Vec<Vec<String>> {
        let blanks_before_quotes = has_blanks_before_quotes(&sample.text, delimiter, form.quote);
        let form = Form { delimiter, blanks_before_quotes, ..form.clone() };
        without_comments(sample.records(&form)).into_iter().map(|(_, record)| record).collect()
    };
    let by_each = BUT_BLANKS.map(|delimiter| (delimiter, records_by(delimiter)));
    let by_blanks = records_by(b' ');
    // Where `1,5` is a whole field between semicolons, and each line has as many of these, commas are in numbers.
    let [(_, by_semicolon), ..] = &by_each;
    let count = by_semicolon.first().map_or(0, Vec::len);
    let is_even = count > 1 && by_semicolon.iter().all(|record| record.len() == count);
    let has_comma = |record: &&Vec<String>, column: usize| commas(&record[column]).is_some();
    let commas_are_decimal = is_even
        && (0..count).any(|column| {
            by_semicolon.iter().filter(|record| has_comma(record, column)).count() * 2 > by_semicolon.len()
        });
    let blanks_are_in_texts = by_each.iter().any(|(other, records)| are_of_texts(*other, records, &by_blanks));
    let score = |delimiter: u8, records: &[Vec<String>]| {
        let count = usual_count(records).filter(|count| *count > 1)?;
        let agree = records.iter().filter(|record| record.len() == count).count() as f64 / records.len() as f64;
        let fields = records.iter().flatten().filter(|field| !field.is_empty());
        let is_number =
            |field: &str| number(field, false).is_some() || (delimiter != b',' && number(field, true).is_some());
        let (numbers, all) = fields
            .fold((0, 0), |(numbers, all), field| (numbers + usize::from(is_number(field) || is_gap(field)), all + 1));
        // A blank stands between words as well.
        let trust = match delimiter {
            b' ' if blanks_are_in_texts => 0.1,
            b' ' => 0.6,
            b',' if commas_are_decimal => 0.3,
            _ => 1.0,
        };
        Some(
            trust
                * agree.powi(2)
                * (0.25 + numbers as f64 / f64::from(all.max(1)))
                * (1.0 + (count as f64).ln() / 20.0),
        )
    };
    let mut best = (b',', 0.0);
    let all = by_each.iter().map(|(delimiter, records)| (*delimiter, records));
    for (delimiter, records) in all.chain(std::iter::once((b' ', &by_blanks))) {
        if let Some(score) = score(delimiter, records)
            && score > best.1
        {
            best = (delimiter, score);
        }
    }
    best.0
}

/// Whether a delimiter cuts each line into as many fields, and blanks are within those: they leave it in a word, as in `a good film,yes`
/// and not in `1,5 2,5`. Tabs they do not leave: there, single blanks stand between words.
fn are_of_texts(delimiter: u8, records: &[Vec<String>], by_blanks: &[Vec<String>]) -> bool {
    let count = records.first().map_or(0, Vec::len);
    let is_word = |field: &String| field.contains(char::from(delimiter)) && number(field, true).is_none();
    let is_text =
        |field: &String| field.contains(' ') && !field.contains("  ") && field.chars().any(char::is_alphabetic);
    let texts = match delimiter {
        b'\t' => records.iter().filter(|record| record.iter().any(is_text)).count(),
        _ => by_blanks.iter().filter(|record| record.iter().any(is_word)).count(),
    };
    count > 1 && records.iter().all(|record| record.len() == count) && texts * 2 > records.len()
}

/// Stands between the fields of lines that are one field: no text has it.
const NO_DELIMITER: u8 = 0x1f;

/// Whether blanks cut lines into now as many words, now as many: each is a sentence.
fn are_sentences(sample: &Sample, form: &Form) -> bool {
    let records: Vec<Vec<String>> =
        without_comments(sample.records(form)).into_iter().map(|(_, record)| record).collect();
    let Some(count) = usual_count(&records) else { return false };
    let others = records.iter().filter(|record| record.len() != count).count();
    let words = records.iter().flatten().filter(|field| field.chars().any(char::is_alphabetic)).count();
    others * 5 > records.len() && words * 4 > records.iter().map(Vec::len).sum::<usize>() * 3
}

/// Records without those of comments: lines that begin with `#`, `%` or `//` and have another number of fields than the table.
fn without_comments(records: Vec<(u64, Vec<String>)>) -> Vec<(u64, Vec<String>)> {
    let plain: Vec<Vec<String>> =
        records.iter().map(|(_, record)| record.clone()).filter(|record| !is_marked(&record[0])).collect();
    let Some(count) = usual_count(&plain) else { return records };
    let is_comment = |record: &Vec<String>| is_comment(&record[0], record.len(), count);
    records.into_iter().filter(|(_, record)| !is_comment(record)).collect()
}

/// Whether a record is a comment in a table of `count` columns.
pub fn is_comment(first: &str, fields: usize, count: usize) -> bool {
    // Names of columns behind a `#` are as many as the columns, or one more where the mark stands alone.
    let could_be_header = fields == count || (first == "#" && fields == count + 1);
    is_marked(first) && !could_be_header
}

fn is_marked(first: &str) -> bool {
    first.starts_with('#') || first.starts_with('%') || first.starts_with("//")
}

/// How many fields most records have.
fn usual_count(records: &[Vec<String>]) -> Option<usize> {
    let mut counts: Vec<usize> = records.iter().map(Vec::len).collect();
    counts.sort_unstable();
    counts.chunk_by(|a, b| a == b).max_by_key(|same| (same.len(), same[0])).map(|same| same[0])
}

/// Whether lines are as `LibSVM` and `SVMlight` write them: a label, then `position:value` for what is not 0, in order.
fn is_libsvm(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let (mut has_several, mut may_be_times) = (false, true);
    for line in text.lines().take(RECORDS) {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(label) = words.next() else { continue };
        if !label.split(',').all(|label| label.parse::<f64>().is_ok()) {
            return false;
        }
        let (mut last, mut pairs) = (None, 0);
        for word in words {
            let Some((position, value)) = word.split_once(':') else { return false };
            if position == "qid" && last.is_none() {
                continue;
            }
            let Ok(position) = position.parse::<u64>() else { return false };
            if value.parse::<f64>().is_err() || last.is_some_and(|last| last >= position) {
                return false;
            }
            may_be_times &= value.len() == 2 && position < 24 && value.parse::<u64>().is_ok_and(|minutes| minutes < 60);
            (last, pairs) = (Some(position), pairs + 1);
        }
        has_several |= pairs > 1;
    }
    has_several && !may_be_times
}

/// Whether commas are decimal, and whether that is a guess.
fn decimal_comma(below: &[Vec<String>], first: &[String], delimiter: u8) -> (bool, bool) {
    let fields = || below.iter().flatten().chain(first);
    let found: Vec<Commas> = fields().filter_map(|field| commas(field)).collect();
    let has = |kind: Commas| found.contains(&kind);
    // 1.234 may set thousands apart where commas are decimal; 1.5 may not.
    let has_points =
        fields().any(|field| field.contains('.') && number(field, false).is_some() && number(field, true).is_none());
    if has(Commas::Decimal) {
        return (!has(Commas::Thousands) && !has_points, false);
    }
    if has(Commas::Thousands) || has_points || delimiter == b',' {
        return (false, has(Commas::Either) && !has(Commas::Thousands) && !has_points);
    }
    (has(Commas::Either), has(Commas::Either))
}
