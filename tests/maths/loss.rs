//! The distillation loss against numbers worked out elsewhere.

use candle_core::{DType, Device, Tensor, Var};
use proptest::prelude::*;
use stillroom::distill::soften::{divergence, entropy, soften};
use stillroom::ops::{Backend, DistillationLoss, MemberLoss};

use crate::support::{FORMS, assert_close, flat, gradients, random};

/// Teacher and student logits of four classes, from f64 arithmetic in Python 3 (`math.exp`, `math.log`), where p and q are
/// softmax(teacher / T) and softmax(student / T).
const TEACHER: [f32; 4] = [5.0, 2.0, 0.5, -1.0];
const STUDENT: [f32; 4] = [2.0, 3.0, 0.0, -0.5];

struct Golden {
    t: f64,
    /// Σ p log(p / q).
    kl: f64,
    t2_kl: f64,
    /// −Σ p log q.
    soft_ce: f64,
    /// −Σ p log p.
    entropy: f64,
    /// T (q − p).
    gradient: [f64; 4],
}

#[rustfmt::skip]
const GOLDEN: [Golden; 6] = [
    Golden { t: 0.5, kl: 2.106868, t2_kl: 0.526717, soft_ce: 2.125488, entropy: 0.018620, gradient: [-0.439275, 0.437851, 0.001027, 0.000397] },
    Golden { t: 1.0, kl: 1.087086, t2_kl: 1.087086, soft_ce: 1.349991, entropy: 0.262905, gradient: [-0.686318, 0.643853, 0.023940, 0.018525] },
    Golden { t: 2.0, kl: 0.391428, t2_kl: 1.565714, soft_ce: 1.235542, entropy: 0.844113, gradient: [-0.845555, 0.674514, 0.069809, 0.101233] },
    Golden { t: 4.0, kl: 0.097253, t2_kl: 1.556055, soft_ce: 1.322270, entropy: 1.225016, gradient: [-0.812447, 0.563924, 0.065359, 0.183164] },
    Golden { t: 10.0, kl: 0.013691, t2_kl: 1.369126, soft_ce: 1.374191, entropy: 1.360500, gradient: [-0.715436, 0.454010, 0.032927, 0.228499] },
    Golden { t: 100.0, kl: 0.000121, t2_kl: 1.206865, soft_ce: 1.386167, entropy: 1.386047, gradient: [-0.634640, 0.382832, 0.003571, 0.248237] },
];

/// −log softmax(student)\[0\].
const HARD: f64 = 1.370_089;

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
}

#[test]
fn plain_forms_give_the_golden_numbers() {
    for Golden { t, kl, t2_kl, soft_ce, entropy: of_teacher, gradient } in GOLDEN {
        let found = divergence(&TEACHER, &STUDENT, t);
        near(found, kl);
        near(t * t * found, t2_kl);
        near(entropy(&TEACHER, t), of_teacher);
        near(found + entropy(&TEACHER, t), soft_ce);
        let (p, q) = (soften(&TEACHER, t), soften(&STUDENT, t));
        for (expected, (p, q)) in gradient.into_iter().zip(p.into_iter().zip(q)) {
            near(t * (q - p), expected);
        }
    }
    near(-soften(&STUDENT, 1.0)[0].ln(), HARD);
}

