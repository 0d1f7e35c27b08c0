//! How a model reads texts: a tokeniser with its vocabulary, of the model's own or of a pre-trained one. It lies in the model's file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tokenizers::{Encoding, PostProcessor as _, Tokenizer, TruncationParams};

use crate::data::{MASK, Texts, Tokens, guarded, words};

/// Reads raw texts as numbers of tokens. What it has read it keeps, so that a text costs something once.
pub struct TextEncoder {
    saved: SavedEncoder,
    tokenizer: Tokenizer,
    /// For each token of the tokeniser the model's number of it, where the model knows some of them only.
    numbers: Option<HashMap<u32, u32>>,
    /// The model's number of what it does not know.
    unknown: Option<u32>,
    /// What a masked word is read as, where the tokeniser has no token for it: as one that is not known.
    masked: Option<&'static str>,
    read: Mutex<Read>,
}

/// All that there is to save of an encoder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedEncoder {
    /// The tokeniser, as the `tokenizer.json` of Hugging Face's `tokenizers`.
    pub tokenizer: String,
    /// Tokens of a text that are read; the others are cut off.
    pub length: usize,
    /// The tokeniser's numbers of the tokens that the model knows, in the order of its own; all of them where there is no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Vec<u32>>,
}

/// Texts that were read, with their tokens: of pairs both with a character between them that no text has.
#[derive(Default)]
struct Read {
    of: HashMap<Box<str>, Known>,
    bytes: usize,
}

#[derive(Clone)]
struct Known {
    ids: Box<[u32]>,
    /// Where the second text begins.
    second: usize,
}

/// A text as a model reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    /// Its tokens.
    pub pieces: Vec<Piece>,
    /// The start of what is beyond the model's length, of a pair of both texts; empty where all is read.
    pub cut: String,
}

/// A token of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The token; of what the model does not know the letters that stand in the text.
    pub token: String,
    /// Whether the model does not know it.
    pub unknown: bool,
}

/// Bytes of texts and tokens that are kept at most.
const MOST_KEPT: usize = 128 << 20;

/// A text that is longer is cut before it is read: what is beyond could not be within the length of any model.
const LONGEST: usize = 1 << 20;

/// Characters of what is beyond a model's length that are shown.
const MOST_SHOWN: usize = 300;

/// Words of an own vocabulary at most.
const MOST_WORDS: usize = 10_000;

/// Fewest times that a word of an own vocabulary stands in the texts.
const FEWEST: u64 = 2;

/// What the first numbers of an own vocabulary stand for.
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", MASK];

/// What tokenisers call what they do not know.
const UNKNOWN: [&str; 2] = ["[UNK]", "<unk>"];

/// What a model puts around a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Nothing; `[SEP]` between the two of a pair.
    None,
    /// `[CLS]` before it and `[SEP]` behind each text.
    Bert,
}

impl TextEncoder {
    /// An encoder with a vocabulary of its own: the words, and single Chinese characters, that stand at least twice in `texts`, the most
    /// frequent first and equally frequent ones by spelling, at most 10,000 with the special ones. Case and accents do not count.
    ///
    /// # Errors
    /// When the tokeniser cannot be made of them (never, as far as is known).
    pub fn of_words(texts: &Texts, rows: &[u32], frame: Frame, length: usize) -> Result<Self, String> {
        let count = |mut counts: HashMap<String, u64>, row: &u32| {
            let row = *row as usize;
            for text in [Some(texts.first(row)), texts.second(row)].into_iter().flatten() {
                for word in words(cut(text)) {
                    *counts.entry(word).or_default() += 1;
                }
            }
            counts
        };
        let merge = |mut all: HashMap<String, u64>, part: HashMap<String, u64>| {
            for (word, count) in part {
                *all.entry(word).or_default() += count;
            }
            all
        };
        let counts = rows.par_iter().fold(HashMap::new, count).reduce(HashMap::new, merge);
        let mut found: Vec<(String, u64)> =
            counts.into_iter().filter(|(word, count)| *count >= FEWEST && !SPECIAL.contains(&word.as_str())).collect();
        found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found.truncate(MOST_WORDS - SPECIAL.len());
        let vocabulary = SPECIAL.into_iter().map(str::to_owned).chain(found.into_iter().map(|(word, _)| word));
        let vocabulary: serde_json::Map<String, serde_json::Value> =
            vocabulary.enumerate().map(|(number, word)| (word, number.into())).collect();
        let model = serde_json::json!({ "type": "WordLevel", "vocab": vocabulary, "unk_token": SPECIAL[1] });
        let special = [1, 2, 3].map(|number| (SPECIAL[number], number as u32));
        let tokenizer = tokenizer_json(&model, true, frame, special, None);
        Self::new(SavedEncoder { tokenizer, length, known: None })
    }

