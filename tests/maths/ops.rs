//! Each operation against central differences, its two forms against each other, and the corners of each.

use candle_core::{DType, Device, Tensor, Var};
use proptest::prelude::*;
use stillroom::ops::{
    Activation, Backend, DistillationLoss, MemberLoss, conv3x3, dense, dropout, layer_norm, max_pool2, softmax,
};
use stillroom::rng::Key;

use crate::support::{FORMS, assert_close, bits, check_gradients, draw, flat, gradients, on_threads, random, variable};

/// A scalar in which every number of `y` has its own weight.
fn weighted(y: &Tensor) -> Tensor {
    (y * random(99, y.dims())).unwrap().sum_all().unwrap()
}

/// Differences are of no use at the kink of ReLU.
fn assert_away_from_0(numbers: &Tensor) {
    let least = flat(numbers).into_iter().fold(f64::INFINITY, |least, x| least.min(x.abs()));
    assert!(least > 1e-4, "choose another seed: {least}");
}

#[test]
fn gradients_of_a_dense_layer_are_its_differences() {
    for (members, inputs) in [(1, 1), (3, 1), (3, 3), (4, 2), (6, 3)] {
        for activation in [Activation::None, Activation::Relu] {
            let x = variable(1, &[inputs, 4, 5]);
            let (w, b) = (variable(2, &[members, 3, 5]), variable(3, &[members, 3]));
            assert_away_from_0(&dense(&x, &w, &b, Activation::None, Backend::Candle).unwrap());
            let what = format!("dense of {members} members on {inputs} inputs, {activation:?}");
            let variables = [x.clone(), w.clone(), b.clone()];
            check_gradients(&what, &variables, &|backend| weighted(&dense(&x, &w, &b, activation, backend).unwrap()));
        }
    }
}

#[test]
fn gradients_of_a_convolution_are_its_differences() {
    // Nine images, so that sums of gradients cross a group's border; odd sides.
    for (members, inputs, batch, height, width) in
        [(1, 1, 9, 3, 4), (2, 1, 2, 5, 3), (2, 2, 9, 3, 3), (2, 2, 1, 1, 2), (4, 2, 2, 3, 2)]
    {
        for activation in [Activation::None, Activation::Relu] {
            let x = variable(4, &[inputs, batch, 2, height, width]);
            let (w, b) = (variable(5, &[members, 3, 2, 3, 3]), variable(6, &[members, 3]));
            assert_away_from_0(&conv3x3(&x, &w, &b, Activation::None, Backend::Candle).unwrap());
            let what = format!("convolution {members} {inputs} {batch} {height}×{width}, {activation:?}");
            let variables = [x.clone(), w.clone(), b.clone()];
            check_gradients(&what, &variables, &|backend| weighted(&conv3x3(&x, &w, &b, activation, backend).unwrap()));
        }
    }
}

#[test]
fn a_convolution_by_hand() {
    // The image 1…4 under a kernel that takes the pixel itself, twice the one to its right and 10 times the one below.
    let device = Device::Cpu;
    let x = Tensor::new(&[1.0_f64, 2.0, 3.0, 4.0], &device).unwrap().reshape((1, 1, 1, 2, 2)).unwrap();
    let mut kernel = vec![0.0; 9];
    (kernel[4], kernel[5], kernel[7]) = (1.0, 2.0, 10.0);
    let w = Tensor::from_vec(kernel, (1, 1, 1, 3, 3), &device).unwrap();
    let b = Tensor::new(&[[0.5_f64]], &device).unwrap();
    for backend in FORMS {
        let y = conv3x3(&x, &w, &b, Activation::Relu, backend).unwrap();
        assert_eq!(flat(&y), [35.5, 42.5, 11.5, 4.5], "{backend:?}");
    }
}

#[test]
fn relu_has_no_gradient_at_0() {
    let x = Tensor::ones((1, 2, 3), DType::F64, &Device::Cpu).unwrap();
    for backend in FORMS {
        let (w, b) = (Var::zeros((1, 2, 3), DType::F64, &Device::Cpu), Var::zeros((1, 2), DType::F64, &Device::Cpu));
        let (w, b) = (w.unwrap(), b.unwrap());
        let y = dense(&x, &w, &b, Activation::Relu, backend).unwrap();
        let of_weights = gradients(&weighted(&y), &[w, b]);
        assert!(of_weights.concat().into_iter().all(|g| g == 0.0), "{backend:?}");
    }
}

