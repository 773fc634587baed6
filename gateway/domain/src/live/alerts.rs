//! What a person should know now. Nothing is raised on stale readings.

use jiff::SignedDuration;

use super::devices::Devices;
use super::people::People;
use super::track::Tracks;
use crate::instant::Instant;
use crate::quantity::Quantity;
use crate::reading::Observation;
use crate::site::Site;
use crate::wire::state::{Alert, Freshness, Matter, PeopleState, Severity};

/// Two thresholds each, with a lower one to clear: a value that trembles at a threshold is one event.
const AIR_ATTENTION: Threshold =
    Threshold { raise: 1000.0, clear: 800.0, dwell: SignedDuration::from_mins(10) };
/// The value from which the French public-health council asks for rapid action.
const AIR_URGENT: Threshold =
    Threshold { raise: 1500.0, clear: 1200.0, dwell: SignedDuration::from_mins(10) };
/// Of the capacity that the operator gave.
const CROWD_ATTENTION: Threshold =
    Threshold { raise: 0.90, clear: 0.85, dwell: SignedDuration::from_mins(1) };
const CROWD_URGENT: Threshold =
    Threshold { raise: 1.00, clear: 0.95, dwell: SignedDuration::from_mins(1) };

/// All alerts of a site.
#[derive(Debug)]
pub(super) struct Alerts {
    /// By point; only those of CO2 are watched.
    air: Vec<Watch>,
    building: Watch,
    zones: Vec<Watch>,
    refused: Option<(u64, Instant)>,
    raised: Vec<Alert>,
}

impl Alerts {
    pub(super) fn of(site: &Site) -> Self {
        let crowd = || Watch::new(CROWD_ATTENTION, CROWD_URGENT);
        Self {
            air: site.points.iter().map(|_| Watch::new(AIR_ATTENTION, AIR_URGENT)).collect(),
            building: crowd(),
            zones: site.zones.iter().map(|_| crowd()).collect(),
            refused: None,
            raised: Vec::new(),
        }
    }

    /// Takes the next reading of a point.
    pub(super) fn observe(&mut self, point: usize, one: &Observation) {
        self.air[point].observe(one.observed_at, one.value.as_f64());
    }

    /// Begins anew with the newest readings of a point.
    pub(super) fn replay(&mut self, point: usize, observations: &[Observation]) {
        self.air[point].forget();
        for one in observations {
            self.observe(point, one);
        }
    }

    pub(super) fn refused(&mut self, total: u64, since: Option<Instant>) {
        self.refused = since.map(|since| (total, since));
    }

    pub(super) fn refresh(
        &mut self,
        site: &Site,
        tracks: &Tracks,
        people: &People,
        devices: &Devices,
        now: Instant,
    ) {
        let mut raised = self.air(site, tracks, devices, now);
        raised.extend(self.crowds(site, people, now));
        raised.extend(devices.silent().map(|(device, since)| Alert {
            matter: Matter::Silence {
                device: device.id,
                rhythm_s: device.rhythm_s,
                battery_percent: device.battery_percent,
            },
            severity: Severity::Attention,
            since,
        }));
        raised.extend(self.refused.map(|(refused, since)| Alert {
            matter: Matter::Quarantine { refused },
            severity: Severity::Info,
            since,
        }));
        raised.sort_by_key(|alert| (alert.severity, alert.since));
        self.raised = raised;
    }

    /// Most urgent first.
    pub(super) fn raised(&self) -> &[Alert] {
        &self.raised
    }

    fn air(&self, site: &Site, tracks: &Tracks, devices: &Devices, now: Instant) -> Vec<Alert> {
        let points = site.points.iter().zip(&self.air);
        let of_co2 = points.filter(|(point, _)| point.quantity == Quantity::Co2);
        let alert = |(point, watch): (&crate::site::Point, &Watch)| {
            let track = tracks.filling(&point.sources, now)?;
            let freshness = track.freshness(devices.announced_s(track.device), &site.rules, now)?;
            let (severity, since) = watch.raised(now).filter(|_| freshness != Freshness::Lost)?;
            let co2_ppm = track.last?.value.as_f64();
            Some(Alert {
                matter: Matter::Air { zone: point.zone.clone(), co2_ppm },
                severity,
                since,
            })
        };
        of_co2.filter_map(alert).collect()
    }

