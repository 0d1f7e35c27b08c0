//! A stage of training, step by step: the same bits whoever trains beside a member, live changes, and members that diverge.

use std::cell::Cell;
use std::sync::Arc;

use candle_core::{DType, Device};
use stillroom::data::{Dataset, Examples, TransferSet};
use stillroom::distill::{
    Course, METHODS, Mean, MemberTerms, Objective, Ramp, SOFT_TARGETS, Shape, TeacherLogits, method, share_of,
};
use stillroom::model::{Normalisation, Plan, Population};
use stillroom::protocol::{Change, Setting};
use stillroom::recipe::{Architecture, Optimiser, Schedule, TrainingRecipe};
use stillroom::training::{Member, Session, Setup, Source, TeacherSide};

use crate::support::{bits, draw, on_threads};

const CLASSES: usize = 5;

/// Random examples, of which every seventh has no label, and a random teacher.
struct Lab {
    dataset: Arc<Dataset>,
    transfer: TransferSet,
    teacher: Arc<TeacherLogits>,
    shape: Vec<usize>,
}

impl Lab {
    fn new(shape: &[usize], rows: usize) -> Self {
        let len: usize = shape.iter().product();
        let values: Vec<f32> = draw(1, rows * len).into_iter().map(|x| x as f32).collect();
        let examples = match *shape {
            [channels, height, width] => {
                let values = values.into_iter().map(|x| (127.5 * (x + 1.0)) as u8).collect();
                Examples::Pixels { rows, channels, height, width, values }
            }
            _ => Examples::Features { rows, width: len, values },
        };
        let labels: Vec<u32> = draw(2, rows).into_iter().map(|x| (x.abs() * CLASSES as f64) as u32).collect();
        let transfer = TransferSet {
            rows: (0..rows as u32).collect(),
            labels: labels.iter().enumerate().map(|(i, label)| (i % 7 != 0).then_some(*label)).collect(),
        };
        let teacher: Vec<f32> = draw(3, rows * CLASSES).into_iter().map(|z| 6.0 * z as f32).collect();
        let classes = (0..CLASSES).map(|class| class.to_string()).collect();
        let dataset = Dataset::new("random".to_owned(), classes, examples, labels);
        Self {
            dataset: Arc::new(dataset),
            transfer,
            teacher: Arc::new(TeacherLogits {
                values: teacher.into(),
                teachers: 1,
                classes: CLASSES,
                mean: Mean::default(),
            }),
            shape: shape.to_vec(),
        }
    }

    fn session(&self, architecture: &Architecture, recipe: &TrainingRecipe, members: &[Member]) -> Session {
        let plan = Plan::new(architecture, &self.shape, CLASSES).unwrap();
        let seeds: Vec<u64> = members.iter().map(|member| member.seed).collect();
        let (offset, scale) = if self.dataset.examples.shape().len() == 3 { (140.0, 0.012) } else { (0.1, 1.5) };
        let normalisation = Normalisation { offset: vec![offset], scale: vec![scale] };
        let population = Population::seeded(plan, normalisation, &seeds, DType::F32, &Device::Cpu).unwrap();
        let (dataset, transfer) = (self.dataset.clone(), self.transfer.clone());
        let side = TeacherSide::kept(vec![self.teacher.clone()]);
        let setup = Setup { recipe: recipe.clone(), dataset, transfer, side, layers: None, stands_in: None };
        Session::new(Box::new(population), members.to_vec(), setup).unwrap()
    }
}

fn member(temperature: f64, soft_weight: f64, seed: u64) -> Member {
    let objective = Objective::new(&SOFT_TARGETS, 40)
        .with("distill.temperature", temperature)
        .with("distill.soft_weight", soft_weight)
        .with("distill.hard_weight", 1.0 - soft_weight);
    Member::new(objective, vec![Source::Model(0)], seed, 0.01, 0.02)
}

fn baseline(seed: u64) -> Member {
    Member { objective: Objective::labels(), ..member(1.0, 0.0, seed) }
}

