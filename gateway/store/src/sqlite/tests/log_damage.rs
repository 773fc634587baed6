//! What becomes of a write-ahead log that was damaged while the program was not running.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::conformance::{air, append, co2, history, on_monday};

/// The files of a store that was killed after these many commits, none of them in the file yet.
async fn killed(commits: usize) -> (Vec<u8>, Vec<u8>) {
    let subject = Sqlite::new();
    for nr in 0..commits {
        append(&subject, [co2(on_monday(&format!("10:00:{nr:02}")), 600.0)]).await;
    }
    let file =
        |ending: &str| fs::read(subject.folder.path().join(format!("{FILE}{ending}"))).unwrap();
    (file(""), file("-wal"))
}

fn start(file: &[u8], log: &[u8]) -> Sqlite {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), file).unwrap();
    fs::write(folder.path().join(format!("{FILE}-wal")), log).unwrap();
    let writer = Some(open(folder.path()).unwrap());
    Sqlite { folder, writer }
}

fn kept(subject: &Sqlite) -> Vec<std::path::PathBuf> {
    write_ahead_log::kept(subject.folder.path()).filter(|path| path.exists()).collect()
}

#[tokio::test]
async fn commits_behind_a_flipped_bit_are_told_and_their_log_is_kept() {
    let (file, log) = killed(20).await;
    let mut harmed = log.clone();
    let at = log.len() / 2;
    harmed[at] ^= 1;

    let subject = start(&file, &harmed);

    assert!(history(&subject, air()).await.len() < 20);
    let kept = kept(&subject);
    assert_eq!(kept.len(), 1);
    assert!(fs::read(&kept[0]).unwrap() == harmed);
    assert_eq!(fs::metadata(&kept[0]).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_damaged_header_of_the_log_is_told_as_well() {
    let (file, mut log) = killed(20).await;
    log[17] ^= 1;
    assert_eq!(kept(&start(&file, &log)).len(), 1);
}

#[tokio::test]
async fn a_log_that_is_whole_or_cut_by_a_power_cut_is_no_damage() {
    let (file, log) = killed(20).await;
    let subject = start(&file, &log);
    assert_eq!((history(&subject, air()).await.len(), kept(&subject).len()), (20, 0));
    for part in 1..12 {
        assert_eq!(kept(&start(&file, &log[..log.len() * part / 12])).len(), 0);
    }
}
