//! The views of the energy page, as a browser without JavaScript sees them.

use domain::Quantity;
use domain::site;
use jiff::SignedDuration;

use super::{House, at};

const VIEWS: [&str; 6] = ["consumption", "power", "machines", "people", "climate", "checks"];

const SITE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 10
area_m2 = 100

[[price]]
since = "2026-01-01"
eur_per_kwh = 0.20
source = "contrat de 2026"

[[zone]]
id = "workshop"
name = "Atelier <1>"

[[meter]]
id = "main"
name = "Compteur général"
zone = "workshop"
use = "machines"
machine = "laser"
energy = [{ device = "main" }]
power = [{ device = "main" }]
subscribed_kva = 9
"#;

/// 600 W all Sunday, in a house with one meter.
async fn house() -> House {
    let house = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    for n in 0..=144_i32 {
        let when = at("2026-11-21T23:00:00Z") + SignedDuration::from_mins(i64::from(n) * 10);
        let total = 50_000.0 + 100.0 * f64::from(n);
        house.stores("main", Quantity::EnergyImported, when, total).await;
        let watts = if n < 144 { 600.0 } else { 0.0 };
        house.stores("main", Quantity::ActivePower, when, watts).await;
    }
    house
}

/// 600 W from midnight until noon of Sunday, and nothing after it.
async fn half_measured_house() -> House {
    let house = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    for n in 0..=72_i32 {
        let when = at("2026-11-21T23:00:00Z") + SignedDuration::from_mins(i64::from(n) * 10);
        house.stores("main", Quantity::ActivePower, when, 600.0).await;
    }
    house
}

#[tokio::test]
async fn a_partly_measured_day_says_its_share_beside_each_total_and_has_no_rate_per_area() {
    let house = half_measured_house().await;

    let page = house.page("/energy?view=consumption&span=yesterday").await;
    assert!(page.contains("kWh mesurés sur 50\u{202f}% de la période</h2>"), "{page}");
    assert!(!page.contains("kWh/m²</small>"), "{page}");
    assert!(!page.contains("de l\u{2019}énergie du bâtiment</h2>"), "{page}");

    let page = house.page("/energy?view=machines&span=yesterday").await;
    assert!(page.contains("(mesuré sur 50\u{202f}% du temps)</h2>"), "{page}");
    assert!(page.contains("<b class=\"attention\">50\u{202f}%</b>"), "{page}");

    let page = house.page("/energy?view=power&span=yesterday").await;
    assert!(page.contains("de l\u{2019}énergie (mesuré sur 50\u{202f}% du temps)</h2>"), "{page}");
}

#[tokio::test]
async fn a_measured_day_has_a_rate_per_area_and_the_largest_part_in_the_heading() {
    let page = house().await.page("/energy?view=consumption&span=yesterday").await;

    assert!(page.contains("kWh/m²</small>"), "{page}");
    assert!(page.contains("de l\u{2019}énergie du bâtiment</h2>"), "{page}");
    assert!(!page.contains("mesurés sur"), "{page}");
}

#[tokio::test]
async fn a_day_is_shown_with_its_cost_its_carbon_and_where_they_come_from() {
    let page = house().await.page("/energy?view=consumption&span=yesterday").await;

    assert!(page.contains("14,4 <small>kWh</small>"), "{page}");
    assert!(page.contains("2,88 <small>€</small>"));
    assert!(page.contains("Prix\u{a0}: contrat de 2026."));
    assert!(page.contains("reconduit faute de plus récent, à confirmer"));
    assert!(page.contains("100\u{202f}% du temps mesuré."));
    assert!(page.contains("0,14 <small>kWh/m²</small>"));
}

