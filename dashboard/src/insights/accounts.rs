//! What some energy costs and weighs, with the source of each number.

use domain::calendar::Step;
use domain::energy::EnergyFigure;
use domain::indicators::{Cost, EnergyCell, Weighed, cost, fixed_cost, weigh};
use domain::site::{Carrier, Meter, Site, Use};
use domain::{Instant, Period};
use serde::Serialize;
use store::SeriesReader;

use super::scope::{Scope, cells, past, within};
use crate::app::App;
use crate::energy_figures;
use crate::problem::Problem;

/// Energy of a period in all the ways that it is counted.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Account {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    #[serde(flatten)]
    pub(crate) energy: EnergyFigure,
    pub(crate) cost: Cost,
    /// Subscription and the like over the period; only of the meters that are billed.
    pub(crate) fixed_eur: Option<f64>,
    pub(crate) kg_co2e: Weighed,
    pub(crate) primary_kwh: Weighed,
    pub(crate) area_m2: Option<f64>,
}

/// The accounts of each period of `grid`, which is made of whole civil days.
pub(crate) async fn accounts<R: SeriesReader>(
    app: &App<R>,
    scope: &Scope<'_>,
    grid: &[Period],
) -> Result<Vec<Account>, Problem> {
    let Some((first, last)) = grid.first().zip(grid.last()) else { return Ok(Vec::new()) };
    let span = Period::new(first.start(), last.end()).expect("a grid is in order");
    let energies = energy_figures::together(app, &scope.meters, grid).await?;
    let mut accounts: Vec<Account> = grid
        .iter()
        .zip(energies)
        .map(|(period, energy)| Account {
            start: period.start(),
            end: period.end(),
            energy,
            cost: Cost::default(),
            fixed_eur: None,
            kg_co2e: Weighed::default(),
            primary_kwh: Weighed::default(),
            area_m2: scope.area_m2,
        })
        .collect();
    for (carrier, usage) in kinds(&scope.meters) {
        let of_kind = |meter: &&&Meter| (meter.carrier, meter.usage) == (carrier, usage);
        let meters: Vec<&Meter> = scope.meters.iter().filter(of_kind).copied().collect();
        // The price may change by the quarter of an hour.
        let cells = cells(app, &meters, past(app, span, Step::Minutes(15))).await?;
        for (account, period) in accounts.iter_mut().zip(grid) {
            account.add(&app.site, carrier, usage, within(&cells, *period));
        }
    }
    if scope.is_building {
        for (account, period) in accounts.iter_mut().zip(grid) {
            account.fixed_eur = fixed(&app.site, &scope.meters, *period, app.clock.now());
        }
    }
    Ok(accounts)
}

/// Carrier and use of some meters, each pair once.
fn kinds(meters: &[&Meter]) -> std::collections::BTreeSet<(Carrier, Option<Use>)> {
    meters.iter().map(|meter| (meter.carrier, meter.usage)).collect()
}

/// The fixed part of the prices up to now.
fn fixed(site: &Site, meters: &[&Meter], period: Period, now: Instant) -> Option<f64> {
    let carriers: std::collections::BTreeSet<_> = meters.iter().map(|it| it.carrier).collect();
    let period = Period::new(period.start(), period.end().min(now))?;
    let of = |carrier| fixed_cost(&site.tariffs, carrier, period, &site.timezone);
    carriers.into_iter().filter_map(of).reduce(|sum, one| sum + one)
}

impl Account {
    fn add(&mut self, site: &Site, carrier: Carrier, usage: Option<Use>, cells: &[EnergyCell]) {
        let zone = &site.timezone;
        self.cost.join(cost(&site.tariffs, carrier, cells, zone));
        self.kg_co2e.join(weigh(&site.carbon, carrier, usage, cells, zone));
        self.primary_kwh.join(weigh(&site.primary, carrier, usage, cells, zone));
    }
}
