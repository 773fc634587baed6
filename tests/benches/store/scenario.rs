//! What every peer goes through, step by step: a building is stored and queried.
//!
//! Each runs in a process of its own, which reads a step a line and answers with its figures as JSON, so that steps of
//! several peers can take turns and memory is counted for each.

use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant as Stopwatch};

use domain::calendar::{self, Step as Unit};
use domain::{Instant, Period, Quantity, Source};
use jiff::tz::TimeZone;
use tests::Usage;

use crate::building::{Building, DAY_MS, HOUR_MS, every};
use crate::keeper::{Figures, Keeper};
use crate::meters;

/// Midnight of 2026-03-02 in Paris, in milliseconds.
pub(crate) const START: i64 = 1_772_406_000_000;
/// So many days are stored at first, in large batches.
pub(crate) const DAYS: i64 = 10;
/// Then a day, in three rounds, in batches of 500; then an hour in batches of 20.
const ROUND: i64 = 8 * HOUR_MS;
const QUARTER: i64 = HOUR_MS / 4;
/// Number of repetitions of a query; the median counts.
const TIMES: usize = 9;

/// The building of the comparison: 100 series.
pub(crate) fn building() -> Building {
    Building::new(13, 10, 4)
}

/// A peer under way.
struct Run<K: Keeper> {
    keeper: K,
    building: Building,
    /// Up to when readings were stored.
    reached: i64,
}

/// Does the steps that come on standard input, until it ends.
pub(crate) fn serve(keeper: impl Keeper) {
    let mut run = Run { keeper, building: building(), reached: START };
    for step in io::stdin().lock().lines() {
        let figures = run.step(&step.expect("the bench writes lines"));
        let line = serde_json::to_string(&figures).expect("figures are JSON");
        let mut out = io::stdout();
        writeln!(out, "{line}").and_then(|()| out.flush()).expect("the bench listens");
    }
}

impl<K: Keeper> Run<K> {
    fn step(&mut self, step: &str) -> Figures {
        match step {
            "bulk" => self.write(DAYS * DAY_MS, 20_000),
            "many" => self.write(ROUND, 500),
            "few" => self.write(HOUR_MS, 20),
            "usage" => self.usage(),
            "settle" => self.keeper.settle(self.reached),
            "year" => self.store_year(),
            "ask" => self.ask(),
            "reopen" => figures([("reopen_ms", millis(self.keeper.reopen()))]),
            other => match other.strip_prefix("every ").map(str::parse) {
                Some(Ok(every_ms)) => self.store_slow(every_ms),
                _ => panic!("{other} is no step"),
            },
        }
    }

    /// Stores readings of the next stretch of time.
    fn write(&mut self, length: i64, batch_len: usize) -> Figures {
        let until = self.reached + length;
        let own = || Usage::of(std::process::id()).cpu;
        // What making readings costs, which is none of the store's.
        let before = own();
        let mut twin = self.building.clone();
        for quarter in every(QUARTER, self.reached, until) {
            let mut readings = Vec::new();
            twin.live(quarter, quarter + QUARTER, &mut readings);
        }
        let making = own().saturating_sub(before);

        let (mut count, mut taken, mut commits) = (0, Duration::ZERO, Vec::new());
        let mut waiting = Vec::new();
        while self.reached < until {
            self.building.live(self.reached, self.reached + QUARTER, &mut waiting);
            self.reached += QUARTER;
            let is_last = self.reached == until;
            while waiting.len() >= batch_len || (is_last && !waiting.is_empty()) {
                let rest = waiting.split_off(batch_len.min(waiting.len()));
                let readings = std::mem::replace(&mut waiting, rest);
                count += readings.len();
                let batch = self.keeper.prepare(readings);
                let watch = Stopwatch::now();
                self.keeper.commit(batch);
                commits.push(watch.elapsed());
            }
            let watch = Stopwatch::now();
            self.keeper.quarter_is_over(self.reached);
            taken += watch.elapsed();
        }
        taken += commits.iter().sum::<Duration>();
        commits.sort();
        figures([
            ("readings", count as f64),
            ("seconds", taken.as_secs_f64()),
            ("commit_ms", millis(commits[commits.len() / 2])),
            ("making_s", making.as_secs_f64()),
        ])
    }

