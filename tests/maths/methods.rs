//! The methods' terms: golden numbers, and gradients beside finite differences.

use candle_core::{Device, Tensor, Var};
use stillroom::distill::{
    Compute, Layers, METHODS, Method, NoPairs, Objective, Over, Rows, Sides, Term, leaves_at, uncertainty,
};

use crate::support::{assert_close, check_gradients, draw, flat};

/// Logits, the teacher's logits and the label of three examples.
const A: ([f32; 4], [f32; 4], u32) = ([2.0, 3.0, 0.0, -0.5], [5.0, 2.0, 0.5, -1.0], 0);
const B: ([f32; 4], [f32; 4], u32) = ([1.0, 0.0, 2.0, 1.0], [0.0, 1.0, 4.0, -2.0], 2);
const C: ([f32; 4], [f32; 4], u32) = ([0.0, -2.0, 1.0, 1.5], [1.0, -1.0, 0.0, 2.0], 3);

/// A teacher that is as good as sure of another class than the student, which is as good as sure, too; and rows that say nothing.
const ODD: [([f32; 4], [f32; 4], u32); 5] = [
    ([0.0, 0.0, 120.0, 1.0], [900.0, 1.0, 0.0, -3.0], 0),
    ([900.0, 1.0, 0.0, -3.0], [0.0, 0.0, 120.0, 1.0], 0),
    ([1.0; 4], [1.0, 2.0, 3.0, 4.0], 1),
    ([1.0, 2.0, 3.0, 4.0], [1.0; 4], 1),
    ([900.0; 4], [900.0; 4], 1),
];

pub fn method(name: &str) -> &'static Method {
    METHODS.iter().copied().find(|method| method.name == name).unwrap()
}

fn term_of(method: &'static Method, name: &str) -> &'static Term {
    method.term(name).unwrap().1
}

/// A term of one example, and its gradient.
fn alone(objective: &Objective, name: &str, (z, v, label): ([f32; 4], [f32; 4], u32)) -> (f64, Vec<f64>) {
    let rows = Rows { logits: &z, teacher: &v, labels: &[Some(label)], classes: 4, values: objective.values() };
    let mut gradient = vec![0.0; 4];
    let value = term_of(objective.method(), name).of(&rows, Some(&mut gradient)).unwrap();
    (value, gradient)
}

/// The weighted sum of the teacher's terms, and its gradient.
fn of_teacher(objective: &Objective, example: ([f32; 4], [f32; 4], u32)) -> (f64, Vec<f64>) {
    let (mut sum, mut gradient) = (0.0, vec![0.0; 4]);
    for term in objective.method().terms.iter().filter(|term| term.of_teacher) {
        let (value, slopes) = alone(objective, term.name, example);
        let factor = objective.factor(term, 1e9);
        sum += factor * value;
        gradient.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += factor * slope);
    }
    (sum, gradient)
}

#[test]
fn decoupled_terms_are_the_golden_numbers() {
    // Worked out in plain double arithmetic, and the same from PyTorch in f64.
    let at = |t: f64| Objective::new(method("dkd"), 0).with("distill.temperature", t);
    let both = |t: f64, example| {
        let square = t * t;
        ["target", "non-target"].map(|name| square * alone(&at(t), name, example).0)
    };
    assert_close("A, T = 1", &both(1.0, A), &[1.080046, 0.118127], 1e-6);
    assert_close("A, T = 4", &both(4.0, A), &[1.451825, 0.206403], 1e-6);
    assert_close("B, T = 4", &both(4.0, B), &[0.981400, 1.244186], 1e-6);
    let (sum, gradient) = of_teacher(&at(4.0), A);
    assert_close("A", &[sum], &[3.103046], 1e-6);
    assert_close("A by z", &gradient, &[-0.812447, 2.550997, -1.979542, 0.240993], 1e-6);
    assert_close("B", &[of_teacher(&at(4.0), B).0], &[10.934890], 1e-6);
}

