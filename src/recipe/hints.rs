//! What was meant by a key that no recipe has: the words of other libraries first, then the nearest field by its spelling.
//! No hint is better than a far one.

use crate::text::{Between, Phrase, phrase};

/// Every field by its whole path; of fields with the same last name the one that is meant more often comes first.
const FIELDS: [&str; 46] = [
    "title",
    "data.source",
    "data.validation",
    "data.test",
    "data.omit_classes",
    "data.labelled",
    "data.label_noise",
    "teacher.checkpoint",
    "student.model",
    "teacher.model",
    "distill.method",
    "distill.temperature",
    "distill.soft_weight",
    "distill.hard_weight",
    "distill.temperature_squared",
    "training.epochs",
    "training.batch",
    "training.learning_rate",
    "training.seed",
    "data.seed",
    "training.optimiser",
    "training.momentum",
    "training.weight_decay",
    "training.schedule",
    "training.warm_up",
    "training.clip",
    "training.jitter",
    "training.keep",
    "training.baseline",
    "sweep.strategy",
    "sweep.runs",
    "sweep.seeds",
    "sweep.test_all",
    "zip",
    "data.source.label",
    "data.source.header",
    "data.source.ignore",
    "data.source.encoding",
    "data.source.delimiter",
    "data.source.decimal",
    "data.source.pixels",
    "data.source.normalise",
    "data.source.colour",
    "data.source.ground",
    "data.copies",
    "teacher.classes",
];

/// What another library's word stands for here.
#[derive(Clone, Copy)]
enum Meaning {
    /// These fields, the first of them most often; a value may be written behind one.
    Fields(&'static [&'static str]),
    /// A weight of which libraries disagree whether it weighs the soft or the hard loss.
    EitherWeight,
    /// Training does not end early; the best epoch can be kept.
    KeepBest,
    /// The program chooses it, not the recipe.
    Device,
    /// A saved model says itself how its inputs are scaled.
    Scaling,
}

use Meaning::{Device, EitherWeight, Fields, KeepBest, Scaling};

const SOFT: Meaning = Fields(&["distill.soft_weight"]);
const HARD: Meaning = Fields(&["distill.hard_weight"]);
const TEMPERATURE: Meaning = Fields(&["distill.temperature"]);
const SQUARED: Meaning = Fields(&["distill.temperature_squared"]);
const RATE: Meaning = Fields(&["training.learning_rate"]);
const BATCH: Meaning = Fields(&["training.batch"]);
const EPOCHS: Meaning = Fields(&["training.epochs"]);
const OPTIMISER: Meaning = Fields(&["training.optimiser"]);
const DECAY: Meaning = Fields(&["training.weight_decay"]);
const SCHEDULE: Meaning = Fields(&["training.schedule"]);
const STEP: Meaning = Fields(&["training.schedule = { step = { every = 10, factor = 0.5 } }"]);
const WARM_UP: Meaning = Fields(&["training.warm_up"]);
const CLIP: Meaning = Fields(&["training.clip"]);
const JITTER: Meaning = Fields(&["training.jitter"]);
const SEED: Meaning = Fields(&["training.seed", "data.seed"]);
const LAYERS: Meaning = Fields(&["student.model = { mlp = [64, 64] }"]);
const CHANNELS: Meaning = Fields(&["student.model = { cnn = [8, 16], dense = [64] }"]);
const DROPOUT: Meaning = Fields(&["student.model = { mlp = [64, 64], dropout = 0.2 }"]);
const VALIDATION: Meaning = Fields(&["data.validation"]);
const TEST: Meaning = Fields(&["data.test"]);
const SOURCE: Meaning = Fields(&["data.source"]);
const LABEL: Meaning = Fields(&["data.source = { csv = \"file.csv\", label = \"y\" }"]);
const OMIT: Meaning = Fields(&["data.omit_classes"]);
const LABELLED: Meaning = Fields(&["data.labelled"]);
const NOISE: Meaning = Fields(&["data.label_noise"]);
const TEACHER: Meaning = Fields(&["teacher.checkpoint", "teacher.model"]);
const STUDENT: Meaning = Fields(&["student.model"]);

