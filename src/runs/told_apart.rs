//! What runs are told apart by: the fields that differ between jobs, and within a job between its students.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::rows::RunRow;
use crate::protocol::{JobId, Role, RunId};
use crate::recipe::Recipe;
use crate::recipe::fields::{
    CHECKPOINT, Field, HARD_WEIGHT, SOFT_WEIGHT, STUDENT, TEACHER_ENSEMBLE, TEACHER_MODEL, TEMPERATURE, Told, differing,
};
use crate::text::Phrase;

/// The differences between the runs of a store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToldApart {
    /// Fields that differ between students and that a list has a column for, in the order of
    /// [`FIELDS`](crate::recipe::fields::FIELDS).
    pub columns: Vec<&'static Field>,
    /// What each student says of itself, by what differs: from the other jobs of its name, and for one of a job's several from
    /// the others: `T 8`, `T² off`.
    pub says: HashMap<RunId, Vec<Phrase>>,
    /// The values of [`ToldApart::columns`] in each student's recipe.
    pub values: HashMap<RunId, Vec<Option<Phrase>>>,
}

/// Differences that one line says, at most.
const SAID: usize = 4;

/// A job whose students are to be told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Students {
    /// The job.
    pub job: JobId,
    /// What it is called.
    pub title: String,
    /// Its students; none of a job that trains a teacher alone.
    pub runs: Vec<RunId>,
}

impl Students {
    /// Those of a list, without what was deleted; rows of one job stand together.
    pub fn of(rows: &[RunRow]) -> Vec<Self> {
        let of_job = |rows: &[RunRow]| {
            let students = rows.iter().filter(|row| row.role == Role::Student && !row.deleted);
            Self { job: rows[0].job, title: rows[0].title.clone(), runs: students.map(|row| row.run).collect() }
        };
        rows.chunk_by(|a, b| a.job == b.job).map(of_job).collect()
    }
}

impl ToldApart {
    /// What tells students apart whose recipes are known.
    pub fn of(jobs: &[Students], recipes: &BTreeMap<RunId, Arc<Recipe>>) -> Self {
        let read = |job: &Students| -> Vec<(RunId, Told<'_>)> {
            job.runs.iter().filter_map(|run| Some((*run, Told::from(&**recipes.get(run)?)))).collect()
        };
        let jobs: Vec<(&str, Vec<(RunId, Told<'_>)>)> =
            jobs.iter().map(|job| (job.title.as_str(), read(job))).collect();
        let students = || jobs.iter().flat_map(|(_, students)| students);
        let columns = differing(&students().map(|(_, told)| told).collect::<Vec<_>>());
        let columns = columns_of(&columns);
        let value = |field: &Field, told: &Told<'_>| {
            if is(CHECKPOINT, field) { told.teacher() } else { field.shown(told) }
        };
        let values = |told| columns.iter().map(|field| value(field, told)).collect();
        let values = students().map(|(run, told)| (*run, values(told))).collect();
        let mut says = HashMap::new();
        // Within a job its students; between jobs of one name those that have one student.
        let mut by_title: HashMap<&str, Vec<&[(RunId, Told<'_>)]>> = HashMap::new();
        for (title, students) in jobs.iter().filter(|(_, students)| !students.is_empty()) {
            by_title.entry(title).or_default().push(students);
            let own = differing(&students.iter().map(|(_, told)| told).collect::<Vec<_>>());
            if !own.is_empty() {
                says.extend(students.iter().map(|(run, told)| (*run, said(&own, told))));
            }
        }
        for jobs in by_title.into_values().filter(|jobs| jobs.len() > 1) {
            let between = differing(&jobs.iter().map(|students| &students[0].1).collect::<Vec<_>>());
            for students in jobs {
                if let [(run, told)] = students {
                    says.insert(*run, said(&between, told));
                }
            }
        }
        Self { columns, says, values }
    }
}

fn said(fields: &[&'static Field], told: &Told<'_>) -> Vec<Phrase> {
    fields.iter().filter_map(|field| field.said(told)).take(SAID).collect()
}

/// The columns for what differs: none for what every list has a column for, and one for the teacher, whichever of its fields
/// says what it is.
fn columns_of(differing: &[&'static Field]) -> Vec<&'static Field> {
    let has_column =
        |field: &&Field| [TEMPERATURE, SOFT_WEIGHT, HARD_WEIGHT, STUDENT].iter().any(|known| is(*known, field));
    let is_teacher =
        |field: &Field| [CHECKPOINT, TEACHER_MODEL, TEACHER_ENSEMBLE].iter().any(|known| is(*known, field));
    let mut columns: Vec<&'static Field> = Vec::new();
    for field in differing.iter().copied().filter(|field| field.is_column && !has_column(field)) {
        let field = if is_teacher(field) { &CHECKPOINT } else { field };
        if !columns.iter().any(|known| is(**known, field)) {
            columns.push(field);
        }
    }
    columns
}

fn is(known: Field, field: &Field) -> bool {
    known.path == field.path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{Architecture, QUICKSTART};

    #[test]
    fn there_is_one_column_for_the_teacher_whichever_field_says_what_it_is() {
        let shipped = QUICKSTART.recipe().unwrap();
        let trained = |hidden: usize| {
            let mut recipe = shipped.clone();
            recipe.train_teacher(Architecture::Mlp { hidden: vec![hidden], dropout: 0.0 });
            recipe
        };
        for (recipes, expected) in [
            (vec![shipped.clone(), trained(8)], vec!["shipped", "MLP 8"]),
            (vec![trained(8), trained(9)], vec!["MLP 8", "MLP 9"]),
        ] {
            let runs: BTreeMap<RunId, Arc<Recipe>> = (1..).map(RunId).zip(recipes.into_iter().map(Arc::new)).collect();
            let students = |run: &RunId| Students { job: JobId(run.0), title: "digits".to_owned(), runs: vec![*run] };
            let found = ToldApart::of(&runs.keys().map(students).collect::<Vec<_>>(), &runs);
            let at = found.columns.iter().position(|field| is(CHECKPOINT, field)).unwrap();
            assert!(!found.columns.iter().any(|field| is(TEACHER_MODEL, field)));
            let said = runs.keys().map(|run| found.values[run][at].as_ref().unwrap().to_string());
            assert_eq!(said.collect::<Vec<_>>(), expected);
        }
    }
}
