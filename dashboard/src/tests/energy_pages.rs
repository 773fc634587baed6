//! The views of the energy page, as a browser without JavaScript sees them.

use domain::Quantity;
use domain::site;
use jiff::SignedDuration;

use super::{House, at};

const VIEWS: [&str; 5] = ["consumption", "power", "machines", "people", "checks"];

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

#[tokio::test]
async fn a_day_is_told_with_its_cost_its_carbon_and_where_they_come_from() {
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

    let page = house.page("/energy?view=consumption&span=year").await;

    assert!(page.contains("les 12 derniers mois ne sont pas assez mesurés"), "{page}");
    assert!(page.contains("2030 (\u{2212}40\u{202f}%)") && page.contains("6\u{202f}000\u{a0}kWh"));
}

#[tokio::test]
async fn a_chart_has_its_finding_as_title_and_its_numbers_behind() {
    let page = house().await.page("/energy?view=power&span=yesterday&lang=en").await;

    assert!(page.contains("A baseload of 600\u{a0}W takes 100% of the energy"), "{page}");
    assert!(page.contains("Half of the time power is above 600\u{a0}W"));
    assert!(page.contains("role=\"img\" aria-label=\"The highest:"));
    assert!(page.matches("<summary>Show the table</summary>").count() == 2);
    assert!(page.contains("Subscribed power: 9\u{a0}kVA."));
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
