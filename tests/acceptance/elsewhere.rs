//! A dashboard that does not run beside its gateway: what it shows comes from InfluxDB and the broker alone.

use std::fs;
use std::path::Path;
use std::process::Command;

use domain::audit::{Correction, Deed, Draft, Effect, Target};
use domain::testing::at;
use domain::{Quantity, testing};
use jiff::SignedDuration;
use serde_json::Value as Json;
use store::{AuditWriter, Batch, SeriesWriter, SqliteSettings, SqliteWriter};
use tempfile::TempDir;
use tests::installation::{free_port, site_file};
use tests::message::{message, now};
use tests::program::Program;
use tests::{Api, Publisher, SOON, eventually, vigie};

#[path = "../../gateway/store/tests/influx/double/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests of the adapter use the rest")]
mod double;

use double::{Double, ORGANISATION, TOKEN, Trick};

const BUCKET: &str = "bâtiments 2026";
const SITE: &str = "[[zone]]\nid = \"salle\"\nname = \"Salle\"\n\
                    [[point]]\nid = \"salle-co2\"\nzone = \"salle\"\nquantity = \"co2\"\nsources = [{ device = \"air\" }]\n\
                    [[meter]]\nid = \"total\"\nname = \"Tableau général\"\nenergy = [{ device = \"linky\" }]\n";

/// A day of March, every quarter of an hour a kWh, two hours of which a later correction sets to nothing.
async fn a_corrected_day(data: &Path) {
    let source = testing::source("linky", Quantity::EnergyImported);
    let reading = |quarter: i32| {
        let observed_at = at("2026-03-09T23:00:00Z") + SignedDuration::from_mins(15) * quarter;
        testing::reading(&source, observed_at, f64::from(quarter) * 1000.0)
    };
    let correction = Correction {
        target: Target::Meter("total".parse().unwrap()),
        from: at("2026-03-10T10:00:00Z"),
        to: at("2026-03-10T12:00:00Z"),
        effect: Effect::EnergyWh(0.0),
    };
    let draft = Draft {
        at: at("2026-03-11T08:00:00Z"),
        author: "marie".to_owned(),
        reason: "essai du compteur, \"à vide\"".to_owned(),
        deed: Deed::Correction(correction),
        before: None,
    };
    let writer = SqliteWriter::open(data, &SqliteSettings::default()).unwrap();
    let readings = (0..=96).map(reading).collect();
    writer.append(Batch { readings, ..Batch::default() }).await.unwrap();
    writer.record(draft).await.unwrap();
    // What is packed when InfluxDB comes is written to it with its rollups, without waiting for more to arrive.
    writer.seal(at("2026-03-12T04:00:00Z")).await.unwrap();
    writer.close().await.unwrap();
}

/// `vigie` with these words for our building, and that InfluxDB.
fn on(words: &[&str], folder: &Path, data: &str, double: &Double) -> Command {
    let mut command = vigie::command();
    command.args(words).arg("--site").arg(folder.join("site.toml"));
    command.arg("--data").arg(folder.join(data)).args(["--influxdb", &double.url()]);
    command.args(["--influxdb-org", ORGANISATION, "--influxdb-bucket", BUCKET]);
    command.env("VIGIE_INFLUXDB_TOKEN", TOKEN);
    command
}

fn outcome(mut command: Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_elsewhere_tells_what_the_one_beside_the_gateway_tells() {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("site.toml"), site_file(SITE)).unwrap();
    a_corrected_day(&folder.join("data")).await;
    let double = Double::start();

    let (code, printed) = outcome(on(&["check"], folder, "data", &double));
    assert_eq!(code, Some(64), "{printed}");
    assert!(printed.contains("not found") && printed.contains("--create-bucket"), "{printed}");
    assert!(printed.contains(&format!("{} {ORGANISATION}/{BUCKET}: ", double.url())), "{printed}");
    let (code, printed) = outcome(on(&["check", "--create-bucket"], folder, "data", &double));
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("InfluxDB 2.9.0") && printed.contains("bucket was made"), "{printed}");

    let (broker, beside, elsewhere) = (free_port(), free_port(), free_port());
    let mut run = on(&["run"], folder, "data", &double);
    run.args(["--mqtt", &format!("127.0.0.1:{broker}")]);
    run.args(["--http", &format!("127.0.0.1:{beside}")]);
    let mut gateway = Program::start(run, &folder.join("gateway.log"));
    let beside = Api::new(beside);
    eventually("the gateway is ready", SOON, || {
        gateway.expect_running();
        beside.is_ready().then_some(())
    });
    let mut show = on(&["dashboard"], folder, "nothing-here", &double);
    show.args(["--broker", &format!("mqtt://127.0.0.1:{broker}")]);
    show.args(["--http", &format!("127.0.0.1:{elsewhere}")]);
    let mut dashboard = Program::start(show, &folder.join("dashboard.log"));
    let elsewhere = Api::new(elsewhere);
    eventually("the dashboard answers", SOON, || {
        dashboard.expect_running();
        elsewhere.text("/health").ok()
    });

    let moment = now();
    Publisher::connect(broker, "air").publish([message("air", "co2", moment, 742.0)]);
    eventually("742 ppm live", SOON, || {
        let ppm = elsewhere.get("/live").ok()?["zones"][0]["co2_ppm"].as_f64();
        (ppm == Some(742.0)).then_some(())
    });
    eventually("742 ppm stored", SOON, || {
        let stored = elsewhere.readings("air", "co2");
        (stored == [(moment, Json::from(742.0))]).then_some(())
    });
    let day =
        |api: &Api| api.energy("total", "2026-03-09T23:00:00Z", "2026-03-10T23:00:00Z", "hour");
    let expected = day(&beside);
    eventually("the energy of March, as it was corrected", SOON, || {
        (day(&elsewhere) == expected).then_some(())
    });
    assert_eq!(
        (expected[10].1, expected[11].1, expected[12].1),
        (Some(4000.0), Some(0.0), Some(0.0))
    );
    for path in [
        "/meters/total/energy?from=2026-03-09T23:00:00Z&to=2026-03-10T23:00:00Z&by=day&known_at=2026-03-11T00:00:00Z",
        "/corrections",
    ] {
        assert_eq!(elsewhere.list(path).unwrap(), beside.list(path).unwrap(), "{path}");
    }

    for page in
        ["/", "/zones", "/energy", "/history?point=salle-co2", "/sensors", "/report?month=2026-03"]
    {
        elsewhere.text(page).unwrap_or_else(|problem| panic!("{page}: {problem:?}"));
    }
    // What stays beside the gateway is not shown as empty.
    for (list, whose) in [("/quarantine", "quarantine"), ("/alerts", "log of alerts")] {
        let refusal = elsewhere.list(list).unwrap_err().text;
        assert!(refusal.contains(&format!("{whose} stays beside the gateway")), "{refusal}");
    }
    let alerts = elsewhere.text("/alerts?lang=en").unwrap();
    assert!(alerts.contains("The store of readings does not answer"), "{alerts}");

    double.always(Some(Trick::Status(503)));
    let away = elsewhere.list("/sources").unwrap_err();
    assert_eq!(away.status, 503, "{away:?}");
    assert!(elsewhere.get("/live").is_ok(), "the live view does not come from InfluxDB");
    double.always(None);
    assert_eq!(elsewhere.list("/sources").unwrap().len(), 2);
}
