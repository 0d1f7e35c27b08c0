//! Icons drawn with thin strokes, so that they are sharp at every scale and need no font.
//! Each is laid out in a square of 16 units and painted into whatever rectangle it is given.

use eframe::egui::{self, Color32, Painter, Pos2, Rect, Shape, Stroke, emath::RectTransform, pos2, vec2};

use super::size;

/// A painted sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Icon {
    /// Begin.
    Play,
    /// Hold.
    Pause,
    /// One step.
    Step,
    /// End.
    Stop,
    /// Open from disk.
    Folder,
    /// Write to disk.
    Save,
    /// Take back.
    Undo,
    /// Do again.
    Redo,
    /// A list opens below; a group is open.
    ChevronDown,
    /// Earlier in a list.
    ChevronUp,
    /// The one before.
    ChevronLeft,
    /// The one after; a group is closed.
    ChevronRight,
    /// One by chance.
    Dice,
    /// Delete.
    Trash,
    /// Bring back.
    Restore,
    /// The product's own sign.
    Flask,
    /// Done, chosen.
    Check,
    /// Remove, close.
    Close,
    /// Something needs attention.
    Warning,
    /// Settings of one thing.
    Sliders,
    /// More.
    Plus,
    /// Less.
    Minus,
    /// Find.
    Search,
    /// The keyboard.
    Keys,
    /// What else can be done with something.
    More,
    /// Things one below the other.
    List,
    /// Compare.
    Bars,
    /// Explain.
    Book,
    /// Time.
    Clock,
    /// A curve.
    Curve,
    /// Light and dark.
    Contrast,
    /// The same once more.
    Copy,
}

impl Icon {
    /// Every icon.
    pub const ALL: [Self; 32] = [
        Self::Play,
        Self::Pause,
        Self::Step,
        Self::Stop,
        Self::Folder,
        Self::Save,
        Self::Undo,
        Self::Redo,
        Self::ChevronDown,
        Self::ChevronUp,
        Self::ChevronLeft,
        Self::ChevronRight,
        Self::Dice,
        Self::Trash,
        Self::Restore,
        Self::Flask,
        Self::Check,
        Self::Close,
        Self::Warning,
        Self::Sliders,
        Self::Plus,
        Self::Minus,
        Self::Search,
        Self::Keys,
        Self::More,
        Self::List,
        Self::Bars,
        Self::Book,
        Self::Clock,
        Self::Curve,
        Self::Contrast,
        Self::Copy,
    ];

    /// Paints the icon as the largest square that fits in the middle of `rect`.
    pub fn paint(self, painter: &Painter, rect: Rect, colour: Color32) {
        let side = rect.width().min(rect.height());
        let square = Rect::from_center_size(rect.center(), vec2(side, side));
        let grid = Rect::from_min_size(Pos2::ZERO, vec2(16.0, 16.0));
        Pen { painter, place: RectTransform::from_to(grid, square), colour, unit: side / 16.0 }.draw(self);
    }

    /// Makes room for the icon in `ui` and paints it there.
    pub fn show(self, ui: &mut egui::Ui, colour: Color32) {
        let (_, rect) = ui.allocate_space(vec2(size::ICON, size::ICON));
        self.paint(ui.painter(), rect, colour);
    }
}

struct Pen<'a> {
    painter: &'a Painter,
    place: RectTransform,
    colour: Color32,
    unit: f32,
}

