//! A figure is one: every number of the report, of the pages and of the CSV files of a month is a number of the API.
//!
//! Numbers of the tables of a report have a place in the API each; those of sentences and of pages are looked for among
//! all numbers of the answers for the same span, by their unit. Either way a number must be equal at the precision at
//! which it is printed.
//!
//! | file | what it does |
//! |---|---|
//! | `text` | takes tables and sentences out of pages and CSV files |
//! | `printed` | reads printed numbers, with precision and unit |
//! | `places` | the place in the API of each cell of a report |
//! | `numbers` | the numbers of answers by unit, and whether a sentence has others |

mod numbers;
mod places;
mod printed;
mod text;

use std::collections::BTreeSet;

use serde_json::Value;

use self::numbers::Numbers;
use self::places::Places;
use self::printed::{Marks, Printed};
use super::golden_month::{OCTOBER, house};
use super::{House, NOW, at};
use crate::words::{Language, Locale};

/// After the month, and before its corrections.
const BEFORE: &str = "2026-11-01T12:00:00Z";

/// Norms, laws and times of day, whose digits are no figures.
const NAMES: [&str; 4] = ["EN 16798-1", "publique, 2022", "L174-1", "12 derniers mois"];
/// Begins of sentences and names that explain a rule, with the numbers of the rule.
const EXPLANATIONS: [&str; 13] = [
    "Talon : puissance dépassée",
    "Puissance apparente estimée",
    "Puissance moyenne entre 1 h",
    "Maximum sur 10 min",
    "À plus de 90",
    "Au-dessus de 80",
    "Les parts, ICONE",
    "Chaque jour, l’index",
    "Pas de comparaison",
    "Il faut au moins",
    "Qui entre ressort",
    "Dehors il y a environ",
    "Le tableau par zone",
];

/// Whether a line of a table is named by an hour of the day, or by a share of the time on a load duration curve.
fn is_of_a_scale(name: &str) -> bool {
    let parts = name.split_once(['\u{a0}', '\u{202f}', ' ']);
    parts.is_some_and(|(number, unit)| ["h", "%"].contains(&unit) && number.parse::<u8>().is_ok())
}

fn locale(house: &House, language: Language, now: &str) -> Locale {
    Locale { language, zone: house.app.site.timezone.clone(), now: at(now) }
}

fn places(api: &Value, locale: Locale, decimals: Option<usize>) -> Places<'_> {
    let t = locale.language.report();
    let marks = decimals.map_or(Marks::of(locale.language), |_| Marks::PROGRAMS);
    // Explanations and what the file itself names; none of it is a figure of the month.
    let own = [
        t.profile_note,
        t.consumption_note,
        t.occupancy_note,
        t.account_note,
        t.data_note_all,
        t.data_note_some,
        t.method_note,
        &locale.language.air_shares(&domain::site::Thresholds::default()),
    ];
    let dates =
        [api["start"].as_str().unwrap(), "2025-10-15T00:00:00Z", "2025-11-15T00:00:00Z", NOW];
    let dates = dates.map(|date| locale.month(at(date)));
    let made = [NOW, BEFORE].map(|now| locale.day_and_clock(at(now)));
    let numbers = Numbers::of(&[api], locale.clone());
    let names = own.into_iter().map(str::to_owned).chain(dates).chain(made);
    Places { api, numbers: numbers.with_names(names), t, locale, marks, decimals }
}

#[tokio::test]
async fn every_number_of_the_csv_of_a_report_is_that_of_its_place_in_the_api() {
    let house = house().await;
    for query in ["month=2026-10", "month=2026-11", "month=2026-10&known_at=2026-11-01T12:00:00Z"] {
        let api = house.json(&format!("/api/v1/report?{query}")).await;
        let tables = text::csv_tables(&house.page(&format!("/report.csv?{query}")).await);
        let places = places(&api, locale(&house, Language::French, NOW), Some(3));

        assert_eq!(places.faults(&tables), Vec::<String>::new(), "{query}");
        assert!(tables.len() >= 6, "{query}");
    }
}

#[tokio::test]
async fn every_number_of_the_page_and_of_the_file_of_a_report_is_one_of_the_api() {
    let house = house().await;
    for query in ["month=2026-10", "month=2026-11", "month=2026-10&known_at=2026-11-01T12:00:00Z"] {
        let api = house.json(&format!("/api/v1/report?{query}")).await;
        for (form, language) in [("/report", Language::French), ("/report.html", Language::English)]
        {
            let address = format!("{form}?{query}&lang={}", language.code());
            let page = house.page(&address).await;
            let places = places(&api, locale(&house, language, NOW), None);
            let tables = text::tables(&page);

            assert_eq!(places.faults(&tables), Vec::<String>::new(), "{address}");
            let sentences = text::sentences(&page);
            let faults: Vec<_> =
                sentences.iter().flat_map(|it| places.numbers.faults(it)).collect();
            assert_eq!(faults, Vec::<String>::new(), "{address}");
            assert!(tables.len() >= 6 && sentences.len() > 20, "{address}");
        }
    }
}

