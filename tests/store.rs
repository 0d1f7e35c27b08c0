//! The store keeps every report once, whatever happens to the disk, the process, or the other process.
//! What it gives back is what went in.
#![allow(clippy::unwrap_used, clippy::unreadable_literal, clippy::float_cmp)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;
use stillroom::data::Texts;
use stillroom::protocol::JournalError;
use stillroom::protocol::*;
use stillroom::recipe::{QUICKSTART, Recipe};
use stillroom::runs::verdict::Discordant;
use stillroom::runs::{MemoryJournal, Status, Store, StoreJournal, replay};
use stillroom::text::Phrase;
use stillroom::training::Journal;

#[test]
fn every_kind_of_report_comes_back_as_it_went_in() {
    let place = Place::new();
    let mut journal = MemoryJournal::default();
    let (job, runs) = whole_job(&mut journal, JobOutcome::Paused);
    let reports = journal.reports();
    let writer = Store::writer(&place.store).unwrap();
    replay(&reports, &mut writer.journal()).unwrap();
    drop(writer);

    let reader = Store::reader(&place.store);
    let stored = reader.job(job).unwrap();
    let [teacher, student, baseline] = runs[..] else { panic!() };
    for report in &reports {
        match &**report {
            Report::Started(it) => {
                assert_eq!((&stored.sweep, &stored.runs, stored.created), (&it.sweep, &it.runs, it.at_millis));
                assert_eq!(reader.probe(job).unwrap(), *it.probe);
                assert_eq!(reader.recipe(student).unwrap(), it.runs[1].recipe);
            }
            Report::Steps(it) => {
                let curve = reader.curve(it.run).unwrap();
                let range = it.first_step as usize..it.first_step as usize + it.total.len();
                assert_eq!(bits(&curve.total[range.clone()]), bits(&it.total));
                let names =
                    |terms: &[(TermName, Vec<f32>)]| terms.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
                assert_eq!(names(&curve.terms), names(&it.terms));
                for (name, values) in &it.terms {
                    assert_eq!(bits(&curve.series(name).unwrap()[range.clone()]), bits(values), "{name}");
                }
            }
            Report::Epoch(it) => assert!(reader.curve(it.run).unwrap().epochs.contains(it)),
            Report::Snapshot(it) => {
                assert_eq!(reader.snapshot(it.run, it.step).unwrap().as_ref(), Some(&*it.logits));
                assert!(reader.snapshots(it.run).unwrap().contains(&it.step));
            }
            Report::Event(it) => assert!(stored.events.contains(it)),
            Report::Answers(it) => {
                let without_logits = Answers { logits: None, ..it.clone() };
                assert!(reader.answers(job).unwrap().contains(&without_logits));
                if it.part == Part::Validation {
                    let logits = reader.validation_logits(it.run).unwrap();
                    let expected = it.logits.as_ref().map(|logits| bits(logits));
                    assert_eq!(logits.map(|logits| bits(&logits)), expected);
                }
            }
            Report::Exits(it) => assert!(reader.exits(job).unwrap().contains(it)),
            Report::Outside(it) => {
                let kept = stored.outside.iter().find(|kept| kept.teacher == it.teacher).unwrap();
                let bytes: Vec<u8> = it.logits.iter().flat_map(|value| value.to_le_bytes()).collect();
                assert_eq!(std::fs::read(&kept.file).unwrap(), bytes);
            }
            Report::RunFinished(it) => {
                let run = stored.finished.iter().find(|run| run.run == it.run).unwrap();
                assert_eq!((run.outcome, run.steps, run.seconds), (it.outcome, it.steps, it.seconds));
                assert_eq!((&run.validation, &run.test, &run.training), (&it.validation, &it.test, &it.training));
                assert_eq!(run.shares, it.shares);
                assert_eq!(run.cost, it.cost);
                let bytes = run.checkpoint.as_ref().map(|path| std::fs::read(path).unwrap());
                assert_eq!(bytes.as_deref(), it.checkpoint.as_ref().map(|bytes| &***bytes));
            }
            Report::Tested(it) => {
                let run = stored.finished.iter().find(|run| run.run == it.run).unwrap();
                assert_eq!(run.test.as_ref(), Some(&it.test));
            }
            Report::Resumed(_) | Report::ResumeState(_) | Report::JobEnded(_) => {}
        }
    }
    assert_eq!(stored.status, Status::Paused);
    let finished = stored.finished.iter().find(|run| run.run == stored.runs[0].run).unwrap();
    assert_eq!(std::fs::read(finished.checkpoint.as_ref().unwrap()).unwrap(), b"weights");
    let resume = stored.resume.unwrap();
    assert_eq!((resume.stage, resume.step, &**resume.bytes), (Stage(1), 20, &b"students at 20"[..]));
    assert_eq!(reader.jobs(false).unwrap()[0].message, Some(why()), "by its key, with what fills it");

    let rows = reader.runs(false).unwrap();
    let row = |run| rows.iter().find(|row| row.run == run).unwrap();
    assert_eq!(rows.iter().map(|row| row.run).collect::<Vec<_>>(), runs);
    assert_eq!(row(teacher).status, Status::Done);
    assert_eq!(row(student).status, Status::Diverged);
    assert_eq!(row(baseline).status, Status::Paused);
    assert_eq!(row(student).source, "mnist-mini");
    let student_row = row(student);
    assert_eq!((student_row.steps_done, student_row.steps_planned), (3000, 3000));
    assert_eq!(student_row.last, Some(metrics(7)));
    assert_eq!(student_row.best, Some((2, metrics(5))));
    assert_eq!(student_row.validation, Some(metrics(3)));
    assert_eq!(student_row.test, None);
    assert_eq!(student_row.rows_apart, Some(Discordant { better: 2, worse: 1 }));
    assert_eq!((row(baseline).rows_apart, row(teacher).rows_apart), (None, None));
    let temperature = Change { run: None, setting: Setting::TEMPERATURE, from: 4.0, to: 8.0 };
    let learning_rate = Change { run: None, setting: Setting::LEARNING_RATE, from: 1e-3, to: 0.1 };
    assert_eq!(student_row.changes, [temperature, learning_rate]);
    assert_eq!(row(baseline).changes, [learning_rate]);
    assert!(!row(teacher).edited());
    assert_eq!(reader.find("r-0002").unwrap(), job);
    assert_eq!(reader.find(&job.to_string()).unwrap(), job);
    assert_eq!(reader.find("j-0099").unwrap_err().code(), "unknown-run");
    assert_eq!(reader.find("hello").unwrap_err().code(), "unknown-run");
}

