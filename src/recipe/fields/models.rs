//! Fields of the recipe as a whole, of the teacher and of the student.

use std::ops::Bound;

use super::{Field, Kind, PLAIN, Part, SHARE, Span, Synonyms, Tries};

/// `title`.
pub const TITLE: Field = Field { path: "title", label: "field-title", what: "field-title-hint", ..PLAIN };

/// `teacher.checkpoint`.
pub const CHECKPOINT: Field = Field {
    path: "teacher.checkpoint",
    label: "field-teacher",
    what: "term-teacher-what",
    short: Some("field-teacher-short"),
    kind: Kind::File,
    has_control: true,
    is_column: true,
    synonyms: TEACHERS,
    search: SEARCH_TEACHER,
    ..OF_TEACHER
};

/// `teacher.model`.
pub const TEACHER_MODEL: Field = Field {
    path: "teacher.model",
    label: "field-teacher",
    what: "term-teacher-what",
    short: Some("field-teacher-short"),
    kind: Kind::Layers,
    has_control: true,
    is_column: true,
    synonyms: TEACHERS,
    search: SEARCH_TEACHER,
    ..OF_TEACHER
};

/// `teacher.ensemble`.
pub const TEACHER_ENSEMBLE: Field = Field {
    path: "teacher.ensemble",
    label: "field-teacher-ensemble",
    what: "field-teacher-ensemble-hint",
    short: Some("field-teacher-ensemble-short"),
    kind: Kind::List,
    has_control: true,
    is_column: true,
    synonyms: &[Synonyms { value: "", words: &["teachers", "teacher_ensemble", "multi_teacher", "teacher_list"] }],
    search: SEARCH_TEACHER,
    ..OF_TEACHER
};

/// `teacher.members`.
pub const TEACHER_MEMBERS: Field = Field {
    path: "teacher.members",
    label: "field-teacher-members",
    what: "field-teacher-members-hint",
    short: Some("field-teacher-members-short"),
    kind: Kind::Whole(Span {
        allowed: (Bound::Included(1.0), Bound::Included(100.0)),
        shown: (1.0, 10.0),
        step: 0.05,
        usual: 1.0,
        tries: Tries::These(&[1.0, 2.0, 5.0]),
        ..Span::ANY
    }),
    allowed: Some("allowed-members"),
    has_control: true,
    is_column: true,
    synonyms: &[Synonyms { value: "", words: &["num_teachers", "n_teachers", "ensemble_size", "n_members"] }],
    search: "ensemble several teachers count 集成 多个 教师 数量 jicheng duoge jiaoshi shuliang",
    ..OF_TEACHER
};

/// `teacher.votes`.
pub const TEACHER_VOTES: Field = Field {
    path: "teacher.votes",
    label: "field-teacher-votes",
    what: "field-teacher-votes-hint",
    short: Some("field-teacher-votes"),
    kind: Kind::Truth(false),
    is_hinted: false,
    ..OF_TEACHER
};

/// `teacher.logits`.
pub const TEACHER_LOGITS: Field = Field {
    path: "teacher.logits",
    label: "field-teacher-logits",
    what: "field-teacher-logits-hint",
    short: Some("field-teacher-logits"),
    is_hinted: false,
    synonyms: &[Synonyms { value: "", words: &["teacher_logits", "soft_labels", "soft_targets", "logits_file"] }],
    ..OF_TEACHER
};

/// `teacher.key`.
pub const TEACHER_KEY: Field = Field {
    path: "teacher.key",
    label: "field-teacher-key",
    what: "field-teacher-key-hint",
    short: Some("field-teacher-key"),
    is_hinted: false,
    ..OF_TEACHER
};

/// `teacher.probabilities`.
pub const TEACHER_PROBABILITIES: Field = Field {
    path: "teacher.probabilities",
    label: "field-teacher-probabilities",
    what: "field-teacher-probabilities-hint",
    short: Some("field-teacher-probabilities"),
    kind: Kind::Truth(false),
    is_hinted: false,
    ..OF_TEACHER
};

/// `teacher.output`.
pub const TEACHER_OUTPUT: Field = Field {
    path: "teacher.output",
    label: "field-teacher-output",
    what: "field-teacher-output-hint",
    short: Some("field-teacher-output"),
    is_hinted: false,
    ..OF_TEACHER
};

/// `teacher.labelled`.
pub const TEACHER_LABELLED: Field = Field {
    path: "teacher.labelled",
    label: "field-teacher-labelled",
    what: "field-teacher-labelled-hint",
    short: Some("field-teacher-labelled-short"),
    kind: Kind::Number(Span { usual: 1.0, ..SHARE }),
    is_column: true,
    is_hinted: false,
    ..OF_TEACHER
};

