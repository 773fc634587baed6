use proptest::prelude::*;

use super::*;
use crate::message::DevicePresence;
use crate::reading::Value;
use crate::testing::at;

const NOW: &str = "2026-11-23T14:00:00Z";

/// An admission for a site with one point, filled by `air-3`, and room for one unknown source.
fn admission() -> Admission {
    let site = crate::site::parse(
        "[site]\nid = \"dreux\"\nname = \"D\"\ntimezone = \"UTC\"\ncapacity = 9\narea_m2 = 9\n\
         [[zone]]\nid = \"z\"\nname = \"Z\"\n\
         [[point]]\nid = \"p\"\nzone = \"z\"\nquantity = \"co2\"\nsources = [{ device = \"air-3\" }]\n\
         [rules]\nmax_unknown_sources = 1\n",
        "site.toml",
    );
    Admission::new(&site.unwrap(), [])
}

fn message<'a>(topic: &'a str, payload: &'a [u8]) -> Message<'a> {
    Message { topic, payload, retained: false, received_at: at(NOW) }
}

/// Sends a payload of the known source.
fn send(admission: &mut Admission, payload: &str) -> Admitted {
    admission.admit(&message("vigie/v1/dreux/sensors/air-3/co2", payload.as_bytes()))
}

fn label(admitted: &Admitted) -> ReasonLabel {
    assert_eq!(admitted.readings, [], "what is refused is not stored");
    admitted.refused[0].label
}

