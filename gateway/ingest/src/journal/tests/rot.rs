//! Damage costs the records that it touches, and is told.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;

use super::super::record::HEADER_LEN;
use super::*;

/// A journal of these many records that was left behind, all in the first file.
fn left(records: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path()).unwrap();
    for number in 0..records {
        append(&journal, &payload(number));
    }
    folder
}

fn payload(number: usize) -> String {
    format!("{{\"value\":{number},\"more\":\"{}\"}}", "x".repeat(number * 7 % 40))
}

/// Where each record stands, by a journal that is whole.
fn places(folder: &Path, records: usize) -> Vec<std::ops::Range<usize>> {
    let len = fs::metadata(folder.join("journal-a")).unwrap().len();
    let mut at = HEADER_LEN;
    let place = |number| {
        let start = at;
        at += 24 + 14 + "vigie/t".len() + payload(number).len();
        start..at
    };
    let places: Vec<_> = (0..records).map(place).collect();
    assert_eq!(places.last().unwrap().end as u64, len);
    places
}

/// Opens the journal after `harm` was done to its first file.
fn harmed(folder: &Path, harm: impl FnOnce(&mut Vec<u8>)) -> Leftover {
    let path = folder.join("journal-a");
    let mut bytes = fs::read(&path).unwrap();
    harm(&mut bytes);
    fs::write(&path, bytes).unwrap();
    Journal::open(folder).unwrap().1
}

/// Those of the records that `harm` does not touch.
fn untouched(places: &[std::ops::Range<usize>], harm: &std::ops::Range<usize>) -> Vec<String> {
    let is_apart =
        |place: &std::ops::Range<usize>| place.end <= harm.start || harm.end <= place.start;
    let apart = places.iter().enumerate().filter(|(_, place)| is_apart(place));
    apart.map(|(number, _)| payload(number)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_flipped_bit_costs_at_most_the_record_that_it_is_in_and_is_told_as_damage(
        records in 1..12_usize,
        place: prop::sample::Index,
        bit in 0..8_u32,
    ) {
        let folder = left(records);
        let places = places(folder.path(), records);
        let at = place.index(places.last().unwrap().end);
        let leftover = harmed(folder.path(), |bytes| bytes[at] ^= 1 << bit);
        prop_assert_eq!(payloads(&leftover), untouched(&places, &(at..at + 1)));
        prop_assert_eq!((leftover.torn, leftover.damage.len()), (0, 1));
    }

    #[test]
    fn a_stretch_that_is_written_over_costs_at_most_the_records_that_it_touches(
        records in 1..40_usize,
        from: prop::sample::Index,
        len in 1..300_usize,
        noise in prop::collection::vec(any::<u8>(), 300),
        is_zero: bool,
    ) {
        let folder = left(records);
        let places = places(folder.path(), records);
        let end = places.last().unwrap().end;
        let from = from.index(end);
        let over = from..end.min(from + len);
        let leftover = harmed(folder.path(), |bytes| for at in over.clone() {
            bytes[at] = if is_zero { 0 } else { noise[at - from] };
        });
        let found = payloads(&leftover);
        let expected = untouched(&places, &over);
        prop_assert!(expected.iter().all(|it| found.contains(it)), "{expected:?} {found:?}");
        // What was written over by itself is no damage.
        prop_assert!(found.iter().all(|it| (0..records).any(|number| *it == payload(number))));
    }

    #[test]
    fn a_journal_that_is_cut_anywhere_is_calmly_told_as_torn(records in 1..12_usize, cut: prop::sample::Index) {
        let folder = left(records);
        let places = places(folder.path(), records);
        let cut = cut.index(places.last().unwrap().end);
        let leftover = harmed(folder.path(), |bytes| bytes.truncate(cut));
        prop_assert_eq!(payloads(&leftover), untouched(&places, &(cut..usize::MAX)));
        let is_between = cut == 0 || cut == HEADER_LEN || places.iter().any(|place| place.end == cut);
        prop_assert_eq!(leftover.torn, usize::from(!is_between));
        prop_assert_eq!(leftover.damage, []);
    }

    #[test]
    fn any_bytes_at_all_are_opened_without_a_panic(bytes: Vec<u8>, version in 0..3_usize) {
        let folder = left(1);
        let header: [&[u8]; 3] = [b"", b"VIGIEJ1\n", b"VIGIEJ2\n"];
        let leftover = harmed(folder.path(), |it| *it = [header[version], &bytes].concat());
        prop_assert!(leftover.deliveries.is_empty());
    }
}

#[test]
fn a_flipped_bit_hides_no_sound_record_behind_it_and_its_bytes_are_kept() {
    let folder = left(1000);
    let place = places(folder.path(), 1000)[3].clone();
    let before = fs::read(folder.path().join("journal-a")).unwrap();

    let leftover = harmed(folder.path(), |bytes| bytes[place.start + 30] ^= 4);

    assert_eq!(leftover.deliveries.len(), 999);
    let [damage] = &leftover.damage[..] else { panic!("{leftover:?}") };
    assert_eq!((damage.recovered, damage.missing, damage.bytes()), (999, 1, place.len()));
    let kept = damage.kept_in.clone().unwrap();
    let mut expected = before[place].to_vec();
    expected[30] ^= 4;
    assert_eq!(fs::read(&kept).unwrap(), expected);
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    let told = damage.to_string();
    assert!(told.contains("is damaged: ") && told.contains(" at byte "), "{told}");
    assert!(told.contains("999 records were recovered, 1 is missing"), "{told}");
    assert!(told.contains("journal-a.damaged-1"), "{told}");
}

#[test]
fn a_damaged_header_costs_no_record() {
    let folder = left(5);
    let leftover = harmed(folder.path(), |bytes| bytes[..HEADER_LEN].fill(0xff));
    assert_eq!(payloads(&leftover), (0..5).map(payload).collect::<Vec<_>>());
    let [place] = &leftover.damage[0].places[..] else { panic!("{leftover:?}") };
    assert_eq!(*place, 0..HEADER_LEN);
}

#[test]
fn what_was_recovered_is_there_after_the_next_kill_and_the_damage_is_told_once() {
    let folder = left(5);
    let damaged = harmed(folder.path(), |bytes| bytes[60] ^= 1);
    assert_eq!(damaged.damage.len(), 1);

    let (journal, leftover) = Journal::open(folder.path()).unwrap();
    assert_eq!(payloads(&leftover), payloads(&damaged));
    assert_eq!(leftover.damage, []);

    append(&journal, "new");
    drop(journal);
    let (_, leftover) = Journal::open(folder.path()).unwrap();
    assert_eq!(payloads(&leftover).last().unwrap(), "new");
    assert_eq!(leftover.deliveries.len(), 5);
}

#[test]
fn damage_in_one_file_costs_nothing_of_the_other_and_keeps_the_order() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path()).unwrap();
    let first = append(&journal, "one");
    append(&journal, "two");
    journal.committed(first);
    append(&journal, "three");
    drop(journal);

    let leftover = harmed(folder.path(), |bytes| bytes[..HEADER_LEN].fill(0));

    assert_eq!(payloads(&leftover), ["one", "two", "three"]);
}

