//! Every device that was ever heard, those that need somebody first.

use askama::Template;
use domain::device::{DeviceHealth, DeviceState};

use super::html;
use crate::live::part::Part;
use crate::live::snapshot::Snapshot;
use crate::words::{Labels, Language, Locale, Tone};

/// Rows on the page; the API has the rest.
const MOST_DEVICES: usize = 300;

#[derive(Template)]
#[template(path = "parts/devices.html")]
struct Devices {
    t: &'static Labels,
    rows: Vec<Row>,
    more: bool,
}

struct Row {
    name: String,
    known: bool,
    state: &'static str,
    tone: Tone,
    last_seen: Option<String>,
    rhythm: Option<String>,
    battery: Option<String>,
    lost: Option<String>,
}

pub(super) fn part(language: Language, snapshot: &Snapshot) -> Part {
    let locale = snapshot.locale(language);
    let mut devices: Vec<&DeviceState> = snapshot.view.devices().iter().collect();
    devices.sort_by_key(|device| (urgency(device.state), device.id.clone()));
    let more = devices.len() > MOST_DEVICES;
    let rows = devices.into_iter().take(MOST_DEVICES).map(|device| row(&locale, device));
    html("devices", &Devices { t: language.labels(), rows: rows.collect(), more })
}

const fn urgency(state: DeviceHealth) -> u8 {
    match state {
        DeviceHealth::Lost | DeviceHealth::Offline => 0,
        DeviceHealth::Late => 1,
        DeviceHealth::Online | DeviceHealth::Sleeping => 2,
    }
}

fn row(locale: &Locale, device: &DeviceState) -> Row {
    let language = locale.language;
    let (state, tone) = language.device(device.state);
    // A device that reports as it should was seen a moment ago; its exact age would change at every look.
    let fresh = matches!(device.state, DeviceHealth::Online);
    let seen = |at| if fresh { locale.moment(at) } else { locale.ago(at) };
    Row {
        name: device.id.to_string(),
        known: device.known,
        state,
        tone,
        last_seen: device.last_seen.map(seen),
        rhythm: device.rhythm_s.map(|seconds| language.every(seconds)),
        battery: device.battery_percent.map(|percent| language.percent(percent / 100.0)),
        lost: (device.lost_readings > 0).then(|| language.count(device.lost_readings)),
    }
}
