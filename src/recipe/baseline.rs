//! What students are compared with: the same student on the same data, with the same seed and budget, that learns from something simpler.
//! Another baseline is one more entry of [`BASELINES`].

use std::fmt;

use super::{Architecture, Recipe};
use crate::distill::{Company, LABEL_SMOOTHING, LABELS, Method, Objective, TEACHER_LABELS, method};

/// A student that others are compared with.
pub struct Baseline {
    /// What a recipe calls it: `plain`.
    pub name: &'static str,
    /// The key of its name in lists and pictures.
    pub label: &'static str,
    /// The key of a name that fits beside a narrow picture.
    pub short: &'static str,
    /// The key of what it is, in two sentences at most.
    pub what: &'static str,
    /// The key of what it says of a sample.
    pub says: &'static str,
    /// The key of what switches it on and off in the recipe panel.
    pub switch: &'static str,
    /// The key of what explains a gain that is none over it; none of the first, which tells that there is a gain at all.
    pub explains: Option<&'static str>,
    /// How it learns, with the method's usual values.
    pub learns_by: &'static Method,
    /// Whether it trains for as long as all those together who are trained for the student's result, itself among them.
    pub is_longer: bool,
}

/// All that a recipe can name, in the order in which they are told. A student is judged by the first of those that its job has.
pub const BASELINES: &[Baseline] = &[
    Baseline {
        name: "plain",
        label: "baseline-plain",
        short: "baseline-plain",
        what: "term-baseline-what",
        says: "samples-says-baseline",
        switch: "recipe-baseline",
        explains: None,
        learns_by: &LABELS,
        is_longer: false,
    },
    Baseline {
        name: "label-smoothing",
        label: "baseline-label-smoothing",
        short: "baseline-label-smoothing-short",
        what: "baseline-label-smoothing-what",
        says: "samples-says-smoothed",
        switch: "recipe-baseline-label-smoothing",
        explains: Some("baseline-label-smoothing-explains"),
        learns_by: &LABEL_SMOOTHING,
        is_longer: false,
    },
    Baseline {
        name: "teacher-labels",
        label: "baseline-teacher-labels",
        short: "baseline-teacher-labels-short",
        what: "baseline-teacher-labels-what",
        says: "samples-says-taught",
        switch: "recipe-baseline-teacher-labels",
        explains: Some("baseline-teacher-labels-explains"),
        learns_by: &TEACHER_LABELS,
        is_longer: false,
    },
    Baseline {
        name: "longer",
        label: "baseline-longer",
        short: "baseline-longer-short",
        what: "baseline-longer-what",
        says: "samples-says-longer",
        switch: "recipe-baseline-longer",
        explains: None,
        learns_by: &LABELS,
        is_longer: true,
    },
];

/// The names of all baselines, each with the key of its label.
pub(super) const NAMES: [(&str, &str); BASELINES.len()] = {
    let mut names = [("", ""); BASELINES.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = (BASELINES[at].name, BASELINES[at].label);
        at += 1;
    }
    names
};

impl Baseline {
    /// Labels alone.
    pub const PLAIN: &'static Self = &BASELINES[0];

    /// The baseline of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        BASELINES.iter().find(|baseline| baseline.name == name)
    }

    /// Its index among all of them.
    pub fn place(&self) -> usize {
        BASELINES.iter().position(|known| known == self).unwrap_or(0)
    }

    /// The index of the kind as which students are judged by it: what takes longer stands beside the plain one, and a gain is one over the
    /// better of the two.
    pub fn judged_as(&self) -> usize {
        if self.is_longer { Self::PLAIN.place() } else { self.place() }
    }

    /// Whether it learns from the teacher.
    pub fn needs_teacher(&self) -> bool {
        self.learns_by.needs.teacher
    }

    /// How many trainings of the length of a student of this objective its own takes.
    pub fn trainings(&self, distill: &Objective) -> usize {
        if self.is_longer { distill.trainings() } else { 1 }
    }

    /// What it is asked to learn in a training of so many epochs.
    pub fn objective(&self, epochs: usize) -> Objective {
        Objective::new(self.learns_by, epochs)
    }

    /// Whether another teacher makes it another one: it learns from it, or its student is what it is by it.
    fn is_by_teacher(&self, recipe: &Recipe) -> bool {
        self.needs_teacher() || recipe.student.as_ref().is_some_and(Architecture::depends_on_teacher)
    }

    /// Whether the field at a path of a recipe makes a difference to it.
    pub fn depends_on(&self, path: &str, recipe: &Recipe) -> bool {
        let is_of_teacher = path == "teacher" || path.starts_with("teacher.");
        let company = match recipe.distill.method().company {
            Company::Peers(company) | Company::Generations(company) => Some(company),
            Company::None => None,
        };
        let is_how_long = self.is_longer && company == Some(path);
        is_how_long || !path.starts_with("distill.") && (self.is_by_teacher(recipe) || !is_of_teacher)
    }
}

