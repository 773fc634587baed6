//! Curve of today's power, and the meter that the live page shows.

use domain::energy::parts_of;
use domain::site::{Meter, Site, Zone};
use domain::{Instant, Period};

/// Mean power by quarter hour of the present civil day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PowerToday {
    /// When it was made.
    pub(crate) made_at: Instant,
    /// Civil day.
    pub(crate) day: Period,
    /// Mean watts of each quarter hour that has begun; `None` where it is unknown.
    pub(crate) watts: Vec<(Period, Option<f64>)>,
}

/// Meter whose power and sub-meters the live page shows: the one with the most parts among those that stand in a zone,
/// the first of the file among equals; without sub-meters the first meter there is.
pub(crate) fn shown_meter(site: &Site) -> Option<&Meter> {
    let parts = |meter: &Meter| parts_of(site, &meter.id).count();
    let in_zones = site.meters.iter().filter(|meter| meter.zone.is_some() && parts(meter) > 0);
    let most = in_zones.rev().max_by_key(|meter| parts(meter));
    most.or_else(|| site.meters.first())
}

/// Zone of the shown meter.
pub(crate) fn shown_zone(site: &Site) -> Option<&Zone> {
    let id = shown_meter(site)?.zone.as_ref()?;
    site.zone(id.as_str())
}