#[test]
fn decoupled_terms_make_up_the_divergence() {
    for example in [A, B] {
        for t in [1.0, 4.0, 16.0] {
            let objective = Objective::new(method("dkd"), 0).with("distill.temperature", t);
            let soft = Objective::new(method("soft-targets"), 0).with("distill.temperature", t);
            let [target, non_target] = ["target", "non-target"].map(|name| alone(&objective, name, example).0);
            let p = stillroom::distill::soften::soften(&example.1, t)[example.2 as usize];
            let expected = alone(&soft, "soft", example).0;
            assert_close("KL", &[target + (1.0 - p) * non_target], &[expected], 1e-12);
        }
    }
}

#[test]
fn a_sure_teacher_and_a_sure_student_give_finite_decoupled_terms() {
    // 1 − p of the target is below what a float tells from 0.
    for example in ODD {
        let objective = Objective::new(method("dkd"), 0).with("distill.temperature", 1.0);
        let (sum, gradient) = of_teacher(&objective, example);
        assert!(sum.is_finite() && sum >= 0.0 && gradient.iter().all(|slope| slope.is_finite()), "{sum} {gradient:?}");
    }
}

#[test]
fn matched_logits_are_the_golden_numbers() {
    let objective = |centred: f64| Objective::new(method("logits"), 0).with("distill.centred", centred);
    assert_close("centred", &[alone(&objective(1.0), "logit", A).0], &[1.1875], 1e-12);
    // Half of the mean of squares.
    assert_close("as they are", &[alone(&objective(0.0), "logit", A).0], &[0.5 * 2.625], 1e-12);
    // What is added to all logits of a row changes nothing.
    let (z, v, label) = A;
    let moved = alone(&objective(1.0), "logit", (z.map(|z| z + 3.0), v, label));
    assert_close("moved", &moved.1, &alone(&objective(1.0), "logit", A).1, 1e-6);
    // T² · KL comes to it as T grows, but for the factor 1/C.
    let soft = Objective::new(method("soft-targets"), 0).with("distill.temperature", 1e4);
    assert_close("limit", &[1e8 * alone(&soft, "soft", A).0], &[1.1875], 1e-3);
}

#[test]
fn divergences_from_a_mixture_are_the_golden_numbers() {
    // Worked out in plain double arithmetic, and the same from PyTorch in f64: those of JSD, which is not divided by β (1 − β).
    let at = |t: f64, share: f64| {
        let objective = Objective::new(method("jsd"), 0).with("distill.teacher_share", share);
        let (value, gradient) = alone(&objective.with("distill.temperature", t), "jsd", A);
        let weight = share * (1.0 - share);
        (weight * value, gradient.into_iter().map(|slope| weight * slope).collect::<Vec<f64>>())
    };
    let values = [at(1.0, 0.5).0, at(1.0, 0.1).0, at(1.0, 0.9).0, at(4.0, 0.5).0];
    assert_close("β = ½, 0.1, 0.9, and ½ at T = 4", &values, &[0.280913, 0.096908, 0.126069, 0.023668], 1e-5);
    assert_close("by z", &at(1.0, 0.5).1, &[-0.139479467, 0.132718418, 0.003174171, 0.003586878], 1e-8);
}

