//! Those who are trained for a student's sake: peers, which learn from each other, and generations, each of which learns from the one
//! before.

use std::collections::BTreeMap;
use std::sync::Arc;

use stillroom::distill::{METHODS, Objective, Rows};
use stillroom::protocol::*;
use stillroom::recipe::Sweep;

use crate::jobs::{Outcome, by_run, finished, resumed, run, run_within, started, sweep};
use crate::support::assert_close;

/// Two students that teach each other, a baseline, and one that takes as long as both.
const MUTUAL: [&str; 2] = ["distill={ method = \"mutual\" }", "training.baseline=[\"plain\", \"longer\"]"];

/// Two generations after the baseline, and one baseline that takes as long as all three.
const BORN_AGAIN: [&str; 3] =
    ["distill={ method = \"born-again\" }", "training.baseline=[\"plain\", \"longer\"]", "training.keep=\"best\""];

fn start(sweep: &Sweep) -> JobStart {
    JobStart::New(sweep.clone())
}

/// The runs of a stream by what tables call them, and what each has left.
fn named(reports: &[Arc<Report>]) -> BTreeMap<String, (RunInfo, Outcome)> {
    let mut outcomes = by_run(reports);
    let runs = started(reports).runs;
    runs.into_iter().map(|info| (info.name(), (info.clone(), outcomes.remove(&info.run).unwrap()))).collect()
}

#[test]
fn the_term_of_peers_is_the_mean_over_them() {
    // Plain double arithmetic; the first alone is the golden number of soft targets.
    let method = METHODS.iter().copied().find(|method| method.name == "mutual").unwrap();
    let z = [2.0, 3.0, 0.0, -0.5];
    let [first, second] = [[5.0_f32, 2.0, 0.5, -1.0], [0.0, 1.0, 4.0, -2.0]];
    let term = method.term("peers").unwrap().1;
    let of = |t: f64, peers: &[f32]| {
        let objective = Objective::new(method, 0).with("distill.temperature", t);
        let rows = Rows { logits: &z, teacher: peers, labels: &[None], classes: 4, values: objective.values() };
        let mut gradient = vec![0.0; 4];
        (term.of(&rows, Some(&mut gradient)), gradient)
    };
    let both = [first, second].concat();
    for (t, alone, mean, slopes) in [
        (1.0, 1.0870862, 1.9972812, [-0.224670883, 0.644010372, -0.437872819, 0.018533329]),
        (4.0, 0.0972534, 0.1723656, [-0.011187592, 0.035857553, -0.036406977, 0.011737016]),
    ] {
        assert_close("one", &[of(t, &first).0.unwrap()], &[alone], 1e-6);
        let (value, gradient) = of(t, &both);
        assert_close("both", &[value.unwrap()], &[mean], 1e-6);
        assert_close("by z", &gradient, &slopes, 1e-6);
    }
}

#[test]
fn the_first_peer_begins_as_the_plain_student_and_all_share_batches() {
    let folder = tempfile::tempdir().unwrap();
    let three = ["distill.peers=3"];
    let reports = run(start(&sweep(folder.path(), &[&MUTUAL[..], &three].concat())), vec![]);
    let found = named(&reports);
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["baseline", "longer", "peer-2", "peer-3", "student", "teacher"]);
    let [student, plain, second, third] =
        ["student", "baseline", "peer-2", "peer-3"].map(|name| found.get(name).unwrap());
    assert_eq!([student.0.place, second.0.place, third.0.place], [0, 1, 2]);
    assert!([second, third].iter().all(|(info, _)| info.role == Role::Companion && info.stage == student.0.stage));
    assert_eq!(student.1.snapshots[&0], plain.1.snapshots[&0]);
    assert_ne!(student.1.snapshots[&0], second.1.snapshots[&0]);
    assert_ne!(second.1.snapshots[&0], third.1.snapshots[&0]);
    // At the first step the student's own loss is still that of the plain one: the same weights, batch and dropout.
    assert_eq!(student.1.hard[&0], plain.1.hard[&0]);
    for (_, peer) in [student, second, third] {
        assert_eq!(peer.others.keys().collect::<Vec<_>>(), ["peers"]);
        assert_eq!(peer.others["peers"].len(), peer.total.len());
        let told =
            |epoch: &Epoch| epoch.validation.loss.terms.iter().any(|(name, it)| &**name == "peers" && it.is_some());
        assert!(peer.epochs.iter().all(told));
    }
    // The test rows are for the result alone.
    assert!(student.1.finished().test.is_some() && plain.1.finished().test.is_some());
    assert!([second, third].iter().all(|(_, peer)| peer.finished().test.is_none()));
    // As many steps as three took.
    let longer = &found["longer"].1;
    assert_eq!(longer.total.len(), 3 * student.1.total.len());
    assert_eq!(longer.snapshots[&0], plain.1.snapshots[&0]);
}

