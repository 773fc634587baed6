//! Meters, what people stated about them, and when the machine behind one is at work.

use jiff::SignedDuration;

use super::pricing::{Carrier, Use};
use super::role::Assignment;
use crate::ids::{MeterId, ZoneId};
use crate::instant::Period;

/// Something whose energy is measured.
#[derive(Clone, Debug)]
pub struct Meter {
    /// The name in topics, files and addresses.
    pub id: MeterId,
    /// The name on pages.
    pub name: String,
    /// Zone that it stands in.
    pub zone: Option<ZoneId>,
    /// The meter that it is a part of; the tree has no cycles.
    pub parent: Option<MeterId>,
    /// `energy_imported` registers, oldest first.
    pub energy: Vec<Assignment>,
    /// `active_power` gauges, oldest first.
    pub power: Vec<Assignment>,
    /// From which power on it counts as working, in W; below half of it as on standby.
    pub running_above_w: Option<f64>,
    /// The most it can draw, in W; more is a fault. From the rating of its breaker.
    pub max_power_w: f64,
    /// Whether it measures with current clamps, which are less exact.
    pub clamp: bool,
    /// Carrier of its energy.
    pub carrier: Carrier,
    /// Use of its energy; `None` where the file does not say, as of meters of many uses.
    pub usage: Option<Use>,
    /// Rule by which the machine behind it is at work; `None` for what is no machine.
    pub sessions: Option<SessionRule>,
    /// The subscribed power, in kVA, of the meter that is billed.
    pub subscribed_kva: Option<f64>,
    /// `apparent_power` gauges, oldest first: compared with the subscribed power, never made into energy.
    pub apparent: Vec<Assignment>,
    /// Energy that people stated where it was measured wrong: disjoint, in order. Not from the file, but
    /// from the ledger.
    pub stated: Vec<StatedEnergy>,
}

/// The energy of a period as a person stated it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatedEnergy {
    /// Period of the statement.
    pub period: Period,
    /// Energy in Wh, spread evenly over the period.
    pub wh: f64,
}

/// From which power on a machine is at work, and for how long it must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SessionRule {
    /// A session begins above this, in W …
    pub on_above_w: f64,
    /// … when it lasts so long …
    pub on_after: SignedDuration,
    /// … and ends below this, in W …
    pub off_below_w: f64,
    /// … when that lasts so long: heaters pause, ramps of a kiln take a break.
    pub off_after: SignedDuration,
}

impl SessionRule {
    /// The rule of a sort of machine, by its name in the site file. Proposals from the power that such machines draw.
    pub const MACHINES: &[(&'static str, Self)] = &[
        ("printer-3d", Self::of(30.0, 15.0, 10)),
        ("laser", Self::of(150.0, 60.0, 3)),
        ("cnc", Self::of(200.0, 80.0, 5)),
        ("kiln", Self::of(500.0, 50.0, 45)),
        ("vinyl-cutter", Self::of(25.0, 10.0, 5)),
        ("embroidery", Self::of(25.0, 10.0, 5)),
    ];

    /// On above, off below, after so many minutes; a minute of power makes a session.
    pub(in crate::site) const fn of(on_above_w: f64, off_below_w: f64, off_after_min: i64) -> Self {
        let on_after = SignedDuration::from_mins(1);
        let off_after = SignedDuration::from_mins(off_after_min);
        Self { on_above_w, on_after, off_below_w, off_after }
    }
}
