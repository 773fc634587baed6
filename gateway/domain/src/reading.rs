//! Reading: what a source measured at an instant, and when it was received.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{Channel, DeviceId};
use crate::instant::Instant;
use crate::quantity::Quantity;
pub use crate::value::Value;

/// Source of readings: one instrument of one device. It names a series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Source {
    /// The node.
    pub device: DeviceId,
    /// Quantity that it measures.
    pub quantity: Quantity,
    /// Channel among several like instruments; `None` where there is only one.
    pub channel: Option<Channel>,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.device, self.quantity)?;
        self.channel.as_ref().map_or(Ok(()), |channel| write!(f, " {channel}"))
    }
}

/// Whose clock dated a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatedBy {
    /// The clock of the device.
    Device,
    /// The clock of the gateway: the device published no time, so that of arrival was taken.
    Gateway,
}

/// One entry of a series: a reading without its source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// Instant of observation, by the clock of `dated_by`. Together with the source it is the reading's identity.
    pub observed_at: Instant,
    /// Instant at which the gateway received it. Stores keep it to the second.
    pub received_at: Instant,
    /// Whose clock `observed_at` is.
    pub dated_by: DatedBy,
    /// Measured value.
    pub value: Value,
}

/// A measurement of a source at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Source that measured it.
    pub source: Source,
    /// Instants and value of the observation.
    pub observation: Observation,
}

/// Series by source, as they were loaded to answer one question. Each is in the order of `observed_at`.
#[derive(Clone, Debug, Default)]
pub struct SeriesSet(HashMap<Source, Vec<Observation>>);

impl SeriesSet {
    /// Adds the series of `source`, or replaces it.
    pub fn insert(&mut self, source: Source, observations: Vec<Observation>) {
        self.0.insert(source, observations);
    }

    /// The series of `source`; empty when it was not loaded or has no readings.
    pub fn of(&self, source: &Source) -> &[Observation] {
        self.0.get(source).map_or(&[], Vec::as_slice)
    }
}
