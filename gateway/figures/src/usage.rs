//! Energy beside people: while nobody was there, and for each person-hour, in Wh, € and kg.

use domain::calendar::{Bucket, Step};
use domain::energy::EnergyFigure;
use domain::indicators::{Cost, EnergyCell, Usage, Weighed, cost, counted_shares, usage, weigh};
use domain::occupancy::Occupancy;
use domain::occupancy::PeopleFigure;
use domain::site::{Carrier, Use};
use domain::{Instant, Period};
use serde::Serialize;

use crate::error::FigureError;
use crate::people::PeopleQuarters;
use crate::scope::{Scope, within};
use crate::series::whole;
use crate::view::View;

/// Energy and people of one period.
#[derive(Clone, Debug, Serialize)]
pub struct UsageItem {
    /// The begin of the period.
    pub start: Instant,
    /// Its end.
    pub end: Instant,
    /// Energy by whether somebody was there, and for each person-hour.
    #[serde(flatten)]
    pub usage: Usage,
    /// Cost of the energy while nobody was there, in €.
    pub vacant_eur: Option<f64>,
    /// Emissions of the energy while nobody was there, in kg `CO2e`.
    pub vacant_kg_co2e: Option<f64>,
    /// Cost of each person-hour in €, of all energy, over the time for which energy and people are known.
    pub eur_per_person_hour: Option<f64>,
    /// Emissions of each person-hour in kg `CO2e`, of all energy, over the same time.
    pub kg_co2e_per_person_hour: Option<f64>,
}

/// Energy of the meters of one carrier and use, by quarter hour.
struct KindCells {
    carrier: Carrier,
    usage: Option<Use>,
    cells: Vec<EnergyCell>,
}

impl View {
    /// The usage in each period of `grid`, from quarter hours.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn usages(
        &self,
        scope: &Scope<'_>,
        grid: &[Period],
    ) -> Result<Vec<UsageItem>, FigureError> {
        if grid.is_empty() {
            return Ok(Vec::new());
        }
        let quarters = self.people_quarters(scope.zone.clone(), whole(grid)).await?;
        self.usages_beside(scope, grid, &quarters).await
    }

    /// The same beside people that are loaded already, over the whole grid.
    pub(crate) async fn usages_beside(
        &self,
        scope: &Scope<'_>,
        grid: &[Period],
        people: &PeopleQuarters,
    ) -> Result<Vec<UsageItem>, FigureError> {
        let quarters = self.past(whole(grid), Step::Minutes(15));
        let cells = self.energy_cells(&scope.meters, quarters.clone()).await?;
        let kinds = self.kinds(scope, &cells).await?;
        let item = |period: &Period| {
            let of_period =
                PeriodCells { cells: within(&cells, *period), people: people.within(*period).1 };
            self.usage_item(*period, &of_period, &kinds)
        };
        Ok(grid.iter().map(item).collect())
    }

    /// The cells of each carrier and use, which have prices and factors of their own.
    async fn kinds(
        &self,
        scope: &Scope<'_>,
        all: &[EnergyCell],
    ) -> Result<Vec<KindCells>, FigureError> {
        let kinds = scope.kinds();
        if let [(carrier, usage, _)] = kinds[..] {
            return Ok(vec![KindCells { carrier, usage, cells: all.to_vec() }]);
        }
        let mut found = Vec::with_capacity(kinds.len());
        for (carrier, usage, meters) in kinds {
            let quarters = all.iter().map(|cell| cell.period).collect();
            let cells = self.energy_cells(&meters, quarters).await?;
            found.push(KindCells { carrier, usage, cells });
        }
        Ok(found)
    }

    fn usage_item(&self, period: Period, of: &PeriodCells<'_>, kinds: &[KindCells]) -> UsageItem {
        let usage = usage(of.cells, of.people);
        let (mut vacant, mut counted) = (Weights::default(), Weights::default());
        for kind in kinds {
            let cells = within(&kind.cells, period);
            vacant.add(self, kind, &scaled(cells, &of.vacant_shares()));
            counted.add(self, kind, &scaled(cells, &counted_shares(of.cells, of.people)));
        }
        // No energy costs and weighs nothing, where prices and factors are known at all.
        let is_nothing = usage.coverage > 0.0 && usage.vacant_wh == 0.0;
        let nothing = |is_known: bool| (is_nothing && is_known).then_some(0.0);
        let per_person_hour = |all: Option<f64>| {
            let hours = usage.counted_person_hours;
            all.filter(|_| usage.wh_per_person_hour.is_some()).map(|all| all / hours)
        };
        UsageItem {
            start: period.start(),
            end: period.end(),
            vacant_eur: vacant.cost.eur.or(nothing(!self.site.tariffs.is_empty())),
            vacant_kg_co2e: vacant.carbon.value.or(nothing(!self.site.carbon.is_empty())),
            eur_per_person_hour: per_person_hour(counted.cost.eur),
            kg_co2e_per_person_hour: per_person_hour(counted.carbon.value),
            usage,
        }
    }
}

/// Energy and people of the quarter hours of one period.
struct PeriodCells<'a> {
    cells: &'a [EnergyCell],
    people: &'a [PeopleFigure],
}

impl PeriodCells<'_> {
    /// Of each cell whether its energy was drawn while nobody was there.
    fn vacant_shares(&self) -> Vec<f64> {
        let is_vacant = |it: &PeopleFigure| it.occupancy == Occupancy::Vacant;
        self.people.iter().map(|it| f64::from(u8::from(is_vacant(it)))).collect()
    }
}

/// Cost and emissions of energy of several kinds.
#[derive(Default)]
struct Weights {
    cost: Cost,
    carbon: Weighed,
}

impl Weights {
    fn add(&mut self, view: &View, kind: &KindCells, cells: &[EnergyCell]) {
        let (site, zone) = (&view.site, &view.site.timezone);
        self.cost.join(cost(&site.tariffs, kind.carrier, cells, zone));
        self.carbon.join(weigh(&site.carbon, kind.carrier, kind.usage, cells, zone));
    }
}

/// The cells with their share of the energy; those without any are left out.
fn scaled(cells: &[EnergyCell], shares: &[f64]) -> Vec<EnergyCell> {
    let cells = cells.iter().zip(shares).filter(|(_, share)| **share > 0.0);
    let part = |(cell, share): (&EnergyCell, &f64)| Bucket {
        period: cell.period,
        figure: EnergyFigure {
            energy_wh: cell.figure.energy_wh.map(|wh| wh * share),
            ..cell.figure
        },
    };
    cells.map(part).collect()
}
