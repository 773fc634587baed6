//! The way to InfluxDB: the only file that names the client library, which is used as transport and no more.
//!
//! The library has no deadlines of its own, escapes less than it must and loses the headers of an error, `Retry-After`
//! among them; so deadlines are set here, lines are ours, and who is told to wait backs off by its own measure.

use std::error::Error;
use std::time::Duration;

use influxdb2::api::write::TimestampPrecision;
use influxdb2::{ClientBuilder, RequestError};
use reqwest::redirect::Policy;

use super::fault::Fault;
use super::line_protocol::Line;
use super::target::Target;
use super::token::Token;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// Writes lines to one bucket.
#[derive(Debug)]
pub(super) struct Client {
    inner: influxdb2::Client,
    target: Target,
}

impl Client {
    /// A client that gives a request up after `deadline`. Nothing is sent yet.
    pub(super) fn new(target: Target, token: &Token, deadline: Duration) -> Result<Self, Fault> {
        let transport = reqwest::Client::builder()
            .connect_timeout(CONNECT.min(deadline))
            .timeout(deadline)
            // A redirected write would become a read, and the token would go elsewhere.
            .redirect(Policy::none());
        let address = reqwest::Url::parse(target.url()).map_err(|error| unusable(&error))?;
        // The library panics on an address that it cannot parse; this one was parsed.
        let builder =
            ClientBuilder::with_builder(transport, address, target.organisation(), token.secret());
        let inner = builder.build().map_err(|error| unusable(&error))?;
        Ok(Self { inner, target })
    }

    /// Writes the lines; all of them are there when this returns `Ok`.
    pub(super) async fn write(&self, lines: &[Line]) -> Result<(), Fault> {
        let mut body =
            String::with_capacity(lines.iter().map(|line| line.as_str().len() + 1).sum());
        for line in lines {
            body.push_str(line.as_str());
            body.push('\n');
        }
        let (organisation, bucket) = (self.target.organisation(), self.target.bucket());
        let written = self.inner.write_line_protocol_with_precision(
            organisation,
            bucket,
            body,
            TimestampPrecision::Milliseconds,
        );
        written.await.map_err(fault)
    }
}

fn fault(error: RequestError) -> Fault {
    match error {
        RequestError::Http { status, text } => Fault::of(status.as_u16(), &text),
        other => Fault::Wait(innermost(&other)),
    }
}

fn unusable(error: &(dyn Error + 'static)) -> Fault {
    Fault::Configuration(format!(
        "the address of InfluxDB cannot be used ({}); correct --influxdb",
        innermost(error)
    ))
}

/// The cause under all others: what the library puts around it repeats the address and says no more.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