#[test]
fn a_replay_into_an_empty_store_gives_an_equal_store() {
    for outcome in [JobOutcome::Done, JobOutcome::Stopped, JobOutcome::Paused, JobOutcome::Failed] {
        let (one, other, twice) = (Place::new(), Place::new(), Place::new());
        let mut memory = MemoryJournal::default();
        whole_job(&mut memory, outcome);
        {
            let writer = Store::writer(&one.store).unwrap();
            whole_job(&mut writer.journal(), outcome);
        }
        {
            let writer = Store::writer(&other.store).unwrap();
            replay(&memory.reports(), &mut writer.journal()).unwrap();
        }
        {
            // One transaction a report, and each sent again.
            let writer = Store::writer(&twice.store).unwrap();
            let mut journal = writer.journal();
            for report in memory.reports() {
                replay(&[report.clone(), report.clone()], &mut journal).unwrap();
                replay(&[report], &mut journal).unwrap();
            }
        }
        assert_eq!(dump(&one.store), dump(&other.store));
        assert_eq!(dump(&one.store), dump(&twice.store));
    }
}

#[test]
fn resume_states_go_when_the_job_has_ended() {
    for (outcome, files) in
        [(JobOutcome::Done, 0), (JobOutcome::Stopped, 0), (JobOutcome::Paused, 2), (JobOutcome::Failed, 2)]
    {
        let place = Place::new();
        let writer = Store::writer(&place.store).unwrap();
        let (job, _) = whole_job(&mut writer.journal(), outcome);
        assert_eq!(place.resume_files(job).len(), files, "{outcome:?}");
        assert_eq!(Store::reader(&place.store).job(job).unwrap().resume.is_some(), files > 0);
    }
}

#[test]
fn a_damaged_resume_state_falls_back_to_the_one_before() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let (job, _) = whole_job(&mut writer.journal(), JobOutcome::Failed);
    let reader = Store::reader(&place.store);
    let newest =
        place.resume_files(job).into_iter().find(|file| std::fs::read(file).unwrap() == b"students at 20").unwrap();
    std::fs::write(newest, b"students at").unwrap();
    assert_eq!(reader.job(job).unwrap().resume.unwrap().step, 10);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn resuming_keeps_every_step_once(
        planned in 1_u64..5000,
        pieces in prop::collection::vec(1_usize..1500, 1..8),
        back in prop_oneof![0_u64..5000, (0_u64..5).prop_map(|n| n * 1024), (1_u64..5).prop_map(|n| n * 1024 - 1)],
    ) {
        let place = Place::new();
        let writer = Store::writer(&place.store).unwrap();
        let mut journal = writer.journal();
        let (job, runs) = start(&mut journal, false, planned);
        let send = |journal: &mut StoreJournal, from: u64, salt: f32| {
            let mut at = from;
            for (index, piece) in pieces.iter().cycle().enumerate() {
                let next = (at + *piece as u64).min(planned);
                send(journal, Report::Steps(steps(runs[1], at..next, salt)));
                if index % 3 == 1 {
                    commit(journal);
                }
                at = next;
                if at == planned {
                    break;
                }
            }
        };
        send(&mut journal, 0, 0.0);
        let back = back.min(planned);
        let resumed = Report::Resumed(Resumed { job, at_millis: 5, stage: Stage(1), step: back, retried: vec![], device: "cpu".into() });
        self::send(&mut journal, resumed);
        commit(&mut journal);
        let reader = Store::reader(&place.store);
        prop_assert_eq!(reader.curve(runs[1]).unwrap().total, steps(runs[1], 0..back, 0.0).total);
        send(&mut journal, back, 0.5);
        commit(&mut journal);
        let curve = reader.curve(runs[1]).unwrap();
        let (before, after) = (steps(runs[1], 0..back, 0.0), steps(runs[1], back..planned, 0.5));
        prop_assert_eq!(curve.total, [before.total, after.total].concat());
        for (at, (name, values)) in curve.terms.iter().enumerate() {
            prop_assert_eq!(name, &before.terms[at].0);
            prop_assert_eq!(values, &[&before.terms[at].1[..], &after.terms[at].1].concat());
        }
    }
}

