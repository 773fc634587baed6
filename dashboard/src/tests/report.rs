//! The monthly report: the figures of the API, in words, as a page, a file and CSV.

use axum::http::header;
use domain::site;
use domain::{Instant, Quantity};
use jiff::SignedDuration;
use serde_json::Value;

use super::{House, at, text};

const SITE: &str = r#"
[site]
id = "house"
name = "Maison commune"
timezone = "Europe/Paris"
capacity = 10
area_m2 = 100

[site.opening]
monday = ["08:00-18:00"]
tuesday = ["08:00-18:00"]
wednesday = ["08:00-18:00"]
thursday = ["08:00-18:00"]
friday = ["08:00-18:00"]

[[zone]]
id = "atelier"
name = "Atelier"
capacity = 10
area_m2 = 40

[[meter]]
id = "total"
name = "Tableau général"
energy = [{ device = "linky" }]

[[meter]]
id = "four"
name = "Four; céramique"
parent = "total"
zone = "atelier"
energy = [{ device = "prise" }]

[[meter]]
id = "serveur"
name = "Serveur"
parent = "total"
energy = [{ device = "absent" }]
"#;

const POINTS: &str = r#"
[[point]]
id = "atelier-co2"
zone = "atelier"
quantity = "co2"
sources = [{ device = "air" }]

[[point]]
id = "atelier-presence"
zone = "atelier"
quantity = "occupancy_detected"
sources = [{ device = "pir" }]
"#;

