//! `distill.method`. The fields of a method are described with it.

use super::{Field, Kind, PLAIN, Part};
use crate::distill::METHODS;

/// `distill.method`.
pub const METHOD: Field = Field {
    path: "distill.method",
    label: "field-method",
    what: "field-method-hint",
    kind: Kind::Choice(&NAMES),
    part: Part::Distillation,
    has_control: true,
    is_column: true,
    search: "loss objective algorithm 方法 损失 目标 fangfa sunshi mubiao",
    ..PLAIN
};

const NAMES: [(&str, &str); METHODS.len()] = {
    let mut names = [("", ""); METHODS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = (METHODS[at].name, METHODS[at].label);
        at += 1;
    }
    names
};
