//! The colours of the two themes and the few sizes that everything is built from.
//! Only data has colour: teacher, student, label, the baseline, good, doubtful and bad; the rest is grey.

use eframe::egui::{self, Color32};

/// The colours of one theme.
#[derive(Debug)]
pub struct Tokens {
    /// Behind the panels, and the text on a primary button.
    pub window: Color32,
    /// A panel's ground.
    pub panel: Color32,
    /// A control at rest, a tile.
    pub control: Color32,
    /// A control under the pointer, and the track of a slider.
    pub hover: Color32,
    /// What is chosen in a list, and selected text.
    pub selected: Color32,
    /// Lines between panels and around controls.
    pub hairline: Color32,
    /// What is read first.
    pub text: Color32,
    /// What is read second: values beside their names, actions in headers.
    pub secondary: Color32,
    /// Ticks and captions.
    pub tertiary: Color32,
    /// The teacher, and the soft targets that come from it.
    pub teacher: Color32,
    /// The student.
    pub student: Color32,
    /// The label, and the hard term that comes from it.
    pub label: Color32,
    /// The student without a teacher; its lines are always dashed.
    pub no_teacher: Color32,
    /// Better, finished, safe.
    pub good: Color32,
    /// Worth a second look.
    pub doubtful: Color32,
    /// Failed.
    pub bad: Color32,
}

/// The dark theme.
pub const DARK: Tokens = Tokens {
    window: rgb(0x0E_10_14),
    panel: rgb(0x14_17_1C),
    control: rgb(0x1B_1F_26),
    hover: rgb(0x27_2C_35),
    selected: rgb(0x36_3D_49),
    hairline: rgb(0x26_2B_33),
    text: rgb(0xE7_E9_ED),
    secondary: rgb(0xA2_A9_B5),
    tertiary: rgb(0x86_8E_9B),
    teacher: rgb(0xF2_A5_41),
    student: rgb(0x56_B4_E9),
    label: rgb(0xD9_86_B8),
    no_teacher: rgb(0x8C_95_A3),
    good: rgb(0x5B_BF_8A),
    doubtful: rgb(0xE0_B3_41),
    bad: rgb(0xEE_7D_72),
};

/// The light theme.
pub const LIGHT: Tokens = Tokens {
    window: rgb(0xEE_F0_F3),
    panel: rgb(0xFF_FF_FF),
    control: rgb(0xF3_F5_F8),
    hover: rgb(0xE3_E7_ED),
    selected: rgb(0xD3_D9_E2),
    hairline: rgb(0xDE_E3_EA),
    text: rgb(0x15_18_1D),
    secondary: rgb(0x51_5A_67),
    tertiary: rgb(0x63_6C_79),
    teacher: rgb(0xA3_5C_00),
    student: rgb(0x00_6F_AD),
    label: rgb(0xA6_45_7F),
    no_teacher: rgb(0x66_6F_7B),
    good: rgb(0x1A_7D_51),
    doubtful: rgb(0x88_64_00),
    bad: rgb(0xB8_3A_2E),
};

/// Distances, in steps of four.
pub mod space {
    /// Between things that belong together.
    pub const XS: f32 = 4.0;
    /// Between controls.
    pub const S: f32 = 8.0;
    /// From a panel's edge to its content.
    pub const M: f32 = 12.0;
    /// Between groups.
    pub const L: f32 = 16.0;
}

/// How round corners are.
pub mod radius {
    /// Controls, tiles and pop-ups.
    pub const CONTROL: u8 = 6;
    /// Bars of data, and what lies inside a control.
    pub const BAR: u8 = 3;
}

/// Sizes of text and of rows.
pub mod size {
    /// Text.
    pub const BODY: f32 = 12.5;
    /// Captions under and beside things.
    pub const CAPTION: f32 = 11.5;
    /// Ticks of sliders and axes.
    pub const TICK: f32 = 10.5;
    /// A number that is the point of its tile.
    pub const VALUE: f32 = 14.5;
    /// A row of a list, and a control.
    pub const ROW: f32 = 27.0;
    /// The title row of a section.
    pub const SECTION: f32 = 32.0;
    /// The side of a painted icon.
    pub const ICON: f32 = 14.0;
    /// The stroke of a painted icon.
    pub const STROKE: f32 = 1.3;
}

/// A swept value from cold to hot; the same in both themes.
const SWEPT: [Color32; 5] = [rgb(0x3B_5B_A5), rgb(0x7A_68_B0), rgb(0xB9_72_9C), rgb(0xE5_8A_6B), rgb(0xF4_C1_52)];

impl Tokens {
    /// The colour of a swept value that lies at `share` of its scale, 0 for the coldest to 1 for the hottest.
    pub fn swept(&self, share: f32) -> Color32 {
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        let at = share * (SWEPT.len() - 1) as f32;
        let low = (at as usize).min(SWEPT.len() - 2);
        SWEPT[low].lerp_to_gamma(SWEPT[low + 1], at - low as f32)
    }

    /// The colour of text that lies on a coloured ground: black or white, whichever stands out more.
    pub fn ink_on(&self, ground: Color32) -> Color32 {
        if contrast(ground, Color32::BLACK) > contrast(ground, Color32::WHITE) {
            Color32::BLACK
        } else {
            Color32::WHITE
        }
    }
}

/// WCAG 2 contrast ratio.
fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |colour: Color32| {
        let [r, g, b, _] = egui::Rgba::from(colour).to_array();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Gives every [`egui::Ui`] the colours of the theme it is drawn in.
pub trait UiTokens {
    /// The colours of the theme on screen.
    fn tokens(&self) -> &'static Tokens;
}

impl UiTokens for egui::Ui {
    fn tokens(&self) -> &'static Tokens {
        self.visuals().tokens()
    }
}

impl UiTokens for egui::Visuals {
    fn tokens(&self) -> &'static Tokens {
        if self.dark_mode { &DARK } else { &LIGHT }
    }
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_text_passes_aa_on_every_ground() {
        for t in [&DARK, &LIGHT] {
            for ground in [t.window, t.panel, t.control] {
                for text in [t.text, t.secondary, t.tertiary] {
                    assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}: {}", contrast(text, ground));
                }
            }
            for ground in [t.panel, t.control] {
                for text in [t.teacher, t.student, t.label, t.no_teacher, t.good, t.doubtful, t.bad] {
                    assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}: {}", contrast(text, ground));
                }
            }
            assert!(contrast(t.text, t.selected) >= 4.5);
        }
    }

    #[test]
    fn ink_on_a_swept_colour_passes_aa() {
        for step in 0..=100 {
            let ground = DARK.swept(step as f32 / 100.0);
            assert!(contrast(DARK.ink_on(ground), ground) >= 4.5, "{ground:?}");
        }
    }

    #[test]
    fn a_swept_colour_runs_from_cold_to_hot() {
        assert_eq!(DARK.swept(0.0), SWEPT[0]);
        assert_eq!(DARK.swept(0.25), SWEPT[1]);
        assert_eq!(DARK.swept(1.0), SWEPT[4]);
        assert_eq!(DARK.swept(7.0), SWEPT[4]);
        assert_eq!(DARK.swept(f32::NAN), SWEPT[0]);
    }
}
