//! A drawing as SVG: shapes stay shapes and text stays text, which a slide can still change.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use eframe::egui::epaint::{
    CircleShape, CubicBezierShape, EllipseShape, Mesh, PathShape, QuadraticBezierShape, RectShape, TextShape,
};
use eframe::egui::{
    Color32, ColorImage, CornerRadius, FontFamily, Pos2, Rect, Shape, Stroke, StrokeKind, TextureId, pos2,
};

use super::{Drawing, png};

/// Where a viewer lacks our faces, any plain one; text keeps its width in any case.
const SANS: &str =
    "Inter, 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif";
const MONO: &str = "'JetBrains Mono', Menlo, Consolas, monospace";

impl Drawing {
    /// The file.
    pub fn svg(&self) -> String {
        let mut out = Writer { body: String::new(), clips: Vec::new(), textures: &self.textures, whole: self.whole() };
        for clipped in &self.shapes {
            out.clipped(&clipped.shape, clipped.clip_rect);
        }
        let Writer { body, clips, .. } = out;
        let (width, height) = (number(self.size.x), number(self.size.y));
        let mut file = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n"
        );
        for (at, clip) in clips.iter().enumerate() {
            let _ = writeln!(file, "<clipPath id=\"c{at}\"><rect {}/></clipPath>", place(*clip));
        }
        let _ = writeln!(file, "<rect {} {}/>", place(self.whole()), fill(self.ground));
        file + &body + "</svg>\n"
    }

    fn whole(&self) -> Rect {
        Rect::from_min_size(pos2(0.0, 0.0), self.size)
    }
}

struct Writer<'a> {
    body: String,
    clips: Vec<Rect>,
    textures: &'a BTreeMap<TextureId, ColorImage>,
    whole: Rect,
}

