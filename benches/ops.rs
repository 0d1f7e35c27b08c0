//! Milliseconds of single operations on the CPU, forward and with the gradient: `cargo bench --bench ops [-- NAME…]`.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use candle_core::{Device, Tensor, Var};
use stillroom::distill::{
    ErrorsByBias, Heard, Mean, add_biases, answers, best_temperature, confusion, mean_over, reliability,
    soft_targets_by_class,
};
use stillroom::ops::{
    Activation, Backend, Clip, DistillationLoss, FusedOptimiser, Gelu, MemberLoss, MemberRate, Rule, Spans, attention,
    conv3x3, dense, gelu, layer_norm, lstm, max_over_windows, max_pool2, packed_dense, packed_dropout,
    packed_layer_norm, rows, softmax,
};
use stillroom::rng::Key;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 128;

fn main() {
    // Cargo says `--bench` when it means to measure; `cargo test` only wants to see that all of it runs.
    let measured = std::env::args().any(|argument| argument == "--bench");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let time = |name: &str, work: &mut dyn FnMut()| {
        if wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str())) {
            println!("{name:<44} {:9.4} ms", median(measured, work));
        }
    };
    for (input, output) in [(64, 32), (784, 30), (784, 800), (1200, 1200)] {
        let (x, w, b) = (variable(&[1, BATCH, input]), variable(&[1, output, input]), variable(&[1, output]));
        let run = || dense(&x, &w, &b, Activation::Relu, Backend::Native).unwrap();
        time(&format!("dense {input}→{output}"), &mut || drop(black_box(run())));
        time(&format!("dense {input}→{output} with gradient"), &mut || with_gradient(&run()));
    }
    let x = variable(&[1, BATCH, 1200]);
    let (w, b) = (variable(&[1, 1200]), variable(&[1, 1200]));
    for backend in [Backend::Native, Backend::Candle] {
        let run = || softmax(&x, backend).unwrap();
        time(&format!("softmax of 1200, {backend:?}"), &mut || drop(black_box(run())));
        time(&format!("softmax of 1200, {backend:?}, with gradient"), &mut || with_gradient(&run()));
        let run = || layer_norm(&x, &w, &b, 1e-5, backend).unwrap();
        time(&format!("layer norm of 1200, {backend:?}"), &mut || drop(black_box(run())));
        time(&format!("layer norm of 1200, {backend:?}, with gradient"), &mut || with_gradient(&run()));
    }
    for (input, output, side) in [(1, 8, 28), (8, 16, 14), (32, 64, 14)] {
        let x = variable(&[1, BATCH, input, side, side]);
        let (w, b) = (variable(&[1, output, input, 3, 3]), variable(&[1, output]));
        let run = || conv3x3(&x, &w, &b, Activation::Relu, Backend::Native).unwrap();
        time(&format!("conv {input}→{output} at {side}×{side}"), &mut || drop(black_box(run())));
        time(&format!("conv {input}→{output} at {side}×{side} with gradient"), &mut || with_gradient(&run()));
    }
    let images = variable(&[1, BATCH, 32, 28, 28]);
    time("pool 32 at 28×28", &mut || drop(black_box(max_pool2(&images, Backend::Native).unwrap())));
    time("pool 32 at 28×28 with gradient", &mut || with_gradient(&max_pool2(&images, Backend::Native).unwrap()));

    text(&time);
    lens(&time);

    let labels = [(0..BATCH as u32).map(|row| Some(row % 10)).collect()];
    for members in [1, 25] {
        let logits = variable(&[members, BATCH, 10]);
        let targets = candle_nn::ops::softmax(&random(&[members, BATCH, 10]), 2).unwrap();
        let member = |target| MemberLoss {
            temperature: Some(4.0),
            soft_weight: 0.9,
            hard_weight: 0.1,
            temperature_squared: true,
            target,
            labels: 0,
        };
        let losses: Vec<MemberLoss> = (0..members).map(member).collect();
        let loss = DistillationLoss { members: &losses, targets: Some(&targets), labels: &labels };
        time(&format!("loss of {members}"), &mut || drop(black_box(loss.forward(&logits, Backend::Native).unwrap())));
    }
    for count in [24_000, 1_440_000] {
        let parameter = variable(&[1, count]);
        let gradient = random(&[1, count]);
        let rule = Rule::AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        let mut optimiser = FusedOptimiser::new(rule, Clip::Never, Backend::Native, vec![(parameter, true)]).unwrap();
        let rate = MemberRate { learning_rate: 1e-6, weight_decay: 0.01, active: true };
        time(&format!("AdamW of {count}"), &mut || optimiser.step(std::slice::from_ref(&gradient), &[rate]).unwrap());
    }
}

