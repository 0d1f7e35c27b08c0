//! The stages of a job one after the other, then a look at the test rows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::cost::cost_of;
use super::engine::{Engine, now};
use super::error::Halt;
use super::evaluate::{Asked, metrics, of_several, said};
use super::inbox::Inbox;
use super::job::Job;
use super::layers::InnerLayers;
use super::matched::TeacherSide;
use super::member::{Member, Source, Status};
use super::outside::data_digest;
use super::plan::{JobPlan, StagePlan, Work};
use super::prepared::TeacherModel;
use super::session::{Session, Setup};
use super::stage::StageRun;
use super::teachers::KnownTeacher;
use crate::distill::{Objective, Reference, Said, evaluate};
use crate::model::{Checkpoint, CheckpointError, Ensemble, ModelSpec, population_logits};
use crate::protocol::{
    FinishedRun, JobId, KeptWeights, Outside, OutsideTeacher, Part, Report, Role, RunFinished, RunInfo, RunOutcome,
    Snapshot, Tested,
};
use crate::recipe::{BASELINES, Baseline, Recipe, Strategy, Sweep, TeacherPart, TeacherRecipe, TrainingRecipe};
use crate::text::phrase;

/// Trained, loaded or put together, by the indices of their runs.
type Teachers = BTreeMap<usize, Arc<KnownTeacher>>;

/// Runs a job to its end.
pub(super) fn run(
    engine: &mut Engine,
    job: &mut Job,
    sweep: &Sweep,
    plan: &JobPlan,
    inbox: &Inbox,
) -> Result<(), Halt> {
    let mut teachers = Teachers::new();
    for stage in &plan.stages {
        let is_before = job.resume.as_ref().is_some_and(|(first, _)| stage.stage < *first);
        match &stage.work {
            Work::Teacher(model) => {
                let taught = match stage.prepared.teachers.get(*model) {
                    None => return Err(Halt::Failed(phrase!("job-teacher-missing"))),
                    Some(TeacherModel::Ready(teacher)) => {
                        keep_outside(engine, job.id, stage, plan, (*model, teacher), inbox)?;
                        tell_ready(engine, stage, plan, teacher, inbox)?;
                        vec![teacher.clone()]
                    }
                    Some(TeacherModel::ToTrain(_)) if is_before => stored_teachers(engine, job, stage, plan)?,
                    Some(TeacherModel::ToTrain(spec)) => train_teachers(engine, job, stage, spec, plan, inbox)?,
                };
                teachers.extend(stage.runs.iter().copied().zip(taught));
            }
            Work::Ensemble { members, mean } => {
                let members = members.iter().map(|member| Ok(teacher_of(&teachers, *member)?.shared()));
                let ensemble = Ensemble { members: members.collect::<Result<_, Halt>>()?, mean: *mean };
                let ensemble = Arc::new(KnownTeacher::new(Arc::new(ensemble)));
                tell_ready(engine, stage, plan, &ensemble, inbox)?;
                teachers.extend(stage.runs.iter().map(|run| (*run, ensemble.clone())));
            }
            Work::Students(_) => {
                let taught = if is_before {
                    stored_students(engine, job, stage, plan)?
                } else {
                    match without_orphans(engine, stage, plan, &teachers, inbox)? {
                        Some(stage) => student_stage(engine, job, &stage, sweep, plan, &teachers, inbox)?,
                        None => Vec::new(),
                    }
                };
                teachers.extend(taught);
            }
        }
    }
    if !sweep.is_single() && !sweep.test_all {
        test_chosen(engine, job, plan, &teachers, inbox)?;
    }
    Ok(())
}

/// Those students of a stage that later ones learn from, where they have come to something, by the indices of their runs.
fn stored_students(
    engine: &Engine,
    job: &Job,
    stage: &StagePlan,
    plan: &JobPlan,
) -> Result<Vec<(usize, Arc<KnownTeacher>)>, Halt> {
    let stored = |run: &usize| Some((*run, weights_of(job, plan, *run)?)).filter(|_| plan.is_learnt_from(*run));
    let taught = |(run, weights): (usize, &KeptWeights)| {
        let checkpoint = checkpoint(weights).map_err(|error| Halt::Failed(error.phrase()))?;
        Ok((run, KnownTeacher::taught_here(checkpoint.network(&engine.device)?)))
    };
    stage.runs.iter().filter_map(stored).map(taught).collect()
}

