//! Events of a place: what its doors and detectors report, in order of time.

use crate::instant::Instant;
use crate::occupancy::passages::Lane;
use crate::occupancy::place::Place;
use crate::occupancy::presence::Presence;
use crate::occupancy::traffic::{Door, Traffic};
use crate::site::Site;

/// Change that a door or detector of a place reports.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) at: Instant,
    pub(super) change: Change,
}

/// Kind of an event. Doors and detectors are named by their index in the lists of the place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    /// So many people came in, or went out when negative.
    Passage(f64),
    /// A lane of a door came online.
    LaneOnline(usize),
    /// A lane of a door has been silent for too long.
    LaneOffline(usize),
    /// Both directions of a door have reported at least once.
    DoorComplete(usize),
    /// A detector reports another presence, hold time included.
    Presence(usize, Presence),
    /// Movement ended; for its hold time the detector still reports presence.
    MovementEnd(usize),
}

impl Event {
    /// Whether the event comes from a reading, rather than from an assignment alone.
    pub(super) fn is_reported(&self) -> bool {
        !matches!(self.change, Change::Presence(_, Presence::Unknown | Presence::Absent))
    }
}

/// All events of a place, in order of time, from readings that end at `end`.
pub(super) fn events(site: &Site, place: &Place, traffic: &Traffic, end: Instant) -> Vec<Event> {
    let mut events = Vec::new();
    for (index, border) in place.border.iter().enumerate() {
        let Door { people_in, people_out } = &traffic.doors[border.doorway];
        lane_events(index, people_in, border.sign, &mut events);
        lane_events(index, people_out, -border.sign, &mut events);
        let complete = online_since(people_in).zip(online_since(people_out));
        let complete = complete.map(|(first_in, first_out)| first_in.max(first_out));
        events.extend(complete.map(|at| Event { at, change: Change::DoorComplete(index) }));
    }
    for (index, &point) in place.detectors.iter().enumerate() {
        for detector in &traffic.detectors[point] {
            detector.changes(&site.rules, end, |at, presence| {
                events.push(Event { at, change: Change::Presence(index, presence) });
            });
            let ends = detector.movement_ends();
            events.extend(ends.map(|at| Event { at, change: Change::MovementEnd(index) }));
        }
    }
    events.sort_by_key(|event| event.at);
    events
}

fn online_since(lanes: &[Lane]) -> Option<Instant> {
    lanes.iter().filter_map(Lane::online_since).min()
}

fn lane_events(index: usize, lanes: &[Lane], sign: f64, events: &mut Vec<Event>) {
    for lane in lanes {
        events.extend(lane.passages().iter().map(|passage| Event {
            at: passage.at,
            change: Change::Passage(sign * passage.people),
        }));
        for online in lane.online() {
            events.push(Event { at: online.start(), change: Change::LaneOnline(index) });
            events.push(Event { at: online.end(), change: Change::LaneOffline(index) });
        }
    }
}
