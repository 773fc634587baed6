//! Nothing is lost, whatever is sealed, late, restarted or away.

use crate::double::{Double, Trick, body};
use crate::installation::{Installation, eventually, listed, reading, readings};

#[tokio::test]
async fn what_is_stored_is_written_to_influxdb_under_its_names() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.forward();

    installation.append([reading("salle, 1er=étage", 0)]).await;

    eventually("the point", || double.count() == 1).await;
    assert_eq!(
        double.readings(),
        ["temperature,device=salle, 1er=étage,site=dreux 1795428000000 20"]
    );
}

#[tokio::test]
async fn an_outage_in_the_middle_loses_nothing_even_when_readings_are_sealed_meanwhile() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.forward();
    installation.append(readings("air-1", 0, 100)).await;
    eventually("the readings before", || double.count() == 100).await;

    double.always(Some(Trick::Status(503)));
    installation.append(readings("air-1", 100, 100)).await;
    installation.seal("2026-11-23T10:15:00Z").await;
    installation.append(readings("air-1", 4000, 100)).await;
    installation.seal("2026-11-24T04:00:00Z").await;
    installation.append(readings("air-1", 200, 100)).await;
    assert_eq!(double.count(), 100);
    double.always(None);

    eventually("all readings", || double.count() == 400).await;
}

#[tokio::test]
async fn an_outage_over_a_restart_loses_nothing() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    double.always(Some(Trick::Cut));
    installation.forward();
    installation.append(readings("air-1", 0, 100)).await;
    installation.seal("2026-11-24T04:00:00Z").await;
    installation.append(readings("air-2", 0, 100)).await;
    installation.halt().await;
    installation.open(true);

    double.always(None);
    installation.forward();

    eventually("all readings", || double.count() == 200).await;
}

#[tokio::test]
async fn a_restart_in_the_middle_of_catching_up_loses_nothing_and_repeats_change_nothing() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    for hour in 0..20 {
        installation.append(readings("air-1", hour * 3600, 300)).await;
    }
    installation.seal("2026-11-23T10:15:00Z").await;

    for _ in 0..10 {
        installation.forward();
        let before = double.requests();
        let is_done = || double.count() == 6_000;
        eventually("a request", || double.requests() > before || is_done()).await;
        installation.halt().await;
        installation.open(true);
    }
    installation.forward();

    eventually("all readings", || double.count() == 6_000).await;
    let once = double.readings();
    installation.halt().await;
    installation.open(true);
    installation.forward();
    installation.append([reading("air-2", 0)]).await;
    eventually("one more", || double.count() == 6_001).await;
    let twice = double.readings();
    assert!(once.iter().all(|point| twice.contains(point)));
}

#[tokio::test]
async fn late_readings_of_a_sealed_day_are_forwarded_too() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.forward();
    installation.append(readings("air-1", 0, 100)).await;
    eventually("the readings in time", || double.count() == 100).await;
    installation.seal("2026-11-24T04:00:00Z").await;

    installation.append(readings("air-1", 100, 50)).await;
    eventually("the late readings", || double.count() == 150).await;

    double.always(Some(Trick::Cut));
    installation.append(readings("air-1", 150, 50)).await;
    installation.seal("2026-11-25T04:00:00Z").await;
    double.always(None);
    eventually("those that were late in an outage", || double.count() == 200).await;
}

#[tokio::test]
async fn what_is_sealed_while_it_is_being_forwarded_is_not_lost() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.forward();
    for round in 0..40 {
        installation.append(readings("air-1", round * 50, 50)).await;
        installation.seal("2026-11-23T10:15:00Z").await;
    }
    eventually("all readings", || double.count() == 2000).await;
}

#[tokio::test]
async fn new_readings_do_not_wait_for_a_long_backlog() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    for hour in 0..15 {
        installation.append(readings("air-1", hour * 3600, 3600)).await;
    }
    installation.seal("2026-11-23T10:15:00Z").await;
    installation.forward();
    eventually("the first of the backlog", || double.count() > 0).await;

    installation.append([reading("live", 0)]).await;
    eventually("all readings", || double.count() == 54_001).await;

    let bodies: Vec<_> =
        double.requests_of("/api/v2/write").iter().map(|write| body(write).unwrap()).collect();
    let last_with = |device: &str| bodies.iter().rposition(|body| body.contains(device));
    let live = bodies.iter().position(|body| body.contains("temperature,site=dreux,device=live "));
    assert!(live.is_some());
    assert!(live < last_with("temperature,site=dreux,device=air-1 "), "the backlog was done first");
}

