//! Covering and choosing: what a student of two parameters makes of a teacher with two modes, which it cannot copy.
//!
//! A mixture with little of the teacher in it (forward KL) makes it cover all that the teacher holds possible; one with much (reverse KL)
//! makes it choose one of the two. It is the method `jsd` itself that is descended.

use super::method::Rows;
use super::methods::JSD;
use super::objective::Objective;

/// Classes, in an order.
pub const CLASSES: usize = 21;

/// The teacher's modes, their shares, and their width.
const MODES: [(f64, f64); 2] = [(5.0, 0.55), (15.0, 0.45)];
const WIDTH: f64 = 1.5;

/// What the teacher gives every class beside: none is impossible.
const EVERYWHERE: f64 = 1e-3;

/// A student: its logit of class c is −(c − mean)² / (2 · width²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bell {
    /// The class in its middle.
    pub mean: f64,
    /// How many classes it is wide.
    pub width: f64,
}

/// Where its descent begins: wide in the middle, and narrow at either mode. It ends where the loss is least.
const STARTS: [Bell; 3] =
    [Bell { mean: 10.0, width: 5.0 }, Bell { mean: 5.0, width: 2.0 }, Bell { mean: 15.0, width: 2.0 }];

/// Steps of one descent, and the length of the first in widths.
const STEPS: u32 = 400;
const STEP: f64 = 0.1;

/// The teacher's probabilities.
pub fn teacher() -> Vec<f64> {
    let mode = |class: usize, mean: f64| (-(class as f64 - mean).powi(2) / (2.0 * WIDTH * WIDTH)).exp();
    let whole = |mean: f64| (0..CLASSES).map(|class| mode(class, mean)).sum::<f64>();
    let at = |class: usize| MODES.iter().map(|(mean, share)| share * mode(class, *mean) / whole(*mean)).sum::<f64>();
    let all: Vec<f64> = (0..CLASSES).map(|class| at(class) + EVERYWHERE).collect();
    let sum: f64 = all.iter().sum();
    all.into_iter().map(|p| p / sum).collect()
}

impl Bell {
    /// Its logits.
    fn logits(self) -> Vec<f32> {
        let logit = |class: usize| -(class as f64 - self.mean).powi(2) / (2.0 * self.width * self.width);
        (0..CLASSES).map(|class| logit(class) as f32).collect()
    }

    /// Its probabilities.
    pub fn probabilities(self) -> Vec<f64> {
        super::soften::soften(&self.logits(), 1.0)
    }

    /// Where the student comes to rest when the teacher has this share of the mixture.
    pub fn settled(teacher_share: f64) -> Self {
        let objective = Objective::new(&JSD, 0).with("distill.temperature", 1.0);
        let objective = objective.with("distill.teacher_share", teacher_share);
        let teacher: Vec<f32> = teacher().into_iter().map(|p| p.ln() as f32).collect();
        let ends = STARTS.map(|start| start.descend(&objective, &teacher));
        let [first, rest @ ..] = ends;
        rest.into_iter().fold(first, |best, end| if end.1 < best.1 { end } else { best }).0
    }

    /// Descends from here, by Adam with ever shorter steps; the end, and its loss.
    fn descend(mut self, objective: &Objective, teacher: &[f32]) -> (Self, f64) {
        let mut moments = [[0.0_f64; 2]; 2];
        for step in 1..=STEPS {
            let (_, slopes) = self.loss(objective, teacher);
            let length = STEP * (1.0 - f64::from(step - 1) / f64::from(STEPS));
            let moved = [0, 1].map(|i| {
                let [first, second] = &mut moments[i];
                *first = 0.9 * *first + 0.1 * slopes[i];
                *second = 0.99 * *second + 0.01 * slopes[i] * slopes[i];
                let by = |decay: f64| 1.0 - decay.powi(step as i32);
                length * (*first / by(0.9)) / ((*second / by(0.99)).sqrt() + 1e-9)
            });
            self.mean -= moved[0] * self.width;
            self.width *= (-moved[1]).exp();
        }
        (self, self.loss(objective, teacher).0)
    }

    /// The loss, and its slopes by the mean in widths and by the logarithm of the width.
    fn loss(self, objective: &Objective, teacher: &[f32]) -> (f64, [f64; 2]) {
        let logits = self.logits();
        let values = objective.values();
        let rows = Rows { logits: &logits, teacher, labels: &[None], classes: CLASSES, values };
        let mut by_logits = vec![0.0; CLASSES];
        let value = JSD.terms[0].of(&rows, Some(&mut by_logits)).unwrap_or(f64::NAN);
        let off = |class: usize| (class as f64 - self.mean) / self.width;
        let along =
            |power: i32| by_logits.iter().enumerate().map(|(class, slope)| slope * off(class).powi(power)).sum();
        (value, [along(1), along(2)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_covers_both_modes_and_reverse_chooses_one() {
        // The same descended in numpy in double precision, by 1,500 steps.
        for (share, mean, width) in [(0.0, 9.09, 7.12), (0.25, 9.10, 7.14), (0.5, 9.12, 7.16), (1.0, 5.01, 1.56)] {
            let Bell { mean: found, width: wide } = Bell::settled(share);
            assert!((found - mean).abs() < 0.03 && (wide - width).abs() < 0.03, "{share}: {found} {wide}");
        }
        let forward = Bell::settled(0.0);
        assert!((forward.mean - 9.0).abs() < 0.5 && (forward.width - 7.4).abs() < 0.5, "{forward:?}");
        let reverse = Bell::settled(1.0);
        assert!((reverse.mean - 5.0).abs() < 0.2 && (reverse.width - 1.5).abs() < 0.2, "{reverse:?}");
        // What is covered holds the teacher's valley likelier than the teacher does; what is chosen leaves the other mode out.
        assert!(forward.probabilities()[10] > 10.0 * teacher()[10]);
        assert!(reverse.probabilities()[15] < 1e-6);
    }
}
