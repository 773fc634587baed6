//! The building now, put together from the gateway's state topics. Pure: messages and the time go in, states come out.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::device::DeviceState;
use domain::energy::EnergyState;
use domain::figure::Quality;
use domain::ids::{DeviceId, MeterId, ZoneId};
use domain::live::GaugeState;
use domain::occupancy::{Occupancy, Parts, PeopleState, Witnesses};
use domain::site::{Meter, Site, Zone};
use domain::wire::state::{
    AlertsState, BuildingState, DevicesState, GatewayState, MeterState, ZoneState,
};
use domain::{Instant, Quantity};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;

use crate::privacy::tells_of_people;

/// After so long without a pulse of the gateway its figures count as old.
pub(crate) const PULSE_LOST_AFTER: SignedDuration = SignedDuration::from_secs(8);

/// Newest state of each topic.
#[derive(Clone, Debug, Default)]
pub(crate) struct LiveView {
    building: Option<BuildingState>,
    zones: HashMap<ZoneId, ZoneState>,
    meters: HashMap<MeterId, MeterState>,
    /// By the number of the page.
    device_pages: BTreeMap<u32, Arc<DevicesState>>,
    /// Those of all pages, by name.
    devices: Arc<[DeviceState]>,
    alerts: Option<AlertsState>,
    gateway: Option<GatewayState>,
    pulse_at: Option<Instant>,
    as_of: Option<Instant>,
}

/// A state message that is not what its topic promises.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// No state has this name.
    #[error("`{0}` names no state")]
    Name(String),
    /// The payload has another shape, from another version perhaps.
    #[error("state is malformed")]
    Payload(#[source] serde_json::Error),
}

/// Sign of life of the gateway.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pulse {
    /// When it was last received; `None` when never.
    pub(crate) heard_at: Option<Instant>,
    /// Whether that is recent, and no last will came since.
    pub(crate) alive: bool,
}

impl LiveView {
    /// Applies a message. `name` is what follows `state/` in its topic; an empty payload removes the state.
    ///
    /// A message that the broker had retained does not show that the gateway lives, so its own time counts then.
    pub(crate) fn apply(
        &mut self,
        name: &str,
        payload: &[u8],
        retained: bool,
        now: Instant,
    ) -> Result<(), Unreadable> {
        let as_of = match name.split_once('/') {
            None if name == "building" => replace(&mut self.building, payload, |s| s.as_of)?,
            None if name == "devices" => self.take_devices(1, payload)?,
            None if name == "alerts" => replace(&mut self.alerts, payload, |s| s.as_of)?,
            None if name == "gateway" => {
                let as_of = replace(&mut self.gateway, payload, |s| s.as_of)?;
                self.take_pulse(as_of, retained, now);
                as_of
            }
            Some(("devices", page)) => {
                let page = page.parse().map_err(|_| Unreadable::Name(name.to_owned()))?;
                self.take_devices(page, payload)?
            }
            Some(("zones", id)) => {
                let id = id.parse().map_err(|_| Unreadable::Name(name.to_owned()))?;
                replace_in(&mut self.zones, id, payload, |s| s.as_of)?
            }
            Some(("meters", id)) => {
                let id = id.parse().map_err(|_| Unreadable::Name(name.to_owned()))?;
                replace_in(&mut self.meters, id, payload, |s| s.as_of)?
            }
            _ => return Err(Unreadable::Name(name.to_owned())),
        };
        // What was dated by a clock that was ahead is not the newest for ever.
        self.as_of = self.as_of.filter(|newest| *newest <= now).max(as_of);
        Ok(())
    }

