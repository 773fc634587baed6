//! Alert rules as data: the values at which an alert is raised and cleared, and how long they must last.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;

use super::alert::Severity;
use crate::ids::{DeviceId, MeterId, ZoneId};

/// Identifier of a rule, by its name in the site file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleId {
    /// CO2 of an occupied zone, in ppm.
    AirAttention,
    /// CO2 of a zone, in ppm.
    AirUrgent,
    /// People by capacity of a zone or the building.
    CrowdAttention,
    /// The same; also when only the upper end of the interval reaches it.
    CrowdUrgent,
    /// Somebody is in the closed building: 1 or 0.
    AfterHours,
    /// A machine works in the closed building: 1 or 0.
    MachineLeftOn,
    /// Time that a machine has worked without a pause, in hours.
    MachineLong,
    /// Temperature of a zone where nobody is, in the heating season, in °C.
    HeatingEmpty,
    /// Temperature of a zone in a building that has long been closed, in the heating season, in °C.
    HeatingClosed,
    /// Temperature of a zone, in °C.
    Overheating,
    /// Temperature of a zone, in °C.
    Cold,
    /// Temperature of a zone, in °C.
    Frost,
    /// Relative humidity of a zone, in percent.
    Damp,
    /// Relative humidity of a zone, in percent.
    Dry,
    /// Whether a CO2 instrument shows what no air has: 1 or 0.
    Co2Suspect,
    /// Error of the clock of a device, in seconds.
    DeviceClock,
    /// Nobody sets the clock of the gateway: 1 or 0.
    GatewayClock,
    /// Charge of a device's battery, in percent.
    Battery,
    /// Share of yesterday for which a meter's energy is known.
    Coverage,
    /// The power of a meter at night by what it usually is.
    Baseload,
    /// Apparent power of ten minutes by the subscribed power.
    DemandAttention,
    /// The same.
    DemandUrgent,
}

/// Thresholds of an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Value at which it is raised. When it lies below `clear`, the value is watched downwards.
    pub raise: f64,
    /// Value beyond which it is cleared.
    pub clear: f64,
    /// Time that the value must last.
    pub dwell: SignedDuration,
    /// How much it matters.
    pub severity: Severity,
}

/// Subject of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The whole site.
    Building,
    /// A zone.
    Zone(ZoneId),
    /// A meter.
    Meter(MeterId),
    /// A device.
    Device(DeviceId),
}

/// Kind of subject of a rule, so that the site file can set one zone or meter apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A zone, or the building.
    Zone,
    /// A meter.
    Meter,
    /// A device.
    Device,
}

impl RuleId {
    /// All rules.
    pub const ALL: [Self; 22] = [
        Self::AirAttention,
        Self::AirUrgent,
        Self::CrowdAttention,
        Self::CrowdUrgent,
        Self::AfterHours,
        Self::MachineLeftOn,
        Self::MachineLong,
        Self::HeatingEmpty,
        Self::HeatingClosed,
        Self::Overheating,
        Self::Cold,
        Self::Frost,
        Self::Damp,
        Self::Dry,
        Self::Co2Suspect,
        Self::DeviceClock,
        Self::GatewayClock,
        Self::Battery,
        Self::Coverage,
        Self::Baseload,
        Self::DemandAttention,
        Self::DemandUrgent,
    ];