#[tokio::test]
async fn a_year_that_was_hardly_measured_is_not_held_against_the_goals() {
    let text = format!("{SITE}\n[reference]\nyear = 2016\nkwh = 10000\nsource = \"factures\"\n");
    let house = House::of(site::parse(&text, "house.toml").unwrap(), false);

    let page = house.page("/energy?view=climate&span=year").await;

    assert!(page.contains("les 12 derniers mois ne sont pas assez mesurés"), "{page}");
    assert!(page.contains("2030 (\u{2212}40\u{202f}%)") && page.contains("6\u{202f}000\u{a0}kWh"));
}

#[tokio::test]
async fn a_chart_has_its_finding_as_title_and_its_numbers_behind() {
    let page = house().await.page("/energy?view=power&span=yesterday&lang=en").await;

    assert!(page.contains("A baseload of 600\u{a0}W takes 100% of the energy"), "{page}");
    assert!(page.contains("Half of the time power is above 600\u{a0}W"));
    assert!(page.contains("role=\"img\" aria-label=\"The highest:"));
    assert!(page.matches("<summary>Show the table</summary>").count() == 3);
    assert!(page.contains("Load curve: highest"));
    assert!(page.contains("Compteur général: never above the 9.0\u{a0}kVA that are subscribed"));
    assert!(page.contains("Figures as known on Monday 23 November, 13:00."), "{page}");
}

#[tokio::test]
async fn an_overrun_of_the_subscription_is_shown_with_its_ten_minutes() {
    let house = house().await;
    // Beside the 600 W of 9:00 the mean of these ten minutes is 9960 W.
    house.stores("main", Quantity::ActivePower, at("2026-11-22T09:05:00Z"), 19_320.0).await;

    let page = house.page("/energy?view=power&span=yesterday").await;

    assert!(page.contains("10\u{a0}min au-dessus des 9,0\u{a0}kVA souscrits"), "{page}");
    assert!(page.contains("10,5\u{a0}kVA"), "9960 W at a power factor of 0.95");
    assert!(page.contains("facteur de puissance de 0,95"));
}

#[tokio::test]
async fn what_sub_meters_do_not_explain_is_not_assigned_and_what_they_tell_too_much_is_shown() {
    let parts = "[[meter]]\nid = \"saw\"\nname = \"Scie\"\nparent = \"main\"\nenergy = [{ device = \"saw\" }]\n";
    let house = House::of(site::parse(&format!("{SITE}\n{parts}"), "house.toml").unwrap(), false);
    for n in 0..=144_i32 {
        let when = at("2026-11-21T23:00:00Z") + SignedDuration::from_mins(i64::from(n) * 10);
        house.stores("main", Quantity::EnergyImported, when, 100.0 * f64::from(n)).await;
        // Below its meter until noon, above it from then on.
        let saw = 60.0 * f64::from(n.min(72)) + 130.0 * f64::from((n - 72).max(0));
        house.stores("saw", Quantity::EnergyImported, when, saw).await;
    }

    let page = house.page("/energy?view=consumption&span=yesterday").await;
    assert!(page.contains("Non affecté") && page.contains("0,7\u{a0}kWh"), "{page}");
    assert!(page.contains("class=\"depth-1\">Scie"));

    let page = house.page("/energy?view=checks&span=yesterday").await;
    assert!(page.contains("ses sous-compteurs le dépassent de 2,2\u{a0}kWh"), "{page}");
}