    /// Takes a page of the devices. A device that stands on two pages for a moment, since the gateway has begun anew, is
    /// as the newer one says.
    fn take_devices(&mut self, page: u32, payload: &[u8]) -> Result<Option<Instant>, Unreadable> {
        let state: Option<DevicesState> = parse(payload)?;
        let as_of = state.as_ref().map(|state| state.as_of);
        match state {
            Some(state) => self.device_pages.insert(page, Arc::new(state)),
            None => self.device_pages.remove(&page),
        };
        let pages = self.device_pages.get(&1).map_or(u32::MAX, |first| first.pages);
        let mut devices: BTreeMap<&DeviceId, (Instant, &DeviceState)> = BTreeMap::new();
        let current = self.device_pages.iter().filter(|(page, _)| **page <= pages);
        for (_, state) in current {
            for device in &state.devices {
                let entry = devices.entry(&device.id).or_insert((state.as_of, device));
                if entry.0 < state.as_of {
                    *entry = (state.as_of, device);
                }
            }
        }
        self.devices = devices.into_values().map(|(_, device)| device.clone()).collect();
        Ok(as_of)
    }

    fn take_pulse(&mut self, as_of: Option<Instant>, retained: bool, now: Instant) {
        // A last will is dated when the gateway started; it ends the pulse but is none itself.
        if self.gateway.as_ref().is_some_and(|gateway| gateway.online) {
            self.pulse_at = if retained { as_of.map(|at| at.min(now)) } else { Some(now) };
        }
    }

    /// Sign of life of the gateway at `now`.
    pub(crate) fn pulse(&self, now: Instant) -> Pulse {
        let online = self.gateway.as_ref().is_some_and(|gateway| gateway.online);
        let recent = self.pulse_at.is_some_and(|at| now.since(at).abs() <= PULSE_LOST_AFTER);
        Pulse { heard_at: self.pulse_at.or(self.as_of), alive: online && recent }
    }

    /// Instant of the newest state.
    pub(crate) fn as_of(&self) -> Option<Instant> {
        self.as_of
    }

    /// State of the building; unknown throughout before its first message.
    pub(crate) fn building(&self, site: &Site) -> BuildingState {
        self.building.clone().unwrap_or_else(|| BuildingState {
            as_of: Instant::MIN,
            people: unknown_people(Some(site.capacity)),
            open: None,
            energy: unknown_energy(),
        })
    }

    /// State of a zone; unknown throughout before its first message.
    pub(crate) fn zone(&self, zone: &Zone) -> ZoneState {
        self.zones.get(&zone.id).cloned().unwrap_or_else(|| ZoneState {
            as_of: Instant::MIN,
            id: zone.id.clone(),
            people: unknown_people(zone.capacity),
            gauges: Vec::new(),
            age_s: None,
            energy: unknown_energy(),
        })
    }

    /// State of a meter; unknown throughout before its first message.
    pub(crate) fn meter(&self, meter: &Meter) -> MeterState {
        self.meters.get(&meter.id).cloned().unwrap_or_else(|| MeterState {
            as_of: Instant::MIN,
            id: meter.id.clone(),
            energy: unknown_energy(),
            age_s: None,
            activity: None,
        })
    }

    /// Removes all that shows whether people are in a zone.
    pub(crate) fn withhold_people(&mut self, zone: &Zone) {
        if let Some(state) = self.zones.get_mut(&zone.id) {
            state.people = unknown_people(zone.capacity);
            state.gauges.retain(|gauge| !tells_of_people(gauge.quantity));
            // The age would tell when a detector last saw somebody.
            let oldest = state.gauges.iter().map(|gauge| gauge.observed_at).min();
            state.age_s = oldest.map(|oldest| seconds_since(oldest, state.as_of));
        }
        if let Some(alerts) = &mut self.alerts {
            alerts.alerts.retain(|alert| alert.matter.people_of() != Some(&zone.id));
        }
    }

    /// Removes when some devices reported: a detector or a door reports when somebody passes.
    pub(crate) fn withhold_reports(&mut self, of: impl Fn(&DeviceId) -> bool) {
        let withheld = |device: &DeviceState| {
            let device = device.clone();
            if of(&device.id) {
                DeviceState { last_seen: None, rhythm_s: None, ..device }
            } else {
                device
            }
        };
        self.devices = self.devices.iter().map(withheld).collect();
    }

    /// States of all devices.
    pub(crate) fn devices(&self) -> &[DeviceState] {
        &self.devices
    }