    fn usage(&self) -> Figures {
        let process = self.keeper.process();
        let (usage, peak) = (Usage::of(process), Usage::peak_mib(process).unwrap_or(f64::NAN));
        figures([
            ("written", usage.written as f64),
            ("cpu_s", usage.cpu.as_secs_f64()),
            ("peak_mib", peak),
            ("is_embedded", f64::from(process == std::process::id())),
        ])
    }

    /// The registers of the year before, and then a quarter of an hour that nobody has packed yet.
    fn store_year(&mut self) -> Figures {
        let mut readings = Vec::new();
        meters::year(&mut readings);
        while !readings.is_empty() {
            let rest = readings.split_off(20_000.min(readings.len()));
            let batch = self.keeper.prepare(std::mem::replace(&mut readings, rest));
            self.keeper.commit(batch);
        }
        // By the next night all is packed by days, as after a day of running.
        self.keeper.settle(self.reached + DAY_MS);
        self.building.live(self.reached, self.reached + QUARTER, &mut readings);
        self.reached += QUARTER;
        let batch = self.keeper.prepare(readings);
        self.keeper.commit(batch);
        self.keeper.show();
        Figures::new()
    }

    /// The same building for as many days, but slower.
    fn store_slow(&mut self, every_ms: i64) -> Figures {
        self.building = building().reporting_every(every_ms);
        let mut figures = self.write(DAYS * DAY_MS, 500);
        figures.extend(self.keeper.settle(self.reached));
        figures
    }

    fn ask(&mut self) -> Figures {
        let sources = self.building.sources();
        let mut figures = Figures::new();

        let air: Vec<&Source> =
            sources.iter().filter(|it| it.quantity == Quantity::Co2).take(TIMES).collect();
        let day = period(self.reached - DAY_MS, self.reached);
        let mut which = air.into_iter().cycle();
        let keeper = &mut self.keeper;
        ask(&mut figures, "q24h", || {
            keeper.minutes(which.next().expect("it goes round"), day).iter().sum()
        });
        let end = self.reached;
        ask(&mut figures, "latest", || keeper.latest(&sources, end).iter().sum());
        let zone = TimeZone::get("Europe/Paris").expect("it is built in");
        let days: Vec<Period> = calendar::grid(Unit::Day, meters::period(), &zone).collect();
        let meters = meters::sources();
        ask(&mut figures, "year", || {
            let found = keeper.days(&meters, &days);
            assert!(found.iter().all(|it| it.len() == days.len()), "a day is missing");
            found.iter().flat_map(|it| it.windows(2)).map(|it| it[1] - it[0]).sum()
        });
        let stored = period(START, START + DAYS * DAY_MS);
        ask(&mut figures, "month", || {
            let found = keeper.month(&sources, stored);
            assert_eq!(found.len(), sources.len());
            found.iter().map(|it| it.count + it.mean + it.least + it.greatest).sum()
        });
        figures
    }
}

/// Asks several times: how long it took, and the sum of the last answer, by which peers are compared.
fn ask(figures: &mut Figures, name: &str, mut question: impl FnMut() -> f64) {
    let mut answer = question();
    let mut times: Vec<_> = (1..TIMES)
        .map(|_| {
            let watch = Stopwatch::now();
            answer = question();
            watch.elapsed()
        })
        .collect();
    times.sort();
    figures.insert(format!("{name}_ms"), millis(times[times.len() / 2]));
    figures.insert(format!("{name}_sum"), answer);
}

fn figures<const N: usize>(figures: [(&str, f64); N]) -> Figures {
    figures.map(|(name, figure)| (name.to_owned(), figure)).into()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn period(from: i64, until: i64) -> Period {
    Period::new(Instant::from_millis(from), Instant::from_millis(until)).expect("in order")
}
