//! What commits write, as Linux counts it: the counter from which the sensors page gives the bytes written in a day.
//! Alone in its process, since the counter is of the whole process.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]
#![expect(clippy::print_stderr, reason = "a test that cannot be run says so")]

use domain::{Instant, Quantity, testing};
use store::{Batch, SeriesWriter, SqliteSettings, SqliteWriter};

const COMMITS: u64 = 300;
const PAGE: u64 = 4096;

fn written() -> u64 {
    let counters = std::fs::read_to_string("/proc/self/io").unwrap();
    let line = counters.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.unwrap().parse().unwrap()
}

/// Twenty readings of as many sources, of one second.
fn second(nr: u64) -> Batch {
    let observed_at = Instant::from_millis(1_792_800_000_000 + i64::try_from(nr).unwrap() * 1000);
    let reading = |n: u32| {
        let source = testing::source(&format!("air-{n}"), Quantity::Temperature);
        testing::reading(&source, observed_at, 20.0 + f64::from(n) / 10.0)
    };
    Batch { readings: (0..20).map(reading).collect(), ..Batch::default() }
}

#[tokio::test]
async fn a_commit_of_a_second_wears_the_card_by_two_pages_and_now_and_then_by_a_third() {
    // Beside the build, since the folder for temporary files is often in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let writer = SqliteWriter::open(folder.path(), &SqliteSettings::default()).unwrap();
    writer.append(second(0)).await.unwrap();

    let before = written();
    for nr in 1..=COMMITS {
        writer.append(second(nr)).await.unwrap();
    }
    let pages = (written() - before) / PAGE;

    if pages == 0 {
        assert!(std::env::var("CI").is_err(), "CI must build on a disk whose bytes are counted");
        eprintln!("not run: this disk does not count what is written");
        return;
    }
    assert!(pages >= COMMITS, "{pages}: each commit is on the disk before it is acknowledged");
    assert!(pages <= COMMITS * 5 / 2, "{pages} pages for {COMMITS} commits");
}

#[test]
fn sqlite_is_built_to_sync_with_fdatasync() {
    // SQLite does not list it among its options, but its build reads the same variable as the one of this test.
    let flags = option_env!("LIBSQLITE3_FLAGS").unwrap_or_default();
    assert!(
        flags.contains("-DHAVE_FDATASYNC=1"),
        "built with `{flags}`: build in the folder of the project, whose .cargo/config.toml asks for it"
    );
}
