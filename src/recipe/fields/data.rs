//! Fields of `[data]`: where examples come from, how a table or pictures are read, what the students may see of them.

use std::ops::Bound;

use super::super::DEFAULT_SIDE;
use super::{COUNT, FROM_ONE, Field, Kind, PLAIN, Part, SHARE, Span, Synonyms, Unit};

/// `data.source`.
pub const SOURCE: Field = Field {
    path: "data.source",
    label: "field-source",
    what: "field-source-hint",
    kind: Kind::Source,
    has_control: true,
    is_column: true,
    synonyms: &[
        Synonyms { value: "", words: &["dataset", "data_path", "data_dir"] },
        Synonyms {
            value: "{ csv = \"file.csv\", label = \"y\" }",
            words: &["target", "target_column", "label_column", "label_col"],
        },
    ],
    search: "examples rows dataset csv parquet arff npz idx images pictures texts table folder 数据 数据集 样本 shuju shujuji yangben",
    ..OF_DATA
};

/// `data.source.name`.
pub const SOURCE_NAME: Field = Field {
    path: "data.source.name",
    label: "field-source-name",
    what: "field-source-name-hint",
    short: Some("field-source-name"),
    is_hinted: false,
    ..OF_DATA
};

/// `data.source.validation`.
pub const SOURCE_VALIDATION: Field = Field {
    path: "data.source.validation",
    label: "field-source-validation",
    what: "field-source-validation-hint",
    short: Some("field-source-validation"),
    kind: Kind::File,
    is_hinted: false,
    ..OF_DATA
};

/// `data.source.test`.
pub const SOURCE_TEST: Field = Field {
    path: "data.source.test",
    label: "field-source-test",
    what: "field-source-test-hint",
    short: Some("field-source-test"),
    kind: Kind::File,
    is_hinted: false,
    ..OF_DATA
};

/// `data.source.label`.
pub const SOURCE_LABEL: Field = Field {
    path: "data.source.label",
    label: "field-class-column",
    what: "field-class-column-hint",
    short: Some("field-class-column-short"),
    has_control: true,
    search: "label target column class y 类别 标签 列 leibie biaoqian lie",
    ..OF_DATA
};

/// `data.source.text`.
pub const SOURCE_TEXT: Field = Field {
    path: "data.source.text",
    label: "field-text-column",
    what: "field-text-column-hint",
    short: Some("field-text-column-short"),
    synonyms: &[Synonyms {
        value: "",
        words: &["text_column", "text_col", "text_field", "text_column_name", "sentence1_key", "text_key"],
    }],
    ..OF_DATA
};

/// `data.source.text_b`.
pub const SOURCE_TEXT_B: Field = Field {
    path: "data.source.text_b",
    label: "field-text-b-column",
    what: "field-text-b-column-hint",
    short: Some("field-text-b-column-short"),
    synonyms: &[Synonyms { value: "", words: &["text_pair", "text_b_column", "sentence2_key"] }],
    is_hinted: false,
    ..OF_DATA
};

/// `data.source.header`.
pub const SOURCE_HEADER: Field = Field {
    path: "data.source.header",
    label: "field-header",
    what: "field-header-hint",
    short: Some("field-header"),
    kind: Kind::Truth(false),
    ..OF_DATA
};

/// `data.source.ignore`.
pub const SOURCE_IGNORE: Field = Field {
    path: "data.source.ignore",
    label: "field-ignore",
    what: "field-ignore-hint",
    short: Some("field-ignore"),
    kind: Kind::List,
    ..OF_DATA
};

/// `data.source.keep`.
pub const SOURCE_KEEP: Field = Field {
    path: "data.source.keep",
    label: "field-keep-columns",
    what: "field-keep-columns-hint",
    short: Some("field-keep-columns"),
    kind: Kind::List,
    is_hinted: false,
    ..OF_DATA
};

/// `data.source.encoding`.
pub const SOURCE_ENCODING: Field = Field {
    path: "data.source.encoding",
    label: "field-encoding",
    what: "field-encoding-hint",
    short: Some("field-encoding"),
    ..OF_DATA
};

