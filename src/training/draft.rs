//! From a sweep to the plan of its job.
//!
//! Cells that differ only in what each member of a population has for itself (T, weights, learning rate, decay, seed, teacher) are
//! trained together; others one population after the other. The teachers come first.

use std::sync::Arc;

use candle_core::Device;

use super::cache::{Cache, method_fits};
use super::error::PrepareError;
use super::found::{fingerprint, found_of, unseen_of};
use super::plan::{JobPlan, StagePlan, Work};
use super::prepared::{Prepared, TeacherModel, name_of_several};
use crate::data::{Remark, Watch};
use crate::distill::{Company, Mean, Objective};
use crate::model::{Layer, ModelSpec};
use crate::protocol::{DataFound, JobData, KeptOutside, Role, RunId, RunInfo, Stage};
use crate::recipe::{Augment, Baseline, DataRecipe, Recipe, Sweep, TeacherPart, TeacherRecipe, TrainingRecipe};
use crate::text::phrase;

impl JobPlan {
    /// Loads all data and models and checks that they fit each other; `as_first_read` reads tables as version 0.1 did, and `outside` is what teachers said before. A population takes at most `memory` bytes.
    ///
    /// # Errors
    /// When a cell cannot be run; nothing has happened then.
    pub fn new(
        sweep: &Sweep,
        as_first_read: bool,
        outside: &[KeptOutside],
        cache: &mut Cache,
        device: &Device,
        memory: usize,
        watch: &dyn Watch,
    ) -> Result<Self, PrepareError> {
        let cells = sweep.cells().map_err(PrepareError::Recipe)?;
        cache.forget_files(None);
        cache.recall(outside);
        let mut draft = Draft::default();
        for cell in &cells {
            let recipe = if as_first_read { &cell.recipe.clone().as_first_read() } else { &cell.recipe };
            draft.add(recipe, cache, device, watch)?;
        }
        // One from outside that takes its time fails before anything is stored, if it fails.
        for Shared { prepared, .. } in &draft.shared {
            for teacher in &prepared.teachers {
                if let TeacherModel::Ready(teacher) = teacher {
                    teacher.answer_all(&prepared.dataset, watch)?;
                }
            }
        }
        let learnt: Vec<(&Prepared, &Recipe)> =
            draft.shared.iter().map(|shared| (&*shared.prepared, &shared.recipe)).collect();
        let mut sets: Vec<DataFound> = Vec::new();
        for Shared { prepared, remarks, .. } in &draft.shared {
            let found = found_of(prepared, &[remarks.clone(), unseen_of(prepared)].concat())?;
            if !sets.contains(&found) {
                sets.push(found);
            }
        }
        let data = JobData { fingerprint: fingerprint(&learnt), sets };
        Ok(draft.finish(memory, data))
    }
}

/// A plan in the making. Teachers are told by their index: they are the first runs of the job.
#[derive(Default)]
struct Draft {
    shared: Vec<Shared>,
    teachers: Vec<DraftTeacher>,
    students: Vec<DraftRun>,
    baselines: Vec<DraftRun>,
}

/// Data, models and teachers that several cells have in common.
struct Shared {
    /// What decides on them.
    recipe: Recipe,
    prepared: Arc<Prepared>,
    /// What the methods of later cells have to say of them.
    remarks: Vec<Remark>,
}

/// Someone who teaches, on which data, for whom first.
struct DraftTeacher {
    kind: DraftKind,
    data: DataRecipe,
    recipe: Recipe,
    prepared: Arc<Prepared>,
}

#[derive(PartialEq)]
enum DraftKind {
    /// A model, and its index among those of the recipe's teacher.
    Model(TeacherPart, usize),
    /// Several of them.
    Ensemble(Vec<usize>, Mean),
}

impl DraftKind {
    /// Whether it is the same teacher, whatever its index in a recipe.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Model(part, _), Self::Model(other, _)) => part == other,
            _ => self == other,
        }
    }
}

/// A run of a student's kind.
struct DraftRun {
    recipe: Recipe,
    role: Role,
    /// As [`RunInfo::place`].
    place: u32,
    /// Whom it learns from, or is compared with; a generation learns from the one before instead.
    teacher: Option<usize>,
    prepared: Arc<Prepared>,
}

