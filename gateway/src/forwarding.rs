//! Writing to InfluxDB what the store has, which nothing else waits for; and looking whether it can be written.

use std::sync::Arc;
use std::time::Duration;

use domain::Clock;
use domain::site::Site;
use store::influx::{Fault, Findings, Forwarder, Grid, Pace, Standing, Target, Token, probe};
use store::{SqliteReader, SqliteWriter};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::failure::Failure;

/// Prepares the work, which goes on until `stop`.
pub(crate) fn forward(
    site: &Site,
    (target, token): &(Target, Token),
    store: (Arc<SqliteWriter>, Arc<SqliteReader>),
    (clock, standing): (Arc<dyn Clock>, watch::Sender<Standing>),
    stop: CancellationToken,
) -> Result<impl Future<Output = Result<(), String>> + Send + 'static, Failure> {
    let whose = (site.id.clone(), grid(site));
    let pace = Pace::default();
    let forwarder = Forwarder::new(whose, target.clone(), token, store, pace, standing)
        .map_err(|fault| failure(&fault))?;
    Ok(async move {
        // Cut off in the middle of a request, it sends the same again after the next start.
        stop.run_until_cancelled(forwarder.run(clock)).await;
        Ok(())
    })
}

/// By which rules the readings of a site are rolled up.
pub(crate) fn grid(site: &Site) -> Grid {
    Grid { timezone: site.timezone.clone(), longest_gap: site.rules.longest_gap() }
}

/// Looks whether the InfluxDB that is named takes readings and gives them back; says what was found, nothing when none
/// is named.
///
/// # Errors
/// With what is wrong there and what to do about it.
pub async fn check(
    config: &Config,
    create_bucket: bool,
    clock: &dyn Clock,
) -> Result<String, Failure> {
    let Some((target, token)) = &config.influxdb else {
        return if create_bucket {
            Err(Failure::Configuration("--create-bucket: name the server with --influxdb".into()))
        } else {
            Ok(String::new())
        };
    };
    let found = probe(target, token, &config.site.id, create_bucket, clock.now()).await;
    found
        .map(|found| told(target, &found))
        .map_err(|fault| classed(&fault, format!("{target}: {fault}")))
}

fn told(target: &Target, found: &Findings) -> String {
    let made = if found.was_made { "bucket was made, " } else { "" };
    let keeps = match found.keeps {
        Some(time) => format!(
            "keeps readings for {}; older ones stay in the data folder only",
            in_words(time)
        ),
        None if found.may_look => "keeps readings for ever".to_owned(),
        None => "how long it keeps readings is not for this token to see".to_owned(),
    };
    let reading = match &found.unreadable {
        None => "a dashboard can read from it".to_owned(),
        Some(why) => format!("enough to forward, but `vigie dashboard` could not read: {why}"),
    };
    let version = &found.version;
    format!("InfluxDB {version} at {target} is in order: {made}{keeps}; {reading}\n")
}

fn in_words(time: Duration) -> String {
    let hours = time.as_secs() / 3600;
    if hours.is_multiple_of(24) { format!("{} days", hours / 24) } else { format!("{hours} hours") }
}

/// What a person mends is a fault of the configuration; what may heal by itself is not.
pub(crate) fn failure(fault: &Fault) -> Failure {
    classed(fault, fault.to_string())
}

fn classed(fault: &Fault, told: String) -> Failure {
    match fault {
        Fault::Configuration(_) => Failure::Configuration(told),
        _ => Failure::Unavailable(told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_told_in_a_line() {
        let target = Target::new("http://db:8086", "vigie", "readings").unwrap();
        let mut found = Findings {
            version: "2.9.0".to_owned(),
            was_made: false,
            keeps: Some(Duration::from_hours(48)),
            may_look: true,
            unreadable: None,
        };
        assert_eq!(
            told(&target, &found),
            "InfluxDB 2.9.0 at http://db:8086 vigie/readings is in order: keeps readings for 2 days; older ones stay in \
             the data folder only; a dashboard can read from it\n"
        );
        found.keeps = None;
        assert!(told(&target, &found).contains("keeps readings for ever"));
        found.may_look = false;
        assert!(told(&target, &found).contains("not for this token to see"));
    }
}