/// One step, and each member's terms in it.
fn step(session: &mut Session) -> Vec<MemberTerms> {
    session.step(false).unwrap();
    session.members.iter().map(|member| member.newest.as_ref().unwrap().terms.clone()).collect()
}

fn weights(session: &Session, member: usize) -> Vec<u32> {
    let tensors = session.population.member(member).unwrap();
    tensors.iter().flat_map(|t| bits(&t.flatten_all().unwrap().to_vec1::<f32>().unwrap())).collect()
}

fn mlp(hidden: &[usize], dropout: f64) -> Architecture {
    Architecture::Mlp { hidden: hidden.to_vec(), dropout }
}

fn recipe(batch: usize, optimiser: Optimiser, clip: f64) -> TrainingRecipe {
    TrainingRecipe { epochs: 10, batch, optimiser, clip, ..TrainingRecipe::default() }
}

const SGD: Optimiser = Optimiser::Sgd { momentum: 0.9 };

#[test]
fn a_member_has_the_same_bits_alone_and_beside_others() {
    let shared = [member(1.0, 0.9, 0), member(4.0, 0.5, 0), baseline(0), member(20.0, 1.0, 0)];
    let own = [member(2.0, 0.9, 0), baseline(1), member(4.0, 0.5, 2), member(4.0, 0.5, 0)];
    let mut cases: Vec<(Vec<usize>, Architecture, usize)> = Vec::new();
    for batch in [128, 65, 64, 32, 16, 1] {
        for width in [1, 10, 64] {
            cases.push((vec![784], mlp(&[width], 0.0), batch));
            cases.push((vec![64], mlp(&[width, width], 0.25), batch));
        }
        cases.push((vec![1, 8, 8], Architecture::Cnn { channels: vec![4, 6], dense: vec![10], dropout: 0.0 }, batch));
    }
    for (shape, architecture, batch) in cases {
        // Two and a half batches: partial ones are among the twelve steps, and so are several epochs.
        let lab = Lab::new(&shape, 2 * batch + batch.div_ceil(2));
        for recipe in [recipe(batch, Optimiser::AdamW, 0.0), recipe(batch, SGD, 0.05)] {
            for members in [&shared, &own] {
                let run = |members: &[Member], threads: usize| -> Vec<Vec<u32>> {
                    on_threads(threads, || {
                        let mut session = lab.session(&architecture, &recipe, members);
                        for _ in 0..12 {
                            session.step(false).unwrap();
                        }
                        (0..members.len()).map(|k| weights(&session, k)).collect()
                    })
                };
                let beside = run(members, 2);
                for (k, member) in members.iter().enumerate() {
                    for threads in [1, 2] {
                        let alone = run(std::slice::from_ref(member), threads);
                        let what = format!("{architecture}, batch {batch}, {:?}", recipe.optimiser);
                        assert!(alone[0] == beside[k], "{what}: member {k} on {threads} threads");
                    }
                }
                assert!(run(members, 1) == beside, "{architecture}, batch {batch}: on one thread");
            }
        }
    }
}

#[test]
fn training_lowers_the_loss_and_members_learn_what_each_is_asked_to() {
    let lab = Lab::new(&[20], 100);
    let recipe = TrainingRecipe { epochs: 50, ..recipe(25, Optimiser::AdamW, 0.0) };
    let mut session = lab.session(&mlp(&[32], 0.0), &recipe, &[member(4.0, 1.0, 0), baseline(0)]);
    let first = step(&mut session);
    for _ in 1..200 {
        session.step(false).unwrap();
    }
    let mean = |k: usize| session.members[k].sums.mean(&session.members[k].objective);
    let (soft, labels) = (mean(0), mean(1));
    assert!(soft.get("soft").unwrap() < 0.5 * first[0].values[0].unwrap(), "{soft:?} {first:?}");
    assert!(labels.get("hard").unwrap() < 0.6 * first[1].values[0].unwrap(), "{labels:?} {first:?}");
    assert_eq!(labels.get("soft"), None);
    assert!(labels.get("hard").unwrap() < soft.get("hard").unwrap());
}