#[test]
fn both_forms_of_the_loss_give_the_golden_numbers_in_both_precisions() {
    let count = GOLDEN.len();
    let repeated = |row: &[f32]| row.repeat(count);
    let logits = Tensor::from_vec(repeated(&STUDENT), (count, 1, 4), &Device::Cpu).unwrap();
    let targets: Vec<f64> = GOLDEN.iter().flat_map(|golden| soften(&TEACHER, golden.t)).collect();
    let targets = Tensor::from_vec(targets, (count, 1, 4), &Device::Cpu).unwrap();
    let member = |(target, golden): (usize, &Golden)| MemberLoss {
        temperature: Some(golden.t),
        soft_weight: 1.0,
        hard_weight: 0.0,
        temperature_squared: true,
        target,
        labels: 0,
    };
    let members: Vec<MemberLoss> = GOLDEN.iter().enumerate().map(member).collect();
    let labels = [vec![Some(0)]];
    for dtype in [DType::F64, DType::F32] {
        let logits = Var::from_tensor(&logits.to_dtype(dtype).unwrap()).unwrap();
        let targets = targets.to_dtype(dtype).unwrap();
        for backend in FORMS {
            let loss = DistillationLoss { members: &members, targets: Some(&targets), labels: &labels };
            let (sum, terms) = loss.forward(&logits, backend).unwrap();
            let gradient = &gradients(&sum, std::slice::from_ref(&logits))[0];
            for (k, golden) in GOLDEN.iter().enumerate() {
                near(terms.soft[k], golden.kl);
                near(terms.hard[k], HARD);
                near(terms.total[k], golden.t2_kl);
                for (found, expected) in gradient[4 * k..][..4].iter().zip(golden.gradient) {
                    near(*found, expected);
                }
            }
            near(flat(&sum)[0], GOLDEN.iter().map(|golden| golden.t2_kl).sum());
        }
    }
}

#[test]
fn at_high_temperature_the_loss_is_half_the_mean_square_of_centred_differences() {
    // 1.1875 here, with gradient (−.625, .375, 0, .25). The distance to the limit falls as 1/T: two values give the limit.
    let at = |t: f64| t * t * divergence(&TEACHER, &STUDENT, t);
    near(2.0 * at(8000.0) - at(4000.0), 1.1875);
    near(entropy(&TEACHER, 1e6), 4.0_f64.ln());
    let gradient = |t: f64| -> Vec<f64> {
        soften(&TEACHER, t).iter().zip(soften(&STUDENT, t)).map(|(p, q)| t * (q - p)).collect()
    };
    for ((a, b), expected) in gradient(8000.0).into_iter().zip(gradient(4000.0)).zip([-0.625, 0.375, 0.0, 0.25]) {
        near(2.0 * a - b, expected);
    }
}

/// Ten classes; by the same arithmetic: T, norm of T² · ∂KL, the teacher's entropy and the probability of its top class.
const TEN: [(f64, f64, f64, f64); 7] = [
    (1.0, 0.981, 0.141, 0.974),
    (2.0, 1.226, 0.861, 0.774),
    (4.0, 1.083, 1.778, 0.436),
    (8.0, 0.869, 2.168, 0.239),
    (20.0, 0.742, 2.282, 0.146),
    (50.0, 0.699, 2.299, 0.117),
    (100.0, 0.687, 2.302, 0.108),
];

#[test]
fn the_scale_of_gradients_over_temperature_is_that_of_the_table() {
    let teacher = [9.0_f32, 5.0, 4.0, 2.0, 1.0, 0.0, -1.0, -2.0, -3.0, -5.0];
    let student = [4.0_f32, 5.0, 2.0, 1.0, 0.0, 1.0, -1.0, 0.0, -2.0, -2.0];
    let third = |found: f64, expected: f64| assert!((found - expected).abs() < 5.1e-4, "{found} is not {expected}");
    let norm = |t: f64, backend| {
        let logits = Tensor::from_slice(&student, (1, 1, 10), &Device::Cpu).unwrap().to_dtype(DType::F64).unwrap();
        let logits = Var::from_tensor(&logits).unwrap();
        let targets = Tensor::from_vec(soften(&teacher, t), (1, 1, 10), &Device::Cpu).unwrap();
        let member = MemberLoss {
            temperature: Some(t),
            soft_weight: 1.0,
            hard_weight: 0.0,
            temperature_squared: true,
            target: 0,
            labels: 0,
        };
        let loss = DistillationLoss { members: &[member], targets: Some(&targets), labels: &[vec![None]] };
        let (sum, _) = loss.forward(&logits, backend).unwrap();
        gradients(&sum, &[logits])[0].iter().map(|g| g * g).sum::<f64>().sqrt()
    };
    for (t, expected, of_teacher, top) in TEN {
        for backend in FORMS {
            third(norm(t, backend), expected);
        }
        third(entropy(&teacher, t), of_teacher);
        third(soften(&teacher, t)[0], top);
    }
    for backend in FORMS {
        third(2.0 * norm(8000.0, backend) - norm(4000.0, backend), 0.675);
    }
}

