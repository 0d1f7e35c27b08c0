//! Fields of `[distill]` that several methods have.

use std::ops::Bound;

use crate::field::{Field, Kind, PLAIN, Part, Span, Synonyms, Tries};

/// `distill.temperature`.
pub const TEMPERATURE: Field = Field {
    path: "distill.temperature",
    label: "field-temperature",
    what: "term-temperature-what",
    short: Some("field-temperature-short"),
    kind: Kind::Number(Span {
        allowed: (Bound::Included(1e-3), Bound::Included(1e6)),
        shown: (0.25, 64.0),
        log: true,
        usual: 4.0,
        tries: Tries::Ratios { from: 1.0, to: 64.0, points: 7 },
        ..Span::ANY
    }),
    allowed: Some("allowed-temperature"),
    is_column: true,
    synonyms: &[Synonyms {
        value: "",
        words: &[
            "t",
            "tau",
            "temp",
            "kd_t",
            "kd_temp",
            "kd_temperature",
            "softmax_temperature",
            "distill_temperature",
            "distillation_temperature",
        ],
    }],
    search: "soften flatten hotter anneal schedule 温度 软化 退火 wendu ruanhua tuihuo",
    ..OF_METHOD
};

/// `distill.soft_weight`.
pub const SOFT_WEIGHT: Field = Field {
    path: "distill.soft_weight",
    label: "field-soft-weight",
    what: "field-soft-weight-hint",
    short: Some("field-soft-weight-short"),
    kind: Kind::Number(Span { usual: 0.9, tries: Tries::These(&[0.5, 0.7, 0.9, 1.0]), ..WEIGHT }),
    is_column: true,
    synonyms: &[Synonyms {
        value: "",
        words: &[
            "kd_weight",
            "kd_ratio",
            "kd_lambda",
            "lambda_kd",
            "w_kd",
            "kd_loss_weight",
            "kl_weight",
            "distill_weight",
            "distill_ratio",
            "distillation_weight",
            "distillation_ratio",
            "soft_loss_weight",
            "soft_target_loss_weight",
            "soft_ratio",
            "teacher_weight",
        ],
    }],
    search: "alpha lambda loss teacher 软目标 权重 损失 ruanmubiao quanzhong sunshi",
    ..OF_METHOD
};

/// `distill.hard_weight`.
pub const HARD_WEIGHT: Field = Field {
    path: "distill.hard_weight",
    label: "field-hard-weight",
    what: "field-hard-weight-hint",
    short: Some("field-hard-weight-short"),
    kind: Kind::Number(Span { usual: 0.1, tries: Tries::These(&[0.1, 0.5]), ..WEIGHT }),
    allowed: Some("allowed-hard-weight"),
    is_column: true,
    synonyms: &[Synonyms {
        value: "",
        words: &[
            "ce_weight",
            "ce_ratio",
            "ce_loss_weight",
            "lambda_ce",
            "w_ce",
            "cls_weight",
            "hard_loss_weight",
            "hard_ratio",
            "label_weight",
        ],
    }],
    search: "alpha beta lambda loss labels cross-entropy complement 硬标签 权重 损失 yingbiaoqian quanzhong sunshi",
    ..OF_METHOD
};

/// `distill.temperature_squared`.
pub const TEMPERATURE_SQUARED: Field = Field {
    path: "distill.temperature_squared",
    label: "field-temperature-squared",
    what: "term-temperature-squared-what",
    short: Some("field-temperature-squared-short"),
    kind: Kind::Truth(true),
    is_live: false,
    is_column: true,
    synonyms: &[Synonyms { value: "", words: &["t_squared", "t2", "scale_by_t2"] }],
    search: "temperature squared scale gradient T² 因子 温度平方 缩放 yinzi wendupingfang suofang",
    ..OF_METHOD
};

/// A field of a method: each member has its own value, which can be moved while it trains.
pub const OF_METHOD: Field =
    Field { part: Part::Distillation, has_control: true, is_per_member: true, is_live: true, ..PLAIN };

/// How many are trained beside a student: the same for all members, from the first step to the last.
pub const OF_COMPANY: Field = Field { is_per_member: false, is_live: false, ..OF_METHOD };

/// The weight of a term of the loss.
pub const WEIGHT: Span = Span { allowed: (Bound::Included(0.0), Bound::Unbounded), ..Span::ANY };
