//! Gauge in a cell: the figure while it is fresh, its age when it is late, no figure when it is lost.

use domain::Quantity;
use domain::air::AirLevel;
use domain::device::Freshness;
use domain::site::{Site, Zone};
use domain::wire::state::ZoneState;

use crate::live::view::gauge;
use crate::words::{Figure, Locale, Tone};

/// Cell of a gauge.
pub(super) struct Cell {
    /// Figure; `None` when the gauge is lost or has no reading.
    pub(super) figure: Option<Figure>,
    /// Late with its age, or lost since when; `None` when it is fresh.
    pub(super) note: Option<String>,
    /// Unknown when it is not fresh.
    pub(super) tone: Tone,
    /// Whether the site file has such a point here at all.
    pub(super) expected: bool,
}

/// Cell of `quantity` in a zone.
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
        Freshness::Late => (Some(figure), Some(locale.late(gauge.observed_at)), Tone::Unknown),
        Freshness::Lost => (None, Some(locale.silent_since(gauge.observed_at)), Tone::Unknown),
    };
    Cell { figure, note, tone, expected }
}

/// Verdict on the CO2 of a zone; `None` when it is not fresh.
pub(super) fn air(state: &ZoneState, site: &Site) -> Option<AirLevel> {
    let gauge = gauge(state, Quantity::Co2)?;
    (gauge.freshness == Freshness::Fresh).then(|| AirLevel::of(gauge.value, &site.air))
}

/// Since when the zone as a whole is silent; `None` unless every gauge that it has is lost.
pub(super) fn silent_since(locale: &Locale, state: &ZoneState) -> Option<String> {
    let all_lost = state.gauges.iter().all(|gauge| gauge.freshness == Freshness::Lost);
    let newest = state.gauges.iter().map(|gauge| gauge.observed_at).max()?;
    all_lost.then(|| locale.silent_since(newest))
}
