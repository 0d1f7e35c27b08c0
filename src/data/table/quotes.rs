//! What fields are put between that hold the delimiter, and where quotes are characters as any other.

use super::super::DataError;
use super::records::Form;
use super::text::{Blocks, Origin};

/// Double quotes, unless fields are clearly put between single ones.
pub fn quote_of(text: &[u8]) -> u8 {
    let opens = |quote: u8| {
        text.windows(2).filter(|pair| b",;\t|\n ".contains(&pair[0]) && pair[1] == quote).count()
            + usize::from(text.first() == Some(&quote))
    };
    let closes = text.windows(2).filter(|pair| pair[0] == b'\'' && b",;\t|\r\n".contains(&pair[1])).count();
    if opens(b'"') == 0 && opens(b'\'') > 2 && closes * 2 > opens(b'\'') { b'\'' } else { b'"' }
}

/// Whether quotes of a table with tabs belong to its texts: lines have as many fields where no quote means anything, and a field
/// opens with a quote that it does not close. Most programs that write tabs quote nothing. `text` is the start of the file; the
/// rest is looked at where the fields have blanks, as texts do.
///
/// # Errors
/// When the file cannot be read, or is no text.
pub fn are_plain(origin: &Origin<'_>, form: &Form, text: &[u8], is_whole: bool) -> Result<bool, DataError> {
    let Some(quote) = form.quote else { return Ok(false) };
    let mut lines = Lines { quote, skipped: form.skipped, fields: None, has_lone: false };
    let end = if form.ends_by_return { b'\r' } else { b'\n' };
    let is_even = lines.take(text, end);
    let has_blanks = memchr::memchr(b' ', text).is_some();
    if is_whole || !is_even || !has_blanks {
        return Ok(is_even && lines.has_lone);
    }
    let mut lines = Lines { quote, skipped: form.skipped, fields: None, has_lone: false };
    let mut blocks = Blocks::of(origin, form.encoding, form.mark)?;
    let mut rest = Vec::new();
    while let Some(block) = blocks.next()? {
        rest.extend_from_slice(&block);
        let whole = memchr::memrchr(end, &rest).map_or(0, |end| end + 1);
        if !lines.take(&rest[..whole], end) {
            return Ok(false);
        }
        rest.drain(..whole);
    }
    Ok(lines.take(&rest, end) && lines.has_lone)
}

/// Lines with tabs, cut at every tab.
struct Lines {
    quote: u8,
    skipped: u64,
    /// Fields of each line.
    fields: Option<usize>,
    /// Whether a field opens with a quote that it does not close.
    has_lone: bool,
}

impl Lines {
    /// Takes whole lines; false where one has another number of fields.
    fn take(&mut self, text: &[u8], end: u8) -> bool {
        for line in text.split(|byte| *byte == end) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.trim_ascii().is_empty() {
                continue;
            }
            if self.skipped > 0 {
                self.skipped -= 1;
                continue;
            }
            let fields = memchr::memchr_iter(b'\t', line).count() + 1;
            if *self.fields.get_or_insert(fields) != fields || fields < 2 {
                return false;
            }
            if !self.has_lone && memchr::memchr(self.quote, line).is_some() {
                self.has_lone = self.has_lone_field(line);
            }
        }
        true
    }

    /// Whether a field of a line is lone, and no later one of it closes what it opens: then the two are one that holds a tab.
    fn has_lone_field(&self, line: &[u8]) -> bool {
        let mut fields = line.split(|byte| *byte == b'\t').map(<[u8]>::trim_ascii);
        while let Some(field) = fields.next() {
            if !self.is_lone(field) {
                continue;
            }
            let closes = |later: &[u8]| later.ends_with(&[self.quote]) && !later.starts_with(&[self.quote]);
            if field.len() > 1 && field.ends_with(&[self.quote]) || !fields.by_ref().any(closes) {
                return true;
            }
        }
        false
    }

    /// Whether a field opens with a quote and is not one that is put between quotes, with those inside doubled.
    fn is_lone(&self, field: &[u8]) -> bool {
        let Some(inner) = field.strip_prefix(&[self.quote]) else { return false };
        let Some(inner) = inner.strip_suffix(&[self.quote]) else { return true };
        let mut runs = inner.split(|byte| *byte != self.quote).map(<[u8]>::len);
        runs.any(|quotes| quotes % 2 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_plain(text: &str) -> bool {
        let origin = Origin::Bytes("t.tsv".into(), text.as_bytes());
        let form = Form {
            encoding: encoding_rs::UTF_8,
            mark: 0,
            delimiter: b'\t',
            quote: Some(b'"'),
            blanks_before_quotes: false,
            label_lines: false,
            ends_by_return: false,
            skipped: 0,
        };
        let whole = are_plain(&origin, &form, text.as_bytes(), true).unwrap();
        // The same where only the first line was looked at before.
        let start = text.split_inclusive('\n').next().unwrap_or_default();
        let in_part = are_plain(&origin, &form, start.as_bytes(), false).unwrap();
        assert_eq!(whole, in_part, "{text}");
        whole
    }

    #[test]
    fn quotes_of_texts_are_told_from_those_around_fields() {
        assert!(is_plain("a b\tc\n\"Good\" said he\tx\n"));
        assert!(is_plain("a b\tc\n\"Good, said he\tx\n\"Bad\"\ty\n"));
        assert!(is_plain("a b\tc\n\"Good\" or \"bad\"\tx\n"));
        for quoted in [
            "a b\tc\nno quote\tx\n",
            "a b\tc\n\"Good\"\tx\n",
            "a b\tc\n\"He said \"\"good\"\"\"\tx\n",
            "a b\tc\n\"two\nlines\"\tx\n",
            "a b\tc\n\"a\ttab\"\tx\n",
            "\"a\ttab\"\tx\n\"a\ttab\"\tx\n",
            "\"a\ttwo\ttabs\"\tx\n\"one\tof\tit\"\ty\n",
        ] {
            assert!(!is_plain(quoted), "{quoted}");
        }
    }
}