#[test]
fn divergences_from_a_mixture_end_in_both_ways_of_kl() {
    let at = |share: f64, t: f64, example| {
        let objective = Objective::new(method("jsd"), 0).with("distill.teacher_share", share);
        alone(&objective.with("distill.temperature", t), "jsd", example)
    };
    let swapped = |(z, v, label): ([f32; 4], [f32; 4], u32)| (v, z, label);
    for (t, both) in [(1.0, [1.087086, 1.613013]), (4.0, [0.097253, 0.094007])] {
        let soft = Objective::new(method("soft-targets"), 0).with("distill.temperature", t);
        let (forward, reverse) = (at(0.0, t, A), at(1.0, t, A));
        assert_close("golden", &[forward.0, reverse.0], &both, 1e-5);
        let (value, gradient) = alone(&soft, "soft", A);
        assert_close("forward", &[forward.0], &[value], 1e-12);
        assert_close("forward, by z", &forward.1, &gradient, 1e-12);
        assert_close("reverse", &[reverse.0], &[alone(&soft, "soft", swapped(A)).0], 1e-12);
        // On the way there no rounding is divided by a share that is next to nothing.
        for share in [1e-6, 1e-9, 1e-12] {
            for (near, end) in [(at(share, t, A), &forward), (at(1.0 - share, t, A), &reverse)] {
                assert_close(&format!("{share}"), &[near.0], &[end.0], 10.0 * share);
                assert_close(&format!("{share}, by z"), &near.1, &end.1, 10.0 * share);
            }
        }
        // Neither side is told from the other at ½, nor at β and 1 − β.
        for share in [0.5, 0.2] {
            assert_close("swapped", &[at(share, t, A).0], &[at(1.0 - share, t, swapped(A)).0], 1e-12);
        }
    }
    for share in [0.0, 1e-9, 0.5, 1.0 - 1e-9, 1.0] {
        for example in ODD {
            let (value, gradient) = at(share, 1.0, example);
            assert!(value.is_finite() && value >= 0.0 && gradient.iter().all(|slope| slope.is_finite()), "{value}");
        }
    }
}

#[test]
fn standardised_logits_are_the_golden_numbers() {
    // Worked out in plain double arithmetic, and the same from PyTorch in f64.
    let objective = Objective::new(method("standardised"), 0);
    assert_eq!((objective.temperature(), objective.get("distill.standardised_weight")), (Some(2.0), Some(9.0)));
    let at = |example| alone(&objective, "standardised", example);
    assert_close("A", &[at(A).0], &[0.066619], 1e-5);
    let (sum, gradient) = of_teacher(&objective.clone().with("distill.standardised_weight", 1.0), A);
    assert_close("T² · KL", &[sum], &[0.266476], 1e-5);
    assert_close("T² · KL by z", &gradient, &[-0.195525066, 0.138622668, 0.007266684, 0.049635714], 1e-8);
    // Scale and shift change nothing, whoever's they are.
    let stretched = |logits: [f32; 4]| logits.map(|z| 10.0 * z + 3.0);
    let (z, v, label) = A;
    for example in [(z, stretched(v), label), (stretched(z), v, label)] {
        assert_close("stretched", &[at(example).0], &[at(A).0], 1e-6);
    }
    assert!(at((z, stretched(z), label)).0.abs() < 1e-12);
}

#[test]
fn rows_without_a_spread_have_finite_terms_and_no_slope() {
    let standardised = Objective::new(method("standardised"), 0);
    let dist = Objective::new(method("dist"), 0);
    for (objective, name) in [(&standardised, "standardised"), (&dist, "inter-class")] {
        for example in ODD {
            let (value, gradient) = alone(objective, name, example);
            assert!(value.is_finite() && gradient.iter().all(|slope| slope.is_finite()), "{name}: {value}");
            let is_flat = example.0.iter().all(|z| *z == example.0[0]);
            assert!(!is_flat || gradient.iter().all(|slope| *slope == 0.0), "{name}: {gradient:?}");
        }
    }
    // Columns of equal numbers: all rows are the same.
    for example in ODD {
        let (value, gradient) = of_rows(&dist, "intra-class", &[example, example, example]).unwrap();
        assert!(value == 1.0 && gradient.iter().all(|slope| *slope == 0.0), "{value} {gradient:?}");
    }
    // Classes that nobody voted for, and a row on which all agree.
    for votes in [
        [f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY, -1.0],
        [f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY, f32::NEG_INFINITY],
    ] {
        let (value, gradient) = alone(&standardised, "standardised", (A.0, votes, 1));
        assert!(value > 0.0 && value.is_finite() && gradient.iter().all(|slope| slope.is_finite()), "{value}");
    }
}

