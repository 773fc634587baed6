//! All figures of a civil month that its report gives, each the very one that the API gives.

use domain::air::AirReport;
use domain::calendar::{Bucket, Step, grid};
use domain::energy::EnergyFigure;
use domain::ids::ZoneId;
use domain::indicators::{Load, Usage, WhileClosed};
use domain::occupancy::Attendance;
use domain::site::{Site, Zone};
use domain::{Instant, Period, Quantity};
use serde::Serialize;

use crate::breakdown::{BreakdownLine, By};
use crate::complete::{change, per_area_kwh};
use crate::cost::CostItem;
use crate::error::FigureError;
use crate::machine::MachineReport;
use crate::month::Month;
use crate::people::PeopleQuarters;
use crate::scope::Scope;
use crate::view::View;

/// The figures of a month.
#[derive(Clone, Debug)]
pub struct MonthReport {
    /// Which month.
    pub month: Month,
    /// From its first instant to that of the next one.
    pub period: Period,
    /// The present instant of the figures.
    pub now: Instant,
    /// The month, the one before, and the same of the year before.
    pub energy: [Breakdowns; 3],
    /// Energy of each civil day.
    pub days: Vec<Bucket<EnergyFigure>>,
    /// Energy while the building was closed; `None` without opening hours.
    pub closed: Option<WhileClosed>,
    /// The load curve; `None` where nothing was measured.
    pub load: Option<Load>,
    /// Cost and emissions; `None` where the site file has neither prices nor factors.
    pub account: Option<CostItem>,
    /// Energy beside people.
    pub usage: Usage,
    /// Use of the building.
    pub attendance: Attendance,
    /// Each zone with a capacity or a CO2 instrument.
    pub zones: Vec<ZoneReport>,
    /// Machines that work in sessions, with their place in the site file.
    pub machines: Vec<(usize, MachineReport)>,
}

/// The energy of a span in all the ways that it is broken down.
#[derive(Clone, Debug)]
pub struct Breakdowns {
    /// The building as a whole.
    pub building: EnergyFigure,
    /// The building by floor area; `None` where the span was not wholly measured.
    pub kwh_per_m2: Option<f64>,
    /// By zone.
    pub zones: Vec<BreakdownLine>,
    /// By meter.
    pub meters: Vec<BreakdownLine>,
    /// By use.
    pub uses: Vec<BreakdownLine>,
}

/// The people and the air of a zone.
#[derive(Clone, Debug, Serialize)]
pub struct ZoneReport {
    /// The id of the zone.
    pub id: ZoneId,
    /// The name of the zone.
    pub name: String,
    /// How many people it holds.
    pub capacity: Option<u32>,
    /// Its use; `None` without a capacity, and of small rooms, which are not published.
    pub attendance: Option<Attendance>,
    /// Its air; `None` without a CO2 instrument.
    pub air: Option<AirReport>,
}

impl MonthReport {
    /// Whether the month is over, so that it can be set beside others.
    pub fn is_over(&self) -> bool {
        self.period.end() <= self.now
    }

    /// Share by which a figure of this month is above the same of another one; `None` while the month runs, and where
    /// either is not completely known.
    pub fn change(&self, now: &EnergyFigure, other: &EnergyFigure) -> Option<f64> {
        change(now, other).filter(|_| self.is_over())
    }
}

impl View {
    /// The figures of a month.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn month_report(&self, month: Month) -> Result<MonthReport, FigureError> {
        let site = &self.site;
        let period = month.period(&site.timezone);
        let building = Scope::of_building(site);
        let of = |month: Month| self.breakdowns(month.period(&site.timezone));
        let energy = [of(month).await?, of(month.before()).await?, of(month.year_before()).await?];
        let days: Vec<Period> = grid(Step::Day, period, &site.timezone).collect();
        let profile = self.load_profile(&building, period).await?;
        let places: Vec<_> =
            std::iter::once(None).chain(reported(site).map(|zone| Some(zone.id.clone()))).collect();
        let mut people = self.people_quarters_of(&places, period).await?;
        let of_zones = people.split_off(1);
        let of_building = &people[0];
        Ok(MonthReport {
            month,
            period,
            now: self.now,
            energy,
            days: self.energy_cells(&building.meters, days).await?,
            closed: profile.while_closed,
            load: profile.load,
            account: self.month_cost(&building, period).await?,
            usage: self.usages_beside(&building, &[period], of_building).await?.remove(0).usage,
            attendance: self.attendances_beside(of_building, &[period]).await?.remove(0),
            zones: self.zone_reports(period, of_zones).await?,
            machines: self.machines(period).await?,
        })
    }

    /// Whether the building has any known energy in `month`.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn has_energy(&self, month: Month) -> Result<bool, FigureError> {
        let building = Scope::of_building(&self.site);
        let figure = self.total(&building.meters, month.period(&self.site.timezone)).await?;
        Ok(figure.energy_wh.is_some())
    }

    async fn breakdowns(&self, span: Period) -> Result<Breakdowns, FigureError> {
        let zones = self.breakdown(By::Zone, span).await?;
        Ok(Breakdowns {
            building: zones.building,
            kwh_per_m2: per_area_kwh(&zones.building, Some(self.site.area_m2)),
            zones: zones.items,
            meters: self.breakdown(By::Meter, span).await?.items,
            uses: self.breakdown(By::Use, span).await?.items,
        })
    }

    async fn month_cost(
        &self,
        building: &Scope<'_>,
        period: Period,
    ) -> Result<Option<CostItem>, FigureError> {
        let site = &self.site;
        if site.tariffs.is_empty() && site.carbon.is_empty() && site.primary.is_empty() {
            return Ok(None);
        }
        Ok(self.costs(building, &[period]).await?.pop())
    }

    async fn zone_reports(
        &self,
        period: Period,
        people: Vec<PeopleQuarters>,
    ) -> Result<Vec<ZoneReport>, FigureError> {
        let mut zones = Vec::new();
        for (zone, people) in reported(&self.site).zip(people) {
            // It is made to be published, and who is alone in an office is nobody's business.
            let shows_people = self.site.shows_people_of(zone);
            let attendance = if shows_people && zone.capacity.is_some() {
                self.attendances_beside(&people, &[period]).await?.pop()
            } else {
                None
            };
            // The air of the occupied time would tell when it was occupied.
            let people = if shows_people { people } else { self.no_quarters(&zone.id) };
            let air = if has_co2(&self.site, zone) {
                Some(self.air_beside(zone, period, people).await?)
            } else {
                None
            };
            let (id, name) = (zone.id.clone(), zone.name.clone());
            zones.push(ZoneReport { id, name, capacity: zone.capacity, attendance, air });
        }
        Ok(zones)
    }

    async fn machines(&self, period: Period) -> Result<Vec<(usize, MachineReport)>, FigureError> {
        let mut machines = Vec::new();
        for (place, meter) in self.site.meters.iter().enumerate() {
            if meter.sessions.is_some() {
                machines.push((place, self.machine(meter, period).await?));
            }
        }
        Ok(machines)
    }
}

/// The zones that are reported on.
fn reported(site: &Site) -> impl Iterator<Item = &Zone> {
    site.zones.iter().filter(|it| it.capacity.is_some() || has_co2(site, it))
}

fn has_co2(site: &Site, zone: &Zone) -> bool {
    site.points.iter().any(|point| point.zone == zone.id && point.quantity == Quantity::Co2)
}
