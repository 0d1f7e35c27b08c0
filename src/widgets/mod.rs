//! Parts that know nothing of distillation: curve plot, probability bars, log slider, chip.
//! Each takes plain data, answers with egui's `Response` or a small struct, and names itself for accessibility.

mod arrows;
mod band_plot;
mod bar_list;
mod brush;
mod callout;
mod chip;
mod class_matrix;
mod clear_place;
mod curve_plot;
mod dropdown;
mod empty_state;
mod error_dots;
mod figure;
mod formula;
mod gallery;
mod gallery_data;
mod gallery_large;
mod gallery_looks;
mod gallery_states;
mod gallery_sweep;
mod guess_bars;
mod guess_curve;
mod heat_map;
mod histogram;
mod icon_button;
mod level_legend;
mod log_curves;
mod logit_rails;
mod markdown;
mod parallel_axes;
mod plot_axes;
mod plot_key;
mod probability_bars;
mod progress;
mod range_field;
mod range_value;
mod reliability;
mod sample_image;
mod sample_wall;
mod scale;
mod scale_legend;
mod section;
mod segmented;
mod signed_bars;
mod slider;
mod small_multiples;
mod stat_tile;
mod step_rail;
mod submenu;
mod text_wall;
mod ticks;
mod toasts;
mod toggle;
mod token_mark;
mod weight_bar;

pub use band_plot::{BandLine, BandPlot, BandPlotResponse, BandPoint};
pub use bar_list::{ShareRow, bar_list_ui, count_list_ui};
pub use brush::Brush;
pub use callout::{RING_LASTS, mark, place_of, ring_ui, scroll_along, scroll_to};
pub use chip::{Chip, ChipResponse, dot_ui};
pub use class_matrix::{ClassMatrix, MatrixCell};
pub use curve_plot::{Band, Curve, CurvePlot, CurvePlotResponse, LegendClick, Marker, fitting_keys_ui, legend_ui};
pub use dropdown::Dropdown;
pub use empty_state::empty_state_ui;
pub use error_dots::{DotLine, ErrorDots};
pub use figure::{in_figure_ui, is_figure};
pub use formula::formula_ui;
pub use gallery::{Gallery, gallery_ui};
pub use gallery_states::{StatesGallery, states_ui};
pub use gallery_sweep::{SweepGallery, sweep_fields_ui, sweep_plots_ui};
pub use guess_bars::GuessBars;
pub use guess_curve::GuessCurve;
pub use heat_map::{HeatCell, HeatMap, HeatMapResponse};
pub use histogram::Histogram;
pub use icon_button::{IconButton, primary_button};
pub use level_legend::LevelLegend;
pub use log_curves::{LogCurve, LogCurves};
pub use logit_rails::{LogitRails, RailSide};
pub use markdown::markdown_ui;
pub use parallel_axes::{AxisKind, AxisMark, ParallelAxes, ParallelAxesResponse, ParallelAxis, ParallelLine};
pub use plot_key::{KeyMark, PlotKey, plot_keys_ui};
pub use probability_bars::{BARS_HEADER, BarsResponse, LEAST_BAR, LEAST_SHOWN, ProbabilityBars, Side};
pub use progress::progress_ui;
pub use range_field::{RangeField, RangeFieldResponse};
pub use range_value::{RangeFault, RangeLimits, RangeValue};
pub use reliability::{ReliabilityBin, ReliabilityDiagram};
pub use sample_image::{Sample, sample_image_ui};
pub use sample_wall::{Mark, SampleWall, WallSample};
pub use scale::Scale;
pub use scale_legend::{ScaleKind, ScaleLegend, ScaleMark};
pub use section::{below_tab_ui, group_ui, hairline_ui, section_ui};
pub use segmented::{segmented_ui, segmented_width};
pub use signed_bars::{SignedBars, SignedSide};
pub use slider::Slider;
pub use small_multiples::{MiniPanel, SmallMultiples, SmallMultiplesResponse, Whose};
pub use stat_tile::{STAT_TILE, stat_tile_ui};
pub use step_rail::StepRail;
pub use submenu::submenu_ui;
pub use text_wall::{TextWall, WallText};
pub use toasts::{ToastKind, Toasts};
pub use toggle::toggle_ui;
pub use token_mark::{TokenKind, TokenMark, token_key_ui};
pub use weight_bar::{Share, weight_bar_ui};

use eframe::egui::{Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo};

use crate::theme::{UiTokens as _, radius};

/// The line around a painted control that has the keyboard's focus.
fn focus_ring(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let stroke = Stroke::new(1.0, ui.tokens().secondary);
        ui.painter().rect_stroke(rect.expand(2.0), radius::CONTROL, stroke, StrokeKind::Outside);
    }
}

/// Lets a name that was painted say what it means; nothing where it needs no word.
fn explained_ui(ui: &Ui, at: Rect, name: &str, what: &str) {
    if what.is_empty() {
        return;
    }
    let shown = ui.interact(at, ui.scope_id().with(("explained", name)), Sense::hover());
    let enabled = ui.is_enabled();
    shown.widget_info(|| WidgetInfo::labeled(Role::Label, enabled, name));
    shown.on_hover_text(what);
}
