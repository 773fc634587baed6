//! Use of zones, and how their doors count.

use std::sync::Arc;

use domain::Period;
use domain::ids::ZoneId;
use domain::occupancy::{self, Attendance, Counting};

use crate::error::FigureError;
use crate::people::PeopleQuarters;
use crate::series::{all_of, stretches_of, whole};
use crate::turns::off_thread;
use crate::view::View;

impl View {
    /// Use of a zone, or of the building without one, in each period of `periods`, which are in order.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn attendances(
        &self,
        zone: Option<ZoneId>,
        periods: &[Period],
    ) -> Result<Vec<Attendance>, FigureError> {
        if periods.is_empty() {
            return Ok(Vec::new());
        }
        let quarters = self.people_quarters(zone, whole(periods)).await?;
        self.attendances_beside(&quarters, periods).await
    }

    /// The same of people that are loaded already.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn attendances_beside(
        &self,
        quarters: &PeopleQuarters,
        periods: &[Period],
    ) -> Result<Vec<Attendance>, FigureError> {
        let counted = self.countings(quarters.zone().cloned(), periods).await?;
        let attendance = |(period, counting): (&Period, Option<Counting>)| {
            quarters.attendance(*period, counting.map(|it| it.visits))
        };
        Ok(periods.iter().zip(counted).map(attendance).collect())
    }

    /// How the doors of a zone, or of the building without one, count in each period; `None` where none does.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn countings(
        &self,
        zone: Option<ZoneId>,
        periods: &[Period],
    ) -> Result<Vec<Option<Counting>>, FigureError> {
        let turn = self.turns.take(all_of(periods)).await?;
        let mut countings = Vec::with_capacity(periods.len());
        let needs = occupancy::counting_needs(&self.site, zone.as_ref());
        for stretch in stretches_of(periods, needs.len()) {
            let span = occupancy::lead(whole(stretch), &self.site);
            let series = self.load(needs.iter().copied(), span).await?;
            let (site, now) = (Arc::clone(&self.site), self.now);
            let (zone, stretch) = (zone.clone(), stretch.to_vec());
            let found = off_thread(&turn, move || {
                occupancy::countings(&site, zone.as_ref(), &stretch, &series, now)
            });
            countings.extend(found.await?);
        }
        Ok(countings)
    }
}
