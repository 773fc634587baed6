//! What people change, and that it can be undone.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::InvalidCorrection::{Empty, Future, NoTarget, Unfit};
use super::*;
use crate::energy::{self, EnergyFigure};
use crate::figure::Quality;
use crate::instant::{Instant, Period};
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Observation, SeriesSet, Value};
use crate::site::{self, Site};
use crate::testing::source;

const SITE: &str = r#"
[site]
id = "essai"
name = "Essai"
timezone = "Europe/Paris"
capacity = 20
area_m2 = 100
[[zone]]
id = "salle"
name = "Salle"
[[point]]
id = "salle-co2"
zone = "salle"
quantity = "co2"
sources = [{ device = "air", until = "2026-11-23T12:00:00Z" }, { device = "air-2", since = "2026-11-23T12:00:00Z" }]
[[meter]]
id = "four"
name = "Four"
energy = [{ device = "prise" }]
"#;

fn essai() -> Site {
    site::parse(SITE, "essai.toml").unwrap()
}

fn at(time: &str) -> Instant {
    format!("2026-11-23T{time}:00Z").parse().unwrap()
}

fn observed(observed_at: Instant, value: Value) -> Observation {
    Observation { observed_at, received_at: observed_at, dated_by: DatedBy::Device, value }
}

fn entry(id: u64, time: &str, deed: Deed) -> Entry {
    let (author, reason) = ("marie".to_owned(), "essai".to_owned());
    Entry { id: EntryId(id), at: at(time), author, reason, deed }
}

fn correction(target: Target, from: &str, to: &str, effect: Effect) -> Correction {
    Correction { target, from: at(from), to: at(to), effect }
}

fn four(from: &str, to: &str, effect: Effect) -> Deed {
    Deed::Correction(correction(Target::Meter("four".parse().unwrap()), from, to, effect))
}

fn undo(id: u64) -> Deed {
    Deed::Undo { entry: EntryId(id) }
}

/// The oven takes 1 kWh an hour; its plug tells nonsense from 09:00 to 10:00.
fn register() -> Vec<Observation> {
    let minute = |n: i64| {
        let nonsense = (60..120).contains(&n);
        let total = if nonsense { 900_000.0 } else { 100_000.0 + n as f64 * 1000.0 / 60.0 };
        observed(at("08:00") + SignedDuration::from_mins(n), Value::Register(total))
    };
    (0..=240).map(minute).collect()
}

fn hours() -> Vec<Period> {
    let hour = |n: i64| {
        let start = at("08:00") + SignedDuration::from_hours(n);
        Period::new(start, start + SignedDuration::from_hours(1)).unwrap()
    };
    (0..4).map(hour).collect()
}

fn figures(entries: &[Entry], known_at: Option<Instant>) -> Vec<EnergyFigure> {
    let (site, prise) = (essai(), source("prise", Quantity::EnergyImported));
    let corrections = Corrections::of(entries, &site, known_at);
    let site = corrections.site(&site);
    let mut kept = register();
    kept.retain(|one| corrections.keeps(&prise, one));
    let mut series = SeriesSet::default();
    series.insert(prise, kept);
    energy::meter_energy(&site.meters[0], &hours(), &series, &site.rules, at("13:00"))
}

#[test]
fn a_stated_energy_takes_the_place_of_what_was_measured_and_says_that_it_is_no_measurement() {
    let corrected =
        figures(&[entry(1, "14:00", four("09:00", "10:00", Effect::EnergyWh(750.0)))], None);

    assert_eq!(corrected[1].energy_wh, Some(750.0));
    assert_eq!(corrected[1].quality, Quality::Estimated);
    let around: Vec<f64> = [0, 2, 3].map(|n: usize| corrected[n].energy_wh.unwrap().round()).into();
    assert_eq!(around, [1000.0, 1000.0, 1000.0]);
}

#[test]
fn excluded_readings_of_a_register_leave_its_total_over_the_gap() {
    let corrected = figures(&[entry(1, "14:00", four("08:30", "10:00", Effect::Exclude))], None);
    let total: f64 = corrected.iter().filter_map(|figure| figure.energy_wh).sum();
    assert!((total - 4000.0).abs() < 1.0, "{total}");
}

#[test]
fn a_figure_can_be_had_as_it_was_known_then() {
    let entries = [
        entry(1, "14:00", four("09:00", "10:00", Effect::EnergyWh(750.0))),
        entry(2, "16:00", four("09:00", "10:00", Effect::EnergyWh(800.0))),
        entry(3, "18:00", undo(2)),
    ];
    let energy = |known: &str| figures(&entries, Some(at(known)))[1].energy_wh;

    assert_eq!(energy("13:59"), figures(&[], None)[1].energy_wh);
    assert_eq!(energy("15:00"), Some(750.0));
    assert_eq!(energy("17:00"), Some(800.0));
    assert_eq!(energy("19:00"), Some(750.0));
}

#[test]
fn what_was_received_later_was_not_known_then() {
    let (site, air) = (essai(), source("air", Quantity::Co2));
    let late =
        Observation { received_at: at("11:00"), ..observed(at("09:00"), Value::Gauge(700.0)) };
    let then = Corrections::of(&[], &site, Some(at("10:00")));
    assert!(!then.keeps(&air, &late));
    assert!(Corrections::of(&[], &site, Some(at("11:00"))).keeps(&air, &late));
}

