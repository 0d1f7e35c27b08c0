//! Whole sweeps through the training thread: each member as if it were alone, whatever happens to the others.

use std::collections::BTreeMap;
use std::sync::Arc;

use stillroom::protocol::*;
use stillroom::protocol::{JobStart, Request, ResumeJob};
use stillroom::recipe::Sweep;

use crate::jobs::{Outcome, by_run, finished, resumed, run, run_within, started, sweep};

/// Outcomes by what tells runs apart: role, T, soft weight, learning rate, seed.
fn by_cell(reports: &[Arc<Report>]) -> BTreeMap<String, Outcome> {
    let mut outcomes = by_run(reports);
    let name = |info: &RunInfo| {
        let training = &info.recipe.training;
        let cell =
            format!("{:?} {:?} {}", info.temperature(), info.setting(Setting::SOFT_WEIGHT), training.learning_rate);
        format!("{} {cell} {} {:?}", info.role.name(), info.seed, info.recipe.student)
    };
    let runs = started(reports).runs;
    let named: BTreeMap<_, _> = runs.iter().map(|info| (name(info), outcomes.remove(&info.run).unwrap())).collect();
    assert_eq!(named.len(), runs.len(), "no two runs are the same");
    named
}

/// What a member leaves, the look at the test rows aside: in a sweep they are looked at for the chosen cell alone.
fn untested(outcome: &Outcome) -> Outcome {
    let mut outcome = outcome.clone();
    if let Some(finished) = &mut outcome.finished {
        finished.test = None;
    }
    outcome.answers.remove(&Part::Test);
    outcome
}

const GRID: [&str; 4] = [
    "distill.temperature=[1, 4, 20]",
    "distill.soft_weight=[0.5, 0.9]",
    "distill.hard_weight=\"complement\"",
    "training.seed=[0, 1]",
];

#[test]
fn each_member_of_a_sweep_is_what_it_is_alone_in_one_population_or_in_several() {
    let folder = tempfile::tempdir().unwrap();
    let grid = sweep(folder.path(), &GRID);
    let together = run(JobStart::New(grid.clone()), vec![]);
    assert_eq!(started(&together).runs.iter().map(|run| run.stage.0).max(), Some(1), "one teacher, one population");
    let found = by_cell(&together);
    assert_eq!(found.len(), 1 + 12 + 2);
    // A population of two members at most.
    let split = run_within(2 * 4 * (5 * 51 + 4 * 9 * 16), JobStart::New(grid.clone()), vec![]);
    let parts = started(&split).runs.iter().map(|run| run.stage.0).max().unwrap();
    assert!(parts > 3, "{parts}");
    assert!(by_cell(&split) == found);
    for cell in grid.cells().unwrap() {
        for (name, alone) in by_cell(&run(JobStart::New(cell.recipe.into()), vec![])) {
            // The files of a teacher or a baseline name the recipe of their first cell; the weights are the same.
            let without_file = |outcome: &Outcome| {
                let mut outcome = untested(outcome);
                outcome.finished.as_mut().unwrap().checkpoint = None;
                outcome
            };
            assert!(found[&name].weights() == alone.weights(), "{name}");
            assert!(without_file(&found[&name]) == without_file(&alone), "{name}");
        }
    }
}

#[test]
fn cells_of_different_models_data_and_rates_make_populations_as_they_must() {
    let folder = tempfile::tempdir().unwrap();
    let overrides = [
        "student.model={ any = [{ mlp = [6] }, { mlp = [3, 3] }] }",
        "training.learning_rate=[0.01, 0.02]",
        "data.labelled=[1, 0.5]",
    ];
    let grid = sweep(folder.path(), &overrides);
    let reports = run(JobStart::New(grid.clone()), vec![]);
    let runs = started(&reports).runs;
    // One teacher serves all: it does not concern itself with the labels of the transfer set.
    assert_eq!(runs.iter().filter(|run| run.role == Role::Teacher).count(), 1);
    // Learning rates share a population; models and transfer sets do not.
    let stages: Vec<u32> = runs.iter().filter(|run| run.role == Role::Student).map(|run| run.stage.0).collect();
    assert_eq!(stages.len(), 8);
    assert_eq!(stages.iter().max(), Some(&4));
    // Each learning rate, model and transfer set has a baseline of its own.
    assert_eq!(runs.iter().filter(|run| run.role == Role::Baseline).count(), 8);
    let outcomes = by_run(&reports);
    assert!(outcomes.values().all(|outcome| outcome.finished().outcome == RunOutcome::Done));
}

