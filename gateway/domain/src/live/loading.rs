//! Which sources must be loaded from the store, and what is observed while they are.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::meters::Meters;
use super::track::{Buffer, FilledRole, Role, Track, Tracks};
use crate::energy::NEIGHBOURS;
use crate::instant::{Instant, Period};
use crate::occupancy;
use crate::reading::{Observation, SeriesSet, Source};
use crate::rhythm::Rhythm;

/// Enough readings to learn a rhythm and to see what a register did that departs at the border.
const BEFORE: usize = 33;
const _: () = assert!(BEFORE >= NEIGHBOURS, "a register needs its neighbours");
/// A source is loaded again after so long at the earliest.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// So many readings are collected for a source; with more it is loaded anew.
const COLLECTED: usize = 20_000;

/// A series to be loaded from the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Whose.
    pub source: Source,
    /// From when until when.
    pub period: Period,
    /// So many readings just before the period as well.
    pub before: usize,
}

/// Sources whose figures must be made together, since they share a meter. Most others stand alone.
#[derive(Debug)]
struct Cluster {
    tracks: Vec<usize>,
    phase: Phase,
    taken: Option<Instant>,
}

/// How it stands with the figures of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// They are right.
    Current,
    /// They must be made anew.
    Stale,
    /// Their series are being loaded.
    Loading,
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
    /// Clusters of the sources that the site names; sources that are heard later stand in none.
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

    pub(super) fn tracks(&self, cluster: usize) -> &[usize] {
        &self.all[cluster].tracks
    }

    /// The figures of this track must be made anew.
    pub(super) fn outdate(&mut self, track: usize) {
        if let Some(&cluster) = self.of_track.get(track) {
            let cluster = &mut self.all[cluster];
            if cluster.phase == Phase::Current {
                cluster.phase = Phase::Stale;
            }
        }
    }

    /// The figures of this meter must be made anew, if it has any sources.
    pub(super) fn outdate_meter(&mut self, meter: usize) {
        if let Some(&track) = self.first_of_meter.get(&meter) {
            self.outdate(track);
        }
    }

    pub(super) fn take_stale(
        &mut self,
        tracks: &mut Tracks,
        meters: &Meters,
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
            let asked = cluster.tracks.iter().map(|&index| tracks.get_mut(index).ask(meters, now));
            needs.extend(asked);
        }
        needs
    }

    /// Keeps a reading while its figures are being made anew, and sees whether they must be.
    pub(super) fn observe(
        &mut self,
        track: &mut Track,
        index: usize,
        one: &Observation,
        is_newest: bool,
    ) {
        let Some(&cluster) = self.of_track.get(index) else { return };
        let phase = &mut self.all[cluster].phase;
        match (*phase, &mut track.buffer) {
            (Phase::Current, _) => {
                let is_repeated =
                    track.last.is_some_and(|last| last.observed_at == one.observed_at);
                let matters =
                    !is_repeated && one.observed_at >= track.floor && depends_on_order(track);
                if !is_newest && matters {
                    *phase = Phase::Stale;
                }
            }
            (Phase::Loading, Some(buffer)) if buffer.collected.len() < COLLECTED => {
                buffer.collected.push(*one);
            }
            // By the next time it is asked for, all of it is in the store.
            (Phase::Loading, _) => *phase = Phase::Stale,
            (Phase::Stale, _) => (),
        }
    }

    /// Takes a loaded series; gives the cluster when it was the last one missing.
    pub(super) fn loaded(
        &mut self,
        tracks: &mut Tracks,
        source: &Source,
        observations: &[Observation],
    ) -> Option<usize> {
        let index = tracks.find(source)?;
        let number = *self.of_track.get(index)?;
        let cluster = &self.all[number];
        if cluster.phase != Phase::Loading {
            return None;
        }
        let buffer = tracks.get_mut(index).buffer.get_or_insert_default();
        buffer.loaded = Some(observations.to_vec());
        let is_loaded = |index: &usize| {
            tracks.get(*index).buffer.as_ref().is_some_and(|buffer| buffer.loaded.is_some())
        };
        cluster.tracks.iter().all(is_loaded).then_some(number)
    }

    /// Takes the readings of a cluster out, in order and each once, with the instant at which they were asked for.
    /// It is current from here.
    pub(super) fn settle(&mut self, tracks: &mut Tracks, cluster: usize) -> (SeriesSet, Instant) {
        let cluster = &mut self.all[cluster];
        cluster.phase = Phase::Current;
        let mut series = SeriesSet::default();
        for &index in &cluster.tracks {
            let track = tracks.get_mut(index);
            let buffer = track.buffer.take().unwrap_or_default();
            let mut observations = buffer.loaded.unwrap_or_default();
            observations.extend(buffer.collected);
            // The stored reading comes first and stays when the same was observed again.
            observations.sort_by_key(|one| one.observed_at);
            observations.dedup_by_key(|one| one.observed_at);
            track.learn(&observations);
            series.insert(track.source.clone(), observations);
        }
        (series, cluster.taken.unwrap_or(Instant::MIN))
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

    /// Knows the loaded series from here on.
    fn learn(&mut self, observations: &[Observation]) {
        if let Some(last) = observations.last() {
            self.known(last);
            self.rhythm = Rhythm::of(observations);
        }
        let before = observations.partition_point(|one| one.observed_at < self.asked_from);
        let first = observations.first().filter(|_| before >= BEFORE);
        self.floor = first.map_or(Instant::MIN, |first| first.observed_at);
    }

    /// Asks for what its roles need at `now`.
    fn ask(&mut self, meters: &Meters, now: Instant) -> Need {
        let start = |filled: &FilledRole| match filled.role {
            Role::Point(_) => Instant::MAX,
            Role::Traffic(_) => occupancy::lead_start(now),
            Role::Meter(..) => meters.begin(now),
        };
        self.asked_from = self.roles.iter().map(start).min().unwrap_or(Instant::MAX);
        self.buffer = Some(Buffer::default());
        let period = Period::new(self.asked_from, Instant::MAX);
        let period = period.expect("nothing is later than the end of time");
        Need { source: self.source.clone(), period, before: BEFORE }
    }
}
