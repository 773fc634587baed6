//! Which view of which scope and span is asked for. What is not understood falls back to all zones today.

use domain::calendar::Step;
use domain::ids::ZoneId;
use domain::site::{Site, Zone};
use domain::{Instant, Period};

use super::super::spans::{Choosable, Span, Tab};
use crate::query::Query;
use crate::words::{Labels, Language, Locale, ZoneLabels};
use figures::BUILDING;

/// The scope of an overview.
const ALL: &str = "all";
/// Spans to choose from: up to a month, since figures start from readings.
const SPANS: usize = 6;

/// A panel of the page of zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Panel {
    Now,
    Attendance,
    Air,
    Doors,
    Instruments,
}

impl Panel {
    const ALL: [Self; 5] = [Self::Now, Self::Attendance, Self::Air, Self::Doors, Self::Instruments];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Attendance => "attendance",
            Self::Air => "air",
            Self::Doors => "doors",
            Self::Instruments => "instruments",
        }
    }

    const fn title(self, z: &ZoneLabels) -> &'static str {
        match self {
            Self::Now => z.now,
            Self::Attendance => z.attendance,
            Self::Air => z.air,
            Self::Doors => z.doors,
            Self::Instruments => z.instruments,
        }
    }
}

/// What the question is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of<'a> {
    /// The building and every zone.
    All,
    /// The building.
    Building,
    /// One zone.
    Zone(&'a Zone),
}

impl Of<'_> {
    /// The zone of figures; none for the building.
    pub(super) fn zone(self) -> Option<ZoneId> {
        match self {
            Self::All | Self::Building => None,
            Self::Zone(zone) => Some(zone.id.clone()),
        }
    }
}

/// What a reader of the page wants to see.
pub(super) struct Asked {
    pub(super) panel: Panel,
    /// `all`, `building` or the id of a zone; it exists.
    of: String,
    chosen: Span,
    pub(super) span: Period,
    pub(super) now: Instant,
}

impl Asked {
    pub(super) fn read(query: &Query, site: &Site, now: Instant) -> Self {
        let panel = Panel::ALL.into_iter().find(|panel| query.get("view") == Some(panel.name()));
        let panel = panel.unwrap_or(Panel::Now);
        // A sensor is judged by a week; a building by today.
        let usual = if panel == Panel::Instruments { Span::WEEK } else { Span::TODAY };
        let chosen = Span::read(query, usual);
        let chosen = if chosen.step() == Step::Year { usual } else { chosen };
        let exists = |of: &&str| *of == BUILDING || site.zone(of).is_some();
        let of = query.get("of").filter(exists).unwrap_or(ALL);
        Self { panel, of: of.to_owned(), chosen, span: chosen.period(site, now), now }
    }

    pub(super) fn of<'a>(&self, site: &'a Site) -> Of<'a> {
        match site.zone(&self.of) {
            Some(zone) => Of::Zone(zone),
            None if self.of == BUILDING => Of::Building,
            None => Of::All,
        }
    }

    /// The bars of the span.
    pub(super) fn bars(&self) -> Step {
        self.chosen.bars()
    }

    /// Whether the span is a month: then all zones at once take too long.
    pub(super) fn is_month(&self) -> bool {
        self.chosen.step() == Step::Month
    }

    /// Whether the present moment lies in the span.
    pub(super) fn is_current(&self) -> bool {
        self.span.contains(self.now)
    }

    pub(super) fn tabs(&self, z: &ZoneLabels) -> Vec<Tab> {
        let tab = |panel: Panel| Tab {
            address: self.address(panel),
            name: panel.title(z),
            here: panel == self.panel,
        };
        Panel::ALL.map(tab).into()
    }

    fn address(&self, panel: Panel) -> String {
        if panel == Panel::Now {
            return "/zones".to_owned();
        }
        // Nothing was chosen on the live table.
        if self.panel == Panel::Now {
            return format!("/zones?view={}", panel.name());
        }
        format!("/zones?view={}&of={}&span={}", panel.name(), self.of, self.chosen.name())
    }

    pub(super) fn scopes(&self, language: Language, site: &Site) -> Vec<Choosable> {
        let fixed =
            [(ALL, language.zone_labels().all), (BUILDING, language.labels().whole_building)];
        let zones = site.zones.iter().map(|zone| (zone.id.as_str(), zone.name.as_str()));
        let choosable = |(value, name): (&str, &str)| Choosable {
            value: value.to_owned(),
            name: name.to_owned(),
            chosen: value == self.of,
        };
        fixed.into_iter().chain(zones).map(choosable).collect()
    }

    pub(super) fn spans(&self, t: &Labels) -> Vec<Choosable> {
        self.chosen.choices(SPANS, t)
    }

    /// "FabLab, ce mois".
    pub(super) fn title(&self, language: Language, site: &Site) -> String {
        let scopes = self.scopes(language, site);
        let scope = scopes.into_iter().find(|it| it.chosen).map(|it| it.name).unwrap_or_default();
        format!("{scope}, {}", self.chosen.in_words(language.labels()))
    }

    pub(super) fn locale(&self, language: Language, site: &Site) -> Locale {
        Locale { language, zone: site.timezone.clone(), now: self.now }
    }
}
