//! Where the convolutions of student and teacher look in the sample of the lens, pair by pair.

use eframe::egui::{Color32, Grid, Label, Ui, vec2};

use super::super::lens::{interleave, sample_key};
use crate::distill::side_by_side;
use crate::protocol::{AttentionMap, Explained, OneRow, Reading};
use crate::state::State;
use crate::text::{Phrase, Term, text, text_with};
use crate::theme::{UiTokens as _, caption, space};
use crate::views::{explained, quiet};
use crate::widgets::{Sample, sample_image_ui};

/// Side of a picture at most.
const SIDE: f32 = 128.0;
/// How much of a picture is left where nobody looks.
const DIM: f32 = 0.45;
/// How much of the colour there is where a layer looks most.
const MOST: f32 = 0.85;

pub(super) fn looks_ui(ui: &mut Ui, state: &State, looks: &Result<Box<Explained>, Phrase>) {
    let Some(view) = state.lens_view() else { return };
    let found = match looks {
        Ok(found) => found,
        Err(problem) => return drop(quiet(ui, problem.words())),
    };
    let (OneRow::Picture(picture), [channels, height, width]) = (&found.sample, view.probe.shape.as_slice()) else {
        return;
    };
    let shape = [*channels, *height, *width];
    ui.add_space(space::S);
    let head = ui.add(Label::new(caption(text("looks-title"))).selectable(false));
    head.on_hover_text(text("looks-hint"));
    let side = SIDE.min((ui.available_width() - space::M) / 2.0);
    let t = ui.tokens();
    let sides = [
        ("term-student", Term::Student, t.student, &found.student),
        ("term-teacher", Term::Teacher, t.teacher, &found.teacher),
    ];
    for (_, _, _, reading) in &sides {
        if let Some(Err(problem)) = reading {
            ui.add(Label::new(caption(problem.words())).wrap());
        }
    }
    let maps = sides.each_ref().map(|(.., reading)| maps_of(reading.as_ref()));
    let rows: Vec<[Option<&AttentionMap>; 2]> = match maps {
        [student, []] => student.iter().map(|map| [Some(map), None]).collect(),
        [[], teacher] => teacher.iter().map(|map| [None, Some(map)]).collect(),
        [student, teacher] => {
            let refs = [student, teacher].map(|maps| maps.iter().collect::<Vec<_>>());
            side_by_side(&refs[0], &refs[1]).iter().map(|pair| [Some(pair.student), Some(pair.teacher)]).collect()
        }
    };
    Grid::new("looks").spacing(vec2(space::M, space::XS)).show(ui, |ui| {
        for (key, term, colour, reading) in &sides {
            let words = match reading {
                Some(Ok(reading)) => answer(key, reading, &view.probe.classes),
                _ => text(key),
            };
            let name = Label::new(caption(words).color(*colour)).selectable(false);
            explained(ui.add(name), &[*term]);
        }
        ui.end_row();
        for (at, row) in rows.iter().enumerate() {
            if at > 0 {
                ui.add_space(space::XS);
                ui.end_row();
            }
            for (map, (key, _, colour, _)) in row.iter().zip(&sides) {
                match map {
                    Some(map) => map_ui(ui, &format!("{key} {at}"), map, (picture.as_slice(), shape), *colour, side),
                    None => drop(quiet(ui, text("looks-none"))),
                }
            }
            ui.end_row();
        }
    });
}

fn maps_of(reading: Option<&Result<Reading, Phrase>>) -> &[AttentionMap] {
    reading.and_then(|reading| reading.as_ref().ok()).map_or(&[], |reading| &reading.maps)
}

/// Whose maps they are, and what is answered.
fn answer(key: &str, reading: &Reading, classes: &[String]) -> String {
    let class = classes.get(reading.class).cloned().unwrap_or_default();
    text_with("tokens-answer", &[("name", text(key).into()), ("class", class.into())])
}

fn map_ui(ui: &mut Ui, slot: &str, map: &AttentionMap, picture: (&[f32], [usize; 3]), colour: Color32, side: f32) {
    ui.vertical(|ui| {
        let (values, shape) = (over(map, picture, colour), picture.1);
        let sample = Sample { key: sample_key(0, &values), values: &values, shape: Some([shape[1], shape[2], 3]) };
        sample_image_ui(ui, &format!("looks {slot}"), sample, side);
        let [height, width] = map.size;
        let args = [("layer", map.layer.into()), ("height", height.into()), ("width", width.into())];
        ui.add(Label::new(caption(text_with("looks-layer", &args))).selectable(false));
    });
}

/// A picture `[channels, height, width]` with a map over it, as red, green and blue at each pixel. The map's places are stretched over
/// the whole picture; what lies between two of them is between the two.
fn over(map: &AttentionMap, (picture, shape): (&[f32], [usize; 3]), colour: Color32) -> Vec<f32> {
    let [channels, height, width] = shape;
    let most = map.values.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let pixels = interleave(picture, Some([height, width, channels]));
    // Both encoded for the screen, as the picture is.
    let ink = [colour.r(), colour.g(), colour.b()].map(|byte| f32::from(byte) / 255.0);
    let mut all = Vec::with_capacity(height * width * 3);
    for y in 0..height {
        for x in 0..width {
            let heat = MOST * between(map, [place(y, height, map.size[0]), place(x, width, map.size[1])]) / most;
            let pixel = &pixels[(y * width + x) * channels..][..channels];
            for (at, ink) in ink.iter().enumerate() {
                let ground = DIM * pixel[at.min(channels - 1)];
                all.push(ground + heat * (ink - ground));
            }
        }
    }
    all
}

/// Where a pixel lies among the places of a map, at whose middles the whole numbers are.
fn place(pixel: usize, pixels: usize, places: usize) -> f32 {
    let at = (pixel as f32 + 0.5) / pixels as f32 * places as f32 - 0.5;
    at.clamp(0.0, places as f32 - 1.0)
}

/// The map between its places.
fn between(map: &AttentionMap, [y, x]: [f32; 2]) -> f32 {
    let [height, width] = map.size;
    let at = |row: usize, column: usize| map.values[row.min(height - 1) * width + column.min(width - 1)];
    let (row, column) = (y as usize, x as usize);
    let (down, right) = (y.fract(), x.fract());
    let line = |row: usize| at(row, column) + right * (at(row, column + 1) - at(row, column));
    line(row) + down * (line(row + 1) - line(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_lies_over_the_picture_where_it_looks() {
        let map = AttentionMap { layer: 1, size: [2, 2], values: vec![0.0, 0.0, 0.0, 0.5] };
        let picture = vec![1.0; 16];
        let over = over(&map, (&picture, [1, 4, 4]), Color32::RED);
        let pixel = |y: usize, x: usize| &over[(y * 4 + x) * 3..][..3];
        // Nobody looks at the corner of above: what is left of the picture. The other corner is the place itself.
        assert!(pixel(0, 0).iter().all(|value| (value - DIM).abs() < 1e-6));
        let ground = DIM * (1.0 - MOST);
        for (value, expected) in pixel(3, 3).iter().zip([ground + MOST, ground, ground]) {
            assert!((value - expected).abs() < 1e-6, "{value} {expected}");
        }
        // A quarter of the way from the last place to the one before, in both directions.
        let heat = MOST * 0.75 * 0.75;
        assert!((pixel(2, 2)[1] - DIM * (1.0 - heat)).abs() < 1e-6);
    }
}
