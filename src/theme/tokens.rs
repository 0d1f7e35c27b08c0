//! The colours of the two themes, read from `assets/theme/`, and the few sizes that everything is built from.
//! Only data has colour: teacher, student, label, the baseline, good, doubtful and bad; the rest is grey.

use std::sync::OnceLock;

use eframe::egui::{self, Color32};
use serde::{Deserialize, Deserializer};

use super::sizes::number;

/// The colours of one theme.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// Behind the panels, and the text on a primary button.
    #[serde(deserialize_with = "hex")]
    pub window: Color32,
    /// A panel's ground.
    #[serde(deserialize_with = "hex")]
    pub panel: Color32,
    /// A control at rest, a tile.
    #[serde(deserialize_with = "hex")]
    pub control: Color32,
    /// A control under the pointer, and the track of a slider.
    #[serde(deserialize_with = "hex")]
    pub hover: Color32,
    /// What is chosen in a list, and selected text.
    #[serde(deserialize_with = "hex")]
    pub selected: Color32,
    /// Lines between panels and around controls.
    #[serde(deserialize_with = "hex")]
    pub hairline: Color32,
    /// What is read first.
    #[serde(deserialize_with = "hex")]
    pub text: Color32,
    /// What is read second: values beside their names, actions in headers.
    #[serde(deserialize_with = "hex")]
    pub secondary: Color32,
    /// Ticks and captions.
    #[serde(deserialize_with = "hex")]
    pub tertiary: Color32,
    /// The teacher, and the soft targets that come from it.
    #[serde(deserialize_with = "hex")]
    pub teacher: Color32,
    /// The student.
    #[serde(deserialize_with = "hex")]
    pub student: Color32,
    /// The label, and the hard term that comes from it.
    #[serde(deserialize_with = "hex")]
    pub label: Color32,
    /// The student without a teacher; its lines are always dashed.
    #[serde(deserialize_with = "hex")]
    pub no_teacher: Color32,
    /// Better, finished, safe.
    #[serde(deserialize_with = "hex")]
    pub good: Color32,
    /// Worth a second look.
    #[serde(deserialize_with = "hex")]
    pub doubtful: Color32,
    /// Failed.
    #[serde(deserialize_with = "hex")]
    pub bad: Color32,
    /// Behind what lies over the window.
    #[serde(deserialize_with = "hex")]
    pub shadow: Color32,
    #[serde(deserialize_with = "scale")]
    series: Vec<Color32>,
    #[serde(deserialize_with = "scale")]
    swept: Vec<Color32>,
    #[serde(deserialize_with = "scale")]
    outcome: Vec<Color32>,
    #[serde(deserialize_with = "scale")]
    diverging: Vec<Color32>,
}

/// The files of the dark theme and of the light one, as they were built in.
pub(super) const BUILT_IN: [&str; 2] =
    [include_str!("../../assets/theme/dark.toml"), include_str!("../../assets/theme/light.toml")];

/// The ground of a picture that does not fill its square, in either theme.
pub const PICTURE: Color32 = Color32::BLACK;

