//! What is told of one zone besides its people: loads the series and has the domain work it out.

use std::sync::Arc;

use domain::Period;
use domain::air::{
    AirReport, InstrumentCheck, air_needs, check_instruments, check_needs, zone_air,
};
use domain::calendar::{Step, grid};
use domain::ids::ZoneId;
use domain::occupancy::{self, Attendance, Counting, PeopleFigure};
use domain::site::Zone;
use store::SeriesReader;

use super::{load, off_thread, people, stretches, turn, whole};
use crate::app::App;
use crate::problem::Problem;

/// How a zone, or the building without one, is used in each period of `periods`.
pub(crate) async fn attendances<R: SeriesReader>(
    app: &App<R>,
    zone: Option<ZoneId>,
    periods: &[Period],
) -> Result<Vec<Attendance>, Problem> {
    let counted = countings(app, zone.clone(), periods).await?;
    let of_zone = zone.as_ref().and_then(|zone| app.site.zone(zone.as_str()));
    let capacity =
        if zone.is_some() { of_zone.and_then(|it| it.capacity) } else { Some(app.site.capacity) };
    let mut attendances = Vec::with_capacity(periods.len());
    for (period, counting) in periods.iter().zip(counted) {
        let (quarters, people) = by_quarter(app, zone.clone(), *period).await?;
        let visits = counting.map(|it| it.visits);
        attendances.push(occupancy::attendance(&app.site, capacity, (&quarters, &people), visits));
    }
    Ok(attendances)
}

/// How the doors of a zone, or of the building without one, count in each period.
pub(crate) async fn countings<R: SeriesReader>(
    app: &App<R>,
    zone: Option<ZoneId>,
    periods: &[Period],
) -> Result<Vec<Option<Counting>>, Problem> {
    let _turn = turn(app).await?;
    let mut countings = Vec::with_capacity(periods.len());
    for stretch in stretches(periods) {
        let span = occupancy::lead(whole(stretch), &app.site);
        let needs = occupancy::zone_needs(&app.site, zone.as_ref());
        let series = load(app, needs.into_iter(), span).await?;
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
    let (quarters, people) = by_quarter(app, Some(zone.id.clone()), span).await?;
    let _turn = turn(app).await?;
    let series = load(app, air_needs(&app.site, &zone).into_iter(), span).await?;
    let site = Arc::clone(&app.site);
    let until = span.end().min(app.clock.now()).max(span.start());
    let span = Period::new(span.start(), until).expect("it was held to the begin");
    off_thread(move || zone_air(&site, &zone, span, (&quarters, &people), &series)).await
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

/// The people of each quarter of an hour of a period up to now.
async fn by_quarter<R: SeriesReader>(
    app: &App<R>,
    zone: Option<ZoneId>,
    period: Period,
) -> Result<(Vec<Period>, Vec<PeopleFigure>), Problem> {
    let now = app.clock.now();
    let quarters = grid(Step::Minutes(15), period, &app.site.timezone);
    let quarters: Vec<Period> = quarters.take_while(|quarter| quarter.start() < now).collect();
    let people = people(app, zone, &quarters).await?;
    Ok((quarters, people))
}
