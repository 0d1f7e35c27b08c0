//! Operations on packed rows: their gradients, PyTorch's numbers, and that no row depends on the others of its batch.

use candle_core::{DType, Device, Tensor, Var};
use stillroom::ops::{
    Activation, Backend, Gelu, Pick, Spans, attention, gelu, lstm, max_over_windows, packed_dense, packed_dropout,
    packed_layer_norm, pick, rows,
};
use stillroom::rng::Key;

use crate::support::{FORMS, assert_close, bits, check_gradients, draw, flat, gradients, on_threads, random, variable};

/// Three members with three rows each, of uneven lengths.
fn uneven() -> Spans {
    Spans::new(&[&[3, 1, 4], &[1, 2, 2], &[5, 1, 1]]).unwrap()
}

/// A scalar in which every number of `y` has its own weight.
fn weighted(y: &Tensor) -> Tensor {
    (y * random(99, y.dims())).unwrap().sum_all().unwrap()
}

fn f32s(tensor: &Tensor) -> Tensor {
    tensor.to_dtype(DType::F32).unwrap()
}

#[test]
fn gradients_of_a_packed_dense_layer_are_its_differences() {
    let spans = uneven();
    // Narrow and wide results take different ways, and so do k of one or two.
    for (input, output) in [(5, 3), (3, 70), (2, 70), (70, 3)] {
        for activation in [Activation::None, Activation::Relu] {
            let x = variable(1, &[spans.tokens(), input]);
            let (w, b) = (variable(2, &[3, output, input]), variable(3, &[3, output]));
            let sums = packed_dense(&x, &w, &b, Activation::None, &spans, Backend::Candle).unwrap();
            assert!(flat(&sums).into_iter().all(|x| x.abs() > 2e-5), "choose another seed");
            let variables = [x.clone(), w.clone(), b.clone()];
            check_gradients(&format!("packed dense {input} to {output}, {activation:?}"), &variables, &|backend| {
                weighted(&packed_dense(&x, &w, &b, activation, &spans, backend).unwrap())
            });
        }
    }
}

#[test]
fn a_frozen_layer_has_no_gradient_and_lets_one_through() {
    let spans = uneven();
    let (x, w, b) = (variable(1, &[spans.tokens(), 5]), variable(2, &[3, 4, 5]), variable(3, &[3, 4]));
    let frozen = |var: &Var| var.as_detached_tensor();
    let y = packed_dense(&x, &frozen(&w), &frozen(&b), Activation::Relu, &spans, Backend::Native).unwrap();
    let store = weighted(&y).backward().unwrap();
    assert!(store.get(&x).is_some() && store.get(&w).is_none() && store.get(&b).is_none());
    let y = packed_dense(&frozen(&x), &w, &b, Activation::Relu, &spans, Backend::Native).unwrap();
    let store = weighted(&y).backward().unwrap();
    assert!(store.get(&x).is_none() && store.get(&w).is_some() && store.get(&b).is_some());
}

#[test]
fn gradients_of_rows_are_its_differences_and_add_up_where_a_row_is_read_again() {
    let table = variable(1, &[200, 3]);
    let index = [7, 0, 7, 199, 64, 63, 7];
    for backend in FORMS {
        let y = rows(&table, &index, backend).unwrap();
        assert_eq!(flat(&y.get(3).unwrap()), flat(&table.get(199).unwrap()), "{backend:?}");
        assert!(rows(&table, &[200], backend).is_err());
    }
    let what = "rows of a table";
    check_gradients(what, std::slice::from_ref(&table), &|backend| weighted(&rows(&table, &index, backend).unwrap()));
    let ones = rows(&table, &index, Backend::Native).unwrap().sum_all().unwrap();
    let gradient = gradients(&ones, std::slice::from_ref(&table)).remove(0);
    assert_eq!((gradient[21], gradient[0], gradient[3]), (3.0, 1.0, 0.0));
}

#[test]
fn gradients_of_gelu_are_its_differences() {
    let x = Var::from_tensor(&(random(1, &[3, 40]) * 5.0).unwrap()).unwrap();
    for form in [Gelu::Erf, Gelu::Tanh] {
        check_gradients(&format!("{form:?}"), std::slice::from_ref(&x), &|backend| {
            weighted(&gelu(&x, form, backend).unwrap())
        });
        let single = gelu(&f32s(&x), form, Backend::Native).unwrap();
        assert_close("single precision", &flat(&single), &flat(&gelu(&x, form, Backend::Native).unwrap()), 1e-6);
    }
}

