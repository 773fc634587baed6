//! Life-cycle of alerts: current alerts become events with a beginning and an end, raised, acknowledged and cleared.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::alert::{Acknowledgement, Alert, AlertId};
use crate::instant::Instant;

/// Time after a start in which no event is cleared: values that take minutes to come back say nothing yet.
const SETTLING: SignedDuration = SignedDuration::from_mins(3);

/// Entry of the log of alerts.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Its identifier.
    pub id: AlertId,
    /// The alert with its newest figures and its worst severity so far.
    pub alert: Alert,
    /// Instant at which it was raised.
    pub raised_at: Instant,
    /// Instant at which it was cleared; `None` while it is open.
    pub cleared_at: Option<Instant>,
}

/// Kind of change of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeSort {
    /// It is new.
    Raised,
    /// It matters more than before; an acknowledgement no longer counts.
    Worsened,
    /// Somebody takes care of it.
    Acknowledged,
    /// It is over.
    Cleared,
}

/// Change of an alert, to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Kind of change.
    pub sort: ChangeSort,
    /// The entry after the change.
    pub standing: Standing,
}

/// Open alerts, by the key of their event.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    open: BTreeMap<String, Standing>,
    newest: AlertId,
    /// When the program started, by the clock as it was then.
    started: Instant,
}

impl Lifecycle {
    /// Resumes from the alerts that were open when the program stopped; `newest` is the last identifier in use.
    pub fn resume(open: Vec<Standing>, newest: AlertId, now: Instant) -> Self {
        let open = open.into_iter().map(|standing| (standing.alert.matter.key(), standing));
        Self { open: open.collect(), newest, started: now }
    }

    /// Changes from the open alerts to those that hold at `now`. Another figure of an alert alone is no change.
    pub fn compare(&mut self, alerts: &[Alert], now: Instant) -> Vec<Change> {
        let mut changes: Vec<_> =
            alerts.iter().filter_map(|alert| self.raise(alert, now)).collect();
        // A clock that was ahead at the start settles nothing later.
        if (self.started..self.started + SETTLING).contains(&now) {
            return changes;
        }
        let holds = |key: &String| alerts.iter().any(|alert| alert.matter.key() == *key);
        let over: Vec<_> = self.open.keys().filter(|key| !holds(key)).cloned().collect();
        for key in over {
            let Some(mut standing) = self.open.remove(&key) else { continue };
            standing.cleared_at = Some(now);
            changes.push(Change { sort: ChangeSort::Cleared, standing });
        }
        changes
    }

    fn raise(&mut self, alert: &Alert, now: Instant) -> Option<Change> {
        let key = alert.matter.key();
        if let Some(standing) = self.open.get_mut(&key) {
            let worse = alert.severity < standing.alert.severity;
            standing.alert.matter = alert.matter.clone();
            if !worse {
                return None;
            }
            standing.alert.severity = alert.severity;
            standing.alert.acknowledged = None;
            return Some(Change { sort: ChangeSort::Worsened, standing: standing.clone() });
        }
        self.newest = AlertId(self.newest.0 + 1);
        let alert = Alert { id: Some(self.newest), ..alert.clone() };
        let standing = Standing { id: self.newest, alert, raised_at: now, cleared_at: None };
        self.open.insert(key, standing.clone());
        Some(Change { sort: ChangeSort::Raised, standing })
    }

    /// Acknowledges an alert. `None` when it is not open, or already acknowledged.
    pub fn acknowledge(&mut self, id: AlertId, by: Acknowledgement) -> Option<Change> {
        let standing = self.open.values_mut().find(|standing| standing.id == id)?;
        if standing.alert.acknowledged.is_some() {
            return None;
        }
        standing.alert.acknowledged = Some(by);
        Some(Change { sort: ChangeSort::Acknowledged, standing: standing.clone() })
    }

