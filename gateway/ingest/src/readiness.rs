//! Readiness of the gateway, and its obstacles: one line for each part that does not work.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::seldom::Seldom;
use tokio::sync::watch;

/// Least time between two lines of the log that the same part does not work.
const LINE_EVERY: Duration = Duration::from_mins(5);

/// A part of the gateway that can keep it from being ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The program is still being put together.
    Start,
    /// The machine's clock cannot be right.
    Clock,
    /// Deliveries do not come.
    Broker,
    /// Another client uses the name of the client that receives.
    ReadingsName,
    /// State topics do not go out.
    State,
    /// Another client uses the name of the client that publishes states.
    StatesName,
    /// Some states are too large for any broker, and left out.
    Oversize,
    /// The crash journal takes nothing.
    Journal,
    /// The store takes nothing.
    Store,
}

/// Obstacles to the work of the gateway. Parts report them, `/ready` shows them.
#[derive(Debug)]
pub struct Readiness {
    obstacles: Mutex<BTreeMap<Part, String>>,
    summary: watch::Sender<Option<String>>,
    /// Of each part when its next line is due, and whether its present obstacle stands in the log.
    lines: Mutex<BTreeMap<Part, (Seldom, bool)>>,
}

impl Default for Readiness {
    fn default() -> Self {
        Self {
            obstacles: Mutex::default(),
            summary: watch::Sender::new(None),
            lines: Mutex::default(),
        }
    }
}

impl Readiness {
    /// `part` does not work yet, which is no fault.
    pub fn pending(&self, part: Part, what: impl Into<String>) {
        let what = what.into();
        self.change(|obstacles| drop(obstacles.insert(part, what)));
    }

    /// `part` cannot work, for this reason; people read it, so with the remedy where there is one.
    pub fn blocked(&self, part: Part, why: impl Into<String>) {
        let why = why.into();
        self.change(|obstacles| {
            if obstacles.get(&part) != Some(&why) {
                if let Some(left_out) = self.line_is_due(part) {
                    tracing::warn!(?part, why, left_out, "not ready");
                }
                obstacles.insert(part, why);
            }
        });
    }

    /// `part` cannot work yet, and it shows when it will; told in the log when it begins, and not for every second of it.
    pub fn waiting(&self, part: Part, why: impl Into<String>) {
        let why = why.into();
        self.change(|obstacles| {
            if obstacles.insert(part, why.clone()).is_none() {
                tracing::warn!(?part, why, "not ready");
            }
        });
    }

    /// `part` works.
    pub fn clear(&self, part: Part) {
        self.change(|obstacles| {
            if obstacles.remove(&part).is_some() && self.was_told(part) {
                tracing::info!(?part, "ready");
            }
        });
    }

    /// Whether a line may be written that `part` does not work: one at once, then one in some minutes with the count of
    /// those left out. A part that comes and goes many times a second fills no log.
    fn line_is_due(&self, part: Part) -> Option<u64> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let (seldom, told) = lines.entry(part).or_insert((Seldom::new(LINE_EVERY), false));
        let left_out = seldom.take(Instant::now());
        *told = left_out.is_some();
        left_out
    }

    /// Whether the last obstacle of `part` stands in the log.
    fn was_told(&self, part: Part) -> bool {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.get_mut(&part).is_none_or(|(_, told)| std::mem::replace(told, false))
    }

    /// `None` while everything works, else why not.
    pub fn watch(&self) -> watch::Receiver<Option<String>> {
        self.summary.subscribe()
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<Part, String>)) {
        let mut obstacles = self.obstacles.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut obstacles);
        let why: Vec<_> = obstacles.values().map(String::as_str).collect();
        let why = (!why.is_empty()).then(|| why.join("; "));
        self.summary.send_if_modified(|summary| {
            let differs = *summary != why;
            *summary = why;
            differs
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_is_ready_when_no_part_is_blocked_and_names_every_part_that_is() {
        let readiness = Readiness::default();
        let summary = readiness.watch();
        assert_eq!(*summary.borrow(), None);

        readiness.blocked(Part::Store, "the disk is full");
        readiness.blocked(Part::Broker, "no broker at mqtt://127.0.0.1:1883");
        assert_eq!(
            summary.borrow().as_deref(),
            Some("no broker at mqtt://127.0.0.1:1883; the disk is full")
        );

        readiness.clear(Part::Store);
        readiness.clear(Part::Broker);
        assert_eq!(*summary.borrow(), None);
    }
}
