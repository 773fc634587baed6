//! Timeline: estimates of a place through time, and their summary over a period.

use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
use crate::figure::{Quality, is_complete};
use crate::instant::{Instant, Period};
use crate::occupancy::{Occupancy, Parts, Residual, Witnesses};

/// People in a zone over a period, with interval, quality and coverage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleFigure {
    /// Headcount as a mean over the time with a number; `None` where that is less than half of the known time.
    pub people: Option<f64>,
    /// Lower end of the 90 % interval, as a mean over the time with a number or at least with bounds.
    pub low: Option<f64>,
    /// Upper end of the 90 % interval, as a mean over the same time.
    pub high: Option<f64>,
    /// `Occupied` when somebody was there at any time, `Vacant` when nobody was for most of the period.
    pub occupancy: Occupancy,
    /// Count of the doors alone, as a mean over the time in which they counted: in minus out since the count was last
    /// set to nobody, with its sign. `people` is corrected by all other readings.
    pub counted: Option<f64>,
    /// Whether the figure is the sum of those of its parts; `Unknown` when some part was unknown at any time.
    pub parts: Parts,
    /// Kinds of instruments that contributed, of the place itself or of its parts.
    #[serde(default)]
    pub sources: Witnesses,
    /// Quality that most of the known time has.
    pub quality: Quality,
    /// Share of the period so far with a number, or at least with known presence; 0 to 1.
    pub coverage: f64,
}

/// Estimate for a place at one instant, with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    pub(crate) estimate: Estimate,
    /// Raw count of the doors: in minus out since the last reset, with its sign.
    pub(crate) drift: Option<f64>,
    /// Count that was left at the last reset.
    pub(crate) residual: Option<Residual>,
    /// Whether the estimate is the sum of those of its parts.
    pub(crate) parts: Parts,
    /// Kinds of instruments that contributed.
    pub(crate) sources: Witnesses,
}

impl Moment {
    pub(crate) const UNKNOWN: Self = Self {
        estimate: Estimate::UNKNOWN,
        drift: None,
        residual: None,
        parts: Parts::None,
        sources: Witnesses::NOTHING,
    };
}

/// Moments in order, each valid until the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline(Vec<(Instant, Moment)>);

impl Timeline {
    /// Appends `moment`, valid from `at`, which must not lie before the last one.
    pub(crate) fn push(&mut self, at: Instant, moment: Moment) {
        if self.0.last().is_some_and(|(last, _)| *last == at) {
            self.0.pop();
        }
        if self.0.last().is_none_or(|(_, last)| *last != moment) {
            self.0.push((at, moment));
        }
    }

    /// Moment valid at `instant`; unknown before the first.
    pub(crate) fn at(&self, instant: Instant) -> Moment {
        let after = self.0.partition_point(|(at, _)| *at <= instant);
        after.checked_sub(1).map_or(Moment::UNKNOWN, |index| self.0[index].1)
    }

    /// Instants of all changes.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Instant> + '_ {
        self.0.iter().map(|(at, _)| *at)
    }

    /// Instants of the changes after `start` and before `end`.
    pub(crate) fn changes_between(
        &self,
        start: Instant,
        end: Instant,
    ) -> impl Iterator<Item = Instant> + '_ {
        let first = self.0.partition_point(|(at, _)| *at <= start);
        self.0[first..].iter().map(|(at, _)| *at).take_while(move |at| *at < end)
    }

    /// Figure of each period, over its part before `now`.
    pub(crate) fn figures(&self, grid: &[Period], now: Instant) -> Vec<PeopleFigure> {
        let mut first = 0;
        let figure = |period: &Period| {
            while self.0.get(first + 1).is_some_and(|(at, _)| *at <= period.start()) {
                first += 1;
            }
            let mut tally = Tally::default();
            for (index, (at, moment)) in self.0.iter().enumerate().skip(first) {
                let next = self.0.get(index + 1).map_or(Instant::MAX, |(next, _)| *next);
                let (from, to) = ((*at).max(period.start()), next.min(period.end()).min(now));
                if *at >= period.end() {
                    break;
                }
                tally.add(to.as_millis() - from.as_millis(), moment);
            }
            tally.figure(period.end().min(now).as_millis() - period.start().as_millis())
        };
        grid.iter().map(figure).collect()
    }
}

/// Sums over one period, weighted by time in ms.
#[derive(Default)]
struct Tally {
    counted: f64,
    people: f64,
    low: f64,
    high: f64,
    /// Time with bounds only.
    bounded: f64,
    least: f64,
    most: f64,
    at_least: Option<f64>,
    at_most: Option<f64>,
    known: f64,
    occupied: f64,
    vacant: f64,
    estimated: f64,
    partial: f64,
    raw: f64,
    raw_known: f64,
    parts: Parts,
    sources: Witnesses,
}

