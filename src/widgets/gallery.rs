//! Every part in its states on one page, for the eye and for the tests.
//! A page for those who build the window; it is in no menu.

use std::collections::BTreeSet;

use eframe::egui::{self, Align, Layout, Panel, Ui, UiBuilder, vec2};
use egui_plot::PlotPoint;

use super::gallery_large::large_ui;
use super::gallery_looks::looks_ui;
use super::*;
use crate::text::number::{self, Kind};
use crate::theme::{Icon, caption, size, space, title};

/// What the page remembers between frames.
#[derive(Clone, Debug)]
pub struct Gallery {
    /// A logarithmic slider.
    pub temperature: f64,
    /// A linear slider.
    pub weight: f64,
    /// A small logarithmic one.
    pub rate: f64,
    /// A switch.
    pub scaled: bool,
    /// A choice.
    pub page: usize,
    /// Another one.
    pub choice: usize,
    /// Hidden curves.
    pub hidden: BTreeSet<u64>,
    /// How often the primary button was clicked.
    pub presses: u32,
    /// The second page.
    pub sweep: SweepGallery,
    /// The fourth page; the third and the fifth have nothing to remember.
    pub states: StatesGallery,
}

impl Default for Gallery {
    fn default() -> Self {
        Self {
            temperature: 4.0,
            weight: 0.9,
            rate: 1e-3,
            scaled: true,
            page: 0,
            choice: 0,
            hidden: BTreeSet::new(),
            presses: 0,
            sweep: SweepGallery::default(),
            states: StatesGallery::default(),
        }
    }
}

impl Gallery {
    /// How many pages there are.
    pub const PAGES: usize = 5;
}

/// Shows the page; the second choice of the bar leads to the parts of the sweep board, the third to colours,
/// type and icons, the fourth to every state of every part, the fifth to a large sweep.
pub fn gallery_ui(ui: &mut Ui, g: &mut Gallery) {
    let plain = egui::Frame::new().fill(ui.tokens().panel);
    Panel::top("bar").frame(plain).exact_size(44.0).show(ui, |ui| bar_ui(ui, g));
    if g.page > 1 {
        let rest = egui::CentralPanel::default().frame(plain);
        rest.show(ui, |ui| match g.page {
            2 => looks_ui(ui),
            3 => states_ui(ui, &mut g.states),
            _ => large_ui(ui),
        });
        return;
    }
    Panel::left("controls").frame(plain).exact_size(267.0).show(ui, |ui| controls_ui(ui, g));
    let sweep = g.page == 1;
    Panel::right("lens")
        .frame(plain)
        .exact_size(386.0)
        .show(ui, |ui| if sweep { sweep_fields_ui(ui, &mut g.sweep) } else { lens_ui(ui, g) });
    egui::CentralPanel::no_frame().show(ui, |ui| {
        ui.painter().rect_filled(ui.max_rect(), 0.0, ui.tokens().panel);
        if sweep { sweep_plots_ui(ui, &mut g.sweep) } else { curves_ui(ui, g) }
    });
}

fn bar_ui(ui: &mut Ui, g: &mut Gallery) {
    let row = ui.max_rect().shrink2(vec2(space::M, 0.0));
    let mut ui = ui.new_child(UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center)));
    let ui = &mut ui;
    Icon::Flask.show(ui, ui.tokens().teacher);
    ui.label(title("Stillroom"));
    Dropdown::new("Preset", "Quick start: handwritten digits").width(220.0).show(ui, |ui| ui.label("Nothing here"));
    if primary_button(ui, Some(Icon::Play), "Distil").clicked() {
        g.presses += 1;
    }
    for (icon, name) in [(Icon::Pause, "Pause"), (Icon::Step, "Step")] {
        ui.add(IconButton::new(icon, name).framed());
    }
    ui.add_enabled(false, IconButton::new(Icon::Stop, "Stop").framed());
    progress_ui(ui, "Training", 0.63, 160.0);
    ui.label("epoch 19 of 30 · 4 s left");
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        segmented_ui(ui, "Page", &mut g.page, &["Lab", "Compare", "Looks", "States", "Large"]);
    });
}

