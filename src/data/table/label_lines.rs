//! Lines of a label and a text: `__label__pos A good film.`, as fastText has them, or `1 A good film.`

use std::collections::HashMap;

/// What stands before each label of fastText's lines.
pub const LABEL_MARK: &[u8] = b"__label__";

/// Lines that are looked at.
const LINES: usize = 200;
/// The longest word that is a label, in bytes.
const LONGEST: usize = 32;
/// Fewest words of most texts.
const WORDS: usize = 3;

/// Whether each line begins with the mark of a label.
pub fn are_marked(text: &[u8]) -> bool {
    let lines = text.split(|byte| b"\r\n".contains(byte)).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let mut marked = lines.take(LINES).map(|line| line.starts_with(LABEL_MARK)).peekable();
    marked.peek().is_some() && marked.all(|is_marked| is_marked)
}

/// Whether each line begins with one of a few words that say nothing else, with free text behind it.
pub fn are_label_lines(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES).collect();
    let pairs: Vec<(&str, &str)> = lines.iter().filter_map(|line| line.split_once([' ', '\t'])).collect();
    let mut labels: HashMap<&str, usize> = HashMap::new();
    for (label, _) in &pairs {
        *labels.entry(label).or_default() += 1;
    }
    let can_be_label = |label: &&str| label.len() <= LONGEST && !label.contains([',', ';', '|', '"', '#', '%']);
    // A line of a label alone has an empty text.
    if pairs.len() * 10 < lines.len() * 9 || labels.len() < 2 || labels.len() * 4 > pairs.len() {
        return false;
    }
    if !labels.keys().all(can_be_label) {
        return false;
    }
    let counts: Vec<usize> = pairs.iter().map(|(_, text)| text.split_whitespace().count()).collect();
    let is_wordy = counts.iter().filter(|count| **count >= WORDS).count() * 2 > counts.len()
        || pairs.iter().filter(|(_, text)| text.chars().any(|c| c > '\u{2e7f}')).count() * 2 > counts.len();
    // As many in each line are columns.
    if !is_wordy || counts.iter().all(|count| *count == counts[0]) {
        return false;
    }
    let words = || pairs.iter().flat_map(|(_, text)| text.split_whitespace());
    let numbers = words().filter(|word| word.parse::<f64>().is_ok()).count();
    if numbers * 5 > words().count() {
        return false;
    }
    // The first words of sentences come again inside of others.
    let are_numbers = labels.keys().all(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    are_numbers || words().filter(|word| labels.contains_key(word)).count() * 10 <= pairs.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_before_texts_are_told_from_tables_and_sentences() {
        let marked = "__label__pos A good film.\n__label__neg Bad\n";
        let numbered =
            "1 A good film.\n0 One of the worst of its year\n1\tIt is good , all in all\n0 No , no , no !\n".repeat(2);
        let named = "DESC:def What is an atom ?\nNUM:date When did it all begin to go ?\n".repeat(4);
        for text in [marked, &numbered, &named] {
            assert!(are_marked(text.as_bytes()) == (text == marked));
            assert!(are_marked(text.as_bytes()) || are_label_lines(text.as_bytes()), "{text}");
        }
        let columns = "a 1 2 3\nb 1 2 3\n".repeat(4);
        let words = "a one two three\nb one two three\n".repeat(4);
        let sentences = "show me what flights there are\nwhat flights are there to go\nshow what I have\n".repeat(4);
        let differ = "A good film.\nOne of the worst of its year\nIt is good , all in all\nNo , no , no !\n";
        for text in [&columns, &words, &sentences, differ, ""] {
            assert!(!are_label_lines(text.as_bytes()), "{text}");
        }
    }
}
