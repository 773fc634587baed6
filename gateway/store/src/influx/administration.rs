//! Check of a server before it is used: its health, organisation, bucket and rights.
//!
//! The only file that names the client library, whose requests and answers these are. It is handed no address: the client
//! of this package carries them.

use std::time::Duration;

use domain::Instant;
use domain::ids::SiteId;
use influxdb2::api::buckets::ListBucketsRequest;
use influxdb2::api::organization::ListOrganizationRequest;
use influxdb2::models::{Buckets, HealthCheck, Organizations, PostBucketRequest, Status};
use reqwest::{RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::read_rows;
use super::client::{Client, lost, read_within, refusal};
use super::fault::{Doing, Fault};
use super::query::{Query, Span};
use super::target::Target;
use super::token::Token;

/// Longest wait for an answer.
const DEADLINE: Duration = Duration::from_secs(10);
/// The longest answer to what is asked here, in bytes; twenty buckets with their links are some 15 KB.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// Findings of the check of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// Its version.
    pub version: String,
    /// Whether the bucket was made just now.
    pub was_made: bool,
    /// How long the bucket keeps points; `None` for ever, or when the token may not look.
    pub keeps: Option<Duration>,
    /// Whether the token may look at buckets.
    pub may_look: bool,
    /// Why the bucket cannot be read, for a token that may only write.
    pub unreadable: Option<String>,
}

/// Checks whether `target` is an InfluxDB 2 that takes readings of `site` and gives them back. With `makes_bucket`, a
/// bucket that is missing is made; it keeps points for ever.
///
/// # Errors
/// With what is wrong first, and what to do about it.
pub async fn probe(
    target: &Target,
    token: &Token,
    site: &SiteId,
    makes_bucket: bool,
    now: Instant,
) -> Result<Findings, Fault> {
    let client = Client::new(target.clone(), token, DEADLINE)?;
    let version = version(&client, now).await?;
    let mut was_made = false;
    // No lines are a write that changes nothing.
    match client.write(&[], now).await {
        Err(Fault::Configuration(_)) if makes_bucket && is_missing(&client).await => {
            make_bucket(&client).await?;
            was_made = true;
            client.write(&[], now).await?;
        }
        written => written?,
    }
    let unreadable = match read(&client, target, site, now).await {
        Ok(()) => None,
        Err(fault @ Fault::Configuration(_)) => Some(fault.to_string()),
        Err(fault) => return Err(fault),
    };
    let seconds = retention(&client).await.ok();
    let keeps = seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs);
    Ok(Findings { version, was_made, keeps, may_look: seconds.is_some(), unreadable })
}

async fn version(client: &Client, now: Instant) -> Result<String, Fault> {
    let answer = client.get("/health").send().await.map_err(|error| lost(&error))?;
    let status = answer.status().as_u16();
    if !matches!(status, 200 | 503) {
        return Err(refusal(answer, Doing::Administering, Some(now)).await);
    }
    let body = read_within(answer, LONGEST_ANSWER).await?;
    let Ok(health) = serde_json::from_slice::<HealthCheck>(&body) else {
        // It answered, but not as an InfluxDB does; with 503, perhaps a proxy that is busy.
        return Err(match status {
            503 => Fault::of(status, &String::from_utf8_lossy(&body), Doing::Administering),
            _ => stranger("its health is not told in JSON"),
        });
    };
    if health.status != Status::Pass {
        let message = health.message.unwrap_or_default();
        return Err(Fault::Wait {
            reason: format!("it is not healthy: {message}"),
            retry_after: None,
        });
    }
    let version = health.version.unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next();
    if major == Some("2") { Ok(version) } else { Err(stranger(&format!("version {version}"))) }
}

fn stranger(what: &str) -> Fault {
    Fault::Configuration(format!(
        "what answers is no InfluxDB 2 ({what}); correct --influxdb, or install InfluxDB 2"
    ))
}

async fn is_missing(client: &Client) -> bool {
    matches!(retention(client).await, Err(Fault::Configuration(text)) if text.contains("not found"))
}

/// How many seconds the bucket keeps points, 0 for ever.
async fn retention(client: &Client) -> Result<u64, Fault> {
    let target = client.target();
    let request = ListBucketsRequest {
        name: Some(target.bucket().to_owned()),
        org: Some(target.organisation().to_owned()),
        ..ListBucketsRequest::default()
    };
    let found: Buckets = list(client, "/api/v2/buckets", &request).await?;
    let bucket = found.buckets.into_iter().find(|bucket| bucket.name == target.bucket());
    let bucket = bucket.ok_or_else(|| {
        Fault::of(404, &format!("bucket \"{}\" not found", target.bucket()), Doing::Administering)
    })?;
    let seconds = bucket.retention_rules.first().map_or(0, |rule| rule.every_seconds);
    Ok(u64::try_from(seconds).unwrap_or(0))
}

async fn make_bucket(client: &Client) -> Result<(), Fault> {
    let target = client.target();
    let mut request = ListOrganizationRequest::new();
    request.org = Some(target.organisation().to_owned());
    let found: Organizations = list(client, "/api/v2/orgs", &request).await?;
    let organisation = found.orgs.into_iter().find(|found| found.name == target.organisation());
    let id = organisation.and_then(|organisation| organisation.id).ok_or_else(|| {
        let message = format!("organization name \"{}\" not found", target.organisation());
        Fault::of(404, &message, Doing::Administering)
    })?;
    let bucket = PostBucketRequest::new(id, target.bucket().to_owned());
    answered(client.post("/api/v2/buckets").json(&bucket)).await.map(drop)
}

/// The answer to a request for a list.
async fn list<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    parameters: &impl Serialize,
) -> Result<T, Fault> {
    let answer = answered(client.get(path).query(parameters)).await?;
    let body = read_within(answer, LONGEST_ANSWER).await?;
    serde_json::from_slice(&body)
        .map_err(|error| stranger(&format!("{path} is answered otherwise: {error}")))
}

/// The answer to a request, when that was granted.
async fn answered(request: RequestBuilder) -> Result<Response, Fault> {
    let answer = request.send().await.map_err(|error| lost(&error))?;
    if answer.status().is_success() {
        Ok(answer)
    } else {
        Err(refusal(answer, Doing::Administering, None).await)
    }
}

/// Asks for what nobody has written, which only who may not read is refused.
async fn read(client: &Client, target: &Target, site: &SiteId, now: Instant) -> Result<(), Fault> {
    let second = Span::new(now, now + jiff::SignedDuration::from_secs(1));
    let Some(second) = second else { return Ok(()) };
    let answer = client.ask(&Query::sources(target, site, second)).await?;
    read_rows(&answer, |_| Ok(())).map_err(|error| Fault::Doubtful(error.to_string()))
}
