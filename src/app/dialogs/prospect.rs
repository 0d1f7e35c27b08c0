//! Whether a file dialog can open on this system, known before one is asked for.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The last answer to the question; it is sought on a thread of its own.
#[derive(Clone)]
pub(super) struct Prospect {
    known: Arc<(Mutex<Option<bool>>, Condvar)>,
    look: fn() -> bool,
}

/// A system that has not answered by then is not waited for: a dialog would have to wait for it as well.
const LIMIT: Duration = Duration::from_secs(2);

impl Prospect {
    /// Begins to look.
    pub fn begin() -> Self {
        Self::of(system::can_open)
    }

    fn of(look: fn() -> bool) -> Self {
        let prospect = Self { known: Arc::default(), look };
        prospect.look_again();
        prospect
    }

    /// What is known; waits for the first look, but not for long.
    pub fn can_open(&self) -> bool {
        let (known, came) = &*self.known;
        let known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = came.wait_timeout_while(known, LIMIT, |known| known.is_none());
        let (known, _) = waited.unwrap_or_else(PoisonError::into_inner);
        known.unwrap_or(false)
    }

    /// Looks again, for the next time.
    pub fn look_again(&self) {
        let Self { known, look } = self.clone();
        let find_out = move || {
            let found = look();
            *known.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
            known.1.notify_all();
        };
        // Without a thread there is none for a dialog either.
        let _ = std::thread::Builder::new().name("stillroom-prospect".to_owned()).spawn(find_out);
    }
}

#[cfg(any(
    target_os = "linux",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
))]
mod system {
    use std::path::Path;

    use super::LIMIT;
    use crate::app::dialogs::wait_for;

    const PORTAL: &str = "org.freedesktop.portal.Desktop";

    /// Dialogs are shown by the desktop's portal, or else by a program.
    const PROGRAM: &str = "zenity";

    pub fn can_open() -> bool {
        let portal = wait_for(portal()).unwrap_or_else(|error| {
            log::debug!("there is no session bus: {error}");
            Portal::default()
        });
        decide(portal, is_on_path(PROGRAM))
    }

    /// What the session bus knows of the portal.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    struct Portal {
        /// Whether it runs.
        owned: bool,
        /// Whether the bus would start it.
        activatable: bool,
        /// Whether it shows file dialogs; none where it does not answer in time.
        chooser: Option<bool>,
    }

    /// A portal is asked first, so that one which never answers keeps the program from being started.
    fn decide(portal: Portal, program: bool) -> bool {
        if portal.owned || portal.activatable { portal.chooser.is_some_and(|shows| shows || program) } else { program }
    }

    async fn portal() -> zbus::Result<Portal> {
        let bus = zbus::connection::Builder::session()?.method_timeout(LIMIT).build().await?;
        let dbus = zbus::fdo::DBusProxy::new(&bus).await?;
        let owned = dbus.name_has_owner(PORTAL.try_into()?).await?;
        let activatable = dbus.list_activatable_names().await?.iter().any(|name| name.as_str() == PORTAL);
        let mut portal = Portal { owned, activatable, chooser: None };
        if owned || activatable {
            let path = "/org/freedesktop/portal/desktop";
            let version = ("org.freedesktop.portal.FileChooser", "version");
            let properties = Some("org.freedesktop.DBus.Properties");
            portal.chooser = match bus.call_method(Some(PORTAL), path, properties, "Get", &version).await {
                Ok(_) => Some(true),
                Err(zbus::Error::InputOutput(error)) if error.kind() == std::io::ErrorKind::TimedOut => None,
                Err(_) => Some(false),
            };
        }
        Ok(portal)
    }

    fn is_on_path(program: &str) -> bool {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders).any(|folder| is_program(&folder.join(program)))
    }

    fn is_program(path: &Path) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_dialog_needs_a_portal_that_shows_one_or_the_program() {
            let (shows, lacks, silent) = (Some(true), Some(false), None);
            // owned, activatable, what the portal says, the program is there, a dialog opens
            let cases = [
                (false, false, silent, false, false),
                (false, false, silent, true, true),
                (true, false, shows, false, true),
                (false, true, shows, false, true),
                (true, true, shows, true, true),
                (true, false, lacks, false, false),
                (true, false, lacks, true, true),
                (false, true, lacks, false, false),
                (false, true, lacks, true, true),
                (true, false, silent, true, false),
                (false, true, silent, false, false),
            ];
            for (owned, activatable, chooser, program, opens) in cases {
                let portal = Portal { owned, activatable, chooser };
                assert_eq!(decide(portal, program), opens, "{portal:?} {program}");
            }
        }

        #[test]
        fn a_program_is_a_file_that_can_be_run() {
            use std::os::unix::fs::PermissionsExt as _;
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(PROGRAM);
            assert!(!is_program(&path));
            std::fs::write(&path, "#!/bin/sh\n").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(!is_program(&path));
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            assert!(is_program(&path));
            assert!(!is_program(folder.path()));
        }
    }
}

/// Elsewhere dialogs are part of the system.
#[cfg(not(any(
    target_os = "linux",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
)))]
mod system {
    pub fn can_open() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    use super::*;

    #[test]
    fn the_first_look_is_waited_for_and_a_later_one_is_for_the_next_time() {
        static LOOKS: AtomicUsize = AtomicUsize::new(0);
        let prospect = Prospect::of(|| {
            std::thread::sleep(Duration::from_millis(50));
            LOOKS.fetch_add(1, Ordering::SeqCst) > 0
        });
        assert!(!prospect.can_open());
        prospect.look_again();
        assert!(!prospect.can_open(), "it is not waited for");
        let start = Instant::now();
        while !prospect.can_open() {
            assert!(start.elapsed() < Duration::from_secs(10), "the second look never came");
            std::thread::yield_now();
        }
    }
}
