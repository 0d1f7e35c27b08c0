//! The update rules against a transcription of PyTorch's, and whole training loops against numbers that PyTorch printed.

use candle_core::{DType, Device, Tensor, Var};
use stillroom::model::{Network as _, Normalisation, Plan, Population};
use stillroom::ops::{Backend, Clip, DistillationLoss, FusedOptimiser, MemberLoss, MemberRate, Rule};
use stillroom::recipe::Architecture;

use crate::support::{FORMS, assert_close, bits, draw, flat, on_threads, random, variable};

const ADAMW: Rule = Rule::AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/// One parameter of one member as PyTorch updates it (`torch/optim/adamw.py` and `sgd.py`, the single-tensor forms), a line
/// for a line.
struct Reference {
    parameter: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    steps: i32,
}

impl Reference {
    fn step(&mut self, rule: Rule, gradient: &[f64], lr: f64, weight_decay: f64) {
        self.steps += 1;
        for (i, grad) in gradient.iter().enumerate() {
            let param = &mut self.parameter[i];
            match rule {
                Rule::AdamW { beta1, beta2, epsilon } => {
                    *param *= 1.0 - lr * weight_decay;
                    self.first[i] += (grad - self.first[i]) * (1.0 - beta1);
                    self.second[i] = self.second[i] * beta2 + (1.0 - beta2) * grad * grad;
                    let bias_correction1 = 1.0 - beta1.powi(self.steps);
                    let bias_correction2 = 1.0 - beta2.powi(self.steps);
                    let step_size = lr / bias_correction1;
                    let denom = self.second[i].sqrt() / bias_correction2.sqrt() + epsilon;
                    *param -= step_size * self.first[i] / denom;
                }
                Rule::Sgd { momentum } => {
                    let grad = grad + weight_decay * *param;
                    self.first[i] = if self.steps == 1 { grad } else { momentum * self.first[i] + grad };
                    *param -= lr * self.first[i];
                }
            }
        }
    }
}

#[test]
fn updates_are_those_of_pytorch_for_each_member() {
    let rates = [(0.1, 0.2), (0.01, 0.0), (0.05, 0.5)].map(|(learning_rate, weight_decay)| MemberRate {
        learning_rate,
        weight_decay,
        active: true,
    });
    let shapes: [(&[usize], bool); 3] = [(&[3, 4, 5], true), (&[3, 4], false), (&[3, 2, 2, 3, 3], true)];
    for rule in [ADAMW, Rule::Sgd { momentum: 0.9 }, Rule::Sgd { momentum: 0.0 }] {
        for clip in [Clip::Never, Clip::Norm(4.5)] {
            for backend in FORMS {
                let parameters: Vec<(Var, bool)> = shapes
                    .iter()
                    .enumerate()
                    .map(|(i, (shape, decays))| (variable(i as u64, shape), *decays))
                    .collect();
                let mut expected: Vec<Vec<Reference>> = parameters
                    .iter()
                    .map(|(parameter, _)| {
                        let member = |k| {
                            let parameter = flat(&parameter.get(k).unwrap());
                            let zeros = vec![0.0; parameter.len()];
                            Reference { first: zeros.clone(), second: zeros, parameter, steps: 0 }
                        };
                        (0..3).map(member).collect()
                    })
                    .collect();
                let mut optimiser = FusedOptimiser::new(rule, clip, backend, parameters.clone()).unwrap();
                let mut clipped = [0, 0];
                for step in 0..10 {
                    let gradients: Vec<Tensor> = shapes
                        .iter()
                        .enumerate()
                        .map(|(i, (shape, _))| random(100 + 10 * step + i as u64, shape))
                        .collect();
                    optimiser.step(&gradients, &rates).unwrap();
                    for (k, rate) in rates.iter().enumerate() {
                        let own: Vec<Vec<f64>> = gradients.iter().map(|g| flat(&g.get(k).unwrap())).collect();
                        // torch.nn.utils.clip_grad_norm_ over all of a member's parameters.
                        let norm = own.concat().iter().map(|g| g * g).sum::<f64>().sqrt();
                        let scale = match clip {
                            Clip::Norm(limit) if norm > limit => limit / norm,
                            _ => 1.0,
                        };
                        clipped[usize::from(scale < 1.0)] += 1;
                        for (i, gradient) in own.into_iter().enumerate() {
                            let gradient: Vec<f64> = gradient.into_iter().map(|g| g * scale).collect();
                            let decay = if shapes[i].1 { rate.weight_decay } else { 0.0 };
                            expected[i][k].step(rule, &gradient, rate.learning_rate, decay);
                        }
                    }
                }
                // Some steps are clipped and some not, or the limit tests nothing.
                assert!(clip == Clip::Never || clipped.iter().all(|count| *count > 2), "{clipped:?}");
                for (i, (parameter, _)) in parameters.iter().enumerate() {
                    let expected: Vec<f64> = expected[i].iter().flat_map(|member| member.parameter.clone()).collect();
                    assert_close(&format!("{rule:?} {clip:?} {backend:?}, {i}"), &flat(parameter), &expected, 1e-12);
                }
            }
        }
    }
}

