//! What a recipe is going to do, before it does it: how many cells, seeds, baselines and runs, and how long they take at the
//! pace that was measured last.

use std::collections::BTreeSet;

use crate::distill::{Company, Over};
use crate::protocol::{Activity, Preview, Progress, RunInfo};
use crate::recipe::fields::METHOD;
use crate::recipe::{Baseline, MOST_CELLS, Recipe, SEED, Strategy, Sweep, TeacherPart, TeacherRecipe, TrainingRecipe};

/// How much there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Cells, seeds not counted; none without a student.
    pub cells: usize,
    /// Seeds of each cell.
    pub seeds: usize,
    /// What students are compared with: of each kind one for all cells that differ in nothing that it depends on.
    pub baselines: usize,
    /// Students, those who are trained for their sake, and baselines together; without a student, the teachers that are trained.
    pub runs: usize,
    /// As many trainings of the recipe's length as these are: a baseline may take longer.
    pub trainings: usize,
}

/// What can be swept without making a step longer or the training of a run.
const SAME_WORK: [&str; 5] =
    ["distill.", "training.learning_rate", "training.weight_decay", SEED, "teacher.checkpoint"];

impl Estimate {
    /// Counts what a recipe asks for.
    pub fn of(sweep: &Sweep) -> Self {
        if sweep.base.student.is_none() {
            let trained = sweep.base.teacher.as_ref().map_or(0, TeacherRecipe::trained);
            return Self { cells: 0, seeds: 1, baselines: 0, runs: trained, trainings: trained };
        }
        let students = sweep.count();
        let seeds = sweep.axis(SEED).map_or(1, |axis| axis.values.len()).max(1);
        let company = with_company(sweep, students);
        let (mut baselines, mut trainings) = (0_usize, company);
        for baseline in &sweep.base.baselines {
            let (count, length) = of_kind(sweep, baseline);
            baselines = baselines.saturating_add(count);
            trainings = trainings.saturating_add(length);
        }
        Self { cells: students / seeds, seeds, baselines, runs: company.saturating_add(baselines), trainings }
    }

    /// Seconds at a pace (those a step takes for each parameter of each member), where all runs of the recipe take as
    /// much work as the one on show.
    pub fn seconds(&self, sweep: &Sweep, preview: &Preview, pace: f64) -> Option<f64> {
        // How many texts are made is known when they are, and no teacher learns from them.
        if sweep.base.data.augment.tries > 0 {
            return None;
        }
        let uneven = |path: &str| !SAME_WORK.iter().any(|even| path.starts_with(even));
        if sweep.axes.iter().any(|axis| uneven(&axis.path)) || preview.recipe.student != sweep.base.student {
            return None;
        }
        let [teacher, student] = preview.parameters.map(|count| count as f64);
        let steps = |share: f64, training: &TrainingRecipe| {
            let rows = (preview.rows[0] as f64 * share).ceil() as usize;
            (rows.div_ceil(training.batch.max(1)) * training.epochs) as f64
        };
        let own = &sweep.base.training;
        let models = sweep.base.teacher.as_ref().map(TeacherRecipe::parts).unwrap_or_default();
        let each = teacher / models.len().max(1) as f64;
        let trained = models.iter().map(|model| match model {
            TeacherPart::Train { training, .. } => each * steps(training.labelled, training),
            TeacherPart::Checkpoint(_) => 0.0,
        });
        let taught: f64 = trained.sum();
        // Half of the cells end after a quarter, another quarter after half of the epochs.
        let share = if sweep.strategy == Strategy::Halving && self.cells > 1 { 0.5 } else { 1.0 };
        let students = if sweep.base.student.is_some() {
            let taught = self.runs - self.baselines;
            taught as f64 * share + (self.trainings - taught) as f64
        } else {
            0.0
        };
        let share = if sweep.base.rows() == Over::Labelled { sweep.base.data.labelled } else { 1.0 };
        Some(pace * (taught + students * student * steps(share, own)))
    }
}

/// So many students, with those who are trained for their sake.
fn with_company(sweep: &Sweep, students: usize) -> usize {
    let is_even = sweep.axes.iter().all(|axis| axis.path == SEED || !axis.path.starts_with("distill."));
    // All of one method are counted alike but where the field is swept that says it.
    if is_even || (sweep.axis(METHOD.path).is_none() && sweep.base.distill.method().company == Company::None) {
        return students.saturating_mul(sweep.base.distill.taught());
    }
    if sweep.combinations() > MOST_CELLS {
        return students;
    }
    sweep.cells().map_or(students, |cells| cells.iter().map(|cell| cell.recipe.distill.taught()).sum())
}

