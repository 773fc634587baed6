//! Which view of which scope and span is asked for. What is not understood falls back to the building and this week.

use domain::calendar::Step;
use domain::site::{Meter, Site};
use domain::{Instant, Period};

use super::super::spans::{Choosable, Span, Tab};
use crate::query::Query;
use crate::words::{Labels, Language, Locale};
use figures::{BUILDING, Scope};

/// A panel of the energy page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Panel {
    Now,
    Consumption,
    Power,
    Machines,
    People,
    Climate,
    Checks,
}

impl Panel {
    const ALL: [Self; 7] = [
        Self::Now,
        Self::Consumption,
        Self::Power,
        Self::Machines,
        Self::People,
        Self::Climate,
        Self::Checks,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Consumption => "consumption",
            Self::Power => "power",
            Self::Machines => "machines",
            Self::People => "people",
            Self::Climate => "climate",
            Self::Checks => "checks",
        }
    }

    const fn title(self, language: Language) -> &'static str {
        let t = language.labels();
        match self {
            Self::Now => t.view_now,
            Self::Consumption => t.view_use,
            Self::Power => t.view_load,
            Self::Machines => t.view_machines,
            Self::People => t.view_people,
            Self::Climate => language.energy_labels().view_climate,
            Self::Checks => t.view_checks,
        }
    }
}

/// What a reader of the page wants to see.
pub(super) struct Asked {
    pub(super) panel: Panel,
    /// `building`, `zone:<id>` or `meter:<id>`; it exists.
    of: String,
    chosen: Span,
    pub(super) span: Period,
    pub(super) now: Instant,
}

impl Asked {
    pub(super) fn read(query: &Query, site: &Site, now: Instant) -> Self {
        let panel = Panel::ALL.into_iter().find(|panel| query.get("view") == Some(panel.name()));
        let chosen = Span::read(query, Span::WEEK);
        let of = query.get("of").filter(|of| exists(site, of)).unwrap_or(BUILDING);
        let span = chosen.period(site, now);
        Self { panel: panel.unwrap_or(Panel::Now), of: of.to_owned(), chosen, span, now }
    }

    /// The bars of the span.
    pub(super) fn bars(&self) -> Step {
        self.chosen.bars()
    }

    /// The steps of the load curve: fine enough to see a machine, coarse enough to be drawn.
    pub(super) fn fine(&self) -> Step {
        match self.chosen.step() {
            Step::Day => Step::Minutes(15),
            Step::Year => Step::Day,
            _ => Step::Hour,
        }
    }

    /// Whether it is a week at most.
    pub(super) fn is_short(&self) -> bool {
        matches!(self.chosen.step(), Step::Day | Step::Week)
    }

    /// The address of the energy of this scope and span as CSV, bar by bar.
    pub(super) fn csv(&self, reader: &str, language: Language) -> String {
        let of = match self.of.split_once(':') {
            Some(("zone", id)) => format!("zones/{id}"),
            Some((_, id)) => format!("meters/{id}"),
            None => format!("zones/{BUILDING}"),
        };
        let by = match self.bars() {
            Step::Hour => "hour",
            Step::Month => "month",
            _ => "day",
        };
        let (from, to, lang) = (self.span.start(), self.span.end().min(self.now), language.code());
        format!("/api/v1/{of}/energy.csv?from={from}&to={to}&by={by}&for={reader}&lang={lang}")
    }

    /// Whether it is a year.
    pub(super) fn is_year(&self) -> bool {
        self.chosen.step() == Step::Year
    }

    /// What the question is about.
    pub(super) fn scope<'a>(&self, site: &'a Site) -> Scope<'a> {
        let scope = match self.of.split_once(':') {
            Some(("zone", id)) => Scope::of_zone(site, id),
            Some((_, id)) => Scope::of_meter(site, id),
            None => Ok(Scope::of_building(site)),
        };
        scope.unwrap_or_else(|_| Scope::of_building(site))
    }

    /// The meter, when it is about one.
    pub(super) fn meter<'a>(&self, site: &'a Site) -> Option<&'a Meter> {
        site.meter(self.of.strip_prefix("meter:")?)
    }

    /// Whether it is about the building as a whole.
    pub(super) fn is_building(&self) -> bool {
        self.of == BUILDING
    }

    /// Whether it is about the building or a zone.
    pub(super) fn is_space(&self) -> bool {
        !self.of.starts_with("meter:")
    }

    /// The meters that stand within what it is about, parts among them.
    pub(super) fn all_meters<'a>(&self, site: &'a Site) -> Vec<&'a Meter> {
        match self.of.split_once(':') {
            Some(("zone", id)) => {
                let zone = site.zone(id).map(|zone| &zone.id);
                let within = |meter: &&Meter| {
                    let own = meter.zone.as_ref();
                    own.zip(zone).is_some_and(|(own, zone)| site.is_within(own, zone))
                };
                site.meters.iter().filter(within).collect()
            }
            Some((_, id)) => site.meter(id).into_iter().collect(),
            None => site.meters.iter().collect(),
        }
    }

    pub(super) fn tabs(&self, language: Language) -> Vec<Tab> {
        let tab = |panel: Panel| Tab {
            address: self.address(panel),
            name: panel.title(language),
            here: panel == self.panel,
        };
        Panel::ALL.map(tab).into()
    }

    fn address(&self, panel: Panel) -> String {
        if panel == Panel::Now {
            return "/energy".to_owned();
        }
        let (of, span) = (self.of.replace(':', "%3A"), self.chosen.name());
        format!("/energy?view={}&of={of}&span={span}", panel.name())
    }

    pub(super) fn scopes(&self, language: Language, site: &Site) -> Vec<Choosable> {
        let t = language.labels();
        let building = std::iter::once((BUILDING.to_owned(), t.whole_building.to_owned()));
        let zones = site
            .zones
            .iter()
            .filter(|zone| domain::energy::zone_meters(site, Some(&zone.id)).next().is_some());
        let zones = zones.map(|zone| (format!("zone:{}", zone.id), zone.name.clone()));
        let meters = site.meters.iter();
        let meters = meters.map(|it| (format!("meter:{}", it.id), language.meter(&it.name)));
        let all = building.chain(zones).chain(meters);
        all.map(|(value, name)| Choosable { chosen: value == self.of, value, name }).collect()
    }

    pub(super) fn spans(&self, t: &Labels) -> Vec<Choosable> {
        self.chosen.choices(usize::MAX, t)
    }

    /// "FabLab, ce mois".
    pub(super) fn title(&self, language: Language, site: &Site) -> String {
        let scopes = self.scopes(language, site);
        let scope = scopes.into_iter().find(|it| it.chosen).map(|it| it.name).unwrap_or_default();
        let small = self.chosen.in_words(language.labels());
        format!("{scope}, {small}")
    }

    pub(super) fn locale(&self, language: Language, site: &Site) -> Locale {
        Locale { language, zone: site.timezone.clone(), now: self.now }
    }
}

fn exists(site: &Site, of: &str) -> bool {
    match of.split_once(':') {
        Some(("zone", id)) => site.zone(id).is_some(),
        Some(("meter", id)) => site.meter(id).is_some(),
        Some(_) => false,
        None => of == BUILDING,
    }
}