#[test]
fn peers_have_the_same_bits_whoever_trains_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let weights = |memory: usize, overrides: &[&str], picks: &dyn Fn(&RunInfo) -> bool| -> Vec<Vec<Vec<u32>>> {
        let reports = run_within(memory, start(&sweep(folder.path(), &[&MUTUAL[..], overrides].concat())), vec![]);
        let outcomes = by_run(&reports);
        let runs = started(&reports).runs;
        let picked = runs.iter().filter(|info| info.role.learns_by_method() && picks(info));
        picked.map(|info| outcomes[&info.run].weights()).collect()
    };
    let alone = weights(1 << 30, &[], &|_| true);
    assert_eq!(alone.len(), 2);
    let is_usual = |info: &RunInfo| info.seed == 0 && info.recipe.distill.get("distill.peer_weight") == Some(1.0);
    let beside = ["distill.peer_weight=[3.0, 1.0, 0.5]", "training.seed=[1, 0]"];
    // In one population, and in as many as there are groups.
    for memory in [1 << 30, 1] {
        assert!(weights(memory, &beside, &is_usual) == alone, "{memory}");
    }
}

#[test]
fn the_worse_half_ends_with_its_peers() {
    let folder = tempfile::tempdir().unwrap();
    let halving = ["sweep.strategy=\"halving\"", "distill.peer_weight=[0.0, 1.0, 3.0, 9.0]", "training.epochs=8"];
    let reports = run(start(&sweep(folder.path(), &[&MUTUAL[..], &halving].concat())), vec![]);
    let outcomes = by_run(&reports);
    let mut ends: BTreeMap<String, Vec<RunOutcome>> = BTreeMap::new();
    for info in started(&reports).runs.iter().filter(|info| info.role.learns_by_method()) {
        let weight = info.recipe.distill.get("distill.peer_weight").unwrap().to_string();
        ends.entry(weight).or_default().push(outcomes[&info.run].finished().outcome);
    }
    assert!(ends.values().all(|ends| ends.len() == 2 && ends[0] == ends[1]), "{ends:?}");
    assert_eq!(ends.values().filter(|ends| ends[0] == RunOutcome::Done).count(), 1);
}

#[test]
fn a_peer_that_is_stopped_is_still_heard() {
    let folder = tempfile::tempdir().unwrap();
    let sweep = sweep(folder.path(), &[&MUTUAL[..], &["training.epochs=4"]].concat());
    let runs = started(&run(start(&sweep), vec![])).runs;
    let of = |name: &str| runs.iter().find(|info| info.name() == name).unwrap().run;
    let stop = |run: RunId| {
        // The teacher's 14 steps, and some of the students'.
        let steps = std::iter::repeat_n(Request::StepOnce, 14 + 5);
        let requests = std::iter::once(Request::Pause).chain(steps).chain([Request::StopRun(run), Request::Play]);
        named(&self::run(start(&sweep), requests.collect()))
    };
    let found = stop(of("peer-2"));
    let [student, peer] = ["student", "peer-2"].map(|name| &found[name].1);
    assert_eq!((peer.finished().outcome, peer.total.len()), (RunOutcome::Stopped, 5));
    assert_eq!(student.finished().outcome, RunOutcome::Done);
    assert_eq!(student.others["peers"].len(), student.total.len());
    assert!(student.others["peers"].values().all(|value| f32::from_bits(*value).is_finite()));
    // Who trains for the student's sake ends with it.
    let found = stop(of("student"));
    assert!(["student", "peer-2"].iter().all(|name| found[*name].1.finished().outcome == RunOutcome::Stopped));
    assert_eq!(found["baseline"].1.finished().outcome, RunOutcome::Done);
}

#[test]
fn generations_follow_each_other_and_the_first_follows_the_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let reports = run(start(&sweep(folder.path(), &BORN_AGAIN)), vec![]);
    let found = named(&reports);
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["baseline", "generation-1", "longer", "student", "teacher"]);
    let [plain, first, student, longer] =
        ["baseline", "generation-1", "student", "longer"].map(|name| found.get(name).unwrap());
    assert_eq!([&first.0.teachers, &student.0.teachers], [&[plain.0.run], &[first.0.run]]);
    assert!(plain.0.stage < first.0.stage && first.0.stage < student.0.stage);
    assert_eq!((first.0.role, first.0.place, student.0.place), (Role::Companion, 1, 2));
    // Each begins anew, on the same batches.
    assert_ne!(first.1.snapshots[&0], plain.1.snapshots[&0]);
    assert_ne!(first.1.snapshots[&0], student.1.snapshots[&0]);
    for (info, learns, teaches) in [(&first.0, &first.1, &plain.1), (&student.0, &student.1, &first.1)] {
        // It agrees with those rows of the weights that were kept of the one before.
        let [own, before] = [learns, teaches].map(|outcome| &outcome.answers[&Part::Validation].predicted);
        let same = own.iter().zip(before.iter()).filter(|(a, b)| a == b).count();
        let told = learns.finished().validation.as_ref().unwrap().agreement.unwrap();
        assert!((told - same as f64 / own.len() as f64).abs() < 1e-12, "{}", info.name());
        assert!(
            learns.soft.len() == learns.total.len() && learns.soft.values().any(|soft| f32::from_bits(*soft) > 0.0)
        );
    }
    assert!(first.1.finished().test.is_none() && student.1.finished().test.is_some());
    assert_eq!(longer.1.total.len(), 3 * student.1.total.len());
    assert_eq!(longer.0.recipe.training.epochs, 3 * student.0.recipe.training.epochs);
    // The same as who trains so long from the first.
    let alone = ["training.epochs=9", "training.keep=\"best\"", "teacher.epochs=2"];
    let alone = named(&run(start(&sweep(folder.path(), &alone)), vec![]));
    assert!(alone["baseline"].1.weights() == longer.1.weights());
}

