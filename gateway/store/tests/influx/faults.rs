//! What the server and the network may do, one by one.

use store::SeriesReader;

use crate::double::{Double, HOUR_BUCKET, Trick};
use crate::installation::{Installation, eventually, listed, reading, readings};

#[tokio::test]
async fn a_server_that_is_busy_away_or_silent_is_waited_for() {
    for trick in [
        Trick::Status(429),
        Trick::Status(502),
        Trick::Status(503),
        Trick::Status(500),
        Trick::Cut,
        Trick::CutAfterwards,
        Trick::Silence,
    ] {
        let double = Double::start();
        let mut installation = Installation::beside(&double);
        double.play([trick.clone(), trick.clone()]);
        installation.append(readings("air-1", 0, 10)).await;
        installation.forward();
        eventually(&format!("a third request after {trick:?}"), || {
            double.requests() >= 3 && double.count() == 10
        })
        .await;
        assert!(installation.reader().not_forwarded(10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_busy_server_is_given_the_time_that_it_asks_for() {
    // Two seconds from its own clock, however far that is from ours.
    let by_date = "Mon, 23 Nov 2026 20:00:02 GMT".to_owned();
    for (status, when, at_least) in [(429, "1".to_owned(), 1.0), (503, by_date, 2.0)] {
        let double = Double::start();
        let mut installation = Installation::beside(&double);
        double.play([Trick::Busy(status, when)]);
        installation.append(readings("air-1", 0, 10)).await;
        let started = std::time::Instant::now();
        installation.forward();
        eventually("the readings", || double.count() == 10).await;
        let waited = started.elapsed().as_secs_f64();
        assert!((at_least..at_least + 30.0).contains(&waited), "{status}: {waited} s");
    }
}

#[tokio::test]
async fn large_requests_are_packed_and_small_ones_are_not() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.append(readings("air-1", 0, 1000)).await;
    installation.forward();
    eventually("the readings", || double.count() == 1000).await;
    installation.append([reading("air-2", 0)]).await;
    eventually("one more", || double.count() == 1001).await;

    let writes = double.requests_of("/api/v2/write");
    let (many, one) = (&writes[0], writes.iter().find(|write| write.body.len() < 100).unwrap());
    assert_eq!(many.header("content-encoding"), Some("gzip"));
    assert!(many.body.len() < 1000 * 60 / 3, "{} bytes", many.body.len());
    assert_eq!(one.header("content-encoding"), None);
    assert!(String::from_utf8_lossy(&one.body).starts_with("temperature,site=dreux,device=air-2 "));
}

#[tokio::test]
async fn a_request_that_is_too_large_is_cut_and_the_next_ones_are_smaller() {
    let double = Double::start();
    double.takes_at_most(2_000);
    let mut installation = Installation::beside(&double);
    installation.append(readings("air-1", 0, 3000)).await;
    installation.forward();
    eventually("all readings", || double.count() == 3000).await;
    assert!(installation.reader().not_forwarded(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_line_of_another_type_is_listed_and_its_neighbours_go_through() {
    let double = Double::start();
    // Somebody else wrote whole numbers first.
    double.write("temperature,site=other,device=x value=20i 1\n");
    let mut installation = Installation::beside(&double);
    let mut co2 = readings("air-1", 0, 100);
    for reading in &mut co2 {
        reading.source.quantity = domain::Quantity::Co2;
    }
    installation.append(co2).await;
    installation.append([reading("air-1", 50)]).await;
    installation.forward();

    // The one that somebody else wrote is there as well.
    eventually("the neighbours", || double.count() == 101).await;
    let refused = listed(&installation, 1).await;
    assert!(refused[0].line.starts_with("temperature,site=dreux,device=air-1 value=20"));
    assert!(refused[0].reason.contains("is type float, already exists as type integer"));
    assert_eq!(installation.reader().sources().await.unwrap().len(), 2, "it stays in the store");
}

#[tokio::test]
async fn a_line_that_the_server_fails_over_is_listed_and_its_neighbours_go_through() {
    let double = Double::start();
    double.fails_over("device=cursed");
    let mut installation = Installation::beside(&double);
    installation.append(readings("air-1", 0, 100)).await;
    installation.append([reading("cursed", 0)]).await;
    installation.forward();

    eventually("the neighbours", || double.count() == 100).await;
    let refused = listed(&installation, 1).await;
    assert!(refused[0].line.contains("cursed") && refused[0].reason.contains("internal error"));
}

#[tokio::test]
async fn a_server_that_always_fails_refuses_nothing_however_long_it_does() {
    let double = Double::start();
    double.always(Some(Trick::Status(500)));
    let mut installation = Installation::beside(&double);
    installation.append(readings("air-1", 0, 4)).await;
    installation.forward();
    eventually("many attempts", || double.requests() > 40).await;
    let standing = installation.standing();
    assert_eq!(standing.behind, Some(4));
    assert!(standing.fault.unwrap().contains("InfluxDB failed"));
    double.always(None);

    eventually("the readings", || double.count() == 4).await;
    assert!(installation.reader().not_forwarded(10).await.unwrap().is_empty());
    eventually("that all is well", || installation.standing().fault.is_none()).await;
}

#[tokio::test]
async fn what_is_older_than_the_bucket_keeps_goes_by_and_does_not_fill_the_list() {
    let double = Double::start();
    let mut installation = Installation::writing_to(&double.url(), HOUR_BUCKET);
    installation.append(readings("air-1", 0, 1000)).await;
    // An hour before the clock of the double, and later.
    installation.append(readings("air-1", 31_000, 100)).await;
    installation.forward();

    eventually("what is young enough", || double.count() == 100).await;
    assert!(double.requests() < 30, "{} requests", double.requests());
    assert!(installation.reader().not_forwarded(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_token_is_waited_for_like_an_outage() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.token = "wrong".to_owned();
    installation.append(readings("air-1", 0, 10)).await;
    installation.forward();
    eventually("a refusal", || double.requests() > 1).await;
    installation.halt().await;
    assert_eq!(double.count(), 0);

    installation.token = "write-only-token".to_owned();
    installation.forward();
    eventually("the readings", || double.count() == 10).await;
}
