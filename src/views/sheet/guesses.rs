//! Each guess about the data as a control: the class column, what is left out, how the text is written, what pictures become.

use eframe::egui::{Align2, DragValue, Grid, Id, Key, Label, Margin, ScrollArea, TextEdit, Ui, vec2};

use super::{put, quiet};
use crate::command::Commands;
use crate::protocol::{DataFound, LeftOut};
use crate::recipe::fields::SOURCE_SIZE;
use crate::recipe::{Colour, Ground, Normalise, Pixels, Source, TableSource};
use crate::state::{State, TableColumns, square_pixels};
use crate::text::{text, text_with};
use crate::theme::{size, space, title};
use crate::views::control_name;
use crate::widgets::{Dropdown, toggle_ui};

/// Width of the dropdowns.
const CHOICES: f32 = 232.0;

/// More columns than this have a field that filters their list.
const UNFILTERED: usize = 30;

/// Encodings that are offered, as a recipe writes them.
const ENCODINGS: [(&str, &str); 7] = [
    ("utf-8", "UTF-8"),
    ("gbk", "GBK"),
    ("big5", "Big5"),
    ("shift_jis", "Shift-JIS"),
    ("euc-kr", "EUC-KR"),
    ("windows-1252", "Windows-1252"),
    ("utf-16le", "UTF-16"),
];

/// Delimiters that are offered, each with the key of its name.
const DELIMITERS: [(char, &str); 5] =
    [(',', "sheet-comma"), (';', "sheet-semicolon"), ('\t', "sheet-tab"), ('|', "sheet-bar"), (' ', "sheet-blank")];

pub(super) fn guesses_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let found = state.last_preview().map(|shown| &shown.found);
    ui.label(title(text("sheet-how")));
    match &state.recipe.sweep.base.data.source {
        Source::Builtin(_) => drop(quiet(ui, text("sheet-built-in"))),
        Source::Idx { name, .. } => idx_ui(ui, state, commands, name.as_deref()),
        Source::Images(images) => {
            side_ui(ui, images.size, images.colour, |side, colour| {
                put(state, commands, |source| {
                    if let Source::Images(images) = source {
                        (images.size, images.colour) = (side, colour);
                    }
                });
            });
            let grounds = [None, Some(Ground::White), Some(Ground::Black)];
            let grounds = grounds.map(|ground| {
                let key = match ground {
                    None => "sheet-ground-found",
                    Some(Ground::White) => "sheet-ground-white",
                    Some(Ground::Black) => "sheet-ground-black",
                };
                (ground, text(key))
            });
            Grid::new("ground").num_columns(2).spacing(vec2(space::S, space::XS)).show(ui, |ui| {
                if let Some(ground) = choice_ui(ui, "sheet-ground", &images.ground, &grounds) {
                    put(state, commands, |source| {
                        if let Source::Images(images) = source {
                            images.ground = ground;
                        }
                    });
                }
            });
            left_out_ui(ui, found.map_or(&[], |found| &found.findings.left_out), |_, _| {});
        }
        Source::Texts(_) => {
            left_out_ui(ui, found.map_or(&[], |found| &found.findings.left_out), |_, _| {});
        }
        Source::Table(table) => {
            Table { state, commands, source: table, found, columns: TableColumns::of(state, table) }.show(ui);
        }
    }
    // What is left out is listed with its controls.
    for conversion in found.map(|found| found.findings.conversions()).unwrap_or_default() {
        quiet(ui, conversion.words());
    }
}

/// How large pictures become, and whether they keep their colours.
fn side_ui(ui: &mut Ui, side: usize, colour: Colour, put: impl Fn(usize, Colour)) {
    ui.horizontal(|ui| {
        let mut moved = side as u64;
        let what = SOURCE_SIZE.what().words();
        let label = ui.label(control_name(&SOURCE_SIZE)).on_hover_text(&what);
        let (span, now) = (SOURCE_SIZE.span(), side as f64);
        let drag = DragValue::new(&mut moved).range(span.shown.0..=span.shown.1.max(now)).speed(span.step);
        if ui.add(drag).labelled_by(label.id).on_hover_text(what).changed() {
            put(moved as usize, colour);
        }
        let mut coloured = colour == Colour::Rgb;
        if toggle_ui(ui, &mut coloured, &text("source-coloured")).changed() {
            put(side, if coloured { Colour::Rgb } else { Colour::Grey });
        }
    });
}