#[test]
fn means_of_an_epoch_are_by_example() {
    // 7 rows in batches of 3: the last batch has one row. The learning rate is too small to move the weights.
    let lab = Lab::new(&[4], 7);
    let members = [Member { learning_rate: 1e-30, weight_decay: 0.0, ..member(3.0, 0.7, 0) }];
    let whole = step(&mut lab.session(&mlp(&[3], 0.0), &recipe(7, Optimiser::AdamW, 0.0), &members));
    let mut session = lab.session(&mlp(&[3], 0.0), &recipe(3, Optimiser::AdamW, 0.0), &members);
    for _ in 0..2 {
        // A second epoch starts its means anew.
        for _ in 0..3 {
            session.step(false).unwrap();
        }
        let mean = session.members[0].sums.mean(&session.members[0].objective);
        for (name, value) in ["soft", "hard"].into_iter().zip(&whole[0].values) {
            assert!((mean.get(name).unwrap() - value.unwrap()).abs() < 1e-6, "{mean:?} {whole:?}");
        }
    }
}

#[test]
fn live_changes_touch_whom_they_are_for() {
    let lab = Lab::new(&[16], 50);
    let run = |change: Option<(Setting, f64)>| {
        let members = [member(4.0, 0.9, 0), baseline(0)];
        let mut session = lab.session(&mlp(&[8], 0.0), &recipe(20, SGD, 0.5), &members);
        for step in 0..9 {
            if let Some((setting, to)) = change.filter(|_| step == 4) {
                let from = session.setting(setting, |_| true).unwrap();
                session.apply(&Change { run: None, setting, from, to }, |_| true);
                assert_eq!(session.setting(setting, |_| true), Some(to));
            }
            session.step(false).unwrap();
        }
        (weights(&session, 0), weights(&session, 1))
    };
    let (student, baseline) = run(None);
    for change in [(Setting::TEMPERATURE, 8.0), (Setting::SOFT_WEIGHT, 0.2), (Setting::HARD_WEIGHT, 0.7)] {
        let changed = run(Some(change));
        assert!(changed.0 != student, "{change:?}");
        assert!(changed.1 == baseline, "{change:?}");
    }
    let changed = run(Some((Setting::LEARNING_RATE, 0.005)));
    assert!(changed.0 != student && changed.1 != baseline);
    // A change to what it was is none, and a T that is visited and left leaves no trace in the targets.
    assert!(run(Some((Setting::TEMPERATURE, 4.0))) == (student, baseline));
}

/// A member of a method whose T and weight move.
fn moving(name: &str, weight: &str, [t, w]: [Ramp; 2]) -> Member {
    let mut objective = Objective::new(method(name).unwrap(), 10);
    objective.put("distill.temperature", Course::Moving(t));
    objective.put(weight, Course::Moving(w));
    Member { objective, ..member(4.0, 0.9, 0) }
}

/// Methods with a kernel and without one, each with one of its weights.
const WEIGHED: [(&str, &str); 2] = [("soft-targets", "distill.soft_weight"), ("dkd", "distill.target_weight")];

#[test]
fn what_moves_from_a_value_to_itself_has_the_bits_of_that_value() {
    let lab = Lab::new(&[16], 50);
    for (name, weight) in WEIGHED {
        for shape in [Shape::Linear, Shape::Cosine] {
            let moves = moving(name, weight, [(3.3, 3.3), (0.7, 0.7)].map(|(from, to)| Ramp { shape, from, to }));
            let mut stays = moves.clone();
            stays.objective.set("distill.temperature", 3.3);
            stays.objective.set(weight, 0.7);
            let mut sessions = [moves, stays]
                .map(|member| lab.session(&mlp(&[8], 0.2), &recipe(20, SGD, 0.5), &[member, baseline(0)]));
            for at in 0..30 {
                let [found, expected] = sessions.each_mut().map(step);
                assert_eq!(found, expected, "{name} {shape:?} step {at}");
            }
            assert!(weights(&sessions[0], 0) == weights(&sessions[1], 0));
        }
    }
}

