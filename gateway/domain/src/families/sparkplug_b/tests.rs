//! What nodes mean before and after their births.

use super::*;
use crate::families::Families;

/// A field that is a number.
fn varint(field: u8, mut number: u64) -> Vec<u8> {
    let mut bytes = vec![field << 3];
    loop {
        let low = u8::try_from(number & 0x7F).unwrap();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// A field of bytes.
fn bytes(field: u8, inner: &[u8]) -> Vec<u8> {
    let mut all = varint(0, u64::from(field) << 3 | 2)[1..].to_vec();
    all.extend(&varint(0, inner.len() as u64)[1..]);
    all.extend(inner);
    all
}

fn double(number: f64) -> Vec<u8> {
    [vec![13 << 3 | 1], number.to_bits().to_le_bytes().to_vec()].concat()
}

fn unit(text: &str) -> Vec<u8> {
    let value = bytes(2, &[varint(1, 12), bytes(8, text.as_bytes())].concat());
    bytes(9, &[bytes(1, b"engUnit"), value].concat())
}

const AT: u64 = 1_763_906_400_000;

fn payload(metrics: &[Vec<u8>]) -> Vec<u8> {
    let metrics: Vec<u8> = metrics.iter().flat_map(|metric| bytes(2, metric)).collect();
    [varint(1, AT), metrics, varint(3, 0)].concat()
}

/// Families of a site that receive one message after the other.
struct Receiver(Families);

impl Receiver {
    fn new() -> Self {
        let site = crate::site::parse(crate::site::DREUX, "dreux.toml").unwrap();
        Self(Families::new(&site.id, &site.families))
    }

    fn receive(&mut self, topic: &str, metrics: &[Vec<u8>]) -> Translation {
        self.receive_bytes(topic, &payload(metrics)).unwrap()
    }

    fn receive_bytes(&mut self, topic: &str, payload: &[u8]) -> Option<Translation> {
        let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
        let topic = format!("spBv1.0/{topic}");
        let message = Message { topic: &topic, payload, retained: false, received_at };
        self.0.recognise(&message).map(|(_, translation)| translation)
    }
}

fn values(translation: &Translation) -> Vec<(String, f64)> {
    let reports = translation.reports.iter();
    reports.map(|report| (report.source.to_string(), report.value.as_f64())).collect()
}

fn power() -> Vec<u8> {
    [bytes(1, b"Laser/Power"), varint(2, 7), varint(4, 10), unit("kW"), double(1.5)].concat()
}

#[test]
fn an_alias_means_what_the_birth_has_defined() {
    let mut receiver = Receiver::new();
    let by_alias = [[varint(2, 7), double(2.0)].concat()];
    let before = receiver.receive("P/DDATA/E/D", &by_alias);
    assert!(before.reports.is_empty() && before.refusals[0].text.contains("Rebirth"));

    let birth = receiver.receive("P/DBIRTH/E/D", &[power()]);
    let source = "P/E/D active_power Laser/Power".to_owned();
    assert_eq!(values(&birth), [(source.clone(), 1500.0)]);
    assert_eq!((birth.learned, birth.statuses[0].presence), (true, DevicePresence::Online));
    assert_eq!(birth.reports[0].observed_at.unwrap().as_millis(), 1_763_906_400_000);

    assert_eq!(values(&receiver.receive("P/DDATA/E/D", &by_alias)), [(source, 2000.0)]);
    assert!(!receiver.receive("P/DBIRTH/E/D", &[power()]).learned);
}

#[test]
fn names_tell_what_units_do_not() {
    let mut receiver = Receiver::new();
    let metric = |name: &str, datatype, value: Vec<u8>| {
        [bytes(1, name.as_bytes()), varint(4, datatype), value].concat()
    };
    let birth = receiver.receive(
        "P/NBIRTH/E",
        &[
            metric("Hall/Temperature", 2, varint(10, 0xFFFE)),
            metric("Hall/Presence", 11, varint(14, 1)),
            metric("Hall/co2", 10, double(f64::NAN)),
            metric("Hall/energy", 10, double(12.0)),
            metric("Node Control/Rebirth", 11, varint(14, 0)),
            [metric("Hall/power", 10, double(0.0)), varint(7, 1)].concat(),
        ],
    );
    assert_eq!(
        values(&birth),
        [
            ("P/E temperature Hall/Temperature".to_owned(), -2.0),
            ("P/E occupancy_detected Hall/Presence".to_owned(), 1.0)
        ]
    );
    assert_eq!(birth.refusals, []);
}

#[test]
fn a_node_takes_its_devices_with_it_but_not_after_a_new_life() {
    let mut receiver = Receiver::new();
    let life = |number| [[bytes(1, b"bdSeq"), varint(4, 8), varint(11, number)].concat()];
    receiver.receive("P/NBIRTH/E", &life(4));
    receiver.receive("P/DBIRTH/E/D", &[power()]);
    receiver.receive("P/NBIRTH/E2", &life(4));

    assert_eq!(receiver.receive("P/NDEATH/E", &life(3)), Translation::default());
    let gone: Vec<String> = receiver
        .receive("P/NDEATH/E", &life(4))
        .statuses
        .iter()
        .map(|status| format!("{} {:?}", status.device, status.presence))
        .collect();
    assert_eq!(gone, ["P/E Offline", "P/E/D Offline"]);
    assert_eq!(receiver.receive("P/DDEATH/E/D", &[]).statuses.len(), 1);
}

#[test]
fn what_is_not_of_this_kind_is_refused_and_what_is_of_others_left_alone() {
    let mut receiver = Receiver::new();
    let refused = receiver.receive_bytes("P/DDATA/E/D", b"55.49").unwrap();
    assert_eq!(refused.refusals[0].label, ReasonLabel::Malformed);
    assert_eq!(receiver.receive_bytes("P/NCMD/E", b""), None);
    assert_eq!(receiver.receive_bytes("STATE/host", b"{}"), None);
}

#[test]
fn births_without_end_find_an_end() {
    let mut receiver = Receiver::new();
    let refused = (0..2010).filter(|n| {
        let translation = receiver.receive(&format!("P/DBIRTH/E/{n}"), &[power()]);
        !translation.refusals.is_empty()
    });
    assert_eq!(refused.count(), 10);
}

#[test]
fn every_data_type_of_a_number_is_read_and_no_other() {
    let mut receiver = Receiver::new();
    let metric = |name: &str, datatype, value: Vec<u8>| {
        [bytes(1, name.as_bytes()), varint(4, datatype), value].concat()
    };
    let float = |number: f32| [vec![12 << 3 | 5], number.to_bits().to_le_bytes().to_vec()].concat();
    let birth = receiver.receive(
        "P/NBIRTH/E",
        &[
            metric("int8/temperature", 1, varint(10, 0xFFFF_FFFB)),
            metric("int16/temperature", 2, varint(10, 0xFFFB)),
            metric("int32/temperature", 3, varint(10, 0xFFFF_FFFB)),
            metric("int64/temperature", 4, varint(11, (-5_i64).cast_unsigned())),
            metric("uint8/co2", 5, varint(10, 250)),
            metric("uint16/co2", 6, varint(10, 812)),
            metric("uint32/co2", 7, varint(10, 813)),
            metric("uint64/co2", 8, varint(11, 814)),
            metric("float/temperature", 9, float(21.3)),
            metric("double/temperature", 10, double(21.4)),
            metric("boolean/presence", 11, varint(14, 1)),
            metric("boolean as number/presence", 11, varint(10, 1)),
            metric("string/temperature", 12, bytes(15, b"21.5")),
            metric("words/temperature", 14, bytes(15, b"warm")),
            metric("datetime/temperature", 13, varint(11, AT)),
            metric("bytes/temperature", 17, bytes(16, b"21")),
            metric("null/temperature", 10, varint(7, 1)),
        ],
    );
    let got: Vec<_> = birth.reports.iter().map(|report| report.value.as_f64()).collect();
    let expected = [-5.0, -5.0, -5.0, -5.0, 250.0, 812.0, 813.0, 814.0, 21.3, 21.4, 1.0, 1.0, 21.5];
    assert_eq!((got, birth.refusals), (expected.to_vec(), vec![]));
}

#[test]
fn templates_and_data_sets_are_refused_by_name_and_their_definitions_left_alone() {
    let mut receiver = Receiver::new();
    let many = |name: &str, datatype, field| {
        [bytes(1, name.as_bytes()), varint(4, datatype), bytes(field, b"\x08\x01")].concat()
    };
    let translation = receiver.receive("P/NBIRTH/E", &[many("_types_/Motor", 19, 18), power()]);
    assert_eq!((translation.refusals.len(), translation.reports.len()), (0, 1));
    for (name, datatype, field) in [("Laser/Motor", 19, 18), ("Laser/Table", 16, 17)] {
        let translation = receiver.receive("P/NDATA/E", &[many(name, datatype, field), power()]);
        assert_eq!(translation.reports.len(), 1, "its neighbours count");
        assert!(translation.refusals[0].text.starts_with(&format!("`{name}` is a template")));
    }
}

#[test]
fn in_a_new_life_of_a_node_the_aliases_of_its_devices_are_no_longer_known() {
    let mut receiver = Receiver::new();
    let life = |number| [[bytes(1, b"bdSeq"), varint(4, 8), varint(11, number)].concat()];
    let by_alias = [[varint(2, 7), double(2.0)].concat()];
    receiver.receive("P/NBIRTH/E", &life(4));
    receiver.receive("P/DBIRTH/E/D", &[power()]);
    receiver.receive("P/NBIRTH/E", &life(4));
    assert_eq!(
        receiver.receive("P/DDATA/E/D", &by_alias).reports.len(),
        1,
        "the same birth once more"
    );

    receiver.receive("P/NBIRTH/E", &life(5));
    assert_eq!(receiver.receive("P/DDATA/E/D", &by_alias).reports, []);
    receiver.receive("P/DBIRTH/E/D", &[power()]);
    assert_eq!(receiver.receive("P/DDATA/E/D", &by_alias).reports.len(), 1);
}