    fn crowds(&mut self, site: &Site, people: &People, now: Instant) -> Vec<Alert> {
        let zones = site
            .zones
            .iter()
            .enumerate()
            .map(|(index, zone)| (Some(&zone.id), people.of_zone(index)));
        let places = zones.chain([(None, people.of_building())]);
        let watches = self.zones.iter_mut().chain([&mut self.building]);
        let mut alerts = Vec::new();
        for ((zone, state), watch) in places.zip(watches) {
            let PeopleState {
                people: Some(people),
                capacity: Some(capacity),
                share: Some(share),
                ..
            } = state
            else {
                watch.forget();
                continue;
            };
            watch.observe(now, share);
            alerts.extend(watch.raised(now).map(|(severity, since)| Alert {
                matter: Matter::Crowd { zone: zone.cloned(), people, capacity },
                severity,
                since,
            }));
        }
        alerts
    }
}

/// When a value is too high, and when it no longer is.
#[derive(Clone, Copy, Debug)]
struct Threshold {
    raise: f64,
    clear: f64,
    dwell: SignedDuration,
}

/// A value watched against two thresholds.
#[derive(Clone, Copy, Debug)]
struct Watch {
    attention: Level,
    urgent: Level,
}

/// A value watched against one threshold.
#[derive(Clone, Copy, Debug)]
struct Level {
    threshold: Threshold,
    above_since: Option<Instant>,
    last: Option<Instant>,
}

impl Watch {
    fn new(attention: Threshold, urgent: Threshold) -> Self {
        let level = |threshold| Level { threshold, above_since: None, last: None };
        Self { attention: level(attention), urgent: level(urgent) }
    }

    fn observe(&mut self, at: Instant, value: f64) {
        self.attention.observe(at, value);
        self.urgent.observe(at, value);
    }

    fn forget(&mut self) {
        *self = Self::new(self.attention.threshold, self.urgent.threshold);
    }

    /// How much it matters at `now`, and since when.
    fn raised(&self, now: Instant) -> Option<(Severity, Instant)> {
        let urgent = self.urgent.raised(now).map(|since| (Severity::Urgent, since));
        urgent.or_else(|| self.attention.raised(now).map(|since| (Severity::Attention, since)))
    }
}

impl Level {
    fn observe(&mut self, at: Instant, value: f64) {
        if self.last.is_some_and(|last| at <= last) {
            return;
        }
        let limit =
            if self.raised(at).is_some() { self.threshold.clear } else { self.threshold.raise };
        self.last = Some(at);
        self.above_since = (value >= limit).then(|| self.above_since.unwrap_or(at));
    }

    fn raised(&self, now: Instant) -> Option<Instant> {
        self.above_since.filter(|since| *since + self.threshold.dwell <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raised(readings: &[(i64, f64)], now: i64) -> Option<Severity> {
        let at = |minute: i64| Instant::from_millis(minute * 60_000);
        let mut watch = Watch::new(AIR_ATTENTION, AIR_URGENT);
        for &(minute, ppm) in readings {
            watch.observe(at(minute), ppm);
        }
        watch.raised(at(now)).map(|(severity, _)| severity)
    }

    #[test]
    fn bad_air_is_told_after_ten_minutes_and_not_for_a_breath() {
        assert_eq!(raised(&[(0, 1100.0), (9, 1100.0)], 9), None);
        assert_eq!(raised(&[(0, 1100.0), (9, 1100.0)], 10), Some(Severity::Attention));
        assert_eq!(raised(&[(0, 1100.0), (5, 950.0), (6, 1100.0)], 12), None);
    }

    #[test]
    fn it_is_over_only_when_the_air_is_good_again() {
        let up = [(0, 1100.0), (11, 1100.0), (20, 850.0)];
        assert_eq!(raised(&up, 20), Some(Severity::Attention));
        assert_eq!(raised(&[up[0], up[1], up[2], (30, 790.0)], 30), None);
    }

    #[test]
    fn very_bad_air_is_urgent() {
        assert_eq!(raised(&[(0, 1600.0), (11, 1600.0)], 11), Some(Severity::Urgent));
        assert_eq!(
            raised(&[(0, 1600.0), (11, 1600.0), (12, 1100.0)], 12),
            Some(Severity::Attention)
        );
    }
}
