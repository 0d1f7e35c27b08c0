//! Numbers to test with, and what is asked of gradients.

use candle_core::{DType, Device, Tensor, Var};
use stillroom::ops::Backend;
use stillroom::rng::Key;

/// Both forms of every operation.
pub const FORMS: [Backend; 2] = [Backend::Native, Backend::Candle];

/// `count` numbers in −1..1.
pub fn draw(seed: u64, count: usize) -> Vec<f64> {
    let key = Key::new(seed).named("test");
    (0..count as u64).map(|i| 2.0 * key.uniform(i) - 1.0).collect()
}

/// A tensor of numbers in −1..1.
pub fn random(seed: u64, shape: &[usize]) -> Tensor {
    Tensor::from_vec(draw(seed, shape.iter().product()), shape, &Device::Cpu).unwrap()
}

/// The same, to take gradients by.
pub fn variable(seed: u64, shape: &[usize]) -> Var {
    Var::from_tensor(&random(seed, shape)).unwrap()
}

/// All numbers of a tensor.
pub fn flat(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// The largest difference, as a share of the largest of `expected`; NaN where either has one.
pub fn distance(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    // f64::max would pass over NaN.
    let largest = |numbers: &mut dyn Iterator<Item = f64>| {
        numbers.fold(0.0_f64, |largest, x| if x.abs() > largest || x.is_nan() { x.abs() } else { largest })
    };
    let difference = largest(&mut found.iter().zip(expected).map(|(a, b)| a - b));
    if difference == 0.0 { 0.0 } else { difference / largest(&mut expected.iter().copied()) }
}

/// Asserts that `found` is `expected` to within `tolerance` of the largest expected number.
#[track_caller]
pub fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let distance = distance(found, expected);
    // Written so that NaN fails.
    assert!(distance <= tolerance, "{what}: off by {distance:e}\n found {found:?}\n expected {expected:?}");
}

/// The gradient of `loss` by each variable; panics where one has none.
pub fn gradients(loss: &Tensor, variables: &[Var]) -> Vec<Vec<f64>> {
    let store = loss.backward().unwrap();
    variables.iter().map(|variable| flat(store.get(variable).expect("a gradient"))).collect()
}

/// Asserts that in both forms the gradients of `loss` by `variables` are its central differences, to 1e-6 of the largest
/// component of each variable's gradient, and that the two forms agree, in value and gradient, to 1e-12 of that.
pub fn check_gradients(what: &str, variables: &[Var], loss: &dyn Fn(Backend) -> Tensor) {
    const STEP: f64 = 1e-5;
    let value = |backend| loss(backend).to_scalar::<f64>().unwrap();
    let analytic = FORMS.map(|backend| gradients(&loss(backend), variables));
    assert_close(what, &[value(Backend::Native)], &[value(Backend::Candle)], 1e-12);
    for (place, variable) in variables.iter().enumerate() {
        let what = format!("{what}, variable {place}");
        let values = flat(variable);
        let set = |values: &[f64]| {
            variable.set(&Tensor::from_slice(values, variable.shape(), &Device::Cpu).unwrap()).unwrap();
        };
        assert_close(&what, &analytic[0][place], &analytic[1][place], 1e-12);
        assert!(analytic[0][place].iter().any(|g| g.abs() > 1e-3), "{what}: there is next to no gradient");
        for (backend, analytic) in FORMS.iter().zip(&analytic) {
            let numeric: Vec<f64> = (0..values.len())
                .map(|i| {
                    let moved = |by: f64| {
                        let mut moved = values.clone();
                        moved[i] += by;
                        set(&moved);
                        value(*backend)
                    };
                    (moved(STEP) - moved(-STEP)) / (2.0 * STEP)
                })
                .collect();
            set(&values);
            assert_close(&format!("{what}, {backend:?}"), &analytic[place], &numeric, 1e-6);
        }
    }
}

/// The bits of numbers: equality of bits says more than equality of numbers.
pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Runs `work` on a pool of so many threads.
pub fn on_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}
