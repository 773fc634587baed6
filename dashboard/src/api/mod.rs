//! The JSON API under `/api/v1`: one file per call.

pub(crate) mod energy;
pub(crate) mod history;
pub(crate) mod live;
pub(crate) mod occupancy;
pub(crate) mod quarantine;
pub(crate) mod readings;
pub(crate) mod sources;
