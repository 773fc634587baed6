//! People count: in minus out since the last reset, carried from event to event.

use jiff::SignedDuration;

use super::correction::{CountAt, Day, DayError};
use super::events::{Change, Event, events};
use crate::instant::{Instant, Period};
use crate::occupancy::Residual;
use crate::occupancy::closing::{Activity, Closing};
use crate::occupancy::estimate::DoorCount;
use crate::occupancy::place::Place;
use crate::occupancy::presence::{Presence, combined};
use crate::occupancy::timeline::Timeline;
use crate::occupancy::traffic::Traffic;
use crate::site::{Rules, Site};

/// Timeline of a place from its first door or detector reading to `end`, with the error of each day spread back over it.
pub(crate) fn corrected_timeline(
    site: &Site,
    place: &Place,
    traffic: &Traffic,
    end: Instant,
) -> Timeline {
    timeline(site, place, traffic, end, true)
}

/// Timeline of a place as its doors counted it, without correction.
pub(crate) fn raw_timeline(
    site: &Site,
    place: &Place,
    traffic: &Traffic,
    end: Instant,
) -> Timeline {
    timeline(site, place, traffic, end, false)
}

fn timeline(
    site: &Site,
    place: &Place,
    traffic: &Traffic,
    end: Instant,
    is_corrected: bool,
) -> Timeline {
    let mut events = events(site, place, traffic, end);
    events.retain(|event| event.at <= end);
    let first = events.iter().find(|event| event.is_reported()).map_or(end, |event| event.at);
    let span = Period::new(first, end).expect("later events were left out");
    let mut count = PeopleCount::new(site, place, span, is_corrected);
    for simultaneous in events.chunk_by(|one, next| one.at == next.at) {
        count.advance(simultaneous[0].at);
        count.apply(simultaneous);
    }
    count.advance(end);
    count.into_timeline()
}

/// How long a detector of movement still sees somebody who has just left: one to three minutes are usual.
const LATCH: SignedDuration = SignedDuration::from_mins(3);

/// State of the count at `at`.
struct PeopleCount<'a> {
    rules: &'a Rules,
    closing: Closing,
    at: Instant,
    doors: Vec<DoorState>,
    detectors: Vec<DetectorState>,
    people: f64,
    drift: f64,
    passages: f64,
    settled: bool,
    residual: Option<Residual>,
    last_passage: Instant,
    /// Since when the detectors see nobody.
    vacant_since: Instant,
    /// Whether the error of a day is spread back over it.
    is_corrected: bool,
    is_watched: bool,
    day: Day,
    timeline: Timeline,
}

#[derive(Clone, Copy, Debug, Default)]
struct DoorState {
    lanes_online: i32,
    /// Whether both directions have reported at least once.
    is_complete: bool,
}

#[derive(Clone, Copy, Debug)]
struct DetectorState {
    presence: Presence,
    /// End of the movement whose hold time is running.
    holds_since: Option<Instant>,
}

impl<'a> PeopleCount<'a> {
    fn new(site: &'a Site, place: &Place, span: Period, is_corrected: bool) -> Self {
        let absent = DetectorState { presence: Presence::Absent, holds_since: None };
        Self {
            rules: &site.rules,
            closing: Closing::over(site, span),
            at: Instant::MIN,
            doors: vec![DoorState::default(); place.border.len()],
            detectors: vec![absent; place.detectors.len()],
            people: 0.0,
            drift: 0.0,
            passages: 0.0,
            settled: false,
            residual: None,
            last_passage: Instant::MIN,
            vacant_since: Instant::MIN,
            is_corrected,
            is_watched: place.is_watched,
            day: Day::default(),
            timeline: Timeline::default(),
        }
    }

    /// Timeline of all days; the last one is not over.
    fn into_timeline(mut self) -> Timeline {
        self.day.end(None, self.rules, &mut self.timeline);
        self.timeline
    }

    /// Lets time pass up to, not including, `until`, with the resets that are due meanwhile.
    fn advance(&mut self, until: Instant) {
        while let Some(reset) = self.closing.next_reset(&self.activity(), until) {
            self.at = reset;
            self.reset();
        }
        self.at = until;
    }

    fn activity(&self) -> Activity {
        Activity {
            at: self.at,
            has_passages: self.passages > 0.0,
            is_unsettled: !self.settled && self.counts(),
            last_passage: self.last_passage,
            vacant_since: (!self.is_occupied()).then_some(self.vacant_since),
        }
    }

    /// Sets the count to nobody.
    fn reset(&mut self) {
        let error = self.day_error();
        self.day.end(error, self.rules, &mut self.timeline);
        if self.passages > 0.0 {
            self.residual = Some(Residual { at: self.at, people: self.drift });
        }
        (self.people, self.drift, self.passages) = (0.0, 0.0, 0.0);
        self.settled = self.settled || self.counts();
        self.record();
    }

    /// Count left now, as the error of a day that began and ended with nobody; `None` where somebody may be inside.
    fn day_error(&self) -> Option<DayError> {
        let is_known = self.settled && self.counts() && !self.is_occupied();
        let error = DayError { people: self.drift, passages: self.passages };
        (self.is_corrected && is_known && self.drift != 0.0).then_some(error)
    }

    /// Applies all events of one instant; passages of that instant count together, whatever their order.
    fn apply(&mut self, events: &[Event]) {
        let was_occupied = self.is_occupied();
        let (mut change, mut passages) = (0.0, 0.0);
        for event in events {
            match event.change {
                Change::Passage(people) => {
                    change += people;
                    passages += people.abs();
                }
                Change::LaneOnline(door) => self.doors[door].lanes_online += 1,
                Change::LaneOffline(door) => self.doors[door].lanes_online -= 1,
                Change::DoorComplete(door) => self.doors[door].is_complete = true,
                Change::Presence(detector, presence) => {
                    self.detectors[detector] = DetectorState { presence, holds_since: None };
                }
                Change::MovementEnd(detector) => {
                    self.detectors[detector].holds_since = Some(self.at);
                }
            }
        }
        self.people = (self.people + change).max(0.0);
        self.drift += change;
        self.passages += passages;
        if passages > 0.0 {
            self.last_passage = self.at;
        }
        if was_occupied && !self.is_occupied() {
            self.vacant_since = self.at;
        }
        self.record();
    }

    /// Whether every door on the border is online.
    fn counts(&self) -> bool {
        let is_online = |door: &DoorState| door.lanes_online > 0 && door.is_complete;
        !self.doors.is_empty() && self.doors.iter().all(is_online)
    }

    /// Whether a detector reports somebody, hold time included.
    fn is_occupied(&self) -> bool {
        combined(self.detectors.iter().map(|detector| detector.presence)) == Presence::Occupied
    }

    fn record(&mut self) {
        let count = self.counts().then_some(DoorCount {
            people: self.people,
            passages: self.passages,
            settled: self.settled,
            is_corrected: false,
            is_watched: self.is_watched,
        });
        self.day.push(CountAt {
            at: self.at,
            count,
            drift: self.drift,
            presence: self.presence_beside_count(),
            residual: self.residual,
        });
    }

    /// Presence by the detectors, without the hold time of whoever was seen before the last counted person left by the
    /// door.
    fn presence_beside_count(&self) -> Presence {
        let has_left = |since: Instant| self.people < 1.0 && since <= self.last_passage + LATCH;
        let each = self.detectors.iter().map(|detector| match detector.holds_since {
            Some(since) if has_left(since) => Presence::Vacant,
            _ => detector.presence,
        });
        combined(each)
    }
}
