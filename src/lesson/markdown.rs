//! The words of a lesson in one language: Markdown, cut at its headings, each part checked for what would not be set properly.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::callout::panel_of;
use super::fault::Fault;
use super::words::{LessonWords, PageWords, TaskWords};
use crate::text::{Language, Phrase, phrase};

/// Words of a page, and of each smaller part.
const MOST_WORDS: usize = 90;
const MOST_PART_WORDS: usize = 40;
/// The same in characters, for Chinese.
const MOST_CHARACTERS: usize = 160;
const MOST_PART_CHARACTERS: usize = 80;

/// Headings of a page's parts, as they begin.
const PARTS: [&str; 7] = ["task", "hint", "almost", "done", "after", "choice", "answer"];

/// Reads a file of words. `pictures` are the names of the folder's.
pub(super) fn read_words(file: &str, text: &str, language: Language, pictures: &[String]) -> (LessonWords, Vec<Fault>) {
    let mut reader =
        Reader { file, text, language, pictures, words: LessonWords::default(), faults: Vec::new(), page: None };
    reader.read();
    (reader.words, reader.faults)
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    language: Language,
    pictures: &'a [String],
    words: LessonWords,
    faults: Vec<Fault>,
    /// The page that is read, by its id.
    page: Option<String>,
}

struct Heading {
    level: HeadingLevel,
    words: String,
    at: Range<usize>,
}

