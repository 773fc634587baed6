//! Sources to load from the store, and readings that arrive while they are loaded.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::alerts;
use super::meters::Meters;
use super::track::{Buffer, FilledRole, Role, Track, Tracks};
use crate::energy::NEIGHBOURS;
use crate::instant::{Instant, Period};
use crate::occupancy;
use crate::quantity::Kind;
use crate::reading::{Observation, Source};
use crate::rhythm::Rhythm;
use crate::site::Site;

/// Least time between two loads of a source.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// Most readings that are collected for a source; with more it is loaded anew.
const COLLECTED: usize = 20_000;

/// A series to be loaded from the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Its source.
    pub source: Source,
    /// Its period.
    pub period: Period,
    /// Number of readings just before the period to be loaded as well.
    pub before: usize,
}

/// Sources whose figures must be made together, since they share a meter. Most others are alone in theirs.
#[derive(Debug)]
struct Cluster {
    tracks: Vec<usize>,
    phase: Phase,
    taken: Option<Instant>,
}

/// Progress of the figures of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// They are right.
    Current,
    /// They must be made anew.
    Stale,
    /// Their series are being loaded.
    Loading,
    /// Their series are being loaded, and must be again: a reading came too late for what was loaded.
    Outrun,
}

/// All clusters of a site.
#[derive(Debug)]
pub(super) struct Clusters {
    all: Vec<Cluster>,
    /// The cluster of each track with a role.
    of_track: Vec<usize>,
    first_of_meter: BTreeMap<usize, usize>,
}

impl Clusters {
    /// Clusters of the sources that the site names; other sources stand in none.
    pub(super) fn of(tracks: &Tracks) -> Self {
        let mut of_track: Vec<usize> = (0..tracks.len()).collect();
        let mut first_of_meter = BTreeMap::new();
        for index in 0..tracks.len() {
            for meter in tracks.get(index).meters() {
                let first = *first_of_meter.entry(meter).or_insert(index);
                let (from, to) = (of_track[index], of_track[first]);
                of_track.iter_mut().filter(|one| **one == from).for_each(|one| *one = to);
            }
        }
        let cluster = |number: usize| Cluster {
            tracks: (0..of_track.len()).filter(|track| of_track[*track] == number).collect(),
            phase: Phase::Stale,
            taken: None,
        };
        Self { all: (0..of_track.len()).map(cluster).collect(), of_track, first_of_meter }
    }

    /// Marks the figures of this track as stale.
    pub(super) fn outdate(&mut self, track: usize) {
        if let Some(&cluster) = self.of_track.get(track) {
            self.all[cluster].outdate();
        }
    }

    /// Marks the figures of this meter as stale, if it has any sources.
    pub(super) fn outdate_meter(&mut self, meter: usize) {
        if let Some(&track) = self.first_of_meter.get(&meter) {
            self.outdate(track);
        }
    }

    /// Series of all stale clusters; registers come before power, in the order in which they are settled.
    pub(super) fn take_stale(
        &mut self,
        tracks: &mut Tracks,
        meters: &mut Meters,
        site: &Site,
        now: Instant,
    ) -> Vec<Need> {
        let mut needs = Vec::new();
        for cluster in &mut self.all {
            let paused = cluster.taken.is_some_and(|taken| taken <= now && now < taken + PAUSE);
            if cluster.phase != Phase::Stale || paused {
                continue;
            }
            cluster.phase = Phase::Loading;
            cluster.taken = Some(now);
            for &index in &cluster.tracks {
                let track = tracks.get_mut(index);
                track.meters().for_each(|meter| meters.restart(site, meter, now));
                needs.push(track.request(site, meters, now));
            }
        }
        needs.sort_by_key(|need| need.source.quantity.kind() != Kind::Register);
        needs
    }

    /// Keeps a reading while its series is being loaded; marks figures as stale that it may change out of order.
    pub(super) fn observe(
        &mut self,
        track: &mut Track,
        index: usize,
        one: &Observation,
        is_newest: bool,
    ) {
        let Some(&cluster) = self.of_track.get(index) else { return };
        let cluster = &mut self.all[cluster];
        match &mut track.buffer {
            Some(buffer) if buffer.collected.len() < COLLECTED => buffer.collected.push(*one),
            // By its next load, all of it is in the store.
            Some(_) => cluster.phase = Phase::Stale,
            None => {
                let is_repeated =
                    track.last.is_some_and(|last| last.observed_at == one.observed_at);
                let matters =
                    !is_repeated && one.observed_at >= track.floor && depends_on_order(track);
                if !is_newest && matters {
                    cluster.outdate();
                }
            }
        }
    }

