//! A figure is the same whichever way it is asked for: of random buildings, readings, silences and corrections.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::{BUILDING, By, Figures, Month, MonthReport, Scope, View};
use domain::audit::{Correction, Deed, Draft, Effect, Target};
use domain::calendar::Step;
use domain::energy::EnergyFigure;
use domain::site::{self, Site};
use domain::{
    DatedBy, Instant, ManualClock, Observation, Period, Quantity, Reading, Source, Value,
};
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;
use store::{AuditWriter, Batch, MemoryStore, SeriesWriter};

/// Ten days around the end of a month and of summer time, in quarter hours.
const START: &str = "2026-10-24T00:00:00Z";
const QUARTERS: i64 = 10 * 96;
const METERS: usize = 4;
const USES: [&str; 3] = ["", "use = \"heating\"\n", "use = \"machines\"\n"];
const ZONES: [&str; 3] = ["", "zone = \"east\"\n", "zone = \"west\"\n"];

const SITE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 20
area_m2 = 100

[site.opening]
monday = ["08:00-18:00"]
saturday = ["09:10-12:00"]

[[price]]
since = "2026-01-01"
eur_per_kwh = 0.20
source = "contract"
periods = [{ name = "night", eur_per_kwh = 0.15, hours = ["00:00-06:00", "22:00-24:00"] }]

[[zone]]
id = "east"
name = "East"
capacity = 10
area_m2 = 40

[[zone]]
id = "west"
name = "West"
capacity = 10

[[doorway]]
id = "door"
from = "outside"
to = "east"
sources = [{ device = "door" }]

[[doorway]]
id = "inner"
from = "east"
to = "west"
sources = [{ device = "inner" }]
"#;

/// A random building with its readings and corrections.
#[derive(Clone, Debug)]
struct Building {
    /// Of each meter the one that it is a part of, its zone and its use.
    meters: Vec<(Option<usize>, usize, usize)>,
    /// Of each meter a number that its energies follow from.
    seeds: Vec<u64>,
    /// Silences: source, first quarter hour and how many.
    silences: Vec<(usize, i64, i64)>,
    /// Stretches whose readings come late, by quarter hours.
    delays: Vec<(usize, i64, i64, i64)>,
    /// Corrections: meter, first quarter hour, how many, energy in Wh, and how long after it they are entered.
    corrections: Vec<(usize, i64, i64, Option<u16>, i64)>,
    /// Present quarter hour.
    now: i64,
}

fn building() -> impl Strategy<Value = Building> {
    let meter = (any::<prop::sample::Index>(), any::<bool>(), 0..3_usize, 0..3_usize);
    let stretch = (0..METERS + 4, 0..QUARTERS, 1..200_i64);
    let delay = (0..METERS + 4, 0..QUARTERS, 1..100_i64, 1..60_i64);
    let correction = (0..METERS, 0..QUARTERS, 1..80_i64, prop::option::of(0..5000_u16), 0..300_i64);
    let parts = (
        vec(meter, METERS),
        vec(any::<u64>(), METERS + 4),
        vec(stretch, 0..6),
        vec(delay, 0..3),
        vec(correction, 0..3),
        QUARTERS / 2..QUARTERS + 200,
    );
    parts.prop_map(|(meters, seeds, silences, delays, corrections, now)| {
        let meter = |(place, (parent, is_part, zone, usage)): (usize, _)| {
            let parent: prop::sample::Index = parent;
            ((place > 0 && is_part).then(|| parent.index(place)), zone, usage)
        };
        let meters = meters.into_iter().enumerate().map(meter).collect();
        Building { meters, seeds, silences, delays, corrections, now }
    })
}

fn at(quarter: i64) -> Instant {
    let start: Instant = START.parse().unwrap();
    start + SignedDuration::from_mins(15 * quarter)
}