#[test]
fn the_total_is_the_weighted_sum_and_averages_are_by_row() {
    // Two rows, of which one has a label: soft is a mean over two rows, hard over one.
    let rows = [&STUDENT[..], &TEACHER[..]].concat();
    let logits = Tensor::from_vec(rows, (1, 2, 4), &Device::Cpu).unwrap().to_dtype(DType::F64).unwrap();
    let logits = Var::from_tensor(&logits).unwrap();
    let p = soften(&TEACHER, 4.0);
    let targets = Tensor::from_vec(p.repeat(2), (1, 2, 4), &Device::Cpu).unwrap();
    let q = soften(&STUDENT, 4.0);
    let hard_q = soften(&STUDENT, 1.0);
    for (squared, factor) in [(true, 16.0), (false, 1.0)] {
        let member = MemberLoss {
            temperature: Some(4.0),
            soft_weight: 0.9,
            hard_weight: 0.3,
            temperature_squared: squared,
            target: 0,
            labels: 0,
        };
        let labels = [vec![Some(0), None]];
        let loss = DistillationLoss { members: &[member], targets: Some(&targets), labels: &labels };
        for backend in FORMS {
            let (sum, terms) = loss.forward(&logits, backend).unwrap();
            near(terms.soft[0], 0.097_253 / 2.0);
            near(terms.hard[0], HARD);
            near(terms.total[0], 0.9 * factor * 0.097_253_448 / 2.0 + 0.3 * HARD);
            let gradient = &gradients(&sum, std::slice::from_ref(&logits))[0];
            for i in 0..4 {
                let label = if i == 0 { 1.0 } else { 0.0 };
                near(gradient[i], 0.9 * factor / 4.0 * (q[i] - p[i]) / 2.0 + 0.3 * (hard_q[i] - label));
                near(gradient[4 + i], 0.0);
            }
        }
    }
}

#[test]
fn targets_that_rule_a_class_out_are_matched_without_a_fuss() {
    // KL of (1, 0, 0, 0) to the student is −log q₀.
    let logits = Tensor::from_slice(&STUDENT, (1, 1, 4), &Device::Cpu).unwrap();
    let targets = Tensor::new(&[[[1.0_f32, 0.0, 0.0, 0.0]]], &Device::Cpu).unwrap();
    let member = MemberLoss {
        temperature: Some(1.0),
        soft_weight: 1.0,
        hard_weight: 0.0,
        temperature_squared: true,
        target: 0,
        labels: 0,
    };
    let loss = DistillationLoss { members: &[member], targets: Some(&targets), labels: &[vec![None]] };
    for backend in FORMS {
        near(loss.forward(&logits, backend).unwrap().1.soft[0], HARD);
    }
    near(divergence(&[1e5, 0.0, 0.0, 0.0], &STUDENT, 1.0), HARD);
    assert_eq!(entropy(&[1e5, 0.0, 0.0, 0.0], 1.0), 0.0);
}