/// A term of several examples, and its gradient; none where they are too few.
fn of_rows(objective: &Objective, name: &str, examples: &[([f32; 4], [f32; 4], u32)]) -> Option<(f64, Vec<f64>)> {
    let logits: Vec<f32> = examples.iter().flat_map(|(z, ..)| *z).collect();
    let teacher: Vec<f32> = examples.iter().flat_map(|(_, v, _)| *v).collect();
    let labels: Vec<Option<u32>> = examples.iter().map(|(.., label)| Some(*label)).collect();
    let rows = Rows { logits: &logits, teacher: &teacher, labels: &labels, classes: 4, values: objective.values() };
    let mut gradient = vec![0.0; logits.len()];
    let value = term_of(objective.method(), name).of(&rows, Some(&mut gradient))?;
    Some((value, gradient))
}

#[test]
fn correlations_are_the_golden_numbers() {
    // Worked out in plain double arithmetic, and the same from PyTorch in f64.
    let at = |t: f64, examples: &[_]| {
        let objective = Objective::new(method("dist"), 0).with("distill.temperature", t);
        ["inter-class", "intra-class"].map(|name| of_rows(&objective, name, examples))
    };
    assert_eq!(Objective::new(method("dist"), 0).temperature(), Some(1.0));
    for (t, golden) in [(1.0, [0.401645, 0.238218]), (4.0, [5.351297, 3.376625])] {
        let values = at(t, &[A, B, C]).map(|term| t * t * term.unwrap().0);
        assert_close("inter and intra", &values, &golden, 1e-5);
    }
    let [inter, intra] = at(1.0, &[A, B, C]).map(|term| term.unwrap().1);
    assert_close("inter by z of A", &inter[..4], &[-0.135278307, 0.12563369, 0.005932117, 0.0037125], 1e-8);
    assert_close("intra by z of A", &intra[..4], &[-0.174195889, 0.168733988, 0.003344471, 0.00211743], 1e-8);
    // Equal logits; but for ε, which stands beside the lengths.
    let equal = [A, B, C].map(|(z, _, label)| (z, z, label));
    for (value, gradient) in at(1.0, &equal).map(Option::unwrap) {
        assert!(value.abs() < 1e-6 && gradient.iter().all(|slope| slope.abs() < 1e-6), "{value} {gradient:?}");
    }
    // Over two rows a correlation is ±1.
    let [inter, intra] = at(1.0, &[A, B]);
    assert!(inter.is_some() && intra.is_none());
}

#[test]
fn a_virtual_teacher_is_the_golden_number() {
    // Worked out in plain double arithmetic, and the same from PyTorch in f64: 0.99 and 0.01/3, softened by T.
    let at = |t: f64, example| {
        let objective = Objective::new(method("teacher-free"), 0).with("distill.temperature", t);
        let (value, gradient) = alone(&objective, "virtual", example);
        (t * t * value, gradient.into_iter().map(|slope| t * t * slope).collect::<Vec<f64>>())
    };
    assert_eq!(Objective::new(method("teacher-free"), 0).temperature(), Some(20.0));
    assert_close("A, T = 1", &[at(1.0, A).0], &[1.314768302397244], 1e-12);
    let values = [at(4.0, A).0, at(4.0, B).0, at(20.0, A).0, at(20.0, B).0];
    let golden = [3.4031170907968824, 2.411403998424251, 3.0115720452642325, 2.045457303492293];
    assert_close("T = 4 and 20", &values, &golden, 1e-11);
    let slopes = [-0.930866219, 0.857723442, 0.094770951, -0.021628174];
    assert_close("A by z, T = 20", &at(20.0, A).1, &slopes, 1e-8);
    // One that is sure is the label itself.
    let sure = Objective::new(method("teacher-free"), 0).with("distill.label_probability", 1.0);
    let (value, gradient) = alone(&sure.clone().with("distill.temperature", 1.0), "virtual", A);
    let hard = alone(&sure, "hard", A);
    assert_close("sure", &[value], &[hard.0], 1e-12);
    assert_close("sure, by z", &gradient, &hard.1, 1e-12);
}