    /// Current alerts, most urgent first.
    pub(crate) fn alerts(&self) -> &[domain::alerts::Alert] {
        self.alerts.as_ref().map_or(&[], |state| &state.alerts)
    }

    /// State of the gateway.
    pub(crate) fn gateway(&self) -> Option<&GatewayState> {
        self.gateway.as_ref()
    }
}

/// Gauge of a zone that stands for `quantity`: the freshest, and of equally fresh ones the worst air or the first.
pub(crate) fn gauge(zone: &ZoneState, quantity: Quantity) -> Option<&GaugeState> {
    let mut best: Option<&GaugeState> = None;
    for gauge in zone.gauges.iter().filter(|gauge| gauge.quantity == quantity) {
        let better = best.is_none_or(|best| {
            gauge.freshness < best.freshness
                || (gauge.freshness == best.freshness
                    && quantity == Quantity::Co2
                    && gauge.value > best.value)
        });
        if better {
            best = Some(gauge);
        }
    }
    best
}

fn replace<S: DeserializeOwned>(
    slot: &mut Option<S>,
    payload: &[u8],
    as_of: impl Fn(&S) -> Instant,
) -> Result<Option<Instant>, Unreadable> {
    *slot = parse(payload)?;
    Ok(slot.as_ref().map(as_of))
}

fn replace_in<K: std::hash::Hash + Eq, S: DeserializeOwned>(
    map: &mut HashMap<K, S>,
    key: K,
    payload: &[u8],
    as_of: impl Fn(&S) -> Instant,
) -> Result<Option<Instant>, Unreadable> {
    let state = parse(payload)?;
    let at = state.as_ref().map(as_of);
    match state {
        Some(state) => map.insert(key, state),
        None => map.remove(&key),
    };
    Ok(at)
}

fn parse<S: DeserializeOwned>(payload: &[u8]) -> Result<Option<S>, Unreadable> {
    if payload.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(payload).map(Some).map_err(Unreadable::Payload)
}

fn unknown_people(capacity: Option<u32>) -> PeopleState {
    PeopleState {
        people: None,
        low: None,
        high: None,
        capacity,
        share: None,
        occupancy: Occupancy::Unknown,
        quality: Quality::Unknown,
        parts: Parts::None,
        sources: Witnesses::NOTHING,
        drift: None,
        last_residual: None,
    }
}

fn unknown_energy() -> EnergyState {
    EnergyState {
        power_w: None,
        today_wh: None,
        yesterday_wh: None,
        month_wh: None,
        coverage: 0.0,
        energy_quality: Quality::Unknown,
    }
}

/// Seconds from `earlier` to `now`; not negative, since the clocks of two machines may differ by a little.
pub(crate) fn seconds_since(earlier: Instant, now: Instant) -> f64 {
    now.since(earlier).as_secs_f64().max(0.0)
}

#[cfg(test)]
mod tests {
    use domain::device::Freshness;

    use super::*;

    const PULSE: &[u8] =
        br#"{"as_of":"2026-11-23T13:00:00Z","online":true,"version":"1","refused":0,"stored":1}"#;
    const WILL: &[u8] =
        br#"{"as_of":"2026-11-23T12:00:00Z","online":false,"version":"1","refused":0,"stored":0}"#;

    fn at(time: &str) -> Instant {
        format!("2026-11-23T{time}Z").parse().unwrap()
    }

    #[test]
    fn a_gateway_without_any_message_does_not_live() {
        let pulse = LiveView::default().pulse(at("13:00:00"));
        assert_eq!(pulse, Pulse { heard_at: None, alive: false });
    }

    #[test]
    fn a_silent_gateway_is_missed_within_nine_seconds() {
        let mut view = LiveView::default();
        view.apply("gateway", PULSE, false, at("13:00:00")).unwrap();
        assert!(view.pulse(at("13:00:08")).alive);
        assert!(!view.pulse(at("13:00:09")).alive);
    }

