//! Which files may name which library. The dependency bans say which package may; this says which room of it.

use std::fs;

use super::source::{root, rust_files};

/// Each library and the places that wrap it: a file, or a folder of files with one purpose.
const WRAPPED: &[(&str, &[&str])] = &[
    (
        "rumqttc",
        &[
            "gateway/ingest/src/broker_link.rs",
            "dashboard/src/live/link.rs",
            "sensors/src/publisher/connection.rs",
            "tests/",
        ],
    ),
    ("rppal", &["sensors/src/board.rs"]),
    ("serialport", &["sensors/src/serial.rs"]),
    (
        "rustix",
        &[
            "gateway/store/src/sqlite/upkeep/disk.rs",
            "gateway/src/machine/rights.rs",
            "sensors/src/uptime.rs",
            "sensors/tests/",
        ],
    ),
    ("scd4x", &["sensors/src/instruments/"]),
    ("sht4x", &["sensors/src/instruments/"]),
    ("ads1x1x", &["sensors/src/instruments/current_clamp.rs"]),
    ("sd_notify", &["gateway/src/machine/systemd.rs", "sensors/src/node/systemd.rs"]),
    ("mqtt5", &["gateway/src/broker/embedded.rs"]),
    ("rusqlite", &["gateway/store/src/sqlite/", "tests/benches/store/peers/"]),
    ("influxdb2", &["gateway/store/src/influx/administration.rs"]),
    (
        "reqwest",
        &[
            "gateway/outbound/",
            "gateway/store/src/influx/client.rs",
            "gateway/store/src/influx/administration.rs",
            "gateway/src/notify/webhook.rs",
        ],
    ),
    ("pco", &["gateway/store/src/sqlite/codec/column.rs"]),
    ("metrics_exporter_prometheus", &["gateway/src/telemetry.rs"]),
];

#[test]
fn each_library_is_named_only_in_the_room_that_wraps_it() {
    let folders = ["gateway", "dashboard", "sensors", "tests"];
    let sources: Vec<_> = folders.iter().flat_map(|name| rust_files(&root().join(name))).collect();
    assert!(sources.len() > 100, "only {} files were found", sources.len());
    for source in sources {
        let text = fs::read_to_string(&source).unwrap();
        let place = source.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        for (library, rooms) in WRAPPED {
            let named = text.lines().any(|line| names(line, library));
            let allowed = rooms.iter().any(|room| place.starts_with(room));
            assert!(
                !named || allowed,
                "{place} names {library}, which belongs in {}",
                rooms.join(", ")
            );
        }
    }
}

fn names(line: &str, library: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let path = format!("{library}::");
    code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
        .any(|word| word.starts_with(&path))
}