    /// Takes a loaded series; returns its cluster if that is being loaded.
    pub(super) fn loaded(
        &mut self,
        tracks: &mut Tracks,
        source: &Source,
        observations: &[Observation],
    ) -> Option<usize> {
        let index = tracks.find(source)?;
        let number = *self.of_track.get(index)?;
        if !self.all[number].is_loading() {
            return None;
        }
        tracks.get_mut(index).buffer.as_mut()?.loaded = Some(observations.to_vec());
        Some(number)
    }

    /// Takes out the whole series of a source that can be settled: power waits for the registers.
    pub(super) fn settle_next(
        &self,
        tracks: &mut Tracks,
        cluster: usize,
    ) -> Option<(usize, Vec<Observation>)> {
        let members = &self.all[cluster].tracks;
        let waits =
            |index: usize| tracks.get(index).is_register() && !tracks.get(index).is_settled();
        let registers_wait = members.iter().any(|&index| waits(index));
        let can_settle = |index: &usize| {
            let track = tracks.get(*index);
            let is_loaded = track.buffer.as_ref().is_some_and(|buffer| buffer.loaded.is_some());
            is_loaded && (track.is_register() || !registers_wait)
        };
        let index = members.iter().copied().find(can_settle)?;
        Some((index, tracks.get_mut(index).settle()))
    }

    /// The meters of a cluster whose series are all settled now.
    pub(super) fn finished(&mut self, tracks: &Tracks, cluster: usize) -> BTreeSet<usize> {
        let cluster = &mut self.all[cluster];
        let members = || cluster.tracks.iter().map(|&index| tracks.get(index));
        if members().any(|track| !track.is_settled()) {
            return BTreeSet::new();
        }
        let meters = members().flat_map(Track::meters).collect();
        cluster.phase = if cluster.phase == Phase::Outrun { Phase::Stale } else { Phase::Current };
        meters
    }
}

impl Cluster {
    fn is_loading(&self) -> bool {
        matches!(self.phase, Phase::Loading | Phase::Outrun)
    }

    fn outdate(&mut self) {
        self.phase = if self.is_loading() { Phase::Outrun } else { Phase::Stale };
    }
}

fn depends_on_order(track: &Track) -> bool {
    track.roles.iter().any(|filled| !matches!(filled.role, Role::Point(_)))
}

impl Track {
    fn meters(&self) -> impl Iterator<Item = usize> + '_ {
        self.roles.iter().filter_map(|filled| match filled.role {
            Role::Meter(meter, _) => Some(meter),
            Role::Point(_) | Role::Traffic(_) => None,
        })
    }

    fn is_register(&self) -> bool {
        self.source.quantity.kind() == Kind::Register
    }

    /// Readings loaded and collected, in order and each once.
    fn settle(&mut self) -> Vec<Observation> {
        let buffer = self.buffer.take().unwrap_or_default();
        let mut observations = buffer.loaded.unwrap_or_default();
        observations.extend(buffer.collected);
        // The stored reading comes first and stays when the same was observed again.
        observations.sort_by_key(|one| one.observed_at);
        observations.dedup_by_key(|one| one.observed_at);
        if let Some(last) = observations.last() {
            self.restore(last);
            self.rhythm = Rhythm::of(&observations);
        }
        let before = observations.partition_point(|one| one.observed_at < self.loaded_from);
        let first = observations.first().filter(|_| before >= NEIGHBOURS);
        self.floor = first.map_or(Instant::MIN, |first| first.observed_at);
        observations
    }

    /// The series that its roles need at `now`.
    fn request(&mut self, site: &Site, meters: &Meters, now: Instant) -> Need {
        let start = |filled: &FilledRole| match filled.role {
            Role::Point(point) => alerts::lead_start(site, &site.points[point], now),
            Role::Traffic(_) => occupancy::live_start(site, now),
            Role::Meter(..) => meters.begin(now),
        };
        self.loaded_from = self.roles.iter().map(start).min().unwrap_or(Instant::MAX);
        self.buffer = Some(Buffer::default());
        // What is dated later is from the future.
        let end = self.loaded_from.max(site.rules.too_far_ahead(now));
        let period = Period::new(self.loaded_from, end).expect("it ends where it begins, or later");
        Need { source: self.source.clone(), period, before: NEIGHBOURS }
    }
}
