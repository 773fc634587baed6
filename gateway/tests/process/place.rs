//! Where one instance of the program lives while it is tested.

use std::env;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{self, Child, Command, ExitStatus, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// Deadline of what is expected at once. Long, since it costs time only on failure and the machine may be busy.
pub(crate) const SOON: Duration = Duration::from_mins(1);
/// What a stop may take.
pub(crate) const STOP: Duration = Duration::from_secs(5);

pub(crate) const SITE: &str = r#"
[site]
id = "dreux"
name = "Pôle éco-numérique"
timezone = "Europe/Paris"
capacity = 200
area_m2 = 1200
"#;

pub(crate) fn vigie() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
    for name in [
        "SITE",
        "DATA",
        "HTTP",
        "MQTT",
        "BROKER",
        "CLIENT_ID",
        "COMMIT_WINDOW",
        "BACKUP_TO",
        "BACKUP_AT",
    ] {
        command.env_remove(format!("VIGIE_{name}"));
    }
    command.env_remove("NO_COLOR");
    command.stdin(Stdio::null());
    command
}

/// An address of the loopback whose port lies below those that the system gives to outgoing connections, so that none
/// takes it before the program does. A lock file keeps other test programs away from it until this one ends.
pub(crate) fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    static LOCKS: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let begin = u16::try_from(process::id() % 97).unwrap() * 120;
    loop {
        let count = NEXT.fetch_add(1, Ordering::Relaxed);
        assert!(count < 5000, "the loopback has no free port");
        let address = SocketAddr::from(([127, 0, 0, 1], 20_000 + (begin + count) % 12_000));
        let path = env::temp_dir().join(format!("vigie-test-port-{}.lock", address.port()));
        let Ok(lock) = File::create(path) else { continue };
        if lock.try_lock().is_ok() && TcpListener::bind(address).is_ok() {
            LOCKS.lock().unwrap().push(lock);
            return address;
        }
    }
}

/// Where one instance lives.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    pub(crate) http: SocketAddr,
    pub(crate) mqtt: SocketAddr,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("site.toml"), SITE).unwrap();
        Self { folder, http: free_address(), mqtt: free_address() }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = vigie();
        command.args(["run", "--site", &self.path("site.toml"), "--data", &self.path("data")]);
        command.args(["--http", &self.http.to_string(), "--mqtt", &self.mqtt.to_string()]);
        command
    }

    pub(crate) fn start(&self) -> Running {
        let log = fs::File::create(self.path("log")).unwrap();
        let child = self.command().stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let mut running = Running { child, http: self.http };
        running.becomes_ready(Path::new(&self.path("log")));
        running
    }
}

/// A running instance; killed when the test ends.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) http: SocketAddr,
}

impl Running {
    pub(crate) fn is_ready(&self) -> bool {
        get(self.http, "/ready").is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    pub(crate) fn becomes_ready(&mut self, log: &Path) {
        eventually("/ready answers 200", SOON, || {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?}: {}", fs::read_to_string(log).unwrap());
            self.is_ready().then_some(())
        });
    }

    pub(crate) fn terminate(&mut self) -> ExitStatus {
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

pub(crate) fn eventually<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "not within {limit:?}: {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(SOON)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// The exit code and all that was said by a start that must fail.
pub(crate) fn refused(mut command: Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}
