//! Check of a server before it is used. The only file that names the client library.

use std::time::Duration;

use domain::Instant;
use domain::ids::SiteId;
use influxdb2::api::buckets::ListBucketsRequest;
use influxdb2::api::organization::ListOrganizationRequest;
use influxdb2::models::{PostBucketRequest, Status};
use influxdb2::{ClientBuilder, RequestError};

use super::answer::read_rows;
use super::client::{Client, lost, transport, unusable};
use super::fault::{Doing, Fault};
use super::query::{Query, Span};
use super::target::Target;
use super::token::Token;

/// Longest wait for an answer.
const DEADLINE: Duration = Duration::from_secs(10);

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
    let library = library(target, token)?;
    let client = Client::new(target.clone(), token, DEADLINE)?;
    let version = version(&library, &client, now).await?;
    let mut was_made = false;
    // No lines are a write that changes nothing.
    match client.write(&[], now).await {
        Err(Fault::Configuration(_)) if makes_bucket && is_missing(&library, target).await => {
            make_bucket(&library, target).await?;
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
    let seconds = retention(&library, target).await.ok();
    let keeps = seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs);
    Ok(Findings { version, was_made, keeps, may_look: seconds.is_some(), unreadable })
}

fn library(target: &Target, token: &Token) -> Result<influxdb2::Client, Fault> {
    // The library panics on an address that it cannot parse; a target is one that it can.
    let builder = ClientBuilder::with_builder(
        transport(target, DEADLINE),
        target.url(),
        target.organisation(),
        token.secret(),
    );
    builder.build().map_err(|error| unusable(&error))
}

async fn version(
    library: &influxdb2::Client,
    client: &Client,
    now: Instant,
) -> Result<String, Fault> {
    let health = match library.health().await.map_err(fault) {
        // It answered, but not as an InfluxDB does; perhaps a proxy that is busy, which the library cannot tell.
        Err(Fault::Wait { reason, .. }) if reason.contains("expected") => {
            return Err(match client.write(&[], now).await {
                Err(busy @ Fault::Wait { .. }) => busy,
                _ => stranger(&reason),
            });
        }
        health => health?,
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

async fn is_missing(library: &influxdb2::Client, target: &Target) -> bool {
    matches!(retention(library, target).await, Err(Fault::Configuration(text)) if text.contains("not found"))
}

/// How many seconds the bucket keeps points, 0 for ever.
async fn retention(library: &influxdb2::Client, target: &Target) -> Result<u64, Fault> {
    let request = ListBucketsRequest {
        name: Some(target.bucket().to_owned()),
        org: Some(target.organisation().to_owned()),
        ..ListBucketsRequest::default()
    };
    let found = library.list_buckets(Some(request)).await.map_err(fault)?;
    let bucket = found.buckets.into_iter().find(|bucket| bucket.name == target.bucket());
    let bucket = bucket.ok_or_else(|| {
        Fault::of(404, &format!("bucket \"{}\" not found", target.bucket()), Doing::Administering)
    })?;
    let seconds = bucket.retention_rules.first().map_or(0, |rule| rule.every_seconds);
    Ok(u64::try_from(seconds).unwrap_or(0))
}

async fn make_bucket(library: &influxdb2::Client, target: &Target) -> Result<(), Fault> {
    let mut request = ListOrganizationRequest::new();
    request.org = Some(target.organisation().to_owned());
    let found = library.list_organizations(request).await.map_err(fault)?;
    let organisation = found.orgs.into_iter().find(|found| found.name == target.organisation());
    let id = organisation.and_then(|organisation| organisation.id).ok_or_else(|| {
        let message = format!("organization name \"{}\" not found", target.organisation());
        Fault::of(404, &message, Doing::Administering)
    })?;
    let bucket = PostBucketRequest::new(id, target.bucket().to_owned());
    library.create_bucket(Some(bucket)).await.map_err(fault)
}

/// Asks for what nobody has written, which only who may not read is refused.
async fn read(client: &Client, target: &Target, site: &SiteId, now: Instant) -> Result<(), Fault> {
    let second = Span::new(now, now + jiff::SignedDuration::from_secs(1));
    let Some(second) = second else { return Ok(()) };
    let answer = client.ask(&Query::sources(target, site, second)).await?;
    read_rows(&answer, |_| Ok(())).map_err(|error| Fault::Doubtful(error.to_string()))
}

fn fault(error: RequestError) -> Fault {
    match error {
        RequestError::Http { status, text } => {
            Fault::of(status.as_u16(), &text, Doing::Administering)
        }
        other => lost(&other),
    }
}
