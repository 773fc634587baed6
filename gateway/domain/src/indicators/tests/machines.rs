//! Sessions and standby of machines.

use super::*;

/// Power of the plug, minute by minute from noon.
fn powers_of(watts: &[f64]) -> SeriesSet {
    let noon = at("2026-03-04T12:00:00Z");
    let observation = |(minute, watts): (usize, &f64)| {
        let when = noon + SignedDuration::from_mins(i64::try_from(minute).unwrap());
        let (observed_at, received_at, dated_by) = (when, when, DatedBy::Device);
        Observation { observed_at, received_at, dated_by, value: Value::Gauge(*watts) }
    };
    let source =
        Source { device: "plug".parse().unwrap(), quantity: Quantity::ActivePower, channel: None };
    let mut series = SeriesSet::default();
    series.insert(source, watts.iter().enumerate().map(observation).collect());
    series
}

/// Start and end in minutes from noon, Wh, idle share.
fn sessions_of(watts: &[f64], now: i64) -> Vec<(i64, i64, f64, f64, bool)> {
    let (house, noon) = (house(), at("2026-03-04T12:00:00Z"));
    let day = span("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z");
    let now = noon + SignedDuration::from_mins(now);
    let found = sessions(&house.meters[0], &powers_of(watts), day, &Rules::default(), now);
    let minutes = |instant: Instant| instant.since(noon).as_mins();
    let fields = |it: &Session| {
        let (start, end) = (minutes(it.period.start()), minutes(it.period.end()));
        (start, end, it.energy.energy_wh.unwrap(), it.idle_share, it.is_running)
    };
    found.iter().map(fields).collect()
}

#[test]
fn a_session_lasts_from_the_first_power_to_the_last() {
    let mut watts = vec![8.0; 10];
    watts.extend([600.0; 30]);
    watts.extend([8.0; 20]);
    assert_eq!(sessions_of(&watts, 60), [(10, 40, 300.0, 0.0, false)]);
}

#[test]
fn a_pause_shorter_than_the_machine_takes_is_part_of_the_session() {
    let mut watts = vec![600.0; 10];
    watts.extend([8.0; 2]);
    watts.extend([600.0; 8]);
    watts.extend([8.0; 20]);
    let sessions = sessions_of(&watts, 40);
    assert_eq!(sessions.len(), 1);
    assert_eq!((sessions[0].0, sessions[0].1), (0, 20));
    near(sessions[0].3, 0.1);
}

#[test]
fn somebody_who_tries_the_switch_makes_no_session() {
    let mut watts = vec![8.0; 5];
    watts.push(900.0);
    watts.extend([8.0; 20]);
    assert_eq!(sessions_of(&watts, 30), []);
}

#[test]
fn a_session_that_goes_on_is_running() {
    let sessions = sessions_of(&[600.0; 30], 29);
    assert_eq!(sessions.len(), 1);
    assert_eq!((sessions[0].0, sessions[0].1, sessions[0].4), (0, 29, true));
}

#[test]
fn a_machine_that_falls_silent_has_worked_as_long_as_is_known() {
    // The last reading is held while the next one may still come. Later, nothing of the silence is known.
    let held = sessions_of(&[600.0; 30], 44);
    assert_eq!((held[0].0, held[0].1, held[0].4), (0, 44, true));
    let missed = sessions_of(&[600.0; 30], 300);
    assert_eq!((missed[0].0, missed[0].1, missed[0].4), (0, 29, false));
}

#[test]
fn standby_is_the_power_that_a_machine_rests_at() {
    let mut watts = vec![8.4; 120];
    watts.extend([0.0; 30]);
    watts.extend([700.0; 30]);
    watts.extend([22.0; 10]);
    watts.push(0.0);
    let (house, noon) = (house(), at("2026-03-04T12:00:00Z"));
    let day = span("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z");
    let now = noon + SignedDuration::from_mins(190);
    let standby =
        standby(&house.meters[0], &powers_of(&watts), day, &Rules::default(), now).unwrap();
    near(standby.watts, 8.4);
    near(standby.hours, 130.0 / 60.0);
    near(standby.wh, 2.0 * 8.4 + 22.0 / 6.0);
}
