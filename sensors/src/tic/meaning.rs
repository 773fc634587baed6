//! Measurements of a frame. The labels, their quantities and units are the domain's, which also knows them from the
//! bridges that people buy; what only the line itself shows is judged here.

use std::collections::BTreeMap;

use domain::families::meter_reports;
use domain::ids::{Channel, DeviceId};
use domain::message::Report;
use domain::quantity::{Kind, Quantity};
use domain::{Instant, Value};

use super::plausibility::Indexes;
use super::{Frame, Group, stamp};
use crate::uptime::Uptime;

/// One value of a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameValue {
    /// The quantity.
    pub quantity: Quantity,
    /// The label, as the meter writes it.
    pub channel: Channel,
    /// The value, in the unit of the quantity.
    pub value: Value,
    /// When, where the meter dates the value itself: the mean power of a past interval.
    pub at: Option<Instant>,
}

/// Reader of the frames of one meter: lets through what is new and plausible.
#[derive(Debug)]
pub struct Meter {
    device: DeviceId,
    indexes: Indexes,
    /// The newest time that was published of each label that has one.
    dated: BTreeMap<String, Instant>,
    /// Values that were left out because they cannot be, by reason.
    refused: BTreeMap<String, u64>,
}

impl Meter {
    /// A meter of which no frame came yet.
    pub fn new(device: DeviceId) -> Self {
        let (indexes, dated, refused) = Default::default();
        Self { device, indexes, dated, refused }
    }

    /// Number of values left out because they cannot be, by reason.
    pub const fn refused(&self) -> &BTreeMap<String, u64> {
        &self.refused
    }

    /// The measurements of a frame received at `received_at`.
    pub fn read(&mut self, frame: &Frame, received_at: Uptime) -> Vec<FrameValue> {
        // A number is digits and nothing else: a flipped bit 6 makes a letter of one, which no checksum sees.
        let numbers = frame.groups.iter().filter(|group| group.number().is_some());
        let pairs = numbers.map(|group| (group.label.as_str(), group.value.as_str()));
        let translation = meter_reports(self.device.clone(), pairs);
        for reason in translation.refusals {
            self.refuse(reason.text);
        }
        let mut measured = Vec::new();
        for Report { source, value, .. } in translation.reports {
            let Some(channel) = source.channel else { continue };
            let Some(group) = frame.group(channel.as_str()) else { continue };
            let one = FrameValue { quantity: source.quantity, channel, value, at: None };
            measured.extend(self.admit(one, group, received_at));
        }
        measured
    }

    /// The value with the meter's own time of it, if it is new and can be.
    fn admit(&mut self, one: FrameValue, group: &Group, received_at: Uptime) -> Option<FrameValue> {
        if one.quantity.kind() == Kind::Register {
            let believed = self.indexes.believe(&group.label, group.number()?, received_at);
            return believed.then_some(one);
        }
        let Some(written) = group.stamp.as_deref() else { return Some(one) };
        // The mean of an interval that is over: once, and at its end.
        let Some(at) = stamp(written) else {
            self.refuse(format!("{} is dated by a clock that is not right", group.label));
            return None;
        };
        let is_new = self.dated.get(&group.label).is_none_or(|last| *last < at);
        is_new.then(|| {
            self.dated.insert(group.label.clone(), at);
            FrameValue { at: Some(at), ..one }
        })
    }

    fn refuse(&mut self, text: String) {
        // Texts quote values, so there could be many of them.
        if self.refused.len() < 100 || self.refused.contains_key(&text) {
            *self.refused.entry(text).or_default() += 1;
        }
    }
}
