//! A small house as it stands now.

use jiff::SignedDuration;
use serde_json::Value as Json;

use super::*;
use crate::message::DevicePresence;
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Value};
use crate::wire::state::Matter;

const HOUSE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 10
area_m2 = 100

[[zone]]
id = "workshop"
name = "Workshop"
capacity = 4

[[point]]
id = "workshop-co2"
zone = "workshop"
quantity = "co2"
sources = [{ device = "air" }]

[[doorway]]
id = "door"
from = "outside"
to = "workshop"
sources = [{ device = "door" }]

[[meter]]
id = "saw"
name = "Saw"
zone = "workshop"
running_above_w = 200
energy = [{ device = "plug" }]
power = [{ device = "plug" }]
"#;

/// A second of the afternoon of Monday 23 November 2026.
fn at(second: i64) -> Instant {
    "2026-11-23T14:00:00Z".parse::<Instant>().unwrap() + SignedDuration::from_secs(second)
}

fn reading(device: &str, quantity: Quantity, second: i64, number: f64) -> Reading {
    let source = Source { device: device.parse().unwrap(), quantity, channel: None };
    let value = Value::from_f64(quantity.kind(), number);
    let (observed_at, received_at) = (at(second), at(second));
    Reading {
        source,
        observation: Observation { observed_at, received_at, dated_by: DatedBy::Device, value },
    }
}

/// A house of which the store knows nothing yet.
fn house() -> Live {
    let site = crate::site::parse(HOUSE, "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    for need in live.take_stale(at(0)) {
        live.reload(&need.source, &[]);
    }
    live
}

fn told(live: &mut Live, name: &str, second: i64) -> Option<Json> {
    let states = live.states(at(second));
    states.into_iter().find(|(told, _)| told == name).map(|(_, state)| state)
}

fn alerts(live: &mut Live, second: i64) -> Vec<String> {
    // Told only when it changed, so the list is asked for apart.
    live.states(at(second));
    let rule = |alert: &crate::wire::state::Alert| {
        serde_json::to_value(alert).unwrap()["rule"].as_str().unwrap().to_owned()
    };
    live.alerts().iter().map(rule).collect()
}

#[test]
fn at_start_every_source_of_the_site_is_asked_for_once() {
    let site = crate::site::parse(HOUSE, "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    assert_eq!(live.take_stale(at(0)).len(), 5);
    assert_eq!(live.take_stale(at(0)), []);
}

#[test]
fn the_first_call_tells_everything_and_the_next_one_what_changed() {
    let mut live = house();
    let names: Vec<_> = live.states(at(0)).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["building", "zones/workshop", "meters/saw", "devices"]);
    assert_eq!(live.states(at(1)), []);

    live.observe(&reading("air", Quantity::Co2, 2, 640.0));

    let names: Vec<_> = live.states(at(2)).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["zones/workshop", "devices"],
        "its air, and a device heard for the first time"
    );
}

#[test]
fn a_late_reading_never_moves_the_live_figure() {
    let mut live = house();
    live.observe(&reading("air", Quantity::Co2, 60, 900.0));
    live.observe(&reading("air", Quantity::Co2, 10, 500.0));
    let zone = told(&mut live, "zones/workshop", 61).unwrap();
    assert_eq!(zone["gauges"][0]["value"], 900.0);
    assert_eq!(zone["gauges"][0]["freshness"], "fresh");
}