#[test]
fn gradients_of_packed_layer_norm_are_its_differences() {
    let spans = uneven();
    let x = variable(1, &[spans.tokens(), 5]);
    let (w, b) = (variable(2, &[3, 5]), variable(3, &[3, 5]));
    check_gradients("packed layer norm", &[x.clone(), w.clone(), b.clone()], &|backend| {
        weighted(&packed_layer_norm(&x, &w, &b, 1e-3, &spans, backend).unwrap())
    });
    // Sums cross the border of a block, and single precision is as good as it can be.
    let spans = Spans::new(&[&[150, 3]]).unwrap();
    let (x, w, b) = ((random(4, &[153, 70]) + 3.0).unwrap(), random(5, &[1, 70]), random(6, &[1, 70]));
    let run = |tensor: &dyn Fn(&Tensor) -> Tensor, backend| {
        let all = [&x, &w, &b].map(|t| Var::from_tensor(&tensor(t)).unwrap());
        let y = packed_layer_norm(&all[0], &all[1], &all[2], 1e-5, &spans, backend).unwrap();
        let outer = tensor(&random(7, &[153, 70]));
        (flat(&y), gradients(&(y * outer).unwrap().sum_all().unwrap(), &all))
    };
    let expected = run(&Tensor::clone, Backend::Candle);
    for (found, tolerance) in [(run(&Tensor::clone, Backend::Native), 1e-12), (run(&f32s, Backend::Native), 2e-6)] {
        assert_close("layer norm", &found.0, &expected.0, tolerance);
        for (found, expected) in found.1.iter().zip(&expected.1) {
            assert_close("its gradient", found, expected, tolerance);
        }
    }
}

#[test]
fn gradients_of_attention_are_its_differences() {
    let (spans, keys) = (uneven(), [1, 2, 3].map(Key::new));
    for (heads, size) in [(1, 2), (2, 3)] {
        let [q, k, v] = [1, 2, 3].map(|seed| variable(seed, &[spans.tokens(), heads * size]));
        for dropout in [None, Some((0.3, &keys[..]))] {
            let variables = [q.clone(), k.clone(), v.clone()];
            check_gradients(&format!("attention of {heads} heads"), &variables, &|backend| {
                weighted(&attention(&q, &k, &v, heads, &spans, dropout, backend).unwrap())
            });
        }
    }
}

#[test]
fn attention_over_long_rows_is_that_of_the_composed_form() {
    let spans = Spans::new(&[&[150, 64], &[65, 1]]).unwrap();
    let keys = [Key::new(1), Key::new(2)];
    let inputs = [1, 2, 3].map(|seed| (random(seed, &[spans.tokens(), 10]) * 3.0).unwrap());
    let run = |tensor: &dyn Fn(&Tensor) -> Tensor, dropout, backend| {
        let all = inputs.each_ref().map(|t| Var::from_tensor(&tensor(t)).unwrap());
        let y = attention(&all[0], &all[1], &all[2], 2, &spans, dropout, backend).unwrap();
        let outer = tensor(&random(7, y.dims()));
        (flat(&y), gradients(&(y * outer).unwrap().sum_all().unwrap(), &all))
    };
    for dropout in [None, Some((0.1, &keys[..]))] {
        let expected = run(&Tensor::clone, dropout, Backend::Candle);
        let double = run(&Tensor::clone, dropout, Backend::Native);
        let single = run(&f32s, dropout, Backend::Native);
        for (found, tolerance) in [(double, 1e-12), (single, 3e-6)] {
            assert_close("attention", &found.0, &expected.0, tolerance);
            for (found, expected) in found.1.iter().zip(&expected.1) {
                assert_close("its gradient", found, expected, tolerance);
            }
        }
    }
}

