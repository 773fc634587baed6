//! Sum: the people of a place without doors of its own, from those of its parts.

use super::events::{Change, events};
use crate::instant::Instant;
use crate::occupancy::estimate::Estimate;
use crate::occupancy::place::Place;
use crate::occupancy::presence::{Presence, combined};
use crate::occupancy::timeline::{Moment, Timeline};
use crate::occupancy::traffic::Traffic;
use crate::occupancy::{Witness, Witnesses};
use crate::site::Site;
use crate::total::CompleteTotal;

/// Timeline of a place as the sum of the timelines of its `parts`, up to `end`.
pub(crate) fn sum_timeline(
    site: &Site,
    place: &Place,
    traffic: &Traffic,
    end: Instant,
    parts: &[&Timeline],
) -> Timeline {
    let detectors = events(site, place, traffic, end);
    let mut changes: Vec<_> = parts.iter().flat_map(|part| part.changes()).collect();
    changes.extend(detectors.iter().map(|event| event.at).filter(|at| *at <= end));
    changes.sort_unstable();
    changes.dedup();

    let mut timeline = Timeline::default();
    let mut presence = vec![Presence::Absent; place.detectors.len()];
    let mut detectors = detectors.into_iter().peekable();
    for at in changes {
        while let Some(event) = detectors.next_if(|event| event.at <= at) {
            if let Change::Presence(index, reported) = event.change {
                presence[index] = reported;
            }
        }
        let moments: Vec<_> = parts.iter().map(|part| part.at(at)).collect();
        timeline.push(at, sum_of(&moments, combined(presence.iter().copied())));
    }
    timeline
}

fn sum_of(parts: &[Moment], presence: Presence) -> Moment {
    let estimates: Vec<_> = parts.iter().map(|moment| moment.estimate).collect();
    let is_watched = matches!(presence, Presence::Vacant | Presence::Occupied);
    let own = Witnesses::of([(Witness::Detectors, is_watched)]);
    Moment {
        estimate: Estimate::sum(&estimates, presence),
        drift: parts.iter().map(|moment| moment.drift).complete_total(),
        sources: parts.iter().fold(own, |all, moment| all | moment.sources),
        ..Moment::UNKNOWN
    }
}
