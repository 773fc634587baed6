//! The floor plan that people walk on: zones, the doorways between them, and what each zone is used for.

use domain::site::{Side, Site, Zone};

use super::chance::Chance;

/// Place of a person: a zone by its index in the site, or outside.
pub(super) type Spot = Option<usize>;

/// Use of a zone, by its name since the site file does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Events by timetable.
    Conference,
    /// Courses by timetable.
    Training,
    /// Machines, in the afternoon and some evenings.
    Workshop,
    /// Desks, who comes comes.
    Coworking,
    /// Desks of firms.
    Offices,
    /// Halls, stairs and kitchens: people pass, and drink coffee.
    Passage,
}

/// A way from one spot to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// One side.
    pub(super) from: Spot,
    /// The other side.
    pub(super) to: Spot,
    /// The doorway that counts, by its index in the site; inner doors without a counter have none.
    pub(super) doorway: Option<usize>,
}

/// The zones of a site as people use them.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    /// By index of the zone in the site.
    pub(super) zones: Vec<Room>,
    ways: Vec<Way>,
}

/// One zone as people use it.
#[derive(Clone, Debug)]
pub(super) struct Room {
    /// Its use.
    pub(super) purpose: Use,
    /// Its capacity.
    pub(super) capacity: u32,
    /// Whether people stay: it has seats, no parts of its own, and a way from outside.
    pub(super) is_stay: bool,
    /// The zone that it is a part of.
    pub(super) parent: Option<usize>,
}

impl Floor {
    /// Reads the floor plan from the site model.
    pub(super) fn new(site: &Site) -> Self {
        let index = |id: &str| site.zones.iter().position(|zone| zone.id.as_str() == id);
        let spot = |side: &Side| match side {
            Side::Outside => None,
            Side::Zone(id) => index(id.as_str()),
        };
        let mut ways: Vec<Way> = (0..)
            .zip(&site.doorways)
            .map(|(nr, door)| Way { from: spot(&door.from), to: spot(&door.to), doorway: Some(nr) })
            .collect();
        let parents: Vec<Option<usize>> = site
            .zones
            .iter()
            .map(|zone| zone.parent.as_ref().and_then(|id| index(id.as_str())))
            .collect();
        add_uncounted_ways(&mut ways, &parents);

        let mut floor = Self { zones: Vec::new(), ways };
        floor.zones = (0..)
            .zip(&site.zones)
            .map(|(nr, zone)| {
                let has_parts = parents.contains(&Some(nr));
                let is_reached = floor.distances(None)[spot_index(Some(nr))].is_some();
                let purpose = purpose(zone);
                let seats = zone.capacity.unwrap_or(0);
                Room {
                    purpose,
                    capacity: seats,
                    is_stay: seats > 0 && !has_parts && is_reached && purpose != Use::Passage,
                    parent: parents[nr],
                }
            })
            .collect();
        floor
    }

    /// Zones of this use in which people stay.
    pub(super) fn stays(&self) -> impl Iterator<Item = (usize, &Room)> {
        self.zones.iter().enumerate().filter(|(_, room)| room.is_stay)
    }

    /// A passage that can be reached, for coffee and talk.
    pub(super) fn coffee_corner(&self) -> Option<usize> {
        let reached = self.distances(None);
        let is_corner = |&nr: &usize| {
            self.zones[nr].purpose == Use::Passage && reached[spot_index(Some(nr))].is_some()
        };
        (0..self.zones.len()).find(is_corner)
    }

    /// The next way to take from `here` to `there`; one of them at random where several are as short.
    pub(super) fn next_way(
        &self,
        here: Spot,
        there: Spot,
        chance: &mut Chance,
    ) -> Option<(Way, Spot)> {
        let distances = self.distances(there);
        let left = distances[spot_index(here)]?;
        let closer: Vec<(Way, Spot)> = self
            .ways
            .iter()
            .filter_map(|way| other_side(*way, here).map(|beyond| (*way, beyond)))
            .filter(|(_, beyond)| distances[spot_index(*beyond)].is_some_and(|rest| rest < left))
            .collect();
        closer.get(chance.index(closer.len())).copied()
    }

