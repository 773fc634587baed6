//! Whether the power and the register of a device are in the units that they must have: one must grow as the other says.

use domain::{Instant, Quantity, Source};

use super::evidence::{Evidence, OneReading};
use super::{Finding, Mark};

/// Factors by which a register is too large in other units, and those units.
const WRONG: &[(f64, &str)] = &[
    (0.001, "the register is in kWh, or the power in mW"),
    (1.0 / 60.0, "the power is not in W"),
    (60.0, "the register is in W·min"),
    (1000.0, "the register is in mWh, or the power in kW"),
    (3600.0, "the register is in W·s"),
];

/// A factor is taken for another one within so many times of it: loads change between two readings.
const WITHIN: f64 = 1.5;

/// The register must have been seen to grow in so many steps, so that their size does not matter.
const STEPS: usize = 3;

/// So much of the time must be covered by readings of the power.
const COVERED: f64 = 0.8;

/// Compares each register with the power of the same channel, or with the only power that there is.
pub(super) fn units(evidence: &Evidence) -> Finding {
    let finding = |mark, seen: String, remedy| Finding { aspect: "units", mark, seen, remedy };
    let mut compared = 0_usize;
    for (source, source_evidence) in &evidence.sources {
        if source.quantity != Quantity::EnergyImported {
            continue;
        }
        let power = power_of(source, evidence);
        let Some(ratio) = power.and_then(|power| ratio(&source_evidence.readings, power)) else {
            continue;
        };
        compared += 1;
        let near = |factor: f64| (factor / WITHIN..factor * WITHIN).contains(&ratio);
        if let Some((_, what)) = WRONG.iter().find(|(factor, _)| near(*factor)) {
            let seen = format!("{source} grows {ratio:.4} times as fast as the power says: {what}");
            return finding(Mark::Bad, seen, "send power in W and registers in Wh");
        }
        if !near(1.0) {
            let seen = format!("{source} grows {ratio:.2} times as fast as the power says");
            return finding(Mark::Weak, seen, "check which clamp or output belongs to which");
        }
    }
    match compared {
        0 => finding(
            Mark::Untried,
            "no register and power to compare; the topic fixes the unit".to_owned(),
            "",
        ),
        _ => finding(Mark::Good, format!("{compared} registers grow as their power says"), ""),
    }
}

/// The readings of the power that belongs to a register.
fn power_of<'e>(register: &Source, evidence: &'e Evidence) -> Option<&'e [OneReading]> {
    let mut powers = evidence.sources.iter().filter(|(it, _)| it.quantity == Quantity::ActivePower);
    let same = powers.clone().find(|(it, _)| it.channel == register.channel);
    let (_, source_evidence) = match (same, powers.next(), powers.next()) {
        (Some(same), ..) => same,
        (None, Some(only), None) => only,
        _ => return None,
    };
    Some(&source_evidence.readings)
}

/// Ratio of the register's growth to the energy of the power; none when too little was seen.
fn ratio(register: &[OneReading], power: &[OneReading]) -> Option<f64> {
    let (register, power) = (in_order(register), in_order(power));
    let steps = register.windows(2).filter(|two| two[1].1 > two[0].1).count();
    if steps < STEPS || register.windows(2).any(|two| two[1].1 < two[0].1) {
        return None;
    }
    let ((start, first), (end, last)) = (*register.first()?, *register.last()?);
    let (mut told_wh, mut covered_h) = (0.0, 0.0);
    let ends = power.iter().skip(1).map(|(at, _)| *at).chain([end]);
    for ((from, watts), until) in power.iter().zip(ends) {
        let hours = until.min(end).since((*from).max(start)).as_secs_f64() / 3600.0;
        if hours > 0.0 {
            told_wh += watts * hours;
            covered_h += hours;
        }
    }
    let length_h = end.since(start).as_secs_f64() / 3600.0;
    (told_wh > 0.0 && covered_h >= COVERED * length_h).then(|| (last - first) / told_wh)
}

fn in_order(readings: &[OneReading]) -> Vec<(Instant, f64)> {
    let dated = |one: &OneReading| (one.observed_at.unwrap_or(one.received_at), one.value.as_f64());
    let mut all: Vec<_> = readings.iter().map(dated).collect();
    all.sort_by_key(|(at, _)| *at);
    all
}
