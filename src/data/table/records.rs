//! The records of a table: its text cut where lines end outside quotes, so that parts of it can be read side by side.

use std::borrow::Cow;
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, Trim};
use encoding_rs::Encoding;
use rayon::prelude::*;

use super::super::{BadLine, DataError, LineProblem, Watch};
use super::label_lines::LABEL_MARK;
use super::text::{Blocks, Origin};

/// How a table's text is cut into fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// What the bytes are decoded by.
    pub encoding: &'static Encoding,
    /// Bytes of the mark at the start.
    pub mark: usize,
    /// What stands between two fields; a blank is any number of blanks and tabs.
    pub delimiter: u8,
    /// What a field is put between that holds the delimiter; `None` where quotes are characters as any other.
    pub quote: Option<u8>,
    /// Whether blanks stand between a delimiter and the quote that opens a field.
    pub blanks_before_quotes: bool,
    /// Whether each line is a label and, behind the first blank, a text that may hold anything.
    pub label_lines: bool,
    /// Whether lines end by a carriage return alone.
    pub ends_by_return: bool,
    /// Lines before the first that counts.
    pub skipped: u64,
}

/// Some whole records of a table.
pub struct Block {
    text: Vec<u8>,
    /// The line of the file on which the text begins, counted from 1.
    first_line: u64,
    last: bool,
}

/// The longest line that is read; a quote that is never closed makes a longer one.
const LONGEST: usize = 16 << 20;

/// Visits all blocks in order: `read` runs for several at once, `take` for one after the other.
pub fn visit<T: Send>(
    origin: &Origin<'_>,
    form: &Form,
    watch: &dyn Watch,
    read: impl Fn(&Block) -> Result<T, DataError> + Sync,
    mut take: impl FnMut(T),
) -> Result<(), DataError> {
    let at_once = 2 * rayon::current_num_threads();
    let mut cutter = Cutter::new(origin, form)?;
    loop {
        let mut blocks = Vec::with_capacity(at_once);
        while blocks.len() < at_once
            && let Some(block) = cutter.next()?
        {
            blocks.push(block);
        }
        if blocks.is_empty() {
            return Ok(());
        }
        let parts: Vec<Result<T, DataError>> = blocks.par_iter().map(&read).collect();
        for part in parts {
            take(part?);
        }
        if watch.is_cancelled() {
            return Err(DataError::Cancelled);
        }
        watch.progress(cutter.blocks.read, 0);
    }
}

/// Cuts the text behind the last record that is whole.
struct Cutter<'a> {
    blocks: Blocks<'a>,
    form: &'a Form,
    path: &'a Path,
    rest: Vec<u8>,
    line: u64,
    skipped: u64,
    ended: bool,
}

impl<'a> Cutter<'a> {
    fn new(origin: &'a Origin<'_>, form: &'a Form) -> Result<Self, DataError> {
        let blocks = Blocks::of(origin, form.encoding, form.mark)?;
        let (path, rest) = (origin.path(), Vec::new());
        Ok(Self { blocks, form, path, rest, line: 1, skipped: form.skipped, ended: false })
    }

    fn next(&mut self) -> Result<Option<Block>, DataError> {
        loop {
            if self.ended {
                return Ok(None);
            }
            let mut text = std::mem::take(&mut self.rest);
            match self.blocks.next()? {
                Some(more) => text.extend_from_slice(&more),
                None => self.ended = true,
            }
            while self.skipped > 0 {
                let Some(end) = line_end(&text, self.form.ends_by_return) else { break };
                text.drain(..=end);
                self.line += 1;
                self.skipped -= 1;
            }
            let (whole, open) = if self.ended { (text.len(), None) } else { whole_records(&text, self.form) };
            if text.len() - whole > LONGEST && !self.ended {
                let at = open.unwrap_or(whole);
                let problem = if open.is_some() { LineProblem::OpenQuote } else { LineProblem::TooLong };
                let lines = vec![BadLine { line: self.line + lines_in(&text[..at]), problem }];
                return Err(DataError::Lines { file: self.path.to_owned(), lines, more: 0 });
            }
            self.rest = text.split_off(whole);
            if text.is_empty() {
                continue;
            }
            let first_line = self.line;
            self.line += lines_in(&text);
            return Ok(Some(Block { text, first_line, last: self.ended }));
        }
    }
}