    /// The encoder of a vocabulary in BERT's `vocab.txt`: a word piece a line.
    ///
    /// # Errors
    /// When one of the special tokens is not there.
    pub fn of_word_pieces(vocabulary: &str, lower_case: bool, length: usize) -> Result<Self, String> {
        let pieces: serde_json::Map<String, serde_json::Value> = vocabulary
            .lines()
            .enumerate()
            .map(|(number, piece)| (piece.trim_end().to_owned(), number.into()))
            .collect();
        let number = |piece: &'static str| {
            let number = pieces.get(piece).and_then(serde_json::Value::as_u64);
            number
                .map(|number| (piece, number as u32))
                .ok_or_else(|| format!("there is no {piece} among its word pieces"))
        };
        let special = [number(SPECIAL[1])?, number(SPECIAL[2])?, number(SPECIAL[3])?];
        let model = serde_json::json!({
            "type": "WordPiece", "vocab": pieces, "unk_token": SPECIAL[1], "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
        });
        Self::new(SavedEncoder {
            tokenizer: tokenizer_json(&model, lower_case, Frame::Bert, special, number(MASK).ok()),
            length,
            known: None,
        })
    }

    /// The encoder that was saved. Padding that the tokeniser brings along is switched off, and its own truncation gives way to the
    /// length.
    ///
    /// # Errors
    /// When the tokeniser is not understood.
    pub fn new(saved: SavedEncoder) -> Result<Self, String> {
        // Whoever wrote it, a library reads it that panics on some of what may be wrong: on a frame with a token that is not there, say.
        let made = guarded(|| tokenizer_of(&saved));
        let tokenizer = made.unwrap_or_else(|| Err("it cannot be used on a text".to_owned()))?;
        let numbers = saved.known.as_ref().map(|known| known.iter().copied().zip(0..).collect::<HashMap<u32, u32>>());
        let unknown = UNKNOWN.iter().find_map(|token| tokenizer.token_to_id(token));
        let added = tokenizer.get_added_vocabulary().get_vocab();
        let masked = UNKNOWN.into_iter().find(|token| added.contains_key(*token) && !added.contains_key(MASK));
        let unknown = match &numbers {
            Some(numbers) => unknown.and_then(|number| numbers.get(&number).copied()),
            None => unknown,
        };
        Ok(Self { saved, tokenizer, numbers, unknown, masked, read: Mutex::default() })
    }

    /// What there is to save of it.
    pub fn saved(&self) -> &SavedEncoder {
        &self.saved
    }

    /// The same tokeniser for a model that knows those tokens alone that stand in some texts, and the special ones.
    ///
    /// # Errors
    /// When the tokeniser is not understood.
    pub fn cut_down(&self, texts: &Texts, rows: &[u32], length: usize) -> Result<Self, String> {
        let whole = Self::new(SavedEncoder { length, known: None, ..self.saved.clone() })?;
        let mut known = whole.encode(&texts.gather(rows)).ids;
        known.extend(SPECIAL.iter().filter_map(|token| self.tokenizer.token_to_id(token)));
        known.sort_unstable();
        known.dedup();
        Self::new(SavedEncoder { known: Some(known), ..whole.saved })
    }

    /// How many tokens the model knows, special ones included.
    pub fn vocabulary(&self) -> usize {
        self.saved.known.as_ref().map_or_else(|| self.tokenizer.get_vocab_size(true), Vec::len)
    }

    /// Rows of a table that has one for every number that it may give; there may be gaps among these.
    pub fn rows(&self) -> usize {
        let last = match &self.saved.known {
            Some(known) => return known.len(),
            None => self.tokenizer.get_vocab(true).into_values().max(),
        };
        // What it puts around a text need not be among its words.
        let around = [None, Some("")].into_iter().flat_map(|second| self.encode_one("", second).ids.to_vec());
        around.chain(last).max().map_or(0, |last| last as usize + 1)
    }

    /// For each number that the tokeniser gives the model's own, where the model knows some of the tokens only.
    pub fn own_numbers(&self) -> Option<Vec<u32>> {
        let numbers = self.numbers.as_ref()?;
        let whole = Self::new(SavedEncoder { known: None, ..self.saved.clone() }).ok()?;
        let own = |number: u32| numbers.get(&number).copied().or(self.unknown).unwrap_or(0);
        Some((0..whole.rows() as u32).map(own).collect())
    }

    /// The same tokeniser, giving its own numbers.
    ///
    /// # Errors
    /// When the tokeniser is not understood.
    pub fn knowing_all(&self) -> Result<Self, String> {
        Self::new(SavedEncoder { known: None, ..self.saved.clone() })
    }

    /// The model's number of what it does not know.
    pub fn unknown(&self) -> Option<u32> {
        self.unknown
    }

    /// What a number of the model's stands for.
    pub fn token(&self, number: u32) -> Option<String> {
        let number = match &self.saved.known {
            Some(known) => *known.get(number as usize)?,
            None => number,
        };
        self.tokenizer.id_to_token(number)
    }

    /// The tokens of texts, each of one at least: of a text in which nothing can be read the unknown one.
    pub fn encode(&self, texts: &Texts) -> Tokens {
        let rows = texts.rows();
        let keys: Vec<Box<str>> = (0..rows)
            .map(|row| match texts.second(row) {
                None => texts.first(row).into(),
                Some(second) => format!("{}\0{second}", texts.first(row)).into(),
            })
            .collect();
        let mut found: Vec<Option<Known>> = {
            let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            keys.iter().map(|key| read.of.get(key).cloned()).collect()
        };
        let missing: Vec<usize> = (0..rows).filter(|row| found[*row].is_none()).collect();
        let new: Vec<Known> =
            missing.par_iter().map(|row| self.encode_one(texts.first(*row), texts.second(*row))).collect();
        if !new.is_empty() {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            for (row, known) in missing.into_iter().zip(new) {
                let bytes = keys[row].len() + 4 * known.ids.len() + 64;
                if read.bytes + bytes <= MOST_KEPT && read.of.insert(keys[row].clone(), known.clone()).is_none() {
                    read.bytes += bytes;
                }
                found[row] = Some(known);
            }
        }
        let mut tokens = Tokens::new(texts.are_pairs());
        for known in found.iter().flatten() {
            tokens.push(&known.ids, texts.are_pairs().then_some(known.second));
        }
        tokens
    }

    /// Row `row` of texts as the model reads it: as many pieces as [`TextEncoder::encode`] gives tokens.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn spell(&self, texts: &Texts, row: usize) -> Spelling {
        let (first, second) = (texts.first(row), texts.second(row));
        let sides = [first, second.unwrap_or_default()].map(|text| self.readable(text));
        // One that cannot be read is without letters, see `encode_one`.
        let encoding = match second {
            None => self.tokenizer.encode(&*sides[0], true),
            Some(_) => self.tokenizer.encode((&*sides[0], &*sides[1]), true),
        };
        let encoding = encoding.unwrap_or_default();
        let sequences = encoding.get_sequence_ids();
        let letters = |index: usize| {
            let (side, (start, end)) = ((*sequences.get(index)?)?, *encoding.get_offsets().get(index)?);
            sides.get(side)?.get(start..end).filter(|letters| !letters.is_empty())
        };
        let piece = |(index, id): (usize, &u32)| {
            let unknown = Some(*id) == self.unknown;
            let letters = letters(index).filter(|_| unknown).map(str::to_owned);
            Piece { token: letters.or_else(|| self.token(*id)).unwrap_or_default(), unknown }
        };
        let pieces: Vec<Piece> = self.encode_one(first, second).ids.iter().enumerate().map(piece).collect();
        let end_of = |side: usize| {
            let own = sequences.iter().zip(encoding.get_offsets()).filter(|(of, _)| **of == Some(side));
            own.map(|(_, (_, end))| *end).max().unwrap_or(0)
        };
        // What the tokeniser says of it itself does not come through every frame.
        let is_full = pieces.len() >= self.saved.length
            || [Some(first), second].iter().flatten().any(|text| text.len() > LONGEST);
        let beyond = sides.iter().enumerate().filter(|_| is_full);
        let beyond = beyond.map(|(side, text)| text.get(end_of(side)..).unwrap_or_default().trim());
        let beyond: Vec<&str> = beyond.filter(|beyond| !beyond.is_empty()).collect();
        Spelling { pieces, cut: beyond.join(" … ").chars().take(MOST_SHOWN).collect() }
    }

    /// As much of a text as is read, with something that the tokeniser knows for what is masked.
    fn readable<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let text = cut(text);
        match self.masked {
            Some(unknown) if text.contains(MASK) => Cow::Owned(text.replace(MASK, unknown)),
            _ => Cow::Borrowed(text),
        }
    }

    fn encode_one(&self, first: &str, second: Option<&str>) -> Known {
        let first = self.readable(first);
        let encoded = match second.map(|second| self.readable(second)) {
            None => self.tokenizer.encode_fast(first, true),
            Some(second) => self.tokenizer.encode_fast((first, second), true),
        };
        // A tokeniser without a token for the unknown refuses what it does not know.
        let ids: Vec<u32> = encoded.as_ref().map(|encoding| encoding.get_ids().to_vec()).unwrap_or_default();
        let of_second = |encoding: &Encoding| encoding.get_type_ids().iter().position(|of| *of == 1);
        let second = encoded.ok().as_ref().and_then(of_second).unwrap_or(ids.len());
        let unknown = self.unknown.unwrap_or(0);
        let mut ids: Vec<u32> = match &self.numbers {
            Some(numbers) => ids.into_iter().map(|id| numbers.get(&id).copied().unwrap_or(unknown)).collect(),
            None => ids,
        };
        if ids.is_empty() {
            ids.push(unknown);
        }
        Known { second: second.min(ids.len()), ids: ids.into() }
    }
}

