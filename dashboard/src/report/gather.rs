//! The figures of a month, asked for as the API asks for them.

use domain::calendar::{Bucket, Step, grid};
use domain::energy::EnergyFigure;
use domain::indicators::{
    Attendance, Load, OccupiedAir, Usage, WhileClosed, attendance, load, occupied_air, usage,
    while_closed,
};
use domain::occupancy::PeopleFigure;
use domain::site::{Point, Site, Zone};
use domain::{Instant, Period, Quantity};
use store::SeriesReader;

use super::month::Month;
use crate::app::App;
use crate::insights::accounts::{Account, accounts};
use crate::insights::breakdown::{By, Line, breakdown};
use crate::insights::machine::{MachineReport, report as machine_report};
use crate::insights::scope::{Scope, cells, past};
use crate::known::Known;
use crate::problem::Problem;
use crate::{energy_figures, figures};

/// All that a report tells of.
pub(crate) struct MonthReport {
    pub(crate) month: Month,
    pub(crate) period: Period,
    pub(crate) now: Instant,
    /// The month, the one before, and the same of the year before.
    pub(crate) energy: [Breakdowns; 3],
    /// Of each civil day.
    pub(crate) days: Vec<Bucket<EnergyFigure>>,
    pub(crate) closed: Option<WhileClosed>,
    pub(crate) load: Option<Load>,
    pub(crate) account: Option<Account>,
    pub(crate) usage: Usage,
    /// Of the building, and of each zone with a capacity.
    pub(crate) attendance: Attendance,
    pub(crate) zones: Vec<ZoneReport>,
    /// Machines that work in sessions, with their place in the site file.
    pub(crate) machines: Vec<(usize, MachineReport)>,
}

/// The energy of a span in all the ways that it is broken down.
pub(crate) struct Breakdowns {
    pub(crate) building: EnergyFigure,
    pub(crate) zones: Vec<Line>,
    pub(crate) meters: Vec<Line>,
    pub(crate) uses: Vec<Line>,
}

/// The people and the air of a zone.
pub(crate) struct ZoneReport {
    pub(crate) name: String,
    pub(crate) capacity: Option<u32>,
    pub(crate) attendance: Option<Attendance>,
    pub(crate) air: Option<OccupiedAir>,
}

impl MonthReport {
    /// Whether the month is over, so that it can be set beside others.
    pub(crate) fn is_over(&self) -> bool {
        self.period.end() <= self.now
    }
}

/// Asks for the figures of `month`.
pub(crate) async fn gather<R: SeriesReader>(
    app: &App<R>,
    month: Month,
) -> Result<MonthReport, Problem> {
    let site = &app.site;
    let period = month.period(&site.timezone);
    let building = Scope::of_building(site);
    let mut energy = Vec::with_capacity(3);
    for month in [month, month.before(), month.year_before()] {
        energy.push(breakdowns(app, month.period(&site.timezone)).await?);
    }
    let energy = energy.try_into().unwrap_or_else(|_| unreachable!("there are three months"));
    let days: Vec<Period> = grid(Step::Day, period, &site.timezone).collect();
    let of_days = energy_figures::together(app, &building.meters, &days).await?;
    let days = days.into_iter().zip(of_days).map(|(period, figure)| Bucket { period, figure });
    let quarters = past(app, period, Step::Minutes(15));
    let places: Vec<_> =
        std::iter::once(None).chain(reported(site).map(|zone| Some(zone.id.clone()))).collect();
    let known = Known::at(app, None).await?;
    let mut of_zones = figures::people_of(app, &known, &places, &quarters).await?;
    let people = of_zones.remove(0);
    // What the API works out from quarter hours stands on these.
    let in_quarters = cells(app, &building.meters, quarters.clone()).await?;
    Ok(MonthReport {
        month,
        period,
        now: app.clock.now(),
        energy,
        days: days.collect(),
        closed: while_closed(site, &in_quarters),
        load: load(&in_quarters),
        usage: usage(&in_quarters, &people),
        account: account(app, &building, period).await?,
        attendance: attendance(&beside(&quarters, people), site.capacity),
        zones: zones(app, &quarters, of_zones).await?,
        machines: machines(app, period).await?,
    })
}

