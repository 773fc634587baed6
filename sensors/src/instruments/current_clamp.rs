//! A current clamp with a voltage output (such as the SCT-013-030: 30 A give 1 V) on an ADS1115, between its inputs
//! A0 and A1, of which A1 lies in the middle of the supply.
//!
//! Honest about what it is: it measures current, and that to some 3 % of what is read and 0.5 % of the clamp's range.
//! It does not measure voltage, so there is no active power and no energy. The apparent power that it reports is
//! the current times a nominal voltage, which the grid keeps within 10 % (EN 50160).

use domain::quantity::Quantity;
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;

use ads1x1x::{Ads1x1x, DataRate16Bit, Error, FullScaleRange, ModeChangeError, TargetAddr};

use super::{Fault, Measurement, Polled, round};
use crate::uptime::Uptime;

const NAME: &str = "the ADS1115 at I²C address 0x48";

/// The range of the converter, in V: the peak of 1 V is 1.41 V.
const RANGE_V: f64 = 2.048;

/// Interval of the reads: the converter takes 860 samples a second, a little more than are read.
const SAMPLE_US: u32 = 1250;

/// Number of samples of one measurement: 20 periods of 50 Hz, 400 ms.
const SAMPLES: usize = 320;

/// Ratio of a clamp, and the nominal voltage of its apparent power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clamp {
    /// The current that gives 1 V at the output, in A.
    pub amperes_per_volt: f64,
    /// The nominal voltage, in V; without it no apparent power is reported.
    pub nominal_v: Option<f64>,
}

/// A clamp on its converter.
#[derive(Debug)]
pub struct CurrentClamp<B, D> {
    bus: B,
    delay: D,
    clamp: Clamp,
}

impl<B: I2c, D: DelayNs> CurrentClamp<B, D> {
    /// The clamp on the converter on `bus`.
    pub const fn new(bus: B, delay: D, clamp: Clamp) -> Self {
        Self { bus, delay, clamp }
    }

    fn samples(&mut self) -> Result<Vec<i16>, Fault> {
        let mut converter = Ads1x1x::new_ads1115(&mut self.bus, TargetAddr::Gnd);
        converter.set_data_rate(DataRate16Bit::Sps860).map_err(fault)?;
        converter.set_full_scale_range(FullScaleRange::Within2_048V).map_err(fault)?;
        let mut converter = converter
            .into_continuous()
            .map_err(|ModeChangeError::I2C(error, _)| fault(Error::I2C(error)))?;
        // The first conversion begins now.
        self.delay.delay_us(2 * SAMPLE_US);
        let mut samples = Vec::with_capacity(SAMPLES);
        for _ in 0..SAMPLES {
            samples.push(converter.read().map_err(fault)?);
            self.delay.delay_us(SAMPLE_US);
        }
        converter
            .into_one_shot()
            .map_err(|ModeChangeError::I2C(error, _)| fault(Error::I2C(error)))?;
        Ok(samples)
    }
}

impl<B: I2c + Send, D: DelayNs + Send> Polled for CurrentClamp<B, D> {
    fn begin(&mut self) -> Result<String, Fault> {
        let mut converter = Ads1x1x::new_ads1115(&mut self.bus, TargetAddr::Gnd);
        converter.is_measurement_in_progress().map_err(fault)?;
        Ok("ADS1115".to_owned())
    }

    fn poll(&mut self) -> Result<Vec<Measurement>, Fault> {
        let at = Uptime::now();
        let amperes = effective_v(&self.samples()?)? * self.clamp.amperes_per_volt;
        let mut measured = vec![Measurement::number(Quantity::Current, round(amperes, 2), at)?];
        if let Some(volts) = self.clamp.nominal_v {
            let va = round(amperes * volts, 0);
            measured.push(Measurement::number(Quantity::ApparentPower, va, at)?);
        }
        Ok(measured)
    }
}

/// The root mean square of the samples about their mean, in V.
fn effective_v(samples: &[i16]) -> Result<f64, Fault> {
    /// Samples at the end of the scale: the tops of the wave are cut off.
    const CLIPPED: i16 = i16::MAX - 8;
    if samples.iter().any(|sample| sample.saturating_abs() >= CLIPPED) {
        return Err(Fault::Unwell(
            "the current is more than the clamp or the converter can show; take a larger clamp"
                .into(),
        ));
    }
    let count = samples.len() as f64;
    let mean = samples.iter().map(|sample| f64::from(*sample)).sum::<f64>() / count;
    let squares = samples.iter().map(|sample| (f64::from(*sample) - mean).powi(2)).sum::<f64>();
    Ok((squares / count).sqrt() * RANGE_V / 32_768.0)
}

fn fault<E: std::fmt::Debug>(error: Error<E>) -> Fault {
    match error {
        Error::I2C(error) => Fault::NoAnswer { what: NAME, reason: format!("{error:?}") },
        Error::InvalidInputData => Fault::Unwell(format!("{NAME} was asked for what it cannot do")),
    }
}
