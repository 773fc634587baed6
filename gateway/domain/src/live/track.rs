//! One source as it stands now: its newest reading, its rhythm, and its roles in the building.

use std::collections::HashMap;

use super::patience::{Patience, is_reported_on_change};
use crate::device::Freshness;
use crate::energy;
use crate::ids::DeviceId;
use crate::instant::{Instant, Period};
use crate::occupancy::{TrafficRole, air_points, machine_meters};
use crate::quantity::{Kind, Quantity};
use crate::reading::{Observation, Source};
use crate::rhythm::{QUIET_DEVICE, Rhythm, state_patience};
use crate::site::{Assignment, Rules, Site, assigned_at};

/// A device announces the interval of its quickest instrument; until the others are known they may be slower.
const ANNOUNCED_AT_LEAST_S: f64 = 60.0;

/// Role of a source in the building, by index in the lists of the site.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    Point(usize),
    Traffic(TrafficRole),
    Meter(usize, energy::Role),
}

/// A role with the period in which the site file gives it to the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct FilledRole {
    pub(super) role: Role,
    pub(super) period: Period,
}

/// Live view of one source.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) source: Source,
    pub(super) device: usize,
    pub(super) roles: Vec<FilledRole>,
    pub(super) last: Option<Observation>,
    pub(super) rhythm: Rhythm,
    /// Readings loaded and observed while the figures are made anew.
    pub(super) buffer: Option<Buffer>,
    /// Beginning of the period last loaded, not counting the readings just before it.
    pub(super) loaded_from: Instant,
    /// Instant before which a reading changes no figure.
    pub(super) floor: Instant,
}

/// Readings that wait until all series are there that make a figure together.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    /// Readings of the store; `None` until they are loaded.
    pub(super) loaded: Option<Vec<Observation>>,
    /// Readings observed since the request.
    pub(super) collected: Vec<Observation>,
}

impl Track {
    /// Whether its series is not being loaded.
    pub(super) fn is_settled(&self) -> bool {
        self.buffer.is_none()
    }

    /// Takes a reading; returns whether it is the newest.
    pub(super) fn observe(&mut self, one: &Observation) -> bool {
        if self.last.is_some_and(|last| one.observed_at <= last.observed_at) {
            return false;
        }
        self.rhythm.observe(one.observed_at, one.value.as_f64());
        self.last = Some(*one);
        true
    }

    /// Takes the newest stored reading, unless a newer one came meanwhile.
    pub(super) fn restore(&mut self, one: &Observation) {
        if self.last.is_none_or(|last| last.observed_at < one.observed_at) {
            self.last = Some(*one);
        }
    }

    /// Its patience by its own rhythm, or else by the interval that its device announced.
    pub(super) fn patience(&self, announced_s: Option<f64>, rules: &Rules) -> Patience {
        if is_reported_on_change(self.source.quantity) {
            let quiet = match self.source.quantity.kind() {
                Kind::State => state_patience(&self.rhythm, rules),
                Kind::Gauge | Kind::Register => QUIET_DEVICE,
            };
            return Patience::only_lost(quiet.as_secs_f64());
        }
        let announced_s = announced_s.map(|seconds| seconds.max(ANNOUNCED_AT_LEAST_S));
        let usual_s = self.rhythm.long_s().or(announced_s);
        usual_s.map_or(Patience::WITHOUT_RHYTHM, Patience::of)
    }

    /// Freshness of its newest reading; `None` without any.
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

/// All sources that the site file names or that have sent a reading.
#[derive(Debug)]
pub(super) struct Tracks {
    all: Vec<Track>,
    index: HashMap<Source, usize>,
}

impl Tracks {
    /// The sources that the site file names, with their roles. `device_of` gives the index of the device of a new track.
    pub(super) fn of(site: &Site, mut device_of: impl FnMut(&DeviceId, usize) -> usize) -> Self {
        let mut tracks = Self { all: Vec::new(), index: HashMap::new() };
        let mut add = |assignment: &Assignment, role| {
            let source = &assignment.source;
            let index = tracks.find(source).unwrap_or_else(|| {
                let device = device_of(&source.device, tracks.len());
                tracks.add(source, device)
            });
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

    /// Adds the track of a source of this device; returns its index.
    pub(super) fn add(&mut self, source: &Source, device: usize) -> usize {
        let index = self.all.len();
        self.all.push(Track {
            source: source.clone(),
            device,
            roles: Vec::new(),
            last: None,
            rhythm: Rhythm::default(),
            buffer: None,
            loaded_from: Instant::MIN,
            floor: Instant::MIN,
        });
        self.index.insert(source.clone(), index);
        index
    }

    /// Track that fills a role now, once it has a reading from the period of its assignment.
    pub(super) fn filling(&self, assignments: &[Assignment], now: Instant) -> Option<&Track> {
        let assignment = assigned_at(assignments, now)?;
        let track = self.get(self.find(&assignment.source)?);
        let since = assignment.period.start();
        track.last.is_some_and(|last| last.observed_at >= since).then_some(track)
    }
}
