//! Panels of the energy page, and what its selections mean for meters.

use domain::calendar::Step;
use domain::energy::zone_meters;
use domain::site::{Meter, Site};

use super::super::selection::{self, Scope};
use super::super::spans::Span;
use crate::words::Language;
use figures::{BUILDING, Scope as MeterScope};

/// Selection of the energy page.
pub(super) type Selection<'a> = selection::Selection<'a, Panel>;

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

impl selection::Panel for Panel {
    const PATH: &'static str = "/energy";
    const ALL: &'static [Self] = &[
        Self::Now,
        Self::Consumption,
        Self::Power,
        Self::Machines,
        Self::People,
        Self::Climate,
        Self::Checks,
    ];
    const ZONE_PREFIX: &'static str = "zone:";
    const SPANS: usize = Span::ALL;

    fn name(self) -> &'static str {
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

    fn title(self, language: Language) -> &'static str {
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

    fn usual_span(self) -> Span {
        Span::WEEK
    }

    fn scopes(site: &Site) -> Vec<Scope<'_>> {
        let (zones, meters) = (site.zones.iter(), site.meters.iter());
        let parts = zones.map(Scope::Zone).chain(meters.map(Scope::Meter));
        std::iter::once(Scope::Building).chain(parts).collect()
    }

    fn is_offered(site: &Site, scope: Scope<'_>) -> bool {
        let Scope::Zone(zone) = scope else { return true };
        zone_meters(site, Some(&zone.id)).next().is_some()
    }
}

impl<'a> Selection<'a> {
    /// The steps of the load curve: fine enough to see a machine, coarse enough to be drawn.
    pub(super) fn load_step(&self) -> Step {
        match self.step() {
            Step::Day => Step::Minutes(15),
            Step::Year => Step::Day,
            _ => Step::Hour,
        }
    }

    /// The meters whose sum is the energy of the scope.
    pub(super) fn meters(&self) -> MeterScope<'a> {
        let scope = match self.scope {
            Scope::Zone(zone) => MeterScope::of_zone(self.site, zone.id.as_str()),
            Scope::Meter(meter) => MeterScope::of_meter(self.site, meter.id.as_str()),
            Scope::All | Scope::Building => Ok(MeterScope::of_building(self.site)),
        };
        scope.unwrap_or_else(|_| MeterScope::of_building(self.site))
    }

    /// The meter, where the scope is one.
    pub(super) fn meter(&self) -> Option<&'a Meter> {
        if let Scope::Meter(meter) = self.scope { Some(meter) } else { None }
    }

    /// The meters that stand within the scope, parts among them.
    pub(super) fn all_meters(&self) -> Vec<&'a Meter> {
        let meters = self.site.meters.iter();
        match self.scope {
            Scope::All | Scope::Building => meters.collect(),
            Scope::Meter(meter) => vec![meter],
            Scope::Zone(zone) => {
                let is_within = |meter: &&Meter| {
                    meter.zone.as_ref().is_some_and(|own| self.site.is_within(own, &zone.id))
                };
                meters.filter(is_within).collect()
            }
        }
    }

    /// Address of the energy of this scope and span as CSV, bar by bar.
    pub(super) fn csv(&self, reader: &str, language: Language) -> String {
        let of = match self.scope {
            Scope::Zone(zone) => format!("zones/{}", zone.id),
            Scope::Meter(meter) => format!("meters/{}", meter.id),
            Scope::All | Scope::Building => format!("zones/{BUILDING}"),
        };
        let by = match self.bars() {
            Step::Hour => "hour",
            Step::Month => "month",
            _ => "day",
        };
        let (from, to, lang) = (self.span.start(), self.span.end().min(self.now), language.code());
        format!("/api/v1/{of}/energy.csv?from={from}&to={to}&by={by}&for={reader}&lang={lang}")
    }
}