#[test]
fn gradients_of_all_terms_are_their_differences() {
    const CLASSES: usize = 5;
    let labels = [Some(0), None, Some(4), Some(2), None, Some(2)];
    let numbers = |seed, scale: f64| -> Vec<f32> {
        draw(seed, labels.len() * CLASSES).into_iter().map(|x| (scale * x) as f32).collect()
    };
    let (logits, teacher) = (numbers(31, 2.0), numbers(32, 4.0));
    for method in METHODS.iter().copied() {
        let usual = Objective::new(method, 12);
        // Each switch both ways.
        let switches: Vec<&str> = method
            .fields
            .iter()
            .filter(|field| matches!(field.kind, stillroom::field::Kind::Truth(_)))
            .map(|field| field.path)
            .collect();
        let mut objectives = vec![usual.clone(), usual.clone().with("distill.temperature", 1.5)];
        objectives.extend(switches.iter().flat_map(|path| [0.0, 1.0].map(|on| usual.clone().with(path, on))));
        if method.name == "jsd" {
            let shares = [0.0, 1e-9, 0.1, 0.9, 1.0];
            objectives.extend(shares.map(|share| usual.clone().with("distill.teacher_share", share)));
        }
        for objective in &objectives {
            for term in method.terms {
                let of = |logits: &[f32], gradient: Option<&mut [f64]>| {
                    term.of(
                        &Rows {
                            logits,
                            teacher: &teacher,
                            labels: &labels,
                            classes: CLASSES,
                            values: objective.values(),
                        },
                        gradient,
                    )
                };
                let mut gradient = vec![0.0; logits.len()];
                let Some(_) = of(&logits, Some(&mut gradient)) else { continue };
                let differences = (0..logits.len()).map(|i| {
                    let (mut up, mut down) = (logits.clone(), logits.clone());
                    up[i] += 1.0 / 1024.0;
                    down[i] -= 1.0 / 1024.0;
                    (of(&up, None).unwrap() - of(&down, None).unwrap()) / f64::from(up[i] - down[i])
                });
                let differences: Vec<f64> = differences.collect();
                assert_close(&format!("{} {}", method.name, term.name), &gradient, &differences, 1e-5);
                // Rows that do not count have no say.
                let silent = labels.iter().enumerate().filter(|(_, label)| label.is_none()).map(|(row, _)| row);
                for row in silent.filter(|_| term.over == Over::Labelled) {
                    assert!(gradient[row * CLASSES..][..CLASSES].iter().all(|slope| *slope == 0.0));
                }
            }
        }
    }
}

#[test]
fn a_term_is_left_out_of_a_batch_without_rows_for_it() {
    for method in METHODS.iter().copied() {
        let objective = Objective::new(method, 12);
        let rows = Rows {
            logits: &[1.0, 2.0, 3.0],
            teacher: &[3.0, 2.0, 1.0],
            labels: &[None],
            classes: 3,
            values: objective.values(),
        };
        for term in method.terms.iter().filter(|term| term.over == Over::Labelled && term.least > 0) {
            assert_eq!(term.of(&rows, None), None, "{} {}", method.name, term.name);
        }
    }
}

#[test]
fn smoothed_labels_are_the_golden_number() {
    // Over all classes, not over the wrong ones alone: 1.486756.
    let objective = |smoothing: f64| Objective::new(method("label-smoothing"), 0).with("distill.smoothing", smoothing);
    assert_close("ε = 0.1", &[alone(&objective(0.1), "smoothed", A).0], &[1.457589], 1e-6);
    let hard = alone(&Objective::new(method("soft-targets"), 0), "hard", A);
    assert_eq!(alone(&objective(0.0), "smoothed", A), hard);
}

