//! What a verdict promises: it is seldom wrong, it finds what is there, and what does not count changes nothing.

#![expect(clippy::float_cmp, reason = "rounded, or the same sums in the same order")]

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::rng::Key;

fn trial(seed: u64, errors: u64) -> Trial {
    whole_trial(seed, measure(errors))
}

/// Errors of 1,000 rows; nobody knows which.
fn measure(errors: u64) -> Measure {
    Measure { errors, examples: 1_000, missed: None }
}

/// The same on validation as on test rows.
fn whole_trial(seed: u64, validation: Measure) -> Trial {
    Trial { seed, test: Some(validation.clone()), validation, outcome: TrialOutcome::Whole }
}

fn trials(errors: &[u64]) -> Vec<Trial> {
    errors.iter().enumerate().map(|(seed, errors)| trial(seed as u64, *errors)).collect()
}

fn student(errors: &[u64]) -> StudentGroup {
    StudentGroup { baselines: vec![0], trials: trials(errors) }
}

fn baseline(errors: &[u64]) -> BaselineGroup {
    BaselineGroup { kind: 0, is_own: false, trials: trials(errors) }
}

/// A baseline of the second kind, and a student that is compared with both.
fn taught(errors: &[u64]) -> BaselineGroup {
    BaselineGroup { kind: 1, is_own: false, trials: trials(errors) }
}

fn student_of_both(errors: &[u64]) -> StudentGroup {
    StudentGroup { baselines: vec![0, 1], ..student(errors) }
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
        a.test = Some(measure(60 + a.seed % 2));
        b.test = Some(measure(10));
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
    let other = StudentGroup { baselines: vec![1], ..student(&[35, 36, 38, 35]) };
    let verdict =
        judge(&[student(&[35, 36, 38, 35]), other], &[baseline(&[70, 74, 66, 70]), baseline(&[10, 12, 9, 11])]);
    assert_eq!(words(&verdict), [Word::Beats, Word::No]);
    let lost = StudentGroup { baselines: vec![7], ..student(&[1, 2, 3]) };
    assert_eq!(judge(&[lost], &[baseline(&[5, 6, 7])]).groups[0].reason, Reason::NoBaseline);
}

#[test]
fn a_gain_over_labels_alone_is_asked_whether_it_is_one_over_more_labels() {
    let plain = baseline(&[70, 74, 66, 70]);
    let further = |verdict: &Verdict| {
        let [only] = verdict.headline.further.as_slice() else { panic!("{verdict:?}") };
        (verdict.headline.word, only.word, only.reason)
    };
    // It beats the plain one alone.
    let verdict = judge(&[student_of_both(&[35, 38, 32, 35])], &[plain.clone(), taught(&[36, 36, 34, 34])]);
    assert_eq!(further(&verdict), (Word::Beats, Word::Inconclusive, Reason::Unclear));
    assert_eq!((verdict.compared, verdict.pairs, words(&verdict)), (1, 2, vec![Word::Beats]));
    assert_eq!(verdict.groups[0].further[0].word, Word::Inconclusive);
    // It beats both.
    let verdict = judge(&[student_of_both(&[35, 38, 32, 35])], &[plain.clone(), taught(&[50, 54, 47, 51])]);
    assert_eq!(further(&verdict), (Word::Beats, Word::Beats, Reason::Clear));
    let level = |paired: &Option<Paired>| paired.as_ref().and_then(|it| it.interval).map(|it| (it.level * 1e4).round());
    // Two pairs are looked at on validation rows; on test rows the second waits for the first.
    let group = &verdict.groups[0];
    let mut levels = [level(&group.validation), level(&group.further[0].validation)];
    levels.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(levels, [Some(9500.0), Some(9750.0)]);
    assert_eq!([level(&verdict.headline.test), level(&verdict.headline.further[0].test)], [Some(9500.0); 2]);
    // The other is better still.
    let verdict = judge(&[student_of_both(&[35, 38, 32, 35])], &[plain.clone(), taught(&[20, 24, 18, 21])]);
    assert_eq!(further(&verdict), (Word::Beats, Word::No, Reason::Clear));
    // Where nothing is gained, nothing is asked, however clear it were.
    let verdict = judge(&[student_of_both(&[70, 70, 69, 72])], &[plain.clone(), taught(&[90, 94, 86, 91])]);
    assert_eq!(further(&verdict), (Word::Inconclusive, Word::Inconclusive, Reason::Unasked));
    assert_eq!(level(&verdict.headline.further[0].test), None);
    // Seeds that the other lacks.
    for (errors, reason) in
        [(vec![50, 54], Reason::FewSeeds), (vec![50], Reason::OneSeed), (vec![], Reason::NoBaseline)]
    {
        let verdict = judge(&[student_of_both(&[35, 38, 32, 35])], &[plain.clone(), taught(&errors)]);
        assert_eq!(further(&verdict), (Word::Beats, Word::Inconclusive, reason));
    }
    // Alone it is what decides.
    let alone = StudentGroup { baselines: vec![0], ..student(&[35, 38, 32, 35]) };
    let verdict = judge(&[alone], &[taught(&[50, 54, 47, 51])]);
    assert_eq!((verdict.headline.word, verdict.headline.further.len()), (Word::Beats, 0));
}

