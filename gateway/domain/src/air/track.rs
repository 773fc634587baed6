//! Track: CO2 of a zone minute by minute, the mean of the readings in each, interpolated over short silences.

use std::collections::BTreeMap;

use crate::energy::assigned;
use crate::ids::ZoneId;
use crate::instant::{Instant, Period};
use crate::quantity::Quantity;
use crate::reading::SeriesSet;
use crate::site::{Point, Site};

pub(super) const MINUTE_MS: i64 = 60_000;

/// One value a minute, without those of long silences.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Track(pub(super) Vec<(Instant, f64)>);

/// CO2 points of a zone itself, without those of its parts.
pub(super) fn points<'a>(site: &'a Site, zone: &ZoneId) -> impl Iterator<Item = &'a Point> {
    let zone = zone.clone();
    site.points.iter().filter(move |it| it.quantity == Quantity::Co2 && it.zone == zone)
}

impl Track {
    /// Track of the mean of all CO2 instruments of a zone over a span.
    pub(super) fn of_zone(site: &Site, zone: &ZoneId, span: Period, series: &SeriesSet) -> Self {
        let mut sums: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        for assignment in points(site, zone).flat_map(|point| &point.sources) {
            for one in assigned(series.of(&assignment.source), assignment.period) {
                if span.contains(one.observed_at) {
                    let minute = one.observed_at.as_millis().div_euclid(MINUTE_MS);
                    let sum = sums.entry(minute).or_default();
                    *sum = (sum.0 + one.value.as_f64(), sum.1 + 1.0);
                }
            }
        }
        let minutes: Vec<(i64, f64)> =
            sums.into_iter().map(|(minute, (sum, count))| (minute, sum / count)).collect();
        Self::filled(&minutes, site.rules.longest_gap().as_secs_f64())
    }

    fn filled(minutes: &[(i64, f64)], max_gap_s: f64) -> Self {
        let mut track = Vec::with_capacity(minutes.len());
        let at = |minute: i64| Instant::from_millis(minute * MINUTE_MS);
        for (index, &(minute, value)) in minutes.iter().enumerate() {
            track.push((at(minute), value));
            let Some(&(next, to)) = minutes.get(index + 1) else { break };
            let length = (next - minute) as f64;
            if length * 60.0 <= max_gap_s {
                let interpolated =
                    |step: i64| value + (to - value) * (step - minute) as f64 / length;
                track.extend((minute + 1..next).map(|step| (at(step), interpolated(step))));
            }
        }
        Self(track)
    }

    /// Values within a period.
    pub(super) fn within(&self, period: Period) -> &[(Instant, f64)] {
        let start = self.0.partition_point(|(at, _)| *at < period.start());
        let end = self.0.partition_point(|(at, _)| *at < period.end());
        &self.0[start..end.max(start)]
    }

    /// Value below which a share of all lies; `None` without any.
    pub(super) fn quantile(&self, share: f64) -> Option<f64> {
        quantile(self.0.iter().map(|(_, value)| *value).collect(), share)
    }
}

/// Value below which a share of `values` lies; `None` without any.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
pub(super) fn quantile(mut values: Vec<f64>, share: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let rank = (share.clamp(0.0, 1.0) * last as f64).round() as usize;
    let (_, value, _) = values.select_nth_unstable_by(rank.min(last), f64::total_cmp);
    Some(*value)
}

/// Median of `values`; `None` without any.
pub(super) fn median(values: Vec<f64>) -> Option<f64> {
    quantile(values, 0.5)
}
