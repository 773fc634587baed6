//! People of zones and building: figures over a grid of the past, and the present state.

use std::collections::BTreeMap;

use super::air_model::{self, Filters, RoomReadings};
use super::count;
use super::loading::{lead, live_start};
use super::places::{BUILDING, Places, index_of};
use super::reconciliation::{reconciled, reconciled_timelines};
use super::timeline::{Moment, PeopleFigure, Timeline};
use super::traffic::Traffic;
use crate::ids::ZoneId;
use crate::instant::{Instant, Period};
use crate::reading::SeriesSet;
use crate::site::Site;

/// People in a zone, or in the building, in each period of `grid` as known at `now`; nothing for the future.
/// The periods must be in order and disjoint.
pub fn zone_people(
    site: &Site,
    zone: Option<&ZoneId>,
    grid: &[Period],
    series: &SeriesSet,
    now: Instant,
) -> Vec<PeopleFigure> {
    people_of(site, &[zone], grid, series, now).remove(0)
}

/// People in several zones, in the order of `zones`; `None` is the building.
///
/// A zone is worked out with all zones that it is reconciled with, so all together take hardly longer than one.
pub fn people_of(
    site: &Site,
    zones: &[Option<&ZoneId>],
    grid: &[Period],
    series: &SeriesSet,
    now: Instant,
) -> Vec<Vec<PeopleFigure>> {
    let Some((first, last)) = grid.first().zip(grid.last()) else {
        return vec![Vec::new(); zones.len()];
    };
    let span = Period::new(first.start().min(now), last.end().min(now));
    let history =
        History { site, places: Places::of(site), span: span.expect("a grid is in order"), now };
    let mut by_top: BTreeMap<usize, Vec<Timeline>> = BTreeMap::new();
    let figures = |zone: Option<&ZoneId>| {
        let place = index_of(site, zone);
        let top = history.places.top(place);
        let timelines = by_top.entry(top).or_insert_with(|| history.timelines(top, series));
        timelines[place].figures(grid, now)
    };
    zones.iter().copied().map(figures).collect()
}

/// People of the building and of each zone at `now`, in the order of `places`.
pub(crate) fn people_now(
    site: &Site,
    places: &Places,
    traffic: &Traffic,
    filters: &mut Filters,
    now: Instant,
) -> Vec<Moment> {
    let begin = live_start(site, now);
    let counts = Counts { site, places, traffic, end: now };
    let mut timelines = vec![Timeline::default(); places.count()];
    for index in places.within(BUILDING) {
        timelines[index] = match RoomReadings::of(site, places.get(index), traffic) {
            Some(room) => filters.timeline(&room, begin, now),
            None => counts.timeline(index, &timelines),
        };
    }
    let moments: Vec<Moment> = timelines.iter().map(|timeline| timeline.at(now)).collect();
    reconciled(places, BUILDING, &moments)
}

/// Span of the past with the places whose people are estimated over it.
struct History<'a> {
    site: &'a Site,
    places: Places,
    span: Period,
    now: Instant,
}

impl History<'_> {
    /// Timeline of each place below `top`, reconciled; by place.
    fn timelines(&self, top: usize, series: &SeriesSet) -> Vec<Timeline> {
        let within = self.places.within(top);
        let mut traffic = Traffic::new(self.site);
        traffic.replay(within.iter().map(|index| self.places.get(*index)), self.site, series);
        let loaded = lead(self.span, self.site);
        let end = loaded.end().min(self.now);
        let counts = Counts { site: self.site, places: &self.places, traffic: &traffic, end };
        let mut timelines = vec![Timeline::default(); self.places.count()];
        for index in within {
            timelines[index] = match RoomReadings::of(self.site, self.places.get(index), &traffic) {
                Some(room) => {
                    let span = Period::new(loaded.start().min(end), end).unwrap_or(self.span);
                    air_model::timeline(&room, span)
                }
                None => counts.timeline(index, &timelines),
            };
        }
        reconciled_timelines(&self.places, top, &timelines)
    }
}

/// Estimates of places from their doors and detectors, up to `end`.
struct Counts<'a> {
    site: &'a Site,
    places: &'a Places,
    traffic: &'a Traffic,
    end: Instant,
}

impl Counts<'_> {
    /// Timeline of a place from its own doors and detectors, or as the sum of the `timelines` of its parts.
    fn timeline(&self, index: usize, timelines: &[Timeline]) -> Timeline {
        let Self { site, places, traffic, end } = *self;
        let place = places.get(index);
        if !place.is_sum {
            return count::corrected_timeline(site, place, traffic, end);
        }
        let parts: Vec<&Timeline> = places.parts(index).iter().map(|it| &timelines[*it]).collect();
        count::sum_timeline(site, place, traffic, end, &parts)
    }
}