#[test]
fn a_payload_that_imitates_a_record_is_never_taken_for_one() {
    // What a sensor can know: a record of another journal.
    let other = tempfile::tempdir().unwrap();
    let (imitated, _) = Journal::open(other.path()).unwrap();
    imitated.append(arrival(), "vigie/forged", b"1", 1).unwrap();
    let record = fs::read(other.path().join("journal-a")).unwrap()[HEADER_LEN..].to_vec();
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path()).unwrap();
    append(&journal, "before");
    let at = fs::metadata(folder.path().join("journal-a")).unwrap().len();
    let at = usize::try_from(at).unwrap();
    journal.append(arrival(), "vigie/t", &record, record.len()).unwrap();
    append(&journal, "after");
    drop(journal);

    for harm in [at, at + 15, at + 20, at + 30] {
        let copy = tempfile::tempdir().unwrap();
        fs::copy(folder.path().join("journal-a"), copy.path().join("journal-a")).unwrap();
        let leftover = harmed(copy.path(), |bytes| bytes[harm] ^= 1);
        assert_eq!(payloads(&leftover), ["before", "after"], "harmed at {harm}");
    }
}

#[test]
fn an_end_that_a_power_cut_left_as_zeros_is_no_damage() {
    let folder = left(3);
    let leftover = harmed(folder.path(), |bytes| bytes.extend([0; 5000]));
    assert_eq!((leftover.deliveries.len(), leftover.torn), (3, 1));
    assert_eq!(leftover.damage, []);
}

#[test]
fn a_disk_that_fails_again_and_again_does_not_fill_itself_with_what_it_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = Vec::new();
    for _ in 0..20 {
        fs::write(folder.path().join("journal-a"), [0xff; 4096]).unwrap();
        kept.push(Journal::open(folder.path()).unwrap().1.damage[0].kept_in.is_some());
    }
    assert_eq!(kept.iter().filter(|is_kept| **is_kept).count(), 16);
}