/// The weights that a run came to.
fn weights_of<'a>(job: &'a Job, plan: &JobPlan, run: usize) -> Option<&'a KeptWeights> {
    let run = plan.runs[run].run;
    job.finished.iter().find(|known| known.run == run)?.weights.as_ref()
}

/// A stage of students without those whose generation before has come to nothing: they come to nothing, too, which is reported. None where
/// nobody is left.
fn without_orphans(
    engine: &mut Engine,
    stage: &StagePlan,
    plan: &JobPlan,
    teachers: &Teachers,
    inbox: &Inbox,
) -> Result<Option<StagePlan>, Halt> {
    let is_orphan = |member: &usize| {
        let mut of = stage.teachers_of(*member).iter();
        of.any(|of| plan.runs[*of].role != Role::Teacher && !teachers.contains_key(of))
    };
    let (orphans, rest): (Vec<usize>, Vec<usize>) = (0..stage.runs.len()).partition(is_orphan);
    let ended = |member: usize| {
        let run = plan.runs[stage.runs[member]].run;
        Report::RunFinished(RunFinished { outcome: RunOutcome::Diverged, ..RunFinished::at_once(run, now()) })
    };
    engine.emit_all_committed(orphans.into_iter().map(ended).collect(), inbox)?;
    Ok((!rest.is_empty()).then(|| stage.of(stage.stage, &rest)))
}

fn teacher_of(teachers: &Teachers, run: usize) -> Result<&Arc<KnownTeacher>, Halt> {
    teachers.get(&run).ok_or_else(|| Halt::Failed(phrase!("job-teacher-untrained")))
}

/// The teachers of a stage that is over, in the order of its runs.
fn stored_teachers(
    engine: &Engine,
    job: &Job,
    stage: &StagePlan,
    plan: &JobPlan,
) -> Result<Vec<Arc<KnownTeacher>>, Halt> {
    let known = stage.runs.iter().map(|run| {
        let weights = weights_of(job, plan, *run).ok_or_else(|| Halt::Failed(phrase!("job-teacher-missing")))?;
        let checkpoint = checkpoint(weights).map_err(|error| Halt::Failed(error.phrase()))?;
        Ok(KnownTeacher::taught_here(checkpoint.network(&engine.device)?))
    });
    known.collect()
}

/// Trains the teachers of a stage; in the order of its runs.
fn train_teachers(
    engine: &mut Engine,
    job: &mut Job,
    stage: &StagePlan,
    spec: &ModelSpec,
    plan: &JobPlan,
    inbox: &Inbox,
) -> Result<Vec<Arc<KnownTeacher>>, Halt> {
    let runs: Vec<RunInfo> = stage.runs.iter().map(|run| plan.runs[*run].clone()).collect();
    let prepared = &*stage.prepared;
    let data_seed = runs.first().map_or(0, |run| run.recipe.data.seed);
    let members = runs.iter().map(|run| member(Objective::labels(), Vec::new(), run.seed, &stage.training));
    let members: Vec<Member> = members.collect();
    let seeds: Vec<u64> = members.iter().map(|member| member.seed).collect();
    let setup = Setup {
        recipe: stage.training.clone(),
        dataset: prepared.dataset.clone(),
        transfer: prepared.for_teacher(stage.training.labelled, data_seed),
        side: TeacherSide::default(),
        layers: None,
        stands_in: None,
    };
    let session = Session::new(spec.seeded(&seeds, &engine.device)?, members, setup)?;
    let mut part = StageRun::new(session, runs, stage, Strategy::Grid, true);
    engine.train(job, &mut part, plan, inbox)?;
    if !part.session.members.iter().all(Member::is_active) {
        return Err(Halt::Failed(phrase!("job-teacher-diverged")));
    }
    let all: Vec<usize> = (0..part.session.members.len()).collect();
    part.as_teachers(&all)
}