#[test]
fn of_many_cells_one_must_beat_the_further_baseline_by_itself() {
    // On test rows far ahead of both, on validation rows of the plain one alone.
    let lucky = |by: u64| {
        let mut group = student_of_both(&[50 + by, 54, 47 - by, 51]);
        for (trial, test) in group.trials.iter_mut().zip([20, 24, 18, 21]) {
            trial.test = Some(measure(test));
        }
        group
    };
    let verdict = judge(&[lucky(0), lucky(1)], &[baseline(&[170, 174, 166, 171]), taught(&[50, 53, 48, 52])]);
    assert_eq!((verdict.headline.word, verdict.compared, verdict.pairs), (Word::Beats, 2, 4));
    assert_eq!(verdict.headline.further[0].reason, Reason::NoneClear);
    // The best of the second kind is chosen among its own.
    let mut two = student_of_both(&[35, 38, 32, 35]);
    two.baselines = vec![0, 2];
    let verdict = judge(&[two], &[baseline(&[70, 74, 66, 70]), taught(&[50, 54, 47, 51]), taught(&[60, 64, 57, 61])]);
    assert_eq!(verdict.headline.further[0].baseline, Some(1));
    assert_eq!(verdict.groups[0].further[0].baseline, Some(2));
}

/// Rows that are asked, one after the other.
fn rows(n: u64) -> Arc<Vec<u32>> {
    Arc::new((0..n as u32).collect())
}

/// Which of these rows are missed is known, or only how many are.
fn measured(missed: Missed, is_stored: bool) -> Measure {
    let (errors, examples) = (missed.errors(), missed.examples());
    Measure { errors, examples, missed: is_stored.then(|| Arc::new(missed)) }
}

/// Trials of four seeds whose errors are chance at a rate alone.
fn by_chance(key: Key, rows: &Arc<Vec<u32>>, rate: f64, is_stored: bool) -> Vec<Trial> {
    let measure = |key: Key| {
        let missed = Missed::new(Arc::clone(rows), (0..rows.len() as u64).map(|row| key.uniform(row) < rate));
        measured(missed, is_stored)
    };
    let member = |seed: u64| {
        let (validation, test) = (measure(key.at(seed).named("validation")), measure(key.at(seed).named("test")));
        Trial { seed, validation, test: Some(test), outcome: TrialOutcome::Whole }
    };
    (0..4).map(member).collect()
}

/// Sweeps of `groups` cells × 4 seeds at an error rate, against a baseline at another one. Returns the shares of sweeps in
/// which any group beats, any group gets a word at all, and the headline beats.
fn simulate(sweeps: u64, [groups, n]: [u64; 2], [rate, without]: [f64; 2], is_stored: bool) -> [f64; 3] {
    let key = Key::new(20_261_124).named("verdicts").at(groups).at(n);
    let rows = rows(n);
    let mut counts = [0_u64; 3];
    for sweep in 0..sweeps {
        let trials = |group: u64, rate: f64| by_chance(key.at(sweep).at(group), &rows, rate, is_stored);
        let students = (1..=groups)
            .map(|index| StudentGroup { baselines: vec![0], trials: trials(index, rate) })
            .collect::<Vec<_>>();
        let verdict = judge(&students, &[BaselineGroup { kind: 0, is_own: false, trials: trials(0, without) }]);
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
        for is_stored in [true, false] {
            let [beats, any, headline] = simulate(4_000, [groups, rows], [rate; 2], is_stored);
            let shares = format!("{groups} groups of {rows} rows: beats {beats}, any word {any}, headline {headline}");
            assert!(beats <= 0.05 && any <= 0.06 && headline <= 0.035, "rows stored: {is_stored}, {shares}");
        }
    }
}

