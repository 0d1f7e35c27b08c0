//! How rows of data become inputs of a graph: which input is given what, in which arrangement, and how many at a time.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::checkpoint::CheckpointError;
use super::folder::read_encoder;
use super::import::ImportOptions;
use super::normalisation::Normalisation;
use super::text::{SavedEncoder, TextEncoder};
use crate::data::{Dataset, Examples, Inputs, Tokens};
use crate::onnx::{Fed, Kind, Numbers, Outline, Port};
use crate::text::{Between, Phrase, phrase};

/// How a graph is given rows.
pub(super) enum Feed {
    /// Features and pixels.
    Numbers {
        input: String,
        normalisation: Normalisation,
        /// The shape of a row as the graph takes it.
        shape: Vec<usize>,
        /// Whether channels come last.
        channels_last: Option<(usize, usize)>,
        /// How many rows it takes; any number where there is none.
        batch: Option<usize>,
    },
    /// Texts, as tokens.
    Tokens {
        encoder: Arc<TextEncoder>,
        ids: String,
        /// Says which tokens there are; without it rows of one length are asked together.
        mask: Option<String>,
        /// Says which text of a pair a token is of.
        types: Option<String>,
        batch: Option<usize>,
        /// How many tokens a text must have, where that is fixed.
        length: Option<usize>,
    },
}

/// What inputs of graphs of texts are called, by what they take: tokens, which of them there are, of which text they are.
const OF_TEXTS: [&[&str]; 3] = [
    &["input_ids", "ids", "tokens", "input_word_ids"],
    &["attention_mask", "input_mask", "mask"],
    &["token_type_ids", "segment_ids", "input_type_ids"],
];

impl Feed {
    /// Finds out how a graph takes rows of the data.
    ///
    /// # Errors
    /// When its inputs are for other data.
    pub fn new(
        path: &str,
        outline: &Outline,
        dataset: &Dataset,
        options: &ImportOptions<'_>,
    ) -> Result<Self, CheckpointError> {
        let foreign = |problem: Phrase| CheckpointError::Foreign { path: path.to_owned(), problem };
        match &dataset.examples {
            Examples::Text(_) | Examples::Tokens(_) => of_texts(Path::new(path), outline),
            Examples::Features { .. } | Examples::Pixels { .. } => {
                let mut normalisation = options.normalisation(path)?;
                if let Some(bases) = dataset.columns.as_ref().and_then(|columns| columns.bases()) {
                    normalisation = normalisation.with_bases(bases);
                }
                let [input] = outline.inputs.as_slice() else {
                    return Err(foreign(phrase!("graph-inputs", names = named(&outline.inputs))));
                };
                if input.kind != Kind::Real {
                    return Err(foreign(phrase!("graph-input-kind", name = input.name.clone())));
                }
                let row = dataset.examples.shape();
                let (shape, channels_last) = arrangement(input, &row).ok_or_else(|| {
                    foreign(phrase!("graph-input-shape", wants = shown(input), has = format!("{row:?}")))
                })?;
                let batch = input.shape.as_ref().and_then(|shape| shape.first().copied().flatten());
                Ok(Self::Numbers { input: input.name.clone(), normalisation, shape, channels_last, batch })
            }
        }
    }

    /// What the graph is to be given for each batch, with the rows that it is of. Where the graph takes a fixed number of rows, the last
    /// batch is filled with its own last row.
    pub fn batches<'a>(
        &'a self,
        inputs: &'a Inputs,
        at_a_time: usize,
    ) -> Box<dyn Iterator<Item = (Vec<usize>, Vec<Fed>)> + 'a> {
        match self {
            Self::Numbers { batch, .. } => {
                let size = batch.unwrap_or(at_a_time);
                let rows = inputs.rows();
                let batches = (0..rows).step_by(size).map(move |from| from..(from + size).min(rows));
                Box::new(batches.map(|range| (range.clone().collect(), vec![self.numbers(inputs, range)])))
            }
            Self::Tokens { encoder, batch, mask, length, .. } => {
                let tokens = match inputs {
                    Inputs::Text(texts) => encoder.encode(texts),
                    Inputs::Tokens(tokens) => tokens.clone(),
                    Inputs::Features { .. } | Inputs::Pixels { .. } => Tokens::new(false),
                };
                let len_of = |row: usize| tokens.range(row).len();
                let mut order: Vec<usize> = (0..tokens.rows()).collect();
                // Texts of like length waste little on padding.
                order.sort_by_key(|row| len_of(*row));
                let size = batch.unwrap_or(at_a_time);
                let must_be_alike = mask.is_none() && length.is_none();
                let mut batches: Vec<Vec<usize>> = Vec::new();
                for row in order {
                    match batches.last_mut() {
                        Some(last) if last.len() < size && (!must_be_alike || len_of(last[0]) == len_of(row)) => {
                            last.push(row);
                        }
                        _ => batches.push(vec![row]),
                    }
                }
                Box::new(batches.into_iter().map(move |rows| {
                    let fed = self.tokens(&tokens, &rows);
                    (rows, fed)
                }))
            }
        }
    }

    fn numbers(&self, inputs: &Inputs, rows: Range<usize>) -> Fed {
        let Self::Numbers { input, normalisation, shape, channels_last, batch } = self else {
            return Fed { name: String::new(), shape: Vec::new(), values: Numbers::Real(Vec::new()) };
        };
        let (offset, scale) = (&normalisation.offset, &normalisation.scale);
        let at = |list: &[f32], i: usize| if let [one] = list { *one } else { list[i] };
        let last = rows.end - 1;
        let count = batch.unwrap_or(rows.len());
        let mut values = Vec::with_capacity(count * inputs.row_len());
        for row in rows.start..rows.start + count {
            let scaled = inputs.row(row.min(last)).iter().enumerate();
            let scaled = scaled.map(|(i, value)| (value - at(offset, i)) * at(scale, i));
            match *channels_last {
                None => values.extend(scaled),
                Some((channels, pixels)) => {
                    let scaled: Vec<f32> = scaled.collect();
                    let turned =
                        (0..pixels).flat_map(|pixel| (0..channels).map(move |channel| channel * pixels + pixel));
                    values.extend(turned.map(|from| scaled[from]));
                }
            }
        }
        let shape = std::iter::once(count).chain(shape.iter().copied()).collect();
        Fed { name: input.clone(), shape, values: Numbers::Real(values) }
    }

    fn tokens(&self, tokens: &Tokens, rows: &[usize]) -> Vec<Fed> {
        let Self::Tokens { ids, mask, types, batch, length, .. } = self else { return Vec::new() };
        let count = batch.unwrap_or(rows.len());
        let longest = rows.iter().map(|row| tokens.range(*row).len()).max().unwrap_or(1);
        let length = length.unwrap_or(longest);
        let mut numbers: [Vec<i32>; 3] = Default::default();
        for at in 0..count {
            let row = rows[at.min(rows.len() - 1)];
            let of_row = tokens.row(row);
            let len = of_row.len().min(length);
            let padding = std::iter::repeat_n(0, length - len);
            numbers[0].extend(of_row[..len].iter().map(|id| *id as i32).chain(padding.clone()));
            numbers[1].extend(std::iter::repeat_n(1, len).chain(padding.clone()));
            let first = tokens.first_len(row).min(len);
            numbers[2].extend(std::iter::repeat_n(0, first).chain(std::iter::repeat_n(1, len - first)).chain(padding));
        }
        let names = [Some(ids), mask.as_ref(), types.as_ref()];
        let fed = |(name, values): (Option<&String>, Vec<i32>)| {
            Some(Fed { name: name?.clone(), shape: vec![count, length], values: Numbers::Whole(values) })
        };
        names.into_iter().zip(numbers).filter_map(fed).collect()
    }
}

