//! A job before it runs: the runs it will have, and the stages in which they are trained.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::prepared::Prepared;
use crate::distill::Mean;
use crate::protocol::{JobData, Role, RunId, RunInfo, Stage};
use crate::recipe::TrainingRecipe;

/// Bytes of one step's probe logits that a job keeps at most; with many runs fewer rows are looked at.
const SNAPSHOT_BYTES: usize = 4 << 20;

/// What a job is going to do.
pub(super) struct JobPlan {
    /// Teachers, students in the order of their cells, baselines.
    pub runs: Vec<RunInfo>,
    /// In the order in which they run.
    pub stages: Vec<StagePlan>,
    /// The data, as it was found.
    pub data: JobData,
}

/// One stage.
pub(super) struct StagePlan {
    /// Its number; numbers rise in the order in which stages run.
    pub stage: Stage,
    /// Data and models.
    pub prepared: Arc<Prepared>,
    /// Indices of its runs among [`JobPlan::runs`], in the order of the population's members.
    pub runs: Vec<usize>,
    /// What happens in it.
    pub work: Work,
    /// What its members have in common; of the first.
    pub training: TrainingRecipe,
    /// Whether the lens's rows are rows of its data.
    pub has_probe: bool,
}

/// What happens in a stage. Runs are told by their indices among [`JobPlan::runs`].
pub(super) enum Work {
    /// A model of the recipe's teacher, by its index among those, is trained or loaded.
    Teacher(usize),
    /// Teachers are heard as one from here on.
    Ensemble {
        /// The runs of its models.
        members: Vec<usize>,
        /// How they become one.
        mean: Mean,
    },
    /// Students and baselines are trained, each beside the run of its teacher.
    Students(Vec<Option<usize>>),
}

impl StagePlan {
    /// Whether it is a teacher's, or that of students and baselines.
    pub fn role(&self) -> Role {
        match self.work {
            Work::Teacher(_) | Work::Ensemble { .. } => Role::Teacher,
            Work::Students(_) => Role::Student,
        }
    }

    /// The runs from which one of its members learns, or of which it consists.
    pub fn teachers_of(&self, member: usize) -> &[usize] {
        match &self.work {
            Work::Teacher(_) => &[],
            Work::Ensemble { members, .. } => members,
            Work::Students(teachers) => teachers.get(member).map_or(&[], Option::as_slice),
        }
    }

    /// The same stage for some of its members only.
    pub fn of(&self, stage: Stage, members: &[usize]) -> Self {
        let work = match &self.work {
            Work::Teacher(index) => Work::Teacher(*index),
            Work::Ensemble { members, mean } => Work::Ensemble { members: members.clone(), mean: *mean },
            Work::Students(teachers) => Work::Students(members.iter().map(|member| teachers[*member]).collect()),
        };
        Self {
            stage,
            work,
            prepared: self.prepared.clone(),
            runs: members.iter().map(|member| self.runs[*member]).collect(),
            training: self.training.clone(),
            has_probe: self.has_probe,
        }
    }
}

impl JobPlan {
    /// Whether another run learns from a student.
    pub fn is_learnt_from(&self, run: usize) -> bool {
        self.stages.iter().any(|stage| match &stage.work {
            Work::Students(teachers) => teachers.contains(&Some(run)),
            Work::Teacher(_) | Work::Ensemble { .. } => false,
        })
    }

    /// Gives the runs their numbers.
    pub fn number(&mut self, numbers: impl IntoIterator<Item = RunId>) {
        for (run, number) in self.runs.iter_mut().zip(numbers) {
            run.run = number;
        }
        let numbers: Vec<RunId> = self.runs.iter().map(|run| run.run).collect();
        for stage in &self.stages {
            for (member, run) in stage.runs.iter().enumerate() {
                let teachers = stage.teachers_of(member).iter().filter_map(|teacher| numbers.get(*teacher));
                self.runs[*run].teachers = teachers.copied().collect();
            }
        }
    }

    /// Gives the runs the numbers and stages that the store knows them by. False where it knows others than these.
    ///
    /// Runs that begin again are in later stages than those they were planned with: each such part is a population of its own,
    /// with the same results.
    pub fn recall(&mut self, known: &[RunInfo]) -> bool {
        let roles = |runs: &[RunInfo]| runs.iter().map(|run| run.role).collect::<Vec<_>>();
        if roles(known) != roles(&self.runs) {
            return false;
        }
        // Other data have other rows, and so other steps; other models have other parameters.
        let size = |run: &RunInfo| (run.steps_per_epoch, run.parameters);
        if known.iter().zip(&self.runs).any(|(known, planned)| size(known) != size(planned)) {
            return false;
        }
        let mut stages: BTreeMap<Stage, StagePlan> = BTreeMap::new();
        for planned in &self.stages {
            let mut parts: BTreeMap<Stage, Vec<usize>> = BTreeMap::new();
            for member in 0..planned.runs.len() {
                parts.entry(known[planned.runs[member]].stage).or_default().push(member);
            }
            for (stage, members) in parts {
                if stages.insert(stage, planned.of(stage, &members)).is_some() {
                    return false;
                }
            }
        }
        for (run, known) in self.runs.iter_mut().zip(known) {
            run.stage = known.stage;
        }
        self.number(known.iter().map(|run| run.run));
        self.stages = stages.into_values().collect();
        true
    }