#[test]
fn a_point_is_corrected_in_whichever_source_filled_it() {
    let site = essai();
    let target = Target::Point("salle-co2".parse().unwrap());
    let deed = Deed::Correction(correction(target, "11:30", "12:30", Effect::Value(600.0)));
    let corrections = Corrections::of(&[entry(1, "14:00", deed)], &site, None);
    let stated =
        |device: &str| corrections.stated_readings(&source(device, Quantity::Co2), Period::ALL);

    let (old, new) = (stated("air"), stated("air-2"));

    assert_eq!((old.first().unwrap().observed_at, old.len()), (at("11:30"), 30));
    assert_eq!((new.first().unwrap().observed_at, new.len()), (at("12:00"), 30));
    assert!(old.iter().chain(&new).all(|one| one.value == Value::Gauge(600.0)));
}

#[test]
fn a_correction_that_makes_no_sense_is_refused_with_the_reason() {
    let (site, now) = (essai(), at("14:00"));
    let meter = || Target::Meter("four".parse().unwrap());
    let point = || Target::Point("salle-co2".parse().unwrap());
    let check = |correction: Correction| correction.check(&site, now);

    assert_eq!(check(correction(meter(), "09:00", "10:00", Effect::EnergyWh(1.0))), Ok(()));
    assert_eq!(check(correction(meter(), "10:00", "10:00", Effect::Note)), Err(Empty));
    assert_eq!(check(correction(meter(), "10:00", "15:00", Effect::Exclude)), Err(Future));
    let nowhere = Target::Meter("nulle-part".parse().unwrap());
    assert!(matches!(check(correction(nowhere, "09:00", "10:00", Effect::Note)), Err(NoTarget(_))));
    for (target, effect) in [
        (meter(), Effect::EnergyWh(-1.0)),
        (meter(), Effect::EnergyWh(f64::NAN)),
        (meter(), Effect::Value(1.0)),
        (point(), Effect::EnergyWh(1.0)),
    ] {
        let refused = check(correction(target, "09:00", "10:00", effect));
        assert!(matches!(refused, Err(Unfit(_))), "{effect:?}");
    }
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let effect = prop_oneof![
        Just(Effect::Exclude),
        (0.0..5000.0).prop_map(Effect::EnergyWh),
        Just(Effect::Note),
    ];
    (0_i64..240, 1_i64..120, effect).prop_map(|(from, length, effect)| {
        let from = at("08:00") + SignedDuration::from_mins(from);
        let to = from + SignedDuration::from_mins(length);
        Deed::Correction(Correction {
            target: Target::Meter("four".parse().unwrap()),
            from,
            to,
            effect,
        })
    })
}

proptest! {
    #[test]
    fn undoing_every_correction_in_any_order_restores_every_figure(
        deeds in prop::collection::vec(any_deed(), 1..6),
        order in any::<u64>(),
    ) {
        let mut entries: Vec<Entry> =
            deeds.into_iter().zip(1..).map(|(deed, id)| entry(id, "14:00", deed)).collect();
        let mut left: Vec<u64> = entries.iter().map(|entry| entry.id.0).collect();
        while !left.is_empty() {
            let id = left.remove(usize::try_from(order % left.len() as u64).unwrap());
            let next = entries.len() as u64 + 1;
            entries.push(entry(next, "15:00", undo(id)));
        }
        prop_assert_eq!(figures(&entries, None), figures(&[], None));
    }

    #[test]
    fn an_undo_that_is_undone_leaves_the_figures_as_corrected(deed in any_deed()) {
        let entries = [entry(1, "14:00", deed), entry(2, "15:00", undo(1)), entry(3, "16:00", undo(2))];
        prop_assert_eq!(figures(&entries, None), figures(&entries[..1], None));
    }

    #[test]
    fn a_day_is_the_sum_of_its_hours_whatever_was_corrected(
        deeds in prop::collection::vec(any_deed(), 0..5),
    ) {
        let entries: Vec<Entry> =
            deeds.into_iter().zip(1..).map(|(deed, id)| entry(id, "14:00", deed)).collect();
        let site = essai();
        let corrections = Corrections::of(&entries, &site, None);
        let (site, prise) = (corrections.site(&site), source("prise", Quantity::EnergyImported));
        let mut kept = register();
        kept.retain(|one| corrections.keeps(&prise, one));
        let mut series = SeriesSet::default();
        series.insert(prise, kept);
        let whole = Period::new(at("08:00"), at("12:00")).unwrap();
        let ask = |grid: &[Period]| -> f64 {
            energy::meter_energy(&site.meters[0], grid, &series, &site.rules, at("13:00"))
                .iter()
                .filter_map(|figure| figure.energy_wh)
                .sum()
        };
        prop_assert!((ask(&[whole]) - ask(&hours())).abs() < 1e-6);
    }
}

#[test]
fn an_entry_made_while_the_clock_was_ahead_is_known_from_the_next_one_on() {
    let wrong = entry(1, "23:00", four("08:00", "09:00", Effect::Exclude));
    let next = entry(2, "10:00", four("09:00", "09:30", Effect::Note));
    let known = |known_at: &str| {
        let entries = [wrong.clone(), next.clone()];
        in_force(&entries, Some(at(known_at))).map(|(id, _)| id.0).collect::<Vec<_>>()
    };
    assert_eq!(known("11:00"), [1, 2]);
    assert_eq!(known("09:59"), [0_u64; 0]);
}
