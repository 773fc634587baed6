//! Snapshot: all that may be shown at one moment to one kind of visitor.

use std::sync::Arc;

use domain::Instant;
use domain::site::{Site, Zone};

use super::power::PowerToday;
use super::view::LiveView;
use crate::privacy::Visibility;
use crate::words::{Language, Locale};

/// The building at one moment, as one kind of visitor may see it.
pub(crate) struct Snapshot {
    /// What the visitor may see of small rooms.
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
    /// The part of it that a visitor may see: people of small rooms are not for the public.
    pub(crate) fn seen_by(mut self, visibility: Visibility) -> Self {
        self.visibility = visibility;
        let site = Arc::clone(&self.site);
        for zone in site.zones.iter().filter(|zone| visibility.withholds(&site, Some(&zone.id))) {
            self.view.withhold_people(zone);
        }
        let devices = visibility.withheld_devices(&site);
        self.view.withhold_reports(|device| devices.contains(device));
        if visibility == Visibility::Public {
            // What is wrong with the site file may quote it, with the addresses of those who are sent alerts.
            self.trouble = self.trouble.map(|_| String::new());
        }
        self
    }

    /// Whether the people of a zone are withheld from the visitor.
    pub(crate) fn withholds(&self, zone: &Zone) -> bool {
        self.visibility.withholds(&self.site, Some(&zone.id))
    }

    /// Locale of a text that is written as of this moment.
    pub(crate) fn locale(&self, language: Language) -> Locale {
        Locale { language, zone: self.site.timezone.clone(), now: self.now }
    }
}
