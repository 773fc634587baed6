//! The count through time: passages, presence and the clock in order.

use jiff::SignedDuration;

use super::day::{Day, Left, Said};
use super::doors::{Lane, patience};
use super::estimate::{Count, Estimate};
use super::extent::Extent;
use super::hours;
use super::presence::{Presence, together};
use super::timeline::{Moment, Timeline};
use super::traffic::{Door, Traffic};
use crate::instant::{Instant, Period};
use crate::occupancy::{Residual, Witness, Witnesses};
use crate::site::Site;

/// What is told of an extent from the first word of its doors and detectors up to `end`, with what was left at closing
/// spread back over the day.
pub(crate) fn timeline(site: &Site, extent: &Extent, traffic: &Traffic, end: Instant) -> Timeline {
    swept(site, extent, traffic, end, true)
}

/// The same as the doors counted it.
pub(crate) fn as_counted(
    site: &Site,
    extent: &Extent,
    traffic: &Traffic,
    end: Instant,
) -> Timeline {
    swept(site, extent, traffic, end, false)
}

fn swept(
    site: &Site,
    extent: &Extent,
    traffic: &Traffic,
    end: Instant,
    is_corrected: bool,
) -> Timeline {
    let mut events = events(site, extent, traffic);
    events.retain(|event| event.at <= end);
    let first = events.iter().find(|event| event.is_word()).map_or(end, |event| event.at);
    let span = Period::new(first, end).expect("later events were left out");
    let mut sweep = Sweep::new(site, extent, span, is_corrected);
    for simultaneous in events.chunk_by(|one, next| one.at == next.at) {
        sweep.advance(simultaneous[0].at);
        sweep.apply(simultaneous);
    }
    sweep.advance(end);
    sweep.timeline()
}

/// What is told of an extent as the sum of its parts, of which `parts` tell.
pub(crate) fn sum_of_parts(
    site: &Site,
    extent: &Extent,
    traffic: &Traffic,
    end: Instant,
    parts: &[&Timeline],
) -> Timeline {
    let detectors = events(site, extent, traffic);
    let mut changes: Vec<_> = parts.iter().flat_map(|part| part.changes()).collect();
    changes.extend(detectors.iter().map(|event| event.at).filter(|at| *at <= end));
    changes.sort_unstable();
    changes.dedup();

    let mut told = Timeline::default();
    let mut presence = vec![Presence::Absent; extent.detectors.len()];
    let mut detectors = detectors.into_iter().peekable();
    for at in changes {
        while let Some(event) = detectors.next_if(|event| event.at <= at) {
            if let What::Detected(index, said) = event.what {
                presence[index] = said;
            }
        }
        let moments: Vec<_> = parts.iter().map(|part| part.at(at)).collect();
        let estimates: Vec<_> = moments.iter().map(|moment| moment.estimate).collect();
        let estimate = Estimate::sum(&estimates, together(&presence));
        let drift = moments.iter().map(|moment| moment.drift).sum();
        let presence = together(&presence);
        let seen = matches!(presence, Presence::Vacant | Presence::Occupied);
        let sources = moments
            .iter()
            .fold(Witnesses::of([(Witness::Detectors, seen)]), |all, moment| all | moment.sources);
        told.push(at, Moment { estimate, drift, sources, ..Moment::UNKNOWN });
    }
    told
}

/// Something that doors or detectors tell.
#[derive(Clone, Copy, Debug)]
struct Event {
    at: Instant,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// So many came in, or went out when negative.
    Passed(f64),
    /// A lane of a border door is heard (1) or missed (-1).
    Heard(usize, i32),
    /// Both directions of a border door were heard.
    Complete(usize),
    /// What a detector says.
    Detected(usize, Presence),
    /// A detector sees nobody any more, and still tells of somebody for the hold time.
    Stilled(usize),
}

impl Event {
    /// Whether something was heard, rather than only assigned.
    fn is_word(&self) -> bool {
        !matches!(self.what, What::Detected(_, Presence::Unknown | Presence::Absent))
    }
}

