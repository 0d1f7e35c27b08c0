//! Targets of one and of several teachers, metrics and calibration, against small examples worked by hand.

use proptest::prelude::*;
use stillroom::distill::soften::{ranking, soften, top_class};
use stillroom::distill::{
    Compute, Evaluation, METHODS, Mean, Method, Objective, Reference, SOFT_TARGETS, Said, Targets, TeacherLogits,
    evaluate, expected_calibration_error,
};

use crate::support::assert_close;

/// Logits whose softmax at T = 1 is the given distribution.
fn logits(p: &[f64]) -> Vec<f32> {
    p.iter().map(|p| p.ln() as f32).collect()
}

#[test]
fn an_ensemble_is_the_arithmetic_or_geometric_mean_of_softened_distributions() {
    let values = [logits(&[0.5, 0.25, 0.25]), logits(&[0.1, 0.1, 0.8])].concat();
    let of = |mean| TeacherLogits { values: values.clone().into(), teachers: 2, classes: 3, mean };
    let teachers = of(Mean::Probabilities);
    assert_eq!(teachers.samples(), 1);
    assert_close("arithmetic", &teachers.soften(0, 1.0), &[0.3, 0.175, 0.525], 1e-6);
    // √.05, √.025, √.2 over their sum.
    let roots = [0.05_f64.sqrt(), 0.025_f64.sqrt(), 0.2_f64.sqrt()];
    let sum: f64 = roots.iter().sum();
    assert_close("geometric", &of(Mean::Logits).soften(0, 1.0), &roots.map(|r| r / sum), 1e-6);
    // T comes before the mean. At T = 2 probabilities become their roots over the sum of roots:
    // (.414214, .292893, .292893) and (.207107, .207107, .585786), whose mean is this.
    assert_close("T first", &teachers.soften(0, 2.0), &[0.310_660, 0.25, 0.439_340], 1e-5);
    // Logits of all of them say at T what their mean says.
    for (teachers, t) in [(of(Mean::Probabilities), 2.0), (of(Mean::Logits), 2.0), (of(Mean::Probabilities), 1.0)] {
        assert_close("logits", &soften(&teachers.logits(0, t), t), &teachers.soften(0, t), 1e-6);
    }
}

#[test]
fn targets_are_made_once_a_temperature_and_picked_by_sample() {
    let teacher = TeacherLogits {
        values: vec![0.0, 1.0, 2.0, 0.0, -1.0, 5.0].into(),
        teachers: 1,
        classes: 2,
        mean: Mean::Probabilities,
    };
    let targets = Targets::new(&teacher, [4.0, 1.0, 4.0, 1.0, 2.0]);
    assert_eq!(targets.count(), 3);
    assert_eq!([4.0, 1.0, 2.0, 3.0].map(|t| targets.index_of(t)), [Some(0), Some(1), Some(2), None]);
    let mut picked = Vec::new();
    targets.append(1, &[2, 0], &mut picked);
    targets.append(0, &[1, 1], &mut picked);
    let row = |sample: usize, t: f64| -> Vec<f32> {
        soften(teacher.row(0, sample), t).into_iter().map(|p| p as f32).collect()
    };
    assert_eq!(picked, [row(2, 1.0), row(0, 1.0), row(1, 4.0), row(1, 4.0)].concat());
}

/// Soft targets at a T with their two weights.
fn objective(temperature: f64, soft_weight: f64, hard_weight: f64) -> Objective {
    let usual = Objective::new(&SOFT_TARGETS, 40).with("distill.temperature", temperature);
    usual.with("distill.soft_weight", soft_weight).with("distill.hard_weight", hard_weight)
}

/// One teacher: its logits are the same at any T.
fn same(logits: &[f32]) -> Reference<'_> {
    Reference { plain: Some(Said::Rows(logits)), softened: Said::Rows(logits) }
}

