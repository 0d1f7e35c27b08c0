//! One picture: from the bytes of a file to planes of the size that is asked for.
//! The content decides the format. What cannot be read whole is refused in one sentence, whatever a decoder has to say.

use std::fs::File;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Pixel as _, Rgba};

use super::foreign::{foreign, foreign_by_name};
use super::jpeg;
use crate::data::folders::one_line;
use crate::data::guard::guarded;
use crate::recipe::Ground;
use crate::text::{Phrase, phrase};

/// Most bytes that a picture may take, in its file and decoded.
const MAX_BYTES: u64 = 512 << 20;
/// From so many decoded bytes on, pictures are decoded one after the other, so that memory does not grow with the cores.
const LARGE: u64 = 64 << 20;

/// A decoded picture, upright.
pub(super) struct Picture(DynamicImage);

/// What the visible part of a picture with transparent pixels looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Transparency {
    /// Mean brightness from 0 to 255, each pixel weighted by how far it shows; `None` where none shows.
    pub brightness: Option<f64>,
}

impl Picture {
    /// Reads a regular file.
    pub fn of_file(file: &Path) -> Result<Self, Phrase> {
        if let Some(problem) = foreign_by_name(file) {
            return Err(problem);
        }
        Self::of_bytes(&bytes_of(file)?)
    }

    /// Decodes the bytes of a file.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, Phrase> {
        if bytes.is_empty() {
            return Err(phrase!("image-empty"));
        }
        if let Some(problem) = foreign(bytes) {
            return Err(problem);
        }
        let format = image::guess_format(bytes)
            .ok()
            .filter(|format| is_read(*format))
            .ok_or_else(|| phrase!("image-other-format"))?;
        if format == ImageFormat::Jpeg {
            jpeg::check(bytes)?;
        }
        // A decoder that trips over a malformed file takes nothing else down.
        guarded(|| decode(bytes, format)).unwrap_or_else(|| Err(damaged("")))
    }

    /// `None` where every pixel is opaque.
    pub fn transparency(&self) -> Option<Transparency> {
        if !self.0.color().has_alpha() {
            return None;
        }
        let (mut seen, mut weights, mut opaque) = (0.0, 0.0, true);
        for pixel in self.0.to_rgba8().pixels() {
            let weight = f64::from(pixel[3]);
            seen += weight * f64::from(pixel.to_luma()[0]);
            weights += weight;
            opaque &= pixel[3] == 255;
        }
        (!opaque).then(|| Transparency { brightness: (weights > 0.0).then(|| seen / weights) })
    }

    /// The largest value of a picture whose pixels have 16 bits.
    pub fn largest_deep(&self) -> Option<u16> {
        let values = match &self.0 {
            DynamicImage::ImageLuma16(image) => image.as_raw(),
            DynamicImage::ImageRgb16(image) => image.as_raw(),
            _ => return None,
        };
        values.iter().copied().max()
    }

    /// Lays the pixels of a picture with [`Picture::transparency`] on `ground`.
    pub fn laid_on(self, ground: Ground) -> Self {
        let behind = match ground {
            Ground::White => 255_u32,
            Ground::Black => 0,
        };
        let is_grey = !self.0.color().has_color();
        let mut image = self.0.into_rgba8();
        for Rgba([red, green, blue, alpha]) in image.pixels_mut() {
            let shown = u32::from(*alpha);
            for value in [red, green, blue] {
                *value = ((u32::from(*value) * shown + behind * (255 - shown) + 127) / 255) as u8;
            }
            *alpha = 255;
        }
        let image = DynamicImage::ImageRgba8(image);
        Self(if is_grey { image.into_luma8().into() } else { image.into_rgb8().into() })
    }

    /// The pixels as they are.
    pub fn into_image(self) -> DynamicImage {
        self.0
    }

    /// Fills `planes` with the picture at `[channels, height, width]`, 0 to 255: grey for one channel, else red, green, blue.
    pub fn write(&self, [channels, height, width]: [usize; 3], planes: &mut [u8]) {
        let image = self.0.resize_exact(width as u32, height as u32, FilterType::Lanczos3);
        if channels == 1 {
            planes.copy_from_slice(&image.to_luma8());
            return;
        }
        let image = image.to_rgb8();
        for (channel, plane) in planes.chunks_exact_mut(height * width).enumerate() {
            for (value, pixel) in plane.iter_mut().zip(image.pixels()) {
                *value = pixel[channel];
            }
        }
    }
}

/// The ground on which what is visible shows: white for dark strokes, black for light ones.
pub(super) fn ground_for(seen: impl IntoIterator<Item = Transparency>) -> Ground {
    let (mut sum, mut count) = (0.0, 0.0);
    for brightness in seen.into_iter().filter_map(|transparency| transparency.brightness) {
        sum += brightness;
        count += 1.0;
    }
    if sum < 127.5 * count || count == 0.0 { Ground::White } else { Ground::Black }
}

fn is_read(format: ImageFormat) -> bool {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Pnm, Tiff, WebP};
    [Png, Jpeg, WebP, Bmp, Gif, Tiff, Pnm].contains(&format)
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, Phrase> {
    let unreadable = |error: std::io::Error| phrase!("image-unreadable", problem = one_line(&error.to_string()));
    // Opening a pipe would wait for whoever writes to it.
    if !std::fs::metadata(file).map_err(unreadable)?.is_file() {
        return Err(phrase!("image-no-file"));
    }
    let mut bytes = Vec::new();
    File::open(file).and_then(|opened| opened.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(phrase!("image-needs-memory", limit = MAX_BYTES >> 20));
    }
    Ok(bytes)
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<Picture, Phrase> {
    static TURN: Mutex<()> = Mutex::new(());
    let wrong = |error: ImageError| match error {
        ImageError::Limits(_) => phrase!("image-needs-memory", limit = MAX_BYTES >> 20),
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => phrase!("image-cut-off"),
        error => damaged(&error.to_string()),
    };
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(wrong)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(phrase!("image-no-pixel"));
    }
    if decoder.total_bytes() > MAX_BYTES {
        return Err(phrase!("image-too-large", width = u64::from(width), height = u64::from(height)));
    }
    let _turn = (decoder.total_bytes() > LARGE).then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner));
    let orientation = decoder.orientation().map_err(wrong)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(wrong)?;
    image.apply_orientation(orientation);
    Ok(Picture(image))
}

fn damaged(problem: &str) -> Phrase {
    let problem = one_line(problem);
    if problem.is_empty() { phrase!("image-broken") } else { phrase!("image-damaged", problem = problem) }
}
