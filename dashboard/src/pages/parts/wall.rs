//! The wall display: fewer words, larger.

use askama::Template;
use domain::Quantity;
use domain::device::Freshness;
use domain::energy::ActivityState;
use domain::site::Site;
use domain::wire::state::ZoneState;

use super::headline::{self, Crowd};
use super::machines::{self, Energy};
use super::{gauges, html, zones};
use crate::live::part::Part;
use crate::live::power::shown_meter;
use crate::live::snapshot::Snapshot;
use crate::live::view::gauge;
use crate::words::{Labels, Language, Locale, Tone};

#[derive(Template)]
#[template(path = "parts/wall_headline.html")]
struct Headline {
    crowd: Crowd,
}

#[derive(Template)]
#[template(path = "parts/wall_zone.html")]
struct Row {
    id: String,
    name: String,
    people: String,
    known: bool,
    air: String,
    tone: Tone,
}

#[derive(Template)]
#[template(path = "parts/wall_energy.html")]
struct Foot {
    t: &'static Labels,
    panel: Energy,
    running: String,
}

pub(super) fn parts(language: Language, snapshot: &Snapshot) -> Vec<Part> {
    let crowd = headline::crowd(language, snapshot);
    let mut parts = vec![html("wall-headline", &Headline { crowd })];
    for zone in snapshot.site.zones.iter().filter(|zone| zones::is_measured(&snapshot.site, zone)) {
        let state = snapshot.view.zone(zone);
        let locale = snapshot.locale(language);
        let (air, tone) = air(&locale, &state, &snapshot.site);
        let shown = snapshot.site.shows_people_of(zone);
        let known = shown && state.people.people.is_some();
        let row = Row {
            id: zone.id.to_string(),
            name: zone.name.clone(),
            people: match () {
                () if known => language.people(&state.people),
                () if shown => "?".to_owned(),
                () => "–".to_owned(),
            },
            known,
            air,
            tone,
        };
        parts.push(html(format!("wall-zone-{}", zone.id), &row));
    }
    parts.extend(foot(language, snapshot));
    parts
}

/// What to do about the air, or else how late its reading is.
fn air(locale: &Locale, state: &ZoneState, site: &Site) -> (String, Tone) {
    if let Some(air) = gauges::air(state, site) {
        let (word, tone) = locale.language.air_level_on_the_wall(air);
        return (word.to_owned(), tone);
    }
    if gauges::silent_since(locale, state).is_some() {
        return (locale.language.freshness(Freshness::Lost).0.to_owned(), Tone::Unknown);
    }
    let late = gauge(state, Quantity::Co2).map(|gauge| locale.late(gauge.observed_at));
    (late.unwrap_or_default(), Tone::Unknown)
}

fn foot(language: Language, snapshot: &Snapshot) -> Option<Part> {
    let meter = shown_meter(&snapshot.site)?;
    let t = language.labels();
    let running: Vec<&str> = machines::machines(snapshot, meter)
        .into_iter()
        .filter(|machine| {
            let activity = snapshot.view.meter(machine).activity;
            activity.is_some_and(|activity| activity.state == ActivityState::Running)
        })
        .map(|machine| machine.name.as_str())
        .collect();
    let running = match running.as_slice() {
        [] => t.none_running.to_owned(),
        [_] | [_, _] => format!("{} {}", language.list(&running), t.running),
        many => format!("{} {}", many.len(), t.machines_running),
    };
    let panel = machines::energy(language, snapshot, meter);
    Some(html("wall-energy", &Foot { t, panel, running }))
}
