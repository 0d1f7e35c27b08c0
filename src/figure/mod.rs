//! Pictures to take away: a piece of the window drawn once by itself, at a size of its own, as SVG or PNG.
//!
//! What is drawn is the very list of shapes that a screen would get, so that a figure is what the panel shows. Equal shapes give equal
//! bytes: nothing here reads a clock, a screen or a graphics card.

mod png;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::epaint::ClippedShape;
use eframe::egui::{
    ClippedPrimitive, Color32, ColorImage, Context, FontDefinitions, ImageData, RawInput, Rect, TextureFilter,
    TextureId, Theme, Ui, Vec2, pos2,
};

use crate::theme::{self, UiTokens as _};

/// Passes that are drawn: plots and lists know their room from the one before.
const PASSES: usize = 4;

/// What was drawn.
pub struct Drawing {
    /// In points.
    size: Vec2,
    ground: Color32,
    shapes: Vec<ClippedShape>,
    triangles: Vec<ClippedPrimitive>,
    textures: BTreeMap<TextureId, ColorImage>,
    /// Those that are enlarged pixel by pixel.
    hard: BTreeSet<TextureId>,
    /// Pixels of a point.
    scale: f32,
}

/// Draws something on a ground of its own.
///
/// `fonts` are those of the window, with what it found on the system; `scale` is how many pixels a point has in a picture.
pub fn draw(size: Vec2, theme: Theme, fonts: FontDefinitions, scale: f32, mut content: impl FnMut(&mut Ui)) -> Drawing {
    let ctx = Context::default();
    theme::install(&ctx);
    ctx.set_fonts(fonts);
    ctx.set_theme(theme);
    let mut textures = BTreeMap::new();
    let mut hard = BTreeSet::new();
    let (mut shapes, mut ground) = (Vec::new(), Color32::PLACEHOLDER);
    for pass in 0..PASSES {
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), size)),
            // Far enough apart for everything that moves to have come to rest.
            time: Some(pass as f64 * 10.0),
            ..RawInput::default()
        };
        input.viewports.entry(input.viewport_id).or_default().native_pixels_per_point = Some(scale);
        let output = ctx.run_ui(input, |ui| {
            ground = ui.tokens().panel;
            content(ui);
        });
        for (id, deltas) in &output.textures_delta.set {
            for delta in deltas {
                let ImageData::Color(image) = &delta.image;
                if delta.options.magnification == TextureFilter::Nearest {
                    hard.insert(*id);
                }
                match (delta.pos, textures.get_mut(id)) {
                    (Some(at), Some(whole)) => patch(whole, at, image),
                    _ => drop(textures.insert(*id, ColorImage::clone(image))),
                }
            }
        }
        shapes.clone_from(&output.shapes);
        output.drop_without_applying_deltas();
    }
    let triangles = ctx.tessellate(shapes.clone(), scale);
    Drawing { size, ground, shapes, triangles, textures, hard, scale }
}

/// Writes a part of a texture over.
fn patch(whole: &mut ColorImage, [left, top]: [usize; 2], part: &ColorImage) {
    let [width, height] = part.size;
    for y in 0..height.min(whole.size[1].saturating_sub(top)) {
        for x in 0..width.min(whole.size[0].saturating_sub(left)) {
            whole.pixels[(top + y) * whole.size[0] + left + x] = part.pixels[y * width + x];
        }
    }
}