/// 0.8 · sin(f · i + p), in f64.
pub fn wave(f: f64, p: f64, shape: &[usize]) -> Var {
    let len: usize = shape.iter().product();
    let values: Vec<f64> = (0..len).map(|i| 0.8 * (f * i as f64 + p).sin()).collect();
    Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu).unwrap()).unwrap()
}

/// A term that looks at layers, `[K, pairs]`.
pub fn of_layers(method_name: &str, term: &str, layers: &Layers<'_>) -> Tensor {
    let Compute::Layers(compute) = term_of(method(method_name), term).compute else { panic!() };
    compute(layers).unwrap()
}

/// The hint of one pair, `[K]`.
fn hint(student: &Tensor, teacher: &Tensor, own: &[Tensor]) -> Tensor {
    let (student, teacher) = (std::slice::from_ref(student), std::slice::from_ref(teacher));
    let layers = Layers { student, teacher, own, logits: &student[0] };
    of_layers("hints", "hint", &layers).squeeze(1).unwrap()
}

#[test]
fn hints_are_the_golden_numbers() {
    // From PyTorch 2.15 in f64 (`mse_loss` of `linear`, and of a 1×1 `conv2d`), and the same in plain double arithmetic.
    let (student, teacher) = (wave(1.3, 0.1, &[2, 3, 4]), wave(0.7, 0.4, &[2, 3, 5]));
    let own = [wave(2.1, 0.2, &[2, 5, 4]), wave(1.9, 0.3, &[2, 5])];
    let tensors = own.each_ref().map(|own| own.as_tensor().clone());
    let each = hint(&student, &teacher, &tensors);
    assert_close("vectors", &flat(&each), &[0.7287099597824963, 0.8313131914675194], 1e-12);
    let factors = Tensor::new(&[3.0_f64, 0.5], &Device::Cpu).unwrap();
    let gradients = (each * factors).unwrap().sum_all().unwrap().backward().unwrap();
    let by = |variable: &Var| flat(gradients.get(variable).unwrap());
    let lengths = |numbers: &[f64]| numbers.iter().map(|number| number.abs()).sum::<f64>();
    let of_student = by(&student);
    let first = [-0.05087251252575879, 0.08140979157904742, -0.031326319784178956, -0.04977985055006327];
    assert_close("by h", &of_student[..4], &first, 1e-12);
    assert_close("by h", &[lengths(&of_student)], &[5.161213804742932], 1e-12);
    let of_weight = by(&own[0]);
    let first = [0.24460632260454185, 0.2834044450433434, -0.09298560845235045, -0.3331515277232401];
    assert_close("by W", &of_weight[..4], &first, 1e-12);
    assert_close("by W", &[lengths(&of_weight)], &[6.308866275686567], 1e-12);
    let of_bias = by(&own[1]);
    let first = [-0.3228106463605886, 0.24228651699745624, -0.3374430097741457, -0.7968257967084567];
    assert_close("by b", &of_bias[..4], &first, 1e-12);
    // Maps of one size, place by place; and maps of another, by their means.
    let student = wave(1.3, 0.1, &[1, 2, 2, 2, 3]);
    let own = [wave(2.1, 0.2, &[1, 3, 2]), wave(1.9, 0.3, &[1, 3])].map(|own| own.as_tensor().clone());
    for (shape, expected) in [([1, 2, 3, 2, 3], 0.6172663958916278), ([1, 2, 3, 2, 2], 0.6167469075744205)] {
        let teacher = wave(0.7, 0.4, &shape);
        let each = hint(&student, &teacher, &own);
        assert_close(&format!("{shape:?}"), &flat(&each), &[expected], 1e-12);
    }
}

