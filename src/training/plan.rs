//! A job before it runs: the runs it will have, and the stages in which they are trained.
//!
//! Cells that differ only in what each member of a population has for itself (T, weights, learning rate, decay, seed,
//! teacher) are trained together; others one population after the other. The teachers come first.

use std::collections::BTreeMap;
use std::sync::Arc;

use candle_core::Device;

use super::cache::Cache;
use super::error::PrepareError;
use super::found::{fingerprint, found_of};
use super::prepared::Prepared;
use crate::data::Watch;
use crate::distill::Mean;
use crate::model::{Layer, Plan};
use crate::protocol::{DataFound, JobData, Role, RunId, RunInfo, Stage};
use crate::recipe::{DataRecipe, Recipe, Sweep, TeacherPart, TeacherRecipe, TrainingRecipe};

/// Bytes of one step's probe logits that a job keeps at most; with many runs fewer rows are looked at.
const SNAPSHOT_BYTES: usize = 4 << 20;

/// What a job is going to do.
pub(super) struct JobPlan {
    /// Teachers, students in the order of their cells, baselines; not numbered yet.
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
    /// Places of its runs among [`JobPlan::runs`], in the order of the population's members.
    pub runs: Vec<usize>,
    /// Whether it is a teacher's, or that of students and baselines.
    pub role: Role,
    /// Which of the models that its recipe's teacher consists of is trained or loaded, in the stage of a teacher.
    pub part: usize,
    /// For each member the models that it learns from.
    pub teachers: Vec<TeachersOf>,
    /// What its members have in common; of the first.
    pub training: TrainingRecipe,
    /// Whether the lens's rows are rows of its data.
    pub has_probe: bool,
}

/// Whom a run learns from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TeachersOf {
    /// Their places among [`JobPlan::runs`]; several are heard as one.
    pub runs: Vec<usize>,
    /// How.
    pub mean: Mean,
}

impl JobPlan {
    /// Loads all data and models and checks that they fit each other; `as_first_read` reads tables as version 0.1 did. A population takes at most `memory` bytes.
    ///
    /// # Errors
    /// When a cell cannot be run; nothing has happened then.
    pub fn new(
        sweep: &Sweep,
        as_first_read: bool,
        cache: &mut Cache,
        device: &Device,
        memory: usize,
        watch: &dyn Watch,
    ) -> Result<Self, PrepareError> {
        let cells = sweep.cells().map_err(PrepareError::Recipe)?;
        cache.forget_files(None);
        let mut draft = Draft::default();
        for cell in &cells {
            let recipe = if as_first_read { &cell.recipe.clone().as_first_read() } else { &cell.recipe };
            draft.add(recipe, cache, device, watch)?;
        }
        let prepared: Vec<&Prepared> = draft.prepared.iter().map(|(_, prepared)| &**prepared).collect();
        let mut sets: Vec<DataFound> = Vec::new();
        for prepared in &prepared {
            let found = found_of(prepared)?;
            if !sets.contains(&found) {
                sets.push(found);
            }
        }
        let data = JobData { fingerprint: fingerprint(&prepared), sets };
        Ok(draft.finish(memory, data))
    }

