//! What teacher and student come to over many rows at a temperature, from logits that were kept: mean distributions, what a teacher
//! takes each class for, confusions, reliability, and the T that calibrates best. All in nats, and by row.

use super::calibration::{BINS, bin_of};
use super::soften::{has_top_class, top_class};
use super::targets::{Heard, Mean};
use crate::ops::{SoftenedRow, row_divergence, soften_row};

/// Softens the rows of one or several models, one row at a time.
pub struct Softener<'a> {
    heard: &'a Heard<'a>,
    classes: usize,
    temperature: f64,
    p: Vec<f64>,
    of_member: Vec<f64>,
}

impl<'a> Softener<'a> {
    /// Of models whose logits are `[rows, classes]` each, at T > 0.
    pub fn new(heard: &'a Heard<'a>, classes: usize, temperature: f64) -> Self {
        Self { heard, classes, temperature, p: vec![0.0; classes], of_member: vec![0.0; classes] }
    }

    /// The distribution of a row, with its entropy; none where it is not there, or a logit is no number.
    pub fn row(&mut self, row: usize) -> Option<(&[f64], f64)> {
        let range = row * self.classes..(row + 1) * self.classes;
        if let [only] = self.heard.each[..] {
            let z = only.get(range).filter(|z| all_finite(z))?;
            let entropy = soften_row(z, self.temperature, &mut self.p).entropy;
            return Some((&self.p, entropy));
        }
        self.p.fill(0.0);
        for logits in &self.heard.each {
            let z = logits.get(range.clone()).filter(|z| all_finite(z))?;
            let SoftenedRow { max, log_sum, .. } = soften_row(z, self.temperature, &mut self.of_member);
            for ((sum, p), z) in self.p.iter_mut().zip(&self.of_member).zip(z) {
                *sum += match self.heard.mean {
                    Mean::Probabilities => *p,
                    Mean::Logits => f64::from(*z) / self.temperature - max - log_sum,
                };
            }
        }
        let members = self.heard.each.len().max(1) as f64;
        match self.heard.mean {
            Mean::Probabilities => self.p.iter_mut().for_each(|p| *p /= members),
            Mean::Logits => {
                self.p.iter_mut().for_each(|p| *p = (*p / members).exp());
                let total: f64 = self.p.iter().sum();
                self.p.iter_mut().for_each(|p| *p /= total);
            }
        }
        let entropy = entropy_of(&self.p);
        Some((&self.p, entropy))
    }
}

/// −Σ p log p of a distribution.
pub fn entropy_of(p: &[f64]) -> f64 {
    let sum: f64 = p.iter().map(|p| if *p > 0.0 { -p * p.ln() } else { 0.0 }).sum();
    if sum > 0.0 { sum } else { 0.0 }
}

fn all_finite(z: &[f32]) -> bool {
    !z.is_empty() && z.iter().all(|z| z.is_finite())
}

/// The mean over rows of what one side says.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanSide {
    /// The mean of the softened distributions.
    pub probabilities: Vec<f64>,
    /// The mean of their entropies, which is not the entropy of the mean.
    pub entropy: f64,
    /// The mean of their largest probabilities.
    pub top: f64,
    /// Rows of which it says something.
    pub rows: usize,
}

/// The mean over rows of what teacher and student say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeanRows {
    /// The teacher; none where it says nothing of any row.
    pub teacher: Option<MeanSide>,
    /// The student.
    pub student: Option<MeanSide>,
    /// The mean of KL(teacher ‖ student) over the rows of which both say something.
    pub kl: Option<f64>,
}

/// Means over `rows` of logits `[rows, classes]`: probabilities are averaged after softening.
pub fn mean_over(
    teacher: Option<&Heard<'_>>,
    student: Option<&[f32]>,
    classes: usize,
    rows: &[usize],
    temperature: f64,
) -> MeanRows {
    let mut of_teacher = Sums::new(classes);
    let mut of_student = Sums::new(classes);
    let (mut divergence, mut both) = (0.0, 0_usize);
    let mut softener = teacher.map(|heard| Softener::new(heard, classes, temperature));
    let mut q = vec![0.0; classes];
    for row in rows.iter().copied() {
        let said = softener.as_mut().and_then(|softener| softener.row(row));
        if let Some((p, entropy)) = said {
            of_teacher.add(p, entropy);
        }
        let z = student.and_then(|z| z.get(row * classes..(row + 1) * classes)).filter(|z| all_finite(z));
        let Some(z) = z else { continue };
        let softened = soften_row(z, temperature, &mut q);
        of_student.add(&q, softened.entropy);
        if let Some((p, entropy)) = said {
            divergence += row_divergence(p, entropy, z, temperature, softened);
            both += 1;
        }
    }
    let kl = (both > 0).then(|| divergence / both as f64);
    MeanRows { teacher: of_teacher.mean(), student: of_student.mean(), kl }
}