#[test]
fn a_member_that_is_not_active_keeps_every_bit_whatever_its_gradient() {
    for rule in [ADAMW, Rule::Sgd { momentum: 0.9 }] {
        for backend in FORMS {
            let parameter = Var::from_tensor(&random(1, &[2, 40]).to_dtype(DType::F32).unwrap()).unwrap();
            let before: Vec<Vec<f32>> = parameter.to_vec2().unwrap();
            let mut optimiser =
                FusedOptimiser::new(rule, Clip::Norm(1.0), backend, vec![(parameter.clone(), true)]).unwrap();
            let mut gradient = draw(2, 80);
            gradient[..40].fill(f64::NAN);
            let gradient = Tensor::from_vec(gradient, (2, 40), &Device::Cpu).unwrap().to_dtype(DType::F32).unwrap();
            let rate = |active| MemberRate { learning_rate: 0.1, weight_decay: 0.1, active };
            optimiser.step(std::slice::from_ref(&gradient), &[rate(false), rate(true)]).unwrap();
            let after: Vec<Vec<f32>> = parameter.to_vec2().unwrap();
            assert_eq!(bits(&after[0]), bits(&before[0]), "{backend:?}");
            assert!(after[1].iter().zip(&before[1]).all(|(a, b)| a != b && a.is_finite()));
            let (steps, moments) = optimiser.state();
            assert_eq!(steps, 1);
            for moment in moments.flatten() {
                let moment: Vec<Vec<f32>> = moment.to_vec2().unwrap();
                assert!(moment[0].iter().all(|m| m.to_bits() == 0), "{backend:?}");
            }
        }
    }
}

#[test]
fn a_state_that_is_put_back_goes_on_with_the_same_bits() {
    let gradients = |step: u64| vec![random(50 + step, &[2, 30]).to_dtype(DType::F32).unwrap()];
    let rates = [MemberRate { learning_rate: 0.1, weight_decay: 0.1, active: true }; 2];
    for rule in [ADAMW, Rule::Sgd { momentum: 0.9 }] {
        let start = || Var::from_tensor(&random(1, &[2, 30]).to_dtype(DType::F32).unwrap()).unwrap();
        let (a, b) = (start(), start());
        let make = |parameter: &Var| {
            FusedOptimiser::new(rule, Clip::Never, Backend::Native, vec![(parameter.clone(), true)]).unwrap()
        };
        let mut whole = make(&a);
        for step in 0..6 {
            whole.step(&gradients(step), &rates).unwrap();
        }
        let mut first = make(&b);
        for step in 0..3 {
            first.step(&gradients(step), &rates).unwrap();
        }
        let (steps, moments) = first.state();
        let moments: Vec<[Tensor; 2]> = moments.cloned().collect();
        let mut second = make(&b);
        second.restore(steps, moments).unwrap();
        // The one that was saved from goes on too: what was saved must not move with it.
        first.step(&gradients(9), &[MemberRate { learning_rate: 0.0, weight_decay: 0.0, active: true }; 2]).unwrap();
        for step in 3..6 {
            second.step(&gradients(step), &rates).unwrap();
        }
        assert_eq!(
            bits(&a.flatten_all().unwrap().to_vec1().unwrap()),
            bits(&b.flatten_all().unwrap().to_vec1().unwrap())
        );
        let wrong = vec![[random(1, &[2, 29]), random(1, &[2, 29])]];
        assert!(second.restore(1, wrong).is_err());
    }
    let mut optimiser =
        FusedOptimiser::new(ADAMW, Clip::Never, Backend::Native, vec![(variable(1, &[2, 3]), true)]).unwrap();
    assert!(optimiser.step(&[], &rates).is_err());
    assert!(optimiser.step(&[random(1, &[2, 4])], &rates).is_err());
    assert!(optimiser.step(&[random(1, &[2, 3])], &rates[..1]).is_err());
}