#[test]
fn metrics_of_four_rows_worked_by_hand() {
    // Top classes 0, 1, 2, 0 with confidences .6, .5, .8, .9; labels 0, 0, 2, 1.
    let student =
        [logits(&[0.6, 0.3, 0.1]), logits(&[0.25, 0.5, 0.25]), logits(&[0.1, 0.1, 0.8]), logits(&[0.9, 0.05, 0.05])]
            .concat();
    // The teacher's top classes: 0, 1, 0, 1.
    let teacher =
        [logits(&[0.6, 0.3, 0.1]), logits(&[0.25, 0.5, 0.25]), logits(&[0.8, 0.1, 0.1]), logits(&[0.05, 0.9, 0.05])]
            .concat();
    let at = objective(1.0, 0.5, 2.0);
    let found = evaluate(&student, &[0, 0, 2, 1], same(&teacher), &at, 0.0, 3);
    assert_eq!((found.examples, found.errors), (4, 2));
    assert_eq!(found.errors_by_class, [1, 1, 0]);
    assert_eq!(found.agreement, Some(0.5));
    // KL of equal rows is 0; (.8 − .1) ln 8 and (.9 − .05) ln 18.
    let kl = (0.7 * 8.0_f64.ln() + 0.85 * 18.0_f64.ln()) / 4.0;
    let hard = -(0.6_f64.ln() + 0.25_f64.ln() + 0.8_f64.ln() + 0.05_f64.ln()) / 4.0;
    let numbers = [found.kl.unwrap(), found.terms[0].unwrap(), found.terms[1].unwrap(), found.total];
    assert_close("terms", &numbers, &[kl, kl, hard, 0.5 * kl + 2.0 * hard], 1e-6);
    // Each row in a bin of its own: (|1 − .6| + .5 + |1 − .8| + .9) / 4.
    assert_close("calibration", &[found.ece.unwrap()], &[(0.4 + 0.5 + 0.2 + 0.9) / 4.0], 1e-6);

    let alone = evaluate(&student, &[0, 0, 2, 1], Reference::default(), &Objective::labels(), 0.0, 3);
    assert_eq!((alone.agreement, alone.kl, alone.terms.len()), (None, None, 1));
    assert_close("alone", &[alone.terms[0].unwrap(), alone.total], &[hard, hard], 1e-6);
    let baseline = evaluate(&student, &[0, 0, 2, 1], same(&teacher), &Objective::labels(), 0.0, 3);
    assert_eq!((baseline.agreement, baseline.kl, baseline.terms.len()), (found.agreement, found.kl, 1));
}

#[test]
fn the_soft_term_of_a_part_is_at_the_students_temperature_and_kl_at_1() {
    let teacher = [5.0_f32, 2.0, 0.5, -1.0];
    let student = [2.0_f32, 3.0, 0.0, -0.5];
    let at = objective(4.0, 0.9, 0.1);
    let found = evaluate(&student, &[0], same(&teacher), &at, 0.0, 4);
    let numbers = [found.kl.unwrap(), found.terms[0].unwrap(), found.terms[1].unwrap(), found.total];
    assert_close("golden", &numbers, &[1.087_086, 0.097_253, 1.370_089, 0.9 * 1.556_055 + 0.1 * 1.370_089], 1e-6);
    let plain = evaluate(&student, &[0], same(&teacher), &at.clone().with("distill.temperature_squared", 0.0), 0.0, 4);
    assert_close("no T²", &[plain.total], &[0.9 * 0.097_253 + 0.1 * 1.370_089], 1e-5);
}

#[test]
fn a_row_that_is_not_of_numbers_is_an_error_whatever_its_label() {
    for poison in [f32::NAN, f32::INFINITY] {
        for place in 0..3 {
            for label in 0..3 {
                let mut student = vec![1.0_f32, 2.0, 3.0, 1.0, 2.0, 3.0];
                student[place] = poison;
                let teacher = [0.0, 0.0, 9.0, 0.0, 0.0, 9.0];
                let found = evaluate(&student, &[label, 2], same(&teacher), &Objective::labels(), 0.0, 3);
                assert_eq!(found.errors, 1, "{poison} at {place}, label {label}");
                assert_eq!(found.errors_by_class[label as usize], 1);
                assert_eq!(found.agreement, Some(0.5), "{poison} at {place}");
                assert_eq!(found.ece, None);
                assert!(!found.terms[0].unwrap().is_finite() && !found.kl.unwrap().is_finite());
            }
        }
    }
}

#[test]
fn a_teacher_whose_rows_are_looked_up_in_blocks_is_the_one_that_is_laid_out() {
    let (rows, classes) = (2_500, 512);
    let number = |i: usize| ((i * 7_919 + i / 512 * 31) % 1_009) as f32 / 150.0 - 3.0;
    let student: Vec<f32> = (0..rows * classes).map(number).collect();
    let mut teacher: Vec<f32> = (0..2 * rows * classes).map(|i| number(i * 3 + 1)).collect();
    // Of every fifth sample it says nothing, and of none of a whole block.
    for sample in (0..2 * rows).filter(|sample| sample % 5 == 2 || *sample < 1_100) {
        teacher[sample * classes..(sample + 1) * classes].fill(f32::NAN);
    }
    let labels: Vec<u32> = (0..rows as u32).map(|row| row * 3 % classes as u32).collect();
    let teacher = TeacherLogits { values: teacher.into(), teachers: 1, classes, mean: Mean::default() };
    for samples in [(0..rows as u32).collect::<Vec<_>>(), (0..rows as u32).map(|row| 2 * row + 1).collect()] {
        let laid_out = teacher.logits_of(&samples, 1.0);
        let of_logits = |method: &&&Method| method.terms.iter().all(|term| matches!(term.compute, Compute::Logits(_)));
        for method in METHODS.iter().filter(of_logits).filter(|method| method.needs.teacher) {
            let objective = Objective::new(method, classes);
            let found = |said| {
                let others = Reference { plain: Some(said), softened: said };
                evaluate(&student, &labels, others, &objective, 0.0, classes)
            };
            let (looked_up, laid_out) = (found(Said::Of(&teacher, &samples)), found(Said::Rows(&laid_out)));
            for (a, b) in looked_up.terms.iter().zip(&laid_out.terms) {
                let (a, b) = (a.unwrap(), b.unwrap());
                assert!((a - b).abs() <= 1e-10 * b.abs(), "{}: {a} beside {b}", method.name);
            }
            assert!((looked_up.total - laid_out.total).abs() <= 1e-10 * laid_out.total.abs());
            let but_terms = |found: Evaluation| Evaluation { terms: Vec::new(), total: 0.0, ..found };
            assert_eq!(but_terms(looked_up), but_terms(laid_out));
        }
    }
}

