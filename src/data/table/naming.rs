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

/// What columns are called that hold the class of a text, besides; a table of measurements may have such a column as well.
pub const CLASS_NAMES_OF_TEXTS: [&str; 13] = [
    "sentiment",
    "polarity",
    "intent",
    "topic",
    "emotion",
    "is_spam",
    "spam",
    "stars",
    "rating",
    "情感",
    "情绪",
    "意图",
    "主题",
];

/// What columns are called that hold the text of a row, in small letters and digits alone, the likeliest first.
pub const TEXT_NAMES: [&str; 26] = [
    "text",
    "sentence",
    "review",
    "content",
    "comment",
    "reviewtext",
    "body",
    "message",
    "tweet",
    "post",
    "document",
    "sms",
    "utterance",
    "query",
    "question",
    "description",
    "headline",
    "title",
    "文本",
    "内容",
    "评论",
    "句子",
    "正文",
    "评价",
    "问题",
    "标题",
];

/// What columns are called that hold the two texts of a pair, in small letters and digits alone.
pub const PAIR_NAMES: [(&str, &str); 11] = [
    ("sentence1", "sentence2"),
    ("question1", "question2"),
    ("premise", "hypothesis"),
    ("texta", "textb"),
    ("text1", "text2"),
    ("sentencea", "sentenceb"),
    ("query1", "query2"),
    ("question", "sentence"),
    ("文本1", "文本2"),
    ("句子1", "句子2"),
    ("问题1", "问题2"),
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