#[test]
fn a_baseline_is_trained_once_for_what_is_swept_of_distillation() {
    let folder = tempfile::tempdir().unwrap();
    let runs = started(&run(JobStart::New(sweep(folder.path(), &GRID)), vec![])).runs;
    let baselines: Vec<u64> = runs.iter().filter(|run| run.role == Role::Baseline).map(|run| run.seed).collect();
    assert_eq!(baselines, [0, 1]);
    // One that learns the teacher's classes is another beside each teacher.
    let all = ["training.baseline=[\"plain\", \"label-smoothing\", \"teacher-labels\"]", "teacher.seed=[0, 1]"];
    let all: Vec<&str> = GRID.into_iter().chain(all).collect();
    let runs = started(&run(JobStart::New(sweep(folder.path(), &all)), vec![])).runs;
    let count = |name: &str| runs.iter().filter(|run| run.role == Role::Baseline && run.name() == name).count();
    assert_eq!((count("baseline"), count("label-smoothing"), count("teacher-labels")), (2, 2, 4));
    let off: Vec<&str> = GRID.into_iter().chain(["training.baseline=false"]).collect();
    let runs = started(&run(JobStart::New(sweep(folder.path(), &off)), vec![])).runs;
    assert!(runs.iter().all(|run| run.role != Role::Baseline));
}

#[test]
fn the_test_rows_are_looked_at_for_the_cell_that_validation_chooses() {
    let folder = tempfile::tempdir().unwrap();
    let reports = run(JobStart::New(sweep(folder.path(), &GRID)), vec![]);
    let (runs, outcomes) = (started(&reports).runs, by_run(&reports));
    let cell =
        |info: &RunInfo| [Setting::TEMPERATURE, Setting::SOFT_WEIGHT].map(|it| info.setting(it).unwrap().to_bits());
    let mut cells: BTreeMap<_, Vec<(u64, bool)>> = BTreeMap::new();
    for info in runs.iter().filter(|info| info.role == Role::Student) {
        let end = outcomes[&info.run].finished();
        cells.entry(cell(info)).or_default().push((end.validation.as_ref().unwrap().errors, end.test.is_some()));
    }
    let errors = |runs: &[(u64, bool)]| runs.iter().map(|(errors, _)| errors).sum::<u64>();
    let fewest = cells.values().map(|runs| errors(runs)).min().unwrap();
    let tested: Vec<_> = cells.values().filter(|runs| runs.iter().any(|(_, tested)| *tested)).collect();
    assert_eq!(tested.len(), 1);
    assert!(tested[0].iter().all(|(_, tested)| *tested), "over all its seeds");
    assert_eq!(errors(tested[0]), fewest);
    // Its test result is that of the same cell alone.
    let of_baselines = runs.iter().filter(|info| info.role == Role::Baseline);
    assert!(of_baselines.clone().all(|info| outcomes[&info.run].finished().test.is_some()));
    let chosen = runs.iter().find(|info| info.role == Role::Student && outcomes[&info.run].finished().test.is_some());
    let chosen = chosen.unwrap();
    let alone = run(JobStart::New(chosen.recipe.clone().into()), vec![]);
    let (alone_runs, alone) = (started(&alone).runs, by_run(&alone));
    let student = alone_runs.iter().find(|info| info.role == Role::Student).unwrap();
    assert_eq!(alone[&student.run].finished().test, outcomes[&chosen.run].finished().test);
    // Asked for, it is looked at for all.
    let all: Vec<&str> = GRID.into_iter().chain(["sweep.test_all=true"]).collect();
    let all = by_run(&run(JobStart::New(sweep(folder.path(), &all)), vec![]));
    assert!(all.values().all(|outcome| outcome.finished().test.is_some()));
}

#[test]
fn a_member_that_diverges_is_marked_and_the_others_keep_their_bits() {
    let folder = tempfile::tempdir().unwrap();
    let plain = ["training.clip=0", "distill.temperature=[2, 4]"];
    let wild = ["training.clip=0", "distill.temperature=[2, 4]", "distill.soft_weight=[0.9, 1e30]"];
    let healthy = by_cell(&run(JobStart::New(sweep(folder.path(), &plain)), vec![]));
    let reports = run(JobStart::New(sweep(folder.path(), &wild)), vec![]);
    let mixed = by_cell(&reports);
    for (name, outcome) in &healthy {
        assert!(untested(&mixed[name]) == untested(outcome), "{name}");
    }
    let diverged = mixed.values().filter(|outcome| outcome.finished().outcome == RunOutcome::Diverged).count();
    assert_eq!(diverged, 2);
    let Some(Report::JobEnded(end)) = reports.last().map(|report| &**report) else { panic!() };
    assert_eq!(end.outcome, JobOutcome::Done);
}

