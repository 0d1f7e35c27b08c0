//! Several teachers that are heard as one: trained together or loaded, averaged in either way, shared by the cells of a sweep, and resumed.

use std::collections::BTreeMap;
use std::sync::Arc;

use stillroom::distill::Mean;
use stillroom::distill::soften::{soften, top_class};
use stillroom::protocol::*;
use stillroom::recipe::Sweep;

use crate::jobs::{Outcome, by_run, finished, resumed, run, started, sweep};

fn new(sweep: &Sweep) -> JobStart {
    JobStart::New(sweep.clone())
}

/// The runs of a role, in their order.
fn of_role(reports: &[Arc<Report>], role: Role) -> Vec<RunInfo> {
    started(reports).runs.into_iter().filter(|run| run.role == role).collect()
}

/// The kept logits of a run on the validation rows, row by row.
fn logits(outcome: &Outcome) -> Vec<Vec<f32>> {
    let answers = &outcome.answers[&Part::Validation];
    answers.logits.as_ref().unwrap().chunks_exact(3).map(<[f32]>::to_vec).collect()
}

/// What several models say of a row together, by the definition.
fn together(each: &[&[f32]], mean: Mean, temperature: f64) -> Vec<f64> {
    let all: Vec<Vec<f64>> = each.iter().map(|logits| soften(logits, temperature)).collect();
    let of_class = |class: usize| all.iter().map(move |p| p[class]);
    let p: Vec<f64> = (0..3)
        .map(|class| match mean {
            Mean::Probabilities => of_class(class).sum::<f64>() / all.len() as f64,
            Mean::Logits => of_class(class).product::<f64>().powf(1.0 / all.len() as f64),
        })
        .collect();
    let sum: f64 = p.iter().sum();
    p.into_iter().map(|p| p / sum).collect()
}

#[test]
fn members_of_one_model_are_trained_together_and_heard_as_one() {
    let folder = tempfile::tempdir().unwrap();
    for mean in [Mean::Probabilities, Mean::Logits] {
        let combine = format!("teacher.combine={}", mean.name());
        let reports = run(new(&sweep(folder.path(), &["teacher.members=3", &combine])), vec![]);
        let (teachers, runs) = (of_role(&reports, Role::Teacher), by_run(&reports));
        let [models @ .., ensemble] = teachers.as_slice() else { panic!("no teachers") };
        assert_eq!(models.iter().map(|run| (run.seed, run.stage.0)).collect::<Vec<_>>(), [(0, 0), (1, 0), (2, 0)]);
        assert_eq!((ensemble.model.as_str(), ensemble.loaded, ensemble.steps), ("3 × MLP 12", true, 0));
        assert_eq!(ensemble.parameters, models.iter().map(|run| run.parameters).sum::<u64>());
        assert_eq!(ensemble.teachers, models.iter().map(|run| run.run).collect::<Vec<_>>());
        let student = &of_role(&reports, Role::Student)[0];
        assert_eq!(student.teachers, [ensemble.run]);
        // Each has the bits that it has alone.
        for model in models {
            let seed = format!("teacher.seed={}", model.seed);
            let alone = run(new(&sweep(folder.path(), &[&seed])), vec![]);
            let first = of_role(&alone, Role::Teacher)[0].run;
            assert!(runs[&model.run].weights() == by_run(&alone)[&first].weights(), "seed {}", model.seed);
        }
        // Errors, agreement and the soft term are those of the mean.
        let each: Vec<Vec<Vec<f32>>> = models.iter().map(|run| logits(&runs[&run.run])).collect();
        let own = logits(&runs[&student.run]);
        let labels = &runs[&student.run].answers[&Part::Validation].labels;
        let (mut errors, mut agree, mut divergence) = (0, 0, 0.0);
        for (row, own) in own.iter().enumerate() {
            let said: Vec<&[f32]> = each.iter().map(|model| model[row].as_slice()).collect();
            let sharp = together(&said, mean, 1.0);
            let top = (0..3).max_by(|a, b| sharp[*a].total_cmp(&sharp[*b])).unwrap();
            errors += u64::from(top as u32 != labels[row]);
            agree += u32::from(top == top_class(own));
            let (p, q) = (together(&said, mean, 4.0), soften(own, 4.0));
            divergence += p.iter().zip(q).map(|(p, q)| p * (p / q).ln()).sum::<f64>() / labels.len() as f64;
        }
        let of = |run: RunId| runs[&run].finished().validation.clone().unwrap();
        assert_eq!(of(ensemble.run).errors, errors);
        let validation = of(student.run);
        assert!((validation.agreement.unwrap() - f64::from(agree) / labels.len() as f64).abs() < 1e-12);
        let soft = validation.loss.get("soft").unwrap();
        assert!((soft - divergence).abs() < 1e-6 * divergence, "{mean:?}: {soft} against {divergence}");
    }
}

