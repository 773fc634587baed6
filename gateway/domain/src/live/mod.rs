//! The building as it stands now, folded reading by reading.
//!
//! ```text
//! readings ──observe──▶ tracks ──▶ meters, people, air ──states──▶ state topics
//! store ──reload──────────▲  (at start, and when a reading came out of order)
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `track` | one source: its newest reading, its rhythm, its roles in the building |
//! | `loading` | which sources must be loaded from the store, and what is observed meanwhile |
//! | `meters`, `activity` | power and energy of each meter; what a machine is doing |
//! | `people` | who is where |
//! | `clocks` | how far the clock of a device is off |
//! | `look_back` | what the last weeks tell, worked out once a night |
//! | `devices` | which devices report as they used to |
//! | `alerts` | what a person should know |
//! | `states` | what is told, and what of it is new |
//!
//! All figures come from the same folds as those of [`crate::energy`] and [`crate::occupancy`], so a page that asks
//! the store shows the same.

mod activity;
mod alerts;
mod clocks;
mod devices;
mod loading;
mod look_back;
mod meters;
mod people;
mod states;
#[cfg(test)]
mod tests;
mod track;

pub use loading::Need;
pub use look_back::LookBack;

use std::sync::Arc;

use crate::energy::assigned;
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::DeviceStatus;
use crate::reading::{Observation, Reading, Source};
use crate::site::Site;
use crate::wire::state::{Alert, StorageState};
use alerts::{Alerts, Known};
use devices::Devices;
use loading::Clusters;
use meters::Meters;
use people::People;
use states::Told;
use track::{Role, Tracks};

/// The live figures of a site. Pure: it neither waits nor reads a clock.
///
/// Cheap for each reading; [`Live::states`] works only for what changed, and every few seconds for what ages.
#[derive(Debug)]
pub struct Live {
    site: Arc<Site>,
    tracks: Tracks,
    clusters: Clusters,
    devices: Devices,
    meters: Meters,
    people: People,
    alerts: Alerts,
    told: Told,
}

impl Live {
    /// A site of which nothing was heard yet: every source that its file names is stale.
    pub fn new(site: Arc<Site>, now: Instant) -> Self {
        let mut devices = Devices::new(now);
        let tracks = Tracks::of(&site, &mut devices);
        Self {
            clusters: Clusters::of(&tracks),
            meters: Meters::of(&site, now),
            people: People::of(&site),
            alerts: Alerts::of(&site),
            told: Told::default(),
            devices,
            tracks,
            site,
        }
    }

    /// The series that must be loaded from the store before the figures are right.
    ///
    /// From here until [`Live::reload`] what is observed of these sources is collected and merged then. So take the
    /// list when everything observed before is about to be stored, and load when it is. A source is given at most
    /// every few seconds, so that a backlog does not load the store with questions; ask again after a while.
    pub fn take_stale(&mut self, now: Instant) -> Vec<Need> {
        for meter in self.meters.outdated(now) {
            self.clusters.outdate_meter(meter);
        }
        self.clusters.take_stale(&mut self.tracks, &mut self.meters, &self.site, now)
    }

    /// Takes the series of a source as it is stored, in order. The figures of a meter are replaced once all of its
    /// sources are there; give each series as soon as it is loaded, so that only one at a time takes memory.
    pub fn reload(&mut self, source: &Source, observations: &[Observation]) {
        let loaded = self.clusters.loaded(&mut self.tracks, source, observations);
        let Some(cluster) = loaded else { return };
        while let Some((index, series)) = self.clusters.settle_next(&mut self.tracks, cluster) {
            self.replay(index, &series);
        }
        for meter in self.clusters.finished(&self.tracks, cluster) {
            self.meters.replace(meter);
        }
    }

    /// Takes the newest stored reading of a source at start, so that it is known when a device was last heard.
    pub fn known(&mut self, source: &Source, last: &Observation) {
        let index = self.tracks.find_or_add(source, &mut self.devices);
        let track = self.tracks.get_mut(index);
        self.devices.heard(track, last);
        track.known(last);
    }

