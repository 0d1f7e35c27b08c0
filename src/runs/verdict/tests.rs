//! What a verdict promises: it is seldom wrong, it finds what is there, and what does not count changes nothing.

#![expect(clippy::float_cmp, reason = "rounded, or the same sums in the same order")]

use proptest::prelude::*;

use super::*;
use crate::rng::Key;

fn trial(seed: u64, errors: u64) -> Trial {
    let validation = Measure { errors, examples: 1_000 };
    Trial { seed, validation, test: Some(validation), outcome: TrialOutcome::Whole }
}

fn trials(errors: &[u64]) -> Vec<Trial> {
    errors.iter().enumerate().map(|(seed, errors)| trial(seed as u64, *errors)).collect()
}

fn student(errors: &[u64]) -> StudentGroup {
    StudentGroup { baseline: Some(0), trials: trials(errors) }
}

fn baseline(errors: &[u64]) -> BaselineGroup {
    BaselineGroup { trials: trials(errors) }
}

fn words(verdict: &Verdict) -> Vec<Word> {
    verdict.groups.iter().map(|group| group.word).collect()
}

#[test]
fn a_clear_difference_is_said_in_a_sentence() {
    let verdict = judge(&[student(&[35, 38, 32, 35])], &[baseline(&[70, 74, 66, 70])]);
    assert_eq!(verdict.headline.word, Word::Beats);
    let verdict = judge(&[student(&[70, 74, 66, 70])], &[baseline(&[35, 38, 32, 35])]);
    assert_eq!((verdict.headline.word, words(&verdict)), (Word::No, vec![Word::No]));
}

#[test]
fn what_cannot_be_told_is_inconclusive_and_says_why() {
    let reason = |verdict: &Verdict| {
        assert_eq!(verdict.headline.word, Word::Inconclusive);
        verdict.headline.reason
    };
    let base = [baseline(&[37, 38, 41, 36])];
    assert_eq!(reason(&judge(&[], &base)), Reason::NoStudent);
    assert_eq!(reason(&judge(&[student(&[30])], &[])), Reason::NoBaseline);
    assert_eq!(reason(&judge(&[student(&[30, 31])], &base)), Reason::FewSeeds);
    assert_eq!(reason(&judge(&[student(&[38, 37, 40, 36])], &base)), Reason::Unclear);
    assert_eq!(reason(&judge(&[student(&[36, 37, 40, 35])], &base)), Reason::NoSpread);
    assert_eq!(reason(&judge(&[student(&[37, 38, 41, 36])], &base)), Reason::NoSpread);
    let mut strangers = student(&[30, 30]);
    strangers.trials.iter_mut().for_each(|trial| trial.seed += 100);
    assert_eq!(reason(&judge(&[strangers], &base)), Reason::NoPairs);
    let mut unseen = student(&[10, 11, 13, 10]);
    unseen.trials.iter_mut().for_each(|trial| trial.test = None);
    let verdict = judge(&[unseen], &base);
    assert_eq!(reason(&verdict), Reason::NoTest);
    assert_eq!(words(&verdict), [Word::Beats], "validation is judged all the same");

    let verdict = judge(&[student(&[37])], &base);
    assert_eq!(reason(&verdict), Reason::OneSeed);
}

#[test]
fn holms_steps_by_hand() {
    // With 4 seeds, 3 degrees of freedom, t is 3.182 at 5 %, 4.177 at 2.5 % and 4.857 at 1.667 %.
    let base = [baseline(&[100, 100, 100, 100])];
    let at = |differences: [i64; 4]| student(&differences.map(|d| (100 + d) as u64));
    let strong = at([-11, -9, -11, -9]); // t = −10 / (1.155 / 2) = −17.3
    let middle = at([-6, -4, -2, -4]); // t = −4 / (1.633 / 2) = −4.899
    let weak = at([-7, -4, -1, -4]); // t = −4 / (2.449 / 2) = −3.266
    let none = at([3, -3, 1, 0]);

    // Three compared: 17.3 > 4.857, 4.899 > 4.177, 3.266 > 3.182.
    let verdict = judge(&[weak.clone(), strong.clone(), middle.clone()], &base);
    assert_eq!((words(&verdict), verdict.compared), (vec![Word::Beats; 3], 3));
    let level = |verdict: &Verdict, group: usize| {
        let paired = verdict.groups[group].validation.as_ref().and_then(|paired| paired.interval);
        (paired.map_or(0.0, |interval| interval.level) * 1e4).round() / 1e4
    };
    assert_eq!([1, 2, 0].map(|group| level(&verdict, group)), [0.9833, 0.975, 0.95]);

    // Four compared: the third is judged at 2.5 %, where it is not clear, and the last takes that level too.
    let verdict = judge(&[weak.clone(), strong.clone(), middle, none.clone()], &base);
    assert_eq!(words(&verdict), [Word::Inconclusive, Word::Beats, Word::Beats, Word::Inconclusive]);
    assert_eq!([1, 2, 0, 3].map(|group| level(&verdict, group)), [0.9875, 0.9833, 0.975, 0.975]);

    // Two, neither clear at 2.5 %: the second would be clear at its own 5 %, but Holm has stopped.
    let verdict = judge(&[weak.clone(), weak.clone()], &base);
    assert_eq!(words(&verdict), [Word::Inconclusive; 2]);
    // A group whose seeds all differ alike cannot be judged, and counts as one that was looked at.
    let verdict = judge(&[weak, at([-5; 4])], &base);
    assert_eq!((words(&verdict), verdict.compared), (vec![Word::Inconclusive; 2], 2));
    let two = judge(&[strong, none], &base);
    assert_eq!((two.compared, two.tied, words(&two)), (2, 0, vec![Word::Beats, Word::Inconclusive]));
}