struct Sums {
    p: Vec<f64>,
    entropy: f64,
    top: f64,
    rows: usize,
}

impl Sums {
    fn new(classes: usize) -> Self {
        Self { p: vec![0.0; classes], entropy: 0.0, top: 0.0, rows: 0 }
    }

    fn add(&mut self, p: &[f64], entropy: f64) {
        let mut top = 0.0;
        for (sum, p) in self.p.iter_mut().zip(p) {
            *sum += p;
            top = if *p > top { *p } else { top };
        }
        self.entropy += entropy;
        self.top += top;
        self.rows += 1;
    }

    fn mean(self) -> Option<MeanSide> {
        let rows = self.rows as f64;
        (self.rows > 0).then(|| MeanSide {
            probabilities: self.p.into_iter().map(|p| p / rows).collect(),
            entropy: self.entropy / rows,
            top: self.top / rows,
            rows: self.rows,
        })
    }
}

/// A number for each true class and each class that is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassTable {
    /// `[true class, class]`.
    pub values: Vec<f64>,
    /// Rows of each true class that it rests on.
    pub rows: Vec<u64>,
}

impl ClassTable {
    /// Without a row.
    pub fn empty(classes: usize) -> Self {
        Self { values: vec![0.0; classes * classes], rows: vec![0; classes] }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.rows.len()
    }

    /// The value of a true class and an answered one; none where there is no row of the true class.
    pub fn at(&self, label: usize, class: usize) -> Option<f64> {
        let has_rows = self.rows.get(label).is_some_and(|rows| *rows > 0);
        self.values.get(label * self.classes() + class).copied().filter(|_| has_rows)
    }
}

/// The mean softened distribution of the rows of each true class: what a model takes a class for.
pub fn soft_targets_by_class(heard: &Heard<'_>, labels: &[u32], classes: usize, temperature: f64) -> ClassTable {
    let mut table = ClassTable::empty(classes);
    let mut softener = Softener::new(heard, classes, temperature);
    for (row, label) in labels.iter().enumerate() {
        let label = *label as usize;
        let Some((p, _)) = softener.row(row).filter(|_| label < classes) else { continue };
        for (sum, p) in table.values[label * classes..(label + 1) * classes].iter_mut().zip(p) {
            *sum += p;
        }
        table.rows[label] += 1;
    }
    for (sums, rows) in table.values.chunks_exact_mut(classes.max(1)).zip(&table.rows) {
        for sum in sums {
            *sum /= (*rows).max(1) as f64;
        }
    }
    table
}

/// How many rows of each true class are answered with each class. Rows without a top class are in `rows` alone.
pub fn confusion(answers: impl Iterator<Item = Option<usize>>, labels: &[u32], classes: usize) -> ClassTable {
    let mut table = ClassTable::empty(classes);
    for (answer, label) in answers.zip(labels) {
        let label = *label as usize;
        if label >= classes {
            continue;
        }
        table.rows[label] += 1;
        if let Some(answer) = answer.filter(|answer| *answer < classes) {
            table.values[label * classes + answer] += 1.0;
        }
    }
    table
}

/// The answers of one or several models, row by row: the class that they give the largest probability at T.
pub fn answers<'a>(
    heard: &'a Heard<'a>,
    rows: usize,
    classes: usize,
    temperature: f64,
) -> impl Iterator<Item = Option<usize>> + 'a {
    // Of one model it does not depend on T.
    let only = if let [only] = heard.each[..] { Some(only) } else { None };
    let mut softener = Softener::new(heard, classes, temperature);
    (0..rows).map(move |row| match only {
        Some(z) => z.get(row * classes..(row + 1) * classes).filter(|z| has_top_class(z)).map(top_class),
        None => softener.row(row).map(|(p, _)| top_class(p)),
    })
}

