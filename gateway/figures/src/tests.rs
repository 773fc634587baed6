//! A view as those who ask it meet it: one state for all figures, and the same figure whichever way it is asked for.

mod one_figure;

use std::sync::Arc;

use domain::audit::{Correction, Deed, Draft, Effect, Target};
use domain::calendar::Step;
use domain::site;
use domain::testing::at;
use domain::{DatedBy, ManualClock, Observation, Period, Quantity, Reading, Source, Value};
use jiff::SignedDuration;
use store::{AuditWriter, Batch, MemoryStore, SeriesWriter};

use crate::{Figures, Month, Scope};

const SITE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "UTC"
capacity = 10
area_m2 = 100

[[price]]
since = "2026-01-01"
eur_per_kwh = 0.20
source = "contract of 2026"

[[carbon]]
since = "2026-01-01"
kg_per_kwh = 0.05
source = "table of 2026"

[[zone]]
id = "workshop"
name = "Workshop"
capacity = 10
area_m2 = 40

[[doorway]]
id = "door"
from = "outside"
to = "workshop"
sources = [{ device = "door" }]

[[point]]
id = "co2"
zone = "workshop"
quantity = "co2"
sources = [{ device = "air" }]

[[meter]]
id = "main"
name = "Main"
zone = "workshop"
energy = [{ device = "main" }]
"#;

const NOW: &str = "2026-11-03T00:00:00Z";

fn span(from: &str, to: &str) -> Period {
    Period::new(at(from), at(to)).unwrap()
}

struct House {
    store: MemoryStore,
    clock: Arc<ManualClock>,
    figures: Figures,
}

impl House {
    fn new() -> Self {
        let (store, clock) = (MemoryStore::new(), Arc::new(ManualClock::new(at(NOW))));
        let site = Arc::new(site::parse(SITE, "house.toml").unwrap());
        let figures = Figures::new(store.clone(), site, Arc::clone(&clock) as _);
        Self { store, clock, figures }
    }

    /// A value every five minutes of a span, as a function of the minutes since its begin.
    async fn stores(
        &self,
        device: &str,
        quantity: Quantity,
        span: Period,
        value: impl Fn(f64) -> f64,
    ) {
        let source = Source { device: device.parse().unwrap(), quantity, channel: None };
        let (mut readings, mut when) = (Vec::new(), span.start());
        while when <= span.end() {
            let number = value(when.since(span.start()).as_secs_f64() / 60.0);
            let value = Value::from_f64(quantity.kind(), number);
            let (observed_at, received_at) = (when, when);
            let observation =
                Observation { observed_at, received_at, dated_by: DatedBy::Device, value };
            readings.push(Reading { source: source.clone(), observation });
            when = when + SignedDuration::from_mins(5);
        }
        self.store.append(Batch { readings, ..Batch::default() }).await.unwrap();
    }

    /// Four people who come through the door at 8 and leave at 12 on the second of November.
    async fn counts(&self) {
        let day = span("2026-11-02T00:00:00Z", "2026-11-02T13:00:00Z");
        let since = |from: f64| move |minute: f64| if minute >= from { 14.0 } else { 10.0 };
        self.stores("door", Quantity::PeopleIn, day, since(480.0)).await;
        self.stores("door", Quantity::PeopleOut, day, since(720.0)).await;
    }

    /// Two days with four people from 8 to 12, in stale air, at 1 kW all the time.
    async fn works(&self) {
        for day in ["2026-11-01", "2026-11-02"] {
            let whole = span(&format!("{day}T00:00:00Z"), &format!("{day}T23:55:00Z"));
            let is_there = |minute: f64| (480.0..720.0).contains(&minute);
            let co2 = move |minute: f64| if is_there(minute) { 1600.0 } else { 420.0 };
            self.stores("air", Quantity::Co2, whole, co2).await;
        }
        self.counts().await;
        let both = span("2026-11-01T00:00:00Z", NOW);
        self.stores("main", Quantity::EnergyImported, both, |minute| minute * 1000.0 / 60.0).await;
    }
}

#[tokio::test]
async fn a_view_does_not_change_when_something_is_corrected_or_midnight_passes() {
    let house = House::new();
    house.works().await;
    let day = span("2026-11-02T00:00:00Z", NOW);
    let view = house.figures.view(None).await.unwrap();
    let before = view.energy_of_meter(view.meter("main").unwrap(), &[day]).await.unwrap();

    let target = Target::Meter("main".parse().unwrap());
    let (from, to, effect) = (day.start(), day.end(), Effect::EnergyWh(5.0));
    let deed = Deed::Correction(Correction { target, from, to, effect });
    let (author, reason) = ("marie".to_owned(), "essai".to_owned());
    house.store.record(Draft { at: at(NOW), author, reason, deed, before: None }).await.unwrap();
    house.clock.set(at("2026-11-03T00:00:01Z"));

    let again = view.energy_of_meter(view.meter("main").unwrap(), &[day]).await.unwrap();
    let next = house.figures.view(None).await.unwrap();
    let corrected = next.energy_of_meter(next.meter("main").unwrap(), &[day]).await.unwrap();
    assert_eq!((again, view.now()), (before, at(NOW)));
    assert_eq!(corrected[0].energy_wh, Some(5.0));
}

