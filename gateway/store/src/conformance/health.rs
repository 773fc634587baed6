//! Claims about the size of a store and the space on its disk.

use super::*;
use crate::ports::HealthReader;

pub(crate) async fn a_store_with_readings_has_a_size<S: Subject>() {
    let subject = S::new();
    append(&subject, [co2(on_monday("10:00:00"), 1.0)]).await;
    subject.reader().size_bytes().await.unwrap();
}

pub(crate) async fn a_store_on_a_disk_takes_space_of_it<S: Subject>() {
    let subject = S::new();
    append(&subject, [co2(on_monday("10:00:00"), 500.0)]).await;

    let space = subject.reader().space().await.unwrap();

    assert!(space.is_none_or(|space| space.stored_bytes > space.reusable_bytes), "{space:?}");
    assert!(space.is_none_or(|space| space.free_bytes < space.disk_bytes), "{space:?}");
}