#[test]
fn gradients_of_pooling_are_its_differences() {
    for shape in [&[1, 1, 1, 4, 4][..], &[2, 3, 2, 5, 4], &[2, 1, 1, 3, 7], &[1, 2, 2, 2, 2]] {
        let x = variable(7, shape);
        check_gradients(&format!("pooling of {shape:?}"), std::slice::from_ref(&x), &|backend| {
            weighted(&max_pool2(&x, backend).unwrap())
        });
    }
}

#[test]
fn pooling_gives_the_whole_gradient_to_the_first_maximum() {
    // Four windows: a maximum alone, a tie of two, a tie of four, and the maximum last. The fifth column has no window.
    #[rustfmt::skip]
    let image = [
        1.0, 9.0,   5.0, 2.0,   8.0,
        3.0, 4.0,   5.0, 1.0,   8.0,
        7.0, 7.0,   1.0, 2.0,   8.0,
        7.0, 7.0,   3.0, 4.0,   8.0,
    ];
    #[rustfmt::skip]
    let expected = [
        0.0, 1.0,   2.0, 0.0,   0.0,
        0.0, 0.0,   0.0, 0.0,   0.0,
        3.0, 0.0,   0.0, 0.0,   0.0,
        0.0, 0.0,   0.0, 4.0,   0.0,
    ];
    let x = Var::from_tensor(&Tensor::from_slice(&image, (1, 1, 1, 4, 5), &Device::Cpu).unwrap()).unwrap();
    let outer = Tensor::new(&[1.0, 2.0, 3.0, 4.0], &Device::Cpu).unwrap().reshape((1, 1, 1, 2, 2)).unwrap();
    for backend in FORMS {
        let y = max_pool2(&x, backend).unwrap();
        assert_eq!(flat(&y), [9.0, 5.0, 7.0, 4.0], "{backend:?}");
        let loss = (y * &outer).unwrap().sum_all().unwrap();
        assert_eq!(gradients(&loss, std::slice::from_ref(&x))[0], expected, "{backend:?}");
    }
}

#[test]
fn gradients_of_softmax_are_its_differences() {
    for shape in [&[3][..], &[2, 3, 5], &[2, 1]] {
        let x = variable(11, shape);
        // A single class is always certain, and has no gradient to check.
        if shape.last() == Some(&1) {
            let y = softmax(&x, Backend::Native).unwrap();
            assert_eq!(flat(&y), [1.0, 1.0]);
            continue;
        }
        check_gradients(&format!("softmax of {shape:?}"), std::slice::from_ref(&x), &|backend| {
            weighted(&softmax(&x, backend).unwrap())
        });
    }
}

#[test]
fn softmax_of_large_numbers_and_in_single_precision() {
    for backend in FORMS {
        let x = Tensor::new(&[[1000.0_f64, 1000.0, -1000.0], [0.0, 0.0, f64::NEG_INFINITY]], &Device::Cpu).unwrap();
        assert_eq!(flat(&softmax(&x, backend).unwrap()), [0.5, 0.5, 0.0, 0.5, 0.5, 0.0], "{backend:?}");
        let single = softmax(&random(12, &[4, 10]).to_dtype(DType::F32).unwrap(), backend).unwrap();
        let double = softmax(&random(12, &[4, 10]), backend).unwrap();
        assert_close("single precision", &flat(&single.to_dtype(DType::F64).unwrap()), &flat(&double), 1e-6);
    }
}

#[test]
fn gradients_of_layer_norm_are_its_differences() {
    for shape in [&[1, 2, 4][..], &[3, 2, 2, 5], &[2, 1, 3]] {
        let (members, width) = (shape[0], shape[shape.len() - 1]);
        let x = variable(13, shape);
        let (w, b) = (variable(14, &[members, width]), variable(15, &[members, width]));
        let variables = [x.clone(), w.clone(), b.clone()];
        check_gradients(&format!("layer norm of {shape:?}"), &variables, &|backend| {
            weighted(&layer_norm(&x, &w, &b, 1e-5, backend).unwrap())
        });
    }
}

