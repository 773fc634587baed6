//! The Raspberry Pi. The only file that names rppal, which is no longer maintained and knows no model after the Pi 5:
//! everything else speaks embedded-hal, so that another library can take its place here.

#[cfg(feature = "rpi")]
pub use pi::Pi;

/// The Pi that this program runs on.
///
/// # Errors
/// When it runs on something else, or was built without the feature `rpi`; says what to do.
#[cfg(feature = "rpi")]
pub fn pi() -> Result<Pi, NoPi> {
    Pi::new()
}

/// The Pi that this program runs on.
///
/// # Errors
/// Always, since it was built without the feature `rpi`; says what to do.
#[cfg(not(feature = "rpi"))]
pub const fn pi() -> Result<crate::bench::Bench, NoPi> {
    Err(NoPi::NotBuiltFor)
}

/// Reason why there are no pins and buses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoPi {
    /// The program was built without rppal.
    #[error(
        "this vigie-node was built without the feature `rpi` and reaches no pins and buses: build it with \
         `--features rpi`, or add --simulate to play the instruments"
    )]
    NotBuiltFor,
    /// It runs on something else, or on a Pi that rppal does not know.
    #[error(
        "this is no Raspberry Pi that is known (up to the Pi 5), or its pins may not be used ({reason}): run it on a \
         Pi as a user of the groups gpio, i2c and dialout, or add --simulate to play the instruments"
    )]
    Elsewhere {
        /// Error of the library.
        reason: String,
    },
}

#[cfg(feature = "rpi")]
mod pi {
    use std::time::Duration;

    use rppal::gpio::{Event, Gpio, InputPin, Trigger};
    use rppal::i2c::I2c;

    use super::NoPi;
    use crate::pins::{Board, Edge, Edges, Line, Pull, Unwired};
    use crate::serial;
    use crate::uptime::Uptime;

    /// A Raspberry Pi and its 40-pin header.
    #[derive(Debug)]
    pub struct Pi {
        gpio: Gpio,
    }

    impl Pi {
        pub(super) fn new() -> Result<Self, NoPi> {
            let elsewhere =
                |error: rppal::gpio::Error| NoPi::Elsewhere { reason: error.to_string() };
            Gpio::new().map(|gpio| Self { gpio }).map_err(elsewhere)
        }
    }

    impl Board for Pi {
        type Bus = I2c;
        type Pin = InputPin;

        fn bus(&self, number: u8) -> Result<I2c, Unwired> {
            I2c::with_bus(number).map_err(|error| Unwired {
                what: format!("the I²C bus /dev/i2c-{number}"),
                remedy: "switch it on with `raspi-config nonint do_i2c 0`, and let the user be of the group i2c",
                source: Some(Box::new(error)),
            })
        }

        fn pin(&self, number: u8, pull: Pull) -> Result<(InputPin, Edges), Unwired> {
            let unwired = |error: rppal::gpio::Error| Unwired {
                what: format!("GPIO {number}"),
                remedy: "each pin belongs to one instrument and one program; take BCM numbers 0 to 27",
                source: Some(Box::new(error)),
            };
            let pin = self.gpio.get(number).map_err(unwired)?;
            let mut pin = match pull {
                Pull::Up => pin.into_input_pullup(),
                Pull::Down => pin.into_input_pulldown(),
                Pull::Off => pin.into_input(),
            };
            let (sender, edges) = Edges::new();
            // No debounce in the library: it would drop the last change of a bounce, and with it the level.
            let hand_on = move |event: Event| {
                sender.send(Edge { high: event.trigger == Trigger::RisingEdge, at: when(&event) });
            };
            pin.set_async_interrupt(Trigger::Both, None, hand_on).map_err(unwired)?;
            Ok((pin, edges))
        }

        fn line(&self, path: &str) -> Line {
            serial::line(path)
        }
    }

    /// The kernel's time of a change, which is not late when the program is; or the present, if that clock is another one.
    fn when(event: &Event) -> Uptime {
        const SAME_CLOCK: Duration = Duration::from_mins(1);
        let now = Uptime::now();
        let kernel = Uptime::from_millis(u64::try_from(event.timestamp.as_millis()).unwrap_or(0));
        if kernel <= now && now.since(kernel) < SAME_CLOCK { kernel } else { now }
    }
}
