//! Traffic: the newest readings of all doors, detectors and rooms of a site, each folded into what people are estimated from.

use std::collections::BTreeSet;

use super::passages::Lane;
use super::place::Place;
use super::presence::Detector;
use super::room::Room;
use super::step_means::StepMeans;
use crate::energy::assigned;
use crate::instant::{Instant, Period};
use crate::reading::{Observation, SeriesSet, Value};
use crate::site::{Assignment, Rules, Site};

/// Role of a source in the estimate of people: index of its doorway, point or meter, and of the assignment in the list
/// of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TrafficRole {
    /// People who pass a doorway in its direction.
    In(usize, usize),
    /// People who pass it the other way.
    Out(usize, usize),
    /// Detector of movement.
    Detector(usize, usize),
    /// CO2 or airflow of a room with an air model.
    Air(usize, usize),
    /// Power of a machine in such a room.
    Machine(usize, usize),
}

/// Folds over the readings of every door, detector and room of a site.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    pub(crate) doors: Vec<Door>,
    /// By point; one for each of its assignments.
    pub(crate) detectors: Vec<Vec<Detector>>,
    /// CO2 and airflow, by point.
    pub(crate) airs: Vec<Vec<StepMeans>>,
    /// Power of machines, by meter.
    pub(crate) machines: Vec<Vec<StepMeans>>,
}

/// Doorway with a lane for each assignment.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) people_in: Vec<Lane>,
    pub(crate) people_out: Vec<Lane>,
}

impl Traffic {
    pub(crate) fn new(site: &Site) -> Self {
        let lanes = |assignments: &[Assignment]| assignments.iter().map(|_| Lane::new()).collect();
        let doors = site.doorways.iter().map(|door| Door {
            people_in: lanes(&door.people_in),
            people_out: lanes(&door.people_out),
        });
        let detectors = site.points.iter().map(|point| {
            point.sources.iter().map(|assignment| Detector::new(assignment.period)).collect()
        });
        let airs = site.points.iter().map(|point| vec![StepMeans::default(); point.sources.len()]);
        let machines =
            site.meters.iter().map(|meter| vec![StepMeans::default(); meter.power.len()]);
        Self {
            doors: doors.collect(),
            detectors: detectors.collect(),
            airs: airs.collect(),
            machines: machines.collect(),
        }
    }

    /// Replays the loaded series of all sources of some places.
    pub(crate) fn replay<'a>(
        &mut self,
        places: impl IntoIterator<Item = &'a Place>,
        site: &Site,
        series: &SeriesSet,
    ) {
        let mut taken = BTreeSet::new();
        for (role, assignment) in places.into_iter().flat_map(|place| roles(site, place)) {
            // A door lies on the borders of several zones.
            if !taken.insert(role) {
                continue;
            }
            self.restart(role, assignment.period);
            for one in assigned(series.of(&assignment.source), assignment.period) {
                self.observe(role, one, &site.rules);
            }
        }
    }

    /// Drops all readings of one source.
    pub(crate) fn restart(&mut self, role: TrafficRole, assigned: Period) {
        match role {
            TrafficRole::In(door, at) => self.doors[door].people_in[at] = Lane::new(),
            TrafficRole::Out(door, at) => self.doors[door].people_out[at] = Lane::new(),
            TrafficRole::Detector(point, at) => {
                self.detectors[point][at] = Detector::new(assigned);
            }
            TrafficRole::Air(point, at) => self.airs[point][at] = StepMeans::default(),
            TrafficRole::Machine(meter, at) => self.machines[meter][at] = StepMeans::default(),
        }
    }

    /// Takes a reading within the assignment of its role. Returns whether the estimate of people must be made anew.
    pub(crate) fn observe(&mut self, role: TrafficRole, one: &Observation, rules: &Rules) -> bool {
        let (at, value) = (one.observed_at, one.value);
        match role {
            TrafficRole::In(door, lane) => {
                self.doors[door].people_in[lane].observe(at, value.as_f64())
            }
            TrafficRole::Out(door, lane) => {
                self.doors[door].people_out[lane].observe(at, value.as_f64())
            }
            TrafficRole::Detector(point, index) => {
                let state = matches!(value, Value::State(true));
                self.detectors[point][index].observe(at, state, rules)
            }
            // Air changes slowly: the periodic refresh every few seconds is enough.
            TrafficRole::Air(point, index) => {
                self.airs[point][index].observe(at, value.as_f64());
                false
            }
            TrafficRole::Machine(meter, index) => {
                self.machines[meter][index].observe(at, value.as_f64());
                false
            }
        }
    }

    /// Drops what was before `begin`.
    pub(crate) fn forget(&mut self, begin: Instant) {
        for door in &mut self.doors {
            let lanes = door.people_in.iter_mut().chain(&mut door.people_out);
            lanes.for_each(|lane| lane.forget(begin));
        }
        self.detectors.iter_mut().flatten().for_each(|detector| detector.forget(begin));
        let means = self.airs.iter_mut().chain(&mut self.machines).flatten();
        means.for_each(|means| means.forget(begin));
    }
}

/// Roles of a place with the assignments that fill them.
fn roles<'a>(site: &'a Site, place: &Place) -> Vec<(TrafficRole, &'a Assignment)> {
    let mut roles = Vec::new();
    for border in &place.border {
        let door = border.doorway;
        let doorway = &site.doorways[door];
        let people_in = doorway.people_in.iter().enumerate();
        roles.extend(people_in.map(|(at, one)| (TrafficRole::In(door, at), one)));
        let people_out = doorway.people_out.iter().enumerate();
        roles.extend(people_out.map(|(at, one)| (TrafficRole::Out(door, at), one)));
    }
    for &point in &place.detectors {
        let sources = site.points[point].sources.iter().enumerate();
        roles.extend(sources.map(|(at, one)| (TrafficRole::Detector(point, at), one)));
    }
    for point in place.room.iter().flat_map(Room::air) {
        let sources = site.points[point].sources.iter().enumerate();
        roles.extend(sources.map(|(at, one)| (TrafficRole::Air(point, at), one)));
    }
    for &meter in place.room.iter().flat_map(Room::machines) {
        let sources = site.meters[meter].power.iter().enumerate();
        roles.extend(sources.map(|(at, one)| (TrafficRole::Machine(meter, at), one)));
    }
    roles
}
