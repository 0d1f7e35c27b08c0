//! The sheet about what was opened, and the changes of a table's guesses that it makes.
//! While it is open, everything that happens to the recipe is one step of undo.

use super::{Draft, State};
use crate::protocol::{FirstRows, JobId, Preview};
use crate::recipe::{ColumnRef, KeptColumns, Recipe, Source, TableSource, TeacherRecipe};
use crate::text::phrase;

/// A sheet that says what was opened, until it is accepted or taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Whether data were opened.
    pub data: bool,
    /// Whether a teacher was opened.
    pub teacher: bool,
    /// The recipe before, which comes back where the opening is taken back.
    pub before: Draft,
    /// The preset that it was, and the job that was in focus.
    pub was: (Option<&'static str>, Option<JobId>),
}

impl State {
    /// What is known of the recipe's data and models; `None` while they are worked out, or where something is wrong with them.
    pub fn fresh_preview(&self) -> Option<&Preview> {
        let asks_the_same =
            |a: &Recipe, b: &Recipe| a.data == b.data && a.teacher == b.teacher && a.student == b.student;
        let preview = self.recipe.preview.as_deref().filter(|_| self.recipe.preview_fault.is_none())?;
        asks_the_same(&preview.recipe, &self.recipe.sweep.base).then_some(preview)
    }

    /// The same, or what was known before a guess was changed: of the same files, at least.
    pub fn last_preview(&self) -> Option<&Preview> {
        let preview = self.recipe.preview.as_deref().filter(|_| self.recipe.preview_fault.is_none())?;
        let (a, b) = (&preview.recipe, &self.recipe.sweep.base);
        (a.data.source.path() == b.data.source.path() && a.teacher == b.teacher).then_some(preview)
    }

    /// The recipe's source with everything settled that was found out; `None` while that is not known. A column without a name is
    /// settled by its position; one that shares its name is left to be found out again.
    pub fn settled_source(&self) -> Option<Source> {
        let known = self.fresh_preview()?;
        let asked = &self.recipe.sweep.base.data.source;
        let mut settled = known.found.settle(asked);
        if let (Source::Table(settled), Source::Table(asked)) = (&mut settled, asked) {
            let columns = TableColumns::of(self, asked);
            let findings = &known.found.findings;
            let class = findings.label.as_ref().and_then(|label| columns.find(&label.column));
            settled.label = settled.label.take().or_else(|| class.map(|class| columns.reference(class)));
            for at in findings.left_out.iter().filter_map(|out| columns.find(&out.name)) {
                columns.leave_out(settled, at);
            }
        }
        Some(settled)
    }

    /// The first rows of the recipe's table, even where the table as a whole cannot be used; empty where they are not known.
    pub fn first_rows(&self) -> &FirstRows {
        static NONE: FirstRows = FirstRows { columns: Vec::new(), rows: Vec::new() };
        let of_fault = self.recipe.preview_fault.as_ref().map(|fault| &fault.first_rows);
        of_fault.or_else(|| Some(&self.last_preview()?.first_rows)).unwrap_or(&NONE)
    }
}

/// The columns of a table, as a recipe refers to them.
#[derive(Clone, Copy, Debug)]
pub struct TableColumns<'a> {
    /// Their names, or their positions in digits.
    pub names: &'a [String],
    /// Whether the table names them.
    pub named: bool,
}

impl<'a> TableColumns<'a> {
    /// The columns of the recipe's table, as far as they are known.
    pub fn of(state: &'a State, table: &TableSource) -> Self {
        let names = state.first_rows().columns.as_slice();
        let dialect = state.last_preview().and_then(|preview| preview.found.findings.dialect.as_ref());
        let are_positions = || names.iter().enumerate().all(|(at, name)| *name == at.to_string());
        let named = table.header.or_else(|| dialect.map(|dialect| dialect.header)).unwrap_or_else(|| !are_positions());
        Self { names, named }
    }

    /// How findings call a column: by its name, or by its position where it has none.
    pub fn called(&self, at: usize) -> String {
        match self.names.get(at).map(String::as_str) {
            None | Some("") => phrase!("column-unnamed", position = at).to_string(),
            Some(name) => name.to_owned(),
        }
    }

    /// The position of the column that findings call so; `None` where several are called so.
    pub fn find(&self, called: &str) -> Option<usize> {
        let mut found = (0..self.names.len()).filter(|at| self.called(*at) == called);
        found.next().filter(|_| found.next().is_none())
    }

    /// A reference to a column that means no other: by name where the table has one that stands once, by position elsewhere.
    pub fn reference(&self, at: usize) -> ColumnRef {
        let name = self.names.get(at).filter(|name| self.named && !name.is_empty());
        match name.filter(|name| self.names.iter().filter(|other| other == name).count() == 1) {
            Some(name) => ColumnRef::Name(name.clone()),
            None => ColumnRef::Position(at as i64),
        }
    }