#[test]
fn gradients_of_hints_are_their_differences() {
    for (student, teacher) in [(vec![2, 2, 3, 2, 2], vec![2, 2, 4, 2, 2]), (vec![2, 2, 3, 2, 2], vec![2, 2, 4])] {
        let (student, teacher) = (wave(1.3, 0.1, &student), wave(0.7, 0.4, &teacher));
        let variables = [student, wave(2.1, 0.2, &[2, 4, 3]), wave(1.9, 0.3, &[2, 4])];
        let factors = Tensor::new(&[3.0_f64, 0.5], &Device::Cpu).unwrap();
        check_gradients("hint", &variables, &|_| {
            let own = [variables[1].as_tensor().clone(), variables[2].as_tensor().clone()];
            let each = hint(&variables[0], &teacher, &own);
            (each * &factors).unwrap().sum_all().unwrap()
        });
    }
}

/// What pairs of layers say, the student's in `variables`.
fn patience(variables: &[Var], teacher: &[Tensor]) -> Tensor {
    let student: Vec<Tensor> = variables.iter().map(|variable| variable.as_tensor().clone()).collect();
    of_layers("pkd", "patience", &Layers { student: &student, teacher, own: &[], logits: &student[0] })
}

#[test]
fn patience_is_the_golden_numbers() {
    // From PyTorch 2.15 in f64: `normalize` of both, squared distance summed over the width, mean over rows.
    let variables = [wave(1.3, 0.1, &[2, 3, 4]), wave(0.9, 0.5, &[2, 3, 4])];
    let teacher = [wave(0.7, 0.4, &[2, 3, 4]), wave(1.7, 0.2, &[2, 3, 4])].map(|own| own.as_tensor().clone());
    let each = patience(&variables, &teacher);
    let golden = [1.742770110404935, 1.7499695882812993, 1.959183071077632, 2.1515767035732924];
    assert_close("pairs", &flat(&each), &golden, 1e-12);
    // The authors' `mse_loss` is the mean over members, layers, rows and the width of 4.
    assert_close("authors", &[flat(&each).iter().sum::<f64>() / 4.0 / 4.0], &[0.47521871708357244], 1e-12);
    let factors = Tensor::new(&[3.0_f64, 0.5], &Device::Cpu).unwrap();
    let gradients = (each.mean(1).unwrap() * factors).unwrap().sum_all().unwrap().backward().unwrap();
    let by = |variable: &Var| flat(gradients.get(variable).unwrap());
    let lengths = |numbers: Vec<f64>| numbers.iter().map(|number| number.abs()).sum::<f64>();
    let first = [-0.21413857297835084, -0.24749932647228365, -0.47856301384006605, -0.6207756135488112];
    assert_close("by h", &by(&variables[0])[..4], &first, 1e-12);
    assert_close(
        "by both",
        &[lengths(by(&variables[0])), lengths(by(&variables[1]))],
        &[4.557453440482899, 4.521063536646039],
        1e-12,
    );
    check_gradients("patience", &variables, &|_| patience(&variables, &teacher).sum_all().unwrap());
}

#[test]
fn patience_looks_at_every_other_layer_or_at_the_last() {
    let inner = method("pkd").inner.unwrap();
    let pairs = |layers: f64, student: usize, teacher: usize| {
        let objective = Objective::new(method("pkd"), 0).with("distill.patience_layers", layers);
        let shapes = |layers: usize| vec![&[8_usize][..]; layers];
        let pairs = (inner.pairs)(objective.values(), Sides { student: &shapes(student), teacher: &shapes(teacher) });
        pairs.map(|pairs| pairs.iter().map(|pair| (pair.student + 1, pair.teacher + 1)).collect::<Vec<_>>())
    };
    // The maps of the paper for twelve layers to six, and the one for six to three.
    assert_eq!(pairs(0.0, 6, 12).unwrap(), [(1, 2), (2, 4), (3, 6), (4, 8), (5, 10)]);
    assert_eq!(pairs(1.0, 6, 12).unwrap(), [(1, 7), (2, 8), (3, 9), (4, 10), (5, 11)]);
    assert_eq!(pairs(0.0, 3, 6).unwrap(), [(1, 2), (2, 4)]);
    assert_eq!(pairs(0.0, 4, 6).unwrap(), [(1, 1), (2, 3), (3, 4)]);
    assert_eq!(pairs(0.0, 1, 6), Err(NoPairs::Few { is_students: true, least: 2, there: 1 }));
    assert_eq!(pairs(0.0, 4, 3), Err(NoPairs::Few { is_students: false, least: 4, there: 3 }));
}

