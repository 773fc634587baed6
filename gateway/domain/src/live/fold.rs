//! All live figures of a site, in the order in which readings and time change them.

use std::sync::Arc;

use super::alerts::Alerts;
use super::devices::Devices;
use super::loading::{Clusters, Need};
use super::look_back::LookBack;
use super::meters::Meters;
use super::people::People;
use super::snapshot::Snapshot;
use super::states::{Published, Stamped, State};
use super::track::{Role, Tracks};
use crate::alerts::Alert;
use crate::energy::assigned;
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::DeviceStatus;
use crate::reading::{Observation, Reading, Source};
use crate::site::Site;
use crate::storage::StorageState;

/// Live figures of a site. Pure: it neither waits nor reads a clock.
///
/// Cheap for each reading; [`Live::states`] works only for what changed, and every few seconds for what ages.
#[derive(Debug)]
pub struct Live {
    site: Arc<Site>,
    tracks: Tracks,
    clusters: Clusters,
    pub(super) devices: Devices,
    meters: Meters,
    pub(super) people: People,
    pub(super) alerts: Alerts,
    published: Published,
}

impl Live {
    /// A site without readings: every source that its file names is stale.
    pub fn new(site: Arc<Site>, now: Instant) -> Self {
        let mut devices = Devices::new(now);
        let tracks = Tracks::of(&site, |device, track| devices.add_named_source(device, track));
        Self {
            clusters: Clusters::of(&tracks),
            meters: Meters::of(&site, now),
            people: People::of(&site),
            alerts: Alerts::of(&site),
            published: Published::default(),
            devices,
            tracks,
            site,
        }
    }

    /// Begins anew since the clock was set back to `now`: what was dated or received later is from the future. Newest
    /// readings that are not stay, and so do the statuses of devices; ask [`Live::take_stale`] for the rest.
    pub fn set_back(&mut self, now: Instant) {
        let mut fresh = Self::new(Arc::clone(&self.site), now);
        for index in 0..self.tracks.len() {
            let track = self.tracks.get(index);
            if let Some(last) = track.last.and_then(|last| self.present(&last, now)) {
                fresh.restore(&track.source, &last);
            }
        }
        fresh.devices.take_statuses(&self.devices, now);
        fresh.alerts.take_over(&self.alerts, now);
        fresh.published = std::mem::take(&mut self.published);
        *self = fresh;
    }

    /// The reading as one of the present, not received later than `now`; `None` when it is from the future.
    pub fn present(&self, one: &Observation, now: Instant) -> Option<Observation> {
        let is_present = !self.site.rules.is_from_the_future(one, now);
        is_present.then(|| Observation { received_at: one.received_at.min(now), ..*one })
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

    /// Takes the newest stored reading of a source at start: the last sign of life of its device.
    pub fn restore(&mut self, source: &Source, last: &Observation) {
        let index = self.find_or_add(source);
        let track = self.tracks.get_mut(index);
        self.devices.receive(track, last);
        track.restore(last);
    }

    /// Takes a reading that was admitted.
    ///
    /// In order it is folded into the figures. Out of order it never moves what is newer, but makes the sources stale
    /// whose figures it may change.
    pub fn observe(&mut self, reading: &Reading) {
        let one = &reading.observation;
        let index = self.find_or_add(&reading.source);
        let track = self.tracks.get_mut(index);
        self.devices.receive(track, one);
        let is_newest = track.observe(one);
        self.clusters.observe(track, index, one, is_newest);
        if is_newest {
            self.fold(index, one);
        }
    }

    /// Takes the status of a device.
    pub fn status(&mut self, status: &DeviceStatus, at: Instant) {
        self.devices.status(status, at);
    }

    /// Counts readings of a device that were lost on the way.
    pub fn lost(&mut self, device: &DeviceId, count: u64) {
        self.devices.lost(device, count);
    }

    /// Takes a reading of a device that was refused because it was dated so many seconds ahead.
    pub fn ahead(&mut self, device: &DeviceId, at: Instant, ahead_s: f64) {
        self.devices.ahead(device, at, ahead_s);
    }

    /// Takes whether the clock of this machine is synchronised; `None` where that cannot be found out.
    pub fn clock(&mut self, is_set: Option<bool>, now: Instant) {
        self.alerts.clock(is_set, now);
    }

    /// Takes the number of refused messages and the instant of the first one; `None` without any.
    pub fn refused(&mut self, total: u64, since: Option<Instant>) {
        self.alerts.refused(total, since);
    }

    /// Takes the space of the store.
    pub fn storage(&mut self, storage: &StorageState, now: Instant) {
        self.alerts.storage(&self.site, storage, now);
    }

    /// Takes the figures of the last weeks; they hold until the next ones.
    pub fn look_back(&mut self, look_back: &LookBack) {
        self.alerts.look_back(&self.site, look_back);
    }

    /// States to publish: all of them on the first call, then those that changed. Ages alone are no change.
    pub fn states(&mut self, now: Instant) -> Vec<Stamped<State>> {
        self.devices.refresh(&self.tracks, now);
        self.meters.refresh(&self.site, &self.tracks, &self.devices, now);
        self.people.refresh(&self.site, now);
        let snapshot = Snapshot {
            site: &self.site,
            tracks: &self.tracks,
            people: &self.people,
            meters: &self.meters,
            devices: &self.devices,
            now,
        };
        self.alerts.refresh(&snapshot);
        self.published.changes(&snapshot)
    }

    /// Current alerts, most urgent first, as of the last call of [`Live::states`].
    pub fn alerts(&self) -> &[Alert] {
        self.alerts.raised()
    }

    /// Index of the track of a source, and of a new one at its first reading. How many there may be is decided where
    /// readings are admitted.
    fn find_or_add(&mut self, source: &Source) -> usize {
        if let Some(index) = self.tracks.find(source) {
            return index;
        }
        let device = self.devices.add_source(&source.device, self.tracks.len());
        self.tracks.add(source, device)
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