#[test]
fn layer_norm_by_hand_and_alone_as_beside_others() {
    // Mean 2, biased variance 2/3: (−1, 0, 1) / √(2/3).
    let x = Tensor::new(&[[[1.0_f64, 2.0, 3.0]]], &Device::Cpu).unwrap();
    let (w, b) = (Tensor::new(&[[1.0_f64, 2.0, 3.0]], &Device::Cpu), Tensor::new(&[[0.0_f64, 5.0, 1.0]], &Device::Cpu));
    let (w, b) = (w.unwrap(), b.unwrap());
    for backend in FORMS {
        let y = layer_norm(&x, &w, &b, 0.0, backend).unwrap();
        assert_close("layer norm", &flat(&y), &[-1.5_f64.sqrt(), 5.0, 3.0 * 1.5_f64.sqrt() + 1.0], 1e-12);
    }
    assert!(
        layer_norm(&x, &w, &Tensor::zeros((1, 2), DType::F64, &Device::Cpu).unwrap(), 0.0, Backend::Native).is_err()
    );
    let all = random(16, &[3, 7, 6]).to_dtype(DType::F32).unwrap();
    let (w, b) = (random(17, &[3, 6]).to_dtype(DType::F32).unwrap(), random(18, &[3, 6]).to_dtype(DType::F32).unwrap());
    let together = layer_norm(&all, &w, &b, 1e-5, Backend::Native).unwrap();
    for k in 0..3 {
        let of = |tensor: &Tensor| tensor.narrow(0, k, 1).unwrap();
        let alone = layer_norm(&of(&all), &of(&w), &of(&b), 1e-5, Backend::Native).unwrap();
        assert_eq!(bits(&flat32(&alone)), bits(&flat32(&of(&together))));
    }
}