fn options() -> Options {
    Options::ENABLE_MATH | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, problem: Phrase) {
        let line = self.text[..at.min(self.text.len())].matches('\n').count() + 1;
        self.faults.push(Fault { file: self.file.to_owned(), line: Some(line), page: self.page.clone(), problem });
    }

    fn headings(&self) -> Vec<Heading> {
        let mut headings: Vec<Heading> = Vec::new();
        let mut inside = false;
        for (event, at) in Parser::new_ext(self.text, options()).into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    headings.push(Heading { level, words: String::new(), at });
                    inside = true;
                }
                Event::End(TagEnd::Heading(_)) => inside = false,
                // As it stands: names of pages and tasks are no prose.
                Event::Text(words) | Event::Code(words) if inside => {
                    if let Some(last) = headings.last_mut() {
                        last.words.push_str(&words);
                    }
                }
                _ => {}
            }
        }
        headings
    }

    fn read(&mut self) {
        let headings = self.headings();
        let Some(first) = headings.first().filter(|first| first.level == HeadingLevel::H1) else {
            return self.fault(0, Phrase::message("lesson-no-title"));
        };
        first.words.trim().clone_into(&mut self.words.title);
        for (at, heading) in headings.iter().enumerate() {
            let end = headings.get(at + 1).map_or(self.text.len(), |next| next.at.start);
            let part = heading.at.end..end;
            match heading.level {
                HeadingLevel::H1 if at == 0 => {
                    let summary = self.part(part, MOST_PART_WORDS, MOST_PART_CHARACTERS, heading.at.start);
                    summary.trim().clone_into(&mut self.words.summary);
                }
                HeadingLevel::H2 => self.read_page(heading, part),
                HeadingLevel::H3 => self.read_part(heading, part),
                _ => self.fault(heading.at.start, Phrase::message("lesson-heading")),
            }
        }
    }

    fn read_page(&mut self, heading: &Heading, part: Range<usize>) {
        let named = heading.words.split_once([':', '：']);
        let Some((id, title)) = named.map(|(id, title)| (id.trim(), title.trim())).filter(|it| !it.1.is_empty()) else {
            self.page = None;
            return self.fault(heading.at.start, phrase!("lesson-page-heading", heading = &heading.words));
        };
        self.page = Some(id.to_owned());
        if self.words.pages.contains_key(id) {
            return self.fault(heading.at.start, phrase!("lesson-twice", id = id));
        }
        let body = self.part(part, MOST_WORDS, MOST_CHARACTERS, heading.at.start);
        let page = PageWords { title: title.to_owned(), body, ..PageWords::default() };
        self.words.pages.insert(id.to_owned(), page);
    }

    fn read_part(&mut self, heading: &Heading, part: Range<usize>) {
        let at = heading.at.start;
        let Some(page) = self.page.clone() else { return self.fault(at, Phrase::message("lesson-part-alone")) };
        let mut names = heading.words.split_whitespace();
        let kind = names.next().unwrap_or_default();
        let names: Vec<&str> = names.collect();
        let wanted = match kind {
            "after" => 0,
            "almost" => 2,
            _ => 1,
        };
        if !PARTS.contains(&kind) {
            return self.fault(at, super::reading::unknown(kind, PARTS));
        }
        if names.len() != wanted {
            return self.fault(at, phrase!("lesson-part-names", heading = &heading.words, count = wanted.to_string()));
        }
        let (most, most_characters) =
            if kind == "after" { (MOST_WORDS, MOST_CHARACTERS) } else { (MOST_PART_WORDS, MOST_PART_CHARACTERS) };
        let words = self.part(part, most, most_characters, at);
        if words.is_empty() {
            return self.fault(at, Phrase::message("lesson-part-empty"));
        }
        let (mut twice, mut long) = (false, None);
        if let Some(of) = self.words.pages.get_mut(&page) {
            let name = |at: usize| names.get(at).copied().unwrap_or_default();
            let task = |tasks: &mut BTreeMap<String, TaskWords>, put: &mut dyn FnMut(&mut TaskWords)| {
                put(tasks.entry(name(0).to_owned()).or_default());
            };
            match kind {
                "after" => {
                    twice = of.after.is_some();
                    long = Some(format!("{}\n\n{words}", of.body));
                    of.after = Some(words);
                }
                "task" => task(&mut of.tasks, &mut |task| {
                    twice = !task.ask.is_empty();
                    task.ask.clone_from(&words);
                }),
                "hint" => task(&mut of.tasks, &mut |task| task.hints.push(words.clone())),
                "done" => task(&mut of.tasks, &mut |task| twice = task.done.replace(words.clone()).is_some()),
                "almost" => task(&mut of.tasks, &mut |task| {
                    twice = task.almost.insert(name(1).to_owned(), words.clone()).is_some();
                }),
                "choice" => of.choices.entry(name(0).to_owned()).or_default().0 = words,
                _ => of.choices.entry(name(0).to_owned()).or_default().1 = words,
            }
        }
        if twice {
            self.fault(at, phrase!("lesson-twice", id = &heading.words));
        }
        if let Some(whole) = long {
            self.count(&whole, MOST_WORDS, MOST_CHARACTERS, at);
        }
    }

    /// The Markdown of a part, checked.
    fn part(&mut self, part: Range<usize>, words: usize, characters: usize, heading: usize) -> String {
        let text = self.text;
        let whole = &text[part.clone()];
        let markdown = whole.trim();
        let offset = part.start + (whole.len() - whole.trim_start().len());
        self.check(markdown, offset);
        self.count(markdown, words, characters, heading);
        markdown.to_owned()
    }

    fn count(&mut self, markdown: &str, words: usize, characters: usize, at: usize) {
        let prose = prose(markdown);
        match self.language {
            Language::English => {
                let found = prose.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
                if found > words {
                    self.fault(at, phrase!("lesson-too-long", found = found.to_string(), most = words.to_string()));
                }
            }
            Language::Chinese => {
                // What is written in letters is counted by words.
                let han = prose.chars().filter(|c| is_cjk(*c)).count();
                let latin = prose.split(is_cjk).flat_map(str::split_whitespace);
                let found = han + latin.filter(|word| word.chars().any(char::is_alphanumeric)).count();
                if found > characters {
                    let (found, most) = (found.to_string(), characters.to_string());
                    self.fault(at, phrase!("lesson-too-long-characters", found = found, most = most));
                }
            }
        }
    }

    /// Whatever would be shown raw, or leads where a lesson may not lead.
    fn check(&mut self, markdown: &str, offset: usize) {
        let events: Vec<_> = Parser::new_ext(markdown, options()).into_offset_iter().collect();
        // The parser gives text in pieces; where it stands together it is one.
        let mut pending: Option<(String, usize)> = None;
        for (event, at) in events {
            let at_of = offset + at.start;
            if let Event::Text(words) = &event {
                match &mut pending {
                    Some((text, _)) => text.push_str(words),
                    None => pending = Some((words.to_string(), at_of)),
                }
                continue;
            }
            self.check_text(pending.take());
            match event {
                Event::Html(_) | Event::InlineHtml(_) => self.fault(at_of, Phrase::message("lesson-html")),
                Event::Start(Tag::Table(_) | Tag::FootnoteDefinition(_)) | Event::FootnoteReference(_) => {
                    self.fault(at_of, Phrase::message("lesson-table"));
                }
                Event::Start(Tag::Link { link_type, dest_url, .. }) => self.check_link(link_type, &dest_url, at_of),
                Event::Start(Tag::Image { dest_url, .. }) if !self.pictures.iter().any(|known| *known == *dest_url) => {
                    let allowed = self.pictures.join(", ");
                    self.fault(at_of, phrase!("lesson-picture", name = dest_url.as_ref(), allowed = allowed));
                }
                Event::InlineMath(tex) | Event::DisplayMath(tex) => {
                    if let Err(error) = ratex_parser::parse(&tex) {
                        self.fault(
                            at_of,
                            phrase!("lesson-formula", formula = tex.as_ref(), problem = error.to_string()),
                        );
                    }
                }
                _ => {}
            }
        }
        self.check_text(pending);
    }

    /// Marks that are left over did not close: beside punctuation, emphasis in Chinese does not.
    fn check_text(&mut self, pending: Option<(String, usize)>) {
        let Some((text, at)) = pending else { return };
        let raw = ["**", "__", "~~", "``"].into_iter().find(|mark| text.contains(mark));
        // A sign of money is one; what stands between two of them and was no formula is not.
        let raw = raw.or_else(|| (text.contains('$') && text.contains(['\\', '^', '{'])).then_some("$"));
        let lone =
            || text.match_indices(['*', '`', '_']).find(|(at, _)| is_beside_letter(&text, *at)).map(|(_, mark)| mark);
        let bracket = || ["](", "!["].into_iter().find(|mark| text.contains(mark));
        if let Some(mark) = raw.or_else(lone).or_else(bracket) {
            self.fault(at, phrase!("lesson-raw-mark", mark = mark, text = shortened(&text)));
        }
    }

    fn check_link(&mut self, link_type: LinkType, to: &str, at: usize) {
        if matches!(link_type, LinkType::Autolink | LinkType::Email) {
            return self.fault(at, phrase!("lesson-link", to = to));
        }
        match to.strip_prefix("ui:") {
            Some(part) => {
                if let Err(problem) = panel_of(part) {
                    self.fault(at, problem);
                }
            }
            None if to.starts_with("https://") || to.starts_with("http://") => {}
            None => self.fault(at, phrase!("lesson-link", to = to)),
        }
    }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    let short: String = text.trim().chars().take(SHOWN).collect();
    if text.trim().chars().count() > SHOWN { format!("{short}…") } else { short }
}

