//! What the lens looks at, and the numbers it needs: found in memory, never by running a model.

use std::sync::Arc;

use super::State;
use crate::training::report::{Probe, Role};

/// Where the lens points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    /// T of the picture; its own, so that looking does not change what is trained.
    pub temperature: f64,
    /// Which row of the probe set.
    pub row: usize,
}

/// One row of the probe set with the logits on it.
#[derive(Clone, Debug)]
pub struct LensView<'a> {
    /// The probe set.
    pub probe: &'a Arc<Probe>,
    /// The row.
    pub row: usize,
    /// Raw input values.
    pub input: &'a [f32],
    /// The true class.
    pub label: usize,
    /// The teacher's logits, when there is a teacher yet.
    pub teacher: Option<&'a [f32]>,
    /// The student's logits.
    pub student: Option<&'a [f32]>,
    /// Steps the student has taken; none for one that was never trained.
    pub step: Option<u64>,
}

impl Lens {
    /// Points at the first row.
    pub fn new(temperature: f64) -> Self {
        Self { temperature, row: 0 }
    }

    /// Keeps the row within a probe set of `rows`.
    pub fn clamp(&mut self, rows: usize) {
        self.row = self.row.min(rows.saturating_sub(1));
    }
}

impl State {
    /// The row that the lens points at; nothing before the first preview.
    pub fn lens_view(&self) -> Option<LensView<'_>> {
        let (probe, teacher, student, step) = if let Some(job) = self.focused() {
            let shown = job.shown_run(self.lit_cell()).filter(|run| run.role == Role::Student);
            let snapshot = shown.and_then(|run| job.snapshots.get(&run.run));
            let student = snapshot.map(|(_, logits)| logits.as_slice());
            (&job.probe, job.teacher_logits(), student, snapshot.map(|(step, _)| *step))
        } else {
            let preview = self.preview.as_ref()?;
            let some = |logits: &'_ [f32]| !logits.is_empty();
            let teacher = Some(preview.probe.teacher.as_slice()).filter(|logits| some(logits));
            (&preview.probe, teacher, Some(preview.student.as_slice()).filter(|logits| some(logits)), None)
        };
        let classes = probe.classes.len();
        let rows = probe.rows.len();
        if rows == 0 {
            return None;
        }
        let row = self.lens.row.min(rows - 1);
        let len: usize = probe.shape.iter().product();
        let logits = |all: Option<&'_ [f32]>| -> Option<std::ops::Range<usize>> {
            all.filter(|all| all.len() >= (row + 1) * classes).map(|_| row * classes..(row + 1) * classes)
        };
        Some(LensView {
            row,
            input: probe.inputs.get(row * len..(row + 1) * len)?,
            label: *probe.labels.get(row)? as usize,
            teacher: logits(teacher).and_then(|range| teacher?.get(range)),
            student: logits(student).and_then(|range| student?.get(range)),
            step,
            probe,
        })
    }
}
