//! Whose file it is, and who may open it.

use rusqlite::StatementStatus;

use super::*;
use crate::conformance::{append, co2, on_monday};
use crate::ports::HealthReader;

fn spoil(folder: &Path, sql: &str) {
    Connection::open(folder.join(FILE)).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_second_gateway_on_the_same_folder_is_refused_by_name_until_the_first_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).unwrap();

    let error = open(folder.path()).unwrap_err();
    drop(first);

    assert_eq!(
        error.to_string(),
        format!("{} is in use by another vigie", folder.path().display())
    );
    open(folder.path()).unwrap();
}

#[test]
fn a_folder_that_is_missing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("var/lib/vigie");
    drop(open(&deep).unwrap());
    SqliteReader::open(&deep).unwrap();
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a-file");
    std::fs::write(&path, "no folder").unwrap();

    let StoreError::Unavailable(cause) = open(&path).unwrap_err() else { panic!("another error") };

    assert_eq!(cause.to_string(), format!("cannot make the folder {}", path.display()));
}

#[test]
fn a_reader_waits_for_the_first_gateway() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(SqliteReader::open(folder.path()), Err(StoreError::Unavailable(_))));
    let _gateway = open(folder.path()).unwrap();
    SqliteReader::open(folder.path()).unwrap();
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let letter = "Dear reader, ".repeat(100);
    std::fs::write(folder.path().join(FILE), &letter).unwrap();

    assert!(matches!(open(folder.path()), Err(StoreError::Foreign { .. })));
    assert!(matches!(SqliteReader::open(folder.path()), Err(StoreError::Foreign { .. })));
    assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), letter);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    spoil(folder.path(), "CREATE TABLE bookmarks(url TEXT)");
    let before = std::fs::read(folder.path().join(FILE)).unwrap();

    assert!(matches!(open(folder.path()), Err(StoreError::Foreign { .. })));
    assert_eq!(std::fs::read(folder.path().join(FILE)).unwrap(), before);
}

#[test]
fn a_file_of_a_newer_vigie_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    spoil(folder.path(), "PRAGMA user_version = 99");

    let writer = open(folder.path()).unwrap_err();
    let reader = SqliteReader::open(folder.path()).unwrap_err();

    for error in [writer, reader] {
        assert!(matches!(error, StoreError::WrongSchema { found: 99, .. }));
    }
}

#[test]
fn a_first_start_that_was_broken_off_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    spoil(folder.path(), "PRAGMA journal_mode = WAL");
    open(folder.path()).unwrap();
}

#[tokio::test]
async fn a_closed_store_is_one_file_with_all_that_was_stored() {
    let mut subject = Sqlite::new();
    append(&subject, [co2(on_monday("10:00:00"), 500.0)]).await;

    subject.writer.take().unwrap().close().await.unwrap();

    let files = std::fs::read_dir(subject.folder.path()).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["vigie.db", "vigie.lock"]);
    assert_eq!(subject.count("log"), 1);
}

#[tokio::test]
async fn the_size_counts_what_is_not_yet_in_the_file_proper() {
    let subject = Sqlite::new();
    let before = subject.reader().size_bytes().await.unwrap();
    append(&subject, [co2(on_monday("10:00:00"), 500.0)]).await;
    assert!(subject.reader().size_bytes().await.unwrap() > before);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let subject = Sqlite::new();
    let connection = schema::open_to_read(&subject.folder.path().join(FILE)).unwrap();
    assert!(connection.execute("DELETE FROM log", []).is_err());
}

#[tokio::test]
async fn a_statement_is_planned_once_and_not_again_for_each_value() {
    let mut subject = Sqlite::new();
    append(&subject, [co2(on_monday("10:00:00"), 1.0)]).await;
    subject.seal(on_monday("10:15:00")).await;
    let reader = schema::open_to_read(&subject.folder.path().join(FILE)).unwrap();
    for series in 0..10 {
        let mut blocks = blocks::list(&reader, slot::Tier::Hour, false).unwrap();
        let ids = blocks.query_map([series, 0, i64::MAX], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(ids.count(), usize::from(series == 1));
        assert_eq!(blocks.get_status(StatementStatus::RePrepare), 0);
    }
}