impl Tally {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
    fn add(&mut self, ms: i64, moment: &Moment) {
        let ms = ms.max(0) as f64;
        if ms == 0.0 {
            return;
        }
        let Moment { estimate, drift, parts, sources, .. } = *moment;
        self.parts = self.parts.max(parts);
        self.sources = self.sources | sources;
        if let Some(raw) = drift {
            self.raw += ms * raw;
            self.raw_known += ms;
        }
        match (estimate.people, estimate.low, estimate.high) {
            (Some(people), Some(low), Some(high)) => {
                self.counted += ms;
                self.people += ms * people;
                self.low += ms * low;
                self.high += ms * high;
            }
            (_, Some(low), high) => {
                self.bounded += ms;
                self.least += ms * low;
                self.most += ms * high.unwrap_or(f64::INFINITY);
                self.at_least = Some(self.at_least.unwrap_or(low).max(low));
                self.at_most = self.at_most.into_iter().chain(high).reduce(f64::max);
            }
            _ => (),
        }
        if estimate.people.is_some() || estimate.occupancy != Occupancy::Unknown {
            self.known += ms;
        }
        match estimate.occupancy {
            Occupancy::Occupied => self.occupied += ms,
            Occupancy::Vacant => self.vacant += ms,
            Occupancy::Unknown => (),
        }
        match estimate.quality {
            Quality::Estimated => self.estimated += ms,
            Quality::Partial => self.partial += ms,
            Quality::Measured | Quality::Unknown => (),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
    fn figure(&self, length_ms: i64) -> PeopleFigure {
        let known = self.known;
        let share = |ms: f64| if length_ms > 0 { ms / length_ms as f64 } else { 0.0 };
        let coverage = share(known);
        let with_bounds = self.counted + self.bounded;
        // A number stands for a period only when most of its known time has one. The rest widens the interval.
        let counted = self.counted > 0.0 && self.counted * 2.0 >= known.max(with_bounds);
        let mean = |sum: f64, time: f64| counted.then(|| sum / time);
        let occupancy = if self.occupied > 0.0 {
            Occupancy::Occupied
        } else if share(self.vacant) > 0.5 {
            Occupancy::Vacant
        } else {
            Occupancy::Unknown
        };
        let low = mean(self.low + self.least, with_bounds).or(self.at_least);
        let high = mean(self.high + self.most, with_bounds).filter(|most| most.is_finite());
        let high = high.or(self.at_most);
        let people = mean(self.people, self.counted)
            .map(|people| people.clamp(low.unwrap_or(people), high.unwrap_or(f64::INFINITY)));
        PeopleFigure {
            people,
            low,
            high,
            occupancy,
            counted: (self.raw_known > 0.0).then(|| self.raw / self.raw_known),
            parts: self.parts,
            sources: self.sources,
            quality: self.quality(known, coverage),
            coverage,
        }
    }

    fn quality(&self, known: f64, coverage: f64) -> Quality {
        if known == 0.0 {
            Quality::Unknown
        } else if !is_complete(coverage) || self.partial * 2.0 > known {
            Quality::Partial
        } else if self.estimated * 2.0 > known {
            Quality::Estimated
        } else {
            Quality::Measured
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const NOBODY: Estimate = Estimate {
        people: Some(0.0),
        low: Some(0.0),
        high: Some(0.0),
        occupancy: Occupancy::Vacant,
        quality: Quality::Estimated,
    };
    const AT_LEAST_THREE: Estimate = Estimate {
        people: None,
        low: Some(3.0),
        high: Some(12.0),
        occupancy: Occupancy::Unknown,
        quality: Quality::Partial,
    };

    /// Nobody for so many minutes of a quarter of an hour, and three people at least in the rest of it.
    fn nobody_at_first(minutes: i64) -> PeopleFigure {
        let start: Instant = "2026-11-23T10:00:00Z".parse().unwrap();
        let at = |minutes| start + SignedDuration::from_mins(minutes);
        let mut timeline = Timeline::default();
        timeline.push(start, Moment { estimate: NOBODY, ..Moment::UNKNOWN });
        timeline.push(at(minutes), Moment { estimate: AT_LEAST_THREE, ..Moment::UNKNOWN });
        timeline.figures(&[Period::new(start, at(15)).unwrap()], at(60)).remove(0)
    }

    #[test]
    fn a_few_minutes_with_a_number_do_not_stand_for_a_quarter_of_an_hour_with_bounds_only() {
        let figure = nobody_at_first(5);
        assert_eq!((figure.people, figure.low, figure.high), (None, Some(3.0), Some(12.0)));
    }

    #[test]
    fn minutes_with_bounds_widen_the_interval_of_a_number() {
        let figure = nobody_at_first(10);
        assert_eq!((figure.people, figure.low, figure.high), (Some(1.0), Some(1.0), Some(4.0)));
    }
}
