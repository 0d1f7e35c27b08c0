//! Every word the window shows, by key, from the Fluent files in `assets/i18n/`.
//! A key that a language lacks is shown in English, and one that is nowhere shows itself: a slip is seen and nothing breaks.
//!
//! Rooms that do not know the language, or run on threads that have none, pass on a [`Phrase`].

mod glossary;
mod kept;
pub mod number;
mod phrase;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

pub use glossary::Term;
pub use phrase::{Between, Phrase};
pub(crate) use phrase::{phrase, prints_its_phrase};

/// A number or a string in a message: `("epoch", 3.into())`, `("name", name.into())`.
pub use fluent_bundle::FluentValue as Value;

/// A language of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// What it calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }

    /// Its tag in BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The one that the system speaks, or English.
    pub fn of_system() -> Self {
        let tags: Vec<String> = sys_locale::get_locales().collect();
        Self::of_tags(tags.iter().map(String::as_str))
    }

    /// The first of some tags that is known.
    fn of_tags<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        let known = |tag: &str| match tag.split(['-', '_', '.']).next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        };
        tags.into_iter().find_map(known).unwrap_or(Self::English)
    }

    fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("../../assets/i18n/en.ftl"),
            Self::Chinese => include_str!("../../assets/i18n/zh-CN.ftl"),
        }
    }
}

thread_local! {
    /// A window lives on one thread; so do two that speak differently, in tests.
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

/// The language of this thread's window.
pub fn language() -> Language {
    SPOKEN.get()
}

/// Lets this thread's window speak a language, from its next word on.
pub fn speak(language: Language) {
    SPOKEN.set(language);
}

/// The words for `key`.
pub fn text(key: &str) -> String {
    words(language()).text(key)
}

/// The words for `key` with its `{ $names }` filled in.
///
/// Pass whole numbers as numbers, so that plurals are right, and measured ones as strings with the digits they should show.
pub fn text_with(key: &str, values: &[(&str, Value<'_>)]) -> String {
    let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
    words(language()).format(key, Some(&args))
}

struct Words {
    bundle: FluentBundle<FluentResource>,
    /// Messages without arguments, formatted once: they are asked for in every frame.
    plain: HashMap<String, String>,
    missing: Mutex<HashSet<String>>,
}

fn words(language: Language) -> &'static Words {
    static WORDS: [OnceLock<Words>; Language::ALL.len()] = [const { OnceLock::new() }; Language::ALL.len()];
    WORDS[language as usize].get_or_init(|| match language {
        Language::English => Words::new(&[(language.tag(), language.source())]),
        Language::Chinese => Words::new(&[("en", Language::English.source()), (language.tag(), language.source())]),
    })
}

impl Words {
    /// Later sources win.
    fn new(sources: &[(&str, &str)]) -> Self {
        let language = sources.last().map_or("en", |(tag, _)| tag);
        let language: LanguageIdentifier = language.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        bundle.set_use_isolating(false);
        for (tag, source) in sources {
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(readable_part, errors)| {
                log::error!("the words of the window ({tag}) have faults: {errors:?}");
                readable_part
            });
            bundle.add_resource_overriding(resource);
        }
        let lines = sources.iter().flat_map(|(_, source)| source.lines());
        let keys = lines.filter_map(|line| line.split_once('=')).map(|(key, _)| key.trim());
        let plain = keys.filter_map(|key| Some((key.to_owned(), plain_message(&bundle, key)?))).collect();
        Self { bundle, plain, missing: Mutex::default() }
    }

    fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// A message without arguments.
    fn text(&self, key: &str) -> String {
        self.plain.get(key).cloned().unwrap_or_else(|| self.format(key, None))
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            self.report(key, "there are no words for it");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors).into_owned();
        if !errors.is_empty() {
            self.report(key, &format!("{errors:?}"));
        }
        text
    }

    /// Logs a fault once, not in every frame.
    fn report(&self, key: &str, fault: &str) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missing.insert(key.to_owned()) {
            log::warn!("text {key:?}: {fault}");
        }
    }
}

/// The text of a message that needs no arguments.
fn plain_message(bundle: &FluentBundle<FluentResource>, key: &str) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, None, &mut errors).into_owned();
    errors.is_empty().then_some(text)
}

/// A whole number with its thousands set apart: 55,050.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_have_no_faults() {
        for language in Language::ALL {
            assert!(FluentResource::try_new(language.source().to_owned()).is_ok(), "{language:?}");
        }
    }

    #[test]
    fn the_systems_language_is_the_first_that_is_known() {
        assert_eq!(Language::of_tags(["fr-FR", "zh-Hans-CN", "en"]), Language::Chinese);
        assert_eq!(Language::of_tags(["en_GB.UTF-8", "zh"]), Language::English);
        assert_eq!(Language::of_tags([]), Language::English);
    }

    #[test]
    fn a_thread_speaks_the_language_it_was_told() {
        speak(Language::Chinese);
        assert_eq!(text("board-title"), words(Language::Chinese).plain["board-title"]);
        assert!(text("action-distil").chars().any(|c| c > '\u{4e00}'));
        let other = std::thread::Builder::new().spawn(|| text("action-distil")).unwrap().join().unwrap();
        assert_eq!(other, "Distil");
        // What a language lacks is English.
        let words = Words::new(&[("en", "a = one\nb = two\n"), ("zh-CN", "b = 二\n")]);
        assert_eq!((words.format("a", None), words.format("b", None)), ("one".to_owned(), "二".to_owned()));
    }

    #[test]
    fn plain_and_filled_messages() {
        let source = "plain = One { \"{\" }\nfilled = { $count ->\n    [one] one run\n   *[other] { $count } runs\n } of { $name }\n";
        let words = Words::new(&[("en", source)]);
        assert_eq!(words.plain.len(), 1);
        assert_eq!(words.format("plain", None), "One {");
        let filled = |count: usize| {
            let args = [("count", Value::from(count)), ("name", Value::from("digits"))].into_iter().collect();
            words.format("filled", Some(&args))
        };
        assert_eq!(filled(1), "one run of digits");
        assert_eq!(filled(412), "412 runs of digits");
    }

    #[test]
    fn a_missing_key_shows_itself() {
        assert_eq!(text("no-such-key"), "no-such-key");
        assert_eq!(text_with("no-such-key", &[("n", 1.into())]), "no-such-key");
    }
}
