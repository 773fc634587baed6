//! Energy of a span by meter, zone or use.

use domain::energy::{self, EnergyFigure, balance};
use domain::site::{Meter, Use};
use domain::{Instant, Period};
use serde::Serialize;

use crate::complete::per_area_kwh;
use crate::error::FigureError;
use crate::scope::Scope;
use crate::view::View;

/// What a span is broken down by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Each meter; parts stand beside their whole.
    Meter,
    /// Each zone; inner zones are within the outer ones.
    Zone,
    /// Each use that the site file names; together with what has none they make up the building.
    Use,
}

/// A span broken down.
#[derive(Clone, Debug, Serialize)]
pub struct Breakdown {
    /// The begin of the span.
    pub start: Instant,
    /// Its end.
    pub end: Instant,
    /// The building as a whole.
    pub building: EnergyFigure,
    /// The lines, in the order of the site file.
    pub items: Vec<BreakdownLine>,
}

/// One line of a breakdown.
#[derive(Clone, Debug, Serialize)]
pub struct BreakdownLine {
    /// A meter, a zone, a use; `unassigned` for what has no use.
    pub id: String,
    /// Its name in the site file, where it has one.
    pub name: Option<String>,
    /// Its energy, with how much of the span was measured.
    #[serde(flatten)]
    pub energy: EnergyFigure,
    /// Share of the building's energy.
    pub share: Option<f64>,
    /// Floor area of a zone in m².
    pub area_m2: Option<f64>,
    /// Energy by floor area; `None` where the span was not wholly measured.
    pub kwh_per_m2: Option<f64>,
}

impl View {
    /// The energy of a span by meter, zone or use.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn breakdown(&self, by: By, span: Period) -> Result<Breakdown, FigureError> {
        let building = self.total(&Scope::of_building(&self.site).meters, span).await?;
        let items = match by {
            By::Meter => self.by_meter(building, span).await?,
            By::Zone => self.by_zone(building, span).await?,
            By::Use => self.by_use(building, span).await?,
        };
        Ok(Breakdown { start: span.start(), end: span.end(), building, items })
    }

    async fn by_meter(
        &self,
        building: EnergyFigure,
        span: Period,
    ) -> Result<Vec<BreakdownLine>, FigureError> {
        let mut lines = Vec::with_capacity(self.site.meters.len());
        for meter in &self.site.meters {
            let energy = self.total(&energy::measured(&self.site, meter), span).await?;
            lines.push(line(meter.id.as_str(), Some(&meter.name), energy, building, None));
        }
        Ok(lines)
    }

    async fn by_zone(
        &self,
        building: EnergyFigure,
        span: Period,
    ) -> Result<Vec<BreakdownLine>, FigureError> {
        let mut lines = Vec::new();
        for zone in &self.site.zones {
            let meters: Vec<&Meter> = energy::zone_meters(&self.site, Some(&zone.id)).collect();
            if !meters.is_empty() {
                let energy = self.total(&meters, span).await?;
                let (id, name) = (zone.id.as_str(), Some(&zone.name));
                lines.push(line(id, name, energy, building, zone.area_m2));
            }
        }
        Ok(lines)
    }

    async fn by_use(
        &self,
        building: EnergyFigure,
        span: Period,
    ) -> Result<Vec<BreakdownLine>, FigureError> {
        let (mut lines, mut assigned) = (Vec::new(), Vec::new());
        for (name, usage) in Use::NAMES {
            let meters: Vec<&Meter> = energy::use_meters(&self.site, *usage).collect();
            if !meters.is_empty() {
                let energy = self.total(&meters, span).await?;
                assigned.push(energy);
                lines.push(line(name, None, energy, building, None));
            }
        }
        let energy_wh = balance(building, &assigned).unassigned_wh;
        let rest = EnergyFigure { energy_wh, ..building };
        lines.push(line("unassigned", None, rest, building, None));
        Ok(lines)
    }

    /// The energy of some meters together over a span.
    pub(crate) async fn total(
        &self,
        meters: &[&Meter],
        span: Period,
    ) -> Result<EnergyFigure, FigureError> {
        Ok(self.energy(meters, &[span]).await?[0])
    }
}

fn line(
    id: &str,
    name: Option<&String>,
    energy: EnergyFigure,
    building: EnergyFigure,
    area_m2: Option<f64>,
) -> BreakdownLine {
    let whole = building.energy_wh.filter(|wh| *wh > 0.0);
    BreakdownLine {
        id: id.to_owned(),
        name: name.cloned(),
        energy,
        share: energy.energy_wh.zip(whole).map(|(wh, whole)| wh / whole),
        area_m2,
        kwh_per_m2: per_area_kwh(&energy, area_m2),
    }
}