/// How many there are of one kind, and as many trainings of the recipe's length as they are.
fn of_kind(sweep: &Sweep, baseline: &'static Baseline) -> (usize, usize) {
    let concerns = |path: &str| baseline.depends_on(path, &sweep.base);
    let is_drawn = matches!(sweep.strategy, Strategy::Random { .. });
    // A method may have its own rows, and a baseline with the same.
    let is_uneven = baseline.is_longer && sweep.axes.iter().any(|axis| axis.path.starts_with("distill."));
    if is_drawn || is_uneven || sweep.axis(METHOD.path).is_some() {
        // Which cells there are decides; too many are not worked out, and not run either.
        let cells = if sweep.combinations() > MOST_CELLS { Vec::new() } else { sweep.cells().unwrap_or_default() };
        let own = |recipe: &Recipe, values: &[toml::Value]| -> (usize, String) {
            let swept = sweep.axes.iter().zip(values).filter(|(axis, _)| concerns(&axis.path));
            let by = format!("{};", recipe.of_baseline(baseline).distill.method().name);
            (baseline.trainings(&recipe.distill), swept.map(|(_, value)| format!("{value};")).chain([by]).collect())
        };
        let cells = cells.iter().filter(|cell| cell.recipe.compared().any(|known| known == baseline));
        let all: BTreeSet<_> = cells.map(|cell| own(&cell.recipe, &cell.values)).collect();
        return (all.len(), all.iter().map(|(length, _)| length).sum());
    }
    if !sweep.base.compared().any(|known| known == baseline) {
        return (0, 0);
    }
    let mut counted: Vec<&Vec<String>> = Vec::new();
    let mut count = 1_usize;
    for axis in sweep.axes.iter().filter(|axis| concerns(&axis.path)) {
        // Fields that move together make no combinations with each other.
        match sweep.zip.iter().find(|group| group.contains(&axis.path)) {
            Some(group) if counted.contains(&group) => continue,
            Some(group) => counted.push(group),
            None => {}
        }
        count = count.saturating_mul(axis.values.len());
    }
    (count, count.saturating_mul(baseline.trainings(&sweep.base.distill)))
}

