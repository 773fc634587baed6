//! Killed a hundred times, in the middle of writing, sealing, giving readings up and backing up: the store always opens,
//! everything that was acknowledged is there, and nothing else but the batch that was under way.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use domain::rollup::Step;
use domain::site::{Kept, Retention};
use domain::{Instant, ManualClock, Period, Quantity, Reading, Source, testing};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use store::backup::{self, BackupPlan};
use store::{
    Batch, Range, RollupRange, SeriesReader, SeriesWriter, SqliteReader, SqliteSettings,
    SqliteWriter,
};

const KILLS: u64 = 100;
/// Kills that must hit each aim.
const HITS: u64 = 5;
const FOLDER: &str = "VIGIE_KILLED_FOLDER";
const FIRST: &str = "VIGIE_KILLED_FIRST";
const SOURCES: u64 = 8;
/// Every source reports every ten minutes; a batch holds half an hour.
const TICKS: u64 = 3;
const TICK_MS: u64 = 600_000;
const BATCHES_A_DAY: u64 = 86_400_000 / (TICKS * TICK_MS);
/// So many days of readings are kept; rollups for ever.
const RAW_DAYS: u32 = 3;

fn start() -> Instant {
    testing::at("2026-01-01T00:00:00Z")
}

fn source(nr: u64) -> Source {
    testing::source(&format!("d{nr}"), Quantity::EnergyImported)
}

fn at(tick: u64) -> Instant {
    start() + SignedDuration::from_millis(i64::try_from(tick * TICK_MS).unwrap())
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn reading(nr: u64, tick: u64) -> Reading {
    testing::reading(&source(nr), at(tick), (tick * 10 + nr) as f64)
}

fn batch(nr: u64) -> Batch {
    let ticks = nr * TICKS..(nr + 1) * TICKS;
    let readings = ticks.flat_map(|tick| (0..SOURCES).map(move |source| reading(source, tick)));
    Batch { readings: readings.collect(), ..Batch::default() }
}

fn settings() -> SqliteSettings {
    let all = Kept { raw: Some(RAW_DAYS), quarters: None, days: None, by_default: false };
    SqliteSettings {
        retention: Retention { all, ..Retention::default() },
        ..SqliteSettings::default()
    }
}

/// What is killed: it writes batch after batch and tells of each that was acknowledged. Does nothing unless it is
/// started by the test below.
#[test]
fn the_child_that_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let folder = Path::new(&folder);
    let writer = SqliteWriter::open(folder, &settings()).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let clock = ManualClock::new(start());
            let to = folder.join("backups");
            let plan = BackupPlan {
                to: &to,
                keep: 2,
                whole_below_bytes: 0,
                site: None,
                version: "0.0.0",
                stop: &|| false,
            };
            for minute in 1.. {
                clock.set(start() + SignedDuration::from_mins(minute));
                tell("backing up");
                // One that was broken off by a kill is in the way of none that follows.
                backup::make(folder, &plan, &clock).unwrap();
                tell("backed up");
            }
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for nr in first.. {
                writer.append(batch(nr)).await.unwrap();
                tell(&format!("acked {nr}"));
                if nr % 8 == 7 {
                    // At four in the morning, days are packed and old readings given up.
                    let is_night = nr % BATCHES_A_DAY == 7;
                    tell(if is_night { "giving up" } else { "sealing" });
                    writer.seal(at((nr + 1) * TICKS)).await.unwrap();
                    tell("sealed");
                }
            }
        });
    });
}

fn tell(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{what}").unwrap();
    out.flush().unwrap();
}

