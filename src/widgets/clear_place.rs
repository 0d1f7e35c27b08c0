//! Where a notice or a tip can lie over the window: nowhere on a control, nor on what lies over the window already.

use eframe::egui::{Context, LayerId, Order, Pos2, Rect, Vec2};

/// What reacts to the pointer and is taller than this is a ground, such as a plot or its scale.
const GROUND: f32 = 120.0;
/// What is thinner than this is an edge that can be dragged.
const EDGE: f32 = 9.0;

/// Where controls were when the window was last drawn, and areas over it, those of `own` aside. Disabled controls are among
/// them: they say what could be done.
pub(super) fn controls(ctx: &Context, own: &[LayerId]) -> Vec<Rect> {
    let is_other = |layer: &LayerId| !own.contains(layer) && !matches!(layer.order, Order::Tooltip | Order::Debug);
    let is_ground = |rect: Rect| rect.height() > GROUND;
    let mut found: Vec<Rect> = ctx.viewport(|viewport| {
        let layers = viewport.prev_pass.widgets.layers().filter(|(layer, _)| is_other(layer));
        let widgets = layers.flat_map(|(_, widgets)| widgets).filter(|widget| widget.sense.interactive());
        let rects = widgets.filter(|widget| widget.visible).map(|widget| widget.interact_rect);
        rects.filter(|rect| rect.is_positive() && rect.size().min_elem() >= EDGE && !is_ground(*rect)).collect()
    });
    ctx.memory(|memory| {
        let areas = memory.areas().visible_layer_ids().into_iter().filter(is_other);
        found.extend(
            areas.filter(|layer| layer.order != Order::Background).filter_map(|layer| memory.area_rect(layer.id)),
        );
    });
    found
}

/// Whether a place is within `room` and on none of `controls`.
pub(super) fn is_clear(place: Rect, room: Rect, controls: &[Rect]) -> bool {
    room.contains_rect(place) && controls.iter().all(|control| !control.intersects(place))
}

/// How far from place to place it is looked.
const STEP: f32 = 8.0;

/// The lowest clear place in `room` for something of a size, in the middle or at one side; the one that covers least where none
/// is clear. The middle is where curves are, which can be read beside it.
pub(super) fn lowest_clear(size: Vec2, room: Rect, controls: &[Rect]) -> Rect {
    let heights = ((room.height() - size.y) / STEP).max(0.0) as usize;
    let columns = [room.center().x - size.x / 2.0, room.right() - size.x, room.left()];
    let places = (0..=heights).flat_map(|step| {
        let top = room.bottom() - size.y - step as f32 * STEP;
        columns.map(|left| Rect::from_min_size(Pos2::new(left.round(), top.round()), size))
    });
    let covered = |place: &Rect| {
        let common = controls.iter().map(|control| control.intersect(*place)).filter(Rect::is_positive);
        common.map(|common| common.area()).sum::<f32>()
    };
    places
        .clone()
        .find(|place| is_clear(*place, room, controls))
        .or_else(|| places.min_by(|a, b| covered(a).total_cmp(&covered(b))))
        .unwrap_or(Rect::from_min_size(room.min, size))
}

#[cfg(test)]
mod tests {
    use eframe::egui::{pos2, vec2};
    use proptest::prelude::*;

    use super::*;

    const ROOM: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(1000.0, 700.0) };

    #[test]
    fn the_middle_at_the_bottom_comes_first() {
        let size = vec2(300.0, 40.0);
        assert_eq!(lowest_clear(size, ROOM, &[]), Rect::from_min_size(pos2(350.0, 660.0), size));
        let button = Rect::from_min_size(pos2(400.0, 650.0), vec2(80.0, 27.0));
        assert_eq!(lowest_clear(size, ROOM, &[button]), Rect::from_min_size(pos2(700.0, 660.0), size));
    }

    proptest! {
        #[test]
        fn a_control_is_covered_only_where_nothing_is_free(
            corners in prop::collection::vec((0..950_u16, 0..680_u16), 0..200),
        ) {
            let control = |(x, y): &(u16, u16)| Rect::from_min_size(pos2((*x).into(), (*y).into()), vec2(50.0, 20.0));
            let controls: Vec<Rect> = corners.iter().map(control).collect();
            let size = vec2(300.0, 40.0);
            let found = lowest_clear(size, ROOM, &controls);
            prop_assert!(ROOM.contains_rect(found));
            let lowest = Rect::from_min_size(pos2(350.0, 660.0), size);
            if is_clear(lowest, ROOM, &controls) {
                prop_assert_eq!(found, lowest);
            }
            if !is_clear(found, ROOM, &controls) {
                for y in (0..=660).step_by(8) {
                    let place = Rect::from_min_size(pos2(350.0, 660.0 - y as f32), size);
                    prop_assert!(!is_clear(place, ROOM, &controls), "{:?} was free", place);
                }
            }
        }
    }
}
