//! `vigie devices`: each device of the store with its sources and their roles, beside a running gateway.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::ids::{Channel, DeviceId};
use domain::site::{Assignment, Site, assigned_at};
use domain::{Clock as _, Instant, Quantity, Source, failure_chain};
use serde::Serialize;
use store::{SeriesReader, StoreError, StoredSource};

use super::{runtime, terminal};
use crate::config::Config;
use crate::failure::Failure;
use crate::machine::{SystemClock, rights};
use crate::resources;
use crate::settings::Settings;

/// Arguments of `vigie devices`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct DevicesArguments {
    /// Write the list as JSON, for programs
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &DevicesArguments, settings: &Settings) -> Result<(), Failure> {
    let config = Config::read(settings)?;
    rights::become_owner_of(&config.data)?;
    runtime::on_threads(async {
        terminal::print(&list(&config, SystemClock.now(), arguments.json).await?);
        Ok(())
    })
}

/// A device, as the list has it.
#[derive(Debug, PartialEq, Serialize)]
struct ListedDevice {
    device: DeviceId,
    /// The family of its newest message; null when it has imported readings only.
    family: Option<String>,
    /// Arrival of the newest reading.
    last_heard: Instant,
    sources: Vec<ListedSource>,
}

/// A source of a device.
#[derive(Debug, PartialEq, Serialize)]
struct ListedSource {
    quantity: Quantity,
    channel: Option<Channel>,
    value: domain::Value,
    unit: &'static str,
    last_heard: Instant,
    /// Its role now; null when that is to be assigned.
    role: Option<String>,
}

/// The devices of the store at `config`, as a table for people or as JSON for programs.
async fn list(config: &Config, now: Instant, json: bool) -> Result<String, Failure> {
    let reader = resources::reader(&config.data)?;
    let stored = reader.sources().await.map_err(|error| unreadable(&error))?;
    let devices = by_device(&config.site, stored, now);
    if json {
        let text = serde_json::to_string_pretty(&devices).expect("devices are plain data");
        return Ok(format!("{text}\n"));
    }
    Ok(table(&devices, now))
}

fn unreadable(error: &StoreError) -> Failure {
    Failure::Unavailable(format!("the store cannot be read: {}", failure_chain(error)))
}

fn by_device(site: &Site, stored: Vec<StoredSource>, now: Instant) -> Vec<ListedDevice> {
    let mut devices: BTreeMap<DeviceId, ListedDevice> = BTreeMap::new();
    for StoredSource { source, last, family } in stored {
        let role = role(site, &source, now);
        let Source { device, quantity, channel } = source;
        let entry = devices.entry(device.clone()).or_insert_with(|| ListedDevice {
            device,
            family: None,
            last_heard: last.received_at,
            sources: Vec::new(),
        });
        if family.is_some() && (entry.family.is_none() || entry.last_heard <= last.received_at) {
            entry.family = family;
        }
        entry.last_heard = entry.last_heard.max(last.received_at);
        let (value, unit, last_heard) = (last.value, quantity.unit(), last.received_at);
        entry.sources.push(ListedSource { quantity, channel, value, unit, last_heard, role });
    }
    devices.into_values().collect()
}

/// Role of `source` at `now`: a point, a doorway or a meter.
fn role(site: &Site, source: &Source, now: Instant) -> Option<String> {
    let fills = |all: &[Assignment]| assigned_at(all, now).is_some_and(|one| one.source == *source);
    let point = site.points.iter().find(|point| fills(&point.sources));
    let door =
        || site.doorways.iter().find(|door| fills(&door.people_in) || fills(&door.people_out));
    let meter = || {
        let of = |all: &[Assignment]| fills(all);
        site.meters.iter().find(|it| of(&it.energy) || of(&it.power) || of(&it.apparent))
    };
    point
        .map(|point| format!("point {}", point.id))
        .or_else(|| door().map(|door| format!("doorway {}", door.id)))
        .or_else(|| meter().map(|meter| format!("meter {}", meter.id)))
}

fn table(devices: &[ListedDevice], now: Instant) -> String {
    if devices.is_empty() {
        return "no device was heard yet; see that its broker is the one of this gateway\n"
            .to_owned();
    }
    let mut text = String::new();
    for ListedDevice { device, family, last_heard, sources } in devices {
        let family = family.as_deref().unwrap_or("imported");
        // Writing to a text does not fail.
        let _ = writeln!(text, "{device}  ({family}, heard {} ago)", ago(now, *last_heard));
        for source in sources {
            let what = match &source.channel {
                Some(channel) => format!("{} {channel}", source.quantity),
                None => source.quantity.to_string(),
            };
            let value = match source.value {
                domain::Value::State(state) => state.to_string(),
                number => format!("{} {}", number.as_f64(), source.unit),
            };
            let role = source.role.as_deref().unwrap_or("to be assigned");
            let _ = writeln!(text, "  {what:<36} {value:<20} {role}");
        }
    }
    text
}

fn ago(now: Instant, then: Instant) -> String {
    let seconds = now.since(then).as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use domain::Value;
    use domain::testing::{at, observation, site};

    use super::*;

    fn stored(device: &str, channel: Option<&str>, family: Option<&str>) -> StoredSource {
        StoredSource {
            source: Source {
                device: device.parse().unwrap(),
                quantity: Quantity::Co2,
                channel: channel.map(|channel| channel.parse().unwrap()),
            },
            last: observation(at("2026-11-23T14:00:00Z"), Value::Gauge(812.0)),
            family: family.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn each_device_is_listed_with_what_its_sources_are_for() {
        let site = site(
            "[[zone]]\nid = \"fablab\"\nname = \"F\"\n\
             [[point]]\nid = \"fablab-co2\"\nzone = \"fablab\"\nquantity = \"co2\"\n\
             sources = [{ device = \"air-3\" }]\n",
        );
        let now = at("2026-11-23T14:05:00Z");
        let sources = vec![
            stored("air-3", None, Some("native")),
            stored("prise", Some("a"), Some("zigbee2mqtt")),
            stored("old", None, None),
        ];
        let text = table(&by_device(&site, sources, now), now);
        let lines: Vec<_> = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "air-3 (native, heard 5 min ago)",
                "co2 812 ppm point fablab-co2",
                "old (imported, heard 5 min ago)",
                "co2 812 ppm to be assigned",
                "prise (zigbee2mqtt, heard 5 min ago)",
                "co2 a 812 ppm to be assigned",
            ]
        );
    }
}
