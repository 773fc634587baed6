//! Instruments against buses and pins that are played: what is said on the wire, byte by byte, and what is made of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use domain::quantity::Quantity;
use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};
use embedded_hal_mock::eh1::delay::NoopDelay;
use embedded_hal_mock::eh1::digital::{Mock as PinMock, State, Transaction as Level};
use embedded_hal_mock::eh1::i2c::{Mock as BusMock, Transaction};
use sensors::instruments::{
    Asked, Beams, Clamp, CurrentClamp, Debounce, Door, DoorCounter, Fault, Instrument, Kept,
    Measured, Motion, Passage, PulseMeter, Pulses, S0, Scd4x, Scd4xSettings, Sht4x, Sht4xAddress,
};
use sensors::uptime::Uptime;
use sensors::wiring::{Edge, EdgeSender, Edges};
use tempfile::TempDir;

const SCD4X: u8 = 0x62;
const SHT4X: u8 = 0x44;
const ADS1115: u8 = 0x48;

fn values(measured: &[Measured]) -> Vec<(Quantity, f64)> {
    measured.iter().map(|one| (one.quantity, one.value.as_f64())).collect()
}

fn ms(millis: u64) -> Uptime {
    Uptime::from_millis(millis)
}

// SCD4x -------------------------------------------------------------------------------------------------------------

const PLAIN: Scd4xSettings =
    Scd4xSettings { pressure_hpa: None, temperature_offset: None, self_calibration: false };

/// What an SCD4x is asked before it measures, with nothing to be set.
fn beginning() -> Vec<Transaction> {
    vec![
        Transaction::write(SCD4X, vec![0x3f, 0x86]),
        Transaction::write(SCD4X, vec![0x36, 0x82]),
        Transaction::read(SCD4X, vec![0xf8, 0x96, 0x31, 0x9f, 0x07, 0xc2, 0x3b, 0xbe, 0x89]),
        Transaction::write(SCD4X, vec![0x24, 0x16, 0x00, 0x00, 0x81]),
        Transaction::write(SCD4X, vec![0x21, 0xb1]),
    ]
}

/// A look whether there is something new.
fn ready(low: u8, crc: u8) -> [Transaction; 2] {
    [Transaction::write(SCD4X, vec![0xe4, 0xb8]), Transaction::read(SCD4X, vec![0x80, low, crc])]
}

#[test]
fn an_scd4x_is_stopped_set_up_and_started_and_its_air_is_read() {
    // The example of the data sheet: 500 ppm, 25 °C, 37 %.
    let mut wire = beginning();
    wire.splice(
        3..3,
        [
            Transaction::write(SCD4X, vec![0x24, 0x1d, 0x07, 0xe6, 0x48]),
            Transaction::write(SCD4X, vec![0xe0, 0x00, 0x03, 0xdb, 0x42]),
        ],
    );
    wire.extend(ready(0x06, 0x04));
    wire.extend([
        Transaction::write(SCD4X, vec![0xec, 0x05]),
        Transaction::read(SCD4X, vec![0x01, 0xf4, 0x33, 0x66, 0x67, 0xa2, 0x5e, 0xb9, 0x3c]),
    ]);
    let mut bus = BusMock::new(&wire);
    let settings =
        Scd4xSettings { pressure_hpa: Some(987), temperature_offset: Some(5.4), ..PLAIN };
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), settings);

    assert_eq!(sensor.begin().unwrap(), "SCD4x, serial number f8969f073bbe");
    let air = sensor.ask().unwrap();

    assert_eq!(
        values(&air),
        [(Quantity::Co2, 500.0), (Quantity::Temperature, 25.0), (Quantity::RelativeHumidity, 37.0)]
    );
    bus.done();
}

#[test]
fn an_scd4x_that_has_nothing_new_says_nothing() {
    let mut wire = beginning();
    wire.extend(ready(0x00, 0xa2));
    let mut bus = BusMock::new(&wire);
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN);

    sensor.begin().unwrap();

    assert_eq!(sensor.ask().unwrap(), []);
    bus.done();
}

#[test]
fn air_that_was_damaged_on_the_wire_is_no_air() {
    let mut wire = beginning();
    wire.extend(ready(0x06, 0x04));
    wire.extend([
        Transaction::write(SCD4X, vec![0xec, 0x05]),
        Transaction::read(SCD4X, vec![0x01, 0xf5, 0x33, 0x66, 0x67, 0xa2, 0x5e, 0xb9, 0x3c]),
    ]);
    let mut bus = BusMock::new(&wire);
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN);

    sensor.begin().unwrap();

    assert!(matches!(sensor.ask(), Err(Fault::Damaged(_))));
    bus.done();
}