    #[test]
    fn a_kept_pulse_is_as_old_as_it_says() {
        let mut view = LiveView::default();
        view.apply("gateway", PULSE, true, at("13:05:00")).unwrap();
        assert_eq!(
            view.pulse(at("13:05:00")),
            Pulse { heard_at: Some(at("13:00:00")), alive: false }
        );
    }

    #[test]
    fn a_last_will_ends_the_pulse_at_once_and_keeps_its_time() {
        let mut view = LiveView::default();
        view.apply("gateway", PULSE, false, at("13:00:00")).unwrap();
        view.apply("gateway", WILL, false, at("13:00:01")).unwrap();
        assert_eq!(
            view.pulse(at("13:00:01")),
            Pulse { heard_at: Some(at("13:00:00")), alive: false }
        );
    }

    #[test]
    fn a_state_of_another_version_is_refused_and_costs_nothing() {
        let mut view = LiveView::default();
        view.apply("gateway", PULSE, false, at("13:00:00")).unwrap();
        assert!(view.apply("gateway", b"{\"online\":1}", false, at("13:00:01")).is_err());
        assert!(view.apply("weather", b"{}", false, at("13:00:01")).is_err());
        assert!(view.apply("zones/A b", b"{}", false, at("13:00:01")).is_err());
        assert!(view.pulse(at("13:00:02")).alive);
    }

    fn page(as_of: &str, pages: u32, devices: &[&str]) -> Vec<u8> {
        let device = |id: &&str| {
            serde_json::json!({ "id": id, "state": "online", "last_seen": null, "battery_percent": null,
                "presence": null, "rhythm_s": null, "known": true, "lost_readings": 0 })
        };
        let devices: Vec<_> = devices.iter().map(device).collect();
        serde_json::json!({ "as_of": as_of, "pages": pages, "devices": devices }).to_string().into()
    }

    fn names(view: &LiveView) -> Vec<&str> {
        view.devices().iter().map(|device| device.id.as_str()).collect()
    }

    #[test]
    fn devices_of_all_pages_are_shown_by_name_and_each_once() {
        let (then, now) = ("2026-11-23T13:00:00Z", "2026-11-23T13:00:05Z");
        let mut view = LiveView::default();
        let mut take = |name: &str, page: Vec<u8>| {
            view.apply(name, &page, true, at("13:00:06")).unwrap();
        };
        take("devices/3", page(then, 3, &["z", "old"]));
        take("devices/2", page(now, 2, &["b", "d"]));
        take("devices", page(now, 2, &["c", "a", "d"]));
        assert_eq!(names(&view), ["a", "b", "c", "d"]);
        view.apply("devices/2", b"", false, at("13:00:07")).unwrap();
        assert_eq!(names(&view), ["a", "c", "d"]);
        assert!(view.apply("devices/x", b"{}", false, at("13:00:07")).is_err());
    }

    fn gauge_of(value: f64, freshness: Freshness) -> GaugeState {
        let point = "p".parse().unwrap();
        GaugeState { point, quantity: Quantity::Co2, value, observed_at: at("13:00:00"), freshness }
    }

    fn zone_with(gauges: Vec<GaugeState>) -> ZoneState {
        ZoneState {
            as_of: at("13:00:00"),
            id: "a".parse().unwrap(),
            people: unknown_people(None),
            gauges,
            age_s: None,
            energy: unknown_energy(),
        }
    }

    #[test]
    fn the_worst_air_of_two_good_instruments_is_shown() {
        let zone =
            zone_with(vec![gauge_of(600.0, Freshness::Fresh), gauge_of(900.0, Freshness::Fresh)]);
        assert_eq!(gauge(&zone, Quantity::Co2), Some(&zone.gauges[1]));
    }

    #[test]
    fn an_instrument_that_still_reports_goes_before_one_that_is_lost() {
        let zone =
            zone_with(vec![gauge_of(1900.0, Freshness::Lost), gauge_of(700.0, Freshness::Late)]);
        assert_eq!(gauge(&zone, Quantity::Co2), Some(&zone.gauges[1]));
        assert!(gauge(&zone, Quantity::Temperature).is_none());
    }
}