/// Keeps what a teacher from outside says of all rows of its data.
fn keep_outside(
    engine: &mut Engine,
    job: JobId,
    stage: &StagePlan,
    plan: &JobPlan,
    (model, teacher): (usize, &KnownTeacher),
    inbox: &Inbox,
) -> Result<(), Halt> {
    let prepared = &*stage.prepared;
    let run = &plan.runs[stage.runs[0]];
    let parts = run.recipe.teacher.as_ref().map(TeacherRecipe::parts).unwrap_or_default();
    let Some(TeacherPart::Checkpoint(source)) = parts.get(model).filter(|_| teacher.is_outside()) else {
        return Ok(());
    };
    // Of synthetic texts a live one is asked again.
    if !Arc::ptr_eq(&prepared.dataset, &prepared.learnt) {
        return Ok(());
    }
    let all = teacher.all_logits(&prepared.dataset, &|| inbox.closing())?;
    let teacher = OutsideTeacher {
        source: source.written(),
        data: data_digest(&prepared.dataset),
        name: teacher.name(),
        parameters: teacher.parameter_count(),
        digest: teacher.digest(),
        classes: all.classes as u64,
    };
    engine.emit_committed(Report::Outside(Outside { job, teacher, logits: all.values.clone() }), inbox)
}

/// Reports what a teacher is worth that needs no training here, and what it says of the lens's rows, where those do not come with its
/// answers yet.
fn tell_ready(
    engine: &mut Engine,
    stage: &StagePlan,
    plan: &JobPlan,
    teacher: &KnownTeacher,
    inbox: &Inbox,
) -> Result<(), Halt> {
    let (prepared, run) = (&*stage.prepared, plan.runs[stage.runs[0]].run);
    let all = teacher.all_logits(&prepared.learnt, &|| inbox.closing())?;
    if stage.has_probe && all.teachers == 1 && !plan.probe_has_answers() {
        let logits = Arc::new(all.logits_of(&prepared.probe, 1.0));
        engine.emit(Report::Snapshot(Snapshot { run, step: 0, logits }), inbox)?;
    }
    let labels = Objective::labels();
    let split = |part: Part, rows: &[u32]| {
        let rows: &[u32] = &rows.iter().copied().filter(|row| teacher.knows_row(*row)).collect::<Vec<_>>();
        let logits = all.logits_of(rows, 1.0);
        let result = evaluate(&logits, &prepared.labels(rows), Reference::default(), &labels, 0.0, all.classes);
        (metrics(result, &labels), Asked::of(prepared, part, rows).answers(run, 0, &logits))
    };
    let parts = [(Part::Validation, &prepared.splits.validation), (Part::Test, &prepared.splits.test)];
    let judged = teacher.is_judged().then(|| parts.map(|(part, rows)| split(part, rows)));
    let (results, answers): (Vec<_>, Vec<_>) = judged.into_iter().flatten().unzip();
    let mut results = results.into_iter();
    let cost = match teacher.network() {
        Some((network, _)) if engine.device.is_cpu() => {
            let measure = || cost_of(network, teacher.reads(&prepared.dataset), &prepared.splits.validation);
            Some(engine.cost_of(&network.spec().plan, measure)?)
        }
        _ => None,
    };
    let (validation, test) = (results.next(), results.next());
    let finished = RunFinished { validation, test, cost, ..RunFinished::at_once(run, now()) };
    let answers = answers.into_iter().map(Report::Answers);
    engine.emit_all_committed(answers.chain([Report::RunFinished(finished)]).collect(), inbox)
}

