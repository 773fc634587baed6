//! Readings into files and back.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::place::{Place, SITE, refused, vigie};

const HEADER: &str = "observed_at,device,quantity,channel,value,unit,received_at,dated_by\n";

impl Place {
    /// `vigie` with these words on the data folder of this name.
    fn on(&self, data: &str, words: &[&str]) -> Command {
        let mut command = vigie();
        command.args(words).args(["--site", &self.path("site.toml"), "--data", &self.path(data)]);
        command
    }

    fn import(&self, data: &str, file: &str) -> (Option<i32>, String) {
        refused(self.on(data, &["import", &self.path(file)]))
    }

    fn export(&self, data: &str, format: &str, file: &str) -> String {
        let words = ["export", "--format", format, "--to", &self.path(file)];
        let (code, said) = refused(self.on(data, &words));
        assert_eq!(code, Some(0), "{said}");
        fs::read_to_string(self.path(file)).unwrap()
    }
}

/// A building of readings as the store keeps them: awkward numbers and names, states, registers, late arrivals.
fn rows() -> String {
    let mut text = HEADER.to_owned();
    for nr in 0..3000_u32 {
        let (hour, minute, second) = (nr / 3600, nr / 60 % 60, nr % 60);
        let at = format!("2026-03-29T{hour:02}:{minute:02}:{second:02}");
        // Thirds have no last digit in binary, so every bit of them counts.
        let degrees = f64::from(nr) / 3.0 - 50.0;
        if degrees < 100.0 {
            let row = format!("{at}.25Z,\"salle, 1er étage\",temperature,a;b,{degrees:?},°C,");
            writeln!(text, "{row}2026-03-29T23:59:59.25Z,device").unwrap();
        }
    }
    for nr in 0..300_u32 {
        let day = 1 + nr % 28;
        let wh = 1e9 + f64::from(nr) * 0.1;
        writeln!(text, "2025-{:02}-{day:02}T00:00:00.001Z,compteur,energy_imported,,{wh:?},Wh,2025-{:02}-{day:02}T00:00:01.001Z,device", 1 + nr / 28 % 12, 1 + nr / 28 % 12).unwrap();
    }
    text.push_str(
        "2026-03-29T01:00:00Z,pir,occupancy_detected,0,true,,2026-03-29T01:00:00Z,gateway\n",
    );
    text.push_str(
        "1969-12-31T23:59:59.999Z,x,active_power,,-0.0,W,1969-12-31T23:59:59.999Z,device\n",
    );
    text
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn what_is_exported_comes_back_into_an_empty_store_to_the_last_bit() {
    let place = Place::new();
    let rows = rows();
    fs::write(place.path("rows.csv"), &rows).unwrap();
    let (code, said) = place.import("first", "rows.csv");
    assert_eq!(code, Some(0), "{said}");

    let csv = place.export("first", "csv", "first.csv");
    assert!(sorted(&csv) == sorted(&rows), "first.csv is not rows.csv");

    for (from, form, into) in [("first.csv", "line", "second"), ("second.lp", "csv", "third")] {
        let (code, said) = place.import(into, from);
        assert_eq!(code, Some(0), "{said}");
        let ending = if form == "csv" { "csv" } else { "lp" };
        place.export(into, form, &format!("{into}.{ending}"));
    }
    let third = fs::read_to_string(place.path("third.csv")).unwrap();
    assert!(third == csv, "third.csv is not first.csv");
}

#[test]
fn an_import_that_is_repeated_changes_nothing() {
    let place = Place::new();
    fs::write(place.path("rows.lp"), "co2,device=a value=612 1774746000000\n").unwrap();
    place.import("data", "rows.lp");
    let (code, said) = place.import("data", "rows.lp");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("imported 0 readings, 1 were there already"), "{said}");
}

#[test]
fn a_bad_line_is_told_with_its_file_and_number_and_costs_no_neighbour() {
    let place = Place::new();
    let lines = [
        "2026-03-29T01:00:00Z,a,co2,,612.0,ppm,,",
        "2026-03-29T01:01:00Z,a,co2,,-5000,ppm,,",
        "2999-01-01T00:00:00Z,a,co2,,700,ppm,,",
        "2026-03-29T01:02:00Z,a,co2,,613.0,ppm,,",
    ];
    fs::write(place.path("rows.csv"), format!("{HEADER}{}\n", lines.join("\n"))).unwrap();
    let refusals = place.path("refused.txt");
    let words = ["import", &place.path("rows.csv"), "--refused", &refusals];

    let (code, said) = refused(place.on("data", &words));

    assert_eq!(code, Some(65), "{said}");
    assert!(
        said.contains("imported 2 readings") && said.contains("2 lines were refused"),
        "{said}"
    );
    assert!(said.contains("rows.csv:3: -5000 ppm is outside what co2 can be"), "{said}");
    assert!(said.contains("rows.csv:4: 2999-01-01T00:00:00Z is ahead of the clock"), "{said}");
    assert_eq!(fs::read_to_string(&refusals).unwrap().lines().count(), 2);
    assert_eq!(place.export("data", "csv", "out.csv").lines().count(), 3);
}

#[test]
fn the_folder_of_a_running_gateway_is_exported_and_not_imported_into() {
    let place = Place::new();
    let mut running = place.start();
    fs::write(place.path("rows.lp"), "co2,device=a value=612 1774746000000\n").unwrap();

    let (code, said) = place.import("data", "rows.lp");

    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("in use by another vigie; stop it"), "{said}");
    assert_eq!(place.export("data", "csv", "out.csv"), HEADER);
    assert!(running.terminate().success());
}

