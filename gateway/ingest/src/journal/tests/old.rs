//! A journal that an earlier program left, in its own format.

use std::fs;

use super::*;

fn old_segment(order: u64, payloads: &[&str]) -> Vec<u8> {
    let mut bytes = b"VIGIEJ1\n".to_vec();
    bytes.extend(order.to_le_bytes());
    for payload in payloads {
        let mut body = arrival().as_millis().to_le_bytes().to_vec();
        body.extend(u32::try_from(payload.len()).unwrap().to_le_bytes());
        body.extend(7_u16.to_le_bytes());
        body.extend(b"vigie/t");
        body.extend(payload.as_bytes());
        bytes.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
        bytes.extend(crc32fast::hash(&body).to_le_bytes());
        bytes.extend(body);
    }
    bytes
}

#[test]
fn what_an_earlier_program_left_is_taken_over_in_its_order_and_goes_on_in_the_present_format() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("journal-a"), old_segment(8, &["three"])).unwrap();
    fs::write(folder.path().join("journal-b"), old_segment(7, &["one", "two"])).unwrap();

    let (journal, leftover) = Journal::open(folder.path()).unwrap();
    assert_eq!(payloads(&leftover), ["one", "two", "three"]);
    assert_eq!((leftover.torn, leftover.damage), (0, Vec::new()));

    append(&journal, "four");
    drop(journal);
    let (_, leftover) = Journal::open(folder.path()).unwrap();
    assert_eq!(payloads(&leftover), ["one", "two", "three", "four"]);
}

#[test]
fn a_flipped_bit_anywhere_in_an_old_journal_costs_one_record_at_most() {
    let whole = old_segment(7, &["one", "two", "three", "four"]);
    for at in 0..whole.len() {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = whole.clone();
        bytes[at] ^= 16;
        fs::write(folder.path().join("journal-a"), bytes).unwrap();
        let (_, leftover) = Journal::open(folder.path()).unwrap();
        // The order of an old segment has no checksum, and is of use only beside another segment.
        let lost = usize::from(at >= 16);
        assert_eq!(leftover.deliveries.len(), 4 - lost, "flipped at {at}");
        let is_told = leftover.damage.len() + leftover.torn == 1;
        assert!(is_told || (8..16).contains(&at), "flipped at {at}: {leftover:?}");
    }
}

#[test]
fn a_torn_record_of_an_old_journal_is_no_damage() {
    let whole = old_segment(7, &["one", "two"]);
    let one = old_segment(7, &["one"]);
    for cut in one.len() + 1..whole.len() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("journal-a"), &whole[..cut]).unwrap();
        let (_, leftover) = Journal::open(folder.path()).unwrap();
        assert_eq!((payloads(&leftover), leftover.torn), (vec!["one".to_owned()], 1), "at {cut}");
        assert_eq!(leftover.damage, []);
    }
}

#[test]
fn a_foreign_file_holds_nothing_and_is_kept() {
    for foreign in
        [&[0xff; 4096][..], b"VIGIEJ1\n12345678 what is this, and it is longer than a record"]
    {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("journal-a"), foreign).unwrap();
        let (_, leftover) = Journal::open(folder.path()).unwrap();
        assert!(leftover.deliveries.is_empty());
        if leftover.torn == 0 {
            let kept = leftover.damage[0].kept_in.clone().unwrap();
            assert!(foreign.ends_with(&fs::read(kept).unwrap()));
        }
    }
}
