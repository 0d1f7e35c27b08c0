//! Softened distributions of single rows in plain numbers: what the lens shows, at the rate at which it is drawn.
//!
//! All are worked out in f64 from f32 logits. Entropy and KL are in nats.

/// softmax(z / T) (Hinton, Vinyals & Dean 2015, equation 1). T > 0.
pub fn soften(logits: &[f32], temperature: f64) -> Vec<f64> {
    log_soften(logits, temperature).into_iter().map(f64::exp).collect()
}

/// log softmax(z / T).
pub fn log_soften(logits: &[f32], temperature: f64) -> Vec<f64> {
    log_softmax(logits.iter().map(|z| f64::from(*z) / temperature).collect())
}

/// log softmax(z), with the largest taken out first.
pub fn log_softmax(scaled: Vec<f64>) -> Vec<f64> {
    let max = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let log_sum = max + scaled.iter().map(|z| (z - max).exp()).sum::<f64>().ln();
    scaled.into_iter().map(|z| z - log_sum).collect()
}

/// −Σ p log p.
pub fn entropy(logits: &[f32], temperature: f64) -> f64 {
    let terms = log_soften(logits, temperature).into_iter();
    let sum: f64 = terms.map(|log_p| if log_p == f64::NEG_INFINITY { 0.0 } else { -log_p.exp() * log_p }).sum();
    // −0.0 for a certain distribution would be shown as such; what is no number stays none.
    if sum <= 0.0 { 0.0 } else { sum }
}

/// KL(p ‖ q) = Σ p (log p − log q) of teacher p and student q, both at T.
pub fn divergence(teacher: &[f32], student: &[f32], temperature: f64) -> f64 {
    log_divergence(&log_soften(teacher, temperature), &log_soften(student, temperature))
}

/// KL(p ‖ q) of distributions by their logarithms.
pub fn log_divergence(log_p: &[f64], log_q: &[f64]) -> f64 {
    log_p
        .iter()
        .zip(log_q)
        .map(|(log_p, log_q)| {
            let (p, q) = (log_p.exp(), log_q.exp());
            // Σ p log(p/q) − p + q: equal for distributions, and without the rounding of their sums.
            if p > 0.0 { p * (log_p - log_q) - p + q } else { q }
        })
        .sum()
}

/// exp(H): how many equally likely classes have this entropy.
pub fn effective_classes(entropy: f64) -> f64 {
    entropy.exp()
}

/// Logits less their mean.
pub fn centred(logits: &[f32]) -> Vec<f64> {
    let mean = logits.iter().map(|z| f64::from(*z)).sum::<f64>() / logits.len().max(1) as f64;
    logits.iter().map(|z| f64::from(*z) - mean).collect()
}

/// N · T · (p − 1 / N) of a softened distribution over N classes: as T grows, it becomes the centred logits, and to match softened
/// distributions becomes to match logits (Hinton, Vinyals & Dean 2015, section 2.1).
pub fn above_uniform(probabilities: &[f64], temperature: f64) -> Vec<f64> {
    let classes = probabilities.len() as f64;
    probabilities.iter().map(|p| classes * temperature * (p - 1.0 / classes)).collect()
}

/// The first class of the largest logit.
pub fn top_class<T: PartialOrd + Copy>(logits: &[T]) -> usize {
    let mut best = 0;
    for (i, z) in logits.iter().enumerate() {
        if *z > logits[best] {
            best = i;
        }
    }
    best
}

/// Whether a row has a top class: it has none where a logit is no number, one is ∞, or all are −∞.
pub fn has_top_class(logits: &[f32]) -> bool {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    largest.is_finite() && !logits.iter().any(|z| z.is_nan())
}

/// Classes from the largest logit to the smallest; equal ones in class order.
pub fn ranking(logits: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..logits.len()).collect();
    order.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]));
    order
}