#[test]
fn packed_dropout_depends_on_key_and_place_alone_and_keeps_the_mean() {
    // More than one block of draws, and a part of one.
    let ones = |tokens| Var::from_tensor(&Tensor::ones((tokens, 50), DType::F32, &Device::Cpu).unwrap()).unwrap();
    let (a, b) = (Key::new(1), Key::new(2));
    let drop = |lengths: &[&[usize]], keys: &[Key], backend| {
        let spans = Spans::new(lengths).unwrap();
        let x = ones(spans.tokens());
        let y = packed_dropout(&x, 0.3, keys, &spans, backend).unwrap();
        // The gradient goes where the number went.
        assert_eq!(gradients(&y.sum_all().unwrap(), &[x])[0], flat(&y));
        flat(&y)
    };
    for backend in FORMS {
        let alone = drop(&[&[100, 101]], &[a], backend);
        assert_eq!(drop(&[&[7, 3], &[100, 101], &[1, 9]], &[b, a, b], backend)[500..500 + alone.len()], alone);
        assert_eq!(drop(&[&[60]], &[a], backend), alone[..3000], "a longer run begins alike");
        assert_ne!(drop(&[&[60]], &[b], backend), alone[..3000]);
        let kept = alone.iter().filter(|y| **y != 0.0).count() as f64 / alone.len() as f64;
        // Three standard deviations of 10,050 draws are 0.0137.
        assert!((kept - 0.7).abs() < 0.014, "{kept}");
        assert!(alone.iter().all(|y| *y == 0.0 || (*y - 1.0 / 0.7).abs() < 1e-6));
        let spans = Spans::new(&[&[2], &[2]]).unwrap();
        assert!(packed_dropout(&ones(4), 0.3, &[a], &spans, backend).is_err());
    }
    let spans = uneven();
    let x = variable(8, &[spans.tokens(), 4]);
    check_gradients("packed dropout", std::slice::from_ref(&x), &|backend| {
        weighted(&packed_dropout(&x, 0.4, &[a, b, a], &spans, backend).unwrap())
    });
}

#[test]
fn gradients_of_the_maximum_over_windows_are_its_differences() {
    let spans = uneven();
    for (maps, width) in [(4, 1), (4, 3), (24, 3)] {
        let x = variable(11, &[spans.tokens(), 5]);
        let (w, b) = (variable(12, &[3, maps, 5, width]), variable(13, &[3, maps]));
        check_gradients(&format!("{maps} windows of {width}"), &[x.clone(), w.clone(), b.clone()], &|backend| {
            weighted(&max_over_windows(&x, &w, &b, &spans, backend).unwrap())
        });
    }
}

#[test]
fn the_first_maximum_has_the_whole_gradient_and_a_dead_map_none() {
    let spans = Spans::new(&[&[4]]).unwrap();
    for backend in FORMS {
        let x = Var::from_tensor(&Tensor::new(&[[1.0_f64], [2.0], [2.0], [-1.0]], &Device::Cpu).unwrap()).unwrap();
        let w = Tensor::new(&[1.0_f64, -5.0], &Device::Cpu).unwrap().reshape((1, 2, 1, 1)).unwrap();
        let y = max_over_windows(&x, &w, &Tensor::new(&[[0.5_f64, -9.0]], &Device::Cpu).unwrap(), &spans, backend);
        let y = y.unwrap();
        assert_eq!(flat(&y), [2.5, 0.0], "{backend:?}");
        assert_eq!(gradients(&y.sum_all().unwrap(), &[x])[0], [0.0, 1.0, 0.0, 0.0], "{backend:?}");
    }
}

#[test]
fn gradients_of_an_lstm_are_its_differences() {
    let spans = uneven();
    for hidden in [1, 3] {
        let gates = variable(1, &[spans.tokens(), 4 * hidden]);
        let w = variable(2, &[3, 4 * hidden, hidden]);
        for reverse in [false, true] {
            check_gradients(&format!("LSTM of {hidden}"), &[gates.clone(), w.clone()], &|backend| {
                weighted(&lstm(&gates, &w, reverse, &spans, backend).unwrap())
            });
        }
    }
}

#[test]
fn gradients_of_picks_are_their_differences() {
    let spans = uneven();
    let x = variable(1, &[spans.tokens(), 3]);
    for what in [Pick::First, Pick::Last, Pick::Mean] {
        check_gradients(&format!("{what:?}"), std::slice::from_ref(&x), &|backend| {
            let y = pick(&x, what, &spans, backend).unwrap();
            assert_eq!(y.dims(), [3, 3, 3]);
            weighted(&y)
        });
    }
    let last = pick(&x, Pick::Last, &spans, Backend::Native).unwrap();
    assert_eq!(flat(&last.get(0).unwrap().get(2).unwrap()), flat(&x.get(7).unwrap()));
}

