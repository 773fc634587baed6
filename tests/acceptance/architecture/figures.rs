//! Figures are worked out in one package: the dashboard shows them, and asks neither the store nor the rules.

use super::source::{package, paths_in};

/// Modules of the domain that work figures out. Their types may be named, their functions not.
const RULES: &[&str] =
    &["energy", "occupancy", "air", "indicators", "history", "rollup", "register"];
/// What the dashboard may ask the store for: sources, messages in quarantine, the logs.
const ASKS_FOR_SERIES: &[&str] = &[".range(", ".rollups("];
/// Here raw readings are shown as they are, not as a figure.
const RAW_READINGS: &[&str] =
    &["dashboard/src/api/readings.rs", "dashboard/src/pages/commissioning/"];
/// Functions that say how the site is put together, or compare a figure that is given: no figure comes of them.
const NO_FIGURES: &[&str] = &["parts_of", "zone_meters", "measured", "is_nearly_full"];

#[test]
fn the_dashboard_works_no_figure_out() {
    let mut faults = Vec::new();
    for file in package("dashboard").values() {
        let imported = file.imports.iter().map(|import| import.segments.clone());
        for path in imported.chain(paths_in(&file.code)) {
            if is_rule(&path) {
                faults.push(format!("{} names {}", file.place, path.join("::")));
            }
        }
        let asks = ASKS_FOR_SERIES.iter().any(|call| file.code.contains(call));
        if asks && !RAW_READINGS.iter().any(|place| file.place.starts_with(place)) {
            faults.push(format!("{} loads series", file.place));
        }
    }
    assert!(faults.is_empty(), "figures belong to their package:\n{}", faults.join("\n"));
}

/// Whether a path ends in a function of a module that works figures out.
fn is_rule(path: &[String]) -> bool {
    let (Some(package), Some(module), Some(last)) = (path.first(), path.get(1), path.last()) else {
        return false;
    };
    let is_function = last.starts_with(char::is_lowercase) && path.len() > 2;
    package == "domain"
        && !NO_FIGURES.contains(&last.as_str())
        && RULES.contains(&module.as_str())
        && is_function
}