impl Writer<'_> {
    /// A shape; what lies within its clip needs none.
    fn clipped(&mut self, shape: &Shape, clip: Rect) {
        let bounds = shape.visual_bounding_rect();
        let is_whole = clip.contains_rect(self.whole);
        if matches!(shape, Shape::Noop) || (!is_whole && !clip.intersects(bounds)) {
            return;
        }
        if is_whole || clip.contains_rect(bounds) {
            return self.shape(shape);
        }
        let at = self.clips.iter().position(|known| *known == clip).unwrap_or_else(|| {
            self.clips.push(clip);
            self.clips.len() - 1
        });
        let _ = writeln!(self.body, "<g clip-path=\"url(#c{at})\">");
        self.shape(shape);
        self.body.push_str("</g>\n");
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Noop | Shape::Callback(_) => {}
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.shape(shape)),
            Shape::Circle(it) => self.circle(it),
            Shape::Ellipse(it) => self.ellipse(it),
            Shape::LineSegment { points, stroke } => self.line(points, *stroke),
            Shape::Path(it) => self.path(it),
            Shape::Band(it) => self.band(it),
            Shape::Rect(it) => self.rect(it),
            Shape::Text(it) => self.text(it),
            Shape::Mesh(it) => self.mesh(it),
            Shape::QuadraticBezier(it) => self.quadratic(it),
            Shape::CubicBezier(it) => self.cubic(it),
        }
    }

    fn circle(&mut self, it: &CircleShape) {
        let (x, y, r) = (number(it.center.x), number(it.center.y), number(it.radius));
        let _ = writeln!(self.body, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {} {}/>", fill(it.fill), line(it.stroke));
    }

    fn ellipse(&mut self, it: &EllipseShape) {
        let (x, y) = (number(it.center.x), number(it.center.y));
        let (rx, ry) = (number(it.radius.x), number(it.radius.y));
        let _ = writeln!(
            self.body,
            "<ellipse cx=\"{x}\" cy=\"{y}\" rx=\"{rx}\" ry=\"{ry}\" {} {}/>",
            fill(it.fill),
            line(it.stroke)
        );
    }

    fn line(&mut self, points: &[Pos2; 2], stroke: Stroke) {
        let [a, b] = points;
        let (ax, ay, bx, by) = (number(a.x), number(a.y), number(b.x), number(b.y));
        let _ = writeln!(self.body, "<line x1=\"{ax}\" y1=\"{ay}\" x2=\"{bx}\" y2=\"{by}\" {}/>", line(stroke));
    }

    fn path(&mut self, it: &PathShape) {
        let stroke = path_stroke(&it.stroke);
        if it.points.len() < 2 || (it.fill == Color32::TRANSPARENT && stroke.is_empty()) {
            return;
        }
        let name = if it.closed { "polygon" } else { "polyline" };
        let _ = writeln!(
            self.body,
            "<{name} points=\"{}\" {} {} stroke-linejoin=\"round\"/>",
            points(&it.points),
            fill(if it.closed { it.fill } else { Color32::TRANSPARENT }),
            stroke
        );
    }

    fn band(&mut self, it: &eframe::egui::epaint::BandShape) {
        let upper = it.points.iter().map(|point| pos2(point.x, point.y.min));
        let lower = it.points.iter().rev().map(|point| pos2(point.x, point.y.max));
        let outline: Vec<Pos2> = upper.chain(lower).collect();
        let _ = writeln!(self.body, "<polygon points=\"{}\" {} {}/>", points(&outline), fill(it.fill), line(it.stroke));
    }

    fn rect(&mut self, it: &RectShape) {
        if let Some(brush) = &it.brush {
            return self.picture(brush.fill_texture_id, brush.uv, it.rect);
        }
        if it.blur_width > 0.0 && it.fill.a() < 16 {
            return;
        }
        let half = it.stroke.width / 2.0;
        let rect = match it.stroke_kind {
            StrokeKind::Inside if !it.stroke.is_empty() => it.rect.shrink(half),
            StrokeKind::Outside => it.rect.expand(half),
            _ => it.rect,
        };
        if rect.width() <= 0.0 && it.stroke.is_empty() {
            return;
        }
        let CornerRadius { nw, ne, sw, se } = it.corner_radius;
        if nw == ne && ne == sw && sw == se {
            let r = f32::from(nw).min(rect.width() / 2.0).min(rect.height() / 2.0).max(0.0);
            let round = if r > 0.0 { format!(" rx=\"{}\"", number(r)) } else { String::new() };
            let _ = writeln!(self.body, "<rect {}{round} {} {}/>", place(rect), fill(it.fill), line(it.stroke));
            return;
        }
        let path = rounded(rect, [nw, ne, se, sw].map(f32::from));
        let _ = writeln!(self.body, "<path d=\"{path}\" {} {}/>", fill(it.fill), line(it.stroke));
    }

    /// A texture in a rectangle, as a PNG within the file.
    fn picture(&mut self, texture: TextureId, uv: Rect, rect: Rect) {
        let Some(image) = self.textures.get(&texture) else { return };
        let [width, height] = image.size;
        let cut = |share: f32, length: usize| ((share * length as f32).round().clamp(0.0, length as f32)) as usize;
        let (left, right) = (cut(uv.min.x, width), cut(uv.max.x, width));
        let (top, bottom) = (cut(uv.min.y, height), cut(uv.max.y, height));
        if left >= right || top >= bottom {
            return;
        }
        let rows = (top..bottom).flat_map(|y| &image.pixels[y * width + left..y * width + right]);
        let pixels: Vec<u8> = rows.flat_map(Color32::to_srgba_unmultiplied).collect();
        let png = png::encoded(&pixels, [right - left, bottom - top], image::ExtendedColorType::Rgba8);
        let data = STANDARD.encode(png);
        let _ = writeln!(
            self.body,
            "<image {} preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{data}\"/>",
            place(rect)
        );
    }

    /// Triangles of one colour each; those of a texture are pictures, which are drawn as rectangles.
    fn mesh(&mut self, it: &Mesh) {
        for triangle in it.indices.as_chunks::<3>().0 {
            let corners = triangle.map(|at| it.vertices[at as usize]);
            let colour = corners[0].color;
            let outline = corners.map(|corner| corner.pos);
            let _ = writeln!(
                self.body,
                "<polygon points=\"{}\" {} shape-rendering=\"crispEdges\"/>",
                points(&outline),
                fill(colour)
            );
        }
    }

    fn quadratic(&mut self, it: &QuadraticBezierShape) {
        let [a, b, c] = it.points.map(|point| format!("{} {}", number(point.x), number(point.y)));
        let close = if it.closed { " Z" } else { "" };
        let _ = writeln!(self.body, "<path d=\"M{a} Q{b} {c}{close}\" {} {}/>", fill(it.fill), path_stroke(&it.stroke));
    }

    fn cubic(&mut self, it: &CubicBezierShape) {
        let [a, b, c, d] = it.points.map(|point| format!("{} {}", number(point.x), number(point.y)));
        let close = if it.closed { " Z" } else { "" };
        let _ =
            writeln!(self.body, "<path d=\"M{a} C{b} {c} {d}{close}\" {} {}/>", fill(it.fill), path_stroke(&it.stroke));
    }

    /// Each run of one format in a line is a text of its own, as wide as it is on the screen.
    fn text(&mut self, it: &TextShape) {
        let sections = &it.galley.job.sections;
        let mut at_char = 0;
        // The format of each character of the text, in order.
        let of_chars: Vec<usize> = it
            .galley
            .job
            .text
            .char_indices()
            .map(|(byte, _)| sections.iter().position(|section| section.byte_range.contains(&byte.into())).unwrap_or(0))
            .collect();
        let turn = if it.angle == 0.0 {
            String::new()
        } else {
            let degrees = it.angle.to_degrees();
            format!(" transform=\"rotate({} {} {})\"", number(degrees), number(it.pos.x), number(it.pos.y))
        };
        for row in &it.galley.rows {
            let glyphs = &row.row.glyphs;
            let mut start = 0;
            while start < glyphs.len() {
                let section =
                    |at: usize| of_chars.get(at_char + at).copied().unwrap_or(sections.len().saturating_sub(1));
                let of_run = section(start);
                let mut end = start + 1;
                while end < glyphs.len() && section(end) == of_run {
                    end += 1;
                }
                let run = &glyphs[start..end];
                let words: String = run.iter().map(|glyph| glyph.chr).collect();
                let trimmed = words.trim_end();
                if let Some(format) =
                    sections.get(of_run).map(|section| &section.format).filter(|_| !trimmed.trim().is_empty())
                {
                    let colour = it.override_text_color.unwrap_or(if format.color == Color32::PLACEHOLDER {
                        it.fallback_color
                    } else {
                        format.color
                    });
                    let colour = colour.gamma_multiply(it.opacity_factor);
                    let from = it.pos + row.pos.to_vec2() + run[0].pos.to_vec2();
                    let shown = &run[..trimmed.chars().count()];
                    let last =
                        shown.last().map_or(from.x, |glyph| it.pos.x + row.pos.x + glyph.pos.x + glyph.advance_width);
                    let (family, weight) = family_of(&format.font_id.family);
                    let _ = writeln!(
                        self.body,
                        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" font-family=\"{family}\"{weight} textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" {}{turn}>{}</text>",
                        number(from.x),
                        number(from.y),
                        number(format.font_id.size),
                        number(last - from.x),
                        fill(colour),
                        escaped(trimmed)
                    );
                }
                start = end;
            }
            at_char += glyphs.len() + usize::from(row.ends_with_newline);
        }
    }
}

