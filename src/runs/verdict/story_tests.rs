//! The sentences of jobs of every kind, and what they rest on.

use std::collections::HashMap;
use std::sync::Arc;

use super::*;
use crate::distill::{Course, Ramp, Shape};
use crate::protocol::{Answers, JobOutcome, LossTerms, Metrics, Part, Role, RunId, RunInfo, RunOutcome, Stage};
use crate::recipe::{Baseline, QUICKSTART, Sweep};
use crate::runs::Board;
use crate::text::{Phrase, phrase};

/// A job of made-up results.
struct Job {
    board: Board,
    infos: Vec<RunInfo>,
    results: HashMap<RunId, (RunOutcome, bool, [u64; 2])>,
    answers: HashMap<(RunId, Part), Answers>,
    parts: HashMap<(RunId, Part), Metrics>,
    outcome: JobOutcome,
    message: Option<Phrase>,
}

fn metrics(errors: u64, examples: u64) -> Metrics {
    Metrics {
        examples,
        errors,
        accuracy: 1.0 - errors as f64 / examples as f64,
        agreement: Some(0.5 + errors as f64 / 1e4),
        kl: None,
        ece: None,
        errors_by_class: vec![errors],
        loss: LossTerms::default(),
    }
}

impl Job {
    /// The quick start with these fields changed; `errors` gives those of a run on validation and on test rows.
    fn new(overrides: &[&str], errors: impl Fn(&RunInfo) -> [u64; 2]) -> Self {
        let overrides: Vec<_> = overrides.iter().map(|text| crate::recipe::Override::parse(text).unwrap()).collect();
        let sweep = Sweep::parse(QUICKSTART.text, None, &overrides).unwrap();
        let mut infos = Vec::new();
        let mut add = |role: Role, recipe: &crate::recipe::Recipe| {
            infos.push(RunInfo {
                run: RunId(infos.len() as u64 + 1),
                role,
                teachers: Vec::new(),
                stage: Stage(0),
                recipe: recipe.clone(),
                model: "MLP 200–200".to_owned(),
                seed: recipe.training.seed,
                parameters: 1,
                steps: 1_000,
                steps_per_epoch: 50,
                loaded: role == Role::Teacher,
                place: 0,
            });
        };
        add(Role::Teacher, &sweep.base);
        let cells = sweep.cells().unwrap();
        for cell in &cells {
            add(Role::Student, &cell.recipe);
        }
        for baseline in sweep.base.compared() {
            let mut seeds: Vec<u64> = Vec::new();
            for cell in &cells {
                if !seeds.contains(&cell.recipe.training.seed) {
                    seeds.push(cell.recipe.training.seed);
                    add(Role::Baseline, &cell.recipe.as_baseline(baseline));
                }
            }
        }
        let results = infos.iter().map(|info| (info.run, (RunOutcome::Done, false, errors(info)))).collect();
        let board = Board::new(&sweep, &infos);
        let (answers, parts) = (HashMap::new(), HashMap::new());
        let mut job = Self { board, infos, results, answers, parts, outcome: JobOutcome::Done, message: None };
        job.measure();
        job
    }

    fn measure(&mut self) {
        for (run, (_, _, [validation, test])) in &self.results {
            self.parts.insert((*run, Part::Validation), metrics(*validation, 500));
            self.parts.insert((*run, Part::Test), metrics(*test, 1_000));
        }
    }

    fn run(&self, role: Role) -> RunId {
        self.infos.iter().find(|info| info.role == role).unwrap().run
    }

    fn ends(&mut self, role: Role, outcome: RunOutcome) {
        let run = self.run(role);
        self.results.get_mut(&run).unwrap().0 = outcome;
    }

    /// Rows on which student and baseline answer rightly or wrongly; the rest are right for both.
    fn answer(&mut self, wrong: [&[u32]; 2]) {
        let (rows, labels) = (Arc::new((0..1_000).collect::<Vec<u32>>()), Arc::new(vec![0; 1_000]));
        for (role, wrong) in [Role::Student, Role::Baseline].into_iter().zip(wrong) {
            let run = self.run(role);
            let predicted = (0..1_000).map(|row| u32::from(wrong.contains(&row))).collect();
            let (rows, labels) = (Arc::clone(&rows), Arc::clone(&labels));
            let answers = Answers { run, part: Part::Test, rows, labels, predicted: Arc::new(predicted), logits: None };
            self.answers.insert((run, Part::Test), answers);
        }
    }