impl Pen<'_> {
    fn draw(&self, icon: Icon) {
        match icon {
            Icon::Play => self.fill(&[(4.0, 2.5), (13.5, 8.0), (4.0, 13.5)]),
            Icon::Pause => {
                self.block(3.5, 2.5, 6.5, 13.5);
                self.block(9.5, 2.5, 12.5, 13.5);
            }
            Icon::Step => {
                self.fill(&[(3.0, 2.5), (10.5, 8.0), (3.0, 13.5)]);
                self.block(11.0, 2.5, 13.2, 13.5);
            }
            Icon::Stop => self.block(3.5, 3.5, 12.5, 12.5),
            Icon::Folder => self.outline(&[(1.8, 3.6), (6.0, 3.6), (7.6, 5.4), (14.2, 5.4), (14.2, 12.8), (1.8, 12.8)]),
            Icon::Save => {
                self.line(&[(8.0, 2.0), (8.0, 10.0)]);
                self.line(&[(4.8, 7.0), (8.0, 10.2), (11.2, 7.0)]);
                self.line(&[(2.5, 10.5), (2.5, 13.5), (13.5, 13.5), (13.5, 10.5)]);
            }
            Icon::Undo => self.turn(1.0),
            Icon::Redo => self.turn(-1.0),
            Icon::ChevronDown => self.line(&[(4.0, 6.2), (8.0, 10.2), (12.0, 6.2)]),
            Icon::ChevronUp => self.line(&[(4.0, 9.8), (8.0, 5.8), (12.0, 9.8)]),
            Icon::ChevronLeft => self.line(&[(9.8, 4.0), (5.8, 8.0), (9.8, 12.0)]),
            Icon::ChevronRight => self.line(&[(6.2, 4.0), (10.2, 8.0), (6.2, 12.0)]),
            Icon::Dice => {
                self.frame(2.5, 2.5, 13.5, 13.5, 2.5);
                for (x, y) in [(5.5, 5.5), (8.0, 8.0), (10.5, 10.5), (10.5, 5.5), (5.5, 10.5)] {
                    self.dot(x, y, 1.0);
                }
            }
            Icon::Trash => {
                self.line(&[(2.5, 4.2), (13.5, 4.2)]);
                self.line(&[(6.2, 4.0), (6.2, 2.4), (9.8, 2.4), (9.8, 4.0)]);
                self.line(&[(3.8, 4.4), (4.5, 13.6), (11.5, 13.6), (12.2, 4.4)]);
            }
            Icon::Restore => {
                self.arc((8.0, 8.4), 5.4, -200.0, 100.0);
                self.line(&[(2.6, 3.2), (2.9, 6.8), (6.4, 6.4)]);
                self.line(&[(8.0, 5.6), (8.0, 8.6), (10.2, 9.8)]);
            }
            Icon::Flask => {
                self.fill(&[(4.4, 9.6), (11.6, 9.6), (13.4, 13.4), (2.6, 13.4)]);
                self.line(&[(5.0, 1.8), (11.0, 1.8)]);
                self.outline(&[
                    (6.2, 2.0),
                    (6.2, 6.2),
                    (2.2, 13.0),
                    (3.0, 14.2),
                    (13.0, 14.2),
                    (13.8, 13.0),
                    (9.8, 6.2),
                    (9.8, 2.0),
                ]);
            }
            Icon::Check => self.line(&[(3.0, 8.4), (6.6, 11.8), (13.0, 4.6)]),
            Icon::Close => {
                self.line(&[(4.0, 4.0), (12.0, 12.0)]);
                self.line(&[(12.0, 4.0), (4.0, 12.0)]);
            }
            Icon::Warning => {
                self.outline(&[(8.0, 2.2), (14.6, 13.6), (1.4, 13.6)]);
                self.line(&[(8.0, 6.4), (8.0, 9.6)]);
                self.dot(8.0, 11.5, 0.8);
            }
            Icon::Plus => {
                self.line(&[(8.0, 3.0), (8.0, 13.0)]);
                self.line(&[(3.0, 8.0), (13.0, 8.0)]);
            }
            Icon::Minus => self.line(&[(3.0, 8.0), (13.0, 8.0)]),
            Icon::Search => {
                self.arc((6.8, 6.8), 4.4, 0.0, 360.0);
                self.line(&[(10.0, 10.0), (14.0, 14.0)]);
            }
            Icon::Keys => {
                self.frame(1.6, 4.0, 14.4, 12.4, 1.6);
                for x in [4.6, 8.0, 11.4] {
                    self.dot(x, 6.8, 0.8);
                }
                self.line(&[(5.0, 9.8), (11.0, 9.8)]);
            }
            Icon::More => [3.4, 8.0, 12.6].into_iter().for_each(|x| self.dot(x, 8.0, 1.1)),
            Icon::List => {
                for y in [4.0, 8.0, 12.0] {
                    self.dot(3.0, y, 0.9);
                    self.line(&[(5.6, y), (14.0, y)]);
                }
            }
            Icon::Bars => {
                for (x, top) in [(3.6, 8.0), (8.0, 3.0), (12.4, 5.6)] {
                    self.block(x - 1.3, top, x + 1.3, 13.4);
                }
            }
            Icon::Book => {
                self.outline(&[(8.0, 4.4), (12.0, 3.0), (14.4, 3.4), (14.4, 12.6), (12.0, 12.2), (8.0, 13.6)]);
                self.line(&[(8.0, 4.4), (4.0, 3.0), (1.6, 3.4), (1.6, 12.6), (4.0, 12.2), (8.0, 13.6)]);
            }
            Icon::Clock => {
                self.arc((8.0, 8.0), 6.0, 0.0, 360.0);
                self.line(&[(8.0, 4.4), (8.0, 8.0), (10.6, 9.6)]);
            }
            Icon::Curve => {
                self.line(&[(2.2, 2.0), (2.2, 13.8), (14.0, 13.8)]);
                self.line(&[(4.4, 3.6), (5.6, 8.0), (8.0, 10.4), (13.6, 11.4)]);
            }
            Icon::Contrast => {
                self.arc((8.0, 8.0), 5.8, 0.0, 360.0);
                let half = (0..=12).map(|step| {
                    let angle = (-90.0 + 15.0 * step as f32).to_radians();
                    (8.0 + 5.8 * angle.cos(), 8.0 + 5.8 * angle.sin())
                });
                self.fill(&half.collect::<Vec<_>>());
            }
            Icon::Copy => {
                self.frame(5.4, 5.4, 13.8, 13.8, 1.6);
                self.line(&[(3.4, 10.6), (2.2, 10.6), (2.2, 2.2), (10.6, 2.2), (10.6, 3.4)]);
            }
            Icon::Sliders => {
                for (y, x) in [(4.0, 10.5), (8.0, 5.0), (12.0, 9.0)] {
                    self.line(&[(2.0, y), (14.0, y)]);
                    self.dot(x, y, 1.9);
                }
            }
        }
    }

    /// An arrow that curls back: to the left for 1, to the right for −1.
    fn turn(&self, way: f32) {
        let x = |x: f32| 8.0 + way * (x - 8.0);
        let bend = (0..=12).map(|step| {
            let angle = (-90.0 + 15.0 * step as f32).to_radians();
            (x(9.6 + 3.6 * angle.cos()), 9.2 + 3.6 * angle.sin())
        });
        let path = std::iter::once((x(3.0), 5.6)).chain(bend).chain([(x(6.4), 12.8)]).collect::<Vec<_>>();
        self.line(&path);
        self.line(&[(x(5.6), 2.8), (x(2.8), 5.6), (x(5.6), 8.4)]);
    }

    fn stroke(&self) -> Stroke {
        Stroke::new(size::STROKE, self.colour)
    }

    fn at(&self, (x, y): (f32, f32)) -> Pos2 {
        self.place * pos2(x, y)
    }

    fn path(&self, points: &[(f32, f32)]) -> Vec<Pos2> {
        points.iter().map(|&point| self.at(point)).collect()
    }

    fn line(&self, points: &[(f32, f32)]) {
        self.painter.add(Shape::line(self.path(points), self.stroke()));
    }

    fn outline(&self, points: &[(f32, f32)]) {
        self.painter.add(Shape::closed_line(self.path(points), self.stroke()));
    }

    fn fill(&self, points: &[(f32, f32)]) {
        self.painter.add(Shape::convex_polygon(self.path(points), self.colour, Stroke::NONE));
    }

    fn block(&self, left: f32, top: f32, right: f32, bottom: f32) {
        let rect = Rect::from_min_max(self.at((left, top)), self.at((right, bottom)));
        self.painter.rect_filled(rect, 1.0, self.colour);
    }

    fn frame(&self, left: f32, top: f32, right: f32, bottom: f32, radius: f32) {
        let rect = Rect::from_min_max(self.at((left, top)), self.at((right, bottom)));
        self.painter.rect_stroke(rect, radius * self.unit, self.stroke(), egui::StrokeKind::Middle);
    }

    fn dot(&self, x: f32, y: f32, radius: f32) {
        self.painter.circle_filled(self.at((x, y)), radius * self.unit, self.colour);
    }

    fn arc(&self, (x, y): (f32, f32), radius: f32, from: f32, to: f32) {
        let points = (0..=24).map(|step| {
            let angle = (from + (to - from) * step as f32 / 24.0).to_radians();
            self.at((x + radius * angle.cos(), y + radius * angle.sin()))
        });
        self.painter.add(Shape::line(points.collect(), self.stroke()));
    }
}