fn is_beside_letter(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + 1..].chars().next();
    [before, after].into_iter().flatten().any(|c| !c.is_whitespace())
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// What is read aloud of Markdown: no marks, no addresses, no formulas.
fn prose(markdown: &str) -> String {
    let mut prose = String::new();
    for event in Parser::new_ext(markdown, options()) {
        match event {
            Event::Text(words) | Event::Code(words) => prose.push_str(&words),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item) => prose.push(' '),
            _ => {}
        }
    }
    prose
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, language: Language) -> (LessonWords, Vec<(usize, String)>) {
        let (words, faults) = read_words("en.md", text, language, &["a.png".to_owned()]);
        (words, faults.into_iter().map(|fault| (fault.line.unwrap(), fault.phrase().to_string())).collect())
    }

    #[test]
    fn parts_are_found_under_their_headings() {
        let text = "# Title\nSummary.\n\n## one: First\nBody with $x^2$ and [it](ui:lens.temperature).\n\n### task a\nDo it.\n\
                    ### hint a\nFirst.\n### hint a\nSecond.\n### almost a near\nNo.\n### done a\nYes.\n\
                    ## two：二\n![p](a.png)\n### choice x\nThis.\n### answer x\nBecause.\n### after\nSo it is.\n";
        let (words, faults) = read(text, Language::English);
        assert_eq!(faults, []);
        assert_eq!((words.title.as_str(), words.summary.as_str()), ("Title", "Summary."));
        let task = &words.pages["one"].tasks["a"];
        assert_eq!((task.ask.as_str(), task.hints.len(), task.almost["near"].as_str()), ("Do it.", 2, "No."));
        assert_eq!(words.pages["two"].choices["x"], ("This.".to_owned(), "Because.".to_owned()));
        assert_eq!((words.pages["two"].title.as_str(), words.pages["two"].after.as_deref()), ("二", Some("So it is.")));
    }

    #[test]
    fn what_would_be_shown_raw_is_refused_with_its_line() {
        let page = |body: &str| format!("# T\nS.\n\n## p: P\n{body}\n");
        for body in [
            "Open **stars",
            "<b>bold</b>",
            "[x](file:///etc/passwd)",
            "[x](../secret.md)",
            "[x](ui:lens.slider)",
            "![x](../a.png)",
            "![x](b.png)",
            "$\\frac{1$",
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "<https://example.org>",
            "One `tick",
        ] {
            let (_, faults) = read(&page(body), Language::English);
            assert!(!faults.is_empty(), "{body}");
            assert_eq!(faults[0].0, 5, "{body}: {faults:?}");
            assert!(faults[0].1.contains("en.md") && faults[0].1.contains("“p”"), "{faults:?}");
        }
        // Emphasis that ends with punctuation does not close before a Chinese character.
        let (_, faults) = read(&page("把**温度。**升高"), Language::Chinese);
        assert!(faults.iter().any(|(_, words)| words.contains("**")), "{faults:?}");
        assert_eq!(read(&page("把**温度**升高。"), Language::Chinese).1, []);
        assert_eq!(read(&page("2 * 3 and [it](https://example.org)"), Language::English).1, []);
    }

    #[test]
    fn long_pages_are_refused() {
        let page = |words: usize| format!("# T\nS.\n\n## p: P\n{}\n", "word ".repeat(words));
        assert_eq!(read(&page(90), Language::English).1, []);
        assert_eq!(read(&page(91), Language::English).1.len(), 1);
        let page = |words: usize| format!("# T\nS.\n\n## p: P\n{}\n", "字".repeat(words));
        assert_eq!(read(&page(160), Language::Chinese).1, []);
        assert_eq!(read(&page(161), Language::Chinese).1.len(), 1);
        let after = format!("# T\nS.\n\n## p: P\n{}\n### after\n{}\n", "word ".repeat(60), "word ".repeat(31));
        assert_eq!(read(&after, Language::English).1.len(), 1);
    }
}
