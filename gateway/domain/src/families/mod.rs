//! Device families: one file each, from topic and payload to reports.

/// The names of all families, as the site file and the counters know them.
pub fn names() -> impl Iterator<Item = &'static str> {
    ["native", "zigbee2mqtt", "shelly_gen2"].into_iter()
}
