//! Sensirion SHT40, SHT41 and SHT45: temperature and humidity, on I²C.

use domain::quantity::Quantity;
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;
use serde::Deserialize;
use sht4x::{Address, Error, Precision};

use super::{Fault, Measurement, Polled, round};
use crate::uptime::Uptime;

const NAME: &str = "the SHT4x";

/// I²C address of an SHT4x, by the letter in its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Sht4xAddress {
    /// SHT4x-A, nearly all breakouts.
    #[default]
    #[serde(rename = "0x44")]
    X44,
    /// SHT4x-B.
    #[serde(rename = "0x45")]
    X45,
    /// SHT4x-C.
    #[serde(rename = "0x46")]
    X46,
}

impl std::fmt::Display for Sht4xAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::X44 => "0x44",
            Self::X45 => "0x45",
            Self::X46 => "0x46",
        })
    }
}

/// An SHT4x on its bus.
#[derive(Debug)]
pub struct Sht4x<B, D> {
    sensor: sht4x::Sht4x<B, D>,
    delay: D,
}

impl<B: I2c, D: DelayNs> Sht4x<B, D> {
    /// The sensor on `bus`.
    pub fn new(bus: B, address: Sht4xAddress, delay: D) -> Self {
        let address = match address {
            Sht4xAddress::X44 => Address::Address0x44,
            Sht4xAddress::X45 => Address::Address0x45,
            Sht4xAddress::X46 => Address::Address0x46,
        };
        Self { sensor: sht4x::Sht4x::new_with_address(bus, address), delay }
    }
}

impl<B: I2c + Send, D: DelayNs + Send> Polled for Sht4x<B, D> {
    fn begin(&mut self) -> Result<String, Fault> {
        self.sensor.soft_reset(&mut self.delay).map_err(fault)?;
        let serial = self.sensor.serial_number(&mut self.delay).map_err(fault)?;
        Ok(format!("SHT4x, serial number {serial:08x}"))
    }

    fn poll(&mut self) -> Result<Vec<Measurement>, Fault> {
        let at = Uptime::now();
        let raw = self.sensor.measure_raw(Precision::High, &mut self.delay).map_err(fault)?;
        let share = |word: u16| f64::from(word) / f64::from(u16::MAX);
        // Near its ends the formula of the data sheet runs over by some percent, which it says to crop.
        let humidity = (125.0 * share(raw.humidity) - 6.0).clamp(0.0, 100.0);
        let temperature = 175.0 * share(raw.temperature) - 45.0;
        Ok(vec![
            Measurement::number(Quantity::Temperature, round(temperature, 2), at)?,
            Measurement::number(Quantity::RelativeHumidity, round(humidity, 2), at)?,
        ])
    }
}

fn fault<E: std::fmt::Debug>(error: Error<E>) -> Fault {
    match error {
        Error::Crc => Fault::Damaged(NAME),
        error => Fault::NoAnswer { what: NAME, reason: format!("{error:?}") },
    }
}