impl Building {
    fn site(&self) -> Option<Site> {
        let mut text = SITE.to_owned();
        for (place, (parent, zone, usage)) in self.meters.iter().enumerate() {
            let parent = parent.map(|it| format!("parent = \"m{it}\"\n")).unwrap_or_default();
            let (zone, usage) = (ZONES[*zone], USES[*usage]);
            write!(
                text,
                "\n[[meter]]\nid = \"m{place}\"\nname = \"M{place}\"\n{parent}{zone}{usage}energy = [{{ device = \"m{place}\" }}]\n"
            )
            .unwrap();
        }
        site::parse(&text, "house.toml").ok()
    }

    /// The figures at `now` of a store with what was received and entered by then.
    async fn figures(&self, site: &Site, now: i64, until: i64) -> Figures {
        let store = MemoryStore::new();
        let mut readings = Vec::new();
        for (place, seed) in self.seeds.iter().enumerate() {
            self.add_series(&mut readings, place, *seed);
        }
        readings.retain(|it| it.observation.received_at <= at(until));
        store.append(Batch { readings, ..Batch::default() }).await.unwrap();
        // What has not come yet cannot be corrected. The ledger is in the order in which its entries are made.
        let entered = |(_, first, length, _, after): &(_, i64, i64, _, i64)| first + length + after;
        let mut corrections: Vec<_> = self.corrections.iter().collect();
        corrections.sort_by_key(|it| entered(it));
        for correction in corrections {
            let (meter, first, length, wh, _) = correction;
            let entered = entered(correction);
            if entered > until {
                continue;
            }
            let target = match wh {
                Some(_) => Target::Meter(format!("m{meter}").parse().unwrap()),
                None => Target::Source(source(*meter)),
            };
            let effect = wh.map_or(Effect::Exclude, |wh| Effect::EnergyWh(f64::from(wh)));
            let (from, to) = (at(*first), at(first + length));
            let deed = Deed::Correction(Correction { target, from, to, effect });
            let (author, reason) = ("marie".to_owned(), "essai".to_owned());
            let draft = Draft { at: at(entered), author, reason, deed, before: None };
            store.record(draft).await.unwrap();
        }
        let clock = Arc::new(ManualClock::new(at(now)));
        Figures::new(store, Arc::new(site.clone()), clock)
    }

    fn add_series(&self, readings: &mut Vec<Reading>, place: usize, seed: u64) {
        let source = source(place);
        let (mut state, mut total) = (seed, 1000.0);
        for quarter in 0..QUARTERS.min(self.now + 1) {
            // A step of a linear congruential generator.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let random = (state >> 40) as u32;
            total += step(place, random, quarter);
            if place < METERS && random.is_multiple_of(401) {
                total = 0.0;
            }
            let is_in = |of: usize, first: i64, length: i64| {
                of == place && (first..first + length).contains(&quarter)
            };
            if self.silences.iter().any(|(of, first, length)| is_in(*of, *first, *length)) {
                continue;
            }
            let late = self.delays.iter().filter(|it| is_in(it.0, it.1, it.2)).map(|it| it.3).max();
            let (observed_at, received_at) = (at(quarter), at(quarter + late.unwrap_or(0)));
            let value = Value::from_f64(source.quantity.kind(), total);
            let observation =
                Observation { observed_at, received_at, dated_by: DatedBy::Device, value };
            readings.push(Reading { source: source.clone(), observation });
        }
    }
}

/// The meters, then the doors with who came and who left.
fn source(place: usize) -> Source {
    let (device, quantity) = match place {
        4 => ("door".to_owned(), Quantity::PeopleIn),
        5 => ("door".to_owned(), Quantity::PeopleOut),
        6 => ("inner".to_owned(), Quantity::PeopleIn),
        7 => ("inner".to_owned(), Quantity::PeopleOut),
        meter => (format!("m{meter}"), Quantity::EnergyImported),
    };
    Source { device: device.parse().unwrap(), quantity, channel: None }
}

