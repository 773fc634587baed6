//! The rules: each looks at one aspect of a device's messages.

use std::collections::HashSet;

use domain::Quantity;
use domain::message::DevicePresence;

use super::evidence::{Evidence, OneReading};
use super::units::units;
use super::{Finding, Mark};

/// A reading that is older than this when it comes belongs to a backlog.
const OLD_S: f64 = 60.0;
/// The gateway refuses readings that are dated so far ahead.
const AHEAD_S: f64 = 300.0;
/// Longest way over the network.
const ON_THE_WAY_S: f64 = 5.0;

/// Findings on all aspects.
pub(super) fn findings(evidence: &Evidence) -> Vec<Finding> {
    [clock, duplicates, sequence, retained, values, units, rhythm, backlog, birth, last_will]
        .map(|rule| rule(evidence))
        .to_vec()
}

fn finding(
    aspect: &'static str,
    mark: Mark,
    seen: impl Into<String>,
    remedy: &'static str,
) -> Finding {
    Finding { aspect, mark, seen: seen.into(), remedy }
}

fn good(aspect: &'static str, seen: impl Into<String>) -> Finding {
    finding(aspect, Mark::Good, seen, "")
}

fn untried(aspect: &'static str, seen: impl Into<String>) -> Finding {
    finding(aspect, Mark::Untried, seen, "")
}

fn clock(evidence: &Evidence) -> Finding {
    let aspect = "clock";
    let total = evidence.readings();
    let mut ages: Vec<f64> = evidence.all().filter_map(|one| one.age_s()).collect();
    if total == 0 {
        return untried(aspect, "no readings were heard");
    }
    if ages.is_empty() {
        let remedy = "send the time of observation, with an offset; without it outages cannot be filled later";
        return finding(aspect, Mark::Weak, "no reading says when it was observed", remedy);
    }
    ages.sort_by(f64::total_cmp);
    let (least, middle) = (ages[0], ages[ages.len() / 2]);
    if -least > AHEAD_S {
        let seen =
            format!("up to {:.0} s ahead; the gateway refuses more than {AHEAD_S:.0} s", -least);
        return finding(aspect, Mark::Bad, seen, "set its clock by NTP before it sends");
    }
    if -least > ON_THE_WAY_S {
        let seen = format!("up to {:.0} s ahead", -least);
        return finding(aspect, Mark::Weak, seen, "set its clock by NTP");
    }
    // A backlog is old, too, but its end is not.
    if least > OLD_S {
        let seen = format!("every reading was at least {least:.0} s old when it came");
        let remedy = "its clock is late, or it only sends old readings; set it by NTP and send live values first";
        return finding(aspect, Mark::Bad, seen, remedy);
    }
    if ages.len() < total {
        let seen = format!(
            "{} of {total} readings do not say when they were observed",
            total - ages.len()
        );
        return finding(aspect, Mark::Weak, seen, "send the time of observation with each reading");
    }
    good(aspect, format!("readings come {middle:.1} s after they were observed"))
}

fn duplicates(evidence: &Evidence) -> Finding {
    let aspect = "duplicates";
    let (mut same, mut other, mut dated) = (0_usize, 0_usize, 0_usize);
    for source_evidence in evidence.sources.values() {
        let mut seen = std::collections::HashMap::new();
        for one in &source_evidence.readings {
            let Some(observed_at) = one.observed_at else { continue };
            dated += 1;
            match seen.insert(observed_at, one.value) {
                Some(before) if before == one.value => same += 1,
                Some(_) => other += 1,
                None => {}
            }
        }
    }
    if dated == 0 {
        return untried(aspect, "no reading has a time to know it by");
    }
    if other > 0 {
        let seen = format!("{other} readings have the time of an earlier one and another value");
        let remedy = "give each reading a time of its own, to the millisecond: only the first of an instant is kept";
        return finding(aspect, Mark::Bad, seen, remedy);
    }
    if same * 10 > dated {
        let seen = format!("{same} of {dated} readings are repeats");
        return finding(
            aspect,
            Mark::Weak,
            seen,
            "repeat only what the broker has not acknowledged",
        );
    }
    good(aspect, format!("{same} repeats among {dated} readings"))
}

