//! The JSON API under `/api/v1`: one file per call or family of calls.

pub(crate) mod alerts;
pub(crate) mod checks;
pub(crate) mod corrections;
pub(crate) mod energy;
pub(crate) mod energy_csv;
pub(crate) mod history;
pub(crate) mod indicators;
pub(crate) mod live;
pub(crate) mod occupancy;
pub(crate) mod quarantine;
pub(crate) mod readings;
pub(crate) mod report;
pub(crate) mod sources;
pub(crate) mod zones;
