//! The table `[air]` of the site file: from which CO2 on air is what.

use super::section::{Key, Section};
use crate::site::model::{InstrumentLimits, Thresholds};

/// `[air]`, in ppm but for `frozen`.
pub(super) const AIR: &[Key] = &[
    Key::optional("reference_ppm", "800"),
    Key::optional("action_ppm", "1500"),
    Key::optional("icone_ppm", "1000"),
    Key::optional("icone_high_ppm", "1700"),
    Key::optional("category_ppm", "[550, 800, 1350]"),
    Key::optional("differs_ppm", "60"),
    Key::optional("night_least_ppm", "380"),
    Key::optional("night_above_ppm", "150"),
    Key::optional("frozen", "\"6h\""),
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
        instrument: InstrumentLimits {
            differs_ppm: set("differs_ppm", default.instrument.differs_ppm),
            night_least_ppm: set("night_least_ppm", default.instrument.night_least_ppm),
            night_above_ppm: set("night_above_ppm", default.instrument.night_above_ppm),
            frozen: section.duration("frozen").unwrap_or(default.instrument.frozen),
        },
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