/// What a BERT of width 384, a convolution over text and an LSTM are made of, at the sizes of their training steps.
fn text(time: &dyn Fn(&str, &mut dyn FnMut())) {
    let spans = Spans::new(&[&[32; 32]]).unwrap();
    for (input, output) in [(384, 1536), (1536, 384), (384, 384)] {
        let (x, w, b) = (variable(&[1024, input]), variable(&[1, output, input]), variable(&[1, output]));
        let run = || packed_dense(&x, &w, &b, Activation::None, &spans, Backend::Native).unwrap();
        time(&format!("packed dense 1024×{input}→{output}"), &mut || drop(black_box(run())));
        time(&format!("packed dense 1024×{input}→{output} with gradient"), &mut || with_gradient(&run()));
    }
    let x = variable(&[1024, 1536]);
    let run = || gelu(&x, Gelu::Erf, Backend::Native).unwrap();
    time("GELU 1024×1536", &mut || drop(black_box(run())));
    time("GELU 1024×1536 with gradient", &mut || with_gradient(&run()));
    let (x, w, b) = (variable(&[1024, 384]), variable(&[1, 384]), variable(&[1, 384]));
    let run = || packed_layer_norm(&x, &w, &b, 1e-12, &spans, Backend::Native).unwrap();
    time("packed layer norm 1024×384", &mut || drop(black_box(run())));
    time("packed layer norm 1024×384 with gradient", &mut || with_gradient(&run()));
    let keys = [Key::new(1)];
    let run = || packed_dropout(&x, 0.1, &keys, &spans, Backend::Native).unwrap();
    time("packed dropout 1024×384", &mut || drop(black_box(run())));
    time("packed dropout 1024×384 with gradient", &mut || with_gradient(&run()));
    for length in [32, 64] {
        let spans = Spans::new(&[&[length; 32]]).unwrap();
        let [q, k, v] = std::array::from_fn(|_| variable(&[32 * length, 384]));
        for (name, dropout) in [("", None), (", dropout", Some((0.1, &keys[..])))] {
            let run = || attention(&q, &k, &v, 12, &spans, dropout, Backend::Native).unwrap();
            time(&format!("attention 32×{length}{name}"), &mut || drop(black_box(run())));
            time(&format!("attention 32×{length}{name} with gradient"), &mut || with_gradient(&run()));
        }
    }
    // The rows of the batch are found in a table of those that occur, a tenth of them twice.
    let table = variable(&[900, 384]);
    let index: Vec<u32> = (0..1024).map(|i| i * 7 % 900).collect();
    let run = || rows(&table, &index, Backend::Native).unwrap();
    time("1024 rows of 900×384", &mut || drop(black_box(run())));
    time("1024 rows of 900×384 with gradient", &mut || with_gradient(&run()));
    let spans = Spans::new(&[&[64; 64]]).unwrap();
    let x = variable(&[4096, 300]);
    for width in [3, 4, 5] {
        let (w, b) = (variable(&[1, 100, 300, width]), variable(&[1, 100]));
        let run = || max_over_windows(&x, &w, &b, &spans, Backend::Native).unwrap();
        time(&format!("100 windows of {width}, 64×64×300"), &mut || drop(black_box(run())));
        time(&format!("100 windows of {width}, 64×64×300 with gradient"), &mut || with_gradient(&run()));
    }
    let spans = Spans::new(&[&[32; 64]]).unwrap();
    let (gates, w) = (variable(&[2048, 600]), variable(&[1, 600, 150]));
    for reverse in [false, true] {
        let run = || lstm(&gates, &w, reverse, &spans, Backend::Native).unwrap();
        let name = if reverse { "LSTM from the end" } else { "LSTM" };
        time(&format!("{name} of 150, 64×32"), &mut || drop(black_box(run())));
        time(&format!("{name} of 150, 64×32 with gradient"), &mut || with_gradient(&run()));
    }
}

/// What the lens and the tables of dark knowledge work out again for a new T.
fn lens(time: &dyn Fn(&str, &mut dyn FnMut())) {
    let drawn = |count: usize, seed: u64| -> Vec<f32> {
        let key = Key::new(seed);
        (0..count as u64).map(|at| (12.0 * key.uniform(at) - 6.0) as f32).collect()
    };
    let (teacher, student) = (drawn(256 * 1000, 1), drawn(256 * 1000, 2));
    let heard = Heard { each: vec![&teacher], mean: Mean::default() };
    let rows: Vec<usize> = (0..256).collect();
    time("lens: means of 256×1000 at a T", &mut || {
        black_box(mean_over(Some(&heard), Some(&student), 1000, &rows, 4.0));
    });
    let (rows, classes) = (10_000, 10);
    let (teacher, student) = (drawn(rows * classes, 3), drawn(rows * classes, 4));
    let labels: Vec<u32> = (0..rows as u64).map(|row| Key::new(5).below(row, classes as u64) as u32).collect();
    let heard = Heard { each: vec![&teacher], mean: Mean::default() };
    time("dark: soft targets by class, 10000×10", &mut || {
        black_box(soft_targets_by_class(&heard, &labels, classes, 4.0));
    });
    time("dark: reliability, 10000×10", &mut || {
        black_box(reliability(&heard, &labels, classes, 4.0));
    });
    time("dark: confusion, 10000×10", &mut || {
        black_box(confusion(answers(&heard, rows, classes, 1.0), &labels, classes));
    });
    time("dark: biases added, and errors at any of a class, 10000×10", &mut || {
        let mut moved = student.clone();
        add_biases(&mut moved, &[0.5; 10]);
        black_box(ErrorsByBias::of(&moved, &labels, &[0.0; 10], &[3]).at(1.5));
    });
    time("dark: the T that calibrates best, 10000×10", &mut || {
        black_box(best_temperature(&heard, &labels, classes));
    });
}

/// The median after a warm-up, in milliseconds.
fn median(measured: bool, work: &mut dyn FnMut()) -> f64 {
    let (least, long) = if measured { (20, Duration::from_millis(500)) } else { (1, Duration::ZERO) };
    work();
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.len() < least || start.elapsed() < long {
        let begin = Instant::now();
        work();
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn with_gradient(y: &Tensor) {
    drop(black_box(y.sum_all().unwrap().backward().unwrap()));
}

fn random(shape: &[usize]) -> Tensor {
    let key = Key::new(0).named("bench");
    let values: Vec<f32> = (0..shape.iter().product::<usize>() as u64).map(|i| key.uniform(i) as f32 - 0.5).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn variable(shape: &[usize]) -> Var {
    Var::from_tensor(&random(shape)).unwrap()
}