#[test]
fn the_zero_before_the_first_measurement_is_not_published() {
    let mut wire = beginning();
    wire.extend(ready(0x06, 0x04));
    wire.extend([
        Transaction::write(SCD4X, vec![0xec, 0x05]),
        Transaction::read(SCD4X, vec![0x00, 0x00, 0x81, 0x66, 0x67, 0xa2, 0x5e, 0xb9, 0x3c]),
    ]);
    let mut bus = BusMock::new(&wire);
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN);

    sensor.begin().unwrap();

    assert!(matches!(sensor.ask(), Err(Fault::Implausible(_))));
    bus.done();
}

#[test]
fn a_sensor_that_is_not_there_is_told_with_what_to_check() {
    let nobody = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
    let wire = [Transaction::write(SCD4X, vec![0x3f, 0x86]).with_error(nobody)];
    let mut bus = BusMock::new(&wire);

    let fault = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN).begin().unwrap_err().to_string();

    assert!(fault.starts_with("the SCD4x at I²C address 0x62 does not answer"), "{fault}");
    assert!(fault.ends_with("check its power, wires and address"), "{fault}");
    bus.done();
}

#[test]
fn a_forced_calibration_tells_what_it_has_changed_and_measures_again() {
    // The example of the data sheet: 480 ppm, and a correction of -50 ppm.
    let mut wire = beginning();
    wire.extend([
        Transaction::write(SCD4X, vec![0x3f, 0x86]),
        Transaction::write(SCD4X, vec![0x36, 0x2f, 0x01, 0xe0, 0xb4]),
        Transaction::read(SCD4X, vec![0x7f, 0xce, 0x7b]),
        Transaction::write(SCD4X, vec![0x21, 0xb1]),
    ]);
    let mut bus = BusMock::new(&wire);
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN);

    sensor.begin().unwrap();

    assert_eq!(sensor.calibrate(480).unwrap().correction_ppm, -50);
    bus.done();
}

#[test]
fn a_calibration_that_is_refused_leaves_the_sensor_measuring() {
    let mut wire = beginning();
    wire.extend([
        Transaction::write(SCD4X, vec![0x3f, 0x86]),
        Transaction::write(SCD4X, vec![0x36, 0x2f, 0x01, 0xe0, 0xb4]),
        Transaction::read(SCD4X, vec![0xff, 0xff, 0xac]),
        Transaction::write(SCD4X, vec![0x21, 0xb1]),
    ]);
    let mut bus = BusMock::new(&wire);
    let mut sensor = Scd4x::new(bus.clone(), NoopDelay::new(), PLAIN);

    sensor.begin().unwrap();

    assert!(sensor.calibrate(480).unwrap_err().to_string().contains("three minutes"));
    bus.done();
}

// SHT4x -------------------------------------------------------------------------------------------------------------

#[test]
fn an_sht4x_is_read_with_the_formula_of_its_data_sheet() {
    let wire = [
        Transaction::write(SHT4X, vec![0x94]),
        Transaction::write(SHT4X, vec![0x89]),
        Transaction::read(SHT4X, vec![0xbe, 0xef, 0x92, 0xbe, 0xef, 0x92]),
        Transaction::write(SHT4X, vec![0xfd]),
        Transaction::read(SHT4X, vec![0x66, 0x66, 0x93, 0x80, 0x00, 0xa2]),
        // Beyond what can be, where the formula runs over.
        Transaction::write(SHT4X, vec![0xfd]),
        Transaction::read(SHT4X, vec![0x66, 0x66, 0x93, 0xff, 0xff, 0xac]),
        // Damaged.
        Transaction::write(SHT4X, vec![0xfd]),
        Transaction::read(SHT4X, vec![0x66, 0x66, 0x94, 0x80, 0x00, 0xa2]),
    ];
    let mut bus = BusMock::new(&wire);
    let mut sensor = Sht4x::new(bus.clone(), Sht4xAddress::X44, NoopDelay::new());

    assert_eq!(sensor.begin().unwrap(), "SHT4x, serial number beefbeef");
    let air = sensor.ask().unwrap();
    let wet = sensor.ask().unwrap();
    let damaged = sensor.ask();

    assert_eq!(values(&air), [(Quantity::Temperature, 25.0), (Quantity::RelativeHumidity, 56.5)]);
    assert_eq!(values(&wet)[1], (Quantity::RelativeHumidity, 100.0));
    assert!(matches!(damaged, Err(Fault::Damaged(_))));
    bus.done();
}