#[test]
fn what_moves_has_the_bits_of_changes_made_by_hand_before_each_step() {
    let lab = Lab::new(&[16], 50);
    for (name, weight) in WEIGHED {
        let ramps =
            [Ramp { shape: Shape::Linear, from: 8.0, to: 1.0 }, Ramp { shape: Shape::Cosine, from: 0.9, to: 0.2 }];
        let settings = ["distill.temperature", weight].map(|path| Setting::at(path).unwrap());
        let moves = moving(name, weight, ramps);
        let mut by_hand = moves.clone();
        for setting in settings {
            by_hand.objective.set(setting.path(), 1.0);
        }
        // One beside them stays where it is.
        let others = [member(4.0, 0.9, 0), baseline(0)];
        let session = |first: Member| {
            let members = [&[first][..], &others].concat();
            lab.session(&mlp(&[8], 0.2), &recipe(20, SGD, 0.5), &members)
        };
        let (mut moves, mut by_hand) = (session(moves), session(by_hand));
        let steps = moves.steps();
        assert_eq!(steps, 30);
        for at in 0..steps {
            for (setting, ramp) in settings.into_iter().zip(ramps) {
                let to = ramp.at(share_of(at, steps));
                let change = Change { run: None, setting, from: by_hand.setting(setting, |_| true).unwrap(), to };
                // Only the first of them is moved.
                let is_first = Cell::new(true);
                by_hand.apply(&change, |_| is_first.replace(false));
            }
            assert_eq!(step(&mut moves), step(&mut by_hand), "{name} step {at}");
            let now = settings.map(|setting| moves.setting(setting, |_| true).unwrap().to_bits());
            assert_eq!(now, ramps.map(|ramp| ramp.at(share_of(at, steps)).to_bits()));
        }
        for k in 0..3 {
            assert!(weights(&moves, k) == weights(&by_hand, k), "{name} member {k}");
        }
        assert_eq!(moves.members[0].objective.temperature(), Some(1.0));
    }
}

#[test]
fn a_change_holds_what_moves_and_nothing_else() {
    let lab = Lab::new(&[16], 50);
    let ramps = [Ramp { shape: Shape::Linear, from: 8.0, to: 1.0 }, Ramp { shape: Shape::Linear, from: 0.9, to: 0.2 }];
    let member = moving("soft-targets", "distill.soft_weight", ramps);
    let mut session = lab.session(&mlp(&[8], 0.0), &recipe(20, SGD, 0.0), &[member]);
    for at in 0..session.steps() {
        if at == 5 {
            assert!(session.moves(Setting::TEMPERATURE, |_| true));
            let from = session.setting(Setting::TEMPERATURE, |_| true).unwrap();
            assert_eq!(from.to_bits(), ramps[0].at(share_of(4, 30)).to_bits());
            session.apply(&Change { run: None, setting: Setting::TEMPERATURE, from, to: from }, |_| true);
            assert!(!session.moves(Setting::TEMPERATURE, |_| true));
        }
        session.step(false).unwrap();
    }
    let objective = &session.members[0].objective;
    assert_eq!(objective.temperature(), Some(ramps[0].at(share_of(4, 30))));
    assert_eq!(objective.get("distill.soft_weight"), Some(0.2));
}

#[test]
fn the_baseline_is_a_student_of_the_labels_alone() {
    // A student with the weights 0 and 1 descends the same loss.
    let lab = Lab::new(&[16], 50);
    for recipe in [recipe(20, SGD, 0.5), recipe(20, Optimiser::AdamW, 0.0)] {
        for schedule in [Schedule::Cosine, Schedule::Constant] {
            let recipe = TrainingRecipe { schedule, ..recipe.clone() };
            let mut session =
                lab.session(&mlp(&[8], 0.0), &recipe, &[member(4.0, 0.0, 0), baseline(0), member(2.0, 0.0, 0)]);
            for _ in 0..9 {
                session.step(false).unwrap();
            }
            assert!(weights(&session, 0) == weights(&session, 1));
            assert!(weights(&session, 2) == weights(&session, 1));
        }
    }
}

