//! Where the window is. eframe puts it where it was the last time; when that screen is gone, it comes to one that is there.

use eframe::egui::{self, Rect, Vec2, ViewportCommand, pos2, vec2};

use super::App;
use crate::text::phrase;

/// As much of the window's head as must be on a screen: it is what a window is moved by.
const HEAD: Vec2 = vec2(120.0, 32.0);

/// Where a window comes whose screen is gone, from the corner of another.
const CORNER: Vec2 = vec2(40.0, 40.0);

impl App {
    /// Looks once, in the first frame, whether the window can be seen.
    pub(super) fn come_into_sight(&mut self, ctx: &egui::Context, frame: &eframe::Frame) {
        if std::mem::replace(&mut self.is_placed, true) {
            return;
        }
        let Some(window) = frame.winit_window() else { return };
        // Not every system tells.
        let Ok(at) = window.outer_position() else { return };
        let size = window.outer_size();
        let own = Rect::from_min_size(pos2(at.x as f32, at.y as f32), vec2(size.width as f32, size.height as f32));
        let screens: Vec<Rect> = window
            .available_monitors()
            .map(|screen| {
                let (at, size) = (screen.position(), screen.size());
                Rect::from_min_size(pos2(at.x as f32, at.y as f32), vec2(size.width as f32, size.height as f32))
            })
            .collect();
        if let Some(first) = screens.first().filter(|_| !is_in_sight(own, &screens)) {
            let scale = window.scale_factor() as f32;
            ctx.send_viewport_cmd(ViewportCommand::OuterPosition((first.min + CORNER) / scale / ctx.zoom_factor()));
            self.fault(phrase!("toast-place"));
        }
    }
}

/// Whether enough of a window's head lies on one of the screens.
fn is_in_sight(window: Rect, screens: &[Rect]) -> bool {
    let head = Rect::from_min_size(window.min, vec2(window.width(), HEAD.y));
    screens.iter().any(|screen| {
        let seen = head.intersect(*screen);
        seen.width() >= HEAD.x.min(head.width()) && seen.height() >= HEAD.y / 2.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_in_sight_where_its_head_is_on_a_screen() {
        let screen = |x: f32| Rect::from_min_size(pos2(x, 0.0), vec2(1920.0, 1080.0));
        let window = |x: f32, y: f32| Rect::from_min_size(pos2(x, y), vec2(1280.0, 800.0));
        let both = [screen(0.0), screen(1920.0)];
        for (x, y) in [(0.0, 0.0), (2500.0, 30.0), (1900.0, 900.0), (-1100.0, 10.0)] {
            assert!(is_in_sight(window(x, y), &both), "{x} {y}");
        }
        for (x, y) in [(5000.0, 0.0), (0.0, 1075.0), (-1250.0, 0.0), (0.0, -100.0)] {
            assert!(!is_in_sight(window(x, y), &both), "{x} {y}");
        }
        assert!(!is_in_sight(window(2500.0, 30.0), &both[..1]), "the second screen is gone");
    }
}
