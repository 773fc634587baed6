//! Instruments against buses and pins that are played: the bytes on the wire, and the measurements made of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use domain::quantity::Quantity;
use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};
use embedded_hal_mock::eh1::delay::NoopDelay;
use embedded_hal_mock::eh1::digital::{Mock as PinMock, State, Transaction as Level};
use embedded_hal_mock::eh1::i2c::{Mock as BusMock, Transaction};
use sensors::instruments::{
    Beams, Clamp, CurrentClamp, Debounce, Door, DoorCounter, Fault, Instrument, Measurement,
    Motion, Passage, Polled, PulseMeter, Pulses, S0, Scd4x, Scd4xSettings, Sht4x, Sht4xAddress,
    TotalsFile,
};
use sensors::pins::{Edge, EdgeSender, Edges};
use sensors::uptime::Uptime;
use tempfile::TempDir;

mod air;
mod current;
mod pins;

const SCD4X: u8 = 0x62;
const SHT4X: u8 = 0x44;
const ADS1115: u8 = 0x48;

fn values(measured: &[Measurement]) -> Vec<(Quantity, f64)> {
    measured.iter().map(|one| (one.quantity, one.value.as_f64())).collect()
}

fn ms(millis: u64) -> Uptime {
    Uptime::from_millis(millis)
}

// SCD4x -------------------------------------------------------------------------------------------------------------
