//! How much of its thread's time a frame takes: `logic`, `ui` and tessellation, as CPU time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use eframe::egui::{Context, FullOutput, Plugin};

/// Frames that are remembered.
const FRAMES: usize = 240;

/// Measures frames; tessellation is measured (on a copy) while the overlay is shown.
pub(super) struct FrameMeter {
    started: Option<ThreadTime>,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// Whether anyone looks.
    on: bool,
    /// CPU time of `logic` and `ui` since the last output.
    spent: Duration,
    last_frame: Option<Instant>,
    /// CPU time of a frame and the time since the one before.
    frames: VecDeque<(Duration, Duration)>,
}

/// What the overlay shows, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FrameTimes {
    pub frames: usize,
    pub cpu_median: f64,
    pub cpu_99: f64,
    pub interval_median: f64,
    pub interval_99: f64,
}

impl FrameMeter {
    pub fn install(ctx: &Context) -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        ctx.add_plugin(Tessellation { shared: Arc::clone(&shared) });
        Self { started: None, shared }
    }

    pub fn begin(&mut self) {
        self.started = Some(ThreadTime::now());
    }

    pub fn end(&mut self) {
        if let Some(started) = self.started.take() {
            self.shared().spent += started.elapsed();
        }
    }

    pub fn set_on(&self, on: bool) {
        let mut shared = self.shared();
        if shared.on != on {
            *shared = Shared { on, ..Shared::default() };
        }
    }

    pub fn times(&self) -> FrameTimes {
        let shared = self.shared();
        let millis = |pick: fn(&(Duration, Duration)) -> Duration| {
            let mut values: Vec<f64> = shared.frames.iter().map(|frame| pick(frame).as_secs_f64() * 1e3).collect();
            values.sort_by(f64::total_cmp);
            let at = |share: f64| values.get((share * values.len() as f64) as usize).copied().unwrap_or_default();
            (at(0.5), at(0.99))
        };
        let (cpu_median, cpu_99) = millis(|frame| frame.0);
        let (interval_median, interval_99) = millis(|frame| frame.1);
        FrameTimes { frames: shared.frames.len(), cpu_median, cpu_99, interval_median, interval_99 }
    }

    fn shared(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sees each frame's shapes before eframe does.
struct Tessellation {
    shared: Arc<Mutex<Shared>>,
}

impl Plugin for Tessellation {
    fn debug_name(&self) -> &'static str {
        "stillroom frame meter"
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if !shared.on {
            shared.spent = Duration::ZERO;
            return;
        }
        let start = ThreadTime::now();
        let shapes = output.shapes.clone();
        drop(ctx.tessellate(shapes, output.pixels_per_point));
        let cpu = std::mem::take(&mut shared.spent) + start.elapsed();
        let now = Instant::now();
        if let Some(last) = shared.last_frame.replace(now) {
            shared.frames.push_back((cpu, now - last));
            if shared.frames.len() > FRAMES {
                shared.frames.pop_front();
            }
        }
    }
}
