//! From a configuration and a board to instruments.

use domain::ids::DeviceId;

use super::fittings::{Fitting, Kind, Level};
use crate::bench::{Role, Wire};
use crate::instruments::{
    CurrentClamp, Door, Instrument, Kept, Linky, Motion, Paced, PulseMeter, Scd4x, Sht4x,
};
use crate::wiring::{Board, Sleep, Unwired};

/// An instrument in its place.
pub struct Fitted {
    /// What the configuration says of it.
    pub fitting: Fitting,
    /// The instrument.
    pub instrument: Box<dyn Instrument>,
}

impl std::fmt::Debug for Fitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fitted").field("fitting", &self.fitting).finish_non_exhaustive()
    }
}

impl Fitting {
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

/// The instrument of `fitting` on `board`.
///
/// # Errors
/// When its bus or pin is not to be had.
pub fn fit<B: Board>(
    board: &B,
    device: &DeviceId,
    fitting: &Fitting,
    kept: &Kept,
) -> Result<Box<dyn Instrument>, Unwired> {
    let (interval, key) = (fitting.interval, fitting.key());
    Ok(match &fitting.kind {
        Kind::Scd4x { bus, settings } => {
            Box::new(Paced::new(Scd4x::new(board.bus(*bus)?, Sleep, *settings), interval))
        }
        Kind::Sht4x { bus, address } => {
            Box::new(Paced::new(Sht4x::new(board.bus(*bus)?, *address, Sleep), interval))
        }
        Kind::CurrentClamp { bus, clamp } => {
            Box::new(Paced::new(CurrentClamp::new(board.bus(*bus)?, Sleep, *clamp), interval))
        }
        Kind::Motion { pin, pull, detected, warm_up } => {
            let (pin, edges) = board.pin(*pin, *pull)?;
            Box::new(Motion::new(pin, edges, *detected == Level::High, interval, *warm_up))
        }
        Kind::Door { outer_pin, inner_pin, pull, broken } => {
            let outer = board.pin(*outer_pin, *pull)?;
            let inner = board.pin(*inner_pin, *pull)?;
            Box::new(Door::new(outer, inner, *broken == Level::High, kept.clone(), &key, interval))
        }
        Kind::Pulses { pin, pull, meter } => {
            let (pin, edges) = board.pin(*pin, *pull)?;
            Box::new(PulseMeter::new(pin, edges, *meter, kept.clone(), &key, interval))
        }
        Kind::Linky { path, mode } => {
            Box::new(Linky::new(board.line(path), *mode, device.clone(), interval))
        }
    })
}

/// What a bench has to play for these fittings.
pub fn wires(fittings: &[Fitting]) -> Vec<Wire> {
    let wires = fittings.iter().flat_map(|fitting| match &fitting.kind {
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