/// How much a register grows in a quarter of an hour.
fn step(place: usize, random: u32, quarter: i64) -> f64 {
    let hour = quarter / 4 % 24;
    let is_due = match place {
        4 => (8..10).contains(&hour),
        5 => (15..18).contains(&hour),
        6 => hour == 11,
        7 => hour == 13,
        _ => return f64::from(random % 500),
    };
    f64::from(u32::from(is_due && random.is_multiple_of(3)))
}

fn run(work: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

fn close(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-6 * one.abs().max(1.0),
        (one, other) => one == other,
    }
}

fn same(one: &EnergyFigure, other: &EnergyFigure) -> bool {
    close(one.energy_wh, other.energy_wh)
        && close(Some(one.coverage), Some(other.coverage))
        && close(Some(one.repaired), Some(other.repaired))
        && one.quality == other.quality
}

/// The known parts together; `None` where no part is known.
fn sum(parts: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    parts.flatten().reduce(|sum, part| sum + part)
}

fn months() -> [Month; 2] {
    ["2026-10".parse().unwrap(), "2026-11".parse().unwrap()]
}

/// The energy of a scope in a month by all ways.
async fn check_energy(
    view: &View,
    scope: &Scope<'_>,
    name: &str,
    month: Period,
) -> Result<(), TestCaseError> {
    let whole = view.energy(&scope.meters, &[month]).await.unwrap().remove(0);
    for step in [Step::Day, Step::Hour, Step::Minutes(15)] {
        let parts = view.energy(&scope.meters, &view.past(month, step)).await.unwrap();
        let parts = sum(parts.iter().map(|part| part.energy_wh));
        prop_assert!(close(whole.energy_wh, parts), "{name} by {step:?}: {whole:?}, {parts:?}");
    }
    let cost = view.costs(scope, &[month]).await.unwrap().remove(0);
    prop_assert!(same(&cost.energy, &whole), "{name}: {cost:?}, {whole:?}");
    let counted = cost.cost.priced_wh + cost.cost.unpriced_wh;
    prop_assert!(close(Some(whole.energy_wh.unwrap_or(0.0)), Some(counted)), "{name}: {cost:?}");
    let load = view.load_profile(scope, month).await.unwrap();
    prop_assert!(
        close(load.energy.energy_wh, whole.energy_wh),
        "{name}: {:?}, {whole:?}",
        load.energy
    );
    if let Some(closed) = load.while_closed {
        let all = closed.closed_wh + closed.open_wh;
        prop_assert!(
            close(Some(all), Some(whole.energy_wh.unwrap_or(0.0))),
            "{name}: {closed:?}, {whole:?}"
        );
    }
    Ok(())
}

/// The lines of breakdowns and of a report are the energies of their scopes.
async fn check_lines(view: &View, report: &MonthReport) -> Result<(), TestCaseError> {
    let (site, span) = (view.site(), report.period);
    let now = &report.energy[0];
    for (by, lines) in [(By::Meter, &now.meters), (By::Zone, &now.zones), (By::Use, &now.uses)] {
        let breakdown = view.breakdown(by, span).await.unwrap();
        prop_assert!(same(&breakdown.building, &now.building));
        for (line, own) in breakdown.items.iter().zip(lines) {
            prop_assert_eq!(&line.id, &own.id);
            prop_assert!(same(&line.energy, &own.energy), "{line:?}, {own:?}");
            let scope = match by {
                By::Meter => Scope::of_meter(site, &line.id).unwrap(),
                By::Zone => Scope::of_zone(site, &line.id).unwrap(),
                By::Use => continue,
            };
            let figure = view.energy(&scope.meters, &[span]).await.unwrap().remove(0);
            prop_assert!(same(&line.energy, &figure), "{line:?}, {figure:?}");
        }
    }
    Ok(())
}

