//! People of zones and of the building, by the periods of a grid and by quarter hour.

use std::sync::Arc;

use domain::Period;
use domain::calendar::Step;
use domain::ids::ZoneId;
use domain::occupancy::{self, Attendance, MeanPeople, PeopleFigure};
use domain::site::Site;

use crate::error::FigureError;
use crate::series::{all_of, stretches_of, whole};
use crate::turns::off_thread;
use crate::view::View;

/// The people of a zone, or of the building, in each quarter of an hour of a span up to now.
#[derive(Clone, Debug)]
pub struct PeopleQuarters {
    site: Arc<Site>,
    zone: Option<ZoneId>,
    periods: Vec<Period>,
    people: Vec<PeopleFigure>,
}

impl PeopleQuarters {
    /// Those that begin within a period: the quarter hours, and the people of each.
    pub fn within(&self, period: Period) -> (&[Period], &[PeopleFigure]) {
        let start = self.periods.partition_point(|it| it.start() < period.start());
        let end = self.periods.partition_point(|it| it.start() < period.end()).max(start);
        (&self.periods[start..end], &self.people[start..end])
    }

    /// Mean number of people over the known part of a period; `None` where no number is known.
    pub fn mean(&self, period: Period) -> Option<MeanPeople> {
        MeanPeople::of(self.within(period).1)
    }

    /// Use of the zone, or of the building, in a period; `visits` as the doors count them.
    pub fn attendance(&self, period: Period, visits: Option<f64>) -> Attendance {
        let capacity = match &self.zone {
            Some(zone) => self.site.zone(zone.as_str()).and_then(|it| it.capacity),
            None => Some(self.site.capacity),
        };
        occupancy::attendance(&self.site, capacity, self.within(period), visits)
    }

    /// The zone; `None` for the building.
    pub(crate) fn zone(&self) -> Option<&ZoneId> {
        self.zone.as_ref()
    }
}

impl View {
    /// The people of a zone, or of the building without one, one figure for each period of `grid`.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn people(
        &self,
        zone: Option<ZoneId>,
        grid: &[Period],
    ) -> Result<Vec<PeopleFigure>, FigureError> {
        Ok(self.people_of_zones(&[zone], grid).await?.remove(0))
    }

    /// The quarter hours of a zone, or of the building without one, over a span up to now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn people_quarters(
        &self,
        zone: Option<ZoneId>,
        span: Period,
    ) -> Result<PeopleQuarters, FigureError> {
        Ok(self.people_quarters_of(&[zone], span).await?.remove(0))
    }

    /// The quarter hours of several zones at once, which takes hardly longer than of one; `None` is the building.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn people_quarters_of(
        &self,
        zones: &[Option<ZoneId>],
        span: Period,
    ) -> Result<Vec<PeopleQuarters>, FigureError> {
        let periods = self.past(span, Step::Minutes(15));
        let people = self.people_of_zones(zones, &periods).await?;
        let quarters = |(people, zone): (Vec<PeopleFigure>, &Option<ZoneId>)| PeopleQuarters {
            site: Arc::clone(&self.site),
            zone: zone.clone(),
            periods: periods.clone(),
            people,
        };
        Ok(people.into_iter().zip(zones).map(quarters).collect())
    }

    /// The people of a zone of which nothing is asked.
    pub(crate) fn no_quarters(&self, zone: &ZoneId) -> PeopleQuarters {
        let (site, zone) = (Arc::clone(&self.site), Some(zone.clone()));
        PeopleQuarters { site, zone, periods: Vec::new(), people: Vec::new() }
    }

    async fn people_of_zones(
        &self,
        zones: &[Option<ZoneId>],
        grid: &[Period],
    ) -> Result<Vec<Vec<PeopleFigure>>, FigureError> {
        let turn = self.turns.take(all_of(grid)).await?;
        let mut figures = vec![Vec::with_capacity(grid.len()); zones.len()];
        let ids: Vec<_> = zones.iter().map(Option::as_ref).collect();
        let needs = occupancy::people_needs(&self.site, &ids);
        for stretch in stretches_of(grid, needs.len()) {
            let span = occupancy::lead(whole(stretch), &self.site);
            let series = self.load(needs.iter().copied(), span).await?;
            let (site, now) = (Arc::clone(&self.site), self.now);
            let (zones, stretch) = (zones.to_vec(), stretch.to_vec());
            let found = off_thread(&turn, move || {
                let ids: Vec<_> = zones.iter().map(Option::as_ref).collect();
                occupancy::people_of(&site, &ids, &stretch, &series, now)
            });
            for (figures, found) in figures.iter_mut().zip(found.await?) {
                figures.extend(found);
            }
        }
        Ok(figures)
    }
}