/// What the branches of two exits say beside `last`.
fn branches(variables: &[Var], last: &Tensor) -> Tensor {
    let student: Vec<Tensor> = variables.iter().map(|variable| (variable.as_tensor() * 3.0).unwrap()).collect();
    of_layers("early-exit", "branch", &Layers { student: &student, teacher: &[], own: &[], logits: last })
}

#[test]
fn branches_are_the_golden_numbers() {
    // From PyTorch 2.15 in f64: `kl_div` with `batchmean`.
    let last = wave(1.1, 0.3, &[2, 3, 5]);
    let scaled = (last.as_tensor() * 3.0).unwrap();
    let variables = [wave(1.3, 0.1, &[2, 3, 5]), wave(0.7, 0.4, &[2, 3, 5])];
    let each = branches(&variables, &scaled);
    let golden = [1.2957182275900714, 1.3536566014429807, 2.3008230040064404, 1.8874636624003183];
    assert_close("exits", &flat(&each), &golden, 1e-12);
    let factors = Tensor::new(&[3.0_f64, 0.5], &Device::Cpu).unwrap();
    let gradients = (each.mean(1).unwrap() * factors).unwrap().sum_all().unwrap().backward().unwrap();
    let first = [-0.04898242207389529, 0.14232469823542415, -0.08536318579559353, -0.013686060714365738];
    assert_close("by z", &flat(gradients.get(&variables[0]).unwrap())[..4], &first, 1e-12);
    assert!(gradients.get(&last).is_none(), "the last layer learns nothing from its branches");
    check_gradients("branch", &variables, &|_| branches(&variables, &scaled).sum_all().unwrap());
}

#[test]
fn uncertainty_is_entropy_over_its_most() {
    let logits = [0.7_f32, 0.2, 0.1].map(f32::ln);
    assert_close("three classes", &[uncertainty(&logits)], &[0.7298466991620974], 1e-7);
    assert_close("even", &[uncertainty(&[1.0, 1.0]), uncertainty(&[0.0; 5])], &[1.0, 1.0], 1e-12);
    assert_eq!(uncertainty(&[f32::NAN, 0.0]), 1.0);
    assert_eq!(leaves_at([0.9, 0.3, 0.4].into_iter(), 0.35), 1);
    // Strictly below.
    assert_eq!(leaves_at([0.9, 0.3].into_iter(), 0.3), 2);
}

#[test]
fn layers_are_replaced_more_and_more_often() {
    let rate = method("theseus").replaces.unwrap();
    let at = |schedule: f64, share: f64| {
        let objective = Objective::new(method("theseus"), 10).with("distill.replace_schedule", schedule);
        rate(objective.with("distill.replace_rate", 0.3).values(), share)
    };
    assert_close("linear", &[at(0.0, 0.0), at(0.0, 0.5), at(0.0, 1.0)], &[0.3, 0.65, 1.0], 1e-12);
    assert_close("constant", &[at(1.0, 0.0), at(1.0, 1.0)], &[0.3, 0.3], 1e-12);
    let phases = |epochs: usize, replacing: f64| {
        let objective = Objective::new(method("theseus"), epochs).with("distill.replace_epochs", replacing);
        let phases = (method("theseus").phases)(objective.values(), epochs);
        phases.iter().map(|phase| (phase.name, phase.epochs, phase.goes_on)).collect::<Vec<_>>()
    };
    assert_eq!(phases(10, 4.0), [("replacing", 4, false), ("successor", 6, true)]);
    assert_eq!(phases(3, 9.0), [("replacing", 3, false)]);
}