    /// The name in the site file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AirAttention => "air_attention",
            Self::AirUrgent => "air_urgent",
            Self::CrowdAttention => "crowd_attention",
            Self::CrowdUrgent => "crowd_urgent",
            Self::AfterHours => "after_hours",
            Self::MachineLeftOn => "machine_left_on",
            Self::MachineLong => "machine_long",
            Self::HeatingEmpty => "heating_empty",
            Self::HeatingClosed => "heating_closed",
            Self::Overheating => "overheating",
            Self::Cold => "cold",
            Self::Frost => "frost",
            Self::Damp => "damp",
            Self::Dry => "dry",
            Self::Co2Suspect => "co2_suspect",
            Self::DeviceClock => "device_clock",
            Self::GatewayClock => "gateway_clock",
            Self::Battery => "battery",
            Self::Coverage => "coverage",
            Self::Baseload => "baseload",
            Self::DemandAttention => "demand_attention",
            Self::DemandUrgent => "demand_urgent",
        }
    }

    /// Kind of its subjects.
    pub const fn about(self) -> About {
        match self {
            Self::MachineLeftOn
            | Self::MachineLong
            | Self::Coverage
            | Self::Baseload
            | Self::DemandAttention
            | Self::DemandUrgent => About::Meter,
            Self::Battery | Self::DeviceClock => About::Device,
            _ => About::Zone,
        }
    }

    /// The rule for a subject where the site file says nothing: what is true of a room takes longer to be true than of a
    /// building, since people pass through rooms.
    pub const fn default_for(self, subject: &Subject) -> Rule {
        let rule = self.default();
        match (self, subject) {
            (Self::CrowdAttention | Self::CrowdUrgent, Subject::Zone(_)) => {
                Rule { dwell: minutes(2), ..rule }
            }
            _ => rule,
        }
    }

    /// The rule where the site file says nothing, for the building where it is about places.
    ///
    /// 1500 ppm is the level for rapid action of the French public-health council (HCSP, 21 January 2022); 19 °C the
    /// heating limit of the Code de l'énergie (R241-26, to be confirmed), 16 °C that of rooms which nobody uses for more
    /// than a day (R241-27, to be confirmed). The others are choices for a public
    /// building: warn before a capacity is reached, leave time to react, and do not repeat what trembles.
    pub const fn default(self) -> Rule {
        use Severity::{Attention, Info, Urgent};
        match self {
            Self::AirAttention => rule(1000.0, 800.0, minutes(10), Attention),
            Self::AirUrgent => rule(1500.0, 1200.0, minutes(10), Urgent),
            Self::CrowdAttention => rule(0.90, 0.85, minutes(1), Attention),
            Self::CrowdUrgent => rule(1.00, 0.95, minutes(1), Urgent),
            Self::AfterHours => rule(1.0, 0.5, minutes(10), Attention),
            Self::MachineLeftOn => rule(1.0, 0.5, minutes(15), Attention),
            Self::MachineLong => rule(16.0, 15.9, minutes(0), Info),
            Self::HeatingEmpty => rule(19.0, 18.5, minutes(120), Info),
            Self::HeatingClosed => rule(16.0, 15.5, minutes(120), Info),
            Self::Overheating => rule(28.0, 27.0, minutes(30), Attention),
            Self::Cold => rule(8.0, 9.0, minutes(30), Attention),
            Self::Frost => rule(5.0, 6.0, minutes(30), Urgent),
            Self::Damp => rule(70.0, 65.0, minutes(24 * 60), Info),
            Self::Dry => rule(30.0, 35.0, minutes(24 * 60), Info),
            Self::Co2Suspect => rule(1.0, 0.5, minutes(0), Info),
            // Messages of radio networks are minutes late; a backlog is later still, but ends.
            Self::DeviceClock => rule(120.0, 60.0, minutes(30), Attention),
            Self::GatewayClock => rule(1.0, 0.5, minutes(30), Attention),
            Self::Battery => rule(15.0, 25.0, minutes(0), Attention),
            Self::Coverage => rule(0.90, 0.91, minutes(0), Info),
            // The second night in a row; a night may be an hour shorter than the one before.
            Self::Baseload => rule(1.30, 1.15, minutes(20 * 60), Info),
            // Ten minutes near it may be a machine that starts; ten minutes above it are billed.
            Self::DemandAttention => rule(0.90, 0.85, minutes(10), Attention),
            Self::DemandUrgent => rule(1.00, 0.95, minutes(0), Urgent),
        }
    }
}

impl Rule {
    /// Whether it is raised when the value is too low.
    pub fn is_downwards(&self) -> bool {
        self.raise < self.clear
    }
}

const fn rule(raise: f64, clear: f64, dwell: SignedDuration, severity: Severity) -> Rule {
    Rule { raise, clear, dwell, severity }
}

const fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no rule of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such rule")]
pub struct NoSuchRule;

impl FromStr for RuleId {
    type Err = NoSuchRule;

    fn from_str(text: &str) -> Result<Self, NoSuchRule> {
        Self::ALL.into_iter().find(|rule| rule.name() == text).ok_or(NoSuchRule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_over_only_when_the_value_has_come_back_a_little() {
        for id in RuleId::ALL {
            let rule = id.default();
            assert!((rule.raise - rule.clear).abs() > f64::EPSILON, "{id}");
        }
    }

    #[test]
    fn every_rule_is_found_by_its_name() {
        for id in RuleId::ALL {
            assert_eq!(id.name().parse(), Ok(id));
        }
        assert_eq!("co2".parse::<RuleId>(), Err(NoSuchRule));
    }
}
