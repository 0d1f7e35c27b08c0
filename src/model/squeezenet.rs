//! `SqueezeNet` 1.1 with its `ImageNet` weights (Iandola et al. 2016): 1,000 everyday classes, to look at what softening makes of a photo.
//! It answers, and learns nothing: plain numbers on the thread that asks.

use std::collections::HashMap;
use std::sync::OnceLock;

use half::f16;
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use super::calls::called;
use crate::ops::{Convolution, Planes};

/// Height and width of the picture that it sees.
pub const SIDE: usize = 227;

/// The means of blue, green and red over `ImageNet`, which are taken off the pixels.
const MEAN: [f32; 3] = [104.006, 116.669, 122.679];

const WEIGHTS: &[u8] = include_bytes!("../../assets/imagenet/squeezenet.safetensors");
const CLASSES: &str = include_str!("../../assets/imagenet/classes.json");

/// The network in memory.
pub struct SqueezeNet {
    tensors: HashMap<String, Vec<f32>>,
}

impl SqueezeNet {
    /// The one that is part of the program, unpacked when it is first asked for; none where that part is damaged.
    pub fn shipped() -> Option<&'static Self> {
        static NETWORK: OnceLock<Option<SqueezeNet>> = OnceLock::new();
        NETWORK.get_or_init(|| Self::read(WEIGHTS)).as_ref()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let tensors = SafeTensors::deserialize(bytes).ok()?;
        let widened = tensors.iter().map(|(name, view)| {
            let numbers = view.data().as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32());
            (view.dtype() == Dtype::F16).then(|| (name.to_owned(), numbers.collect()))
        });
        let tensors = widened.collect::<Option<HashMap<String, Vec<f32>>>>()?;
        Some(Self { tensors })
    }

    /// The logits of one picture: red, green and blue planes of [`SIDE`] × [`SIDE`], 0 to 255.
    ///
    /// # Panics
    /// When there are not so many pixels.
    pub fn logits(&self, pixels: &[u8]) -> Vec<f32> {
        assert_eq!(pixels.len(), 3 * SIDE * SIDE, "the picture has another size");
        called();
        let planes = pixels.chunks_exact(SIDE * SIDE).rev().zip(MEAN);
        let values = planes.flat_map(|(plane, mean)| plane.iter().map(move |value| f32::from(*value) - mean)).collect();
        let mut planes = Planes { values, shape: [3, SIDE, SIDE] };
        planes = self.convolved(&planes, "conv1", 2, 1).pooled();
        for block in 2..=9 {
            planes = self.fire(&planes, block);
            if matches!(block, 3 | 5) {
                planes = planes.pooled();
            }
        }
        self.convolved(&planes, "conv10", 1, 0).means()
    }

    /// A fire module: few channels, then many by windows of 1 × 1 and of 3 × 3 beside each other.
    fn fire(&self, planes: &Planes, block: usize) -> Planes {
        let few = self.convolved(planes, &format!("fire{block}.squeeze1x1"), 1, 0);
        let narrow = self.convolved(&few, &format!("fire{block}.expand1x1"), 1, 0);
        narrow.and(&self.convolved(&few, &format!("fire{block}.expand3x3"), 1, 1))
    }

    fn convolved(&self, planes: &Planes, name: &str, stride: usize, padding: usize) -> Planes {
        let part = |part: &str| self.tensors.get(&format!("{name}.{part}")).map_or(&[][..], Vec::as_slice);
        let (weight, bias) = (part("weight"), part("bias"));
        let side = ((weight.len() / (bias.len() * planes.shape[0]).max(1)) as f64).sqrt() as usize;
        planes.convolved(&Convolution { weight, bias, side, stride, padding })
    }
}

/// The names of its classes: the first of each one's synonyms, and the second too where two classes share the first; with their
/// index, where they share all of them.
pub fn classes() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let all: HashMap<usize, String> = serde_json::from_str(CLASSES).unwrap_or_default();
        let words = |class: usize| all.get(&class).map_or("", String::as_str);
        let first = |class: usize| words(class).split(',').next().unwrap_or_default();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        (0..all.len()).for_each(|class| *counts.entry(first(class)).or_default() += 1);
        let name = |class: usize| {
            if counts.get(first(class)).is_none_or(|count| *count < 2) {
                return first(class).to_owned();
            }
            let two = words(class).split(',').take(2).collect::<Vec<_>>().join(",");
            // Cranes that fly and cranes that lift have no other name.
            let is_alone = (0..all.len()).all(|other| other == class || words(other) != words(class));
            if is_alone { two } else { format!("{two} ({class})") }
        };
        (0..all.len()).map(name).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::photo_from_bytes;
    use crate::distill::soften::{ranking, soften};

    /// A photo, and its likeliest classes with their probabilities.
    type Seen = (&'static [u8], [(&'static str, f64); 3]);

    /// The same weights and the same pixels, passed through the layers in double precision with `NumPy`. (Pillow decodes and resizes these
    /// photos to pixels that differ by a third of a shade on average; the cat has 0.498 of its first class then.)
    const REFERENCE: [Seen; 3] = [
        (
            include_bytes!("../../assets/imagenet/fire-engine.jpg"),
            [("fire engine", 0.973_29), ("ambulance", 0.023_31), ("minibus", 0.001_35)],
        ),
        (
            include_bytes!("../../assets/imagenet/cat.jpg"),
            [("Egyptian cat", 0.516_75), ("tiger cat", 0.241_07), ("tabby", 0.231_62)],
        ),
        (
            include_bytes!("../../assets/imagenet/coffee.jpg"),
            [("espresso", 0.999_35), ("cup", 0.000_16), ("coffee mug", 0.000_14)],
        ),
    ];

    #[test]
    fn photos_are_seen_as_the_reference_sees_them() {
        let network = SqueezeNet::shipped().unwrap();
        for (photo, wanted) in REFERENCE {
            let photo = photo_from_bytes(photo, SIDE).unwrap();
            let logits = network.logits(&photo.planes);
            let (p, order) = (soften(&logits, 1.0), ranking(&logits));
            for ((class, (name, wanted)), at) in order.into_iter().zip(wanted).zip(0..) {
                assert!((p[class] - wanted).abs() < 1e-3, "{name}: {}", p[class]);
                assert!(at == 2 || classes()[class] == name, "{name} {}", classes()[class]);
            }
        }
    }

    #[test]
    fn softening_a_fire_engine_raises_what_is_like_it_and_leaves_broccoli_on_the_floor() {
        let photo = photo_from_bytes(REFERENCE[0].0, SIDE).unwrap();
        let logits = SqueezeNet::shipped().unwrap().logits(&photo.planes);
        let class = |name: &str| classes().iter().position(|known| known == name).unwrap();
        let [ambulance, truck, broccoli] = ["ambulance", "garbage truck", "broccoli"].map(class);
        let (sharp, soft) = (soften(&logits, 1.0), soften(&logits, 4.0));
        assert!(soft[ambulance] > 0.05 && soft[truck] > 0.01 && soft[truck] > 20.0 * sharp[truck]);
        assert!(soft[broccoli] < 0.001 && soft[truck] > 20.0 * soft[broccoli]);
    }

    #[test]
    fn every_class_has_a_name_of_its_own() {
        let names: std::collections::HashSet<&String> = classes().iter().collect();
        assert_eq!((classes().len(), names.len()), (1000, 1000));
        assert!(classes().iter().all(|name| !name.is_empty()));
    }
}
