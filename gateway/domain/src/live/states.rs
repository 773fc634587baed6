//! What is told, and what of it is new.

use std::collections::HashMap;

use jiff::SignedDuration;
use serde::Serialize;
use serde_json::Value;

use super::Live;
use crate::instant::Instant;
use crate::occupancy::is_open;
use crate::site::{Point, Zone};
use crate::wire::state::{
    BuildingState, DeviceHealth, DevicesState, GaugeState, MeterState, ZoneState,
};

/// That a device was heard again is told so often; that its health changed at once.
const DEVICES: SignedDuration = SignedDuration::from_secs(5);

/// What was told last, by name, without what changes by itself.
#[derive(Debug, Default)]
pub(super) struct Told {
    states: HashMap<String, Value>,
    devices_at: Option<Instant>,
    healths: Vec<(DeviceHealth, u64)>,
}

/// Everything that is not what it was at the last call.
pub(super) fn changed(live: &mut Live, now: Instant) -> Vec<(String, Value)> {
    let mut states = vec![("building".to_owned(), content(&building(live, now)))];
    for index in 0..live.site.zones.len() {
        let state = zone(live, index, now);
        states.push((format!("zones/{}", state.id), content(&state)));
    }
    for index in 0..live.site.meters.len() {
        let state = meter(live, index, now);
        states.push((format!("meters/{}", state.id), content(&state)));
    }
    if let Some(devices) = devices(live, now) {
        states.push(("devices".to_owned(), content(&devices)));
    }
    states.retain(|(name, state)| live.told.is_new(name, state));
    states
}

impl Told {
    fn is_new(&mut self, name: &str, state: &Value) -> bool {
        let mut lasting = state.clone();
        if let Some(fields) = lasting.as_object_mut() {
            fields.remove("as_of");
            fields.remove("age_s");
        }
        if self.states.get(name) == Some(&lasting) {
            return false;
        }
        self.states.insert(name.to_owned(), lasting);
        true
    }
}

fn content(state: &impl Serialize) -> Value {
    serde_json::to_value(state).expect("states have text keys and finite numbers or null")
}

fn building(live: &Live, now: Instant) -> BuildingState {
    BuildingState {
        as_of: now,
        people: live.people.of_building(),
        open: is_open(&live.site, now),
        energy: live.meters.of_building(),
    }
}

fn zone(live: &Live, index: usize, now: Instant) -> ZoneState {
    let Zone { id, .. } = &live.site.zones[index];
    let points = live.site.points.iter().filter(|point| point.zone == *id);
    let gauges: Vec<_> = points.filter_map(|point| gauge(live, point, now)).collect();
    let oldest = gauges.iter().map(|gauge| gauge.observed_at).min();
    ZoneState {
        as_of: now,
        id: id.clone(),
        people: live.people.of_zone(index),
        gauges,
        age_s: oldest.map(|oldest| age_s(oldest, now)),
        energy: live.meters.of_zone(index),
    }
}

fn gauge(live: &Live, point: &Point, now: Instant) -> Option<GaugeState> {
    let track = live.tracks.filling(&point.sources, now)?;
    let announced_s = live.devices.announced_s(track.device);
    let last = track.last?;
    Some(GaugeState {
        point: point.id.clone(),
        quantity: point.quantity,
        value: last.value.as_f64(),
        observed_at: last.observed_at,
        freshness: track.freshness(announced_s, &live.site.rules, now)?,
    })
}

fn meter(live: &Live, index: usize, now: Instant) -> MeterState {
    let figures = live.meters.of_meter(index);
    MeterState {
        as_of: now,
        id: live.site.meters[index].id.clone(),
        energy: figures.energy(),
        age_s: figures.heard.map(|heard| age_s(heard, now)),
        activity: figures.activity,
    }
}

/// All devices, unless only their times changed since a moment ago.
fn devices(live: &mut Live, now: Instant) -> Option<DevicesState> {
    let healths = live.devices.healths();
    let is_recent = live.told.devices_at.is_some_and(|at| at <= now && now < at + DEVICES);
    if is_recent && healths == live.told.healths {
        return None;
    }
    (live.told.devices_at, live.told.healths) = (Some(now), healths);
    Some(DevicesState { as_of: now, devices: live.devices.states() })
}

fn age_s(observed_at: Instant, now: Instant) -> f64 {
    now.since(observed_at).as_secs_f64().max(0.0)
}
