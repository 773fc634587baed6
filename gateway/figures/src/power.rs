//! Mean power over a grid, and power beside the subscription.

use domain::calendar::{Bucket, Step};
use domain::indicators::{self, Demand, demand};
use domain::site::{Assignment, Meter};
use domain::{Kind, Period};

use crate::error::FigureError;
use crate::series::{all_of, stretches, whole};
use crate::turns::off_thread;
use crate::view::View;

impl View {
    /// The mean power of a meter in W over each period of `grid`: from its power where that is measured, else from its
    /// energy; `None` where it is unknown.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn power(
        &self,
        meter: &Meter,
        grid: &[Period],
    ) -> Result<Vec<Option<f64>>, FigureError> {
        if meter.power.is_empty() {
            let energy = self.energy_of_meter(meter, grid).await?;
            let hours = |period: &Period| period.length().as_secs_f64() / 3600.0;
            let means = grid.iter().zip(energy);
            return Ok(means
                .map(|(period, figure)| figure.energy_wh.map(|wh| wh / hours(period)))
                .collect());
        }
        let summaries = self.history(Kind::Gauge, &meter.power, grid).await?;
        Ok(summaries.into_iter().map(|summary| summary.map(|it| it.mean)).collect())
    }

    /// The demand of a meter over a span, from means of ten minutes; `None` for a meter without a subscription.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn demand(&self, meter: &Meter, span: Period) -> Result<Option<Demand>, FigureError> {
        let Some(subscribed) = meter.subscribed_kva else { return Ok(None) };
        let grid = self.past(span, Step::Minutes(10));
        let is_active = meter.apparent.is_empty();
        let sources = if is_active { &meter.power } else { &meter.apparent };
        let cells = self.window_means(sources, &grid).await?;
        Ok(Some(demand(subscribed, &cells, is_active)))
    }

    /// The mean power of a role in each window of `grid`, weighted by time.
    async fn window_means(
        &self,
        sources: &[Assignment],
        grid: &[Period],
    ) -> Result<Vec<Bucket<Option<f64>>>, FigureError> {
        let turn = self.turns.take(all_of(grid)).await?;
        let mut means = Vec::with_capacity(grid.len());
        for stretch in stretches(grid) {
            let observations = self.role(sources, whole(stretch)).await?;
            let (gap, now) = (self.site.rules.longest_gap(), self.now);
            let stretch = stretch.to_vec();
            let found = off_thread(&turn, move || {
                indicators::window_means(&observations, &stretch, gap, now)
            });
            means.extend(found.await?);
        }
        Ok(means)
    }
}
