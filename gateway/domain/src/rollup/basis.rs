//! What the readings of a quantity are judged by when they are rolled up.

use jiff::SignedDuration;

use super::gap_ms;
use crate::instant::Instant;
use crate::quantity::{Kind, Quantity};
use crate::register::{Bounds, Mark};
use crate::rhythm::QUIET_DEVICE;

/// The rules of one quantity at one site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Basis {
    quantity: Quantity,
    /// Most that one report may add to a register at once.
    bounds: Option<Bounds>,
    gap_ms: i64,
}

/// Interval between two consecutive readings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Between {
    pub(super) increase: f64,
    pub(super) fell: bool,
    pub(super) speed: f64,
    pub(super) covered_ms: i64,
    pub(super) is_gap: bool,
    pub(super) held: f64,
}

impl Basis {
    /// The rules of `quantity` where a reading holds for `longest_gap` at most (`max_gap` of the site's rules).
    ///
    /// A state holds for as long as a battery device may be silent ([`QUIET_DEVICE`]), since many report their
    /// changes only; so within a day it holds until it changes.
    pub fn new(quantity: Quantity, longest_gap: SignedDuration) -> Self {
        let bounds = match quantity {
            // How much its machine draws is for each meter to say; what one report may add is not.
            Quantity::EnergyImported | Quantity::EnergyExported => Some(Bounds::energy(0.0)),
            Quantity::PeopleIn | Quantity::PeopleOut => Some(Bounds::people()),
            _ => None,
        };
        let gap_ms = match quantity.kind() {
            Kind::State => gap_ms(QUIET_DEVICE),
            Kind::Gauge | Kind::Register => gap_ms(longest_gap),
        };
        Self { quantity, bounds, gap_ms }
    }

    /// The quantity.
    pub const fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// Longest time that a reading holds; a longer interval is a gap.
    pub const fn gap(&self) -> SignedDuration {
        SignedDuration::from_millis(self.gap_ms)
    }

    /// The same in ms.
    pub const fn gap_ms(&self) -> i64 {
        self.gap_ms
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
    pub(super) fn between(&self, from: (Instant, f64), to: (Instant, f64)) -> Between {
        let interval_ms = to.0.as_millis() - from.0.as_millis();
        let is_gap = interval_ms > self.gap_ms;
        let covered_ms = if is_gap { 0 } else { interval_ms };
        let between = Between { covered_ms, is_gap, ..Between::default() };
        if self.quantity.kind() != Kind::Register {
            let value =
                if self.quantity == Quantity::ActivePower { from.1.max(0.0) } else { from.1 };
            return Between { held: value * interval_ms.min(self.gap_ms) as f64, ..between };
        }
        let fell = to.1 < from.1;
        // One that reads less than before was reset and counted from zero.
        let increase = if fell { to.1 } else { to.1 - from.1 };
        let mark = |(at, total)| Mark { at, total };
        let speed = self.bounds.map_or(0.0, |bounds| bounds.speed(mark(from), mark(to)));
        Between { increase, fell, speed, ..between }
    }
}
