//! Gaps that a register bridges: what was drawn in all is known, when it was drawn is not.

use super::assigned;
use crate::instant::Period;
use crate::reading::{SeriesSet, Source};
use crate::register::{Bounds, Mark, Outcome, Register};
use crate::site::{Meter, Rules};

/// A silence whose total is known from the next reading of the register.
///
/// Its energy counts, shared evenly over the silence, and the figures of that time say so
/// ([`super::EnergyFigure::repaired`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Repair {
    /// Source of the register.
    pub source: Source,
    /// From the last reading before the silence to the first after it.
    pub period: Period,
    /// The difference of the register, in Wh.
    pub wh: f64,
}

/// The silences of a meter that its registers bridge, register by register in the order of time.
pub fn repairs(meter: &Meter, series: &SeriesSet, rules: &Rules) -> Vec<Repair> {
    let gap = rules.longest_gap();
    let mut found = Vec::new();
    for assignment in &meter.energy {
        let source = &assignment.source;
        let mut register = Register::new(Bounds::energy(meter.max_power_w));
        for one in assigned(series.of(source), assignment.period) {
            let mark = Mark { at: one.observed_at, total: one.value.as_f64() };
            register.observe(mark, &mut |step| {
                let Outcome::Rise(rise) = step else { return };
                let period = Period::new(rise.from, rise.to).filter(|span| span.length() > gap);
                let repair = |period| Repair { source: source.clone(), period, wh: rise.amount };
                found.extend(period.map(repair));
            });
        }
    }
    found
}
