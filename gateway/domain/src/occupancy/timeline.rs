//! What was told of a zone when, and its summary over a period.

use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
use crate::figure::{Quality, is_complete};
use crate::instant::{Instant, Period};
use crate::occupancy::{Occupancy, Parts, Residual, Witnesses};

/// The people in a zone over a period, with their proof.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleFigure {
    /// How many, as a mean over the time for which a number was told; `None` where that is less than half of it.
    pub people: Option<f64>,
    /// The lower end of the 90 % interval, as a mean over that time and the time for which only bounds were told.
    pub low: Option<f64>,
    /// The upper end of the 90 % interval, as a mean over the same time.
    pub high: Option<f64>,
    /// `Occupied` when somebody was there at any time, `Vacant` when nobody was in most of it.
    pub occupancy: Occupancy,
    /// What the doors alone counted, as a mean over the time in which they did: in minus out since the count was last
    /// set to nobody, with its sign. It stands beside `people`, which is corrected by all else that is known.
    pub counted: Option<f64>,
    /// Whether the figure is the sum of those of its parts; `Unknown` when some part was, at any time.
    pub parts: Parts,
    /// Which kinds of instruments told it, of the place itself or of its parts.
    #[serde(default)]
    pub sources: Witnesses,
    /// How the figure came about.
    pub quality: Quality,
    /// Share of the period so far for which a number was told, or at least whether somebody was there; 0 to 1.
    pub coverage: f64,
}

/// What is told at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    pub(crate) estimate: Estimate,
    /// In minus out since the last reset, with its sign.
    pub(crate) drift: Option<f64>,
    /// What remained at the last reset.
    pub(crate) residual: Option<Residual>,
    /// What the parts of the zone are to the figure.
    pub(crate) parts: Parts,
    /// What told it.
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

/// What was told from when on, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline(Vec<(Instant, Moment)>);

impl Timeline {
    /// Goes on with `moment` from `at`, which is not before the end.
    pub(crate) fn push(&mut self, at: Instant, moment: Moment) {
        if self.0.last().is_some_and(|(last, _)| *last == at) {
            self.0.pop();
        }
        if self.0.last().is_none_or(|(_, last)| *last != moment) {
            self.0.push((at, moment));
        }
    }

    /// What is told at `instant`.
    pub(crate) fn at(&self, instant: Instant) -> Moment {
        let after = self.0.partition_point(|(at, _)| *at <= instant);
        after.checked_sub(1).map_or(Moment::UNKNOWN, |index| self.0[index].1)
    }

    /// The instants of all changes.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Instant> + '_ {
        self.0.iter().map(|(at, _)| *at)
    }

    /// The instants of the changes after `start` and before `end`.
    pub(crate) fn changes_between(
        &self,
        start: Instant,
        end: Instant,
    ) -> impl Iterator<Item = Instant> + '_ {
        let first = self.0.partition_point(|(at, _)| *at <= start);
        self.0[first..].iter().map(|(at, _)| *at).take_while(move |at| *at < end)
    }

    /// A figure for each period, of the part before `now`.
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

/// Sums over the time of one period, in ms.
#[derive(Default)]
struct Tally {
    counted: f64,
    people: f64,
    low: f64,
    high: f64,
    /// Time for which only bounds were told.
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
        let told = self.counted + self.bounded;
        // A number stands for a period only when most of what is told of it was counted. The rest of it widens the
        // interval.
        let counted = self.counted > 0.0 && self.counted * 2.0 >= known.max(told);
        let mean = |sum: f64, time: f64| counted.then(|| sum / time);
        let occupancy = if self.occupied > 0.0 {
            Occupancy::Occupied
        } else if share(self.vacant) > 0.5 {
            Occupancy::Vacant
        } else {
            Occupancy::Unknown
        };
        let low = mean(self.low + self.least, told).or(self.at_least);
        let high = mean(self.high + self.most, told).filter(|most| most.is_finite());
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
        let mut told = Timeline::default();
        told.push(start, Moment { estimate: NOBODY, ..Moment::UNKNOWN });
        told.push(at(minutes), Moment { estimate: AT_LEAST_THREE, ..Moment::UNKNOWN });
        told.figures(&[Period::new(start, at(15)).unwrap()], at(60)).remove(0)
    }

    #[test]
    fn a_quarter_of_an_hour_with_bounds_in_most_of_it_is_not_sources_the_few_minutes_with_a_number()
    {
        let figure = nobody_at_first(5);
        assert_eq!((figure.people, figure.low, figure.high), (None, Some(3.0), Some(12.0)));
    }

    #[test]
    fn minutes_with_bounds_widen_the_interval_of_a_number() {
        let figure = nobody_at_first(10);
        assert_eq!((figure.people, figure.low, figure.high), (Some(1.0), Some(1.0), Some(4.0)));
    }
}
