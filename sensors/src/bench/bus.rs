//! Chips that answer on an I²C bus: one of each at its usual address.

use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};

use crate::uptime::Uptime;

/// A bus with an SCD4x, an SHT4x at each of its addresses, and an ADS1115.
#[derive(Clone, Debug, Default)]
pub struct Bus {
    /// The last command of each Sensirion chip.
    scd4x: u16,
    sht4x: u8,
    /// The register of the converter that is read next.
    register: u8,
    config: [u8; 2],
}

impl ErrorType for Bus {
    type Error = ErrorKind;
}

impl I2c for Bus {
    fn transaction(
        &mut self,
        address: u8,
        operations: &mut [Operation<'_>],
    ) -> Result<(), ErrorKind> {
        for operation in operations {
            match (address, operation) {
                (0x62, Operation::Write(bytes)) => self.scd4x = word(bytes),
                (0x62, Operation::Read(bytes)) => sensirion(self.scd4x_words(), bytes),
                (0x44..=0x46, Operation::Write(bytes)) => {
                    self.sht4x = bytes.first().copied().unwrap_or(0);
                }
                (0x44..=0x46, Operation::Read(bytes)) => sensirion(self.sht4x_words(), bytes),
                (0x48, Operation::Write(bytes)) => {
                    self.register = bytes.first().copied().unwrap_or(0);
                    if let [1, high, low] = **bytes {
                        self.config = [high, low];
                    }
                }
                (0x48, Operation::Read(bytes)) => {
                    let answer = if self.register == 1 { self.config } else { sample() };
                    bytes.iter_mut().zip(answer).for_each(|(byte, answer)| *byte = answer);
                }
                _ => return Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address)),
            }
        }
        Ok(())
    }
}

impl Bus {
    fn scd4x_words(&self) -> [u16; 3] {
        match self.scd4x {
            // The serial number.
            0x3682 => [0x5156, 0x4749, 0x4501],
            // New data are ready.
            0xe4b8 => [0x8006, 0, 0],
            0xec05 => {
                [raw(700.0 + 250.0 * wave(900.0)), celsius(21.0 + wave(3600.0)), percent(45.0)]
            }
            // A forced calibration that corrects nothing.
            0x362f => [0x8000, 0, 0],
            _ => [0; 3],
        }
    }

    fn sht4x_words(&self) -> [u16; 3] {
        match self.sht4x {
            0x89 => [0x5649, 0x4749, 0],
            _ => [celsius(20.5 + wave(3600.0)), raw((47.0 + 6.0) / 125.0 * 65_535.0), 0],
        }
    }
}

/// A number between -1 and 1 that goes round in so many seconds.
fn wave(period_s: f64) -> f64 {
    let seconds = Uptime::now().as_millis() as f64 / 1000.0;
    (seconds / period_s * std::f64::consts::TAU).sin()
}

/// Reading of a converter for a current of 10 A through a clamp of 30 A/V, at a range of 2.048 V.
fn sample() -> [u8; 2] {
    let volts = 10.0 / 30.0 * std::f64::consts::SQRT_2 * wave(0.02);
    #[expect(clippy::cast_possible_truncation, reason = "half a volt is a quarter of the scale")]
    let counts = (volts / 2.048 * 32_768.0) as i16;
    counts.to_be_bytes()
}

fn celsius(degrees: f64) -> u16 {
    raw((degrees + 45.0) / 175.0 * 65_535.0)
}

fn percent(share: f64) -> u16 {
    raw(share / 100.0 * 65_535.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the values that are played lie within the word"
)]
fn raw(number: f64) -> u16 {
    number as u16
}

fn word(bytes: &[u8]) -> u16 {
    bytes.first_chunk().map_or(0, |word| u16::from_be_bytes(*word))
}

/// Words as these chips send them, each with its CRC-8 behind it.
fn sensirion(words: [u16; 3], bytes: &mut [u8]) {
    let answer = words.into_iter().flat_map(|word| {
        let [high, low] = word.to_be_bytes();
        [high, low, crc8([high, low])]
    });
    bytes.iter_mut().zip(answer).for_each(|(byte, answer)| *byte = answer);
}

/// Polynomial 0x31, begun with 0xff.
fn crc8(bytes: [u8; 2]) -> u8 {
    bytes.into_iter().fold(0xff, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { crc << 1 ^ 0x31 })
    })
}