    /// Whether a reference means a column.
    pub fn means(&self, reference: &ColumnRef, at: usize) -> bool {
        match reference {
            ColumnRef::Name(name) => self.named && self.names.get(at) == Some(name),
            ColumnRef::Position(position) => {
                let count = self.names.len() as i64;
                let position = if *position < 0 { position + count } else { *position };
                position == at as i64
            }
        }
    }

    /// The column that a table's recipe names as its class.
    pub fn class_of(&self, table: &TableSource) -> Option<usize> {
        let label = table.label.as_ref()?;
        (0..self.names.len()).find(|at| self.means(label, *at))
    }

    /// Takes a column as the class; `None` lets it be found out.
    pub fn choose_class(&self, table: &mut TableSource, at: Option<usize>) {
        table.label = at.map(|at| self.reference(at));
        if let Some(at) = at {
            table.ignore.retain(|known| !self.means(known, at));
        }
    }

    /// Does not read a column.
    pub fn leave_out(&self, table: &mut TableSource, at: usize) {
        if let KeptColumns::These(kept) = &mut table.keep {
            kept.retain(|known| !self.means(known, at));
        }
        if !table.ignore.iter().any(|known| self.means(known, at)) {
            table.ignore.push(self.reference(at));
        }
    }

    /// Reads a column, whatever it looks like.
    pub fn read_anyway(&self, table: &mut TableSource, at: usize) {
        table.ignore.retain(|known| !self.means(known, at));
        if let KeptColumns::These(kept) = &mut table.keep
            && !kept.iter().any(|known| self.means(known, at))
        {
            kept.push(self.reference(at));
        }
    }

    /// Whether [`TableColumns::read_anyway`] changes something.
    pub fn can_be_read(&self, table: &TableSource, at: usize) -> bool {
        let mut changed = table.clone();
        self.read_anyway(&mut changed, at);
        changed != *table
    }
}

/// The side of the square pictures that so many columns may be, from 8×8 pixels on, with their channels.
pub fn square_pixels(columns: usize) -> Option<[usize; 3]> {
    let side = |pixels: usize| {
        let side = pixels.isqrt();
        (side >= 8 && side * side == pixels).then_some(side)
    };
    let grey = side(columns).map(|side| [1, side, side]);
    grey.or_else(|| if columns.is_multiple_of(3) { side(columns / 3).map(|side| [3, side, side]) } else { None })
}

impl Sheet {
    /// A sheet about what the recipe holds now.
    pub fn of(state: &State) -> Self {
        Self { data: false, teacher: false, before: state.draft(), was: (state.recipe.preset, state.screen.focus) }
    }

    /// What its title calls it.
    pub fn name(&self, recipe: &Recipe) -> String {
        let files = recipe.teacher.as_ref().map(TeacherRecipe::files).unwrap_or_default();
        if self.data || files.is_empty() {
            return recipe.data.source.name();
        }
        files.iter().map(|file| file.name()).collect::<Vec<_>>().join(" + ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn columns_are_named_where_that_means_one_and_counted_elsewhere() {
        let list = names(&["id", "x", "", "x", "class"]);
        let columns = TableColumns { names: &list, named: true };
        assert_eq!(columns.reference(0), ColumnRef::Name("id".to_owned()));
        assert_eq!(columns.reference(1), ColumnRef::Position(1));
        assert_eq!(columns.reference(2), ColumnRef::Position(2));
        assert!(columns.means(&ColumnRef::Position(-1), 4));
        assert_eq!(columns.find("column 2"), Some(2));
        assert_eq!(columns.find("x"), None);
        let digits = names(&["0", "1"]);
        let columns = TableColumns { names: &digits, named: false };
        assert_eq!(columns.reference(1), ColumnRef::Position(1));
        assert!(!columns.means(&ColumnRef::Name("1".to_owned()), 1));
    }

    #[test]
    fn a_column_is_left_out_and_read_again() {
        let list = names(&["id", "x", "class"]);
        let columns = TableColumns { names: &list, named: true };
        let mut table = TableSource::new("t.csv");
        columns.leave_out(&mut table, 1);
        columns.leave_out(&mut table, 1);
        assert_eq!(table.ignore, [ColumnRef::Name("x".to_owned())]);
        assert!(columns.can_be_read(&table, 1));
        columns.read_anyway(&mut table, 1);
        assert_eq!(table.ignore, []);
        assert_eq!(table.keep, KeptColumns::These(vec![ColumnRef::Name("x".to_owned())]));
        assert!(!columns.can_be_read(&table, 1));
        columns.leave_out(&mut table, 1);
        assert_eq!(table.keep, KeptColumns::default());
        // The class cannot be left out.
        columns.choose_class(&mut table, Some(1));
        assert_eq!((columns.class_of(&table), table.ignore.len()), (Some(1), 0));
        columns.choose_class(&mut table, None);
        assert_eq!(table.label, None);
    }

    #[test]
    fn columns_may_be_square_pictures() {
        assert_eq!(square_pixels(784), Some([1, 28, 28]));
        assert_eq!(square_pixels(3072), Some([3, 32, 32]));
        assert_eq!([9, 49, 65, 0].map(square_pixels), [None; 4]);
    }
}
