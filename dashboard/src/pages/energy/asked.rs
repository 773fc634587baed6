//! Which view of which scope and span is asked for. What is not understood falls back to the building and this week.

use domain::calendar::{Step, period_of};
use domain::site::{Meter, Site};
use domain::{Instant, Period};
use jiff::SignedDuration;

use crate::app::App;
use crate::insights::scope::{BUILDING, Scope};
use crate::query::Query;
use crate::words::{Labels, Language, Teller};

/// A view of the energy page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Now,
    Consumption,
    Power,
    Machines,
    People,
    Checks,
}

impl View {
    const ALL: [Self; 6] =
        [Self::Now, Self::Consumption, Self::Power, Self::Machines, Self::People, Self::Checks];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Consumption => "consumption",
            Self::Power => "power",
            Self::Machines => "machines",
            Self::People => "people",
            Self::Checks => "checks",
        }
    }

    const fn title(self, t: &Labels) -> &'static str {
        match self {
            Self::Now => t.view_now,
            Self::Consumption => t.view_use,
            Self::Power => t.view_load,
            Self::Machines => t.view_machines,
            Self::People => t.view_people,
            Self::Checks => t.view_checks,
        }
    }
}

/// A link to a view.
pub(super) struct Tab {
    pub(super) address: String,
    pub(super) name: &'static str,
    pub(super) here: bool,
}

/// An entry of a list to choose from.
pub(super) struct Choosable {
    pub(super) value: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// The spans to choose from: name in addresses, civil period, how many of them ago, and its bars.
const SPANS: [(&str, Step, u8, Step); 8] = [
    ("today", Step::Day, 0, Step::Hour),
    ("yesterday", Step::Day, 1, Step::Hour),
    ("week", Step::Week, 0, Step::Day),
    ("last-week", Step::Week, 1, Step::Day),
    ("month", Step::Month, 0, Step::Day),
    ("last-month", Step::Month, 1, Step::Day),
    ("year", Step::Year, 0, Step::Month),
    ("last-year", Step::Year, 1, Step::Month),
];
const DEFAULT_SPAN: usize = 2;

/// What a reader of the page wants to see.
pub(super) struct Asked {
    pub(super) view: View,
    /// `building`, `zone:<id>` or `meter:<id>`; it exists.
    of: String,
    chosen: usize,
    pub(super) span: Period,
    pub(super) now: Instant,
}

impl Asked {
    pub(super) fn read(query: &Query, site: &Site, now: Instant) -> Self {
        let view = View::ALL.into_iter().find(|view| query.get("view") == Some(view.name()));
        let chosen = SPANS.iter().position(|span| query.get("span") == Some(span.0));
        let chosen = chosen.unwrap_or(DEFAULT_SPAN);
        let of = query.get("of").filter(|of| exists(site, of)).unwrap_or(BUILDING);
        let (_, step, ago, _) = SPANS[chosen];
        let mut span = period_of(step, now, &site.timezone);
        for _ in 0..ago {
            let before = span.start() - SignedDuration::from_millis(1);
            span = period_of(step, before, &site.timezone);
        }
        Self { view: view.unwrap_or(View::Now), of: of.to_owned(), chosen, span, now }
    }

    /// The bars of the span.
    pub(super) fn bars(&self) -> Step {
        SPANS[self.chosen].3
    }

    /// Whether it is a year.
    pub(super) fn is_year(&self) -> bool {
        SPANS[self.chosen].1 == Step::Year
    }

    /// What the question is about.
    pub(super) fn scope<'a, R>(&self, app: &'a App<R>) -> Scope<'a> {
        let scope = match self.of.split_once(':') {
            Some(("zone", id)) => Scope::of_zone(&app.site, id),
            Some((_, id)) => Scope::of_meter(&app.site, id),
            None => Ok(Scope::of_building(&app.site)),
        };
        scope.unwrap_or_else(|_| Scope::of_building(&app.site))
    }

    /// The meter, when it is about one.
    pub(super) fn meter<'a>(&self, site: &'a Site) -> Option<&'a Meter> {
        site.meter(self.of.strip_prefix("meter:")?)
    }

    /// Whether it is about the building or a zone.
    pub(super) fn is_space(&self) -> bool {
        !self.of.starts_with("meter:")
    }

    /// The meters that stand within what it is about, parts among them.
    pub(super) fn all_meters<'a, R>(&self, app: &'a App<R>) -> Vec<&'a Meter> {
        let site = &app.site;
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

    pub(super) fn tabs(&self, t: &Labels) -> Vec<Tab> {
        let tab = |view: View| Tab {
            address: self.address(view),
            name: view.title(t),
            here: view == self.view,
        };
        View::ALL.map(tab).into()
    }

    fn address(&self, view: View) -> String {
        if view == View::Now {
            return "/energy".to_owned();
        }
        let (of, span) = (self.of.replace(':', "%3A"), SPANS[self.chosen].0);
        format!("/energy?view={}&of={of}&span={span}", view.name())
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
        let names = span_names(t);
        let span = |(at, name): (usize, &str)| Choosable {
            value: SPANS[at].0.to_owned(),
            name: name.to_owned(),
            chosen: at == self.chosen,
        };
        names.into_iter().enumerate().map(span).collect()
    }

    /// "FabLab, ce mois".
    pub(super) fn title(&self, language: Language, site: &Site) -> String {
        let scopes = self.scopes(language, site);
        let scope = scopes.into_iter().find(|it| it.chosen).map(|it| it.name).unwrap_or_default();
        let span = span_names(language.labels())[self.chosen];
        let mut letters = span.chars();
        let small: String =
            letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
        format!("{scope}, {small}")
    }

    pub(super) fn teller<R>(&self, language: Language, app: &App<R>) -> Teller {
        Teller { language, zone: app.site.timezone.clone(), now: self.now }
    }
}

fn span_names(t: &Labels) -> [&'static str; 8] {
    [
        t.span_today,
        t.span_yesterday,
        t.span_week,
        t.span_last_week,
        t.span_month,
        t.span_last_month,
        t.span_year,
        t.span_last_year,
    ]
}

fn exists(site: &Site, of: &str) -> bool {
    match of.split_once(':') {
        Some(("zone", id)) => site.zone(id).is_some(),
        Some(("meter", id)) => site.meter(id).is_some(),
        Some(_) => false,
        None => of == BUILDING,
    }
}