    /// Of each part every run missed the first rows, as many as were counted.
    fn store_rows(&mut self) {
        for (run, (_, _, errors)) in &self.results {
            for (part, wrong, all) in [(Part::Validation, errors[0], 500), (Part::Test, errors[1], 1_000)] {
                let (rows, labels) = (Arc::new((0..all).collect()), Arc::new(vec![0; all as usize]));
                let predicted = Arc::new((0..all).map(|row| u32::from(u64::from(row) < wrong)).collect());
                self.answers.insert((*run, part), Answers { run: *run, part, rows, labels, predicted, logits: None });
            }
        }
    }

    fn story(&self) -> Story {
        let end = |run: RunId| {
            let (outcome, edited, _) = self.results.get(&run)?;
            Some(RunEnd {
                cost: None,
                outcome: *outcome,
                edited: *edited,
                steps: 400,
                validation: self.parts.get(&(run, Part::Validation)),
                test: self.parts.get(&(run, Part::Test)),
                training: None,
                shares: &[],
            })
        };
        let classes: Vec<String> = (0..10).map(|class: u32| class.to_string()).collect();
        let facts = JobFacts {
            board: &self.board,
            infos: &self.infos,
            classes: &classes,
            outcome: Some(self.outcome),
            message: self.message.as_ref(),
            end: &end,
            first_agreement: &|_| None,
            heard: &|_| None,
            answers: &|run, part| self.answers.get(&(run, part)),
        };
        facts.story().unwrap()
    }

    fn says(&self) -> (Standing, String) {
        let story = self.story();
        (story.standing, story.sentence.to_string())
    }
}

/// The same errors on both parts: of the teacher, of students and of baselines by seed.
fn by_role(students: &[u64], baselines: &[u64]) -> impl Fn(&RunInfo) -> [u64; 2] {
    let (students, baselines) = (students.to_vec(), baselines.to_vec());
    move |info| match info.role {
        Role::Teacher => [14, 23],
        Role::Student | Role::Companion => [students[info.seed as usize] / 2, students[info.seed as usize]],
        Role::Baseline => [baselines[info.seed as usize] / 2, baselines[info.seed as usize]],
    }
}

const FOUR: &str = "training.seed=[0, 1, 2, 3]";

#[test]
fn one_seed_leads_with_numbers_and_never_decides() {
    let says = |student, baseline| Job::new(&[], by_role(&[student], &[baseline])).says();
    let undecided = |text: &str| (Standing::Undecided, text.to_owned());
    assert_eq!(
        says(47, 71),
        undecided("Fewer errors with this seed: 47 against 71 of 1,000. Not sure yet: four seeds would tell.")
    );
    assert_eq!(
        says(71, 47),
        undecided("More errors with this seed: 71 against 47 of 1,000. Not sure yet: four seeds would tell.")
    );
    assert_eq!(
        says(50, 50),
        undecided("As many errors with this seed: 50 and 50 of 1,000. Not sure yet: four seeds would tell.")
    );
    let job = Job::new(&[], by_role(&[47], &[71]));
    assert!(job.story().wants_seeds);
    let drawing = job.story().drawing.unwrap();
    assert_eq!((drawing.part, drawing.examples), (Part::Test, 1_000));
    let lines: Vec<(Role, Vec<u64>)> = drawing.lines.into_iter().map(|line| (line.role, line.errors)).collect();
    assert_eq!(lines, [(Role::Teacher, vec![23]), (Role::Student, vec![47]), (Role::Baseline, vec![71])]);
}

#[test]
fn what_was_kept_from_the_student_is_told_first() {
    let mut job = Job::new(&["data.omit_classes={ any = [[\"0\"]] }"], by_role(&[3], &[9]));
    job.answer([&[1, 2, 3], &[3, 10, 11, 12, 13, 14, 15, 16, 17]]);
    let why = job.story().why[0].to_string();
    assert_eq!(why, "It was never shown “0”; of 1,000 such test rows it has 997 right, the baseline 991.");
}

#[test]
fn rows_on_which_one_is_right_are_counted_and_tested() {
    let mut job = Job::new(&[], by_role(&[3], &[9]));
    assert_eq!(job.story().rows, None, "nothing is known of jobs of an older version");
    job.answer([&[1, 2, 3], &[3, 10, 11, 12, 13, 14, 15, 16, 17]]);
    let story = job.story();
    assert_eq!(story.rows, Some(Discordant { better: 8, worse: 2 }));
    let why: Vec<String> = story.why.iter().map(Phrase::to_string).collect();
    assert!(
        why[0].starts_with("On 10 rows only one of the two is right: the student on 8, the baseline on 2."),
        "{why:?}"
    );
    assert!(why[0].contains("Chance alone explains that (McNemar’s exact test, p = 0.11)"), "{why:?}");
    assert!(
        why.iter().any(|why| why.contains("the teacher’s answer in 50.0 % of rows, the baseline in 50.0 %")),
        "{why:?}"
    );
    assert!(why.iter().any(|why| why == "The teacher itself makes 23 errors on 1,000 test rows."), "{why:?}");
}

