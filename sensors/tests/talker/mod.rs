//! A meter on a pseudo terminal, on which somebody talks as a meter does, at its speed, and with damage.
//!
//! A pseudo terminal keeps the speed that it is given but neither parity nor 7-bit characters; those can only be tried on a
//! real line.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::tcgetattr;
use sensors::tic::Mode;

pub(crate) const HISTORIC: &[u8] = include_bytes!("../fixtures/tic/historic-hc.txt");

/// A meter that sends a recording again and again, to a reader at its speed; others receive noise.
pub(crate) struct Talker {
    /// The other end, for whoever listens.
    pub(crate) path: String,
    stop: Arc<AtomicBool>,
    /// The speed at which somebody has last listened, in baud.
    pub(crate) speed: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

/// How a meter talks.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) mode: Mode,
    pub(crate) recording: &'static [u8],
    /// One byte in so many has a bit flipped.
    pub(crate) damage: Option<u32>,
    /// As fast as the line is, or as fast as it is read.
    pub(crate) in_time: bool,
}

impl Talker {
    /// Talks until it is dropped.
    pub(crate) fn start(manner: Manner) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        // As long as somebody holds the other end, a write waits for a reader instead of failing.
        let held = File::options().read(true).write(true).open(&path).unwrap();
        let (stop, speed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopped, listened_at) = (Arc::clone(&stop), Arc::clone(&speed));
        let thread = thread::spawn(move || {
            let _held = held;
            let settings = master.try_clone().unwrap();
            let mut line = File::from(master);
            let mut chance = Pcg64Mcg::seed_from_u64(7);
            for byte in manner.recording.iter().copied().cycle() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let now = tcgetattr(&settings).unwrap().output_speed();
                listened_at.store(u64::from(now), Ordering::SeqCst);
                let mut byte = if now == manner.mode.baud() { byte } else { chance.random() };
                if manner.damage.is_some_and(|one_in| chance.random_ratio(1, one_in)) {
                    byte ^= 1 << chance.random_range(0..8);
                }
                line.write_all(&[byte]).unwrap();
                // Ten bits a byte: start, seven of data, parity, stop.
                let byte_takes = Duration::from_secs(10) / manner.mode.baud();
                thread::sleep(if manner.in_time { byte_takes } else { byte_takes / 20 });
            }
        });
        Self { path, stop, speed, thread: Some(thread) }
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.take().map(JoinHandle::join);
    }
}
