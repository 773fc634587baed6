//! All that doors and detectors of a site told lately.

use std::collections::BTreeSet;

use super::doors::Lane;
use super::extent::Extent;
use super::fusion::{Borders, Room};
use super::presence::Detector;
use crate::energy::assigned;
use crate::instant::{Instant, Period};
use crate::reading::{Observation, SeriesSet, Value};
use crate::site::{Assignment, Rules, Site};

/// Which of the site's door registers or detectors a reading comes from: index of the doorway or point, and of the
/// assignment in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TrafficRole {
    In(usize, usize),
    Out(usize, usize),
    Detector(usize, usize),
    /// CO2 or airflow of a room whose people are told from its air.
    Air(usize, usize),
    /// Power of a machine in such a room.
    Machine(usize, usize),
}

/// The folds over every door register and detector of a site.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    pub(crate) doors: Vec<Door>,
    /// By point; empty for points that are no detectors or are not needed.
    pub(crate) detectors: Vec<Vec<Detector>>,
    /// By point; empty for points that tell nothing of people.
    pub(crate) airs: Vec<Vec<Borders>>,
    /// By meter; empty for meters that are no machines.
    pub(crate) machines: Vec<Vec<Borders>>,
}

/// One doorway: a lane for each assignment.
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
        let airs = site.points.iter().map(|point| vec![Borders::default(); point.sources.len()]);
        let machines = site.meters.iter().map(|meter| vec![Borders::default(); meter.power.len()]);
        Self {
            doors: doors.collect(),
            detectors: detectors.collect(),
            airs: airs.collect(),
            machines: machines.collect(),
        }
    }

    /// Takes loaded series of all that tells of some extents.
    pub(crate) fn replay<'a>(
        &mut self,
        extents: impl IntoIterator<Item = &'a Extent>,
        site: &Site,
        series: &SeriesSet,
    ) {
        let mut taken = BTreeSet::new();
        for (role, assignment) in extents.into_iter().flat_map(|extent| roles(site, extent)) {
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

    /// Begins anew with one source.
    pub(crate) fn restart(&mut self, role: TrafficRole, assigned: Period) {
        match role {
            TrafficRole::In(door, at) => self.doors[door].people_in[at] = Lane::new(),
            TrafficRole::Out(door, at) => self.doors[door].people_out[at] = Lane::new(),
            TrafficRole::Detector(point, at) => {
                self.detectors[point][at] = Detector::new(assigned);
            }
            TrafficRole::Air(point, at) => self.airs[point][at] = Borders::default(),
            TrafficRole::Machine(meter, at) => self.machines[meter][at] = Borders::default(),
        }
    }

    /// Takes a reading within the assignment of its role; says whether anything changed for people.
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
            // The air changes slowly: it is looked at every few seconds, not with each reading.
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

    /// Forgets what was before `begin`.
    pub(crate) fn forget(&mut self, begin: Instant) {
        for door in &mut self.doors {
            let lanes = door.people_in.iter_mut().chain(&mut door.people_out);
            lanes.for_each(|lane| lane.forget(begin));
        }
        self.detectors.iter_mut().flatten().for_each(|detector| detector.forget(begin));
        let borders = self.airs.iter_mut().chain(&mut self.machines).flatten();
        borders.for_each(|borders| borders.forget(begin));
    }
}

/// What fills the roles of an extent.
fn roles<'a>(site: &'a Site, extent: &Extent) -> Vec<(TrafficRole, &'a Assignment)> {
    let mut roles = Vec::new();
    for &(door, _) in &extent.border {
        let doorway = &site.doorways[door];
        let people_in = doorway.people_in.iter().enumerate();
        roles.extend(people_in.map(|(at, one)| (TrafficRole::In(door, at), one)));
        let people_out = doorway.people_out.iter().enumerate();
        roles.extend(people_out.map(|(at, one)| (TrafficRole::Out(door, at), one)));
    }
    for &point in &extent.detectors {
        let sources = site.points[point].sources.iter().enumerate();
        roles.extend(sources.map(|(at, one)| (TrafficRole::Detector(point, at), one)));
    }
    for point in extent.room.iter().flat_map(Room::air) {
        let sources = site.points[point].sources.iter().enumerate();
        roles.extend(sources.map(|(at, one)| (TrafficRole::Air(point, at), one)));
    }
    for &meter in extent.room.iter().flat_map(Room::machines) {
        let sources = site.meters[meter].power.iter().enumerate();
        roles.extend(sources.map(|(at, one)| (TrafficRole::Machine(meter, at), one)));
    }
    roles
}