// Current clamp -----------------------------------------------------------------------------------------------------

/// A look at the converter with 320 samples that `wave` gives.
fn sampled(wave: impl Fn(usize) -> i16) -> Vec<Transaction> {
    let mut wire = vec![
        Transaction::write(ADS1115, vec![0x01, 0x85, 0xe3]),
        Transaction::write(ADS1115, vec![0x01, 0x85, 0xe3]),
        Transaction::write(ADS1115, vec![0x01, 0x84, 0xe3]),
    ];
    for nr in 0..320 {
        let sample = wave(nr).to_be_bytes().to_vec();
        wire.push(Transaction::write_read(ADS1115, vec![0x00], sample));
    }
    wire.push(Transaction::write(ADS1115, vec![0x01, 0x85, 0xe3]));
    wire
}

#[test]
fn a_current_clamp_tells_the_effective_current_whatever_the_bias() {
    // ±16,000 counts of 62.5 µV are 1 V; a bias of 100 counts; in 16 samples a period.
    let square = |nr: usize| if nr % 16 < 8 { 16_100 } else { -15_900 };
    let mut bus = BusMock::new(&sampled(square));
    let clamp = Clamp { amperes_per_volt: 30.0, nominal_v: Some(230.0) };

    let measured = CurrentClamp::new(bus.clone(), NoopDelay::new(), clamp).ask().unwrap();

    assert_eq!(values(&measured), [(Quantity::Current, 30.0), (Quantity::ApparentPower, 6900.0)]);
    bus.done();
}

#[test]
fn a_current_that_is_more_than_the_converter_can_show_is_no_value() {
    let clipped = |nr: usize| if nr % 16 < 8 { i16::MAX } else { i16::MIN };
    let mut bus = BusMock::new(&sampled(clipped));
    let clamp = Clamp { amperes_per_volt: 30.0, nominal_v: None };

    let fault = CurrentClamp::new(bus.clone(), NoopDelay::new(), clamp).ask().unwrap_err();

    assert!(fault.to_string().contains("take a larger clamp"), "{fault}");
    bus.done();
}

// Pins --------------------------------------------------------------------------------------------------------------

fn edge(high: bool, at: u64) -> Edge {
    Edge { high, at: ms(at) }
}

#[test]
fn a_contact_that_bounces_changes_once() {
    let mut contact = Debounce::new(true, Duration::from_millis(10), ms(0));
    let bounce =
        [edge(false, 100), edge(true, 102), edge(false, 103), edge(true, 104), edge(false, 105)];

    let during: Vec<_> = bounce.into_iter().filter_map(|change| contact.edge(change)).collect();
    let early = contact.settle(ms(114));
    let settled = contact.settle(ms(115));
    let again = contact.settle(ms(200));

    assert_eq!((during, early, again), (vec![], None, None));
    assert_eq!(settled, Some(edge(false, 105)));
}

#[test]
fn a_spark_on_the_wire_is_no_change() {
    let mut contact = Debounce::new(true, Duration::from_millis(10), ms(0));
    assert_eq!(contact.edge(edge(false, 100)), None);
    assert_eq!(contact.edge(edge(true, 109)), None);
    assert_eq!(contact.settle(ms(500)), None);
    assert!(contact.is_high());
}

#[test]
fn changes_that_are_handed_on_late_keep_their_own_times() {
    let mut contact = Debounce::new(true, Duration::from_millis(10), ms(0));
    assert_eq!(contact.edge(edge(false, 100)), None);
    assert_eq!(contact.edge(edge(true, 140)), Some(edge(false, 100)));
    assert_eq!(contact.edge(edge(false, 200)), Some(edge(true, 140)));
}

/// What a door makes of beams that are broken (`x`) or free (`.`), outer then inner.
fn passages(states: &str) -> Vec<Passage> {
    let mut counter = DoorCounter::default();
    let beams = |state: &str| Beams { outer: state.starts_with('x'), inner: state.ends_with('x') };
    states.split_whitespace().filter_map(|state| counter.beams(beams(state))).collect()
}

