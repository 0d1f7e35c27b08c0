//! What the library of file dialogs says in its log and nowhere else: that a dialog could not be shown. To its caller that looks
//! like a user who closed it.

use std::sync::atomic::{AtomicBool, Ordering};

use log::{Level, LevelFilter, Log, Metadata, Record, SetLoggerError};

/// Whether the last dialog failed, as far as was heard.
static FAILED: AtomicBool = AtomicBool::new(false);

/// A dialog is about to open: what was heard of the ones before is forgotten.
pub fn dialog_begins() {
    FAILED.store(false, Ordering::SeqCst);
}

/// Whether the dialog that began last failed.
pub fn dialog_failed() -> bool {
    FAILED.load(Ordering::SeqCst)
}

/// Makes a logger the program's own; what it is told of dialogs is heard whether it prints that or not.
///
/// # Errors
/// When the program has a logger.
pub fn install(logger: impl Log + 'static, level: LevelFilter) -> Result<(), SetLoggerError> {
    log::set_boxed_logger(Box::new(Listening(logger)))?;
    log::set_max_level(level.max(LevelFilter::Warn));
    Ok(())
}

/// Listens, and passes on what the logger wants.
struct Listening<L>(L);

impl<L: Log> Log for Listening<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_of_dialogs(metadata) || self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if is_of_dialogs(record.metadata()) {
            match record.level() {
                Level::Error => FAILED.store(true, Ordering::SeqCst),
                // It has another way of showing a dialog, and goes that way now.
                Level::Warn => FAILED.store(false, Ordering::SeqCst),
                Level::Info | Level::Debug | Level::Trace => {}
            }
        }
        if self.0.enabled(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

fn is_of_dialogs(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    target == "rfd" || target.starts_with("rfd::")
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Prints errors of the program alone, into a list.
    struct Kept(Mutex<Vec<String>>);

    impl Log for Kept {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "stillroom" && metadata.level() == Level::Error
        }

        fn log(&self, record: &Record<'_>) {
            self.0.lock().unwrap().push(record.args().to_string());
        }

        fn flush(&self) {}
    }

    #[test]
    fn only_a_failure_of_the_last_way_counts_and_nothing_more_is_printed() {
        let logger = Listening(Kept(Mutex::default()));
        let say = |target: &str, level, text: &str| {
            logger.log(&Record::builder().target(target).level(level).args(format_args!("{text}")).build());
        };
        dialog_begins();
        say("stillroom", Level::Error, "ours");
        say("rfdx", Level::Error, "someone else's");
        assert!(!dialog_failed());
        say("rfd::backend::portal", Level::Error, "no portal");
        assert!(dialog_failed());
        say("rfd::backend::portal", Level::Warn, "zenity instead");
        assert!(!dialog_failed());
        say("rfd", Level::Error, "no zenity");
        assert!(dialog_failed());
        dialog_begins();
        assert!(!dialog_failed());
        assert_eq!(*logger.0.0.lock().unwrap(), ["ours"]);
    }
}