/// Numbers that are exact in both languages: `[((i * a + 3) % 17 - 8) / 8 for i in range(n)]`.
fn sequence(a: usize, shape: &[usize]) -> Var {
    let numbers = (0..shape.iter().product()).map(|i| (((i * a + 3) % 17) as f64 - 8.0) / 8.0);
    let numbers: Vec<f64> = numbers.collect();
    Var::from_tensor(&Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()).unwrap()
}

/// The result, then its gradients by `inputs` where it is weighted with `sequence(11, …)`.
fn with_gradients(y: &Tensor, inputs: &[Var]) -> Vec<f64> {
    let loss = (y * sequence(11, y.dims()).as_tensor()).unwrap().sum_all().unwrap();
    let mut all = flat(y);
    all.extend(gradients(&loss, inputs).concat());
    all
}

// PyTorch 2.15, double precision, with seq(a, *shape) as `sequence`, rows 0..2 and 2..3, and of each the result and
// autograd.grad((y * seq(11, *y.shape)).sum(), inputs):
//   F.gelu([-6, -2, -.75, 0, .75, 2, 6], approximate=…), weights 1
//   F.layer_norm(seq(5, 3, 4), (4,), seq(3, 4), seq(7, 4), eps=1e-3)
//   h = lambda t: t[row].reshape(-1, 2, 2).transpose(0, 1); softmax(h(q) @ h(k).mT / sqrt(2), -1) @ h(v)
//     with q, k, v = seq(5, 3, 4), seq(3, 3, 4), seq(7, 3, 4)
//   F.relu(F.conv1d(x[row].t()[None], w, b, padding=1)).max(2).values with x, w, b = seq(5, 3, 2), seq(3, 2, 2, 2), seq(7, 2)
//   LSTM(8, 2, bidirectional=True) with weight_ih = eye(8), weight_hh = seq(3, 8, 2), no biases, on seq(5, 3, 8)
#[rustfmt::skip]
const GELU_ERF: [f64; 14] = [
    -0.00000001, -0.04550026, -0.16997051, 0.0, 0.58002949, 1.95449974, 5.99999999, -0.00000004, -0.0852318,
    0.00077428, 0.5, 0.99922572, 1.0852318, 1.00000004,
];
#[rustfmt::skip]
const GELU_TANH: [f64; 14] = [
    0.0, -0.04540231, -0.17003944, 0.0, 0.57996056, 1.95459769, 6.0, 0.0, -0.08609926, 0.00106174, 0.5, 0.99893826,
    1.08609926, 1.0,
];
#[rustfmt::skip]
const NORM: [f64; 32] = [
    -0.1894693, 0.15619339, -0.81908725, -0.68783967, -0.1894693, 0.15619339, -0.81908725, -0.68783967, -0.77005885,
    -0.09814125, -1.17407062, -0.24104708, 0.76752976, -0.26072066, 0.0243215, -0.5311306, -0.62279414, 0.17247767,
    0.00288147, 0.447435, 0.12774775, 0.1064687, 0.19815489, -0.43237134, -0.05802354, -1.15804845, -1.78860113,
    0.36845515, -0.25, -0.375, -0.5, -0.625,
];
#[rustfmt::skip]
const ATTENTION: [f64; 48] = [
    -0.15738225, -0.00506423, -0.27455922, -0.52069497, -0.08336954, -0.0454348, -0.38815116, -0.45873573, 0.0,
    0.875, -0.375, 0.5, -0.33846483, 0.14102701, -0.06195878, -0.06195878, 0.24135785, -0.10056577, 0.17224861,
    0.17224861, 0.0, 0.0, 0.0, 0.0, -0.10080071, -0.06033946, 0.213639, -0.0510566, 0.10080071, 0.06033946,
    -0.213639, 0.0510566, 0.0, 0.0, 0.0, 0.0, -0.03364214, 0.4191749, -0.48564165, -0.07679552, 0.03364214,
    0.2058251, -0.38935835, -0.17320448, -0.25, -1.0, 0.375, -0.375,
];
#[rustfmt::skip]
const WINDOWS: [f64; 20] = [
    0.0, 1.234375, 0.0, 0.421875, 0.0, 0.0, 0.65625, -0.375, 0.65625, 0.09375, 0.0, 0.0, 0.0, 0.0, 0.46875, 0.1875,
    -0.65625, -0.28125, 0.0, 0.0,
];
#[rustfmt::skip]
const LSTM: [f64; 46] = [
    -0.06227359, 0.06693249, 0.09477438, -0.24747017, -0.2723905, -0.06227359, 0.02676744, 0.01493306, 0.0, 0.0,
    -0.15772551, 0.07263896, 0.01110595, 0.03768539, 0.0, 0.06009041, 0.0, -0.01545072, 0.0, -0.08337368, 0.0,
    0.08003686, -0.04270616, 0.00504571, 0.0, 0.0, 0.10403681, -0.02973156, -0.06934609, 0.00209349, 0.0, 0.0,
    -0.00374205, 0.004022, 0.0, 0.0, 0.00096217, -0.00103415, 0.0, 0.0, 0.00519198, -0.00558041, 0.0, 0.0,
    -0.00498418, 0.00535707,
];
#[rustfmt::skip]
const LSTM_REVERSE: [f64; 46] = [
    0.0332949, 0.0423786, 0.09803131, -0.26736067, -0.2723905, -0.06227359, 0.03836099, 0.03671227, -0.02233674,
    -0.0267817, -0.13590421, 0.07721292, -0.00574816, 0.02098072, -0.03618011, 0.04891611, 0.0, 0.0, -0.13134356,
    -0.08407907, 0.00161052, 0.09896636, -0.04270616, 0.00504571, 0.0, 0.0, 0.10403681, -0.02973156, -0.06934609,
    0.00209349, 0.00376058, -0.01025622, 0.00359895, -0.00981542, -0.0021897, 0.00597197, -0.00262544, 0.00716037,
    -0.01332287, 0.03633544, 0.00756928, -0.0206437, -0.0005635, 0.00153683, 0.00205677, -0.00560942,
];