#[test]
fn large_parameters_are_updated_with_the_same_bits_on_any_number_of_threads() {
    // More numbers than one thread takes at a time, and not a multiple of that.
    let shape = [2, 3, 17_000];
    let run = |threads: usize| {
        on_threads(threads, || {
            let parameter = Var::from_tensor(&random(1, &shape).to_dtype(DType::F32).unwrap()).unwrap();
            let mut optimiser =
                FusedOptimiser::new(ADAMW, Clip::Norm(0.5), Backend::Native, vec![(parameter.clone(), true)]).unwrap();
            let rates = [0.1, 0.01].map(|learning_rate| MemberRate { learning_rate, weight_decay: 0.1, active: true });
            for step in 0..3 {
                optimiser.step(&[random(2 + step, &shape).to_dtype(DType::F32).unwrap()], &rates).unwrap();
            }
            bits(&parameter.flatten_all().unwrap().to_vec1().unwrap())
        })
    };
    assert!(run(1) == run(2) && run(2) == run(3));
}

/// What PyTorch 2.15 printed for twenty steps of distillation in f64. The program:
///
/// ```python
/// import torch, math
/// from torch import nn
/// torch.set_default_dtype(torch.float64)
/// def wave(count, a, b, scale): return torch.tensor([scale * math.sin(a * i + b) for i in range(count)])
/// def run(net, shape, optimiser, clip):
///     with torch.no_grad():
///         for p, tensor in enumerate(net.parameters()):
///             tensor.copy_(wave(tensor.numel(), 1.3, 2.1 * p + 0.4, 0.5).reshape(tensor.shape))
///     x = wave(10 * math.prod(shape), 0.9, 0.2, 1.0).reshape(10, *shape)
///     teacher = wave(30, 1.7, 0.3, 3.0).reshape(10, 3)
///     labels = torch.tensor([-100 if i == 3 else i % 3 for i in range(10)])
///     opt = optimiser([p for p in net.parameters() if p.dim() > 1], [p for p in net.parameters() if p.dim() == 1])
///     losses = []
///     for step in range(20):
///         rows = [(4 * step + j) % 10 for j in range(4)]
///         z, T = net(x[rows]), 4.0
///         soft = nn.functional.kl_div(torch.log_softmax(z / T, 1), torch.log_softmax(teacher[rows] / T, 1),
///                                     reduction="batchmean", log_target=True)
///         loss = 0.9 * T * T * soft + 0.1 * nn.functional.cross_entropy(z, labels[rows])
///         opt.zero_grad(); loss.backward()
///         if clip: nn.utils.clip_grad_norm_(net.parameters(), clip)
///         opt.step()
///         losses.append(loss.item())
///     print(losses, [p.sum().item() for p in net.parameters()], [p.square().sum().item() for p in net.parameters()])
/// mlp = lambda: nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
/// cnn = lambda: nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
///                             nn.Linear(12, 4), nn.ReLU(), nn.Linear(4, 3))
/// adamw = lambda w, b: torch.optim.AdamW([{"params": w, "weight_decay": 0.1}, {"params": b, "weight_decay": 0.0}], lr=0.05)
/// sgd = lambda w, b: torch.optim.SGD([{"params": w, "weight_decay": 0.01}, {"params": b, "weight_decay": 0.0}], lr=0.05,
///                                    momentum=0.9)
/// for net, shape in ((mlp, (6,)), (cnn, (2, 5, 4))):
///     for opt, clip in ((adamw, 0), (sgd, 1.0)): run(net(), shape, opt, clip)
/// ```
struct Golden {
    cnn: bool,
    sgd: bool,
    losses: [f64; 20],
    sums: &'static [f64],
    squares: &'static [f64],
}

