//! Fields of `[training]`: how long, how the weights move, from which seed, what is kept.

use std::ops::Bound;

use super::super::baseline::NAMES;
use super::{COUNT, FROM_ONE, Field, Kind, PLAIN, Part, Span, Synonyms, Unit};

/// `training.epochs`.
pub const EPOCHS: Field = Field {
    path: "training.epochs",
    label: "field-epochs",
    what: "term-epoch-what",
    kind: Kind::Whole(Span { usual: 40.0, unit: Some(Unit::Epochs), ..FROM_ONE }),
    has_control: true,
    is_column: true,
    synonyms: &[Synonyms {
        value: "",
        words: &[
            "n_epochs",
            "nb_epochs",
            "nb_epoch",
            "num_epochs",
            "num_epoch",
            "max_epochs",
            "max_epoch",
            "total_epochs",
            "num_train_epochs",
        ],
    }],
    search: "how long passes iterations duration 轮数 训练轮次 时长 lunshu xunlianlunci shichang",
    ..OF_TRAINING
};

/// `training.batch`.
pub const BATCH: Field = Field {
    path: "training.batch",
    label: "field-batch",
    what: "term-batch-what",
    short: Some("field-batch"),
    kind: Kind::Whole(Span { usual: 128.0, ..FROM_ONE }),
    has_control: true,
    is_column: true,
    synonyms: &[Synonyms {
        value: "",
        words: &[
            "bs",
            "batch_size",
            "batchsize",
            "minibatch",
            "mini_batch",
            "mini_batch_size",
            "minibatch_size",
            "train_batch_size",
            "per_device_train_batch_size",
        ],
    }],
    search: "rows step 批大小 批量 pidaxiao piliang",
    ..OF_TRAINING
};

/// `training.learning_rate`.
pub const LEARNING_RATE: Field = Field {
    path: "training.learning_rate",
    label: "field-learning-rate",
    what: "term-learning-rate-what",
    short: Some("field-learning-rate-short"),
    kind: Kind::Number(Span {
        allowed: (Bound::Excluded(0.0), Bound::Unbounded),
        shown: (1e-5, 1.0),
        log: true,
        usual: 1e-3,
        ..Span::ANY
    }),
    is_per_member: true,
    is_live: true,
    has_control: true,
    is_column: true,
    synonyms: &[Synonyms {
        value: "",
        words: &["lr", "lr0", "eta", "base_lr", "init_lr", "initial_lr", "max_lr", "learn_rate", "learning_rate_init"],
    }],
    search: "speed step size 学习率 步长 xuexilv xuexilu buchang",
    ..OF_OPTIMISER
};

/// `training.seed`.
pub const SEED: Field = Field {
    path: "training.seed",
    label: "field-seed",
    what: "term-seed-what",
    short: Some("field-seed"),
    kind: Kind::Whole(COUNT),
    is_per_member: true,
    has_control: true,
    is_column: true,
    synonyms: &[Synonyms { value: "", words: &["random_state", "random_seed", "manual_seed", "rng_seed"] }],
    search: "random chance repeat reproducible 随机种子 重复 suijizhongzi chongfu",
    ..OF_TRAINING
};

/// `training.optimiser`.
pub const OPTIMISER: Field = Field {
    path: "training.optimiser",
    label: "field-optimiser",
    what: "field-optimiser-hint",
    kind: Kind::Choice(&[("adamw", "optimiser-adamw"), ("sgd", "optimiser-sgd")]),
    has_control: true,
    is_column: true,
    synonyms: &[
        Synonyms { value: "", words: &["optimizer", "optimizer_name", "optim", "opt", "solver"] },
        Synonyms { value: "\"adamw\"", words: &["adam", "adamw"] },
        Synonyms { value: "\"sgd\"", words: &["sgd"] },
    ],
    search: "update rule momentum 优化器 动量 youhuaqi dongliang",
    ..OF_OPTIMISER
};

/// `training.momentum`.
pub const MOMENTUM: Field = Field {
    path: "training.momentum",
    label: "field-momentum",
    what: "field-momentum-hint",
    short: Some("field-momentum"),
    kind: Kind::Number(Span {
        allowed: (Bound::Included(0.0), Bound::Excluded(1.0)),
        shown: (0.0, 0.999),
        step: 0.005,
        ..Span::ANY
    }),
    has_control: true,
    synonyms: &[Synonyms { value: "", words: &["sgd_momentum"] }],
    search: "inertia 动量 dongliang",
    ..OF_OPTIMISER
};

/// `training.weight_decay`.
pub const WEIGHT_DECAY: Field = Field {
    path: "training.weight_decay",
    label: "field-weight-decay",
    what: "term-weight-decay-what",
    short: Some("field-weight-decay-short"),
    kind: Kind::Number(Span {
        allowed: (Bound::Included(0.0), Bound::Unbounded),
        step: 0.001,
        usual: 0.01,
        ..Span::ANY
    }),
    is_per_member: true,
    has_control: true,
    is_column: true,
    synonyms: &[Synonyms {
        value: "",
        words: &["wd", "decay", "l2", "l2_reg", "l2_regularization", "weight_decay_rate"],
    }],
    search: "regularisation regularization shrink 权重衰减 正则化 quanzhongshuaijian zhengzehua",
    ..OF_OPTIMISER
};

