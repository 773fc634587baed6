//! What the store costs: readings a second, bytes written and bytes kept per reading, time per question.
//!
//! A building of 100 sources that report every ten seconds, for three days, with the jitter of real sensors; sealed
//! every quarter of an hour as in the gateway. Prints one line per figure. Bytes written are those of the whole process
//! as Linux counts them; elsewhere they are left out.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded anyway")]

use std::time::{Duration, Instant as Stopwatch};

use domain::{DatedBy, Instant, Observation, Period, Quantity, Reading, Source, Value};
use store::{
    Batch, HealthReader, Range, SeriesReader, SeriesWriter, SqliteReader, SqliteSettings,
    SqliteWriter, StoreError,
};

const SECOND: i64 = 1000;
const DAY: i64 = 86_400 * SECOND;
const START: i64 = 20_750 * DAY;
const DAYS: i64 = 3;
/// As in a public building: much energy and air, few doors.
const MIX: [(Quantity, usize); 7] = [
    (Quantity::Co2, 18),
    (Quantity::Temperature, 15),
    (Quantity::RelativeHumidity, 8),
    (Quantity::OccupancyDetected, 8),
    (Quantity::PeopleIn, 6),
    (Quantity::ActivePower, 15),
    (Quantity::EnergyImported, 30),
];

#[tokio::main]
async fn main() -> Result<(), StoreError> {
    let folder = tempfile::tempdir().expect("a folder for the bench");
    let writer = SqliteWriter::open(folder.path(), &SqliteSettings::default())?;
    let reader = SqliteReader::open(folder.path())?;
    let mut building = Building::new();

    let bulk = write(&writer, &mut building, START, START + DAYS * DAY, 500).await?;
    bulk.print("500 readings a commit");
    writer.seal(Instant::from_millis(START + DAYS * DAY + 3 * 3600 * SECOND)).await?;
    ask(&reader, &building).await?;

    let end = START + DAYS * DAY;
    write(&writer, &mut building, end, end + 2 * 3600 * SECOND, 20)
        .await?
        .print("20 readings a commit");
    let beside = reader.size_bytes().await?;
    // SQLite folds its write-ahead log into the file when the last connection goes.
    drop(reader);
    writer.close().await?;
    let kept = SqliteReader::open(folder.path())?.size_bytes().await?;
    println!("disk, summaries included: {:.2} bytes a reading", ratio(kept, building.count));
    println!("  and {:.1} MB of write-ahead log while it is open", (beside - kept) as f64 / 1e6);
    Ok(())
}

/// What it took to store so many readings.
#[derive(Default)]
struct Cost {
    readings: u64,
    appending: Duration,
    sealing: Duration,
    commits: Vec<Duration>,
    written: Option<u64>,
    computing: Option<Duration>,
}

impl Cost {
    fn print(mut self, what: &str) {
        self.commits.sort();
        let at =
            |share: usize| self.commits[(self.commits.len() - 1) * share / 100].as_secs_f64() * 1e3;
        let rate = |time: Duration| self.readings as f64 / time.as_secs_f64();
        println!(
            "{what}: {:.0} readings/s, {:.0} with seals",
            rate(self.appending),
            rate(self.appending + self.sealing)
        );
        println!(
            "  commit {:.2} ms median, {:.2} ms p99, {:.2} ms longest",
            at(50),
            at(99),
            at(100)
        );
        if let Some(written) = self.written {
            println!(
                "  {:.1} bytes written a reading, seals included",
                ratio(written, self.readings)
            );
        }
        if let Some(computing) = self.computing {
            let micros = computing.as_secs_f64() * 1e6 / self.readings as f64;
            println!("  {micros:.2} us of CPU a reading, seals and making them up included");
        }
    }
}

async fn write(
    writer: &SqliteWriter,
    building: &mut Building,
    from: i64,
    until: i64,
    batch_len: usize,
) -> Result<Cost, StoreError> {
    let mut cost = Cost::default();
    let (written_before, computed_before) = (bytes_written(), cpu_time());
    let mut batch = Vec::with_capacity(batch_len);
    for tick in (from..until).step_by(10_000) {
        for reading in building.readings_at(tick) {
            batch.push(reading);
            if batch.len() == batch_len {
                let readings = std::mem::replace(&mut batch, Vec::with_capacity(batch_len));
                let started = Stopwatch::now();
                cost.readings +=
                    writer.append(Batch { readings, ..Batch::default() }).await?.stored;
                cost.commits.push(started.elapsed());
            }
        }
        if (tick + 10_000) % (900 * SECOND) == 0 {
            let started = Stopwatch::now();
            writer.seal(Instant::from_millis(tick)).await?;
            cost.sealing += started.elapsed();
        }
    }
    cost.appending = cost.commits.iter().sum();
    cost.written = bytes_written().zip(written_before).map(|(after, before)| after - before);
    cost.computing =
        cpu_time().zip(computed_before).map(|(after, before)| after.saturating_sub(before));
    Ok(cost)
}

