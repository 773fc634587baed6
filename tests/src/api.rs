//! The HTTP API of a running `vigie`, as a client sees it.

use std::io::{BufRead, BufReader};
use std::sync::OnceLock;
use std::time::Duration;

use domain::Instant;
use serde_json::Value;
use ureq::Agent;

use crate::wait::eventually;

/// A client of one dashboard.
#[derive(Debug)]
pub struct Api {
    port: u16,
    agent: Agent,
    /// HTTP Basic, once an account is used.
    account: OnceLock<String>,
}

/// An answer that was not 200.
#[derive(Debug, Default)]
pub struct Problem {
    /// The HTTP status; 0 when there was no answer at all.
    pub status: u16,
    /// The body, or the error of the connection.
    pub text: String,
}

impl Api {
    /// A client of the dashboard on this port of the loopback.
    pub fn new(port: u16) -> Self {
        let config = Agent::config_builder().timeout_global(Some(Duration::from_mins(1)));
        let agent = config.http_status_as_error(false).build().into();
        Self { port, agent, account: OnceLock::new() }
    }

    /// Uses an account from now on: `Basic` with name and password in base64.
    ///
    /// # Panics
    /// When one is used already.
    pub fn identify(&self, basic: &str) {
        self.account.set(basic.to_owned()).expect("one account at most is used");
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The text at a path.
    ///
    /// # Errors
    /// When the status is not 200.
    pub fn text(&self, path: &str) -> Result<String, Problem> {
        let failed = |error: ureq::Error| Problem { status: 0, text: error.to_string() };
        let mut question = self.agent.get(self.url(path));
        if let Some(account) = self.account.get() {
            question = question.header("Authorization", account);
        }
        let mut answer = question.call().map_err(failed)?;
        let status = answer.status().as_u16();
        let text =
            answer.body_mut().with_config().limit(256 << 20).read_to_string().map_err(failed)?;
        if status == 200 { Ok(text) } else { Err(Problem { status, text }) }
    }

    /// The JSON at a path below `/api/v1`.
    ///
    /// # Errors
    /// When the status is not 200.
    ///
    /// # Panics
    /// When the answer is no JSON.
    pub fn get(&self, path: &str) -> Result<Value, Problem> {
        let text = self.text(&format!("/api/v1{path}"))?;
        Ok(serde_json::from_str(&text).expect("the API answers JSON"))
    }

    /// All items of a list, over all its pages.
    ///
    /// # Errors
    /// When a status is not 200.
    ///
    /// # Panics
    /// When the answer is no list.
    pub fn list(&self, path: &str) -> Result<Vec<Value>, Problem> {
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = match &cursor {
                Some(cursor) => self.get(&format!("{path}{joint}cursor={cursor}"))?,
                None => self.get(path)?,
            };
            items.extend(page["items"].as_array().expect("a list has items").iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(items),
            }
        }
    }

    /// Instants and values of all readings of a source; none while the source is unknown.
    ///
    /// # Panics
    /// When the API fails otherwise.
    pub fn readings(&self, device: &str, quantity: &str) -> Vec<(Instant, Value)> {
        let path = format!(
            "/sources/{device}/{quantity}/readings?from=1990-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"
        );
        let items = match self.list(&path) {
            Ok(items) => items,
            Err(Problem { status: 404, .. }) => return Vec::new(),
            Err(problem) => panic!("{path}: {problem:?}"),
        };
        items.iter().map(|item| (instant(&item["observed_at"]), item["value"].clone())).collect()
    }

    /// Start and Wh of each period of a meter.
    ///
    /// # Panics
    /// When the API fails.
    pub fn energy(
        &self,
        meter: &str,
        from: &str,
        to: &str,
        by: &str,
    ) -> Vec<(Instant, Option<f64>)> {
        let path = format!("/meters/{meter}/energy?from={from}&to={to}&by={by}");
        let items = self.list(&path).unwrap_or_else(|problem| panic!("{path}: {problem:?}"));
        items.iter().map(|item| (instant(&item["start"]), item["energy_wh"].as_f64())).collect()
    }

    /// The sum over all labels of a counter; 0 while there is no answer.
    pub fn counter(&self, name: &str) -> f64 {
        let text = self.text("/metrics").unwrap_or_default();
        let named = |line: &&str| line.split(['{', ' ']).next() == Some(name);
        text.lines()
            .filter(named)
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }

    /// Whether `/ready` answers 200.
    pub fn is_ready(&self) -> bool {
        self.text("/ready").is_ok()
    }

    /// Waits until so many readings are stored since the program started.
    ///
    /// # Panics
    /// When they are not within `limit`.
    pub fn stored(&self, count: f64, limit: Duration) {
        eventually(&format!("{count} readings stored"), limit, || {
            (self.counter("vigie_readings_stored_total") >= count).then_some(())
        });
    }

    /// Opens the stream of live events and hands each line to `each` until it returns true.
    ///
    /// # Panics
    /// When the stream ends or is silent for 10 s.
    pub fn events(&self, mut each: impl FnMut(&str) -> bool) {
        let config =
            Agent::config_builder().timeout_recv_body(Some(Duration::from_mins(10))).build();
        let answer = Agent::new_with_config(config).get(self.url("/api/v1/live/events")).call();
        let body = answer.expect("the stream opens").into_body();
        for line in BufReader::new(body.into_reader()).lines() {
            if each(&line.expect("the stream goes on")) {
                return;
            }
        }
        panic!("the stream ended by itself");
    }
}

/// An instant of the API.
///
/// # Panics
/// When it is none.
pub fn instant(value: &Value) -> Instant {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| panic!("{value} is no instant"))
}
