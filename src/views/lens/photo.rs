//! Which photo is looked at: one of the program's own or the user's.

use eframe::egui::{Label, Ui};

use crate::command::{Action, Commands, LensCommand};
use crate::state::{PhotoOf, Shipped, State};
use crate::text::{number, text, text_with};
use crate::theme::{caption, space};
use crate::views::action_button;
use crate::widgets::Dropdown;

/// The key of the words for a photo.
pub(in crate::views) fn photo_key(shipped: Shipped) -> &'static str {
    match shipped {
        Shipped::FireEngine => "photo-fire-engine",
        Shipped::Cat => "photo-cat",
        Shipped::Coffee => "photo-coffee",
    }
}

pub(super) fn photo_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let photo = state.screen.photo.as_ref();
    let name = match photo.map(|photo| &photo.of) {
        Some(PhotoOf::Shipped(shipped)) => text(photo_key(*shipped)),
        Some(PhotoOf::File(path)) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        None => text("lens-subject-photo"),
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        action_button(ui, Action::OpenPhoto, false, state, commands);
        Dropdown::new(&text("photo-which"), &name).plain().show(ui, |ui| {
            for shipped in Shipped::ALL {
                let is_here = photo.is_some_and(|photo| photo.of == PhotoOf::Shipped(shipped));
                if ui.selectable_label(is_here, text(photo_key(shipped))).clicked() {
                    commands.send(LensCommand::Photo(PhotoOf::Shipped(shipped)));
                }
            }
        });
    });
    if let Some(seen) = photo.and_then(|photo| photo.seen.as_ref()) {
        let args = [
            ("milliseconds", number::significant(seen.milliseconds, 2).into()),
            ("width", u64::from(seen.size[1]).into()),
            ("height", u64::from(seen.size[0]).into()),
        ];
        let about = ui.add(Label::new(caption(text_with("photo-about", &args))).wrap());
        about.on_hover_text(text("photo-about-hint"));
    }
}
