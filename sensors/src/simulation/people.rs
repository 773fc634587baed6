//! People who walk about: each follows the visits of the day through the doorways of the floor plan.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use domain::Instant;
use jiff::SignedDuration;

use super::chance::{Chance, millis};
use super::days::Visit;
use super::floor::{Floor, Spot, Way};

/// Somebody went through a way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    /// When.
    pub(super) at: Instant,
    /// Through which.
    pub(super) way: Way,
    /// Whether from its `from` to its `to`.
    pub(super) is_in: bool,
}

/// Everybody of today. Nobody has a name, and they are forgotten at dawn.
#[derive(Clone, Debug)]
pub(super) struct People {
    persons: Vec<Person>,
    /// When each next looks where to be, the earliest on top.
    agenda: BinaryHeap<Reverse<(Instant, usize)>>,
    inside: Vec<u32>,
    chance: Chance,
}

#[derive(Clone, Debug)]
struct Person {
    here: Spot,
    visits: Vec<Visit>,
}

impl People {
    /// Nobody, in a building of so many zones.
    pub(super) fn nobody(zones: usize, chance: Chance) -> Self {
        Self { persons: Vec::new(), agenda: BinaryHeap::new(), inside: vec![0; zones], chance }
    }

    /// The people of a new day. Whoever of yesterday is still inside goes home first.
    pub(super) fn begin_day(&mut self, at: Instant, days: Vec<Vec<Visit>>) {
        self.persons.retain(|person| person.here.is_some());
        self.persons.iter_mut().for_each(|person| person.visits.clear());
        self.persons.extend(days.into_iter().map(|visits| Person { here: None, visits }));
        self.agenda = (0..self.persons.len()).map(|person| Reverse((at, person))).collect();
    }

    /// Moves of people up to and including `now`, in order.
    pub(super) fn step(&mut self, now: Instant, floor: &Floor) -> Vec<Passage> {
        let mut passages = Vec::new();
        while let Some(&Reverse((at, person))) = self.agenda.peek() {
            if at > now {
                break;
            }
            self.agenda.pop();
            if let Some(passage) = self.act(at, person, floor) {
                passages.push(passage);
            }
        }
        passages
    }

    /// Number of people in each zone itself, by its index in the site.
    pub(super) fn inside(&self) -> &[u32] {
        &self.inside
    }

    /// Goes one way nearer to the place where the person is to be, or waits until that changes.
    fn act(&mut self, at: Instant, person: usize, floor: &Floor) -> Option<Passage> {
        let Person { here, visits } = &self.persons[person];
        let goal = visits
            .iter()
            .find(|visit| visit.from <= at && at < visit.until)
            .map(|visit| visit.zone);
        if *here == goal {
            let changes = visits.iter().flat_map(|visit| [visit.from, visit.until]);
            if let Some(next) = changes.filter(|change| *change > at).min() {
                self.agenda.push(Reverse((next, person)));
            }
            return None;
        }
        // Without a way the person gives up; only an odd site file can do that.
        let (way, beyond) = floor.next_way(*here, goal, &mut self.chance)?;
        let is_in = way.from == *here;
        self.leave_and_enter(person, beyond);
        let walk = SignedDuration::from_millis(millis(self.chance.between(6.0, 25.0)));
        self.agenda.push(Reverse((at + walk, person)));
        Some(Passage { at, way, is_in })
    }

    fn leave_and_enter(&mut self, person: usize, beyond: Spot) {
        let here = std::mem::replace(&mut self.persons[person].here, beyond);
        if let Some(zone) = here {
            self.inside[zone] -= 1;
        }
        if let Some(zone) = beyond {
            self.inside[zone] += 1;
        }
    }
}
