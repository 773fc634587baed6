//! Headless Chromium, driven over the WebDriver protocol.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

use crate::installation::free_port;
use crate::program::Program;
use crate::wait::{SOON, eventually};

/// One browser window.
#[derive(Debug)]
pub struct Browser {
    agent: Agent,
    session: String,
    _driver: Program,
    _folder: TempDir,
}

impl Browser {
    /// Opens a window of this size, in pixels.
    ///
    /// # Panics
    /// When Chromium does not start.
    pub fn open(width: u32, height: u32) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("vigie-browser-")
            .tempdir()
            .expect("a folder can be made");
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}"));
        let driver = Program::start(command, &folder.path().join("chromedriver.log"));
        let config = Agent::config_builder().timeout_global(Some(Duration::from_mins(1)));
        let agent: Agent = config.build().into();
        let base = format!("http://127.0.0.1:{port}");
        let profile = folder.path().join("profile").display().to_string();
        let capabilities = capabilities(&profile, width, height);
        let session = eventually("Chromium starts", SOON, || {
            let mut answer = agent.post(format!("{base}/session")).send_json(&capabilities).ok()?;
            let body: Value = answer.body_mut().read_json().ok()?;
            Some(body["value"]["sessionId"].as_str()?.to_owned())
        });
        Self {
            agent,
            session: format!("{base}/session/{session}"),
            _driver: driver,
            _folder: folder,
        }
    }

    /// Goes to a page and waits until it is loaded.
    ///
    /// # Panics
    /// When it cannot be loaded.
    pub fn go(&self, url: &str) {
        let sent =
            self.agent.post(format!("{}/url", self.session)).send_json(json!({ "url": url }));
        sent.unwrap_or_else(|error| panic!("cannot open {url}: {error}"));
    }

    /// What a function body in the page returns.
    ///
    /// # Panics
    /// When the script fails.
    pub fn run(&self, script: &str) -> Value {
        let body = json!({ "script": script, "args": [] });
        let sent = self.agent.post(format!("{}/execute/sync", self.session)).send_json(body);
        let mut answer = sent.unwrap_or_else(|error| panic!("{script}: {error}"));
        let mut body: Value = answer.body_mut().read_json().expect("WebDriver answers JSON");
        body["value"].take()
    }

    /// The text that a person sees on the page.
    ///
    /// # Panics
    /// When there is no page.
    pub fn text(&self) -> String {
        self.run("return document.body.innerText").as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends Chromium; the driver is killed after it.
        let _ = self.agent.delete(&self.session).call();
    }
}

fn capabilities(profile: &str, width: u32, height: u32) -> Value {
    json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": { "args": [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage",
        format!("--user-data-dir={profile}"),
        format!("--window-size={width},{height}"),
    ] } } } })
}
