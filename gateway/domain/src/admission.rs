//! Which reports become readings, and why the others do not.
//!
//! ```text
//! message ──size──▶ family ──▶ reports ──time──▶ source known, or room for one more ──▶ readings
//!              └──────────────────┴────────┴──────────────────┴──▶ refused, with a reason
//! ```
//!
//! A reading dated in the past is taken whatever its age. The same messages in the same order give the same
//! readings each time, so messages that are delivered again do no harm.

use std::collections::HashMap;

use jiff::SignedDuration;

use crate::families::Families;
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::{DeviceStatus, Message, Reason, ReasonLabel, Report};
use crate::reading::{DatedBy, Observation, Reading, Source, Value};
use crate::site::{Rules, Site};

/// The largest payload that is read, in bytes.
pub const MAX_PAYLOAD: usize = 256 * 1024;

/// A larger step of a running number is no loss but a new way of counting.
const MAX_HOLE: u64 = 1_000_000;

/// Undated reports that arrive faster than one a millisecond are dated so far ahead at most.
const CROWD: SignedDuration = SignedDuration::from_secs(1);

/// Result of the admission of one message.
#[derive(Debug, Default, PartialEq)]
pub struct Admitted {
    /// Readings to store.
    pub readings: Vec<Reading>,
    /// Statuses of devices.
    pub statuses: Vec<DeviceStatus>,
    /// Whether later messages can only be understood with this one, so that it must be kept over a restart.
    pub learned: bool,
    /// Why the message, or parts of it, are refused.
    pub refused: Vec<Reason>,
    /// Which family the message is of; `None` when it is nobody's, and then the rest is empty.
    pub family: Option<&'static str>,
    /// Whose readings are refused since they are dated too far ahead, and by how many seconds.
    pub ahead: Vec<(DeviceId, f64)>,
    /// How many readings the running numbers leave out since the message before: lost on the way, or refused.
    pub lost: u64,
}

/// Decides on messages in the order in which they arrive.
#[derive(Debug)]
pub struct Admission {
    families: Families,
    rules: Rules,
    /// Every source with a reading so far, with its running number.
    sources: HashMap<Source, Option<Progress>>,
    source_limit: usize,
    /// The newest report without a time of each source that sends such: when it was dated, and its value.
    undated: HashMap<Source, (Instant, Value)>,
    /// Every device that may report a status, with its last boot number.
    devices: HashMap<DeviceId, Option<u64>>,
    device_limit: usize,
}

/// Running number of a source, with the date of that reading.
#[derive(Clone, Copy, Debug)]
struct Progress {
    seq: u64,
    observed_at: Instant,
}

impl Admission {
    /// Admission for `site`, whose store already holds the sources `known`.
    pub fn new(site: &Site, known: impl IntoIterator<Item = Source>) -> Self {
        let mut sources: HashMap<_, _> =
            site.sources().map(|source| (source.clone(), None)).collect();
        let mut devices: HashMap<_, _> =
            sources.keys().map(|source| (source.device.clone(), None)).collect();
        let rules = site.rules.clone();
        let source_limit = rules.source_limit(sources.len());
        let device_limit = rules.source_limit(devices.len());
        for source in known {
            devices.insert(source.device.clone(), None);
            sources.insert(source, None);
        }
        let families = Families::new(&site.id, &site.families);
        let undated = HashMap::new();
        Self { families, rules, sources, source_limit, undated, devices, device_limit }
    }

    /// Topics that messages have named, to subscribe to where the broker refuses `#`.
    pub fn learned(&self) -> Vec<String> {
        self.families.learned()
    }

    /// Learns again from a message of an earlier run.
    pub fn recall(&mut self, topic: &str, payload: &[u8]) {
        let message = Message { topic, payload, retained: true, received_at: Instant::MIN };
        // Its readings were admitted then.
        drop(self.families.recognise(&message));
    }

    /// Decides what becomes of `message`.
    pub fn admit(&mut self, message: &Message<'_>) -> Admitted {
        if message.payload.len() > MAX_PAYLOAD {
            return self.refuse_too_large(message.topic, message.payload.len());
        }
        let Some((family, translation)) = self.families.recognise(message) else {
            return Admitted::default();
        };
        let mut admitted = Admitted {
            readings: Vec::with_capacity(translation.reports.len()),
            refused: translation.refusals,
            learned: translation.learned,
            family: Some(family),
            ..Admitted::default()
        };
        for status in translation.statuses {
            match self.admit_status(status) {
                Ok(status) => admitted.statuses.push(status),
                Err(reason) => admitted.refused.push(reason),
            }
        }
        for report in translation.reports {
            admitted.ahead.extend(self.too_far_ahead(&report, message));
            match self.admit_report(report, message) {
                Ok((reading, lost)) => {
                    admitted.readings.push(reading);
                    admitted.lost = admitted.lost.saturating_add(lost);
                }
                Err(reason) => admitted.refused.push(reason),
            }
        }
        admitted
    }