/// `teacher.combine`.
pub const TEACHER_COMBINE: Field = Field {
    path: "teacher.combine",
    label: "field-teacher-combine",
    what: "field-teacher-combine-hint",
    short: Some("field-teacher-combine-short"),
    kind: Kind::Choice(&[("probabilities", "value-mean-probabilities"), ("logits", "value-mean-logits")]),
    has_control: true,
    is_column: true,
    search: "ensemble average mean geometric arithmetic 集成 平均 几何 概率 jicheng pingjun jihe gailv",
    ..OF_TEACHER
};

/// `teacher.classes`.
pub const TEACHER_CLASSES: Field = Field {
    path: "teacher.classes",
    label: "field-teacher-classes",
    what: "field-teacher-classes-hint",
    short: Some("field-teacher-classes"),
    kind: Kind::List,
    ..OF_TEACHER
};

/// `teacher.pixels`.
pub const TEACHER_PIXELS: Field = Field {
    path: "teacher.pixels",
    label: "field-teacher-pixels",
    what: "field-teacher-pixels-hint",
    short: Some("field-teacher-pixels"),
    is_hinted: false,
    ..OF_TEACHER
};

/// `teacher.mean`.
pub const TEACHER_MEAN: Field = Field {
    path: "teacher.mean",
    label: "field-teacher-mean",
    what: "field-teacher-mean-hint",
    short: Some("field-teacher-mean"),
    kind: Kind::List,
    is_hinted: false,
    ..OF_TEACHER
};

/// `teacher.std`.
pub const TEACHER_STD: Field = Field {
    path: "teacher.std",
    label: "field-teacher-std",
    what: "field-teacher-std-hint",
    short: Some("field-teacher-std"),
    kind: Kind::List,
    is_hinted: false,
    ..OF_TEACHER
};

/// `student.model`.
pub const STUDENT: Field = Field {
    path: "student.model",
    label: "field-student",
    what: "term-student-what",
    kind: Kind::Layers,
    part: Part::Student,
    has_control: true,
    is_column: true,
    synonyms: &[
        Synonyms {
            value: "",
            words: &["student_model", "student_arch", "model_s", "arch", "backbone", "architecture"],
        },
        Synonyms {
            value: "{ mlp = [64, 64] }",
            words: &[
                "hidden",
                "hidden_size",
                "hidden_sizes",
                "hidden_dim",
                "hidden_dims",
                "hidden_units",
                "hidden_layers",
                "hidden_layer_sizes",
                "layers",
                "num_layers",
                "n_layers",
                "units",
                "mlp",
            ],
        },
        Synonyms { value: "{ cnn = [8, 16], dense = [64] }", words: &["cnn", "channels", "filters"] },
        Synonyms {
            value: "{ mlp = [64, 64], dropout = 0.2 }",
            words: &["dropout", "dropout_rate", "drop_rate", "drop_prob"],
        },
    ],
    search: "network model layers widths size neurons 学生 模型 网络 层 xuesheng moxing wangluo",
    ..PLAIN
};

/// `student.model.dropout`.
pub const STUDENT_DROPOUT: Field = Field {
    path: "student.model.dropout",
    label: "field-dropout",
    what: "field-dropout-hint",
    short: Some("field-dropout"),
    kind: Kind::Number(Span { allowed: (Bound::Included(0.0), Bound::Excluded(1.0)), shown: (0.0, 0.9), ..Span::ANY }),
    part: Part::Student,
    is_hinted: false,
    ..PLAIN
};

/// `student.model.maps`.
pub const STUDENT_MAPS: Field = Field {
    path: "student.model.maps",
    label: "field-maps",
    what: "field-maps-hint",
    short: Some("field-maps"),
    kind: Kind::Whole(sizes(1.0, 10_000.0, 100.0)),
    ..OF_LAYERS
};

/// `student.model.embedding`.
pub const STUDENT_EMBEDDING: Field = Field {
    path: "student.model.embedding",
    label: "field-embedding",
    what: "field-embedding-hint",
    short: Some("field-embedding"),
    kind: Kind::Whole(sizes(1.0, 10_000.0, 128.0)),
    ..OF_LAYERS
};

/// `student.model.bilstm`.
pub const STUDENT_BILSTM: Field = Field {
    path: "student.model.bilstm",
    label: "field-bilstm",
    what: "field-bilstm-hint",
    short: Some("field-bilstm"),
    kind: Kind::Whole(sizes(1.0, 10_000.0, 150.0)),
    ..OF_LAYERS
};

