//! Biases of classes that are moved after training: errors at any of them, and the best one, against what evaluation counts.

use proptest::prelude::*;
use stillroom::distill::{
    ClassErrors, ErrorsByBias, NO_CLASS, Objective, Reference, add_biases, evaluate, top_classes,
};

#[derive(Clone, Debug)]
struct Case {
    logits: Vec<f32>,
    labels: Vec<u32>,
    /// One for each class.
    biases: Vec<f64>,
    /// Those whose bias moves: some of them, or all.
    moved: Vec<usize>,
}

impl Case {
    fn by_bias(&self) -> ErrorsByBias {
        ErrorsByBias::of(&self.logits, &self.labels, &self.biases, &self.moved)
    }

    /// The errors at a bias by adding it to the logits and evaluating those.
    fn counted(&self, bias: f64) -> ClassErrors {
        let (mut logits, mut biases) = (self.logits.clone(), self.biases.clone());
        self.moved.iter().for_each(|class| biases[*class] += bias);
        add_biases(&mut logits, &biases);
        let found = evaluate(&logits, &self.labels, Reference::default(), &Objective::labels(), 0.0, biases.len());
        let missed = self.moved.iter().map(|class| found.errors_by_class[*class]).sum();
        ClassErrors { errors: found.errors, missed }
    }
}

/// Six rows of three classes, worked by hand. The last class becomes the top one beyond a bias of 2, 0.5, 2, 2, 0 and 0.75; a tie
/// is won by the class before it.
#[test]
fn six_rows_worked_by_hand() {
    let rows: [([f32; 3], u32); 6] = [
        ([2.0, 1.0, 0.0], 0),
        ([1.0, 0.0, 0.5], 2),
        ([0.0, 3.0, 1.0], 1),
        ([1.0, 0.0, -1.0], 2),
        ([2.0, 0.0, 2.0], 0),
        ([1.0, 0.0, 0.25], 2),
    ];
    let logits: Vec<f32> = rows.iter().flat_map(|(z, _)| *z).collect();
    let labels: Vec<u32> = rows.iter().map(|(_, label)| *label).collect();
    let by_bias = ErrorsByBias::of(&logits, &labels, &[0.0; 3], &[2]);
    assert_eq!((by_bias.rows(), by_bias.of_classes()), (6, 3));
    for (bias, errors, missed) in
        [(-9.0, 3, 3), (0.0, 3, 3), (0.5, 4, 3), (0.75, 3, 2), (1.0, 2, 1), (2.0, 2, 1), (2.5, 3, 0), (9.0, 3, 0)]
    {
        assert_eq!(by_bias.at(bias), ClassErrors { errors, missed }, "{bias}");
    }
    let best = by_bias.best(-10.0..=10.0);
    assert_eq!((best.from, best.to, best.errors, best.middle()), (0.75, 2.0, 2, 1.375));
    // Where the best ones are out of reach, the widest of what is left.
    let best = by_bias.best(-1.0..=0.6);
    assert_eq!((best.from, best.to, best.errors), (-1.0, 0.0, 3));

    // The first class wins its ties: it is on top at the very bias.
    let by_bias = ErrorsByBias::of(&[0.0, 1.0], &[0], &[0.0; 2], &[0]);
    assert_eq!([0.999, 1.0].map(|bias| by_bias.at(bias).errors), [1, 0]);
    assert_eq!(by_bias.best(-10.0..=1.0).middle(), 1.0, "a single bias may be the best");
    // A row without a top class is an error at any bias.
    let by_bias = ErrorsByBias::of(&[f32::NAN, 1.0], &[1], &[0.0; 2], &[1]);
    assert_eq!(by_bias.at(5.0), ClassErrors { errors: 1, missed: 1 });
    // It comes on top of the bias that a class has.
    let by_bias = ErrorsByBias::of(&[0.0, 1.0], &[0], &[0.25, 0.5], &[0]);
    assert_eq!([1.0, 1.25].map(|bias| by_bias.at(bias).errors), [1, 0]);
    // Two that rise together: the better of them, here the second, meets the rest at 1.
    let by_bias = ErrorsByBias::of(&[0.0, 2.0, 3.0], &[1], &[0.0; 3], &[0, 1]);
    assert_eq!([0.5, 1.0, 1.5].map(|bias| by_bias.at(bias)), [1, 0, 0].map(|n| ClassErrors { errors: n, missed: n }));
    assert_eq!(ErrorsByBias::of(&[0.0, 2.0, 3.0], &[0], &[0.0; 3], &[0, 1]).at(9.0).missed, 1);
}

