//! Keeping the data: backup beside a running gateway, and the way back.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::place::{Place, SOON, eventually, free_address, get, refused, vigie};

impl Place {
    fn backup(&self) -> Command {
        let mut command = vigie();
        command.args(["backup", "--site", &self.path("site.toml"), "--data", &self.path("data")]);
        command.args(["--to", &self.path("backups")]);
        command
    }

    fn restore(&self, data: &str) -> Command {
        let mut command = vigie();
        command.args(["restore", "--from", &self.path("backups"), "--data", &self.path(data)]);
        command
    }

    fn backups(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path("backups")) else { return Vec::new() };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    }
}

#[test]
fn a_harmed_backup_is_told_and_not_restored() {
    let place = Place::new();
    place.start().terminate();
    assert_eq!(refused(place.backup()).0, Some(0));
    let file = place.path(&format!("backups/{}/vigie.db", place.backups()[0]));
    let mut bytes = fs::read(&file).unwrap();
    // Some stand where SQLite looks no more; all of them are harmed.
    for place in 0..bytes.len() - 8 {
        if bytes[place..].starts_with(b"quantity") {
            bytes[place] ^= 0x20;
        }
    }
    fs::write(&file, bytes).unwrap();

    let (code, said) = refused(place.restore("other"));

    assert_eq!(code, Some(1), "{said}");
    assert!(!Path::new(&place.path("other/vigie.db")).exists());
}

#[test]
fn a_full_disk_is_told_and_leaves_the_backups_that_are_there() {
    let place = Place::new();
    place.start().terminate();
    assert_eq!(refused(place.backup()).0, Some(0));
    let before = place.backups();

    // No file may grow beyond 16 KiB, as if the disk was full there.
    let backup = place.backup();
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\""]);
    shell.arg(backup.get_program()).args(backup.get_args()).env_clear().stdin(Stdio::null());
    let (code, said) = refused(shell);

    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&place.path("backups")) && said.contains("disks full"), "{said}");
    assert_eq!(place.backups(), before);
    let status = fs::read_to_string(place.path("data/backup-status.json")).unwrap();
    assert!(status.contains("\"failure\":\""), "{status}");
}

#[test]
fn restoring_refuses_a_running_gateway_and_a_database_that_is_there() {
    let place = Place::new();
    let mut running = place.start();
    assert_eq!(refused(place.backup()).0, Some(0));

    let (code, said) = refused(place.restore("data"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("running vigie") && said.contains("--data"), "{said}");
    assert_eq!(running.terminate().code(), Some(0));

    let (code, said) = refused(place.restore("data"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("--replace"), "{said}");
    let mut command = place.restore("data");
    command.arg("--replace");
    let (code, said) = refused(command);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("vigie.db.replaced-"), "{said}");
    place.start().terminate();
}

#[test]
fn a_night_that_was_missed_is_backed_up_after_the_start_and_the_metrics_say_so() {
    let place = Place::new();
    place.start().terminate();
    let long_ago =
        r#"{"compared": null, "attempt": {"at": "2020-01-01T03:00:00Z", "failure": null}}"#;
    fs::write(place.path("data/backup-status.json"), long_ago).unwrap();

    let mut running = place.start();

    eventually("a backup is made and told", SOON, || {
        let metrics = get(place.http, "/metrics")?;
        let compared = metrics
            .lines()
            .find_map(|line| line.strip_prefix("vigie_backup_compared_timestamp_seconds "))?;
        (compared.parse::<f64>().ok()? > 0.0 && metrics.contains("vigie_backup_failed 0"))
            .then_some(())
    });
    let page = get(place.http, "/sensors?lang=en").unwrap();
    assert!(page.contains("restored on trial and found the same"), "{page}");
    assert_eq!(fs::read_dir(place.path("data/backups")).unwrap().count(), 2);
    assert_eq!(running.terminate().code(), Some(0));
}

#[test]
fn without_a_site_or_a_folder_there_is_nothing_to_back_up() {
    let mut command = vigie();
    command.args(["backup", "--http", &free_address().to_string()]);
    let (code, said) = refused(command);
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("--site") && said.contains("--data"), "{said}");
}
