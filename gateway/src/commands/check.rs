//! `vigie check`: whether the site file, the settings and the InfluxDB that is named are in order.

use std::time::Duration;

use domain::site::Retention;
use domain::{Clock, Quantity};
use store::influx::{Findings, Target, probe};

use super::{runtime, terminal};
use crate::config::Config;
use crate::failure::Failure;
use crate::machine::SystemClock;
use crate::settings::Settings;
use crate::upkeep::influxdb_failure;

/// Arguments of `vigie check`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct CheckArguments {
    /// Make the bucket in InfluxDB when it is missing; it keeps readings for ever
    #[arg(long)]
    create_bucket: bool,
}

pub(super) fn run(arguments: &CheckArguments, settings: &Settings) -> Result<(), Failure> {
    let config = Config::read(settings)?;
    terminal::print(&summary(&config));
    runtime::on_threads(async {
        let findings = influxdb(&config, arguments.create_bucket, &SystemClock).await?;
        terminal::print(&findings);
        Ok(())
    })
}

fn summary(config: &Config) -> String {
    let site = &config.site;
    format!(
        "{} is in order: {} zones, {} points, {} doorways, {} meters\n{}\n",
        site.name,
        site.zones.len(),
        site.points.len(),
        site.doorways.len(),
        site.meters.len(),
        kept(&site.retention)
    )
}

/// For how long what is stored is kept, and whether anybody stated it.
pub(super) fn kept(retention: &Retention) -> String {
    let all = retention.all;
    let people = retention.of(Quantity::PeopleIn);
    let of_people = if people == all { String::new() } else { format!("; of people: {people}") };
    let stated = if all.by_default {
        "; nobody stated it: [retention.all] of the site file does"
    } else {
        ""
    };
    format!("kept: {all}{of_people}{stated}")
}

/// Findings about the InfluxDB that is named: whether it takes readings and gives them back. Empty when none is named.
async fn influxdb(
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
        .map(|found| findings(target, &found))
        .map_err(|fault| influxdb_failure(&fault, format!("{target}: {fault}")))
}

fn findings(target: &Target, found: &Findings) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_stands_in_a_line() {
        let target = Target::new("http://db:8086", "vigie", "readings").unwrap();
        let mut found = Findings {
            version: "2.9.0".to_owned(),
            was_made: false,
            keeps: Some(Duration::from_hours(48)),
            may_look: true,
            unreadable: None,
        };
        assert_eq!(
            findings(&target, &found),
            "InfluxDB 2.9.0 at http://db:8086 vigie/readings is in order: keeps readings for 2 days; older ones stay in \
             the data folder only; a dashboard can read from it\n"
        );
        found.keeps = None;
        assert!(findings(&target, &found).contains("keeps readings for ever"));
        found.may_look = false;
        assert!(findings(&target, &found).contains("not for this token to see"));
    }
}
