//! What a question is about: a meter, a zone or the building, over a span of whole civil days.

use domain::calendar::{Bucket, Step, grid, period_of};
use domain::energy;
use domain::ids::ZoneId;
use domain::indicators::EnergyCell;
use domain::site::{Meter, Site};
use domain::{Instant, Period};
use jiff::SignedDuration;
use store::SeriesReader;

use crate::app::App;
use crate::energy_figures;
use crate::problem::Problem;

/// The name that stands for the whole site.
pub(crate) const BUILDING: &str = "building";

/// Meters that are counted together.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) meters: Vec<&'a Meter>,
    /// The zone, when it is one.
    pub(crate) zone: Option<ZoneId>,
    /// Floor area, where the question is about a space of known area.
    pub(crate) area_m2: Option<f64>,
    /// Whether the meters are those that the energy of the building is billed by.
    pub(crate) is_building: bool,
}

impl<'a> Scope<'a> {
    /// A meter by its id.
    pub(crate) fn of_meter(site: &'a Site, id: &str) -> Result<Self, Problem> {
        let meter = meter(site, id)?;
        let is_building = meter.parent.is_none();
        Ok(Self { meters: energy::measured(site, meter), zone: None, area_m2: None, is_building })
    }

    /// A zone by its id, or the building.
    pub(crate) fn of_zone(site: &'a Site, id: &str) -> Result<Self, Problem> {
        if id == BUILDING {
            return Ok(Self::of_building(site));
        }
        let expected = "an id of a [[zone]] of the site file, or `building`";
        let zone = site.zone(id).ok_or_else(|| Problem::unknown("zone", id, expected))?;
        let meters = energy::zone_meters(site, Some(&zone.id)).collect();
        let (zone, area_m2) = (Some(zone.id.clone()), zone.area_m2);
        Ok(Self { meters, zone, area_m2, is_building: false })
    }

    /// The building.
    pub(crate) fn of_building(site: &'a Site) -> Self {
        let meters = energy::zone_meters(site, None).collect();
        Self { meters, zone: None, area_m2: Some(site.area_m2), is_building: true }
    }
}

/// A meter by its id.
pub(crate) fn meter<'a>(site: &'a Site, id: &str) -> Result<&'a Meter, Problem> {
    let expected = "an id of a [[meter]] of the site file";
    site.meter(id).ok_or_else(|| Problem::unknown("meter", id, expected))
}

/// The span widened to whole civil days, when it is not longer than so many days.
pub(crate) fn whole_days(site: &Site, span: Period, most_days: i64) -> Result<Period, Problem> {
    if span.length() > SignedDuration::from_hours(24 * most_days) {
        return Err(Problem::bad_request(
            "the span between `from` and `to` is too long for this call".to_owned(),
            format!("at most {most_days} days"),
        ));
    }
    let last = (span.end() - SignedDuration::from_millis(1)).max(span.start());
    let day = |at: Instant| period_of(Step::Day, at, &site.timezone);
    let whole = Period::new(day(span.start()).start(), day(last).end());
    Ok(whole.expect("a later day does not begin before an earlier one"))
}

/// The part of a span that is not in the future, as a grid.
pub(crate) fn past<R>(app: &App<R>, span: Period, step: Step) -> Vec<Period> {
    let end = span.end().min(app.clock.now());
    Period::new(span.start(), end)
        .map(|span| grid(step, span, &app.site.timezone).collect())
        .unwrap_or_default()
}

/// The energy of some meters together in each period.
pub(crate) async fn cells<R: SeriesReader>(
    app: &App<R>,
    meters: &[&Meter],
    grid: Vec<Period>,
) -> Result<Vec<EnergyCell>, Problem> {
    let figures = energy_figures::together(app, meters, &grid).await?;
    let cell = |(period, figure)| Bucket { period, figure };
    Ok(grid.into_iter().zip(figures).map(cell).collect())
}

/// The cells of a period, of cells in order that do not cross its borders.
pub(crate) fn within(cells: &[EnergyCell], period: Period) -> &[EnergyCell] {
    let start = cells.partition_point(|cell| cell.period.start() < period.start());
    let end = cells.partition_point(|cell| cell.period.start() < period.end());
    &cells[start..end]
}