/// Words in lower case with underscores, each with what it stands for.
const WORDS: [(&str, Meaning); 175] = [
    ("t", TEMPERATURE),
    ("tau", TEMPERATURE),
    ("temp", TEMPERATURE),
    ("kd_t", TEMPERATURE),
    ("kd_temp", TEMPERATURE),
    ("kd_temperature", TEMPERATURE),
    ("softmax_temperature", TEMPERATURE),
    ("distill_temperature", TEMPERATURE),
    ("distillation_temperature", TEMPERATURE),
    ("t_squared", SQUARED),
    ("t2", SQUARED),
    ("scale_by_t2", SQUARED),
    ("alpha", EitherWeight),
    ("kd_alpha", EitherWeight),
    ("distill_alpha", EitherWeight),
    ("distillation_alpha", EitherWeight),
    ("lambda", EitherWeight),
    ("lambda_", EitherWeight),
    ("lamda", EitherWeight),
    ("lmbda", EitherWeight),
    ("kd_weight", SOFT),
    ("kd_ratio", SOFT),
    ("kd_lambda", SOFT),
    ("lambda_kd", SOFT),
    ("w_kd", SOFT),
    ("kd_loss_weight", SOFT),
    ("kl_weight", SOFT),
    ("distill_weight", SOFT),
    ("distill_ratio", SOFT),
    ("distillation_weight", SOFT),
    ("distillation_ratio", SOFT),
    ("soft_loss_weight", SOFT),
    ("soft_target_loss_weight", SOFT),
    ("soft_ratio", SOFT),
    ("teacher_weight", SOFT),
    ("ce_weight", HARD),
    ("ce_ratio", HARD),
    ("ce_loss_weight", HARD),
    ("lambda_ce", HARD),
    ("w_ce", HARD),
    ("cls_weight", HARD),
    ("hard_loss_weight", HARD),
    ("hard_ratio", HARD),
    ("label_weight", HARD),
    ("lr", RATE),
    ("lr0", RATE),
    ("eta", RATE),
    ("base_lr", RATE),
    ("init_lr", RATE),
    ("initial_lr", RATE),
    ("max_lr", RATE),
    ("learn_rate", RATE),
    ("learning_rate_init", RATE),
    ("step_size", STEP),
    ("milestones", STEP),
    ("lr_decay_epochs", STEP),
    ("lr_decay_rate", STEP),
    ("bs", BATCH),
    ("batch_size", BATCH),
    ("batchsize", BATCH),
    ("minibatch", BATCH),
    ("mini_batch", BATCH),
    ("mini_batch_size", BATCH),
    ("minibatch_size", BATCH),
    ("train_batch_size", BATCH),
    ("per_device_train_batch_size", BATCH),
    ("n_epochs", EPOCHS),
    ("nb_epochs", EPOCHS),
    ("nb_epoch", EPOCHS),
    ("num_epochs", EPOCHS),
    ("num_epoch", EPOCHS),
    ("max_epochs", EPOCHS),
    ("max_epoch", EPOCHS),
    ("total_epochs", EPOCHS),
    ("num_train_epochs", EPOCHS),
    ("optimizer", OPTIMISER),
    ("optimizer_name", OPTIMISER),
    ("optim", OPTIMISER),
    ("opt", OPTIMISER),
    ("solver", OPTIMISER),
    ("adam", Fields(&["training.optimiser = \"adamw\""])),
    ("adamw", Fields(&["training.optimiser = \"adamw\""])),
    ("sgd", Fields(&["training.optimiser = \"sgd\""])),
    ("sgd_momentum", Fields(&["training.momentum"])),
    ("wd", DECAY),
    ("decay", DECAY),
    ("l2", DECAY),
    ("l2_reg", DECAY),
    ("l2_regularization", DECAY),
    ("weight_decay_rate", DECAY),
    ("scheduler", SCHEDULE),
    ("sched", SCHEDULE),
    ("lr_scheduler", SCHEDULE),
    ("lr_scheduler_type", SCHEDULE),
    ("lr_schedule", SCHEDULE),
    ("lr_policy", SCHEDULE),
    ("learning_rate_schedule", SCHEDULE),
    ("warmup_epochs", WARM_UP),
    ("warm_up_epochs", WARM_UP),
    ("num_warmup_epochs", WARM_UP),
    ("grad_clip", CLIP),
    ("clip_grad", CLIP),
    ("clip_grad_norm", CLIP),
    ("clip_norm", CLIP),
    ("clipnorm", CLIP),
    ("max_grad_norm", CLIP),
    ("gradient_clip_val", CLIP),
    ("gradient_clipping", CLIP),
    ("augment", JITTER),
    ("augmentation", JITTER),
    ("data_augmentation", JITTER),
    ("random_crop", JITTER),
    ("max_shift", JITTER),
    ("patience", KeepBest),
    ("early_stop", KeepBest),
    ("early_stopping", KeepBest),
    ("earlystopping", KeepBest),
    ("early_stopping_patience", KeepBest),
    ("early_stopping_rounds", KeepBest),
    ("restore_best_weights", KeepBest),
    ("load_best_model_at_end", KeepBest),
    ("save_best", KeepBest),
    ("save_best_only", KeepBest),
    ("keep_best", KeepBest),
    ("random_state", SEED),
    ("random_seed", SEED),
    ("manual_seed", SEED),
    ("rng_seed", SEED),
    ("n_seeds", Fields(&["sweep.seeds"])),
    ("num_seeds", Fields(&["sweep.seeds"])),
    ("n_trials", Fields(&["sweep.runs"])),
    ("hidden", LAYERS),
    ("hidden_size", LAYERS),
    ("hidden_sizes", LAYERS),
    ("hidden_dim", LAYERS),
    ("hidden_dims", LAYERS),
    ("hidden_units", LAYERS),
    ("hidden_layers", LAYERS),
    ("hidden_layer_sizes", LAYERS),
    ("layers", LAYERS),
    ("num_layers", LAYERS),
    ("n_layers", LAYERS),
    ("units", LAYERS),
    ("mlp", LAYERS),
    ("cnn", CHANNELS),
    ("channels", CHANNELS),
    ("filters", CHANNELS),
    ("dropout", DROPOUT),
    ("dropout_rate", DROPOUT),
    ("drop_rate", DROPOUT),
    ("drop_prob", DROPOUT),
    ("val_split", VALIDATION),
    ("val_size", VALIDATION),
    ("val_ratio", VALIDATION),
    ("val_fraction", VALIDATION),
    ("valid_split", VALIDATION),
    ("validation_split", VALIDATION),
    ("validation_size", VALIDATION),
    ("validation_fraction", VALIDATION),
    ("test_split", TEST),
    ("test_size", TEST),
    ("test_ratio", TEST),
    ("test_fraction", TEST),
    ("normalize", Scaling),
    ("normalise", Scaling),
    ("normalization", Scaling),
    ("standardize", Scaling),
    ("dataset", SOURCE),
    ("data_path", SOURCE),
    ("data_dir", SOURCE),
    ("target", LABEL),
    ("target_column", LABEL),
    ("label_column", LABEL),
    ("label_col", LABEL),
    ("exclude_classes", OMIT),
];

