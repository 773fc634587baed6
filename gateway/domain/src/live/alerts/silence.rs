//! Devices that do not report, and their batteries.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::shared_cause::MANY;
use crate::alerts::{Alert, Matter, Severity};
use crate::alerts::{RuleId, Subject, Watch};
use crate::device::DeviceState;
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::live::devices::Devices;
use crate::live::snapshot::Snapshot;

/// Devices whose last readings lie within this time of each other fell silent together.
const TOGETHER: SignedDuration = SignedDuration::from_mins(5);

/// Devices that the site file names and that do not report; several that fell silent together are one alert.
pub(super) fn raised(devices: &Devices) -> Vec<Alert> {
    let mut silent: Vec<_> = devices.silent().collect();
    silent.sort_by_key(|(_, since)| *since);
    let mut alerts = Vec::new();
    let mut rest = &silent[..];
    while let Some((_, first)) = rest.first() {
        let count = rest.iter().take_while(|(_, since)| *since <= *first + TOGETHER).count();
        let (together, others) = rest.split_at(count);
        rest = others;
        if count >= MANY {
            let matter = Matter::Outage { devices: count, of: devices.named() };
            alerts.push(Alert::new(matter, Severity::Attention, *first));
        } else {
            alerts.extend(together.iter().map(alone));
        }
    }
    // One outage at a time has a name; what fell silent at several times is the same building without its network.
    merge_outages(alerts)
}

fn alone((device, since): &(DeviceState, Instant)) -> Alert {
    let matter = Matter::Silence {
        device: device.id.clone(),
        rhythm_s: device.rhythm_s,
        battery_percent: device.battery_percent,
    };
    Alert::new(matter, Severity::Attention, *since)
}

fn merge_outages(alerts: Vec<Alert>) -> Vec<Alert> {
    let mut merged: Vec<Alert> = Vec::with_capacity(alerts.len());
    for alert in alerts {
        let standing = merged.iter_mut().find_map(|other| match &mut other.matter {
            Matter::Outage { devices, .. } => Some(devices),
            _ => None,
        });
        match (standing, &alert.matter) {
            (Some(sum), Matter::Outage { devices, .. }) => *sum += devices,
            _ => merged.push(alert),
        }
    }
    merged
}

/// Batteries of the devices that the site file names.
#[derive(Debug, Default)]
pub(super) struct Batteries(BTreeMap<DeviceId, Watch>);

impl Batteries {
    pub(super) fn raised(&mut self, snapshot: &Snapshot<'_>) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for (device, at, percent) in snapshot.devices.batteries() {
            let subject = Subject::Device(device.clone());
            let Some(rule) = snapshot.site.alerts.rules.rule(RuleId::Battery, &subject) else {
                continue;
            };
            let watch = self.0.entry(device.clone()).or_insert_with(|| Watch::new(rule));
            watch.observe(at, percent);
            alerts.extend(watch.raised(snapshot.now).map(|since| {
                let matter = Matter::Battery { device: device.clone(), percent };
                Alert::new(matter, rule.severity, since)
            }));
        }
        alerts
    }
}
