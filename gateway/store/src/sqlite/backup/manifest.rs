//! The manifest of a backup: when and how it was made, and whether it was found equal to the store.

use domain::Instant;
use serde::{Deserialize, Serialize};

/// Description of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// As of when it holds the store.
    pub made_at: Instant,
    /// The version of Vigie that made it.
    pub vigie: String,
    /// Whether it stands alone.
    pub kind: Kind,
    /// Rows of all tables that it gives back.
    pub rows: u64,
    /// How large its own files are.
    pub bytes: u64,
    /// How it was compared with what it was made from; `None` as long as it was not.
    pub compared: Option<Comparison>,
}

/// Kind of a backup: whole, or the changes since a whole one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It is a whole database.
    Full,
    /// It holds what this full one lacks.
    ChangesSince(String),
}

/// Outcome of the comparison of a restored backup with the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Every byte of every row was the same.
    Same {
        /// When that was found.
        at: Instant,
    },
    /// Something was not.
    Different {
        /// When that was found.
        at: Instant,
        /// Where it begins.
        what: String,
    },
}

impl Manifest {
    /// Whether it was restored once and found the same.
    pub const fn is_sound(&self) -> bool {
        matches!(self.compared, Some(Comparison::Same { .. }))
    }

    /// Whether it was found to be of no use.
    pub(super) const fn is_damaged(&self) -> bool {
        matches!(self.compared, Some(Comparison::Different { .. }))
    }

    /// The full backup that it needs.
    pub(super) fn base(&self) -> Option<&str> {
        match &self.kind {
            Kind::Full => None,
            Kind::ChangesSince(name) => Some(name),
        }
    }
}