#[test]
fn one_run_can_be_moved_or_stopped_and_the_others_do_not_notice() {
    let folder = tempfile::tempdir().unwrap();
    let grid = sweep(folder.path(), &["distill.temperature=[1, 2, 4]"]);
    let plain = by_run(&run(JobStart::New(grid.clone()), vec![]));
    // Runs 2 to 4 are the students; the teacher has 14 steps.
    let (moved, stopped) = (RunId(2), RunId(3));
    let mut requests = vec![Request::Pause];
    requests.extend((0..14 + 5).map(|_| Request::StepOnce));
    requests.extend([
        Request::change(Setting::TEMPERATURE, 9.0, Some(moved)),
        Request::StopRun(stopped),
        Request::StopRun(RunId(99)),
        Request::Play,
    ]);
    let reports = run(JobStart::New(grid), requests);
    let found = by_run(&reports);
    for (run, outcome) in &plain {
        if *run != moved && *run != stopped {
            assert!(untested(&found[run]) == untested(outcome), "{run}");
        }
    }
    assert_ne!(found[&moved].weights(), plain[&moved].weights());
    let end = found[&stopped].finished();
    assert_eq!((end.outcome, end.steps, found[&stopped].total.len()), (RunOutcome::Stopped, 5, 5));
    assert!(end.checkpoint.is_some() && end.validation.is_some());
    // What was moved or stopped is not chosen, so the test rows are looked at for what is left.
    assert!(found[&moved].finished().test.is_none() && end.test.is_none());
    assert!(found[&RunId(4)].finished().test.is_some());
    resumes_the_same(&reports);
}

#[test]
fn what_failed_begins_anew_and_ends_as_if_nothing_had_happened() {
    let folder = tempfile::tempdir().unwrap();
    let grid = sweep(folder.path(), &["distill.temperature=[1, 2, 4]"]);
    let plain = by_run(&run(JobStart::New(grid.clone()), vec![]));
    let (moved, stopped) = (RunId(2), RunId(3));
    let mut requests = vec![Request::Pause];
    requests.extend((0..14 + 5).map(|_| Request::StepOnce));
    let change = Request::change(Setting::LEARNING_RATE, 0.5, Some(moved));
    requests.extend([change, Request::StopRun(stopped), Request::Play]);
    let first = run(JobStart::New(grid), requests);
    let retried = run(again(&first, &[stopped, moved]), vec![]);
    let Some(Report::Resumed(it)) = retried.first().map(|report| &**report) else { panic!() };
    // The teacher's stage and the students' are followed by one for those that begin anew.
    assert_eq!((it.stage, it.step, &it.retried), (Stage(2), 0, &vec![(moved, Stage(2)), (stopped, Stage(2))]));
    let found = by_run(&[first, retried.clone()].concat());
    for run in [moved, stopped] {
        assert!(untested(&found[&run]) == untested(&plain[&run]), "{run}");
    }
    // Nobody else is trained twice.
    let is_of_others =
        |report: &Arc<Report>| matches!(&**report, Report::Steps(it) if ![moved, stopped].contains(&it.run));
    assert!(!retried.iter().any(is_of_others));
    // They are among those that the test rows are looked at for.
    let of_plain = plain.iter().filter(|(_, outcome)| outcome.finished().test.is_some()).map(|(run, _)| *run);
    for run in of_plain.filter(|run| [moved, stopped].contains(run)) {
        assert!(found[&run].finished().test == plain[&run].finished().test, "{run}");
    }
}

#[test]
fn a_job_that_was_stopped_while_its_teacher_learned_begins_anew_with_the_teacher() {
    let folder = tempfile::tempdir().unwrap();
    let grid = sweep(folder.path(), &["distill.temperature=[1, 4]"]);
    let plain = by_run(&run(JobStart::New(grid.clone()), vec![]));
    let mut requests = vec![Request::Pause];
    requests.extend((0..5).map(|_| Request::StepOnce));
    requests.push(Request::Stop);
    let first = run(JobStart::New(grid), requests);
    let all: Vec<RunId> = plain.keys().copied().collect();
    let retried = run(again(&first, &all), vec![]);
    let found = by_run(&[first, retried].concat());
    assert!(found == plain);
}

