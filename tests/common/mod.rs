//! What the tests of the window have in common.

use std::time::{Duration, Instant};

use egui_kittest::Harness;
use stillroom::app::{App, Parts, ScriptedDialogs, Settings, SettingsFile};
use stillroom::protocol::DeviceChoice;
use stillroom::runs::StoreWriter;
use stillroom::state::State;
use stillroom::theme;

pub type Window = Harness<'static, App>;

/// The program on the processor, with what it remembers of itself; `change` says what else differs.
pub fn app(
    cc: &eframe::CreationContext<'_>,
    store: StoreWriter,
    remembered: Settings,
    change: impl FnOnce(&mut Parts),
) -> App {
    theme::install(&cc.egui_ctx);
    let mut parts = Parts {
        store,
        device: DeviceChoice::Cpu,
        program: None,
        dialogs: Box::new(ScriptedDialogs::default()),
        pace: Duration::ZERO,
        settings: SettingsFile::none(),
        remembered: (remembered, None),
        runner: None,
    };
    change(&mut parts);
    App::new(&cc.egui_ctx, parts).unwrap()
}

/// Runs frames until `done` holds; fails after so many seconds.
pub fn until(window: &mut Window, what: &str, seconds: u64, done: impl Fn(&State) -> bool) {
    let start = Instant::now();
    while !done(window.state().state()) {
        assert!(start.elapsed() < Duration::from_secs(seconds), "this never came: {what}");
        window.step();
        std::thread::sleep(Duration::from_millis(10));
    }
}