#[test]
fn results_and_gradients_are_those_of_pytorch() {
    let spans = Spans::new(&[&[2, 1]]).unwrap();
    for backend in FORMS {
        let is = |what: &str, found: &[f64], expected: &[f64]| {
            assert_close(&format!("{what}, {backend:?}"), found, expected, 2e-8);
        };
        let x = Tensor::new(&[-6.0_f64, -2.0, -0.75, 0.0, 0.75, 2.0, 6.0], &Device::Cpu).unwrap();
        let x = Var::from_tensor(&x).unwrap();
        for (form, expected) in [(Gelu::Erf, &GELU_ERF), (Gelu::Tanh, &GELU_TANH)] {
            let y = gelu(&x, form, backend).unwrap();
            let slope = gradients(&y.sum_all().unwrap(), std::slice::from_ref(&x)).concat();
            is("GELU", &[flat(&y), slope].concat(), expected);
        }
        let all = [sequence(5, &[3, 4]), sequence(3, &[1, 4]), sequence(7, &[1, 4])];
        let y = packed_layer_norm(&all[0], &all[1], &all[2], 1e-3, &spans, backend).unwrap();
        is("layer norm", &with_gradients(&y, &all), &NORM);
        let all = [5, 3, 7].map(|a| sequence(a, &[3, 4]));
        let y = attention(&all[0], &all[1], &all[2], 2, &spans, None, backend).unwrap();
        is("attention", &with_gradients(&y, &all), &ATTENTION);
        let all = [sequence(5, &[3, 2]), sequence(3, &[1, 2, 2, 2]), sequence(7, &[1, 2])];
        let y = max_over_windows(&all[0], &all[1], &all[2], &spans, backend).unwrap();
        is("windows", &with_gradients(&y, &all), &WINDOWS);
        let all = [sequence(5, &[3, 8]), sequence(3, &[1, 8, 2])];
        for (reverse, expected) in [(false, &LSTM), (true, &LSTM_REVERSE)] {
            let y = lstm(&all[0], &all[1], reverse, &spans, backend).unwrap();
            is("LSTM", &with_gradients(&y, &all), expected);
        }
    }
}

/// An operation as the promise sees it: what each token and each member has, and what is made of it.
struct Case {
    name: &'static str,
    tokens: Vec<usize>,
    members: Vec<Vec<usize>>,
    run: fn(&[Tensor], &[Tensor], &Spans) -> Tensor,
}

