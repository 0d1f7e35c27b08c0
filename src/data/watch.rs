//! Who looks on while files are read.

/// Hears how far reading has come, and may end it.
pub trait Watch: Sync {
    /// So many of so many (bytes, or pictures) are done; of 0 while nobody knows how many there will be.
    fn progress(&self, done: u64, total: u64);
    /// Whether nobody wants the result any more.
    fn is_cancelled(&self) -> bool;
}

/// Nobody looks on.
impl Watch for () {
    fn progress(&self, _done: u64, _total: u64) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}
