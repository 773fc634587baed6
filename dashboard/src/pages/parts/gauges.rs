//! A gauge in a cell: the figure while it is fresh, its age when it is late, no figure when it is lost.

use domain::Quantity;
use domain::device::Freshness;
use domain::site::{Site, Zone};
use domain::wire::state::ZoneState;

use crate::live::view::gauge;
use crate::words::{Air, Figure, Locale, Tone};

/// What a cell shows of a gauge.
pub(super) struct Cell {
    /// The figure; none when the gauge is lost or was never heard.
    pub(super) figure: Option<Figure>,
    /// How old it is, or since when it is silent; nothing when it is fresh.
    pub(super) note: Option<String>,
    /// Unknown when it is not fresh.
    pub(super) tone: Tone,
    /// Whether the site file has such a point here at all.
    pub(super) expected: bool,
}

/// The cell of `quantity` in a zone.
pub(super) fn cell(
    locale: &Locale,
    site: &Site,
    zone: &Zone,
    state: &ZoneState,
    quantity: Quantity,
) -> Cell {
    let expected =
        site.points.iter().any(|point| point.zone == zone.id && point.quantity == quantity);
    let Some(gauge) = gauge(state, quantity) else {
        return Cell { figure: None, note: None, tone: Tone::Unknown, expected };
    };
    let figure = locale.language.measured(quantity, gauge.value);
    let (figure, note, tone) = match gauge.freshness {
        Freshness::Fresh => (Some(figure), None, Tone::Plain),
        Freshness::Late => (Some(figure), Some(locale.ago(gauge.observed_at)), Tone::Unknown),
        Freshness::Lost => (None, Some(locale.silent_since(gauge.observed_at)), Tone::Unknown),
    };
    Cell { figure, note, tone, expected }
}

/// What the CO2 of a zone means; nothing when it is not fresh, since then it means nothing for now.
pub(super) fn air(state: &ZoneState, site: &Site) -> Option<Air> {
    let gauge = gauge(state, Quantity::Co2)?;
    (gauge.freshness == Freshness::Fresh).then(|| Air::of(gauge.value, &site.air))
}

/// Since when the zone as a whole is silent: every gauge that it has is lost.
pub(super) fn silent_since(locale: &Locale, state: &ZoneState) -> Option<String> {
    let all_lost = state.gauges.iter().all(|gauge| gauge.freshness == Freshness::Lost);
    let newest = state.gauges.iter().map(|gauge| gauge.observed_at).max()?;
    all_lost.then(|| locale.silent_since(newest))
}