#[test]
fn no_rows_give_no_errors_and_no_panic() {
    let found = evaluate(&[], &[], same(&[]), &Objective::labels(), 0.0, 3);
    assert_eq!((found.examples, found.errors, found.ece), (0, 0, None));
    assert_eq!(found, Evaluation { agreement: None, kl: None, errors_by_class: vec![0; 3], ..found.clone() });
}

#[test]
fn calibration_is_by_fifteen_bins_closed_above() {
    let ece = |rows: &[(f64, bool)]| expected_calibration_error(rows.iter().copied());
    assert_eq!(ece(&[]), None);
    assert_eq!(ece(&[(0.5, true), (f64::NAN, false)]), None);
    // Perfect confidence: right is 0, wrong is 1; a confidence of 0 is in the first bin.
    assert_eq!(ece(&[(1.0, true)]), Some(0.0));
    assert_eq!(ece(&[(1.0, false), (1.0, false)]), Some(1.0));
    assert_eq!(ece(&[(0.0, false)]), Some(0.0));
    // Of one bin, (.6, .66…]: errors of both signs cancel. |1 − .61 − .65| / 2.
    assert_close("one bin", &[ece(&[(0.61, true), (0.65, false)]).unwrap()], &[0.13], 1e-12);
    // .6 is the top of its bin, so these two are in different ones: (.4 + .65) / 2.
    assert_close("two bins", &[ece(&[(0.6, true), (0.65, false)]).unwrap()], &[0.525], 1e-12);
    // Every edge k/15 belongs to the bin below it: it shares one with a number just below, and none with one just above.
    for k in 1..15 {
        let edge = f64::from(k) / 15.0;
        let below = ece(&[(edge, true), (edge - 0.01, false)]).unwrap();
        assert_close("below", &[below], &[(1.0 - 2.0 * edge + 0.01).abs() / 2.0], 1e-9);
        let above = ece(&[(edge, true), (edge + 0.01, false)]).unwrap();
        assert_close("above", &[above], &[(1.0 - edge + edge + 0.01) / 2.0], 1e-9);
    }
}

#[test]
fn equal_logits_are_ranked_by_class() {
    assert_eq!(top_class(&[1.0, 3.0, 3.0]), 1);
    assert_eq!(ranking(&[1.0, 3.0, 3.0, -1.0]), [1, 2, 0, 3]);
}

proptest! {
    #[test]
    fn calibration_error_is_a_share_and_blind_to_order(
        rows in prop::collection::vec((0.0_f64..=1.0, any::<bool>()), 1..60),
    ) {
        let ece = expected_calibration_error(rows.iter().copied()).unwrap();
        prop_assert!((0.0..=1.0).contains(&ece));
        let reversed = expected_calibration_error(rows.iter().rev().copied()).unwrap();
        prop_assert!((ece - reversed).abs() < 1e-12);
        // The error over all rows together is a lower bound.
        let (mut confidence, mut right) = (0.0, 0.0);
        for (c, r) in &rows {
            confidence += c;
            right += f64::from(u8::from(*r));
        }
        prop_assert!(ece >= (confidence - right).abs() / rows.len() as f64 - 1e-12);
    }

    #[test]
    fn means_of_teachers_are_distributions_and_of_equal_teachers_their_own(
        row in prop::collection::vec(-15.0_f32..15.0, 2..8),
        other in prop::collection::vec(-15.0_f32..15.0, 8),
        t in 0.1_f64..50.0,
    ) {
        let classes = row.len();
        for mean in [Mean::Probabilities, Mean::Logits] {
            let values = [&row[..], &other[..classes]].concat();
            let two = TeacherLogits { values: values.into(), teachers: 2, classes, mean };
            prop_assert!((two.soften(0, t).iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let same = TeacherLogits { values: row.repeat(3).into(), teachers: 3, classes, mean };
            assert_close("equal teachers", &same.soften(0, t), &soften(&row, t), 1e-12);
        }
    }
}
