//! Readings that a clock dated which was ahead: shown, put aside, and taken back.

use std::fs;
use std::process::Command;

use domain::testing::{at, reading, source};
use domain::{Instant, Quantity, Source};
use store::{Batch, SeriesWriter, SqliteSettings, SqliteWriter};

use crate::place::{Place, refused, vigie};

impl Place {
    fn future(&self, words: &[&str]) -> (Option<i32>, String) {
        refused(self.on_data(&[&["future"], words].concat()))
    }

    fn on_data(&self, words: &[&str]) -> Command {
        let mut command = vigie();
        command.args(words).args(["--site", &self.path("site.toml"), "--data", &self.path("data")]);
        command
    }

    /// Stores a reading of each of these instants.
    fn store(&self, source: &Source, instants: &[Instant]) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let folder = self.path("data");
            fs::create_dir_all(&folder).unwrap();
            let writer = SqliteWriter::open(folder.as_ref(), &SqliteSettings::default()).unwrap();
            let readings = instants.iter().map(|at| reading(source, *at, 600.0)).collect();
            writer.append(Batch { readings, ..Batch::default() }).await.unwrap();
            writer.close().await.unwrap();
        });
    }
}

#[test]
fn readings_of_2040_are_shown_and_put_aside_into_a_file_and_the_others_stay() {
    let place = Place::new();
    let (air, present) = (source("air", Quantity::Co2), at("2026-01-02T03:04:05Z"));
    let ahead = [at("2034-01-01T00:00:00Z"), at("2034-01-01T00:00:10Z")];
    place.store(&air, &[present, ahead[0], ahead[1]]);

    let (code, said) = place.future(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2 readings of 1 sources") && said.contains("--put-aside"), "{said}");
    assert!(said.contains("air co2: 2, from 2034-01-01T00:00:00Z"), "{said}");

    let (code, said) = place.future(&["--put-aside"]);
    assert_eq!(code, Some(0), "{said}");
    let files = fs::read_dir(place.path("data")).unwrap().map(|entry| entry.unwrap().path());
    let aside: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|it| it == "csv")).collect();
    let text = fs::read_to_string(&aside[0]).unwrap();
    assert!(text.lines().count() == 3 && text.contains("2034-01-01T00:00:10Z,air,co2"), "{text}");

    assert!(place.future(&[]).1.contains("no reading is from the future"));
    let (code, left) = refused(place.on_data(&["export"]));
    assert_eq!(code, Some(0));
    assert!(left.contains("2026-01-02T03:04:05Z,air") && !left.contains("2034"), "{left}");

    // With the right date, what was put aside comes back.
    fs::write(&aside[0], text.replace("2034", "2026")).unwrap();
    let (code, said) = refused(place.on_data(&["import", aside[0].to_str().unwrap()]));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("imported 2 readings"), "{said}");
}

#[test]
fn nothing_is_put_aside_while_a_gateway_runs() {
    let place = Place::new();
    let mut running = place.start();
    let (code, said) = place.future(&["--put-aside"]);
    assert!(code != Some(0) && said.contains("in use"), "{said}");
    assert_eq!(place.future(&[]).0, Some(0), "looking is no harm");
    running.terminate();
}
