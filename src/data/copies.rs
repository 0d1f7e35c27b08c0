//! Rows with the same values: found once, so that no copy of a test row is learnt.

use std::hash::{DefaultHasher, Hasher};

use rayon::prelude::*;

use super::Examples;

/// For each row the first row with the same values; `None` where no row has a copy.
pub(super) fn find_copies(examples: &Examples) -> Option<Vec<u32>> {
    let len = examples.row_len();
    let hash = |row: usize| {
        let mut hasher = DefaultHasher::new();
        match examples {
            Examples::Features { values, .. } => {
                let mut bytes = Vec::with_capacity(4 * len);
                bytes.extend(values[row * len..(row + 1) * len].iter().flat_map(|value| value.to_le_bytes()));
                hasher.write(&bytes);
            }
            Examples::Pixels { values, .. } => hasher.write(&values[row * len..(row + 1) * len]),
            Examples::Text(texts) => hasher.write(&texts.bytes(row)),
            Examples::Tokens(tokens) => tokens.row(row).iter().for_each(|id| hasher.write_u32(*id)),
        }
        (hasher.finish(), row as u32)
    };
    let mut hashes: Vec<(u64, u32)> = (0..examples.rows()).into_par_iter().map(hash).collect();
    hashes.par_sort_unstable();
    let mut firsts: Option<Vec<u32>> = None;
    for same in hashes.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        // Equal hashes are equal rows, but for one pair in many billions: those are told apart here.
        let mut leaders: Vec<u32> = Vec::with_capacity(1);
        for (_, row) in same {
            match leaders.iter().find(|leader| examples.are_same(**leader as usize, *row as usize)) {
                Some(leader) => {
                    let firsts = firsts.get_or_insert_with(|| (0..examples.rows() as u32).collect());
                    firsts[*row as usize] = *leader;
                }
                None => leaders.push(*row),
            }
        }
    }
    firsts
}