#[test]
fn a_door_knows_who_comes_in_and_who_goes_out() {
    assert_eq!(passages(".. x. xx .x .."), [Passage::In]);
    assert_eq!(passages(".. .x xx x. .."), [Passage::Out]);
    assert_eq!(
        passages(".. x. xx .x .. .x xx x. .. x. xx .x .."),
        [Passage::In, Passage::Out, Passage::In]
    );
}

#[test]
fn who_turns_back_in_the_doorway_has_not_passed() {
    assert_eq!(passages(".. x. .. x. xx x. .. .x xx .x .. x. xx .x xx x. .."), []);
}

#[test]
fn arms_that_swing_do_not_count_twice() {
    assert_eq!(passages(".. x. xx .x xx .x .."), [Passage::In]);
}

#[test]
fn what_breaks_only_one_beam_at_a_time_or_both_at_once_has_no_direction() {
    assert_eq!(passages(".. x. .. .x .."), [], "a cat, or an arm");
    assert_eq!(passages(".. xx .x .."), [], "a trolley from nowhere");
    assert_eq!(passages(".. x. .x .."), [], "never both");
}

/// A pin that is looked at `times` times, always with the same level, and its changes.
fn pin(level: State, times: usize) -> (PinMock, EdgeSender, Edges) {
    let (sender, edges) = Edges::new();
    (PinMock::new(&vec![Level::get(level); times]), sender, edges)
}

/// Measures until something comes, or five seconds have gone.
fn next(instrument: &mut impl Instrument) -> Vec<Measured> {
    let mut measured = Vec::new();
    let until = std::time::Instant::now() + Duration::from_secs(5);
    while measured.is_empty() && std::time::Instant::now() < until {
        instrument.measure(&mut measured).unwrap();
    }
    measured
}

#[test]
fn a_motion_detector_tells_a_change_at_once_and_with_its_time() {
    let (mut mock, changes, edges) = pin(State::Low, 1);
    let (hour, none) = (Duration::from_hours(1), Duration::ZERO);
    let mut motion = Motion::new(mock.clone(), edges, true, hour, none);

    motion.begin().unwrap();
    let first = next(&mut motion);
    let at = Uptime::now();
    changes.send(Edge { high: true, at });
    let then = next(&mut motion);

    assert_eq!(values(&first), [(Quantity::OccupancyDetected, 0.0)]);
    assert_eq!(values(&then), [(Quantity::OccupancyDetected, 1.0)]);
    assert_eq!(then[0].at, sensors::instruments::Moment::Uptime(at));
    mock.done();
}

#[test]
fn a_motion_detector_that_warms_up_is_not_believed() {
    let (mut mock, changes, edges) = pin(State::High, 1);
    let hour = Duration::from_hours(1);
    let mut motion = Motion::new(mock.clone(), edges, true, hour, hour);

    motion.begin().unwrap();
    changes.send(Edge { high: false, at: Uptime::now() });
    let mut measured = Vec::new();
    for _ in 0..3 {
        motion.measure(&mut measured).unwrap();
    }

    assert_eq!(measured, []);
    mock.done();
}

const METER: S0 = S0 {
    pulses_per_kwh: 1000.0,
    start_wh: 5_000.0,
    max_power_w: 36_000.0,
    hold: Duration::from_millis(10),
};

#[test]
fn pulses_are_watt_hours_and_their_distance_is_power() {
    let mut pulses = Pulses::new(S0 { pulses_per_kwh: 800.0, ..METER }, 0);
    assert_eq!((pulses.energy_wh(), pulses.power_w(ms(9_999))), (5_000.0, None));

    assert!(pulses.pulse(ms(10_000)));
    assert_eq!(pulses.power_w(ms(11_000)), None, "one pulse tells no power");
    assert!(pulses.pulse(ms(14_500)));

    let told = (Some(pulses.energy_wh()), pulses.power_w(ms(15_000)));
    assert_eq!(told, (Some(5_002.5), Some(1000.0)));
}

#[test]
fn while_the_next_pulse_is_overdue_power_is_the_most_that_it_can_be() {
    let mut pulses = Pulses::new(METER, 0);
    pulses.pulse(ms(0));
    pulses.pulse(ms(3_600));
    assert_eq!(pulses.power_w(ms(7_200)), Some(1000.0));
    assert_eq!(pulses.power_w(ms(3_600 + 36_000)), Some(100.0));
}

