//! The table `[air]` of the site file: from which CO2 on air is what.

use super::section::{Key, Section};
use crate::air::Thresholds;

/// `[air]`, all in ppm.
pub(super) const AIR: &[Key] = &[
    Key::optional("reference_ppm", "800"),
    Key::optional("action_ppm", "1500"),
    Key::optional("icone_ppm", "1000"),
    Key::optional("icone_high_ppm", "1700"),
    Key::optional("category_ppm", "[550, 800, 1350]"),
];

/// The thresholds of this table, with the defaults for what it leaves out.
pub(super) fn read(section: &Section<'_>) -> Thresholds {
    let default = Thresholds::default();
    let set = |key, default| section.positive(key).unwrap_or(default);
    let category_ppm = match section.value("category_ppm") {
        None => default.category_ppm,
        Some(_) => section.rising("category_ppm").unwrap_or(default.category_ppm),
    };
    let air = Thresholds {
        reference_ppm: set("reference_ppm", default.reference_ppm),
        action_ppm: set("action_ppm", default.action_ppm),
        icone_ppm: set("icone_ppm", default.icone_ppm),
        icone_high_ppm: set("icone_high_ppm", default.icone_high_ppm),
        category_ppm,
    };
    for (low, high, [lower, higher]) in [
        (air.reference_ppm, air.action_ppm, ["reference_ppm", "action_ppm"]),
        (air.icone_ppm, air.icone_high_ppm, ["icone_ppm", "icone_high_ppm"]),
    ] {
        if low >= high {
            let key = if section.value(lower).is_some() { lower } else { higher };
            section.fault(
                key,
                format!("`{lower}` must lie below `{higher}`; it is {low}, and {high}"),
            );
        }
    }
    air
}
