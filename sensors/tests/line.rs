//! A meter on a serial line: a pseudo terminal on which somebody talks as a meter does, at its speed, and with damage.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod talker;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use sensors::instruments::{Fault, Instrument, Linky, Measurement};
use sensors::pins::Board;
use sensors::serial::LinesOnly;
use sensors::tic::Mode;
use talker::{HISTORIC, Manner, Talker};

const STANDARD: &[u8] = include_bytes!("fixtures/tic/standard-single-phase.txt");

const DEADLINE: Duration = Duration::from_mins(2);

fn meter(talker: &Talker, mode: Option<Mode>) -> Linky {
    let device = "linky".parse().unwrap();
    Linky::new(LinesOnly.line(&talker.path), mode, device, Duration::ZERO)
}

/// Listens until so many values were measured; what is wrong with the line meanwhile is no end.
fn listen(meter: &mut Linky, count: usize) -> Vec<Measurement> {
    meter.begin().unwrap();
    let (mut measured, until) = (Vec::new(), Instant::now() + DEADLINE);
    while measured.len() < count {
        assert!(Instant::now() < until, "only {} values", measured.len());
        let mut new = Vec::new();
        let outcome = meter.measure(&mut new);
        assert!(!matches!(outcome, Err(Fault::NoAnswer { .. })), "{outcome:?}");
        measured.append(&mut new);
    }
    measured
}

fn values(measured: &[Measurement]) -> BTreeSet<(String, u64)> {
    let value = |one: &Measurement| {
        (one.channel.as_ref().unwrap().to_string(), one.value.as_f64().to_bits())
    };
    measured.iter().map(value).collect()
}

#[test]
fn a_meter_in_historic_mode_is_heard_at_1200_baud_in_its_own_time() {
    let manner = Manner { mode: Mode::Historic, recording: HISTORIC, damage: None, in_time: true };
    let talker = Talker::start(manner);
    let measured = listen(&mut meter(&talker, Some(Mode::Historic)), 6);
    assert_eq!(talker.speed.load(Ordering::SeqCst), 1200);
    let of_index = |one: &&Measurement| one.channel.as_ref().unwrap().as_str() == "HCHC";
    assert_eq!(
        measured.iter().find(of_index).unwrap().value.as_f64().to_bits(),
        837_362f64.to_bits()
    );
}

#[test]
fn a_meter_in_standard_mode_is_heard_at_9600_baud_in_its_own_time() {
    let manner = Manner { mode: Mode::Standard, recording: STANDARD, damage: None, in_time: true };
    let talker = Talker::start(manner);
    let measured = listen(&mut meter(&talker, Some(Mode::Standard)), 10);
    assert_eq!(talker.speed.load(Ordering::SeqCst), 9600);
    assert!(values(&measured).contains(&("EAST".to_owned(), 2_188_830f64.to_bits())));
}

#[test]
fn the_mode_of_a_meter_is_found_by_listening() {
    let manner = Manner { mode: Mode::Historic, recording: HISTORIC, damage: None, in_time: false };
    let talker = Talker::start(manner);
    let measured = listen(&mut meter(&talker, None), 4);
    assert_eq!(talker.speed.load(Ordering::SeqCst), 1200);
    assert!(!measured.is_empty());
}

#[test]
fn bits_that_flip_on_the_line_never_make_a_wrong_value() {
    for (mode, recording, one_in) in
        [(Mode::Historic, HISTORIC, 60), (Mode::Standard, STANDARD, 60)]
    {
        let clean = Manner { mode, recording, damage: None, in_time: false };
        let right = values(&listen(&mut meter(&Talker::start(clean), Some(mode)), 30));

        let talker = Talker::start(Manner { damage: Some(one_in), ..clean });
        let measured = listen(&mut meter(&talker, Some(mode)), 60);

        for value in values(&measured) {
            assert!(right.contains(&value), "{} {}", value.0, f64::from_bits(value.1));
        }
    }
}

#[test]
fn a_meter_that_is_silent_is_told_with_what_was_heard() {
    let manner = Manner { mode: Mode::Historic, recording: b"\0", damage: None, in_time: false };
    let talker = Talker::start(manner);
    let mut meter = meter(&talker, Some(Mode::Historic));
    meter.begin().unwrap();
    let until = Instant::now() + DEADLINE;
    let fault = loop {
        assert!(Instant::now() < until, "no fault is reported");
        if let Err(fault) = meter.measure(&mut Vec::new()) {
            break fault.to_string();
        }
    };
    assert!(fault.contains("no frame in 7 s, last at 1200 baud (historic mode)"), "{fault}");
}

#[test]
fn a_line_that_is_not_there_is_told_and_does_not_end_the_node() {
    let mut meter = Linky::new(
        LinesOnly.line("/dev/ttyNOWHERE"),
        None,
        "linky".parse().unwrap(),
        Duration::ZERO,
    );
    let fault = meter.begin().unwrap_err().to_string();
    assert!(fault.contains("the meter's TIC line does not answer"), "{fault}");
}
