//! Waiting for something observable, with a deadline instead of a sleep.

use std::time::{Duration, Instant};

/// Deadline of what is expected at once. Long, since it costs time only on failure and the machine may be busy.
pub const SOON: Duration = Duration::from_mins(1);

/// Deadline of what takes a while on a machine that has nothing else to do.
pub const PATIENTLY: Duration = Duration::from_mins(5);

/// Interval of the polls.
const EVERY: Duration = Duration::from_millis(50);

/// Polls `probe` until it returns a value, and returns that.
///
/// # Panics
/// When there is none within `limit`.
pub fn eventually<T>(what: &str, limit: Duration, mut probe: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {limit:?}: {what}");
        std::thread::sleep(EVERY);
    }
}

/// Whether a program that a test needs is installed. When it is not, prints so, and in CI fails.
///
/// # Panics
/// With `CI=true` in the environment, when the program is missing.
pub fn have(program: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path)
            .chain(["/usr/sbin".into()])
            .any(|folder| folder.join(program).is_file())
    });
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(found || !in_ci, "{program} is not installed, and CI must not skip what needs it");
    if !found {
        eprintln!("skipped: {program} is not installed (a Debian package has it)");
    }
    found
}
