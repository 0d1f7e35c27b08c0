//! What runs are told apart by: the fields that differ between jobs, and within a job between its students.

use std::collections::HashMap;
use std::sync::Arc;

use super::rows::RunRow;
use crate::recipe::Recipe;
use crate::recipe::fields::{Field, differing};
use crate::text::Phrase;
use crate::training::report::{Role, RunId};

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

impl ToldApart {
    /// What tells the students among `rows` apart. Rows of one job stand together.
    pub fn of(rows: &[RunRow], recipes: &HashMap<RunId, Arc<Recipe>>) -> Self {
        let mut told = Self::default();
        let mut jobs: Vec<Job<'_>> = Vec::new();
        for rows in rows.chunk_by(|a, b| a.job == b.job) {
            let students = rows.iter().filter(|row| row.role == Role::Student);
            let students = students.filter_map(|row| Some((row.run, &**recipes.get(&row.run)?)));
            let (Some(first), students) = (rows.first(), students.collect::<Vec<_>>()) else { continue };
            if !students.is_empty() {
                jobs.push(Job { title: &first.title, students });
            }
        }
        let all: Vec<&Recipe> = jobs.iter().flat_map(|job| job.students.iter().map(|(_, recipe)| *recipe)).collect();
        told.columns = differing(&all).into_iter().filter(|field| field.is_column && !has_column(field)).collect();
        for (run, recipe) in jobs.iter().flat_map(|job| &job.students) {
            told.values.insert(*run, told.columns.iter().map(|field| field.shown(recipe)).collect());
        }
        // Within a job its students; between jobs of one name what is the same in all of a job's students.
        let mut by_title: HashMap<&str, Vec<&Job<'_>>> = HashMap::new();
        for job in &jobs {
            by_title.entry(job.title).or_default().push(job);
            let own = job.differing();
            for (run, recipe) in job.students.iter().filter(|_| !own.is_empty()) {
                told.says.insert(*run, said(&own, recipe));
            }
        }
        for jobs in by_title.into_values().filter(|jobs| jobs.len() > 1) {
            let leading: Vec<&Recipe> = jobs.iter().map(|job| job.students[0].1).collect();
            let between = differing(&leading);
            for job in jobs.into_iter().filter(|job| job.students.len() == 1) {
                let (run, recipe) = job.students[0];
                told.says.insert(run, said(&between, recipe));
            }
        }
        told
    }
}

/// The students of one job.
struct Job<'a> {
    title: &'a str,
    students: Vec<(RunId, &'a Recipe)>,
}

impl Job<'_> {
    fn differing(&self) -> Vec<&'static Field> {
        let recipes: Vec<&Recipe> = self.students.iter().map(|(_, recipe)| *recipe).collect();
        differing(&recipes)
    }
}

fn said(fields: &[&'static Field], recipe: &Recipe) -> Vec<Phrase> {
    fields.iter().filter_map(|field| field.said(recipe)).take(SAID).collect()
}

/// Whether every list has a column for it, whatever differs.
fn has_column(field: &Field) -> bool {
    matches!(
        field.path,
        "distill.temperature" | "distill.soft_weight" | "distill.hard_weight" | "student.model" | "teacher.model"
    )
}