/// Rows whose largest probability falls into one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many.
    pub rows: u64,
    /// Their mean largest probability.
    pub confidence: f64,
    /// The share of them that is right.
    pub accuracy: f64,
}

/// How far the largest probability can be believed (Guo et al. 2017).
#[derive(Clone, Debug, PartialEq)]
pub struct Reliability {
    /// Bins of equal width over (0, 1].
    pub bins: [Bin; BINS],
    /// Expected calibration error: Σ over bins of (rows in bin / rows) · |accuracy − confidence|.
    pub ece: f64,
    /// Rows that were looked at.
    pub rows: u64,
}

/// The reliability of the top class at T; none without a row of which something is said.
pub fn reliability(heard: &Heard<'_>, labels: &[u32], classes: usize, temperature: f64) -> Option<Reliability> {
    let mut bins = [Bin::default(); BINS];
    let mut rows = 0;
    let mut softener = Softener::new(heard, classes, temperature);
    for (row, label) in labels.iter().enumerate() {
        let Some((p, _)) = softener.row(row) else { continue };
        let top = top_class(p);
        let bin = &mut bins[bin_of(p[top])];
        bin.rows += 1;
        bin.confidence += p[top];
        bin.accuracy += f64::from(top == *label as usize);
        rows += 1;
    }
    let error: f64 = bins.iter().map(|bin| (bin.accuracy - bin.confidence).abs()).sum();
    for bin in &mut bins {
        bin.confidence /= bin.rows.max(1) as f64;
        bin.accuracy /= bin.rows.max(1) as f64;
    }
    (rows > 0).then(|| Reliability { bins, ece: error / rows as f64, rows })
}

/// The T at which the cross-entropy with the labels is least.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestTemperature {
    /// T, within the range that was searched.
    pub temperature: f64,
    /// The cross-entropy there, in nats.
    pub loss: f64,
    /// The cross-entropy at T = 1.
    pub at_one: f64,
    /// Whether the range ends there: beyond it the cross-entropy would be less.
    pub at_end: bool,
}

/// The range of T in which the best is looked for.
const SEARCHED: [f64; 2] = [0.05, 100.0];

/// Temperature scaling (Guo et al. 2017, section 4.2): the T of least cross-entropy on rows with labels; none without such a row. Of one
/// model the cross-entropy is convex in 1 / T; of several, for which T is applied to each, the best of a fine grid is refined.
pub fn best_temperature(heard: &Heard<'_>, labels: &[u32], classes: usize) -> Option<BestTemperature> {
    let loss = |log_t: f64| cross_entropy(heard, labels, classes, log_t.exp());
    let at_one = loss(0.0)?;
    let [low, high] = SEARCHED.map(f64::ln);
    let steps = if heard.each.len() == 1 { 8 } else { 24 };
    let place = |step: usize| low + (high - low) * step as f64 / steps as f64;
    let values: Vec<f64> = (0..=steps).map(|step| loss(place(step)).unwrap_or(f64::INFINITY)).collect();
    let best = (0..=steps).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0);
    let (mut from, mut to) = (place(best.saturating_sub(1)), place((best + 1).min(steps)));
    // Golden section.
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut a, mut b) = (to - ratio * (to - from), from + ratio * (to - from));
    let (mut of_a, mut of_b) = (loss(a)?, loss(b)?);
    while to - from > 1e-4 {
        if of_a <= of_b {
            (to, b, of_b) = (b, a, of_a);
            a = to - ratio * (to - from);
            of_a = loss(a)?;
        } else {
            (from, a, of_a) = (a, b, of_b);
            b = from + ratio * (to - from);
            of_b = loss(b)?;
        }
    }
    let found = f64::midpoint(from, to);
    let inner = (found.exp(), loss(found)?, false);
    // Where a model is always right, every T below some is as good as the least one.
    let end = SEARCHED.into_iter().zip([values[0], values[steps]]).find(|(_, of_end)| *of_end <= inner.1);
    let (temperature, loss, at_end) = end.map_or(inner, |(temperature, loss)| (temperature, loss, true));
    Some(BestTemperature { temperature, loss, at_one, at_end })
}

