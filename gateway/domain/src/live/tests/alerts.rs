//! Which alerts stand in the house, and until when.

use super::*;
use crate::message::DeviceStatus;
use crate::storage::StorageState;

#[test]
fn a_silent_device_that_the_site_names_is_reported_and_others_are_not() {
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
fn bad_air_is_reported_while_somebody_measures_it_and_a_crowd_while_somebody_counts() {
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
    // The air is uncertain an hour later, when no reading was received meanwhile.
    assert!(!alerts(&mut live, 4400).contains(&"air".to_owned()));
}

#[test]
fn refused_messages_are_reported_until_there_are_none() {
    let mut live = house();
    live.refused(3, Some(at(0)));
    assert_eq!(alerts(&mut live, 1), ["quarantine"]);
    live.refused(0, None);
    assert_eq!(alerts(&mut live, 2), Vec::<String>::new());
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
fn a_machine_that_works_in_the_closed_building_is_reported_unless_it_may() {
    assert_eq!(evening(&mut closing_house(""), 900.0, false), ["machine_left_on"]);
    assert_eq!(evening(&mut closing_house(""), 20.0, false), Vec::<String>::new());
    let may = "[[alert]]\nrule = \"machine_left_on\"\nmeter = \"saw\"\nenabled = false\n";
    assert_eq!(evening(&mut closing_house(may), 900.0, false), Vec::<String>::new());
}

#[test]
fn somebody_in_the_closed_building_is_reported_by_the_floor_and_only_once() {
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
    let mut rules = alerts(&mut live, 33_600);
    rules.retain(|rule| rule != "silence");
    rules
}

#[test]
fn a_gap_of_yesterday_is_reported_unless_the_meter_was_put_up_then() {
    assert_eq!(alerts_after_a_gap(1, -70_000), ["coverage"]);
    assert_eq!(alerts_after_a_gap(1, -50_000), Vec::<String>::new());
}

#[test]
fn gaps_of_many_meters_on_one_day_are_one_alert() {
    assert_eq!(alerts_after_a_gap(2, -70_000), ["coverage", "coverage"]);
    assert_eq!(alerts_after_a_gap(3, -70_000), ["gaps"]);
}

#[test]
fn a_battery_that_is_nearly_empty_is_reported_until_it_was_changed() {
    let mut live = house();
    let mut is_raised = |second, percent| {
        live.observe(&reading("air", Quantity::Battery, second, percent));
        alerts(&mut live, second).contains(&"battery".to_owned())
    };
    assert!(!is_raised(0, 16.0));
    assert!(is_raised(60, 14.0));
    assert!(is_raised(120, 19.0), "a warm battery shows a little more");
    assert!(!is_raised(180, 96.0));
}

#[test]
fn a_register_that_starts_again_is_reported_for_the_rest_of_the_day() {
    let mut live = house();
    for (second, total) in [(0, 9500.0), (60, 40.0), (120, 90.0)] {
        live.observe(&reading("plug", Quantity::EnergyImported, second, total));
    }
    assert!(alerts(&mut live, 121).contains(&"register".to_owned()));
    assert!(!alerts(&mut live, 86_400).contains(&"register".to_owned()));
}

#[test]
fn cold_vaults_are_reported_and_stale_air_where_nobody_is_is_not() {
    let thermometer = "[[point]]\nid = \"t\"\nzone = \"workshop\"\nquantity = \"temperature\"\n\
                       sources = [{ device = \"t\" }]\n";
    let mut live = closing_house(&format!("{thermometer}{DETECTOR}"));
    for second in (0..3000).step_by(60) {
        live.observe(&reading("t", Quantity::Temperature, second, 6.5));
        live.observe(&reading("air", Quantity::Co2, second, 1200.0));
        live.observe(&reading("detector", Quantity::OccupancyDetected, second, 0.0));
        live.states(at(second));
    }
    let rules = alerts(&mut live, 2990);
    assert!(rules.contains(&"cold".to_owned()) && !rules.contains(&"air".to_owned()), "{rules:?}");
}

/// Alerts of a room of this warmth and of unknown occupancy, in a building that is open on these days.
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
fn heating_that_is_left_on_is_reported_once_the_building_has_been_closed_for_two_days() {
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
fn a_disk_that_fills_up_is_urgent_when_it_is_nearly_full_and_over_when_there_is_room() {
    let site = Arc::new(crate::site::parse(HOUSE, "house.toml").unwrap());
    let mut live = Live::new(site, at(0));
    let mut alerts = |free_bytes, second| {
        let storage = StorageState {
            stored_bytes: 2_000_000_000,
            reusable_bytes: 0,
            free_bytes,
            disk_bytes: 32_000_000_000,
            written_bytes_per_day: None,
            recorded_bytes_per_day: None,
            disk_errors: None,
            damaged_places: 0,
        };
        live.storage(&storage, at(second));
        live.states(at(second));
        live.alerts.raised().to_vec()
    };
    let disk = |free_bytes, is_full| crate::alerts::Matter::Disk {
        free_bytes,
        disk_bytes: 32_000_000_000,
        is_full,
        others_bytes: 30_000_000_000 - free_bytes,
        days_left: None,
    };
    assert_eq!(alerts(5_000_000_000, 0), []);
    let raised = alerts(4_700_000_000, 10);
    assert_eq!((&raised[0].matter, raised[0].since), (&disk(4_700_000_000, false), at(10)));
    assert_eq!(raised[0].severity, crate::alerts::Severity::Attention);
    let raised = alerts(1_500_000_000, 60);
    assert_eq!((&raised[0].matter, raised[0].since), (&disk(1_500_000_000, true), at(10)));
    assert_eq!(raised[0].severity, crate::alerts::Severity::Urgent);
    assert_eq!(alerts(4_900_000_000, 80)[0].since, at(10), "it is not yet over");
    assert_eq!(alerts(5_300_000_000, 90), []);
}

#[test]
fn a_large_disk_without_room_for_a_month_of_recording_is_reported_with_the_days_that_are_left() {
    let site = Arc::new(crate::site::parse(HOUSE, "house.toml").unwrap());
    let mut live = Live::new(site, at(0));
    let mut days_left = |recorded_bytes_per_day, second| {
        let storage = StorageState {
            stored_bytes: 900_000_000_000,
            reusable_bytes: 0,
            free_bytes: 60_000_000_000,
            disk_bytes: 1_000_000_000_000,
            written_bytes_per_day: None,
            recorded_bytes_per_day,
            disk_errors: None,
            damaged_places: 0,
        };
        live.storage(&storage, at(second));
        live.states(at(second));
        live.alerts.raised().iter().find_map(|alert| match alert.matter {
            crate::alerts::Matter::Disk { days_left, .. } => days_left,
            _ => None,
        })
    };
    assert_eq!(days_left(Some(1_000_000_000), 0), None);
    assert_eq!(days_left(Some(2_000_000_000), 10), Some(30));
}

#[test]
fn a_disk_whose_file_system_met_errors_is_reported_once_until_it_is_repaired() {
    let site = Arc::new(crate::site::parse(HOUSE, "house.toml").unwrap());
    let mut live = Live::new(site, at(0));
    let mut alerts = |disk_errors, second| {
        let storage = StorageState {
            stored_bytes: 0,
            reusable_bytes: 0,
            free_bytes: 20_000_000_000,
            disk_bytes: 32_000_000_000,
            written_bytes_per_day: None,
            recorded_bytes_per_day: None,
            disk_errors,
            damaged_places: 0,
        };
        live.storage(&storage, at(second));
        live.states(at(second));
        live.alerts.raised().iter().map(|it| (it.matter.key(), it.since)).collect::<Vec<_>>()
    };
    assert_eq!(alerts(None, 0), [], "nobody counts them");
    assert_eq!(alerts(Some(0), 10), []);
    assert_eq!(alerts(Some(2), 20), [("disk_errors".to_owned(), at(20))]);
    assert_eq!(alerts(Some(5), 30), [("disk_errors".to_owned(), at(20))]);
    assert_eq!(alerts(Some(0), 40), []);
}

#[test]
fn a_store_that_a_check_found_damaged_is_reported_until_a_check_finds_it_sound() {
    let site = Arc::new(crate::site::parse(HOUSE, "house.toml").unwrap());
    let mut live = Live::new(site, at(0));
    let mut alerts = |damaged_places, second| {
        let storage = StorageState {
            stored_bytes: 0,
            reusable_bytes: 0,
            free_bytes: 20_000_000_000,
            disk_bytes: 32_000_000_000,
            written_bytes_per_day: None,
            recorded_bytes_per_day: None,
            disk_errors: None,
            damaged_places,
        };
        live.storage(&storage, at(second));
        live.states(at(second));
        live.alerts.raised().iter().map(|it| (it.matter.key(), it.since)).collect::<Vec<_>>()
    };
    assert_eq!(alerts(0, 0), []);
    assert_eq!(alerts(2, 20), [("store_damage".to_owned(), at(20))]);
    assert_eq!(alerts(3, 30), [("store_damage".to_owned(), at(20))]);
    assert_eq!(alerts(0, 40), []);
}
