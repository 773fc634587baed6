//! Sensirion SCD40 and SCD41: CO2 by photoacoustics, temperature and humidity, at I²C address 0x62.
//!
//! It measures every 5 s by itself. Its CO2 reads about 1 % low for each 10 hPa below sea level unless it is given the
//! pressure. Its self-calibration takes the lowest value of a week for outdoor air, which a basement never has.

use domain::quantity::Quantity;
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;
use scd4x::Error;
use sensirion_i2c::{crc8, i2c};

use super::{Fault, Measurement, Polled, round};
use crate::uptime::Uptime;

const NAME: &str = "the SCD4x at I²C address 0x62";

const ADDRESS: u8 = 0x62;

/// Settings of an SCD4x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scd4xSettings {
    /// The air pressure, in hPa; kept by the sensor until its power goes.
    pub pressure_hpa: Option<u16>,
    /// Offset taken off the temperature for the warmth of sensor and case, in K; kept until its power goes.
    pub temperature_offset: Option<f32>,
    /// Whether the lowest CO2 of a week is taken for outdoor air.
    pub self_calibration: bool,
}

/// An SCD4x on its bus.
#[derive(Debug)]
pub struct Scd4x<B, D> {
    bus: B,
    delay: D,
    settings: Scd4xSettings,
}

/// Outcome of a forced calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calibration {
    /// Correction that the sensor adds from now on, in ppm.
    pub correction_ppm: i32,
}

impl<B: I2c, D: DelayNs> Scd4x<B, D> {
    /// The sensor on `bus`.
    pub const fn new(bus: B, delay: D, settings: Scd4xSettings) -> Self {
        Self { bus, delay, settings }
    }

    /// The driver. It remembers nothing that matters from one use to the next.
    fn sensor(&mut self) -> scd4x::Scd4x<&mut B, &mut D> {
        scd4x::Scd4x::new(&mut self.bus, &mut self.delay)
    }

    /// Tells the sensor that it stands in air of `ppm` right now, and starts it again.
    ///
    /// It must have measured in this air for three minutes before.
    ///
    /// # Errors
    /// When it does not answer, or refuses: it had not measured long enough.
    pub fn calibrate(&mut self, ppm: u16) -> Result<Calibration, Fault> {
        self.sensor().stop_periodic_measurement().map_err(fault)?;
        let outcome = self.force(ppm);
        self.sensor().start_periodic_measurement().map_err(fault)?;
        outcome
    }

    /// The command itself. The driver takes a correction downwards for a refusal, so it is not used.
    fn force(&mut self, ppm: u16) -> Result<Calibration, Fault> {
        /// Zero of the sensor's correction.
        const ZERO: i32 = 0x8000;
        const REFUSED: u16 = 0xffff;
        let no_answer = |error: B::Error| fault(Error::I2c(error));
        let [high, low] = ppm.to_be_bytes();
        let command = [0x36, 0x2f, high, low, crc8::calculate(&[high, low])];
        self.bus.write(ADDRESS, &command).map_err(no_answer)?;
        self.delay.delay_ms(400);
        let mut answer = [0; 3];
        i2c::read_words_with_crc(&mut self.bus, ADDRESS, &mut answer)
            .map_err(|error| fault(error.into()))?;
        match u16::from_be_bytes([answer[0], answer[1]]) {
            REFUSED => Err(Fault::Unwell(
                "the SCD4x refused the calibration: let it measure in this air for three minutes before"
                    .into(),
            )),
            correction => Ok(Calibration { correction_ppm: i32::from(correction) - ZERO }),
        }
    }
}

impl<B: I2c + Send, D: DelayNs + Send> Polled for Scd4x<B, D> {
    fn begin(&mut self) -> Result<String, Fault> {
        let settings = self.settings;
        let mut sensor = self.sensor();
        // It may still measure from before; then it obeys nothing but a stop.
        sensor.stop_periodic_measurement().map_err(fault)?;
        let serial = sensor.serial_number().map_err(fault)?;
        if let Some(offset) = settings.temperature_offset {
            sensor.set_temperature_offset(offset).map_err(fault)?;
        }
        if let Some(pressure) = settings.pressure_hpa {
            sensor.set_ambient_pressure(pressure).map_err(fault)?;
        }
        sensor.set_automatic_self_calibration(settings.self_calibration).map_err(fault)?;
        sensor.start_periodic_measurement().map_err(fault)?;
        Ok(format!("SCD4x, serial number {serial:012x}"))
    }

    fn poll(&mut self) -> Result<Vec<Measurement>, Fault> {
        let mut sensor = self.sensor();
        if !sensor.data_ready_status().map_err(fault)? {
            return Ok(Vec::new());
        }
        let at = Uptime::now();
        let air = sensor.measurement().map_err(fault)?;
        Ok(vec![
            // 0 is what it says before its first measurement; the quantity's range refuses it.
            Measurement::number(Quantity::Co2, f64::from(air.co2), at)?,
            Measurement::number(Quantity::Temperature, round(f64::from(air.temperature), 2), at)?,
            Measurement::number(Quantity::RelativeHumidity, round(f64::from(air.humidity), 2), at)?,
        ])
    }
}

fn fault<E: std::fmt::Debug>(error: Error<E>) -> Fault {
    match error {
        Error::I2c(error) => Fault::NoAnswer { what: NAME, reason: format!("{error:?}") },
        Error::Crc => Fault::Damaged(NAME),
        Error::SelfTest => Fault::Unwell("the SCD4x fails its own test; replace it".into()),
        Error::NotAllowed | Error::Internal => {
            Fault::Unwell(format!("the SCD4x was asked at the wrong time: {error:?}"))
        }
    }
}