/// Trains the students of a stage; those that later ones learn from, by the indices of their runs.
fn student_stage(
    engine: &mut Engine,
    job: &mut Job,
    stage: &StagePlan,
    sweep: &Sweep,
    plan: &JobPlan,
    teachers: &Teachers,
    inbox: &Inbox,
) -> Result<Vec<(usize, Arc<KnownTeacher>)>, Halt> {
    let prepared = &*stage.prepared;
    let (Some(spec), Work::Students(teacher_of_each)) = (&prepared.student, &stage.work) else { return Ok(Vec::new()) };
    // Only the teachers in use, in the order of their first member.
    let mut used: Vec<usize> = Vec::new();
    let runs: Vec<RunInfo> = stage.runs.iter().map(|run| plan.runs[*run].clone()).collect();
    let mut members = Vec::with_capacity(runs.len());
    for (k, (run, of)) in runs.iter().zip(teacher_of_each).enumerate() {
        let index = of.map(|of| {
            used.iter().position(|known| *known == of).unwrap_or_else(|| {
                used.push(of);
                used.len() - 1
            })
        });
        let peers = runs.iter().enumerate().filter(|(other, it)| *other != k && it.is_beside(run));
        let peers: Vec<Source> = peers.map(|(other, _)| Source::Peer(other)).collect();
        let sources = if peers.is_empty() { index.map(Source::Model).into_iter().collect() } else { peers };
        let alone = member(run.objective(), sources, run.seed, &run.recipe.training);
        members.push(Member { compared: index, ..alone }.drawing(run.draws()));
    }
    let is_replaced = members.first().is_some_and(|member| member.objective.method().replaces.is_some());
    let known = used.into_iter().map(|of| teacher_of(teachers, of).cloned()).collect::<Result<Vec<_>, _>>()?;
    let logits = known.iter().map(|teacher| teacher.all_logits(&prepared.learnt, &|| inbox.closing()));
    let logits = logits.collect::<Result<Vec<_>, _>>()?;
    // Only pictures are shifted; a teacher of its own view looks at them as they are.
    let is_shifted = stage.training.jitter > 0 && prepared.dataset.pixel_scale.is_some();
    let stands_in = known.first().filter(|_| is_replaced).cloned();
    let are_asked = is_shifted && known.iter().all(|teacher| teacher.knows_inputs());
    let seeds: Vec<u64> = members.iter().map(|member| member.draws).collect();
    let layers = match (members.first(), known.first()) {
        (Some(Member { objective, .. }), Some(teacher)) => {
            let dataset = &prepared.learnt;
            InnerLayers::new(objective, spec, teacher.clone(), &seeds, dataset, are_asked, &engine.device)?
        }
        _ => None,
    };
    // Members of one population have their batches of the same rows.
    let transfer = runs.first().map_or(Cow::Borrowed(&prepared.transfer), |run| prepared.for_student(&run.recipe));
    let setup = Setup {
        recipe: stage.training.clone(),
        dataset: prepared.learnt.clone(),
        transfer: transfer.into_owned(),
        side: TeacherSide { logits, asked: if are_asked { known } else { Vec::new() } },
        layers,
        stands_in,
    };
    let population = if spec.plan.architecture.is_of_teacher() {
        let of_each = teacher_of_each.iter().map(|of| teacher_of(teachers, of.unwrap_or(usize::MAX)));
        let of_each = of_each.collect::<Result<Vec<_>, _>>()?;
        let networks = of_each.iter().filter_map(|teacher| teacher.network()).collect::<Vec<_>>();
        spec.seeded_from(&seeds, &networks, &engine.device)?
    } else {
        spec.seeded(&seeds, &engine.device)?
    };
    let session = Session::new(population, members, setup)?;
    let tests = sweep.is_single() || sweep.test_all;
    let mut part = StageRun::new(session, runs, stage, sweep.strategy, tests);
    engine.train(job, &mut part, plan, inbox)?;
    let lost = |member: &Member| !member.is_active() && member.status != Status::Stopped;
    if sweep.is_single() && part.session.members.iter().all(lost) {
        return Err(Halt::Failed(phrase!("job-diverged")));
    }
    let is_asked = |(k, member): &(usize, &Member)| !lost(member) && plan.is_learnt_from(stage.runs[part.place_of(*k)]);
    let asked: Vec<usize> =
        part.session.members.iter().enumerate().filter(is_asked).map(|(member, _)| member).collect();
    let taught = part.as_teachers(&asked)?.into_iter().zip(asked);
    Ok(taught.map(|(teacher, member)| (stage.runs[part.place_of(member)], teacher)).collect())
}

