//! Places of a site as a tree: the building, its zones and their parts.

use std::collections::BTreeSet;

use super::place::Place;
use crate::ids::ZoneId;
use crate::quantity::Quantity;
use crate::site::{Assignment, Point, Side, Site};

/// The building, then each zone in the order of the site file; a place is named by its index.
#[derive(Debug)]
pub(crate) struct Places {
    all: Vec<Place>,
    nodes: Vec<Node>,
    parents: Vec<Option<usize>>,
}

/// Position of a place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Indices of its parts.
    pub(crate) parts: Vec<usize>,
    /// Whether its people are always in one of its parts. Otherwise some may be in it and in none of them.
    pub(crate) covered: bool,
    /// Whether its own estimate adds anything to those of its parts: a sum does not, nor one from the same doors as a
    /// part.
    pub(crate) independent: bool,
}

/// Index of the building.
pub(crate) const BUILDING: usize = 0;

impl Places {
    pub(crate) fn of(site: &Site) -> Self {
        let ids = std::iter::once(None).chain(site.zones.iter().map(|zone| Some(&zone.id)));
        let places: Vec<Place> = ids.clone().map(|zone| Place::of(site, zone)).collect();
        let parents = site.zones.iter().map(|zone| Some(index_of(site, zone.parent.as_ref())));
        let parents: Vec<Option<usize>> = std::iter::once(None).chain(parents).collect();
        let parts = |index: usize| {
            (0..parents.len()).filter(|part| parents[*part] == Some(index)).collect::<Vec<_>>()
        };
        let node = |(index, id): (usize, Option<&ZoneId>)| {
            let parts = parts(index);
            let has_same_doors = |part: &usize| places[*part].border == places[index].border;
            Node {
                covered: id.is_none_or(|id| !holds_people_itself(site, id)),
                independent: !places[index].is_sum && !parts.iter().any(has_same_doors),
                parts,
            }
        };
        let nodes = ids.enumerate().map(node).collect();
        Self { all: places, nodes, parents }
    }

    /// Number of places.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn get(&self, index: usize) -> &Place {
        &self.all[index]
    }

    /// Indices of the parts of a place.
    pub(crate) fn parts(&self, index: usize) -> &[usize] {
        &self.nodes[index].parts
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Largest place above `index`, or itself, whose own estimate influences that of `index`.
    pub(crate) fn top(&self, index: usize) -> usize {
        let mut top = index;
        let mut above = self.parents[index];
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

    /// Sources of the instruments of some places, each assignment once.
    pub(crate) fn needs<'a>(&self, site: &'a Site, places: &[usize]) -> Vec<&'a Assignment> {
        let all = places.iter().flat_map(|index| self.all[*index].needs(site));
        let mut taken = BTreeSet::new();
        all.filter(|need| taken.insert(std::ptr::from_ref(*need))).collect()
    }
}

/// Whether people may be in a zone and in none of its parts: a doorway leads into it, or a detector watches it.
fn holds_people_itself(site: &Site, id: &ZoneId) -> bool {
    let here = Side::Zone(id.clone());
    let watches = |it: &Point| it.zone == *id && it.quantity == Quantity::OccupancyDetected;
    site.doorways.iter().any(|door| door.from == here || door.to == here)
        || site.points.iter().any(watches)
}

/// Index of the place of a zone, or of the building.
pub(crate) fn index_of(site: &Site, zone: Option<&ZoneId>) -> usize {
    let index = zone.and_then(|zone| site.zones.iter().position(|it| it.id == *zone));
    index.map_or(BUILDING, |index| index + 1)
}
