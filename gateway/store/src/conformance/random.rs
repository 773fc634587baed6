//! Random operations on an adapter and on the memory store, which must give the same answers.

use domain::message::{Reason, ReasonLabel};
use domain::{DatedBy, Instant, Observation, Quantity, Reading};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::memory::MemoryStore;
use crate::ports::{RefusalId, Refused, RollupRange};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// Two minutes before 2026-10-24; the day after it has 25 hours in France.
const BASE: i64 = 1_792_799_880_000;

#[derive(Clone, Debug)]
enum Operation {
    Append(Batch),
    Seal(Instant),
    Reopen,
    Ask(Range),
    Roll(RollupRange),
    Page(Option<RefusalId>, usize),
}

/// Few instants, so that they repeat; some milliseconds around borders of hours and days.
fn instants() -> impl Strategy<Value = Instant> {
    let near = (0..3 * 24 * 4_i64, -1..2_i64)
        .prop_map(|(quarter, off)| BASE + quarter * 15 * MINUTE + off);
    let close = (0..200_i64).prop_map(|n| BASE + n * 10_000);
    let far = (-400..400_i64).prop_map(|days| BASE + days * DAY);
    prop_oneof![4 => near, 4 => close, 1 => far].prop_map(Instant::from_millis)
}

fn sources() -> impl Strategy<Value = Source> {
    let quantities = [Quantity::Co2, Quantity::EnergyImported, Quantity::OccupancyDetected];
    let quantities = prop::sample::select(quantities.to_vec());
    // Now and then one of a device whose messages tell all its quantities.
    let device = prop_oneof![8 => Just("d"), 1 => Just("e")];
    (device, quantities, prop::option::weighted(0.3, Just("0"))).prop_map(
        |(device, quantity, channel)| Source {
            channel: channel.map(|c| c.parse().unwrap()),
            ..source(device, quantity)
        },
    )
}

fn readings() -> impl Strategy<Value = Reading> {
    let numbers = prop_oneof![(1..30_i32).prop_map(|n| f64::from(n) / 10.0), 1.0..2.0];
    (sources(), instants(), -5_000..100_000_i64, any::<bool>(), numbers).prop_map(
        |(source, observed_at, lag, dated, number)| {
            let value = Value::from_f64(
                source.quantity.kind(),
                number.floor().max(number * f64::from(u8::from(dated))),
            );
            let (received_at, dated_by) = if dated {
                (Instant::from_millis(observed_at.as_millis() + lag), DatedBy::Device)
            } else {
                (observed_at, DatedBy::Gateway)
            };
            Reading {
                source,
                observation: Observation { observed_at, received_at, dated_by, value },
            }
        },
    )
}

/// A message tells all that its device measures, at one instant.
fn messages() -> impl Strategy<Value = Vec<Reading>> {
    let quantities = [Quantity::Co2, Quantity::EnergyImported, Quantity::OccupancyDetected];
    readings().prop_map(move |first| {
        let observation = first.observation;
        let of = |quantity: Quantity| {
            let value = Value::from_f64(quantity.kind(), observation.value.as_f64().floor());
            Reading {
                source: source("e", quantity),
                observation: Observation { value, ..observation },
            }
        };
        quantities.map(of).into()
    })
}

fn refusals() -> impl Strategy<Value = Refused> {
    (0..4_u8, 0..3_u8, instants()).prop_map(|(topic, payload, received_at)| Refused {
        received_at,
        topic: format!("t/{topic}"),
        payload: vec![payload],
        payload_len: 1,
        reason: Reason::new(ReasonLabel::Value, "out of range"),
    })
}

fn operations() -> impl Strategy<Value = Operation> {
    let batches = (
        prop_oneof![
            2 => prop::collection::vec(readings(), 0..60),
            1 => prop::collection::vec(messages(), 0..30).prop_map(|messages| messages.concat()),
        ],
        prop::collection::vec(refusals(), 0..3),
        prop::collection::vec((0..20_u64).prop_map(RefusalId), 0..2),
    );
    let asks =
        (sources(), instants(), instants(), 0..4_usize, 0..4_usize, prop::option::of(0..20_usize));
    prop_oneof![
        6 => batches.prop_map(|(readings, refused, healed)| Operation::Append(Batch { readings, refused, healed, ..Batch::default() })),
        3 => instants().prop_map(Operation::Seal),
        1 => Just(Operation::Reopen),
        5 => asks.prop_map(|(source, a, b, before, after, limit)| {
            let period = period(a.min(b), a.max(b));
            Operation::Ask(Range { source, period, before, after, limit })
        }),
        3 => (sources(), instants(), instants(), 0..3_usize, any::<bool>()).prop_map(
            |(source, a, b, step, usual)| Operation::Roll(RollupRange {
                sources: vec![source],
                period: period(a.min(b), a.max(b)),
                step: steps()[step].clone(),
                longest_gap: if usual { GAP } else { SignedDuration::from_mins(1) },
            })
        ),
        1 => (prop::option::of((0..30_u64).prop_map(RefusalId)), 0..6_usize)
            .prop_map(|(before, limit)| Operation::Page(before, limit)),
    ]
}

async fn compare<S: Subject>(operations: Vec<Operation>) {
    let memory = MemoryStore::new();
    let mut subject = S::new();
    for operation in operations {
        match operation {
            Operation::Append(batch) => {
                let expected = memory.append(batch.clone()).await.unwrap();
                assert_eq!(subject.writer().append(batch).await.unwrap(), expected);
            }
            Operation::Seal(now) => subject.seal(now).await,
            Operation::Reopen => subject.reopen().await,
            Operation::Ask(request) => {
                let expected = memory.range(request.clone()).await.unwrap();
                assert_eq!(subject.reader().range(request).await.unwrap(), expected);
            }
            Operation::Roll(request) => {
                let expected = memory.rollups(request.clone()).await.unwrap();
                let found = subject.reader().rollups(request).await.unwrap();
                assert_alike(&found[0], &expected[0]);
            }
            Operation::Page(..) if !S::KEEPS_QUARANTINE => {}
            Operation::Page(before, limit) => {
                let expected = memory.quarantine(before, limit).await.unwrap();
                assert_eq!(subject.reader().quarantine(before, limit).await.unwrap(), expected);
            }
        }
    }
    let sources = memory.sources().await.unwrap();
    assert_eq!(subject.reader().sources().await.unwrap(), sources);
    for stored in sources {
        let expected = memory.range(Range::of(stored.source.clone(), Period::ALL)).await.unwrap();
        assert_eq!(history(&subject, stored.source.clone()).await, expected);
        assert_rollups_follow_from_readings(&subject, &stored.source).await;
    }
}

pub(crate) async fn random_operations_give_the_answers_of_the_memory_store<S: Subject>() {
    let cases = std::thread::spawn(|| {
        let mut runner = TestRunner::new(Config {
            cases: S::CASES,
            failure_persistence: None,
            ..Config::default()
        });
        runner
            .run(&prop::collection::vec(operations(), 1..30), |operations| {
                block_on(compare::<S>(operations));
                Ok(())
            })
            .unwrap();
    });
    cases.join().unwrap();
}
