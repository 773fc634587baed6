//! Grades of devices: conformance of the messages of some minutes, and what to mend.
//!
//! ```text
//! broker ──listener──▶ messages ──Evidence──▶ what a device did ──aspects──▶ grades ──▶ people, programs
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `evidence` | the messages received from each device, summed up |
//! | `aspects` | the rules: one for each promise of a good device |
//! | `units` | the rule that compares registers with power |
//!
//! Pure: times come with the messages.

mod aspects;
mod evidence;
mod units;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::Instant;
use domain::families::Families;
use domain::ids::DeviceId;
use domain::message::Message;
use domain::site::Site;
use serde::Serialize;

use evidence::Evidence;

/// Most devices graded in one go.
const MAX_DEVICES: usize = 2000;

/// Mark of one aspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The promise is kept.
    Good,
    /// There was no occasion to see.
    Untried,
    /// The device works, but something should be better.
    Weak,
    /// The promise is broken: figures will be wrong or missing.
    Bad,
}

/// Finding on one aspect of a device.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The aspect: clock, duplicates, sequence, retained, values, units, rhythm, backlog, birth, `last_will`.
    pub aspect: &'static str,
    /// Its mark.
    pub mark: Mark,
    /// The evidence, for people.
    pub seen: String,
    /// The remedy; empty when there is nothing to mend.
    pub remedy: &'static str,
}

/// The grade of one device.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grade {
    /// The device.
    pub device: DeviceId,
    /// Its protocol family.
    pub family: &'static str,
    /// The worst of its marks.
    pub mark: Mark,
    /// Number of readings received.
    pub readings: usize,
    /// Findings on all aspects.
    pub findings: Vec<Finding>,
}

/// Listens to devices and grades them.
#[derive(Debug)]
pub struct Grader {
    families: Families,
    only: Option<DeviceId>,
    devices: BTreeMap<DeviceId, Evidence>,
}

impl Grader {
    /// A grader of the devices of `site`, or of `only` one of them.
    pub fn new(site: &Site, only: Option<DeviceId>) -> Self {
        Self { families: Families::new(&site.id, &site.families), only, devices: BTreeMap::new() }
    }

    /// The filters to listen on.
    pub fn filters(&self) -> Vec<String> {
        self.families.filters()
    }

    /// Takes in one received message. `kept`: the broker sent it because it was retained.
    pub fn receive(&mut self, topic: &str, payload: &[u8], kept: bool, received_at: Instant) {
        let message = Message { topic, payload, retained: kept, received_at };
        let Some((family, translation)) = self.families.recognise(&message) else { return };
        for status in translation.statuses {
            if let Some(evidence) = self.of(&status.device, family) {
                evidence.status(&status, kept);
            }
        }
        // What is refused names no device; it is that of the good parts, else that of a native topic.
        let mut whose = translation.reports.first().map(|report| report.source.device.clone());
        for report in translation.reports {
            let device = report.source.device.clone();
            if let Some(evidence) = self.of(&device, family) {
                evidence.report(report, kept, received_at);
            }
        }
        whose = whose.or_else(|| domain::native::device_of(topic));
        if let Some(evidence) = whose.and_then(|device| self.of(&device, family)) {
            evidence.message(kept, received_at);
            for reason in translation.refusals {
                evidence.refused(reason.text);
            }
        }
    }

    fn of(&mut self, device: &DeviceId, family: &'static str) -> Option<&mut Evidence> {
        let is_graded = self.only.as_ref().is_none_or(|only| only == device);
        let room = self.devices.contains_key(device) || self.devices.len() < MAX_DEVICES;
        if !is_graded || !room {
            return None;
        }
        Some(self.devices.entry(device.clone()).or_insert_with(|| Evidence::new(family)))
    }

    /// The grades of all devices from which messages came, by name.
    pub fn grades(&self) -> Vec<Grade> {
        let grade = |(device, evidence): (&DeviceId, &Evidence)| {
            let findings = aspects::findings(evidence);
            let mark = findings.iter().map(|finding| finding.mark).max().unwrap_or(Mark::Untried);
            // What could not be tried is no fault.
            let mark = if mark == Mark::Untried { Mark::Good } else { mark };
            let (device, family) = (device.clone(), evidence.family);
            Grade { device, family, mark, readings: evidence.readings(), findings }
        };
        self.devices.iter().map(grade).collect()
    }
}

/// The grades as people read them.
pub fn text(grades: &[Grade]) -> String {
    let mut text = String::new();
    for grade in grades {
        let Grade { device, family, mark, readings, findings } = grade;
        // Writing to a text does not fail.
        let _ = writeln!(text, "{device} ({family}): {}, {readings} readings", word(*mark));
        for finding in findings {
            let Finding { aspect, mark, seen, remedy } = finding;
            let _ = writeln!(text, "  {:<9} {aspect:<11} {seen}", word(*mark));
            if !remedy.is_empty() {
                let _ = writeln!(text, "            mend: {remedy}");
            }
        }
    }
    text
}

const fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "good",
        Mark::Untried => "untried",
        Mark::Weak => "weak",
        Mark::Bad => "bad",
    }
}

#[cfg(test)]
mod tests;
