//! Text that no terminal takes for a command: whatever a file, an argument or a system says is shown, never obeyed.
//! One fault stays one line, and one JSON object stays free of raw controls.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The same text with line breaks and everything else that a terminal would act on written out: `\n`, `\x1b`, `\u{202e}`.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// The same for text of several lines, whose line breaks stay.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n')
}

/// A JSON text whose strings hold nothing that a terminal would act on. It means the same.
pub(super) fn json(text: String) -> String {
    if !text.chars().any(acts) {
        return text;
    }
    // What acts stands within strings only, and is below U+10000.
    text.chars().fold(String::with_capacity(text.len() + 16), |mut out, c| {
        if acts(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
        out
    })
}

/// Controls (C0, DEL, C1), line and paragraph separators, and what overrides or isolates the direction of writing.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_escaped = |c: char| acts(c) && !keep(c);
    if !text.chars().any(is_escaped) {
        return Cow::Borrowed(text);
    }
    let escaped = text.chars().fold(String::with_capacity(text.len() + 16), |mut out, c| {
        match c {
            c if !is_escaped(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x100 => drop(write!(out, "\\x{:02x}", u32::from(c))),
            c => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
        }
        out
    });
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(one_line("a\u{1b}[2J\u{7}\n\u{9b}\u{202e}é\t\\"), r"a\x1b[2J\x07\n\x9b\u{202e}é\t\");
        assert_eq!(lines("a\n\rb"), "a\n\\rb");
        assert!(matches!(one_line("C:\\Users · 数字"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({ "a": "\u{9b}31m\u{202e}\u{1b}" });
        let text = json(value.to_string());
        assert!(!text.chars().any(acts), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
