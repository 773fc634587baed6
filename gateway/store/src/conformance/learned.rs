//! Claims about what is kept beside readings.

use super::*;
use crate::ports::Learned;

fn learned(topic: &str, payload: &str) -> Learned {
    Learned { topic: topic.to_owned(), payload: payload.as_bytes().to_vec() }
}

async fn learn<S: Subject>(subject: &S, learned: Vec<Learned>) {
    subject.writer().append(Batch { learned, ..Batch::default() }).await.unwrap();
}

pub(crate) async fn the_newest_message_of_a_topic_is_kept_until_it_is_removed<S: Subject>() {
    let mut subject = S::new();
    learn(&subject, vec![learned("b", "1"), learned("a", "1"), learned("b", "2")]).await;
    subject.reopen().await;
    let reader = subject.reader();
    assert_eq!(reader.learned().await.unwrap(), [learned("a", "1"), learned("b", "2")]);

    learn(&subject, vec![learned("a", ""), learned("c", "")]).await;
    assert_eq!(reader.learned().await.unwrap(), [learned("b", "2")]);
}

pub(crate) async fn a_source_is_of_the_family_that_was_stored_last<S: Subject>() {
    let mut subject = S::new();
    let reading = co2(on_monday("10:00:00"), 500.0);
    let source = reading.source.clone();
    let batch = |readings: Vec<Reading>, family| Batch {
        readings,
        families: vec![(source.clone(), family)],
        ..Batch::default()
    };
    append(&subject, [reading.clone()]).await;
    assert_eq!(subject.reader().sources().await.unwrap()[0].family, None);

    subject.writer().append(batch(vec![reading], "native")).await.unwrap();
    subject.writer().append(batch(Vec::new(), "senml")).await.unwrap();
    subject.reopen().await;

    assert_eq!(subject.reader().sources().await.unwrap()[0].family.as_deref(), Some("senml"));
}