/// `training.schedule`.
pub const SCHEDULE: Field = Field {
    path: "training.schedule",
    label: "field-schedule",
    what: "field-schedule-hint",
    kind: Kind::Choice(&[
        ("constant", "schedule-constant"),
        ("cosine", "schedule-cosine"),
        ("linear", "schedule-linear"),
        ("step", "schedule-step"),
    ]),
    has_control: true,
    synonyms: &[
        Synonyms {
            value: "",
            words: &[
                "scheduler",
                "sched",
                "lr_scheduler",
                "lr_scheduler_type",
                "lr_schedule",
                "lr_policy",
                "learning_rate_schedule",
            ],
        },
        Synonyms {
            value: "{ step = { every = 10, factor = 0.5 } }",
            words: &["step_size", "milestones", "lr_decay_epochs", "lr_decay_rate"],
        },
    ],
    search: "cosine annealing constant steps 调度 余弦 退火 阶梯 diaodu yuxian tuihuo jieti",
    ..OF_OPTIMISER
};

/// `training.schedule.step.every`.
pub const EVERY: Field = Field {
    path: "training.schedule.step.every",
    label: "field-every",
    what: "field-every-hint",
    short: Some("field-every"),
    kind: Kind::Whole(Span { usual: 10.0, unit: Some(Unit::Epochs), ..FROM_ONE }),
    has_control: true,
    is_hinted: false,
    search: "gamma milestones interval 间隔 下降 jiange xiajiang",
    ..OF_OPTIMISER
};

/// `training.schedule.step.factor`.
pub const FACTOR: Field = Field {
    path: "training.schedule.step.factor",
    label: "field-factor",
    what: "field-factor-hint",
    short: Some("field-factor"),
    kind: Kind::Number(Span {
        allowed: (Bound::Excluded(0.0), Bound::Included(1.0)),
        shown: (0.001, 1.0),
        step: 0.005,
        usual: 0.5,
        ..Span::ANY
    }),
    has_control: true,
    is_hinted: false,
    search: "gamma 系数 下降 xishu xiajiang",
    ..OF_OPTIMISER
};

/// `training.warm_up`.
pub const WARM_UP: Field = Field {
    path: "training.warm_up",
    label: "field-warm-up",
    what: "field-warm-up-hint",
    short: Some("field-warm-up"),
    kind: Kind::Number(Span {
        allowed: (Bound::Included(0.0), Bound::Unbounded),
        shown: (0.0, 1000.0),
        step: 0.05,
        unit: Some(Unit::Epochs),
        ..Span::ANY
    }),
    allowed: Some("allowed-warm-up"),
    has_control: true,
    synonyms: &[Synonyms { value: "", words: &["warmup_epochs", "warm_up_epochs", "num_warmup_epochs"] }],
    search: "warmup ramp 预热 yure",
    ..OF_OPTIMISER
};

/// `training.clip`.
pub const CLIP: Field = Field {
    path: "training.clip",
    label: "field-clip",
    what: "field-clip-hint",
    short: Some("field-clip-short"),
    kind: Kind::Number(Span {
        allowed: (Bound::Included(0.0), Bound::Unbounded),
        shown: (0.0, 1000.0),
        step: 0.02,
        ..Span::ANY
    }),
    allowed: Some("allowed-clip"),
    has_control: true,
    synonyms: &[Synonyms {
        value: "",
        words: &[
            "grad_clip",
            "clip_grad",
            "clip_grad_norm",
            "clip_norm",
            "clipnorm",
            "max_grad_norm",
            "gradient_clip_val",
            "gradient_clipping",
        ],
    }],
    search: "gradient norm 梯度裁剪 tiducaijian",
    ..OF_OPTIMISER
};

/// `training.jitter`.
pub const JITTER: Field = Field {
    path: "training.jitter",
    label: "field-jitter",
    what: "field-jitter-hint",
    short: Some("field-jitter"),
    kind: Kind::Whole(Span { unit: Some(Unit::Pixels), ..COUNT }),
    has_control: true,
    synonyms: &[Synonyms { value: "", words: &["augmentation", "data_augmentation", "random_crop", "max_shift"] }],
    search: "shift translate images 抖动 平移 数据增强 doudong pingyi shujuzengqiang",
    ..OF_TRAINING
};

/// `training.keep`.
pub const KEEP: Field = Field {
    path: "training.keep",
    label: "field-keep",
    what: "field-keep-hint",
    short: Some("field-keep-short"),
    kind: Kind::Choice(&[("last", "value-last"), ("best", "value-best")]),
    has_control: true,
    search: "best last epoch early stopping patience restore 保留 最佳 早停 baoliu zuijia zaoting",
    ..OF_TRAINING
};

/// `training.baseline`.
pub const BASELINE: Field = Field {
    path: "training.baseline",
    label: "field-baseline",
    what: "term-baseline-what",
    short: Some("field-baseline"),
    kind: Kind::Several(&NAMES),
    part: Part::Baseline,
    has_control: true,
    search: "control without teacher labels only compare pseudo dark knowledge smoothing 基线 无教师 对照 jixian wujiaoshi duizhao",
    ..PLAIN
};

const OF_TRAINING: Field = Field { part: Part::Training, ..PLAIN };

const OF_OPTIMISER: Field = Field { part: Part::Optimiser, ..PLAIN };