/// More words, of which each program has its own.
const MORE_WORDS: [(&str, Meaning); 35] = [
    ("drop_classes", OMIT),
    ("labeled_fraction", LABELLED),
    ("label_fraction", LABELLED),
    ("noise_rate", NOISE),
    ("noise_ratio", NOISE),
    ("noisy_labels", NOISE),
    ("pretrained", TEACHER),
    ("ckpt", TEACHER),
    ("teacher_ckpt", TEACHER),
    ("teacher_path", TEACHER),
    ("teacher_checkpoint", TEACHER),
    ("teacher_model", TEACHER),
    ("model_t", TEACHER),
    ("path_t", TEACHER),
    ("student_model", STUDENT),
    ("student_arch", STUDENT),
    ("model_s", STUDENT),
    ("arch", STUDENT),
    ("backbone", STUDENT),
    ("architecture", STUDENT),
    ("device", Device),
    ("devices", Device),
    ("device_id", Device),
    ("device_ids", Device),
    ("accelerator", Device),
    ("cuda", Device),
    ("use_cuda", Device),
    ("no_cuda", Device),
    ("mps", Device),
    ("gpu", Device),
    ("gpus", Device),
    ("gpu_id", Device),
    ("gpu_ids", Device),
    ("n_gpu", Device),
    ("use_gpu", Device),
];