#[test]
fn a_loss_that_does_not_fit_its_logits_is_refused() {
    let logits = random(1, &[2, 3, 4]);
    let targets = candle_nn::ops::softmax(&random(2, &[1, 3, 4]), 2).unwrap();
    let member = |temperature, target, labels| MemberLoss {
        temperature,
        soft_weight: 1.0,
        hard_weight: 1.0,
        temperature_squared: true,
        target,
        labels,
    };
    let good = member(Some(2.0), 0, 0);
    let rows = |label| vec![vec![Some(label), None, Some(0)]];
    let narrow = targets.narrow(1, 0, 2).unwrap();
    for backend in FORMS {
        let run = |members: &[MemberLoss], targets: Option<&Tensor>, labels: &[Vec<Option<u32>>]| {
            DistillationLoss { members, targets, labels }.forward(&logits, backend)
        };
        assert!(run(&[good, good], Some(&targets), &rows(3)).is_ok());
        assert!(run(&[good, good], Some(&targets), &rows(4)).is_err(), "a class that is not there");
        assert!(run(&[good], Some(&targets), &rows(3)).is_err(), "too few members");
        assert!(run(&[good, good], Some(&narrow), &rows(3)).is_err(), "targets of other rows");
        assert!(run(&[good, member(Some(2.0), 1, 0)], Some(&targets), &rows(3)).is_err(), "a target that is not there");
        assert!(run(&[good, member(Some(2.0), 0, 1)], Some(&targets), &rows(3)).is_err(), "labels that are not there");
        assert!(run(&[good, good], None, &rows(3)).is_err(), "no targets");
        let baseline = member(None, 0, 0);
        assert!(run(&[baseline, baseline], None, &rows(3)).is_ok());
    }
}

fn row() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-20.0_f32..20.0, 2..12)
}

proptest! {
    #[test]
    fn a_softened_distribution_sums_to_1_and_keeps_the_order(row in row(), t in 0.05_f64..200.0) {
        let p = soften(&row, t);
        prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for i in 0..row.len() {
            for j in 0..row.len() {
                prop_assert!(row[i] < row[j] || p[i] >= p[j]);
            }
        }
        let h = entropy(&row, t);
        prop_assert!((0.0..=(row.len() as f64).ln() + 1e-12).contains(&h));
        prop_assert!(entropy(&row, 2.0 * t) >= h - 1e-12, "more heat, more entropy");
    }

    #[test]
    fn divergence_is_never_negative_and_0_for_equals(
        (teacher, student) in (2_usize..12).prop_flat_map(|n| {
            (prop::collection::vec(-20.0_f32..20.0, n), prop::collection::vec(-20.0_f32..20.0, n))
        }),
        t in 0.05_f64..200.0,
    ) {
        prop_assert!(divergence(&teacher, &student, t) >= -1e-15);
        prop_assert_eq!(divergence(&teacher, &teacher, t), 0.0);
        let shifted: Vec<f32> = student.iter().map(|z| z + 8.0).collect();
        let (a, b) = (divergence(&teacher, &student, t), divergence(&teacher, &shifted, t));
        prop_assert!((a - b).abs() <= 1e-4 * a.abs().max(1e-3), "only differences of logits count: {a} {b}");
    }

    #[test]
    fn the_loss_of_a_batch_is_the_mean_of_its_rows_and_has_a_gradient_of_sum_0(
        (rows, classes) in (1_usize..6, 2_usize..7),
        t in 0.1_f64..50.0,
        seed in any::<u64>(),
    ) {
        let logits = Var::from_tensor(&(random(seed, &[1, rows, classes]) * 5.0).unwrap()).unwrap();
        let targets = candle_nn::ops::softmax(&(random(seed ^ 1, &[1, rows, classes]) * 5.0).unwrap(), 2).unwrap();
        let member = MemberLoss {
            temperature: Some(t), soft_weight: 0.7, hard_weight: 0.3, temperature_squared: true, target: 0, labels: 0,
        };
        let labels: Vec<Option<u32>> = (0..rows).map(|row| Some((row % classes) as u32)).collect();
        let of = |from: usize, len: usize, backend: Backend| {
            let (z, p) = (logits.narrow(1, from, len).unwrap(), targets.narrow(1, from, len).unwrap());
            let labels = [labels[from..from + len].to_vec()];
            let loss = DistillationLoss { members: &[member], targets: Some(&p), labels: &labels };
            loss.forward(&z, backend).unwrap()
        };
        for backend in FORMS {
            let (sum, terms) = of(0, rows, backend);
            let each: Vec<_> = (0..rows).map(|row| of(row, 1, backend).1).collect();
            let mean = |term: fn(&stillroom::ops::Terms) -> f64| each.iter().map(term).sum::<f64>() / rows as f64;
            assert_close("soft", &terms.soft, &[mean(|terms| terms.soft[0])], 1e-10);
            assert_close("hard", &terms.hard, &[mean(|terms| terms.hard[0])], 1e-10);
            assert_close("total", &terms.total, &[mean(|terms| terms.total[0])], 1e-10);
            for row in gradients(&sum, std::slice::from_ref(&logits))[0].chunks(classes) {
                prop_assert!(row.iter().sum::<f64>().abs() < 1e-12);
            }
        }
    }
}

