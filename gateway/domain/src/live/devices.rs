//! Which devices report as they used to.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::clocks::DeviceClock;
use super::track::{Patience, Track, Tracks, is_told_on_change};
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::{DevicePresence, DeviceStatus};
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Observation};
use crate::rhythm::QUIET_DEVICE_S;
use crate::wire::state::{DeviceHealth, DeviceState, Freshness};

/// A rhythm changes slowly; so often it is looked at.
const RELEARN: SignedDuration = SignedDuration::from_secs(30);
/// A device that was never heard is missed after so long.
const FIRST_WORD: SignedDuration = SignedDuration::from_mins(15);

/// All devices that were heard or are named.
#[derive(Debug)]
pub(super) struct Devices {
    since: Instant,
    all: Vec<Device>,
    index: BTreeMap<DeviceId, usize>,
}

#[derive(Debug)]
struct Device {
    id: DeviceId,
    is_named: bool,
    sources: Vec<usize>,
    last_seen: Option<Instant>,
    presence: Option<(DevicePresence, Instant)>,
    announced_s: Option<f64>,
    battery: Option<(Instant, f64)>,
    clock: DeviceClock,
    lost_readings: u64,
    rhythm_s: Option<f64>,
    patience: Patience,
    learned: Option<Instant>,
    health: DeviceHealth,
}

impl Devices {
    pub(super) fn new(now: Instant) -> Self {
        Self { since: now, all: Vec::new(), index: BTreeMap::new() }
    }

    /// The site file names this device.
    pub(super) fn name(&mut self, id: &DeviceId) {
        let index = self.find_or_add(id);
        self.all[index].is_named = true;
    }

    /// A source of this device has the track `track`; gives the index of the device.
    pub(super) fn add_source(&mut self, id: &DeviceId, track: usize) -> usize {
        let index = self.find_or_add(id);
        self.all[index].sources.push(track);
        index
    }

    /// A reading of a track arrived; a stored one may be older than what is known.
    pub(super) fn heard(&mut self, track: &Track, one: &Observation) {
        let device = &mut self.all[track.device];
        device.last_seen = device.last_seen.max(Some(one.received_at));
        if one.dated_by == DatedBy::Device {
            let ahead_s = one.observed_at.since(one.received_at).as_secs_f64();
            device.clock.observe(one.received_at, ahead_s);
        }
        if track.source.quantity == Quantity::Battery {
            let reading = (one.observed_at, one.value.as_f64());
            if device.battery.is_none_or(|(at, _)| at <= reading.0) {
                device.battery = Some(reading);
            }
        }
    }

    pub(super) fn status(&mut self, status: &DeviceStatus, at: Instant) {
        let index = self.find_or_add(&status.device);
        let device = &mut self.all[index];
        device.presence = Some((status.presence, at));
        device.announced_s = status.interval_s.or(device.announced_s);
        device.learned = None;
    }

    /// A reading was refused that was dated so far ahead.
    pub(super) fn ahead(&mut self, id: &DeviceId, at: Instant, ahead_s: f64) {
        if let Some(index) = self.index.get(id) {
            self.all[*index].clock.observe(at, ahead_s);
        }
    }

    pub(super) fn lost(&mut self, id: &DeviceId, count: u64) {
        let index = self.find_or_add(id);
        self.all[index].lost_readings += count;
    }

    /// How often a device said it would report.
    pub(super) fn announced_s(&self, device: usize) -> Option<f64> {
        self.all[device].announced_s
    }

    pub(super) fn refresh(&mut self, tracks: &Tracks, now: Instant) {
        let since = self.since;
        for device in &mut self.all {
            if !device.learned.is_some_and(|at| at <= now && now < at + RELEARN) {
                device.learn(tracks);
                device.learned = Some(now);
            }
            device.health = device.health(since, now);
        }
    }

    /// All devices by name.
    pub(super) fn states(&self) -> Vec<DeviceState> {
        self.index.values().map(|index| self.all[*index].state()).collect()
    }

    /// What is told of devices at once, by name.
    pub(super) fn healths(&self) -> Vec<(DeviceHealth, u64)> {
        let devices = self.index.values().map(|index| &self.all[*index]);
        devices.map(|device| (device.health, device.lost_readings)).collect()
    }