/// What is said of an unknown key.
pub(super) enum Hint {
    /// The nearest key by its spelling; with its whole path where it stands in another table.
    Near(String),
    /// Another library's word, and what it is here.
    Word(Phrase),
}

/// What may have been meant by `key` in the table at `path` (empty for the recipe itself), in which `known` keys may stand.
pub(super) fn hint<'a>(path: &str, key: &str, known: impl Iterator<Item = &'a str>) -> Option<Hint> {
    let known: Vec<&str> = known.collect();
    let plain = plain(key);
    // A spelling of a key that may stand right here comes before any synonym.
    if let Some(same) = known.iter().find(|known| bare(known) == bare(&plain)) {
        return Some(Hint::Near((*same).to_owned()));
    }
    if let Some(meaning) = word(&plain) {
        return Some(Hint::Word(meaning.phrase(path, &known)));
    }
    let here = known.iter().filter_map(|known| Some((distance(&plain, known)?, (*known).to_owned())));
    let elsewhere = FIELDS.iter().filter_map(|field| {
        let (table, last) = field.rsplit_once('.').unwrap_or(("", field));
        Some((distance(&plain, last)?, *field)).filter(|_| table != path)
    });
    // `min_by_key` takes the first of equals.
    let near = here.min_by_key(|(distance, _)| *distance);
    let far = elsewhere.min_by_key(|(distance, _)| *distance).map(|(distance, field)| (distance, field.to_owned()));
    match (near, far) {
        (Some((near, _)), Some((far, field))) if far < near => Some(Hint::Near(field)),
        (Some((_, key)), _) => Some(Hint::Near(key)),
        (None, far) => far.map(|(_, field)| Hint::Near(field)),
    }
}

/// What `--set` takes in place of an option that names a field: `distill.temperature=8`, one for each field that may be meant.
pub fn settings_of(option: &str, value: &str) -> Vec<String> {
    let plain = plain(option);
    let set = |field: &&str| format!("{field}={value}");
    match word(&plain) {
        Some(Fields(fields)) => fields.iter().filter(|field| !field.contains('=')).map(set).collect(),
        Some(EitherWeight) => ["distill.soft_weight", "distill.hard_weight"].iter().map(set).collect(),
        Some(KeepBest) => vec!["training.keep=best".to_owned()],
        Some(Device | Scaling) => Vec::new(),
        None => {
            let near = FIELDS.iter().filter(|field| field.contains('.')).filter_map(|field| {
                let last = field.rsplit('.').next().unwrap_or(field);
                let distance = distance(&plain, last).into_iter().chain(distance(&plain, &self::plain(field))).min();
                Some((distance?, field))
            });
            near.min_by_key(|(distance, _)| *distance).map(|(_, field)| set(field)).into_iter().collect()
        }
    }
}

/// What may stand in place of a value that another library knows, if there is something to say.
pub(super) fn of_value(key: &str, value: &str) -> Option<Phrase> {
    (key == "optimiser" && value.eq_ignore_ascii_case("adam")).then(|| phrase!("hint-adam"))
}

impl Meaning {
    fn phrase(self, path: &str, known: &[&str]) -> Phrase {
        match self {
            Fields(fields) => {
                let fields = fields.iter().map(|field| format!("`{}`", within(path, field, known)).into());
                phrase!("fault-other-word", fields = Phrase::several(Between::Or, fields))
            }
            EitherWeight => phrase!("fault-either-weight"),
            KeepBest => phrase!("fault-early-stopping"),
            Device => phrase!("fault-device"),
            Scaling => phrase!("fault-scaling"),
        }
    }
}

/// A field as it is called in the part of the recipe at `path`: a teacher has a model and keys of `[training]` of its own, and
/// what is wrong in `[data]` is meant for the data.
fn within(path: &str, field: &str, known: &[&str]) -> String {
    let (table, rest) = field.split_once('.').unwrap_or(("", field));
    let key = rest.split([' ', '.']).next().unwrap_or(rest);
    let own = match (path, table) {
        ("teacher", "training") => known.contains(&key),
        ("teacher", "student") => true,
        _ => false,
    };
    if own { format!("teacher.{rest}") } else { field.to_owned() }
}

fn word(plain: &str) -> Option<Meaning> {
    WORDS.iter().chain(&MORE_WORDS).find(|(word, _)| *word == plain).map(|(_, meaning)| *meaning)
}

