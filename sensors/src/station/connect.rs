//! Instruments connected to the buses, pins and lines of a board, as the configuration names them.

use domain::ids::DeviceId;

use super::instrument_config::{InstrumentConfig, Kind, Level};
use crate::bench::{Role, Wire};
use crate::instruments::{
    CurrentClamp, Door, Instrument, Linky, Motion, Poller, PulseMeter, Scd4x, Sht4x, TotalsFile,
};
use crate::pins::{Board, Sleep, Unwired};

/// An instrument connected to a board.
pub struct ConnectedInstrument {
    /// Its configuration.
    pub config: InstrumentConfig,
    /// The instrument.
    pub instrument: Box<dyn Instrument>,
}

impl std::fmt::Debug for ConnectedInstrument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectedInstrument").field("config", &self.config).finish_non_exhaustive()
    }
}

impl InstrumentConfig {
    /// Its name for people: `door porte-nord`.
    pub fn name(&self) -> String {
        let kind = self.kind.name();
        self.channel.as_ref().map_or_else(|| kind.to_owned(), |channel| format!("{kind} {channel}"))
    }

    /// The name under which its totals are kept.
    fn key(&self) -> String {
        let kind = self.kind.name();
        self.channel.as_ref().map_or_else(|| kind.to_owned(), |channel| format!("{kind}:{channel}"))
    }
}

/// The instrument of `config`, connected to `board`.
///
/// # Errors
/// When its bus or pin is not to be had.
pub fn connect<B: Board>(
    board: &B,
    device: &DeviceId,
    config: &InstrumentConfig,
    totals_file: &TotalsFile,
) -> Result<Box<dyn Instrument>, Unwired> {
    let (interval, key) = (config.interval, config.key());
    Ok(match &config.kind {
        Kind::Scd4x { bus, settings } => {
            Box::new(Poller::new(Scd4x::new(board.bus(*bus)?, Sleep, *settings), interval))
        }
        Kind::Sht4x { bus, address } => {
            Box::new(Poller::new(Sht4x::new(board.bus(*bus)?, *address, Sleep), interval))
        }
        Kind::CurrentClamp { bus, clamp } => {
            Box::new(Poller::new(CurrentClamp::new(board.bus(*bus)?, Sleep, *clamp), interval))
        }
        Kind::Motion { pin, pull, detected, warm_up } => {
            let (pin, edges) = board.pin(*pin, *pull)?;
            Box::new(Motion::new(pin, edges, *detected == Level::High, interval, *warm_up))
        }
        Kind::Door { outer_pin, inner_pin, pull, broken } => {
            let outer = board.pin(*outer_pin, *pull)?;
            let inner = board.pin(*inner_pin, *pull)?;
            Box::new(Door::new(
                outer,
                inner,
                *broken == Level::High,
                totals_file.clone(),
                &key,
                interval,
            ))
        }
        Kind::Pulses { pin, pull, meter } => {
            let (pin, edges) = board.pin(*pin, *pull)?;
            Box::new(PulseMeter::new(pin, edges, *meter, totals_file.clone(), &key, interval))
        }
        Kind::Linky { path, mode } => {
            Box::new(Linky::new(board.line(path), *mode, device.clone(), interval))
        }
    })
}

/// Wires that a bench has to play for these instruments.
pub fn wires(instruments: &[InstrumentConfig]) -> Vec<Wire> {
    let wires = instruments.iter().flat_map(|config| match &config.kind {
        Kind::Motion { pin, detected, .. } => {
            vec![Wire { pin: *pin, role: Role::Motion, rests_high: *detected == Level::Low }]
        }
        Kind::Door { outer_pin, inner_pin, broken, .. } => {
            let rests_high = *broken == Level::Low;
            vec![
                Wire { pin: *outer_pin, role: Role::OuterBeam, rests_high },
                Wire { pin: *inner_pin, role: Role::InnerBeam, rests_high },
            ]
        }
        Kind::Pulses { pin, .. } => vec![Wire { pin: *pin, role: Role::Pulses, rests_high: true }],
        _ => Vec::new(),
    });
    wires.collect()
}
