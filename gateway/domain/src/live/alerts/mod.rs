//! Current alerts. No alert is raised on stale readings.
//!
//! | file | what it watches |
//! |---|---|
//! | `rooms` | air, temperature and humidity, by the points that measure them |
//! | `crowds` | people against the capacity, and in the closed building |
//! | `demand` | power beside the subscription |
//! | `machines` | machines that work when they should not, and meters that do what meters should not |
//! | `hindsight` | figures of the last weeks: nights of meters, drift of CO2 instruments |
//! | `clocks` | clocks that are wrong, of devices and of the gateway |
//! | `silence` | devices that do not report, and their batteries |
//! | `shared_cause` | how many like events are one |

mod clocks;
mod crowds;
mod demand;
mod hindsight;
mod machines;
mod rooms;
mod shared_cause;
mod silence;

use super::look_back::LookBack;
use super::snapshot::Snapshot;
use crate::alerts::{Alert, Matter, Severity};
use crate::instant::Instant;
use crate::reading::Observation;
use crate::site::Site;
use crate::storage::StorageState;
use clocks::Clocks;
use crowds::Crowds;
use demand::Demands;
use machines::Machines;
use rooms::Rooms;
pub(super) use rooms::lead_start;
use silence::Batteries;

/// All alerts of a site.
#[derive(Debug)]
pub(super) struct Alerts {
    rooms: Rooms,
    crowds: Crowds,
    machines: Machines,
    demands: Demands,
    batteries: Batteries,
    clocks: Clocks,
    refused: Option<(u64, Instant)>,
    /// While the disk fills up.
    disk: Option<Filling>,
    /// Errors of the disk, and the instant of the first report of them.
    disk_errors: Option<(u64, Instant)>,
    /// Damaged places of the store, and the instant of the first report of them.
    store_damage: Option<(u64, Instant)>,
    /// Alerts from the last weeks.
    hindsight: Vec<Alert>,
    raised: Vec<Alert>,
}

/// A disk on which little is left.
#[derive(Clone, Copy, Debug)]
struct Filling {
    free_bytes: u64,
    disk_bytes: u64,
    is_full: bool,
    others_bytes: u64,
    days_left: Option<u64>,
    since: Instant,
}

impl Alerts {
    pub(super) fn of(site: &Site) -> Self {
        Self {
            rooms: Rooms::of(site),
            crowds: Crowds::of(site),
            machines: Machines::of(site),
            demands: Demands::of(site),
            batteries: Batteries::default(),
            clocks: Clocks::of(site),
            refused: None,
            disk: None,
            disk_errors: None,
            store_damage: None,
            hindsight: Vec::new(),
            raised: Vec::new(),
        }
    }

    /// Takes over what was raised before the clock was set back to `now` and does not follow from readings.
    pub(super) fn take_over(&mut self, before: &Self, now: Instant) {
        self.refused = before.refused.map(|(count, since)| (count, since.min(now)));
        self.disk = before.disk.map(|it| Filling { since: it.since.min(now), ..it });
        self.disk_errors = before.disk_errors.map(|(errors, since)| (errors, since.min(now)));
        self.hindsight.clone_from(&before.hindsight);
    }

    /// Takes the next reading of a point.
    pub(super) fn observe(&mut self, point: usize, one: &Observation) {
        self.rooms.observe(point, one);
    }

    /// Begins anew with the newest readings of a point.
    pub(super) fn replay(&mut self, point: usize, observations: &[Observation]) {
        self.rooms.forget(point);
        for one in observations {
            self.rooms.observe(point, one);
        }
    }

    /// Takes whether the clock of the gateway is synchronised; `None` where that cannot be found out.
    pub(super) fn clock(&mut self, is_set: Option<bool>, now: Instant) {
        self.clocks.gateway(is_set, now);
    }

    pub(super) fn refused(&mut self, total: u64, since: Option<Instant>) {
        self.refused = since.map(|since| (total, since));
    }

    /// Takes the space of the store.
    pub(super) fn storage(&mut self, site: &Site, storage: &StorageState, now: Instant) {
        let errors_since = self.disk_errors.map_or(now, |(_, since)| since);
        let errors = storage.disk_errors.filter(|errors| *errors > 0);
        self.disk_errors = errors.map(|errors| (errors, errors_since));
        let damage_since = self.store_damage.map_or(now, |(_, since)| since);
        let places = storage.damaged_places;
        self.store_damage = (places > 0).then_some((places, damage_since));
        let guard = &site.retention.disk;
        let (free, disk) = (storage.free_bytes, storage.disk_bytes);
        // What is written and given up again beside readings does not end it.
        let enough = guard.warn_bytes(disk) + self.disk.map_or(0, |_| disk / 100);
        let since = self.disk.map_or(now, |it| it.since);
        let is_full = free < guard.reserve_bytes(disk);
        let is_filling = free < enough || storage.lacks_a_month();
        self.disk = is_filling.then_some(Filling {
            free_bytes: free,
            disk_bytes: disk,
            is_full,
            others_bytes: storage.room().others_bytes(),
            days_left: storage.days_left(),
            since,
        });
    }

    pub(super) fn look_back(&mut self, site: &Site, look_back: &LookBack) {
        self.hindsight = hindsight::raised(site, look_back);
    }

    pub(super) fn refresh(&mut self, snapshot: &Snapshot<'_>) {
        let mut raised = self.rooms.raised(snapshot);
        raised.extend(self.crowds.raised(snapshot));
        raised.extend(self.machines.raised(snapshot));
        raised.extend(self.demands.raised(snapshot));
        raised.extend(silence::raised(snapshot.devices));
        raised.extend(self.batteries.raised(snapshot));
        raised.extend(self.clocks.raised(snapshot));
        raised.extend(self.hindsight.iter().cloned());
        raised.extend(self.refused.map(|(refused, since)| {
            Alert::new(Matter::Quarantine { refused }, Severity::Info, since)
        }));
        raised.extend(self.disk.map(|filling| {
            let Filling { free_bytes, disk_bytes, is_full, others_bytes, days_left, since } =
                filling;
            let severity = if is_full { Severity::Urgent } else { Severity::Attention };
            let matter = Matter::Disk { free_bytes, disk_bytes, is_full, others_bytes, days_left };
            Alert::new(matter, severity, since)
        }));
        raised.extend(self.disk_errors.map(|(errors, since)| {
            Alert::new(Matter::DiskErrors { errors }, Severity::Attention, since)
        }));
        raised.extend(self.store_damage.map(|(places, since)| {
            Alert::new(Matter::StoreDamage { places }, Severity::Attention, since)
        }));
        raised.sort_by_key(|alert| (alert.severity, alert.since));
        self.raised = raised;
    }

    /// Most urgent first.
    pub(super) fn raised(&self) -> &[Alert] {
        &self.raised
    }
}