    /// These alerts with the identifiers and acknowledgements of the log.
    #[must_use]
    pub fn annotated(&self, alerts: &[Alert]) -> Vec<Alert> {
        let annotate = |alert: &Alert| {
            let standing = self.open.get(&alert.matter.key());
            let (id, acknowledged) =
                standing.map_or((None, None), |it| (Some(it.id), it.alert.acknowledged.clone()));
            Alert { id, acknowledged, ..alert.clone() }
        };
        alerts.iter().map(annotate).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::{Matter, Severity};
    use crate::testing::at_minute as at;

    fn air(ppm: f64, severity: Severity) -> Alert {
        let matter = Matter::Air { zone: "fablab".parse().unwrap(), co2_ppm: ppm };
        Alert::new(matter, severity, at(0))
    }

    fn begun() -> Lifecycle {
        Lifecycle::resume(Vec::new(), AlertId(0), at(-10))
    }

    fn sorts(changes: &[Change]) -> Vec<ChangeSort> {
        changes.iter().map(|change| change.sort).collect()
    }

    #[test]
    fn bad_air_that_goes_on_is_one_event_whatever_its_figure() {
        let mut alerts = begun();
        let raised = alerts.compare(&[air(1100.0, Severity::Attention)], at(0));
        assert_eq!(sorts(&raised), [ChangeSort::Raised]);
        assert_eq!(alerts.compare(&[air(1150.0, Severity::Attention)], at(1)), []);
        let cleared = alerts.compare(&[], at(2));
        assert_eq!(sorts(&cleared), [ChangeSort::Cleared]);
        assert_eq!(cleared[0].standing.cleared_at, Some(at(2)));
    }

    #[test]
    fn an_alert_that_gets_worse_is_announced_again_and_needs_somebody_again() {
        let mut alerts = begun();
        alerts.compare(&[air(1100.0, Severity::Attention)], at(0));
        let by = Acknowledgement { by: "marie".to_owned(), at: at(1) };
        assert!(alerts.acknowledge(AlertId(1), by.clone()).is_some());
        assert!(alerts.acknowledge(AlertId(1), by).is_none(), "once is enough");

        let worse = alerts.compare(&[air(1600.0, Severity::Urgent)], at(2));

        assert_eq!(sorts(&worse), [ChangeSort::Worsened]);
        assert_eq!(worse[0].standing.alert.acknowledged, None);
        assert_eq!(alerts.compare(&[air(1200.0, Severity::Attention)], at(3)), []);
    }

    #[test]
    fn a_restart_neither_ends_nor_repeats_what_stands_open() {
        let mut before = begun();
        let raised = before.compare(&[air(1100.0, Severity::Attention)], at(0));
        let standing = raised[0].standing.clone();

        let mut after = Lifecycle::resume(vec![standing], AlertId(1), at(10));

        assert_eq!(after.compare(&[], at(11)), [], "its value may not have come back yet");
        assert_eq!(after.compare(&[air(1100.0, Severity::Attention)], at(12)), []);
        assert_eq!(sorts(&after.compare(&[], at(14))), [ChangeSort::Cleared]);
    }

    #[test]
    fn a_clock_that_was_years_ahead_at_the_start_does_not_keep_alerts_open_for_years() {
        let mut alerts = Lifecycle::resume(Vec::new(), AlertId(0), at(14 * 365 * 24 * 60));
        alerts.compare(&[air(1100.0, Severity::Attention)], at(0));
        assert_eq!(sorts(&alerts.compare(&[], at(1))), [ChangeSort::Cleared]);
    }

    #[test]
    fn identifiers_are_never_used_again() {
        let mut alerts = Lifecycle::resume(Vec::new(), AlertId(41), at(-10));
        alerts.compare(&[air(1100.0, Severity::Attention)], at(0));
        alerts.compare(&[], at(1));
        let again = alerts.compare(&[air(1100.0, Severity::Attention)], at(2));
        assert_eq!(again[0].standing.id, AlertId(43));
        let annotated = alerts.annotated(&[air(1100.0, Severity::Attention)]);
        assert_eq!(annotated[0].id, Some(AlertId(43)));
    }
}