fn cases() -> Vec<Case> {
    const NATIVE: Backend = Backend::Native;
    let case = |name, tokens: &[usize], members: &[&[usize]], run| {
        let members = members.iter().map(|shape| shape.to_vec()).collect();
        Case { name, tokens: tokens.to_vec(), members, run }
    };
    let layer: fn(&[Tensor], &[Tensor], &Spans) -> Tensor =
        |x, w, spans| packed_dense(&x[0], &w[0], &w[1], Activation::Relu, spans, NATIVE).unwrap();
    vec![
        case("dense to 100", &[70], &[&[100, 70], &[100]], layer),
        case("dense to 65", &[600], &[&[65, 600], &[65]], layer),
        case("dense to 64", &[600], &[&[64, 600], &[64]], layer),
        case("dense to 3", &[784], &[&[3, 784], &[3]], layer),
        case("dense of 2", &[2], &[&[100, 2], &[100]], layer),
        case("GELU", &[37], &[], |x, _, _| gelu(&x[0], Gelu::Erf, NATIVE).unwrap()),
        case("layer norm", &[70], &[&[70], &[70]], |x, w, spans| {
            packed_layer_norm(&x[0], &w[0], &w[1], 1e-5, spans, NATIVE).unwrap()
        }),
        case("attention", &[36, 36, 36], &[], |x, _, spans| {
            attention(&x[0], &x[1], &x[2], 3, spans, None, NATIVE).unwrap()
        }),
        case("windows", &[40], &[&[30, 40, 3], &[30]], |x, w, spans| {
            max_over_windows(&x[0], &w[0], &w[1], spans, NATIVE).unwrap()
        }),
        case("narrow windows", &[40], &[&[5, 40, 4], &[5]], |x, w, spans| {
            max_over_windows(&x[0], &w[0], &w[1], spans, NATIVE).unwrap()
        }),
        case("LSTM", &[80], &[&[80, 20]], |x, w, spans| lstm(&x[0], &w[0], false, spans, NATIVE).unwrap()),
        case("LSTM from the end", &[80], &[&[80, 20]], |x, w, spans| lstm(&x[0], &w[0], true, spans, NATIVE).unwrap()),
        case("mean", &[36], &[], |x, _, spans| pick(&x[0], Pick::Mean, spans, NATIVE).unwrap()),
    ]
}

/// Single numbers of a seed, `[count, …]`.
fn singles(seed: usize, count: usize, shape: &[usize]) -> Tensor {
    f32s(&random(seed as u64, &[&[count], shape].concat()))
}

fn bits_of(tensor: &Tensor) -> Vec<u32> {
    bits(&tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap())
}

#[test]
fn a_row_has_the_same_bits_alone_and_beside_forty_others() {
    let lengths: Vec<usize> = (0..41).map(|i| i * 7 % 13 + 1).collect();
    let spans = Spans::new(&[&lengths]).unwrap();
    for Case { name, tokens, members, run } in cases() {
        let x: Vec<Tensor> = tokens.iter().enumerate().map(|(i, w)| singles(i, spans.tokens(), &[*w])).collect();
        let w: Vec<Tensor> = members.iter().enumerate().map(|(i, shape)| singles(9 + i, 1, shape)).collect();
        let together = on_threads(2, || run(&x, &w, &spans));
        for row in [0, 1, 2, 12, 40] {
            let place = spans.of_row(row);
            let own: Vec<Tensor> = x.iter().map(|x| x.narrow(0, place.start, place.len()).unwrap()).collect();
            let alone = on_threads(1, || run(&own, &w, &Spans::new(&[&[place.len()]]).unwrap()));
            let expected = match together.rank() {
                2 => together.narrow(0, place.start, place.len()),
                _ => together.narrow(1, row, 1),
            };
            assert!(bits_of(&alone) == bits_of(&expected.unwrap()), "{name}, row {row} of {} tokens", place.len());
        }
    }
}

