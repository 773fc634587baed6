//! Scope of a question: the meters of a meter, a zone or the building, over spans of whole civil days.

use domain::calendar::{Step, grid, period_of};
use domain::energy;
use domain::ids::ZoneId;
use domain::indicators::EnergyCell;
use domain::site::{Carrier, Meter, Site, Use, Zone};
use domain::{Instant, Period};
use jiff::SignedDuration;

use crate::error::{FigureError, meter, zone};
use crate::view::View;

/// Name of the whole site among those of its zones.
pub const BUILDING: &str = "building";

/// Meters that are counted together.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// The meters; none of them is a part of another.
    pub meters: Vec<&'a Meter>,
    /// The zone, when it is one.
    pub zone: Option<ZoneId>,
    /// Floor area in m², where the question is about a space of known area.
    pub area_m2: Option<f64>,
    /// Whether the meters are those that the energy of the building is billed by.
    pub is_building: bool,
}

impl<'a> Scope<'a> {
    /// A meter by its id.
    ///
    /// # Errors
    /// [`FigureError::NotFound`] where the site has none.
    pub fn of_meter(site: &'a Site, id: &str) -> Result<Self, FigureError> {
        let meter = meter(site, id)?;
        let is_building = meter.parent.is_none();
        Ok(Self { meters: energy::measured(site, meter), zone: None, area_m2: None, is_building })
    }

    /// A zone by its id, or the building by the name [`BUILDING`].
    ///
    /// # Errors
    /// [`FigureError::NotFound`] where the site has none.
    pub fn of_zone(site: &'a Site, id: &str) -> Result<Self, FigureError> {
        if id == BUILDING {
            return Ok(Self::of_building(site));
        }
        let zone = site.zone(id).ok_or_else(|| FigureError::no_zone_or_building(id))?;
        let meters = energy::zone_meters(site, Some(&zone.id)).collect();
        let (zone, area_m2) = (Some(zone.id.clone()), zone.area_m2);
        Ok(Self { meters, zone, area_m2, is_building: false })
    }

    /// The building.
    pub fn of_building(site: &'a Site) -> Self {
        let meters = energy::zone_meters(site, None).collect();
        Self { meters, zone: None, area_m2: Some(site.area_m2), is_building: true }
    }

    /// The meters of each carrier and use, which have prices and factors of their own.
    pub(crate) fn kinds(&self) -> Vec<(Carrier, Option<Use>, Vec<&'a Meter>)> {
        let pair = |meter: &Meter| (meter.carrier, meter.usage);
        let pairs: std::collections::BTreeSet<_> = self.meters.iter().map(|it| pair(it)).collect();
        let of = |kind| self.meters.iter().filter(|it| pair(it) == kind).copied().collect();
        pairs.into_iter().map(|kind| (kind.0, kind.1, of(kind))).collect()
    }
}

impl View {
    /// A meter by its id.
    ///
    /// # Errors
    /// [`FigureError::NotFound`] where the site has none.
    pub fn meter(&self, id: &str) -> Result<&Meter, FigureError> {
        meter(self.site(), id)
    }

    /// A zone by its id.
    ///
    /// # Errors
    /// [`FigureError::NotFound`] where the site has none.
    pub fn zone(&self, id: &str) -> Result<&Zone, FigureError> {
        zone(self.site(), id)
    }

    /// A zone by its id; `None` for the building by the name [`BUILDING`].
    ///
    /// # Errors
    /// [`FigureError::NotFound`] where the site has none.
    pub fn zone_or_building(&self, id: &str) -> Result<Option<ZoneId>, FigureError> {
        match self.site().zone(id) {
            Some(zone) => Ok(Some(zone.id.clone())),
            None if id == BUILDING => Ok(None),
            None => Err(FigureError::no_zone_or_building(id)),
        }
    }

    /// The grid of the part of a span that is not in the future.
    pub fn past(&self, span: Period, step: Step) -> Vec<Period> {
        let past = Period::new(span.start(), span.end().min(self.now));
        past.map(|span| grid(step, span, &self.site.timezone).collect()).unwrap_or_default()
    }
}

/// The span widened to whole civil days.
///
/// # Errors
/// [`FigureError::TooLong`] when it is longer than so many days.
pub fn whole_days(site: &Site, span: Period, most_days: i64) -> Result<Period, FigureError> {
    if span.length() > SignedDuration::from_hours(24 * most_days) {
        return Err(FigureError::TooLong { most_days });
    }
    let last = (span.end() - SignedDuration::from_millis(1)).max(span.start());
    let day = |at: Instant| period_of(Step::Day, at, &site.timezone);
    let whole = Period::new(day(span.start()).start(), day(last).end());
    Ok(whole.expect("a later day does not begin before an earlier one"))
}

/// The cells of a period, of cells in order that do not cross its borders.
pub(crate) fn within(cells: &[EnergyCell], period: Period) -> &[EnergyCell] {
    let start = cells.partition_point(|cell| cell.period.start() < period.start());
    let end = cells.partition_point(|cell| cell.period.start() < period.end());
    &cells[start..end]
}
