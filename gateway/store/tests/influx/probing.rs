//! What `vigie check` finds out of a server.

use std::time::Duration;

use store::influx::{Fault, Findings, Target, probe};

use crate::double::{BUCKET, Double, HOUR_BUCKET, ORGANISATION, TOKEN, Trick};
use crate::installation::{at, site, token};

async fn look(
    url: &str,
    (organisation, bucket): (&str, &str),
    word: &str,
    makes_bucket: bool,
) -> Result<Findings, Fault> {
    let target = Target::new(url, organisation, bucket).unwrap();
    let now = at("2026-11-23T19:19:21Z");
    probe(&target, &token(word), &site(), makes_bucket, now).await
}

#[tokio::test]
async fn a_server_that_is_ready_is_told_with_its_version_and_how_long_it_keeps() {
    let double = Double::start();
    let found = look(&double.url(), (ORGANISATION, BUCKET), TOKEN, false).await.unwrap();
    assert_eq!((found.version.as_str(), found.keeps, found.was_made), ("2.9.0", None, false));
    assert!(found.may_look && found.unreadable.is_none());

    let hour = look(&double.url(), (ORGANISATION, HOUR_BUCKET), TOKEN, false).await.unwrap();
    assert_eq!(hour.keeps, Some(Duration::from_hours(1)));
    assert_eq!(double.points(), [""; 0], "looking wrote something");
}

#[tokio::test]
async fn each_fault_is_told_with_its_remedy() {
    let double = Double::start();
    let url = double.url();
    for (place, word, remedy) in [
        ((ORGANISATION, BUCKET), "wrong", "VIGIE_INFLUXDB_TOKEN"),
        ((ORGANISATION, BUCKET), "read-only-token", "may not write"),
        (("nobody", BUCKET), TOKEN, "--influxdb-org"),
        ((ORGANISATION, "absent"), TOKEN, "--create-bucket"),
    ] {
        let fault = look(&url, place, word, false).await.unwrap_err();
        assert!(matches!(fault, Fault::Configuration(_)), "{fault:?}");
        assert!(fault.to_string().contains(remedy), "{fault}");
    }
    double.always(Some(Trick::Status(503)));
    let busy = look(&url, (ORGANISATION, BUCKET), TOKEN, false).await.unwrap_err();
    assert!(matches!(busy, Fault::Wait { .. }), "{busy:?}");
    drop(double);
    let gone = look(&url, (ORGANISATION, BUCKET), TOKEN, false).await.unwrap_err();
    assert!(gone.to_string().contains("not to be reached"), "{gone}");
}

#[tokio::test]
async fn a_token_that_may_only_write_is_enough_to_forward_and_told() {
    let double = Double::start();
    let found = look(&double.url(), (ORGANISATION, BUCKET), "write-only-token", false).await;
    let unreadable = found.unwrap().unreadable.unwrap();
    assert!(unreadable.contains("may not read it"), "{unreadable}");
}

#[tokio::test]
async fn a_bucket_that_is_missing_is_made_when_that_is_asked_for() {
    let double = Double::start();
    let place = (ORGANISATION, "bâtiments 2026");
    let made = look(&double.url(), place, TOKEN, true).await.unwrap();
    assert!(made.was_made && made.keeps.is_none(), "{made:?}");

    let again = look(&double.url(), place, TOKEN, true).await.unwrap();
    assert!(!again.was_made);
    let refused = look(&double.url(), (ORGANISATION, "other"), "write-only-token", true).await;
    assert!(matches!(refused, Err(Fault::Configuration(_))), "{refused:?}");
    let nobody = look(&double.url(), ("nobody", "other"), TOKEN, true).await.unwrap_err();
    assert!(nobody.to_string().contains("organization name \"nobody\" not found"), "{nobody}");
}

#[tokio::test]
async fn encryption_is_never_given_up_without_a_word() {
    let double = Double::start();
    let url = double.url().replace("http://", "https://");
    let fault = look(&url, (ORGANISATION, BUCKET), TOKEN, false).await.unwrap_err();
    assert!(matches!(fault, Fault::Wait { .. }), "{fault:?}");
    assert_eq!(double.requests(), 0, "a token went over the network in the clear");
}