/// Where the first line ends.
fn line_end(text: &[u8], by_return: bool) -> Option<usize> {
    memchr::memchr(if by_return { b'\r' } else { b'\n' }, text)
}

/// How many bytes are whole records, and where a quoted field begins that is not closed.
fn whole_records(text: &[u8], form: &Form) -> (usize, Option<usize>) {
    let end = if form.ends_by_return { b'\r' } else { b'\n' };
    let Some(quote) = form.quote.filter(|quote| memchr::memchr(*quote, text).is_some()) else {
        return (memchr::memrchr(end, text).map_or(0, |last| last + 1), None);
    };
    let (mut whole, mut at, mut starts_field) = (0, 0, true);
    while at < text.len() {
        let byte = text[at];
        if starts_field && byte == quote {
            let Some(close) = closing_quote(text, at + 1, quote) else { return (whole, Some(at)) };
            (at, starts_field) = (close + 1, false);
            continue;
        }
        if byte == end {
            whole = at + 1;
        }
        let blank = byte == b' ' || byte == b'\t';
        starts_field = byte == form.delimiter
            || byte == end
            || byte == b'\r'
            || (starts_field && blank)
            || (form.delimiter == b' ' && blank);
        at += 1;
    }
    (whole, None)
}

/// The quote that ends a field; two of them are one of its characters.
fn closing_quote(text: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(quote, text.get(at..)?)?;
        if text.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return Some(at);
        }
    }
}

/// Lines that end in a text, whatever ends them.
fn lines_in(text: &[u8]) -> u64 {
    if memchr::memchr(b'\r', text).is_none() {
        return memchr::memchr_iter(b'\n', text).count() as u64;
    }
    let ends = |i: &usize| text[*i] == b'\n' || (text[*i] == b'\r' && text.get(i + 1) != Some(&b'\n'));
    (0..text.len()).filter(ends).count() as u64
}

impl Block {
    /// A block of text in memory that begins on a line.
    pub fn new(text: Vec<u8>, first_line: u64) -> Self {
        Self { text, first_line, last: true }
    }

    /// Gives each record that is not empty, with the position of its start; `each` says whether to go on.
    pub fn records(&self, form: &Form, mut each: impl FnMut(&ByteRecord) -> bool) {
        let text: Cow<'_, [u8]> = if form.label_lines {
            labels_apart(&self.text).into()
        } else if form.delimiter == b' ' {
            blanks_to_tabs(&self.text, form).into()
        } else if form.blanks_before_quotes {
            blanks_behind_quotes(&self.text, form).into()
        } else {
            self.text.as_slice().into()
        };
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .delimiter(if form.delimiter == b' ' { b'\t' } else { form.delimiter })
            .quote(form.quote.unwrap_or(b'"'))
            .quoting(form.quote.is_some())
            .from_reader(text.as_ref());
        let mut record = ByteRecord::new();
        // Bytes in memory and flexible records: there is nothing that could fail.
        while matches!(reader.read_byte_record(&mut record), Ok(true)) {
            if !each(&record) {
                return;
            }
        }
    }

    /// The length of the text.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// About how many records the block holds, if all are as long as this one.
    pub fn records_like(&self, record: &ByteRecord) -> usize {
        self.text.len() / (record.as_slice().len() + record.len()).max(1) + 1
    }

    /// The line of the file on which a record begins. The reader's own count is of the line on which the record before it ended,
    /// which blank lines and Windows line ends set apart.
    pub fn line_of(&self, record: &ByteRecord) -> u64 {
        let end_of_last = record.position().map_or(0, |position| position.byte() as usize).min(self.text.len());
        let blank = self.text[end_of_last..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
        self.first_line + lines_in(&self.text[..end_of_last + blank])
    }

    /// Whether a quoted field reaches the end of the file without its closing quote; the line on which it begins.
    pub fn open_quote(&self, form: &Form) -> Option<u64> {
        if !self.last {
            return None;
        }
        let (_, open) = whole_records(&self.text, form);
        open.map(|at| self.first_line + lines_in(&self.text[..at]))
    }
}

