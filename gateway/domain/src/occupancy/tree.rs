//! The building and its zones as a tree of places, and what is told of all of them together.

use std::collections::BTreeSet;

use super::agreement::{Node, agree};
use super::estimate::Estimate;
use super::extent::Extent;
use super::timeline::{Moment, Timeline};
use crate::ids::ZoneId;
use crate::instant::Instant;
use crate::occupancy::Parts;
use crate::quantity::Quantity;
use crate::site::{Assignment, Point, Side, Site};

/// The building, then each zone in the order of the site file.
#[derive(Debug)]
pub(crate) struct Tree {
    extents: Vec<Extent>,
    nodes: Vec<Node>,
    parents: Vec<Option<usize>>,
}

/// The place of the building.
pub(crate) const BUILDING: usize = 0;

impl Tree {
    pub(crate) fn of(site: &Site) -> Self {
        let ids = std::iter::once(None).chain(site.zones.iter().map(|zone| Some(&zone.id)));
        let extents: Vec<Extent> = ids.clone().map(|zone| Extent::of(site, zone)).collect();
        let parents = site.zones.iter().map(|zone| Some(place_of(site, zone.parent.as_ref())));
        let parents: Vec<Option<usize>> = std::iter::once(None).chain(parents).collect();
        let parts = |place: usize| {
            (0..parents.len()).filter(|part| parents[*part] == Some(place)).collect::<Vec<_>>()
        };
        let node = |(place, id): (usize, Option<&ZoneId>)| {
            let parts = parts(place);
            let is_door_of_part = |part: &usize| extents[*part].border == extents[place].border;
            Node {
                covered: id.is_none_or(|id| !holds_people_itself(site, id)),
                independent: !extents[place].is_sum && !parts.iter().any(is_door_of_part),
                parts,
            }
        };
        let nodes = ids.enumerate().map(node).collect();
        Self { extents, nodes, parents }
    }

    /// How many places there are.
    pub(crate) fn count(&self) -> usize {
        self.extents.len()
    }

    pub(crate) fn extent(&self, place: usize) -> &Extent {
        &self.extents[place]
    }

    pub(crate) fn parts(&self, place: usize) -> &[usize] {
        &self.nodes[place].parts
    }

    /// The largest place whose own figure bears on that of `place`.
    pub(crate) fn top(&self, place: usize) -> usize {
        let mut top = place;
        let mut above = self.parents[place];
        while let Some(at) = above {
            if self.nodes[at].independent {
                top = at;
            }
            above = self.parents[at];
        }
        top
    }

    /// A place with all its parts and theirs, each after its own parts.
    pub(crate) fn within(&self, top: usize) -> Vec<usize> {
        let mut within: Vec<usize> =
            self.nodes[top].parts.iter().flat_map(|part| self.within(*part)).collect();
        within.push(top);
        within
    }

    /// The sources that tell of these places, each assignment once.
    pub(crate) fn needs<'a>(&self, site: &'a Site, places: &[usize]) -> Vec<&'a Assignment> {
        let all = places.iter().flat_map(|place| self.extents[*place].needs(site));
        let mut seen = BTreeSet::new();
        all.filter(|need| seen.insert(std::ptr::from_ref(*need))).collect()
    }

    /// What is told of each place below `top` when their own figures are `told`, by place.
    pub(crate) fn agreed(&self, top: usize, told: &[Moment]) -> Vec<Moment> {
        let mut estimates: Vec<Estimate> = told.iter().map(|moment| moment.estimate).collect();
        let parts = agree(&self.nodes, top, &mut estimates);
        let agreed = told.iter().zip(estimates).zip(parts);
        let agreed =
            agreed.map(|((moment, estimate), parts)| Moment { estimate, parts, ..*moment });
        let mut agreed: Vec<Moment> = agreed.collect();
        for place in self.within(top) {
            if agreed[place].parts == Parts::Agree {
                let parts = self.nodes[place].parts.iter().map(|part| agreed[*part].sources);
                agreed[place].sources = parts.fold(agreed[place].sources, |all, part| all | part);
            }
        }
        agreed
    }

    /// The same through time.
    pub(crate) fn agreed_timelines(&self, top: usize, told: &[Timeline]) -> Vec<Timeline> {
        let within = self.within(top);
        if within.len() == 1 {
            return told.to_vec();
        }
        let changes: BTreeSet<Instant> =
            within.iter().flat_map(|place| told[*place].changes()).collect();
        let mut agreed = vec![Timeline::default(); told.len()];
        let mut moments = vec![Moment::UNKNOWN; told.len()];
        for at in changes {
            for place in &within {
                moments[*place] = told[*place].at(at);
            }
            for (place, moment) in self.agreed(top, &moments).into_iter().enumerate() {
                if within.contains(&place) {
                    agreed[place].push(at, moment);
                }
            }
        }
        agreed
    }
}

/// Whether people may be in a zone and in none of its parts: a doorway leads into it, or a detector watches it.
fn holds_people_itself(site: &Site, id: &ZoneId) -> bool {
    let here = Side::Zone(id.clone());
    let watches = |it: &Point| it.zone == *id && it.quantity == Quantity::OccupancyDetected;
    site.doorways.iter().any(|door| door.from == here || door.to == here)
        || site.points.iter().any(watches)
}

/// The place of a zone, or of the building.
pub(crate) fn place_of(site: &Site, zone: Option<&ZoneId>) -> usize {
    let index = zone.and_then(|zone| site.zones.iter().position(|it| it.id == *zone));
    index.map_or(BUILDING, |index| index + 1)
}