#[tokio::test]
async fn a_report_as_known_before_its_corrections_has_other_numbers_and_the_api_has_the_same() {
    let house = house().await;
    let before = format!("month=2026-10&known_at={BEFORE}");
    let now = house.json("/api/v1/report?month=2026-10").await;
    let csv = text::csv_tables(&house.page(&format!("/report.csv?{before}")).await);

    let faults = places(&now, locale(&house, Language::French, NOW), Some(3)).faults(&csv);

    // The laser, its zone and use, what is left of the building, and the air that was excluded.
    let lines: BTreeSet<&str> =
        faults.iter().map(|fault| fault.split(" / ").nth(1).unwrap()).collect();
    assert!(lines.contains("Découpeuse laser") && lines.contains("Atelier"), "{faults:#?}");
}

#[tokio::test]
async fn a_single_altered_digit_of_a_report_is_found() {
    let house = house().await;
    let api = house.json("/api/v1/report?month=2026-10").await;
    for (address, decimals) in
        [("/report.csv?month=2026-10", Some(3)), ("/report?month=2026-10", None)]
    {
        let page = house.page(address).await;
        let places = places(&api, locale(&house, Language::French, NOW), decimals);
        let tables = if decimals.is_some() { text::csv_tables(&page) } else { text::tables(&page) };
        let mut numbers = 0;
        for table in &tables {
            for (name, cells) in &table.lines {
                for (place, cell) in cells.iter().enumerate() {
                    for number in Printed::all(&cell.text, places.marks) {
                        let mut cells = cells.clone();
                        cells[place].text = number.altered(&cell.text);
                        let fault = places.fault(table, name, &cells, place);
                        assert!(fault.is_some(), "{} / {name}: {:?}", table.caption, cells[place]);
                        numbers += 1;
                    }
                }
            }
        }
        assert!(numbers > 150, "{address} has {numbers} numbers");
    }
}

#[tokio::test]
async fn a_single_altered_figure_of_the_api_is_found_in_the_report() {
    let house = house().await;
    let api = house.json("/api/v1/report?month=2026-10").await;
    let csv = text::csv_tables(&house.page("/report.csv?month=2026-10").await);
    for pointer in [
        "/energy/building/energy_wh",
        "/energy/zones/0/kwh_per_m2",
        "/energy/meters/1/coverage",
        "/energy/uses/2/month_before/change",
        "/energy/days/30/energy_wh",
        "/load/peak_w",
        "/while_closed/closed_wh",
        "/account/kg_co2e/value",
        "/usage/person_hours",
        "/attendance/peak/people",
        "/zones/0/air/occupied/above_reference",
        "/machines/0/standby/wh",
    ] {
        let mut other = api.clone();
        let figure = other.pointer_mut(pointer).unwrap();
        *figure = (figure.as_f64().unwrap() * 1.01).into();
        let faults = places(&other, locale(&house, Language::French, NOW), Some(3)).faults(&csv);
        assert!(!faults.is_empty(), "{pointer}");
    }
}

#[tokio::test]
async fn every_line_of_the_csv_of_a_meter_or_a_zone_is_an_item_of_the_api() {
    let house = house().await;
    let of = [
        "meters/total",
        "meters/laser",
        "meters/four",
        "meters/chauffage",
        "zones/building",
        "zones/salle",
    ];
    for of in of {
        for query in [String::new(), format!("&known_at={BEFORE}")] {
            let query = format!("by=day&{OCTOBER}{query}");
            let rows = text::csv(&house.page(&format!("/api/v1/{of}/energy.csv?{query}")).await);
            let api = house.json(&format!("/api/v1/{of}/energy?{query}")).await;
            let items = api["items"].as_array().unwrap();

            assert_eq!((rows.len(), items.len()), (31, 31), "{of}");
            for (row, item) in rows.iter().zip(items) {
                let fields = ["start", "end", "energy_wh", "quality", "coverage", "repaired"];
                for (text, field) in row.iter().zip(fields) {
                    let is_same = match &item[field] {
                        Value::Number(number) => text.parse::<f64>().ok() == number.as_f64(),
                        Value::String(word) => text == word,
                        other => other.is_null() && text.is_empty(),
                    };
                    assert!(is_same, "{of}: {field} {text} of {item}");
                }
            }
        }
    }
}

