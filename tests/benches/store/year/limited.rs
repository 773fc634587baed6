//! A program with a limit on its memory, and what it took.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tests::Usage;

/// How often a running program is asked for its memory.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What a program took.
pub(crate) struct Ran {
    pub(crate) took: Duration,
    /// The most that was resident at a time, up to the last look.
    pub(crate) peak_mib: f64,
    pub(crate) output: String,
}

/// Runs `command` to its end, which must be a good one, within [`super::LIMIT_KIB`] of memory that it can write to.
/// Address space alone is no limit: an allocator sets much of it apart for each thread, and never uses it.
pub(crate) fn run(command: &Command) -> Ran {
    let limit = format!("ulimit -d {} && exec \"$@\"", super::LIMIT_KIB);
    let mut limited = Command::new("sh");
    limited.args(["-c", &limit, "sh"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let started = Instant::now();
    let mut child = limited.stdout(Stdio::piped()).spawn().expect("there is a shell");
    let mut out = child.stdout.take().expect("it was piped");
    let reading = thread::spawn(move || {
        let mut output = String::new();
        out.read_to_string(&mut output).expect("programs say text");
        output
    });
    let mut peak_mib = 0.0;
    let status = loop {
        peak_mib = Usage::peak_mib(child.id()).unwrap_or(0.0).max(peak_mib);
        match child.try_wait().expect("a child can be waited for") {
            Some(status) => break status,
            None => thread::sleep(LOOK_EVERY),
        }
    };
    let (took, output) = (started.elapsed(), reading.join().expect("it only reads"));
    assert!(status.success(), "{command:?} ended with {status}: {output}");
    Ran { took, peak_mib, output }
}