/// All that is told of an extent, in the order of time.
fn events(site: &Site, extent: &Extent, traffic: &Traffic) -> Vec<Event> {
    let mut events = Vec::new();
    for (index, &(door, sign)) in extent.border.iter().enumerate() {
        let Door { people_in, people_out } = &traffic.doors[door];
        lane_events(index, people_in, sign, &mut events);
        lane_events(index, people_out, -sign, &mut events);
        let complete = first_heard(people_in).zip(first_heard(people_out));
        let complete = complete.map(|(first_in, first_out)| first_in.max(first_out));
        events.extend(complete.map(|at| Event { at, what: What::Complete(index) }));
    }
    for (index, &point) in extent.detectors.iter().enumerate() {
        for detector in &traffic.detectors[point] {
            detector.changes(&site.rules, |at, presence| {
                events.push(Event { at, what: What::Detected(index, presence) });
            });
            events.extend(detector.stilled().map(|at| Event { at, what: What::Stilled(index) }));
        }
    }
    events.sort_by_key(|event| event.at);
    events
}

fn first_heard(lanes: &[Lane]) -> Option<Instant> {
    lanes.iter().filter_map(|lane| lane.heard().first()).map(|(first, _)| *first).min()
}

fn lane_events(index: usize, lanes: &[Lane], sign: f64, events: &mut Vec<Event>) {
    for lane in lanes {
        let passages = lane.passages().iter();
        events.extend(
            passages
                .map(|passage| Event { at: passage.at, what: What::Passed(sign * passage.people) }),
        );
        for &(first, last) in lane.heard() {
            events.push(Event { at: first, what: What::Heard(index, 1) });
            events.push(Event { at: last + patience(), what: What::Heard(index, -1) });
        }
    }
}

/// For so long a detector of movement says by itself that it sees whoever has just gone: one to three minutes are usual.
const LATCH: SignedDuration = SignedDuration::from_mins(3);

/// The state of the count at `at`.
struct Sweep<'a> {
    site: &'a Site,
    at: Instant,
    closed: Vec<Period>,
    nightly: Vec<Instant>,
    doors: Vec<(i32, bool)>,
    presence: Vec<Presence>,
    /// For each detector since when it only holds what it saw.
    holds_since: Vec<Option<Instant>>,
    people: f64,
    drift: f64,
    passages: f64,
    settled: bool,
    residual: Option<Residual>,
    last_passage: Instant,
    /// Since when the detectors see nobody.
    unseen_since: Instant,
    /// Whether what was left at closing is spread back.
    is_corrected: bool,
    is_watched: bool,
    day: Day,
    timeline: Timeline,
}

impl<'a> Sweep<'a> {
    fn new(site: &'a Site, extent: &Extent, span: Period, is_corrected: bool) -> Self {
        let closed = site.opening.as_ref();
        Self {
            site,
            at: Instant::MIN,
            closed: closed
                .map_or_else(Vec::new, |opening| hours::closed(opening, span, &site.timezone)),
            nightly: hours::daily(site.rules.reset_at, span, &site.timezone),
            doors: vec![(0, false); extent.border.len()],
            presence: vec![Presence::Absent; extent.detectors.len()],
            holds_since: vec![None; extent.detectors.len()],
            people: 0.0,
            drift: 0.0,
            passages: 0.0,
            settled: false,
            residual: None,
            last_passage: Instant::MIN,
            unseen_since: Instant::MIN,
            is_corrected,
            is_watched: extent.is_watched,
            day: Day::default(),
            timeline: Timeline::default(),
        }
    }

    /// All that was told; the last day is not over.
    fn timeline(mut self) -> Timeline {
        self.day.end(None, &self.site.rules, &mut self.timeline);
        self.timeline
    }

    /// Lets time pass up to, not including, `until`: the day may be closed meanwhile.
    fn advance(&mut self, until: Instant) {
        while let Some(reset) = self.next_reset(until) {
            self.at = reset;
            self.reset();
        }
        self.at = until;
    }