#[test]
fn resuming_an_earlier_stage_empties_the_later_one() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let mut journal = writer.journal();
    let (job, runs) = whole_job(&mut journal, JobOutcome::Failed);
    send(
        &mut journal,
        Report::Resumed(Resumed {
            job,
            at_millis: 9,
            stage: Stage(0),
            step: 5,
            retried: vec![],
            device: "cuda:0".into(),
        }),
    );
    commit(&mut journal);
    journal.lease(job).unwrap();
    let reader = Store::reader(&place.store);
    let teacher = reader.curve(runs[0]).unwrap();
    assert_eq!((teacher.total.len(), teacher.epochs.len()), (5, 0));
    for run in &runs[1..] {
        assert_eq!(reader.curve(*run).unwrap(), stillroom::runs::Curve::default());
        assert_eq!(reader.snapshots(*run).unwrap(), Vec::<u64>::new());
    }
    let rows = reader.runs(false).unwrap();
    assert_eq!(
        rows.iter().map(|row| row.status).collect::<Vec<_>>(),
        [Status::Running, Status::Waiting, Status::Waiting]
    );
    assert!(
        rows.iter().all(|row| row.last.is_none()
            && row.best.is_none()
            && row.validation.is_none()
            && row.checkpoint.is_none())
    );
    let stored = reader.job(job).unwrap();
    assert_eq!((stored.finished.len(), stored.events.len(), stored.resume), (0, 3, None));
    assert_eq!(reader.jobs(false).unwrap()[0].device, "cuda:0");
}

#[test]
fn a_run_that_begins_anew_is_empty_and_out_of_reach_of_what_was_done_to_it() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let mut journal = writer.journal();
    let (job, runs) = whole_job(&mut journal, JobOutcome::Stopped);
    let reader = Store::reader(&place.store);
    let before = reader.runs(false).unwrap();
    assert!(!before[1].changes.is_empty() && reader.job(job).unwrap().edited().contains(&runs[1]));
    let again = vec![(runs[1], Stage(2))];
    send(
        &mut journal,
        Report::Resumed(Resumed { job, at_millis: 9, stage: Stage(2), step: 0, retried: again, device: "cpu".into() }),
    );
    commit(&mut journal);
    journal.lease(job).unwrap();
    let rows = reader.runs(false).unwrap();
    // The others are as they were.
    assert_eq!((&rows[0], &rows[2]), (&before[0], &before[2]));
    let row = &rows[1];
    assert_eq!((row.status, row.steps_done, row.stage, row.changes.len()), (Status::Running, 0, Stage(2), 0));
    assert!(row.last.is_none() && row.validation.is_none() && row.test.is_none() && row.checkpoint.is_none());
    assert_eq!(reader.curve(runs[1]).unwrap(), stillroom::runs::Curve::default());
    let stored = reader.job(job).unwrap();
    assert_eq!((stored.runs[1].stage, stored.status), (Stage(2), Status::Running));
    assert!(!stored.edited().contains(&runs[1]) && stored.failed().contains(&runs[1]));
}

#[test]
fn resuming_keeps_results_from_before_and_drops_those_from_after() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let mut journal = writer.journal();
    let (job, runs) = start(&mut journal, false, 100);
    for (run, end, outcome) in [(1, 40, RunOutcome::Diverged), (2, 100, RunOutcome::Done)] {
        send(&mut journal, Report::Steps(steps(runs[run], 0..end, 0.0)));
        for epoch in 1..=end / 20 {
            send(&mut journal, Report::Epoch(epoch_report(runs[run], epoch, epoch * 20, 20 - epoch)));
        }
        send(&mut journal, Report::RunFinished(finished(runs[run], end, outcome)));
    }
    send(
        &mut journal,
        Report::Resumed(Resumed {
            job,
            at_millis: 9,
            stage: Stage(1),
            step: 60,
            retried: vec![],
            device: "cpu".into(),
        }),
    );
    commit(&mut journal);
    journal.lease(job).unwrap();
    let rows = Store::reader(&place.store).runs(false).unwrap();
    assert_eq!((rows[1].status, rows[1].steps_done), (Status::Diverged, 40));
    assert!(rows[1].validation.is_some());
    assert_eq!((rows[2].status, rows[2].steps_done), (Status::Running, 60));
    assert_eq!((rows[2].validation.is_none(), rows[2].best.as_ref().unwrap().0), (true, 3));
}

#[test]
fn reports_that_do_not_follow_fail_the_job() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let mut journal = writer.journal();
    let (_, runs) = start(&mut journal, false, 100);
    send(&mut journal, Report::Steps(steps(runs[1], 0..10, 0.0)));
    commit(&mut journal);
    send(&mut journal, Report::Steps(steps(runs[1], 11..12, 0.0)));
    let error = replay(&[], &mut journal).unwrap_err();
    assert!(
        matches!(&error, JournalError::Failed(message) if message.to_string().contains("the next is 11")),
        "{error}"
    );
    assert_eq!(Store::reader(&place.store).curve(runs[1]).unwrap().total.len(), 10);
}

