//! Holds the arrows between the rooms: reads the sources and fails on one that points the wrong way.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// For each room, the rooms it may name. `rng`, `signals` and `overheard` are common ground below all of them, and so is that part of
/// `text` which says something without knowing the language (see [`WITHOUT_A_LANGUAGE`]).
const ARROWS: &[(&str, &[&str])] = &[
    ("rng", &[]),
    ("signals", &[]),
    ("overheard", &[]),
    ("field", &["text"]),
    ("ops", &["rng"]),
    ("distill", &["field", "ops", "rng"]),
    ("recipe", &["field", "distill", "rng", "text"]),
    ("data", &["recipe", "rng", "text"]),
    // A graph and who asks it are two processes; they speak as an engine and its window do.
    ("onnx", &["protocol", "text"]),
    ("model", &["recipe", "data", "onnx", "ops", "distill", "rng", "text"]),
    // What was found in data is told as the data tell it.
    ("protocol", &["recipe", "data", "distill", "text"]),
    ("training", &["recipe", "protocol", "data", "onnx", "ops", "model", "distill", "rng", "text"]),
    ("runs", &["recipe", "protocol", "data", "onnx", "model", "distill", "training", "rng", "text"]),
    ("state", &["recipe", "protocol", "distill", "training", "runs", "text", "rng"]),
    ("lesson", &["recipe", "protocol", "distill", "state", "text"]),
    ("command", &["recipe", "protocol", "training", "runs", "state", "lesson", "text"]),
    ("text", &[]),
    ("theme", &[]),
    ("widgets", &["text", "theme"]),
    ("figure", &["theme"]),
    (
        "views",
        &[
            "recipe", "protocol", "distill", "training", "runs", "state", "lesson", "command", "widgets", "theme",
            "text",
        ],
    ),
    (
        "app",
        &[
            "recipe",
            "protocol",
            "data",
            "model",
            "distill",
            "training",
            "runs",
            "state",
            "lesson",
            "command",
            "views",
            "figure",
            "widgets",
            "theme",
            "text",
            "rng",
            "signals",
            "overheard",
        ],
    ),
    (
        "cli",
        &[
            "recipe",
            "protocol",
            "data",
            "onnx",
            "model",
            "distill",
            "training",
            "runs",
            "rng",
            "signals",
            "overheard",
            "text",
        ],
    ),
];

/// Rooms that do not know which language the window speaks: they make phrases, and terminals, logs and files are English.
const WITHOUT_A_LANGUAGE: &[&str] =
    &["field", "recipe", "protocol", "data", "onnx", "model", "training", "runs", "cli"];

/// Crates that never enter a room.
const BANNED: &[(&str, &[&str])] = &[
    ("field", &["candle_core", "candle_nn", "eframe", "egui_plot", "rusqlite"]),
    ("recipe", &["candle_core", "candle_nn", "eframe", "egui_plot", "rusqlite"]),
    ("protocol", &["candle_core", "candle_nn", "eframe", "egui_plot", "rusqlite", "std::thread", "sync_channel"]),
    ("data", &["candle_core", "candle_nn", "eframe", "rusqlite"]),
    ("onnx", &["candle_core", "candle_nn", "eframe", "rusqlite"]),
    ("ops", &["eframe", "rusqlite"]),
    ("model", &["eframe", "rusqlite"]),
    ("distill", &["eframe", "rusqlite"]),
    ("training", &["eframe", "rusqlite"]),
    ("runs", &["candle_core", "candle_nn", "eframe"]),
    ("state", &["candle_core", "candle_nn", "eframe", "egui_plot", "rusqlite"]),
    ("lesson", &["candle_core", "candle_nn", "eframe", "egui_plot", "egui_commonmark", "rusqlite"]),
    ("command", &["candle_core", "candle_nn", "eframe", "rusqlite"]),
    ("text", &["candle_core", "eframe", "rusqlite"]),
    ("theme", &["candle_core", "rusqlite"]),
    ("widgets", &["candle_core", "rusqlite"]),
    ("figure", &["candle_core", "candle_nn", "rusqlite"]),
    ("views", &["candle_core", "candle_nn", "rusqlite"]),
    ("app", &["candle_core", "candle_nn", "rusqlite"]),
    ("cli", &["eframe", "egui_plot", "egui_tiles", "rusqlite"]),
];