/// Looks at the test rows, once: for the cell with the fewest validation errors and for the best of each kind of baseline, each
/// over all seeds.
fn test_chosen(engine: &mut Engine, job: &Job, plan: &JobPlan, teachers: &Teachers, inbox: &Inbox) -> Result<(), Halt> {
    let students = best_cell(job, plan, &|run| run.role == Role::Student);
    let student = students.first().and_then(|it| plan.runs.iter().find(|run| run.run == it.run));
    let student = student.map(|run| run.recipe.without_seed());
    // What takes longer is that of the chosen student.
    let is_beside = |run: &RunInfo, baseline: &'static Baseline| match &student {
        Some(student) if baseline.is_longer => {
            run.recipe.of_baseline(baseline).without_seed() == student.of_baseline(baseline)
        }
        _ => true,
    };
    let baselines = BASELINES
        .iter()
        .flat_map(|baseline| best_cell(job, plan, &|run| run.baseline() == Some(baseline) && is_beside(run, baseline)));
    for finished in students.into_iter().chain(baselines) {
        let Some(weights) = finished.weights.as_ref().filter(|_| !finished.tested) else { continue };
        let position = plan.runs.iter().position(|run| run.run == finished.run);
        let found = position.and_then(|position| {
            let stage = plan.stages.iter().find(|stage| stage.runs.contains(&position))?;
            let member = stage.runs.iter().position(|run| *run == position)?;
            Some((position, stage, stage.teachers_of(member).first()))
        });
        let Some((position, stage, of)) = found else { continue };
        let prepared = &*stage.prepared;
        let checkpoint = checkpoint(weights).map_err(|error| Halt::Failed(error.phrase()))?;
        let network = checkpoint.network(&engine.device)?;
        let rows = &prepared.splits.test;
        let logits = population_logits(&*network, &prepared.dataset, rows, &|| inbox.closing())?;
        let objective = plan.runs[position].objective().moved_to(1.0);
        let classes = prepared.dataset.classes.len();
        let labels = prepared.labels(rows);
        let teacher = match of {
            None => None,
            Some(of) => {
                let teacher = teacher_of(teachers, *of)?;
                Some(teacher.all_logits(&prepared.learnt, &|| inbox.closing())?)
            }
        };
        let at = |t: f64| teacher.as_ref().map_or_else(Vec::new, |logits| of_several(logits, rows, t));
        let (plain, softened) = (at(1.0), at(objective.temperature().unwrap_or(1.0)));
        let beside = teacher.as_ref().map_or_else(Reference::default, |teacher| Reference {
            plain: Some(said(teacher, rows, &plain)),
            softened: if objective.peers() > 1 { Said::default() } else { said(teacher, rows, &softened) },
        });
        let epochs = stage.training.epochs as f64;
        let test = metrics(evaluate(&logits, &labels, beside, &objective, epochs, classes), &objective);
        let answers = Asked::of(prepared, Part::Test, rows).answers(finished.run, 0, &logits);
        let tested = Report::Tested(Tested { run: finished.run, test });
        engine.emit_all_committed(vec![Report::Answers(answers), tested], inbox)?;
    }
    Ok(())
}

/// The runs of the cell of a kind with the fewest validation errors on average over its seeds, the first of equals. What was
/// edited, stopped or lost does not count.
fn best_cell<'a>(job: &'a Job, plan: &JobPlan, is_of_kind: &dyn Fn(&RunInfo) -> bool) -> Vec<&'a FinishedRun> {
    let mut cells: Vec<(Recipe, Vec<&FinishedRun>)> = Vec::new();
    for run in plan.runs.iter().filter(|run| is_of_kind(run)) {
        let Some(finished) = job.finished.iter().find(|finished| finished.run == run.run) else { continue };
        if finished.outcome != RunOutcome::Done || job.is_edited(run) {
            continue;
        }
        let cell = run.recipe.without_seed();
        match cells.iter_mut().find(|(known, _)| *known == cell) {
            Some((_, runs)) => runs.push(finished),
            None => cells.push((cell, vec![finished])),
        }
    }
    let errors = |runs: &[&FinishedRun]| {
        let errors = runs.iter().filter_map(|run| Some(run.validation.as_ref()?.errors as f64));
        errors.sum::<f64>() / runs.len() as f64
    };
    let best = cells.into_iter().min_by(|(_, a), (_, b)| errors(a).total_cmp(&errors(b)));
    best.map_or_else(Vec::new, |(_, runs)| runs)
}

fn member(objective: Objective, teachers: Vec<Source>, seed: u64, training: &TrainingRecipe) -> Member {
    Member::new(objective, teachers, seed, training.learning_rate, training.weight_decay)
}

/// Reads kept weights.
fn checkpoint(weights: &KeptWeights) -> Result<Checkpoint, CheckpointError> {
    match weights {
        KeptWeights::Bytes(bytes) => Checkpoint::from_bytes("a stored model", bytes),
        KeptWeights::File(path) => Checkpoint::read(path),
    }
}
