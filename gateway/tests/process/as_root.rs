//! Commands that root runs on the data folder of another user, as beside the shipped service: what they leave is that user's.
//! These tests need root; without it they say so and test nothing. CI runs as root.

#![expect(clippy::print_stderr, reason = "a test that cannot be run says so")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::place::{Place, refused, vigie};

/// Nobody's, on every Linux.
const OWNER: u32 = 65_534;

/// A place whose data folder belongs to another user; `None` when this is not run by root.
fn of_another_user() -> Option<Place> {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        assert!(std::env::var("CI").is_err(), "CI must run as root");
        eprintln!("not run: this test needs root");
        return None;
    }
    let place = Place::new();
    fs::set_permissions(place.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(place.path("data")).unwrap();
    chown(place.path("data"), Some(OWNER), Some(OWNER)).unwrap();
    fs::set_permissions(place.path("data"), fs::Permissions::from_mode(0o700)).unwrap();
    Some(place)
}

fn on_data(place: &Place, words: &[&str]) -> Command {
    let mut command = vigie();
    command.args(words).args(["--site", &place.path("site.toml"), "--data", &place.path("data")]);
    command
}

fn owners(folder: &Path) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let meta = entry.metadata().unwrap();
        found.push((entry.path().display().to_string(), meta.uid()));
        if meta.is_dir() {
            found.extend(owners(&entry.path()));
        }
    }
    found
}

fn all_are_the_owners(place: &Place, after: &str) {
    let files = owners(Path::new(&place.path("data")));
    assert!(!files.is_empty(), "{after} left nothing");
    for (name, uid) in files {
        assert_eq!(uid, OWNER, "{name} after {after}");
    }
}

fn add_user(place: &Place) {
    let mut command = on_data(place, &["user", "add", "marie"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"le chat dort ici\n").unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_root_leaves_in_the_data_folder_belongs_to_its_owner() {
    let Some(place) = of_another_user() else { return };
    fs::write(place.path("rows.lp"), "co2,device=a value=612 1774746000000\n").unwrap();

    add_user(&place);
    all_are_the_owners(&place, "user add");
    for words in [
        &["import", &place.path("rows.lp")][..],
        &["rebuild"],
        &["backup"],
        &["devices"],
        &["export"],
        &["doctor"],
    ] {
        let (code, said) = refused(on_data(&place, words));
        assert_eq!(code, Some(0), "{words:?}: {said}");
        all_are_the_owners(&place, words[0]);
    }
    let backups = place.path("data/backups");
    let (code, said) = refused(on_data(&place, &["restore", "--replace", "--from", &backups]));
    assert_eq!(code, Some(0), "{said}");
    all_are_the_owners(&place, "restore");
    // And what the service finds there it can use.
    let mut running = place.start();
    assert!(running.terminate().success());
    all_are_the_owners(&place, "run");
}

#[test]
fn a_link_in_the_data_folder_leads_root_no_further_than_its_owner_could_go() {
    let Some(place) = of_another_user() else { return };
    let secret = place.path("of-root");
    fs::write(&secret, "untouched").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    for name in ["accounts.new", "accounts.lock", "vigie.db", "vigie.lock", "journal-a"] {
        symlink(&secret, place.path(&format!("data/{name}"))).unwrap();
    }
    fs::write(place.path("rows.lp"), "co2,device=a value=612 1774746000000\n").unwrap();

    let (code, said) = refused(on_data(&place, &["import", &place.path("rows.lp")]));
    assert_eq!(code, Some(1), "{said}");
    let mut add = on_data(&place, &["user", "add", "marie"]);
    add.stdin(Stdio::null());
    drop(refused(add));

    assert_eq!(fs::read_to_string(&secret).unwrap(), "untouched");
    assert_eq!(fs::metadata(&secret).unwrap().uid(), 0);
}

#[test]
fn files_of_another_user_in_the_data_folder_are_named_by_the_doctor() {
    let Some(place) = of_another_user() else { return };
    fs::write(place.path("data/accounts.json"), "{}").unwrap();

    let (code, said) = refused(on_data(&place, &["doctor"]));

    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("FAULT    data folder") && said.contains("accounts.json"), "{said}");
    assert!(said.contains("chown -R"), "{said}");
}

#[test]
fn the_folder_that_the_installation_makes_lets_the_service_replace_its_site_file_and_no_secret() {
    let Some(place) = of_another_user() else { return };
    let (folder, site) = (place.path("etc"), place.path("etc/site.toml"));
    fs::create_dir(&folder).unwrap();
    fs::copy(place.path("site.toml"), &site).unwrap();
    // As gateway/deploy/tmpfiles.conf has it.
    chown(&folder, Some(0), Some(OWNER)).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o1770)).unwrap();
    fs::set_permissions(&site, fs::Permissions::from_mode(0o640)).unwrap();
    let doctor = || {
        let mut command = vigie();
        command.args(["doctor", "--site", &site, "--data", &place.path("data")]);
        refused(command).1
    };

    chown(&site, Some(OWNER), Some(OWNER)).unwrap();
    let said = doctor();
    assert!(said.contains("ok       site file"), "{said}");

    chown(&site, Some(0), Some(0)).unwrap();
    let said = doctor();
    assert!(said.contains("it cannot be changed from the dashboard"), "{said}");
}