fn sequence(evidence: &Evidence) -> Finding {
    let aspect = "sequence";
    let (mut lost, mut back, mut counted) = (0_u64, 0_usize, 0_usize);
    for source_evidence in evidence.sources.values() {
        let numbers: Vec<(u64, &OneReading)> =
            source_evidence.readings.iter().filter_map(|one| Some((one.seq?, one))).collect();
        counted += numbers.len();
        let received: HashSet<u64> = numbers.iter().map(|(seq, _)| *seq).collect();
        let (low, high) = (received.iter().min(), received.iter().max());
        if let (Some(low), Some(high)) = (low, high) {
            lost = lost.saturating_add((high - low + 1).saturating_sub(received.len() as u64));
        }
        let falls = |two: &[(u64, &OneReading)]| {
            two[1].0 < two[0].0 && two[1].1.observed_at > two[0].1.observed_at
        };
        back += numbers.windows(2).filter(|two| falls(two)).count();
    }
    if counted == 0 {
        let seen = "no running numbers: what is lost on the way is not seen";
        return match evidence.family {
            "native" => {
                finding(aspect, Mark::Weak, seen, "number the readings of each source in `seq`")
            }
            _ => untried(aspect, "this family has no running numbers"),
        };
    }
    if back > 0 {
        let seen = format!("the numbers fell {back} times while time went on");
        let remedy = "count on over restarts, or tell a new `boot` number in the status";
        return finding(aspect, Mark::Weak, seen, remedy);
    }
    if lost > 0 {
        let seen = format!("{lost} numbers are missing");
        let remedy =
            "keep readings until the broker has acknowledged them (QoS 1) and send them again";
        return finding(aspect, Mark::Bad, seen, remedy);
    }
    good(aspect, format!("{counted} numbers without a hole"))
}

fn retained(evidence: &Evidence) -> Finding {
    let aspect = "retained";
    let kept: usize = evidence.sources.values().map(|source_evidence| source_evidence.kept).sum();
    if kept == 0 {
        return good(aspect, "no reading is kept by the broker");
    }
    let seen = format!("the broker keeps {kept} readings and gives them to everybody who comes");
    let remedy =
        "publish readings without the retained flag: an old value would look like a new one";
    let mark = if evidence.family == "native" { Mark::Bad } else { Mark::Weak };
    finding(aspect, mark, seen, remedy)
}

fn values(evidence: &Evidence) -> Finding {
    let aspect = "values";
    if let Some(first) = evidence.refusals.first() {
        let seen = format!("{} sorts of refusal, such as: {first}", evidence.refusals.len());
        return finding(
            aspect,
            Mark::Bad,
            seen,
            "send numbers in the unit of the quantity, and null when unknown",
        );
    }
    let strange = evidence.sources.iter().find_map(|(source, source_evidence)| {
        let usual = usual(source.quantity)?;
        let one =
            source_evidence.readings.iter().find(|one| !usual.contains(&one.value.as_f64()))?;
        let (value, unit) = (one.value.as_f64(), source.quantity.unit());
        Some(format!("{source} was {value} {unit}, which is unusual in a building"))
    });
    if let Some(seen) = strange {
        return finding(aspect, Mark::Weak, seen, "check unit, calibration and wiring");
    }
    let stuck = evidence.sources.iter().find(|(source, source_evidence)| {
        let first = source_evidence.readings.first().map(|one| one.value);
        let moves = matches!(source.quantity, Quantity::Co2 | Quantity::Illuminance);
        moves
            && source_evidence.readings.len() >= 20
            && source_evidence.readings.iter().all(|one| Some(one.value) == first)
    });
    if let Some((source, _)) = stuck {
        let seen = format!("{source} never changes");
        return finding(aspect, Mark::Weak, seen, "look whether the instrument still measures");
    }
    match evidence.readings() {
        0 => finding(
            aspect,
            Mark::Bad,
            "no readings were heard",
            "look at its log; listen for longer",
        ),
        _ => good(aspect, format!("{} sources, all plausible", evidence.sources.len())),
    }
}

