//! A card that others fill up while the building reports: an alert that names them, no reading goes, and recording goes on.

use std::fs;
use std::path::Path;
use std::process::Command;

use domain::{Instant, Quantity, testing};
use jiff::SignedDuration;
use store::{Batch, SeriesWriter, SqliteSettings, SqliteWriter};
use tests::installation::{free_port, site_file};
use tests::message::{message, now};
use tests::vigie::Vigie;
use tests::{PATIENTLY, Publisher, eventually};

const SITE: &str = "[disk]\nfull = 0.95\nmin_free_mb = 1\n\
                    [[zone]]\nid = \"salle\"\nname = \"Salle\"\n\
                    [[point]]\nid = \"salle-co2\"\nzone = \"salle\"\nquantity = \"co2\"\nsources = [{ device = \"air\" }]\n";
const DISK_BYTES: u64 = 100_000_000;
const DAYS: i32 = 120;

/// A disk in memory where the data are; `None` where this user may mount nothing, which fails in CI.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn at(folder: &'a Path) -> Option<Self> {
        fs::create_dir(folder).unwrap();
        let size = format!("size={DISK_BYTES}");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "vigie-test"])
            .arg(folder)
            .output();
        if mount.is_ok_and(|mount| mount.status.success()) {
            return Some(Self(folder));
        }
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(
            !in_ci,
            "nothing may be mounted here, and CI must not skip what needs a small disk"
        );
        eprintln!("skipped: this user may not mount a small disk (root may)");
        None
    }

    /// Leaves so many bytes free.
    fn fill_up_to(&self, left: u64) {
        let free = Command::new("df").args(["-B1", "--output=avail"]).arg(self.0).output().unwrap();
        let free = String::from_utf8(free.stdout).unwrap();
        let free: u64 = free.lines().last().unwrap().trim().parse().unwrap();
        let count = usize::try_from(free - left).unwrap();
        fs::write(self.0.join("somebody-elses"), vec![0; count]).unwrap();
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).output();
    }
}

/// Many readings of some months, packed, the newest of them two months old.
async fn old_readings(data: &Path) -> Instant {
    let first = now() - SignedDuration::from_hours(24) * (DAYS + 60);
    let source = testing::source("air", Quantity::Co2);
    let writer = SqliteWriter::open(data, &SqliteSettings::default()).unwrap();
    for day in 0..DAYS {
        let reading = |minute: i32| {
            let observed_at = first
                + SignedDuration::from_hours(24) * day
                + SignedDuration::from_millis(
                    60_000 * i64::from(minute) + i64::from(minute * minute % 977),
                );
            // Thirds do not pack well, so that little memory makes a full disk.
            let number = 400.0 + f64::from((minute * 7919 + day) % 1000) / 3.0;
            testing::reading(&source, observed_at, number)
        };
        let readings = (0..1400).map(reading).collect();
        writer.append(Batch { readings, ..Batch::default() }).await.unwrap();
    }
    writer.seal(now()).await.unwrap();
    writer.close().await.unwrap();
    first
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of bytes")]
async fn a_disk_that_others_fill_up_is_an_alert_and_costs_no_reading_and_never_stops_the_recording()
{
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("site.toml"), site_file(SITE)).unwrap();
    let data = folder.path().join("data");
    let Some(disk) = SmallDisk::at(&data) else { return };
    let first = old_readings(&data).await;
    let (http, mqtt) = (free_port(), free_port());
    let arguments = [
        "--site".to_owned(),
        folder.path().join("site.toml").display().to_string(),
        "--data".to_owned(),
        data.display().to_string(),
        "--http".to_owned(),
        format!("127.0.0.1:{http}"),
        "--mqtt".to_owned(),
        format!("127.0.0.1:{mqtt}"),
    ];
    let vigie = Vigie::start(arguments.into(), http, &folder.path().join("vigie.log"));
    let api = vigie.api();
    let alert = || {
        let live = api.get("/live").unwrap_or_default();
        let alerts = live["alerts"].as_array().cloned().unwrap_or_default();
        alerts.iter().map(ToString::to_string).find(|alert| alert.contains("disk"))
    };
    let old = 1400 * usize::try_from(DAYS).unwrap();
    assert_eq!(api.readings("air", "co2").len(), old);
    assert_eq!(alert(), None, "there is room");

    // Somebody else leaves less than the twentieth that is to stay, even with what the store has within its file.
    let within = eventually("the store is measured", PATIENTLY, || {
        let bytes = api.counter("vigie_store_reusable_bytes");
        api.text("/metrics").ok()?.contains("vigie_store_reusable_bytes").then_some(bytes)
    });
    disk.fill_up_to(DISK_BYTES / 20 - within as u64 - 100_000);

    eventually("an alert of the disk", PATIENTLY, alert);
    let mut sensor = Publisher::connect(mqtt, "air");
    sensor.publish([message("air", "co2", now(), 742.0)]);
    eventually("what is reported now is recorded", PATIENTLY, || {
        (api.readings("air", "co2").last()?.1 == 742.0).then_some(())
    });
    let all = api.readings("air", "co2");
    assert_eq!((all.len(), all[0].0), (old + 1, first), "no reading is gone");
    assert!(api.counter("vigie_store_given_up_total") < 1.0, "readings were given up");

    fs::remove_file(data.join("somebody-elses")).unwrap();
    eventually("the alert is over", PATIENTLY, || alert().is_none().then_some(()));
}