async fn check_people(view: &View, report: &MonthReport) -> Result<(), TestCaseError> {
    let span = report.period;
    let attendance = view.attendances(None, &[span]).await.unwrap().remove(0);
    prop_assert_eq!(&report.attendance, &attendance);
    for name in [BUILDING, "east", "west"] {
        let scope = Scope::of_zone(view.site(), name).unwrap();
        let attendance = view.attendances(scope.zone.clone(), &[span]).await.unwrap().remove(0);
        let usage = view.usages(&scope, &[span]).await.unwrap().remove(0).usage;
        prop_assert_eq!(usage.person_hours, attendance.person_hours, "{}", name);
        prop_assert_eq!(usage.person_hours_low, attendance.low_person_hours, "{}", name);
        prop_assert_eq!(usage.person_hours_high, attendance.high_person_hours, "{}", name);
        if let Some(zone) = report.zones.iter().find(|zone| zone.id.as_str() == name) {
            prop_assert_eq!(zone.attendance.as_ref(), Some(&attendance));
        } else {
            prop_assert_eq!(name, BUILDING);
            prop_assert_eq!(report.usage, usage);
        }
        let all = usage.vacant_wh + usage.occupied_wh + usage.unknown_wh;
        let energy = view.energy(&scope.meters, &[span]).await.unwrap()[0].energy_wh;
        prop_assert!(
            close(Some(all), Some(energy.unwrap_or(0.0))),
            "{}: {:?}, {:?}",
            name,
            usage,
            energy
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_energy_of_a_month_is_the_sum_of_its_parts_and_the_same_in_every_table(building in building()) {
        let site = building.site();
        prop_assume!(site.is_some());
        let site = site.unwrap();
        run(async {
            let view = building.figures(&site, building.now, building.now).await.view(None).await.unwrap();
            for month in months() {
                let report = view.month_report(month).await.unwrap();
                check_lines(&view, &report).await?;
                for name in [BUILDING, "east", "west"] {
                    check_energy(&view, &Scope::of_zone(view.site(), name).unwrap(), name, report.period).await?;
                }
                for name in ["m0", "m1", "m2", "m3"] {
                    check_energy(&view, &Scope::of_meter(view.site(), name).unwrap(), name, report.period).await?;
                }
                let account = report.account.as_ref().unwrap();
                prop_assert!(same(&account.energy, &report.energy[0].building));
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_people_of_a_month_are_the_same_in_every_table(building in building()) {
        let site = building.site();
        prop_assume!(site.is_some());
        let site = site.unwrap();
        run(async {
            let view = building.figures(&site, building.now, building.now).await.view(None).await.unwrap();
            for month in months() {
                check_people(&view, &view.month_report(month).await.unwrap()).await?;
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_view_as_known_before_is_the_view_of_a_store_that_has_only_what_came_by_then(building in building(), then in QUARTERS / 3..QUARTERS) {
        let site = building.site();
        prop_assume!(site.is_some());
        let (site, then) = (site.unwrap(), then.min(building.now));
        run(async {
            let known_then = building.figures(&site, building.now, QUARTERS * 2).await.view(Some(at(then))).await.unwrap();
            let given_then = building.figures(&site, then, then).await.view(None).await.unwrap();
            for month in months() {
                let (known, given) = (known_then.month_report(month).await.unwrap(), given_then.month_report(month).await.unwrap());
                for (known, given) in known.energy.iter().zip(&given.energy) {
                    prop_assert!(same(&known.building, &given.building), "{known:?}, {given:?}");
                    let lines = |it: &crate::Breakdowns| [&it.zones[..], &it.meters, &it.uses].concat();
                    for (known, given) in lines(known).iter().zip(lines(given)) {
                        prop_assert!(same(&known.energy, &given.energy), "{known:?}, {given:?}");
                    }
                }
                for (known, given) in known.days.iter().zip(&given.days) {
                    prop_assert!(same(&known.figure, &given.figure), "{known:?}, {given:?}");
                }
                prop_assert!(close(known.usage.person_hours, given.usage.person_hours));
                prop_assert!(close(known.attendance.person_hours, given.attendance.person_hours));
                prop_assert_eq!(known.attendance, given.attendance);
            }
            Ok(())
        })?;
    }
}