#[test]
fn two_writers_lose_nothing() {
    let place = Place::new();
    let ids: Vec<_> = std::thread::scope(|scope| {
        let threads = [0, 1].map(|_| scope.spawn(|| busy_job(&place.store)));
        threads.map(|thread| thread.join().unwrap()).to_vec()
    });
    let reader = Store::reader(&place.store);
    assert_ne!(ids[0].0, ids[1].0);
    for (_, runs) in &ids {
        assert_eq!(reader.curve(runs[1]).unwrap().total, steps(runs[1], 0..BUSY_STEPS, 0.0).total);
    }
    assert!(ids[0].1.iter().all(|run| !ids[1].1.contains(run)));
    intact(&place.store);
}

#[test]
fn two_processes_lose_nothing() {
    let place = Place::new();
    let mut children = [0, 1].map(|_| child("busy", &place.store).spawn().unwrap());
    assert!(children.iter_mut().all(|child| child.wait().unwrap().success()));
    let reader = Store::reader(&place.store);
    let runs = reader.runs(false).unwrap();
    assert_eq!(runs.len(), 6);
    for row in runs.iter().filter(|row| row.role == Role::Student) {
        assert_eq!(reader.curve(row.run).unwrap().total, steps(row.run, 0..BUSY_STEPS, 0.0).total);
    }
    intact(&place.store);
}

#[test]
fn what_was_committed_survives_a_killed_process() {
    let place = Place::new();
    assert!(!child("abort", &place.store).status().unwrap().success());
    let reader = Store::reader(&place.store);
    let job = reader.find("j-0001").unwrap();
    assert_eq!(reader.job(job).unwrap().status, Status::Interrupted, "nobody holds the lease of a dead process");
    assert_eq!(reader.runs(false).unwrap()[1].status, Status::Interrupted);
    assert_eq!(reader.curve(RunId(2)).unwrap().total.len(), 1500);
    let writer = Store::writer(&place.store).unwrap();
    writer.journal().lease(job).unwrap();
    intact(&place.store);
}

#[test]
fn points_are_on_the_disk_half_a_second_later() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let mut journal = writer.journal();
    let (_, runs) = start(&mut journal, false, 100);
    send(&mut journal, Report::Steps(steps(runs[1], 0..10, 0.0)));
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(Store::reader(&place.store).curve(runs[1]).unwrap().total.len(), 10);
}

#[test]
fn a_full_disk_fails_the_job_and_no_other() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let mut journal = writer.journal();
    let (job, runs) = start(&mut journal, false, 1_000_000);
    send(&mut journal, Report::Steps(steps(runs[1], 0..1000, 0.0)));
    commit(&mut journal);
    writer.limit_pages(1);
    send(&mut journal, Report::Steps(steps(runs[1], 1000..200_000, 0.0)));
    let error = replay(&[], &mut journal).unwrap_err();
    assert!(matches!(&error, JournalError::Failed(message) if message.to_string().contains("disk is full")), "{error}");
    let ended = JobEnded { job, at_millis: 9, outcome: JobOutcome::Failed, message: None };
    assert_eq!(journal.send(&Arc::new(Report::JobEnded(ended))), Err(error));
    intact(&place.store);
    assert_eq!(Store::reader(&place.store).curve(runs[1]).unwrap().total.len(), 1000);

    writer.limit_pages(1_000_000);
    let (_, next) = start(&mut journal, false, 100_000);
    send(&mut journal, Report::Steps(steps(next[1], 0..100_000, 0.0)));
    commit(&mut journal);
    let reader = Store::reader(&place.store);
    assert_eq!(reader.curve(next[1]).unwrap().total.len(), 100_000);
    // The job that failed goes on from where it was.
    journal.lease(job).unwrap();
    send(
        &mut journal,
        Report::Resumed(Resumed {
            job,
            at_millis: 9,
            stage: Stage(1),
            step: 500,
            retried: vec![],
            device: "cpu".into(),
        }),
    );
    send(&mut journal, Report::Steps(steps(runs[1], 500..2000, 0.0)));
    commit(&mut journal);
    assert_eq!(reader.curve(runs[1]).unwrap().total.len(), 2000);
}

#[test]
fn a_stalled_disk_is_said_so_and_holds_nobody_up() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let mut journal = writer.journal();
    let (_, runs) = start(&mut journal, false, 1_000_000_000);
    commit(&mut journal);
    let stall = Connection::open(&place.store).unwrap();
    stall.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let mut first_step = 0;
    let busy = loop {
        let report = Arc::new(Report::Steps(steps(runs[1], first_step..first_step + 100_000, 0.0)));
        let sent = Instant::now();
        if let Err(error) = journal.send(&report) {
            assert!(sent.elapsed() < Duration::from_millis(500));
            break error;
        }
        first_step += 100_000;
    };
    assert_eq!(busy, JournalError::Busy);
    assert_eq!(journal.commit(), Err(JournalError::Busy));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let start = Instant::now();
    drop(journal);
    drop(writer);
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    drop(stall);
}