    /// Takes a reading that was admitted.
    ///
    /// In order it is folded into the figures. Out of order it never moves what is newer, but makes the sources stale
    /// whose figures it may change.
    pub fn observe(&mut self, reading: &Reading) {
        let one = &reading.observation;
        let index = self.tracks.find_or_add(&reading.source, &mut self.devices);
        let track = self.tracks.get_mut(index);
        self.devices.heard(track, one);
        let is_newest = track.observe(one);
        self.clusters.observe(track, index, one, is_newest);
        if is_newest {
            self.fold(index, one);
        }
    }

    /// Takes what a device says of itself.
    pub fn status(&mut self, status: &DeviceStatus, at: Instant) {
        self.devices.status(status, at);
    }

    /// Counts readings of a device that were lost on the way.
    pub fn lost(&mut self, device: &DeviceId, count: u64) {
        self.devices.lost(device, count);
    }

    /// A reading of a device was refused since it was dated so many seconds ahead.
    pub fn ahead(&mut self, device: &DeviceId, at: Instant, ahead_s: f64) {
        self.devices.ahead(device, at, ahead_s);
    }

    /// Says whether somebody sets the clock of this machine; `None` where nobody can say.
    pub fn clock(&mut self, is_set: Option<bool>, now: Instant) {
        self.alerts.clock(is_set, now);
    }

    /// Says how many messages stand refused, and since when; `None` when there is nothing to tell.
    pub fn refused(&mut self, total: u64, since: Option<Instant>) {
        self.alerts.refused(total, since);
    }

    /// Says how much room the store takes and has.
    pub fn storage(&mut self, storage: &StorageState, now: Instant) {
        self.alerts.storage(&self.site, storage, now);
    }

    /// Says what the last weeks tell; it holds until it is said anew.
    pub fn look_back(&mut self, told: &LookBack) {
        self.alerts.look_back(&self.site, told);
    }

    /// What is to be published: name below `state/`, and content. Everything on the first call, then what changed;
    /// `as_of` and ages alone are no change.
    pub fn states(&mut self, now: Instant) -> Vec<(String, serde_json::Value)> {
        self.devices.refresh(&self.tracks, now);
        self.meters.refresh(&self.site, &self.tracks, &self.devices, now);
        self.people.refresh(&self.site, now);
        self.alerts.refresh(&Known {
            site: &self.site,
            tracks: &self.tracks,
            people: &self.people,
            meters: &self.meters,
            devices: &self.devices,
            now,
        });
        states::changed(self, now)
    }

    /// What a person should know, most urgent first, as of the last call of [`Live::states`].
    pub fn alerts(&self) -> &[Alert] {
        self.alerts.raised()
    }

    fn fold(&mut self, index: usize, one: &Observation) {
        let track = self.tracks.get(index);
        for filled in track.roles.iter().filter(|role| role.period.contains(one.observed_at)) {
            match filled.role {
                Role::Point(point) => self.alerts.observe(point, one),
                Role::Traffic(role) => self.people.observe(&self.site, role, one),
                Role::Meter(meter, role) => {
                    if self.meters.observe(meter, role, one, track.is_settled()).is_err() {
                        self.clusters.outdate(index);
                    }
                }
            }
        }
    }

    /// Begins anew with the whole series of one source.
    fn replay(&mut self, index: usize, series: &[Observation]) {
        for filled in &self.tracks.get(index).roles {
            let observations = assigned(series, filled.period);
            match filled.role {
                Role::Point(point) => self.alerts.replay(point, observations),
                Role::Traffic(role) => {
                    self.people.replay(&self.site, role, filled.period, observations);
                }
                Role::Meter(meter, role) => {
                    if self.meters.replay(meter, role, observations).is_err() {
                        self.clusters.outdate(index);
                    }
                }
            }
        }
    }
}