#[test]
fn a_reading_that_states_no_arrival_was_received_when_it_was_imported() {
    let place = Place::new();
    fs::write(place.path("rows.lp"), "co2,device=a value=612 1774746000000\n").unwrap();
    place.import("data", "rows.lp");
    let out = place.export("data", "csv", "out.csv");
    let received = out.lines().nth(1).unwrap().split(',').nth(6).unwrap();
    // The reading is of March; this test was written in November.
    assert!("2026-11" < received, "{received}");
}

#[test]
fn a_french_spreadsheet_gets_its_own_form_and_a_machine_never_that() {
    let place = Place::new();
    fs::write(place.path("rows.lp"), "temperature,device=a value=21.5 1774746000250\n").unwrap();
    place.import("data", "rows.lp");

    let people = place.export("data", "csv-fr", "people.csv");

    assert!(people.starts_with('\u{feff}'));
    assert!(people.contains("\r\n29/03/2026 03:00:00;a;temperature;;21,5;°C;"), "{people}");
    let (code, said) = place.import("data", "people.csv");
    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("people.csv:1:") && said.contains("--format csv"), "{said}");
}

#[test]
fn somebody_elses_csv_comes_in_by_a_map() {
    let place = Place::new();
    let map = "delimiter = \";\"\n[time]\ncolumns = [\"jour\", \"heure\"]\nformat = \"%d/%m/%Y %H:%M\"\ntimezone = \"Europe/Paris\"\n\n[[reading]]\ncolumn = \"kWh\"\ndevice = \"relevé\"\nquantity = \"energy_imported\"\nscale = 1000.0\n";
    fs::write(place.path("map.toml"), map).unwrap();
    fs::write(
        place.path("index.csv"),
        "jour;heure;kWh\n01/07/2026;12:00;1,5\n02/07/2026;12:00;x\n",
    )
    .unwrap();
    let words = ["import", &place.path("index.csv"), "--map", &place.path("map.toml")];

    let (code, said) = refused(place.on("data", &words));

    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("index.csv:3: kWh as energy_imported: not a number"), "{said}");
    let out = place.export("data", "csv", "out.csv");
    assert!(out.contains("\n2026-07-01T10:00:00Z,relevé,energy_imported,,1500.0,Wh,"), "{out}");
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let place = Place::new();
    fs::write(place.path("rows.lp"), "co2,device=a value=612 1774746000000\n").unwrap();
    place.import("data", "rows.lp");
    let words = ["export", "--to", &place.path("rows.lp")];
    let (code, said) = refused(place.on("data", &words));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("rows.lp cannot be made"), "{said}");
}

#[test]
fn the_report_of_a_month_tells_what_was_imported() {
    let place = Place::new();
    let meter = "\n[[meter]]\nid = \"total\"\nname = \"Tableau général\"\nenergy = [{ device = \"linky\" }]\n";
    fs::write(place.path("site.toml"), format!("{SITE}{meter}")).unwrap();
    let mut rows = "observed_at,device,quantity,value\n".to_owned();
    // Every hour of October, in Paris, took 2 kWh.
    for hour in 0..=745_u32 {
        let (day, clock) = ((hour + 22) / 24, (hour + 22) % 24);
        let date = if day == 0 { "2025-09-30".to_owned() } else { format!("2025-10-{day:02}") };
        writeln!(rows, "{date}T{clock:02}:00:00Z,linky,energy_imported,{}", 2000 * hour).unwrap();
    }
    fs::write(place.path("rows.csv"), rows).unwrap();
    let (code, said) = place.import("data", "rows.csv");
    assert_eq!(code, Some(0), "{said}");

    let report = |words: &[&str]| {
        let (code, said) = refused(place.on("data", &[&["report"], words].concat()));
        assert_eq!(code, Some(0), "{said}");
        said
    };
    let page = report(&["--month", "2025-10"]);
    let figures = report(&["--month", "2025-10", "--format", "csv", "--lang", "en"]);
    report(&["--month", "2025-10", "--to", &place.path("october.html")]);

    assert!(page.contains("1\u{202f}490\u{a0}kWh en octobre 2025"), "{page}");
    assert!(
        figures.contains("Consumption,Whole building,Whole building,Energy,1490,kWh\n"),
        "{figures}"
    );
    assert!(fs::read_to_string(place.path("october.html")).unwrap().ends_with("</html>\n"));
    let (code, said) = refused(place.on("data", &["report", "--month", "October"]));
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("2026-10"), "{said}");
}

#[test]
fn one_command_makes_all_days_again_and_they_come_out_identical() {
    let place = Place::new();
    fs::write(place.path("rows.csv"), rows()).unwrap();
    let (code, said) = place.import("data", "rows.csv");
    assert_eq!(code, Some(0), "{said}");

    let (code, said) = refused(place.on("data", &["rebuild"]));

    assert_eq!(code, Some(0), "{said}");
    let days = "summaries of 303 days of single series made again from their readings";
    assert_eq!(said, format!("{days}: all are as they were\n"));
}

#[test]
fn summaries_are_not_made_again_where_there_is_no_store() {
    let place = Place::new();
    let (code, said) = refused(place.on("nowhere", &["rebuild"]));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("nowhere"), "{said}");
}
