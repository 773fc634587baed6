//! Contacts, doors, movement and pulses, edge by edge.

use super::*;

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
fn next(instrument: &mut impl Instrument) -> Vec<Measurement> {
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
    assert_eq!(pulses.power_w(ms(11_000)), None, "one pulse gives no power");
    assert!(pulses.pulse(ms(14_500)));

    let reported = (Some(pulses.energy_wh()), pulses.power_w(ms(15_000)));
    assert_eq!(reported, (Some(5_002.5), Some(1000.0)));
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
fn settle(meter: &mut PulseMeter<PinMock>, changes: u64) -> Vec<Measurement> {
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
        let totals_file = TotalsFile::open(&path).unwrap();
        let mut meter = PulseMeter::new(mock.clone(), edges, METER, totals_file, "four", interval);
        meter.begin().unwrap();
        (mock, changes, meter)
    };

    let (mut mock, changes, mut meter) = start(Duration::ZERO);
    close(&changes, 3);
    let last = settle(&mut meter, 6).last().cloned();
    // It crashes here.
    drop(meter);
    mock.done();
    assert_eq!(last.map(|last| last.quantity), Some(Quantity::ActivePower));
    assert_eq!(TotalsFile::open(&path).unwrap().total("four"), 3);

    let (mut mock, changes, mut meter) = start(Duration::from_hours(1));
    assert_eq!(values(&settle(&mut meter, 0)), [(Quantity::EnergyImported, 5_003.0)]);
    close(&changes, 2);
    settle(&mut meter, 4);
    assert_eq!(TotalsFile::open(&path).unwrap().total("four"), 3, "the card is spared");
    meter.end().unwrap();
    mock.done();
    assert_eq!(TotalsFile::open(&path).unwrap().total("four"), 5);
}

#[test]
fn a_total_that_is_not_on_the_card_is_told_to_nobody() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("gone").join("totals.json");
    let (mut mock, changes, edges) = pin(State::High, 1);
    let totals_file = TotalsFile::open(&path).unwrap();
    let mut meter =
        PulseMeter::new(mock.clone(), edges, METER, totals_file, "four", Duration::ZERO);
    meter.begin().unwrap();
    close(&changes, 1);

    let mut measured = Vec::new();
    let outcomes: Vec<_> = (0..3).map(|_| meter.measure(&mut measured)).collect();

    assert!(matches!(outcomes.last(), Some(Err(Fault::Totals(_)))), "{outcomes:?}");
    assert_eq!(measured, []);
    mock.done();
}

#[test]
fn totals_that_cannot_be_read_are_not_begun_anew() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("totals.json");
    std::fs::write(&path, "{\"four\": ").unwrap();
    assert!(
        TotalsFile::open(&path).unwrap_err().to_string().contains("move it away to begin at 0")
    );
}

#[test]
fn a_door_counts_over_restarts() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("totals.json");
    let mut measured = Vec::new();
    for _ in 0..2 {
        let (mut outer_mock, outer_changes, outer) = pin(State::High, 1);
        let (mut inner_mock, inner_changes, inner) = pin(State::High, 1);
        let totals_file = TotalsFile::open(&path).unwrap();
        let mut door = Door::new(
            (outer_mock.clone(), outer),
            (inner_mock.clone(), inner),
            false,
            totals_file,
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
        measured = next(&mut door);
        outer_mock.done();
        inner_mock.done();
    }
    assert_eq!(values(&measured), [(Quantity::PeopleIn, 2.0), (Quantity::PeopleOut, 0.0)]);
}
