//! Selection of a page of panels: which panel, of which scope, over which span. What cannot be read falls back to the
//! first scope and the usual span.

use domain::calendar::Step;
use domain::ids::ZoneId;
use domain::site::{Meter, Site, Zone};
use domain::{Instant, Period};

use super::spans::{Choosable, Span, Tab};
use crate::query::Query;
use crate::words::{Language, Locale};
use figures::BUILDING;

/// Name of [`Scope::All`] in addresses.
const ALL: &str = "all";

/// Part of the site that the figures of a panel are about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope<'a> {
    /// The building and every zone, side by side.
    All,
    /// The building.
    Building,
    /// A zone.
    Zone(&'a Zone),
    /// A meter with all that it measures.
    Meter(&'a Meter),
}

impl Scope<'_> {
    /// The zone; `None` for all others.
    pub(super) fn zone(self) -> Option<ZoneId> {
        match self {
            Self::Zone(zone) => Some(zone.id.clone()),
            Self::All | Self::Building | Self::Meter(_) => None,
        }
    }

    pub(super) fn is_building(self) -> bool {
        matches!(self, Self::Building)
    }

    /// Name for people.
    fn name(self, language: Language) -> String {
        match self {
            Self::All => language.zone_labels().all.to_owned(),
            Self::Building => language.labels().whole_building.to_owned(),
            Self::Zone(zone) => zone.name.clone(),
            Self::Meter(meter) => language.meter(&meter.name),
        }
    }

    /// Name in addresses, where a zone has `zone_prefix` before its id.
    fn text(self, zone_prefix: &str) -> String {
        match self {
            Self::All => ALL.to_owned(),
            Self::Building => BUILDING.to_owned(),
            Self::Zone(zone) => format!("{zone_prefix}{}", zone.id),
            Self::Meter(meter) => format!("meter:{}", meter.id),
        }
    }
}

/// Panels of a page: each is a view of a scope over a span, but for the first, which is live.
pub(super) trait Panel: Copy + PartialEq + 'static {
    /// Address of the page.
    const PATH: &'static str;
    /// The panels in the order of their tabs, the live one first.
    const ALL: &'static [Self];
    /// What stands before the id of a zone in addresses.
    const ZONE_PREFIX: &'static str;
    /// How many of the spans can be chosen.
    const SPANS: usize;

    /// Name in addresses.
    fn name(self) -> &'static str;

    /// Name for people.
    fn title(self, language: Language) -> &'static str;

    /// Span where none is chosen.
    fn usual_span(self) -> Span;

    /// The scopes that a panel can be about, the usual one first.
    fn scopes(site: &Site) -> Vec<Scope<'_>>;

    /// Whether a scope is in the list to choose from.
    fn is_offered(site: &Site, scope: Scope<'_>) -> bool;
}

/// Panel, scope and span that a reader of the page has chosen.
pub(super) struct Selection<'a, P> {
    pub(super) site: &'a Site,
    pub(super) panel: P,
    pub(super) scope: Scope<'a>,
    chosen: Span,
    pub(super) span: Period,
    pub(super) now: Instant,
}

impl<'a, P: Panel> Selection<'a, P> {
    pub(super) fn read(query: &Query, site: &'a Site, now: Instant) -> Self {
        let named = |panel: &P| query.get("view") == Some(panel.name());
        let panel = P::ALL.iter().copied().find(named).unwrap_or(P::ALL[0]);
        let chosen = Span::read(query, P::SPANS, panel.usual_span());
        let scopes = P::scopes(site);
        let of = query.get("of");
        let named = |scope: &&Scope<'a>| of == Some(scope.text(P::ZONE_PREFIX).as_str());
        let scope = scopes.iter().find(named).copied().unwrap_or(scopes[0]);
        Self { site, panel, scope, chosen, span: chosen.period(site, now), now }
    }

    /// Whether the panel is the live one, which needs no figures.
    pub(super) fn is_live(&self) -> bool {
        self.panel == P::ALL[0]
    }

    /// Civil period of the span: a day, a week, a month or a year.
    pub(super) fn step(&self) -> Step {
        self.chosen.step()
    }

    /// Step of the bars of the span.
    pub(super) fn bars(&self) -> Step {
        self.chosen.bars()
    }

    /// Whether the span is a month.
    pub(super) fn is_month(&self) -> bool {
        self.step() == Step::Month
    }

    /// Whether the span is a year.
    pub(super) fn is_year(&self) -> bool {
        self.step() == Step::Year
    }

    /// Whether the span is a week at most.
    pub(super) fn is_short(&self) -> bool {
        matches!(self.step(), Step::Day | Step::Week)
    }

    /// Whether the present moment lies in the span.
    pub(super) fn is_current(&self) -> bool {
        self.span.contains(self.now)
    }

    /// Links to the panels, for the same scope and span.
    pub(super) fn tabs(&self, language: Language) -> Vec<Tab> {
        let tab = |panel: &P| Tab {
            address: self.address(*panel),
            name: panel.title(language),
            here: *panel == self.panel,
        };
        P::ALL.iter().map(tab).collect()
    }

    fn address(&self, panel: P) -> String {
        let (path, view) = (P::PATH, panel.name());
        if panel == P::ALL[0] {
            return path.to_owned();
        }
        // Nothing was chosen on the live panel.
        if self.is_live() {
            return format!("{path}?view={view}");
        }
        let of = self.scope.text(P::ZONE_PREFIX).replace(':', "%3A");
        format!("{path}?view={view}&of={of}&span={}", self.chosen.name())
    }

    /// The scopes to choose from.
    pub(super) fn scopes(&self, language: Language) -> Vec<Choosable> {
        let chosen = self.scope.text(P::ZONE_PREFIX);
        let scopes = P::scopes(self.site).into_iter();
        let offered = scopes.filter(|scope| P::is_offered(self.site, *scope));
        let choosable = |scope: Scope<'_>| {
            let value = scope.text(P::ZONE_PREFIX);
            Choosable { chosen: value == chosen, value, name: scope.name(language) }
        };
        offered.map(choosable).collect()
    }

    /// The spans to choose from.
    pub(super) fn spans(&self, language: Language) -> Vec<Choosable> {
        self.chosen.choices(P::SPANS, language.labels())
    }

    /// "FabLab, ce mois".
    pub(super) fn title(&self, language: Language) -> String {
        format!("{}, {}", self.scope.name(language), self.chosen.in_words(language.labels()))
    }

    pub(super) fn locale(&self, language: Language) -> Locale {
        Locale { language, zone: self.site.timezone.clone(), now: self.now }
    }
}
