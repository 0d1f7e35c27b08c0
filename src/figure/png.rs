//! A drawing as pixels: the triangles that a graphics card would get, filled here.

use eframe::egui::epaint::{Mesh, Primitive, Vertex};
use eframe::egui::{Color32, ColorImage, Rect};

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

use super::Drawing;

impl Drawing {
    /// The pixels.
    pub fn image(&self) -> ColorImage {
        let [width, height] = [self.size.x, self.size.y].map(|length| (length * self.scale).round() as usize);
        let mut image = ColorImage::filled([width, height], self.ground);
        for clipped in &self.triangles {
            let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
            self.fill(&mut image, mesh, clipped.clip_rect);
        }
        image
    }

    /// The pixels as a file.
    pub fn png(&self) -> Vec<u8> {
        let picture = self.image();
        let pixels: Vec<u8> = picture.pixels.iter().flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()]).collect();
        encoded(&pixels, picture.size, ExtendedColorType::Rgb8)
    }

    fn fill(&self, image: &mut ColorImage, mesh: &Mesh, clip: Rect) {
        let texture = self.textures.get(&mesh.texture_id);
        let texture = texture.map(|texture| (texture, self.hard.contains(&mesh.texture_id)));
        let clip = Rect::from_min_max(
            (clip.min.to_vec2() * self.scale).to_pos2(),
            (clip.max.to_vec2() * self.scale).to_pos2(),
        );
        for triangle in mesh.indices.as_chunks::<3>().0 {
            let corners = triangle.map(|at| mesh.vertices[at as usize]);
            fill_triangle(image, &corners, self.scale, clip, texture);
        }
    }
}

/// Pixels of `[width, height]` as the bytes of a file.
pub(super) fn encoded(pixels: &[u8], size: [usize; 2], colour: ExtendedColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    let [width, height] = size.map(|length| length as u32);
    if let Err(error) = PngEncoder::new(&mut bytes).write_image(pixels, width, height, colour) {
        log::warn!("a picture cannot be written: {error}");
    }
    bytes
}

/// Fills the pixels whose middles lie in a triangle. One whose middle lies on an edge belongs to the triangle for which that is a left
/// or an upper one, so that neighbours share no pixel.
fn fill_triangle(
    image: &mut ColorImage,
    corners: &[Vertex; 3],
    scale: f32,
    clip: Rect,
    texture: Option<(&ColorImage, bool)>,
) {
    let mut points = corners.map(|corner| [f64::from(corner.pos.x * scale), f64::from(corner.pos.y * scale)]);
    let mut order = [0, 1, 2];
    let cross = |a: [f64; 2], b: [f64; 2], c: [f64; 2]| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    let area = cross(points[0], points[1], points[2]);
    if area == 0.0 || !area.is_finite() {
        return;
    }
    if area < 0.0 {
        points.swap(1, 2);
        order.swap(1, 2);
    }
    let area = area.abs();
    let [width, height] = image.size;
    let least = |axis: usize| points.iter().map(|point| point[axis]).fold(f64::INFINITY, f64::min);
    let most = |axis: usize| points.iter().map(|point| point[axis]).fold(f64::NEG_INFINITY, f64::max);
    let within = |at: f64, low: f32, high: f32, size: usize| {
        at.max(f64::from(low.round())).min(f64::from(high.round())).clamp(0.0, size as f64) as usize
    };
    let columns =
        within(least(0).floor(), clip.min.x, clip.max.x, width)..within(most(0).ceil(), clip.min.x, clip.max.x, width);
    let rows = within(least(1).floor(), clip.min.y, clip.max.y, height)
        ..within(most(1).ceil(), clip.min.y, clip.max.y, height);
    let edges = [(1, 2), (2, 0), (0, 1)];
    for y in rows {
        for x in columns.clone() {
            let middle = [x as f64 + 0.5, y as f64 + 0.5];
            let weights = edges.map(|(from, to)| cross(points[from], points[to], middle));
            let owns = edges.iter().zip(weights).all(|((from, to), weight)| {
                let (across, down) = (points[*to][0] - points[*from][0], points[*to][1] - points[*from][1]);
                weight > 0.0 || (weight == 0.0 && (down < 0.0 || (down == 0.0 && across > 0.0)))
            });
            if !owns {
                continue;
            }
            let mix = |of: &dyn Fn(&Vertex) -> f64| -> f64 {
                weights.iter().zip(order).map(|(weight, at)| weight / area * of(&corners[at])).sum()
            };
            let mut source: [f64; 4] =
                std::array::from_fn(|channel| mix(&|corner| f64::from(corner.color.to_array()[channel])));
            if let Some((texture, is_hard)) = texture {
                let texel = sample(
                    texture,
                    is_hard,
                    mix(&|corner| f64::from(corner.uv.x)),
                    mix(&|corner| f64::from(corner.uv.y)),
                );
                for (channel, texel) in source.iter_mut().zip(texel) {
                    *channel *= texel / 255.0;
                }
            }
            let pixel = &mut image.pixels[y * width + x];
            let [r, g, b, _] = pixel.to_array().map(f64::from);
            let left = 1.0 - source[3] / 255.0;
            let over = |channel: f64, below: f64| (channel + below * left).round().clamp(0.0, 255.0) as u8;
            let mixed = [over(source[0], r), over(source[1], g), over(source[2], b)];
            #[allow(clippy::disallowed_methods, reason = "a colour mixed from those that are drawn")]
            {
                *pixel = Color32::from_rgb(mixed[0], mixed[1], mixed[2]);
            }
        }
    }
}

/// A texture between its four nearest texels, or, of a hard one, the nearest.
fn sample(texture: &ColorImage, is_hard: bool, u: f64, v: f64) -> [f64; 4] {
    let [width, height] = texture.size;
    let (x, y) = (u * width as f64 - 0.5, v * height as f64 - 0.5);
    let (x, y) = if is_hard { (x.round(), y.round()) } else { (x, y) };
    let (left, top) = (x.floor(), y.floor());
    let at = |x: f64, y: f64| {
        let column = x.clamp(0.0, width.saturating_sub(1) as f64) as usize;
        let row = y.clamp(0.0, height.saturating_sub(1) as f64) as usize;
        texture.pixels[row * width + column].to_array().map(f64::from)
    };
    let (a, b) = (x - left, y - top);
    let corners = [
        (at(left, top), (1.0 - a) * (1.0 - b)),
        (at(left + 1.0, top), a * (1.0 - b)),
        (at(left, top + 1.0), (1.0 - a) * b),
        (at(left + 1.0, top + 1.0), a * b),
    ];
    std::array::from_fn(|channel| corners.iter().map(|(texel, weight)| texel[channel] * weight).sum())
}