#[test]
fn a_member_has_the_same_bits_alone_and_beside_others_on_any_number_of_threads() {
    // A short one, a long one, and one between.
    let lengths = [vec![1, 2, 1], vec![90, 7, 30], vec![5, 20, 12]];
    let spans = Spans::new(&lengths.each_ref().map(Vec::as_slice)).unwrap();
    for Case { name, tokens, members, run } in cases() {
        let x: Vec<Tensor> = tokens.iter().enumerate().map(|(i, w)| singles(i, spans.tokens(), &[*w])).collect();
        let w: Vec<Tensor> = members.iter().enumerate().map(|(i, shape)| singles(9 + i, 3, shape)).collect();
        let train = |x: &[Tensor], w: &[Tensor], spans: &Spans| {
            let vars = |tensors: &[Tensor]| -> Vec<Var> {
                tensors.iter().map(|t| Var::from_tensor(&t.contiguous().unwrap()).unwrap()).collect()
            };
            let (x, w) = (vars(x), vars(w));
            let tensors = |vars: &[Var]| -> Vec<Tensor> { vars.iter().map(|var| var.as_tensor().clone()).collect() };
            let y = run(&tensors(&x), &tensors(&w), spans);
            let store = y.sqr().unwrap().sum_all().unwrap().backward().unwrap();
            let of = |vars: &[Var]| -> Vec<Tensor> { vars.iter().map(|v| store.get(v).unwrap().clone()).collect() };
            (y, of(&x), of(&w))
        };
        let together = on_threads(2, || train(&x, &w, &spans));
        for threads in [1, 2, 3] {
            let again = on_threads(threads, || train(&x, &w, &spans));
            for (k, lengths) in lengths.iter().enumerate() {
                let place = spans.of_member(k);
                let by_token = |t: &Tensor| t.narrow(0, place.start, place.len()).unwrap();
                let by_member = |t: &Tensor| t.narrow(0, k, 1).unwrap();
                let own = Spans::new(&[lengths]).unwrap();
                let part = |(y, x, w): &(Tensor, Vec<Tensor>, Vec<Tensor>)| -> Vec<Vec<u32>> {
                    let y = if y.rank() == 2 { by_token(y) } else { by_member(y) };
                    let gradients = x.iter().map(by_token).chain(w.iter().map(by_member));
                    std::iter::once(y).chain(gradients).map(|t| bits_of(&t)).collect()
                };
                let whole = |(y, x, w): (Tensor, Vec<Tensor>, Vec<Tensor>)| -> Vec<Vec<u32>> {
                    std::iter::once(&y).chain(&x).chain(&w).map(bits_of).collect()
                };
                let alone = on_threads(threads, || {
                    let x: Vec<Tensor> = x.iter().map(by_token).collect();
                    let w: Vec<Tensor> = w.iter().map(by_member).collect();
                    whole(train(&x, &w, &own))
                });
                let expected = part(&together);
                assert!(part(&again) == expected, "{name}: member {k} on {threads} threads");
                assert!(alone == expected, "{name}: member {k} alone on {threads} threads");
            }
        }
    }
}

#[test]
fn what_does_not_fit_packed_rows_is_refused_and_what_is_no_number_goes_through() {
    let spans = uneven();
    let (wrong, w, b) = (random(1, &[18, 5]), random(2, &[3, 4, 5]), random(3, &[3, 4]));
    for backend in FORMS {
        assert!(packed_dense(&wrong, &w, &b, Activation::None, &spans, backend).is_err());
        assert!(packed_dense(&random(1, &[20, 6]), &w, &b, Activation::None, &spans, backend).is_err());
        assert!(packed_layer_norm(&random(1, &[20, 5]), &b, &b, 1e-5, &spans, backend).is_err());
        assert!(attention(&wrong, &wrong, &wrong, 1, &spans, None, backend).is_err());
        let x = random(1, &[20, 5]);
        assert!(attention(&x, &x, &x, 2, &spans, None, backend).is_err());
        assert!(attention(&x, &x, &x, 1, &spans, Some((0.1, &[Key::new(1)])), backend).is_err());
        assert!(max_over_windows(&x, &random(1, &[3, 4, 4, 2]), &b, &spans, backend).is_err());
        assert!(lstm(&x, &random(1, &[3, 8, 2]), false, &spans, backend).is_err());
        assert!(pick(&wrong, Pick::First, &spans, backend).is_err());
    }
    for Case { name, tokens, members, run } in cases() {
        let spans = Spans::new(&[&[2, 3]]).unwrap();
        let mut x: Vec<Tensor> = tokens.iter().enumerate().map(|(i, w)| singles(i, 5, &[*w])).collect();
        let mut values = draw(1, 5 * tokens[0]);
        values[tokens[0] - 1] = f64::NAN;
        x[0] = f32s(&Tensor::from_vec(values, (5, tokens[0]), &Device::Cpu).unwrap());
        let w: Vec<Tensor> = members.iter().enumerate().map(|(i, shape)| singles(9 + i, 1, shape)).collect();
        assert!(flat(&run(&x, &w, &spans)).iter().any(|y| y.is_nan()), "{name}");
    }
}
