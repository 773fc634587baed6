//! Instruments: what a node measures with. Each is a file; none knows the board, the clock on the wall or the network.
//!
//! | file | instrument | measures |
//! |---|---|---|
//! | `scd4x` | Sensirion SCD40 and SCD41 on I²C | co2, temperature, relative_humidity |
//! | `sht4x` | Sensirion SHT40, SHT41 and SHT45 on I²C | temperature, relative_humidity |
//! | `current_clamp` | a current clamp on an ADS1115 on I²C | current, and apparent_power at the nominal voltage |
//! | `motion` | a passive infrared detector on a pin | occupancy_detected |
//! | `door` | two light barriers on two pins | people_in, people_out |
//! | `pulses` | an S0 output on a pin | energy_imported, active_power |
//! | `linky` | a French meter on a serial line | what its labels say |
//! | `debounce` | (their pins) | when a level has settled |
//! | `kept` | (their totals) | what must outlive a power cut |
//! | `pace` | (those that are asked) | when it is time to ask again |

mod current_clamp;
mod debounce;
mod door;
mod kept;
mod linky;
mod motion;
mod pace;
mod pulses;
mod scd4x;
mod sht4x;

use std::time::Duration;

use domain::ids::Channel;
use domain::quantity::{InvalidValue, Quantity};
use domain::{Instant, Value};

pub use current_clamp::{Clamp, CurrentClamp};
pub use debounce::Debounce;
pub use door::{Beams, Door, DoorCounter, Passage};
pub use kept::{Kept, KeptError};
pub use linky::Linky;
pub use motion::Motion;
pub use pace::{Asked, Paced};
pub use pulses::{PulseMeter, Pulses, S0};
pub use scd4x::{Calibration, Scd4x, Scd4xSettings};
pub use sht4x::{Sht4x, Sht4xAddress};

use crate::uptime::Uptime;

/// How long [`Instrument::measure`] waits at most, so that a node stops at once when it is asked.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// One measuring part of a node.
pub trait Instrument: Send {
    /// Starts it, or starts it again after faults; says what has answered.
    ///
    /// # Errors
    /// When nothing has answered, or not as it should.
    fn begin(&mut self) -> Result<String, Fault>;

    /// Waits, for about [`PATIENCE`] at most, and adds what was measured meanwhile.
    ///
    /// # Errors
    /// When the instrument does not do what it should; what was added before counts all the same.
    fn measure(&mut self, measured: &mut Vec<Measured>) -> Result<(), Fault>;

    /// Puts away what must not be lost when the node ends.
    ///
    /// # Errors
    /// When it cannot be.
    fn end(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

/// What an instrument has measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Of what.
    pub quantity: Quantity,
    /// Which of several like values of one instrument, where it has such; the node may name a channel itself.
    pub channel: Option<Channel>,
    /// What.
    pub value: Value,
    /// When.
    pub at: Moment,
}

/// When something was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// By the machine, which may not know yet what time it is.
    Uptime(Uptime),
    /// By an instrument that has a clock of its own.
    Told(Instant),
}

impl Measured {
    /// A number of `quantity`.
    ///
    /// # Errors
    /// When the quantity cannot have it.
    pub fn number(quantity: Quantity, number: f64, at: Uptime) -> Result<Self, Fault> {
        let value = quantity.number(number)?;
        Ok(Self { quantity, channel: None, value, at: Moment::Uptime(at) })
    }

    /// The truth of `quantity`.
    ///
    /// # Errors
    /// When the quantity is no state.
    pub fn state(quantity: Quantity, state: bool, at: Uptime) -> Result<Self, Fault> {
        let value = quantity.state(state)?;
        Ok(Self { quantity, channel: None, value, at: Moment::Uptime(at) })
    }
}

/// What is wrong with an instrument. Nothing is measured then: a fault is never a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing answers at its place.
    #[error("{what} does not answer ({reason}); check its power, wires and address")]
    NoAnswer {
        /// Who was asked.
        what: &'static str,
        /// What the bus or line said.
        reason: String,
    },
    /// What came was damaged on the way.
    #[error(
        "{0} answered with a wrong checksum; check for long or loose wires and missing pull-ups"
    )]
    Damaged(&'static str),
    /// It answers, but not with what it should.
    #[error("{0}")]
    Unwell(String),
    /// It measured what cannot be.
    #[error(transparent)]
    Implausible(#[from] InvalidValue),
    /// A total cannot be kept, and is not told before it is.
    #[error(transparent)]
    Kept(#[from] KeptError),
}

/// No more decimals than the instrument has.
fn round(number: f64, decimals: i32) -> f64 {
    let factor = 10f64.powi(decimals);
    (number * factor).round() / factor
}