/// A job that has ended, of which some runs begin anew.
fn again(reports: &[Arc<Report>], runs: &[RunId]) -> JobStart {
    let started = started(reports);
    let events = reports.iter().filter_map(|report| match &**report {
        Report::Event(event) => Some(event.clone()),
        _ => None,
    });
    JobStart::Resume(ResumeJob {
        data: started.data.clone(),
        job: started.job,
        sweep: started.sweep,
        runs: started.runs,
        state: None,
        events: events.collect(),
        finished: finished(reports),
        retry: runs.to_vec(),
        outside: Vec::new(),
    })
}

#[test]
fn halving_ends_the_worse_half_and_leaves_the_rest_as_it_would_be() {
    let cells = ["distill.temperature=[1, 2, 4, 8]", "training.learning_rate=[0.0001, 0.02]", "training.epochs=8"];
    halves(&cells);
    // Those that are left keep their regressors, in the first phase and in the second.
    halves(&[&cells[..], &["distill.method=\"hints\"", "distill.hint_epochs=3"]].concat());
}

fn halves(cells: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let cells = || cells.iter().copied();
    let halving: Vec<&str> = cells().chain(["sweep.strategy=\"halving\"", "training.seed=[0, 1]"]).collect();
    let grid: Vec<&str> = cells().chain(["training.seed=[0, 1]"]).collect();
    let whole = by_cell(&run(JobStart::New(sweep(folder.path(), &grid)), vec![]));
    let reports = run(JobStart::New(sweep(folder.path(), &halving)), vec![]);
    let halved = by_cell(&reports);
    let ended = |epochs: usize| {
        let over = halved.values().filter(|outcome| outcome.finished().outcome == RunOutcome::Halved);
        over.filter(|outcome| outcome.epochs.len() == epochs).count()
    };
    // Eight cells of two seeds: four cells go after two of eight epochs, two more after four.
    assert_eq!((ended(2), ended(4)), (8, 4));
    for (name, outcome) in &halved {
        let end = outcome.finished();
        if end.outcome == RunOutcome::Done {
            assert!(untested(outcome) == untested(&whole[name]), "{name}");
        } else {
            assert_eq!(end.steps as usize, outcome.total.len());
            assert!(end.validation.is_some() && end.test.is_none() && end.checkpoint.is_some());
            let steps = outcome.total.len();
            assert!(outcome.total.iter().eq(whole[name].total.iter().take(steps)), "{name}");
        }
    }
    assert!(
        halved
            .iter()
            .filter(|(name, _)| name.starts_with("baseline"))
            .all(|(_, o)| o.finished().outcome == RunOutcome::Done)
    );
    resumes_the_same(&reports);
}

#[test]
fn a_sweep_of_several_populations_goes_on_from_any_resume_state_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let overrides = [
        "student.model={ any = [{ mlp = [6] }, { mlp = [3, 3] }] }",
        "distill.temperature=[1, 4]",
        "training.keep=\"best\"",
        "training.seed=[0, 1]",
    ];
    resumes_the_same(&run(JobStart::New(sweep(folder.path(), &overrides)), vec![]));
}

/// From each of its resume states, and from the start, a job ends as it did.
fn resumes_the_same(whole: &[Arc<Report>]) {
    let expected = by_run(whole);
    let states = whole.iter().filter_map(|report| match &**report {
        Report::ResumeState(state) => Some(state.clone()),
        _ => None,
    });
    let states: Vec<ResumeState> = states.collect();
    assert!(states.iter().map(|state| state.stage).max().unwrap() > Stage(0));
    for state in &states {
        let again = run(resumed(whole, state), vec![]);
        // The end of the first attempt, its look at the test rows with it, is taken back by hand: a stream that was cut off
        // earlier has none.
        let cut = whole.iter().filter(|report| !matches!(&***report, Report::Tested(_) | Report::JobEnded(_)));
        let all: Vec<Arc<Report>> = cut.chain(&again).cloned().collect();
        let found = by_run(&all);
        for (run, outcome) in &expected {
            assert!(found[run] == *outcome, "from {:?} {}: {run}", state.stage, state.step);
        }
    }
}

#[test]
fn a_recipe_of_many_cells_says_so_when_it_stands_for_other_runs_than_before() {
    let folder = tempfile::tempdir().unwrap();
    let grid = sweep(folder.path(), &["distill.temperature=[1, 4]"]);
    let whole = run(JobStart::New(grid), vec![]);
    let state = whole.iter().find_map(|report| match &**report {
        Report::ResumeState(state) => Some(state.clone()),
        _ => None,
    });
    let JobStart::Resume(mut job) = resumed(&whole, &state.unwrap()) else { panic!() };
    job.sweep = Sweep::from(job.sweep.base);
    let refused = std::panic::catch_unwind(|| run(JobStart::Resume(job), vec![]));
    assert!(refused.is_err(), "the job must be refused");
}
