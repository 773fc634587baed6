//! Published states: the figures of the building as they stand now, and which of them changed.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::snapshot::Snapshot;
use crate::device::{DeviceHealth, DeviceState, Freshness};
use crate::energy::{Activity, EnergyState};
use crate::ids::{MeterId, PointId, ZoneId};
use crate::instant::Instant;
use crate::occupancy::{PeopleState, is_open};
use crate::quantity::Quantity;
use crate::site::{Point, Zone};

/// Least time between two lists of devices that differ in times alone; a change of health is published at once.
const DEVICES: SignedDuration = SignedDuration::from_secs(5);

/// State with the instant at which it holds, apart from what changes with time alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamped<T> {
    /// Instant at which the state holds.
    pub as_of: Instant,
    /// Age of the readings that it shows, in seconds; `None` without any.
    pub age_s: Option<f64>,
    /// The state itself, the same until something changes.
    pub state: T,
}

/// State of the building, of a zone, of a meter, or of a page of the devices.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// The whole building.
    Building {
        /// Its people.
        people: PeopleState,
        /// Whether it is open by its opening hours; `None` when the site file has none.
        open: Option<bool>,
        /// Its power and energy.
        energy: EnergyState,
    },
    /// One zone; its age is that of the oldest of its gauges.
    Zone {
        /// Its name in topics and addresses.
        id: ZoneId,
        /// Its people.
        people: PeopleState,
        /// Newest reading of each of its points; a point without readings is absent.
        gauges: Vec<GaugeState>,
        /// Its power and energy.
        energy: EnergyState,
    },
    /// One meter; its age is that of its newest reading.
    Meter {
        /// Its name in topics and addresses.
        id: MeterId,
        /// Its power and energy.
        energy: EnergyState,
        /// Activity of its machine, and since when.
        activity: Option<Activity>,
    },
    /// A page of the devices with at least one reading or status.
    Devices {
        /// Number of the page, from 1.
        page: u32,
        /// Count of all pages.
        pages: u32,
        /// Its devices.
        devices: Vec<DeviceState>,
    },
}

/// Newest reading of a point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GaugeState {
    /// The point.
    pub point: PointId,
    /// Its quantity.
    pub quantity: Quantity,
    /// Its value in the unit of the quantity; a state is 1 or 0.
    pub value: f64,
    /// Instant of the observation.
    pub observed_at: Instant,
    /// Age of the reading beside the rhythm of its source.
    pub freshness: Freshness,
}

/// States as they were last published.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// The building, zones and meters in the order of the site, then the devices.
    states: Vec<State>,
    devices_at: Option<Instant>,
    healths: Vec<(DeviceHealth, u64)>,
}

impl Published {
    /// The states that are not as they were at the last call; all of them at the first one.
    pub(super) fn changes(&mut self, snapshot: &Snapshot<'_>) -> Vec<Stamped<State>> {
        let (zones, meters) = (snapshot.site.zones.len(), snapshot.site.meters.len());
        let mut states = vec![building(snapshot)];
        states.extend((0..zones).map(|index| zone(snapshot, index)));
        states.extend((0..meters).map(|index| meter(snapshot, index)));
        states.extend(self.devices(snapshot));
        let changed =
            states.into_iter().enumerate().filter(|(place, one)| self.is_new(*place, &one.state));
        changed.map(|(_, one)| one).collect()
    }

    /// Whether the state at this place differs from the one last published; keeps it if so.
    fn is_new(&mut self, place: usize, state: &State) -> bool {
        match self.states.get_mut(place) {
            Some(last) if last == state => return false,
            Some(last) => last.clone_from(state),
            None => self.states.push(state.clone()),
        }
        true
    }

    /// All pages of the devices; none when only times changed since a moment ago.
    fn devices(&mut self, snapshot: &Snapshot<'_>) -> Vec<Stamped<State>> {
        let now = snapshot.now;
        let healths = snapshot.devices.healths();
        let is_recent = self.devices_at.is_some_and(|at| at <= now && now < at + DEVICES);
        if is_recent && healths == self.healths {
            return Vec::new();
        }
        (self.devices_at, self.healths) = (Some(now), healths);
        let pages = snapshot.devices.pages();
        let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let numbered = (1..=count).zip(pages);
        let state = |(page, devices)| State::Devices { page, pages: count, devices };
        numbered.map(|one| Stamped { as_of: now, age_s: None, state: state(one) }).collect()
    }
}

fn building(snapshot: &Snapshot<'_>) -> Stamped<State> {
    let state = State::Building {
        people: snapshot.people.of_building(),
        open: is_open(snapshot.site, snapshot.now),
        energy: snapshot.meters.of_building(),
    };
    Stamped { as_of: snapshot.now, age_s: None, state }
}

fn zone(snapshot: &Snapshot<'_>, index: usize) -> Stamped<State> {
    let Zone { id, .. } = &snapshot.site.zones[index];
    let points = snapshot.site.points.iter().filter(|point| point.zone == *id);
    let gauges: Vec<_> = points.filter_map(|point| gauge(snapshot, point)).collect();
    let oldest = gauges.iter().map(|gauge| gauge.observed_at).min();
    let state = State::Zone {
        id: id.clone(),
        people: snapshot.people.of_zone(index),
        gauges,
        energy: snapshot.meters.of_zone(index),
    };
    let age_s = oldest.map(|oldest| age_s(oldest, snapshot.now));
    Stamped { as_of: snapshot.now, age_s, state }
}

fn gauge(snapshot: &Snapshot<'_>, point: &Point) -> Option<GaugeState> {
    let now = snapshot.now;
    let track = snapshot.tracks.filling(&point.sources, now)?;
    let announced_s = snapshot.devices.announced_s(track.device);
    let last = track.last?;
    Some(GaugeState {
        point: point.id.clone(),
        quantity: point.quantity,
        value: last.value.as_f64(),
        observed_at: last.observed_at,
        freshness: track.freshness(announced_s, &snapshot.site.rules, now)?,
    })
}

fn meter(snapshot: &Snapshot<'_>, index: usize) -> Stamped<State> {
    let figures = snapshot.meters.of_meter(index);
    let state = State::Meter {
        id: snapshot.site.meters[index].id.clone(),
        energy: figures.energy(),
        activity: figures.activity,
    };
    let age_s = figures.last_reading_at.map(|at| age_s(at, snapshot.now));
    Stamped { as_of: snapshot.now, age_s, state }
}

fn age_s(observed_at: Instant, now: Instant) -> f64 {
    now.since(observed_at).as_secs_f64().max(0.0)
}