#[test]
fn a_baseline_that_does_as_well_is_seldom_beaten_by_chance() {
    let (key, rows) = (Key::new(20_261_129).named("further"), rows(300));
    let beats = (0..2_000).filter(|sweep| {
        let trials = |group: u64, rate: f64| by_chance(key.at(*sweep).at(group), &rows, rate, true);
        let students = [StudentGroup { baselines: vec![0, 1, 2], trials: trials(3, 0.1) }];
        let baselines = [0.3, 0.1, 0.1].into_iter().zip(0..).map(|(rate, kind)| BaselineGroup {
            kind,
            is_own: false,
            trials: trials(kind as u64, rate),
        });
        let headline = judge(&students, &baselines.collect::<Vec<_>>()).headline;
        headline.word == Word::Beats && headline.further.iter().any(|it| it.word == Word::Beats)
    });
    // The chance that either of the two is said to be beaten is half of 5 %; 3 standard errors are 1 %.
    let share = beats.count() as f64 / 2_000.0;
    assert!(share <= 0.035, "{share}");
}

#[test]
fn a_planted_effect_is_found() {
    // 20 against 60 errors of 200.
    for is_stored in [true, false] {
        let [beats, _, headline] = simulate(300, [6, 200], [0.1, 0.3], is_stored);
        assert!(beats > 0.95 && headline > 0.95, "{beats} {headline}");
    }
}

