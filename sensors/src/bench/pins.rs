//! Pins that change as if somebody moved, passed a door or used energy.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use embedded_hal::digital::{ErrorType, InputPin};

use crate::pins::{Edge, EdgeSender};
use crate::uptime::Uptime;

/// Wire of a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// The pin's BCM number.
    pub pin: u8,
    /// Part wired to it.
    pub role: Role,
    /// Whether the pin is high while nothing happens.
    pub rests_high: bool,
}

/// Part that changes a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A motion detector.
    Motion,
    /// The outer beam of a door.
    OuterBeam,
    /// The inner beam of a door.
    InnerBeam,
    /// An S0 output.
    Pulses,
}

impl Role {
    /// Interval of the events, delay of the change of the pin after the beginning of one, and its length.
    const fn rhythm_ms(self) -> [u64; 3] {
        match self {
            Self::Motion => [20_000, 0, 8_000],
            // Somebody comes in: first the outer beam, then both, then only the inner one.
            Self::OuterBeam => [15_000, 0, 200],
            Self::InnerBeam => [15_000, 100, 200],
            // 1000 pulses a kWh every 4 s are 900 W.
            Self::Pulses => [4_000, 0, 60],
        }
    }
}

/// A pin of the bench.
#[derive(Debug)]
pub struct Pin {
    level: Arc<AtomicBool>,
    player: Option<Player>,
}

/// The thread that plays a pin; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Player {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Pin {
    pub(super) const fn new(level: Arc<AtomicBool>, player: Option<Player>) -> Self {
        Self { level, player }
    }

    /// Whether anything is wired to the pin.
    pub const fn is_played(&self) -> bool {
        self.player.is_some()
    }
}

impl ErrorType for Pin {
    type Error = Infallible;
}

impl InputPin for Pin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.level.load(Ordering::SeqCst))
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|high| !high)
    }
}

/// Begins to play a wire: both beams of a door at the same instants, since both go by the machine's time.
pub(super) fn play(wire: Wire, sender: EdgeSender, level: Arc<AtomicBool>) -> Player {
    let (stop, stopped) = sync_channel::<()>(0);
    let [every, after, lasts] = wire.role.rhythm_ms();
    let thread = thread::spawn(move || {
        let waits_for = |until: u64| {
            let wait = until.saturating_sub(Uptime::now().as_millis());
            matches!(
                stopped.recv_timeout(Duration::from_millis(wait)),
                Err(RecvTimeoutError::Timeout)
            )
        };
        let mut begin = (Uptime::now().as_millis() / every + 1) * every;
        loop {
            for (at, active) in [(begin + after, true), (begin + after + lasts, false)] {
                if !waits_for(at) {
                    return;
                }
                let high = active != wire.rests_high;
                level.store(high, Ordering::SeqCst);
                sender.send(Edge { high, at: Uptime::from_millis(at) });
            }
            begin += every;
        }
    });
    Player { stop: Some(stop), thread: Some(thread) }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A player that panicked has nothing left to end.
            let _ = thread.join();
        }
    }
}