#[test]
fn four_seeds_decide() {
    let says = |students: [u64; 4], baselines: [u64; 4]| Job::new(&[FOUR], by_role(&students, &baselines)).says();
    assert_eq!(
        says([35, 38, 32, 35], [70, 74, 66, 70]),
        (
            Standing::Helped,
            "Distillation helped: 35 ± 2.4 against 70 ± 3.3 errors of 1,000 test rows, 4 seeds; the 95 % interval is \
             33.7 to 36.3 fewer (seeds only)."
                .to_owned()
        )
    );
    let (standing, sentence) = says([70, 74, 66, 70], [35, 38, 32, 35]);
    assert_eq!(standing, Standing::DidNot);
    assert!(
        sentence.starts_with("Distillation did not help: ") && sentence.ends_with("33.7 to 36.3 more (seeds only)."),
        "{sentence}"
    );
    let (standing, sentence) = says([70, 60, 75, 66], [68, 66, 69, 71]);
    assert_eq!(standing, Standing::Undecided);
    assert!(sentence.contains("fewer to ") && sentence.contains("cannot tell them apart"), "{sentence}");
    // t is 3.182 with 3 degrees of freedom: −5.75 ± 5.26 ends within half an error of 0.
    let (standing, sentence) = says([60, 64, 68, 61], [70, 70, 70, 66]);
    assert_eq!(standing, Standing::Helped);
    assert!(sentence.starts_with("Distillation helped, barely: "), "{sentence}");
    let (standing, sentence) = says([60, 61, 62, 63], [70, 71, 72, 73]);
    assert_eq!(standing, Standing::Undecided);
    assert!(sentence.contains("differs by the same amount"), "{sentence}");
}

#[test]
fn an_interval_says_whether_rows_count() {
    let seeds_only =
        "Seeds only: which rows each run missed is not stored, so the interval holds for these test rows alone.";
    let mut job = Job::new(&[FOUR], by_role(&[35, 38, 32, 35], &[70, 74, 66, 70]));
    let told = |job: &Job| job.story().why.iter().any(|why| why.to_string() == seeds_only);
    assert!(job.says().1.ends_with("33.7 to 36.3 fewer (seeds only).") && told(&job));
    // About 35 of 1,000 rows make the difference: by 1,000 others it were one of 35 ± 1.962 · √31.18.
    job.store_rows();
    let (standing, sentence) = job.says();
    assert_eq!(standing, Standing::Helped);
    assert!(sentence.ends_with("; the 95 % interval is 24 to 46 fewer."), "{sentence}");
    assert!(!told(&job));
    // Answers that do not come to what was counted tell nothing.
    let run = job.run(Role::Student);
    job.results.get_mut(&run).unwrap().2 = [17, 34];
    job.measure();
    assert!(job.says().1.ends_with(" fewer (seeds only).") && told(&job));
    // One seed has no interval to say that of.
    assert!(!told(&Job::new(&[], by_role(&[47], &[71]))));
}

const BOTH: &str = "training.baseline=[\"plain\", \"teacher-labels\"]";
const TAUGHT: &str = "training.baseline=\"teacher-labels\"";

/// The same errors on both parts: of students, of plain baselines and of those that learn the teacher's classes, by seed.
fn by_kind(students: [u64; 4], plain: [u64; 4], taught: [u64; 4]) -> impl Fn(&RunInfo) -> [u64; 2] {
    move |info| {
        let seed = info.seed as usize;
        let errors = match (info.role, info.baseline()) {
            (Role::Teacher, _) => 23,
            (Role::Student, _) => students[seed],
            (_, Some(kind)) if kind.needs_teacher() => taught[seed],
            _ => plain[seed],
        };
        [errors / 2, errors]
    }
}

