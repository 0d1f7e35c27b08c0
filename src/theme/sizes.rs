//! Sizes from `assets/theme/sizes.toml`, read while the program is compiled: a size that is missing there is an error of the
//! compiler, and one that is there costs nothing.

const FILE: &[u8] = include_bytes!("../../assets/theme/sizes.toml");

/// The number that stands behind `key = ` at the beginning of a line.
pub(super) const fn number(key: &str) -> f32 {
    let key = key.as_bytes();
    let mut at = 0;
    while at < FILE.len() {
        let begins = at == 0 || FILE[at - 1] == b'\n';
        if begins && is_at(at, key) && is_at(at + key.len(), b" = ") {
            return value(at + key.len() + 3);
        }
        at += 1;
    }
    panic!("a size is missing in assets/theme/sizes.toml")
}

const fn is_at(at: usize, bytes: &[u8]) -> bool {
    let mut i = 0;
    while i < bytes.len() {
        if at + i >= FILE.len() || FILE[at + i] != bytes[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A decimal without a sign.
const fn value(mut at: usize) -> f32 {
    let (mut whole, mut scale, mut behind) = (0_u32, 1_u32, false);
    while at < FILE.len() && FILE[at] != b'\n' {
        match FILE[at] {
            b'.' => behind = true,
            digit @ b'0'..=b'9' => {
                whole = whole * 10 + (digit - b'0') as u32;
                if behind {
                    scale *= 10;
                }
            }
            _ => panic!("a size in assets/theme/sizes.toml is no plain number"),
        }
        at += 1;
    }
    whole as f32 / scale as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_file() {
        let file: toml::Table = std::str::from_utf8(FILE).unwrap().parse().unwrap();
        let number_of = |value: &toml::Value| value.as_float().or_else(|| value.as_integer().map(|n| n as f64));
        for (key, value) in &file {
            assert!((f64::from(number(key)) - number_of(value).unwrap()).abs() < 1e-6, "{key}");
        }
    }
}