    /// The next instant after now and before `until` at which the count is set to nobody.
    fn next_reset(&self, until: Instant) -> Option<Instant> {
        let after = self.nightly.partition_point(|at| *at <= self.at);
        let due = self.passages > 0.0 || (!self.settled && self.counts());
        let nightly = self.nightly.get(after).copied().filter(|_| due);
        let closing = self.quiet_from().filter(|_| self.passages > 0.0).and_then(|quiet| {
            let earliest = quiet.max(self.at);
            let after = self.closed.partition_point(|hours| hours.end() <= earliest);
            let reset = |hours: &Period| earliest.max(hours.start() + self.quiet());
            self.closed[after..].iter().find(|hours| hours.contains(reset(hours))).map(reset)
        });
        nightly.into_iter().chain(closing).min().filter(|at| *at < until)
    }

    /// From when on doors and detectors have been quiet for long enough, if nothing more is told.
    fn quiet_from(&self) -> Option<Instant> {
        let duration = |seconds| SignedDuration::try_from_secs_f64(seconds).unwrap_or_default();
        let quiet = duration(self.site.rules.quiet_s);
        // The hold time has passed already when a detector sees nobody.
        let still =
            quiet.saturating_sub(duration(self.site.rules.hold_s)).max(SignedDuration::ZERO);
        let seen = together(&self.presence) == Presence::Occupied;
        (!seen).then(|| (self.last_passage + quiet).max(self.unseen_since + still))
    }

    fn quiet(&self) -> SignedDuration {
        duration(self.site.rules.quiet_s)
    }

    fn reset(&mut self) {
        let left = self.left();
        self.day.end(left, &self.site.rules, &mut self.timeline);
        if self.passages > 0.0 {
            self.residual = Some(Residual { at: self.at, people: self.drift });
        }
        (self.people, self.drift, self.passages) = (0.0, 0.0, 0.0);
        self.settled = self.settled || self.counts();
        self.tell();
    }

    /// What is left now as the error of a day that began and ended with nobody; `None` where somebody may be inside.
    fn left(&self) -> Option<Left> {
        let seen = together(&self.presence) == Presence::Occupied;
        let is_known = self.settled && self.counts() && !seen;
        let left = Left { people: self.drift, passages: self.passages };
        (self.is_corrected && is_known && self.drift != 0.0).then_some(left)
    }

    /// Takes all that is told at one instant; passages of that instant count together, whatever their order.
    fn apply(&mut self, events: &[Event]) {
        let seen = together(&self.presence) == Presence::Occupied;
        let (mut change, mut passages) = (0.0, 0.0);
        for event in events {
            match event.what {
                What::Passed(people) => {
                    change += people;
                    passages += people.abs();
                }
                What::Heard(door, by) => self.doors[door].0 += by,
                What::Complete(door) => self.doors[door].1 = true,
                What::Detected(detector, presence) => {
                    self.presence[detector] = presence;
                    self.holds_since[detector] = None;
                }
                What::Stilled(detector) => self.holds_since[detector] = Some(self.at),
            }
        }
        self.people = (self.people + change).max(0.0);
        self.drift += change;
        self.passages += passages;
        if passages > 0.0 {
            self.last_passage = self.at;
        }
        if seen && together(&self.presence) != Presence::Occupied {
            self.unseen_since = self.at;
        }
        self.tell();
    }

    /// Whether every door on the border reports.
    fn counts(&self) -> bool {
        !self.doors.is_empty() && self.doors.iter().all(|&(heard, complete)| heard > 0 && complete)
    }

    fn tell(&mut self) {
        let count = self.counts().then_some(Count {
            people: self.people,
            passages: self.passages,
            settled: self.settled,
            is_moved: false,
            is_watched: self.is_watched,
        });
        self.day.hear(Said {
            at: self.at,
            count,
            drift: self.drift,
            presence: self.seen(),
            residual: self.residual,
        });
    }

    /// What the detectors tell beside the count: who was seen before the last of those who were counted left by the
    /// door, however long a detector holds him.
    fn seen(&self) -> Presence {
        let has_left = |since: Instant| self.people < 1.0 && since <= self.last_passage + LATCH;
        let each = self.presence.iter().zip(&self.holds_since);
        let told = each.map(|(presence, holds_since)| match holds_since {
            Some(since) if has_left(*since) => Presence::Vacant,
            _ => *presence,
        });
        together(&told.collect::<Vec<_>>())
    }
}

fn duration(seconds: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(seconds).unwrap_or_default()
}