#[tokio::test]
async fn page_api_csv_and_report_show_the_same_figure() {
    let house = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    // 124 Wh an hour all October, which has 745 hours in Paris: 92.38 kWh.
    for n in 0..=745_i32 {
        let when = at("2026-09-30T22:00:00Z") + SignedDuration::from_hours(i64::from(n));
        for minute in [0, 15, 30, 45] {
            let total = 50_000.0 + 124.0 * f64::from(n) + 31.0 * f64::from(minute / 15);
            let when = when + SignedDuration::from_mins(minute.into());
            house.stores("main", Quantity::EnergyImported, when, total).await;
        }
    }
    let month = "from=2026-09-30T22:00:00Z&to=2026-10-31T23:00:00Z&by=month";

    let json = house.json(&format!("/api/v1/meters/main/energy?{month}")).await;
    let programs = house.page(&format!("/api/v1/meters/main/energy.csv?{month}")).await;
    let people = house.page(&format!("/api/v1/zones/building/energy.csv?{month}&for=people")).await;
    let page = house.page("/energy?view=consumption&span=last-month").await;
    let report = house.page("/report?month=2026-10").await;
    let table = house.page("/report.csv?month=2026-10&lang=en").await;

    assert_eq!(json["items"][0]["energy_wh"], 92_380.0);
    assert!(
        programs.contains("\n2026-09-30T22:00:00Z,2026-10-31T23:00:00Z,92380,measured,1,0"),
        "{programs}"
    );
    assert!(people.starts_with('\u{feff}') && people.contains(";92,38;mesuré;100;0;"), "{people}");
    assert!(page.contains("92,4 <small>kWh</small>"), "{page}");
    assert!(report.contains("92,4"), "{report}");
    assert!(table.contains(",92.38,kWh"), "{table}");
}

#[tokio::test]
async fn the_hour_that_comes_twice_in_autumn_is_two_lines_of_a_spreadsheet() {
    let house = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    let day = "from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z&by=hour&for=people";

    let text = house.page(&format!("/api/v1/meters/main/energy.csv?{day}")).await;

    assert_eq!(text.lines().count(), 26, "a header and 25 hours");
    assert!(text.contains("\n25/10/2026 02:00;25/10/2026 02:00;+02:00;"), "{text}");
    assert!(text.contains("\n25/10/2026 02:00;25/10/2026 03:00;+01:00;"));
}

#[tokio::test]
async fn a_table_that_would_be_too_long_is_refused_with_the_remedy() {
    let house = house().await;
    let span = "from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&by=15m";
    let problem = house.problem(&format!("/api/v1/meters/main/energy.csv?{span}"), 400).await;
    assert_eq!(problem["expected"], "a shorter span or a longer `by`");
    house.problem("/api/v1/meters/main/energy.csv?for=everybody", 400).await;
    house.problem("/api/v1/meters/nowhere/energy.csv", 404).await;
}

#[tokio::test]
async fn a_view_without_readings_says_so_and_shows_no_number() {
    let house = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    for view in VIEWS {
        let page = house.page(&format!("/energy?view={view}")).await;
        assert!(!page.contains("NaN") && !page.contains("inf"), "{view}: {page}");
        assert_eq!(page.matches("<h1").count(), 1, "{view}");
    }
    let page = house.page("/energy?view=consumption").await;
    assert!(page.contains("Aucune mesure dans cette période."));
    assert!(page.contains("class=\"big unknown\">inconnu"));
}

#[tokio::test]
async fn a_running_machine_tells_its_sessions() {
    let page = house().await.page("/energy?view=machines&of=meter%3Amain&span=yesterday").await;

    assert!(page.contains("1 séance de travail, 24,0\u{a0}h"), "{page}");
    assert!(page.contains("14,4\u{a0}kWh"));
}

#[tokio::test]
async fn where_nobody_counts_the_view_of_people_says_that_presence_is_unknown() {
    let page = house().await.page("/energy?view=people&span=yesterday").await;

    assert!(page.contains("Présence inconnue"));
    assert!(page.contains("Sans personne\u{a0}: inconnu, inconnu."), "{page}");
}

#[tokio::test]
async fn every_view_is_there_in_both_languages_for_each_scope_and_span() {
    let house = house().await;
    for view in VIEWS {
        for of in ["building", "zone%3Aworkshop", "meter%3Amain", "zone%3Anowhere", "x"] {
            for span in ["today", "last-week", "year", "x"] {
                for lang in ["fr", "en"] {
                    let address = format!("/energy?view={view}&of={of}&span={span}&lang={lang}");
                    let page = house.page(&address).await;
                    assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{address}");
                    assert!(!page.contains("Atelier <1>"), "{address} does not escape names");
                }
            }
        }
    }
}
