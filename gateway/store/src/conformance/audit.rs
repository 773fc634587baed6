//! Claims about the audit log.

use domain::audit::{Correction, Deed, Draft, Effect, EntryId, SiteChange, Target};

use super::*;

fn draft(time: &str, deed: Deed) -> Draft {
    Draft {
        at: on_monday(time),
        author: "marie".into(),
        reason: "prise débranchée, « 0 » n'est pas vrai".into(),
        deed,
        before: None,
    }
}

fn correction() -> Deed {
    Deed::Correction(Correction {
        target: Target::Source(air()),
        from: on_monday("09:00:00"),
        to: on_monday("10:00:00"),
        effect: Effect::Value(612.5),
    })
}

pub(crate) async fn the_audit_log_gives_back_its_entries_in_their_order<S: Subject>() {
    let mut subject = S::new();
    assert_eq!(subject.reader().ledger().await.unwrap(), []);
    let first = subject.writer().record(draft("12:00:00", correction())).await.unwrap();
    // The clock was set back in between: the order is that of the entries.
    let undo = Deed::Undo { entry: first };
    let second = subject.writer().record(draft("11:00:00", undo.clone())).await.unwrap();
    subject.reopen().await;

    let entries = subject.reader().ledger().await.unwrap();

    assert!(first < second);
    assert_eq!(entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!((&entries[0].deed, &entries[1].deed), (&correction(), &undo));
    assert_eq!(entries[0].reason, "prise débranchée, « 0 » n'est pas vrai");
    assert_eq!((entries[1].at, entries[1].author.as_str()), (on_monday("11:00:00"), "marie"));
}

pub(crate) async fn the_text_before_a_change_of_the_site_is_kept_with_it<S: Subject>() {
    let mut subject = S::new();
    let change = Deed::Site(SiteChange { summary: "essai".into(), after: "00".into() });
    let before = Some("[site]\n# un commentaire\n".to_owned());
    let with_text = Draft { before: before.clone(), ..draft("12:00:00", change) };
    let id = subject.writer().record(with_text).await.unwrap();
    let without = subject.writer().record(draft("12:00:00", correction())).await.unwrap();
    subject.reopen().await;

    assert_eq!(subject.reader().text_before(id).await.unwrap(), before);
    assert_eq!(subject.reader().text_before(without).await.unwrap(), None);
    assert_eq!(subject.reader().text_before(EntryId(99)).await.unwrap(), None);
}
