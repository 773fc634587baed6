//! A span by meter, zone or use.

use domain::Period;
use domain::energy::{self, EnergyFigure, balance};
use domain::site::{Meter, Use};
use serde::Serialize;
use store::SeriesReader;

use super::scope::Scope;
use crate::app::App;
use crate::energy_figures;
use crate::problem::Problem;

/// What a span is broken down by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// Each meter; parts stand beside their whole.
    Meter,
    /// Each zone; inner zones are within the outer ones.
    Zone,
    /// Each use that the site file names; together with what has none they make up the building.
    Use,
}

/// One line.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    /// A meter, a zone, a use; `unassigned` for what has no use.
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    #[serde(flatten)]
    pub(crate) energy: EnergyFigure,
    /// Share of the building's energy.
    pub(crate) share: Option<f64>,
    pub(crate) area_m2: Option<f64>,
    pub(crate) kwh_per_m2: Option<f64>,
}

/// The lines of a span, and the building as a whole.
pub(crate) async fn breakdown<R: SeriesReader>(
    app: &App<R>,
    by: By,
    span: Period,
) -> Result<(EnergyFigure, Vec<Line>), Problem> {
    let site = &app.site;
    let building = of(app, &Scope::of_building(site).meters, span).await?;
    let mut lines = Vec::new();
    match by {
        By::Meter => {
            for meter in &site.meters {
                let energy = of(app, &energy::measured(site, meter), span).await?;
                lines.push(line(meter.id.as_str(), Some(&meter.name), energy, building, None));
            }
        }
        By::Zone => {
            for zone in &site.zones {
                let meters: Vec<&Meter> = energy::zone_meters(site, Some(&zone.id)).collect();
                if !meters.is_empty() {
                    let energy = of(app, &meters, span).await?;
                    let (id, name) = (zone.id.as_str(), Some(&zone.name));
                    lines.push(line(id, name, energy, building, zone.area_m2));
                }
            }
        }
        By::Use => {
            let mut known = Vec::new();
            for (name, usage) in Use::NAMES {
                let meters: Vec<&Meter> = energy::use_meters(site, *usage).collect();
                if !meters.is_empty() {
                    let energy = of(app, &meters, span).await?;
                    known.push(energy);
                    lines.push(line(name, None, energy, building, None));
                }
            }
            let rest =
                EnergyFigure { energy_wh: balance(building, &known).unassigned_wh, ..building };
            lines.push(line("unassigned", None, rest, building, None));
        }
    }
    Ok((building, lines))
}

async fn of<R: SeriesReader>(
    app: &App<R>,
    meters: &[&Meter],
    span: Period,
) -> Result<EnergyFigure, Problem> {
    Ok(energy_figures::together(app, meters, &[span]).await?[0])
}

fn line(
    id: &str,
    name: Option<&String>,
    energy: EnergyFigure,
    building: EnergyFigure,
    area_m2: Option<f64>,
) -> Line {
    let whole = building.energy_wh.filter(|wh| *wh > 0.0);
    let kwh = energy.energy_wh.map(|wh| wh / 1000.0);
    Line {
        id: id.to_owned(),
        name: name.cloned(),
        energy,
        share: energy.energy_wh.zip(whole).map(|(wh, whole)| wh / whole),
        area_m2,
        kwh_per_m2: kwh.zip(area_m2).map(|(kwh, area)| kwh / area),
    }
}
