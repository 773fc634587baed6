//! The sorts of live readers: programs that take JSON, and pages that take rendered parts in their language.

use std::sync::Arc;

use bytes::Bytes;
use domain::Instant;
use domain::site::{Site, Zone};
use serde_json::{Map, Value, json};

use crate::assets;
use crate::feed::frame;
use crate::live;
use crate::live::power::PowerToday;
use crate::live::view::LiveView;
use crate::pages::parts;
use crate::privacy::Visibility;
use crate::words::{Language, Locale};

/// Everything that a live reader could be shown at one moment.
pub(crate) struct Snapshot {
    /// Who sees it.
    pub(crate) visibility: Visibility,
    pub(crate) site: Arc<Site>,
    pub(crate) view: LiveView,
    pub(crate) power_today: Option<Arc<PowerToday>>,
    pub(crate) demonstration: bool,
    /// Why the site file cannot be followed, with line and remedy.
    pub(crate) trouble: Option<String>,
    pub(crate) now: Instant,
}

impl Snapshot {
    /// What somebody of this sort may see of it: people of small rooms are not for the public.
    pub(crate) fn seen_by(mut self, visibility: Visibility) -> Self {
        self.visibility = visibility;
        let site = Arc::clone(&self.site);
        for zone in site.zones.iter().filter(|zone| visibility.withholds(&site, Some(&zone.id))) {
            self.view.withhold_people(zone);
        }
        self
    }

    /// Whether the people of a zone are withheld from who sees it.
    pub(crate) fn withholds(&self, zone: &Zone) -> bool {
        self.visibility.withholds(&self.site, Some(&zone.id))
    }

    /// Tells times as of this moment.
    pub(crate) fn locale(&self, language: Language) -> Locale {
        Locale { language, zone: self.site.timezone.clone(), now: self.now }
    }
}

/// A sort of readers; all of one sort are told the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Programs: the JSON of the API.
    Api(Visibility),
    /// A page in a browser.
    Page(Screen, Language, Visibility),
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
        Visibility::ALL.into_iter().flat_map(|visibility| {
            let pages = Screen::ALL.into_iter().flat_map(move |screen| {
                let languages = Language::ALL.into_iter();
                languages.map(move |language| Self::Page(screen, language, visibility))
            });
            std::iter::once(Self::Api(visibility)).chain(pages)
        })
    }

    /// A number of its own, from 0.
    pub(crate) fn index(self) -> usize {
        let within = match self {
            Self::Api(_) => 0,
            Self::Page(screen, language, _) => {
                1 + screen as usize * Language::ALL.len() + language as usize
            }
        };
        self.visibility() as usize * (1 + Screen::ALL.len() * Language::ALL.len()) + within
    }

    /// What of small rooms is shown.
    pub(crate) fn visibility(self) -> Visibility {
        match self {
            Self::Api(visibility) | Self::Page(_, _, visibility) => visibility,
        }
    }

    /// All that this sort of readers is shown.
    pub(crate) fn parts(self, snapshot: &Snapshot) -> Vec<Part> {
        match self {
            Self::Api(_) => live_json::parts(snapshot),
            Self::Page(screen, language, _) => parts::of(screen, language, snapshot),
        }
    }

    /// The event that tells a new reader everything.
    pub(crate) fn snapshot_frame(self, parts: &[Part], snapshot: &Snapshot) -> Bytes {
        match self {
            Self::Api(_) => frame("snapshot", &live_json::whole(parts, snapshot).to_string()),
            Self::Page(..) => {
                let parts: Vec<&Part> = parts.iter().collect();
                frame("snapshot", &page_json(&parts).to_string())
            }
        }
    }

    /// The event that tells what is different now.
    pub(crate) fn change_frame(self, changes: &[&Part], snapshot: &Snapshot) -> Bytes {
        match self {
            Self::Api(_) => frame("change", &live_json::change(changes, snapshot).to_string()),
            Self::Page(..) => frame("change", &page_json(changes).to_string()),
        }
    }
}

fn page_json(parts: &[&Part]) -> Value {
    let parts: Map<String, Value> =
        parts.iter().map(|part| (part.key.clone(), part.content.clone())).collect();
    json!({ "version": assets::version(), "parts": parts })
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
