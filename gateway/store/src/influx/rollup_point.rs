//! A rollup as a point: in which measurement it stands, and its figures by the names of their fields.
//!
//! ```text
//! energy_imported_1d,site=dreux,device=laser count=96.0,sum=…,increase=1240.5,… 1795388400000
//! ```
//!
//! A rollup is written again when late readings change it, so every field is written each time.

use domain::rollup::{Rollup, Step};
use domain::{Instant, Quantity};

/// The measurement of a quantity's rollups.
pub(super) fn measurement(quantity: Quantity, step: &Step) -> String {
    let suffix = match step {
        Step::Quarter => "15m",
        Step::Day(_) => "1d",
    };
    format!("{}_{suffix}", quantity.name())
}

/// The fields of a rollup of the bucket that begins at `start`.
pub(super) fn fields(start: Instant, rollup: &Rollup) -> [(&'static str, f64); 14] {
    let after = |at: Instant| (at.as_millis() - start.as_millis()) as f64;
    [
        ("count", rollup.count as f64),
        ("sum", rollup.sum),
        ("min", rollup.min),
        ("max", rollup.max),
        ("first", rollup.first.1),
        ("first_after_ms", after(rollup.first.0)),
        ("last", rollup.last.1),
        ("last_after_ms", after(rollup.last.0)),
        ("increase", rollup.increase),
        ("falls", rollup.falls as f64),
        ("steepest", rollup.steepest),
        ("covered_ms", rollup.covered_ms as f64),
        ("gaps", rollup.gaps as f64),
        ("held", rollup.held),
    ]
}

/// The rollup whose fields these are; nothing when one is missing.
pub(super) fn rollup(
    start: Instant,
    mut field: impl FnMut(&'static str) -> Option<f64>,
) -> Option<Rollup> {
    let at = |after: f64| Instant::from_millis(start.as_millis().saturating_add(whole(after)));
    Some(Rollup {
        count: whole(field("count")?).unsigned_abs(),
        sum: field("sum")?,
        min: field("min")?,
        max: field("max")?,
        first: (at(field("first_after_ms")?), field("first")?),
        last: (at(field("last_after_ms")?), field("last")?),
        increase: field("increase")?,
        falls: whole(field("falls")?).unsigned_abs(),
        steepest: field("steepest")?,
        covered_ms: whole(field("covered_ms")?),
        gaps: whole(field("gaps")?).unsigned_abs(),
        held: field("held")?,
    })
}

#[expect(clippy::cast_possible_truncation, reason = "was written as a whole number")]
fn whole(number: f64) -> i64 {
    number as i64
}

#[cfg(test)]
mod tests {
    use domain::rollup::Basis;
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_rollup_comes_back_from_its_fields() {
        let start = Instant::from_millis(1_795_388_400_000);
        let basis = Basis::new(Quantity::EnergyImported, SignedDuration::from_mins(15));
        let readings = [(0, 100.5), (600_000, 130.25), (7_200_250, 20.0), (7_300_000, 25.125)];
        let readings = readings.map(|(ms, wh)| (start + SignedDuration::from_millis(ms), wh));
        let rolled_up = Rollup::of_all(readings, &basis).unwrap();

        let fields = fields(start, &rolled_up);
        let found = |name| fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);

        assert_eq!(rollup(start, found), Some(rolled_up));
        assert_eq!(rollup(start, |name| found(name).filter(|_| name != "held")), None);
    }
}