#[tokio::test]
async fn the_figures_of_the_report_are_those_that_are_had_one_by_one() {
    let house = House::new();
    house.works().await;
    let view = house.figures.view(None).await.unwrap();
    let month: Month = "2026-11".parse().unwrap();
    let period = month.period(&view.site().timezone);
    let zone = view.site().zone("workshop").unwrap();
    let building = Scope::of_building(view.site());

    let report = view.month_report(month).await.unwrap();

    let used = view.attendances(None, &[period]).await.unwrap();
    let of_zone = view.attendances(Some(zone.id.clone()), &[period]).await.unwrap();
    let usage = view.usages(&building, &[period]).await.unwrap();
    assert_eq!(report.attendance, used[0]);
    assert_eq!(report.zones[0].attendance.as_ref(), Some(&of_zone[0]));
    assert_eq!(report.zones[0].air, Some(view.air(zone, period).await.unwrap()));
    assert_eq!(report.usage, usage[0].usage);
    assert_eq!(report.usage.person_hours, report.attendance.person_hours);
    let profile = view.load_profile(&building, period).await.unwrap();
    assert_eq!((report.load, report.closed), (profile.load, profile.while_closed));
    let costs = view.costs(&building, &[period]).await.unwrap();
    assert_eq!(report.account.map(|it| it.cost), Some(costs[0].cost.clone()));
    let air = report.zones[0].air.as_ref().unwrap().occupied.unwrap();
    assert!((air.above_action - 1.0).abs() < 0.1, "{air:?}");
}

#[tokio::test]
async fn no_energy_while_nobody_was_there_costs_and_weighs_nothing() {
    let house = House::new();
    let morning = span("2026-11-02T08:00:00Z", "2026-11-02T12:00:00Z");
    house.counts().await;
    house.stores("main", Quantity::EnergyImported, morning, |minute| minute).await;
    let view = house.figures.view(None).await.unwrap();
    let scope = Scope::of_zone(view.site(), "workshop").unwrap();

    let quarter = span("2026-11-02T09:00:00Z", "2026-11-02T11:00:00Z");
    let items = view.usages(&scope, &[quarter]).await.unwrap();

    assert!(items[0].usage.occupied_wh > 0.0 && items[0].usage.vacant_wh == 0.0, "{items:?}");
    assert_eq!((items[0].vacant_eur, items[0].vacant_kg_co2e), (Some(0.0), Some(0.0)));
    // Of a time of which nothing is known nothing is given.
    let night = span("2026-11-02T20:00:00Z", "2026-11-02T22:00:00Z");
    let unknown = view.usages(&scope, &[night]).await.unwrap();
    assert_eq!((unknown[0].vacant_eur, unknown[0].vacant_kg_co2e), (None, None));
}

#[tokio::test]
async fn each_person_hour_costs_what_the_energy_of_its_own_time_costs() {
    let house = House::new();
    let day = span("2026-11-02T08:00:00Z", "2026-11-02T12:00:00Z");
    house.counts().await;
    // The energy of the last two hours is unknown.
    let known = span("2026-11-02T08:00:00Z", "2026-11-02T10:00:00Z");
    house.stores("main", Quantity::EnergyImported, known, |minute| minute * 4000.0 / 60.0).await;
    let view = house.figures.view(None).await.unwrap();

    let item = view.usages(&Scope::of_building(view.site()), &[day]).await.unwrap().remove(0);

    let usage = item.usage;
    let each = usage.wh_per_person_hour.unwrap();
    // 4 kW for four people; not half of it.
    assert!((each - 1000.0).abs() < 200.0, "{usage:?}");
    assert!((usage.per_person_hour_coverage - 0.5).abs() < 0.02, "{usage:?}");
    assert!((item.eur_per_person_hour.unwrap() - each / 1000.0 * 0.20).abs() < 1e-9, "{item:?}");
    let kg = item.kg_co2e_per_person_hour.unwrap();
    assert!((kg - each / 1000.0 * 0.05).abs() < 1e-9, "{item:?}");
}

#[tokio::test]
async fn a_month_that_was_measured_in_part_has_no_rate_by_area_and_is_compared_with_no_other() {
    let house = House::new();
    house.works().await;
    house.clock.set(at("2026-12-02T00:00:00Z"));
    let view = house.figures.view(None).await.unwrap();

    let report = view.month_report("2026-11".parse().unwrap()).await.unwrap();

    let november = &report.energy[0];
    assert!(november.building.energy_wh.is_some() && november.building.coverage < 0.1);
    assert_eq!((november.kwh_per_m2, november.zones[0].kwh_per_m2), (None, None));
    assert_eq!(report.account.and_then(|it| it.kwh_per_m2), None);
    let day = view.past(span("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"), Step::Day);
    let costs = view.costs(&Scope::of_building(view.site()), &day).await.unwrap();
    assert!((costs[0].kwh_per_m2.unwrap() - 0.24).abs() < 0.01, "{costs:?}");
}
