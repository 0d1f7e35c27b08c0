//! Where the rows of a packed batch lie: every member's texts, one after another, with nothing between them.

use std::ops::Range;

/// The tokens of each row of each member's batch, as stretches of one run of `[tokens, …]` that holds the members in their order.
/// Nothing is padded, so that what is worked out for a row depends on that row alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spans {
    members: usize,
    /// Where each row begins, members one after another, and last the end.
    starts: Vec<usize>,
}

impl Spans {
    /// Rows of these lengths; member k has those of the kth of `members`, all of which have as many rows.
    ///
    /// # Errors
    /// When members have different numbers of rows, or a row is empty.
    pub fn new(members: &[&[usize]]) -> candle_core::Result<Self> {
        let rows = members.first().map_or(0, |first| first.len());
        if members.iter().any(|lengths| lengths.len() != rows || lengths.contains(&0)) {
            candle_core::bail!("members need equal numbers of rows, each of one token at least")
        }
        let mut starts = Vec::with_capacity(members.len() * rows + 1);
        starts.push(0);
        let mut end = 0;
        for length in members.iter().copied().flatten() {
            end += length;
            starts.push(end);
        }
        Ok(Self { members: members.len(), starts })
    }

    /// K.
    pub fn members(&self) -> usize {
        self.members
    }

    /// Rows of one member's batch.
    pub fn rows(&self) -> usize {
        (self.starts.len() - 1) / self.members.max(1)
    }

    /// Tokens of all members.
    pub fn tokens(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The tokens of one member.
    pub fn of_member(&self, member: usize) -> Range<usize> {
        let rows = self.rows();
        self.starts[member * rows]..self.starts[(member + 1) * rows]
    }

    /// The tokens of a row, counted over all members: that of row r of member k is `k · rows + r`.
    pub fn of_row(&self, row: usize) -> Range<usize> {
        self.starts[row]..self.starts[row + 1]
    }

    /// The tokens of all rows, member by member.
    pub fn all(&self) -> impl ExactSizeIterator<Item = Range<usize>> + '_ {
        self.starts.windows(2).map(|pair| pair[0]..pair[1])
    }

    /// Tokens of the longest row.
    pub fn longest(&self) -> usize {
        self.all().map(|row| row.len()).max().unwrap_or(0)
    }
}
