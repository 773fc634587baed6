//! The stores that are compared, each behind the same trait.

mod influxdb;
mod plain;
mod server;
mod victoria_metrics;
mod vigie;

use std::path::Path;

use crate::scenario;

/// Who they are: Vigie, to which the others are compared, and the program that each other needs.
pub(crate) const ALL: [(&str, Option<&str>); 4] = [
    ("Vigie", None),
    ("plain SQLite", None),
    ("VictoriaMetrics", Some("victoria-metrics")),
    ("InfluxDB 1", Some("influxd")),
];

/// Runs the peer of this name on a folder, as standard input tells.
pub(crate) fn serve(name: &str, folder: &Path) {
    match name {
        "Vigie" => scenario::serve(vigie::Vigie::open(folder)),
        "plain SQLite" => scenario::serve(plain::Plain::open(folder)),
        "VictoriaMetrics" => scenario::serve(victoria_metrics::VictoriaMetrics::start(folder)),
        "InfluxDB 1" => scenario::serve(influxdb::InfluxDb::start(folder)),
        other => panic!("nobody is called {other}"),
    }
}
