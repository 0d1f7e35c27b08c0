//! Counter-based random numbers: a value depends on its key and position, never on how many others were drawn.
//!
//! Position `i` of a key is the `i`-th output of SplitMix64 (Steele, Lea & Flood 2014) seeded with that key, which can be read
//! at any position in constant time.

/// Names a stream of random numbers. Keys are made from a seed by naming what the stream is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Key {
    /// The root key of a seed.
    pub fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x5374_696C_6C72_6F6F))
    }

    /// The stream for a purpose, e.g. `"batch order"` or the name of a parameter.
    pub fn named(self, purpose: &str) -> Self {
        // FNV-1a of the name; the mixing that follows does the rest.
        let name = purpose
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
        self.at(name)
    }

    /// The stream for one index of a purpose, e.g. an epoch.
    pub fn at(self, index: u64) -> Self {
        Self(mix(self.0.rotate_left(23) ^ mix(index.wrapping_add(GOLDEN))))
    }

    /// 64 random bits at position `i`.
    #[inline]
    pub fn bits(self, i: u64) -> u64 {
        mix(self.0.wrapping_add(i.wrapping_add(1).wrapping_mul(GOLDEN)))
    }

    /// Uniform in [0, 1) at position `i`.
    pub fn uniform(self, i: u64) -> f64 {
        (self.bits(i) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// A whole number in 0..n at position `i`; its bias is below n / 2⁶⁴.
    pub fn below(self, i: u64, n: u64) -> u64 {
        ((u128::from(self.bits(i)) * u128::from(n)) >> 64) as u64
    }

    /// A random order of `0..n` (Fisher & Yates).
    pub fn permutation(self, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        self.shuffle(&mut order);
        order
    }

    /// Puts `items` into a random order (Fisher & Yates).
    pub fn shuffle<T>(self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64, i as u64 + 1) as usize);
        }
    }
}

/// The output function of SplitMix64.
#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_those_of_splitmix64() {
        // The first outputs of the reference implementation (prng.di.unimi.it/splitmix64.c) for seed 1234567.
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        for (i, expected) in expected.into_iter().enumerate() {
            assert_eq!(Key(1_234_567).bits(i as u64), expected);
        }
    }

    #[test]
    fn streams_of_different_purposes_differ() {
        let key = Key::new(0);
        assert_ne!(key.named("order").bits(0), key.named("dropout").bits(0));
        assert_ne!(key.at(0).bits(0), key.at(1).bits(0));
        assert_ne!(key.bits(0), Key::new(1).bits(0));
    }

    #[test]
    fn uniform_numbers_have_the_mean_and_variance_of_the_uniform_distribution() {
        let key = Key::new(7).named("test");
        let n = 100_000;
        let mean = (0..n).map(|i| key.uniform(i)).sum::<f64>() / n as f64;
        let variance = (0..n).map(|i| (key.uniform(i) - 0.5).powi(2)).sum::<f64>() / n as f64;
        assert!((mean - 0.5).abs() < 0.005 && (variance - 1.0 / 12.0).abs() < 0.001, "{mean} {variance}");
    }

    #[test]
    fn a_permutation_holds_every_number_once() {
        let mut order = Key::new(3).permutation(1000);
        assert_ne!(order, (0..1000).collect::<Vec<u32>>());
        order.sort_unstable();
        assert_eq!(order, (0..1000).collect::<Vec<u32>>());
    }
}
