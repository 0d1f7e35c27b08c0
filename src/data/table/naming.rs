//! What columns are called: by recipes, and by people who name the class column.

use crate::recipe::ColumnRef;

/// What columns are called that hold the class, the likeliest first.
pub const CLASS_NAMES: [&str; 18] = [
    "label",
    "labels",
    "class",
    "target",
    "y",
    "species",
    "classes",
    "category",
    "class_label",
    "class label",
    "klass",
    "outcome",
    "diagnosis",
    "ground_truth",
    "类别",
    "标签",
    "分类",
    "classification",
];

/// The column at a position; negative ones count from the end.
pub fn position_of(position: i64, count: usize) -> Option<usize> {
    let from_start = if position < 0 { position.checked_add(count as i64)? } else { position };
    usize::try_from(from_start).ok().filter(|column| *column < count)
}

/// Whether a column is named in a list of columns.
pub fn is_named_in(list: &[ColumnRef], name: &str, position: usize, count: usize) -> bool {
    list.iter().any(|column| match column {
        ColumnRef::Name(asked) => asked == name,
        ColumnRef::Position(asked) => position_of(*asked, count) == Some(position),
    })
}
