//! eframe's `App`: takes reports in, performs commands (the only writer of `State`), dialogs, saving.