#[test]
fn a_gain_is_one_over_the_better_of_plain_and_longer() {
    let mutual = ["distill={ method = \"mutual\" }", "training.baseline=[\"plain\", \"longer\"]", FOUR];
    let story = |longer: [u64; 4]| {
        let errors = move |info: &RunInfo| {
            let seed = info.seed as usize;
            let errors = match (info.role, info.baseline()) {
                (Role::Student, _) => [35, 38, 32, 35][seed],
                (_, Some(kind)) if kind.is_longer => longer[seed],
                _ => [70, 74, 66, 70][seed],
            };
            [errors / 2, errors]
        };
        Job::new(&mutual, errors).story()
    };
    // Against the plain one it wins either way.
    let (gain, none) = (story([60, 64, 56, 60]), story([35, 37, 33, 35]));
    assert_eq!((gain.standing, none.standing), (Standing::Helped, Standing::Undecided));
    for story in [&gain, &none] {
        let said = story.sentence.to_string();
        assert!(said.contains("longer training"), "{said}");
    }
    // Where taking longer does harm, the plain one is the better.
    assert!(story([90, 94, 86, 90]).sentence.to_string().starts_with("Distillation helped: 35 ± 2.4 against 70 ± 3.3"));
}

#[test]
fn who_was_trained_for_a_student_is_counted_beside_the_baseline() {
    let told = |distill: &str, places: &[u32]| {
        let mut job = Job::new(
            &[distill, "training.keep=\"best\"", "training.baseline=[\"plain\", \"longer\"]"],
            by_role(&[35], &[70]),
        );
        let student = job.infos.iter().find(|info| info.role == Role::Student).unwrap().clone();
        for place in places {
            let run = RunId(100 + u64::from(*place));
            job.infos.push(RunInfo { run, role: Role::Companion, place: *place, ..student.clone() });
            job.results.insert(run, (RunOutcome::Done, false, [20, 40]));
        }
        job.measure();
        job.story().why.iter().map(ToString::to_string).find(|why| why.contains("networks"))
    };
    let words = |networks: u32, steps: &str| {
        format!("Its {networks} networks took {steps} steps in all, the baseline’s one 400.")
    };
    assert_eq!(told("distill={ method = \"mutual\", peers = 3 }", &[1, 2]), Some(words(3, "1,200")));
    assert_eq!(told("distill={ method = \"born-again\", generations = 2 }", &[1]), Some(words(3, "1,200")));
    assert_eq!(told("distill={ method = \"dkd\" }", &[]), None);
}

#[test]
fn what_explains_a_gain_is_said_in_a_sentence() {
    let plain = [70, 74, 66, 70];
    let story = |students, taught| Job::new(&[FOUR, BOTH], by_kind(students, plain, taught)).story();
    let (gain, none) = (story([35, 38, 32, 35], [50, 55, 47, 51]), story([35, 38, 32, 35], [36, 36, 34, 34]));
    for story in [&gain, &none] {
        assert_eq!(story.standing, Standing::Helped);
        assert!(story.sentence.to_string().starts_with("Distillation helped: 35 ± 2.4 against 70 ± 3.3 errors"));
        let lines: Vec<Option<&str>> =
            story.drawing.iter().flat_map(|it| &it.lines).map(|line| line.baseline.map(|it| it.name)).collect();
        assert_eq!(lines, [None, None, Some("plain"), Some("teacher-labels")]);
    }
    let said = gain.sentence.to_string();
    assert!(said.contains(" It beats the teacher’s class alone, too: 35 ± 2.4 against 50.8 ± 3.3 errors"), "{said}");
    let said = none.sentence.to_string();
    let expected =
        " More labels explain it: not shown to be better than the teacher’s class alone: 35 ± 2.4 against 35 ± ";
    assert!(said.contains(expected), "{said}");
    // Nothing is gained: the numbers are told, and no word is said of them.
    let lost = story([71, 73, 67, 70], [50, 55, 47, 51]);
    assert_eq!(lost.standing, Standing::Undecided);
    assert!(!lost.sentence.to_string().contains("class alone"), "{}", lost.sentence);
    let why: Vec<String> = lost.why.iter().map(Phrase::to_string).collect();
    let beside = "The teacher’s class alone: 50.8 ± 3.3 errors of 1,000 test rows.";
    assert!(why.iter().any(|why| why == beside), "{why:?}");
}

