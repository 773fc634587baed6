//! Summaries of a point whose readings were given up: from the rollups that outlive them.

use domain::history::{self, Summary};
use domain::rollup::{Basis, Rollup, Step};
use domain::site::Assignment;
use domain::{Kind, Period};
use jiff::SignedDuration;
use store::{RollupRange, SeriesReader};

use crate::error::FigureError;
use crate::series::whole;
use crate::view::View;

/// The finest rollups.
const QUARTER: SignedDuration = SignedDuration::from_mins(15);
/// No civil day is shorter.
const DAY: SignedDuration = SignedDuration::from_hours(23);

impl View {
    /// Puts what rollups hold in place of summaries for which more readings were there than are left. Nothing is asked
    /// where every bucket has some.
    pub(crate) async fn fill_from_rollups(
        &self,
        kind: Kind,
        sources: &[Assignment],
        grid: &[Period],
        summaries: &mut [Option<Summary>],
    ) -> Result<(), FigureError> {
        let count = |summary: &Option<Summary>| summary.map_or(0, |it| it.count);
        let finest = grid.iter().map(|period| period.length()).min().unwrap_or_default();
        if finest < QUARTER || summaries.iter().all(|summary| count(summary) > 0) {
            return Ok(());
        }
        let step = if finest < DAY { Step::Quarter } else { Step::Day(self.site.timezone.clone()) };
        let joined = self.rollups_within(sources, grid, &step).await?;
        for ((rollup, period), summary) in joined.into_iter().zip(grid).zip(summaries) {
            if let Some(rollup) = rollup.filter(|rollup| rollup.count > count(summary)) {
                *summary = Some(history::summary_of(kind, &rollup, *period, self.now));
            }
        }
        Ok(())
    }

    /// The rollups of a role, joined for each bucket of `grid`.
    async fn rollups_within(
        &self,
        sources: &[Assignment],
        grid: &[Period],
        step: &Step,
    ) -> Result<Vec<Option<Rollup>>, FigureError> {
        let longest_gap = self.site.rules.longest_gap();
        let mut joined: Vec<Option<Rollup>> = vec![None; grid.len()];
        for assignment in sources {
            let Some(period) = assignment.period.intersection(whole(grid)) else { continue };
            let sources = vec![assignment.source.clone()];
            let request = RollupRange { sources, period, step: step.clone(), longest_gap };
            let basis = Basis::new(assignment.source.quantity, longest_gap);
            let found = self.reader.rollups(request).await?;
            for bucket in found.into_iter().flatten() {
                let within = |whole: &Period| {
                    whole.start() <= bucket.period.start() && bucket.period.end() <= whole.end()
                };
                // A bucket that reaches out of the role, or of what was asked for, holds something else as well.
                let place = grid.partition_point(|whole| whole.end() <= bucket.period.start());
                if grid.get(place).is_some_and(within) && within(&assignment.period) {
                    let so_far = joined[place].map(|so_far| so_far.then(bucket.figure, &basis));
                    joined[place] = Some(so_far.unwrap_or(bucket.figure));
                }
            }
        }
        Ok(joined)
    }
}