fn flat32(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn numbers_that_are_not_finite_go_through_every_operation() {
    let poisoned = |shape: &[usize]| {
        let mut values = vec![-1.0; shape.iter().product()];
        *values.last_mut().unwrap() = f64::NAN;
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    };
    let (w, b) = (random(1, &[1, 3, 4]), random(2, &[1, 3]));
    let (kernel, kernel_bias) = (random(3, &[1, 2, 1, 3, 3]), random(4, &[1, 2]));
    for backend in FORMS {
        let sees = |y: Tensor| assert!(flat(&y).iter().any(|y| y.is_nan()), "{backend:?}");
        sees(dense(&poisoned(&[1, 2, 4]), &w, &b, Activation::Relu, backend).unwrap());
        sees(conv3x3(&poisoned(&[1, 2, 1, 4, 4]), &kernel, &kernel_bias, Activation::Relu, backend).unwrap());
        sees(max_pool2(&poisoned(&[1, 2, 1, 4, 4]), backend).unwrap());
    }
}

#[test]
fn gradients_of_dropout_are_its_differences() {
    let keys = [Key::new(1), Key::new(2)];
    let x = variable(8, &[2, 3, 10]);
    check_gradients("dropout", std::slice::from_ref(&x), &|_| weighted(&dropout(&x, 0.4, &keys).unwrap()));
}

#[test]
fn dropout_depends_on_the_key_alone_and_keeps_the_mean() {
    let ones = |members| Tensor::ones((members, 100, 50), DType::F32, &Device::Cpu).unwrap();
    let (a, b) = (Key::new(1).named("dropout"), Key::new(2).named("dropout"));
    let drop = |keys: &[Key]| -> Vec<Vec<f32>> {
        let y = dropout(&ones(keys.len()), 0.3, keys).unwrap();
        y.flatten_from(1).unwrap().to_vec2().unwrap()
    };
    let beside = drop(&[b, a, b]);
    assert_eq!(beside[0], beside[2]);
    assert_ne!(beside[0], beside[1]);
    assert_eq!(drop(&[a])[0], beside[1]);
    let kept = beside[0].iter().filter(|y| **y != 0.0).count() as f64 / 5000.0;
    // Three standard deviations of 5,000 draws are 0.019.
    assert!((kept - 0.7).abs() < 0.02, "{kept}");
    assert!(beside[0].iter().all(|y| *y == 0.0 || (*y - 1.0 / 0.7).abs() < 1e-6));
    assert!(dropout(&ones(2), 0.3, &[a]).is_err());
}

/// Four members: soft and hard term at a low T; soft only at a high T without T²; the baseline; labels that are not there.
fn four_members() -> [MemberLoss; 4] {
    let member = |temperature, soft_weight, hard_weight, temperature_squared, target, labels| MemberLoss {
        temperature,
        soft_weight,
        hard_weight,
        temperature_squared,
        target,
        labels,
    };
    [
        member(Some(0.7), 0.9, 0.1, true, 1, 0),
        member(Some(5.0), 1.3, 0.2, false, 0, 1),
        member(None, 0.0, 1.0, false, 0, 0),
        member(Some(3.0), 0.5, 0.5, true, 2, 2),
    ]
}

#[test]
fn gradients_of_the_distillation_loss_are_its_differences() {
    let members = four_members();
    for batch in [1, 3] {
        let logits = variable(9, &[4, batch, 5]);
        let targets = candle_nn::ops::softmax(&(random(10, &[3, batch, 5]) * 3.0).unwrap(), 2).unwrap();
        // All rows labelled, some, none.
        let some: Vec<Option<u32>> = (0..batch as u32).map(|row| (row != 1).then_some(4 - row)).collect();
        let labels = [(0..batch as u32).map(Some).collect(), some, vec![None; batch]];
        let loss = DistillationLoss { members: &members, targets: Some(&targets), labels: &labels };
        let what = format!("the distillation loss of {batch} rows");
        check_gradients(&what, std::slice::from_ref(&logits), &|backend| loss.forward(&logits, backend).unwrap().0);
        let [kernel, composed] = FORMS.map(|backend| loss.forward(&logits, backend).unwrap().1);
        for (kernel, composed) in [
            (&kernel.soft, &composed.soft),
            (&kernel.hard, &composed.hard),
            (&kernel.total, &composed.total),
            (&kernel.soft_norm, &composed.soft_norm),
            (&kernel.hard_norm, &composed.hard_norm),
            (&kernel.cosine, &composed.cosine),
        ] {
            assert_close(&what, kernel, composed, 1e-12);
        }
        assert_eq!((kernel.soft[2], kernel.hard[3]), (0.0, 0.0));
    }
}

#[test]
fn the_anatomy_of_the_gradient_is_that_of_each_terms_own_gradient() {
    let members = four_members();
    let (batch, classes) = (19, 5);
    let logits = variable(9, &[4, batch, classes]);
    let targets = candle_nn::ops::softmax(&(random(10, &[3, batch, classes]) * 3.0).unwrap(), 2).unwrap();
    let some: Vec<Option<u32>> = (0..batch as u32).map(|row| (row % 3 != 1).then_some(row % 5)).collect();
    let labels = [vec![Some(2); batch], some, vec![None; batch]];
    for backend in FORMS {
        let gradient = |members: &[MemberLoss]| {
            let loss = DistillationLoss { members, targets: Some(&targets), labels: &labels };
            let sum = loss.forward(&logits, backend).unwrap().0;
            gradients(&sum, std::slice::from_ref(&logits)).remove(0)
        };
        let soft = gradient(&members.map(|member| MemberLoss { hard_weight: 0.0, ..member }));
        let hard = gradient(&members.map(|member| MemberLoss { soft_weight: 0.0, ..member }));
        let loss = DistillationLoss { members: &members, targets: Some(&targets), labels: &labels };
        let terms = loss.forward(&logits, backend).unwrap().1;
        for (k, (soft, hard)) in soft.chunks(batch * classes).zip(hard.chunks(batch * classes)).enumerate() {
            let norm = |g: &[f64]| g.iter().map(|g| g * g).sum::<f64>().sqrt();
            let cosine = soft.iter().zip(hard).map(|(a, b)| a * b).sum::<f64>() / (norm(soft) * norm(hard));
            let expected = [norm(soft), norm(hard), if cosine.is_nan() { 0.0 } else { cosine }];
            let found = [terms.soft_norm[k], terms.hard_norm[k], terms.cosine[k]];
            assert_close(&format!("{backend:?}, member {k}"), &found, &expected, 1e-10);
            assert_close("share", &[terms.soft_share(k).unwrap()], &[expected[0] / (expected[0] + expected[1])], 1e-10);
        }
        // A baseline has no soft gradient, a row set without labels no hard one.
        assert_eq!((terms.soft_norm[2], terms.cosine[2], terms.soft_share(2)), (0.0, 0.0, Some(0.0)));
        assert_eq!((terms.hard_norm[3], terms.cosine[3], terms.soft_share(3)), (0.0, 0.0, Some(1.0)));
        assert_eq!(terms.soft_share(4), None);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let (x, b) = (random(1, &[2, 3, 4]), random(2, &[3, 5]));
    for backend in FORMS {
        // Two inputs for three members, and a wrong width.
        assert!(dense(&x, &random(3, &[3, 5, 4]), &b, Activation::None, backend).is_err(), "{backend:?}");
        assert!(dense(&x, &random(3, &[2, 5, 6]), &b.narrow(0, 0, 2).unwrap(), Activation::None, backend).is_err());
        // A bias that is too short or too long.
        assert!(
            dense(&x, &random(3, &[2, 5, 4]), &random(4, &[2, 4]), Activation::None, backend).is_err(),
            "{backend:?}"
        );
        assert!(
            dense(&x, &random(3, &[2, 5, 4]), &random(4, &[3, 5]), Activation::None, backend).is_err(),
            "{backend:?}"
        );
        let image = random(5, &[1, 1, 2, 4, 4]);
        assert!(conv3x3(&image, &random(6, &[1, 3, 1, 3, 3]), &random(7, &[1, 3]), Activation::None, backend).is_err());
        assert!(conv3x3(&image, &random(6, &[1, 3, 2, 3, 3]), &random(7, &[1, 2]), Activation::None, backend).is_err());
    }
}

/// One member's part of a result and of the gradients, as bits.
fn parts(tensors: &[&Tensor], member: usize) -> Vec<Vec<u32>> {
    tensors.iter().map(|t| bits(&t.get(member).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap())).collect()
}

#[test]
fn an_operation_gives_each_member_the_same_bits_alone_and_beside_others_on_any_number_of_threads() {
    let f32s = |t: Tensor| t.to_dtype(DType::F32).unwrap();
    let run = |x: &Tensor, w: &Tensor, b: &Tensor, convolution: bool| -> [Tensor; 4] {
        let [x, w, b] = [x, w, b].map(|t| Var::from_tensor(&t.contiguous().unwrap()).unwrap());
        let y = if convolution {
            let y = conv3x3(&x, &w, &b, Activation::Relu, Backend::Native).unwrap();
            max_pool2(&y, Backend::Native).unwrap()
        } else {
            dense(&x, &w, &b, Activation::Relu, Backend::Native).unwrap()
        };
        let g = y.sqr().unwrap().sum_all().unwrap().backward().unwrap();
        [y, g.get(&w).unwrap().clone(), g.get(&b).unwrap().clone(), g.get(&x).unwrap().clone()]
    };
    let compare = |what: &str, x: &Tensor, w: &Tensor, b: &Tensor, convolution: bool| {
        let beside = on_threads(2, || run(x, w, b, convolution));
        for threads in [1, 2, 3] {
            let again = on_threads(threads, || run(x, w, b, convolution));
            for member in 0..3 {
                let one = |t: &Tensor| t.narrow(0, member, 1).unwrap();
                let alone = on_threads(threads, || run(&one(x), &one(w), &one(b), convolution));
                let expected = parts(&beside.each_ref(), member);
                assert!(parts(&again.each_ref(), member) == expected, "{what}: {threads} threads");
                assert!(parts(&alone.each_ref(), 0) == expected, "{what}: alone on {threads} threads");
            }
        }
    };
    for batch in [128, 65, 64, 32, 16, 1] {
        for (input, output) in [(784, 1), (784, 10), (784, 64), (64, 64), (64, 300), (1, 10), (10, 10)] {
            let (x, w) = (f32s(random(1, &[3, batch, input])), f32s(random(2, &[3, output, input])));
            let b = f32s(random(3, &[3, output]));
            compare(&format!("dense {batch} {input} {output}"), &x, &w, &b, false);
        }
        let (x, w) = (f32s(random(1, &[3, batch, 2, 9, 8])), f32s(random(2, &[3, 5, 2, 3, 3])));
        compare(&format!("convolution {batch}"), &x, &w, &f32s(random(3, &[3, 5])), true);
    }
}

#[test]
fn members_that_share_an_input_have_the_same_bits_as_with_a_copy_of_their_own() {
    let f32s = |t: Tensor| t.to_dtype(DType::F32).unwrap();
    let (w, b) = (f32s(random(1, &[6, 7, 20])), f32s(random(2, &[6, 7])));
    let (kernel, kernel_bias) = (f32s(random(3, &[6, 3, 2, 3, 3])), f32s(random(4, &[6, 3])));
    for inputs in [1, 2, 3, 6] {
        let (x, image) = (f32s(random(5, &[inputs, 9, 20])), f32s(random(6, &[inputs, 9, 2, 4, 5])));
        for backend in FORMS {
            let rows = dense(&x, &w, &b, Activation::Relu, backend).unwrap();
            let images = conv3x3(&image, &kernel, &kernel_bias, Activation::Relu, backend).unwrap();
            for k in 0..6 {
                let one = |t: &Tensor, k: usize| t.narrow(0, k, 1).unwrap().copy().unwrap();
                let own = k * inputs / 6;
                let alone = dense(&one(&x, own), &one(&w, k), &one(&b, k), Activation::Relu, backend).unwrap();
                assert_eq!(parts(&[&alone], 0), parts(&[&rows], k), "{backend:?}: {inputs} inputs, member {k}");
                let (kernel, bias) = (one(&kernel, k), one(&kernel_bias, k));
                let alone = conv3x3(&one(&image, own), &kernel, &bias, Activation::Relu, backend).unwrap();
                assert_eq!(parts(&[&alone], 0), parts(&[&images], k), "{backend:?}: {inputs} inputs, member {k}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn both_forms_of_a_layer_agree_whatever_its_shape(
        (members, shared) in (1_usize..4, any::<bool>()),
        (batch, input, output) in (0_usize..6, 1_usize..9, 1_usize..9),
        (height, width) in (1_usize..7, 1_usize..7),
        seed in any::<u64>(),
    ) {
        let inputs = if shared { 1 } else { members };
        let (w, b) = (random(seed, &[members, output, input]), random(seed ^ 1, &[members, output]));
        let x = random(seed ^ 2, &[inputs, batch, input]);
        let [kernel, composed] = FORMS.map(|backend| dense(&x, &w, &b, Activation::Relu, backend).unwrap());
        prop_assert_eq!(kernel.dims(), composed.dims());
        assert_close("dense", &flat(&kernel), &flat(&composed), 1e-12);
        if batch > 0 {
            let kernel_weights = random(seed ^ 3, &[members, output, input, 3, 3]);
            let x = random(seed ^ 4, &[inputs, batch, input, height, width]);
            let [kernel, composed] =
                FORMS.map(|backend| conv3x3(&x, &kernel_weights, &b, Activation::Relu, backend).unwrap());
            prop_assert_eq!(kernel.dims(), composed.dims());
            assert_close("convolution", &flat(&kernel), &flat(&composed), 1e-12);
            if height > 1 && width > 1 {
                let [kernel, composed] = FORMS.map(|backend| max_pool2(&kernel, backend).unwrap());
                prop_assert_eq!(kernel.dims(), composed.dims());
                assert_close("pooling", &flat(&kernel), &flat(&composed), 0.0);
            }
        }
    }

    #[test]
    fn a_draw_is_between_its_bounds(seed in any::<u64>()) {
        prop_assert!(draw(seed, 50).into_iter().all(|x| (-1.0..1.0).contains(&x)));
    }
}
