//! What the lens has worked out, from one frame to the next: means over many rows are worked out again for another T or other logits alone.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use eframe::egui::{Id, Ui};

use crate::state::{LensView, Seen, State};

/// Which of the things that are kept it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    /// At the lens's T.
    Now,
    /// At T = 1.
    AtOne,
    /// What stands beside.
    Beside,
    /// The same at T = 1.
    BesideAtOne,
}

/// What is seen at T.
pub(super) fn seen(
    ui: &Ui,
    state: &State,
    view: &LensView<'_>,
    temperature: f64,
    slot: impl Hash + Debug,
) -> Arc<Seen> {
    if view.over.is_none() {
        return Arc::new(view.seen(temperature));
    }
    kept(ui, ("seen", slot), (state.look_key(view), temperature.to_bits()), || view.seen(temperature))
}

/// Something that depends on a key alone.
pub(super) fn kept<T: Send + Sync + 'static>(
    ui: &Ui,
    name: impl Hash + Debug,
    key: (u64, u64),
    make: impl FnOnce() -> T,
) -> Arc<T> {
    let id = Id::unique(("kept by the lens", name));
    let known = ui.data(|data| data.get_temp::<((u64, u64), Arc<T>)>(id));
    if let Some((_, made)) = known.filter(|(known, _)| *known == key) {
        return made;
    }
    let made = Arc::new(make());
    ui.data_mut(|data| data.insert_temp(id, (key, Arc::clone(&made))));
    made
}
