//! The head of an ARFF file (Weka, OpenML): it declares the columns before the rows.

/// What stands before the rows.
pub struct Head {
    /// Names of the columns.
    pub names: Vec<String>,
    /// Lines up to and with `@data`.
    pub lines: u64,
    /// Whether rows name only those values that are not 0, `{0 1, 3 4}`.
    pub sparse: bool,
}

/// Reads the head, if the text is ARFF: comments behind `%`, `@relation`, `@attribute name type`, `@data`.
pub fn head(text: &[u8]) -> Option<Head> {
    let text = std::str::from_utf8(text).ok()?;
    let mut names = Vec::new();
    let mut lines = text.lines().zip(1_u64..);
    for (line, number) in lines.by_ref() {
        let line = line.trim();
        let word = line.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        match word.as_str() {
            "" | "@relation" => {}
            "@attribute" => names.push(name_of(line["@attribute".len()..].trim_start())?),
            "@data" if !names.is_empty() => {
                let sparse =
                    lines.by_ref().map(|(line, _)| line.trim()).find(|line| !line.is_empty() && !line.starts_with('%'));
                return Some(Head { names, lines: number, sparse: sparse.is_some_and(|line| line.starts_with('{')) });
            }
            word if word.starts_with('%') => {}
            _ => return None,
        }
    }
    None
}

/// The name at the start of `name type`, with or without quotes.
fn name_of(rest: &str) -> Option<String> {
    let quote = rest.chars().next()?;
    if quote == '\'' || quote == '"' {
        let end = rest[1..].find(quote)?;
        return Some(rest[1..=end].to_owned());
    }
    rest.split([' ', '\t', '{']).next().filter(|name| !name.is_empty()).map(ToOwned::to_owned)
}
