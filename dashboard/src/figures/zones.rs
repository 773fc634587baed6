//! What is told of one zone besides its people: loads the series and has the domain work it out.

use std::sync::Arc;

use domain::Period;
use domain::air::{
    AirReport, InstrumentCheck, air_needs, check_instruments, check_needs, zone_air,
};
use domain::calendar::{Step, grid};
use domain::ids::ZoneId;
use domain::occupancy::{self, Attendance, Counting, PeopleFigure};
use domain::site::{Site, Zone};
use store::SeriesReader;

use super::{load, off_thread, people_of, stretches_of, turn, whole};
use crate::app::App;
use crate::known::Known;
use crate::problem::Problem;

/// The people of a zone, or of the building, in each quarter of an hour of a span up to now.
pub(crate) struct Quarters {
    periods: Vec<Period>,
    people: Vec<PeopleFigure>,
}

impl Quarters {
    /// Those that begin within a period.
    pub(crate) fn within(&self, period: Period) -> (&[Period], &[PeopleFigure]) {
        let start = self.periods.partition_point(|it| it.start() < period.start());
        let end = self.periods.partition_point(|it| it.start() < period.end()).max(start);
        (&self.periods[start..end], &self.people[start..end])
    }

    /// How the zone, or the building without one, is used in a period; `visits` as the doors tell them.
    pub(crate) fn attendance(
        &self,
        site: &Site,
        zone: Option<&ZoneId>,
        period: Period,
        visits: Option<f64>,
    ) -> Attendance {
        let capacity = match zone {
            Some(zone) => site.zone(zone.as_str()).and_then(|it| it.capacity),
            None => Some(site.capacity),
        };
        occupancy::attendance(site, capacity, self.within(period), visits)
    }
}

/// The quarters of an hour of a span.
pub(crate) async fn quarters<R: SeriesReader>(
    app: &App<R>,
    zone: Option<ZoneId>,
    span: Period,
) -> Result<Quarters, Problem> {
    Ok(quarters_of(app, &[zone], span).await?.remove(0))
}

/// The same for several zones at once.
pub(crate) async fn quarters_of<R: SeriesReader>(
    app: &App<R>,
    zones: &[Option<ZoneId>],
    span: Period,
) -> Result<Vec<Quarters>, Problem> {
    let now = app.clock.now();
    let periods = grid(Step::Minutes(15), span, &app.site.timezone);
    let periods: Vec<Period> = periods.take_while(|quarter| quarter.start() < now).collect();
    let people = people_of(app, &Known::at(app, None).await?, zones, &periods).await?;
    Ok(people.into_iter().map(|people| Quarters { periods: periods.clone(), people }).collect())
}

/// How a zone, or the building without one, is used in each period of `periods`, which are in order.
pub(crate) async fn attendances<R: SeriesReader>(
    app: &App<R>,
    zone: Option<ZoneId>,
    periods: &[Period],
) -> Result<Vec<Attendance>, Problem> {
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let counted = countings(app, zone.clone(), periods).await?;
    let quarters = quarters(app, zone.clone(), whole(periods)).await?;
    let attendance = |(period, counting): (&Period, Option<Counting>)| {
        let visits = counting.map(|it| it.visits);
        quarters.attendance(&app.site, zone.as_ref(), *period, visits)
    };
    Ok(periods.iter().zip(counted).map(attendance).collect())
}

/// How the doors of a zone, or of the building without one, count in each period.
pub(crate) async fn countings<R: SeriesReader>(
    app: &App<R>,
    zone: Option<ZoneId>,
    periods: &[Period],
) -> Result<Vec<Option<Counting>>, Problem> {
    let _turn = turn(app).await?;
    let mut countings = Vec::with_capacity(periods.len());
    let needs = occupancy::counting_needs(&app.site, zone.as_ref());
    for stretch in stretches_of(periods, needs.len()) {
        let span = occupancy::lead(whole(stretch), &app.site);
        let series = load(app, needs.iter().copied(), span).await?;
        let (site, now) = (Arc::clone(&app.site), app.clock.now());
        let (zone, stretch) = (zone.clone(), stretch.to_vec());
        countings.extend(
            off_thread(move || occupancy::countings(&site, zone.as_ref(), &stretch, &series, now))
                .await?,
        );
    }
    Ok(countings)
}

/// The air of a zone over a span.
pub(crate) async fn air<R: SeriesReader>(
    app: &App<R>,
    zone: Zone,
    span: Period,
) -> Result<AirReport, Problem> {
    let quarters = quarters(app, Some(zone.id.clone()), span).await?;
    air_beside(app, zone, span, quarters).await
}

/// The same beside people that are known already.
pub(crate) async fn air_beside<R: SeriesReader>(
    app: &App<R>,
    zone: Zone,
    span: Period,
    quarters: Quarters,
) -> Result<AirReport, Problem> {
    let _turn = turn(app).await?;
    let series = load(app, air_needs(&app.site, &zone).into_iter(), span).await?;
    let site = Arc::clone(&app.site);
    let until = span.end().min(app.clock.now()).max(span.start());
    let span = Period::new(span.start(), until).expect("it was held to the begin");
    off_thread(move || zone_air(&site, &zone, span, quarters.within(span), &series)).await
}

/// Every CO2 instrument over a span.
pub(crate) async fn instruments<R: SeriesReader>(
    app: &App<R>,
    span: Period,
) -> Result<Vec<InstrumentCheck>, Problem> {
    let _turn = turn(app).await?;
    let series = load(app, check_needs(&app.site).into_iter(), span).await?;
    let site = Arc::clone(&app.site);
    off_thread(move || check_instruments(&site, span, &series)).await
}