fn family_of(family: &FontFamily) -> (&'static str, &'static str) {
    match family {
        FontFamily::Monospace => (MONO, ""),
        FontFamily::Proportional => (SANS, ""),
        FontFamily::Name(_) => (SANS, " font-weight=\"600\""),
    }
}

/// At most two decimals, without needless zeros.
fn number(value: f32) -> String {
    let rounded = (f64::from(value) * 100.0).round() / 100.0 + 0.0;
    format!("{rounded}")
}

fn place(rect: Rect) -> String {
    let (x, y, width, height) = (number(rect.left()), number(rect.top()), number(rect.width()), number(rect.height()));
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

fn points(points: &[Pos2]) -> String {
    points.iter().map(|point| format!("{},{}", number(point.x), number(point.y))).collect::<Vec<_>>().join(" ")
}

/// A colour without premultiplied alpha, and its opacity.
fn paint(name: &str, colour: Color32) -> String {
    let [r, g, b, a] = colour.to_srgba_unmultiplied();
    let opacity =
        if a == 255 { String::new() } else { format!(" {name}-opacity=\"{}\"", number(f32::from(a) / 255.0)) };
    format!("{name}=\"#{r:02x}{g:02x}{b:02x}\"{opacity}")
}

fn fill(colour: Color32) -> String {
    if colour.a() == 0 { "fill=\"none\"".to_owned() } else { paint("fill", colour) }
}

fn line(stroke: Stroke) -> String {
    if stroke.is_empty() {
        return String::new();
    }
    format!("{} stroke-width=\"{}\"", paint("stroke", stroke.color), number(stroke.width))
}

fn path_stroke(stroke: &eframe::egui::epaint::PathStroke) -> String {
    match &stroke.color {
        eframe::egui::epaint::ColorMode::Solid(colour) if stroke.width > 0.0 && colour.a() > 0 => {
            line(Stroke::new(stroke.width, *colour))
        }
        _ => String::new(),
    }
}

/// A rectangle whose corners differ: upper left, upper right, lower right, lower left.
fn rounded(rect: Rect, radii: [f32; 4]) -> String {
    let most = rect.width().min(rect.height()) / 2.0;
    let [nw, ne, se, sw] = radii.map(|r| r.min(most).max(0.0));
    let (l, t, r, b) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    let arc = |r: f32, x: f32, y: f32| format!("A{0} {0} 0 0 1 {1} {2}", number(r), number(x), number(y));
    [
        format!("M{} {}", number(l + nw), number(t)),
        format!("H{}", number(r - ne)),
        arc(ne, r, t + ne),
        format!("V{}", number(b - se)),
        arc(se, r - se, b),
        format!("H{}", number(l + sw)),
        arc(sw, l, b - sw),
        format!("V{}", number(t + nw)),
        arc(nw, l + nw, t),
        "Z".to_owned(),
    ]
    .join(" ")
}

/// Text as XML takes it; what it does not take at all is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if (c as u32) < 0x20 || matches!(c as u32, 0xFFFE | 0xFFFF) => {}
            c => out.push(c),
        }
    }
    out
}
