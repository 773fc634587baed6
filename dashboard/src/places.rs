//! Places that visitors hold while they are connected or watch: bounded in all and for each machine, with some kept for
//! this one, so that nobody keeps everybody else out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant as Tick;

use crate::machine::Machine;

/// How many there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// In all.
    pub(crate) most: usize,
    /// For one machine elsewhere.
    pub(crate) of_one: usize,
    /// Of all, kept for this machine: its own programs look when the network is full.
    pub(crate) kept_here: usize,
}

/// Who takes a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    machine: Machine,
    /// Whether many may come by this address: through a proxy, named or on this machine.
    is_many: bool,
}

impl Holder {
    /// This machine; `is_proxy` for a named proxy.
    pub(crate) fn new(machine: Machine, is_proxy: bool) -> Self {
        Self { machine, is_many: is_proxy || machine.is_this_one() }
    }
}

/// Whoever cannot be told from others counts as this machine: only a test asks without an address.
impl Default for Holder {
    fn default() -> Self {
        Self::new(Machine::at(IpAddr::V4(Ipv4Addr::LOCALHOST)), false)
    }
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// This machine has all that it may have.
    OfOne,
    /// All are taken.
    All,
}

impl Full {
    /// As it is counted.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::OfOne => "address",
            Self::All => "full",
        }
    }
}

/// Places of one sort, each with a thing that belongs to its holder.
#[derive(Debug)]
pub(crate) struct Places<T> {
    bounds: Bounds,
    held: Arc<Mutex<Held<T>>>,
}

#[derive(Debug)]
struct Held<T> {
    next: u64,
    all: HashMap<u64, (Machine, T)>,
}

/// A place that is held until this is dropped.
#[derive(Debug)]
pub(crate) struct Place<T> {
    number: u64,
    held: Arc<Mutex<Held<T>>>,
}

impl<T> Places<T> {
    /// None of them taken.
    pub(crate) fn within(bounds: Bounds) -> Self {
        let held = Held { next: 0, all: HashMap::new() };
        Self { bounds, held: Arc::new(Mutex::new(held)) }
    }

    /// Takes one.
    pub(crate) fn take(&self, holder: Holder, thing: T) -> Result<Place<T>, Full> {
        let Bounds { most, of_one, kept_here } = self.bounds;
        let mut held = lock(&self.held);
        // Even this machine leaves as many to others as are kept for it.
        let of_one = if holder.is_many { most - 2 * kept_here } else { of_one };
        let all = if holder.machine.is_this_one() { most } else { most - kept_here };
        let its = held.all.values().filter(|(machine, _)| *machine == holder.machine).count();
        if its >= of_one {
            return Err(Full::OfOne);
        }
        if held.all.len() >= all {
            return Err(Full::All);
        }
        let number = held.next;
        held.next += 1;
        held.all.insert(number, (holder.machine, thing));
        Ok(Place { number, held: Arc::clone(&self.held) })
    }
}

impl<T: Clone> Places<T> {
    /// Frees the place whose holder has been silent for longest, and gives what belonged to it: of this machine, or of
    /// the one among all that holds most and has a silent one. `None` when nobody is silent.
    pub(crate) fn displace(
        &self,
        of: Option<Machine>,
        silent_since: impl Fn(&T) -> Option<Tick>,
    ) -> Option<T> {
        let mut held = lock(&self.held);
        let mut counts: HashMap<Machine, usize> = HashMap::new();
        for (machine, _) in held.all.values() {
            *counts.entry(*machine).or_default() += 1;
        }
        let candidates =
            held.all.iter().filter(|(_, (machine, _))| of.is_none_or(|of| of == *machine));
        let silent = candidates.filter_map(|(number, (machine, thing))| {
            Some((std::cmp::Reverse(counts[machine]), silent_since(thing)?, *number))
        });
        let (.., number) = silent.min()?;
        held.all.remove(&number).map(|(_, thing)| thing)
    }

    /// What belongs to the holders of all places.
    pub(crate) fn things(&self) -> Vec<T> {
        lock(&self.held).all.values().map(|(_, thing)| thing.clone()).collect()
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        lock(&self.held).all.remove(&self.number);
    }
}

fn lock<T>(held: &Mutex<Held<T>>) -> MutexGuard<'_, Held<T>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const BOUNDS: Bounds = Bounds { most: 20, of_one: 3, kept_here: 4 };

    fn machine(number: u8) -> Machine {
        Machine::at([192, 168, 1, number].into())
    }

    fn other(number: u8) -> Holder {
        Holder::new(machine(number), false)
    }

    #[test]
    fn one_machine_takes_its_share_and_all_together_leave_some_to_this_one() {
        let places = Places::within(BOUNDS);
        let mut held: Vec<Place<()>> = Vec::new();
        for number in 0..6 {
            held.extend((0..3).filter_map(|_| places.take(other(number), ()).ok()));
        }
        assert_eq!(held.len(), 16);
        assert_eq!(places.take(other(0), ()).unwrap_err(), Full::OfOne);
        assert_eq!(places.take(other(9), ()).unwrap_err(), Full::All);
        for _ in 0..4 {
            held.push(places.take(Holder::default(), ()).unwrap());
        }
        assert_eq!(places.take(Holder::default(), ()).unwrap_err(), Full::All);
        held.remove(0);
        held.remove(0);
        assert_eq!(places.take(other(9), ()).unwrap_err(), Full::All, "kept for this machine");
        assert!(places.take(Holder::default(), ()).is_ok());
    }

    #[test]
    fn whoever_many_come_by_has_most_places_and_never_all_of_them() {
        for many in [Holder::default(), Holder::new(machine(1), true)] {
            let places = Places::within(BOUNDS);
            let held: Vec<_> = (0..30).map_while(|_| places.take(many, ()).ok()).collect();
            assert_eq!(held.len(), 12);
            assert!(places.take(other(2), ()).is_ok());
        }
    }

    #[test]
    fn the_place_that_was_silent_for_longest_is_freed_where_most_are_held() {
        let places = Places::within(BOUNDS);
        let now = Tick::now();
        let silent = |seconds: u64| Some(now - Duration::from_secs(seconds));
        let take = |number, since| places.take(other(number), since).unwrap();
        let _held = [take(1, silent(1)), take(1, silent(2)), take(2, silent(60)), take(3, None)];

        assert_eq!(places.displace(Some(machine(2)), |since| *since), Some(silent(60)));
        assert_eq!(places.displace(Some(machine(3)), |since| *since), None);
        assert_eq!(places.displace(None, |since| *since), Some(silent(2)));
        assert_eq!(places.displace(None, |since| *since), Some(silent(1)));
        assert_eq!(places.displace(None, |since| *since), None);
        assert_eq!(places.things(), [None]);
    }
}