/// The mean of −log p of the label, over the rows of which something is said.
fn cross_entropy(heard: &Heard<'_>, labels: &[u32], classes: usize, temperature: f64) -> Option<f64> {
    let (mut sum, mut rows) = (0.0, 0_usize);
    if let [only] = heard.each[..] {
        let mut p = vec![0.0; classes];
        for (z, label) in only.chunks_exact(classes.max(1)).zip(labels) {
            if !all_finite(z) || *label as usize >= classes {
                continue;
            }
            let softened = soften_row(z, temperature, &mut p);
            sum += softened.max + softened.log_sum - f64::from(z[*label as usize]) / temperature;
            rows += 1;
        }
    } else {
        let mut softener = Softener::new(heard, classes, temperature);
        for (row, label) in labels.iter().enumerate() {
            let Some((p, _)) = softener.row(row).filter(|_| (*label as usize) < classes) else { continue };
            sum -= p[*label as usize].max(f64::MIN_POSITIVE).ln();
            rows += 1;
        }
    }
    (rows > 0).then(|| sum / rows as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distill::expected_calibration_error;
    use crate::distill::soften::{divergence, entropy, soften};
    use crate::rng::Key;

    const CLASSES: usize = 7;
    const ROWS: usize = 120;

    fn drawn(seed: u64, scale: f64) -> Vec<f32> {
        let key = Key::new(seed);
        (0..ROWS * CLASSES).map(|at| (scale * (key.uniform(at as u64) - 0.5)) as f32).collect()
    }

    fn labels() -> Vec<u32> {
        (0..ROWS).map(|row| Key::new(9).below(row as u64, CLASSES as u64) as u32).collect()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-10 * (1.0 + b.abs())
    }

    #[test]
    fn means_are_those_of_single_rows() {
        let (teachers, student) = ([drawn(1, 12.0), drawn(2, 8.0)], drawn(3, 10.0));
        let rows: Vec<usize> = (0..ROWS).filter(|row| row % 3 != 1).collect();
        for (members, mean) in [(1, Mean::Probabilities), (2, Mean::Probabilities), (2, Mean::Logits)] {
            let heard = Heard { each: teachers[..members].iter().map(Vec::as_slice).collect(), mean };
            for t in [0.3, 1.0, 6.0] {
                let found = mean_over(Some(&heard), Some(&student), CLASSES, &rows, t);
                let of = |row: usize| heard.row(row, CLASSES).unwrap();
                let z = |row: usize| &student[row * CLASSES..(row + 1) * CLASSES];
                let count = rows.len() as f64;
                let (of_teacher, of_student) = (found.teacher.unwrap(), found.student.unwrap());
                for class in 0..CLASSES {
                    let p = rows.iter().map(|row| of(*row).soften(t)[class]).sum::<f64>() / count;
                    let q = rows.iter().map(|row| soften(z(*row), t)[class]).sum::<f64>() / count;
                    assert!(close(of_teacher.probabilities[class], p) && close(of_student.probabilities[class], q));
                }
                let h = rows.iter().map(|row| entropy_of(&of(*row).soften(t))).sum::<f64>() / count;
                assert!(close(of_teacher.entropy, h));
                let h = rows.iter().map(|row| entropy(z(*row), t)).sum::<f64>() / count;
                assert!(close(of_student.entropy, h) && of_student.rows == rows.len());
                let kl = rows.iter().map(|row| divergence(&of(*row).logits(t), z(*row), t)).sum::<f64>() / count;
                // Logits of an ensemble's mean are rounded to single precision.
                assert!((found.kl.unwrap() - kl).abs() < 2e-6, "{} {kl}", found.kl.unwrap());
            }
        }
    }

    #[test]
    fn a_row_that_says_nothing_is_left_out() {
        let mut teacher = drawn(1, 5.0);
        teacher[CLASSES] = f32::NAN;
        let student = drawn(2, 5.0);
        let heard = Heard { each: vec![&teacher], mean: Mean::default() };
        let found = mean_over(Some(&heard), Some(&student), CLASSES, &[0, 1, 2, ROWS + 5], 2.0);
        assert_eq!((found.teacher.unwrap().rows, found.student.unwrap().rows), (2, 3));
        assert_eq!(mean_over(None, None, CLASSES, &[0], 1.0), MeanRows::default());
        assert_eq!(mean_over(Some(&heard), None, CLASSES, &[1], 1.0), MeanRows::default());
    }

    #[test]
    fn tables_count_and_average_by_class() {
        let (z, labels) = (drawn(4, 9.0), labels());
        let heard = Heard { each: vec![&z], mean: Mean::default() };
        let table = soft_targets_by_class(&heard, &labels, CLASSES, 3.0);
        let told = confusion(answers(&heard, ROWS, CLASSES, 3.0), &labels, CLASSES);
        for label in 0..CLASSES {
            let of: Vec<usize> = (0..ROWS).filter(|row| labels[*row] as usize == label).collect();
            let row = |row: usize| &z[row * CLASSES..(row + 1) * CLASSES];
            for class in 0..CLASSES {
                let mean = of.iter().map(|at| soften(row(*at), 3.0)[class]).sum::<f64>() / of.len() as f64;
                assert!(close(table.at(label, class).unwrap(), mean));
                let count = of.iter().filter(|at| top_class(row(**at)) == class).count();
                assert!(close(told.at(label, class).unwrap(), count as f64));
            }
            assert_eq!((table.rows[label], told.rows[label]), (of.len() as u64, of.len() as u64));
        }
        let empty = soft_targets_by_class(&heard, &[0; ROWS], CLASSES, 3.0);
        assert_eq!(empty.at(1, 1), None, "a class without rows has no mean");
    }

    #[test]
    fn reliability_has_the_error_of_the_metric() {
        let (z, labels) = (drawn(5, 14.0), labels());
        let heard = Heard { each: vec![&z], mean: Mean::default() };
        for t in [0.5, 1.0, 4.0] {
            let found = reliability(&heard, &labels, CLASSES, t).unwrap();
            let rows = z.chunks_exact(CLASSES).zip(&labels).map(|(z, label)| {
                let p = soften(z, t);
                (p[top_class(&p)], top_class(&p) == *label as usize)
            });
            assert!(close(found.ece, expected_calibration_error(rows).unwrap()));
            assert_eq!(found.bins.iter().map(|bin| bin.rows).sum::<u64>(), ROWS as u64);
        }
        assert_eq!(reliability(&heard, &[], CLASSES, 1.0), None);
    }

    /// Labels drawn from softmax(z / 2.5) are best told by T = 2.5 when the model says z.
    #[test]
    fn the_best_temperature_is_the_one_that_labels_were_drawn_with() {
        let rows = 20_000;
        let key = Key::new(77);
        let z: Vec<f32> = (0..rows * 3).map(|at| (10.0 * key.uniform(at as u64) - 5.0) as f32).collect();
        let draw = Key::new(78);
        let label = |row: usize| {
            let p = soften(&z[row * 3..(row + 1) * 3], 2.5);
            let u = draw.uniform(row as u64);
            u32::from(u > p[0]) + u32::from(u > p[0] + p[1])
        };
        let labels: Vec<u32> = (0..rows).map(label).collect();
        let heard = Heard { each: vec![&z], mean: Mean::default() };
        let best = best_temperature(&heard, &labels, 3).unwrap();
        assert!((best.temperature - 2.5).abs() < 0.1 && !best.at_end, "{best:?}");
        assert!(best.loss < best.at_one);
        // No T of a fine grid is better.
        for step in 0..400 {
            let t = 0.05 * 2000_f64.powf(f64::from(step) / 399.0);
            assert!(cross_entropy(&heard, &labels, 3, t).unwrap() >= best.loss - 1e-9);
        }
        // The same model twice is an ensemble with the same answer.
        let twice = Heard { each: vec![&z, &z], mean: Mean::default() };
        let again = best_temperature(&twice, &labels, 3).unwrap();
        assert!((again.temperature - best.temperature).abs() < 2e-3 * best.temperature);
    }

    #[test]
    fn a_model_that_is_always_right_wants_the_least_temperature() {
        let z = [3.0, 0.0, 0.0, 2.0];
        let heard = Heard { each: vec![&z], mean: Mean::default() };
        let best = best_temperature(&heard, &[0, 1], 2).unwrap();
        assert!(best.at_end && close(best.temperature, 0.05), "{best:?}");
        let best = best_temperature(&heard, &[1, 0], 2).unwrap();
        assert!(best.at_end && close(best.temperature, 100.0), "{best:?}");
        assert_eq!(best_temperature(&heard, &[], 2), None);
    }
}
