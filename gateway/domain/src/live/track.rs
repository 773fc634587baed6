//! One source as it stands now: its newest reading, its rhythm, and its roles in the building.

use std::collections::HashMap;

use super::devices::Devices;
use crate::energy;
use crate::instant::{Instant, Period};
use crate::occupancy::{TrafficRole, air_points, machine_meters};
use crate::quantity::{Kind, Quantity};
use crate::reading::{Observation, Source};
use crate::rhythm::{QUIET_DEVICE_S, Rhythm, state_patience_s};
use crate::site::{Assignment, Rules, Site, assigned_at};
use crate::wire::state::Freshness;

/// A reading is late after so many usual intervals, but not within some seconds: networks jitter.
const LATE_INTERVALS: f64 = 2.5;
const LATE_AT_LEAST_S: f64 = 10.0;
/// And its source is lost after so many, but not within a quarter of an hour.
const LOST_INTERVALS: f64 = 3.0;
const LOST_AT_LEAST_S: f64 = 15.0 * 60.0;

/// A device announces the interval of its quickest instrument; until the others are known they may be slower.
const ANNOUNCED_AT_LEAST_S: f64 = 60.0;

/// What a source does in the building, by index in the lists of the site.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    Point(usize),
    Traffic(TrafficRole),
    Meter(usize, energy::Role),
}

/// A role for the time that the site file gives it to the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct FilledRole {
    pub(super) role: Role,
    pub(super) period: Period,
}

/// One source.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) source: Source,
    pub(super) device: usize,
    pub(super) roles: Vec<FilledRole>,
    pub(super) last: Option<Observation>,
    pub(super) rhythm: Rhythm,
    /// What was loaded and observed while the figures are made anew.
    pub(super) buffer: Option<Buffer>,
    /// From when on readings were asked for when they were loaded last, not counting those just before.
    pub(super) asked_from: Instant,
    /// Older readings than this change no figure.
    pub(super) floor: Instant,
}

/// Readings that wait until all series are there that make a figure together.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    /// What the store had; `None` until it is loaded.
    pub(super) loaded: Option<Vec<Observation>>,
    /// What was observed since it was asked for.
    pub(super) collected: Vec<Observation>,
}

/// How long a source may be silent, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Patience {
    pub(super) late_s: f64,
    pub(super) lost_s: f64,
}

impl Track {
    /// Whether its series is not being loaded.
    pub(super) fn is_settled(&self) -> bool {
        self.buffer.is_none()
    }

    /// Takes a reading; says whether it is the newest.
    pub(super) fn observe(&mut self, one: &Observation) -> bool {
        if self.last.is_some_and(|last| one.observed_at <= last.observed_at) {
            return false;
        }
        self.rhythm.observe(one.observed_at, one.value.as_f64());
        self.last = Some(*one);
        true
    }

    /// Takes the newest stored reading, unless a newer one came meanwhile.
    pub(super) fn known(&mut self, one: &Observation) {
        if self.last.is_none_or(|last| last.observed_at < one.observed_at) {
            self.last = Some(*one);
        }
    }

    /// How long it may be silent by its own rhythm, or else by the interval that its device announced.
    pub(super) fn patience(&self, announced_s: Option<f64>, rules: &Rules) -> Patience {
        if is_told_on_change(self.source.quantity) {
            let quiet_s = match self.source.quantity.kind() {
                Kind::State => state_patience_s(&self.rhythm, rules),
                Kind::Gauge | Kind::Register => QUIET_DEVICE_S,
            };
            return Patience { late_s: quiet_s, lost_s: quiet_s };
        }
        let announced_s = announced_s.map(|seconds| seconds.max(ANNOUNCED_AT_LEAST_S));
        let usual_s = self.rhythm.long_s().or(announced_s);
        usual_s.map_or(Patience { late_s: LOST_AT_LEAST_S, lost_s: LOST_AT_LEAST_S }, Patience::of)
    }

    /// Whether it reports as it used to; `None` when it was never heard.
    pub(super) fn freshness(
        &self,
        announced_s: Option<f64>,
        rules: &Rules,
        now: Instant,
    ) -> Option<Freshness> {
        let age_s = now.since(self.last?.observed_at).as_secs_f64();
        Some(self.patience(announced_s, rules).freshness(age_s))
    }
}

