//! Energy beside people: while nobody was there, and for each person-hour, in Wh, € and kg.

use domain::calendar::Step;
use domain::indicators::{EnergyCell, Usage, cost, usage, weigh};
use domain::occupancy::Occupancy;
use domain::site::{Carrier, Meter, Use};
use domain::{Instant, Period};
use serde::Serialize;
use store::SeriesReader;

use super::scope::{Scope, cells, past, within};
use crate::app::App;
use crate::figures;
use crate::problem::Problem;

/// Energy and people of one period.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct UsageItem {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    #[serde(flatten)]
    pub(crate) usage: Usage,
    /// What the energy while nobody was there cost.
    pub(crate) vacant_eur: Option<f64>,
    /// What it weighs.
    pub(crate) vacant_kg_co2e: Option<f64>,
    /// What each person-hour cost, of all energy.
    pub(crate) eur_per_person_hour: Option<f64>,
    /// What each person-hour weighs, of all energy.
    pub(crate) kg_co2e_per_person_hour: Option<f64>,
}

/// The usage in each period of `grid`, from quarter hours.
pub(crate) async fn usages<R: SeriesReader>(
    app: &App<R>,
    scope: &Scope<'_>,
    grid: &[Period],
) -> Result<Vec<UsageItem>, Problem> {
    let Some((first, last)) = grid.first().zip(grid.last()) else { return Ok(Vec::new()) };
    let span = Period::new(first.start(), last.end()).expect("a grid is in order");
    let quarters = past(app, span, Step::Minutes(15));
    let cells = cells(app, &scope.meters, quarters.clone()).await?;
    let people = figures::people(app, scope.zone.clone(), &quarters).await?;
    let (carrier, usage_of) = kind(&scope.meters);
    let mut people = &people[..];
    let mut items = Vec::with_capacity(grid.len());
    for period in grid {
        let inside = within(&cells, *period);
        let (of_period, rest) = people.split_at(inside.len());
        people = rest;
        let vacant: Vec<EnergyCell> = inside
            .iter()
            .zip(of_period)
            .filter(|(_, people)| people.occupancy == Occupancy::Vacant)
            .map(|(cell, _)| cell.clone())
            .collect();
        let zone = &app.site.timezone;
        let eur = |cells: &[EnergyCell]| cost(&app.site.tariffs, carrier, cells, zone).eur;
        let kg =
            |cells: &[EnergyCell]| weigh(&app.site.carbon, carrier, usage_of, cells, zone).value;
        let counted: Vec<EnergyCell> = inside
            .iter()
            .zip(of_period)
            .filter(|(_, people)| people.people.is_some())
            .map(|(cell, _)| cell.clone())
            .collect();
        let usage = usage(inside, of_period);
        let per_person = |all: Option<f64>| {
            all.zip(usage.person_hours)
                .filter(|_| usage.wh_per_person_hour.is_some())
                .map(|(all, hours)| all / hours)
        };
        items.push(UsageItem {
            start: period.start(),
            end: period.end(),
            vacant_eur: eur(&vacant),
            vacant_kg_co2e: kg(&vacant),
            eur_per_person_hour: per_person(eur(&counted)),
            kg_co2e_per_person_hour: per_person(kg(&counted)),
            usage,
        });
    }
    Ok(items)
}

/// Carrier and use of a scope of one sort; electricity of no certain use where they differ.
fn kind(meters: &[&Meter]) -> (Carrier, Option<Use>) {
    let first = meters.first().map_or((Carrier::Electricity, None), |it| (it.carrier, it.usage));
    let all = meters.iter().all(|meter| (meter.carrier, meter.usage) == first);
    if all { first } else { (first.0, None) }
}
