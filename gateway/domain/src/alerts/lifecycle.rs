//! From what holds now to events with a beginning and an end: raised, acknowledged, cleared.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::instant::Instant;
use crate::wire::state::Alert;

/// After a start nothing is over for so long: values that take minutes to come back say nothing yet.
const SETTLING: SignedDuration = SignedDuration::from_mins(3);

/// Names an alert in the log of alerts; grows with each new one.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct AlertId(pub u64);

/// Somebody takes care of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The account that said so; empty where it is not told.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// An alert as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Its name.
    pub id: AlertId,
    /// What it says; the severity is the worst so far.
    pub alert: Alert,
    /// When it was told first.
    pub raised_at: Instant,
    /// When it was over; `None` while it holds.
    pub cleared_at: Option<Instant>,
}

/// What happened to an alert.
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

/// An alert to be kept, and what happened to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What happened.
    pub sort: ChangeSort,
    /// How it stands now.
    pub standing: Standing,
}

/// The alerts that hold, by what they are about.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    open: BTreeMap<String, Standing>,
    newest: AlertId,
    settled_from: Instant,
}

impl Lifecycle {
    /// Goes on with what stood open when the program stopped; `newest` is the last name that was given.
    pub fn resume(open: Vec<Standing>, newest: AlertId, now: Instant) -> Self {
        let open = open.into_iter().map(|standing| (standing.alert.matter.key(), standing));
        Self { open: open.collect(), newest, settled_from: now + SETTLING }
    }

    /// Takes what holds at `now` and says what changed. An alert that only shows another figure did not change.
    pub fn compare(&mut self, alerts: &[Alert], now: Instant) -> Vec<Change> {
        let mut changes: Vec<_> =
            alerts.iter().filter_map(|alert| self.take_in(alert, now)).collect();
        if now < self.settled_from {
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

    fn take_in(&mut self, alert: &Alert, now: Instant) -> Option<Change> {
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

    /// Somebody takes care of an alert. `None` when it does not stand open, or somebody does already.
    pub fn acknowledge(&mut self, id: AlertId, by: Acknowledgement) -> Option<Change> {
        let standing = self.open.values_mut().find(|standing| standing.id == id)?;
        if standing.alert.acknowledged.is_some() {
            return None;
        }
        standing.alert.acknowledged = Some(by);
        Some(Change { sort: ChangeSort::Acknowledged, standing: standing.clone() })
    }

    /// The alerts that hold, as they stand in the log: with their names and who takes care of them.
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
    use crate::wire::state::{Matter, Severity};

    fn at(minute: i64) -> Instant {
        Instant::from_millis(minute * 60_000)
    }

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
    fn what_gets_worse_is_told_again_and_needs_somebody_again() {
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
    fn names_are_never_given_again() {
        let mut alerts = Lifecycle::resume(Vec::new(), AlertId(41), at(-10));
        alerts.compare(&[air(1100.0, Severity::Attention)], at(0));
        alerts.compare(&[], at(1));
        let again = alerts.compare(&[air(1100.0, Severity::Attention)], at(2));
        assert_eq!(again[0].standing.id, AlertId(43));
        let told = alerts.annotated(&[air(1100.0, Severity::Attention)]);
        assert_eq!(told[0].id, Some(AlertId(43)));
    }
}