#[rustfmt::skip]
const PYTORCH: [Golden; 4] = [
    Golden {
        cnn: false, sgd: false,
        losses: [
            1.664519657, 1.99968824, 1.600787326, 1.830262366, 1.86131888, 1.349404448, 1.68449238, 1.498237239, 1.442114369, 1.541929112,
            1.207230277, 1.343721774, 1.482596466, 1.044546477, 1.261490148, 1.311772148, 0.958110591, 1.506934514, 0.896475325, 1.113550746,
        ],
        sums: &[0.367136213, 1.622828393, -0.864175606, 0.678587942],
        squares: &[9.486127117, 0.721465341, 4.127374658, 0.260577344],
    },
    Golden {
        cnn: false, sgd: true,
        losses: [
            1.664519657, 2.047733334, 1.637198451, 2.017503462, 1.993658651, 1.530769412, 1.881753323, 1.567062236, 1.828548179, 1.723515072,
            1.388371927, 1.665909653, 1.547523601, 1.572869735, 1.496861047, 1.309903752, 1.412341099, 1.588031198, 1.246749885, 1.367214654,
        ],
        sums: &[0.106464189, 0.533585573, -0.224917597, 0.759331295],
        squares: &[4.325915968, 0.563172449, 4.282890724, 0.404523578],
    },
    Golden {
        cnn: true, sgd: false,
        losses: [
            1.460989899, 2.178287228, 1.662779777, 2.05404823, 1.862840318, 1.437441349, 1.94826737, 1.571858434, 1.841974534, 1.658695944,
            1.446523888, 1.709944127, 1.283191362, 1.536620195, 1.425200531, 1.471259354, 1.633753957, 1.19252525, 1.508750465, 1.242166593,
        ],
        sums: &[-0.147725844, -1.153628438, -6.309878796, -0.38842009, -1.168492286, -0.289784816],
        squares: &[9.002561716, 0.720689239, 7.404262779, 0.79103827, 2.592237647, 0.312496027],
    },
    Golden {
        cnn: true, sgd: true,
        losses: [
            1.460989899, 2.201426898, 1.753698247, 1.92188257, 1.93102967, 1.455863446, 1.941812047, 1.50470043, 1.970597684, 1.52730462,
            1.272062684, 1.773012458, 1.146218109, 1.740175111, 1.398065279, 1.336443264, 1.446054063, 0.760862523, 1.370318964, 1.026416696,
        ],
        sums: &[-0.23306387, -0.531984458, -0.471945222, 0.282133138, -0.185960019, -0.274940554],
        squares: &[6.359260328, 0.401067112, 6.669915915, 0.524738502, 2.682682078, 0.306069031],
    },
];

fn wave(count: usize, a: f64, b: f64, scale: f64) -> Vec<f64> {
    (0..count).map(|i| scale * (a * i as f64 + b).sin()).collect()
}

