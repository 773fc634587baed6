//! Cost, emissions and primary energy of some meters, with the source of each number.

use domain::calendar::Step;
use domain::energy::EnergyFigure;
use domain::indicators::{Cost, EnergyCell, Weighed, cost, fixed_cost, weigh};
use domain::site::{Carrier, Meter, Site, Use};
use domain::{Instant, Period};
use serde::Serialize;

use crate::complete::per_area_kwh;
use crate::error::FigureError;
use crate::scope::{Scope, within};
use crate::series::whole;
use crate::view::View;

/// Energy of a period in all the ways that it is counted.
#[derive(Clone, Debug, Serialize)]
pub struct CostItem {
    /// The begin of the period.
    pub start: Instant,
    /// Its end.
    pub end: Instant,
    /// The energy, with how much of the period was measured.
    #[serde(flatten)]
    pub energy: EnergyFigure,
    /// What it costs.
    pub cost: Cost,
    /// Subscription and the like over the period in €; only of the meters that are billed.
    pub fixed_eur: Option<f64>,
    /// Emissions in kg `CO2e`.
    pub kg_co2e: Weighed,
    /// Primary energy in kWh.
    pub primary_kwh: Weighed,
    /// Floor area of the space in m².
    pub area_m2: Option<f64>,
    /// Energy by floor area; `None` where the period was not wholly measured.
    pub kwh_per_m2: Option<f64>,
}

impl View {
    /// The costs of each period of `grid`, which is made of whole civil days.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn costs(
        &self,
        scope: &Scope<'_>,
        grid: &[Period],
    ) -> Result<Vec<CostItem>, FigureError> {
        if grid.is_empty() {
            return Ok(Vec::new());
        }
        let energies = self.energy(&scope.meters, grid).await?;
        let beside = grid.iter().zip(energies);
        let mut items: Vec<CostItem> =
            beside.map(|(period, energy)| CostItem::of(*period, energy, scope.area_m2)).collect();
        for (carrier, usage, meters) in scope.kinds() {
            // The price may change by the quarter of an hour.
            let quarters = self.past(whole(grid), Step::Minutes(15));
            let cells = self.energy_cells(&meters, quarters).await?;
            for (item, period) in items.iter_mut().zip(grid) {
                item.add(&self.site, carrier, usage, within(&cells, *period));
            }
        }
        if scope.is_building {
            for (item, period) in items.iter_mut().zip(grid) {
                item.fixed_eur = fixed(&self.site, &scope.meters, *period, self.now);
            }
        }
        Ok(items)
    }
}

/// The fixed part of the prices up to now.
fn fixed(site: &Site, meters: &[&Meter], period: Period, now: Instant) -> Option<f64> {
    let carriers: std::collections::BTreeSet<_> = meters.iter().map(|it| it.carrier).collect();
    let period = Period::new(period.start(), period.end().min(now))?;
    let of = |carrier| fixed_cost(&site.tariffs, carrier, period, &site.timezone);
    carriers.into_iter().filter_map(of).reduce(|sum, one| sum + one)
}

impl CostItem {
    fn of(period: Period, energy: EnergyFigure, area_m2: Option<f64>) -> Self {
        Self {
            start: period.start(),
            end: period.end(),
            energy,
            cost: Cost::default(),
            fixed_eur: None,
            kg_co2e: Weighed::default(),
            primary_kwh: Weighed::default(),
            area_m2,
            kwh_per_m2: per_area_kwh(&energy, area_m2),
        }
    }

    fn add(&mut self, site: &Site, carrier: Carrier, usage: Option<Use>, cells: &[EnergyCell]) {
        let zone = &site.timezone;
        self.cost.join(cost(&site.tariffs, carrier, cells, zone));
        self.kg_co2e.join(weigh(&site.carbon, carrier, usage, cells, zone));
        self.primary_kwh.join(weigh(&site.primary, carrier, usage, cells, zone));
    }
}
