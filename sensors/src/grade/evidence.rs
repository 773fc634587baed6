//! Evidence about one device: its messages, summed up for the rules.

use std::collections::BTreeMap;

use domain::message::{DevicePresence, DeviceStatus, Report};
use domain::{Instant, Source, Value};

/// Most readings held for one source; later ones are not looked at.
const REMEMBERED: usize = 5000;

/// Most sources of a device that are graded.
const MAX_SOURCES: usize = 500;

/// Evidence about one device, as the rules read it.
#[derive(Debug)]
pub(super) struct Evidence {
    pub(super) family: &'static str,
    pub(super) sources: BTreeMap<Source, SourceEvidence>,
    /// Reasons of refusals, each text once.
    pub(super) refusals: Vec<String>,
    /// When messages came that the broker had not kept.
    pub(super) arrivals: Vec<Instant>,
    pub(super) statuses: Vec<DevicePresence>,
    /// Whether a status was kept by the broker.
    pub(super) status_is_kept: bool,
    pub(super) interval_s: Option<f64>,
    pub(super) boot: Option<u64>,
}

/// Readings received of one source.
#[derive(Debug, Default)]
pub(super) struct SourceEvidence {
    /// In the order of arrival, without those that the broker had kept.
    pub(super) readings: Vec<OneReading>,
    /// Number of readings that the broker had retained.
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
    /// Time from observation to arrival, in seconds; negative when its clock is ahead.
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
        let source_evidence = self.sources.entry(source).or_default();
        if kept {
            source_evidence.kept += 1;
        } else if source_evidence.readings.len() < REMEMBERED {
            source_evidence.readings.push(OneReading { received_at, observed_at, value, seq });
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
        self.sources.values().map(|source_evidence| source_evidence.readings.len()).sum()
    }

    /// All readings, source by source.
    pub(super) fn all(&self) -> impl Iterator<Item = &OneReading> {
        self.sources.values().flat_map(|source_evidence| &source_evidence.readings)
    }

    /// Median time from one message to the next, in seconds; several at once count as one.
    pub(super) fn rhythm_s(&self) -> Option<f64> {
        let gaps = self.arrivals.windows(2).map(|two| two[1].since(two[0]).as_secs_f64());
        let mut gaps: Vec<f64> = gaps.filter(|gap| *gap > 0.25).collect();
        gaps.sort_by(f64::total_cmp);
        (gaps.len() >= 3).then(|| gaps[gaps.len() / 2])
    }
}
