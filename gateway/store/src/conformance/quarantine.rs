//! Claims about the quarantine.

use domain::message::{Reason, ReasonLabel};

use super::*;
use crate::kept::{QUARANTINE_BYTES, QUARANTINE_ROWS, QUARANTINE_ROWS_OF_TOPIC};
use crate::ports::{RefusalId, Refused, StandingRefusal};

fn refused(topic: &str, payload: &str, time: &str) -> Refused {
    Refused {
        received_at: on_monday(time),
        topic: topic.into(),
        payload: payload.into(),
        payload_len: payload.len(),
        reason: Reason::new(ReasonLabel::Malformed, "no JSON; send an object"),
    }
}

async fn refuse<S: Subject>(subject: &S, refused: impl Into<Vec<Refused>>) -> Appended {
    subject.writer().append(Batch { refused: refused.into(), ..Batch::default() }).await.unwrap()
}

async fn page<S: Subject>(
    subject: &S,
    before: Option<RefusalId>,
    limit: usize,
) -> Vec<StandingRefusal> {
    subject.reader().quarantine(before, limit).await.unwrap()
}

fn topics(page: &[StandingRefusal]) -> Vec<&str> {
    page.iter().map(|standing| standing.refused.topic.as_str()).collect()
}

pub(crate) async fn a_refusal_stands_in_quarantine_as_it_came<S: Subject>() {
    let mut subject = S::new();
    let garbage = refused("vigie/v1/dreux/sensors/x", "{\0\u{fffd}", "10:00:00");

    let appended = refuse(&subject, [garbage.clone()]).await;
    subject.reopen().await;

    assert_eq!(appended, Appended::default());
    let standing = page(&subject, None, 10).await;
    assert_eq!(standing.len(), 1);
    assert_eq!(standing[0].refused, garbage);
    assert_eq!((standing[0].count, standing[0].last_received_at), (1, on_monday("10:00:00")));
}

pub(crate) async fn a_repeated_refusal_is_counted_and_not_listed_twice<S: Subject>() {
    let mut subject = S::new();
    let (first, again) = (refused("a", "x", "10:00:00"), refused("a", "x", "11:00:00"));
    refuse(&subject, [first.clone(), first.clone()]).await;
    subject.reopen().await;
    refuse(&subject, [again]).await;

    let standing = page(&subject, None, 10).await;

    assert_eq!(standing.len(), 1);
    assert_eq!((standing[0].count, standing[0].last_received_at), (3, on_monday("11:00:00")));
    assert_eq!(standing[0].refused, first);
}

pub(crate) async fn refusals_that_differ_stand_beside_each_other<S: Subject>() {
    let subject = S::new();
    let one = refused("a", "x", "10:00:00");
    let other_reason = Refused { reason: Reason::new(ReasonLabel::Value, "-5 ppm"), ..one.clone() };
    let other_length = Refused { payload_len: 70_000, ..one.clone() };

    refuse(&subject, [one, refused("b", "x", "10:00:00"), refused("a", "y", "10:00:00")]).await;
    refuse(&subject, [other_reason, other_length]).await;

    assert_eq!(page(&subject, None, 10).await.len(), 5);
}

pub(crate) async fn quarantine_is_paged_newest_first<S: Subject>() {
    let subject = S::new();
    refuse(&subject, ["a", "b", "c", "d", "e"].map(|topic| refused(topic, "x", "10:00:00"))).await;

    let first = page(&subject, None, 2).await;
    let second = page(&subject, Some(first[1].id), 2).await;
    let third = page(&subject, Some(second[1].id), 2).await;

    assert_eq!(topics(&first), ["e", "d"]);
    assert_eq!(topics(&second), ["c", "b"]);
    assert_eq!(topics(&third), ["a"]);
    assert_eq!(page(&subject, Some(third[0].id), 2).await, []);
}