impl Patience {
    /// For reports that usually come at this interval.
    pub(super) fn of(usual_s: f64) -> Self {
        Self {
            late_s: (usual_s * LATE_INTERVALS).max(LATE_AT_LEAST_S),
            lost_s: (usual_s * LOST_INTERVALS).max(LOST_AT_LEAST_S),
        }
    }

    pub(super) fn freshness(self, age_s: f64) -> Freshness {
        if age_s > self.lost_s {
            Freshness::Lost
        } else if age_s > self.late_s {
            Freshness::Late
        } else {
            Freshness::Fresh
        }
    }
}

/// Whether devices tell a quantity when it changes, and else at most once a day.
pub(super) fn is_told_on_change(quantity: Quantity) -> bool {
    use Quantity::{Battery, OccupancyDetected, PeopleCount, PeopleIn, PeopleOut, Rssi};
    matches!(quantity, OccupancyDetected | PeopleIn | PeopleOut | PeopleCount | Battery | Rssi)
}

/// Every source that was heard or is named.
#[derive(Debug)]
pub(super) struct Tracks {
    all: Vec<Track>,
    index: HashMap<Source, usize>,
}

impl Tracks {
    /// The sources that the site file names, with their roles.
    pub(super) fn of(site: &Site, devices: &mut Devices) -> Self {
        let mut tracks = Self { all: Vec::new(), index: HashMap::new() };
        let mut add = |assignment: &Assignment, role| {
            devices.name(&assignment.source.device);
            let index = tracks.find_or_add(&assignment.source, devices);
            let filled = FilledRole { role, period: assignment.period };
            tracks.all[index].roles.push(filled);
        };
        let airs = air_points(site);
        for (index, point) in site.points.iter().enumerate() {
            for (at, one) in point.sources.iter().enumerate() {
                add(one, Role::Point(index));
                if point.quantity == Quantity::OccupancyDetected {
                    add(one, Role::Traffic(TrafficRole::Detector(index, at)));
                }
                if airs.contains(&index) {
                    add(one, Role::Traffic(TrafficRole::Air(index, at)));
                }
            }
        }
        for (index, door) in site.doorways.iter().enumerate() {
            for (at, one) in door.people_in.iter().enumerate() {
                add(one, Role::Traffic(TrafficRole::In(index, at)));
            }
            for (at, one) in door.people_out.iter().enumerate() {
                add(one, Role::Traffic(TrafficRole::Out(index, at)));
            }
        }
        let machines = machine_meters(site);
        for (index, meter) in site.meters.iter().enumerate() {
            for (at, one) in meter.energy.iter().enumerate() {
                add(one, Role::Meter(index, energy::Role::Register(at)));
            }
            for (at, one) in meter.power.iter().enumerate() {
                add(one, Role::Meter(index, energy::Role::Power(at)));
                if machines.contains(&index) {
                    add(one, Role::Traffic(TrafficRole::Machine(index, at)));
                }
            }
        }
        tracks
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, index: usize) -> &Track {
        &self.all[index]
    }

    pub(super) fn get_mut(&mut self, index: usize) -> &mut Track {
        &mut self.all[index]
    }

    pub(super) fn find(&self, source: &Source) -> Option<usize> {
        self.index.get(source).copied()
    }

    /// The track of a source; a new one when it is heard for the first time. How many there may be is decided where
    /// readings are admitted.
    pub(super) fn find_or_add(&mut self, source: &Source, devices: &mut Devices) -> usize {
        if let Some(index) = self.find(source) {
            return index;
        }
        let index = self.all.len();
        self.all.push(Track {
            source: source.clone(),
            device: devices.add_source(&source.device, index),
            roles: Vec::new(),
            last: None,
            rhythm: Rhythm::default(),
            buffer: None,
            asked_from: Instant::MIN,
            floor: Instant::MIN,
        });
        self.index.insert(source.clone(), index);
        index
    }

    /// The track that fills a role now, once it has a reading from the time that it does.
    pub(super) fn filling(&self, assignments: &[Assignment], now: Instant) -> Option<&Track> {
        let assignment = assigned_at(assignments, now)?;
        let track = self.get(self.find(&assignment.source)?);
        let since = assignment.period.start();
        track.last.is_some_and(|last| last.observed_at >= since).then_some(track)
    }
}