#[test]
fn pulses_that_come_faster_than_the_meter_can_give_them_are_sparks() {
    let mut pulses = Pulses::new(METER, 0);
    pulses.pulse(ms(1_000));
    assert!(!pulses.pulse(ms(1_050)), "72 kW");
    assert!(pulses.pulse(ms(1_150)), "24 kW");
    assert_eq!((pulses.count(), pulses.sparks()), (2, 1));
}

/// A contact that closes for 40 ms so many times, one second apart, the last time just now.
fn close(changes: &EdgeSender, times: u64) {
    let now = Uptime::now().as_millis();
    for nr in 0..times {
        let at = now - (times - nr) * 1000;
        changes.send(Edge { high: false, at: ms(at) });
        changes.send(Edge { high: true, at: ms(at + 40) });
    }
}

/// Takes in all changes that wait.
fn settle(meter: &mut PulseMeter<PinMock>, changes: u64) -> Vec<Measured> {
    let mut measured = Vec::new();
    for _ in 0..=changes {
        meter.measure(&mut measured).unwrap();
    }
    measured
}

#[test]
fn the_count_of_pulses_goes_on_after_a_restart_and_after_a_crash_is_not_behind_what_was_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("totals.json");
    let start = |interval| {
        let (mock, changes, edges) = pin(State::High, 1);
        let kept = Kept::open(&path).unwrap();
        let mut meter = PulseMeter::new(mock.clone(), edges, METER, kept, "four", interval);
        meter.begin().unwrap();
        (mock, changes, meter)
    };

    let (mut mock, changes, mut meter) = start(Duration::ZERO);
    close(&changes, 3);
    let told = settle(&mut meter, 6).last().cloned();
    // It crashes here.
    drop(meter);
    mock.done();
    assert_eq!(told.map(|told| told.quantity), Some(Quantity::ActivePower));
    assert_eq!(Kept::open(&path).unwrap().total("four"), 3);

    let (mut mock, changes, mut meter) = start(Duration::from_hours(1));
    assert_eq!(values(&settle(&mut meter, 0)), [(Quantity::EnergyImported, 5_003.0)]);
    close(&changes, 2);
    settle(&mut meter, 4);
    assert_eq!(Kept::open(&path).unwrap().total("four"), 3, "the card is spared");
    meter.end().unwrap();
    mock.done();
    assert_eq!(Kept::open(&path).unwrap().total("four"), 5);
}

#[test]
fn a_total_that_is_not_on_the_card_is_told_to_nobody() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("gone").join("totals.json");
    let (mut mock, changes, edges) = pin(State::High, 1);
    let kept = Kept::open(&path).unwrap();
    let mut meter = PulseMeter::new(mock.clone(), edges, METER, kept, "four", Duration::ZERO);
    meter.begin().unwrap();
    close(&changes, 1);

    let mut measured = Vec::new();
    let outcomes: Vec<_> = (0..3).map(|_| meter.measure(&mut measured)).collect();

    assert!(matches!(outcomes.last(), Some(Err(Fault::Kept(_)))), "{outcomes:?}");
    assert_eq!(measured, []);
    mock.done();
}

#[test]
fn totals_that_cannot_be_read_are_not_begun_anew() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("totals.json");
    std::fs::write(&path, "{\"four\": ").unwrap();
    assert!(Kept::open(&path).unwrap_err().to_string().contains("move it away to begin at 0"));
}

#[test]
fn a_door_counts_over_restarts() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("totals.json");
    let mut told = Vec::new();
    for _ in 0..2 {
        let (mut outer_mock, outer_changes, outer) = pin(State::High, 1);
        let (mut inner_mock, inner_changes, inner) = pin(State::High, 1);
        let kept = Kept::open(&path).unwrap();
        let mut door = Door::new(
            (outer_mock.clone(), outer),
            (inner_mock.clone(), inner),
            false,
            kept,
            "door",
            Duration::from_hours(1),
        );
        door.begin().unwrap();
        next(&mut door);
        // In, ending a second ago; beams break low.
        let now = Uptime::now().as_millis() - 1000;
        outer_changes.send(edge(false, now - 400));
        inner_changes.send(edge(false, now - 300));
        outer_changes.send(edge(true, now - 200));
        inner_changes.send(edge(true, now - 100));
        told = next(&mut door);
        outer_mock.done();
        inner_mock.done();
    }
    assert_eq!(values(&told), [(Quantity::PeopleIn, 2.0), (Quantity::PeopleOut, 0.0)]);
}
