//! Phrases as they travel and as they are kept.
//!
//! Between processes they go by key and values. A store keeps them so too, beside their English, for versions that know other messages.
//! Wherever else people may read them they are English.

use std::cell::Cell;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Phrase;

thread_local! {
    static FORM: Cell<Form> = const { Cell::new(Form::English) };
}

/// How this thread writes phrases where people may read them.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    English,
    /// As a [`Kept`].
    Kept,
    /// Within one.
    Inner,
}

/// A phrase in a store.
#[derive(Serialize, Deserialize)]
struct Kept {
    english: String,
    phrase: Inner,
}

/// By key and values.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Inner(#[serde(serialize_with = "Phrase::serialize", deserialize_with = "Phrase::deserialize")] Phrase);

impl Phrase {
    /// What `write` writes, with its phrases as a store keeps them.
    pub fn keeping<R>(write: impl FnOnce() -> R) -> R {
        in_form(Form::Kept, write)
    }

    /// What a store kept; of older versions the English.
    pub fn kept(text: String) -> Self {
        if text.starts_with('{') {
            serde_json::from_str(&text).unwrap_or(Self::Plain(text))
        } else {
            Self::of_english(text)
        }
    }
}

fn in_form<R>(form: Form, write: impl FnOnce() -> R) -> R {
    let before = FORM.replace(form);
    let written = write();
    FORM.set(before);
    written
}

impl Serialize for Phrase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match FORM.get() {
            _ if !serializer.is_human_readable() => Self::serialize(self, serializer),
            Form::English => serializer.collect_str(self),
            Form::Kept => {
                let kept = Kept { english: self.to_string(), phrase: Inner(self.clone()) };
                in_form(Form::Inner, || kept.serialize(serializer))
            }
            Form::Inner => Self::serialize(self, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Phrase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Any {
            English(String),
            Kept(Kept),
            Inner(Inner),
        }
        if !deserializer.is_human_readable() {
            return Self::deserialize(deserializer);
        }
        Ok(match Any::deserialize(deserializer)? {
            Any::English(text) => Self::of_english(text),
            // A message of another version is said as it was then.
            Any::Kept(Kept { english, phrase: Inner(phrase) }) => {
                if phrase.is_known() {
                    phrase
                } else {
                    Self::Plain(english)
                }
            }
            Any::Inner(Inner(phrase)) => phrase,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Between, Language, phrase, speak};

    #[test]
    fn a_kept_phrase_is_said_in_any_language_and_read_by_people_it_is_english() {
        let rows = |count: u64| phrase!("widget-features", count = count);
        let both = Phrase::several(Between::Commas, [rows(1), rows(64), Phrase::plain(0.5)]);
        let english = serde_json::to_string(&both).unwrap();
        assert_eq!(english, "\"One feature, 64 features, 0.5\"");
        assert_eq!(serde_json::from_str::<Phrase>(&english).unwrap().to_string(), both.to_string());
        let kept = Phrase::keeping(|| serde_json::to_string(&[&both])).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Phrase>>(&kept).unwrap(), std::slice::from_ref(&both));
        // Nobody else's phrases are touched by that.
        assert_eq!(serde_json::to_string(&both).unwrap(), english);
        let alone = Phrase::keeping(|| serde_json::to_string(&both)).unwrap();
        speak(Language::Chinese);
        assert_eq!(Phrase::kept(alone.clone()).words(), both.words());
        speak(Language::English);
        let other = alone.replace("widget-features", "of-another-version");
        assert_eq!(Phrase::kept(other), Phrase::plain("One feature, 64 features, 0.5"));
        // Older versions kept the English alone.
        let old = phrase!("job-diverged");
        assert_eq!(Phrase::kept(old.to_string()), old);
        assert_eq!(Phrase::kept("{ no phrase }".to_owned()), Phrase::plain("{ no phrase }"));
    }
}
