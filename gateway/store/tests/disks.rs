//! Disks that are full, read-only or torn: each a clear outcome, and what can be read stays readable.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]
#![expect(clippy::print_stderr, reason = "a test that cannot be run says so")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use domain::{Instant, Period, Quantity, Source, testing};
use store::{
    Appended, Batch, Range, SeriesReader, SeriesWriter, SqliteReader, SqliteSettings, SqliteWriter,
    StoreError,
};
use tempfile::TempDir;

fn source() -> Source {
    testing::source("air", Quantity::Co2)
}

fn batch(first: i64, count: i64) -> Batch {
    let reading = |nr: i64| {
        let observed_at = Instant::from_millis(1_790_000_000_000 + nr * 10_000);
        // Thirds do not pack well, so that little memory makes a full disk.
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let ppm = 400.0 + (nr % 1000) as f64 / 3.0;
        testing::reading(&source(), observed_at, ppm)
    };
    Batch { readings: (first..first + count).map(reading).collect(), ..Batch::default() }
}

async fn count(folder: &Path) -> Result<usize, StoreError> {
    let reader = SqliteReader::open(folder)?;
    Ok(reader.range(Range::of(source(), Period::ALL)).await?.len())
}

/// A file system of its own.
struct SmallDisk {
    folder: TempDir,
    /// Holds the file that the disk is made of, where it is made of one.
    _image: Option<TempDir>,
}

impl SmallDisk {
    /// One in memory. `None` where this user may mount nothing; then the test says so, and fails where CI relies on it.
    fn of(bytes: u64) -> Option<Self> {
        let size = format!("size={bytes}");
        Self::mount(&["-t", "tmpfs", "-o", &size, "vigie-test"], None)
    }

    /// One of ext4 as cards have it, in a file: with blocks, a journal, and room that is taken only when it is written.
    fn of_ext4(bytes: u64) -> Option<Self> {
        // No program that CI could install brings them.
        if !Path::new("/dev/loop-control").exists() {
            eprintln!("not run: this kernel has no loop devices");
            return None;
        }
        let image = tempfile::tempdir().unwrap();
        let path = image.path().join("image").display().to_string();
        fs::File::create(&path).unwrap().set_len(bytes).unwrap();
        let made = Command::new("mkfs.ext4").args(["-q", "-F", &path]).output();
        if made.is_ok_and(|made| made.status.success()) {
            return Self::mount(&["-o", "loop", &path], Some(image));
        }
        not_run("there is no mkfs.ext4")
    }

    fn mount(what: &[&str], image: Option<TempDir>) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount").args(what).arg(folder.path()).output();
        if mount.is_ok_and(|mount| mount.status.success()) {
            return Some(Self { folder, _image: image });
        }
        not_run("this user may not mount a small disk")
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn not_run(why: &str) -> Option<SmallDisk> {
    assert!(std::env::var("CI").is_err(), "CI must be able to mount a small disk: {why}");
    eprintln!("not run: {why}");
    None
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.folder()).output();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_whole_batches_until_there_is_room_and_loses_nothing() {
    let Some(disk) = SmallDisk::of(4_000_000) else { return };
    fill_up(disk.folder()).await;
}

#[tokio::test]
async fn a_full_card_refuses_whole_batches_until_there_is_room_and_loses_nothing() {
    let Some(disk) = SmallDisk::of_ext4(8_000_000) else { return };
    fill_up(disk.folder()).await;
}

async fn fill_up(folder: &Path) {
    // Something else leaves less than the log of the database needs.
    let ballast = folder.join("ballast");
    let mut file = fs::File::create(&ballast).unwrap();
    while file.write_all(&[0; 8192]).is_ok() {}
    let full = file.metadata().unwrap().len();
    file.set_len(full - 2_000_000).unwrap();
    file.sync_all().unwrap();
    drop(file);
    let writer = SqliteWriter::open(folder, &SqliteSettings::default()).unwrap();

    let (mut stored, mut refused) = (0, None);
    while refused.is_none() {
        assert!(stored < 1_000_000, "the disk is not getting full");
        match writer.append(batch(stored, 1000)).await {
            Ok(_) => stored += 1000,
            Err(error) => refused = Some(error),
        }
    }
    let refused = refused.unwrap();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    // Readable beside it, to the last acknowledged reading.
    assert_eq!(count(folder).await.unwrap(), usize::try_from(stored).unwrap());

    fs::remove_file(&ballast).unwrap();
    let again = writer.append(batch(stored, 1000)).await.unwrap();
    assert_eq!(again, Appended { stored: 1000, ..Appended::default() });
    writer.seal(Instant::from_millis(1_890_000_000_000)).await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(count(folder).await.unwrap(), usize::try_from(stored + 1000).unwrap());
}

#[tokio::test]
async fn a_disk_that_is_read_only_is_named_and_can_still_be_read() {
    let Some(disk) = SmallDisk::of(16_000_000) else { return };
    let folder = disk.folder();
    let writer = SqliteWriter::open(folder, &SqliteSettings::default()).unwrap();
    writer.append(batch(0, 100)).await.unwrap();
    writer.close().await.unwrap();
    // A second look leaves no log behind, as after a clean stop.
    assert_eq!(count(folder).await.unwrap(), 100);
    let remount = |how: &str| {
        let options = format!("remount,{how}");
        let status = Command::new("mount").args(["-o", &options]).arg(folder).status();
        assert!(status.unwrap().success());
    };

    remount("ro");
    let error = SqliteWriter::open(folder, &SqliteSettings::default()).unwrap_err();
    remount("rw");

    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(cause.contains(&folder.display().to_string()), "{cause}");
    assert_eq!(count(folder).await.unwrap(), 100);
}

#[tokio::test]
async fn a_torn_file_is_reported_and_what_is_left_of_it_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let writer = SqliteWriter::open(folder.path(), &SqliteSettings::default()).unwrap();
    writer.append(batch(0, 100_000)).await.unwrap();
    writer.seal(Instant::from_millis(1_890_000_000_000)).await.unwrap();
    writer.close().await.unwrap();
    let path = folder.path().join("vigie.db");
    let whole = fs::metadata(&path).unwrap().len();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(whole / 2).unwrap();

    let outcome = SqliteWriter::open(folder.path(), &SqliteSettings::default());

    // Either it is refused by name, or it opens and questions about what is gone fail by name.
    if let Err(error) = outcome {
        assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
        assert_eq!(fs::metadata(&path).unwrap().len(), whole / 2, "it was written to");
        return;
    }
    let error = count(folder.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
}

#[tokio::test]
async fn a_folder_without_the_right_to_write_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(data.join("probe"), "x").is_ok() {
        eprintln!("not run: this user may write anywhere");
        return;
    }
    let error = SqliteWriter::open(&data, &SqliteSettings::default()).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}