#[test]
fn seeds_fix_order_dropout_and_weights() {
    let lab = Lab::new(&[16], 50);
    let run = |members: &[Member]| {
        let mut session = lab.session(&mlp(&[8], 0.5), &recipe(20, SGD, 0.0), members);
        let terms: Vec<_> = (0..6).map(|_| step(&mut session)).collect();
        ((0..members.len()).map(|k| weights(&session, k)).collect::<Vec<_>>(), terms)
    };
    let (a, terms) = run(&[member(4.0, 0.9, 0), member(4.0, 0.9, 1), member(4.0, 0.9, 0)]);
    assert!(a[0] == a[2] && a[0] != a[1]);
    assert_ne!(terms[0][0].total, terms[0][1].total);
    let again = run(&[member(4.0, 0.9, 0), member(4.0, 0.9, 1), member(4.0, 0.9, 0)]);
    assert!(again == (a, terms));
}

#[test]
fn dropout_is_drawn_anew_for_each_step() {
    // One row, and a learning rate that moves nothing: only what is dropped can change the loss.
    let mut lab = Lab::new(&[16], 1);
    lab.transfer.labels = vec![Some(1)];
    let members = [Member { learning_rate: 1e-30, weight_decay: 0.0, ..baseline(0) }];
    let mut session = lab.session(&mlp(&[30], 0.5), &recipe(1, SGD, 0.0), &members);
    let losses: Vec<f64> = (0..5).map(|_| step(&mut session)[0].values[0].unwrap()).collect();
    for (i, loss) in losses.iter().enumerate() {
        assert!(losses[..i].iter().all(|before| before != loss), "{losses:?}");
    }
}

#[test]
fn a_member_that_diverges_is_marked_and_the_others_do_not_notice() {
    let lab = Lab::new(&[16], 50);
    for (optimiser, clip) in [(Optimiser::AdamW, 0.0), (SGD, 0.0), (SGD, 1.0)] {
        let recipe = TrainingRecipe { epochs: 40, ..recipe(20, optimiser, clip) };
        let wild = Member { learning_rate: 1e30, ..member(4.0, 0.9, 0) };
        let run = |members: &[Member]| {
            let mut session = lab.session(&mlp(&[8, 8], 0.0), &recipe, members);
            let mut over = None;
            for at in 0..30 {
                let terms = step(&mut session);
                if over.is_none() && !session.members[0].is_active() {
                    assert!(!terms[0].total.is_finite());
                    over = Some((at, weights(&session, 0)));
                }
            }
            (session, over)
        };
        let (beside, over) = run(&[wild.clone(), member(2.0, 0.5, 0), baseline(3)]);
        let (step, kept) = over.expect("it diverges");
        assert!((1..29).contains(&step), "{step}");
        assert!(weights(&beside, 0) == kept, "it keeps its weights");
        assert_eq!(beside.members.iter().map(Member::is_active).collect::<Vec<_>>(), [false, true, true]);
        assert_eq!(beside.members[0].sums.mean(&beside.members[0].objective).total, None);
        for (k, member) in [(1, member(2.0, 0.5, 0)), (2, baseline(3))] {
            assert!(weights(&run(&[member]).0, 0) == weights(&beside, k), "{optimiser:?} {clip} member {k}");
        }
    }
}

