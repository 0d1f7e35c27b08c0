//! One example as a picture: its pixels if it is an image, else its features as bars.
//! A picture goes to the graphics card once, not in every frame.

use std::sync::Arc;

use eframe::egui::{
    ColorImage, Id, Image, Rect, Response, Role, Sense, TextureHandle, TextureOptions, Ui, WidgetInfo, pos2, vec2,
};

use crate::{
    text::text_with,
    theme::{PICTURE, UiTokens as _, radius},
};

/// An example's values, from 0 to 1 where they are pixels.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// What tells it from others: the same values must come with the same key.
    pub key: u64,
    /// The values, row by row, channels last.
    pub values: &'a [f32],
    /// Height, width and channels (1 or 3) of an image.
    pub shape: Option<[usize; 3]>,
}

impl Sample<'_> {
    /// The shape, where the values are an image of it.
    fn picture_shape(&self) -> Option<[usize; 3]> {
        self.shape.filter(|[h, w, c]| matches!(c, 1 | 3) && h * w * c == self.values.len() && h * w > 0)
    }
}

/// Shows a sample in a square of `side`.
///
/// `slot` tells the places on the screen apart; each keeps the one texture it shows.
pub fn sample_image_ui(ui: &mut Ui, slot: &str, sample: Sample<'_>, side: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    let words = match sample.picture_shape() {
        Some([height, width, _]) => text_with("widget-picture", &[("width", width.into()), ("height", height.into())]),
        None => text_with("widget-features", &[("count", sample.values.len().into())]),
    };
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Image, enabled, &words));
    if ui.is_rect_visible(rect) {
        paint_sample(ui, Id::unique(("sample image", slot)), sample, rect);
    }
    response.on_hover_text(words)
}

/// Paints a sample into a rectangle.
pub(super) fn paint_sample(ui: &Ui, slot: Id, sample: Sample<'_>, rect: Rect) {
    let shape = sample.picture_shape();
    let ground = if shape.is_some() { PICTURE } else { ui.tokens().control };
    ui.painter().rect_filled(rect, radius::CONTROL, ground);
    match shape {
        Some(shape) => picture_ui(ui, slot, sample, shape, rect),
        None => features_ui(ui, sample.values, rect.shrink(6.0)),
    }
}

fn picture_ui(ui: &Ui, slot: Id, sample: Sample<'_>, shape: [usize; 3], rect: Rect) {
    let texture = texture(ui, slot, sample, shape);
    let [height, width, _] = shape.map(|length| length as f32);
    let scale = rect.width() / width.max(height);
    let place = Rect::from_center_size(rect.center(), vec2(width, height) * scale);
    Image::new(&texture).corner_radius(radius::CONTROL).paint_at(ui, place);
}

/// The slot's texture, uploaded again when the sample is another one.
fn texture(ui: &Ui, slot: Id, sample: Sample<'_>, shape: [usize; 3]) -> TextureHandle {
    let held: Option<Arc<(u64, TextureHandle)>> = ui.data(|data| data.get_temp(slot));
    if let Some(held) = held.filter(|held| held.0 == sample.key) {
        return held.1.clone();
    }
    let texture = ui.ctx().load_texture("sample", picture(sample.values, shape), TextureOptions::NEAREST);
    ui.data_mut(|data| data.insert_temp(slot, Arc::new((sample.key, texture.clone()))));
    texture
}

fn picture(values: &[f32], [height, width, channels]: [usize; 3]) -> ColorImage {
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    let bytes: Vec<u8> = values.iter().map(|value| byte(*value)).collect();
    let image = if channels == 3 { ColorImage::from_rgb } else { ColorImage::from_gray };
    image([width, height], &bytes)
}

/// A bar for each feature, up or down from nought; many features share a bar, which shows the one farthest out.
fn features_ui(ui: &Ui, values: &[f32], rect: Rect) {
    let bars = values.len().min((rect.width() / 3.0) as usize).max(1);
    let span =
        values.iter().filter(|v| v.is_finite()).fold(0.0_f32, |span, v| span.max(v.abs())).max(f32::MIN_POSITIVE);
    let signed = values.iter().any(|v| *v < 0.0);
    let (zero, reach) = if signed { (rect.center().y, rect.height() / 2.0) } else { (rect.bottom(), rect.height()) };
    let width = rect.width() / bars as f32;
    for bar in 0..bars {
        let shared = &values[bar * values.len() / bars..(bar + 1) * values.len() / bars];
        let farthest = shared
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .fold(0.0_f32, |far, v| if v.abs() > far.abs() { v } else { far });
        let left = rect.left() + bar as f32 * width;
        let tip = pos2(left + (width - 1.0).max(1.0), zero - farthest / span * reach);
        ui.painter().rect_filled(Rect::from_two_pos(pos2(left, zero), tip), 1.0, ui.tokens().secondary);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_become_colours() {
        let grey = picture(&[0.0, 1.0, 0.5, f32::NAN], [2, 2, 1]);
        assert_eq!(grey.size, [2, 2]);
        assert_eq!(grey.pixels[1].to_array(), [255; 4]);
        assert_eq!(grey.pixels[2].to_array(), [128, 128, 128, 255]);
        assert_eq!(grey.pixels[3].to_array(), [0, 0, 0, 255]);
        let rgb = picture(&[1.0, 0.0, 0.0, 0.0, 0.0, 2.0], [1, 2, 3]);
        assert_eq!(rgb.pixels[0].to_array(), [255, 0, 0, 255]);
        assert_eq!(rgb.pixels[1].to_array(), [0, 0, 255, 255]);
    }
}