#[test]
fn a_stall_that_ends_loses_nothing() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let mut journal = writer.journal();
    let (_, runs) = start(&mut journal, false, 100);
    commit(&mut journal);
    let stall = Connection::open(&place.store).unwrap();
    stall.execute_batch("BEGIN IMMEDIATE").unwrap();
    send(&mut journal, Report::Steps(steps(runs[1], 0..100, 0.0)));
    assert_eq!(journal.commit(), Err(JournalError::Busy));
    drop(stall);
    commit(&mut journal);
    assert_eq!(Store::reader(&place.store).curve(runs[1]).unwrap().total.len(), 100);
}

#[test]
fn a_job_has_one_process() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let (mut one, mut other) = (writer.journal(), writer.journal());
    let (job, _) = start(&mut one, false, 100);
    commit(&mut one);
    let reader = Store::reader(&place.store);
    assert_eq!(reader.jobs(false).unwrap()[0].status, Status::Interrupted);
    one.lease(job).unwrap();
    one.lease(job).unwrap();
    assert_eq!(other.lease(job), Err(JournalError::Leased(job)));
    assert_eq!(reader.jobs(false).unwrap()[0].status, Status::Running);
    one.release(job);
    other.lease(job).unwrap();
    assert_eq!(one.lease(job), Err(JournalError::Leased(job)));
    drop(other);
    one.lease(job).unwrap();
}

#[test]
fn deleted_runs_come_back() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let (job, runs) = whole_job(&mut writer.journal(), JobOutcome::Done);
    let reader = Store::reader(&place.store);
    let version = reader.data_version().unwrap();
    let before = dump(&place.store);
    writer.delete_run(runs[1]).unwrap();
    assert_ne!(reader.data_version().unwrap(), version);
    assert_eq!(reader.runs(false).unwrap().len(), 2);
    assert_eq!(reader.runs(true).unwrap().iter().filter(|row| row.deleted).count(), 1);
    writer.delete_job(job).unwrap();
    assert_eq!((reader.runs(false).unwrap().len(), reader.jobs(false).unwrap().len()), (0, 0));
    assert_eq!((reader.runs(true).unwrap().len(), reader.jobs(true).unwrap().len()), (3, 1));
    writer.restore_job(job).unwrap();
    writer.restore_run(runs[1]).unwrap();
    assert_eq!(dump(&place.store), before);
    assert_eq!(writer.delete_run(RunId(77)).unwrap_err().code(), "unknown-run");
}

#[test]
fn a_missing_store_is_empty_and_reading_makes_none() {
    let place = Place::new();
    let reader = Store::reader(&place.store);
    assert_eq!(reader.runs(true).unwrap(), []);
    assert_eq!(reader.jobs(true).unwrap(), []);
    assert_eq!(reader.data_version().unwrap(), 0);
    assert_eq!(reader.curve(RunId(1)).unwrap_err().code(), "unknown-run");
    assert!(!place.store.exists());
    // Neither does it mind when the store comes later.
    let writer = Store::writer(&place.store).unwrap();
    whole_job(&mut writer.journal(), JobOutcome::Done);
    assert_eq!(reader.runs(false).unwrap().len(), 3);
}

#[test]
fn what_is_no_store_is_left_alone() {
    let place = Place::new();
    let text = place.folder.path().join("notes.txt");
    std::fs::write(&text, "Buy more flasks. ".repeat(100)).unwrap();
    let other = place.folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE flask (size INTEGER)").unwrap();
    for path in [&text, &other] {
        let before = std::fs::read(path).unwrap();
        assert_eq!(Store::writer(path).unwrap_err().code(), "not-a-store");
        assert_eq!(Store::reader(path).runs(true).unwrap_err().code(), "not-a-store");
        assert_eq!(std::fs::read(path).unwrap(), before);
    }
    let newer = place.folder.path().join("newer.db");
    drop(Store::writer(&newer).unwrap());
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Store::writer(&newer).unwrap_err();
    assert_eq!(error.code(), "store-newer");
    assert!(error.to_string().contains("update Stillroom"));
    assert_eq!(Store::reader(&newer).runs(true).unwrap_err().code(), "store-newer");
    // An empty file, as a file dialog may leave it, becomes a store.
    let empty = place.folder.path().join("empty.db");
    std::fs::write(&empty, "").unwrap();
    assert_eq!(Store::reader(&empty).runs(true).unwrap(), []);
    Store::writer(&empty).unwrap();
}

#[test]
fn a_place_that_cannot_be_written_is_said_so() {
    let place = Place::new();
    let file = place.folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert_eq!(Store::writer(file.join("store.db")).unwrap_err().code(), "store-cannot-open");
    assert_eq!(Store::writer(place.folder.path()).unwrap_err().code(), "store-cannot-open");
    let read_only = place.folder.path().join("read-only.db");
    drop(Store::writer(&read_only).unwrap());
    let mut permissions = std::fs::metadata(&read_only).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&read_only, permissions).unwrap();
    // The superuser may write it all the same.
    if std::fs::File::options().write(true).open(&read_only).is_err() {
        assert_eq!(Store::writer(&read_only).unwrap_err().code(), "store-read-only");
        assert_eq!(Store::reader(&read_only).runs(true).unwrap(), []);
    }
}