#[test]
fn a_list_may_hold_files_and_models_of_any_layers() {
    let folder = tempfile::tempdir().unwrap();
    let alone = run(new(&sweep(folder.path(), &["teacher.seed=5"])), vec![]);
    let teacher = of_role(&alone, Role::Teacher)[0].run;
    let path = folder.path().join("five.safetensors");
    std::fs::write(&path, by_run(&alone)[&teacher].finished().checkpoint.as_ref().unwrap().as_slice()).unwrap();
    let path = toml::Value::from(path.to_str().unwrap());
    let list = format!("teacher={{ ensemble = [{path}, {{ mlp = [5] }}, {{ mlp = [] }}], epochs = 2 }}");
    let reports = run(new(&sweep(folder.path(), &[&list])), vec![]);
    let teachers = of_role(&reports, Role::Teacher);
    let said: Vec<_> = teachers.iter().map(|run| (run.model.as_str(), run.loaded, run.seed)).collect();
    assert_eq!(
        said,
        [("MLP 12", true, 0), ("MLP 5", false, 1), ("linear", false, 2), ("MLP 12 + MLP 5 + linear", true, 0)]
    );
    let runs = by_run(&reports);
    assert!(runs.values().all(|run| run.finished().outcome == RunOutcome::Done));
    // The lens can show each of the models.
    let probe = &started(&reports).probe;
    assert!(probe.teacher.is_empty());
    assert!(teachers[..3].iter().all(|run| !runs[&run.run].snapshots.is_empty()));
    // Of files alone the answers come with the rows.
    let loaded = run(new(&sweep(folder.path(), &[&format!("teacher={{ checkpoint = {path} }}")])), vec![]);
    assert_eq!(started(&loaded).probe.teacher.len(), 3 * started(&loaded).probe.rows.len());
}

#[test]
fn cells_of_a_sweep_share_models_and_each_run_knows_its_own_teacher() {
    let folder = tempfile::tempdir().unwrap();
    let overrides = ["teacher.members=[1, 3]", "teacher.seed=0", "training.seed=[0, 1]"];
    let grid = sweep(folder.path(), &overrides);
    let reports = run(new(&grid), vec![]);
    let (teachers, runs) = (of_role(&reports, Role::Teacher), by_run(&reports));
    assert_eq!(teachers.iter().map(|run| run.teachers.len()).collect::<Vec<_>>(), [0, 0, 0, 3]);
    assert_eq!(teachers.iter().map(|run| run.stage.0).collect::<Vec<_>>(), [0, 0, 0, 1], "one population");
    let students = of_role(&reports, Role::Student);
    let learnt: Vec<RunId> = students.iter().map(|run| run.teachers[0]).collect();
    assert_eq!(learnt, [teachers[0].run, teachers[0].run, teachers[3].run, teachers[3].run]);
    for (cell, student) in grid.cells().unwrap().into_iter().zip(&students) {
        let alone = run(new(&cell.recipe.into()), vec![]);
        let own = of_role(&alone, Role::Student)[0].run;
        assert!(runs[&student.run].weights() == by_run(&alone)[&own].weights(), "{:?}", cell.values);
    }
}

#[test]
fn a_job_with_an_ensemble_goes_on_from_any_resume_state() {
    let folder = tempfile::tempdir().unwrap();
    let whole = run(new(&sweep(folder.path(), &["teacher.members=2"])), vec![]);
    let expected = by_run(&whole);
    let states = whole.iter().filter_map(|report| match &**report {
        Report::ResumeState(state) => Some(state),
        _ => None,
    });
    let mut stages = BTreeMap::new();
    for state in states {
        *stages.entry(state.stage.0).or_insert(0) += 1;
        let again = run(resumed(&whole, state), vec![]);
        let all: Vec<Arc<Report>> = whole.iter().chain(&again).cloned().collect();
        assert!(by_run(&all) == expected, "from {:?} {}", state.stage, state.step);
    }
    assert!(stages[&0] > 0 && stages[&2] > 1, "{stages:?}");
}

#[test]
fn teachers_that_begin_again_take_their_ensemble_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let whole = run(new(&sweep(folder.path(), &["teacher.members=2"])), vec![]);
    let Started { job, sweep, runs, data, .. } = started(&whole);
    let expected = by_run(&whole);
    let again: Vec<RunId> =
        runs.iter().filter(|run| !run.loaded && run.role != Role::Baseline).map(|run| run.run).collect();
    let resume = ResumeJob {
        job,
        sweep,
        runs: runs.clone(),
        data,
        state: None,
        events: vec![],
        finished: finished(&whole),
        retry: again.clone(),
        outside: Vec::new(),
    };
    let reports = run(JobStart::Resume(resume), vec![]);
    let Report::Resumed(resumed) = &*reports[0] else { panic!("it resumes") };
    let moved: Vec<(RunId, u32)> = resumed.retried.iter().map(|(run, stage)| (*run, stage.0)).collect();
    let ids: Vec<RunId> = runs.iter().map(|run| run.run).collect();
    assert_eq!(moved, [(ids[0], 3), (ids[1], 3), (ids[2], 4), (ids[3], 5)]);
    let all: Vec<Arc<Report>> = whole.iter().chain(&reports).cloned().collect();
    let found = by_run(&all);
    for run in again {
        assert!(found[&run].weights() == expected[&run].weights(), "{run}");
    }
    assert!(found[&ids[2]].finished().validation == expected[&ids[2]].finished().validation);
}