#[test]
fn a_row_without_a_target_pulls_at_nothing_and_the_mean_is_over_the_others() {
    let (batch, classes, t) = (21, 5, 3.0);
    let device = Device::Cpu;
    let silent = |row: usize| row % 4 == 1;
    for dtype in [DType::F32, DType::F64] {
        let z = random(7, &[2, batch, classes]).to_dtype(dtype).unwrap();
        let soft: Vec<Vec<f64>> =
            (0..batch).map(|row| soften(&[row as f32 * 0.3, 1.0, -0.5, (row % 3) as f32, 0.2], t)).collect();
        let targets = |rows: &[usize], hide: bool| {
            let of = |row: &usize| {
                let is_silent = hide && silent(*row);
                soft[*row].iter().map(move |p| if is_silent { f64::NAN } else { *p }).collect::<Vec<_>>()
            };
            let values: Vec<f64> = rows.iter().flat_map(of).collect();
            Tensor::from_vec(values, (1, rows.len(), classes), &device).unwrap().to_dtype(dtype).unwrap()
        };
        let member = |hard_weight| MemberLoss {
            temperature: Some(t),
            soft_weight: 0.7,
            hard_weight,
            temperature_squared: true,
            target: 0,
            labels: 0,
        };
        let all: Vec<usize> = (0..batch).collect();
        let answered: Vec<usize> = all.iter().copied().filter(|row| !silent(*row)).collect();
        for backend in FORMS {
            let whole = Var::from_tensor(&z).unwrap();
            let labels = vec![all.iter().map(|row| Some((*row % classes) as u32)).collect::<Vec<_>>()];
            let hidden = targets(&all, true);
            let members = [member(0.0), member(0.4)];
            let loss = DistillationLoss { members: &members, targets: Some(&hidden), labels: &labels };
            let (sum, terms) = loss.forward(&whole, backend).unwrap();
            let slopes = sum.backward().unwrap();
            let slopes: Vec<f64> = flat(slopes.get(&whole).unwrap());
            // The same of those rows alone.
            let index =
                Tensor::from_vec(answered.iter().map(|row| *row as u32).collect::<Vec<_>>(), answered.len(), &device);
            let part = Var::from_tensor(&z.index_select(&index.unwrap(), 1).unwrap()).unwrap();
            let shown = targets(&answered, false);
            let none = vec![vec![None; answered.len()]];
            let alone = [member(0.0), member(0.0)];
            let loss = DistillationLoss { members: &alone, targets: Some(&shown), labels: &none };
            let (sum, expected) = loss.forward(&part, backend).unwrap();
            let of_part = sum.backward().unwrap();
            let of_part: Vec<f64> = flat(of_part.get(&part).unwrap());
            assert_eq!(terms.answered, [answered.len(); 2]);
            for k in 0..2 {
                near(terms.soft[k], expected.soft[k]);
                assert!(terms.hard[k].is_finite() && terms.total[k].is_finite());
            }
            // The first member has the soft term alone.
            for row in 0..batch {
                let own = &slopes[row * classes..][..classes];
                match answered.iter().position(|at| *at == row) {
                    None => assert!(own.iter().all(|slope| *slope == 0.0), "row {row}: {own:?}"),
                    Some(at) => {
                        own.iter().zip(&of_part[at * classes..]).for_each(|(a, b)| near(*a, *b));
                    }
                }
            }
            assert!(slopes.iter().all(|slope| slope.is_finite()));
        }
    }
}
