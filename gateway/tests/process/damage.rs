//! A damaged database: an export ends and gives the rest, the doctor names what is damaged.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::place::{Place, refused, vigie};

impl Place {
    fn command_on(&self, data: &str, words: &[&str]) -> Command {
        let mut command = vigie();
        command.args(words).args(["--site", &self.path("site.toml"), "--data", &self.path(data)]);
        command
    }
}

/// A store of six weeks, of which hardly a page is empty.
fn some_weeks() -> Place {
    let place = Place::new();
    let mut rows =
        "observed_at,device,quantity,channel,value,unit,received_at,dated_by\n".to_owned();
    for nr in 0..42 * 96_u32 {
        let (month, day, hour, minute) =
            (9 + nr / 96 / 28, 1 + nr / 96 % 28, nr / 4 % 24, nr % 4 * 15);
        let (at, ppm) =
            (format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z"), 400 + nr * 7919 % 700);
        writeln!(rows, "{at},air-1,co2,,{ppm}.0,ppm,{at},device").unwrap();
    }
    fs::write(place.path("rows.csv"), rows).unwrap();
    let (code, said) = refused(place.command_on("data", &["import", &place.path("rows.csv")]));
    assert_eq!(code, Some(0), "{said}");
    // A restored store has no empty pages, in which damage does no harm.
    let backups = place.path("backups");
    for (data, words) in
        [("data", ["backup", "--to", &backups]), ("dense", ["restore", "--from", &backups])]
    {
        let (code, said) = refused(place.command_on(data, &words));
        assert_eq!(code, Some(0), "{said}");
    }
    place
}

fn export(place: &Place, data: &str, to: &str) -> (Option<i32>, String, BTreeSet<String>) {
    let to = place.path(to);
    let (code, said) = refused(place.command_on(data, &["export", "--to", &to]));
    let text = fs::read_to_string(to).unwrap_or_default();
    (code, said, text.lines().map(str::to_owned).collect())
}

#[test]
fn an_export_of_a_damaged_store_ends_and_tells_what_it_left_out_and_gives_nothing_wrong() {
    let place = some_weeks();
    let (code, said, right) = export(&place, "dense", "right.csv");
    assert_eq!((code, right.len()), (Some(0), 42 * 96 + 1), "{said}");
    let whole = fs::read(place.path("dense/vigie.db")).unwrap();
    let mut named = 0;
    for nr in 1..30 {
        // Anywhere within pages, and not only at their beginnings.
        let at = whole.len() * nr / 31 / 2048 * 2048 + 300 + nr * 53;
        let mut bytes = whole.clone();
        bytes[at..at + 8].iter_mut().for_each(|byte| *byte ^= 0x55);
        let data = format!("harmed-{nr}");
        fs::create_dir(place.path(&data)).unwrap();
        fs::write(place.path(&format!("{data}/vigie.db")), bytes).unwrap();

        let (code, said, found) = export(&place, &data, &format!("{data}.csv"));

        assert!(found.is_subset(&right), "harmed at {at}: {said}");
        if found != right {
            assert!(code == Some(65) || found.len() < 2, "harmed at {at}: {code:?} {said}");
            assert!(said.contains("restore a backup"), "harmed at {at}: {said}");
            named += usize::from(said.contains("air-1 co2, day from 2026-"));
            let (code, said) = refused(place.command_on(&data, &["doctor"]));
            assert_eq!(code, Some(65), "harmed at {at}: {said}");
            assert!(said.contains("FAULT"), "{said}");
        }
    }
    assert!(named > 1, "{named} times a day was named");
}

#[test]
fn the_doctor_finds_a_new_installation_sound_and_says_what_to_be_careful_about() {
    let place = some_weeks();
    let (code, said) = refused(place.command_on("data", &["doctor", "--all"]));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("ok       readings     42 blocks"), "{said}");
    assert!(said.contains("42 days compared with their readings: the same"), "{said}");
    assert!(said.contains("careful  backups") && said.contains("--backup-to"), "{said}");
}

#[test]
fn the_doctor_names_a_site_file_that_is_not_in_order_and_goes_on() {
    let place = some_weeks();
    fs::write(place.path("site.toml"), "[site]\nid = 3\n").unwrap();
    let (code, said) = refused(place.command_on("data", &["doctor"]));
    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("FAULT    site file") && said.contains("ok       database"), "{said}");
}

#[test]
fn a_flipped_bit_in_the_journal_is_told_by_the_doctor_and_at_the_next_start() {
    let place = some_weeks();
    // A header that names this program, and bytes that were a record.
    fs::write(place.path("data/journal-a"), [b"VIGIEJ2\n".as_slice(), &[0xa5; 200]].concat())
        .unwrap();

    let (code, said) = refused(place.command_on("data", &["doctor"]));
    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("FAULT    journal"), "{said}");

    place.start().terminate();
    let log = fs::read_to_string(place.path("log")).unwrap();
    assert!(log.contains("is damaged: 208 bytes cannot be read"), "{log}");
    let (code, said) = refused(place.command_on("data", &["doctor"]));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("careful  journal") && said.contains("journal-a.damaged-1"), "{said}");
}
