//! What is said of folders: which is which part, and what was passed over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::layout::Layout;
use super::parts::Part;
use super::{Holding, ending};
use crate::data::findings::some;
use crate::data::names::shown_path;
use crate::data::walk::Tree;
use crate::data::{Findings, LeftOut, Remark};
use crate::text::{Phrase, phrase};

/// Says which folder is which part, and where the classes were found if not at the top.
pub(in crate::data) fn tell_parts(
    layout: &Layout,
    rows: usize,
    validation_from: Option<usize>,
    test_from: Option<usize>,
    findings: &mut Findings,
) {
    let to_test = test_from.unwrap_or(rows);
    let to_validation = validation_from.unwrap_or(to_test);
    let counts = [to_validation, to_test - to_validation, rows - to_test].map(|count| count as u64);
    if layout.parts.len() > 1 {
        let told = layout.parts.iter().map(|(part, folder)| {
            let folder = shown_path(folder);
            match part {
                Part::Training | Part::Unlabelled => phrase!("part-training", folder = folder, count = counts[0]),
                Part::Validation => phrase!("part-validation", folder = folder, count = counts[1]),
                Part::Test => phrase!("part-test", folder = folder, count = counts[2]),
            }
        });
        let message = phrase!("remark-parts", parts = some(told.collect()));
        let counts = [("training", counts[0]), ("validation", counts[1]), ("test", counts[2])];
        findings.remarks.push(Remark::note("parts", message, counts));
    }
    if !layout.base.as_os_str().is_empty() {
        let message = phrase!("remark-nested-folder", folder = shown_path(&layout.base));
        findings.remarks.push(Remark::note("nested-folder", message, []));
    }
}

/// Files that are of another kind by their endings, leavings of systems, and what the walk met and did not enter.
pub(in crate::data) fn tell_passed_over(
    tree: &Tree,
    others: &[PathBuf],
    holding: Holding,
    left_out: &mut Vec<LeftOut>,
) {
    let mut by_ending: BTreeMap<String, u64> = BTreeMap::new();
    for file in others {
        let name = ending(file).map(|ending| format!("*.{ending}"));
        let name = name.unwrap_or_else(|| shown_path(Path::new(file.file_name().unwrap_or_default())));
        *by_ending.entry(name).or_default() += 1;
    }
    let mut tell = |name: String, why: Phrase, count: u64| left_out.push(LeftOut { name, why, count });
    for (name, count) in by_ending {
        tell(name, holding.other(), count);
    }
    for (name, count) in &tree.leavings {
        tell(name.clone(), phrase!("left-out-of-system"), *count);
    }
    for (folder, problem) in &tree.unreadable {
        tell(shown_path(folder), phrase!("image-unreadable", problem = one_line(problem)), 1);
    }
    for folder in &tree.met_before {
        tell(shown_path(folder), phrase!("left-out-met-before"), 1);
    }
    if tree.special > 0 {
        tell("*".to_owned(), phrase!("left-out-special"), tree.special);
    }
}

/// What a library says, in one line of reasonable length.
pub(in crate::data) fn one_line(text: &str) -> String {
    let text = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    text.collect::<Vec<_>>().join(" ").chars().take(200).collect()
}
