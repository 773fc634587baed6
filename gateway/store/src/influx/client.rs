//! Lines and queries on their way to InfluxDB, and the requests of `administration`, over the HTTP client of the program.
//!
//! The client library carries nothing: of a refusal it loses the headers, `Retry-After` among them; it packs no lines of
//! ours; an answer that breaks off makes it panic; its syntax tree leaves out fields that a server insists on; and it
//! stands on an HTTP client of old, with a TLS that has known faults.

use std::io::Write;
use std::time::Duration;

use domain::Instant;
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER,
};
use reqwest::{RequestBuilder, Response};

use super::fault::{Doing, Fault};
use super::line_protocol::Line;
use super::query::Query;
use super::retry_after;
use super::target::Target;
use super::token::Token;

/// Smaller bodies are sent as they are.
const PACKED_FROM: usize = 1024;
/// What is read of a refusal.
const LONGEST_REFUSAL: usize = 64 * 1024;
/// The longest answer that is taken, in bytes: three months of a source that reports every ten seconds.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Writes to one bucket and asks it.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    target: Target,
    token: Token,
}

impl Client {
    /// A client that gives a request up after `deadline`. Nothing is sent yet.
    pub(super) fn new(target: Target, token: &Token, deadline: Duration) -> Result<Self, Fault> {
        let http = outbound::client(target.url(), deadline).map_err(|error| unusable(&error))?;
        Ok(Self { http, target, token: token.clone() })
    }

    /// The bucket and what it belongs to.
    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Writes the lines; all of them are there when this returns `Ok`. Without lines, only the right to write is tried.
    pub(super) async fn write(&self, lines: &[Line], now: Instant) -> Result<(), Fault> {
        let mut body =
            String::with_capacity(lines.iter().map(|line| line.as_str().len() + 1).sum());
        for line in lines {
            body.push_str(line.as_str());
            body.push('\n');
        }
        let parameters = [
            ("org", self.target.organisation()),
            ("bucket", self.target.bucket()),
            ("precision", "ms"),
        ];
        let request = self.post("/api/v2/write").query(&parameters);
        let request = if body.len() < PACKED_FROM {
            request.body(body)
        } else {
            request.header(CONTENT_ENCODING, "gzip").body(packed(&body))
        };
        let request = request.header(CONTENT_TYPE, "text/plain; charset=utf-8");
        let response = request.send().await.map_err(|error| lost(&error))?;
        match response.status().as_u16() {
            204 => Ok(()),
            _ => Err(refusal(response, Doing::Writing, Some(now)).await),
        }
    }

    /// Asks, and gives the answer as annotated CSV; whether it is whole or ends with an error is for the reader to see.
    pub(super) async fn ask(&self, query: &Query) -> Result<Vec<u8>, Fault> {
        let request = self
            .post("/api/v2/query")
            .query(&[("org", self.target.organisation())])
            .header(ACCEPT, "application/csv")
            .header(CONTENT_TYPE, "application/json")
            .body(query.body().to_string());
        let response = request.send().await.map_err(|error| lost(&error))?;
        if response.status().as_u16() != 200 {
            return Err(refusal(response, Doing::Reading, None).await);
        }
        read_within(response, LONGEST_ANSWER).await
    }

    /// A request to `path` that sends something, in the name of the token.
    pub(super) fn post(&self, path: &str) -> RequestBuilder {
        self.authorised(self.http.post(self.url(path)))
    }

    /// A request for what is at `path`, in the name of the token.
    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.authorised(self.http.get(self.url(path)))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.target.url())
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(AUTHORIZATION, format!("Token {}", self.token.secret()))
    }
}

/// The body of an answer, of at most `longest` bytes; a longer one is a question to split.
pub(super) async fn read_within(mut response: Response, longest: usize) -> Result<Vec<u8>, Fault> {
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
        if answer.len() + chunk.len() > longest {
            return Err(Fault::Split);
        }
        answer.extend_from_slice(&chunk);
    }
    Ok(answer)
}

/// That no request can be made at all.
fn unusable(error: &reqwest::Error) -> Fault {
    Fault::Configuration(format!(
        "the address of InfluxDB cannot be used ({}); correct --influxdb",
        outbound::cause(error)
    ))
}

/// That a request got no answer, or half of one.
pub(super) fn lost(error: &reqwest::Error) -> Fault {
    Fault::Wait { reason: outbound::cause(error), retry_after: None }
}

/// What an answer other than success means.
pub(super) async fn refusal(mut response: Response, doing: Doing, now: Option<Instant>) -> Fault {
    let status = response.status().as_u16();
    let header = |headers: &HeaderMap, name| headers.get(name)?.to_str().ok().map(str::to_owned);
    let retry_after = header(response.headers(), RETRY_AFTER);
    let date = header(response.headers(), DATE);
    let pause = retry_after
        .and_then(|text| retry_after::pause(&text, date.as_deref(), now.map(Instant::to_jiff)));
    let mut body = Vec::new();
    // Half of what it says is better than nothing.
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_REFUSAL {
            break;
        }
    }
    Fault::of(status, &String::from_utf8_lossy(&body), doing).after(pause)
}

fn packed(body: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    let all = encoder.write_all(body.as_bytes()).and_then(|()| encoder.finish());
    all.expect("a vector takes all that is written to it")
}
