//! The data room from outside: built-in sets, splits, what students see, jitter.
//! `files.rs` holds the loaders and what they say about files that are wrong.

mod arrays;
mod files;
mod new_rows;
mod pictures;
mod tables;
mod texts;

use std::collections::BTreeMap;

use proptest::prelude::*;
use stillroom::data::{Dataset, Examples, Inputs, Splits, TransferSet, epoch_order};
use stillroom::recipe::{Augment, Builtin, Copies, DataRecipe, Source};
use stillroom::rng::Key;

fn recipe() -> DataRecipe {
    DataRecipe {
        source: Source::Builtin(Builtin::MnistMini),
        seed: 0,
        validation: 0.125,
        test: 0.2,
        copies: Copies::Together,
        omit_classes: Vec::new(),
        labelled: 1.0,
        label_noise: 0.0,
        augment: Augment::NONE,
    }
}

fn builtin(builtin: Builtin) -> Dataset {
    Dataset::load(&Source::Builtin(builtin)).expect("a built-in set loads")
}

/// A set of one feature a row, which is the row's number.
fn with_labels(labels: Vec<u32>, test_from: Option<usize>) -> Dataset {
    let classes = labels.iter().max().map_or(0, |max| max + 1);
    let classes = (0..classes).map(|class| format!("class {class}")).collect();
    let values = (0..labels.len()).map(|row| row as f32).collect();
    let examples = Examples::Features { rows: labels.len(), width: 1, values };
    Dataset { test_from, ..Dataset::new("made".to_owned(), classes, examples, labels) }
}

/// The numbers of all rows.
fn values(dataset: &Dataset) -> Vec<f32> {
    (0..dataset.examples.rows()).flat_map(|row| dataset.examples.row(row)).collect()
}

fn counts(labels: impl IntoIterator<Item = u32>) -> Vec<usize> {
    let mut counts = BTreeMap::<u32, usize>::new();
    labels.into_iter().for_each(|label| *counts.entry(label).or_default() += 1);
    counts.into_values().collect()
}

fn counts_of(dataset: &Dataset, rows: &[u32]) -> Vec<usize> {
    counts(rows.iter().map(|row| dataset.labels[*row as usize]))
}

