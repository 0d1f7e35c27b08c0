//! Turns the tokens into egui's style: flat, compact, hairlines instead of boxes.
//! A control that has the focus gets a brighter line around it, in every widget.

use eframe::egui::{CornerRadius, Margin, Shadow, Stroke, Style, TextStyle, style::WidgetVisuals, vec2};

use super::{Tokens, fonts, radius, size, space};

pub(super) fn apply(style: &mut Style, t: &Tokens) {
    text_styles(style);
    spacing(style);
    visuals(style, t);
    style.animation_time = 0.12;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
}

fn text_styles(style: &mut Style) {
    let regular = fonts::font;
    style.text_styles = [
        (TextStyle::Body, regular(size::BODY)),
        (TextStyle::Button, regular(size::BODY)),
        (TextStyle::Small, regular(size::CAPTION)),
        (TextStyle::Heading, fonts::semibold(size::VALUE)),
        (TextStyle::Monospace, fonts::mono(size::CAPTION)),
    ]
    .into();
    style.drag_value_text_style = TextStyle::Body;
}

fn spacing(style: &mut Style) {
    let s = &mut style.spacing;
    s.item_spacing = vec2(space::S, space::XS);
    s.button_padding = vec2(10.0, 4.0);
    s.interact_size = vec2(32.0, size::ROW);
    s.menu_margin = Margin::same(6);
    s.window_margin = Margin::same(12);
    s.icon_width = 16.0;
    s.icon_width_inner = 10.0;
    s.icon_spacing = space::S;
    s.slider_rail_height = 4.0;
    s.combo_height = 344.0;
    s.scroll.bar_width = 8.0;
    s.scroll.floating_allocated_width = 0.0;
}

fn visuals(style: &mut Style, t: &Tokens) {
    let v = &mut style.visuals;
    let rest = WidgetVisuals {
        bg_fill: t.hover,
        weak_bg_fill: t.control,
        bg_stroke: Stroke::new(1.0, t.hairline),
        corner_radius: CornerRadius::same(radius::CONTROL),
        fg_stroke: Stroke::new(size::STROKE, t.text),
        expansion: 0.0,
    };
    v.widgets.noninteractive = WidgetVisuals { bg_fill: t.panel, weak_bg_fill: t.panel, ..rest };
    v.widgets.inactive = rest;
    v.widgets.hovered = WidgetVisuals { weak_bg_fill: t.hover, bg_fill: t.selected, ..rest };
    v.widgets.open = WidgetVisuals { weak_bg_fill: t.hover, ..rest };
    v.widgets.active =
        WidgetVisuals { weak_bg_fill: t.hover, bg_fill: t.selected, bg_stroke: Stroke::new(1.0, t.secondary), ..rest };

    v.selection.bg_fill = t.selected;
    v.selection.stroke = Stroke::new(1.0, t.text);
    v.text_cursor.stroke = Stroke::new(1.5, t.text);
    v.weak_text_color = Some(t.tertiary);
    v.hyperlink_color = t.student;
    v.warn_fg_color = t.doubtful;
    v.error_fg_color = t.bad;
    v.window_fill = t.panel;
    v.panel_fill = t.panel;
    v.extreme_bg_color = t.window;
    v.text_edit_bg_color = Some(t.control);
    v.code_bg_color = t.control;
    v.faint_bg_color = t.control;
    v.window_stroke = Stroke::new(1.0, t.hairline);
    v.window_corner_radius = CornerRadius::same(radius::WINDOW);
    v.menu_corner_radius = CornerRadius::same(radius::WINDOW);
    v.popup_shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: t.shadow };
    v.window_shadow = Shadow { offset: [0, 8], blur: 32, spread: 0, color: t.shadow };
    v.slider_trailing_fill = true;
    v.indent_has_left_vline = false;
    v.striped = false;
    v.resize_corner_size = 8.0;
}