/// `student.model.transformer`.
pub const STUDENT_TRANSFORMER: Field = Field {
    path: "student.model.transformer",
    label: "field-transformer",
    what: "field-transformer-hint",
    short: Some("field-transformer"),
    kind: Kind::Whole(sizes(1.0, 100.0, 2.0)),
    ..OF_LAYERS
};

/// `student.model.width`.
pub const STUDENT_WIDTH: Field = Field {
    path: "student.model.width",
    label: "field-width",
    what: "field-width-hint",
    short: Some("field-width"),
    kind: Kind::Whole(sizes(1.0, 10_000.0, 128.0)),
    ..OF_LAYERS
};

/// `student.model.heads`.
pub const STUDENT_HEADS: Field = Field {
    path: "student.model.heads",
    label: "field-heads",
    what: "field-heads-hint",
    short: Some("field-heads"),
    kind: Kind::Whole(sizes(1.0, 1000.0, 2.0)),
    ..OF_LAYERS
};

/// `student.model.inner`.
pub const STUDENT_INNER: Field = Field {
    path: "student.model.inner",
    label: "field-inner",
    what: "field-inner-hint",
    short: Some("field-inner"),
    kind: Kind::Whole(sizes(1.0, 100_000.0, 512.0)),
    ..OF_LAYERS
};

/// `student.model.tokens`.
pub const STUDENT_TOKENS: Field = Field {
    path: "student.model.tokens",
    label: "field-tokens",
    what: "field-tokens-hint",
    short: Some("field-tokens"),
    kind: Kind::Choice(&[("words", "value-tokens-words"), ("teacher", "value-tokens-teacher")]),
    ..OF_LAYERS
};

/// `student.model.length`.
pub const STUDENT_LENGTH: Field = Field {
    path: "student.model.length",
    label: "field-length",
    what: "field-length-hint",
    short: Some("field-length"),
    kind: Kind::Whole(sizes(8.0, 100_000.0, 256.0)),
    ..OF_LAYERS
};

/// `student.model.layers`.
pub const STUDENT_LAYERS: Field = Field {
    path: "student.model.layers",
    label: "field-bert-layers",
    what: "field-bert-layers-hint",
    short: Some("field-bert-layers"),
    kind: Kind::Whole(sizes(1.0, 100.0, 1.0)),
    ..OF_LAYERS
};

/// `student.model.pooling`.
pub const STUDENT_POOLING: Field = Field {
    path: "student.model.pooling",
    label: "field-pooling",
    what: "field-pooling-hint",
    short: Some("field-pooling"),
    kind: Kind::Choice(&[("mean", "value-pooling-mean"), ("cls", "value-pooling-cls")]),
    ..OF_LAYERS
};

/// `student.model.frozen`.
pub const STUDENT_FROZEN: Field = Field {
    path: "student.model.frozen",
    label: "field-frozen",
    what: "field-frozen-hint",
    short: Some("field-frozen"),
    kind: Kind::Text,
    ..OF_LAYERS
};

/// `student.model.of_teacher`.
pub const STUDENT_OF_TEACHER: Field = Field {
    path: "student.model.of_teacher",
    label: "field-of-teacher-layers",
    what: "field-of-teacher-layers-hint",
    short: Some("field-of-teacher-layers"),
    kind: Kind::Text,
    ..OF_LAYERS
};

/// `student.model.speed`.
pub const STUDENT_SPEED: Field = Field {
    path: "student.model.speed",
    label: "field-speed",
    what: "field-speed-hint",
    short: Some("field-speed"),
    kind: Kind::Number(Span { usual: 0.5, unit: None, ..SHARE }),
    ..OF_LAYERS
};

const OF_LAYERS: Field = Field { part: Part::Student, is_hinted: false, ..PLAIN };

/// Whole sizes of layers.
const fn sizes(least: f64, most: f64, usual: f64) -> Span {
    Span { allowed: (Bound::Included(least), Bound::Included(most)), shown: (least, most), usual, ..Span::ANY }
}

const OF_TEACHER: Field = Field { part: Part::Teacher, ..PLAIN };

const TEACHERS: &[Synonyms] = &[Synonyms {
    value: "",
    words: &[
        "pretrained",
        "ckpt",
        "teacher_ckpt",
        "teacher_path",
        "teacher_checkpoint",
        "teacher_model",
        "model_t",
        "path_t",
    ],
}];

const SEARCH_TEACHER: &str = "big model load train pretrained checkpoint ensemble 教师 老师 模型 jiaoshi laoshi moxing";