impl Draft {
    fn add(
        &mut self,
        recipe: &Recipe,
        cache: &mut Cache,
        device: &Device,
        watch: &dyn Watch,
    ) -> Result<(), PrepareError> {
        let decides = Recipe {
            training: TrainingRecipe::default(),
            teacher: recipe.teacher.clone(),
            title: String::new(),
            ..recipe.without_teacher()
        };
        let prepared = match self.shared.iter_mut().find(|shared| shared.recipe == decides) {
            Some(Shared { prepared, remarks, .. }) => {
                let remark = method_fits(recipe, prepared)?;
                let is_new = |remark: &Remark| !remarks.contains(remark) && !prepared.remarks.contains(remark);
                let remark = remark.filter(is_new);
                remarks.extend(remark);
                prepared.clone()
            }
            None => {
                let prepared = Arc::new(cache.prepare(recipe, device, watch)?);
                self.shared.push(Shared { recipe: decides, prepared: prepared.clone(), remarks: Vec::new() });
                prepared
            }
        };
        let parts = recipe.teacher.as_ref().map(TeacherRecipe::parts).unwrap_or_default().into_iter().enumerate();
        let models: Vec<usize> =
            parts.map(|(index, part)| self.teacher(DraftKind::Model(part, index), recipe, &prepared)).collect();
        let teacher = match models[..] {
            [] => None,
            [one] => Some(one),
            _ => Some(self.teacher(DraftKind::Ensemble(models, prepared.mean), recipe, &prepared)),
        };
        if recipe.student.is_none() {
            return Ok(());
        }
        if let Company::Peers(field) | Company::Generations(field) = recipe.distill.method().company
            && recipe.distill.trainings() == 1
        {
            // A recipe may say so only of the baseline that takes as long as all of them.
            let problem = phrase!("conflict-no-company", method = recipe.distill.method().name);
            return Err(PrepareError::Method { field, problem });
        }
        let run = |recipe: Recipe, role, place| DraftRun { recipe, role, place, teacher, prepared: prepared.clone() };
        let beside = company_of(&recipe.distill);
        self.students.extend(beside.map(|(role, place)| run(recipe.clone(), role, place)));
        for baseline in recipe.compared() {
            let own = recipe.of_baseline(baseline);
            let is_own = |DraftRun { recipe: known, .. }: &DraftRun| {
                known.baselines == [baseline] && known.of_baseline(baseline) == own
            };
            if !self.baselines.iter().any(is_own) {
                self.baselines.push(run(recipe.as_baseline(baseline), Role::Baseline, 0));
            }
        }
        Ok(())
    }

    /// The index of a teacher, which is added where it is not there yet.
    fn teacher(&mut self, kind: DraftKind, recipe: &Recipe, prepared: &Arc<Prepared>) -> usize {
        let data = for_teachers(&recipe.data);
        let known = self.teachers.iter().position(|known| known.kind.is(&kind) && known.data == data);
        known.unwrap_or_else(|| {
            let (recipe, prepared) = (recipe.clone(), prepared.clone());
            self.teachers.push(DraftTeacher { kind, data, recipe, prepared });
            self.teachers.len() - 1
        })
    }

    fn finish(mut self, memory: usize, data: JobData) -> JobPlan {
        // The first of a job is the one that its students are judged by.
        self.baselines.sort_by_key(|run| run.recipe.baselines.first().map(|baseline| baseline.place()));
        let mut plan = JobPlan { runs: Vec::new(), stages: Vec::new(), data };
        add_teachers(&mut plan, self.teachers, memory);
        add_students(&mut plan, self.students.into_iter().chain(self.baselines), memory);
        plan.place_probe();
        plan
    }
}