#[test]
fn an_input_that_is_not_finite_stops_those_that_see_it() {
    for poison in [f32::INFINITY, f32::NAN] {
        let mut lab = Lab::new(&[16], 60);
        let dataset = Arc::make_mut(&mut lab.dataset);
        let Examples::Features { values, .. } = &mut dataset.examples else { panic!() };
        values[16 * 10 + 3] = poison;
        let members = [member(4.0, 0.9, 0), member(4.0, 0.9, 1), member(4.0, 0.9, 2), baseline(3)];
        let recipe = recipe(6, SGD, 1.0);
        let mut session = lab.session(&mlp(&[8], 0.0), &recipe, &members);
        let mut active = vec![true; 4];
        let mut kept: Vec<Vec<u32>> = (0..4).map(|k| weights(&session, k)).collect();
        let mut ends = vec![0; 4];
        for step in 0..10 {
            session.step(false).unwrap();
            for k in 0..4 {
                assert!(active[k] || !session.members[k].is_active(), "what has diverged stays so");
                if session.members[k].is_active() {
                    assert_ne!(weights(&session, k), kept[k]);
                    kept[k] = weights(&session, k);
                    ends[k] = step + 1;
                } else {
                    assert!(weights(&session, k) == kept[k], "the weights before it are kept");
                }
                active[k] = session.members[k].is_active();
            }
        }
        // Each epoch shows every row once, to each seed in its own place.
        assert_eq!(active, [false; 4]);
        assert!(ends.iter().any(|end| *end != ends[0]), "{ends:?}");
        let (last, end) = ends.iter().enumerate().max_by_key(|(_, end)| **end).unwrap();
        let mut alone = lab.session(&mlp(&[8], 0.0), &recipe, &members[last..=last]);
        for _ in 0..*end {
            alone.step(false).unwrap();
        }
        assert!(weights(&alone, 0) == kept[last], "the last one was alone and beside diverged ones the same");
    }
}

#[test]
fn weight_decay_and_learning_rate_are_each_members_own() {
    let lab = Lab::new(&[16], 50);
    let members = [
        member(4.0, 0.9, 0),
        Member { learning_rate: 0.02, ..member(4.0, 0.9, 0) },
        Member { weight_decay: 0.5, ..member(4.0, 0.9, 0) },
    ];
    let mut session = lab.session(&mlp(&[8], 0.0), &recipe(20, Optimiser::AdamW, 0.0), &members);
    session.step(false).unwrap();
    let norm = |k: usize| -> f64 {
        let weights = session.population.member(k).unwrap();
        f64::from(weights[0].sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap())
    };
    let bias = |k: usize| session.population.member(k).unwrap()[1].to_vec1::<f32>().unwrap();
    assert_ne!(norm(0), norm(1));
    assert!(norm(2) < norm(0));
    assert_eq!(bits(&bias(0)), bits(&bias(2)), "decay leaves biases alone");
    assert_ne!(bits(&bias(0)), bits(&bias(1)));
}

/// How far two members' weights are from each other.
fn distance(a: (&Session, usize), b: (&Session, usize)) -> f64 {
    let numbers = |(session, member): (&Session, usize)| weights(session, member).into_iter().map(f32::from_bits);
    numbers(a).zip(numbers(b)).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max)
}

/// What one member says of every row now.
fn said(session: &Session, lab: &Lab, member: usize) -> Arc<TeacherLogits> {
    let rows: Vec<u32> = (0..lab.transfer.rows.len() as u32).collect();
    let logits = session.population.logits(&[&lab.dataset.gather(&rows)]).unwrap();
    let values: Vec<f32> = logits.get(member).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    Arc::new(TeacherLogits { values: values.into(), teachers: 1, classes: CLASSES, mean: Mean::default() })
}

