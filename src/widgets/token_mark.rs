//! Tokens of a text on grounds that say how much each speaks for something, and the key of these colours. What speaks for it is
//! underlined as well, and what speaks against it has a line above, both the longer the more it says.

use eframe::egui::{Align2, Color32, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::scale_legend::{BAR, gradient};
use crate::theme::{self, UiTokens as _, radius, size, space};

/// What a token is to the one who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A word, or a piece of one.
    Known,
    /// Something that is not known: it has a dashed line around it.
    Unknown,
    /// What is not read at all: struck through.
    Cut,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub struct TokenMark<'a> {
    /// As it is read.
    pub text: &'a str,
    /// From −1, all against, to 1, all for.
    pub share: f32,
    /// What it is.
    pub kind: TokenKind,
    /// All of that in words.
    pub words: &'a str,
}

/// Characters of a token that are shown; all of them are seen on hover.
const SEEN: usize = 32;

/// Between the letters and the edges.
const BESIDE: f32 = 4.0;
const ABOVE: f32 = 2.0;

/// Thickness of the line that stands for the share, and the least share that has one.
const LINE: f32 = 2.0;
const LEAST: f32 = 0.05;

impl TokenMark<'_> {
    /// Shows it where there is room, in a row that wraps.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let t = ui.tokens();
        let share = if self.share.is_finite() { self.share.clamp(-1.0, 1.0) } else { 0.0 };
        let is_cut = self.kind == TokenKind::Cut;
        // The scale of differences begins with what is better.
        let ground = if is_cut { Color32::TRANSPARENT } else { t.diverging(-share) };
        let ink = if is_cut { t.tertiary } else { t.ink_on(ground) };
        let mut shown: String = self.text.chars().take(SEEN).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if self.text.chars().nth(SEEN).is_some() {
            shown.push('…');
        }
        let galley = ui.painter().layout_no_wrap(shown, theme::font(size::BODY), ink);
        let (rect, response) = ui.allocate_exact_size(galley.size() + 2.0 * vec2(BESIDE, ABOVE), Sense::hover());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Label, enabled, self.words));
        if ui.is_rect_visible(rect) {
            let painter = ui.painter();
            painter.rect_filled(rect, radius::BAR, ground);
            let letters = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
            painter.galley(letters.min, galley, ink);
            match self.kind {
                TokenKind::Known => {}
                TokenKind::Unknown => {
                    let edge = rect.shrink(0.5);
                    let corners =
                        [edge.left_top(), edge.right_top(), edge.right_bottom(), edge.left_bottom(), edge.left_top()];
                    painter.extend(Shape::dashed_line(&corners, Stroke::new(1.0, ink), 3.0, 2.0));
                }
                TokenKind::Cut => {
                    painter.hline(letters.x_range(), letters.center().y, Stroke::new(1.0, ink));
                }
            }
            if share.abs() >= LEAST && !is_cut {
                let y = if share > 0.0 { rect.bottom() - LINE / 2.0 } else { rect.top() + LINE / 2.0 };
                let half = 0.5 * share.abs() * letters.width();
                let across = (rect.center().x - half)..=(rect.center().x + half);
                painter.hline(across, y, Stroke::new(LINE, ink));
            }
        }
        response.on_hover_text(self.words)
    }
}

/// Width of the colours of a key.
const KEY: f32 = 72.0;

/// What the colours of tokens stand for: the names of both ends beside them.
pub fn token_key_ui(ui: &mut Ui, against: &str, speaks_for: &str) {
    let t = ui.tokens();
    let font = theme::font(size::TICK);
    let [left, right] =
        [against, speaks_for].map(|words| ui.painter().layout_no_wrap(words.to_owned(), font.clone(), t.tertiary));
    let width = left.size().x + right.size().x + KEY + 2.0 * space::S;
    let (rect, response) = ui.allocate_exact_size(vec2(width, left.size().y + space::XS), Sense::hover());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Image, enabled, format!("{against} – {speaks_for}")));
    let from = rect.left() + left.size().x + space::S;
    let bar = Rect::from_min_size(pos2(from, rect.center().y - BAR / 2.0), vec2(KEY, BAR));
    let painter = ui.painter();
    painter.add(gradient(bar, |share| t.diverging(1.0 - 2.0 * share)));
    let (y, at_right) = (rect.center().y - left.size().y / 2.0, bar.right() + space::S);
    painter.galley(pos2(rect.left(), y), left, t.tertiary);
    painter.galley(pos2(at_right, y), right, t.tertiary);
}