#[test]
fn the_writer_keeps_up_and_a_long_list_is_quick() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let mut journal = writer.journal();
    let recipe = Recipe::parse(QUICKSTART.text, None, &[]).unwrap();
    let started = |journal: &mut StoreJournal, runs: usize, steps: u64| {
        let (job, ids) = journal.reserve(runs).unwrap();
        let runs = ids.iter().map(|run| RunInfo { steps, ..info(*run, Role::Student, &recipe) }).collect();
        let started = Started {
            job,
            at_millis: 1,
            sweep: recipe.clone().into(),
            runs,
            device: "cpu".into(),
            probe: Arc::default(),
            data: None,
        };
        send(journal, Report::Started(started));
        ids
    };
    let runs = started(&mut journal, 20, 100_000);
    let start = Instant::now();
    for first in (0..20_000).step_by(10) {
        for run in &runs {
            send(&mut journal, Report::Steps(steps(*run, first..first + 10, 0.0)));
        }
    }
    commit(&mut journal);
    let rate = 20_000.0 * runs.len() as f64 / start.elapsed().as_secs_f64();

    for _ in 0..98 {
        for run in started(&mut journal, 10, 100) {
            for epoch in 1..=10 {
                send(&mut journal, Report::Epoch(epoch_report(run, epoch, epoch * 10, epoch % 7)));
            }
            send(&mut journal, Report::RunFinished(finished(run, 100, RunOutcome::Done)));
        }
    }
    commit(&mut journal);
    let reader = Store::reader(&place.store);
    let first = Instant::now();
    assert_eq!(reader.runs(false).unwrap().len(), 1000);
    let first = first.elapsed();
    let again = (0..5).map(|_| {
        let start = Instant::now();
        reader.runs(false).unwrap();
        start.elapsed()
    });
    let again = again.min().unwrap();
    println!("{rate:.0} steps of 3 series a second; 1,000 runs listed in {first:?}, then {again:?}");
    // Far below what is measured on an idle machine: a test must not fail because its neighbours are busy.
    assert!(rate > 20_000.0, "{rate}");
    assert!(again < Duration::from_millis(100), "{again:?}");
}

#[test]
fn an_epoch_costs_the_same_however_many_came_before() {
    let place = Place::new();
    let writer = Store::writer(&place.store).unwrap();
    let mut journal = writer.journal();
    let (_, runs) = start(&mut journal, false, 1_000_000);
    let begun = Instant::now();
    let errors = |epoch: u64| 3 + epoch.abs_diff(777) % 500;
    for epoch in 1..=30_000 {
        send(&mut journal, Report::Steps(steps(runs[1], epoch - 1..epoch, 0.0)));
        send(&mut journal, Report::Epoch(epoch_report(runs[1], epoch, epoch, errors(epoch))));
    }
    commit(&mut journal);
    // Looking at all epochs after each takes minutes.
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    let summary = |writes: &str| {
        let row = Store::reader(&place.store).runs(false).unwrap().into_iter().find(|row| row.run == runs[1]).unwrap();
        let (last, best) = (row.last.unwrap().errors, row.best.unwrap());
        assert_eq!((last, best.0), (errors(30_000), 277), "{writes}");
        assert_eq!(best.1.errors, 3);
    };
    summary("once");
    // Epochs that are sent again change nothing.
    for epoch in [30_000, 277, 777] {
        send(&mut journal, Report::Epoch(epoch_report(runs[1], epoch, epoch, errors(epoch))));
    }
    commit(&mut journal);
    summary("again");
    assert_eq!(Store::reader(&place.store).curve(runs[1]).unwrap().epochs.len(), 30_000);
}

/// What the child processes of the tests above do; nothing in an ordinary run.
#[test]
fn child_process() {
    let Some(store) = std::env::var_os("STILLROOM_TEST_STORE") else { return };
    let store = Path::new(&store);
    match std::env::var("STILLROOM_TEST_CHILD").unwrap().as_str() {
        "busy" => {
            busy_job(store);
        }
        "abort" => {
            let writer = Store::writer(store).unwrap();
            let mut journal = writer.journal();
            let (job, runs) = start(&mut journal, false, 5000);
            journal.lease(job).unwrap();
            send(&mut journal, Report::Steps(steps(runs[1], 0..1500, 0.0)));
            commit(&mut journal);
            send(&mut journal, Report::Steps(steps(runs[1], 1500..1600, 0.0)));
            std::process::abort();
        }
        other => panic!("{other}"),
    }
}

const BUSY_STEPS: u64 = 20_000;

/// A job that commits often.
fn busy_job(store: &Path) -> (JobId, Vec<RunId>) {
    let writer = Store::writer(store).unwrap();
    let mut journal = writer.journal();
    let (job, runs) = start(&mut journal, false, BUSY_STEPS);
    for first in (0..BUSY_STEPS).step_by(100) {
        send(&mut journal, Report::Steps(steps(runs[1], first..first + 100, 0.0)));
        commit(&mut journal);
    }
    (job, runs)
}

fn child(what: &str, store: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["child_process", "--exact"]).env("STILLROOM_TEST_CHILD", what).env("STILLROOM_TEST_STORE", store);
    command
}

