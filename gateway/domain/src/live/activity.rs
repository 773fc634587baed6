//! Activity of a machine, from its power.

use jiff::SignedDuration;

use crate::energy::{Activity, ActivityState};
use crate::instant::Instant;

/// Time that a machine must spend in another state before it counts as being in it: motors and heaters come and go.
const DWELL: SignedDuration = SignedDuration::from_secs(60);
/// Power below which a plug cannot distinguish a machine from its own error, in W.
const OFF_BELOW_W: f64 = 1.0;

/// Watch over the power of one machine.
#[derive(Clone, Debug)]
pub(super) struct ActivityWatch {
    running_above_w: f64,
    now: Option<Activity>,
    next: Option<Activity>,
}

impl ActivityWatch {
    pub(super) fn new(running_above_w: f64) -> Self {
        Self { running_above_w, now: None, next: None }
    }

    /// Takes the next reading of its power.
    pub(super) fn observe(&mut self, at: Instant, watts: f64) {
        self.now = self.at(at);
        let activity = Activity { state: self.state(watts), since: at };
        match (self.now, self.next) {
            (None, _) => (self.now, self.next) = (Some(activity), None),
            (Some(now), _) if now.state == activity.state => self.next = None,
            (_, Some(next)) if next.state == activity.state => (),
            _ => self.next = Some(activity),
        }
    }

    /// Its activity at `now`.
    pub(super) fn at(&self, now: Instant) -> Option<Activity> {
        self.next.filter(|next| next.since + DWELL <= now).or(self.now)
    }

    /// It works from its threshold on, and goes on working above half of it.
    fn state(&self, watts: f64) -> ActivityState {
        let runs = self.now.is_some_and(|now| now.state == ActivityState::Running);
        let threshold = if runs { self.running_above_w / 2.0 } else { self.running_above_w };
        if watts >= threshold {
            ActivityState::Running
        } else if watts < OFF_BELOW_W {
            ActivityState::Off
        } else {
            ActivityState::Standby
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ActivityState::{Off, Running, Standby};

    fn state(readings: &[(i64, f64)], now: i64) -> (ActivityState, i64) {
        let at = |second: i64| Instant::from_millis(second * 1000);
        let mut watch = ActivityWatch::new(200.0);
        for &(second, watts) in readings {
            watch.observe(at(second), watts);
        }
        let activity = watch.at(at(now)).unwrap();
        (activity.state, activity.since.as_millis() / 1000)
    }

    #[test]
    fn a_machine_runs_once_it_has_drawn_power_for_a_minute() {
        let readings = [(0, 8.0), (100, 450.0)];
        assert_eq!(state(&readings, 159), (Standby, 0));
        assert_eq!(state(&readings, 160), (Running, 100));
    }

    #[test]
    fn a_heater_that_pauses_does_not_stop_the_machine() {
        let readings = [(0, 450.0), (100, 30.0), (140, 450.0), (200, 120.0), (300, 120.0)];
        assert_eq!(state(&readings, 400), (Running, 0));
    }

    #[test]
    fn a_machine_that_draws_nothing_is_off() {
        assert_eq!(state(&[(0, 450.0), (100, 0.2)], 200), (Off, 100));
    }
}
