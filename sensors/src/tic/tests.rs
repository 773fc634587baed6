use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::uptime::Uptime;

/// Recordings of real meters; where they come from stands beside them.
const HISTORIC: &[u8] = include_bytes!("../../tests/fixtures/tic/historic-hc.txt");
const STANDARD: &[u8] = include_bytes!("../../tests/fixtures/tic/standard-single-phase.txt");

fn frames(bytes: &[u8]) -> (Vec<Frame>, Tally) {
    let mut frames = Frames::default();
    let all = bytes.iter().filter_map(|byte| frames.push(*byte)).collect();
    (all, frames.tally().clone())
}

/// What a meter measures, a frame a second: label and value.
fn measured(bytes: &[u8]) -> Vec<Vec<(String, f64)>> {
    let mut meter = Meter::new("linky".parse().unwrap());
    let mut received_at = Uptime::from_millis(0);
    let one = |frame: Frame| {
        received_at = received_at + Duration::from_secs(1);
        let values = meter.read(&frame, received_at).into_iter();
        values.map(|one| (one.channel.to_string(), one.value.as_f64())).collect()
    };
    frames(bytes).0.into_iter().map(one).collect()
}

fn named(values: &[(&str, f64)]) -> Vec<(String, f64)> {
    values.iter().map(|(label, value)| ((*label).to_owned(), *value)).collect()
}

/// A frame of these groups as a meter sends it.
fn sent(mode: Mode, groups: &[(&str, Option<&str>, &str)]) -> Vec<u8> {
    let mut bytes = vec![0x02];
    for (label, stamp, value) in groups {
        let group = Group {
            label: (*label).to_owned(),
            stamp: stamp.map(str::to_owned),
            value: (*value).to_owned(),
        };
        bytes.push(b'\n');
        bytes.extend(group.encode(mode));
        bytes.push(b'\r');
    }
    bytes.push(0x03);
    bytes
}

#[test]
fn the_recorded_frames_of_a_historic_meter_are_read() {
    let (all, tally) = frames(HISTORIC);
    assert_eq!((tally.frames, tally.groups, tally.bad.len(), tally.broken_off), (5, 55, 0, 0));
    assert!(all.iter().all(|frame| frame.mode == Mode::Historic));

    let measured = measured(HISTORIC);
    assert_eq!(
        measured[0],
        named(&[("IINST", 1.0), ("PAPP", 190.0)]),
        "indexes wait for a second frame"
    );
    let expected = [("HCHC", 837_362.0), ("HCHP", 2_035_628.0), ("IINST", 1.0), ("PAPP", 170.0)];
    assert_eq!(measured[1], named(&expected));
}

#[test]
fn the_recorded_frames_of_a_standard_meter_are_read() {
    let (all, tally) = frames(STANDARD);
    assert_eq!((tally.frames, tally.groups, tally.bad.len(), tally.broken_off), (5, 190, 0, 0));
    assert_eq!(
        all[0].group("NGTF").unwrap().value,
        "      BASE      ",
        "padding belongs to the value"
    );
    assert_eq!(all[0].group("SMAXSN-1").unwrap().stamp.as_deref(), Some("E210422183457"));

    let measured = measured(STANDARD);
    assert_eq!(
        measured[0],
        named(&[("CCASN", 432.0), ("IRMS1", 2.0), ("SINSTS", 394.0), ("URMS1", 221.0)])
    );
    let expected = [
        ("EASF01", 1_076_095.0),
        ("EASF02", 1_112_735.0),
        ("EAST", 2_188_830.0),
        ("IRMS1", 2.0),
        ("SINSTS", 385.0),
        ("URMS1", 221.0),
    ];
    assert_eq!(measured[1], named(&expected), "and the mean power of the half-hour is given once");
}

#[test]
fn who_the_meter_belongs_to_is_not_even_kept() {
    for recording in [HISTORIC, STANDARD] {
        let (all, _) = frames(recording);
        let everything = format!("{all:?}");
        for private in ["0123456789", "ADCO", "ADSC", "PRM"] {
            assert!(!everything.contains(private), "{private}");
        }
    }
}

#[test]
fn every_historic_tariff_is_read() {
    for (contract, indexes) in [
        ("BASE", &["BASE"][..]),
        ("HC..", &["HCHC", "HCHP"]),
        ("EJP.", &["EJPHN", "EJPHPM"]),
        ("BBR(", &["BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"]),
    ] {
        let mut groups = vec![
            ("ADCO", None, "012345678901"),
            ("OPTARIF", None, contract),
            ("ISOUSC", None, "30"),
        ];
        groups.extend(indexes.iter().map(|label| (*label, None, "001234567")));
        let tail = [
            ("PTEC", "TH.."),
            ("IINST", "004"),
            ("IMAX", "042"),
            ("PAPP", "00960"),
            ("HHPHC", "A"),
        ];
        groups.extend(tail.map(|(label, value)| (label, None, value)));
        groups.push(("MOTDETAT", None, "000000"));
        let frame = sent(Mode::Historic, &groups);

        let second = measured(&[frame.clone(), frame].concat()).remove(1);

        let mut expected: Vec<_> = indexes.iter().map(|label| (*label, 1_234_567.0)).collect();
        expected.extend([("IINST", 4.0), ("PAPP", 960.0)]);
        expected.sort_by_key(|(label, _)| *label);
        assert_eq!(second, named(&expected), "{contract}");
    }
}

