//! What a dashboard elsewhere reads from InfluxDB.

use domain::audit::{Correction, Deed, Draft, Effect, Target};
use domain::rollup::Step;
use domain::{Period, Quantity, Reading, Source, Value};
use jiff::SignedDuration;
use store::{AuditReader, AuditWriter, Range, RollupRange, SeriesReader, StoreError};

use crate::double::{Double, Trick};
use crate::installation::{Installation, at, eventually, grid, reading, readings};

fn meter(n: usize) -> Source {
    let device = format!("meter-{n}").parse().unwrap();
    Source { device, quantity: Quantity::EnergyImported, channel: None }
}

#[tokio::test]
async fn daily_energy_of_thirty_meters_is_one_question_of_a_row_a_day() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    // The double is slow with many lines, more so on a busy machine.
    installation.pace.request = std::time::Duration::from_mins(1);
    let start = at("2026-01-01T11:00:00Z");
    for n in 0..30 {
        // A reading at noon and one at midnight of each of 31 days.
        let readings = (0..61_i32).map(|half| {
            let mut reading = reading("x", 0);
            reading.source = meter(n);
            let observed_at = start + SignedDuration::from_hours(i64::from(half) * 12);
            let wh = f64::from(half * 10);
            let observation = &mut reading.observation;
            (observation.observed_at, observation.received_at) = (observed_at, observed_at);
            observation.value = Value::Register(wh);
            reading
        });
        installation.append(readings.collect::<Vec<Reading>>()).await;
    }
    installation.forward();
    eventually("all days", || double.rollups("_1d") == 30 * 31).await;

    let request = RollupRange {
        sources: (0..30).map(meter).collect(),
        period: Period::new(at("2025-12-31T23:00:00Z"), at("2026-03-31T22:00:00Z")).unwrap(),
        step: Step::Day(grid().timezone),
        longest_gap: grid().longest_gap,
    };
    let before = double.requests_of("/api/v2/query").len();
    let found = installation.elsewhere().rollups(request.clone()).await.unwrap();

    assert_eq!(double.requests_of("/api/v2/query").len(), before + 1);
    assert_eq!(found, installation.reader().rollups(request).await.unwrap());
    assert_eq!(found[29].len(), 31);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_an_error_and_no_short_answer() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.append(readings("air-1", 0, 100)).await;
    installation.forward();
    eventually("the readings", || double.count() == 100).await;
    // Nothing more is on its way that could take what is played for the reader.
    eventually("their rollups", || double.rollups("_1d") == 1).await;
    let reader = installation.elsewhere();
    let all = Range::of(reading("air-1", 0).source, Period::ALL);
    assert_eq!(reader.range(all.clone()).await.unwrap().len(), 100);

    installation.halt().await;
    for trick in
        [Trick::CutAfterwards, Trick::Cut, Trick::Status(503), Trick::Busy(429, "1".into())]
    {
        double.play([trick.clone()]);
        let answer = reader.range(all.clone()).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{trick:?}: {answer:?}");
    }
    // As whole numbers and truths of one field in one table, where somebody else wrote both.
    double.breaks_off("schema collision: cannot group float and boolean types together");
    let broken = reader.range(all.clone()).await.unwrap_err();
    let cause = std::error::Error::source(&broken).unwrap().to_string();
    assert!(cause.contains("schema collision"), "{cause}");
}

#[tokio::test]
async fn a_token_that_may_not_read_is_told_and_gives_no_empty_history() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.token = "write-only-token".to_owned();
    let refused = installation.elsewhere().sources().await.unwrap_err();
    let cause = std::error::Error::source(&refused).unwrap().to_string();
    assert!(cause.contains("may not read"), "{cause}");
}

#[tokio::test]
async fn another_site_in_the_same_bucket_is_not_seen() {
    let double = Double::start();
    double.write("temperature,site=other,device=air-1 value=20.5 1\ntemperature,site=other,device=y value=2 1\n");
    double.write("strange,site=dreux,device=air-1 value=1 1\ntemperature,site=dreux,device=z,host=h value=3 1\n");
    let installation = Installation::beside(&double);
    let reader = installation.elsewhere();

    let found = reader.sources().await.unwrap();

    let devices: Vec<_> = found.iter().map(|stored| stored.source.device.as_str()).collect();
    assert_eq!(devices, ["z"]);
    assert_eq!(reader.range(Range::newest(reading("air-1", 0).source)).await.unwrap(), []);
}

#[tokio::test]
async fn what_was_corrected_is_known_elsewhere_whatever_its_reason_says() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.forward();
    let (air, now) = (reading("air-1", 0).source, at("2026-11-23T12:00:00Z"));
    let reasons = ["bad, \"very\" bad", r"a\b\", "two\nlines\r", "x=1 2i", "l'été\u{7f}", ""];
    for reason in reasons {
        let deed = Deed::Correction(Correction {
            target: Target::Source(air.clone()),
            from: now,
            to: now + SignedDuration::from_hours(1),
            effect: Effect::Value(20.5),
        });
        let (author, reason) = ("marie \"m\"".to_owned(), reason.to_owned());
        let draft = Draft { at: now, author, reason, deed, before: None };
        installation.writer().record(draft).await.unwrap();
    }
    let here = installation.reader().ledger().await.unwrap();
    assert_eq!(here.len(), reasons.len());
    let entries = || double.points().iter().filter(|point| point.starts_with("ledger,")).count();
    eventually("all entries", || entries() == reasons.len()).await;
    assert_eq!(installation.elsewhere().ledger().await.unwrap(), here);

    // After a restart all of them are written again, which changes nothing; somebody else's are passed over.
    installation.halt().await;
    double.write(
        "ledger,site=dreux,host=pi entry=\"unknown\" 1\nledger,site=other,id=1 entry=\"{}\" 1\n",
    );
    installation.open(true);
    let before = double.writes();
    installation.forward();
    eventually("them again", || double.writes() > before).await;
    assert_eq!(installation.elsewhere().ledger().await.unwrap(), here);
}

#[tokio::test]
async fn names_with_every_awkward_sign_are_found_again() {
    let double = Double::start();
    let mut installation = Installation::beside(&double);
    installation.forward();
    let names = ["salle du conseil, 1er=étage", r"end\", "100%5C", "\"quoted\"", "a\"b|> drop()"];
    for name in names {
        installation.append([reading(name, 0)]).await;
    }
    eventually("all", || double.count() == names.len()).await;
    let reader = installation.elsewhere();

    assert_eq!(reader.sources().await.unwrap(), installation.reader().sources().await.unwrap());
    for name in names {
        let found = reader.range(Range::newest(reading(name, 0).source)).await.unwrap();
        assert_eq!(found, [reading(name, 0).observation], "{name}");
    }
}