/// Which data set of a folder that holds several.
fn idx_ui(ui: &mut Ui, state: &State, commands: &Commands, name: Option<&str>) {
    if name.is_none() && state.recipe.preview_fault.is_none() {
        return drop(quiet(ui, text("sheet-idx")));
    }
    let written = name.unwrap_or_default();
    let id = Id::unique("idx name");
    let mut typed: String = ui.data(|data| data.get_temp(id)).unwrap_or_else(|| written.to_owned());
    ui.horizontal(|ui| {
        let label = ui.label(text("sheet-set"));
        let edit = TextEdit::singleline(&mut typed).desired_width(CHOICES).hint_text(text("sheet-set-empty"));
        let response = ui.add(edit).labelled_by(label.id).on_hover_text(text("sheet-set-hint"));
        if response.changed() {
            ui.data_mut(|data| data.insert_temp(id, typed.clone()));
        }
        if response.lost_focus() {
            ui.data_mut(|data| data.remove_temp::<String>(id));
            let meant = !ui.input(|input| input.key_pressed(Key::Escape));
            let chosen = Some(typed.trim().to_owned()).filter(|name| !name.is_empty());
            if meant {
                put(state, commands, |source| {
                    if let Source::Idx { name, .. } = source {
                        *name = chosen;
                    }
                });
            }
        }
    });
}

/// What was chosen in a list of columns.
#[derive(Clone, Copy)]
enum Picked {
    FoundOut,
    Column(usize),
}

/// The controls of a table.
struct Table<'a> {
    state: &'a State,
    commands: &'a Commands,
    source: &'a TableSource,
    found: Option<&'a DataFound>,
    columns: TableColumns<'a>,
}

