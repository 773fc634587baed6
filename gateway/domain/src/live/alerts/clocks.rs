//! Clocks that are wrong: of devices, and of the gateway itself.

use std::collections::BTreeMap;

use crate::alerts::{Alert, Matter};
use crate::alerts::{RuleId, Subject, Watch};
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::live::snapshot::Snapshot;
use crate::site::Site;

/// The clocks of the devices that the site file names, and our own.
#[derive(Debug)]
pub(super) struct Clocks {
    devices: BTreeMap<DeviceId, Watch>,
    gateway: Option<Watch>,
}

impl Clocks {
    pub(super) fn of(site: &Site) -> Self {
        let gateway = site.alerts.rules.rule(RuleId::GatewayClock, &Subject::Building);
        Self { devices: BTreeMap::new(), gateway: gateway.map(Watch::new) }
    }

    /// Takes whether somebody sets our clock; `None` where nobody can say.
    pub(super) fn gateway(&mut self, is_set: Option<bool>, now: Instant) {
        let Some(watch) = &mut self.gateway else { return };
        match is_set {
            Some(is_set) => watch.observe(now, if is_set { 0.0 } else { 1.0 }),
            None => watch.forget(),
        }
    }

    pub(super) fn raised(&mut self, snapshot: &Snapshot<'_>) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for (device, at, ahead_s) in snapshot.devices.clocks() {
            let subject = Subject::Device(device.clone());
            let Some(rule) = snapshot.site.alerts.rules.rule(RuleId::DeviceClock, &subject) else {
                continue;
            };
            let watch = self.devices.entry(device.clone()).or_insert_with(|| Watch::new(rule));
            watch.observe(at, ahead_s.abs());
            // At its own last message: a silent device has an alert of its own.
            alerts.extend(watch.raised(at).map(|since| {
                let matter = Matter::DeviceClock { device: device.clone(), ahead_s };
                Alert::new(matter, rule.severity, since)
            }));
        }
        alerts.extend(self.gateway.and_then(|watch| {
            let since = watch.raised(snapshot.now)?;
            Some(Alert::new(Matter::GatewayClock, watch.rule.severity, since))
        }));
        alerts
    }
}
