//! Two signed numbers for each class, one above the other around a line at 0, for two sides: how near they are to each other.

use eframe::egui::{
    Align2, Color32, Rangef, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    text::LayoutJob, text::TextWrapping, vec2,
};

use crate::{
    text::number,
    theme::{self, UiTokens as _, radius, size, space},
};

/// The numbers of one side.
#[derive(Clone, Copy, Debug)]
pub struct SignedSide<'a> {
    /// Whose they are.
    pub name: &'a str,
    /// The colour of its bars.
    pub colour: Color32,
    /// A number for each class, drawn as filled bars.
    pub filled: &'a [f64],
    /// A number for each class, drawn as outlines around them.
    pub outlined: &'a [f64],
}

/// Signed bars.
#[derive(Clone, Copy, Debug)]
pub struct SignedBars<'a> {
    /// The name for accessibility, and what tells two of these on one screen apart.
    pub name: &'a str,
    /// The names of the classes.
    pub classes: &'a [String],
    /// Which classes are shown, in which order.
    pub order: &'a [usize],
    /// The sides, from left to right: one or two.
    pub sides: &'a [SignedSide<'a>],
    /// What the filled and the outlined bars are, for the words of a row.
    pub what: [&'a str; 2],
}

const ROW: f32 = 24.0;
const LEAST_ROW: f32 = 16.0;
const HEADER: f32 = 20.0;

impl SignedBars<'_> {
    /// Shows a row for each class, and scrolls where they do not fit.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let outer = ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let free = ui.available_height() - HEADER;
            let row = (free / self.order.len().max(1) as f32).clamp(LEAST_ROW, ROW);
            let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
            let (names, columns) = self.columns(ui, head);
            for (side, column) in self.sides.iter().zip(&columns) {
                let font = theme::semibold(size::CAPTION);
                ui.painter().text(
                    pos2(column.center(), head.center().y),
                    Align2::CENTER_CENTER,
                    side.name,
                    font,
                    side.colour,
                );
            }
            let most = self.most();
            let whole = (free / row).floor().max(1.0) * row;
            let area = ScrollArea::vertical().id_salt(self.name).auto_shrink([false, true]).max_height(whole);
            area.show_rows(ui, row, self.order.len(), |ui, visible| {
                for class in &self.order[visible] {
                    self.row_ui(ui, *class, row, names, &columns, most);
                }
            });
        });
        let enabled = ui.is_enabled();
        outer.response.widget_info(|| WidgetInfo::labeled(Role::Group, enabled, self.name));
        outer.response
    }

    /// Where the names are, and each side's bars.
    fn columns(&self, ui: &Ui, rect: Rect) -> (f32, Vec<Rangef>) {
        let wide = |name: &String| {
            ui.painter().layout_no_wrap(name.clone(), theme::font(size::BODY), Color32::PLACEHOLDER).size().x
        };
        let names =
            self.order.iter().take(100).filter_map(|class| self.classes.get(*class)).map(wide).fold(0.0, f32::max);
        let names = (names + space::M).min(rect.width() * 0.34);
        let room = rect.width() - names;
        let each = room / self.sides.len().max(1) as f32;
        let column = |at: usize| {
            let left = rect.left() + names + at as f32 * each;
            Rangef::new(left + space::XS, left + each - space::XS)
        };
        (names, (0..self.sides.len()).map(column).collect())
    }

    fn most(&self) -> f64 {
        let all = self.sides.iter().flat_map(|side| side.filled.iter().chain(side.outlined));
        all.map(|value| value.abs()).filter(|value| value.is_finite()).fold(1e-9, f64::max)
    }

    fn row_ui(&self, ui: &mut Ui, class: usize, height: f32, names: f32, columns: &[Rangef], most: f64) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        let t = ui.tokens();
        let name = self.classes.get(class).map_or("", String::as_str);
        let mut job = LayoutJob::simple_singleline(name.to_owned(), theme::font(size::BODY), t.text);
        job.wrap = TextWrapping::truncate_at_width(names - space::S);
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, t.text);
        let mut words = vec![name.to_owned()];
        for (side, column) in self.sides.iter().zip(columns) {
            let middle = column.center();
            let x = |value: f64| middle + (value / most) as f32 * column.span() / 2.0;
            let bar = |value: f64, less: f32| {
                let (from, to) = (x(0.0).min(x(value)), x(0.0).max(x(value)));
                Rect::from_min_max(pos2(from, rect.top() + less), pos2(to.max(from + 1.0), rect.bottom() - less))
            };
            ui.painter().vline(middle.round() + 0.5, rect.y_range(), Stroke::new(1.0, t.hairline));
            let value = |of: &[f64]| of.get(class).copied().filter(|value| value.is_finite());
            if let Some(value) = value(side.filled) {
                ui.painter().rect_filled(bar(value, 5.0), radius::BAR, side.colour.gamma_multiply(0.75));
                words.push(format!("{}, {}: {}", side.name, self.what[0], number::with_sign(value)));
            }
            if let Some(value) = value(side.outlined) {
                let edge = Stroke::new(1.5, t.text);
                ui.painter().rect_stroke(bar(value, 3.0), radius::BAR, edge, StrokeKind::Inside);
                words.push(format!("{}, {}: {}", side.name, self.what[1], number::with_sign(value)));
            }
        }
        let words = words.join("\n");
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Label, enabled, &words));
        response.on_hover_text(words);
    }
}