    /// Devices that the site file names and that do not report.
    pub(super) fn silent(&self) -> impl Iterator<Item = (DeviceState, Instant)> + '_ {
        let named = self.all.iter().filter(|device| device.is_named);
        let silent = named
            .filter(|device| matches!(device.health, DeviceHealth::Lost | DeviceHealth::Offline));
        silent.map(|device| (device.state(), device.last_seen.unwrap_or(self.since)))
    }

    /// How many devices the site file names.
    pub(super) fn named(&self) -> usize {
        self.all.iter().filter(|device| device.is_named).count()
    }

    /// The newest charge of each battery that the site file names the device of, and when it was told.
    pub(super) fn batteries(&self) -> impl Iterator<Item = (&DeviceId, Instant, f64)> + '_ {
        let named = self.all.iter().filter(|device| device.is_named);
        named.filter_map(|device| device.battery.map(|(at, percent)| (&device.id, at, percent)))
    }

    /// How far the clock of each device is ahead that the site file names, in seconds, and when it was heard last.
    pub(super) fn clocks(&self) -> impl Iterator<Item = (&DeviceId, Instant, f64)> + '_ {
        let named = self.all.iter().filter(|device| device.is_named);
        named.filter_map(|it| it.clock.ahead_s().map(|(at, ahead_s)| (&it.id, at, ahead_s)))
    }

    fn find_or_add(&mut self, id: &DeviceId) -> usize {
        if let Some(index) = self.index.get(id) {
            return *index;
        }
        self.all.push(Device::new(id.clone()));
        self.index.insert(id.clone(), self.all.len() - 1);
        self.all.len() - 1
    }
}

impl Device {
    fn new(id: DeviceId) -> Self {
        Self {
            id,
            is_named: false,
            sources: Vec::new(),
            last_seen: None,
            presence: None,
            announced_s: None,
            battery: None,
            clock: DeviceClock::default(),
            lost_readings: 0,
            rhythm_s: None,
            patience: Patience::of(0.0),
            learned: None,
            health: DeviceHealth::Online,
        }
    }

    /// Its rhythm is that of its quickest source; those that only tell changes say nothing of it.
    fn learn(&mut self, tracks: &Tracks) {
        let sources = || self.sources.iter().map(|source| tracks.get(*source));
        let steady = || sources().filter(|track| !is_told_on_change(track.source.quantity));
        let quickest =
            |of: fn(&Track) -> Option<f64>| steady().filter_map(of).min_by(f64::total_cmp);
        let long_s = quickest(|track| track.rhythm.long_s()).or(self.announced_s);
        self.rhythm_s = quickest(|track| track.rhythm.median_s()).or(self.announced_s);
        self.patience = match long_s {
            Some(long_s) => Patience::of(long_s),
            None if steady().next().is_none() => {
                Patience { late_s: QUIET_DEVICE_S, lost_s: QUIET_DEVICE_S }
            }
            None => Patience { late_s: Patience::of(0.0).lost_s, ..Patience::of(0.0) },
        };
    }

    fn health(&self, since: Instant, now: Instant) -> DeviceHealth {
        let heard_after = |at: Instant| self.last_seen.is_some_and(|seen| seen > at);
        let word = self.presence.filter(|(_, at)| !heard_after(*at)).map(|(presence, _)| presence);
        if word == Some(DevicePresence::Offline) {
            return DeviceHealth::Offline;
        }
        let Some(last_seen) = self.last_seen else {
            let waits = word.is_some() || now < since + FIRST_WORD;
            return if waits { DeviceHealth::Late } else { DeviceHealth::Lost };
        };
        match self.patience.freshness(now.since(last_seen).as_secs_f64()) {
            Freshness::Lost => DeviceHealth::Lost,
            _ if self.sleeps() => DeviceHealth::Sleeping,
            Freshness::Late => DeviceHealth::Late,
            Freshness::Fresh => DeviceHealth::Online,
        }
    }

    fn sleeps(&self) -> bool {
        self.presence.is_some_and(|(presence, _)| presence == DevicePresence::Sleeping)
    }

    fn state(&self) -> DeviceState {
        DeviceState {
            id: self.id.clone(),
            state: self.health,
            last_seen: self.last_seen,
            battery_percent: self.battery.map(|(_, percent)| percent),
            presence: self.presence.map(|(presence, _)| presence),
            rhythm_s: self.rhythm_s,
            known: self.is_named,
            lost_readings: self.lost_readings,
        }
    }
}
