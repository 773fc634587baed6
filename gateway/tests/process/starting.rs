//! Start and stop.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use crate::place::{Place, Running, SITE, SOON, eventually, free_address, get, refused, vigie};

#[test]
fn it_starts_says_where_to_look_is_ready_and_stops_in_time() {
    let place = Place::new();
    let mut running = place.start();

    let said = fs::read_to_string(place.path("log")).unwrap();
    for expected in [format!("http://{}", place.http), place.path("data"), place.mqtt.to_string()] {
        assert!(said.contains(&expected), "{expected} is not in: {said}");
    }

    assert_eq!(running.terminate().code(), Some(0));
}

#[test]
fn its_log_in_a_file_holds_no_colour_codes() {
    let place = Place::new();
    let mut running = place.start();
    running.terminate();

    let log = fs::read_to_string(place.path("log")).unwrap();
    assert!(log.contains("INFO"), "{log:?}");
    assert!(!log.contains('\u{1b}'), "{log:?}");
}

#[test]
fn it_starts_again_after_it_was_killed() {
    let place = Place::new();
    let mut first = place.start();
    first.child.kill().unwrap();
    first.child.wait().unwrap();

    let mut second = place.start();
    assert_eq!(second.terminate().code(), Some(0));
}

#[test]
fn every_counter_stands_at_zero_from_the_start() {
    let place = Place::new();
    let running = place.start();
    let metrics = get(running.http, "/metrics").unwrap();
    for name in [
        "vigie_messages_received_total",
        "vigie_readings_stored_total",
        "vigie_readings_repeated_total",
        "vigie_readings_lost_total",
        "vigie_messages_ignored_total",
        "vigie_messages_refused_total{reason=\"malformed\"}",
    ] {
        assert!(metrics.contains(&format!("{name} 0")), "{name} is missing: {metrics}");
    }
}

#[test]
fn a_bad_site_file_is_refused_with_file_line_and_remedy_before_anything_is_made() {
    let place = Place::new();
    let bad = format!("{SITE}\n[[zone]]\nid = \"a\"\nname = \"A\"\nparent = \"nowhere\"\n");
    fs::write(place.path("site.toml"), bad).unwrap();

    let (code, said) = refused(place.command());

    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("site.toml:") && said.contains("nowhere"), "{said}");
    assert!(!Path::new(&place.path("data")).exists());
}

#[test]
fn a_flag_that_makes_no_sense_is_refused() {
    let mut command = vigie();
    command.args(["run", "--http", "everywhere"]);
    let (code, said) = refused(command);
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("--http"), "{said}");
}

#[test]
fn a_taken_port_is_named_with_the_flag_that_chooses_another() {
    let place = Place::new();
    for (address, flag) in [(place.http, "--http"), (place.mqtt, "--mqtt")] {
        let _taken = TcpListener::bind(address).unwrap();
        let (code, said) = refused(place.command());
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&address.to_string()) && said.contains(flag), "{said}");
    }
}

#[test]
fn a_second_instance_on_the_same_data_is_refused_and_harms_nothing() {
    let place = Place::new();
    let mut running = place.start();

    let mut second = vigie();
    second.args(["run", "--site", &place.path("site.toml"), "--data", &place.path("data")]);
    second.args(["--http", &free_address().to_string(), "--mqtt", &free_address().to_string()]);
    let (code, said) = refused(second);

    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&place.path("data")), "{said}");
    assert!(running.is_ready());
    assert_eq!(running.terminate().code(), Some(0));
}

#[test]
fn without_its_broker_it_runs_and_says_that_it_is_not_ready() {
    let place = Place::new();
    let broker = free_address();
    let mut command = place.command();
    command.args(["--broker", &format!("mqtt://vigie:secret@{broker}")]);
    let log = fs::File::create(place.path("log")).unwrap();
    let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
    let mut running = Running { child, http: place.http };

    let answer = eventually("the reason", SOON, || {
        get(place.http, "/ready").filter(|answer| answer.contains(&broker.to_string()))
    });

    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert_eq!(running.terminate().code(), Some(0));
    assert!(!fs::read_to_string(place.path("log")).unwrap().contains("secret"));
}

#[test]
fn check_says_whether_a_site_file_is_in_order_and_starts_nothing() {
    let place = Place::new();
    let check = || {
        let mut command = vigie();
        command.args(["check", "--site", &place.path("site.toml")]);
        refused(command)
    };
    let (code, said) = check();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Pôle éco-numérique"), "{said}");

    fs::write(place.path("site.toml"), format!("{SITE}\nkapacity = 3\n")).unwrap();
    let (code, said) = check();
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("kapacity"), "{said}");
}