fn controls_ui(ui: &mut Ui, g: &mut Gallery) {
    ui.spacing_mut().item_spacing.y = 0.0;
    section_ui(
        ui,
        "Recipe",
        true,
        |_| {},
        |ui| {
            ui.add(IconButton::new(Icon::Redo, "Redo"));
            ui.add(IconButton::new(Icon::Undo, "Undo"));
        },
    );
    group_ui(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.label(title("Teacher"));
        let names = ["MLP 1200–1200", "CNN 8–16"];
        let wide = ui.available_width();
        let teacher = ui.tokens().teacher;
        Dropdown::new("Teacher", names[g.choice]).dot(teacher).width(wide).show(ui, |ui| {
            for (index, name) in names.into_iter().enumerate() {
                ui.selectable_value(&mut g.choice, index, name);
            }
        });
        ui.label(caption("2.4 M parameters · 26 of 1,000 wrong"));
    });
    group_ui(ui, |ui| {
        let ticks = [1.0, 2.0, 4.0, 8.0, 20.0];
        ui.add(
            Slider::new("Temperature", &mut g.temperature, 0.25..=64.0).logarithmic().ticks(&ticks).default_value(4.0),
        );
    });
    group_ui(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let two = |v: f64| number::fixed(v, 2);
        ui.add(Slider::new("Soft weight", &mut g.weight, 0.0..=1.0).default_value(0.9).format(&two).marks(&[0.5, 0.7]));
        let t = ui.tokens();
        let soft = Share { name: "soft targets", weight: g.weight, colour: t.teacher };
        weight_bar_ui(ui, &[soft, Share { name: "labels", weight: 1.0 - g.weight, colour: t.label }]);
        toggle_ui(ui, &mut g.scaled, "Scale the soft term by T²");
        toggle_ui(ui, &mut false, "Also train it without a teacher");
    });
    group_ui(ui, |ui| {
        ui.add(Slider::new("Learning rate", &mut g.rate, 1e-5..=1.0).logarithmic().ticks(&[1e-4, 1e-3, 1e-2, 1e-1]));
    });
    group_ui(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            Chip::new("412").show(ui);
            Chip::new("T = 4").dot(ui.tokens().swept(0.2)).selectable(true).show(ui);
            Chip::new("T = 8").dot(ui.tokens().swept(0.6)).selectable(false).show(ui);
            Chip::new("starred").removable().show(ui);
        });
    });
    group_ui(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
            for icon in Icon::ALL {
                icon.show(ui, ui.tokens().text);
            }
        });
    });
    empty_state_ui(ui, Icon::Folder, "No runs yet", "Press Distil and the first one appears here.", Some("Open"));
}

fn lens_ui(ui: &mut Ui, g: &mut Gallery) {
    ui.spacing_mut().item_spacing.y = 0.0;
    section_ui(
        ui,
        "Lens",
        false,
        |_| {},
        |ui| {
            Dropdown::new("Which row", "teacher unsure").plain().show(ui, |ui| ui.label("any"));
            ui.add(IconButton::new(Icon::ChevronRight, "Next row"));
            ui.add(IconButton::new(Icon::ChevronLeft, "Previous row"));
            ui.label("validation row 214");
        },
    );
    egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 4)).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            let digit =
                (0..784).map(|i| if ((i % 28) as f32 - 14.0).hypot((i / 28) as f32 - 14.0) < 8.0 { 0.9 } else { 0.0 });
            let digit = digit.collect::<Vec<f32>>();
            sample_image_ui(ui, "digit", Sample { key: 1, values: &digit, shape: Some([28, 28, 1]) }, 92.0);
            let features = [0.2, -0.6, 1.0, 0.4, -0.1];
            sample_image_ui(ui, "features", Sample { key: 2, values: &features, shape: None }, 92.0);
            ui.vertical(|ui| {
                ui.add(Slider::new("T", &mut g.temperature, 0.25..=64.0).logarithmic().ticks(&[1.0, 4.0, 20.0]));
            });
        });
        ui.add_space(space::S);
        let (left, right) = (softened(&LEFT, g.temperature), softened(&RIGHT, g.temperature));
        let classes = (0..10).map(|i| i.to_string()).collect::<Vec<_>>();
        let t = ui.tokens();
        let bars = ProbabilityBars {
            name: "Distributions",
            classes: &classes,
            left: Side { name: "teacher", what: "", probabilities: &left, ghost: &[], members: &[], colour: t.teacher },
            right: Side {
                name: "student",
                what: "",
                probabilities: &right,
                ghost: &[],
                members: &[],
                colour: t.student,
            },
            label: Some((8, t.label)),
            order: &[],
            full: None,
            row: 34.0,
            log: false,
            draggable: false,
        };
        let room = vec2(ui.available_width(), ui.available_height() - 56.0);
        ui.allocate_ui(room, |ui| bars.show(ui));
        ui.add_space(space::S);
        ui.horizontal(|ui| {
            for (name, value, unit) in
                [("teacher entropy", "2.23", ""), ("student entropy", "2.24", "nats"), ("KL", "0.006", "")]
            {
                stat_tile_ui(ui, vec2(108.0, STAT_TILE), name, value, unit);
            }
        });
    });
}