/// `data.source.delimiter`.
pub const SOURCE_DELIMITER: Field = Field {
    path: "data.source.delimiter",
    label: "field-delimiter",
    what: "field-delimiter-hint",
    short: Some("field-delimiter"),
    kind: Kind::Choice(&[
        (",", "sheet-comma"),
        (";", "sheet-semicolon"),
        ("tab", "sheet-tab"),
        ("|", "sheet-bar"),
        ("blank", "sheet-blank"),
    ]),
    ..OF_DATA
};

/// `data.source.decimal`.
pub const SOURCE_DECIMAL: Field = Field {
    path: "data.source.decimal",
    label: "field-decimal",
    what: "field-decimal-hint",
    short: Some("field-decimal"),
    kind: Kind::Choice(&[(".", "sheet-decimal-point"), (",", "sheet-decimal-comma")]),
    ..OF_DATA
};

/// `data.source.pixels`.
pub const SOURCE_PIXELS: Field = Field {
    path: "data.source.pixels",
    label: "field-pixels",
    what: "field-pixels-hint",
    short: Some("field-pixels"),
    kind: Kind::List,
    ..OF_DATA
};

/// `data.source.normalise`.
pub const SOURCE_NORMALISE: Field = Field {
    path: "data.source.normalise",
    label: "field-normalise",
    what: "field-normalise-hint",
    short: Some("field-normalise"),
    kind: Kind::Choice(&[("standard", "value-standardised"), ("none", "value-as-they-are")]),
    ..OF_DATA
};

/// `data.source.size`.
pub const SOURCE_SIZE: Field = Field {
    path: "data.source.size",
    label: "field-picture-size",
    what: "field-picture-size-hint",
    short: Some("field-picture-size"),
    kind: Kind::Whole(Span { shown: (1.0, 1024.0), usual: DEFAULT_SIDE as f64, unit: Some(Unit::Pixels), ..FROM_ONE }),
    has_control: true,
    is_hinted: false,
    search: "pixels side width height resize resolution 图片 边长 尺寸 像素 tupian bianchang chicun xiangsu",
    ..OF_DATA
};

/// `data.source.colour`.
pub const SOURCE_COLOUR: Field = Field {
    path: "data.source.colour",
    label: "field-colour",
    what: "field-colour-hint",
    short: Some("field-colour"),
    kind: Kind::Choice(&[("grey", "found-grey"), ("rgb", "found-colour")]),
    has_control: true,
    search: "color rgb grey gray channels pictures 彩色 灰度 颜色 caise huidu yanse",
    ..OF_DATA
};

/// `data.source.ground`.
pub const SOURCE_GROUND: Field = Field {
    path: "data.source.ground",
    label: "field-ground",
    what: "field-ground-hint",
    short: Some("field-ground"),
    kind: Kind::Choice(&[("white", "sheet-ground-white"), ("black", "sheet-ground-black")]),
    ..OF_DATA
};

/// `data.source.mean`.
pub const SOURCE_MEAN: Field = Field {
    path: "data.source.mean",
    label: "field-mean",
    what: "field-mean-hint",
    short: Some("field-mean"),
    kind: Kind::List,
    is_hinted: false,
    ..OF_DATA
};

/// `data.source.std`.
pub const SOURCE_STD: Field = Field {
    path: "data.source.std",
    label: "field-std",
    what: "field-std-hint",
    short: Some("field-std-short"),
    kind: Kind::List,
    is_hinted: false,
    ..OF_DATA
};

/// `data.seed`.
pub const DATA_SEED: Field = Field {
    path: "data.seed",
    label: "field-data-seed",
    what: "field-data-seed-hint",
    short: Some("field-data-seed"),
    kind: Kind::Whole(COUNT),
    synonyms: super::training::SEED.synonyms,
    ..OF_DATA
};

/// `data.validation`.
pub const VALIDATION: Field = Field {
    path: "data.validation",
    label: "field-validation",
    what: "term-validation-what",
    short: Some("field-validation-short"),
    kind: Kind::Number(Span { usual: 0.125, ..PART }),
    synonyms: &[Synonyms {
        value: "",
        words: &[
            "val_split",
            "val_size",
            "val_ratio",
            "val_fraction",
            "valid_split",
            "validation_split",
            "validation_size",
            "validation_fraction",
        ],
    }],
    ..OF_DATA
};