    /// Runs, their peers, and the generations after them: what depends on one that begins again does so, too.
    fn with_dependents(&self, runs: &[RunId]) -> Vec<RunId> {
        let mut all = runs.to_vec();
        loop {
            let is_in = |run: &usize| all.contains(&self.runs[*run].run);
            let depends = |stage: &StagePlan, member: usize| {
                let run = &self.runs[stage.runs[member]];
                let is_peer = |other: &usize| is_in(other) && self.runs[*other].is_beside(run);
                let is_before = |other: &usize| is_in(other) && self.runs[*other].role != Role::Teacher;
                stage.runs.iter().any(is_peer) || stage.teachers_of(member).iter().any(is_before)
            };
            let new = self.stages.iter().flat_map(|stage| {
                let members = (0..stage.runs.len()).filter(|member| !is_in(&stage.runs[*member]));
                members.filter(|member| depends(stage, *member)).map(|member| self.runs[stage.runs[member]].run)
            });
            let new: Vec<RunId> = new.collect();
            if new.is_empty() {
                return all;
            }
            all.extend(new);
        }
    }

    /// Moves runs that begin again behind all other stages, teachers first, and with them the ensembles that they are part of; each with
    /// its new stage.
    pub fn retry(&mut self, runs: &[RunId]) -> Vec<(RunId, Stage)> {
        let runs = &self.with_dependents(runs);
        let mut known = self.runs.clone();
        let behind = known.iter().map(|run| run.stage.0 + 1).max().unwrap_or(0);
        let is_chosen = |run: &RunInfo| match run.role {
            Role::Teacher if run.loaded => run.teachers.iter().any(|member| runs.contains(member)),
            _ => runs.contains(&run.run) && !run.loaded,
        };
        let order = |run: &RunInfo| (run.role != Role::Teacher, run.loaded, run.stage);
        let mut old: Vec<_> = known.iter().filter(|run| is_chosen(run)).map(order).collect();
        old.sort_unstable();
        old.dedup();
        let mut moved = Vec::new();
        for ((.., stage), next) in old.into_iter().zip(behind..) {
            for run in known.iter_mut().filter(|run| is_chosen(run) && run.stage == stage) {
                run.stage = Stage(next);
                moved.push((run.run, run.stage));
            }
        }
        self.recall(&known);
        moved
    }

    /// The rows that the lens looks at, and the stage whose data they are of.
    pub fn probe_stage(&self) -> Option<&StagePlan> {
        self.stages.iter().find(|stage| stage.has_probe)
    }

    /// Whether the lens's rows come with their teacher's answers: all students have one, and all of its models are loaded.
    pub fn probe_has_answers(&self) -> bool {
        let prepared = self.probe_stage().map(|stage| &stage.prepared);
        self.has_one_teacher() && prepared.is_some_and(|prepared| prepared.ready_teacher().is_some())
    }

    /// Whether all students learn from one teacher.
    fn has_one_teacher(&self) -> bool {
        let mut teachers = self.stages.iter().flat_map(|stage| match &stage.work {
            Work::Students(teachers) => teachers.as_slice(),
            Work::Teacher(_) | Work::Ensemble { .. } => &[],
        });
        let first = teachers.next();
        teachers.all(|teacher| Some(teacher) == first)
    }

    /// Lets the lens look at rows of the first students' data (of the teacher's, where there are none).
    pub fn place_probe(&mut self) {
        let first = self.stages.iter().find(|stage| stage.role() != Role::Teacher).or(self.stages.first());
        let Some((first, run)) = first.map(|stage| (stage.prepared.clone(), stage.runs[0])) else { return };
        let seed = self.runs[run].recipe.data.seed;
        let each = first.dataset.classes.len() * size_of::<f32>() * self.runs.len();
        let rows = (SNAPSHOT_BYTES / each.max(1)).max(16);
        for stage in &mut self.stages {
            let same = Arc::ptr_eq(&stage.prepared.dataset, &first.dataset) && stage.prepared.probe == first.probe;
            stage.has_probe = same;
            if same && rows < stage.prepared.probe.len() {
                let mut fewer = Prepared::clone(&stage.prepared);
                fewer.probe = fewer.splits.probe(&fewer.dataset, seed, rows);
                stage.prepared = Arc::new(fewer);
            }
        }
    }
}
