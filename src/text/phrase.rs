//! Words that are not chosen yet: what the lower rooms have to say, before anybody knows in which language.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use fluent_bundle::FluentArgs;
use serde::{Deserialize, Serialize};

use super::{Language, Value, language, words};

/// Something to say, e.g. what is wrong with a file: a message by its key, and what fills it.
///
/// [`fmt::Display`] says it in English, which is the language of terminals, logs, exports and the store;
/// [`Phrase::words`] says it in the language of the window.
// The derived functions are those of what no person reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub enum Phrase {
    /// The same in every language: names, values, code, and what the system says.
    Plain(String),
    /// A whole number, as one that plurals go by.
    Whole(u64),
    /// A message by its key, and what fills it by its names.
    Message(Box<Message>),
    /// Several, one after the other.
    Several(Between, Vec<Phrase>),
}

/// A message, and what fills it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    key: Key,
    values: Vec<(Key, Phrase)>,
}

/// The key of a message, or the name of what fills it; owned where it comes from another process.
type Key = Cow<'static, str>;

/// What stands between several phrases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Between {
    /// A new line.
    Lines,
    /// A comma.
    Commas,
    /// A semicolon.
    Semicolons,
    /// The word "and".
    And,
    /// The word "or".
    Or,
    /// A space.
    Spaces,
    /// A dot between spaces.
    Dots,
    /// A slash.
    Slashes,
}

/// `phrase!("key", name = value, …)`: a message whose `{ $name }` are filled with anything that a [`Phrase`] can be made from.
macro_rules! phrase {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::text::Phrase::filled($key, vec![$((stringify!($name).into(), $crate::text::Phrase::from($value))),*])
    };
}
pub(crate) use phrase;

/// Lets errors print what their `phrase` says, in English.
macro_rules! prints_its_phrase {
    ($error:ty) => {
        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.phrase().fmt(f)
            }
        }
    };
}
pub(crate) use prints_its_phrase;

impl Phrase {
    /// Several phrases, one after the other.
    pub fn several(between: Between, parts: impl IntoIterator<Item = Self>) -> Self {
        Self::Several(between, parts.into_iter().collect())
    }

    /// A message without values.
    pub fn message(key: &'static str) -> Self {
        Self::filled(key, Vec::new())
    }

    /// A message with values by their names; as `phrase!` makes it.
    pub fn filled(key: &'static str, values: Vec<(Key, Self)>) -> Self {
        Self::Message(Box::new(Message { key: key.into(), values }))
    }

    /// What `value` prints, the same in every language.
    pub fn plain(value: impl fmt::Display) -> Self {
        Self::Plain(value.to_string())
    }

    /// What older versions kept in English: one of our messages, where it has no values, or else as it stands.
    pub(super) fn of_english(english: String) -> Self {
        let plain = words(Language::English).plain.iter();
        let key = plain.filter(|(_, message)| **message == english).map(|(key, _)| key.as_str()).min();
        key.map_or(Self::Plain(english), Self::message)
    }

    /// Whether all of its messages are there to be said.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Self::Plain(_) | Self::Whole(_) => true,
            Self::Message(message) => {
                words(Language::English).has(&message.key) && message.values.iter().all(|(_, value)| value.is_known())
            }
            Self::Several(_, parts) => parts.iter().all(Self::is_known),
        }
    }

    /// In the language of this thread's window.
    pub fn words(&self) -> String {
        self.in_language(language())
    }

    /// In any language, whatever the window speaks.
    pub fn in_language(&self, language: Language) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Message(message) if message.values.is_empty() => words(language).text(&message.key),
            Self::Message(message) => {
                let value = |phrase: &Self| match phrase {
                    // Larger ones would be rounded; they are many in any language.
                    Self::Whole(number) if *number < 1 << 53 => Value::from(*number),
                    phrase => Value::from(phrase.in_language(language)),
                };
                let args: FluentArgs<'_> =
                    message.values.iter().map(|(name, phrase)| (&**name, value(phrase))).collect();
                words(language).format(&message.key, Some(&args))
            }
            Self::Several(between, parts) => {
                let parts: Vec<String> = parts.iter().map(|part| part.in_language(language)).collect();
                let between = match between {
                    Between::Lines => "\n".to_owned(),
                    Between::Commas => words(language).text("list-comma"),
                    Between::Semicolons => words(language).text("list-semicolon"),
                    Between::And => words(language).text("list-and"),
                    Between::Or => words(language).text("list-or"),
                    Between::Spaces => " ".to_owned(),
                    Between::Dots => " · ".to_owned(),
                    Between::Slashes => "/".to_owned(),
                };
                parts.join(&between)
            }
        }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl From<String> for Phrase {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

impl From<&str> for Phrase {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

impl From<&String> for Phrase {
    fn from(text: &String) -> Self {
        Self::Plain(text.clone())
    }
}

impl From<&Path> for Phrase {
    fn from(path: &Path) -> Self {
        Self::plain(path.display())
    }
}

impl From<&PathBuf> for Phrase {
    fn from(path: &PathBuf) -> Self {
        Self::plain(path.display())
    }
}

impl From<usize> for Phrase {
    fn from(number: usize) -> Self {
        Self::Whole(number as u64)
    }
}

impl From<u64> for Phrase {
    fn from(number: u64) -> Self {
        Self::Whole(number)
    }
}

impl From<&Phrase> for Phrase {
    fn from(phrase: &Phrase) -> Self {
        phrase.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::speak;

    #[test]
    fn a_phrase_is_english_unless_the_window_asks_for_it() {
        let rows = |count: u64| phrase!("widget-features", count = count);
        let both = Phrase::several(Between::Commas, [rows(1), rows(64), Phrase::plain(0.5)]);
        speak(Language::Chinese);
        assert_eq!(both.to_string(), "One feature, 64 features, 0.5");
        let words = both.words();
        assert!(words.contains('、') && words.contains("64") && !words.contains("feature"), "{words}");
    }
}