    /// Number of ways from each spot to `goal`; outside comes first.
    fn distances(&self, goal: Spot) -> Vec<Option<u32>> {
        let spots = self.ways.iter().flat_map(|way| [way.from, way.to]).map(spot_index);
        let count = spots.max().unwrap_or(0).max(spot_index(goal)).max(self.zones.len()) + 1;
        let mut distances = vec![None; count];
        distances[spot_index(goal)] = Some(0);
        let mut edge = vec![goal];
        for distance in 1.. {
            let beyond: Vec<Spot> = edge
                .iter()
                .flat_map(|here| self.ways.iter().filter_map(|way| other_side(*way, *here)))
                .collect();
            edge.clear();
            for spot in beyond {
                let seen = &mut distances[spot_index(spot)];
                if seen.is_none() {
                    *seen = Some(distance);
                    edge.push(spot);
                }
            }
            if edge.is_empty() {
                break;
            }
        }
        distances
    }
}

const fn spot_index(spot: Spot) -> usize {
    match spot {
        None => 0,
        Some(zone) => zone + 1,
    }
}

fn other_side(way: Way, here: Spot) -> Option<Spot> {
    if way.from == here {
        Some(way.to)
    } else if way.to == here {
        Some(way.from)
    } else {
        None
    }
}

/// A zone that no doorway names is entered, uncounted, from the zone it is a part of or else from the entrance.
///
/// One that has parts is only a name for them.
fn add_uncounted_ways(ways: &mut Vec<Way>, parents: &[Option<usize>]) {
    let is_counted: Vec<bool> = (0..parents.len())
        .map(|zone| ways.iter().any(|way| way.from == Some(zone) || way.to == Some(zone)))
        .collect();
    let entrance = ways.iter().find_map(|way| match (way.from, way.to) {
        (None, zone) | (zone, None) => zone,
        _ => None,
    });
    for zone in
        (0..parents.len()).filter(|&zone| !is_counted[zone] && !parents.contains(&Some(zone)))
    {
        let from = parents[zone].filter(|&parent| is_counted[parent]).or(entrance);
        if from.is_some() {
            ways.push(Way { from, to: Some(zone), doorway: None });
        }
    }
}

fn purpose(zone: &Zone) -> Use {
    let words = words(&[zone.id.as_str(), &zone.name]);
    let has =
        |stems: &[&str]| words.iter().any(|word| stems.iter().any(|stem| word.starts_with(stem)));
    if has(&[
        "hall",
        "accueil",
        "couloir",
        "escalier",
        "circulation",
        "palier",
        "cuisine",
        "kitchen",
        "corridor",
        "stair",
    ]) {
        Use::Passage
    } else if has(&["confer", "reunion", "meeting", "audit"]) {
        Use::Conference
    } else if has(&["formation", "training", "cours", "classe"]) {
        Use::Training
    } else if has(&["fablab", "atelier", "workshop", "lab"]) {
        Use::Workshop
    } else if has(&["cowork", "mediath", "biblio"]) {
        Use::Coworking
    } else if zone.capacity.is_none() {
        Use::Passage
    } else {
        Use::Offices
    }
}

/// The words of some names, lower case and without accents, so that `Éclairage` is found as `eclairage`.
pub(super) fn words(names: &[&str]) -> Vec<String> {
    let plain = |letter: char| match letter {
        'à' | 'â' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' => 'o',
        'ù' | 'û' => 'u',
        'ç' => 'c',
        other => other,
    };
    names
        .iter()
        .flat_map(|name| name.split(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(|word| word.to_lowercase().chars().map(plain).collect())
        .collect()
}
