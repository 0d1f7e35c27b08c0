//! The methods' terms: golden numbers, and gradients beside finite differences.

use candle_core::{Device, Tensor, Var};
use stillroom::distill::{
    Compute, Layers, METHODS, Method, NoPairs, Objective, Over, Rows, Sides, Term, leaves_at, uncertainty,
};

use crate::support::{assert_close, check_gradients, draw, flat};

/// Logits, the teacher's logits and the label of three examples.
const A: ([f32; 4], [f32; 4], u32) = ([2.0, 3.0, 0.0, -0.5], [5.0, 2.0, 0.5, -1.0], 0);
const B: ([f32; 4], [f32; 4], u32) = ([1.0, 0.0, 2.0, 1.0], [0.0, 1.0, 4.0, -2.0], 2);

fn method(name: &str) -> &'static Method {
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
    let sure = ([0.0, 0.0, 120.0, 1.0], [900.0, 1.0, 0.0, -3.0], 0);
    for example in [sure, ([900.0, 1.0, 0.0, -3.0], [0.0, 0.0, 120.0, 1.0], 0), ([900.0; 4], [900.0; 4], 1)] {
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
                    up[i] += 1.0 / 256.0;
                    down[i] -= 1.0 / 256.0;
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
fn wave(f: f64, p: f64, shape: &[usize]) -> Var {
    let len: usize = shape.iter().product();
    let values: Vec<f64> = (0..len).map(|i| 0.8 * (f * i as f64 + p).sin()).collect();
    Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu).unwrap()).unwrap()
}

/// A term that looks at layers, `[K, pairs]`.
fn of_layers(method_name: &str, term: &str, layers: &Layers<'_>) -> Tensor {
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
        let pairs = (inner.pairs)(objective.values(), Sides { student, teacher });
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
