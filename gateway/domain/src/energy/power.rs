//! Power readings to energy: each reading holds until the next one, but never longer than the longest gap.

use jiff::SignedDuration;

use super::accumulator::Stretch;
use super::assigned;
use crate::instant::{Instant, Period};
use crate::reading::SeriesSet;
use crate::site::{Meter, Rules};

/// The fold over the power readings of one source while it is assigned.
///
/// A device that reports on change only is held, never drawn as a slope; beyond the longest gap its power is unknown.
#[derive(Clone, Debug)]
pub(crate) struct Power {
    assigned: Period,
    gap: SignedDuration,
    last: Option<(Instant, f64)>,
}

impl Power {
    pub(crate) fn new(assigned: Period, gap: SignedDuration) -> Self {
        Self { assigned, gap, last: None }
    }

    /// Takes the next reading and gives the energy of the one before it.
    pub(crate) fn observe(&mut self, at: Instant, watts: f64) -> Option<Stretch> {
        if self.last.is_some_and(|(last, _)| at <= last) {
            return None;
        }
        let held = self.until(at);
        self.last = Some((at, watts));
        held
    }

    /// Whether there was any reading.
    pub(super) fn was_read(&self) -> bool {
        self.last.is_some()
    }

    /// Goes on from this reading, whatever came before.
    pub(super) fn stand_at(&mut self, at: Instant, watts: f64) {
        self.last = Some((at, watts));
    }

    /// The energy since the last reading as of `now`; none once the silence after it, up to `now` or to the end of the
    /// assignment, is longer than the longest gap.
    pub(crate) fn held(&self, now: Instant) -> Option<Stretch> {
        let (from, _) = self.last?;
        let end = now.min(self.assigned.end());
        if end > from + self.gap { None } else { self.until(end) }
    }

    /// The energy from the last reading to the next one at `next`, for the longest gap at most.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
    fn until(&self, next: Instant) -> Option<Stretch> {
        let (from, watts) = self.last?;
        let to = next.min(from + self.gap).min(self.assigned.end());
        let hours = (to.as_millis() - from.as_millis()) as f64 / 3_600_000.0;
        // What is fed back is not taken: it belongs to another register.
        (from < to).then_some(Stretch { from, to, wh: watts.max(0.0) * hours, shaped: true })
    }
}

/// A power that held for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Held {
    pub(crate) period: Period,
    pub(crate) watts: f64,
}

/// The power of a meter, reading by reading, until `now`. Silences are left out: a reading holds for the longest gap at
/// most, and the newest one not at all once nothing has followed it for longer.
pub(crate) fn held_power(
    meter: &Meter,
    series: &SeriesSet,
    rules: &Rules,
    now: Instant,
) -> Vec<Held> {
    let gap = rules.longest_gap();
    let mut all = Vec::new();
    for assignment in &meter.power {
        let readings = assigned(series.of(&assignment.source), assignment.period);
        let readings = &readings[..readings.partition_point(|one| one.observed_at <= now)];
        for (index, one) in readings.iter().enumerate() {
            let held_until = one.observed_at + gap;
            let next = readings.get(index + 1).map(|next| next.observed_at);
            let end = next.unwrap_or_else(|| now.min(assignment.period.end()));
            if next.is_none() && end > held_until {
                continue;
            }
            let end = end.min(held_until).min(assignment.period.end());
            let period = Period::new(one.observed_at, end).filter(|it| !it.length().is_zero());
            all.extend(period.map(|period| Held { period, watts: one.value.as_f64().max(0.0) }));
        }
    }
    all
}

impl Stretch {
    /// The parts of the stretch outside `spans`, which are in any order.
    pub(crate) fn outside(self, spans: impl IntoIterator<Item = Period>) -> Vec<Self> {
        let mut parts = vec![self];
        for span in spans {
            parts = parts.into_iter().flat_map(|part| part.without(span)).flatten().collect();
        }
        parts
    }

    fn without(self, span: Period) -> [Option<Self>; 2] {
        let before = self.cut(self.from, self.to.min(span.start()));
        let after = self.cut(self.from.max(span.end()), self.to);
        if span.length().is_zero() { [Some(self), None] } else { [before, after] }
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
    fn cut(self, from: Instant, to: Instant) -> Option<Self> {
        let length = |from: Instant, to: Instant| (to.as_millis() - from.as_millis()) as f64;
        let wh = self.wh * length(from, to) / length(self.from, self.to);
        (from < to).then_some(Self { from, to, wh, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at_minute as at;

    fn span(from: i64, to: i64) -> Period {
        Period::new(at(from), at(to)).unwrap()
    }

    fn power() -> Power {
        Power::new(Period::ALL, SignedDuration::from_mins(15))
    }

    #[test]
    fn a_reading_holds_until_the_next_one() {
        let mut power = power();
        assert_eq!(power.observe(at(0), 600.0), None);
        let held = power.observe(at(10), 0.0).unwrap();
        assert_eq!((held.from, held.to, held.wh), (at(0), at(10), 100.0));
    }

    #[test]
    fn a_silence_is_not_bridged() {
        let mut power = power();
        power.observe(at(0), 80.0);
        let held = power.observe(at(50), 2400.0).unwrap();
        assert_eq!((held.to, held.wh), (at(15), 20.0));
    }

    #[test]
    fn power_that_is_fed_back_is_not_taken() {
        let mut power = power();
        power.observe(at(0), -500.0);
        assert_eq!(power.held(at(6)).map(|held| held.wh), Some(0.0));
    }

    #[test]
    fn a_plug_that_was_moved_holds_no_longer_than_it_was_assigned() {
        let mut power = Power::new(span(0, 6), SignedDuration::from_mins(15));
        power.observe(at(0), 1000.0);
        assert_eq!(power.held(at(60)).unwrap().to, at(6));
    }

    #[test]
    fn only_the_parts_outside_remain() {
        let hour = Stretch { from: at(0), to: at(60), wh: 60.0, shaped: true };
        let parts = hour.outside([span(50, 90), span(10, 30), span(31, 31)]);
        let stretches: Vec<_> = parts.iter().map(|part| (part.from, part.to, part.wh)).collect();
        assert_eq!(stretches, [(at(0), at(10), 10.0), (at(30), at(50), 20.0)]);
    }
}