    /// Gives the runs the numbers and stages that the store knows them by. False where it knows others than these.
    ///
    /// Runs that began anew are in later stages than those they were planned with: each such part is a population of its own,
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
                let part = StagePlan {
                    stage,
                    prepared: planned.prepared.clone(),
                    role: planned.role,
                    part: planned.part,
                    runs: members.iter().map(|member| planned.runs[*member]).collect(),
                    teachers: members.iter().map(|member| planned.teachers[*member].clone()).collect(),
                    training: planned.training.clone(),
                    has_probe: planned.has_probe,
                };
                if stages.insert(stage, part).is_some() {
                    return false;
                }
            }
        }
        for (run, known) in self.runs.iter_mut().zip(known) {
            (run.run, run.stage) = (known.run, known.stage);
        }
        self.stages = stages.into_values().collect();
        true
    }

    /// Moves runs that begin anew behind all other stages, teachers first; each with its new stage.
    pub fn again(&mut self, runs: &[RunId]) -> Vec<(RunId, Stage)> {
        let mut known = self.runs.clone();
        let behind = known.iter().map(|run| run.stage.0 + 1).max().unwrap_or(0);
        let chosen = known.iter().filter(|run| runs.contains(&run.run) && !run.loaded);
        let mut old: Vec<(bool, Stage)> = chosen.map(|run| (run.role != Role::Teacher, run.stage)).collect();
        old.sort_unstable();
        old.dedup();
        let mut moved = Vec::new();
        for ((_, stage), next) in old.into_iter().zip(behind..) {
            for run in known.iter_mut().filter(|run| runs.contains(&run.run) && run.stage == stage) {
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
}

/// A plan in the making.
#[derive(Default)]
struct Draft {
    /// Distinct data, models and teachers.
    prepared: Vec<(Recipe, Arc<Prepared>)>,
    teachers: Vec<DraftTeacher>,
    runs: Vec<DraftRun>,
    baselines: Vec<DraftRun>,
}

/// A model that teaches: what it is, on which data, and its first user with its index among the models of that one's teacher.
struct DraftTeacher {
    part: TeacherPart,
    data: DataRecipe,
    recipe: Recipe,
    prepared: Arc<Prepared>,
    index: usize,
}

/// A cell, its role, its teachers by their index among the draft's, and what it needs.
type DraftRun = (Recipe, Role, TeachersOf, Arc<Prepared>);

impl Draft {
    fn add(
        &mut self,
        recipe: &Recipe,
        cache: &mut Cache,
        device: &Device,
        watch: &dyn Watch,
    ) -> Result<(), PrepareError> {
        let key = Recipe {
            training: TrainingRecipe::default(),
            teacher: recipe.teacher.clone(),
            title: String::new(),
            ..recipe.without_teacher()
        };
        let prepared = match self.prepared.iter().find(|(known, _)| *known == key) {
            Some((_, prepared)) => prepared.clone(),
            None => {
                let prepared = Arc::new(cache.prepare(recipe, device, watch)?);
                self.prepared.push((key, prepared.clone()));
                prepared
            }
        };
        let data = for_teachers(&recipe.data);
        let (parts, mean) = recipe.teacher.as_ref().map(TeacherRecipe::parts).unwrap_or_default();
        let mut teachers = TeachersOf { runs: Vec::new(), mean };
        for (index, part) in parts.into_iter().enumerate() {
            let same = |known: &DraftTeacher| known.part == part && known.data == data;
            teachers.runs.push(self.teachers.iter().position(same).unwrap_or_else(|| {
                let (data, recipe, prepared) = (data.clone(), recipe.clone(), prepared.clone());
                self.teachers.push(DraftTeacher { part, data, recipe, prepared, index });
                self.teachers.len() - 1
            }));
        }
        if recipe.student.is_none() {
            return Ok(());
        }
        self.runs.push((recipe.clone(), Role::Student, teachers.clone(), prepared.clone()));
        let alike = |(known, ..): &DraftRun| known.without_teacher() == recipe.without_teacher();
        if recipe.baseline && !self.baselines.iter().any(alike) {
            self.baselines.push((recipe.clone(), Role::Baseline, teachers, prepared));
        }
        Ok(())
    }

    fn finish(self, memory: usize, data: JobData) -> JobPlan {
        let mut runs: Vec<RunInfo> = Vec::new();
        let mut stages: Vec<StagePlan> = Vec::new();
        let mut last: Option<(TeacherPart, Recipe)> = None;
        for DraftTeacher { part, recipe, prepared, index, .. } in self.teachers {
            let training = match &part {
                TeacherPart::Train { training, .. } => Some(training.clone()),
                TeacherPart::Checkpoint(_) => None,
            };
            let model = &prepared.teachers[index];
            // Models of one ensemble that differ by their seeds alone are one population.
            let beside = last.replace((without_seed(&part), recipe.clone()));
            let joins =
                training.is_some() && beside.is_some_and(|(other, of)| other == without_seed(&part) && of == recipe);
            let info = |stage| {
                let train = prepared.splits.train.len();
                run(&recipe, Role::Teacher, stage, (model.name(), model.parameter_count()), training.as_ref(), train)
            };
            match stages.last_mut().filter(|_| joins) {
                Some(stage) => {
                    stage.runs.push(runs.len());
                    stage.teachers.push(TeachersOf::default());
                    runs.push(info(stage.stage));
                }
                None => {
                    let stage = Stage(stages.len() as u32);
                    stages.push(StagePlan {
                        stage,
                        prepared: prepared.clone(),
                        role: Role::Teacher,
                        part: index,
                        runs: vec![runs.len()],
                        teachers: vec![TeachersOf::default()],
                        training: training.clone().unwrap_or_default(),
                        has_probe: false,
                    });
                    runs.push(info(stage));
                }
            }
        }
        // Members of one population, in the order of their cells: students before baselines.
        let mut groups: Vec<Group> = Vec::new();
        for (recipe, role, teachers, prepared) in self.runs.into_iter().chain(self.baselines) {
            let Some(spec) = prepared.student.clone() else { continue };
            let rows = prepared.transfer.rows.len();
            let place = runs.len();
            let model = (spec.name(), spec.plan.parameter_count());
            runs.push(run(&recipe, role, Stage(0), model, Some(&recipe.training), rows));
            let key = shared_part(&recipe, role);
            let group = match groups.iter_mut().position(|group| group.key == key) {
                Some(at) => &mut groups[at],
                None => {
                    let plan = spec.plan;
                    groups.push(Group { key, plan, prepared, training: recipe.training.clone(), members: Vec::new() });
                    let last = groups.len() - 1;
                    &mut groups[last]
                }
            };
            group.members.push((place, teachers));
        }
        for group in groups {
            let most = (memory / bytes_of_member(&group.plan, group.training.batch)).max(1);
            for members in split(&group.members, &runs, most) {
                let stage = Stage(stages.len() as u32);
                for (place, _) in &members {
                    runs[*place].stage = stage;
                }
                stages.push(StagePlan {
                    stage,
                    prepared: group.prepared.clone(),
                    role: Role::Student,
                    part: 0,
                    runs: members.iter().map(|(place, _)| *place).collect(),
                    teachers: members.into_iter().map(|(_, teachers)| teachers).collect(),
                    training: group.training.clone(),
                    has_probe: false,
                });
            }
        }
        let mut plan = JobPlan { runs, stages, data };
        plan.place_probe();
        plan
    }
}

/// Its place among the runs, and whom it learns from.
type DraftMember = (usize, TeachersOf);

struct Group {
    key: Recipe,
    plan: Plan,
    prepared: Arc<Prepared>,
    training: TrainingRecipe,
    members: Vec<DraftMember>,
}

impl JobPlan {
    /// The lens looks at rows of the first students' data (of the teacher's, where there are none).
    fn place_probe(&mut self) {
        let first = self.stages.iter().find(|stage| stage.role != Role::Teacher).or(self.stages.first());
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

/// Cuts members into populations of at most `most`; the seeds of a cell stay together where they can. Within one, members
/// are sorted by seed, so that those who share their batches stand side by side.
fn split(members: &[DraftMember], runs: &[RunInfo], most: usize) -> Vec<Vec<DraftMember>> {
    let cell = |place: usize| (runs[place].recipe.without_seed(), runs[place].role);
    let mut parts: Vec<Vec<DraftMember>> = Vec::new();
    let mut rest = members;
    while let Some((first, _)) = rest.first() {
        let of = cell(*first);
        let len = rest.iter().take_while(|(place, _)| cell(*place) == of).count();
        let (seeds, later) = rest.split_at(len);
        for seeds in seeds.chunks(most) {
            match parts.last_mut() {
                Some(part) if part.len() + seeds.len() <= most => part.extend_from_slice(seeds),
                _ => parts.push(seeds.to_vec()),
            }
        }
        rest = later;
    }
    for part in &mut parts {
        part.sort_by_key(|(place, _)| runs[*place].seed);
    }
    parts
}

/// Weights, gradients, both moments and scratch, and what a step keeps of its activations.
fn bytes_of_member(plan: &Plan, batch: usize) -> usize {
    let outputs: u64 = plan
        .layers
        .iter()
        .map(|layer| match layer {
            Layer::Dense { output, .. } => *output as u64,
            // Channels times pixels; the images of the first layers are at most the input's.
            Layer::Conv { output, .. } => (*output * plan.input.iter().skip(1).product::<usize>()) as u64,
            Layer::Pool | Layer::Flatten | Layer::Dropout { .. } => 0,
        })
        .sum();
    (5 * plan.parameter_count() + 4 * outputs * batch as u64) as usize * size_of::<f32>()
}

fn run(
    recipe: &Recipe,
    role: Role,
    stage: Stage,
    (model, parameters): (String, u64),
    training: Option<&TrainingRecipe>,
    rows: usize,
) -> RunInfo {
    let steps_per_epoch = training.map_or(0, |training| rows.div_ceil(training.batch) as u64);
    RunInfo {
        run: RunId(0),
        role,
        stage,
        recipe: recipe.clone(),
        model,
        seed: training.map_or(0, |training| training.seed),
        parameters,
        steps: training.map_or(0, |training| steps_per_epoch * training.epochs as u64),
        steps_per_epoch,
        loaded: training.is_none(),
    }
}

/// What the students' transfer set leaves out does not concern a teacher.
fn for_teachers(data: &DataRecipe) -> DataRecipe {
    DataRecipe { omit_classes: Vec::new(), labelled: 1.0, label_noise: 0.0, ..data.clone() }
}

/// A model that is trained, whatever its seed.
fn without_seed(part: &TeacherPart) -> TeacherPart {
    let mut part = part.clone();
    if let TeacherPart::Train { training, .. } = &mut part {
        training.seed = 0;
    }
    part
}

/// What all members of a population have in common. Members of any methods stand beside each other, baselines too, unless a method looks
/// at inner layers or has phases: then they have that method and that teacher.
fn shared_part(recipe: &Recipe, role: Role) -> Recipe {
    let training = TrainingRecipe { seed: 0, learning_rate: 1.0, weight_decay: 0.0, ..recipe.training.clone() };
    let shared = Recipe { training, ..recipe.without_teacher() };
    if role != Role::Student || !recipe.distill.is_apart(recipe.training.epochs) {
        return shared;
    }
    let mut distill = recipe.distill.clone();
    for field in distill.method().fields.iter().filter(|field| field.is_per_member) {
        distill.set(field.path, field.usual(recipe.training.epochs));
    }
    Recipe { teacher: recipe.teacher.clone(), distill, ..shared }
}