#[test]
fn what_smoothing_alone_may_explain_is_said_in_a_sentence() {
    let all = "training.baseline=[\"plain\", \"label-smoothing\", \"teacher-labels\"]";
    let story = |smoothed: [u64; 4]| {
        let mut job = Job::new(&[FOUR, all], move |info| {
            let of = match (info.role, info.baseline().map(|baseline| baseline.name)) {
                (Role::Teacher, _) => [23; 4],
                (Role::Student, _) => [35, 38, 32, 35],
                (_, Some("label-smoothing")) => smoothed,
                (_, Some("teacher-labels")) => [90, 95, 87, 91],
                _ => [70, 74, 66, 70],
            };
            let errors = of[info.seed as usize];
            [errors / 2, errors]
        });
        job.store_rows();
        job.story()
    };
    let names = |story: &Story| -> Vec<Option<&str>> {
        story.drawing.iter().flat_map(|it| &it.lines).map(|line| line.baseline.map(|it| it.name)).collect()
    };
    let explained = story([36, 36, 34, 34]);
    assert_eq!(names(&explained), [None, None, Some("plain"), Some("label-smoothing"), Some("teacher-labels")]);
    let said = explained.sentence.to_string();
    assert!(said.starts_with("Distillation helped: 35 ± 2.4 against 70 ± 3.3 errors"), "{said}");
    let expected = " What helped may be smoothing alone: not shown to be better than the label-smoothed student: 35 ± 2.4 \
                    against 35 ± ";
    assert!(said.contains(expected), "{said}");
    assert!(said.contains(" It beats the teacher’s class alone, too: "), "{said}");
    let said = story([60, 64, 57, 61]).sentence.to_string();
    assert!(said.contains(" It beats the label-smoothed student, too: 35 ± 2.4 against 60.5 ± "), "{said}");
    let said = story([10, 14, 7, 11]).sentence.to_string();
    let expected =
        " What helped may be smoothing alone: not shown to be better than the label-smoothed student, but worse: ";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn seeds_that_a_further_baseline_lacks_leave_it_open() {
    let mut job = Job::new(&[FOUR, BOTH], by_kind([35, 38, 32, 35], [70, 74, 66, 70], [50, 55, 47, 51]));
    let taught: Vec<RunId> =
        job.infos.iter().filter(|info| info.baseline().is_some_and(Baseline::needs_teacher)).map(|it| it.run).collect();
    for run in &taught[..2] {
        job.results.get_mut(run).unwrap().0 = RunOutcome::Diverged;
    }
    let said = job.story().sentence.to_string();
    assert!(
        said.ends_with("Whether that is more than the teacher’s class alone gives is open: too few seeds have both.")
    );
}

#[test]
fn one_seed_tells_the_numbers_of_each_baseline() {
    let seeds = |first| [first, 0, 0, 0];
    let story = Job::new(&[BOTH], by_kind(seeds(47), seeds(71), seeds(50))).story();
    let said = story.sentence.to_string();
    assert!(said.starts_with("Fewer errors with this seed: 47 against 71 of 1,000."), "{said}");
    let why: Vec<String> = story.why.iter().map(Phrase::to_string).collect();
    assert!(why.contains(&"The teacher’s class alone: 50 errors of 1,000 test rows.".to_owned()), "{why:?}");
}

#[test]
fn a_comparison_with_the_teachers_classes_alone_says_so() {
    let against = "That is against the teacher’s class alone: no student was trained without a teacher.";
    let job = Job::new(&[FOUR, TAUGHT], by_kind([35, 38, 32, 35], [0; 4], [50, 55, 47, 51]));
    let (standing, said) = job.says();
    assert_eq!(standing, Standing::Helped);
    assert!(said.contains("35 ± 2.4 against 50.8 ± 3.3 errors") && said.ends_with(against), "{said}");
    let seeds = |first| [first, 0, 0, 0];
    let (_, said) = Job::new(&[TAUGHT], by_kind(seeds(47), seeds(0), seeds(50))).says();
    assert!(said.starts_with("Fewer errors with this seed: 47 against 50") && said.ends_with(against), "{said}");
}

#[test]
fn what_did_not_come_to_its_end_is_not_judged() {
    let job = || Job::new(&[], by_role(&[47], &[71]));
    let mut diverged = job();
    diverged.ends(Role::Student, RunOutcome::Diverged);
    diverged.outcome = JobOutcome::Failed;
    diverged.message = Some(phrase!("job-diverged"));
    assert!(diverged.says().1.starts_with("The student diverged after step 400"), "{:?}", diverged.says());
    assert!(diverged.story().drawing.is_none() && !diverged.story().wants_seeds);
    let mut stopped = job();
    stopped.outcome = JobOutcome::Stopped;
    stopped.ends(Role::Student, RunOutcome::Stopped);
    stopped.ends(Role::Baseline, RunOutcome::Stopped);
    assert_eq!(
        stopped.says().1,
        "Stopped after step 400 of 1,000, so it is not judged: 47 errors, without a teacher 71, of 1,000 test rows."
    );
    let mut lost = job();
    lost.ends(Role::Baseline, RunOutcome::Diverged);
    assert!(lost.says().1.starts_with("The student without a teacher diverged"), "{:?}", lost.says());
    let mut edited = job();
    let run = edited.run(Role::Student);
    edited.results.get_mut(&run).unwrap().1 = true;
    assert!(edited.says().1.ends_with("Settings were moved on the way, so it is not judged."), "{:?}", edited.says());
    let mut failed = job();
    failed.outcome = JobOutcome::Failed;
    failed.message = Some(Phrase::plain("the disk is full"));
    failed.results.clear();
    assert_eq!(failed.says().1, "The job failed: the disk is full");
    let alone = Job::new(&["training.baseline=false"], by_role(&[47], &[]));
    assert!(alone.says().1.starts_with("No baseline was trained, so nothing says whether the teacher helped: 47"));
}

#[test]
fn what_moves_while_it_trains_is_a_value_of_its_axis_in_words() {
    let moving = ["linear", "cosine"].map(|shape| format!("{{ schedule = \"{shape}\", from = 8, to = 1 }}"));
    let grid = format!("distill.temperature=[4, {}, {}]", moving[0], moving[1]);
    let job = Job::new(&[&grid, FOUR], |info| {
        let errors = match info.temperature() {
            Some(Course::Moving(Ramp { shape: Shape::Linear, .. })) => 60,
            Some(Course::Moving(_)) => 70,
            _ => 140,
        };
        [errors + info.seed; 2]
    });
    let axis = &job.board.axes[0];
    assert_eq!(axis.labels.iter().map(Phrase::to_string).collect::<Vec<_>>(), ["4", "8 → 1", "8 → 1 cosine"]);
    assert_eq!(axis.numbers, None);
    let labels: Vec<String> = job.board.cells.iter().map(|cell| cell.label.to_string()).collect();
    assert_eq!(labels, ["T 4 · 0.9/0.1", "T 8 → 1 · 0.9/0.1", "T 8 → 1 cosine · 0.9/0.1"]);
    assert!(job.board.cells.iter().enumerate().all(|(at, cell)| cell.on_all_axes() == Some(vec![at])));
    assert!(job.says().1.contains("That is T 8 → 1 · 0.9/0.1"), "{:?}", job.says());
}

#[test]
fn a_sweep_says_how_many_cells_are_clear_tied_and_what_explains_them() {
    let grid = ["distill.temperature=[1, 4, 8]", FOUR];
    let job = |best: [u64; 4]| {
        Job::new(&grid, move |info| {
            let seed = info.seed as usize;
            let of = match (info.role, info.recipe.distill.temperature()) {
                (Role::Student, Some(t)) if t > 6.0 => best[seed],
                (Role::Student, Some(t)) if t > 2.0 => best[seed] + [1, 3, 0, 0][seed],
                (Role::Student, _) => [130, 128, 135, 131][seed],
                _ => [140, 150, 138, 146][seed],
            };
            [of, of]
        })
    };
    let story = job([60, 64, 59, 66]).story();
    let sentence = story.sentence.to_string();
    assert_eq!(story.standing, Standing::Helped);
    assert!(sentence.ends_with("That is T 8 · 0.9/0.1, the best of 3 cells on validation."), "{sentence}");
    let why: Vec<String> = story.why.iter().map(Phrase::to_string).collect();
    assert!(why[0].starts_with("On validation 2 of 3 cells make clearly fewer errors"), "{why:?}");
    assert_eq!(why[1], "1 of the other 2 cells cannot be told from the best one.");
    assert!(why[2].contains("validation errors: temperature 99 %; the rest (1 %)"), "{why:?}");

    // Ahead on test rows, but no cell is clear on validation: never "better" over "0 of 3".
    let mut lucky = Job::new(&grid, |info| {
        let seed = info.seed as usize;
        match info.role {
            Role::Student => [[139, 151, 137, 147][seed], [60, 64, 59, 66][seed]],
            _ => [[140, 150, 138, 146][seed]; 2],
        }
    });
    lucky.measure();
    let story = lucky.story();
    assert_eq!(story.standing, Standing::Undecided);
    assert!(
        story.sentence.to_string().contains("on validation none of 3 cells is clear by itself"),
        "{}",
        story.sentence
    );
}