/// The tokeniser beside a graph, and which of its inputs is which.
fn of_texts(path: &Path, outline: &Outline) -> Result<Feed, CheckpointError> {
    let foreign = |problem: Phrase| CheckpointError::Foreign { path: path.display().to_string(), problem };
    let find = |names: &[&str]| {
        let name_of = |port: &Port| port.name.to_lowercase();
        outline.inputs.iter().find(|port| names.contains(&name_of(port).as_str()) && port.kind == Kind::Whole)
    };
    let [ids, mask, types] = OF_TEXTS.map(find);
    let others: Vec<Port> = outline
        .inputs
        .iter()
        .filter(|port| ![ids, mask, types].iter().flatten().any(|known| known.name == port.name))
        .cloned()
        .collect();
    let Some(ids) = ids.filter(|_| others.is_empty()) else {
        return Err(foreign(phrase!("graph-inputs-texts", names = named(&outline.inputs))));
    };
    let size = |at: usize| ids.shape.as_ref().and_then(|shape| shape.get(at).copied().flatten());
    // A tokeniser lies beside the graph, or beside the folder in which exporters put it.
    let folder = path.parent().unwrap_or(Path::new("."));
    let saved = match read_encoder(folder, usize::MAX) {
        Ok(saved) => saved,
        Err(problem) => folder.parent().and_then(|above| read_encoder(above, usize::MAX).ok()).ok_or(problem)?,
    };
    let length = size(1);
    let saved = SavedEncoder { length: length.unwrap_or(saved.length).min(saved.length), ..saved };
    let encoder =
        TextEncoder::new(saved).map_err(|problem| foreign(phrase!("tokenizer-unreadable", problem = problem)))?;
    let name = |port: Option<&Port>| port.map(|port| port.name.clone());
    Ok(Feed::Tokens {
        encoder: Arc::new(encoder),
        ids: ids.name.clone(),
        mask: name(mask),
        types: name(types),
        batch: size(0),
        length,
    })
}

/// The shape of a row as an input takes it, and where its channels come last, how many there are and pixels of each.
type Arranged = (Vec<usize>, Option<(usize, usize)>);

fn arrangement(input: &Port, row: &[usize]) -> Option<Arranged> {
    let flat = vec![row.iter().product()];
    let Some(shape) = &input.shape else { return Some((row.to_vec(), None)) };
    let wanted = shape.get(1..)?;
    let fits = |has: &[usize]| {
        wanted.len() == has.len() && wanted.iter().zip(has).all(|(wanted, has)| wanted.is_none_or(|size| size == *has))
    };
    let mut ways: Vec<Arranged> = vec![(row.to_vec(), None)];
    if let [channels, height, width] = *row {
        ways.push((vec![height, width, channels], (channels > 1).then_some((channels, height * width))));
        if channels == 1 {
            ways.push((vec![height, width], None));
        }
    } else {
        ways.push(([&[1], row].concat(), None));
    }
    ways.push((flat, None));
    ways.into_iter().find(|(shape, _)| fits(shape))
}

fn named(ports: &[Port]) -> Phrase {
    Phrase::several(Between::Commas, ports.iter().map(|port| Phrase::Plain(format!("{} {}", port.name, shown(port)))))
}

fn shown(port: &Port) -> String {
    let size = |size: &Option<usize>| size.map_or_else(|| "?".to_owned(), |size| size.to_string());
    let sizes = port.shape.iter().flatten().map(size).collect::<Vec<_>>();
    format!("[{}]", sizes.join(", "))
}
