//! Looks back at the last weeks once a night, and a minute after the start: what they tell is worked out from rollups, one
//! meter after another, and handed to the live figures.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::calendar::Bucket;
use domain::energy::{self, EnergyFigure};
use domain::live::LookBack;
use domain::rollup::{Rollup, Step};
use domain::site::{Meter, Site};
use domain::{Instant, Period, Source, air};
use store::{RollupRange, StoreError, StoreReader, load_rolled, read_missing, sources_within};
use tokio::task::JoinSet;
use tokio::time::Instant as Moment;

/// After a start sensors and pages come first.
const FIRST_AFTER: Duration = Duration::from_mins(1);
/// So often it is tried to make do with rollups; each time shows what readings are missing.
const ATTEMPTS: usize = 4;

/// When to look back, and what was seen.
pub(crate) struct LookingBack<R> {
    site: Arc<Site>,
    reader: Arc<R>,
    first: Moment,
    looked: Option<Instant>,
    looks: JoinSet<Result<LookBack, StoreError>>,
}

impl<R: StoreReader> LookingBack<R> {
    pub(crate) fn new(site: Arc<Site>, reader: Arc<R>, start: Moment) -> Self {
        let first = start + FIRST_AFTER;
        Self { site, reader, first, looked: None, looks: JoinSet::new() }
    }

    /// What was seen since the last call, if it is there; begins to look when it is time.
    pub(crate) fn turn(&mut self, moment: Moment, now: Instant) -> Option<LookBack> {
        if self.looks.is_empty() && moment >= self.first && self.is_due(now) {
            self.looked = Some(now);
            let (site, reader) = (Arc::clone(&self.site), Arc::clone(&self.reader));
            self.looks.spawn(async move { look_back(&site, &*reader, now).await });
        }
        match self.looks.try_join_next()?.expect("a look neither panics nor is aborted") {
            Ok(told) => Some(told),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(
                    error,
                    "the last weeks cannot be read; alerts on them wait for tomorrow"
                );
                None
            }
        }
    }

    /// Whether a night has ended since the last time.
    fn is_due(&self, now: Instant) -> bool {
        self.looked.is_none_or(|looked| LookBack::morning(&self.site, now) > Some(looked))
    }
}

/// The last weeks up to `now`, from the store.
///
/// # Errors
/// When the store cannot be read.
pub async fn look_back<R: StoreReader>(
    site: &Site,
    reader: &R,
    now: Instant,
) -> Result<LookBack, StoreError> {
    let grid = LookBack::grid(site, now);
    let mut meters = Vec::with_capacity(site.meters.len());
    for meter in &site.meters {
        meters.push((meter.id.clone(), cells(site, reader, meter, &grid, now).await?));
    }
    Ok(LookBack::of(site, now, meters, &instruments(site, reader, now).await?))
}

/// The energy of a meter; nothing where its rollups do not tell, however often its readings are asked for.
async fn cells<R: StoreReader>(
    site: &Site,
    reader: &R,
    meter: &Meter,
    grid: &[Period],
    now: Instant,
) -> Result<Vec<Bucket<EnergyFigure>>, StoreError> {
    let Some((first, last)) = grid.first().zip(grid.last()) else { return Ok(Vec::new()) };
    let span = Period::new(first.start(), last.end()).expect("a grid is in order");
    let meters = energy::measured(site, meter);
    let sources = sources_within(meters.iter().flat_map(|it| energy::meter_needs(it)), span);
    let gap = site.rules.longest_gap();
    let mut series = load_rolled(reader, sources, span, &Step::Quarter, gap).await?;
    for _ in 0..ATTEMPTS {
        match energy::rolled_energy(&meters, grid, &series, &site.rules, now) {
            Ok(figures) => {
                let cells = grid.iter().copied().zip(figures);
                return Ok(cells.map(|(period, figure)| Bucket { period, figure }).collect());
            }
            Err(missing) => read_missing(reader, &mut series, missing).await?,
        }
    }
    tracing::warn!(meter = %meter.id, "its nights are not compared: its rollups do not tell them");
    Ok(Vec::new())
}

