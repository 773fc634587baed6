//! People of the building and its zones now.

use jiff::SignedDuration;

use crate::instant::{Instant, Period};
use crate::occupancy::{Filters, Moment, Places, Traffic, TrafficRole, live_start, people_now};

use crate::occupancy::{PeopleState, Residual};
use crate::reading::Observation;
use crate::site::Site;

/// Interval at which estimates are made anew without a reading: hold times end and days are closed by themselves.
const AGES: SignedDuration = SignedDuration::from_secs(5);

/// People in the building and its zones.
#[derive(Debug)]
pub(super) struct People {
    traffic: Traffic,
    filters: Filters,
    tree: Places,
    /// The building, then the zones: the order of the tree.
    places: Vec<Place>,
    /// Instant of the last refresh; `None` after a passage or movement.
    refreshed: Option<Instant>,
}

#[derive(Clone, Debug)]
struct Place {
    capacity: Option<u32>,
    moment: Moment,
    /// Kept longer than the hours that passages are folded over.
    residual: Option<Residual>,
}

impl People {
    pub(super) fn of(site: &Site) -> Self {
        let place = |capacity| Place { capacity, moment: Moment::UNKNOWN, residual: None };
        let zones = site.zones.iter().map(|zone| place(zone.capacity));
        Self {
            traffic: Traffic::new(site),
            filters: Filters::default(),
            tree: Places::of(site),
            places: std::iter::once(place(Some(site.capacity))).chain(zones).collect(),
            refreshed: None,
        }
    }

    pub(super) fn observe(&mut self, site: &Site, role: TrafficRole, one: &Observation) {
        if self.traffic.observe(role, one, &site.rules) {
            self.refreshed = None;
        }
    }

    /// Begins anew with the loaded series of one source.
    pub(super) fn replay(
        &mut self,
        site: &Site,
        role: TrafficRole,
        assigned: Period,
        observations: &[Observation],
    ) {
        self.traffic.restart(role, assigned);
        for one in observations {
            self.traffic.observe(role, one, &site.rules);
        }
        self.refreshed = None;
    }

    pub(super) fn refresh(&mut self, site: &Site, now: Instant) {
        if self.refreshed.is_some_and(|at| at <= now && now < at + AGES) {
            return;
        }
        self.refreshed = Some(now);
        self.traffic.forget(live_start(site, now));
        let moments = people_now(site, &self.tree, &self.traffic, &mut self.filters, now);
        for (place, moment) in self.places.iter_mut().zip(moments) {
            place.moment = moment;
            place.residual = place.moment.residual.or(place.residual);
        }
    }

    pub(super) fn of_building(&self) -> PeopleState {
        self.places[0].state()
    }

    pub(super) fn of_zone(&self, index: usize) -> PeopleState {
        self.places[index + 1].state()
    }
}

impl Place {
    fn state(&self) -> PeopleState {
        let Moment { estimate, drift, parts, sources, .. } = self.moment;
        let share = estimate.people.zip(self.capacity.filter(|capacity| *capacity > 0));
        PeopleState {
            people: estimate.people,
            low: estimate.low,
            high: estimate.high,
            capacity: self.capacity,
            share: share.map(|(people, capacity)| people / f64::from(capacity)),
            occupancy: estimate.occupancy,
            quality: estimate.quality,
            parts,
            sources,
            drift,
            last_residual: self.residual,
        }
    }
}
