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
//! | `linky` | a French meter on a serial line | the quantities of its labels |
//! | `debounce` | (their pins) | lasting changes of a level |
//! | `totals_file` | (their totals) | totals that outlive a power cut |
//! | `polling` | (those that measure on demand) | the interval at which they are polled |

mod current_clamp;
mod debounce;
mod door;
mod linky;
mod motion;
mod polling;
mod pulses;
mod scd4x;
mod sht4x;
mod totals_file;

use std::time::Duration;

use domain::ids::Channel;
use domain::quantity::{InvalidValue, Quantity};
use domain::{Instant, Value};

pub use current_clamp::{Clamp, CurrentClamp};
pub use debounce::Debounce;
pub use door::{Beams, Door, DoorCounter, Passage};
pub use linky::Linky;
pub use motion::Motion;
pub use polling::{Polled, Poller};
pub use pulses::{PulseMeter, Pulses, S0};
pub use scd4x::{Calibration, Scd4x, Scd4xSettings};
pub use sht4x::{Sht4x, Sht4xAddress};
pub use totals_file::{TotalsError, TotalsFile};

use crate::uptime::Uptime;

/// Longest wait of [`Instrument::measure`], so that a node stops at once when it has to.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// One measuring part of a node.
pub trait Instrument: Send {
    /// Starts it, or starts it again after faults; returns what has answered, for people.
    ///
    /// # Errors
    /// When nothing has answered, or not as it should.
    fn begin(&mut self) -> Result<String, Fault>;

    /// Waits, for about [`PATIENCE`] at most, and adds what was measured meanwhile.
    ///
    /// # Errors
    /// When the instrument does not do what it should; what was added before counts all the same.
    fn measure(&mut self, measured: &mut Vec<Measurement>) -> Result<(), Fault>;

    /// Puts away what must not be lost when the node ends.
    ///
    /// # Errors
    /// When it cannot be.
    fn end(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

/// One value measured by an instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// The quantity measured.
    pub quantity: Quantity,
    /// Channel among several like values: the instrument's own, and the configured one in front of it.
    pub channel: Option<Channel>,
    /// The value, in the unit of the quantity.
    pub value: Value,
    /// When it was measured.
    pub at: Moment,
}

/// Time of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Uptime of the machine, which may not have the right time yet.
    Uptime(Uptime),
    /// Wall-clock time, of an instrument that has a clock of its own.
    Dated(Instant),
}

impl Measurement {
    /// A measurement of a numeric `quantity`.
    ///
    /// # Errors
    /// When the quantity cannot have it.
    pub fn number(quantity: Quantity, number: f64, at: Uptime) -> Result<Self, Fault> {
        let value = quantity.number(number)?;
        Ok(Self { quantity, channel: None, value, at: Moment::Uptime(at) })
    }

    /// A measurement of a `quantity` that is a state.
    ///
    /// # Errors
    /// When the quantity is no state.
    pub fn state(quantity: Quantity, state: bool, at: Uptime) -> Result<Self, Fault> {
        let value = quantity.state(state)?;
        Ok(Self { quantity, channel: None, value, at: Moment::Uptime(at) })
    }
}

/// Fault of an instrument. Nothing is measured then: a fault is never a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The instrument does not answer.
    #[error("{what} does not answer ({reason}); check its power, wires and address")]
    NoAnswer {
        /// The instrument.
        what: &'static str,
        /// Error of the bus or line.
        reason: String,
    },
    /// The answer was damaged on the way.
    #[error(
        "{0} answered with a wrong checksum; check for long or loose wires and missing pull-ups"
    )]
    Damaged(&'static str),
    /// The instrument answers, but not as it should.
    #[error("{0}")]
    Unwell(String),
    /// The measured value cannot be.
    #[error(transparent)]
    Implausible(#[from] InvalidValue),
    /// A total cannot be saved, and is not published before it is.
    #[error(transparent)]
    Totals(#[from] TotalsError),
}

/// Rounds to the decimals that the instrument has.
fn round(number: f64, decimals: i32) -> f64 {
    let factor = 10f64.powi(decimals);
    (number * factor).round() / factor
}