/// Models that differ by their seeds alone are one population; ensembles follow those that they consist of.
fn add_teachers(plan: &mut JobPlan, teachers: Vec<DraftTeacher>, memory: usize) {
    let mut groups: Vec<Group<(TeacherPart, DataRecipe)>> = Vec::new();
    let mut ensembles = Vec::new();
    for (index, DraftTeacher { kind, data, recipe, prepared }) in teachers.into_iter().enumerate() {
        let all = prepared.splits.train.len();
        let (part, at) = match kind {
            DraftKind::Model(part, at) => (part, at),
            DraftKind::Ensemble(members, mean) => {
                let parameters = members.iter().map(|member| plan.runs[*member].parameters).sum();
                let names: Vec<&str> = members.iter().map(|member| plan.runs[*member].model.as_str()).collect();
                let model = (name_of_several(&names), parameters);
                plan.runs.push(run(&recipe, (Role::Teacher, 0), model, None, all));
                ensembles.push((index, prepared, Work::Ensemble { members, mean }));
                continue;
            }
        };
        let model = &prepared.teachers[at];
        let training = match &part {
            TeacherPart::Train { training, .. } => Some(training.clone()),
            TeacherPart::Checkpoint(_) => None,
        };
        let rows = training.as_ref().map_or(all, |it| prepared.for_teacher(it.labelled, recipe.data.seed).rows.len());
        let size = (model.name(), model.parameter_count());
        plan.runs.push(run(&recipe, (Role::Teacher, 0), size, training.as_ref(), rows));
        let key = (without_seed(&part), data);
        match groups.iter_mut().find(|group| training.is_some() && group.key == key) {
            Some(group) => group.members.push(index),
            None => {
                let most = match model {
                    TeacherModel::ToTrain(spec) => {
                        memory / bytes_of_member(spec, training.as_ref().map_or(1, |training| training.batch))
                    }
                    TeacherModel::Ready(_) => 1,
                };
                let training = training.unwrap_or_default();
                groups.push(Group { key, most, prepared, training, part: at, members: vec![index] });
            }
        }
    }
    for Group { most, prepared, training, part, members, .. } in groups {
        for runs in members.chunks(most.max(1)) {
            add_stage(plan, prepared.clone(), runs.to_vec(), Work::Teacher(part), training.clone());
        }
    }
    for (index, prepared, work) in ensembles {
        add_stage(plan, prepared, vec![index], work, TrainingRecipe::default());
    }
}

/// Those who are trained for the result of a student, it among them: their roles, and which of them they are.
fn company_of(objective: &Objective) -> impl Iterator<Item = (Role, u32)> + use<> {
    let last = objective.generations().map_or(0, |generations| generations as u32);
    let all = match last {
        0 => 0..objective.peers() as u32,
        last => 1..last + 1,
    };
    all.map(move |place| (if place == last { Role::Student } else { Role::Companion }, place))
}

/// The run that a generation learns from: the one before, or the plain baseline. None for whoever is no generation.
fn before(runs: &[RunInfo], of: usize) -> Option<usize> {
    let run = &runs[of];
    run.recipe.distill.generations()?;
    match run.place {
        0 => None,
        1 => {
            let own = run.recipe.of_baseline(Baseline::PLAIN);
            let is_own = |other: &RunInfo| other.recipe.of_baseline(Baseline::PLAIN) == own;
            runs.iter().position(|other| other.baseline() == Some(Baseline::PLAIN) && is_own(other))
        }
        place => runs.iter().position(|other| other.is_beside(run) && other.place + 1 == place),
    }
}

/// Students, those who are trained for their sake, and baselines, in the order of their cells; populations have students before baselines,
/// and a generation follows the one before.
fn add_students(plan: &mut JobPlan, runs: impl Iterator<Item = DraftRun>, memory: usize) {
    let mut groups: Vec<Group<(u32, Recipe)>> = Vec::new();
    // By the index of the run.
    let mut teachers: Vec<Option<usize>> = vec![None; plan.runs.len()];
    for DraftRun { recipe, role, place, teacher, prepared } in runs {
        let Some(spec) = &prepared.student else { continue };
        let index = plan.runs.len();
        let model = (spec.name(), spec.plan.parameter_count());
        let rows = prepared.for_student(&recipe).rows.len();
        plan.runs.push(run(&recipe, (role, place), model, Some(&recipe.training), rows));
        teachers.push(teacher);
        let generation = recipe.distill.generations().map_or(0, |_| place);
        let key = (generation, shared_part(&recipe, role));
        // Beside another teacher a student may have other layers, or read other tokens.
        let is_of = |group: &&mut Group<(u32, Recipe)>| group.key == key && group.prepared.student == prepared.student;
        match groups.iter_mut().find(is_of) {
            Some(group) => group.members.push(index),
            None => {
                let most = memory / bytes_of_member(spec, recipe.training.batch);
                let training = recipe.training;
                groups.push(Group { key, most, prepared, training, part: 0, members: vec![index] });
            }
        }
    }
    groups.sort_by_key(|group| group.key.0);
    for (index, teacher) in teachers.iter_mut().enumerate() {
        *teacher = before(&plan.runs, index).or(*teacher);
    }
    for Group { most, prepared, training, members, .. } in groups {
        for runs in split(&members, &plan.runs, most.max(1)) {
            let work = Work::Students(runs.iter().map(|run| teachers[*run]).collect());
            add_stage(plan, prepared.clone(), runs, work, training.clone());
        }
    }
}

