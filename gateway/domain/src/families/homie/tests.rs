use super::*;
use crate::families::testing::{Receiver, presence, read, values};

#[test]
fn the_name_of_a_property_says_what_it_measures() {
    for topic in ["homie/air/room/temperature", "homie/5/air/room/temperature"] {
        assert_eq!(
            values(&FAMILY, topic, "21.5"),
            [("air temperature room/temperature".to_owned(), 21.5)]
        );
    }
    assert_eq!(
        values(&FAMILY, "homie/pir/hall/motion", "true"),
        [("pir occupancy_detected hall/motion".to_owned(), 1.0)]
    );
}

#[test]
fn attributes_commands_and_removals_say_nothing() {
    for (topic, payload) in [
        ("homie/air/room/temperature/$datatype", "float"),
        ("homie/air/room/temperature/$settable", "false"),
        ("homie/air/room/temperature/$unit", ""),
        ("homie/air/room/temperature/set", "100"),
        ("homie/5/air/room/temperature/$target", "100"),
        ("homie/air/$stats/uptime", "120"),
        ("homie/air/room/$properties", "temperature"),
        ("homie/5/air/$state", ""),
        ("homie/5/air/$description", ""),
        ("homie/air/room/energy", "12"),
        ("homie/air/room/temperature", "warm"),
        ("homie/air/room/temperature", ""),
    ] {
        assert_eq!(read(&FAMILY, topic, payload), None, "{topic}");
    }
}

#[test]
fn a_unit_that_was_published_makes_a_number_ours() {
    for (unit, property, number, expected) in [
        ("°F", "temperature", "77", Some(("temperature", 25.0))),
        ("°C", "probe", "21.5", Some(("temperature", 21.5))),
        ("kWh", "energy", "12.5", Some(("energy_imported", 12_500.0))),
        ("kWh", "exported", "1.5", Some(("energy_exported", 1500.0))),
        ("kW", "power", "0.4", Some(("active_power", 400.0))),
        ("VA", "power", "400", Some(("apparent_power", 400.0))),
        ("%", "humidity", "48", Some(("relative_humidity", 48.0))),
        ("lx", "light", "310", Some(("illuminance", 310.0))),
        ("#", "person-count", "4", Some(("people_count", 4.0))),
        ("hPa", "temperature", "1013", None),
        ("kWh", "energy-today", "3", None),
        ("%", "brightness", "80", None),
    ] {
        let mut receiver = Receiver::new(&FAMILY);
        let attribute = receiver.receive(&format!("homie/d/n/{property}/$unit"), unit);
        assert!(attribute.is_some_and(|translation| translation.learned), "{unit}");
        let got = receiver.receive(&format!("homie/d/n/{property}"), number);
        let got = got.and_then(|got| got.reports.first().cloned());
        let got = got.map(|one| (one.source.quantity.name(), one.value.as_f64()));
        assert_eq!(got, expected, "{number} {unit} {property}");
    }
}

#[test]
fn what_can_be_set_is_no_measurement() {
    let mut receiver = Receiver::new(&FAMILY);
    assert_eq!(receiver.values("homie/trv/heating/temperature", "19").len(), 1);
    receiver.receive("homie/trv/heating/temperature/$settable", "true");
    assert_eq!(receiver.receive("homie/trv/heating/temperature", "19"), None);
    receiver.receive("homie/trv/heating/temperature/$settable", "false");
    assert_eq!(receiver.values("homie/trv/heating/temperature", "19").len(), 1);
}

#[test]
fn a_description_tells_the_units_of_a_whole_device() {
    let description = r#"{"homie":"5.0","version":7,"name":"Compteur","children":["sub-1"],"nodes":{
        "meter":{"name":"Meter","properties":{
            "index":{"datatype":"float","unit":"kWh","retained":true},
            "power":{"datatype":"integer","unit":"W"},
            "limit":{"datatype":"integer","unit":"W","settable":true},
            "pressure":{"datatype":"float","unit":"hPa"}}},
        "room":{"properties":{"temperature":{"datatype":"float","unit":"°F"}}}}}"#;
    let mut receiver = Receiver::new(&FAMILY);
    let first = receiver.receive("homie/5/meter-1/$description", description).unwrap();
    assert!(first.learned && first.refusals.is_empty());
    let again = receiver.receive("homie/5/meter-1/$description", description).unwrap();
    assert!(!again.learned, "it is no news the second time");

    let mut translated =
        |property: &str, payload| receiver.receive(&format!("homie/5/meter-1/{property}"), payload);
    let one = |translation: Option<Translation>| {
        let report = translation?.reports.remove(0);
        Some((report.source.to_string(), report.value.as_f64()))
    };
    assert_eq!(
        one(translated("meter/index", "1234.5")),
        Some(("meter-1 energy_imported meter/index".to_owned(), 1_234_500.0))
    );
    assert_eq!(
        one(translated("room/temperature", "68")),
        Some(("meter-1 temperature room/temperature".to_owned(), 20.0))
    );
    assert_eq!(one(translated("meter/limit", "9000")), None);
    assert_eq!(one(translated("meter/pressure", "1013")), None);
}