#[test]
fn a_member_learns_from_a_peer_as_from_a_teacher_that_says_the_same() {
    let mut lab = Lab::new(&[16], 40);
    let recipe = recipe(10, SGD, 0.0);
    let learns_from = |source| Member { teachers: vec![source], ..member(3.0, 0.8, 0) };
    let other = |session: &Session| {
        // The same batches, other weights.
        let first = &session.population.parameters()[0];
        let moved = (first.as_detached_tensor() * 1.5).unwrap();
        let both = candle_core::Tensor::cat(&[first.as_detached_tensor().get(0).unwrap(), moved.get(1).unwrap()], 0);
        first.set(&both.unwrap().reshape(first.shape()).unwrap()).unwrap();
    };
    let mut beside = lab.session(&mlp(&[8], 0.0), &recipe, &[learns_from(Source::Peer(1)), baseline(0)]);
    other(&beside);
    for _ in 0..3 {
        // What it is taught in this step is what the other one says before it.
        lab.teacher = said(&beside, &lab, 1);
        let mut taught = lab.session(&mlp(&[8], 0.0), &recipe, &[learns_from(Source::Model(0)), baseline(0)]);
        for (to, from) in taught.population.parameters().iter().zip(beside.population.parameters()) {
            to.set(from.as_detached_tensor().contiguous().as_ref().unwrap()).unwrap();
        }
        taught.step = beside.step;
        let (steps, moments) = beside.optimiser.state();
        let moments: Vec<_> = moments.map(|both| both.each_ref().map(|moment| moment.copy().unwrap())).collect();
        taught.optimiser.restore(steps, moments).unwrap();
        let terms = [step(&mut beside), step(&mut taught)];
        let [soft, expected] = terms.each_ref().map(|terms| terms[0].values[0].unwrap());
        assert!((soft - expected).abs() < 1e-6, "{soft} {expected}");
        // All rows at once and a batch round in their own ways.
        assert!(distance((&beside, 0), (&taught, 0)) < 1e-6);
        assert!(weights(&beside, 1) == weights(&taught, 1));
    }
    // It goes where its peer goes, and cannot be without it.
    beside.keep(&[1, 0]).unwrap();
    assert_eq!(beside.members[1].teachers, [Source::Peer(0)]);
    assert!(beside.keep(&[1]).is_err());
}

#[test]
fn a_peer_that_diverges_is_not_heard_any_more() {
    let lab = Lab::new(&[16], 40);
    let mutual = METHODS.iter().copied().find(|method| method.name == "mutual").unwrap();
    let peer = |other: usize, draws: u64| {
        Member::new(Objective::new(mutual, 10), vec![Source::Peer(other)], 0, 0.01, 0.0).drawing(draws)
    };
    let mut session = lab.session(&mlp(&[8], 0.0), &recipe(10, SGD, 0.0), &[peer(1, 0), peer(0, 7)]);
    let both = step(&mut session);
    assert!(both.iter().all(|terms| terms.values.iter().all(Option::is_some)));
    let first = &session.population.parameters()[0];
    let wild = (first.as_detached_tensor().get(1).unwrap() * f64::INFINITY).unwrap();
    let weights = candle_core::Tensor::cat(&[first.as_detached_tensor().get(0).unwrap(), wild], 0).unwrap();
    first.set(&weights.reshape(first.shape()).unwrap()).unwrap();
    for _ in 0..3 {
        let terms = step(&mut session);
        // From the very step on which it does.
        assert_eq!(terms[0].values[0], None, "nobody is left to be heard");
        assert!(terms[0].values[1].unwrap().is_finite() && terms[0].total.is_finite());
    }
    assert!(session.members[0].is_active() && !session.members[1].is_active());
    assert_eq!(session.members[0].sums.left_out(&session.members[0].objective), [("peers".into(), 3)]);
}

#[test]
fn a_member_learns_from_itself_as_it_was_when_the_phase_began() {
    let mut lab = Lab::new(&[16], 40);
    let recipe = recipe(10, Optimiser::AdamW, 0.0);
    let learns_from = |source| Member { teachers: vec![source], ..member(3.0, 0.8, 0) };
    let mut own = lab.session(&mlp(&[8], 0.0), &recipe, &[baseline(0), learns_from(Source::Itself)]);
    lab.teacher = said(&own, &lab, 1);
    let mut taught = lab.session(&mlp(&[8], 0.0), &recipe, &[baseline(0), learns_from(Source::Model(0))]);
    for _ in 0..12 {
        own.step(false).unwrap();
        taught.step(false).unwrap();
    }
    assert!(distance((&own, 1), (&taught, 1)) < 1e-4);
    assert!(distance((&own, 1), (&own, 0)) > 1e-2);
    own.keep(&[1]).unwrap();
    own.step(false).unwrap();
    taught.step(false).unwrap();
    assert!(distance((&own, 0), (&taught, 1)) < 1e-4, "its earlier self is kept with it");
}
