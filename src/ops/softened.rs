//! Rows of logits softened in plain numbers: what is looked at again for each T, thousands of rows within a frame.

use super::element::vectorised;
use super::loss::exp;

/// What is known of a softened row beside its probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftenedRow {
    /// The largest logit over T.
    pub max: f64,
    /// log Σ exp(z / T − max).
    pub log_sum: f64,
    /// −Σ p log p, in nats.
    pub entropy: f64,
}

/// Writes softmax(z / T) of one row, with the largest taken out first. All logits must be finite, and T > 0.
pub fn soften_row(z: &[f32], temperature: f64, p: &mut [f64]) -> SoftenedRow {
    let inverse = 1.0 / temperature;
    vectorised!(<'a> (z: &'a [f32], inverse: f64, p: &'a mut [f64]) -> SoftenedRow {
        let max = f64::from(z.iter().fold(f32::NEG_INFINITY, |max, z| if *z > max { *z } else { max }));
        for (p, z) in p.iter_mut().zip(z) {
            *p = exp((f64::from(*z) - max) * inverse);
        }
        let sum: f64 = lanes_sum(z, p, |_, power| power);
        let weighted = lanes_sum(z, p, |z, power| power * ((f64::from(z) - max) * inverse));
        let scale = 1.0 / sum;
        for p in p.iter_mut() {
            *p *= scale;
        }
        let entropy = sum.ln() - weighted * scale;
        // −0 and the last bit of a certain distribution are no entropy.
        SoftenedRow { max: max * inverse, log_sum: sum.ln(), entropy: if entropy > 0.0 { entropy } else { 0.0 } }
    })
}

/// KL(p ‖ q) of a softened row p and a row of logits that was softened at the same T to `softened`, in nats.
pub fn row_divergence(p: &[f64], entropy: f64, z: &[f32], temperature: f64, softened: SoftenedRow) -> f64 {
    let inverse = 1.0 / temperature;
    let mean = vectorised!(<'a> (p: &'a [f64], z: &'a [f32], inverse: f64) -> f64 {
        lanes_sum(z, p, |z, p| p * (f64::from(z) * inverse))
    });
    // Σ p log q = Σ p z / T − max − log Σ.
    let divergence = softened.max + softened.log_sum - mean - entropy;
    if divergence > 0.0 { divergence } else { 0.0 }
}

/// Σ of `term` over two slices of equal length: eight running sums side by side, added up in a fixed order.
#[inline(always)]
#[allow(clippy::inline_always, reason = "must be inlined to be compiled for the instruction set it is dispatched to")]
fn lanes_sum(z: &[f32], p: &[f64], term: impl Fn(f32, f64) -> f64) -> f64 {
    let ((z, z_rest), (p, p_rest)) = (z.as_chunks::<8>(), p.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (z, p) in z.iter().zip(p) {
        for i in 0..8 {
            sums[i] += term(z[i], p[i]);
        }
    }
    let rest: f64 = z_rest.iter().zip(p_rest).map(|(z, p)| term(*z, *p)).sum();
    let sums: [f64; 4] = std::array::from_fn(|i| sums[i] + sums[i + 4]);
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plain formulas.
    fn plainly(z: &[f32], temperature: f64) -> Vec<f64> {
        let powers: Vec<f64> = z.iter().map(|z| (f64::from(*z) / temperature).exp()).collect();
        let sum: f64 = powers.iter().sum();
        powers.into_iter().map(|power| power / sum).collect()
    }

    #[test]
    fn rows_are_those_of_the_plain_formulas() {
        for classes in [2, 3, 8, 10, 17, 1000] {
            let z: Vec<f32> = (0..classes).map(|i| ((i * 37 % 101) as f32 - 50.0) / 9.0).collect();
            let student: Vec<f32> = (0..classes).map(|i| ((i * 53 % 97) as f32 - 40.0) / 11.0).collect();
            for temperature in [0.05, 0.5, 1.0, 4.0, 100.0] {
                let (mut p, mut q) = (vec![0.0; classes], vec![0.0; classes]);
                let of_p = soften_row(&z, temperature, &mut p);
                let of_q = soften_row(&student, temperature, &mut q);
                let (plain, plain_q) = (plainly(&z, temperature), plainly(&student, temperature));
                let close = |found: f64, wanted: f64| (found - wanted).abs() <= 1e-12 * (1.0 + wanted.abs());
                assert!(p.iter().zip(&plain).all(|(a, b)| close(*a, *b)));
                let entropy: f64 = plain.iter().map(|p| if *p > 0.0 { -p * p.ln() } else { 0.0 }).sum();
                assert!(close(of_p.entropy, entropy), "{} {entropy}", of_p.entropy);
                let terms = plain.iter().zip(&plain_q);
                let kl: f64 = terms.map(|(p, q)| if *p > 0.0 { p * (p / q).ln() } else { 0.0 }).sum();
                let found = row_divergence(&p, of_p.entropy, &student, temperature, of_q);
                assert!(close(found, kl), "{classes} {temperature}: {found} {kl}");
            }
        }
    }
}
