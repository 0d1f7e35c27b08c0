//! The words of a text, as models with words of their own read them.

use std::ops::Range;

use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{Normalizer as _, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer as _};

/// The words of a text in lower case without accents; punctuation and Chinese characters are words of their own.
pub fn words(text: &str) -> Vec<String> {
    let split = split(text);
    split
        .get_splits(OffsetReferential::Normalized, OffsetType::Byte)
        .into_iter()
        .map(|(word, ..)| word.into())
        .collect()
}

/// Where those words stand in the text, in bytes.
pub fn word_places(text: &str) -> Vec<Range<usize>> {
    let split = split(text);
    let places = split.get_splits(OffsetReferential::Original, OffsetType::Byte);
    places
        .into_iter()
        .map(|(_, (start, end), _)| start..end)
        .filter(|place| text.get(place.clone()).is_some())
        .collect()
}

/// Nothing, where the text cannot be split (never, as far as is known).
fn split(text: &str) -> PreTokenizedString {
    let mut split = PreTokenizedString::from(text);
    let normalizer = BertNormalizer::new(true, true, None, true);
    let done =
        split.normalize(|text| normalizer.normalize(text)).and_then(|()| BertPreTokenizer.pre_tokenize(&mut split));
    if done.is_ok() { split } else { PreTokenizedString::from("") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_stand() {
        let text = "  Café, 很好 don’t!";
        assert_eq!(words(text), ["cafe", ",", "很", "好", "don", "’", "t", "!"]);
        let places: Vec<&str> = word_places(text).into_iter().map(|place| &text[place]).collect();
        assert_eq!(places, ["Café", ",", "很", "好", "don", "’", "t", "!"]);
        assert_eq!(words(" \t "), Vec::<String>::new());
    }
}