impl Tokens {
    /// The colours of a theme as they are now.
    pub fn of(theme: egui::Theme) -> &'static Self {
        static THEMES: OnceLock<[Tokens; 2]> = OnceLock::new();
        static PROJECTED: OnceLock<[Tokens; 2]> = OnceLock::new();
        if super::projected() {
            let all = PROJECTED.get_or_init(|| {
                BUILT_IN.map(|file| Self::read(file).unwrap_or_else(Self::without).with_high_contrast())
            });
            return &all[usize::from(theme == egui::Theme::Light)];
        }
        #[cfg(debug_assertions)]
        if let Some(live) = live::of(theme) {
            return live;
        }
        let [dark, light] = THEMES.get_or_init(|| BUILT_IN.map(|file| Self::read(file).unwrap_or_else(Self::without)));
        match theme {
            egui::Theme::Dark => dark,
            egui::Theme::Light => light,
        }
    }

    /// Makes these the colours of a theme for as long as the program runs.
    #[cfg(debug_assertions)]
    pub(super) fn take_the_place_of(self, theme: egui::Theme) {
        live::put(theme, self);
    }

    /// For a projector: grounds are black or white, what is read second is read as well as what is read first, lines are seen from afar.
    fn with_high_contrast(self) -> Self {
        let is_dark = contrast(self.panel, Color32::WHITE) > contrast(self.panel, Color32::BLACK);
        let [ground, ink] = if is_dark { [Color32::BLACK, Color32::WHITE] } else { [Color32::WHITE, Color32::BLACK] };
        Self {
            window: ground,
            panel: ground,
            text: ink,
            secondary: self.secondary.lerp_to_gamma(ink, 0.75),
            tertiary: self.tertiary.lerp_to_gamma(ink, 0.6),
            hairline: self.hairline.lerp_to_gamma(ink, 0.35),
            hover: self.hover.lerp_to_gamma(ink, 0.1),
            ..self
        }
    }

    /// Reads a theme's file.
    ///
    /// # Errors
    /// The line and what is wrong with it.
    pub fn read(file: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(file)
    }

    /// Black on white, where a file that was built in cannot be read; a test sees to it that this does not happen.
    fn without(error: toml::de::Error) -> Self {
        log::error!("a theme cannot be read: {error}");
        let [ink, ground] = [Color32::BLACK, Color32::WHITE];
        Self {
            window: ground,
            panel: ground,
            control: ground,
            hover: ground,
            selected: ground,
            hairline: ink,
            text: ink,
            secondary: ink,
            tertiary: ink,
            teacher: ink,
            student: ink,
            label: ink,
            no_teacher: ink,
            good: ink,
            doubtful: ink,
            bad: ink,
            shadow: ink,
            series: vec![ink],
            swept: vec![ground, ink],
            outcome: vec![ground, ink],
            diverging: vec![ink, ground, ink],
        }
    }

    /// The colour of a thing at an index of a row that has no order; after the last one they begin again.
    pub fn series(&self, index: usize) -> Color32 {
        self.series[index % self.series.len()]
    }

    /// The colour of a swept value that lies at `share` of its scale, 0 for the coldest to 1 for the hottest.
    pub fn swept(&self, share: f32) -> Color32 {
        along(&self.swept, share)
    }

    /// The colour of a result that lies at `share` of its scale, 0 for the worst to 1 for the best.
    pub fn outcome(&self, share: f32) -> Color32 {
        along(&self.outcome, share)
    }

    /// The colour of a difference: −1 for the best, 0 for none, 1 for the worst.
    pub fn diverging(&self, share: f32) -> Color32 {
        along(&self.diverging, if share.is_finite() { 0.5 + 0.5 * share } else { 0.5 })
    }

    /// The colour of text that lies on a coloured ground: black or white, whichever stands out more.
    pub fn ink_on(&self, ground: Color32) -> Color32 {
        if contrast(ground, Color32::BLACK) > contrast(ground, Color32::WHITE) {
            Color32::BLACK
        } else {
            Color32::WHITE
        }
    }

    /// Every colour with its name, for the style page.
    pub fn named(&self) -> [(&'static str, Color32); 16] {
        [
            ("window", self.window),
            ("panel", self.panel),
            ("control", self.control),
            ("hover", self.hover),
            ("selected", self.selected),
            ("hairline", self.hairline),
            ("text", self.text),
            ("secondary", self.secondary),
            ("tertiary", self.tertiary),
            ("teacher", self.teacher),
            ("student", self.student),
            ("label", self.label),
            ("no_teacher", self.no_teacher),
            ("good", self.good),
            ("doubtful", self.doubtful),
            ("bad", self.bad),
        ]
    }
}

/// The colour at a share of a scale.
fn along(stops: &[Color32], share: f32) -> Color32 {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let at = share * (stops.len() - 1) as f32;
    let low = (at as usize).min(stops.len() - 2);
    stops[low].lerp_to_gamma(stops[low + 1], at - low as f32)
}

/// A colour as a theme's file writes it, e.g. `"#F2A541"`.
fn hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Color32, D::Error> {
    let written = String::deserialize(deserializer)?;
    colour(&written).map_err(serde::de::Error::custom)
}

/// Three colours or more.
fn scale<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Color32>, D::Error> {
    let written = Vec::<String>::deserialize(deserializer)?;
    if written.len() < 3 {
        return Err(serde::de::Error::custom("a scale has three colours or more"));
    }
    written.iter().map(|written| colour(written).map_err(serde::de::Error::custom)).collect()
}

fn colour(written: &str) -> Result<Color32, String> {
    Color32::from_hex(written).map_err(|_| format!("{written} is no colour; give one as \"#F2A541\""))
}

/// Distances, in steps of four.
pub mod space {
    use super::number;