/// Usual range of a quantity in a building; narrower than what the gateway takes.
fn usual(quantity: Quantity) -> Option<std::ops::RangeInclusive<f64>> {
    match quantity {
        Quantity::Co2 => Some(380.0..=5000.0),
        Quantity::Temperature => Some(-25.0..=45.0),
        Quantity::RelativeHumidity => Some(5.0..=99.0),
        Quantity::Voltage => Some(200.0..=425.0),
        _ => None,
    }
}

fn rhythm(evidence: &Evidence) -> Finding {
    let aspect = "rhythm";
    let Some(rhythm_s) = evidence.rhythm_s() else {
        return untried(aspect, "too few messages to tell; listen for longer");
    };
    let longest = evidence.arrivals.windows(2).map(|two| two[1].since(two[0]).as_secs_f64());
    let longest = longest.fold(0.0, f64::max);
    if rhythm_s < 1.0 {
        let seen = format!("a message every {rhythm_s:.1} s");
        return finding(
            aspect,
            Mark::Weak,
            seen,
            "every 10 s is enough for air and power; send less often",
        );
    }
    match evidence.interval_s {
        Some(announced) if rhythm_s > 1.5 * announced || longest > 3.0 * announced => {
            let seen = format!(
                "it announces {announced} s, sends every {rhythm_s:.1} s and was silent for up to {longest:.0} s"
            );
            finding(aspect, Mark::Bad, seen, "announce the interval that it keeps")
        }
        Some(announced) => {
            good(aspect, format!("every {rhythm_s:.1} s, as announced ({announced} s)"))
        }
        None if evidence.family == "native" => {
            let seen = format!("every {rhythm_s:.1} s, and its status does not announce it");
            finding(
                aspect,
                Mark::Weak,
                seen,
                "announce `interval_s` in the status, so that silence is noticed soon",
            )
        }
        None => good(aspect, format!("every {rhythm_s:.1} s")),
    }
}

fn backlog(evidence: &Evidence) -> Finding {
    let aspect = "backlog";
    let old = evidence.all().filter(|one| one.age_s().is_some_and(|age| age > OLD_S)).count();
    if old == 0 {
        return untried(aspect, "none was sent; cut its network for some minutes to see one");
    }
    let shuffled = evidence.sources.values().any(|source_evidence| {
        let old = source_evidence
            .readings
            .iter()
            .filter(|one| one.age_s().is_some_and(|age| age > OLD_S));
        let times: Vec<_> = old.filter_map(|one| one.observed_at).collect();
        !times.is_sorted()
    });
    if shuffled {
        let seen = format!("{old} old readings, not in the order of their times");
        return finding(aspect, Mark::Weak, seen, "send a backlog oldest first");
    }
    good(aspect, format!("{old} old readings in order"))
}

fn birth(evidence: &Evidence) -> Finding {
    let aspect = "birth";
    let remedy = "publish a retained status `online` after each connect";
    match (evidence.statuses.is_empty(), evidence.status_is_kept) {
        (true, _) if evidence.family == "native" => {
            finding(aspect, Mark::Bad, "it never says how it is", remedy)
        }
        (true, _) => untried(aspect, "it says nothing of how it is, as many of its family"),
        (false, false) => {
            finding(aspect, Mark::Weak, "its status is not kept by the broker", remedy)
        }
        (false, true) if evidence.boot.is_none() && evidence.family == "native" => {
            let remedy = "count starts in `boot`, so that numbers which begin anew are no loss";
            finding(aspect, Mark::Weak, "its status has no `boot` number", remedy)
        }
        (false, true) => good(aspect, "its status is kept by the broker"),
    }
}

fn last_will(evidence: &Evidence) -> Finding {
    let aspect = "last_will";
    let gone = evidence.statuses.contains(&DevicePresence::Offline);
    match evidence.statuses.last() {
        Some(DevicePresence::Offline)
            if evidence.readings() > 0 && evidence.statuses.len() == 1 =>
        {
            let remedy =
                "publish `online` after each connect; the last will of an earlier one still stands";
            finding(aspect, Mark::Bad, "it sends and counts as offline", remedy)
        }
        _ if gone => good(aspect, "it was seen to go"),
        _ => untried(aspect, "it did not go; pull its plug while listening to see its last will"),
    }
}