fn curves_ui(ui: &mut Ui, g: &mut Gallery) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let decay = |start: f64, end: f64, noise: f64| {
        let value = move |i: usize| {
            let x = i as f64;
            end + (start - end) * (-x / 60.0).exp() + noise * end * (x * 1.7).sin() * (x * 0.31).cos()
        };
        (0..530).map(|i| PlotPoint::new(i as f64, value(i))).collect::<Vec<_>>()
    };
    let mut lines = [decay(14.0, 0.7, 0.1), decay(1.0, 0.05, 0.1), decay(2.3, 0.2, 0.3), decay(2.3, 0.1, 0.3)];
    lines[1][300].y = f64::NAN;
    let band = |p: &PlotPoint| Band { x: p.x, low: p.y * 0.8, high: p.y * 1.25 };
    let bands = lines.each_ref().map(|line| line.iter().map(band).collect::<Vec<_>>());
    let t = ui.tokens();
    let looks = [("total", t.student), ("soft at T", t.teacher), ("hard", t.label), ("baseline, hard", t.no_teacher)];
    let curves = (0..4)
        .map(|i| Curve {
            name: looks[i].0,
            what: "",
            id: i as u64,
            colour: looks[i].1,
            mark: if i == 3 { KeyMark::Dashes } else { KeyMark::Line },
            emphasised: i == 0,
            line: &lines[i],
            band: &bands[i],
        })
        .collect::<Vec<_>>();
    let mut toggled = None;
    section_ui(
        ui,
        "Loss",
        false,
        |ui| toggled = legend_ui(ui, &curves, &g.hidden),
        |ui| {
            Dropdown::new("Smoothing", "raw").plain().show(ui, |ui| ui.label("raw"));
        },
    );
    if let Some(LegendClick::Toggle(id) | LegendClick::Solo(id)) = toggled
        && !g.hidden.remove(&id)
    {
        g.hidden.insert(id);
    }
    let link = Some(egui::Id::unique("gallery curves"));
    let markers = [Marker { x: 240.0, text: "T 4 → 8" }];
    let mut plot = CurvePlot {
        name: "Loss",
        curves: &curves,
        hidden: &g.hidden,
        markers: &markers,
        held: &[],
        written: Kind::Loss,
        log_y: true,
        x_label: "step",
        y_label: "nats",
        whole_x: true,
        include_x: Some(840.0),
        now: None,
        from_zero: false,
        link,
        height: Some(((ui.available_height() - size::SECTION) * 0.6).floor()),
    };
    plot.show(ui);
    section_ui(ui, "The same, linear", false, |_| {}, |_| {});
    plot = CurvePlot { name: "Linear", log_y: false, markers: &[], height: None, ..plot };
    plot.show(ui);
}

const LEFT: [f32; 10] = [1.0, 3.4, 0.5, 1.0, 1.9, -0.1, 0.3, 1.1, 4.5, 2.4];
const RIGHT: [f32; 10] = [0.6, 4.0, 0.5, 1.3, 1.6, -0.2, 0.4, 1.4, 3.8, 2.1];

fn softened(logits: &[f32], temperature: f64) -> Vec<f32> {
    let powers = logits.iter().map(|z| (f64::from(*z) / temperature).exp()).collect::<Vec<_>>();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}
