//! The sorts of live readers: programs that take JSON, and pages that take rendered parts in their language.

use std::sync::Arc;

use bytes::Bytes;
use domain::Instant;
use domain::site::Site;
use serde_json::{Map, Value, json};

use crate::assets;
use crate::feed::frame;
use crate::live_view::LiveView;
use crate::pages::parts;
use crate::power_today::PowerToday;
use crate::words::{Language, Teller};

/// Everything that a live reader could be shown at one moment.
pub(crate) struct Scene {
    pub(crate) site: Arc<Site>,
    pub(crate) view: LiveView,
    pub(crate) power_today: Option<Arc<PowerToday>>,
    pub(crate) demonstration: bool,
    pub(crate) now: Instant,
}

impl Scene {
    /// Tells times as of this moment.
    pub(crate) fn teller(&self, language: Language) -> Teller {
        Teller { language, zone: self.site.timezone.clone(), now: self.now }
    }
}

/// A sort of readers; all of one sort are told the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Programs: the JSON of the API.
    Api,
    /// A page in a browser.
    Page(Screen, Language),
}

/// The pages that have parts of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    /// The live page.
    Live,
    /// The wall display.
    Wall,
    /// The table of zones.
    Zones,
    /// The tables of energy.
    Energy,
    /// The page of devices and sources.
    Sensors,
    /// Any other: it shows only that it is connected.
    Plain,
}

impl Screen {
    const ALL: [Self; 6] =
        [Self::Live, Self::Wall, Self::Zones, Self::Energy, Self::Sensors, Self::Plain];

    /// The name in addresses.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Wall => "wall",
            Self::Zones => "zones",
            Self::Energy => "energy",
            Self::Sensors => "sensors",
            Self::Plain => "plain",
        }
    }

    /// The screen of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|screen| screen.name() == name)
    }
}

/// A piece of what readers see that changes as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    /// Which piece: `zones/fablab`.
    pub(crate) key: String,
    /// JSON for programs, text with HTML for pages.
    pub(crate) content: Value,
}

impl Audience {
    /// Every sort, in the order of [`Audience::index`].
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let pages = Screen::ALL.into_iter().flat_map(|screen| {
            Language::ALL.into_iter().map(move |language| Self::Page(screen, language))
        });
        std::iter::once(Self::Api).chain(pages)
    }

    /// A number of its own, from 0.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Api => 0,
            Self::Page(screen, language) => {
                1 + screen as usize * Language::ALL.len() + language as usize
            }
        }
    }

    /// All that this sort of readers is shown.
    pub(crate) fn parts(self, scene: &Scene) -> Vec<Part> {
        match self {
            Self::Api => api_parts(scene),
            Self::Page(screen, language) => parts::of(screen, language, scene),
        }
    }

    /// The event that tells a new reader everything.
    pub(crate) fn snapshot_frame(self, parts: &[Part], scene: &Scene) -> Bytes {
        match self {
            Self::Api => frame("snapshot", &live_json(parts, scene).to_string()),
            Self::Page(..) => {
                let parts: Vec<&Part> = parts.iter().collect();
                frame("snapshot", &page_json(&parts).to_string())
            }
        }
    }

    /// The event that tells what is different now.
    pub(crate) fn change_frame(self, changes: &[&Part], scene: &Scene) -> Bytes {
        match self {
            Self::Api => frame("change", &change_json(changes, scene).to_string()),
            Self::Page(..) => frame("change", &page_json(changes).to_string()),
        }
    }
}

fn page_json(parts: &[&Part]) -> Value {
    let parts: Map<String, Value> =
        parts.iter().map(|part| (part.key.clone(), part.content.clone())).collect();
    json!({ "version": assets::version(), "parts": parts })
}

/// The answer of `/live`.
pub(crate) fn live(scene: &Scene) -> Value {
    live_json(&api_parts(scene), scene)
}

fn live_json(parts: &[Part], scene: &Scene) -> Value {
    let pulse = scene.view.pulse(scene.now);
    let mut json = json!({
        "demonstration": scene.demonstration,
        "gateway": {
            "alive": pulse.alive,
            "heard_at": pulse.heard_at,
            "version": scene.view.gateway().map(|gateway| &gateway.version),
            "refused": scene.view.gateway().map(|gateway| gateway.refused),
            "stored": scene.view.gateway().map(|gateway| gateway.stored),
        },
        "building": null, "zones": [], "meters": [], "devices": [], "alerts": [],
    });
    let all: Vec<&Part> = parts.iter().collect();
    merge(&mut json, &all, scene);
    json
}

fn change_json(changes: &[&Part], scene: &Scene) -> Value {
    let mut json = json!({});
    merge(&mut json, changes, scene);
    json
}

/// Puts parts where they stand in the answer. Ages are told as of now, but never make a change by themselves.
fn merge(json: &mut Value, parts: &[&Part], scene: &Scene) {
    json["as_of"] = json!(scene.view.as_of());
    for part in parts {
        match part.key.split_once('/') {
            None => json[&part.key] = part.content.clone(),
            Some((list, _)) => {
                if !json[list].is_array() {
                    json[list] = json!([]);
                }
                let item = with_age(list, part, scene);
                json[list].as_array_mut().expect("it was made a list above").push(item);
            }
        }
    }
}

fn with_age(list: &str, part: &Part, scene: &Scene) -> Value {
    let id = part.content["id"].as_str().unwrap_or_default();
    let aged = match list {
        "zones" => scene.site.zone(id).map(|zone| scene.view.zone_json(zone, scene.now)),
        "meters" => scene.site.meter(id).map(|meter| scene.view.meter_json(meter, scene.now)),
        _ => None,
    };
    aged.unwrap_or_else(|| part.content.clone())
}

fn api_parts(scene: &Scene) -> Vec<Part> {
    let Scene { site, view, now, .. } = scene;
    let mut parts = vec![Part { key: "building".to_owned(), content: view.building_json(site) }];
    for zone in &site.zones {
        let content = ageless(view.zone_json(zone, *now));
        parts.push(Part { key: format!("zones/{}", zone.id), content });
    }
    for meter in &site.meters {
        let content = ageless(view.meter_json(meter, *now));
        parts.push(Part { key: format!("meters/{}", meter.id), content });
    }
    for device in view.devices() {
        parts.push(Part { key: format!("devices/{}", device.id), content: json!(device) });
    }
    parts.push(Part { key: "alerts".to_owned(), content: json!(view.alerts()) });
    parts
}

/// Without the age, which is another at every moment.
fn ageless(mut json: Value) -> Value {
    json["age_s"] = Value::Null;
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_of_reader_has_a_place_of_its_own() {
        let places: Vec<usize> = Audience::all().map(Audience::index).collect();
        assert_eq!(places, (0..places.len()).collect::<Vec<_>>());
    }
}
