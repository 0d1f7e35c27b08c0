//! Every word the window shows, by key, from the Fluent file in `assets/i18n/`.
//! A key that is missing shows itself, so that a slip is seen and nothing breaks.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, OnceLock, PoisonError},
};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// A number or a string in a message: `("epoch", 3.into())`, `("name", name.into())`.
pub use fluent_bundle::FluentValue as Value;

const ENGLISH: &str = include_str!("../assets/i18n/en.ftl");

/// The words for `key`.
pub fn text(key: &str) -> String {
    let words = words();
    words.plain.get(key).cloned().unwrap_or_else(|| words.format(key, None))
}

/// The words for `key` with its `{ $names }` filled in.
///
/// Pass whole numbers as numbers, so that plurals are right, and measured ones as strings with the digits they should show.
pub fn text_with(key: &str, values: &[(&str, Value<'_>)]) -> String {
    let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
    words().format(key, Some(&args))
}

struct Words {
    bundle: FluentBundle<FluentResource>,
    /// Messages without arguments, formatted once: they are asked for in every frame.
    plain: HashMap<String, String>,
    missing: Mutex<HashSet<String>>,
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(ENGLISH))
}

impl Words {
    fn new(source: &str) -> Self {
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable_part, errors)| {
            log::error!("the words of the window have faults: {errors:?}");
            readable_part
        });
        let english: LanguageIdentifier = "en".parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![english]);
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);

        let keys = source.lines().filter_map(|line| line.split_once('=')).map(|(key, _)| key.trim());
        let plain = keys.filter_map(|key| Some((key.to_owned(), plain_message(&bundle, key)?))).collect();
        Self { bundle, plain, missing: Mutex::default() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_no_faults() {
        assert!(FluentResource::try_new(ENGLISH.to_owned()).is_ok());
    }

    #[test]
    fn plain_and_filled_messages() {
        let words = Words::new(
            "plain = One { \"{\" }\nfilled = { $count ->\n    [one] one run\n   *[other] { $count } runs\n } of { $name }\n",
        );
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
