//! The write path against a second real server: VictoriaMetrics takes line protocol as InfluxDB 2 does. It answers 204
//! to lines that it drops, so it says nothing of refusals; for these there is the recording.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::installation::{Installation, eventually, readings};

/// A server that ends with the test.
struct VictoriaMetrics {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl VictoriaMetrics {
    /// Nothing where it is not installed; that is a fault in CI.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        // It cannot be handed a listener.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("victoria-metrics");
        command
            .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
            .arg(format!("-storageDataPath={}", folder.path().display()))
            .args(["-retentionPeriod=100y", "-loggerLevel=ERROR", "-search.latencyOffset=0s"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match command.spawn() {
            Ok(child) => Some(Self { child, port, _folder: folder }),
            Err(error) => {
                let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
                assert!(!is_ci, "victoria-metrics cannot be started: {error}");
                eprintln!("skipped: victoria-metrics is not installed ({error})");
                None
            }
        }
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
    }

    /// The values of a device by its name there, in the order of their times.
    fn values(&self, name: &str, device: &str) -> Vec<f64> {
        self.get("/internal/force_flush");
        let query = format!(
            "/api/v1/export?match%5B%5D=%7B__name__%3D%22{name}%22%2Cdevice%3D%22{device}%22%7D"
        );
        let text = self.get(&query).unwrap_or_default();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
        lines
            .flat_map(|line| line["values"].as_array().cloned().unwrap_or_default())
            .filter_map(|value| value.as_f64())
            .collect()
    }
}

impl Drop for VictoriaMetrics {
    fn drop(&mut self) {
        drop(self.child.kill().and_then(|()| self.child.wait()));
    }
}

#[tokio::test]
async fn a_second_real_server_takes_readings_and_rollups_packed_or_not() {
    let Some(server) = VictoriaMetrics::start() else { return };
    eventually("VictoriaMetrics answers", || server.get("/health").is_some()).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let mut installation = Installation::writing_to(&url, "readings");
    // Of two years ago: it takes nothing from the future.
    let sent = readings("air-1", -63_072_000, 1000);
    installation.append(sent.clone()).await;
    installation.forward();

    eventually("the readings", || server.values("temperature_value", "air-1").len() == 1000).await;
    let expected: Vec<f64> = sent.iter().map(|r| r.observation.value.as_f64()).collect();
    assert_eq!(server.values("temperature_value", "air-1"), expected);
    eventually("their rollups", || server.values("temperature_1d_count", "air-1") == [1000.0])
        .await;

    installation.append(readings("air-2", -63_072_000, 1)).await;
    eventually("a small request", || server.values("temperature_value", "air-2").len() == 1).await;
}