impl Table<'_> {
    fn put(&self, change: impl FnOnce(&mut TableSource)) {
        put(self.state, self.commands, |source| {
            if let Source::Table(table) = source {
                change(table);
            }
        });
    }

    fn show(&self, ui: &mut Ui) {
        let names = self.columns.names;
        Grid::new("guesses").num_columns(2).min_row_height(0.0).spacing(vec2(space::S, space::XS + 2.0)).show(
            ui,
            |ui| {
                if !names.is_empty() {
                    self.class_ui(ui);
                }
                let ending = self.source.path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
                // What says itself how it is written leaves nothing to guess.
                if !["parquet", "arff", "npz"].contains(&ending.as_str()) {
                    self.dialect_ui(ui);
                }
            },
        );
        self.pixels_ui(ui);
        let is_picture = self.found.is_some_and(|found| found.shape.len() == 3);
        let are_texts = self.found.is_some_and(|found| found.findings.texts.is_some());
        let mut standard = self.source.normalise == Normalise::Standard;
        let key = if is_picture { "sheet-scale" } else { "sheet-standardise" };
        let mut scale_ui = || toggle_ui(ui, &mut standard, &text(key)).on_hover_text(text("sheet-standardise-hint"));
        if !are_texts && scale_ui().changed() {
            self.put(|table| table.normalise = if standard { Normalise::Standard } else { Normalise::None });
        }
        // Pictures inside a table, which are no columns of it.
        if is_picture && self.found.is_some_and(|found| found.findings.columns == 0) {
            side_ui(ui, self.source.size, self.source.colour, |side, colour| {
                self.put(|table| (table.size, table.colour) = (side, colour));
            });
        }
        let left_out = self.found.map_or(&[][..], |found| &found.findings.left_out);
        left_out_ui(ui, left_out, |ui, out| {
            let Some(at) = self.columns.find(&out.name) else { return };
            // Beside texts nothing else can be read.
            if are_texts || !self.columns.can_be_read(self.source, at) {
                return;
            }
            let name = text_with("sheet-read-column", &[("name", out.name.as_str().into())]);
            if ui.button(text("sheet-read")).accessible_name(&name).on_hover_text(name).clicked() {
                self.put(|table| self.columns.read_anyway(table, at));
            }
        });
        let is_left_out = |at: usize| left_out.iter().any(|out| self.columns.find(&out.name) == Some(at));
        let class = self.class();
        let rest: Vec<usize> = (0..names.len()).filter(|at| Some(*at) != class && !is_left_out(*at)).collect();
        if rest.len() > 1 {
            let name = text("sheet-leave-out");
            Dropdown::new(&name, &name).width(CHOICES).stays_open().show(ui, |ui| {
                if let Some(Picked::Column(at)) = self.list_ui(ui, None, &rest, None) {
                    self.put(|table| self.columns.leave_out(table, at));
                    ui.close();
                }
            });
        }
    }

    /// The column that is the class now.
    fn class(&self) -> Option<usize> {
        let found = || self.columns.find(&self.found?.findings.label.as_ref()?.column);
        self.columns.class_of(self.source).or_else(|| if self.source.label.is_none() { found() } else { None })
    }

    fn class_ui(&self, ui: &mut Ui) {
        let (name, class) = (text("sheet-class"), self.class());
        let here = match (class, &self.source.label) {
            (Some(at), None) => text_with("sheet-found", &[("value", self.column_name(at).into())]),
            (Some(at), Some(_)) => self.column_name(at),
            (None, _) => text("sheet-found-out"),
        };
        ui.label(&name);
        Dropdown::new(&name, &here).width(CHOICES).stays_open().show(ui, |ui| {
            let all: Vec<usize> = (0..self.columns.names.len()).collect();
            let found_out = text("sheet-found-out");
            let chosen = if self.source.label.is_some() { class } else { None };
            if let Some(picked) = self.list_ui(ui, Some(&found_out), &all, chosen) {
                let at = match picked {
                    Picked::FoundOut => None,
                    Picked::Column(at) => Some(at),
                };
                self.put(|table| self.columns.choose_class(table, at));
                ui.close();
            }
        });
        ui.end_row();
        if let Some(label) = self.found.and_then(|found| found.findings.label.as_ref()) {
            ui.label("");
            ui.vertical(|ui| {
                ui.set_width(CHOICES);
                quiet(ui, label.phrase().words());
            });
            ui.end_row();
        }
    }

    /// A column by its name; where the table names none, by its position.
    fn column_name(&self, at: usize) -> String {
        match self.columns.names.get(at) {
            Some(name) if self.columns.named && !name.is_empty() => name.clone(),
            _ => text_with("column-unnamed", &[("position", at.into())]),
        }
    }

    /// The list of a dropdown of columns, with a field that filters it where it is long. `none` is the first entry. Gives what
    /// was chosen.
    fn list_ui(&self, ui: &mut Ui, none: Option<&str>, columns: &[usize], chosen: Option<usize>) -> Option<Picked> {
        let mut filter = String::new();
        if columns.len() > UNFILTERED {
            let id = Id::unique("column filter");
            filter = ui.data(|data| data.get_temp(id)).unwrap_or_default();
            let edit = TextEdit::singleline(&mut filter).hint_text(text("sheet-filter")).desired_width(CHOICES);
            let edit = edit.margin(Margin::symmetric(6, 4)).align(Align2::LEFT_CENTER);
            let response = ui.add(edit).accessible_name(text("sheet-filter"));
            if response.changed() {
                ui.data_mut(|data| data.insert_temp(id, filter.clone()));
            }
        }
        let wanted = filter.trim().to_lowercase();
        let mut picked = None;
        ScrollArea::vertical().max_height(10.0 * size::ROW).id_salt("columns").show(ui, |ui| {
            if let Some(none) = none
                && wanted.is_empty()
                && ui.selectable_label(chosen.is_none(), none).clicked()
            {
                picked = Some(Picked::FoundOut);
            }
            for at in columns {
                let name = self.column_name(*at);
                if name.to_lowercase().contains(&wanted) && ui.selectable_label(chosen == Some(*at), name).clicked() {
                    picked = Some(Picked::Column(*at));
                }
            }
        });
        if picked.is_some() {
            ui.data_mut(|data| data.remove_temp::<String>(Id::unique("column filter")));
        }
        picked
    }

    /// Encoding, delimiter, decimal sign, header.
    fn dialect_ui(&self, ui: &mut Ui) {
        let dialect = self.found.and_then(|found| found.findings.dialect.as_ref());
        let found_out = |value: Option<String>| match value {
            Some(value) => text_with("sheet-found", &[("value", value.into())]),
            None => text("sheet-found-out"),
        };

        let shown = |written: &str| {
            let known = ENCODINGS.iter().find(|(name, _)| name.eq_ignore_ascii_case(written));
            known.map_or_else(|| written.to_uppercase(), |(_, shown)| (*shown).to_owned())
        };
        let here = dialect.filter(|_| self.source.encoding.is_none()).map(|dialect| shown(&dialect.encoding));
        let mut encodings = vec![(None, found_out(here))];
        encodings.extend(ENCODINGS.map(|(name, shown)| (Some(name.to_owned()), shown.to_owned())));
        if let Some(own) = &self.source.encoding
            && !ENCODINGS.iter().any(|(name, _)| name == own)
        {
            encodings.push((Some(own.clone()), shown(own)));
        }
        if let Some(encoding) = choice_ui(ui, "sheet-encoding", &self.source.encoding, &encodings) {
            self.put(|table| table.encoding = encoding);
        }

        let known = |delimiter: char| DELIMITERS.iter().find(|(known, _)| *known == delimiter);
        let called = |delimiter: char| known(delimiter).map_or_else(|| delimiter.to_string(), |(_, key)| text(key));
        let here = match dialect {
            Some(dialect) if self.source.delimiter.is_none() => dialect.character(),
            _ => None,
        };
        let mut delimiters = vec![(None, found_out(here.map(called)))];
        delimiters.extend(DELIMITERS.map(|(character, key)| (Some(character), text(key))));
        if let Some(own) = self.source.delimiter.filter(|own| known(*own).is_none()) {
            delimiters.push((Some(own), own.to_string()));
        }
        if let Some(delimiter) = choice_ui(ui, "sheet-delimiter", &self.source.delimiter, &delimiters) {
            self.put(|table| table.delimiter = delimiter);
        }

        let sign = |comma: bool| text(if comma { "sheet-decimal-comma" } else { "sheet-decimal-point" });
        let here = dialect.filter(|_| self.source.decimal_comma.is_none()).map(|dialect| sign(dialect.decimal_comma));
        let signs = [(None, found_out(here)), (Some(false), sign(false)), (Some(true), sign(true))];
        if let Some(comma) = choice_ui(ui, "sheet-decimal", &self.source.decimal_comma, &signs) {
            self.put(|table| table.decimal_comma = comma);
        }

        let line = |header: bool| text(if header { "sheet-header-names" } else { "sheet-header-row" });
        let here = dialect.filter(|_| self.source.header.is_none()).map(|dialect| line(dialect.header));
        let lines = [(None, found_out(here)), (Some(true), line(true)), (Some(false), line(false))];
        if let Some(header) = choice_ui(ui, "sheet-header", &self.source.header, &lines) {
            self.put(|table| table.header = header);
        }
    }

    /// Whether the columns are the pixels of pictures.
    fn pixels_ui(&self, ui: &mut Ui) {
        let Some(found) = self.found else { return };
        let count = found.findings.columns;
        let now = match *found.shape.as_slice() {
            [channels, height, width] if channels * height * width == count => Some([channels, height, width]),
            [features] if features == count => None,
            // Pictures inside a table, or words that became columns of their own.
            _ => return,
        };
        let Some([channels, height, width]) = now.or_else(|| square_pixels(count)) else {
            // They were pixels of another shape, until they were said to be none.
            if self.source.pixels == Some(Pixels::None) {
                let mut on = false;
                if toggle_ui(ui, &mut on, &text("sheet-pixels-found")).changed() {
                    self.put(|table| table.pixels = None);
                }
            }
            return;
        };
        let words = [("columns", count.into()), ("height", height.into()), ("width", width.into())];
        let mut on = now.is_some();
        if toggle_ui(ui, &mut on, &text_with("sheet-pixels", &words)).on_hover_text(text("sheet-pixels-hint")).changed()
        {
            let shape = Pixels::Shape { channels, height, width };
            self.put(|table| table.pixels = Some(if on { shape } else { Pixels::None }));
        }
    }
}