/// A folder with a store in it.
struct Place {
    folder: tempfile::TempDir,
    store: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: folder.path().join("deeper/store.db"), folder }
    }

    fn resume_files(&self, job: JobId) -> Vec<PathBuf> {
        let folder = self.folder.path().join(format!("deeper/store.db.files/resume/{job}"));
        std::fs::read_dir(folder)
            .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
            .unwrap_or_default()
    }
}

fn send(journal: &mut dyn Journal, report: Report) {
    let report = Arc::new(report);
    while let Err(error) = journal.send(&report) {
        assert_eq!(error, JournalError::Busy);
    }
}

fn commit(journal: &mut dyn Journal) {
    replay(&[], journal).unwrap();
}

/// Begins a job of a teacher, a student and a baseline.
fn start(journal: &mut dyn Journal, train_teacher: bool, steps: u64) -> (JobId, Vec<RunId>) {
    let (job, runs) = journal.reserve(3).unwrap();
    let recipe = Recipe::parse(QUICKSTART.text, None, &[]).unwrap();
    let mut infos: Vec<_> = [Role::Teacher, Role::Student, Role::Baseline]
        .iter()
        .zip(&runs)
        .map(|(role, run)| RunInfo { steps, ..info(*run, *role, &recipe) })
        .collect();
    infos[0].loaded = !train_teacher;
    let mut texts = Texts::new(false);
    for text in ["a \u{0}\n", "", "电影"] {
        texts.push(text, None);
    }
    let probe = Probe {
        rows: vec![3, 1, u32::MAX],
        labels: vec![0, 1, 1],
        classes: vec!["zéro".into(), "一".into()],
        shape: vec![1, 2, 1],
        inputs: vec![0.0, 0.25, 0.5, 0.75, 1.0, f32::MIN_POSITIVE],
        texts,
        teacher: Vec::new(),
    };
    let started = Started {
        job,
        at_millis: 1_700_000_000_123,
        sweep: recipe.into(),
        runs: infos,
        device: "cpu".into(),
        probe: probe.into(),
        data: None,
    };
    send(journal, Report::Started(started));
    (job, runs)
}

/// Why the job of [`start`] ended.
fn why() -> Phrase {
    Phrase::filled("job-panicked", vec![("problem".into(), "it fell".into())])
}

fn info(run: RunId, role: Role, recipe: &Recipe) -> RunInfo {
    RunInfo {
        stage: Stage(u32::from(role != Role::Teacher)),
        run,
        role,
        teachers: Vec::new(),
        recipe: recipe.clone(),
        model: "MLP 64–64".into(),
        seed: i64::MAX as u64,
        parameters: 55_050,
        steps: 0,
        steps_per_epoch: 10,
        loaded: false,
        place: 0,
    }
}

/// A job with every kind of report in it, resumed once.
fn whole_job(journal: &mut dyn Journal, outcome: JobOutcome) -> (JobId, Vec<RunId>) {
    let (job, runs) = start(journal, true, 3000);
    let [teacher, student, baseline] = runs[..] else { panic!() };
    let resume = |stage, step: u64, text: &str| {
        let bytes = Arc::new(format!("{text} at {step}").into_bytes());
        Report::ResumeState(ResumeState { job, stage, step, bytes })
    };
    let event =
        |number, stage, step, kind| Report::Event(Event { job, number, at_millis: 10 + number, stage, step, kind });
    let change = |setting, from, to| EventKind::Change(Change { run: None, setting, from, to });
    let mut all = vec![
        Report::Steps(of_labels(steps(teacher, 0..20, 0.0))),
        Report::Epoch(epoch_report(teacher, 1, 10, 9)),
        resume(Stage(0), 10, "teacher"),
        Report::Snapshot(Snapshot { run: teacher, step: 20, logits: vec![1.0, -0.0, f32::INFINITY].into() }),
        Report::RunFinished(RunFinished { test: Some(metrics(2)), ..finished(teacher, 20, RunOutcome::Done) }),
        resume(Stage(1), 0, "students"),
        event(0, Stage(1), 5, EventKind::Paused),
        event(1, Stage(1), 5, change(Setting::TEMPERATURE, 4.0, 8.0)),
        Report::Snapshot(Snapshot { run: student, step: 0, logits: vec![0.5; 6].into() }),
    ];
    let mut curve = steps(student, 0..3000, 0.0);
    curve.total[100] = f32::NAN;
    curve.terms[0].1[101] = f32::NEG_INFINITY;
    let part = |range: std::ops::Range<usize>| {
        let cut = |values: &[f32]| values[range.clone()].to_vec();
        let terms = curve.terms.iter().map(|(name, values)| (name.clone(), cut(values))).collect();
        Report::Steps(Steps { run: student, first_step: range.start as u64, terms, total: cut(&curve.total) })
    };
    for first in (0..3000).step_by(7) {
        all.push(part(first..(first + 7).min(3000)));
    }
    // Interrupted, and resumed from step 20.
    all.push(Report::Epoch(epoch_report(student, 1, 10, 6)));
    all.push(resume(Stage(1), 10, "students"));
    all.push(resume(Stage(1), 20, "students"));
    all.push(Report::Resumed(Resumed {
        job,
        at_millis: 50,
        stage: Stage(1),
        step: 20,
        retried: vec![],
        device: "cpu".into(),
    }));
    all.push(part(20..3000));
    all.push(Report::Steps(of_labels(steps(baseline, 0..50, 0.0))));
    all.push(event(2, Stage(1), 25, change(Setting::LEARNING_RATE, 1e-3, 0.1)));
    all.push(Report::Epoch(Epoch { loss: LossTerms::default(), ..epoch_report(student, 2, 20, 5) }));
    all.push(Report::Epoch(epoch_report(student, 3, 30, 7)));
    all.push(Report::Answers(answers(student, Part::Validation, &[0, 1, 2, u32::MAX])));
    all.push(Report::Exits(Exits {
        run: student,
        step: 8,
        speed: 0.5,
        classes: 2,
        labels: Arc::new(vec![0, 1]),
        lengths: Arc::new(vec![3, 7]),
        costs: vec![[1.0, 2.0, 0.5], [2.0, 4.0, 1.0]],
        whole: [0.5, 3.0, 1.0],
        logits: Arc::new(vec![0.5, -0.5, 1.0, f32::MIN_POSITIVE, 0.0, -0.0, 2.0, 3.0]),
    }));
    let teacher = OutsideTeacher {
        source: "{ checkpoint = \"big.onnx\" }".into(),
        data: "0a".into(),
        name: "big.onnx".into(),
        parameters: 7,
        digest: "0b".into(),
        classes: 2,
    };
    let logits = Arc::new(vec![0.5, -0.0, f32::MAX, f32::MIN_POSITIVE]);
    all.push(Report::Outside(Outside { job, teacher, logits }));
    all.push(Report::Answers(answers(student, Part::Test, &[300, 1, 2, u32::MAX])));
    all.push(Report::Answers(answers(baseline, Part::Validation, &[1, 1, 0, 0])));
    all.push(Report::RunFinished(RunFinished { checkpoint: None, ..finished(student, 3000, RunOutcome::Diverged) }));
    all.push(Report::JobEnded(JobEnded { job, at_millis: 99, outcome, message: Some(why()) }));
    for report in all {
        send(journal, report);
    }
    commit(journal);
    (job, runs)
}