    /// Between things that belong together.
    pub const XS: f32 = number("space_xs");
    /// Between controls.
    pub const S: f32 = number("space_s");
    /// From a panel's edge to its content.
    pub const M: f32 = number("space_m");
    /// Between groups.
    pub const L: f32 = number("space_l");
}

/// How round corners are.
pub mod radius {
    use super::number;

    /// Controls, tiles and pop-ups.
    pub const CONTROL: u8 = number("radius_control") as u8;
    /// Bars of data, and what lies inside a control.
    pub const BAR: u8 = number("radius_bar") as u8;
    /// What lies over the window.
    pub const WINDOW: u8 = number("radius_window") as u8;
}

/// Sizes of text and of rows.
pub mod size {
    use super::number;

    /// Text.
    pub const BODY: f32 = number("body");
    /// The names of curves over a plot.
    pub const LEGEND: f32 = number("legend");
    /// Captions under and beside things.
    pub const CAPTION: f32 = number("caption");
    /// Ticks of sliders and axes.
    pub const TICK: f32 = number("tick");
    /// The names of classes under bars a few points wide.
    pub const TINY: f32 = number("tiny");
    /// A number that is the point of its tile.
    pub const VALUE: f32 = number("value");
    /// Words that are read in sentences: pages of lessons.
    pub const READING: f32 = number("reading");
    /// What such a page is called.
    pub const HEADING: f32 = number("heading");
    /// A row of a list, and a control.
    pub const ROW: f32 = number("row");
    /// The title row of a section.
    pub const SECTION: f32 = number("section");
    /// The side of a painted icon.
    pub const ICON: f32 = number("icon");
    /// The stroke of a painted icon.
    pub const STROKE: f32 = number("stroke");
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
        Tokens::of(if self.dark_mode { egui::Theme::Dark } else { egui::Theme::Light })
    }
}

/// Colours that were read since the start, for those who tune them.
#[cfg(debug_assertions)]
mod live {
    use std::sync::RwLock;
    use std::sync::atomic::{AtomicBool, Ordering};

    use eframe::egui::Theme;

    use super::Tokens;

    /// For the dark theme and the light one.
    static LIVE: RwLock<[Option<&'static Tokens>; 2]> = RwLock::new([None; 2]);

    /// Whether there are any: the usual answer must cost nothing.
    static CHANGED: AtomicBool = AtomicBool::new(false);

    pub(super) fn of(theme: Theme) -> Option<&'static Tokens> {
        if !CHANGED.load(Ordering::Acquire) {
            return None;
        }
        LIVE.read().ok()?[theme as usize]
    }

