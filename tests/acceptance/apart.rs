//! The two halves in processes of their own, on one data folder and one broker.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tests::installation::{free_port, site_file};
use tests::message::{message, now};
use tests::mosquitto::Mosquitto;
use tests::program::Program;
use tests::{Api, Publisher, SOON, eventually, vigie};

use crate::needs;

const SITE: &str = "[[zone]]\nid = \"salle\"\nname = \"Salle\"\n\
                    [[point]]\nid = \"salle-co2\"\nzone = \"salle\"\nquantity = \"co2\"\nsources = [{ device = \"air\" }]\n";

fn half(name: &str, folder: &Path, broker: u16, http: u16) -> Program {
    let mut command = vigie::command();
    command
        .arg(name)
        .arg("--site")
        .arg(folder.join("site.toml"))
        .arg("--data")
        .arg(folder.join("data"));
    command.args(["--broker", &format!("mqtt://127.0.0.1:{broker}")]);
    command.args(["--http", &format!("127.0.0.1:{http}")]);
    Program::start(command, &folder.join(format!("{name}.log")))
}

#[test]
fn a_dashboard_in_another_process_shows_live_and_stored_what_the_gateway_beside_it_takes_in() {
    needs!("mosquitto");
    let folder: TempDir = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("site.toml"), site_file(SITE)).unwrap();
    let broker = Mosquitto::start(folder.path(), free_port());
    let http = free_port();
    let api = Api::new(http);

    let mut gateway = half("gateway", folder.path(), broker.port(), http);
    eventually("the gateway keeps a store", SOON, || {
        folder.path().join("data/vigie.db").exists().then_some(())
    });
    let mut dashboard = half("dashboard", folder.path(), broker.port(), http);
    eventually("the dashboard answers", SOON, || {
        dashboard.expect_running();
        api.text("/health").ok()
    });
    // A gateway without a dashboard serves no `/ready`. The broker keeps nothing for it before its first subscription.
    eventually("the gateway has subscribed", SOON, || {
        gateway.expect_running();
        let is_ready = |line: &str| line.contains("Broker") && line.contains("ready");
        gateway
            .log()
            .lines()
            .any(|line| is_ready(line) && !line.contains("not ready"))
            .then_some(())
    });
    let at = now();
    Publisher::connect(broker.port(), "air").publish([message("air", "co2", at, 742.0)]);

    eventually("742 ppm live", SOON, || {
        (api.get("/live").ok()?["zones"][0]["co2_ppm"].as_f64() == Some(742.0)).then_some(())
    });
    eventually("742 ppm stored", SOON, || {
        let stored = api.readings("air", "co2");
        (stored.len() == 1 && stored[0].0 == at && stored[0].1 == 742.0).then_some(())
    });
}
