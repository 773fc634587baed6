//! Trouble with the server: logged once when it begins and once when it ends; each failure is counted.

use std::mem::{Discriminant, discriminant};

use super::fault::Fault;

/// The kind of the present trouble, if any.
#[derive(Debug, Default)]
pub(super) struct Trouble(Option<Discriminant<Fault>>);

impl Trouble {
    /// Records a failure.
    pub(super) fn record(&mut self, fault: &Fault) {
        metrics::counter!("vigie_influxdb_failures_total", "fault" => label(fault)).increment(1);
        if self.0.replace(discriminant(fault)) == Some(discriminant(fault)) {
            return;
        }
        if matches!(fault, Fault::Configuration(_)) {
            tracing::error!(%fault, "readings are kept, but not forwarded to InfluxDB");
        } else {
            tracing::warn!(%fault, "readings are kept, and forwarded when InfluxDB is back");
        }
    }

    /// Records a success.
    pub(super) fn end(&mut self) {
        if self.0.take().is_some() {
            tracing::info!("InfluxDB takes readings again");
        }
    }
}

const fn label(fault: &Fault) -> &'static str {
    match fault {
        Fault::Wait { .. } => "away",
        Fault::Doubtful(_) => "failed",
        Fault::Split => "too_large",
        Fault::Isolate { .. } => "refused",
        Fault::Configuration(_) => "configuration",
    }
}