fn spawn(folder: &Path, first: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["the_child_that_is_killed", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a kill is to interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    Writing,
    Sealing,
    GivingUp,
    BackingUp,
}

const AIMS: [Aim; 4] = [Aim::Writing, Aim::Sealing, Aim::GivingUp, Aim::BackingUp];

impl Aim {
    /// By which line the child begins it, and by which it ends.
    fn lines(self) -> (&'static str, &'static str) {
        match self {
            Self::Writing => ("acked ", "sealing"),
            Self::Sealing => ("sealing", "sealed"),
            Self::GivingUp => ("giving up", "sealed"),
            Self::BackingUp => ("backing up", "backed up"),
        }
    }

    /// Whether a child that printed these lines died in the middle of it.
    fn is_under_way(self, printed: &[String]) -> bool {
        let (begins, ends) = self.lines();
        let last = |what: &str| printed.iter().rposition(|line| line.starts_with(what));
        last(begins).is_some_and(|begun| last(ends).is_none_or(|ended| ended < begun))
    }
}

fn throw(dice: &mut u64, sides: u64) -> u64 {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
    (*dice >> 33) % sides
}

/// Lets a child write, and kills it some time after it has begun what is aimed at; gives what it printed.
fn kill_one(folder: &Path, first: u64, aim: Aim, dice: &mut u64) -> Vec<String> {
    let mut child = spawn(folder, first);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let (begins, _) = aim.lines();
    let mut left = if aim == Aim::Writing { 1 + throw(dice, 12) } else { 1 };
    let mut printed = Vec::new();
    while left > 0 {
        let Some(line) = lines.next() else {
            let ended = child.wait_with_output().unwrap();
            panic!("the child ended by itself: {}", String::from_utf8_lossy(&ended.stderr));
        };
        left -= u64::from(line.starts_with(begins));
        printed.push(line);
    }
    // Not to wait for anything: so that the kill comes at any moment of what has begun.
    let longest = if aim == Aim::Writing { 20_000 } else { 4_000 };
    std::thread::sleep(Duration::from_micros(throw(dice, longest)));
    child.kill().unwrap();
    printed.extend(lines);
    child.wait().unwrap();
    printed
}

/// The batch after the last that was acknowledged.
fn next_after(printed: &[String], first: u64) -> u64 {
    let acknowledged = |line: &String| line.strip_prefix("acked ")?.parse::<u64>().ok();
    printed.iter().filter_map(acknowledged).next_back().map_or(first, |last| last + 1)
}

/// Whether the store holds all batches before `next`, at most one more, and no reading twice.
async fn check(folder: &Path, next: u64) {
    let reader = SqliteReader::open(folder).unwrap();
    let days = RollupRange {
        sources: (0..SOURCES).map(source).collect(),
        period: Period::ALL,
        step: Step::Day(TimeZone::UTC),
        longest_gap: SignedDuration::from_mins(15),
    };
    let days = reader.rollups(days).await.unwrap();
    let counts: Vec<u64> =
        days.iter().map(|days| days.iter().map(|day| day.figure.count).sum()).collect();
    let (all, one_more) = (next * TICKS, (next + 1) * TICKS);
    assert!(counts.iter().all(|count| *count == counts[0]), "a batch is whole: {counts:?}");
    assert!(counts[0] == all || counts[0] == one_more, "{counts:?} for {all}");

    // The last days reading by reading.
    let kept = all.saturating_sub(2 * BATCHES_A_DAY * TICKS);
    for nr in 0..SOURCES {
        let period = Period::new(at(kept), at(all)).unwrap();
        let found = reader.range(Range::of(source(nr), period)).await.unwrap();
        let expected = (kept..all).map(|tick| reading(nr, tick).observation);
        assert_eq!(found, expected.collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_missing_after_a_hundred_kills() {
    let folder = tempfile::tempdir().unwrap();
    let (mut next, mut dice) = (0, 1892);
    let mut interrupted = [0_u64; AIMS.len()];
    let mut kills = 0;
    // A busy machine may kill late, when what was aimed at is over; so there are more kills until each was hit.
    while kills < KILLS || interrupted.iter().any(|count| *count < HITS) {
        assert!(kills < 5 * KILLS, "{AIMS:?} were hit {interrupted:?} times");
        let fewest = interrupted.iter().enumerate().min_by_key(|(_, count)| **count);
        let turn = usize::try_from(kills).unwrap() % AIMS.len();
        let aim = if kills < KILLS { turn } else { fewest.map_or(turn, |(place, _)| place) };
        kills += 1;
        let printed = kill_one(folder.path(), next, AIMS[aim], &mut dice);
        for (count, aim) in interrupted.iter_mut().zip(AIMS) {
            *count += u64::from(aim.is_under_way(&printed));
        }
        next = next_after(&printed, next);
        check(folder.path(), next).await;
    }
    let backups = backup::list(&folder.path().join("backups")).unwrap();
    assert!(!backups.is_empty(), "no backup was ever finished");

    // What the kills interrupted is done by the next night: old readings are gone, the sum of the days is not.
    let writer = SqliteWriter::open(folder.path(), &settings()).unwrap();
    let days = i32::try_from(next / BATCHES_A_DAY).unwrap();
    let mut given_up = 0;
    for night in 1..10 {
        let now = start() + SignedDuration::from_hours(24) * (days + night);
        given_up += writer.seal(now + SignedDuration::from_hours(4)).await.unwrap().given_up;
    }
    writer.close().await.unwrap();
    assert!(given_up > 0);
    let reader = SqliteReader::open(folder.path()).unwrap();
    let found = reader.range(Range::of(source(0), Period::ALL)).await.unwrap();
    assert_eq!(found, []);
}
