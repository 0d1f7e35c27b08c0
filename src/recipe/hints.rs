//! What was meant by a key that no recipe has: the words of other libraries first, then the nearest field by its spelling.
//! No hint is better than a far one.

use super::fields::{FIELDS, Field, HARD_WEIGHT, SOFT_WEIGHT};
use crate::text::{Between, Phrase, phrase};

/// What another library's word stands for here.
#[derive(Clone)]
enum Meaning {
    /// These fields, the first of them most often; a value may be written behind one.
    Fields(Vec<(&'static Field, &'static str)>),
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

/// Words that stand for no field, in lower case with underscores. Those that do are told with their fields.
const WORDS: [(Meaning, &[&str]); 4] = [
    (
        EitherWeight,
        &["alpha", "kd_alpha", "distill_alpha", "distillation_alpha", "lambda", "lambda_", "lamda", "lmbda"],
    ),
    (
        KeepBest,
        &[
            "patience",
            "early_stop",
            "early_stopping",
            "earlystopping",
            "early_stopping_patience",
            "early_stopping_rounds",
            "restore_best_weights",
            "load_best_model_at_end",
            "save_best",
            "save_best_only",
            "keep_best",
        ],
    ),
    (Scaling, &["normalize", "normalise", "normalization", "standardize"]),
    (
        Device,
        &[
            "device",
            "devices",
            "device_id",
            "device_ids",
            "accelerator",
            "cuda",
            "use_cuda",
            "no_cuda",
            "mps",
            "gpu",
            "gpus",
            "gpu_id",
            "gpu_ids",
            "n_gpu",
            "use_gpu",
        ],
    ),
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
    let elsewhere = paths().filter_map(|field| {
        let (table, last) = field.rsplit_once('.').unwrap_or(("", field));
        Some((distance(&plain, last)?, field)).filter(|_| table != path)
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
    let set = |field: &str| format!("{field}={value}");
    match word(&plain) {
        Some(Fields(fields)) => {
            let bare = fields.iter().filter(|(_, value)| value.is_empty());
            bare.map(|(field, _)| set(field.path)).collect()
        }
        Some(EitherWeight) => [SOFT_WEIGHT, HARD_WEIGHT].map(|field| set(field.path)).to_vec(),
        Some(KeepBest) => vec!["training.keep=best".to_owned()],
        Some(Device | Scaling) => Vec::new(),
        None => {
            let near = paths().filter(|field| field.contains('.')).filter_map(|field| {
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
                let written = |(field, value): &(&Field, &str)| match *value {
                    "" => field.path.to_owned(),
                    value => format!("{} = {value}", field.path),
                };
                let fields = fields.iter().map(|field| format!("`{}`", within(path, &written(field), known)).into());
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

/// The paths that are told to whoever misspelt a key.
fn paths() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().filter(|field| field.is_hinted).map(|field| field.path)
}

fn word(plain: &str) -> Option<Meaning> {
    if let Some((meaning, _)) = WORDS.iter().find(|(_, words)| words.contains(&plain)) {
        return Some(meaning.clone());
    }
    let fields = FIELDS.iter().flat_map(|field| field.synonyms.iter().map(move |synonyms| (field, synonyms)));
    let meant = fields.filter(|(_, synonyms)| synonyms.words.contains(&plain));
    let meant: Vec<_> = meant.map(|(field, synonyms)| (field, synonyms.value)).collect();
    (!meant.is_empty()).then_some(Fields(meant))
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
        let own = WORDS.iter().flat_map(|(_, words)| words.iter().copied());
        let mut words: Vec<&str> = own.collect();
        for field in FIELDS.iter() {
            // A word may stand for several fields, but once for each.
            let named: Vec<&str> = field.synonyms.iter().flat_map(|synonyms| synonyms.words).copied().collect();
            let others = named.iter().enumerate().all(|(i, word)| !named[..i].contains(word) && !words.contains(word));
            assert!(others, "{}: {named:?}", field.path);
        }
        words.extend(FIELDS.iter().flat_map(|field| field.synonyms.iter().flat_map(|synonyms| synonyms.words)));
        for word in words {
            assert_eq!(plain(word), *word);
        }
    }

    #[test]
    fn nothing_is_hinted_at_that_no_recipe_has() {
        let text = QUICKSTART.recipe().unwrap().to_toml();
        for field in paths().filter(|field| field.matches('.').count() == 1 && !field.starts_with("sweep.")) {
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
