use proptest::prelude::*;

use super::*;
use crate::message::{DevicePresence, ReasonLabel};
use crate::quantity::{Kind, Quantity};

fn decode_payload(topic: &str, payload: &[u8]) -> Translation {
    let topic = format!("vigie/v1/dreux/sensors/{topic}");
    let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
    let message = Message { topic: &topic, payload, retained: false, received_at };
    decode(&message, &"dreux".parse().unwrap()).expect("the topic is ours")
}

/// The only reason why this message was refused; it gave no report.
fn reason(topic: &str, payload: &[u8]) -> Reason {
    let translation = decode_payload(topic, payload);
    assert_eq!((translation.reports, translation.statuses), (vec![], vec![]));
    let [reason] = translation.refusals.try_into().expect("one reason");
    reason
}

#[test]
fn a_reading_says_when_what_and_its_number() {
    let translation = decode_payload(
        "air-3/co2/scd4x",
        br#"{"value": 812.5, "observed_at": "2026-11-23T15:03:07.250+01:00", "seq": 4711, "rssi": [1]}"#,
    );
    let report = &translation.reports[0];
    assert_eq!(report.source.to_string(), "air-3 co2 scd4x");
    assert_eq!(report.value, Value::Gauge(812.5));
    assert_eq!(report.observed_at, Some("2026-11-23T14:03:07.250Z".parse().unwrap()));
    assert_eq!(report.seq, Some(4711));
    assert_eq!(translation.refusals, []);
}

