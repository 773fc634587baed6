//! One value watched against one rule.

use super::rule::Rule;
use crate::instant::Instant;

/// Watch over one value with two thresholds and a dwell: a value that trembles at a threshold is one event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch {
    pub(crate) rule: Rule,
    beyond_since: Option<Instant>,
    last: Option<Instant>,
}

impl Watch {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, beyond_since: None, last: None }
    }

    /// Takes the next value; an older one than the last changes nothing.
    pub(crate) fn observe(&mut self, at: Instant, value: f64) {
        if self.last.is_some_and(|last| at <= last) {
            return;
        }
        self.last = Some(at);
        let limit = if self.raised(at).is_some() { self.rule.clear } else { self.rule.raise };
        let beyond = if self.rule.is_downwards() { value <= limit } else { value >= limit };
        self.beyond_since = beyond.then(|| self.beyond_since.unwrap_or(at));
    }

    /// Starts again, as after a gap in the values.
    pub(crate) fn forget(&mut self) {
        *self = Self::new(self.rule);
    }

    /// Instant since which the alert is raised, at `now`.
    pub(crate) fn raised(&self, now: Instant) -> Option<Instant> {
        self.beyond_since.filter(|since| *since + self.rule.dwell <= now)
    }
}

/// The most severe of several watches on the same value, which stand most severe first.
pub(crate) fn first_raised(watches: &[Watch], now: Instant) -> Option<(Rule, Instant)> {
    watches.iter().find_map(|watch| Some((watch.rule, watch.raised(now)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::{RuleId, Severity};

    fn raised(rules: &[RuleId], readings: &[(i64, f64)], now: i64) -> Option<Severity> {
        let at = |minute: i64| Instant::from_millis(minute * 60_000);
        let mut watches: Vec<_> = rules.iter().map(|rule| Watch::new(rule.default())).collect();
        for watch in &mut watches {
            for &(minute, value) in readings {
                watch.observe(at(minute), value);
            }
        }
        first_raised(&watches, at(now)).map(|(rule, _)| rule.severity)
    }

    fn air(readings: &[(i64, f64)], now: i64) -> Option<Severity> {
        raised(&[RuleId::AirUrgent, RuleId::AirAttention], readings, now)
    }

    #[test]
    fn bad_air_is_an_alert_after_ten_minutes_and_not_for_a_breath() {
        assert_eq!(air(&[(0, 1100.0), (9, 1100.0)], 9), None);
        assert_eq!(air(&[(0, 1100.0), (9, 1100.0)], 10), Some(Severity::Attention));
        assert_eq!(air(&[(0, 1100.0), (5, 950.0), (6, 1100.0)], 12), None);
    }

    #[test]
    fn it_is_over_only_when_the_air_is_good_again() {
        let up = [(0, 1100.0), (11, 1100.0), (20, 850.0)];
        assert_eq!(air(&up, 20), Some(Severity::Attention));
        assert_eq!(air(&[up[0], up[1], up[2], (30, 790.0)], 30), None);
    }

    #[test]
    fn very_bad_air_is_urgent() {
        assert_eq!(air(&[(0, 1600.0), (11, 1600.0)], 11), Some(Severity::Urgent));
        let better = [(0, 1600.0), (11, 1600.0), (12, 1100.0)];
        assert_eq!(air(&better, 12), Some(Severity::Attention));
    }

    #[test]
    fn a_vault_that_freezes_is_watched_downwards() {
        let cold = |readings, now| raised(&[RuleId::Frost, RuleId::Cold], readings, now);
        assert_eq!(cold(&[(0, 7.5), (31, 7.5)], 31), Some(Severity::Attention));
        assert_eq!(cold(&[(0, 4.0), (31, 4.0)], 31), Some(Severity::Urgent));
        assert_eq!(cold(&[(0, 7.5), (31, 8.5)], 31), Some(Severity::Attention));
        assert_eq!(cold(&[(0, 7.5), (31, 7.5), (32, 9.5)], 32), None);
    }
}