#[test]
fn the_built_in_digits_are_all_there() {
    let digits = builtin(Builtin::Digits);
    assert_eq!(digits.name, "digits");
    assert_eq!(counts(digits.labels.clone()), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    assert_eq!(digits.classes, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert_eq!((digits.examples.rows(), digits.examples.shape()), (1797, vec![1, 8, 8]));
    assert_eq!((digits.test_from, digits.pixel_scale), (None, Some(16.0)));
    assert!(values(&digits).iter().all(|value| (0.0..=16.0).contains(value)));
    // The first line of the file.
    assert_eq!(digits.examples.row(0)[..8], [0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0]);
    assert_eq!(digits.labels[..3], [0, 1, 2]);
}

#[test]
fn the_built_in_part_of_mnist_is_all_there() {
    let mnist = builtin(Builtin::MnistMini);
    assert_eq!(mnist.name, "mnist-mini");
    assert_eq!((mnist.examples.rows(), mnist.examples.shape(), mnist.labels.len()), (5000, vec![1, 28, 28], 5000));
    assert_eq!((mnist.test_from, mnist.pixel_scale), (Some(4000), Some(255.0)));
    assert_eq!(mnist.labels[4000..].iter().filter(|label| **label == 3).count(), 107);
    // The well-known first digits of both parts of MNIST.
    assert_eq!(mnist.labels[..5], [5, 0, 4, 1, 9]);
    assert_eq!(mnist.labels[4000..4005], [7, 2, 1, 0, 4]);
    assert!(values(&mnist).iter().all(|value| (0.0..=255.0).contains(value)));
    assert!(values(&mnist).contains(&255.0));
}

#[test]
fn the_built_in_movie_snippets_are_all_there_with_their_votes() {
    let movies = builtin(Builtin::MovieSnippets);
    let Examples::Text(texts) = &movies.examples else { panic!("no texts") };
    assert_eq!((movies.name.as_str(), texts.rows(), texts.are_pairs()), ("movie-snippets", 10_072, false));
    assert_eq!(
        (counts(movies.labels.clone()), movies.classes.join(" ")),
        (vec![5076, 4996], "negative positive".to_owned())
    );
    let splits = movies.split(&recipe()).unwrap();
    assert_eq!((splits.train.len(), splits.validation.len(), splits.test.len()), (8058, 1007, 1007));
    for rows in [&splits.validation, &splits.test] {
        let negative = counts_of(&movies, rows)[0];
        assert!([507, 508].contains(&negative), "{negative}");
    }
    let said = movies.judge(&splits);
    assert_eq!((said[0].code.as_str(), said[0].counts[0].1), ("copies-together", 2));
    // Rows stand in the order of the file within each part.
    let row = |start: &str| (0..10_072).find(|row| texts.first(*row).starts_with(start)).unwrap();
    let (first, last) = (row("The Rock is destined"), row("Her fans walked out muttering"));
    assert!(first < 3 || [8058, 9065].contains(&first), "{first}");
    assert!([8057, 9064, 10_071].contains(&last), "{last}");
    // 15 of 15 above 0; of 16 people 14 below 0 and 2 above.
    let votes = movies.votes.as_ref().unwrap();
    let share = |row: usize| (votes[2 * row], votes[2 * row + 1]);
    let good = row("If you sometimes like to go to the movies to have fun, Wasabi");
    assert_eq!((movies.labels[good], movies.labels[last]), (1, 0));
    assert!((share(good).1 - 15.5 / 16.0).abs() < 1e-6 && (share(good).0 - 0.5 / 16.0).abs() < 1e-6);
    assert!((share(last).1 - (2.0 + 0.5 + 0.5) / 17.0).abs() < 1e-6, "{:?}", share(last));
    assert_eq!(votes.len(), 2 * 10_072);
    let both = movies.only(&[last as u32, good as u32]);
    assert_eq!(both.votes.unwrap().as_slice(), [share(last).0, share(last).1, share(good).0, share(good).1]);
    let again = builtin(Builtin::MovieSnippets);
    assert_eq!(again.digest(), movies.digest());
}

#[test]
fn the_set_of_the_quick_start_splits_into_3500_500_and_1000() {
    let mnist = builtin(Builtin::MnistMini);
    let splits = mnist.split(&recipe()).unwrap();
    assert_eq!((splits.train.len(), splits.validation.len()), (3500, 500));
    assert_eq!(splits.test, (4000..5000).collect::<Vec<u32>>());
    let probe = splits.probe(&mnist, 0, 256);
    assert_eq!(probe.len(), 256);
    assert!(probe.iter().all(|row| splits.validation.binary_search(row).is_ok()));
    assert!(probe.is_sorted());
    assert!(counts_of(&mnist, &probe).iter().all(|count| (20..=32).contains(count)));
    assert_eq!(splits.probe(&mnist, 0, 10_000), splits.validation);
    assert_ne!(splits.probe(&mnist, 1, 256), probe);
}

#[test]
fn a_seed_fixes_the_split_and_nothing_else_in_the_recipe_moves_it() {
    let digits = builtin(Builtin::Digits);
    let plain = digits.split(&recipe()).unwrap();
    let other = DataRecipe { omit_classes: vec!["3".to_owned()], labelled: 0.1, label_noise: 0.5, ..recipe() };
    assert_eq!(digits.split(&other).unwrap(), plain);
    assert_ne!(digits.split(&DataRecipe { seed: 1, ..recipe() }).unwrap(), plain);
    // A larger validation part leaves the test part alone and holds the smaller one.
    let larger = digits.split(&DataRecipe { validation: 0.3, ..recipe() }).unwrap();
    assert_eq!(larger.test, plain.test);
    assert!(plain.validation.iter().all(|row| larger.validation.contains(row)));
}

fn part_is_stratified(dataset: &Dataset, whole: &[u32], part: &[u32], share: f64) -> bool {
    let (whole, part) = (counts_of(dataset, whole), counts_of(dataset, part));
    whole.len() == part.len()
        && whole.iter().zip(&part).all(|(all, of)| (*all as f64 * share - *of as f64).abs() <= 2.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn splits_are_disjoint_complete_and_stratified(
        sizes in prop::collection::vec(12_usize..80, 2..8),
        seed in any::<u32>(),
        validation in 0.1..0.5,
        test in 0.1..0.5,
        own_test in prop::option::of(0_usize..20),
    ) {
        let mut labels: Vec<u32> =
            sizes.iter().enumerate().flat_map(|(class, size)| vec![class as u32; *size]).collect();
        Key::new(u64::from(seed)).shuffle(&mut labels);
        let test_from = own_test.map(|_| labels.len());
        labels.extend((0..own_test.unwrap_or(0)).map(|i| (i % sizes.len()) as u32));
        let dataset = with_labels(labels, test_from);
        let recipe = DataRecipe { seed: u64::from(seed), validation, test, ..recipe() };
        let Splits { train, validation: held, test: tested } = dataset.split(&recipe).unwrap();
        prop_assert!([&train, &held, &tested].into_iter().all(|rows| rows.is_sorted()));
        let all: Vec<u32> = (0..dataset.labels.len() as u32).collect();
        let mut together = [train.as_slice(), &held, &tested].concat();
        together.sort_unstable();
        prop_assert_eq!(&together, &all);
        let rest: Vec<u32> = all.iter().copied().filter(|row| !tested.contains(row)).collect();
        prop_assert!(part_is_stratified(&dataset, &rest, &held, validation));
        // At least one row of each class, however small the share.
        prop_assert_eq!(held.len(), ((rest.len() as f64 * validation).round() as usize).max(sizes.len()));
        match test_from {
            Some(from) => prop_assert_eq!(tested, all[from..].to_vec()),
            None => prop_assert!(part_is_stratified(&dataset, &all, &tested, test)),
        }
    }

    #[test]
    fn tiny_classes_are_in_every_part(
        sizes in prop::collection::vec(3_usize..6, 2..6),
        seed in any::<u32>(),
        validation in 0.001..0.9,
        test in 0.001..0.9,
    ) {
        let labels = sizes.iter().enumerate().flat_map(|(class, size)| vec![class as u32; *size]).collect();
        let dataset = with_labels(labels, None);
        let recipe = DataRecipe { seed: u64::from(seed), validation, test, ..recipe() };
        let splits = dataset.split(&recipe).unwrap();
        for part in [&splits.train, &splits.validation, &splits.test] {
            prop_assert_eq!(counts_of(&dataset, part).len(), sizes.len());
        }
    }

    #[test]
    fn an_order_of_an_epoch_is_a_permutation(seed in any::<u64>(), epoch in 0_u64..1000, n in 0_usize..200) {
        let mut order = epoch_order(Key::new(seed), epoch, n);
        prop_assert_eq!(&order, &epoch_order(Key::new(seed), epoch, n));
        order.sort_unstable();
        prop_assert_eq!(order, (0..n as u32).collect::<Vec<_>>());
    }
}

#[test]
fn epochs_have_orders_of_their_own() {
    assert_ne!(epoch_order(Key::new(0), 0, 100), epoch_order(Key::new(0), 1, 100));
    assert_ne!(epoch_order(Key::new(0), 0, 100), epoch_order(Key::new(1), 0, 100));
}

#[test]
fn a_class_with_too_few_rows_is_named_with_what_it_needs() {
    let two = with_labels(vec![0, 0, 0, 1, 1], None);
    let error = two.split(&recipe()).unwrap_err();
    assert_eq!(error.code(), "data-few-rows");
    assert_eq!(
        error.to_string(),
        "made: too few rows to split: class 1 (2); each class needs at least 3: one for training, one for validation, \
         one for test"
    );
    // Beside two classes that can be in every part it is learnt only.
    let three = with_labels(vec![0, 0, 0, 1, 1, 1, 2, 2], None);
    let splits = three.split(&recipe()).unwrap();
    assert!([6, 7].iter().all(|row| splits.train.contains(row)));
    // With a test part of its own, two rows of the training part do, and rows of the test part do not help.
    assert!(with_labels(vec![0, 0, 1, 1, 0, 1], Some(4)).split(&recipe()).is_ok());
    let error = with_labels(vec![0, 0, 1, 1, 1], Some(3)).split(&recipe()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "made: too few rows to split: class 1 (1); each class needs at least 2: one for training and one for validation"
    );
    // A number that no row has is no fault: some sets begin at 1.
    assert!(with_labels(vec![1, 1, 1, 2, 2, 2], None).split(&recipe()).is_ok());
}

#[test]
fn omitted_labelled_and_noise_touch_the_students_alone() {
    let mnist = builtin(Builtin::MnistMini);
    let recipe = DataRecipe { omit_classes: vec!["3".to_owned()], labelled: 0.1, label_noise: 0.5, ..recipe() };
    let splits = mnist.split(&recipe).unwrap();
    let teacher = TransferSet::of_teacher(&mnist, &splits, 1.0, 0);
    assert_eq!(teacher.rows, splits.train);
    assert!(teacher.rows.iter().zip(&teacher.labels).all(|(row, label)| *label == Some(mnist.labels[*row as usize])));
    let students = TransferSet::of_students(&mnist, &splits, &recipe).unwrap();
    let expected: Vec<u32> = splits.train.iter().copied().filter(|row| mnist.labels[*row as usize] != 3).collect();
    assert_eq!(students.rows, expected);
    assert_eq!(students.labels.len(), students.rows.len());
    assert!(students.labels.iter().all(|label| *label != Some(3)));
    let labelled = students.labels.iter().flatten().count();
    assert_eq!(labelled, (students.rows.len() as f64 * 0.1).round() as usize);
    let wrong = students.rows.iter().zip(&students.labels);
    let wrong = wrong.filter(|(row, label)| label.is_some_and(|label| label != mnist.labels[**row as usize])).count();
    assert_eq!(wrong, (labelled as f64 * 0.5).round() as usize);
    // Validation and test still hold the class.
    assert!(counts_of(&mnist, &splits.validation).len() == 10 && counts_of(&mnist, &splits.test).len() == 10);
}

#[test]
fn a_smaller_labelled_subset_is_part_of_a_larger_one() {
    let mnist = builtin(Builtin::MnistMini);
    let splits = mnist.split(&recipe()).unwrap();
    let labels = |labelled, label_noise| {
        let recipe = DataRecipe { labelled, label_noise, ..recipe() };
        TransferSet::of_students(&mnist, &splits, &recipe).unwrap().labels
    };
    let shares = [0.0, 1e-6, 0.01, 0.05, 0.1, 0.5, 1.0];
    for pair in shares.windows(2) {
        let (smaller, larger) = (labels(pair[0], 0.0), labels(pair[1], 0.0));
        assert!(smaller.iter().zip(&larger).all(|(small, large)| small.is_none() || small == large));
    }
    assert_eq!(labels(0.0, 0.0).iter().flatten().count(), 0);
    assert_eq!(labels(0.05, 0.0).iter().flatten().count(), 175);
    // The smallest share still shows each class once, the largest hides nothing.
    assert_eq!(counts(labels(1e-6, 0.0).into_iter().flatten()), [1; 10]);
    assert_eq!(labels(1.0, 0.0).iter().flatten().count(), 3500);
    // More noise keeps the wrong labels of less noise.
    let (none, some, all) = (labels(1.0, 0.0), labels(1.0, 0.2), labels(1.0, 1.0));
    for ((none, some), all) in none.iter().zip(&some).zip(&all) {
        assert!(some == none || some == all);
        assert_ne!(all, none);
    }
}

#[test]
fn noise_takes_every_other_class_about_equally_often() {
    let mnist = builtin(Builtin::MnistMini);
    let splits = mnist.split(&recipe()).unwrap();
    let noisy = DataRecipe { label_noise: 1.0, ..recipe() };
    let labels = TransferSet::of_students(&mnist, &splits, &noisy).unwrap().labels;
    let zeros = splits.train.iter().zip(labels).filter(|(row, _)| mnist.labels[**row as usize] == 0);
    let counts = counts(zeros.filter_map(|(_, label)| label));
    let mean = counts.iter().sum::<usize>() as f64 / 9.0;
    assert_eq!(counts.len(), 9);
    assert!(counts.iter().all(|count| (*count as f64 - mean).abs() < 4.0 * mean.sqrt()), "{counts:?}");
}

#[test]
fn omitting_what_is_not_there_or_everything_is_an_error() {
    let digits = builtin(Builtin::Digits);
    let splits = digits.split(&recipe()).unwrap();
    let error = |omitted: &[&str], label_noise| {
        let omit_classes = omitted.iter().map(ToString::to_string).collect();
        TransferSet::of_students(&digits, &splits, &DataRecipe { omit_classes, label_noise, ..recipe() }).unwrap_err()
    };
    let unknown = error(&["3", "three", "11"], 0.0);
    assert_eq!(unknown.code(), "data-unknown-class");
    assert_eq!(
        unknown.to_string(),
        "data.omit_classes: there is no class `three`, `11`; allowed: `0`, `1`, `2`, `3`, `4`, `5`, `6`, `7`, `8`, `9`"
    );
    let all = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    assert_eq!(error(&all, 0.0).code(), "data-all-omitted");
    assert!(error(&all, 0.0).to_string().contains("some but not all of `0`, `1`"));
    assert_eq!(error(&all[1..], 0.5).code(), "data-no-other-class");
    assert!(error(&all[1..], 0.5).to_string().contains("`0` is the only class left"));
}

/// Images of 3 × 4 pixels in two channels, no two values of an image alike and none 0.
fn images(rows: usize) -> Dataset {
    let values = (0..rows * 24).map(|value| (value % 255) as u8 + 1).collect();
    let examples = Examples::Pixels { rows, channels: 2, height: 3, width: 4, values };
    Dataset { examples, pixel_scale: Some(255.0), ..with_labels((0..rows).map(|row| row as u32 % 2).collect(), None) }
}

#[test]
fn jitter_shifts_fills_with_0_and_never_wraps() {
    let dataset = images(200);
    let rows: Vec<u32> = (0..200).collect();
    let jittered = dataset.gather_jittered(&rows, 2, Key::new(5));
    let shifted = |row: usize, down: i64, right: i64| -> Vec<f32> {
        let at = |c: i64, y: i64, x: i64| {
            let (y, x) = (y - down, x - right);
            let inside = (0..3).contains(&y) && (0..4).contains(&x);
            if inside { dataset.examples.row(row)[(c * 12 + y * 4 + x) as usize] } else { 0.0 }
        };
        (0..24).map(|i| at(i / 12, i / 4 % 3, i % 4)).collect()
    };
    let mut seen = BTreeMap::<(i64, i64), usize>::new();
    for row in 0..200 {
        let shift = (-2..=2)
            .flat_map(|down| (-2..=2).map(move |right| (down, right)))
            .find(|(down, right)| shifted(row, *down, *right) == jittered.row(row));
        *seen.entry(shift.expect("some shift explains the image")).or_default() += 1;
    }
    assert_eq!(seen.len(), 25, "every shift occurs: {seen:?}");
    assert!(seen.values().all(|count| *count <= 24), "none far more often than 8 times: {seen:?}");
}

#[test]
fn jitter_depends_on_the_key_and_the_row_alone() {
    let dataset = images(50);
    let key = Key::new(1).named("jitter").at(3);
    let all = dataset.gather_jittered(&(0..50).collect::<Vec<_>>(), 1, key);
    let some = dataset.gather_jittered(&[49, 7, 7], 1, key);
    assert_eq!([some.row(0), some.row(1), some.row(2)], [all.row(49), all.row(7), all.row(7)]);
    assert_ne!(all, dataset.gather_jittered(&(0..50).collect::<Vec<_>>(), 1, key.at(0)));
    assert_eq!(dataset.gather_jittered(&[3, 1], 0, key), dataset.gather(&[3, 1]));
    // Shifts beyond the image are allowed and leave nothing of it.
    let far = dataset.gather_jittered(&(0..50).collect::<Vec<_>>(), 1000, key);
    assert!(far.values().iter().filter(|value| **value != 0.0).count() < 100);
    let features = with_labels(vec![0, 1, 0, 1], None);
    assert_eq!(features.gather_jittered(&[2, 0], 3, key), features.gather(&[2, 0]));
}

#[test]
fn gathering_keeps_the_order_of_the_rows() {
    let dataset = with_labels(vec![0, 1, 0, 1], None);
    assert_eq!(dataset.gather(&[3, 0, 3]), Inputs::Features { rows: 3, width: 1, values: vec![3.0, 0.0, 3.0] });
    assert_eq!(dataset.gather(&[]), Inputs::Features { rows: 0, width: 1, values: Vec::new() });
}

#[test]
fn a_row_hash_is_the_start_of_the_sha_256_of_its_values() {
    let dataset = with_labels(vec![0, 1], None);
    // SHA-256 of four zero bytes begins with df3f619804a92fdb.
    let expected = u64::from_le_bytes([0xDF, 0x3F, 0x61, 0x98, 0x04, 0xA9, 0x2F, 0xDB]);
    assert_eq!(dataset.row_hash(0), expected);
    assert_eq!(dataset.row_hashes(&[1, 0]), [dataset.row_hash(1), expected]);
    let mnist = builtin(Builtin::MnistMini);
    let mut hashes = mnist.row_hashes(&(0..5000).collect::<Vec<_>>());
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), 5000, "no digit is there twice");
}