    pub(super) fn put(theme: Theme, tokens: Tokens) {
        // As often as someone saves, and never in a release.
        let tokens: &'static Tokens = Box::leak(Box::new(tokens));
        if let Ok(mut live) = LIVE.write() {
            live[theme as usize] = Some(tokens);
        }
        CHANGED.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn themes() -> [Tokens; 2] {
        BUILT_IN.map(|file| Tokens::read(file).unwrap())
    }

    #[test]
    fn a_faulty_file_says_where() {
        let wrong = BUILT_IN[0].replace("#F2A541\"\nstudent", "orange\"\nstudent");
        let error = Tokens::read(&wrong).unwrap_err().to_string();
        assert!(error.contains("orange") && error.contains("teacher"), "{error}");
        assert!(Tokens::read(&format!("accent = \"#000000\"\n{}", BUILT_IN[0])).is_err());
    }

    #[test]
    fn all_text_passes_aa_on_every_ground() {
        for t in themes() {
            for ground in [t.window, t.panel, t.control, t.hover, t.selected] {
                for text in [t.text, t.secondary, t.tertiary] {
                    assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}: {}", contrast(text, ground));
                }
            }
            for ground in [t.panel, t.control] {
                for text in [t.teacher, t.student, t.label, t.no_teacher, t.good, t.doubtful, t.bad] {
                    assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}: {}", contrast(text, ground));
                }
            }
            // Lines and dots need less than words do.
            for ground in [t.panel, t.control] {
                for line in &t.series {
                    assert!(contrast(*line, ground) >= 3.0, "{line:?} on {ground:?}: {}", contrast(*line, ground));
                }
            }
            // The words of a primary button and of a hint, and both grounds of the button.
            assert!(contrast(t.window, t.text) >= 4.5);
            assert!(contrast(t.window, t.text.lerp_to_gamma(t.secondary, 0.25)) >= 4.5);
        }
    }

    #[test]
    fn ink_on_a_scale_passes_aa() {
        for t in themes() {
            for step in 0..=100 {
                let share = step as f32 / 100.0;
                for ground in [t.swept(share), t.outcome(share), t.diverging(2.0 * share - 1.0)] {
                    assert!(contrast(t.ink_on(ground), ground) >= 4.5, "{ground:?}");
                }
            }
        }
    }

    #[test]
    fn scales_run_from_end_to_end() {
        for t in themes() {
            let last = t.swept.len() - 1;
            assert_eq!([t.swept(0.0), t.swept(7.0), t.swept(f32::NAN)], [t.swept[0], t.swept[last], t.swept[0]]);
            assert_eq!(t.swept(1.0 / last as f32), t.swept[1]);
            let middle = t.diverging[t.diverging.len() / 2];
            assert_eq!([t.diverging(0.0), t.diverging(f32::NAN)], [middle, middle]);
            assert_eq!(t.diverging(-1.0), t.diverging[0]);
        }
    }

    /// What someone sees who lacks one kind of cone: matrices for severity 1.0 of Machado, Oliveira & Fernandes, “A
    /// physiologically-based model for simulation of color vision deficiency” (2009), on linear RGB.
    const DEFICIENCIES: [[[f32; 3]; 3]; 3] = [
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
    ];

    fn seen(colour: Color32, matrix: Option<[[f32; 3]; 3]>) -> [f32; 3] {
        let [r, g, b, _] = egui::Rgba::from(colour).to_array();
        let rgb = [r, g, b];
        let Some(matrix) = matrix else { return rgb };
        matrix.map(|row| row.iter().zip(rgb).map(|(a, b)| a * b).sum::<f32>().clamp(0.0, 1.0))
    }

    /// CIE L*a*b* under D65, from linear sRGB.
    fn lab([r, g, b]: [f32; 3]) -> [f32; 3] {
        let f = |t: f32| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn apart(a: Color32, b: Color32, matrix: Option<[[f32; 3]; 3]>) -> f32 {
        let (a, b) = (lab(seen(a, matrix)), lab(seen(b, matrix)));
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    }

    #[test]
    fn colours_without_an_order_are_each_their_own_and_no_role_s() {
        for t in themes() {
            assert!(t.series.len() >= 8);
            assert_eq!(t.series(t.series.len() + 1), t.series[1]);
            let roles = [t.teacher, t.student, t.label, t.no_teacher];
            for (at, colour) in t.series.iter().enumerate() {
                for other in t.series[..at].iter().chain(&roles) {
                    let seen = |view| apart(*colour, *other, view);
                    assert!(seen(None) >= 25.0, "{colour:?} {other:?}: {}", seen(None));
                    for view in DEFICIENCIES.map(Some) {
                        assert!(seen(view) >= 12.0, "{colour:?} {other:?} {view:?}: {}", seen(view));
                    }
                }
            }
        }
    }

    #[test]
    fn colours_stay_apart_for_the_colour_blind() {
        let views = || std::iter::once(None).chain(DEFICIENCIES.map(Some));
        for t in themes() {
            for view in views() {
                for pair in t.swept.windows(2) {
                    assert!(apart(pair[0], pair[1], view) >= 10.0, "{pair:?} {view:?}");
                    let rises = lab(seen(pair[1], view))[0] - lab(seen(pair[0], view))[0];
                    assert!(rises > 4.0, "{pair:?} {view:?}: {rises}");
                }
                // One colour, which steps away from the panel towards the best.
                for pair in t.outcome.windows(2) {
                    let steps = [0, 1].map(|i| apart(pair[i], t.panel, view));
                    assert!(steps[1] - steps[0] > 5.0, "{pair:?} {view:?}: {steps:?}");
                }
                for pair in t.diverging.windows(2) {
                    assert!(apart(pair[0], pair[1], view) >= 10.0, "{pair:?} {view:?}");
                }
                assert!(apart(t.diverging[0], t.diverging[t.diverging.len() - 1], view) >= 30.0, "{view:?}");
                for (a, b) in [(t.teacher, t.student), (t.student, t.label), (t.teacher, t.label)] {
                    assert!(apart(a, b, view) >= 18.0, "{a:?} {b:?} {view:?}: {}", apart(a, b, view));
                }
            }
        }
    }
}