pub(crate) async fn a_full_quarantine_drops_its_oldest_and_says_how_many<S: Subject>() {
    let subject = S::new();
    let flood: Vec<_> =
        (0..QUARANTINE_ROWS + 2).map(|n| refused(&n.to_string(), "x", "10:00:00")).collect();

    let flooded = refuse(&subject, flood).await;
    let one_more = refuse(&subject, [refused("last", "x", "10:00:00")]).await;
    let repeated = refuse(&subject, [refused("last", "x", "10:00:00")]).await;

    assert_eq!((flooded.dropped, one_more.dropped, repeated.dropped), (2, 1, 0));
    let standing = page(&subject, None, usize::MAX).await;
    assert_eq!(standing.len(), QUARANTINE_ROWS);
    assert_eq!(topics(&standing)[0], "last");
    assert_eq!(topics(&standing)[QUARANTINE_ROWS - 1], "3");
}

pub(crate) async fn who_floods_the_quarantine_pushes_out_nobody_elses_refusals<S: Subject>() {
    let subject = S::new();
    refuse(&subject, [refused("quiet", "first", "09:00:00")]).await;
    let flood = |from: usize| -> Vec<_> {
        (from..from + QUARANTINE_ROWS)
            .map(|n| refused("loud", &n.to_string(), "10:00:00"))
            .collect()
    };

    let flooded = refuse(&subject, flood(0)).await;
    let again = refuse(&subject, flood(QUARANTINE_ROWS)).await;

    let most = QUARANTINE_ROWS_OF_TOPIC;
    let dropped = (QUARANTINE_ROWS - most) as u64;
    assert_eq!((flooded.dropped, again.dropped), (dropped, QUARANTINE_ROWS as u64));
    let standing = page(&subject, None, usize::MAX).await;
    assert_eq!(standing.len(), most + 1);
    assert_eq!(topics(&standing)[most], "quiet");
    let newest = (2 * QUARANTINE_ROWS - 1).to_string();
    assert_eq!(standing[0].refused.payload, newest.as_bytes());
}

pub(crate) async fn large_payloads_fill_the_quarantine_before_it_has_many_rows<S: Subject>() {
    let subject = S::new();
    let large = "x".repeat(Refused::KEPT_BYTES);
    let room = QUARANTINE_BYTES / Refused::KEPT_BYTES;
    let flood: Vec<_> =
        (0..room + 3).map(|n| refused(&n.to_string(), &large, "10:00:00")).collect();

    let flooded = refuse(&subject, flood).await;

    assert_eq!(flooded.dropped, 3);
    let standing = page(&subject, None, usize::MAX).await;
    assert_eq!((standing.len(), topics(&standing)[room - 1]), (room, "3"));
}

pub(crate) async fn what_was_healed_leaves_with_its_readings<S: Subject>() {
    let subject = S::new();
    refuse(&subject, [refused("a", "x", "10:00:00"), refused("b", "x", "10:00:00")]).await;
    let healed = vec![page(&subject, None, 1).await[0].id, RefusalId(4_000_000)];

    let readings = vec![co2(on_monday("10:00:00"), 500.0)];
    let refused = vec![refused("c", "x", "12:00:00")];
    let appended = subject
        .writer()
        .append(Batch { readings, refused, healed, ..Batch::default() })
        .await
        .unwrap();

    assert_eq!(appended.stored, 1);
    assert_eq!(topics(&page(&subject, None, 10).await), ["c", "a"]);
}

pub(crate) async fn the_name_of_a_refusal_is_never_given_again<S: Subject>() {
    let mut subject = S::new();
    refuse(&subject, [refused("a", "x", "10:00:00")]).await;
    let first = page(&subject, None, 1).await[0].id;
    subject.writer().append(Batch { healed: vec![first], ..Batch::default() }).await.unwrap();
    subject.reopen().await;

    refuse(&subject, [refused("b", "x", "10:00:00")]).await;

    assert!(page(&subject, None, 1).await[0].id > first);
}

pub(crate) async fn a_payload_is_cut_to_what_is_kept<S: Subject>() {
    let subject = S::new();
    let long = "y".repeat(Refused::KEPT_BYTES + 1);
    refuse(&subject, [refused("a", &long, "10:00:00")]).await;

    let standing = page(&subject, None, 1).await;

    assert_eq!(standing[0].refused.payload.len(), Refused::KEPT_BYTES);
    assert_eq!(standing[0].refused.payload_len, Refused::KEPT_BYTES + 1);
}