#[test]
fn arrows_between_rooms_point_one_way() {
    let faults: Vec<String> = sources().iter().flat_map(|(room, file, text)| wrong_arrows(room, file, text)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Files of a room may use each other as long as none of them is used, by whatever way, by what it uses. The room's own file, which
/// says what it consists of, stands above and below all of them. A folder within a room is a file of it, and a room itself.
#[test]
fn no_room_has_a_circle_of_files() {
    let mut circles = Vec::new();
    for folder in folders(Path::new("src")) {
        let uses = uses_within(&folder);
        let reaches = |from: &String| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
            while let Some(file) = next.pop() {
                next.extend(uses.get(file).into_iter().flatten().filter(|used| seen.insert(*used)));
            }
            seen.into_iter().cloned().collect::<BTreeSet<String>>()
        };
        let reached: BTreeMap<&String, BTreeSet<String>> = uses.keys().map(|file| (file, reaches(file))).collect();
        let on_circle: Vec<&&String> =
            reached.iter().filter(|(file, all)| all.contains(**file)).map(|(file, _)| file).collect();
        if !on_circle.is_empty() {
            circles.push(format!("{}: {on_circle:?}", folder.display()));
        }
    }
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn a_circle_of_files_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let room = folder.path().join("src/room");
    fs::create_dir_all(room.join("below")).unwrap();
    for (file, text) in [
        ("mod.rs", "mod above;\nmod below;\nmod other;\npub use above::Thing;\n"),
        ("above.rs", "use super::below;\n"),
        ("below/mod.rs", "mod deep;\n"),
        ("below/deep.rs", "// super::super::other\nuse super::super::{Thing as It};\n"),
        ("other.rs", "use super::Thing;\n#[cfg(test)]\nmod tests { use super::super::other; }\n"),
    ] {
        fs::write(room.join(file), text).unwrap();
    }
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let expected = [("above", named(&["below"])), ("below", named(&["above"])), ("other", named(&["above"]))];
    assert_eq!(uses_within(&room), expected.map(|(file, uses)| (file.to_owned(), uses)).into());
}

/// All folders below one.
fn folders(of: &Path) -> Vec<PathBuf> {
    let inside = fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    inside.flat_map(|folder| [vec![folder.clone()], folders(&folder)].concat()).collect()
}

/// For each file of a folder those beside it that it names, with its tests and comments left out.
fn uses_within(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut files: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    let mut pending = vec![(folder.to_owned(), 0, None::<String>)];
    while let Some((folder, depth, of)) = pending.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let name = of.clone().unwrap_or_else(|| stem.clone());
            if path.is_dir() {
                pending.push((path, depth + 1, Some(name)));
            } else if !(depth == 0 && stem == "mod") {
                let text = code_of(&fs::read_to_string(&path).unwrap());
                files.entry(name).or_default().push((depth + usize::from(stem != "mod"), text));
            }
        }
    }
    let hub = [folder.join("mod.rs"), folder.with_extension("rs")].into_iter().find(|hub| hub.exists());
    let hub = code_of(&hub.map_or_else(String::new, |hub| fs::read_to_string(hub).unwrap()));
    // What the folder's own file takes from a file and gives on.
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    for file in files.keys() {
        for named in named_after(&hub, &format!("use {file}::")) {
            given.insert(named, file.clone());
        }
    }
    let room = format!(
        "crate::{}::",
        folder
            .iter()
            .skip_while(|part| *part != "src")
            .skip(1)
            .map(|part| part.to_str().unwrap())
            .collect::<Vec<_>>()
            .join("::")
    );
    let of_file = |(file, parts): (&String, &Vec<(usize, String)>)| {
        let names = parts.iter().flat_map(|(depth, text)| {
            [named_after(text, &"super::".repeat(*depth)), named_after(text, &room)].concat()
        });
        let beside =
            names.filter_map(|name| if files.contains_key(&name) { Some(name) } else { given.get(&name).cloned() });
        (file.clone(), beside.filter(|name| name != file).collect())
    };
    files.iter().map(of_file).filter(|(_, uses): &(String, BTreeSet<String>)| !uses.is_empty()).collect()
}