impl Recipe {
    /// The baselines that are trained beside its student. One with exits is its own at speed 0, and one that is trained alone has none that
    /// takes longer.
    pub fn compared(&self) -> impl Iterator<Item = &'static Baseline> + use<'_> {
        let answers_once = self.student.as_ref().is_some_and(|model| !model.has_exits());
        let differs = |baseline: &&Baseline| !baseline.is_longer || self.distill.trainings() > 1;
        self.baselines.iter().copied().filter(move |_| answers_once).filter(differs)
    }

    /// The recipe of a baseline's run: which one it is, and how it learns, where a recipe can say that.
    pub fn as_baseline(&self, baseline: &'static Baseline) -> Self {
        let is_named = method(baseline.learns_by.name).is_some();
        let mut run = Self { baselines: vec![baseline], ..self.clone() };
        if is_named {
            run.distill = baseline.objective(self.training.epochs);
        } else if baseline.is_longer {
            // As it says itself then, it is all that is trained.
            run.training.epochs *= baseline.trainings(&self.distill);
            run.distill = run.distill.alone();
        }
        run
    }

    /// What a baseline depends on: all but how the teacher is listened to, and the teacher where that makes no difference. It is the same of a
    /// student's recipe and of that of its baseline's run.
    pub fn of_baseline(&self, baseline: &'static Baseline) -> Self {
        let teacher = self.teacher.clone().filter(|_| baseline.is_by_teacher(self));
        // One with a method of its own makes batches as that does, whatever stands beside it.
        let rows = if method(baseline.learns_by.name).is_some() { baseline.learns_by.rows } else { self.rows() };
        let mut own = self.without_teacher();
        own.training.epochs *= baseline.trainings(&self.distill);
        Self { teacher, distill: Objective::labels_of(rows), baselines: vec![baseline], ..own }
    }
}

impl PartialEq for Baseline {
    /// A baseline is what it is called.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Baseline {}

impl fmt::Debug for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{QUICKSTART, preset};
    use super::*;
    use crate::text::Phrase;

    #[test]
    fn names_are_said_once_and_in_words() {
        for (at, baseline) in BASELINES.iter().enumerate() {
            assert_eq!((baseline.place(), Baseline::named(baseline.name)), (at, Some(baseline)));
            assert_eq!(baseline.explains.is_none(), at == 0 || baseline.is_longer, "{}", baseline.name);
            let keys = [baseline.label, baseline.short, baseline.what, baseline.says, baseline.switch];
            for key in keys.into_iter().chain(baseline.explains) {
                assert_ne!(Phrase::message(key).to_string(), key);
            }
        }
    }

    #[test]
    fn a_baselines_run_says_which_it_is_whatever_its_students_learn_by() {
        let recipe = Recipe { baselines: BASELINES.iter().collect(), ..QUICKSTART.recipe().unwrap() };
        for method in crate::distill::METHODS {
            let mut student = recipe.clone();
            student.put_method(method);
            // What takes longer is none of a student that is trained alone.
            let is_any = |baseline: &&Baseline| !baseline.is_longer || student.distill.trainings() > 1;
            for baseline in BASELINES.iter().filter(is_any) {
                let run = student.as_baseline(baseline);
                assert_eq!(run.baselines, [baseline]);
                assert_eq!(Recipe::from_table(run.to_table()).as_ref(), Ok(&run), "{} {}", method.name, baseline.name);
                assert_eq!(run.of_baseline(baseline), student.of_baseline(baseline), "{}", method.name);
            }
        }
        // What an older version stored of its baseline.
        assert_eq!(recipe.as_baseline(Baseline::PLAIN), Recipe { baselines: vec![Baseline::PLAIN], ..recipe });
    }

    #[test]
    fn what_takes_longer_is_there_where_several_are_trained_for_one_result() {
        let recipe = Recipe { baselines: BASELINES.iter().collect(), ..QUICKSTART.recipe().unwrap() };
        let epochs = |name: &str, path: &str, count: f64| {
            let distill = Objective::new(method(name).unwrap(), 20).with(path, count);
            let student = Recipe { distill, ..recipe.clone() };
            let longer = student.compared().find(|baseline| baseline.is_longer)?;
            Some(student.as_baseline(longer).training.epochs / recipe.training.epochs)
        };
        assert_eq!(epochs("soft-targets", "", 0.0), None);
        assert_eq!(epochs("mutual", "distill.peers", 3.0), Some(3));
        assert_eq!(epochs("born-again", "distill.generations", 3.0), Some(4));
    }

    #[test]
    fn a_student_with_exits_has_none() {
        let compared = |recipe: Recipe| recipe.compared().map(|baseline| baseline.name).collect::<Vec<_>>();
        assert_eq!(compared(QUICKSTART.recipe().unwrap()), ["plain"]);
        let exits = Recipe { baselines: vec![Baseline::PLAIN], ..preset("early-exit").unwrap().recipe().unwrap() };
        assert!(compared(exits).is_empty());
        assert!(compared(Recipe { student: None, ..QUICKSTART.recipe().unwrap() }).is_empty());
    }
}