/// The house in which every hour took 1 kWh, and 2 kWh from October 2026 on; the kiln 0.5 kWh all the time.
async fn house() -> House {
    let house = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    let (mut total, mut kiln) = (0.0, 0.0);
    for (from, until, each) in [
        ("2025-09-30T22:00:00Z", "2025-10-31T23:00:00Z", 1000.0),
        ("2026-08-31T22:00:00Z", "2026-09-30T22:00:00Z", 1000.0),
        ("2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", 2000.0),
    ] {
        let (mut hour, end): (Instant, Instant) = (at(from), at(until));
        loop {
            house.stores("linky", Quantity::EnergyImported, hour, total).await;
            house.stores("prise", Quantity::EnergyImported, hour, kiln).await;
            if hour == end {
                break;
            }
            hour = hour + SignedDuration::from_mins(15);
            (total, kiln) = (total + each / 4.0, kiln + 500.0 / 4.0);
        }
    }
    house
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[tokio::test]
async fn page_file_and_csv_tell_the_figure_of_the_api() {
    let house = house().await;
    let span = "from=2026-09-30T22:00:00Z&to=2026-10-31T23:00:00Z";
    let api = house.json(&format!("/api/v1/energy/breakdown?by=meter&{span}")).await;
    let kwh = number(&api["building"]["energy_wh"]) / 1000.0;
    // An October of 745 hours at 2 kWh.
    assert!((kwh - 1490.0).abs() < 1.0, "{kwh}");

    let page = house.page("/report?month=2026-10").await;
    let file = house.page("/report.html?month=2026-10").await;
    let people = house.page("/report.csv?month=2026-10&for=people").await;
    let programs = house.page("/report.csv?month=2026-10").await;

    for text in [&page, &file] {
        assert!(text.contains("Le bâtiment a consommé 1\u{202f}490\u{a0}kWh en octobre 2026, soit 14,9\u{a0}kWh/m²."), "{text}");
    }
    let exact = format!("{kwh:.3}");
    let exact = exact.trim_end_matches('0').trim_end_matches('.');
    let line = format!("Consommation,Bâtiment entier,Bâtiment entier,Énergie,{exact},kWh\n");
    assert!(programs.contains(&line), "{programs}");
    let french = exact.replace('.', ",");
    assert!(people.starts_with("\u{feff}Rubrique;Tableau;Ligne;Grandeur;Valeur;Unité\r\n"));
    assert!(people.contains(&format!(";Bâtiment entier;Énergie;{french};kWh\r\n")), "{people}");
    assert!(people.contains("\"Four; céramique\""), "{people}");
}

#[tokio::test]
async fn a_month_is_set_beside_the_one_before_and_the_same_of_the_year_before() {
    let house = house().await;
    let page = house.page("/report?month=2026-10").await;

    // 745 hours at 1 kWh a year before, 720 in September.
    assert!(
        page.contains("C\u{2019}est une hausse de 100,0\u{a0}% par rapport à octobre 2025."),
        "{page}"
    );
    assert!(page.contains("+106,9") && page.contains("+100,0"), "{page}");
    // The kiln took the same in each October.
    assert!(page.contains("<td class=\"num\">0,0</td>"), "{page}");
}

#[tokio::test]
async fn where_no_month_is_named_the_newest_that_can_tell_something_is_shown() {
    let house = house().await;
    assert!(
        house.page("/report").await.contains("<h1>Rapport énergie et occupation, octobre 2026")
    );

    let new = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    for (hour, total) in [("2026-11-20T08:00:00Z", 0.0), ("2026-11-20T08:15:00Z", 500.0)] {
        new.stores("linky", Quantity::EnergyImported, at(hour), total).await;
    }
    let page = new.page("/report").await;
    assert!(page.contains("<h1>Rapport énergie et occupation, novembre 2026"), "{page}");
}

#[tokio::test]
async fn what_is_unknown_is_named_so_and_never_shown_as_nothing() {
    let house = house().await;
    let page = house.page("/report?month=2026-10").await;
    let (_, server) = page.split_once(">Serveur<").unwrap();
    let (server, _) = server.split_once("</tr>").unwrap();
    assert!(server.contains("inconnu") && !server.contains(">0,0<"), "{server}");
    assert!(page.contains("Ce qui manque n\u{2019}est jamais compté pour zéro."));
    assert!(page.contains("Le nombre de personnes présentes est inconnu."));

    let empty = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    let page = empty.page("/report?month=2026-10").await;
    assert!(page.contains("L\u{2019}énergie consommée en octobre 2026 est inconnue."), "{page}");
    assert!(page.contains("Aucun jour n\u{2019}a d\u{2019}énergie connue."));
}

#[tokio::test]
async fn the_share_while_closed_follows_the_opening_hours() {
    let house = house().await;
    let csv = house.page("/report.csv?month=2026-10").await;
    // October 2026 has 22 days with ten open hours: 525 of 745 hours are closed.
    let share = 525.0 / 745.0 * 100.0;
    let line =
        csv.lines().find(|line| line.contains("Part de l\u{2019}énergie bâtiment fermé")).unwrap();
    let value: f64 = line.split(',').nth(4).unwrap().parse().unwrap();
    assert!((value - share).abs() < 0.2, "{value} is not {share}");
}

#[tokio::test]
async fn the_air_of_a_room_counts_while_somebody_is_there() {
    let site = site::parse(&format!("{SITE}{POINTS}"), "house.toml").unwrap();
    let house = House::of(site, false);
    let (mut minute, end) = (at("2026-10-05T08:00:00Z"), at("2026-10-05T12:00:00Z"));
    while minute < end {
        let is_morning = minute < at("2026-10-05T10:00:00Z");
        house.stores("pir", Quantity::OccupancyDetected, minute, 1.0).await;
        house.stores("air", Quantity::Co2, minute, if is_morning { 1600.0 } else { 900.0 }).await;
        minute = minute + SignedDuration::from_mins(5);
    }
    let csv = house.page("/report.csv?month=2026-10&lang=en").await;
    let share = |level: &str| -> f64 {
        let line = csv.lines().find(|line| line.contains(level)).unwrap();
        line.split(',').rev().nth(1).unwrap().parse().unwrap()
    };
    assert!((share("Above 800") - 100.0).abs() < 7.0, "{csv}");
    assert!((share("1,500") - 50.0).abs() < 7.0, "{csv}");
}

#[tokio::test]
async fn a_month_that_is_not_over_is_not_compared_and_one_to_come_is_refused() {
    let house = house().await;
    let page = house.page("/report?month=2026-11").await;
    assert!(page.contains("Ce mois n\u{2019}est pas terminé"));
    assert!(!page.contains("Même mois, un an avant"));
    let house = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    house.problem("/report?month=2026-12", 400).await;
    house.problem("/report?month=octobre", 400).await;
    house.problem("/report.csv?month=2026-10&for=ants", 400).await;
}

#[tokio::test]
async fn a_file_of_the_report_needs_nothing_else_and_says_what_it_is_called() {
    let house = house().await;
    let answer = house.get("/report.html?month=2026-10&lang=en").await;
    let name = answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    let file = text(answer).await;

    assert_eq!(name, "attachment; filename=\"house-2026-10.html\"");
    assert!(
        file.contains("<html lang=\"en\">")
            && file.contains("<h1>Energy and occupancy report, October 2026</h1>")
    );
    for outside in ["src=", "http://", "https://", "@import", "url("] {
        assert!(!file.contains(outside), "{outside}");
    }
    assert_eq!(file.matches("<h1").count(), 1);
    assert_eq!(file.matches("<table").count(), file.matches("<caption").count());
}

#[tokio::test]
async fn the_total_of_a_partly_measured_month_has_its_measured_share_in_the_same_sentence_and_no_rate()
 {
    let house = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    let (mut hour, end) = (at("2026-09-30T22:00:00Z"), at("2026-10-01T22:00:00Z"));
    let mut total = 0.0;
    while hour <= end {
        house.stores("linky", Quantity::EnergyImported, hour, total).await;
        (hour, total) = (hour + SignedDuration::from_mins(15), total + 500.0);
    }

    let report = house.page("/report?month=2026-10").await;
    let energy = house.page("/energy?view=consumption&span=last-month").await;

    let total = "48,0\u{a0}kWh mesurés sur 3\u{202f}%";
    let fact = format!("Le bâtiment a consommé {total} d\u{2019}octobre 2026.");
    assert!(report.contains(&fact), "{report}");
    assert!(!report.contains(", soit "), "{report}");
    let closed = "pendant que le bâtiment était fermé (mesuré sur 3\u{202f}% du temps).";
    assert!(report.contains(closed), "{report}");
    assert!(report.contains("bâtiment fermé, 3\u{202f}% mesurés"), "{report}");
    let title = format!("Consommation\u{a0}: {total} de la période");
    assert!(energy.contains(&title), "{energy}");
}