#[test]
fn the_best_are_chosen_on_validation_and_judged_on_test() {
    let mut lucky = student(&[30, 31, 33, 30]);
    let mut steady = student(&[31, 32, 34, 31]);
    for (a, b) in lucky.trials.iter_mut().zip(&mut steady.trials) {
        a.test = Some(Measure { errors: 60 + a.seed % 2, examples: 1_000 });
        b.test = Some(Measure { errors: 10, examples: 1_000 });
    }
    // One seed with hardly any errors is no reason to be chosen.
    let verdict = judge(&[steady, student(&[1]), lucky], &[baseline(&[90; 4]), baseline(&[50, 51, 49, 50])]);
    let h = &verdict.headline;
    assert_eq!((h.student, h.baseline, h.word), (Some(2), Some(1), Word::No));
    // Among groups that cannot be judged the best is still shown.
    assert_eq!(judge(&[student(&[9]), student(&[1])], &[baseline(&[5])]).headline.student, Some(1));
}

#[test]
fn each_group_is_compared_with_its_own_baseline() {
    let other = StudentGroup { baseline: Some(1), ..student(&[35, 36, 38, 35]) };
    let verdict =
        judge(&[student(&[35, 36, 38, 35]), other], &[baseline(&[70, 74, 66, 70]), baseline(&[10, 12, 9, 11])]);
    assert_eq!(words(&verdict), [Word::Beats, Word::No]);
    let lost = StudentGroup { baseline: Some(7), ..student(&[1, 2, 3]) };
    assert_eq!(judge(&[lost], &[baseline(&[5, 6, 7])]).groups[0].reason, Reason::NoBaseline);
}

/// Errors of `n` rows at a rate, and how far a run's own luck moves the rate.
fn errors(key: Key, n: u64, rate: f64) -> u64 {
    (0..n).filter(|i| key.uniform(*i) < rate).count() as u64
}

/// Sweeps of `groups` cells × 4 seeds at an error rate, against a baseline at another one. Returns the shares of sweeps in
/// which any group beats, any group gets a word at all, and the headline beats.
fn simulate(sweeps: u64, groups: u64, rows: u64, rate: f64, without: f64) -> [f64; 3] {
    let key = Key::new(20_261_124).named("verdicts").at(groups).at(rows);
    let measure = |key: Key, rate| Measure { errors: errors(key, rows, rate), examples: rows };
    let mut counts = [0_u64; 3];
    for sweep in 0..sweeps {
        let group = |group: u64, rate: f64| {
            let member = |seed: u64| {
                let key = key.at(sweep).at(group).at(seed);
                let (validation, test) = (measure(key.named("validation"), rate), measure(key.named("test"), rate));
                Trial { seed, validation, test: Some(test), outcome: TrialOutcome::Whole }
            };
            (0..4).map(member).collect::<Vec<_>>()
        };
        let students = (1..=groups)
            .map(|index| StudentGroup { baseline: Some(0), trials: group(index, rate) })
            .collect::<Vec<_>>();
        let verdict = judge(&students, &[BaselineGroup { trials: group(0, without) }]);
        let words = words(&verdict);
        counts[0] += u64::from(words.contains(&Word::Beats));
        counts[1] += u64::from(words.iter().any(|word| *word != Word::Inconclusive));
        counts[2] += u64::from(verdict.headline.word == Word::Beats);
    }
    counts.map(|count| count as f64 / sweeps as f64)
}

