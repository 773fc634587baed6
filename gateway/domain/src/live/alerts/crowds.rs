//! People against the capacity, and in the closed building.

use jiff::SignedDuration;

use crate::alerts::{Alert, Matter};
use crate::alerts::{RuleId, Rulebook, Subject, Watch};
use crate::ids::ZoneId;
use crate::live::snapshot::Snapshot;
use crate::occupancy::closed_since;
use crate::occupancy::{Occupancy, PeopleState};
use crate::site::{Site, Zone};

/// Whoever locks up is still there for a while after closing.
const LOCKING_UP: SignedDuration = SignedDuration::from_mins(30);

/// The building and its zones.
#[derive(Debug)]
pub(super) struct Crowds {
    building: Place,
    zones: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    attention: Option<Watch>,
    urgent: Option<Watch>,
    /// Only of the building and of zones that are part of no other one.
    after_hours: Option<Watch>,
}

impl Crowds {
    pub(super) fn of(site: &Site) -> Self {
        let rules = &site.alerts.rules;
        let zone =
            |zone: &Zone| Place::of(rules, &Subject::Zone(zone.id.clone()), zone.parent.is_none());
        Self {
            building: Place::of(rules, &Subject::Building, true),
            zones: site.zones.iter().map(zone).collect(),
        }
    }

    pub(super) fn raised(&mut self, snapshot: &Snapshot<'_>) -> Vec<Alert> {
        let mut alerts = Vec::new();
        let mut named = false;
        for (index, (zone, place)) in snapshot.site.zones.iter().zip(&mut self.zones).enumerate() {
            let state = snapshot.people.of_zone(index);
            alerts.extend(place.crowd(Some(&zone.id), &state, snapshot));
            let after_hours = place.after_hours(Some(&zone.id), &state, snapshot);
            named |= after_hours.is_some();
            alerts.extend(after_hours);
        }
        let state = snapshot.people.of_building();
        alerts.extend(self.building.crowd(None, &state, snapshot));
        let after_hours = self.building.after_hours(None, &state, snapshot);
        // A floor says more than the building, and both would be one event with two alerts.
        alerts.extend(after_hours.filter(|_| !named));
        alerts
    }
}

impl Place {
    fn of(rules: &Rulebook, subject: &Subject, is_topmost: bool) -> Self {
        let watch = |id| rules.rule(id, subject).map(Watch::new);
        Self {
            attention: watch(RuleId::CrowdAttention),
            urgent: watch(RuleId::CrowdUrgent),
            after_hours: is_topmost.then(|| watch(RuleId::AfterHours)).flatten(),
        }
    }

    fn crowd(
        &mut self,
        zone: Option<&ZoneId>,
        state: &PeopleState,
        snapshot: &Snapshot<'_>,
    ) -> Option<Alert> {
        let (Some(people), Some(capacity), Some(share)) =
            (state.people, state.capacity, state.share)
        else {
            self.attention.iter_mut().chain(&mut self.urgent).for_each(Watch::forget);
            return None;
        };
        let nearly =
            self.attention.map_or(RuleId::CrowdAttention.default().raise, |watch| watch.rule.raise);
        // The upper end alone is no crowd: where little is known it may reach the capacity in an empty room.
        let at_most = state.high.map_or(share, |high| high / f64::from(capacity.max(1)));
        let worst = if share >= nearly { at_most.max(share) } else { share };
        if let Some(watch) = &mut self.attention {
            watch.observe(snapshot.now, share);
        }
        if let Some(watch) = &mut self.urgent {
            watch.observe(snapshot.now, worst);
        }
        let raised =
            |watch: Option<Watch>| Some((watch?.rule.severity, watch?.raised(snapshot.now)?));
        let (severity, since) = raised(self.urgent).or_else(|| raised(self.attention))?;
        let to_verify = raised(self.urgent).is_some() && people < f64::from(capacity);
        let matter = Matter::Crowd { zone: zone.cloned(), people, capacity, to_verify };
        Some(Alert::new(matter, severity, since))
    }

    fn after_hours(
        &mut self,
        zone: Option<&ZoneId>,
        state: &PeopleState,
        snapshot: &Snapshot<'_>,
    ) -> Option<Alert> {
        let watch = self.after_hours.as_mut()?;
        let closed = closed_since(snapshot.site, snapshot.now);
        if closed.is_none_or(|since| snapshot.now < since + LOCKING_UP) {
            watch.forget();
            return None;
        }
        let somebody = state.occupancy == Occupancy::Occupied;
        watch.observe(snapshot.now, f64::from(u8::from(somebody)));
        let since = watch.raised(snapshot.now)?;
        Some(Alert::new(Matter::AfterHours { zone: zone.cloned() }, watch.rule.severity, since))
    }
}