#[tokio::test]
async fn what_was_stored_before_influxdb_was_there_is_written_to_it() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.open(false);
    installation.append(readings("air-1", 0, 100)).await;
    installation.seal("2026-11-24T04:00:00Z").await;
    installation.append(readings("air-1", 100_000, 100)).await;
    installation.seal("2026-11-24T14:00:00Z").await;
    installation.append(readings("air-1", 200_000, 100)).await;

    installation.open(true);
    installation.forward();

    eventually("all readings", || double.count() == 300).await;
}

#[tokio::test]
async fn while_influxdb_keeps_up_nothing_is_owed() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.forward();
    installation.append(readings("air-1", 0, 100)).await;
    eventually("the readings and their rollups", || double.rollups("_1d") == 1).await;
    // The note that they arrived follows the answer, and comes before the next readings: here those of a day that is not
    // sealed below. They may still be on their way when it is.
    installation.append([reading("air-1", 86_400)]).await;
    eventually("a reading of the next day and its rollups", || double.rollups("_1d") == 2).await;
    // Writes with a reading of the device, dated so many seconds after ten o'clock.
    let writes_of = |device: &str, seconds: i64| {
        let begin = format!("temperature,site=dreux,device={device} ");
        let end = reading(device, seconds).observation.observed_at.as_millis().to_string();
        let writes = double.requests_of("/api/v2/write");
        let has = |body: &str| body.lines().any(|it| it.starts_with(&begin) && it.ends_with(&end));
        writes.iter().filter(|write| has(&body(write).unwrap())).count()
    };
    let before = writes_of("air-1", 0);
    assert!(before > 0, "the first reading was not seen");

    installation.seal("2026-11-24T04:00:00Z").await;
    installation.append([reading("air-2", 0)]).await;

    eventually("the next reading and its rollups", || double.rollups("_1d") == 3).await;
    assert_eq!(writes_of("air-2", 0), 1);
    assert_eq!(writes_of("air-1", 0), before, "sealed readings were sent again");
}

#[tokio::test]
async fn rollups_are_written_beside_readings_and_again_when_late_readings_change_them() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.forward();
    installation.append(readings("air-1", 0, 1000)).await;
    eventually("two quarters of an hour and a day", || {
        (double.rollups("_15m"), double.rollups("_1d")) == (2, 1)
    })
    .await;
    let count = |points: Vec<String>| {
        points
            .into_iter()
            .find(|point| point.starts_with("temperature_1d") && point.contains(" count "))
    };
    // The civil day begins at 23:00 UTC on the day before.
    let day = "temperature_1d,device=air-1,site=dreux count 1795388400000";
    assert_eq!(count(double.points()).unwrap(), format!("{day} 1000"));

    installation.seal("2026-11-24T04:00:00Z").await;
    installation.append(readings("air-1", 1000, 500)).await;

    eventually("the day as it is now", || count(double.points()) == Some(format!("{day} 1500")))
        .await;
}

#[tokio::test]
async fn rollups_that_a_crash_kept_from_being_written_are_written_after_the_next_start() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    double.fails_over("_15m");
    installation.forward();
    installation.append(readings("air-1", 0, 100)).await;
    eventually("the readings without their rollups", || double.count() == 100).await;
    installation.seal("2026-11-24T04:00:00Z").await;
    installation.halt().await;
    installation.open(true);

    double.fails_over("nothing");
    installation.forward();

    eventually("the rollups", || double.rollups("_1d") == 1).await;
}

#[tokio::test]
async fn a_rollup_that_the_server_refuses_is_listed_and_costs_nothing_else() {
    let double = Double::start();
    // Somebody else wrote whole numbers first.
    double.write("co2_15m,site=other,device=x sum=20i 1\n");
    let mut installation = Installation::beside(&double);
    let mut co2 = reading("air-2", 0);
    co2.source.quantity = domain::Quantity::Co2;
    installation.append([reading("air-1", 0), co2]).await;
    installation.forward();

    eventually("the other rollups", || (double.rollups("_15m"), double.rollups("_1d")) == (1, 2))
        .await;
    let refused = listed(&installation, 1).await;
    assert!(refused[0].line.starts_with("co2_15m,site=dreux,device=air-2 "), "{refused:?}");
}