#[test]
fn a_historic_meter_of_three_phases_and_its_short_frames_are_read() {
    let long = sent(
        Mode::Historic,
        &[
            ("ADCO", None, "012345678901"),
            ("OPTARIF", None, "BASE"),
            ("ISOUSC", None, "20"),
            ("BASE", None, "012345678"),
            ("PTEC", None, "TH.."),
            ("IINST1", None, "003"),
            ("IINST2", None, "011"),
            ("IINST3", None, "000"),
            ("IMAX1", None, "060"),
            ("PMAX", None, "06030"),
            ("PAPP", None, "03310"),
            ("PPOT", None, "00"),
        ],
    );
    let short = sent(
        Mode::Historic,
        &[
            ("ADIR2", None, "021"),
            ("ADCO", None, "012345678901"),
            ("IINST1", None, "003"),
            ("IINST2", None, "021"),
            ("IINST3", None, "000"),
        ],
    );
    let measured = measured(&[long, short].concat());
    let phases = |second| [("IINST1", 3.0), ("IINST2", second), ("IINST3", 0.0)];
    assert_eq!(measured[0], named(&[&phases(11.0)[..], &[("PAPP", 3310.0)]].concat()));
    assert_eq!(measured[1], named(&phases(21.0)));
}

#[test]
fn a_standard_meter_of_three_phases_that_also_produces_is_read() {
    let groups = [
        ("ADSC", None, "012345678901"),
        ("DATE", Some("H261125031500"), ""),
        ("EAST", None, "000300000"),
        ("EASF01", None, "000100000"),
        ("EASF10", None, "000200000"),
        ("EASD01", None, "000300000"),
        ("EAIT", None, "000050000"),
        ("ERQ1", None, "000001000"),
        ("IRMS1", None, "001"),
        ("IRMS2", None, "002"),
        ("IRMS3", None, "003"),
        ("URMS1", None, "230"),
        ("URMS2", None, "231"),
        ("URMS3", None, "232"),
        ("PREF", None, "12"),
        ("SINSTS", None, "01386"),
        ("SINSTS1", None, "00230"),
        ("SINSTS2", None, "00462"),
        ("SINSTS3", None, "00694"),
        ("SMAXSN1", Some("H261125021500"), "02000"),
        ("UMOY1", Some("H261125031000"), "229"),
        ("CCASN", Some("H261125030000"), "01250"),
        ("CCASN-1", Some("H261125023000"), "01100"),
        ("STGE", None, "003AC301"),
        ("DPM1", Some("H261126060000"), "00"),
        ("MSG1", None, "     PAS DE MESSAGE             "),
        ("NJOURF+1", None, "00"),
        ("PPOINTE", None, "00003130 NONUTILE"),
    ];
    let frame = sent(Mode::Standard, &groups);
    let second = measured(&[frame.clone(), frame].concat()).remove(1);
    let expected = [
        ("EAIT", 50_000.0),
        ("EASF01", 100_000.0),
        ("EASF10", 200_000.0),
        ("EAST", 300_000.0),
        ("IRMS1", 1.0),
        ("IRMS2", 2.0),
        ("IRMS3", 3.0),
        ("SINSTS", 1386.0),
        ("SINSTS1", 230.0),
        ("SINSTS2", 462.0),
        ("SINSTS3", 694.0),
        ("URMS1", 230.0),
        ("URMS2", 231.0),
        ("URMS3", 232.0),
    ];
    assert_eq!(second, named(&expected));
}

#[test]
fn the_mean_power_of_a_half_hour_is_dated_by_the_meter_and_told_once() {
    let frame = |stamp| sent(Mode::Standard, &[("CCASN", Some(stamp), "01250")]);
    let bytes =
        ["H261125030000", "H261125030000", "H261125033000", "h261125040000"].map(frame).concat();
    let mut meter = Meter::new("linky".parse().unwrap());
    let stamps: Vec<_> = frames(&bytes)
        .0
        .iter()
        .flat_map(|frame| meter.read(frame, Uptime::from_millis(0)))
        .map(|one| one.at.unwrap().to_string())
        .collect();

    assert_eq!(stamps, ["2026-11-25T02:00:00Z", "2026-11-25T02:30:00Z"]);
    assert_eq!(meter.refused().len(), 1, "a meter whose clock is not right dates nothing");
}

#[test]
fn the_hour_that_is_there_twice_is_told_apart_by_its_letter() {
    assert_eq!(stamp("E261025023000"), Some("2026-10-25T00:30:00Z".parse().unwrap()));
    assert_eq!(stamp("H261025023000"), Some("2026-10-25T01:30:00Z".parse().unwrap()));
    for wrong in [
        "",
        "E",
        " 261025023000",
        "e261025023000",
        "E26102502300",
        "E261325023000",
        "Eé61025023000",
    ] {
        assert_eq!(stamp(wrong), None, "{wrong}");
    }
}

