//! Condition of devices: their clocks, batteries and statuses, and whether they report as usual.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::clocks::DeviceClock;
use super::patience::{Patience, is_reported_on_change};
use super::track::{Track, Tracks};
use crate::device::{DeviceHealth, DeviceState, Freshness};
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::{DevicePresence, DeviceStatus};
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Observation};
use crate::rhythm::QUIET_DEVICE;

/// Interval at which rhythms are learned anew: they change slowly.
const RELEARN: SignedDuration = SignedDuration::from_secs(30);
/// Bytes of the states on one page, and of a state beside the name of its device; a name has 1 KiB at most.
const PAGE_BYTES: usize = 48 * 1024;
const STATE_BYTES: usize = 320;
/// Time after the start in which a device without any reading is not yet lost.
const FIRST_READING: SignedDuration = SignedDuration::from_mins(15);

/// All devices that the site file names or that have sent a message.
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

    /// As [`Self::add_source`], for a device that the site file names.
    pub(super) fn add_named_source(&mut self, id: &DeviceId, track: usize) -> usize {
        let index = self.add_source(id, track);
        self.all[index].is_named = true;
        index
    }

    /// Adds the track of a source of this device; returns the index of the device.
    pub(super) fn add_source(&mut self, id: &DeviceId, track: usize) -> usize {
        let index = self.find_or_add(id);
        self.all[index].sources.push(track);
        index
    }

    /// Takes the statuses of devices as they were known before the clock was set back to `now`.
    pub(super) fn take_statuses(&mut self, before: &Self, now: Instant) {
        for old in &before.all {
            let index = self.find_or_add(&old.id);
            let device = &mut self.all[index];
            device.presence = old.presence.map(|(presence, at)| (presence, at.min(now)));
            device.announced_s = old.announced_s;
            device.lost_readings = old.lost_readings;
        }
    }

    /// Takes a reading of a track; a stored one may be older than the newest.
    pub(super) fn receive(&mut self, track: &Track, one: &Observation) {
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

    /// Takes a reading that was refused because it was dated so far ahead.
    pub(super) fn ahead(&mut self, id: &DeviceId, at: Instant, ahead_s: f64) {
        if let Some(index) = self.index.get(id) {
            self.all[*index].clock.observe(at, ahead_s);
        }
    }

    pub(super) fn lost(&mut self, id: &DeviceId, count: u64) {
        let index = self.find_or_add(id);
        self.all[index].lost_readings += count;
    }

    /// Interval of its reports that a device announced.
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

    /// All devices, in pages that a message can hold: those of the site file first, then in the order in which they were
    /// first heard, so that a new one moves no other. The first page is there without any device, too.
    pub(super) fn pages(&self) -> Vec<Vec<DeviceState>> {
        let mut pages = vec![Vec::new()];
        let mut room = PAGE_BYTES;
        for device in &self.all {
            let size = device.size();
            if size > room {
                pages.push(Vec::new());
                room = PAGE_BYTES;
            }
            room -= size;
            if let Some(page) = pages.last_mut() {
                page.push(device.state());
            }
        }
        pages
    }

    /// The part of the devices whose change is published at once, by name.
    pub(super) fn healths(&self) -> Vec<(DeviceHealth, u64)> {
        let devices = self.index.values().map(|index| &self.all[*index]);
        devices.map(|device| (device.health, device.lost_readings)).collect()
    }

    /// Devices that the site file names and that do not report, each with the beginning of its silence.
    pub(super) fn silent(&self) -> impl Iterator<Item = (DeviceState, Instant)> + '_ {
        let named = self.all.iter().filter(|device| device.is_named);
        let silent = named
            .filter(|device| matches!(device.health, DeviceHealth::Lost | DeviceHealth::Offline));
        silent.map(|device| (device.state(), device.last_seen.unwrap_or(self.since)))
    }

    /// Number of devices that the site file names.
    pub(super) fn named(&self) -> usize {
        self.all.iter().filter(|device| device.is_named).count()
    }

    /// Newest charge of the battery of each device that the site file names, and when it was observed.
    pub(super) fn batteries(&self) -> impl Iterator<Item = (&DeviceId, Instant, f64)> + '_ {
        let named = self.all.iter().filter(|device| device.is_named);
        named.filter_map(|device| device.battery.map(|(at, percent)| (&device.id, at, percent)))
    }

    /// Error of the clock of each device that the site file names, in seconds ahead, and the instant of its last message.
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

    /// Its rhythm is that of its quickest source, sources that only report changes left out.
    fn learn(&mut self, tracks: &Tracks) {
        let sources = || self.sources.iter().map(|source| tracks.get(*source));
        let steady = || sources().filter(|track| !is_reported_on_change(track.source.quantity));
        let quickest =
            |of: fn(&Track) -> Option<f64>| steady().filter_map(of).min_by(f64::total_cmp);
        let long_s = quickest(|track| track.rhythm.long_s()).or(self.announced_s);
        self.rhythm_s = quickest(|track| track.rhythm.median_s()).or(self.announced_s);
        self.patience = match long_s {
            Some(long_s) => Patience::of(long_s),
            None if steady().next().is_none() => Patience::only_lost(QUIET_DEVICE.as_secs_f64()),
            None => Patience::WITHOUT_RHYTHM,
        };
    }

    fn health(&self, since: Instant, now: Instant) -> DeviceHealth {
        let seen_after = |at: Instant| self.last_seen.is_some_and(|seen| seen > at);
        let status = self.presence.filter(|(_, at)| !seen_after(*at)).map(|(presence, _)| presence);
        if status == Some(DevicePresence::Offline) {
            return DeviceHealth::Offline;
        }
        let Some(last_seen) = self.last_seen else {
            let waits = status.is_some() || now < since + FIRST_READING;
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

    /// Most bytes that its state takes in a message, whatever happens to it: pages must not move with its figures.
    fn size(&self) -> usize {
        let id = self.id.as_str();
        let escaped = id.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        id.len() + escaped + STATE_BYTES
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