/// Runs of blanks become one tab; those at the ends of a line go. What stands in quotes stays. The length stays as well, so that
/// positions mean the same: what is left over is filled with blanks, which are trimmed from the field before them.
fn blanks_to_tabs(text: &[u8], form: &Form) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let (mut at, mut at_start) = (0, true);
    while at < text.len() {
        match text[at] {
            byte @ (b'\n' | b'\r') => {
                out.push(byte);
                (at, at_start) = (at + 1, true);
            }
            b' ' | b'\t' => {
                let run = text[at..].iter().take_while(|byte| b" \t".contains(byte)).count();
                let ends = text.get(at + run).is_none_or(|next| b"\r\n".contains(next));
                out.extend(std::iter::repeat_n(b' ', if at_start || ends { run } else { run - 1 }));
                if !at_start && !ends {
                    out.push(b'\t');
                }
                at += run;
            }
            byte if Some(byte) == form.quote => {
                let close = closing_quote(text, at + 1, byte).unwrap_or(text.len() - 1);
                out.extend_from_slice(&text[at..=close]);
                (at, at_start) = (close + 1, false);
            }
            byte => {
                out.push(byte);
                (at, at_start) = (at + 1, false);
            }
        }
    }
    out
}

/// The first blank or tab behind the first word of each line becomes a tab, all other tabs become blanks, and so does the mark of a
/// label. The length stays, so that positions mean the same.
fn labels_apart(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| b"\r\n".contains(byte)) {
        let start = line.iter().take_while(|byte| b" \t".contains(byte)).count();
        let mark = if line[start..].starts_with(LABEL_MARK) { LABEL_MARK.len() } else { 0 };
        out.resize(out.len() + start + mark, b' ');
        let mut is_label = true;
        out.extend(line[start + mark..].iter().map(|byte| match byte {
            b' ' | b'\t' if std::mem::take(&mut is_label) => b'\t',
            b'\t' => b' ',
            byte => *byte,
        }));
    }
    out
}

/// The quotes of a text that open a field, and where the blanks before them begin.
fn opening_quotes(text: &[u8], delimiter: u8, quote: u8) -> impl Iterator<Item = (usize, usize)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + memchr::memchr(quote, text.get(from..)?)?;
            let blanks = text[from..at].iter().rev();
            let start = at - blanks.take_while(|byte| **byte != delimiter && b" \t".contains(byte)).count();
            let opens = start == 0 || text[start - 1] == delimiter || b"\r\n".contains(&text[start - 1]);
            from =
                if opens { closing_quote(text, at + 1, quote).map_or(text.len(), |close| close + 1) } else { at + 1 };
            if opens {
                return Some((start, at));
            }
        }
    })
}

/// Whether blanks stand before a quote that opens a field.
pub fn has_blanks_before_quotes(text: &[u8], delimiter: u8, quote: Option<u8>) -> bool {
    let Some(quote) = quote.filter(|_| delimiter != b' ') else { return false };
    opening_quotes(text, delimiter, quote).any(|(start, at)| start < at)
}

/// Whether each field that opens with a quote ends with one.
pub fn quotes_close(text: &[u8], delimiter: u8, quote: u8) -> bool {
    opening_quotes(text, delimiter, quote).all(|(_, at)| {
        let Some(close) = closing_quote(text, at + 1, quote) else { return false };
        text.get(close + 1).is_none_or(|next| *next == delimiter || b" \t\r\n".contains(next))
    })
}

/// Blanks before a field in quotes come behind it, where they are trimmed. The length stays, so that positions mean the same.
fn blanks_behind_quotes(text: &[u8], form: &Form) -> Vec<u8> {
    let mut out = text.to_vec();
    let Some(quote) = form.quote else { return out };
    for (start, at) in opening_quotes(text, form.delimiter, quote).filter(|(start, at)| start < at) {
        if let Some(close) = closing_quote(text, at + 1, quote) {
            out[start..=close].rotate_left(at - start);
        }
    }
    out
}
