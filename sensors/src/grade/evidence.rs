//! What was heard of one device.

use std::collections::BTreeMap;

use domain::message::{DevicePresence, DeviceStatus, Report};
use domain::{Instant, Source, Value};

/// So many readings of a source are held in mind; what is older only counts.
const REMEMBERED: usize = 5000;

/// So many sources of a device are looked at.
const MAX_SOURCES: usize = 500;

/// Everything that the rules ask for.
#[derive(Debug)]
pub(super) struct Evidence {
    pub(super) family: &'static str,
    pub(super) sources: BTreeMap<Source, Heard>,
    /// Why parts were refused, each text once.
    pub(super) refusals: Vec<String>,
    /// When messages came that the broker had not kept.
    pub(super) arrivals: Vec<Instant>,
    pub(super) statuses: Vec<DevicePresence>,
    /// Whether a status was kept by the broker.
    pub(super) status_is_kept: bool,
    pub(super) interval_s: Option<f64>,
    pub(super) boot: Option<u64>,
}

/// What was heard of one source.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// In the order of arrival, without those that the broker had kept.
    pub(super) readings: Vec<OneReading>,
    /// How many the broker had kept.
    pub(super) kept: usize,
}

/// One reading.
#[derive(Clone, Copy, Debug)]
pub(super) struct OneReading {
    pub(super) received_at: Instant,
    pub(super) observed_at: Option<Instant>,
    pub(super) value: Value,
    pub(super) seq: Option<u64>,
}

impl OneReading {
    /// How long before its arrival it was observed, in seconds; negative when its clock is ahead.
    pub(super) fn age_s(self) -> Option<f64> {
        Some(self.received_at.since(self.observed_at?).as_secs_f64())
    }
}

impl Evidence {
    pub(super) fn new(family: &'static str) -> Self {
        Self {
            family,
            sources: BTreeMap::new(),
            refusals: Vec::new(),
            arrivals: Vec::new(),
            statuses: Vec::new(),
            status_is_kept: false,
            interval_s: None,
            boot: None,
        }
    }

    pub(super) fn report(&mut self, report: Report, kept: bool, received_at: Instant) {
        let Report { source, observed_at, value, seq } = report;
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&source) {
            return;
        }
        let heard = self.sources.entry(source).or_default();
        if kept {
            heard.kept += 1;
        } else if heard.readings.len() < REMEMBERED {
            heard.readings.push(OneReading { received_at, observed_at, value, seq });
        }
    }

    pub(super) fn message(&mut self, kept: bool, received_at: Instant) {
        if !kept && self.arrivals.len() < REMEMBERED {
            self.arrivals.push(received_at);
        }
    }

    pub(super) fn refused(&mut self, text: String) {
        if self.refusals.len() < 20 && !self.refusals.contains(&text) {
            self.refusals.push(text);
        }
    }

    pub(super) fn status(&mut self, status: &DeviceStatus, kept: bool) {
        self.status_is_kept |= kept;
        if self.statuses.last() != Some(&status.presence) && self.statuses.len() < REMEMBERED {
            self.statuses.push(status.presence);
        }
        self.interval_s = status.interval_s.or(self.interval_s);
        self.boot = status.boot.or(self.boot);
    }

    pub(super) fn readings(&self) -> usize {
        self.sources.values().map(|heard| heard.readings.len()).sum()
    }

    /// All readings, source by source.
    pub(super) fn all(&self) -> impl Iterator<Item = &OneReading> {
        self.sources.values().flat_map(|heard| &heard.readings)
    }

    /// How long it usually is from one message to the next, in seconds; several at once count as one.
    pub(super) fn rhythm_s(&self) -> Option<f64> {
        let gaps = self.arrivals.windows(2).map(|two| two[1].since(two[0]).as_secs_f64());
        let mut gaps: Vec<f64> = gaps.filter(|gap| *gap > 0.25).collect();
        gaps.sort_by(f64::total_cmp);
        (gaps.len() >= 3).then(|| gaps[gaps.len() / 2])
    }
}