/// Adds the next stage of a plan.
fn add_stage(plan: &mut JobPlan, prepared: Arc<Prepared>, runs: Vec<usize>, work: Work, training: TrainingRecipe) {
    let stage = Stage(plan.stages.len() as u32);
    for run in &runs {
        plan.runs[*run].stage = stage;
    }
    plan.stages.push(StagePlan { stage, prepared, runs, work, training, has_probe: false });
}

/// Runs that may be trained together, at most so many at a time.
struct Group<K> {
    key: K,
    most: usize,
    prepared: Arc<Prepared>,
    training: TrainingRecipe,
    /// Of teachers: which model of the recipe's teacher they are.
    part: usize,
    members: Vec<usize>,
}

/// Cuts members into populations of at most `most`; the seeds of a cell stay together where they can, and peers in any case. Within one,
/// members are sorted by seed, so that those who share their batches stand side by side.
fn split(members: &[usize], runs: &[RunInfo], most: usize) -> Vec<Vec<usize>> {
    let cell = |position: usize| (runs[position].recipe.without_seed(), runs[position].role == Role::Baseline);
    let are_beside = |a: &usize, b: &usize| runs[*a].is_beside(&runs[*b]);
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut rest = members;
    while let Some(first) = rest.first() {
        let of = cell(*first);
        let len = rest.iter().take_while(|position| cell(**position) == of).count();
        let (seeds, later) = rest.split_at(len);
        let peers: Vec<&[usize]> = seeds.chunk_by(are_beside).collect();
        let each = peers.first().map_or(1, |peers| peers.len());
        for seeds in peers.chunks((most / each).max(1)).map(<[&[usize]]>::concat) {
            match parts.last_mut() {
                Some(part) if part.len() + seeds.len() <= most => part.extend(seeds),
                _ => parts.push(seeds),
            }
        }
        rest = later;
    }
    for part in &mut parts {
        part.sort_by_key(|position| runs[*position].seed);
    }
    parts
}

/// Tokens of a text that is no shorter than most.
const USUAL: usize = 64;

/// Weights, gradients, both moments and scratch, and what a step keeps of its activations.
fn bytes_of_member(spec: &ModelSpec, batch: usize) -> usize {
    let plan = &spec.plan;
    let of_text = plan.text().zip(spec.reads.text());
    let of_text = of_text.map_or(0, |(text, encoder)| text.outputs() as u64 * encoder.saved().length.min(USUAL) as u64);
    let outputs: u64 = plan
        .layers()
        .iter()
        .map(|layer| match layer {
            Layer::Dense { output, .. } => *output as u64,
            // Channels times pixels; the images of the first layers are at most the input's.
            Layer::Conv { output, .. } => (*output * plan.input.iter().skip(1).product::<usize>()) as u64,
            Layer::Pool | Layer::Flatten | Layer::Dropout { .. } => 0,
        })
        .sum();
    (5 * plan.parameter_count() + 4 * (outputs + of_text) * batch as u64) as usize * size_of::<f32>()
}

fn run(
    recipe: &Recipe,
    (role, place): (Role, u32),
    (model, parameters): (String, u64),
    training: Option<&TrainingRecipe>,
    rows: usize,
) -> RunInfo {
    let steps_per_epoch = training.map_or(0, |training| rows.div_ceil(training.batch) as u64);
    RunInfo {
        run: RunId(0),
        role,
        stage: Stage(0),
        recipe: recipe.clone(),
        teachers: Vec::new(),
        model,
        seed: training.map_or(0, |training| training.seed),
        parameters,
        steps: training.map_or(0, |training| steps_per_epoch * training.epochs as u64),
        steps_per_epoch,
        loaded: training.is_none(),
        place,
    }
}

/// What the students' transfer set leaves out does not concern a teacher.
fn for_teachers(data: &DataRecipe) -> DataRecipe {
    DataRecipe { omit_classes: Vec::new(), labelled: 1.0, label_noise: 0.0, augment: Augment::NONE, ..data.clone() }
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
    if !role.learns_by_method() || !recipe.distill.is_apart(recipe.training.epochs) {
        return shared;
    }
    let mut distill = recipe.distill.clone();
    for field in distill.method().fields.iter().filter(|field| field.is_per_member) {
        distill.set(field.path, field.usual(recipe.training.epochs));
    }
    Recipe { teacher: recipe.teacher.clone(), distill, ..shared }
}
