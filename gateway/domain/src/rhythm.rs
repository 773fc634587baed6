//! The rhythm of a series: how long it usually is from one reading to the next, learned from the newest ones.

use jiff::SignedDuration;

use crate::instant::Instant;
use crate::reading::Observation;
use crate::site::Rules;

/// Longest silence of a source that reports changes only: battery devices that sleep report at least once a day, and that
/// may come a little late.
pub const QUIET_DEVICE: SignedDuration = SignedDuration::from_hours(26);

/// How many intervals are remembered.
const REMEMBERED: usize = 32;
/// With fewer intervals than this no rhythm is known.
const ENOUGH: usize = 3;

/// Learns how often a source reports. Costs next to nothing for each reading.
#[derive(Clone, Debug, Default)]
pub struct Rhythm {
    last: Option<(Instant, f64)>,
    /// The newest intervals in ms, as a ring; longer ones than 49 days are cut.
    intervals: [u32; REMEMBERED],
    /// Whether the reading after the interval repeated the value of the one before; the same ring.
    repeats: u32,
    count: usize,
}

impl Rhythm {
    /// The rhythm at the end of a series.
    pub fn of(observations: &[Observation]) -> Self {
        let mut rhythm = Self::default();
        for one in &observations[observations.len().saturating_sub(REMEMBERED + 1)..] {
            rhythm.observe(one.observed_at, one.value.as_f64());
        }
        rhythm
    }

    /// Takes the next reading; one that is not later than the last changes nothing.
    pub fn observe(&mut self, at: Instant, value: f64) {
        if let Some((last, before)) = self.last {
            let Ok(interval @ 1..) = u64::try_from(at.as_millis() - last.as_millis()) else {
                return;
            };
            let slot = self.count % REMEMBERED;
            self.intervals[slot] = u32::try_from(interval).unwrap_or(u32::MAX);
            let repeated = u32::from(before.to_bits() == value.to_bits());
            self.repeats = self.repeats & !(1 << slot) | repeated << slot;
            self.count += 1;
        }
        self.last = Some((at, value));
    }

    /// The newest instant.
    pub fn last(&self) -> Option<Instant> {
        self.last.map(|(at, _)| at)
    }

    /// The usual interval in seconds: half of them are shorter.
    pub fn median_s(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// An interval in seconds that few are longer than: one in ten.
    pub fn long_s(&self) -> Option<f64> {
        self.quantile(0.9)
    }

    /// Whether the source repeats itself, so that its silence means something. One that reports on change only
    /// never tells the same twice.
    pub fn repeats(&self) -> bool {
        let known = self.count.min(REMEMBERED);
        known >= ENOUGH && self.repeats.count_ones() as usize * 2 >= known
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "at most 32 intervals, and a share of them"
    )]
    fn quantile(&self, share: f64) -> Option<f64> {
        let known = self.count.min(REMEMBERED);
        if known < ENOUGH {
            return None;
        }
        let mut intervals = self.intervals;
        let rank = ((known - 1) as f64 * share).ceil() as usize;
        let (_, interval, _) = intervals[..known].select_nth_unstable(rank);
        Some(f64::from(*interval) / 1000.0)
    }
}

/// How long a state holds. A detector that repeats itself is missed after three of its long intervals,
/// at least four times the longest gap; one that reports changes only may rest for as long as a battery device.
pub fn state_patience(rhythm: &Rhythm, rules: &Rules) -> SignedDuration {
    match rhythm.long_s() {
        Some(long_s) if rhythm.repeats() => {
            let long = SignedDuration::try_from_secs_f64(long_s).unwrap_or(QUIET_DEVICE);
            long.saturating_mul(3).max(rules.longest_gap().saturating_mul(4))
        }
        _ => QUIET_DEVICE,
    }
}

/// Longest patience of a detector whose silence is counted from its beginning. Figures load so many readings more
/// after their span, so that they know of each silence in it whether it lasted.
pub(crate) fn longest_counted_silence(rules: &Rules) -> SignedDuration {
    LONGEST_COUNTED_SILENCE.max(rules.longest_gap().saturating_mul(4))
}

/// Patience of a detector that repeats itself each hour.
const LONGEST_COUNTED_SILENCE: SignedDuration = SignedDuration::from_hours(3);

/// When a state becomes unknown if no further reading comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Silence {
    /// When the next reading was due: the state is unknown from then on, once the silence is certain.
    pub(crate) from: Instant,
    /// When the silence has lasted so long that it is certain.
    pub(crate) certain_at: Instant,
}

impl Silence {
    /// Silence after the last reading; `None` before the first.
    ///
    /// A detector that repeats itself owes its next reading after its long interval. One that reports changes only
    /// owes nothing for as long as a battery device may rest, and so holds its state until then.
    pub(crate) fn after(rhythm: &Rhythm, rules: &Rules) -> Option<Self> {
        let last = rhythm.last()?;
        let patience = state_patience(rhythm, rules);
        let interval = rhythm.long_s().and_then(|it| SignedDuration::try_from_secs_f64(it).ok());
        let is_owed = rhythm.repeats() && patience <= longest_counted_silence(rules);
        let from = last + interval.filter(|_| is_owed).unwrap_or(patience);
        Some(Self { from, certain_at: last + patience })
    }

    /// Whether the silence is certain at `instant`.
    pub(crate) fn is_certain(self, instant: Instant) -> bool {
        self.certain_at <= instant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rhythm(seconds: &[i64]) -> Rhythm {
        let mut rhythm = Rhythm::default();
        let mut at = 0;
        for second in seconds {
            at += second;
            rhythm.observe(Instant::from_millis(at * 1000), 20.0);
        }
        rhythm
    }

    #[test]
    fn a_few_readings_make_no_rhythm() {
        assert_eq!(rhythm(&[0, 10, 10]).median_s(), None);
        assert_eq!(rhythm(&[0, 10, 10, 10]).median_s(), Some(10.0));
    }

    #[test]
    fn one_pause_does_not_change_the_rhythm() {
        let mut seconds = [10; 20];
        seconds[12] = 3600;
        let rhythm = rhythm(&seconds);
        assert_eq!((rhythm.median_s(), rhythm.long_s()), (Some(10.0), Some(10.0)));
    }

    #[test]
    fn the_rhythm_follows_a_device_that_was_set_to_report_more_often() {
        let mut seconds = vec![600; 10];
        seconds.extend([10; 32]);
        assert_eq!(rhythm(&seconds).long_s(), Some(10.0));
    }

    #[test]
    fn a_source_that_only_tells_changes_does_not_repeat_itself() {
        let mut changes = Rhythm::default();
        for n in 0..10 {
            changes.observe(Instant::from_millis(n * 1000), f64::from(u8::from(n % 2 == 0)));
        }
        assert!(!changes.repeats());
        assert!(rhythm(&[60; 10]).repeats());
    }
}
