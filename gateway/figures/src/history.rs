//! Histories of points: summaries of a role over a grid.

use std::sync::Arc;

use domain::history::{self, Summary};
use domain::site::Assignment;
use domain::{Kind, Period};

use crate::error::FigureError;
use crate::series::{all_of, stretches, whole};
use crate::turns::off_thread;
use crate::view::View;

impl View {
    /// The summaries of a role, one for each bucket of `grid`; `None` where no reading speaks for it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn history(
        &self,
        kind: Kind,
        sources: &[Assignment],
        grid: &[Period],
    ) -> Result<Vec<Option<Summary>>, FigureError> {
        let turn = self.turns.take(all_of(grid)).await?;
        let mut summaries = Vec::with_capacity(grid.len());
        for stretch in stretches(grid) {
            let observations = self.role(sources, whole(stretch)).await?;
            let (site, now, buckets) = (Arc::clone(&self.site), self.now, stretch.to_vec());
            let found = off_thread(&turn, move || {
                history::summarise(kind, &observations, &buckets, &site.rules, now)
            });
            let mut found = found.await?;
            self.fill_from_rollups(kind, sources, stretch, &mut found).await?;
            summaries.append(&mut found);
        }
        Ok(summaries)
    }
}
