//! A picture of what happened, for the clipboard: the strip over the panels as it stands, without its buttons.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use eframe::egui::{self, ColorImage};

use super::App;
use crate::text::phrase;
use crate::views::story_rect;
use crate::widgets::ToastKind;

/// A picture on its way.
pub(super) type Coming = Receiver<Arc<ColorImage>>;

impl App {
    /// Asks for a picture of the window; the strip is drawn without buttons until it comes.
    pub(super) fn ask_picture(&mut self, ctx: &egui::Context) {
        let (sender, coming) = sync_channel(1);
        let waker = ctx.clone();
        ctx.request_screenshot(move |image| {
            sender.send(image).ok();
            waker.request_repaint();
        });
        self.state.window.pictured = true;
        self.coming_picture = Some(coming);
    }

    /// Puts the strip of a picture that has come into the clipboard.
    pub(super) fn take_picture(&mut self, ctx: &egui::Context) {
        let Some(coming) = &self.coming_picture else { return };
        let image = match coming.try_recv() {
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => None,
            Ok(image) => Some(image),
        };
        self.coming_picture = None;
        self.state.window.pictured = false;
        let strip = story_rect(ctx).and_then(|rect| part(&*image?, rect, ctx.pixels_per_point()));
        match strip {
            Some(strip) => {
                ctx.copy_image(strip);
                self.say(ToastKind::Done, phrase!("toast-picture-copied"));
            }
            None => self.fault(phrase!("toast-no-picture")),
        }
    }
}

/// The part of a picture that lies in a rectangle of points; `None` where none does.
fn part(image: &ColorImage, rect: egui::Rect, pixels_per_point: f32) -> Option<ColorImage> {
    let [width, height] = image.size;
    let within = |at: f32, most: usize| (at * pixels_per_point).round().clamp(0.0, most as f32) as usize;
    let [left, right] = [rect.left(), rect.right()].map(|x| within(x, width));
    let [top, bottom] = [rect.top(), rect.bottom()].map(|y| within(y, height));
    if left >= right || top >= bottom {
        return None;
    }
    let rows = (top..bottom).flat_map(|y| &image.pixels[y * width + left..y * width + right]);
    Some(ColorImage::new([right - left, bottom - top], rows.copied().collect()))
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Color32, pos2};

    use super::*;

    #[test]
    fn a_part_has_the_pixels_that_lie_in_it() {
        let image = ColorImage::from_gray([6, 4], &(0..24).collect::<Vec<u8>>());
        let rect = egui::Rect::from_min_max(pos2(0.5, 0.5), pos2(2.0, 1.5));
        let part = part(&image, rect, 2.0).unwrap();
        assert_eq!(part.size, [3, 2]);
        let greys: Vec<u8> = part.pixels.iter().map(Color32::r).collect();
        assert_eq!(greys, [7, 8, 9, 13, 14, 15]);
        assert!(super::part(&image, rect.translate(egui::vec2(9.0, 0.0)), 2.0).is_none());
    }
}