/// What is not read and why, each with a control behind it.
fn left_out_ui(ui: &mut Ui, left_out: &[LeftOut], control: impl Fn(&mut Ui, &LeftOut)) {
    if left_out.is_empty() {
        return;
    }
    ui.label(title(text("sheet-left-out")));
    let tall = 5.0 * size::ROW;
    let scroll = ScrollArea::vertical().max_height(tall).min_scrolled_height(tall).id_salt("left out");
    scroll.show(ui, |ui| {
        for out in left_out {
            ui.horizontal_top(|ui| {
                control(ui, out);
                let name = match out.count {
                    0 | 1 => out.name.clone(),
                    count => {
                        text_with("findings-several", &[("name", out.name.as_str().into()), ("count", count.into())])
                    }
                };
                let why = out.why.words();
                let words = text_with("sheet-left-out-why", &[("name", name.into()), ("why", why.into())]);
                ui.add(Label::new(words).wrap());
            });
        }
    });
}

/// A row of a grid: a name and a dropdown of a few values; the one that was chosen.
fn choice_ui<T: Clone + PartialEq>(ui: &mut Ui, key: &str, now: &T, choices: &[(T, String)]) -> Option<T> {
    let name = text(key);
    let here = choices.iter().find(|(value, _)| value == now).map_or("", |(_, words)| words.as_str());
    ui.label(&name);
    let mut chosen = None;
    Dropdown::new(&name, here).width(CHOICES).show(ui, |ui| {
        for (value, words) in choices {
            if ui.selectable_label(value == now, words).clicked() {
                chosen = Some(value.clone());
            }
        }
    });
    ui.end_row();
    chosen
}