#[test]
fn chance_alone_seldom_gets_a_word() {
    // The share of 4,000 sweeps is within 0.01 of its mean nearly always: 3 standard errors of 5 %.
    for (groups, rows, rate) in [(1, 300, 0.1), (6, 300, 0.1), (20, 200, 0.1), (6, 60, 0.02)] {
        let [beats, any, headline] = simulate(4_000, groups, rows, rate, rate);
        let shares = format!("{groups} groups of {rows} rows: beats {beats}, any word {any}, headline {headline}");
        assert!(beats <= 0.05 && any <= 0.06 && headline <= 0.035, "{shares}");
    }
}

#[test]
fn a_planted_effect_is_found() {
    // 20 against 60 errors of 200.
    let [beats, _, headline] = simulate(300, 6, 200, 0.1, 0.3);
    assert!(beats > 0.95 && headline > 0.95, "{beats} {headline}");
}

proptest! {
    #[test]
    fn swapping_student_and_baseline_flips_the_sign(pairs in prop::collection::vec((0_u64..200, 0_u64..200), 1..9)) {
        let (a, b): (Vec<u64>, Vec<u64>) = pairs.into_iter().unzip();
        let forth = judge(&[student(&a)], &[baseline(&b)]);
        let back = judge(&[student(&b)], &[baseline(&a)]);
        let (x, y) = (forth.groups[0].validation.as_ref().unwrap(), back.groups[0].validation.as_ref().unwrap());
        prop_assert_eq!(x.difference.mean, -y.difference.mean);
        prop_assert_eq!(x.p, y.p);
        if let (Some(x), Some(y)) = (x.interval, y.interval) {
            prop_assert_eq!((x.low, x.high), (-y.high, -y.low));
        }
        let flipped = match forth.headline.word {
            Word::Beats => Word::No,
            Word::No => Word::Beats,
            Word::Inconclusive => Word::Inconclusive,
        };
        prop_assert_eq!(back.headline.word, flipped);
    }

    #[test]
    fn what_is_left_out_changes_only_the_counts(
        groups in prop::collection::vec(prop::collection::vec(0_u64..200, 1..6), 1..5),
        without in prop::collection::vec(0_u64..200, 1..6),
        odd_ones in prop::collection::vec((0_usize..4, 0_usize..6, 0_u64..9), 1..6),
    ) {
        let kinds = [TrialOutcome::Edited, TrialOutcome::Diverged, TrialOutcome::Halved, TrialOutcome::Stopped];
        let students = groups.iter().map(|errors| student(errors)).collect::<Vec<_>>();
        let baselines = [baseline(&without)];
        let plain = judge(&students, &baselines);
        let (mut more, mut more_baselines) = (students.clone(), baselines);
        for (kind, group, seed) in &odd_ones {
            let odd = Trial { outcome: kinds[*kind], ..trial(*seed, 0) };
            match more.get_mut(*group) {
                Some(group) => group.trials.insert(0, odd),
                None => more_baselines[0].trials.push(odd),
            }
        }
        let mut judged = judge(&more, &more_baselines);
        prop_assert_eq!(judged.left_out.total(), odd_ones.len());
        judged.left_out = LeftOut::default();
        prop_assert_eq!(judged, plain);
    }

    #[test]
    fn word_and_interval_agree(groups in prop::collection::vec(prop::collection::vec(0_u64..60, 3..6), 1..9)) {
        let students = groups.iter().map(|errors| student(errors)).collect::<Vec<_>>();
        for group in judge(&students, &[baseline(&[20, 30, 25, 28, 31])]).groups {
            let clear = group.validation.and_then(|paired| paired.interval).is_some_and(|i| i.excludes_zero());
            prop_assert_eq!(clear, group.word != Word::Inconclusive);
        }
    }
}

#[test]
fn what_was_left_out_is_counted_by_kind() {
    let mut group = student(&[30, 31, 33, 30, 1, 2]);
    group.trials[4].outcome = TrialOutcome::Edited;
    group.trials[5].outcome = TrialOutcome::Diverged;
    let verdict = judge(&[group], &[baseline(&[70, 74, 66, 70, 70, 70])]);
    let left_out = verdict.left_out.phrase().map(|phrase| phrase.to_string());
    assert_eq!(left_out.as_deref(), Some("2 runs are left out: 1 edited, 1 diverged."));
}

#[test]
fn a_spread_is_that_of_a_sample() {
    let spread = Spread::of([2.0, 4.0, 6.0, f64::NAN]).unwrap();
    assert_eq!((spread.mean, spread.deviation, spread.n), (4.0, Some(2.0), 3));
    assert_eq!(Spread::of([5.0]).map(|spread| spread.deviation), Some(None));
    assert_eq!(Spread::of([]), None);
}
