//! The components of a device: which of them measure, and what.

use serde_json::Value as Json;

use super::super::report_builder::{Object, ReportBuilder, number};
use crate::quantity::Quantity;

/// From this id on, a component is a probe on an add-on.
const FIRST_PROBE: u32 = 100;

/// Components that switch or meter a load.
const LOADS: &[&str] = &["switch", "pm1", "cover", "light", "rgb", "rgbw", "cct", "rgbcct"];

/// One part of a device: `switch:0`.
pub(super) struct Component<'a> {
    /// The whole name, which is the channel.
    name: &'a str,
    kind: &'a str,
    id: u32,
}

impl<'a> Component<'a> {
    /// The component of this name, if it is one that measures.
    pub(super) fn new(name: &'a str) -> Option<Self> {
        if name == "wifi" {
            return Some(Self { name, kind: name, id: 0 });
        }
        let (kind, id) = name.split_once(':')?;
        let is_measured = LOADS.contains(&kind)
            || matches!(
                kind,
                "em" | "emdata"
                    | "em1"
                    | "em1data"
                    | "voltmeter"
                    | "temperature"
                    | "humidity"
                    | "illuminance"
                    | "devicepower"
                    | "presencezone"
                    | "bthomedevice"
                    | "blutrv"
            );
        is_measured.then_some(Self { name, kind, id: id.parse().ok()? })
    }

    /// Whether only devices that stand in a room have it; those on an add-on are probes.
    pub(super) fn is_of_a_room(&self) -> bool {
        self.kind == "humidity" && self.id < FIRST_PROBE
    }

    /// Reads what the component measures; `in_room` is whether its device measures the air around it.
    pub(super) fn read(&self, status: &Object, in_room: bool, builder: &mut ReportBuilder) {
        let mut number = |key: &str, quantity| {
            builder.number(status, key, 1.0, quantity, Some(self.name));
        };
        match self.kind {
            "wifi" => radio(status, self.name, builder),
            "bthomedevice" => {
                number("battery", Quantity::Battery);
                radio(status, self.name, builder);
            }
            "blutrv" => {
                number("current_C", Quantity::Temperature);
                number("battery", Quantity::Battery);
                radio(status, self.name, builder);
            }
            "voltmeter" => number("voltage", Quantity::Voltage),
            "humidity" => number("rh", Quantity::RelativeHumidity),
            "temperature" if in_room || self.id >= FIRST_PROBE => {
                number("tC", Quantity::Temperature);
            }
            "illuminance" => number("lux", Quantity::Illuminance),
            "em1" => {
                number("act_power", Quantity::ActivePower);
                number("aprt_power", Quantity::ApparentPower);
                number("voltage", Quantity::Voltage);
                number("current", Quantity::Current);
            }
            "em1data" => {
                number("total_act_energy", Quantity::EnergyImported);
                number("total_act_ret_energy", Quantity::EnergyExported);
            }
            "em" => self.phases(status, builder),
            "emdata" => self.phase_registers(status, builder),
            "devicepower" => self.battery(status, builder),
            "presencezone" => {
                if let Some(detected) = status.get("value").and_then(Json::as_bool) {
                    builder.state(detected, Quantity::OccupancyDetected, Some(self.name));
                }
            }
            _ if LOADS.contains(&self.kind) => self.load(status, builder),
            _ => {}
        }
    }

    fn load(&self, status: &Object, builder: &mut ReportBuilder) {
        let channel = Some(self.name);
        builder.number(status, "apower", 1.0, Quantity::ActivePower, channel);
        builder.number(status, "aprtpower", 1.0, Quantity::ApparentPower, channel);
        builder.number(status, "voltage", 1.0, Quantity::Voltage, channel);
        builder.number(status, "current", 1.0, Quantity::Current, channel);
        for (key, quantity) in
            [("aenergy", Quantity::EnergyImported), ("ret_aenergy", Quantity::EnergyExported)]
        {
            if let Some(register) = status.get(key).and_then(Json::as_object) {
                builder.number(register, "total", 1.0, quantity, channel);
            }
        }
    }

    /// The phases and their total. `total_current` is left out: a sum over phases is no current of a line.
    fn phases(&self, status: &Object, builder: &mut ReportBuilder) {
        for phase in ["a", "b", "c", "n", "total"] {
            let channel = format!("{}/{phase}", self.name);
            let mut number = |key: &str, quantity| {
                builder.number(status, &format!("{phase}_{key}"), 1.0, quantity, Some(&channel));
            };
            number("act_power", Quantity::ActivePower);
            number("aprt_power", Quantity::ApparentPower);
            number("voltage", Quantity::Voltage);
            if phase != "total" {
                number("current", Quantity::Current);
            }
        }
    }

    fn phase_registers(&self, status: &Object, builder: &mut ReportBuilder) {
        let total = format!("{}/total", self.name);
        let channel = Some(total.as_str());
        builder.number(status, "total_act", 1.0, Quantity::EnergyImported, channel);
        builder.number(status, "total_act_ret", 1.0, Quantity::EnergyExported, channel);
        for phase in ["a", "b", "c"] {
            let channel = format!("{}/{phase}", self.name);
            for (key, quantity) in [
                ("total_act_energy", Quantity::EnergyImported),
                ("total_act_ret_energy", Quantity::EnergyExported),
            ] {
                builder.number(status, &format!("{phase}_{key}"), 1.0, quantity, Some(&channel));
            }
        }
    }

    /// The charge of the battery; on external power there may be none in it, and 0 % would be a false alarm.
    fn battery(&self, status: &Object, builder: &mut ReportBuilder) {
        let external = status.get("external").and_then(|external| external.get("present"));
        if external.and_then(Json::as_bool) == Some(true) {
            return;
        }
        if let Some(battery) = status.get("battery").and_then(Json::as_object) {
            builder.number(battery, "percent", 1.0, Quantity::Battery, Some(self.name));
        }
    }
}

/// The strength of a signal; 0 stands for no connection.
fn radio(status: &Object, channel: &str, builder: &mut ReportBuilder) {
    if status.get("rssi").and_then(number) != Some(0.0) {
        builder.number(status, "rssi", 1.0, Quantity::Rssi, Some(channel));
    }
}
