//! Review of the last weeks: the nights of each meter and the week of each CO2 instrument, for alerts that no reading
//! alone raises.

use std::collections::BTreeMap;

use domain::air;
use domain::calendar::Bucket;
use domain::live::LookBack;
use domain::rollup::{Rollup, Step};
use domain::{Period, Source};
use store::{RollupRange, SeriesReader, sources_within};

use crate::error::FigureError;
use crate::view::View;

impl View {
    /// The last weeks up to now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn weekly_review(&self) -> Result<LookBack, FigureError> {
        let (site, now) = (&self.site, self.now);
        let grid = LookBack::grid(site, now);
        let mut meters = Vec::with_capacity(site.meters.len());
        for meter in &site.meters {
            let measured = domain::energy::measured(site, meter);
            meters.push((meter.id.clone(), self.energy_cells(&measured, grid.clone()).await?));
        }
        Ok(LookBack::of(site, now, meters, &self.instrument_rollups(LookBack::week(now)).await?))
    }

    /// Each CO2 instrument over a period, by quarter hour.
    async fn instrument_rollups(
        &self,
        period: Period,
    ) -> Result<BTreeMap<Source, Vec<Bucket<Rollup>>>, FigureError> {
        let sources = sources_within(air::check_needs(&self.site).into_iter(), period);
        let request = RollupRange {
            sources: sources.clone(),
            period,
            step: Step::Quarter,
            longest_gap: self.site.rules.longest_gap(),
        };
        Ok(sources.into_iter().zip(self.reader.rollups(request).await?).collect())
    }
}