#[test]
fn a_damaged_group_costs_no_other() {
    let damaged = String::from_utf8(HISTORIC.to_vec()).unwrap().replacen("00190", "00191", 1);
    let (all, tally) = frames(damaged.as_bytes());
    assert_eq!(tally.bad.into_values().collect::<Vec<_>>(), [1]);
    assert_eq!(all[0].groups.len(), all[1].groups.len() - 1);
    assert!(all[0].group("HCHC").is_some());
}

#[test]
fn a_flip_that_the_checksum_cannot_see_is_no_number() {
    // Bit 6 of the first digit.
    let damaged =
        String::from_utf8(HISTORIC.to_vec()).unwrap().replacen("PAPP 00190", "PAPP p0190", 1);
    let (_, tally) = frames(damaged.as_bytes());
    assert_eq!(tally.bad.len(), 0, "the sum is the same");
    assert_eq!(measured(damaged.as_bytes())[0], named(&[("IINST", 1.0)]));
}

#[test]
fn an_index_that_jumps_is_believed_only_when_the_next_frame_says_so_too() {
    let index = |wh: u32| sent(Mode::Standard, &[("EAST", None, &format!("{wh:09}"))]);
    let believed = |row: &[u32]| -> Vec<f64> {
        let bytes: Vec<u8> = row.iter().flat_map(|wh| index(*wh)).collect();
        measured(&bytes).into_iter().flatten().map(|(_, wh)| wh).collect()
    };

    assert_eq!(
        believed(&[1000, 1001, 901_001, 1002]),
        [1001.0, 1002.0],
        "two digits that were changed against each other"
    );
    assert_eq!(believed(&[1000, 1001, 990, 1002]), [1001.0, 1002.0], "it never runs backwards");
    assert_eq!(believed(&[1000, 1001, 7, 8, 9]), [1001.0, 8.0, 9.0], "another meter");
}

#[test]
fn recorders_that_change_the_line_ends_do_no_harm() {
    let text = String::from_utf8(STANDARD.to_vec()).unwrap();
    let (untouched, _) = frames(STANDARD);
    for changed in
        [text.replace("\r\n", "\n"), text.replace("\r\n", "\r"), text.replace('\r', "\r\n")]
    {
        assert_eq!(frames(changed.as_bytes()).0, untouched);
    }
}

#[test]
fn a_frame_that_is_joined_in_the_middle_or_broken_off_is_none() {
    let (all, tally) = frames(&HISTORIC[60..]);
    assert_eq!((all.len(), tally.broken_off), (4, 0));

    let broken = [&HISTORIC[..60], &[0x04], HISTORIC].concat();
    let (all, tally) = frames(&broken);
    assert_eq!((all.len(), tally.broken_off), (5, 1));
}

#[test]
fn a_recording_that_lost_its_frame_marks_is_read_by_the_address_that_each_frame_begins_with() {
    let (untouched, _) = frames(HISTORIC);
    let bare: Vec<u8> =
        HISTORIC.iter().copied().filter(|byte| !matches!(byte, 0x02 | 0x03)).collect();

    let mut parser = Frames::default();
    let mut all: Vec<_> = bare.iter().filter_map(|byte| parser.push(*byte)).collect();
    all.extend(parser.finish());

    assert_eq!(all, untouched);
}

#[test]
fn a_line_of_noise_takes_no_memory() {
    let mut noise = vec![0x02];
    noise.extend(std::iter::repeat_n(b'A', 1_000_000));
    noise.push(0x03);
    let (all, tally) = frames(&noise);
    assert_eq!((all.len(), tally.bad.values().sum::<u64>()), (0, 1));
}

proptest! {
    #[test]
    fn no_bytes_whatever_they_are_stop_the_parser(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        measured(&bytes);
    }

    #[test]
    fn a_group_is_read_as_it_was_sent(label in "[A-Z][A-Z0-9]{0,7}", value in "[ -~]{0,20}", stamp in proptest::option::of("[EH][0-9]{12}")) {
        let group = Group { label, stamp, value };
        let parsed = Group::parse(&group.encode(Mode::Standard));
        prop_assert_eq!(parsed, Ok((Mode::Standard, group.clone())));
        if group.stamp.is_none() {
            let parsed = Group::parse(&group.encode(Mode::Historic));
            prop_assert_eq!(parsed, Ok((Mode::Historic, group)));
        }
    }

    #[test]
    fn one_flipped_bit_never_changes_a_value(at in 0usize..840, bit in 0u32..8) {
        let mut bytes = HISTORIC.to_vec();
        bytes[at] ^= 1 << bit;
        let right: Vec<_> = measured(HISTORIC).into_iter().flatten().collect();
        for value in measured(&bytes).into_iter().flatten() {
            prop_assert!(right.contains(&value), "{:?}", value);
        }
    }
}
