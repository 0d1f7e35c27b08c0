//! Methods from a recipe to the end of a job.

use stillroom::protocol::{JobStart, RunOutcome};

use crate::jobs::{outcomes, run, sweep};

/// A student learns by a method, with what else a recipe needs for it: each of its terms by name is told at every step, and it ends as
/// another than the one on labels alone.
fn is_taught(method: &str, terms: &[&str], more: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let method = format!("distill={{ method = \"{method}\" }}");
    let recipe = sweep(folder.path(), &[&[method.as_str()][..], more].concat());
    let found = outcomes(&run(JobStart::New(recipe), vec![]));
    let (student, baseline) = (&found["student"], &found["baseline"]);
    assert_eq!([student, baseline].map(|run| run.finished().outcome), [RunOutcome::Done; 2], "{method}");
    let mut told: Vec<&str> = student.others.keys().map(String::as_str).collect();
    told.extend((!student.soft.is_empty()).then_some("soft"));
    assert_eq!(told, terms, "{method}");
    for (name, curve) in &student.others {
        assert_eq!(curve.len(), student.total.len(), "{method}: {name}");
        assert!(curve.values().all(|value| f32::from_bits(*value).is_finite()), "{method}: {name}");
        assert!(f32::from_bits(curve[&0]) > 0.0, "{method}: {name}");
    }
    assert_eq!(student.hard.len(), student.total.len(), "{method}");
    assert_ne!(student.weights(), baseline.weights(), "{method}");
}

#[test]
fn a_student_is_taught_by_any_method() {
    is_taught("jsd", &["jsd"], &[]);
    is_taught("jsd", &["jsd"], &["distill.teacher_share=1"]);
    is_taught("standardised", &["standardised"], &[]);
    is_taught("dist", &["inter-class", "intra-class"], &[]);
    is_taught("teacher-free", &["virtual"], &[]);
    is_taught("relational", &["angles", "distances", "soft"], &[]);
    let pictures = [
        "data.source=\"digits\"",
        "teacher.model={ cnn = [4, 6] }",
        "student.model={ cnn = [3] }",
        "teacher.epochs=1",
        "training.epochs=1",
        "training.batch=64",
    ];
    is_taught("attention", &["attention", "soft"], &pictures);
}