#[test]
fn a_generation_comes_to_nothing_after_one_that_did() {
    let folder = tempfile::tempdir().unwrap();
    // The first of two cells diverges in all its runs, the other does not.
    let wild = ["training.learning_rate=[1e30, 0.02]", "training.clip=0", "teacher.learning_rate=0.02"];
    let reports = run(start(&sweep(folder.path(), &[&BORN_AGAIN[..], &wild].concat())), vec![]);
    let outcomes = by_run(&reports);
    for info in started(&reports).runs.iter().filter(|info| info.role != Role::Teacher) {
        let is_wild = info.recipe.training.learning_rate > 1.0;
        let expected = if is_wild { RunOutcome::Diverged } else { RunOutcome::Done };
        let end = outcomes[&info.run].finished();
        assert_eq!(end.outcome, expected, "{}", info.name());
        // Nobody trains who has nobody to learn from.
        assert_eq!(end.steps == 0, is_wild && info.role.learns_by_method(), "{}", info.name());
    }
}

#[test]
fn who_is_trained_for_a_student_goes_on_from_any_resume_state() {
    let folder = tempfile::tempdir().unwrap();
    for overrides in [&MUTUAL[..], &BORN_AGAIN[..]] {
        let sweep = sweep(folder.path(), &[overrides, &["training.epochs=2"]].concat());
        // Rests in mid-epoch of each stage.
        let rest = || {
            let steps = std::iter::repeat_n(Request::StepOnce, 5);
            steps.chain([Request::Play, Request::Pause]).collect::<Vec<_>>()
        };
        let mut requests = vec![Request::Pause];
        (0..24).for_each(|_| requests.extend(rest()));
        requests.push(Request::Play);
        let whole = run(start(&sweep), requests);
        let expected = named(&whole);
        let states: Vec<ResumeState> = whole
            .iter()
            .filter_map(|report| match &**report {
                Report::ResumeState(state) => Some(state.clone()),
                _ => None,
            })
            .collect();
        let last = started(&whole).runs.iter().map(|info| info.stage).max().unwrap();
        assert!(states.iter().any(|state| state.stage == last), "{overrides:?}");
        for state in &states {
            let again = run(resumed(&whole, state), vec![]);
            let all: Vec<Arc<Report>> = whole.iter().chain(&again).cloned().collect();
            let found = named(&all);
            for name in expected.keys() {
                let same = found[name].1 == expected[name].1;
                assert!(same, "{overrides:?} from {:?} {}: {name}", state.stage, state.step);
            }
        }
    }
}

#[test]
fn peers_begin_again_together_and_generations_with_those_before() {
    let folder = tempfile::tempdir().unwrap();
    let again = |overrides: &[&str], name: &str| -> Vec<String> {
        let sweep = sweep(folder.path(), &[overrides, &["training.epochs=2"]].concat());
        let whole = run(start(&sweep), vec![]);
        let before = started(&whole);
        let one = before.runs.iter().find(|info| info.name() == name).unwrap().run;
        let resume = ResumeJob {
            data: before.data.clone(),
            job: before.job,
            sweep: before.sweep.clone(),
            runs: before.runs.clone(),
            state: None,
            events: Vec::new(),
            finished: finished(&whole),
            retry: vec![one],
            outside: Vec::new(),
        };
        let again = run(JobStart::Resume(resume), vec![]);
        let Report::Resumed(told) = &*again[0] else { panic!("a job that goes on says so first") };
        // They come to the same once more.
        let all: Vec<Arc<Report>> = whole.iter().chain(&again).cloned().collect();
        let (first, second) = (named(&whole), named(&all));
        assert!(first.keys().all(|name| first[name].1.weights() == second[name].1.weights()), "{name}");
        let name = |(run, _): &(RunId, Stage)| before.runs.iter().find(|info| info.run == *run).unwrap().name();
        told.retried.iter().map(name).collect()
    };
    assert_eq!(again(&MUTUAL, "peer-2"), ["student", "peer-2"]);
    assert_eq!(again(&BORN_AGAIN, "student"), ["student"]);
    assert_eq!(again(&BORN_AGAIN, "generation-1"), ["generation-1", "student"]);
    assert_eq!(again(&BORN_AGAIN, "baseline"), ["baseline", "generation-1", "student"]);
}
