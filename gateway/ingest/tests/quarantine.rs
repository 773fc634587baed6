//! What was refused under one site file gets another chance under the next.

#![expect(clippy::unwrap_used, reason = "a test may stop at what must not fail")]

use domain::admission::Admission;
use domain::message::Message;
use domain::site::Site;
use domain::{DatedBy, Instant, Period, Quantity, Source, testing};
use ingest::{Replayed, replay_quarantine};
use store::{Batch, MemoryStore, QuarantineReader, Range, Refused, SeriesReader, SeriesWriter};

const SITE: &str = r"
[rules]
max_unknown_sources = 1
";

/// The site after somebody has named the device.
const MENDED: &str = r#"
[[zone]]
id = "salle"
name = "Salle"

[[point]]
id = "salle-co2"
zone = "salle"
quantity = "co2"
sources = [{ device = "room-1" }]
"#;

fn site(parts: &[&str]) -> Site {
    testing::site(&parts.concat())
}

fn co2_of(device: &str) -> Source {
    testing::source(device, Quantity::Co2)
}

fn arrival() -> Instant {
    testing::at("2026-11-23T14:03:07Z")
}

/// Refuses the message as the pipeline does, its payload cut after so many bytes.
async fn refuse(store: &MemoryStore, device: &str, payload: &str, kept: usize) {
    let topic = format!("vigie/v1/essai/sensors/{device}/co2");
    let mut admission = Admission::new(&site(&[SITE]), [co2_of("stranger")]);
    let message = Message {
        topic: &topic,
        payload: payload.as_bytes(),
        retained: false,
        received_at: arrival(),
    };
    let reason = admission.admit(&message).refused.into_iter().next().unwrap();
    let refused = Refused {
        received_at: arrival(),
        topic,
        payload: payload.as_bytes()[..kept].to_vec(),
        payload_len: payload.len(),
        reason,
    };
    store.append(Batch { refused: vec![refused], ..Batch::default() }).await.unwrap();
}

async fn replay(store: &MemoryStore) -> Replayed {
    replay_quarantine(Admission::new(&site(&[SITE, MENDED]), []), store, store).await.unwrap()
}

#[tokio::test]
async fn a_device_that_was_one_too_many_is_stored_once_the_site_file_names_it() {
    let store = MemoryStore::new();
    refuse(&store, "room-1", r#"{"value": 812}"#, 14).await;

    assert_eq!(replay(&store).await, Replayed { healed: 1, stored: 1, standing: 0 });

    let readings = store.range(Range::of(co2_of("room-1"), Period::ALL)).await.unwrap();
    assert_eq!(readings[0].observed_at, arrival(), "it keeps the time at which it arrived first");
    assert_eq!(readings[0].dated_by, DatedBy::Gateway);
    assert_eq!(store.quarantine(None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_still_wrong_or_not_whole_stays_where_it_is() {
    let store = MemoryStore::new();
    refuse(&store, "room-1", "hello", 5).await;
    refuse(&store, "room-1", r#"{"value": 812}"#, 10).await;

    assert_eq!(replay(&store).await, Replayed { healed: 0, stored: 0, standing: 2 });
    assert_eq!(store.quarantine(None, 10).await.unwrap().len(), 2);
}
