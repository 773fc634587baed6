//! An alert: its subject, its severity, and who takes care of it.

use serde::{Deserialize, Serialize};

use super::matter::Matter;
use crate::instant::Instant;

/// Identifier of an alert in the log of alerts; grows with each new one.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct AlertId(pub u64);

/// Acknowledgement of an alert by a person who takes care of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Account of the person; empty where names are left out.
    pub by: String,
    /// Instant of the acknowledgement.
    pub at: Instant,
}

/// How much an alert matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Needs somebody now.
    Urgent,
    /// Needs somebody today.
    Attention,
    /// Good to know.
    Info,
}

/// One event that calls for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Identifier in the log of alerts; `None` until it stands there.
    #[serde(default)]
    pub id: Option<AlertId>,
    /// Its subject.
    #[serde(flatten)]
    pub matter: Matter,
    /// How much it matters.
    pub severity: Severity,
    /// Beginning of the event.
    pub since: Instant,
    /// Acknowledgement by a person, if any.
    #[serde(default)]
    pub acknowledged: Option<Acknowledgement>,
}

impl Alert {
    /// An alert that nobody has acknowledged yet.
    pub fn new(matter: Matter, severity: Severity, since: Instant) -> Self {
        Self { id: None, matter, severity, since, acknowledged: None }
    }

    /// The alert as everybody may see it: acknowledged or not, but not by whom.
    #[must_use]
    pub fn without_names(mut self) -> Self {
        if let Some(acknowledged) = &mut self.acknowledged {
            acknowledged.by.clear();
        }
        self
    }
}