#[test]
fn what_is_observed_while_series_are_loaded_is_not_lost() {
    let site = crate::site::parse(HOUSE, "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    let needs = live.take_stale(at(0));
    live.observe(&reading("plug", Quantity::EnergyImported, 60, 1030.0));
    for need in needs {
        let stored = [reading("plug", Quantity::EnergyImported, 0, 1000.0).observation];
        let is_register = need.source.quantity == Quantity::EnergyImported;
        live.reload(&need.source, if is_register { &stored } else { &[] });
    }
    live.observe(&reading("plug", Quantity::EnergyImported, 120, 1070.0));
    let meter = told(&mut live, "meters/saw", 121).unwrap();
    assert_eq!(meter["today_wh"], 70.0);
}

#[test]
fn a_reading_out_of_order_is_settled_by_loading_again() {
    let mut live = house();
    live.observe(&reading("plug", Quantity::EnergyImported, 600, 1100.0));
    live.observe(&reading("plug", Quantity::EnergyImported, 0, 1000.0));
    let needs = live.take_stale(at(606));
    assert_eq!(needs.len(), 2, "the register and the power of the same meter");
    for need in needs {
        let stored = [(0, 1000.0), (600, 1100.0)].map(|(second, total)| {
            reading("plug", Quantity::EnergyImported, second, total).observation
        });
        let is_register = need.source.quantity == Quantity::EnergyImported;
        live.reload(&need.source, if is_register { &stored } else { &[] });
    }
    assert_eq!(told(&mut live, "meters/saw", 606).unwrap()["today_wh"], 100.0);
}

#[test]
fn the_new_day_begins_at_midnight_without_asking_the_store() {
    let mut live = house();
    for (second, total) in [(32_000, 5000.0), (32_400, 5010.0), (32_700, 5030.0)] {
        live.observe(&reading("plug", Quantity::EnergyImported, second, total));
    }
    let meter = told(&mut live, "meters/saw", 32_701).unwrap();
    assert_eq!(
        (&meter["yesterday_wh"], &meter["today_wh"]),
        (&Json::from(10.0), &Json::from(20.0))
    );
    assert_eq!(meter["month_wh"], 30.0);
}

#[test]
fn power_of_a_plug_that_fell_silent_is_not_told_as_power_now() {
    let mut live = house();
    for second in 0..10 {
        live.observe(&reading("plug", Quantity::ActivePower, second * 10, 450.0));
    }
    let meter = told(&mut live, "meters/saw", 170).unwrap();
    assert_eq!(
        (&meter["power_w"], &meter["activity"]["state"]),
        (&Json::from(450.0), &Json::from("running"))
    );
    let meter = told(&mut live, "meters/saw", 1200).unwrap();
    assert_eq!((&meter["power_w"], &meter["activity"]), (&Json::Null, &Json::Null));
}

#[test]
fn a_device_is_late_and_then_lost_by_its_own_rhythm() {
    let mut live = house();
    for second in 0..10 {
        live.observe(&reading("air", Quantity::Co2, second * 10, 600.0));
    }
    let mut health = |second| {
        live.states(at(second));
        let device = live.devices.states().into_iter().find(|device| device.id.as_str() == "air");
        serde_json::to_value(device.unwrap().state).unwrap()
    };
    assert_eq!(health(100), "online");
    assert_eq!(health(130), "late");
    assert_eq!(health(1000), "lost");
}

#[test]
fn a_silent_device_that_the_site_names_is_told_and_others_are_not() {
    let mut live = house();
    live.observe(&reading("air", Quantity::Co2, 0, 600.0));
    live.observe(&reading("stranger", Quantity::Co2, 0, 600.0));
    for device in ["door", "plug"] {
        let presence = DevicePresence::Online;
        let device = device.parse().unwrap();
        let status =
            DeviceStatus { device, presence, boot: None, firmware: None, interval_s: None };
        live.status(&status, at(1000));
    }
    assert_eq!(alerts(&mut live, 2000), ["silence"]);
}

#[test]
fn bad_air_is_told_while_somebody_measures_it_and_a_crowd_while_somebody_counts() {
    let mut live = house();
    for minute in 0..=11 {
        live.observe(&reading("air", Quantity::Co2, minute * 60, 1200.0));
        let (people_in, people_out) = (f64::from(i32::from(minute > 0)) * 4.0, 0.0);
        live.observe(&reading("door", Quantity::PeopleIn, minute * 60, people_in));
        live.observe(&reading("door", Quantity::PeopleOut, minute * 60, people_out));
        live.observe(&reading("plug", Quantity::ActivePower, minute * 60, 0.0));
        live.states(at(minute * 60));
    }
    assert_eq!(alerts(&mut live, 665), ["crowd", "air"]);
    let zone = live.people.of_zone(0);
    assert_eq!((zone.people, zone.share), (Some(4.0), Some(1.0)));
    // Nobody is sure of the air an hour later, when nothing was heard meanwhile.
    assert!(!alerts(&mut live, 4400).contains(&"air".to_owned()));
}

#[test]
fn refused_messages_are_told_until_there_are_none() {
    let mut live = house();
    live.refused(3, Some(at(0)));
    assert_eq!(alerts(&mut live, 1), ["quarantine"]);
    live.refused(0, None);
    assert_eq!(alerts(&mut live, 2), Vec::<String>::new());
}

#[test]
fn when_a_device_was_heard_last_survives_a_restart() {
    let mut live = house();
    let last = reading("stranger", Quantity::Co2, -86_400, 600.0);
    live.known(&last.source, &last.observation);
    let devices = told(&mut live, "devices", 0).unwrap();
    let stranger = devices["devices"]
        .as_array()
        .unwrap()
        .iter()
        .find(|device| device["id"] == "stranger")
        .unwrap();
    assert_eq!(
        (&stranger["last_seen"], &stranger["state"], &stranger["known"]),
        (&Json::from("2026-11-22T14:00:00Z"), &Json::from("lost"), &Json::from(false))
    );
}

#[test]
fn the_first_word_of_a_register_takes_the_place_of_the_power_just_before() {
    let mut live = house();
    for second in [0, 60, 120] {
        live.observe(&reading("plug", Quantity::ActivePower, second, 600.0));
    }
    assert_eq!(live.take_stale(at(120)), []);
    live.observe(&reading("plug", Quantity::EnergyImported, 121, 1000.0));
    assert_eq!(live.take_stale(at(122)).len(), 2);
}

/// A house that is open from nine to five, at a second after three in the afternoon.
const OPENING: &str = "[site.opening]\nmonday = [\"09:00-17:00\"]\n";

fn closing_house(rest: &str) -> Live {
    let text = HOUSE.replace("[[zone]]", &format!("{OPENING}\n[[zone]]"));
    let site = crate::site::parse(&format!("{text}\n{rest}"), "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    for need in live.take_stale(at(0)) {
        live.reload(&need.source, &[]);
    }
    live
}

/// Everything reports each minute from 16:50 to 18:20 o'clock of the site: the saw draws `watts`, the detector says `moved`.
fn evening(live: &mut Live, watts: f64, moved: bool) -> Vec<String> {
    let mut rules = Vec::new();
    for second in (6600..12_000).step_by(60) {
        live.observe(&reading("plug", Quantity::ActivePower, second, watts));
        live.observe(&reading(
            "detector",
            Quantity::OccupancyDetected,
            second,
            f64::from(u8::from(moved)),
        ));
        rules = alerts(live, second);
    }
    rules.retain(|rule| rule != "silence" && rule != "outage");
    rules
}

const DETECTOR: &str = "[[point]]\nid = \"moves\"\nzone = \"workshop\"\nquantity = \"occupancy_detected\"\n\
                        sources = [{ device = \"detector\" }]\n";

#[test]
fn a_machine_that_works_in_the_closed_building_is_told_unless_it_may() {
    assert_eq!(evening(&mut closing_house(""), 900.0, false), ["machine_left_on"]);
    assert_eq!(evening(&mut closing_house(""), 20.0, false), Vec::<String>::new());
    let may = "[[alert]]\nrule = \"machine_left_on\"\nmeter = \"saw\"\nenabled = false\n";
    assert_eq!(evening(&mut closing_house(may), 900.0, false), Vec::<String>::new());
}

#[test]
fn somebody_in_the_closed_building_is_told_by_the_floor_and_only_once() {
    assert_eq!(evening(&mut closing_house(DETECTOR), 0.0, true), ["after_hours"]);
    assert_eq!(evening(&mut closing_house(DETECTOR), 0.0, false), Vec::<String>::new());
}

#[test]
fn devices_that_fall_silent_together_are_one_alert() {
    let mut live = house();
    for device in ["air", "door", "plug"] {
        let quantity = if device == "plug" { Quantity::ActivePower } else { Quantity::Co2 };
        for second in 0..10 {
            live.observe(&reading(device, quantity, second * 10, 600.0));
        }
    }
    assert_eq!(alerts(&mut live, 5000), ["outage"]);
}

/// Meters that spoke from `first` on until this afternoon, and tomorrow morning again.
fn alerts_after_a_gap(meters: usize, first: i64) -> Vec<String> {
    let more =
        |n| format!("[[meter]]\nid = \"m{n}\"\nname = \"M\"\nenergy = [{{ device = \"p{n}\" }}]\n");
    let more: String = (1..meters).map(more).collect();
    let site = crate::site::parse(&format!("{HOUSE}\n{more}"), "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(first));
    for need in live.take_stale(at(first)) {
        live.reload(&need.source, &[]);
    }
    let morning = (33_000..33_600).step_by(60);
    for second in (first..-20_000).step_by(600).chain(morning) {
        for meter in 0..meters {
            let device = if meter == 0 { "plug".to_owned() } else { format!("p{meter}") };
            let total = 1e6 + f64::from(i32::try_from(second).unwrap());
            live.observe(&reading(&device, Quantity::EnergyImported, second, total));
        }
    }
    let mut told = alerts(&mut live, 33_600);
    told.retain(|rule| rule != "silence");
    told
}

#[test]
fn a_gap_of_yesterday_is_told_unless_the_meter_was_put_up_then() {
    assert_eq!(alerts_after_a_gap(1, -70_000), ["coverage"]);
    assert_eq!(alerts_after_a_gap(1, -50_000), Vec::<String>::new());
}

#[test]
fn gaps_of_many_meters_on_one_day_are_one_alert() {
    assert_eq!(alerts_after_a_gap(2, -70_000), ["coverage", "coverage"]);
    assert_eq!(alerts_after_a_gap(3, -70_000), ["gaps"]);
}

#[test]
fn a_battery_that_is_nearly_empty_is_told_until_it_was_changed() {
    let mut live = house();
    let mut told = |second, percent| {
        live.observe(&reading("air", Quantity::Battery, second, percent));
        alerts(&mut live, second).contains(&"battery".to_owned())
    };
    assert!(!told(0, 16.0));
    assert!(told(60, 14.0));
    assert!(told(120, 19.0), "a warm battery shows a little more");
    assert!(!told(180, 96.0));
}

#[test]
fn damp_that_had_lasted_before_a_restart_is_told_after_it() {
    let point = "[[point]]\nid = \"h\"\nzone = \"workshop\"\nquantity = \"relative_humidity\"\n\
                 sources = [{ device = \"h\" }]\n";
    let site = crate::site::parse(&format!("{HOUSE}\n{point}"), "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    for need in live.take_stale(at(0)) {
        let damp = (-200_000..0)
            .step_by(600)
            .map(|second| reading("h", Quantity::RelativeHumidity, second, 80.0).observation);
        let series: Vec<_> = damp.filter(|one| need.period.contains(one.observed_at)).collect();
        let is_humidity = need.source.quantity == Quantity::RelativeHumidity;
        live.reload(&need.source, if is_humidity { &series } else { &[] });
    }
    assert!(alerts(&mut live, 1).contains(&"humidity".to_owned()));
}

#[test]
fn a_register_that_starts_again_is_told_for_the_rest_of_the_day() {
    let mut live = house();
    for (second, total) in [(0, 9500.0), (60, 40.0), (120, 90.0)] {
        live.observe(&reading("plug", Quantity::EnergyImported, second, total));
    }
    assert!(alerts(&mut live, 121).contains(&"register".to_owned()));
    assert!(!alerts(&mut live, 86_400).contains(&"register".to_owned()));
}

#[test]
fn cold_vaults_are_told_and_stale_air_where_nobody_is_is_not() {
    let thermometer = "[[point]]\nid = \"t\"\nzone = \"workshop\"\nquantity = \"temperature\"\n\
                       sources = [{ device = \"t\" }]\n";
    let mut live = closing_house(&format!("{thermometer}{DETECTOR}"));
    for second in (0..3000).step_by(60) {
        live.observe(&reading("t", Quantity::Temperature, second, 6.5));
        live.observe(&reading("air", Quantity::Co2, second, 1200.0));
        live.observe(&reading("detector", Quantity::OccupancyDetected, second, 0.0));
        live.states(at(second));
    }
    let told = alerts(&mut live, 2990);
    assert!(told.contains(&"cold".to_owned()) && !told.contains(&"air".to_owned()), "{told:?}");
}

/// What is told of a room of this warmth, of which nobody knows who is in it, in the building that is open on these days.
fn warmth(celsius: f64, opening: &str, more: &str) -> Vec<String> {
    let thermometer = "[[point]]\nid = \"t\"\nzone = \"workshop\"\nquantity = \"temperature\"\n\
                       sources = [{ device = \"t\" }]\n";
    let opened = HOUSE.replace(
        "area_m2 = 100\n",
        &format!("area_m2 = 100\n\n[site.opening]\n{opening} = [\"08:00-14:00\"]\n"),
    );
    let site = crate::site::parse(&format!("{opened}\n{thermometer}{more}"), "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    for need in live.take_stale(at(0)) {
        live.reload(&need.source, &[]);
    }
    for second in (0..9000).step_by(300) {
        live.observe(&reading("t", Quantity::Temperature, second, celsius));
        live.states(at(second));
    }
    alerts(&mut live, 9000).into_iter().filter(|rule| rule.starts_with("heating")).collect()
}

#[test]
fn heating_that_is_left_on_is_told_once_the_building_has_been_closed_for_two_days() {
    // It is Monday afternoon; on Saturday the building closed 49 hours ago, and on Sunday 25.
    assert_eq!(warmth(17.0, "saturday", ""), ["heating_closed"]);
    assert_eq!(warmth(17.0, "sunday", ""), Vec::<String>::new());
    assert_eq!(warmth(15.0, "saturday", ""), Vec::<String>::new());
}

#[test]
fn the_site_file_says_how_warm_a_closed_building_may_be_and_when_a_closure_is_long() {
    assert_eq!(warmth(17.0, "sunday", "[alerts]\nlong_closure = \"24h\"\n"), ["heating_closed"]);
    let warmer = "[[alert]]\nrule = \"heating_closed\"\nzone = \"workshop\"\nraise = 17.5\n";
    assert_eq!(warmth(17.0, "saturday", warmer), Vec::<String>::new());
    let summer = "[alerts]\nheating_season = \"12-15/03-15\"\n";
    assert_eq!(warmth(17.0, "saturday", summer), Vec::<String>::new());
}

#[test]
fn a_disk_that_is_nearly_full_is_an_alert_until_there_is_room() {
    let site = Arc::new(crate::site::parse(HOUSE, "house.toml").unwrap());
    let mut live = Live::new(site, at(0));
    let mut alerts = |free_bytes, second| {
        let storage = StorageState {
            stored_bytes: 2_000_000_000,
            reusable_bytes: 0,
            free_bytes,
            disk_bytes: 32_000_000_000,
            written_bytes_per_day: None,
        };
        live.storage(&storage, at(second));
        live.states(at(second));
        live.alerts.raised().to_vec()
    };
    assert_eq!(alerts(1_700_000_000, 0), []);
    let raised = alerts(1_500_000_000, 10);
    let matter =
        crate::wire::state::Matter::Disk { free_bytes: 1_500_000_000, disk_bytes: 32_000_000_000 };
    assert_eq!((&raised[0].matter, raised[0].since), (&matter, at(10)));
    assert_eq!(alerts(1_400_000_000, 60)[0].since, at(10));
    assert_eq!(alerts(1_700_000_000, 90), []);
}

/// What is told minute by minute while the saw of a house with 3 kVA draws these watts, each for so many minutes.
fn demands(draws: &[(i64, f64)]) -> Vec<Option<crate::wire::state::Severity>> {
    let text = HOUSE.replace("running_above_w = 200", "subscribed_kva = 3");
    let site = crate::site::parse(&text, "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    let (mut minute, mut told) = (0, Vec::new());
    for (minutes, watts) in draws {
        for _ in 0..*minutes {
            live.observe(&reading("plug", Quantity::ActivePower, minute * 60, *watts));
            live.states(at(minute * 60));
            let is_demand = |alert: &&Alert| matches!(alert.matter, Matter::Demand { .. });
            told.push(live.alerts().iter().find(is_demand).map(|alert| alert.severity));
            minute += 1;
        }
    }
    told
}

#[test]
fn ten_minutes_above_the_subscription_are_urgent_and_one_minute_is_not() {
    use crate::wire::state::Severity::Urgent;
    // 3.1 kVA, and one minute of 6 kVA among nine of little.
    assert_eq!(demands(&[(11, 2945.0)]).last(), Some(&Some(Urgent)));
    assert_eq!(demands(&[(1, 5700.0), (20, 200.0)]).into_iter().flatten().count(), 0);
}

#[test]
fn the_demand_of_an_alert_is_that_of_the_pages_however_unevenly_power_is_reported() {
    let text = HOUSE.replace("running_above_w = 200", "subscribed_kva = 3");
    let site = crate::site::parse(&text, "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    // A change is told at once, twice a minute or every second, and else every two minutes.
    let watts = |second: i64| if (200..320).contains(&second) { 7000.0 } else { 2500.0 };
    let is_told = |second: &i64| second % 120 == 0 || (200..=320).contains(second);
    let readings: Vec<_> = (0..=600)
        .filter(is_told)
        .map(|second| reading("plug", Quantity::ActivePower, second, watts(second)))
        .collect();
    for second in 0..=600 {
        let now = readings.iter().filter(|one| one.observation.observed_at == at(second));
        now.for_each(|one| live.observe(one));
        live.states(at(second));
    }
    let kva = live.alerts().iter().find_map(|alert| match alert.matter {
        Matter::Demand { kva, .. } => Some(kva),
        _ => None,
    });

    let observations: Vec<_> = readings.iter().map(|one| one.observation).collect();
    let window = [crate::instant::Period::new(at(0), at(600)).unwrap()];
    let gap = SignedDuration::from_mins(15);
    let cells = crate::indicators::window_means(&observations, &window, gap, at(600));
    let told = crate::indicators::demand(3.0, &cells, true);
    assert!((kva.unwrap() - told.highest_kva.unwrap()).abs() < 1e-9, "{kva:?} {told:?}");
    assert!((told.highest_kva.unwrap() - 3.4 / 0.95).abs() < 1e-9, "{told:?}");
}

/// What is told of the clock of a device whose messages arrive each minute, dated so many seconds ahead.
fn clock(ahead: impl Fn(i64) -> i64, minutes: i64) -> Option<f64> {
    let mut live = house();
    for minute in 0..minutes {
        let mut one = reading("air", Quantity::Co2, minute * 60 + ahead(minute), 600.0);
        one.observation.received_at = at(minute * 60);
        live.observe(&one);
        live.states(at(minute * 60));
    }
    live.states(at(minutes * 60));
    live.alerts().iter().find_map(|alert| match alert.matter {
        Matter::DeviceClock { ahead_s, .. } => Some(ahead_s),
        _ => None,
    })
}

#[test]
fn a_device_whose_clock_is_minutes_off_is_told_after_half_an_hour_until_it_is_right() {
    assert_eq!(clock(|_| -400, 20), None);
    assert_eq!(clock(|_| -400, 40), Some(-400.0));
    assert_eq!(clock(|_| 200, 40), Some(200.0));
    assert_eq!(clock(|minute| if minute < 40 { -400 } else { -1 }, 60), None);
}

#[test]
fn a_network_that_is_slow_at_times_and_a_backlog_are_no_wrong_clock() {
    assert_eq!(clock(|minute| if minute % 3 == 0 { -2 } else { -170 }, 60), None);
    assert_eq!(clock(|minute| (minute - 20).min(0) * 3600 - 2, 60), None);
}

#[test]
fn a_device_that_is_so_far_ahead_that_its_readings_are_refused_is_told_too() {
    let mut live = house();
    for minute in 0..40 {
        live.ahead(&"air".parse().unwrap(), at(minute * 60), 900.0);
        live.states(at(minute * 60));
    }
    assert!(alerts(&mut live, 2400).contains(&"device_clock".to_owned()));
}

#[test]
fn a_gateway_whose_clock_nobody_sets_is_told_and_one_that_cannot_say_is_not() {
    let told = |is_set: Option<bool>| {
        let mut live = house();
        for minute in 0..=30 {
            live.clock(is_set, at(minute * 60));
        }
        alerts(&mut live, 1800).contains(&"gateway_clock".to_owned())
    };
    assert!(told(Some(false)));
    assert!(!told(Some(true)) && !told(None));
}

#[test]
fn what_stays_near_the_subscription_is_told_after_twenty_minutes_until_it_is_clearly_below() {
    use crate::wire::state::Severity::Attention;
    let told = demands(&[(21, 2660.0), (10, 2508.0), (10, 2300.0), (1, 2300.0)]);
    assert_eq!((told[19], told[20]), (None, Some(Attention)), "2.8 kVA of 3");
    assert_eq!(told[31], Some(Attention), "2.64 kVA still is near");
    assert_eq!(told[41], None, "2.42 kVA no longer is");
}
