//! What runs are told apart by: the fields that differ between jobs, and within a job between its students.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::rows::RunRow;
use crate::protocol::{JobId, Role, RunId};
use crate::recipe::Recipe;
use crate::recipe::fields::{Field, HARD_WEIGHT, SOFT_WEIGHT, STUDENT, TEACHER_MODEL, TEMPERATURE, Told, differing};
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
        let columns: Vec<_> = columns.into_iter().filter(|field| field.is_column && !has_column(field)).collect();
        let values = |told| columns.iter().map(|field| field.shown(told)).collect();
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

/// Whether every list has a column for it, whatever differs.
fn has_column(field: &Field) -> bool {
    [TEMPERATURE, SOFT_WEIGHT, HARD_WEIGHT, STUDENT, TEACHER_MODEL].iter().any(|known| known.path == field.path)
}