/// Cost and emissions; nothing where the site file has neither prices nor factors.
async fn account<R: SeriesReader>(
    app: &App<R>,
    building: &Scope<'_>,
    period: Period,
) -> Result<Option<Account>, Problem> {
    let site = &app.site;
    if site.tariffs.is_empty() && site.carbon.is_empty() && site.primary.is_empty() {
        return Ok(None);
    }
    Ok(accounts(app, building, &[period]).await?.pop())
}

fn beside<T>(periods: &[Period], figures: Vec<T>) -> Vec<Bucket<T>> {
    let cells = periods.iter().zip(figures);
    cells.map(|(period, figure)| Bucket { period: *period, figure }).collect()
}

/// Whether the building has any known energy in `month`.
pub(crate) async fn energy_is_known<R: SeriesReader>(
    app: &App<R>,
    month: Month,
) -> Result<bool, Problem> {
    let (building, _) = breakdown(app, By::Zone, month.period(&app.site.timezone)).await?;
    Ok(building.energy_wh.is_some())
}

async fn breakdowns<R: SeriesReader>(app: &App<R>, span: Period) -> Result<Breakdowns, Problem> {
    let (building, zones) = breakdown(app, By::Zone, span).await?;
    let (_, meters) = breakdown(app, By::Meter, span).await?;
    let (_, uses) = breakdown(app, By::Use, span).await?;
    Ok(Breakdowns { building, zones, meters, uses })
}

/// The zones that are reported on.
fn reported(site: &Site) -> impl Iterator<Item = &Zone> {
    site.zones.iter().filter(|it| it.capacity.is_some() || co2_point(site, it).is_some())
}

async fn zones<R: SeriesReader>(
    app: &App<R>,
    quarters: &[Period],
    people: Vec<Vec<PeopleFigure>>,
) -> Result<Vec<ZoneReport>, Problem> {
    let mut zones = Vec::new();
    for (zone, people) in reported(&app.site).zip(people) {
        let air = match co2_point(&app.site, zone) {
            Some(point) => Some(air_of(app, point, &people, quarters).await?),
            None => None,
        };
        let cells = beside(quarters, people);
        // It is made to be published, and who is alone in an office is nobody's business.
        let capacity = zone.capacity.filter(|_| app.site.shows_people_of(zone));
        let attendance = capacity.map(|capacity| attendance(&cells, capacity));
        let (name, capacity) = (zone.name.clone(), zone.capacity);
        zones.push(ZoneReport { name, capacity, attendance, air });
    }
    Ok(zones)
}

fn co2_point<'a>(site: &'a Site, zone: &Zone) -> Option<&'a Point> {
    site.points.iter().find(|point| point.zone == zone.id && point.quantity == Quantity::Co2)
}

async fn air_of<R: SeriesReader>(
    app: &App<R>,
    point: &Point,
    people: &[PeopleFigure],
    quarters: &[Period],
) -> Result<OccupiedAir, Problem> {
    let co2 = figures::history(app, point.quantity.kind(), &point.sources, quarters).await?;
    let levels = [app.site.air.reference_ppm, app.site.air.action_ppm];
    Ok(occupied_air(&beside(quarters, co2), people, &levels))
}

async fn machines<R: SeriesReader>(
    app: &App<R>,
    period: Period,
) -> Result<Vec<(usize, MachineReport)>, Problem> {
    let mut machines = Vec::new();
    for (place, meter) in app.site.meters.iter().enumerate() {
        if meter.sessions.is_some() {
            machines.push((place, machine_report(app, meter, period).await?));
        }
    }
    Ok(machines)
}