/// A standard normal number (Box & Muller 1958).
fn normal(key: Key, i: u64) -> f64 {
    let (u, v) = (1.0 - key.uniform(2 * i), key.uniform(2 * i + 1));
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// One trained model in four seeds on rows of which some are harder than others: row i is missed with probability
/// σ(base + r + g + s); r ~ N(0, 6²) is the row's, whoever is asked, g ~ N(0, 8) how this way of training takes it, with every
/// seed, and s ~ N(0, 0.1²) the seed's.
fn on_hard_rows(key: Key, rows: &Arc<Vec<u32>>, shared: &[f64], base: f64) -> [Missed; 4] {
    let own = key.named("g");
    let of_row = |(i, r): (usize, &f64)| base + r + 8.0_f64.sqrt() * normal(own, i as u64);
    let logits: Vec<f64> = shared.iter().enumerate().map(of_row).collect();
    [0, 1, 2, 3].map(|seed| {
        let s = 0.1 * normal(key.named("s"), seed);
        let chance = key.named("missed").at(seed);
        let wrong = |(i, logit): (usize, &f64)| chance.uniform(i as u64) * (1.0 + (-(logit + s)).exp()) < 1.0;
        Missed::new(Arc::clone(rows), logits.iter().enumerate().map(wrong))
    })
}

/// A student and a baseline of 1,000 such rows, time and again. Returns the shares of trials in which the student beats by the rule
/// for rows and seeds and by that for seeds only, and the mean errors of both.
fn simulate_hard_rows(trials: u64, [student, baseline]: [f64; 2]) -> ([f64; 2], [f64; 2]) {
    let (key, rows) = (Key::new(20_261_129).named("hard rows"), rows(1_000));
    let (mut beats, mut errors) = ([0_u64; 2], [0_u64; 2]);
    for trial in 0..trials {
        let key = key.at(trial);
        let shared: Vec<f64> = (0..1_000).map(|i| 6.0 * normal(key.named("r"), i)).collect();
        let sides = [("student", student), ("baseline", baseline)];
        let missed = sides.map(|(side, base)| on_hard_rows(key.named(side), &rows, &shared, base));
        for (errors, missed) in errors.iter_mut().zip(&missed) {
            *errors += missed.iter().map(Missed::errors).sum::<u64>();
        }
        for (beats, is_stored) in beats.iter_mut().zip([true, false]) {
            let group = |missed: &[Missed; 4]| {
                let seeds = missed.iter().zip(0..);
                seeds.map(|(missed, seed)| whole_trial(seed, measured(missed.clone(), is_stored))).collect()
            };
            let students = [StudentGroup { baselines: vec![0], trials: group(&missed[0]) }];
            let verdict = judge(&students, &[BaselineGroup { kind: 0, is_own: false, trials: group(&missed[1]) }]);
            *beats += u64::from(verdict.headline.word == Word::Beats);
        }
    }
    (beats.map(|count| count as f64 / trials as f64), errors.map(|sum| sum as f64 / (4 * trials) as f64))
}

/// The bases at which 50, 47 and 71 of 1,000 rows are missed on average, by numerical integration over N(0, 6² + 8 + 0.1²).
const OF_50: f64 = -11.311_520_646;
const OF_47: f64 = -11.516_790_966;
const OF_71: f64 = -10.096_691_876;

#[test]
fn rows_that_happen_to_suit_one_of_two_equals_are_no_win() {
    let ([both, seeds_only], errors) = simulate_hard_rows(4_000, [OF_50; 2]);
    println!("nothing to find: BEATS in {both} of trials by rows and seeds, in {seeds_only} by seeds only");
    assert!(errors.iter().all(|errors| (errors - 50.0).abs() < 0.5), "{errors:?}");
    assert!(both <= 0.035, "{both}");
    assert!(seeds_only > 0.07, "seeds alone take the rows for granted: {seeds_only}");
}

#[test]
fn a_third_fewer_errors_are_found_on_hard_rows() {
    let ([both, seeds_only], errors) = simulate_hard_rows(1_000, [OF_47, OF_71]);
    println!("71 against 47 errors: BEATS in {both} of trials by rows and seeds, in {seeds_only} by seeds only");
    assert!((errors[0] - 47.0).abs() < 1.0 && (errors[1] - 71.0).abs() < 1.0, "{errors:?}");
    assert!(both >= 0.85, "{both}");
}

#[test]
fn where_rows_are_stored_for_all_of_a_pair_both_count() {
    let rows = rows(1_000);
    let missed =
        |from: u32, to: u32| Missed::new(Arc::clone(&rows), (0..1_000).map(move |row| (from..to).contains(&row)));
    // With every seed the same 30 rows less.
    let group = |of: &dyn Fn(u32) -> Missed| -> Vec<Trial> {
        (0..4).map(|seed| whole_trial(seed, measured(of(seed as u32), true))).collect()
    };
    let students = [StudentGroup { baselines: vec![0], trials: group(&|seed| missed(seed, 40)) }];
    let mut baselines = [BaselineGroup { kind: 0, is_own: false, trials: group(&|seed| missed(seed, 70)) }];
    let verdict = judge(&students, &baselines);
    let test = verdict.headline.test.unwrap();
    assert_eq!((verdict.headline.word, test.counted), (Word::Beats, Counted::RowsAndSeeds));
    // The variance of 1,000 rows of which 30 differ by 1: 1,000 / 999 · (30 − 30² / 1,000); t is 1.962 with 999 degrees of freedom.
    let reach = 1.962_341 * (1_000.0 / 999.0 * (30.0 - 0.9_f64)).sqrt();
    let interval = test.interval.unwrap();
    assert!((interval.low + 30.0 + reach).abs() < 1e-4 && (interval.high + 30.0 - reach).abs() < 1e-4, "{interval:?}");
    // One of the eight is not stored: every seed differs by the same amount, and there is nothing else to judge by.
    baselines[0].trials[2].test = Some(Measure { errors: 68, examples: 1_000, missed: None });
    let headline = judge(&students, &baselines).headline;
    assert_eq!((headline.word, headline.reason), (Word::Inconclusive, Reason::NoSpread));
    assert_eq!(headline.test.unwrap().counted, Counted::SeedsOnly);
    assert_eq!(headline.validation.unwrap().counted, Counted::RowsAndSeeds);
    // Nor is a pair of other rows compared row by row.
    let others = Arc::new((1..1_001).collect::<Vec<u32>>());
    let elsewhere = Missed::new(others, (0..1_000).map(|row| row < 68));
    baselines[0].trials[2].test = Some(measured(elsewhere, true));
    assert_eq!(judge(&students, &baselines).headline.test.unwrap().counted, Counted::SeedsOnly);
    // A single seed never decides, whatever is known of the rows.
    let one = [StudentGroup { baselines: vec![0], trials: students[0].trials[..1].to_vec() }];
    assert_eq!(judge(&one, &baselines).headline.reason, Reason::OneSeed);
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