/// Eighths, whose sums are exact in either precision, and now and then what is no finite number.
fn cases() -> impl Strategy<Value = Case> {
    let sizes = (1..5_usize, 0..14_usize);
    let of_size = |(classes, rows): (usize, usize)| {
        let eighths = |count: usize| prop::collection::vec((-16..=16_i32).prop_map(|n| f64::from(n) / 8.0), count);
        let odd = prop_oneof![
            40 => Just(None),
            1 => Just(Some(f32::NAN)),
            1 => Just(Some(f32::INFINITY)),
            1 => Just(Some(f32::NEG_INFINITY)),
        ];
        let odd = prop::collection::vec(odd, rows * classes);
        let labels = prop::collection::vec(0..classes as u32, rows);
        let moved = prop::sample::subsequence((0..classes).collect::<Vec<_>>(), 1..=classes);
        (eighths(rows * classes), odd, labels, eighths(classes), moved)
    };
    sizes.prop_flat_map(of_size).prop_map(|(logits, odd, labels, biases, moved)| {
        let logits = logits.into_iter().zip(odd).map(|(z, odd)| odd.unwrap_or(z as f32)).collect();
        Case { logits, labels, biases, moved }
    })
}

proptest! {
    #[test]
    fn errors_are_those_of_logits_with_the_bias_added(case in cases(), bias in -80..=80_i32) {
        let (by_bias, bias) = (case.by_bias(), f64::from(bias) / 16.0);
        prop_assert_eq!(by_bias.at(bias), case.counted(bias));
        prop_assert_eq!(by_bias.rows(), case.labels.len() as u64);
        let own = case.labels.iter().filter(|label| case.moved.contains(&(**label as usize))).count();
        prop_assert_eq!(by_bias.of_classes(), own as u64);
        // Rows without a top class are those of which nothing can be right.
        let none = top_classes(&case.logits, case.biases.len()).iter().filter(|top| **top == NO_CLASS).count();
        prop_assert!(by_bias.at(bias).errors >= none as u64);
    }

    /// Errors change at eighths alone: a sixteenth between two of them stands for all that lies there.
    #[test]
    fn the_best_interval_is_that_of_a_search_of_every_breakpoint(
        case in cases(),
        low in -64..0_i32,
        high in 1..=64_i32,
    ) {
        let of = |sixteenth: i32| f64::from(sixteenth) / 16.0;
        let best = case.by_bias().best(of(2 * low)..=of(2 * high));
        let counted: Vec<(i32, u64)> = (2 * low..=2 * high).map(|at| (at, case.counted(of(at)).errors)).collect();
        let fewest = counted.iter().map(|(_, errors)| *errors).min().unwrap();
        prop_assert_eq!(best.errors, fewest);
        prop_assert_eq!(case.counted(best.middle()).errors, fewest);
        // The widest run of equally good ones; a run that ends between two breakpoints reaches to the next, which is not in it.
        let runs = counted.chunk_by(|a, b| a.1 == b.1).filter(|run| run[0].1 == fewest);
        let ends = runs.map(|run| {
            let (first, last) = (run[0].0, run[run.len() - 1].0);
            (of(first - first.rem_euclid(2)), of(last + last.rem_euclid(2)))
        });
        let widest = ends.clone().map(|(from, to)| to - from).fold(0.0, f64::max);
        prop_assert_eq!(best.to - best.from, widest);
        let ends: Vec<(f64, f64)> = ends.collect();
        prop_assert!(ends.contains(&(best.from, best.to)), "{:?} is not among {:?}", best, ends);
    }
}