async fn ask(reader: &SqliteReader, building: &Building) -> Result<(), StoreError> {
    let day = Period::new(
        Instant::from_millis(START + DAY / 2),
        Instant::from_millis(START + DAY * 3 / 2),
    );
    let day = day.expect("a day");
    let mut times = Vec::new();
    for source in &building.sources {
        let started = Stopwatch::now();
        let found = reader.range(Range::of(source.clone(), day).with_neighbours(1)).await?;
        times.push(started.elapsed());
        assert!(found.len() >= 8639, "{}", found.len());
    }
    times.sort();
    println!("24 h of one source: {:.2} ms median", times[times.len() / 2].as_secs_f64() * 1e3);
    let started = Stopwatch::now();
    reader.sources().await?;
    println!(
        "all sources with their newest reading: {:.2} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    Ok(())
}

/// Sources whose values wander as such values do.
struct Building {
    sources: Vec<Source>,
    values: Vec<i64>,
    count: u64,
    dice: u64,
}

impl Building {
    fn new() -> Self {
        let mut sources = Vec::new();
        for (quantity, count) in MIX {
            for n in 0..count {
                let device = format!("{quantity}-{n}").parse().expect("a name");
                sources.push(Source { device, quantity, channel: None });
            }
        }
        let values = vec![5000; sources.len()];
        Self { sources, values, count: 0, dice: 1 }
    }

    fn readings_at(&mut self, tick: i64) -> Vec<Reading> {
        (0..self.sources.len()).map(|n| self.reading(n, tick)).collect()
    }

    fn reading(&mut self, n: usize, tick: i64) -> Reading {
        let source = self.sources[n].clone();
        let observed_at = Instant::from_millis(tick + 500 + self.throw(401) - 200);
        let received_at = Instant::from_millis(observed_at.as_millis() + 20 + self.throw(60));
        let value = self.value(n, source.quantity);
        self.count += 1;
        let observation =
            Observation { observed_at, received_at, dated_by: DatedBy::Device, value };
        Reading { source, observation }
    }

    fn value(&mut self, n: usize, quantity: Quantity) -> Value {
        let (change, scale) = match quantity {
            Quantity::Co2 => (self.throw(7) - 3, 10.0),
            Quantity::Temperature => (i64::from(self.throw(10) == 0) * (self.throw(3) - 1), 250.0),
            Quantity::RelativeHumidity => {
                (i64::from(self.throw(4) == 0) * (self.throw(3) - 1), 125.0)
            }
            Quantity::OccupancyDetected => (i64::from(self.throw(60) == 0), 1.0),
            Quantity::PeopleIn => (i64::from(self.throw(30) == 0), 1.0),
            Quantity::ActivePower => (self.throw(41) - 20, 10.0),
            _ => (self.throw(4), 10.0),
        };
        self.values[n] += change;
        if quantity == Quantity::OccupancyDetected {
            return Value::State(self.values[n] % 2 == 1);
        }
        Value::from_f64(quantity.kind(), self.values[n] as f64 / scale)
    }

    /// A number from zero up to, not including, `sides`; the same sequence in every run.
    fn throw(&mut self, sides: i64) -> i64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.dice >> 33).expect("31 bits") % sides
    }
}

fn ratio(bytes: u64, readings: u64) -> f64 {
    bytes as f64 / readings as f64
}

/// What this process had written to its disks, as Linux counts it.
fn bytes_written() -> Option<u64> {
    let counters = std::fs::read_to_string("/proc/self/io").ok()?;
    counters.lines().find_map(|line| line.strip_prefix("write_bytes: "))?.parse().ok()
}

/// How long this process has computed, as Linux counts it.
fn cpu_time() -> Option<Duration> {
    let counters = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The fields after the name in brackets; user and system time are the 14th and 15th of all, in 1/100 s.
    let fields = counters.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
    let hundredths: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(hundredths * 10))
}