fn steps(run: RunId, range: std::ops::Range<u64>, salt: f32) -> Steps {
    let values = |scale: f32| range.clone().map(|step| step as f32 * scale + salt).collect::<Vec<_>>();
    let terms = vec![("soft".into(), values(0.1)), ("hard".into(), values(0.2))];
    Steps { run, first_step: range.start, terms, total: values(0.3) }
}

/// Of a run without a teacher.
fn of_labels(mut steps: Steps) -> Steps {
    steps.terms.remove(0);
    steps
}

fn losses(soft: Option<f64>, hard: Option<f64>, total: Option<f64>) -> LossTerms {
    LossTerms { terms: vec![("soft".into(), soft), ("hard".into(), hard)], total }
}

fn metrics(errors: u64) -> Metrics {
    Metrics {
        examples: 300,
        errors,
        accuracy: 1.0 - errors as f64 / 300.0,
        agreement: Some(0.1 + 0.2),
        kl: None,
        ece: Some(1e-300),
        errors_by_class: vec![errors, 0, 2],
        loss: losses(Some(0.3), None, Some(f64::MAX)),
    }
}

fn epoch_report(run: RunId, epoch: u64, step: u64, errors: u64) -> Epoch {
    let loss = losses(Some(1.0 / 3.0), Some(2.0 / 3.0), None);
    Epoch { run, epoch, step, loss, left_out: vec![("soft".into(), 2)], validation: metrics(errors) }
}

fn answers(run: RunId, part: Part, predicted: &[u32]) -> Answers {
    let (rows, labels) = (Arc::new(vec![3, 5, 8, 70_000]), Arc::new(vec![0, 1, 2, 0]));
    let logits = (part == Part::Validation && run.0 == 2).then(|| Arc::new(vec![0.25, f32::NAN, -1.0, f32::INFINITY]));
    Answers { run, part, rows, labels, predicted: Arc::new(predicted.to_vec()), logits }
}

fn finished(run: RunId, steps: u64, outcome: RunOutcome) -> RunFinished {
    RunFinished {
        cost: Some(Cost { bytes: 12, multiply_adds: 34, microseconds: [5.5, 0.25], machine: "here".into() }),
        run,
        at_millis: 77,
        outcome,
        steps,
        seconds: 1.23,
        validation: Some(metrics(3)),
        test: None,
        training: Some(metrics(1)),
        shares: vec![("soft".into(), 0.75), ("hard".into(), 0.25)],
        checkpoint: Some(Arc::new(b"weights".to_vec())),
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// All rows of all tables.
fn dump(store: &Path) -> Vec<(String, Vec<Vec<Value>>)> {
    let connection = Connection::open(store).unwrap();
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let rows = |table: &str| {
        let mut all = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let rows = all.query_map([], |row| (0..columns).map(|column| row.get(column)).collect::<Result<_, _>>());
        let mut rows: Vec<Vec<Value>> = rows.unwrap().collect::<Result<_, _>>().unwrap();
        rows.sort_by_cached_key(|row| format!("{row:?}"));
        rows
    };
    names.into_iter().map(|name| (name.clone(), rows(&name))).collect()
}

fn intact(store: &Path) {
    let connection = Connection::open(store).unwrap();
    let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    assert!(!connection.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
}