/// In lower case, with underscores.
fn plain(key: &str) -> String {
    key.trim_start_matches('-').to_lowercase().replace(['-', ' ', '.'], "_")
}

/// Without what people leave out.
fn bare(key: &str) -> String {
    key.replace('_', "").to_lowercase()
}

/// How many letters lie between two spellings (0 where only underscores do), if they are few for their length.
fn distance(typed: &str, known: &str) -> Option<usize> {
    let (typed, known) = (bare(typed), bare(known));
    let most = typed.chars().count().max(known.chars().count());
    let distance = strsim::osa_distance(&typed, &known);
    (distance <= most / 4).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::super::{QUICKSTART, Recipe};
    use super::*;

    fn told(path: &str, key: &str, known: &[&str]) -> String {
        match hint(path, key, known.iter().copied()) {
            None => String::new(),
            Some(Hint::Near(near)) => near,
            Some(Hint::Word(phrase)) => phrase.to_string(),
        }
    }

    #[test]
    fn a_word_stands_once_and_is_no_field_of_that_name() {
        let words: Vec<&str> = WORDS.iter().chain(&MORE_WORDS).map(|(word, _)| *word).collect();
        for (i, word) in words.iter().enumerate() {
            assert!(!words[..i].contains(word), "{word} stands twice");
            assert_eq!(plain(word), *word);
        }
    }

    #[test]
    fn every_field_of_a_recipe_is_listed() {
        let table = QUICKSTART.recipe().unwrap().to_table();
        for (section, value) in &table {
            let Some(inner) = value.as_table() else { continue };
            for key in inner.keys() {
                let path = format!("{section}.{key}");
                assert!(FIELDS.contains(&path.as_str()), "{path}");
            }
        }
        // And nothing that no recipe has.
        let text = table.to_string();
        for field in FIELDS.iter().filter(|field| field.matches('.').count() == 1 && !field.starts_with("sweep.")) {
            let set = super::super::Override::parse(&format!("{field}=[]")).unwrap();
            let faults = Recipe::parse(&text, None, &[set]).map_or_else(|faults| faults.to_string(), |_| String::new());
            assert!(!faults.contains("no such key"), "{faults}");
        }
    }

    #[test]
    fn words_and_spellings_lead_to_their_field() {
        let training = ["epochs", "batch", "learning_rate", "baseline", "keep", "optimiser"];
        assert!(told("training", "lr", &training).contains("`training.learning_rate`"));
        assert!(told("training", "Batch-Size", &training).contains("`training.batch`"));
        assert!(told("training", "patience", &training).contains("training.keep = \"best\""));
        assert!(told("teacher", "lr", &training).contains("`teacher.learning_rate`"));
        assert!(told("teacher", "hidden", &training).contains("`teacher.model = "));
        assert!(told("distill", "alpha", &["temperature"]).contains("distill.hard_weight"));
        assert_eq!(told("distill", "temprature", &["temperature"]), "temperature");
        assert_eq!(told("", "temprature", &["title", "distill"]), "distill.temperature");
        assert_eq!(told("", "learning_rate", &["title", "distill"]), "training.learning_rate");
        assert_eq!(told("", "distil", &["title", "distill"]), "distill");
        assert_eq!(told("training", "learningRate", &training), "learning_rate");
        for far in ["label_smoothing", "num_workers", "verbose", "foo", "x", "nesterov", "betas"] {
            assert_eq!(told("training", far, &training), "", "{far}");
        }
    }

    #[test]
    fn options_lead_to_settings() {
        assert_eq!(settings_of("--temperature", "8"), ["distill.temperature=8"]);
        assert_eq!(settings_of("--learning-rate", "0.1"), ["training.learning_rate=0.1"]);
        assert_eq!(settings_of("--lr", "0.1"), ["training.learning_rate=0.1"]);
        assert_eq!(settings_of("-T", "8"), ["distill.temperature=8"]);
        assert_eq!(settings_of("--alpha", "1"), ["distill.soft_weight=1", "distill.hard_weight=1"]);
        assert_eq!(settings_of("--distill.temperature", "8"), ["distill.temperature=8"]);
        assert!(settings_of("--verbose", "1").is_empty());
    }
}