/// Each CO2 instrument over a week.
async fn instruments<R: StoreReader>(
    site: &Site,
    reader: &R,
    now: Instant,
) -> Result<BTreeMap<Source, Vec<Bucket<Rollup>>>, StoreError> {
    let period = LookBack::week(now);
    let sources = sources_within(air::check_needs(site).into_iter(), period);
    let request = RollupRange {
        sources: sources.clone(),
        period,
        step: Step::Quarter,
        longest_gap: site.rules.longest_gap(),
    };
    Ok(sources.into_iter().zip(reader.rollups(request).await?).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::live::Live;
    use domain::{DatedBy, Observation, Quantity, Reading, Value, site};
    use store::{Batch, MemoryStore, SeriesWriter};

    use super::*;

    const SITE: &str = "[site]\nid = \"a\"\nname = \"A\"\ntimezone = \"Europe/Paris\"\ncapacity = 9\n\
        area_m2 = 9\n[[zone]]\nid = \"z\"\nname = \"Z\"\n\
        [[meter]]\nid = \"server\"\nname = \"S\"\nenergy = [{ device = \"s\" }]\n\
        [[point]]\nid = \"c\"\nzone = \"z\"\nquantity = \"co2\"\nsources = [{ device = \"c\" }]\n";
    const QUARTER_S: i64 = 900;
    const DAY: i64 = 96;

    fn at(quarter: i64) -> Instant {
        let start: Instant = "2026-10-10T00:00:00Z".parse().unwrap();
        Instant::from_millis(start.as_millis() + quarter * QUARTER_S * 1000)
    }

    fn reading(device: &str, quantity: Quantity, at: Instant, number: f64) -> Reading {
        let source = Source { device: device.parse().unwrap(), quantity, channel: None };
        let value = Value::from_f64(quantity.kind(), number);
        let observation =
            Observation { observed_at: at, received_at: at, dated_by: DatedBy::Device, value };
        Reading { source, observation }
    }

    /// A server that draws 1 kW, and from the 20th day on another power; a CO2 instrument; each every quarter of an hour.
    async fn store(days: i64, watts: f64, ppm: f64) -> MemoryStore {
        let store = MemoryStore::new();
        let (mut total, mut readings) = (1e6, Vec::new());
        for quarter in 0..days * DAY {
            total += if quarter < 20 * DAY { 250.0 } else { watts / 4.0 };
            readings.push(reading("s", Quantity::EnergyImported, at(quarter), total));
            let breath = if quarter % 7 == 0 { 3.0 } else { 0.0 };
            readings.push(reading("c", Quantity::Co2, at(quarter), ppm + breath));
        }
        store.append(Batch { readings, ..Batch::default() }).await.unwrap();
        store
    }

    async fn told(store: MemoryStore, days: i64) -> Vec<String> {
        let site = Arc::new(site::parse(SITE, "a.toml").unwrap());
        let now = at(days * DAY + 24);
        let looked = look_back(&site, &store, now).await.unwrap();
        let mut live = Live::new(site, now);
        live.look_back(&looked);
        live.states(now);
        live.alerts().iter().map(|alert| alert.matter.key()).collect()
    }

    #[tokio::test]
    async fn a_server_that_draws_half_as_much_again_at_night_is_told_from_what_the_store_keeps() {
        assert_eq!(told(store(22, 1500.0, 430.0).await, 22).await, ["baseload/server"]);
        assert_eq!(told(store(22, 1000.0, 430.0).await, 22).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn co2_that_is_below_any_air_for_a_week_of_nights_is_told_from_what_the_store_keeps() {
        assert_eq!(told(store(8, 1000.0, 360.0).await, 8).await, ["instrument/c"]);
    }

    #[tokio::test]
    async fn the_last_weeks_are_looked_at_a_minute_after_the_start_and_once_a_night() {
        let site = Arc::new(site::parse(SITE, "a.toml").unwrap());
        let start = Moment::now();
        let mut looking = LookingBack::new(site, Arc::new(store(2, 1000.0, 430.0).await), start);
        let mut begins = |minutes: u64, now: &str| {
            looking.turn(start + Duration::from_mins(minutes), now.parse().unwrap());
            let begun = looking.looks.len();
            looking.looks = JoinSet::new();
            begun
        };
        assert_eq!(begins(0, "2026-10-12T12:00:00Z"), 0);
        assert_eq!(begins(1, "2026-10-12T12:01:00Z"), 1);
        assert_eq!(begins(2, "2026-10-12T12:02:00Z"), 0);
        assert_eq!(begins(900, "2026-10-13T03:20:00Z"), 0, "twenty past five in Paris");
        assert_eq!(begins(920, "2026-10-13T03:40:00Z"), 1);
        assert_eq!(begins(930, "2026-10-13T03:50:00Z"), 0);
    }
}
