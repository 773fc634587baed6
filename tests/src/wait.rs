//! Waiting for something to be seen, with a deadline instead of a sleep.

use std::time::{Duration, Instant};

/// How often the question is asked.
const EVERY: Duration = Duration::from_millis(50);

/// Asks until there is an answer, and returns it.
///
/// # Panics
/// When there is none within `limit`.
pub fn eventually<T>(what: &str, limit: Duration, mut question: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(answer) = question() {
            return answer;
        }
        assert!(Instant::now() < deadline, "not within {limit:?}: {what}");
        std::thread::sleep(EVERY);
    }
}

/// Whether a program that a test needs is there. When it is not, says so, and in CI fails.
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