#[test]
fn twenty_steps_of_distillation_are_those_of_pytorch() {
    let device = Device::Cpu;
    for Golden { cnn, sgd, losses, sums, squares } in &PYTORCH {
        let (architecture, input) = if *cnn {
            (Architecture::Cnn { channels: vec![3], dense: vec![4], dropout: 0.0 }, vec![2, 5, 4])
        } else {
            (Architecture::Mlp { hidden: vec![5], dropout: 0.0 }, vec![6])
        };
        let plan = Plan::new(&architecture, &input, 3).unwrap();
        let len: usize = input.iter().product();
        let x = wave(10 * len, 0.9, 0.2, 1.0);
        let teacher = wave(30, 1.7, 0.3, 3.0);
        for dtype in [DType::F64, DType::F32] {
            for backend in FORMS {
                let what = format!("CNN {cnn}, SGD {sgd}, {backend:?} {dtype:?}");
                // The clip of PyTorch divides by the norm + 1e-6; f32 rounds 20 steps long.
                let tolerance = if dtype == DType::F32 { 1e-4 } else { 1e-5 };
                let parameters = plan.parameters().into_iter().enumerate().map(|(p, spec)| {
                    let values = wave(spec.shape.iter().product(), 1.3, 2.1 * p as f64 + 0.4, 0.5);
                    let shape = [&[1], &spec.shape[..]].concat();
                    Tensor::from_vec(values, shape, &device).unwrap().to_dtype(dtype).unwrap()
                });
                let normalisation = Normalisation { offset: vec![0.0], scale: vec![1.0] };
                let population =
                    Population::from_parameters(plan.clone(), normalisation, parameters.collect()).unwrap();
                let (rule, clip, learning_rate, weight_decay) = if *sgd {
                    (Rule::Sgd { momentum: 0.9 }, Clip::Norm(1.0), 0.05, 0.01)
                } else {
                    (ADAMW, Clip::Never, 0.05, 0.1)
                };
                let decays = plan.parameters().into_iter().map(|spec| spec.decays);
                let slots = population.parameters().iter().cloned().zip(decays).collect();
                let mut optimiser = FusedOptimiser::new(rule, clip, backend, slots).unwrap();
                let member = MemberLoss {
                    temperature: Some(4.0),
                    soft_weight: 0.9,
                    hard_weight: 0.1,
                    temperature_squared: true,
                    target: 0,
                    labels: 0,
                };
                let mut found = Vec::new();
                for step in 0..20 {
                    let rows: Vec<usize> = (0..4).map(|j| (4 * step + j) % 10).collect();
                    let inputs: Vec<f64> = rows.iter().flat_map(|row| x[row * len..][..len].to_vec()).collect();
                    let shape = [&[1, 4], &input[..]].concat();
                    let inputs = Tensor::from_vec(inputs, shape, &device).unwrap().to_dtype(dtype).unwrap();
                    let targets: Vec<f64> = rows.iter().flat_map(|row| teacher[row * 3..][..3].to_vec()).collect();
                    let targets = (Tensor::from_vec(targets, (1, 4, 3), &device).unwrap() / 4.0).unwrap();
                    let targets = candle_nn::ops::softmax(&targets, 2).unwrap().to_dtype(dtype).unwrap();
                    let labels = [rows.iter().map(|row| (*row != 3).then_some(*row as u32 % 3)).collect()];
                    let output = population.forward(&inputs, &[], &[], backend).unwrap();
                    let loss = DistillationLoss { members: &[member], targets: Some(&targets), labels: &labels };
                    let (sum, terms) = loss.forward(&output.logits, backend).unwrap();
                    found.push(terms.total[0]);
                    let store = sum.backward().unwrap();
                    let gradients: Vec<Tensor> =
                        population.parameters().iter().map(|p| store.get(p).unwrap().clone()).collect();
                    let rate = MemberRate { learning_rate, weight_decay, active: true };
                    optimiser.step(&gradients, &[rate]).unwrap();
                }
                assert_close(&what, &found, losses, tolerance);
                let each = |f: fn(f64) -> f64| -> Vec<f64> {
                    population.parameters().iter().map(|p| flat(p).into_iter().map(f).sum()).collect()
                };
                assert_close(&what, &each(|w| w), sums, tolerance);
                assert_close(&what, &each(|w| w * w), squares, tolerance);
            }
        }
    }
}
