//! The program as people and systemd meet it: it starts, says what is wrong, and stops in time.

#![expect(clippy::unwrap_used, reason = "a test may stop at what must not fail")]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// What a start may take, and what a person waits for a message.
const SOON: Duration = Duration::from_secs(20);
/// What a stop may take.
const STOP: Duration = Duration::from_secs(5);

const SITE: &str = r#"
[site]
id = "dreux"
name = "Pôle éco-numérique"
timezone = "Europe/Paris"
capacity = 200
area_m2 = 1200
"#;

fn vigie() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
    for name in ["SITE", "DATA", "HTTP", "MQTT", "BROKER", "CLIENT_ID", "COMMIT_WINDOW"] {
        command.env_remove(format!("VIGIE_{name}"));
    }
    command.stdin(Stdio::null());
    command
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Where one instance lives.
struct Place {
    folder: tempfile::TempDir,
    http: SocketAddr,
    mqtt: SocketAddr,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("site.toml"), SITE).unwrap();
        Self { folder, http: free_address(), mqtt: free_address() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn command(&self) -> Command {
        let mut command = vigie();
        command.args(["run", "--site", &self.path("site.toml"), "--data", &self.path("data")]);
        command.args(["--http", &self.http.to_string(), "--mqtt", &self.mqtt.to_string()]);
        command
    }

    fn start(&self) -> Running {
        let log = fs::File::create(self.path("log")).unwrap();
        let child = self.command().stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let mut running = Running { child, http: self.http };
        running.becomes_ready(Path::new(&self.path("log")));
        running
    }
}

/// A running instance; killed when the test ends.
struct Running {
    child: Child,
    http: SocketAddr,
}

impl Running {
    fn is_ready(&self) -> bool {
        get(self.http, "/ready").is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    fn becomes_ready(&mut self, log: &Path) {
        eventually("/ready answers 200", SOON, || {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?}: {}", fs::read_to_string(log).unwrap());
            self.is_ready().then_some(())
        });
    }

    fn terminate(&mut self) -> ExitStatus {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        eventually("the program ends after SIGTERM", STOP, || self.child.try_wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn eventually<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "not within {limit:?}: {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// The exit code and all that was said by a start that must fail.
fn refused(mut command: Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

#[test]
fn it_starts_says_where_to_look_is_ready_and_stops_in_time() {
    let place = Place::new();
    let mut running = place.start();

    let said = fs::read_to_string(place.path("log")).unwrap();
    for expected in [format!("http://{}", place.http), place.path("data"), place.mqtt.to_string()] {
        assert!(said.contains(&expected), "{expected} is not in: {said}");
    }

    assert_eq!(running.terminate().code(), Some(0));
}

#[test]
fn it_starts_again_after_it_was_killed() {
    let place = Place::new();
    let mut first = place.start();
    first.child.kill().unwrap();
    first.child.wait().unwrap();

    let mut second = place.start();
    assert_eq!(second.terminate().code(), Some(0));
}

#[test]
fn every_counter_stands_at_zero_from_the_start() {
    let place = Place::new();
    let running = place.start();
    let metrics = get(running.http, "/metrics").unwrap();
    for name in [
        "vigie_messages_received_total",
        "vigie_readings_stored_total",
        "vigie_readings_repeated_total",
        "vigie_readings_lost_total",
        "vigie_messages_ignored_total",
        "vigie_messages_refused_total{reason=\"malformed\"}",
    ] {
        assert!(metrics.contains(&format!("{name} 0")), "{name} is missing: {metrics}");
    }
}

#[test]
fn a_bad_site_file_is_refused_with_file_line_and_remedy_before_anything_is_made() {
    let place = Place::new();
    let bad = format!("{SITE}\n[[zone]]\nid = \"a\"\nname = \"A\"\nparent = \"nowhere\"\n");
    fs::write(place.path("site.toml"), bad).unwrap();

    let (code, said) = refused(place.command());

    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("site.toml:") && said.contains("nowhere"), "{said}");
    assert!(!Path::new(&place.path("data")).exists());
}

#[test]
fn a_flag_that_makes_no_sense_is_refused() {
    let mut command = vigie();
    command.args(["run", "--http", "everywhere"]);
    let (code, said) = refused(command);
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("--http"), "{said}");
}

#[test]
fn a_taken_port_is_named_with_the_flag_that_chooses_another() {
    let place = Place::new();
    for (address, flag) in [(place.http, "--http"), (place.mqtt, "--mqtt")] {
        let _taken = TcpListener::bind(address).unwrap();
        let (code, said) = refused(place.command());
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&address.to_string()) && said.contains(flag), "{said}");
    }
}

#[test]
fn a_second_instance_on_the_same_data_is_refused_and_harms_nothing() {
    let place = Place::new();
    let mut running = place.start();

    let mut second = vigie();
    second.args(["run", "--site", &place.path("site.toml"), "--data", &place.path("data")]);
    second.args(["--http", &free_address().to_string(), "--mqtt", &free_address().to_string()]);
    let (code, said) = refused(second);

    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&place.path("data")), "{said}");
    assert!(running.is_ready());
    assert_eq!(running.terminate().code(), Some(0));
}

#[test]
fn without_its_broker_it_runs_and_says_that_it_is_not_ready() {
    let place = Place::new();
    let broker = free_address();
    let mut command = place.command();
    command.args(["--broker", &format!("mqtt://vigie:secret@{broker}")]);
    let log = fs::File::create(place.path("log")).unwrap();
    let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
    let mut running = Running { child, http: place.http };

    let answer = eventually("the reason", SOON, || {
        get(place.http, "/ready").filter(|answer| answer.contains(&broker.to_string()))
    });

    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert_eq!(running.terminate().code(), Some(0));
    assert!(!fs::read_to_string(place.path("log")).unwrap().contains("secret"));
}

#[test]
fn check_says_whether_a_site_file_is_in_order_and_starts_nothing() {
    let place = Place::new();
    let check = || {
        let mut command = vigie();
        command.args(["check", "--site", &place.path("site.toml")]);
        refused(command)
    };
    let (code, said) = check();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Pôle éco-numérique"), "{said}");

    fs::write(place.path("site.toml"), format!("{SITE}\nkapacity = 3\n")).unwrap();
    let (code, said) = check();
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("kapacity"), "{said}");
}