/// `data.test`.
pub const TEST: Field = Field {
    path: "data.test",
    label: "field-test",
    what: "term-test-what",
    short: Some("field-test-short"),
    kind: Kind::Number(Span { usual: 0.2, ..PART }),
    synonyms: &[Synonyms { value: "", words: &["test_split", "test_size", "test_ratio", "test_fraction"] }],
    ..OF_DATA
};

/// `data.copies`.
pub const COPIES: Field = Field {
    path: "data.copies",
    label: "field-copies",
    what: "field-copies-hint",
    short: Some("field-copies"),
    kind: Kind::Choice(&[("together", "value-together"), ("apart", "value-apart")]),
    ..OF_DATA
};

/// `data.omit_classes`.
pub const OMIT_CLASSES: Field = Field {
    path: "data.omit_classes",
    label: "field-omit-classes",
    what: "field-omit-classes-hint",
    short: Some("field-omit-classes-short"),
    kind: Kind::List,
    is_column: true,
    synonyms: &[Synonyms { value: "", words: &["exclude_classes", "drop_classes"] }],
    ..OF_DATA
};

/// `data.labelled`.
pub const LABELLED: Field = Field {
    path: "data.labelled",
    label: "field-labelled",
    what: "field-labelled-hint",
    short: Some("field-labelled-short"),
    kind: Kind::Number(Span { usual: 1.0, ..SHARE }),
    is_column: true,
    synonyms: &[Synonyms { value: "", words: &["labeled_fraction", "label_fraction"] }],
    ..OF_DATA
};

/// `data.label_noise`.
pub const LABEL_NOISE: Field = Field {
    path: "data.label_noise",
    label: "field-label-noise",
    what: "field-label-noise-hint",
    short: Some("field-label-noise-short"),
    kind: Kind::Number(SHARE),
    is_column: true,
    synonyms: &[Synonyms { value: "", words: &["noise_rate", "noise_ratio", "noisy_labels"] }],
    ..OF_DATA
};

/// `data.augment`.
pub const AUGMENT: Field = Field {
    path: "data.augment",
    label: "field-augment",
    what: "field-augment-hint",
    short: Some("field-augment-short"),
    kind: Kind::Whole(Span { allowed: (Bound::Included(0.0), Bound::Included(50.0)), shown: (0.0, 50.0), ..COUNT }),
    is_column: true,
    synonyms: &[Synonyms { value: "", words: &["n_iter", "num_augmentations", "augmentation_factor", "naug"] }],
    search: "augmentation synthetic texts mask n-gram 数据增强 合成 shujuzengqiang hecheng",
    ..OF_DATA
};

/// `data.augment_mask`.
pub const AUGMENT_MASK: Field = Field {
    path: "data.augment_mask",
    label: "field-augment-mask",
    what: "field-augment-mask-hint",
    short: Some("field-augment-mask-short"),
    kind: Kind::Number(Span { usual: 0.1, ..SHARE }),
    synonyms: &[Synonyms { value: "", words: &["p_mask", "mask_prob", "mask_probability", "mlm_probability"] }],
    ..OF_DATA
};

/// `data.augment_ngram`.
pub const AUGMENT_NGRAM: Field = Field {
    path: "data.augment_ngram",
    label: "field-augment-ngram",
    what: "field-augment-ngram-hint",
    short: Some("field-augment-ngram-short"),
    kind: Kind::Number(Span { usual: 0.25, ..SHARE }),
    synonyms: &[Synonyms { value: "", words: &["p_ng", "p_ngram", "ngram_prob"] }],
    ..OF_DATA
};

const OF_DATA: Field = Field { part: Part::Data, ..PLAIN };

/// A part of the rows: neither none nor nearly all.
const PART: Span = Span { allowed: (Bound::Excluded(0.0), Bound::Included(0.9)), shown: (0.01, 0.9), ..SHARE };
