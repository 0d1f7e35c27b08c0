//! Names of folders as people are shown them: never two alike, and every byte that is no text can be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::Path;

use unicode_normalization::UnicodeNormalization as _;

use crate::data::Remark;
use crate::data::findings::some;
use crate::text::{Phrase, phrase};

/// A name with each byte that is not UTF-8 as `\xB9`, and each control character as `\u{a}`.
pub(super) fn shown(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() { text.extend(c.escape_unicode()) } else { text.push(c) }
        }
        for byte in chunk.invalid() {
            // Writing to a string does not fail.
            write!(text, "\\x{byte:02X}").ok();
        }
    }
    text
}

/// A path to be read by people, with every byte that is no text visible.
pub(super) fn shown_path(path: &Path) -> String {
    shown(path.as_os_str())
}

/// What each of the different `names` is shown as; a number sets apart what would look the same to the last character.
pub(super) fn shown_apart(names: &BTreeSet<&OsString>) -> BTreeMap<OsString, String> {
    let mut taken = BTreeSet::new();
    let mut apart = BTreeMap::new();
    for name in names {
        let plain = shown(name);
        let mut text = plain.clone();
        let mut number = 1;
        while !taken.insert(text.clone()) {
            number += 1;
            text = format!("{plain} ({number})");
        }
        apart.insert((*name).clone(), text);
    }
    apart
}

/// Classes whose names differ only in case, in blanks around them, or in how accents are written.
pub(super) fn alike(classes: &[String]) -> Option<Remark> {
    let mut groups: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for class in classes {
        groups.entry(class.trim().nfkc().collect::<String>().to_lowercase()).or_default().push(class);
    }
    let groups: Vec<Vec<&String>> = groups.into_values().filter(|group| group.len() > 1).collect();
    if groups.is_empty() {
        return None;
    }
    let count = groups.iter().map(Vec::len).sum::<usize>() as u64;
    let told = groups.iter().map(|group| {
        let names = group.iter().map(|name| format!("`{}`", told_apart(name, group))).collect::<Vec<_>>();
        Phrase::Plain(names.join(" / "))
    });
    let message = phrase!("remark-alike-names", names = some(told.collect()));
    Some(Remark::warning("alike-names", message, [("classes", count), ("groups", groups.len() as u64)]))
}

/// The name, with its characters beyond ASCII spelt out where another one composes to the same.
fn told_apart(name: &str, group: &[&String]) -> String {
    let composed = |text: &str| text.nfc().collect::<String>();
    let looks_same = group.iter().filter(|other| composed(other) == composed(name)).count() > 1;
    if !looks_same {
        return name.to_owned();
    }
    name.chars().map(|c| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_told_with_their_difference() {
        let classes = ["Caf\u{e9}", "Cafe\u{301}", "Tea", "tea", " Milk", "Milk", "Water"].map(str::to_owned);
        let remark = alike(&classes).unwrap();
        assert_eq!((remark.code.as_str(), remark.counts[0].1), ("alike-names", 6));
        let said = remark.message.to_string();
        for part in ["` Milk` / `Milk`", "`Caf\\u{e9}` / `Cafe\\u{301}`", "`Tea` / `tea`"] {
            assert!(said.contains(part), "{said}");
        }
        assert_eq!(alike(&classes[4..5]), None);
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_seen_and_never_two_names_made_one() {
        use std::os::unix::ffi::OsStringExt as _;
        let names = [b"\xB9\xB7".to_vec(), b"\xC4\xF1".to_vec(), b"\\xB9\\xB7".to_vec(), b"a\nb".to_vec()];
        let names = names.map(OsString::from_vec);
        let apart: Vec<String> = shown_apart(&names.iter().collect()).into_values().collect();
        assert_eq!(apart, ["\\xB9\\xB7", "a\\u{a}b", "\\xB9\\xB7 (2)", "\\xC4\\xF1"]);
    }
}