impl PartialEq for TextEncoder {
    fn eq(&self, other: &Self) -> bool {
        self.saved == other.saved
    }
}

impl fmt::Debug for TextEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextEncoder of {} tokens", self.vocabulary())
    }
}

/// A tokeniser that was saved, without padding and cut to the length, which has read empty texts.
fn tokenizer_of(saved: &SavedEncoder) -> Result<Tokenizer, String> {
    let mut tokenizer = Tokenizer::from_bytes(&saved.tokenizer).map_err(|error| error.to_string())?;
    tokenizer.with_padding(None);
    let added = tokenizer.get_post_processor().map_or(0, |processor| processor.added_tokens(true));
    if saved.length < added {
        return Err(format!("it adds {added} tokens to a pair of texts, and only {} are read", saved.length));
    }
    let truncation = TruncationParams { max_length: saved.length, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(truncation)).map_err(|error| error.to_string())?;
    // One without a token for the unknown may refuse them, which is no fault.
    drop((tokenizer.encode_fast("", true), tokenizer.encode_fast(("", ""), true)));
    Ok(tokenizer)
}

/// The start of a text, cut between two characters.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// A `tokenizer.json` that normalises and splits as BERT's does; `special` are the unknown token, `[CLS]` and `[SEP]` with their numbers,
/// `mask` is that of a masked word, where it is read as something of its own.
fn tokenizer_json(
    model: &serde_json::Value,
    lower_case: bool,
    frame: Frame,
    special: [(&str, u32); 3],
    mask: Option<(&str, u32)>,
) -> String {
    let [_, (cls, cls_number), (sep, sep_number)] = special;
    let added = special.into_iter().chain(mask).map(|(token, number)| {
        serde_json::json!({
            "id": number, "content": token, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
            "special": true,
        })
    });
    let added: Vec<serde_json::Value> = added.collect();
    let token = |token: &str, of: usize| serde_json::json!({ "SpecialToken": { "id": token, "type_id": of } });
    let sequence = |which: &str, of: usize| serde_json::json!({ "Sequence": { "id": which, "type_id": of } });
    let (single, pair) = match frame {
        Frame::None => (vec![sequence("A", 0)], vec![sequence("A", 0), token(sep, 0), sequence("B", 1)]),
        Frame::Bert => (
            vec![token(cls, 0), sequence("A", 0), token(sep, 0)],
            vec![token(cls, 0), sequence("A", 0), token(sep, 0), sequence("B", 1), token(sep, 1)],
        ),
    };
    let known = |token: &str, number: u32| serde_json::json!({ "id": token, "ids": [number], "tokens": [token] });
    serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added,
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
            "lowercase": lower_case,
        },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": {
            "type": "TemplateProcessing", "single": single, "pair": pair,
            "special_tokens": { cls: known(cls, cls_number), sep: known(sep, sep_number) },
        },
        "decoder": null, "model": model,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(of: &[&str]) -> Texts {
        let mut texts = Texts::new(false);
        for text in of {
            texts.push(text, None);
        }
        texts
    }

    fn own(of: &[&str], frame: Frame) -> TextEncoder {
        let rows: Vec<u32> = (0..of.len() as u32).collect();
        TextEncoder::of_words(&texts(of), &rows, frame, 8).unwrap()
    }

    fn read(encoder: &TextEncoder, text: &str) -> Vec<String> {
        let tokens = encoder.encode(&texts(&[text]));
        tokens.row(0).iter().map(|id| encoder.token(*id).unwrap()).collect()
    }

    #[test]
    fn own_words_are_those_that_stand_twice_the_most_frequent_first() {
        let encoder = own(&["A good, good film!", "Good film. 很好 很差", "Café café b"], Frame::None);
        let words: Vec<String> = (5..encoder.vocabulary() as u32).map(|id| encoder.token(id).unwrap()).collect();
        assert_eq!(words, ["good", "cafe", "film", "很"]);
        assert_eq!(read(&encoder, "GOOD Café, 很 bad"), ["good", "cafe", "[UNK]", "很", "[UNK]"]);
        assert_eq!(encoder.unknown(), Some(1));
    }

    #[test]
    fn a_text_is_never_empty_and_never_longer_than_the_length() {
        let encoder = own(&["a a", "b b"], Frame::None);
        for nothing in ["", " ", "\u{0}\u{1}"] {
            assert_eq!(read(&encoder, nothing), ["[UNK]"], "{nothing:?}");
        }
        assert_eq!(read(&encoder, &"a ".repeat(100)).len(), 8);
        let framed = own(&["a a", "b b"], Frame::Bert);
        let long = read(&framed, &"a ".repeat(100));
        assert_eq!((long.len(), long[0].as_str(), long[7].as_str()), (8, "[CLS]", "[SEP]"));
        // One character many times is one word that nobody knows, however long.
        assert_eq!(read(&framed, &"a".repeat(10_000)), ["[CLS]", "[UNK]", "[SEP]"]);
        assert_eq!(read(&framed, &"ü".repeat(2 << 20)).len(), 3);
    }

    #[test]
    fn pairs_say_where_the_second_begins() {
        let mut pairs = Texts::new(true);
        pairs.push("a b", Some("b"));
        pairs.push("a", None);
        let encoder = TextEncoder::of_words(&texts(&["a a b b"]), &[0], Frame::Bert, 8).unwrap();
        let tokens = encoder.encode(&pairs);
        let token = |id: &u32| encoder.token(*id).unwrap();
        assert_eq!(tokens.row(0).iter().map(token).collect::<Vec<_>>(), ["[CLS]", "a", "b", "[SEP]", "b", "[SEP]"]);
        assert_eq!((tokens.first_len(0), tokens.first_len(1)), (4, 3));
        // What was read before is read again alike.
        assert_eq!(encoder.encode(&pairs), tokens);
    }

    #[test]
    fn what_is_unknown_or_cut_is_spelt_as_it_stands() {
        let spelt = |encoder: &TextEncoder, texts: &Texts| {
            let Spelling { pieces, cut } = encoder.spell(texts, 0);
            let tokens: Vec<String> =
                encoder.encode(texts).row(0).iter().map(|id| encoder.token(*id).unwrap()).collect();
            assert_eq!(pieces.len(), tokens.len());
            for (piece, token) in pieces.iter().zip(&tokens) {
                assert!(piece.unknown == (token == "[UNK]") && (piece.unknown || piece.token == *token), "{piece:?}");
            }
            let pieces = pieces.into_iter().map(|piece| piece.token).collect::<Vec<_>>();
            (pieces.join("|"), cut)
        };
        let encoder = own(&["good good café café", "b b"], Frame::Bert);
        let said = |text: &str| spelt(&encoder, &texts(&[text]));
        assert_eq!(said("A GOOD Café, Xyzzy "), ("[CLS]|A|good|cafe|,|Xyzzy|[SEP]".into(), String::new()));
        assert_eq!(said("b b b b b b 很 good "), ("[CLS]|b|b|b|b|b|b|[SEP]".into(), "很 good".into()));
        assert_eq!(said(""), ("[CLS]|[SEP]".into(), String::new()));
        assert_eq!(spelt(&own(&["b b"], Frame::None), &texts(&[""])), ("[UNK]".into(), String::new()));
        let mut pair = Texts::new(true);
        pair.push("b b b b", Some("good Good good good bad"));
        assert_eq!(spelt(&encoder, &pair), ("[CLS]|b|b|[SEP]|good|good|good|[SEP]".into(), "b b … good bad".into()));
    }

    #[test]
    fn a_saved_encoder_reads_alike() {
        let encoder = own(&["one two two one three"], Frame::Bert);
        let again: SavedEncoder = serde_json::from_str(&serde_json::to_string(encoder.saved()).unwrap()).unwrap();
        let again = TextEncoder::new(again).unwrap();
        assert_eq!(read(&again, "two three one"), read(&encoder, "two three one"));
    }

    #[test]
    fn word_pieces_are_those_of_bert() {
        // As `BertTokenizer` of transformers 5.24 splits with this vocabulary.
        let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##aff\n##able\nwant\n##ed\n,\n影\n";
        let encoder = TextEncoder::of_word_pieces(vocabulary, true, 32).unwrap();
        let expected = ["[CLS]", "un", "##aff", "##able", ",", "want", "##ed", "影", "[UNK]", "[SEP]"];
        assert_eq!(read(&encoder, "UNaffable, wanted影片"), expected);
        let cut = encoder.cut_down(&texts(&["wanted"]), &[0], 32).unwrap();
        assert_eq!(cut.vocabulary(), 7);
        assert_eq!(read(&cut, "wanted ,"), ["[CLS]", "want", "##ed", "[UNK]", "[SEP]"]);
        assert!(TextEncoder::of_word_pieces("a\nb\n", true, 32).is_err());
    }
}