/// A file without its tests and its comments.
fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The names that stand right behind a path, one or several in braces.
fn named_after(text: &str, path: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices(path) {
        let after = &text[at + path.len()..];
        if text[..at].ends_with("super::") || after.starts_with("super::") {
            continue;
        }
        let part = match after.strip_prefix('{') {
            Some(list) => inside(list),
            None => after.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap(),
        };
        let words = part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        names.extend(words.map(str::to_owned));
    }
    names
}

/// Functions that are a table: one arm a case, and nothing between.
const TABLES: [&str; 2] = ["model/import/pickle.rs: step", "theme/icons.rs: draw"];

#[test]
fn files_and_functions_are_short() {
    let mut long = Vec::new();
    for (_, file, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        if lines.len() > 600 {
            long.push(format!("{}: {} lines", file.display(), lines.len()));
        }
        for (at, line) in lines.iter().enumerate() {
            let Some((before, name)) = line.split_once("fn ") else { continue };
            let words = before.trim_start();
            let is_head =
                words.is_empty() || ["pub", "const", "async", "unsafe"].iter().any(|word| words.starts_with(word));
            if !is_head || words.contains(['(', '=']) && !words.starts_with("pub(") {
                continue;
            }
            let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
            let len = 1 + lines[at..].iter().position(|line| *line == end).unwrap_or(0);
            let name = name.split(['(', '<']).next().unwrap();
            let told = format!("{}: {name}", file.strip_prefix("src").unwrap_or(&file).display());
            if len > 80 && !TABLES.contains(&told.as_str()) {
                long.push(format!("{told} has {len} lines"));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_room_is_known_here() {
    let rooms: BTreeSet<String> = sources().into_iter().map(|(room, ..)| room).collect();
    let known: BTreeSet<String> = ARROWS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(rooms, known);
}

#[test]
fn rooms_below_the_window_speak_no_language_of_their_own() {
    for (room, file, text) in sources().iter().filter(|(room, ..)| WITHOUT_A_LANGUAGE.contains(&room.as_str())) {
        for part in text.split("crate::text").skip(1) {
            let named = part.split(';').next().unwrap();
            let words = named.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
            for word in words {
                assert!(
                    ["Phrase", "Between", "phrase", "prints_its_phrase", "number", "Kind", "self"].contains(&word),
                    "{}: {room} must not use {word}",
                    file.display()
                );
            }
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        assert!(!code.contains(".words()"), "{}: words are for the window", file.display());
    }
}

#[test]
fn phrases_fill_what_their_messages_ask_for() {
    let english = messages(&fs::read_to_string("assets/i18n/en.ftl").unwrap());
    let mut found = 0;
    for (_, file, text) in sources() {
        let calls = text.match_indices("phrase!(").filter(|(at, _)| !text[..*at].ends_with('_'));
        for (at, start) in calls {
            let call = inside(&text[at + start.len()..]);
            let mut parts = parts(call).into_iter();
            let key = parts.next().unwrap().trim().trim_matches('"').to_owned();
            if key == "key" {
                continue; // in a comment that explains it
            }
            let message = english.get(&key).unwrap_or_else(|| panic!("{}: no words for {key}", file.display()));
            let given: BTreeSet<String> =
                parts.filter_map(|part| Some(part.split_once('=')?.0.trim().to_owned())).collect();
            assert_eq!(given, values(message), "{}: {key}", file.display());
            found += 1;
        }
    }
    assert!(found > 100, "only {found} phrases");
}

/// What stands before the bracket that closes.
fn inside(text: &str) -> &str {
    let mut depth = 1;
    let end = text.find(|c: char| {
        depth += match c {
            '(' | '[' | '{' => 1,
            ')' | ']' | '}' => -1,
            _ => 0,
        };
        depth == 0
    });
    &text[..end.unwrap()]
}

/// The parts between commas that stand in no brackets.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0;
    text.split(|c: char| {
        depth += match c {
            '(' | '[' | '{' => 1,
            ')' | ']' | '}' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    })
    .collect()
}

/// The names that a message is filled with.
fn values(message: &str) -> BTreeSet<String> {
    message.split('$').skip(1).map(|part| part.split([' ', '}']).next().unwrap().to_owned()).collect()
}

#[test]
fn a_wrong_arrow_is_found() {
    let text = "use crate::training::Worker;\nuse crate::{recipe::Recipe, runs};\nlet x = candle_core::Tensor::new();";
    assert_eq!(wrong_arrows("state", Path::new("x.rs"), text).len(), 1);
    // Two rooms and a crate that recipes must not know.
    assert_eq!(wrong_arrows("recipe", Path::new("x.rs"), text).len(), 3);
}

#[test]
fn every_word_that_is_asked_for_is_there_and_no_other() {
    let english = fs::read_to_string("assets/i18n/en.ftl").unwrap();
    let known: BTreeSet<&str> = english
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| Some(line.split_once('=')?.0.trim()))
        .collect();
    let all: String = sources().into_iter().map(|(_, _, text)| text).collect();
    // A word counts as used where its key stands in quotes, or the key that it explains does.
    let quoted = |key: &str| all.contains(&format!("\"{key}\""));
    let unused: Vec<_> =
        known.iter().filter(|key| !quoted(key) && !key.strip_suffix("-hint").is_some_and(quoted)).collect();
    assert!(unused.is_empty(), "words that nobody asks for: {unused:?}");
    let mut missing = Vec::new();
    for start in ["text(\"", "text_with(\""] {
        for (at, _) in all.match_indices(start) {
            // `hint_text(` takes words, not a key.
            if all[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
                continue;
            }
            let key = all[at + start.len()..].split('"').next().unwrap_or_default();
            // Tests of `text` ask for words that are not there.
            if !known.contains(key) && !key.starts_with("no-such") && !key.is_empty() {
                missing.push(key.to_owned());
            }
        }
    }
    assert!(missing.is_empty(), "words that are missing: {missing:?}");
}

/// Messages that are the same in both languages: values, signs, and the field's own names.
const ALIKE: [&str; 48] = [
    "lens-choice-class",
    // A word and what it means.
    "term-line",
    "widget-percent",
    "widget-bars-missing",
    "widget-bars-unit",
    "widget-curve-now",
    "widget-curve-at",
    "unit-nats",
    "lens-temperature",
    "lens-kl",
    "runs-t",
    "field-said",
    "field-temperature-short",
    "field-temperature-squared-short",
    "optimiser-adamw",
    "optimiser-sgd",
    "widget-heat-rows",
    "widget-heat-columns",
    "widget-band-value",
    "widget-mini-top",
    "widget-share",
    "widget-bars-row",
    "widget-heat-cell",
    "widget-heat-place",
    "widget-band-point",
    "lens-choice-count",
    "action-recipe-text",
    "list-comma",
    "list-semicolon",
    "fault-at",
    "fault-override",
    "findings-several",
    "sheet-left-out-why",
    "story-which",
    "why-variance-field",
    "value-linear",
    "lens-at",
    "lens-one",
    "lens-effective-short",
    "lens-line-entropy",
    "lens-most-entropy",
    "lens-step-z",
    "lens-step-scaled",
    "lens-step-power",
    "lens-step-p",
    "lens-photo-model",
    "lens-figure",
    "lens-figure-over-t",
];

#[test]
fn chinese_has_every_word_of_english_and_none_is_left_in_english() {
    let read = |file: &str| fs::read_to_string(file).unwrap();
    let (english, chinese) = (read("assets/i18n/en.ftl"), read("assets/i18n/zh-CN.ftl"));
    let (english, chinese) = (messages(&english), messages(&chinese));
    let keys = |messages: &BTreeMap<String, String>| messages.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&english), keys(&chinese));
    let is_chinese = |message: &str| message.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for (key, message) in &chinese {
        assert_eq!(values(message), values(&english[key]), "{key}");
        assert!(is_chinese(message) || ALIKE.contains(&key.as_str()), "{key} is not translated: {message}");
    }
}

/// Messages of a Fluent file by their keys, with all of their lines.
fn messages(file: &str) -> BTreeMap<String, String> {
    let mut messages: Vec<(String, String)> = Vec::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        match line.split_once(" =") {
            Some((key, rest)) if line.starts_with(|c: char| c.is_ascii_lowercase()) => {
                messages.push((key.to_owned(), rest.to_owned()));
            }
            _ => {
                if let Some((_, message)) = messages.last_mut() {
                    message.push_str(line);
                }
            }
        }
    }
    let count = messages.len();
    let messages: BTreeMap<_, _> = messages.into_iter().collect();
    assert_eq!(messages.len(), count, "a key stands twice");
    messages
}

#[test]
fn colours_and_sizes_of_text_are_named_in_the_theme_alone() {
    let mut faults = Vec::new();
    for (room, file, text) in sources().into_iter().filter(|(room, ..)| room != "theme") {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            let names_colour = line.split("Color32::").skip(1).any(|rest| {
                let name: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
                name.len() > 1 && !["TRANSPARENT", "PLACEHOLDER"].contains(&name.as_str())
            });
            let names_size = [".size(", "theme::font(", "semibold(", "mono("]
                .iter()
                .any(|call| line.split(call).skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit())));
            if names_colour || names_size {
                faults.push(format!("{room}: {}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Two ways of writing a number are two numbers to a reader: `text::number` alone says how many digits there are.
#[test]
fn numbers_are_rounded_in_one_place() {
    // Sources are searched for `{x:.2}` and its like; a power of ten, as in `{x:.11e}`, is read again and not shown.
    let rounds = |text: &str| {
        let spec = text.split('}').next().unwrap();
        let precision = spec.chars().all(|c| c.is_ascii_alphanumeric() || "_$*".contains(c));
        !spec.is_empty() && spec.len() < text.len() && precision && !spec.ends_with('e')
    };
    assert!(rounds("2}\"") && rounds("*}") && rounds("digits$}") && !rounds("11e}") && !rounds(" then"));
    let mut faults = Vec::new();
    for (_, file, text) in sources().iter().filter(|(_, file, _)| !file.ends_with("text/number.rs")) {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if line.split(":.").skip(1).any(rounds) {
                faults.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Room, file and text of every source file but the two that tie the rooms together.
fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|end| end == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(Path::new("src"), &mut files);
    let room_of = |path: &Path| {
        let first = path.components().nth(1).unwrap().as_os_str().to_string_lossy().into_owned();
        first.trim_end_matches(".rs").to_owned()
    };
    let files = files.into_iter().filter(|path| !["main", "lib"].contains(&room_of(path).as_str()));
    files.map(|path| (room_of(&path), path.clone(), fs::read_to_string(&path).unwrap())).collect()
}

fn wrong_arrows(room: &str, file: &Path, text: &str) -> Vec<String> {
    let list = |table: &[(&str, &'static [&'static str])]| {
        table.iter().find(|(known, _)| *known == room).map_or(&[][..], |(_, list)| *list)
    };
    let (allowed, banned) = (list(ARROWS), list(BANNED));
    let mut faults = Vec::new();
    // Comments may name any room.
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    for part in code.split("crate::").skip(1) {
        for target in named_rooms(part) {
            let is_room = ARROWS.iter().any(|(known, _)| *known == target);
            if is_room && target != room && !allowed.contains(&target.as_str()) {
                faults.push(format!("{}: {room} must not know {target}", file.display()));
            }
        }
    }
    for name in banned {
        if code.contains(&format!("{name}::")) {
            faults.push(format!("{}: {name} must not enter {room}", file.display()));
        }
    }
    faults
}

/// The rooms right behind a `crate::`: one, or several in braces.
fn named_rooms(part: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let Some(inner) = part.strip_prefix('{') else { return vec![word(part)] };
    let (mut depth, mut rooms, mut fresh) = (1, Vec::new(), true);
    for (i, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => fresh = true,
            c if fresh && !c.is_whitespace() => {
                rooms.push(word(&inner[i..]));
                fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    rooms
}
