//! Ways to tell people that need less, each from the same readings.

use std::collections::BTreeMap;

use domain::Instant;

use crate::case::{Case, Estimate, QUARTER, quarters};

/// What they assume: what one person breathes out, an ordinary air change, outdoor air.
const BREATH_M3_H: f64 = 0.0187;
const AIR_CHANGE_PER_H: f64 = 1.0;
const OUTDOOR_PPM: f64 = 420.0;

type Way = fn(&Case) -> BTreeMap<Instant, Estimate>;

/// The names and the ways.
pub(crate) fn ways() -> [(&'static str, Way); 5] {
    [
        ("always vacant", |case| each(case, |_| Some(0.0))),
        ("movement only", movement),
        ("doors only, in minus out", Case::counted),
        ("steady-state CO2", steady),
        ("CO2 balance without fusion", balance),
    ]
}

fn movement(case: &Case) -> BTreeMap<Instant, Estimate> {
    let moved = quarters(case.series.of(&case.movement));
    each(case, |at| moved.get(&at).map(|moved| f64::from(u8::from(*moved > 0.0))))
}

fn steady(case: &Case) -> BTreeMap<Instant, Estimate> {
    let co2 = quarters(case.series.of(&case.co2));
    let breath_ppm_h = 1e6 * BREATH_M3_H / case.volume_m3;
    each(case, |at| {
        let excess = co2.get(&at)? - OUTDOOR_PPM;
        Some((AIR_CHANGE_PER_H * excess / breath_ppm_h).clamp(0.0, case.capacity))
    })
}

fn balance(case: &Case) -> BTreeMap<Instant, Estimate> {
    let co2 = quarters(case.series.of(&case.co2));
    let breath_ppm_h = 1e6 * BREATH_M3_H / case.volume_m3;
    each(case, |at| {
        let before = co2.get(&(at - QUARTER))? - OUTDOOR_PPM;
        let after = co2.get(&(at + QUARTER))? - OUTDOOR_PPM;
        let rest = (-AIR_CHANGE_PER_H * 0.5).exp();
        let people = AIR_CHANGE_PER_H * (after - before * rest) / (breath_ppm_h * (1.0 - rest));
        Some(people.clamp(0.0, case.capacity))
    })
}

fn each(case: &Case, way: impl Fn(Instant) -> Option<f64>) -> BTreeMap<Instant, Estimate> {
    let estimates = case.grid.iter().filter_map(|quarter| {
        let people = Some(way(quarter.start())?);
        Some((quarter.start(), Estimate { people, interval: None }))
    });
    estimates.collect()
}
