//! A building: a broker, `vigie` and a data folder, stopped and removed at the end.

use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{self, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};

use tempfile::TempDir;

use crate::api::Api;
use crate::message::SITE;
use crate::mosquitto::Mosquitto;
use crate::publisher::Publisher;
use crate::vigie::{Vigie, command};

/// Password of the account that a test makes.
pub const PASSWORD: &str = "le chat dort ici";
/// marie and [`PASSWORD`].
pub const BASIC: &str = "Basic bWFyaWU6bGUgY2hhdCBkb3J0IGljaQ==";

/// The parts of one installation. Drop order: first `vigie`, then the broker, then the folder.
#[derive(Debug)]
pub struct Installation {
    /// The program.
    pub vigie: Vigie,
    /// The broker beside it; `None` when `vigie` embeds its own.
    pub mosquitto: Option<Mosquitto>,
    port: u16,
    folder: TempDir,
}

impl Installation {
    /// With a real Mosquitto. `site` is added to a site file that names only the building.
    pub fn with_mosquitto(site: &str) -> Self {
        Self::with_broker_at(site, |port| port)
    }

    /// With a real Mosquitto that `vigie` reaches by the port that `route` makes of the broker's.
    pub fn with_broker_at(site: &str, route: impl FnOnce(u16) -> u16) -> Self {
        let folder = folder(&site_file(site));
        let mosquitto = Mosquitto::start(folder.path(), free_port());
        let broker = format!("mqtt://127.0.0.1:{}", route(mosquitto.port()));
        let vigie = start(folder.path(), Vec::new(), &["--broker".to_owned(), broker]);
        Self { vigie, port: mosquitto.port(), mosquitto: Some(mosquitto), folder }
    }

    /// With the embedded broker. `site` is added to a site file that names only the building.
    pub fn embedded(site: &str) -> Self {
        Self::embedded_with(&site_file(site))
    }

    /// With the embedded broker and this site file.
    pub fn embedded_with(site_file: &str) -> Self {
        Self::embedded_in(Vec::new(), site_file)
    }

    /// The same with these environment variables as well.
    pub fn embedded_in(environment: Vec<(String, String)>, site_file: &str) -> Self {
        let (folder, port) = (folder(site_file), free_port());
        let broker = ["--mqtt".to_owned(), format!("127.0.0.1:{port}")];
        let vigie = start(folder.path(), environment, &broker);
        Self { vigie, port, mosquitto: None, folder }
    }

    /// The HTTP API.
    pub fn api(&self) -> &Api {
        self.vigie.api()
    }

    /// A sensor that is connected to the broker.
    pub fn sensor(&self, name: &str) -> Publisher {
        Publisher::connect(self.port, name)
    }

    /// Makes the account of marie, whose password is [`PASSWORD`], and reads with it from now on.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn add_marie(&self) {
        let mut command = command();
        let (site, data) = (self.folder().join("site.toml"), self.folder().join("data"));
        command.args(["user", "add", "marie", "--site"]).arg(site).arg("--data").arg(data);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("vigie starts");
        let mut stdin = child.stdin.take().expect("it reads a password");
        writeln!(stdin, "{PASSWORD}").expect("it takes a password");
        drop(stdin);
        assert!(child.wait().expect("it ends").success(), "the account was not made");
        self.api().identify(BASIC);
    }

    /// Where the broker listens.
    pub fn broker_port(&self) -> u16 {
        self.port
    }

    /// Where the site file and the data are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn folder(site_file: &str) -> TempDir {
    let folder =
        tempfile::Builder::new().prefix("vigie-test-").tempdir().expect("a folder can be made");
    fs::write(folder.path().join("site.toml"), site_file).expect("the site file can be written");
    folder
}

/// A site file that names the building of the tests, and `rest`.
pub fn site_file(rest: &str) -> String {
    format!(
        "[site]\nid = \"{SITE}\"\nname = \"Essai\"\ntimezone = \"Europe/Paris\"\ncapacity = 200\narea_m2 = 1200\n{rest}"
    )
}

fn start(folder: &Path, environment: Vec<(String, String)>, broker: &[String]) -> Vigie {
    let (site, data) = (folder.join("site.toml"), folder.join("data"));
    let port = free_port();
    let mut arguments = vec!["--site".to_owned(), site.display().to_string()];
    arguments.extend(["--data".to_owned(), data.display().to_string()]);
    arguments.extend(["--http".to_owned(), format!("127.0.0.1:{port}")]);
    arguments.extend_from_slice(broker);
    Vigie::start_in(environment, arguments, port, &folder.join("vigie.log"))
}

/// A port below those that the system gives to outgoing connections, so that none takes it while its owner restarts.
/// A lock file keeps other test programs away from it until this one ends.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    static LOCKS: Mutex<Vec<File>> = Mutex::new(Vec::new());
    // Test programs that run side by side begin at different ports.
    let begin = u16::try_from(process::id() % 97).unwrap_or(0) * 120;
    for _ in 0..5000 {
        let port = 20_000 + (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        let path = env::temp_dir().join(format!("vigie-test-port-{port}.lock"));
        let Ok(lock) = File::create(path) else { continue };
        if lock.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            LOCKS.lock().expect("no thread panicked").push(lock);
            return port;
        }
    }
    panic!("the loopback has no free port");
}