/// The calls of the API for the span and the scope of a view of `/energy`.
fn energy_calls(view: &str, meter: Option<&str>) -> Vec<String> {
    let of = meter.map_or("zones/building".to_owned(), |meter| format!("meters/{meter}"));
    let own = |name: &str| format!("/api/v1/{of}/{name}?{OCTOBER}");
    let each = |name: &'static str| {
        let meters = ["total", "laser", "four", "chauffage"].into_iter();
        meters.map(move |meter| format!("/api/v1/meters/{meter}/{name}&{OCTOBER}"))
    };
    let mut calls = vec![own("energy"), format!("{}&by=month", own("energy"))];
    match view {
        "consumption" => {
            calls.push(format!("{}&by=month", own("accounts")));
            calls.extend(
                ["meter", "zone", "use"]
                    .map(|by| format!("/api/v1/energy/breakdown?by={by}&{OCTOBER}")),
            );
        }
        "power" => {
            calls.extend([own("load"), format!("{}&by=hour&limit=1000", own("energy"))]);
            calls.push(format!("/api/v1/meters/total/demand?{OCTOBER}"));
        }
        "machines" => calls.push(format!("/api/v1/meters/laser/sessions?{OCTOBER}")),
        "people" if meter.is_none() => {
            calls.extend(["month", "week"].map(|by| format!("{}&by={by}", own("usage"))));
        }
        "climate" => {
            calls.extend([format!("/api/v1/climate?{OCTOBER}"), "/api/v1/pathway".to_owned()]);
        }
        "checks" => {
            calls.extend(
                each("energy?by=month").chain(each("checks?by=day")).chain(each("events?")),
            );
        }
        _ => {}
    }
    calls
}

/// The calls of the API for the views of `/zones` of a zone.
fn zone_calls(view: &str) -> Vec<String> {
    let own = |name: &str| format!("/api/v1/zones/atelier/{name}&{OCTOBER}");
    match view {
        "attendance" => vec![
            own("attendance?by=month"),
            own("attendance?by=day"),
            own("occupancy?step=1d"),
            own("counting?by=day"),
        ],
        "air" => vec![own("air?")],
        "doors" => vec![own("counting?by=day"), own("counting?by=month")],
        _ => vec![format!("/api/v1/air/instruments?{OCTOBER}")],
    }
}

async fn page_faults(house: &House, address: &str, calls: &[String]) -> Vec<String> {
    let mut answers = Vec::new();
    for call in calls {
        answers.push(house.json(call).await);
    }
    let locale = locale(house, Language::French, NOW);
    let names = NAMES.map(str::to_owned).into_iter().chain([locale.day_and_clock(at(NOW))]);
    let names = names.chain((0..24).map(|hour| format!("à {hour} h, ")));
    let levels = &house.app.site.air;
    let settings = [("ppm", levels.reference_ppm), ("ppm", levels.action_ppm)];
    let numbers = Numbers::of(&answers.iter().collect::<Vec<_>>(), locale);
    let numbers = numbers.with_names(names).with_settings(&settings);
    let page = house.page(address).await;
    let tables = text::tables(&page);
    let shown = tables.iter().flat_map(|table| &table.lines).flat_map(|(name, row)| {
        let name = (!is_of_a_scale(name)).then(|| name.clone());
        let figures = row.iter().map(|cell| match cell.figure.as_str() {
            "€/kWh" => format!("{} €/kWh", cell.text),
            _ => cell.text.clone(),
        });
        name.into_iter().chain(figures)
    });
    let is_explanation = |text: &str| {
        let text = text.replace('\u{a0}', " ");
        EXPLANATIONS.iter().any(|begin| text.starts_with(begin))
    };
    let mut texts: Vec<String> = shown.chain(text::sentences(&page)).collect();
    texts.retain(|text| !is_explanation(text));
    let printed: usize = texts.iter().map(|text| numbers.printed(text).1.len()).sum();
    assert!(printed > 0, "{address} has {printed} numbers");
    texts.iter().flat_map(|text| numbers.faults(text)).collect()
}

#[tokio::test]
async fn every_number_of_the_energy_pages_of_a_month_is_one_of_the_api() {
    let house = house().await;
    let mut faults = Vec::new();
    for view in ["consumption", "power", "machines", "people", "climate", "checks"] {
        for (of, meter) in [("building", None), ("meter:laser", Some("laser"))] {
            // Neither people nor the weather are known of a meter.
            if ["people", "climate"].contains(&view) && meter.is_some() {
                continue;
            }
            let address = format!("/energy?view={view}&of={of}&span=last-month");
            let found = page_faults(&house, &address, &energy_calls(view, meter)).await;
            faults.extend(found.into_iter().map(|fault| format!("{address}: {fault}")));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[tokio::test]
async fn every_number_of_the_zone_pages_of_a_month_is_one_of_the_api() {
    let house = house().await;
    let mut faults = Vec::new();
    for view in ["attendance", "air", "doors", "instruments"] {
        let address = format!("/zones?view={view}&of=atelier&span=last-month");
        let found = page_faults(&house, &address, &zone_calls(view)).await;
        faults.extend(found.into_iter().map(|fault| format!("{address}: {fault}")));
    }
    assert_eq!(faults, Vec::<String>::new());
}
