//! What energy costs and weighs.

use super::*;

#[test]
fn each_hour_has_the_price_of_its_season_day_and_clock() {
    let house = house();
    let price = |hour: &str| {
        let cost = cost(
            &house.tariffs,
            Carrier::Electricity,
            &hourly(hour, &[Some(1000.0)]),
            &house.timezone,
        );
        (cost.parts[0].name.clone(), cost.eur.unwrap())
    };
    let named = |name: &str| Some(name.to_owned());
    // Winter, Monday 22 h and 21 h in Paris.
    assert_eq!(price("2026-01-05T21:00:00Z"), (named("winter nights"), 0.15));
    assert_eq!(price("2026-01-05T20:00:00Z"), (None, 0.25));
    // Summer, the same hour; a Sunday.
    assert_eq!(price("2026-07-06T20:00:00Z"), (None, 0.25));
    assert_eq!(price("2026-07-05T10:00:00Z"), (named("sundays"), 0.18));
    // The contract before.
    assert_eq!(price("2025-07-05T10:00:00Z"), (None, 0.20));
}

#[test]
fn without_a_price_there_is_no_cost_and_the_rest_still_comes_out() {
    let house = house();
    let cost_of = |carrier, from| {
        cost(&house.tariffs, carrier, &hourly(from, &[Some(1000.0), None]), &house.timezone)
    };
    let after_the_last = cost_of(Carrier::Electricity, "2027-06-01T00:00:00Z");
    assert_eq!((after_the_last.eur, after_the_last.unpriced_wh), (None, 1000.0));
    let gas = cost_of(Carrier::Gas, "2026-06-01T00:00:00Z");
    assert_eq!((gas.eur, gas.unpriced_wh), (None, 1000.0));
    // Across the change of contracts both sources stand beside the figure.
    let both = cost_of(Carrier::Electricity, "2025-12-31T22:00:00Z");
    assert_eq!(both.sources, ["contract of 2025"]);
}

#[test]
fn the_fixed_part_is_paid_by_the_day() {
    let house = house();
    let fixed = |from, to| {
        fixed_cost(&house.tariffs, Carrier::Electricity, span(from, to), &house.timezone)
    };
    near(fixed("2025-03-31T22:00:00Z", "2025-04-30T22:00:00Z").unwrap(), 30.0);
    assert_eq!(fixed("2020-03-31T22:00:00Z", "2020-04-30T22:00:00Z"), None);
}

fn factor(usage: Option<Use>, year: i16, value: f64) -> Factor {
    let source = format!("table of {year}");
    let since = date(year, 1, 1);
    Factor { carrier: Carrier::Electricity, usage, since, value, source, confirmed: true }
}

#[test]
fn a_factor_that_was_not_published_for_this_year_is_carried_forward_and_says_so() {
    let factors = [factor(None, 2021, 0.06), factor(None, 2022, 0.05)];
    let weighed = |from: &str| {
        weigh(&factors, Carrier::Electricity, None, &hourly(from, &[Some(2000.0)]), &paris())
    };
    let old = weighed("2026-06-01T00:00:00Z");
    near(old.value.unwrap(), 0.1);
    assert_eq!((old.factors[0].years_old, old.factors[0].source.as_str()), (4, "table of 2022"));
    assert_eq!(weighed("2021-06-01T00:00:00Z").factors[0].years_old, 0);
    // Nothing is carried backwards.
    let before = weighed("2019-06-01T00:00:00Z");
    assert_eq!((before.value, before.unweighed_wh), (None, 2000.0));
}

#[test]
fn a_use_with_a_factor_of_its_own_is_weighed_by_it() {
    let factors = [factor(None, 2022, 0.05), factor(Some(Use::Heating), 2022, 0.08)];
    let kg = |usage| {
        let cells = hourly("2022-06-01T00:00:00Z", &[Some(1000.0)]);
        weigh(&factors, Carrier::Electricity, usage, &cells, &paris()).value
    };
    assert_eq!(kg(Some(Use::Heating)), Some(0.08));
    assert_eq!((kg(Some(Use::Lighting)), kg(None)), (Some(0.05), Some(0.05)));
}

#[test]
fn primary_energy_changes_with_the_decree_at_new_year() {
    let house = house();
    let cells = hourly("2025-12-31T22:00:00Z", &[Some(1000.0), Some(1000.0)]);
    let weighed = weigh(&house.primary, Carrier::Electricity, None, &cells, &house.timezone);
    near(weighed.value.unwrap(), 2.3 + 1.9);
    assert_eq!(weighed.factors.len(), 2);
}

#[test]
fn a_year_of_hours_costs_what_its_days_cost() {
    let house = house();
    let year = span("2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
    let hours: Vec<_> = grid(Step::Hour, year, &house.timezone)
        .map(|period| Bucket { period, figure: measured(1000.0) })
        .collect();
    let eur = |cells: &[EnergyCell]| {
        cost(&house.tariffs, Carrier::Electricity, cells, &house.timezone).eur.unwrap_or(0.0)
    };
    let by_day: f64 = grid(Step::Day, year, &house.timezone)
        .map(|day| {
            let of_day: Vec<_> =
                hours.iter().filter(|cell| day.contains(cell.period.start())).cloned().collect();
            eur(&of_day)
        })
        .sum();
    assert!((eur(&hours) - by_day).abs() < 1e-6);
}
