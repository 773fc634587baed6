//! Readings late, repeated and shuffled give what readings in order give, and never move the live figures back.

use domain::Instant;
use jiff::SignedDuration;
use tests::message::{batch, message, now};
use tests::{Installation, SOON, eventually};

const METERS: &str = "[[meter]]\nid = \"droit\"\nname = \"Droit\"\nenergy = [{ device = \"droit\" }]\n\
                      [[meter]]\nid = \"mele\"\nname = \"Mêlé\"\nenergy = [{ device = \"mele\" }]\n";

/// A register that grows by 7.5 Wh a minute for two days from 3 March 2026.
fn register() -> Vec<(Instant, f64)> {
    let start: Instant = "2026-03-03T06:00:00Z".parse().unwrap();
    (0..2 * 24 * 60)
        .map(|minute| (start + SignedDuration::from_mins(minute), 1e6 + minute as f64 * 7.5))
        .collect()
}

#[test]
fn late_repeated_and_shuffled_readings_give_the_same_energy_as_readings_in_order() {
    let building = Installation::embedded(METERS);
    let readings = register();
    let mut sensor = building.sensor("sensor");
    sensor.publish(readings.chunks(60).map(|hour| batch("droit", "energy_imported", hour)));

    // Every third hour first, then the rest backwards, some of it twice.
    let hours: Vec<_> = readings.chunks(60).collect();
    let shuffled = (0..hours.len()).step_by(3).chain((0..hours.len()).rev());
    sensor.publish(shuffled.map(|index| batch("mele", "energy_imported", hours[index])));

    building.api().stored(2.0 * readings.len() as f64, SOON);
    let (from, to) = ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");
    for by in ["hour", "day", "month"] {
        let straight = building.api().energy("droit", from, to, by);
        assert_eq!(straight, building.api().energy("mele", from, to, by), "by {by}");
    }
    let month: f64 =
        building.api().energy("mele", from, to, "month").iter().filter_map(|(_, wh)| *wh).sum();
    assert!((month - 7.5 * (readings.len() - 1) as f64).abs() < 1e-3, "{month} Wh");
    // The last message repeats readings, so it may be committed after all that is new.
    eventually("all repeated readings", SOON, || {
        let repeated = building.api().counter("vigie_readings_repeated_total");
        (repeated >= 16.0 * 60.0).then_some(())
    });
}

#[test]
fn readings_that_come_late_change_their_own_hours_and_no_others() {
    let building = Installation::embedded(METERS);
    let mut readings = register();
    // What was drawn from 16:00 to 18:00 was drawn in its first half hour, which is unknown at first.
    let mut late = readings.drain(600..720).collect::<Vec<_>>();
    let (first, all) = (late[0].1, late[119].1 - late[0].1);
    for (minute, (_, total)) in (0_u32..).zip(&mut late) {
        *total = first + f64::min(f64::from(minute) * 30.0, all);
    }
    let mut sensor = building.sensor("sensor");
    sensor.publish(readings.chunks(60).map(|hour| batch("droit", "energy_imported", hour)));
    building.api().stored(readings.len() as f64, SOON);
    let energy =
        |step| building.api().energy("droit", "2026-03-03T00:00:00Z", "2026-03-06T00:00:00Z", step);
    let (hours, days, month) = (energy("hour"), energy("day"), energy("month"));

    sensor.publish([batch("droit", "energy_imported", &late)]);

    building.api().stored((readings.len() + late.len()) as f64, SOON);
    let after = energy("hour");
    let changed: Vec<_> =
        hours.iter().zip(&after).filter(|(a, b)| differ(a.1, b.1)).map(|(_, b)| b.1).collect();
    assert_eq!(changed, [Some(892.5), Some(7.5)], "{after:?}");
    for (before, after) in [(days, energy("day")), (month, energy("month"))] {
        assert!(before.iter().zip(&after).all(|(a, b)| !differ(a.1, b.1)), "{before:?} {after:?}");
    }
}

fn differ(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() > 1e-6,
        (a, b) => a != b,
    }
}

#[test]
fn a_backlog_fills_history_and_never_moves_the_live_figure() {
    let site = "[[zone]]\nid = \"salle\"\nname = \"Salle\"\n\
                [[point]]\nid = \"salle-co2\"\nzone = \"salle\"\nquantity = \"co2\"\nsources = [{ device = \"air\" }]\n";
    let building = Installation::embedded(site);
    let now: Instant = now();
    let mut sensor = building.sensor("sensor");
    let live = || building.api().get("/live").ok()?["zones"][0]["co2_ppm"].as_f64();
    sensor.publish([message("air", "co2", now, 812.0)]);
    eventually("812 ppm", SOON, || (live() == Some(812.0)).then_some(()));

    let hour_ago = |minute: i64| (now - SignedDuration::from_mins(60 - minute), 1500.0);
    let backlog: Vec<_> = (0..50).map(hour_ago).collect();
    sensor.publish([batch("air", "co2", &backlog)]);

    eventually("the backlog", SOON, || {
        (building.api().readings("air", "co2").len() == 51).then_some(())
    });
    assert_eq!(live(), Some(812.0));
}