#[test]
fn a_new_description_and_a_removal_replace_what_was_known() {
    let mut receiver = Receiver::new(&FAMILY);
    let in_unit =
        |unit: &str| format!(r#"{{"nodes":{{"n":{{"properties":{{"t":{{"unit":"{unit}"}}}}}}}}}}"#);
    receiver.receive("homie/5/d/$description", &in_unit("°C"));
    assert_eq!(receiver.values("homie/5/d/n/t", "20")[0].1.to_string(), "20");
    receiver.receive("homie/5/d/$description", &in_unit("K"));
    assert_eq!(receiver.values("homie/5/d/n/t", "293.15")[0].1.to_string(), "20");
    let removed = receiver.receive("homie/5/d/$state", "");
    assert!(removed.is_some_and(|removed| removed.learned && removed.reports.is_empty()));
    assert_eq!(receiver.receive("homie/5/d/n/t", "20"), None);
}

#[test]
fn a_broken_description_is_refused_and_costs_nothing_that_was_known() {
    let mut receiver = Receiver::new(&FAMILY);
    receiver
        .receive("homie/5/d/$description", r#"{"nodes":{"n":{"properties":{"t":{"unit":"K"}}}}}"#);
    for broken in ["{", "[]", "21.5"] {
        let translation = receiver.receive("homie/5/d/$description", broken).unwrap();
        assert_eq!(translation.refusals[0].label, ReasonLabel::Malformed, "{broken}");
    }
    let long = format!(r#"{{"name":"{}"}}"#, "a".repeat(70_000));
    let translation = receiver.receive("homie/5/d/$description", &long).unwrap();
    assert_eq!(translation.refusals[0].label, ReasonLabel::TooLarge);
    assert_eq!(receiver.values("homie/5/d/n/t", "293.15").len(), 1);
    // Shapes that nobody promised are nothing.
    for odd in [r#"{"nodes":[1]}"#, r#"{"nodes":{"n":4}}"#, r#"{"nodes":{"n":{"properties":[]}}}"#]
    {
        assert!(
            receiver
                .receive("homie/5/odd/$description", odd)
                .is_some_and(|t| t.refusals.is_empty())
        );
    }
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut receiver = Receiver::new(&FAMILY);
    let mut refused = 0;
    for device in 0..2100 {
        let topic = format!("homie/d{device}/n/t/$unit");
        refused +=
            receiver.receive(&topic, "K").map_or(0, |translation| translation.refusals.len());
    }
    assert_eq!(refused, 100);
}

#[test]
fn a_device_tells_how_it_is() {
    let state = |word| presence(&FAMILY, "homie/5/air/$state", word);
    assert_eq!(state("ready"), Some(DevicePresence::Online));
    assert_eq!(state("sleeping"), Some(DevicePresence::Sleeping));
    assert_eq!(state("lost"), Some(DevicePresence::Offline));
    assert_eq!(presence(&FAMILY, "homie/air/$online", "false"), Some(DevicePresence::Offline));
    assert_eq!(read(&FAMILY, "homie/air/$state", "well").unwrap().refusals.len(), 1);
}

#[test]
fn with_a_root_go_the_devices_behind_it_and_a_ring_of_them_does_no_harm() {
    let mut receiver = Receiver::new(&FAMILY);
    receiver.receive("homie/5/root/$description", r#"{"children":["a","b"]}"#);
    receiver.receive("homie/5/a/$description", r#"{"root":"root","children":["c","root"]}"#);
    let statuses = receiver.receive("homie/5/root/$state", "lost").unwrap().statuses;
    let gone: Vec<_> = statuses
        .iter()
        .filter(|status| status.presence == DevicePresence::Offline)
        .map(|status| status.device.as_str())
        .collect();
    assert_eq!(gone, ["root", "a", "b", "c"]);
    assert_eq!(receiver.receive("homie/5/root/$state", "ready").unwrap().statuses.len(), 1);
}