    /// Decides on a message on `topic` whose payload of `size` bytes is too large to be read.
    pub fn refuse_too_large(&self, topic: &str, size: usize) -> Admitted {
        let Some(family) = self.families.family_on(topic) else {
            return Admitted::default();
        };
        let text = format!("a payload of {size} bytes; at most {MAX_PAYLOAD} are read");
        let reason = Reason::new(ReasonLabel::TooLarge, text);
        Admitted { family: Some(family), refused: vec![reason], ..Admitted::default() }
    }

    fn admit_report(
        &mut self,
        report: Report,
        message: &Message<'_>,
    ) -> Result<(Reading, u64), Reason> {
        let (mut observed_at, dated_by) = self.date(&report, message)?;
        let lost = self.count(&report.source, report.seq, observed_at)?;
        if dated_by == DatedBy::Gateway {
            observed_at = self.apart(&report.source, observed_at, report.value);
        }
        let received_at = message.received_at;
        let observation = Observation { observed_at, received_at, dated_by, value: report.value };
        Ok((Reading { source: report.source, observation }, lost))
    }

    /// Whose report it is that is dated too far ahead, and by how many seconds.
    fn too_far_ahead(&self, report: &Report, message: &Message<'_>) -> Option<(DeviceId, f64)> {
        let observed_at = report.observed_at?;
        let is_ahead = self.rules.is_too_far_ahead(observed_at, message.received_at);
        let ahead_s = || observed_at.since(message.received_at).as_secs_f64();
        is_ahead.then(|| (report.source.device.clone(), ahead_s()))
    }

    /// When the report was observed, and who says so.
    fn date(&self, report: &Report, message: &Message<'_>) -> Result<(Instant, DatedBy), Reason> {
        let Some(observed_at) = report.observed_at else {
            if message.retained {
                let text = format!(
                    "{} was kept by the broker and does not say when it was observed",
                    report.source
                );
                return Err(Reason::new(ReasonLabel::UndatedRetained, text));
            }
            return Ok((message.received_at, DatedBy::Gateway));
        };
        if self.rules.is_too_far_ahead(observed_at, message.received_at) {
            let text = format!(
                "{} is dated {observed_at}, {} s ahead of the clock; check the clocks of device and gateway",
                report.source,
                observed_at.since(message.received_at).as_secs()
            );
            return Err(Reason::new(ReasonLabel::Future, text));
        }
        Ok((observed_at, DatedBy::Device))
    }

    /// Keeps undated reports apart that arrive within one millisecond with different values; else the second would
    /// be taken for a repeat of the first.
    fn apart(&mut self, source: &Source, arrived: Instant, value: Value) -> Instant {
        let Some((last, last_value)) = self.undated.get_mut(source) else {
            self.undated.insert(source.clone(), (arrived, value));
            return arrived;
        };
        let crowded = *last - CROWD < arrived && arrived <= *last;
        let at = match (crowded, *last_value == value) {
            (true, true) => *last,
            (true, false) => *last + SignedDuration::from_millis(1),
            (false, _) => arrived,
        };
        (*last, *last_value) = (at, value);
        at
    }

    /// Makes room for the source and follows its running number; gives how many readings were left out.
    fn count(
        &mut self,
        source: &Source,
        seq: Option<u64>,
        observed_at: Instant,
    ) -> Result<u64, Reason> {
        let Some(progress) = self.sources.get_mut(source) else {
            if self.sources.len() >= self.source_limit {
                return Err(no_room(source));
            }
            let progress = seq.map(|seq| Progress { seq, observed_at });
            self.sources.insert(source.clone(), progress);
            return Ok(0);
        };
        Ok(seq.map_or(0, |seq| advance(progress, Progress { seq, observed_at })))
    }

    /// Makes room for the device. One that has started again may count from the beginning.
    fn admit_status(&mut self, status: DeviceStatus) -> Result<DeviceStatus, Reason> {
        let Some(known) = self.devices.get_mut(&status.device) else {
            if self.devices.len() >= self.device_limit {
                return Err(no_room(&status.device));
            }
            self.devices.insert(status.device.clone(), status.boot);
            return Ok(status);
        };
        // The first boot number is no sign of a new start.
        let started = known.is_some() && status.boot.is_some() && *known != status.boot;
        *known = status.boot.or(*known);
        if started {
            let of_device = |source: &Source| source.device == status.device;
            for (_, progress) in self.sources.iter_mut().filter(|(source, _)| of_device(source)) {
                *progress = None;
            }
        }
        Ok(status)
    }
}

fn no_room(who: &impl std::fmt::Display) -> Reason {
    let text = format!(
        "{who} is unknown and there is no room for more; name it in the site file or raise \
         max_unknown_sources in [rules]"
    );
    Reason::new(ReasonLabel::TooManySources, text)
}

/// Goes on to `next` and gives how many numbers lie between.
fn advance(progress: &mut Option<Progress>, next: Progress) -> u64 {
    let Some(last) = *progress else {
        *progress = Some(next);
        return 0;
    };
    if next.seq > last.seq {
        *progress = Some(next);
        let hole = next.seq - last.seq - 1;
        return if hole > MAX_HOLE { 0 } else { hole };
    }
    // A lower number with a newer date is a device that counts anew; with an older one it is a repeat.
    if next.observed_at > last.observed_at {
        *progress = Some(next);
    }
    0
}

#[cfg(test)]
mod tests;
