//! A board that plays the instruments: `--simulate`. It answers on the level of the bus, the pin and the serial line, so
//! that everything above it, drivers included, is what runs on a Pi.
//!
//! | file | what it plays |
//! |---|---|
//! | `bus` | SCD4x, SHT4x and ADS1115 on I²C |
//! | `pins` | motion, passages and pulses, as changes of pins |
//! | `meter` | a meter in standard mode |

mod bus;
mod meter;
mod pins;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use bus::Bus;
pub use pins::{Pin, Role, Wire};

use crate::pins::{Board, Edges, Line, Pull, Unwired};
use crate::tic::Mode;

/// A bench with instruments that are not there.
#[derive(Debug, Default)]
pub struct Bench {
    wires: Vec<Wire>,
}

impl Bench {
    /// A bench that knows what is wired to which pin; buses and lines have one of each instrument.
    pub const fn new(wires: Vec<Wire>) -> Self {
        Self { wires }
    }
}

impl Board for Bench {
    type Bus = Bus;
    type Pin = Pin;

    fn bus(&self, _: u8) -> Result<Bus, Unwired> {
        Ok(Bus::default())
    }

    fn pin(&self, number: u8, _: Pull) -> Result<(Pin, Edges), Unwired> {
        let wire = self.wires.iter().find(|wire| wire.pin == number).copied();
        let (sender, edges) = Edges::new();
        let level = Arc::new(AtomicBool::new(wire.is_none_or(|wire| wire.rests_high)));
        let player = wire.map(|wire| pins::play(wire, sender, Arc::clone(&level)));
        Ok((Pin::new(level, player), edges))
    }

    fn line(&self, _: &str) -> Line {
        Box::new(|mode: Mode| Ok(Box::new(meter::Meter::new(mode))))
    }
}