#[test]
fn integers_and_decimals_are_the_same_quantity() {
    let one = decode_payload("a/co2", br#"{"value": 812}"#);
    let other = decode_payload("a/co2", br#"{"value": 812.0, "observed_at": null}"#);
    assert_eq!(one.reports, other.reports);
    assert_eq!(one.reports[0].observed_at, None);
}

#[test]
fn states_are_true_or_false_and_registers_are_numbers() {
    let report = |topic, payload: &[u8]| decode_payload(topic, payload).reports[0].value;
    assert_eq!(report("a/occupancy_detected", br#"{"value": true}"#), Value::State(true));
    assert_eq!(report("a/energy_imported", br#"{"value": 5}"#), Value::Register(5.0));
}

#[test]
fn what_is_no_reading_is_refused_with_a_reason() {
    use ReasonLabel::{Malformed, TooLarge, Topic, Value};
    let deep = [vec![b'['; 5000], vec![b']'; 5000]].concat();
    let deep_inside = [b"{\"x\":".to_vec(), deep.clone(), b"}".to_vec()].concat();
    let many = format!("[{}1]", "1,".repeat(10_000));
    let cases: &[(&str, &[u8], ReasonLabel, &str)] = &[
        ("a/co2", b"hello", Malformed, "not a JSON object"),
        ("a/co2", b"812", Malformed, "not a JSON object"),
        ("a/co2", b"", Malformed, "empty"),
        ("a/co2", br#"{"value": "812"}"#, Malformed, "`value` is text"),
        (
            "a/co2",
            br#"{"observed_at": "2026-01-01T00:00:00Z"}"#,
            Malformed,
            "missing field `value`",
        ),
        ("a/co2", br#"{"value": null}"#, Malformed, "expected a JSON number"),
        ("a/co2", br#"{"value": NaN}"#, Malformed, "expected value"),
        ("a/co2", br#"{"value": 1e999}"#, Malformed, "out of range"),
        ("a/co2", br#"{"value": 1, "value": 2}"#, Malformed, "duplicate field"),
        ("a/co2", br#"{"value": 1} {"value": 2}"#, Malformed, "trailing"),
        ("a/co2", br#"{"value": true}"#, Value, "co2 is a number"),
        ("a/occupancy_detected", br#"{"value": 1}"#, Value, "true or false"),
        ("a/co2", br#"{"value": -5000}"#, Value, "outside what co2 can be"),
        (
            "a/co2",
            br#"{"value": 1, "observed_at": "yesterday"}"#,
            Malformed,
            "`observed_at` is not",
        ),
        ("a/co2", br#"{"value": 1, "observed_at": "2026-01-01T00:00:00"}"#, Malformed, "offset"),
        ("a/co2", br#"{"value": 1, "observed_at": 1767225600}"#, Malformed, "`observed_at`"),
        ("a/co2", br#"{"value": 1, "seq": -1}"#, Malformed, "-1"),
        ("a/co2", b"\xff\xfe\x00", Malformed, "UTF-8"),
        ("a/co2", deep_inside.as_slice(), Malformed, "missing field"),
        ("a/co2", many.as_bytes(), TooLarge, "10001 items"),
        ("a/happiness", br#"{"value": 1}"#, Topic, "`happiness` is no quantity"),
        ("a", br#"{"value": 1}"#, Topic, "add the quantity"),
        ("a/co2/em:0/a", br#"{"value": 1}"#, Topic, "%2F"),
        ("100%/co2", br#"{"value": 1}"#, Topic, "%25"),
        ("/co2", br#"{"value": 1}"#, Topic, "device name"),
    ];
    for (topic, payload, label, part) in cases {
        let reason = reason(topic, payload);
        assert_eq!(reason.label, *label, "{topic} {reason}");
        assert!(reason.text.contains(part), "{topic}: {reason}");
    }
    let bomb = reason("a/co2", &deep);
    assert_eq!(bomb.label, Malformed);
}

#[test]
fn a_reason_never_quotes_a_whole_payload() {
    let payload = format!(r#"{{"value": 1, "seq": "{}"}}"#, "é".repeat(100_000));
    assert!(reason("a/co2", payload.as_bytes()).text.len() < 500);
}

#[test]
fn a_bad_item_of_a_backlog_costs_no_other() {
    let translation = decode_payload(
        "a/co2",
        br#"[{"value": 640}, {"value": "x"}, 7, [1, null, null], {"value": 1e999}, {"value": 650}]"#,
    );
    let values: Vec<f64> = translation.reports.iter().map(|report| report.value.as_f64()).collect();
    assert_eq!(values, [640.0, 650.0]);
    let items: Vec<&str> = translation.refusals.iter().map(|r| &r.text[..7]).collect();
    assert_eq!(items, ["item 1:", "item 2:", "item 3:", "item 4:"]);
}

#[test]
fn topics_of_other_sites_and_purposes_are_not_ours() {
    let site = "dreux".parse().unwrap();
    let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
    for topic in
        ["vigie/v1/dreux2/sensors/a/co2", "vigie/v1/dreux/state/a", "vigie/v2/dreux/sensors/a"]
    {
        let message = Message { topic, payload: b"{}", retained: false, received_at };
        assert_eq!(decode(&message, &site), None, "{topic}");
    }
}

#[test]
fn a_last_will_is_read_and_an_empty_one_says_nothing() {
    let device: DeviceId = "Esszimmer/Tisch".parse().unwrap();
    let status = DeviceStatus {
        device: device.clone(),
        presence: DevicePresence::Sleeping,
        boot: Some(12),
        firmware: Some("1.4.0".to_owned()),
        interval_s: Some(10.0),
    };
    assert_eq!(
        String::from_utf8(encode_status(&status)).unwrap(),
        r#"{"state":"sleeping","boot":12,"firmware":"1.4.0","interval_s":10.0}"#
    );
    let topic = status_topic(&"dreux".parse().unwrap(), &device);
    assert_eq!(topic, "vigie/v1/dreux/sensors/Esszimmer%2FTisch/status");
    let translation = decode_payload("Esszimmer%2FTisch/status", &encode_status(&status));
    assert_eq!(translation.statuses, [status]);

    assert_eq!(decode_payload("a/status", b""), Translation::default());
    assert_eq!(reason("a/status", br#"{"state": "happy"}"#).label, ReasonLabel::Malformed);
}

fn value() -> impl Strategy<Value = (Quantity, Value)> {
    (prop::sample::select(Quantity::ALL), any::<f64>(), any::<bool>()).prop_filter_map(
        "plausible",
        |(quantity, number, state)| {
            let value = match quantity.kind() {
                Kind::State => quantity.state(state),
                Kind::Gauge | Kind::Register => quantity.number(number),
            };
            Some((quantity, value.ok()?))
        },
    )
}

/// Of a device or a channel: not all blank.
fn name() -> impl Strategy<Value = String> {
    "\\PC{1,128}".prop_filter("not all blank", |text| !text.trim().is_empty())
}

proptest! {
    #[test]
    fn what_a_node_sends_is_what_the_gateway_reads(
        device in name(), channel in proptest::option::of(name()),
        (quantity, value) in value(),
        millis in proptest::option::of(any::<i64>()), seq in any::<Option<u64>>(), copies in 1usize..4,
    ) {
        let channel = channel.map(|name| name.parse().unwrap());
        let source = Source { device: device.parse().unwrap(), quantity, channel };
        let site = "dreux".parse().unwrap();
        let topic = reading_topic(&site, &source);
        let observed_at = millis.map(Instant::from_millis);
        let payload = encode(&vec![(observed_at, value, seq); copies]);

        let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
        let message = Message { topic: &topic, payload: &payload, retained: false, received_at };
        let translation = decode(&message, &site).unwrap();

        let report = Report { source, observed_at, value, seq };
        prop_assert_eq!(translation.refusals, []);
        prop_assert_eq!(translation.reports, vec![report; copies]);
    }
}
