//! What a session lacks that was entered by sudo or ssh.

/// Libraries beneath the window look for a Wayland session in `XDG_RUNTIME_DIR`, and complain on stderr, past every log, where
/// that names no folder. For a window on an X11 display the program starts itself again with a folder in which they find
/// nothing; it comes back where that is not needed, or not possible.
#[cfg(target_os = "linux")]
pub fn enter_session() {
    use std::os::unix::process::CommandExt as _;

    const RUNTIME: &str = "XDG_RUNTIME_DIR";
    /// In which nobody, least of all somebody else, can put anything.
    const NOWHERE: &str = "/dev/null";
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let opens_window = std::env::args_os().nth(1).is_none_or(|first| first.as_encoded_bytes().starts_with(b"--"));
    let has_folder = std::env::var_os(RUNTIME).is_some_and(|folder| std::path::Path::new(&folder).is_absolute());
    if !opens_window || has_folder || !is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut again = std::process::Command::new(program);
    again.args(std::env::args_os().skip(1)).env(RUNTIME, NOWHERE);
    if let Some(name) = std::env::args_os().next() {
        again.arg0(name);
    }
    // Only a failure comes back, and then the window opens with their complaints.
    let error = again.exec();
    log::debug!("the program could not be started again: {error}");
}

/// Other systems have no such folder.
#[cfg(not(target_os = "linux"))]
pub fn enter_session() {}
