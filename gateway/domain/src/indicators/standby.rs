//! What a machine draws while it waits for work.

use serde::Serialize;

use crate::energy::held_power;
use crate::instant::{Instant, Period};
use crate::reading::SeriesSet;
use crate::site::{Meter, Rules};

/// Below this a plug cannot tell power from its own error, in W.
const NOTHING_W: f64 = 0.5;

/// A machine on standby.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Standby {
    /// The power that it rests at most of the time, in W: the most frequent one below where it stops working.
    pub watts: f64,
    /// Hours from half of that power up to where it starts working.
    pub hours: f64,
    /// Energy of these hours, in Wh.
    pub wh: f64,
}

/// The standby of a meter within `span`; `None` for what is no machine, and where it never rests on some power.
pub fn standby(
    meter: &Meter,
    series: &SeriesSet,
    span: Period,
    rules: &Rules,
    now: Instant,
) -> Option<Standby> {
    let rule = meter.sessions?;
    let within = || {
        held_power(meter, series, rules, now).into_iter().filter_map(move |held| {
            let period = held.period.intersection(span)?;
            Some((period.length().as_secs_f64() / 3600.0, held.watts))
        })
    };
    let rests = |watts: f64| watts > NOTHING_W && watts < rule.off_below_w;
    let resting: Vec<_> = within().filter(|(_, watts)| rests(*watts)).collect();
    let watts = most_frequent(&resting)?;
    let waiting = within().filter(|(_, power)| *power >= watts / 2.0 && *power < rule.on_above_w);
    let (hours, wh) =
        waiting.fold((0.0, 0.0), |(hours, wh), (more, power)| (hours + more, wh + more * power));
    Some(Standby { watts, hours, wh })
}

/// The mean of the fullest bin of 1 W.
fn most_frequent(powers: &[(f64, f64)]) -> Option<f64> {
    let mut bins = std::collections::BTreeMap::<u64, (f64, f64)>::new();
    for (hours, watts) in powers {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to some kW")]
        let bin = watts.floor() as u64;
        let (duration_h, wh) = bins.entry(bin).or_default();
        *duration_h += hours;
        *wh += hours * watts;
    }
    let (hours, wh) = bins.into_values().max_by(|a, b| a.0.total_cmp(&b.0))?;
    (hours > 0.0).then(|| wh / hours)
}
