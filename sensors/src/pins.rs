//! Buses, pins and serial lines, and the board that has them. Instruments know nothing else of the hardware.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::InputPin;
use embedded_hal::i2c::I2c;
use serde::Deserialize;

use crate::tic::Mode;
use crate::uptime::Uptime;

/// Capacity of the queue of changes of a pin; more are dropped and counted.
const EDGES: usize = 1024;

/// Source of buses, pins and lines: a Raspberry Pi, or a bench that plays one.
pub trait Board {
    /// An I²C bus; each instrument on it gets a handle of its own.
    type Bus: I2c + Send + 'static;
    /// A pin that is read.
    type Pin: InputPin + Send + 'static;

    /// The I²C bus of this number: `/dev/i2c-1`.
    ///
    /// # Errors
    /// When it cannot be opened, with the remedy.
    fn bus(&self, number: u8) -> Result<Self::Bus, Unwired>;

    /// The pin of this BCM number, and its changes from now on.
    ///
    /// # Errors
    /// When it cannot be opened, with the remedy.
    fn pin(&self, number: u8, pull: Pull) -> Result<(Self::Pin, Edges), Unwired>;

    /// A way to open the serial line at `path` in the mode of a meter, again and again: adapters are unplugged.
    fn line(&self, path: &str) -> Line;
}

/// Opens a serial line; a read on it waits for a second at most.
pub type Line = Box<dyn FnMut(Mode) -> std::io::Result<Box<dyn Read + Send>> + Send>;

/// Waits by putting the thread to sleep.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sleep;

impl DelayNs for Sleep {
    fn delay_ns(&mut self, ns: u32) {
        std::thread::sleep(Duration::from_nanos(u64::from(ns)));
    }
}

/// The resistor that holds a pin while nothing drives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pull {
    /// To 3.3 V: for a contact or an open collector to ground.
    #[default]
    Up,
    /// To ground: for an output that drives 3.3 V.
    Down,
    /// None: there is one outside.
    Off,
}

/// A bus or pin that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be opened: {remedy}")]
pub struct Unwired {
    /// The bus or pin.
    pub what: String,
    /// The remedy.
    pub remedy: &'static str,
    /// Error of the system.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A change of a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Whether the pin is high after it.
    pub high: bool,
    /// When.
    pub at: Uptime,
}

/// The changes of one pin, in order.
#[derive(Debug)]
pub struct Edges {
    receiver: Receiver<Edge>,
    lost: Arc<AtomicU64>,
}

/// Sender of the changes of one pin.
#[derive(Clone, Debug)]
pub struct EdgeSender {
    sender: SyncSender<Edge>,
    lost: Arc<AtomicU64>,
}

impl Edges {
    /// An empty queue of changes, and its sender.
    pub fn new() -> (EdgeSender, Self) {
        let (sender, receiver) = sync_channel(EDGES);
        let lost = Arc::new(AtomicU64::new(0));
        (EdgeSender { sender, lost: Arc::clone(&lost) }, Self { receiver, lost })
    }

    /// The next change; `None` when there is none within `patience`.
    pub fn wait(&self, patience: Duration) -> Option<Edge> {
        match self.receiver.recv_timeout(patience) {
            Ok(edge) => Some(edge),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                // Nobody watches the pin any more; do not spin.
                std::thread::sleep(patience);
                None
            }
        }
    }

    /// Number of changes dropped because the instrument was not quick enough; counts anew after each call.
    pub fn lost(&self) -> u64 {
        self.lost.swap(0, Ordering::Relaxed)
    }
}

impl EdgeSender {
    /// Hands a change on; never waits.
    pub fn send(&self, edge: Edge) {
        if let Err(TrySendError::Full(_)) = self.sender.try_send(edge) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}