/// Seconds that a step takes for each parameter of each member; none while nothing is trained.
pub(super) fn pace(progress: &Progress, runs: &[RunInfo]) -> Option<f64> {
    let parameters = runs.iter().find(|run| run.stage == progress.stage)?.parameters;
    let each_second = progress.steps_per_second * progress.members as f64 * parameters as f64;
    (progress.activity == Activity::Training && each_second > 0.0).then(|| 1.0 / each_second)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::distill::{Objective, method};
    use crate::protocol::{JobId, Probe, Role, RunId, Stage};
    use crate::recipe::{AxisValues, BASELINES, QUICKSTART, Range, preset};

    fn list(values: &[f64]) -> AxisValues {
        AxisValues::List(values.iter().map(|value| (*value).into()).collect())
    }

    fn seeds(count: i64) -> AxisValues {
        AxisValues::List((0..count).map(Into::into).collect())
    }

    fn counts(sweep: &Sweep) -> [usize; 4] {
        let Estimate { cells, seeds, baselines, runs, .. } = Estimate::of(sweep);
        [cells, seeds, baselines, runs]
    }

    #[test]
    fn baselines_are_counted_for_what_they_depend_on() {
        let mut sweep = QUICKSTART.sweep().unwrap();
        assert_eq!(counts(&sweep), [1, 1, 1, 2]);
        sweep.set_axis(
            "distill.temperature",
            Some(AxisValues::Range(Range { from: 1.0, to: 64.0, points: 7, log: true })),
        );
        sweep.set_axis("distill.soft_weight", Some(list(&[0.5, 0.7, 0.9, 1.0])));
        assert_eq!(counts(&sweep), [28, 1, 1, 29]);
        sweep.set_axis(SEED, Some(seeds(4)));
        assert_eq!(counts(&sweep), [28, 4, 4, 116]);
        assert_eq!(counts(&preset("temperature-sweep").unwrap().sweep().unwrap()), [28, 4, 4, 116]);
        sweep.set_axis("training.learning_rate", Some(list(&[1e-3, 1e-2])));
        assert_eq!(counts(&sweep), [56, 4, 8, 232]);
        sweep.base.baselines = BASELINES.iter().collect();
        assert_eq!(counts(&sweep), [56, 4, 24, 248]);
        // Only one that learns from the teacher is another beside each.
        sweep.set_axis(
            "teacher.checkpoint",
            Some(AxisValues::List(vec!["a.safetensors".into(), "b.safetensors".into()])),
        );
        assert_eq!(counts(&sweep), [112, 4, 32, 480]);
        sweep.base.baselines.clear();
        assert_eq!(counts(&sweep), [112, 4, 0, 448]);
    }

    #[test]
    fn fields_that_move_together_are_one() {
        let mut sweep = QUICKSTART.sweep().unwrap();
        sweep.set_axis("training.learning_rate", Some(list(&[1e-3, 1e-2])));
        sweep.set_axis("training.weight_decay", Some(list(&[0.0, 0.1])));
        sweep.zip = vec![vec!["training.learning_rate".to_owned(), "training.weight_decay".to_owned()]];
        assert_eq!(counts(&sweep), [2, 1, 2, 4]);
        sweep.set_axis("distill.temperature", Some(list(&[1.0, 4.0])));
        sweep.zip[0].push("distill.temperature".to_owned());
        assert_eq!(counts(&sweep), [2, 1, 2, 4]);
    }

    #[test]
    fn drawn_cells_have_the_baselines_of_those_that_were_drawn() {
        let mut sweep = QUICKSTART.sweep().unwrap();
        sweep.set_axis("distill.temperature", Some(list(&[1.0, 2.0, 4.0, 8.0, 16.0])));
        sweep.set_axis("training.learning_rate", Some(list(&[1e-3, 2e-3, 4e-3, 8e-3])));
        sweep.set_axis(SEED, Some(seeds(2)));
        sweep.strategy = Strategy::Random { cells: 3 };
        let rates: BTreeSet<u64> =
            sweep.cells().unwrap().iter().map(|cell| cell.recipe.training.learning_rate.to_bits()).collect();
        assert_eq!(counts(&sweep), [3, 2, 2 * rates.len(), 6 + 2 * rates.len()]);
    }

    #[test]
    fn a_method_with_rows_of_its_own_has_its_own_baseline() {
        let mut sweep = QUICKSTART.sweep().unwrap();
        let methods = ["soft-targets", "dkd", "theseus"].map(toml::Value::from);
        sweep.set_axis(METHOD.path, Some(AxisValues::List(methods.to_vec())));
        assert_eq!(counts(&sweep), [3, 1, 1, 4]);
        sweep.base.data.labelled = 0.1;
        assert_eq!(counts(&sweep), [3, 1, 2, 5]);
    }

    #[test]
    fn a_teacher_alone_is_one_run() {
        let mut sweep = preset("teacher-digits").unwrap().sweep().unwrap();
        assert_eq!(counts(&sweep), [0, 1, 0, 1]);
        if let Some(TeacherRecipe::Train { members, .. }) = &mut sweep.base.teacher {
            *members = 5;
        }
        assert_eq!(counts(&sweep), [0, 1, 0, 5]);
    }

    #[test]
    fn time_comes_from_the_pace_and_the_work() {
        let mut sweep = QUICKSTART.sweep().unwrap();
        sweep.base.training.batch = 100;
        sweep.base.training.epochs = 10;
        let preview = Preview {
            recipe: sweep.base.clone(),
            rows: [950, 100, 100],
            probe: Arc::new(Probe::default()),
            student: Arc::new(Vec::new()),
            parameters: [5000, 1000],
            teacher_model: String::new(),
            teacher_errors: None,
            found: crate::protocol::DataFound::default(),
            first_rows: crate::protocol::FirstRows::default(),
        };
        // Two runs of 100 steps of 1,000 parameters.
        let seconds = |sweep: &Sweep| Estimate::of(sweep).seconds(sweep, &preview, 1e-5);
        let near =
            |seconds: Option<f64>, expected: f64| assert!((seconds.unwrap() - expected).abs() < 1e-9, "{seconds:?}");
        near(seconds(&sweep), 2.0);
        sweep.set_axis("distill.temperature", Some(list(&[1.0, 2.0, 4.0, 8.0])));
        near(seconds(&sweep), 5.0);
        sweep.strategy = Strategy::Halving;
        near(seconds(&sweep), 3.0);
        // Two runs of 10 steps, where those rows alone count that have a label.
        let mut sweep = QUICKSTART.sweep().unwrap();
        (sweep.base.training.batch, sweep.base.training.epochs, sweep.base.data.labelled) = (100, 10, 0.1);
        near(seconds(&sweep), 2.0);
        sweep.base.distill = Objective::new(method("theseus").unwrap(), 10);
        near(seconds(&sweep), 0.2);
        sweep.set_axis("training.epochs", Some(seeds(3)));
        assert_eq!(seconds(&sweep), None);
    }

    #[test]
    fn the_pace_is_per_member_and_parameter_of_the_stage() {
        let progress = Progress {
            job: JobId(1),
            stage: Stage(1),
            stages: 2,
            members: 4,
            teacher: false,
            step: 10,
            steps: 100,
            steps_per_epoch: 10,
            steps_per_second: 50.0,
            seconds_left: 1.0,
            activity: Activity::Training,
        };
        let run = |stage, parameters| RunInfo {
            run: RunId(1),
            role: Role::Student,
            teachers: Vec::new(),
            stage: Stage(stage),
            recipe: QUICKSTART.recipe().unwrap(),
            model: String::new(),
            seed: 0,
            parameters,
            steps: 100,
            steps_per_epoch: 10,
            loaded: false,
            place: 0,
        };
        let runs = [run(0, 7), run(1, 1000)];
        assert_eq!(pace(&progress, &runs), Some(1.0 / 200_000.0));
        assert_eq!(pace(&Progress { activity: Activity::Paused, ..progress }, &runs), None);
        assert_eq!(pace(&Progress { steps_per_second: 0.0, ..progress }, &runs), None);
        assert_eq!(pace(&progress, &[]), None);
    }
}