#[test]
fn a_report_becomes_a_reading_with_both_times() {
    let admitted = send(&mut admission(), r#"{"value":812,"observed_at":"2026-11-23T13:59:00Z"}"#);
    let observation = admitted.readings[0].observation;
    assert_eq!(observation.observed_at, at("2026-11-23T13:59:00Z"));
    assert_eq!(observation.received_at, at(NOW));
    assert_eq!((observation.dated_by, observation.value), (DatedBy::Device, Value::Gauge(812.0)));
    assert_eq!((admitted.family, admitted.refused.len()), (Some("native"), 0));
}

#[test]
fn a_report_without_a_time_is_dated_on_arrival_and_marked_so() {
    let observation = send(&mut admission(), r#"{"value":812}"#).readings[0].observation;
    assert_eq!((observation.observed_at, observation.dated_by), (at(NOW), DatedBy::Gateway));
}

#[test]
fn reports_without_a_time_that_come_at_once_stay_apart_and_repeats_stay_one() {
    let mut admission = admission();
    let mut dated = |payload| send(&mut admission, payload).readings[0].observation.observed_at;
    let first = dated(r#"{"value":812}"#);
    assert_eq!(dated(r#"{"value":812}"#), first);
    assert_eq!(dated(r#"{"value":813}"#), first + SignedDuration::from_millis(1));
    assert_eq!(dated(r#"{"value":812}"#), first + SignedDuration::from_millis(2));
}

#[test]
fn a_backlog_is_taken_whatever_its_age() {
    let admitted = send(&mut admission(), r#"{"value":812,"observed_at":"1999-01-01T00:00:00Z"}"#);
    assert_eq!(admitted.readings.len(), 1);
}

#[test]
fn five_minutes_ahead_is_a_fast_clock_and_more_is_the_future() {
    let mut admission = admission();
    let fast = send(&mut admission, r#"{"value":812,"observed_at":"2026-11-23T14:05:00Z"}"#);
    assert_eq!(fast.readings.len(), 1);
    let future = send(&mut admission, r#"{"value":812,"observed_at":"2026-11-23T14:05:00.001Z"}"#);
    assert_eq!(label(&future), ReasonLabel::Future);
}

#[test]
fn what_the_broker_kept_must_say_when_it_was_observed() {
    let mut admission = admission();
    let topic = "vigie/v1/dreux/sensors/air-3/co2";
    let mut kept =
        |payload: &[u8]| admission.admit(&Message { retained: true, ..message(topic, payload) });
    assert_eq!(label(&kept(br#"{"value":812}"#)), ReasonLabel::UndatedRetained);
    let dated = kept(br#"{"value":812,"observed_at":"2026-11-23T13:00:00Z"}"#);
    assert_eq!(dated.readings.len(), 1);
}

#[test]
fn a_last_will_that_the_broker_kept_is_taken() {
    let will = br#"{"state":"offline"}"#;
    let message = message("vigie/v1/dreux/sensors/air-3/status", will);
    let admitted = admission().admit(&Message { retained: true, ..message });
    assert_eq!(admitted.statuses[0].presence, DevicePresence::Offline);
}

#[test]
fn a_huge_payload_is_refused_unread() {
    let payload = vec![b'['; MAX_PAYLOAD + 1];
    let mut admission = admission();
    let admitted = admission.admit(&message("vigie/v1/dreux/sensors/air-3/co2", &payload));
    assert_eq!(label(&admitted), ReasonLabel::TooLarge);
    assert_eq!(admission.admit(&message("kitchen/camera", &payload)), Admitted::default());
}

#[test]
fn the_good_items_of_a_message_are_taken_beside_the_bad() {
    let admitted = send(
        &mut admission(),
        r#"[{"value":640},{"value":"x"},{"value":650,"observed_at":"2027-01-01T00:00:00Z"},{"value":660}]"#,
    );
    assert_eq!((admitted.readings.len(), admitted.refused.len()), (2, 2));
}

#[test]
fn unknown_sources_are_taken_up_to_the_set_number() {
    let mut admission = admission();
    let mut new = |device: &str| {
        let topic = format!("vigie/v1/dreux/sensors/{device}/co2");
        admission.admit(&message(&topic, br#"{"value":812}"#))
    };
    assert_eq!(new("first").readings.len(), 1);
    assert_eq!(label(&new("second")), ReasonLabel::TooManySources);
    assert_eq!(new("first").readings.len(), 1, "who is in stays in");
    assert_eq!(new("air-3").readings.len(), 1, "the site file has named it");
}

#[test]
fn devices_that_nobody_knows_cannot_fill_the_list_of_devices() {
    let mut admission = admission();
    let mut born = |device: &str| {
        let topic = format!("vigie/v1/dreux/sensors/{device}/status");
        admission.admit(&message(&topic, br#"{"state":"online"}"#))
    };
    assert!(!born("first").statuses.is_empty());
    let second = born("second");
    assert_eq!((second.statuses.is_empty(), label(&second)), (true, ReasonLabel::TooManySources));
    assert!(!born("air-3").statuses.is_empty(), "the site file has named it");
}

#[test]
fn sources_in_the_store_have_their_place_after_a_restart() {
    let site = crate::site::parse(crate::site::DREUX, "dreux.toml").unwrap();
    let known = |n: usize| Source {
        device: format!("device-{n}").parse().unwrap(),
        quantity: crate::Quantity::Co2,
        channel: None,
    };
    let mut admission = Admission::new(&site, (0..2000).map(known));
    let mut send = |device: &str| {
        let topic = format!("vigie/v1/dreux/sensors/{device}/co2");
        admission.admit(&message(&topic, br#"{"value":812}"#))
    };
    assert_eq!(send("device-1999").readings.len(), 1);
    assert_eq!(label(&send("device-2000")), ReasonLabel::TooManySources);
}

/// What running numbers with these seconds past noon show as lost, message by message.
fn lost(steps: &[(u64, u32)]) -> Vec<u64> {
    let mut admission = admission();
    let mut lost = |&(seq, second): &(u64, u32)| {
        let payload =
            format!(r#"{{"value":812,"seq":{seq},"observed_at":"2026-11-23T12:00:{second:02}Z"}}"#);
        send(&mut admission, &payload).lost
    };
    steps.iter().map(&mut lost).collect()
}

#[test]
fn a_hole_in_the_running_numbers_is_counted_once() {
    assert_eq!(lost(&[(7, 0), (8, 1), (12, 2), (13, 3)]), [0, 0, 3, 0]);
}

#[test]
fn repeats_and_late_readings_are_no_holes() {
    assert_eq!(lost(&[(4, 0), (5, 1), (6, 2), (5, 1), (4, 0), (7, 3)]), [0; 6]);
}

#[test]
fn a_device_that_counts_anew_has_lost_nothing() {
    assert_eq!(lost(&[(500, 0), (1, 1), (2, 2), (5, 3)]), [0, 0, 0, 2]);
    assert_eq!(lost(&[(1, 0), (u64::MAX, 1)]), [0, 0]);
}

#[test]
fn a_restart_that_the_device_tells_of_begins_a_new_count() {
    let mut admission = admission();
    let boot = |admission: &mut Admission, boot: u64| {
        let payload = format!(r#"{{"state":"online","boot":{boot}}}"#);
        admission.admit(&message("vigie/v1/dreux/sensors/air-3/status", payload.as_bytes()));
    };
    boot(&mut admission, 1);
    assert_eq!(send(&mut admission, r#"{"value":812,"seq":10}"#).lost, 0);
    boot(&mut admission, 1);
    assert_eq!(send(&mut admission, r#"{"value":812,"seq":12}"#).lost, 1, "a repeated birth");
    boot(&mut admission, 2);
    assert_eq!(send(&mut admission, r#"{"value":812,"seq":90}"#).lost, 0);
}

fn topic() -> impl Strategy<Value = String> {
    let level = prop::sample::select(vec![
        "vigie",
        "v1",
        "dreux",
        "sensors",
        "air-3",
        "co2",
        "status",
        "energy_imported",
        "a%2Fb",
        "%",
        "",
        "zigbee2mqtt",
        "availability",
        "set",
        "bridge",
        "shellies",
        "events",
        "rpc",
        "online",
        "switch:0",
        "em:0",
        "é",
    ]);
    let known = prop::sample::select(vec![
        "vigie/v1/dreux/sensors/air-3/co2",
        "vigie/v1/dreux/sensors/air-3/status",
        "zigbee2mqtt/air",
        "zigbee2mqtt/air/availability",
        "shelly/events/rpc",
        "shelly/status/em:0",
        "shelly/online",
    ]);
    prop_oneof![
        known.prop_map(str::to_owned),
        prop::collection::vec(level, 0..7).prop_map(|levels| levels.join("/")),
        "\\PC{0,40}",
    ]
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"value\"",
        "\"observed_at\"",
        "\"seq\"",
        "812",
        "-1e400",
        "true",
        "null",
        "\"2026-11-23T14:04:00Z\"",
        "\"9999-12-31T23:59:59Z\"",
        "\"method\"",
        "\"NotifyStatus\"",
        "\"params\"",
        "\"ts\"",
        "1795442400.5",
        "4e10",
        "\"switch:0\"",
        "\"apower\"",
        "\"co2\"",
        "\"last_seen\"",
        "99999999999999",
        "\"occupancy\"",
        "\"state\"",
        "\"online\"",
        "é",
    ]);
    let dated = any::<i64>().prop_map(|millis| {
        let observed_at = Instant::from_millis(millis);
        format!(r#"{{"value":812,"observed_at":"{observed_at}"}}"#).into_bytes()
    });
    let seen = any::<i64>().prop_map(|millis| {
        format!(r#"{{"co2":812,"occupancy":false,"last_seen":{millis}}}"#).into_bytes()
    });
    let notified = any::<f64>().prop_map(|ts| {
        let status = r#""switch:0":{"apower":8}"#;
        format!(r#"{{"method":"NotifyStatus","params":{{"ts":{ts:e},{status}}}}}"#).into_bytes()
    });
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(word, 0..30).prop_map(|words| words.concat().into_bytes()),
        dated,
        seen,
        notified,
    ]
}

proptest! {
    #[test]
    fn nothing_that_arrives_upsets_the_gateway_or_is_stored_in_the_future(
        messages in prop::collection::vec((topic(), payload(), any::<bool>()), 1..20),
    ) {
        let mut admission = admission();
        for (topic, payload, retained) in &messages {
            let message = Message { topic, payload, retained: *retained, received_at: at(NOW) };
            let admitted = admission.admit(&message);
            for reading in &admitted.readings {
                prop_assert!(reading.observation.observed_at <= at("2026-11-23T14:05:00Z"));
                prop_assert!(!retained || reading.observation.dated_by == DatedBy::Device);
            }
            if admitted.family.is_none() {
                prop_assert_eq!(admitted, Admitted::default());
            }
        }
        prop_assert!(admission.sources.len() <= 2, "one named and one unknown source");
        prop_assert!(admission.devices.len() <= 2, "one named and one unknown device");
    }
}
