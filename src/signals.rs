//! The system's and the user's requests to end the program: Ctrl-C, and on Unix also SIGTERM and SIGHUP. The first one is told
//! to a listener, so that a job is paused and stored; a repeated Ctrl-C or SIGTERM ends the program at once.

use std::io;

/// Calls `listener` on a thread of its own whenever the program is asked to end. The second SIGINT and the second SIGTERM end the
/// process with status 1 instead.
///
/// SIGHUP never counts as a repetition: a terminal that closes sends it from the kernel and from the shell. Where it was
/// ignored at the start, as `nohup` does, it stays ignored.
///
/// # Errors
/// When the system gives no handler or no thread; signals do then what they do by default.
pub fn listen(listener: impl Fn() + Send + 'static) -> io::Result<()> {
    system::listen(listener)
}

#[cfg(unix)]
mod system {
    use std::collections::HashMap;
    use std::io;
    use std::time::{Duration, Instant};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    /// `timeout` sends its signal to the process and at once again to the process's group: that is one request.
    const ECHO: Duration = Duration::from_millis(100);

    pub fn listen(listener: impl Fn() + Send + 'static) -> io::Result<()> {
        let mut heard = vec![SIGINT, SIGTERM];
        if hangup_is_ignored() == Some(false) {
            heard.push(SIGHUP);
        }
        let mut signals = Signals::new(heard)?;
        let listen = move || {
            let mut first: HashMap<i32, Instant> = HashMap::new();
            for signal in signals.forever() {
                match first.get(&signal) {
                    Some(first) if signal != SIGHUP && first.elapsed() >= ECHO => std::process::exit(1),
                    Some(_) => {}
                    None => {
                        first.insert(signal, Instant::now());
                        listener();
                    }
                }
            }
        };
        std::thread::Builder::new().name("stillroom-signals".to_owned()).spawn(listen)?;
        Ok(())
    }

    /// Whether SIGHUP was ignored when the program began; `None` where that cannot be found out. Then it is left alone: an
    /// ignored one must not end a job, and one that is not ignored ends a job that can be resumed.
    fn hangup_is_ignored() -> Option<bool> {
        let mask = if cfg!(any(target_os = "linux", target_os = "android")) {
            let status = std::fs::read_to_string("/proc/self/status").ok()?;
            status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?.trim().to_owned()
        } else {
            let own = std::process::id().to_string();
            let told = std::process::Command::new("ps").args(["-o", "ignored=", "-p", &own]).output().ok()?;
            String::from_utf8(told.stdout).ok()?.trim().to_owned()
        };
        has(&mask, SIGHUP)
    }

    /// Whether a signal is in a mask in hexadecimal, signal 1 being its lowest bit.
    fn has(mask: &str, signal: i32) -> Option<bool> {
        let mask = u128::from_str_radix(mask.trim_start_matches("0x"), 16).ok()?;
        Some(mask >> (signal - 1) & 1 == 1)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn masks_are_read_from_their_lowest_bit() {
            assert_eq!(has("0000000000001001", SIGHUP), Some(true));
            assert_eq!(has("0000000000001000", SIGHUP), Some(false));
            assert_eq!(has("4000", SIGTERM), Some(true));
            assert_eq!(has("", SIGHUP), None);
            assert_eq!(has("-", SIGHUP), None);
        }

        #[test]
        #[cfg(target_os = "linux")]
        fn linux_tells_what_is_ignored() {
            assert!(hangup_is_ignored().is_some());
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;
    use std::sync::atomic::{AtomicBool, Ordering};

    pub fn listen(listener: impl Fn() + Send + 'static) -> io::Result<()> {
        let asked = AtomicBool::new(false);
        let heard = move || {
            if asked.swap(true, Ordering::Relaxed) {
                std::process::exit(1);
            }
            listener();
        };
        ctrlc::set_handler(heard).map_err(io::Error::other)
    }
}
