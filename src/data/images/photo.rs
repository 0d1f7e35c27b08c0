//! A photo as a network for photos sees it: the square in its middle, resized.

use std::path::Path;

use image::imageops::FilterType;

use super::decode::{Picture, ground_for};
use crate::text::Phrase;

/// The square in the middle of a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// Red, green and blue planes, 0 to 255.
    pub planes: Vec<u8>,
    /// Height and width of the whole photo, upright.
    pub size: [u32; 2],
}

/// Reads a photo and resizes the square in its middle to `side` × `side`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn photo(file: &Path, side: usize) -> Result<Photo, Phrase> {
    Ok(Picture::of_file(file)?.into_photo(side))
}

/// The same of the bytes of a file.
///
/// # Errors
/// What is wrong with it, in words.
pub fn photo_from_bytes(bytes: &[u8], side: usize) -> Result<Photo, Phrase> {
    Ok(Picture::of_bytes(bytes)?.into_photo(side))
}

impl Picture {
    fn into_photo(self, side: usize) -> Photo {
        let seen = self.transparency();
        let picture = match seen {
            None => self,
            Some(seen) => self.laid_on(ground_for([seen])),
        };
        let image = picture.into_image();
        let (width, height) = (image.width(), image.height());
        let least = width.min(height);
        let square = image.crop_imm((width - least) / 2, (height - least) / 2, least, least);
        let square = square.resize_exact(side as u32, side as u32, FilterType::CatmullRom).to_rgb8();
        let planes = (0..3).flat_map(|channel| square.pixels().map(move |pixel| pixel[channel])).collect();
        Photo { planes, size: [height, width] }
    }
}
