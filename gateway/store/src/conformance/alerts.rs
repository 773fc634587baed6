//! Claims about the log of alerts.

use domain::alerts::{Acknowledgement, AlertId, Change, ChangeSort, Standing};
use domain::alerts::{Alert, Matter, Severity};

use super::*;
use crate::ports::AlertWriter;

fn standing(id: u64, raised_at: Instant) -> Standing {
    let matter = Matter::Air { zone: "fablab".parse().unwrap(), co2_ppm: 1612.5 };
    let alert = Alert { id: Some(AlertId(id)), ..Alert::new(matter, Severity::Urgent, raised_at) };
    Standing { id: AlertId(id), alert, raised_at, cleared_at: None }
}

async fn keep<S: Subject<Writer: AlertWriter>>(subject: &S, sort: ChangeSort, standing: &Standing) {
    let changes = vec![Change { sort, standing: standing.clone() }];
    subject.writer().keep_alerts(changes).await.unwrap();
}

pub(crate) async fn an_alert_stands_in_the_log_until_it_is_over_and_after<
    S: Subject<Writer: AlertWriter>,
>() {
    let mut subject = S::new();
    let mut air = standing(1, on_monday("10:00:00"));
    keep(&subject, ChangeSort::Raised, &air).await;
    subject.reopen().await;
    assert_eq!(subject.reader().open_alerts().await.unwrap(), [air.clone()]);

    let by = Acknowledgement { by: "marie".to_owned(), at: on_monday("10:05:00") };
    air.alert.acknowledged = Some(by);
    keep(&subject, ChangeSort::Acknowledged, &air).await;
    air.cleared_at = Some(on_monday("10:20:00"));
    keep(&subject, ChangeSort::Cleared, &air).await;

    assert_eq!(subject.reader().open_alerts().await.unwrap(), []);
    assert_eq!(subject.reader().alerts(None, 10).await.unwrap(), [air]);
}

pub(crate) async fn the_log_of_alerts_is_paged_newest_first<S: Subject<Writer: AlertWriter>>() {
    let subject = S::new();
    for id in 1..=3 {
        keep(&subject, ChangeSort::Raised, &standing(id, on_monday("10:00:00"))).await;
    }
    let ids = |page: Vec<Standing>| page.iter().map(|it| it.id.0).collect::<Vec<_>>();
    assert_eq!(ids(subject.reader().alerts(None, 2).await.unwrap()), [3, 2]);
    assert_eq!(ids(subject.reader().alerts(Some(AlertId(2)), 2).await.unwrap()), [1]);
}

pub(crate) async fn alerts_that_were_over_a_year_ago_are_forgotten<
    S: Subject<Writer: AlertWriter>,
>() {
    let subject = S::new();
    let mut old = standing(1, at("2025-01-01T10:00:00Z"));
    old.cleared_at = Some(at("2025-01-01T11:00:00Z"));
    keep(&subject, ChangeSort::Cleared, &old).await;
    let still_open = standing(2, at("2025-01-01T12:00:00Z"));
    keep(&subject, ChangeSort::Raised, &still_open).await;

    keep(&subject, ChangeSort::Raised, &standing(3, on_monday("10:00:00"))).await;

    let log = subject.reader().alerts(None, 10).await.unwrap();
    assert_eq!(log.iter().map(|it| it.id.0).collect::<Vec<_>>(), [3, 2]);
}
