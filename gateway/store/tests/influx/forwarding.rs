//! Nothing is lost, whatever is sealed, late, restarted or away.

use crate::double::{Double, Trick};
use crate::installation::{Installation, eventually, reading, readings};

#[tokio::test]
async fn what_is_stored_is_written_to_influxdb_under_its_names() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.forward();

    installation.append([reading("salle, 1er=étage", 0)]).await;

    eventually("the point", || double.count() == 1).await;
    assert_eq!(
        double.points(),
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
        eventually("a request", || double.requests() > before).await;
        installation.halt().await;
        installation.open(true);
    }
    installation.forward();

    eventually("all readings", || double.count() == 6_000).await;
    let once = double.points();
    installation.halt().await;
    installation.open(true);
    installation.forward();
    installation.append([reading("air-2", 0)]).await;
    eventually("one more", || double.count() == 6_001).await;
    let twice = double.points();
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
    eventually("the new reading", || double.knows("live")).await;

    assert!(double.count() < 54_001, "the backlog was done first");
    eventually("all readings", || double.count() == 54_001).await;
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
    eventually("the readings", || double.count() == 100).await;
    let before = double.requests();
    // The note that they arrived follows the answer.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;

    installation.seal("2026-11-24T04:00:00Z").await;
    installation.append([reading("air-2", 0)]).await;

    eventually("the next reading", || double.count() == 101).await;
    assert_eq!(double.requests(), before + 1, "sealed readings were sent again");
}
