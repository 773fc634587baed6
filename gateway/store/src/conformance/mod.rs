//! The promises of the ports, written once and run against every adapter.
//!
//! An adapter implements [`Subject`] in its tests and calls [`adapter_keeps_the_promises`]; each claim below is then a
//! test of its own there, but for those that it excepts by name. `random` compares the adapter with [`crate::MemoryStore`] over random operations.

mod alerts;
mod audit;
mod health;
mod learned;
mod quarantine;
mod random;
mod rollups;
mod series;

use domain::testing;
pub(crate) use domain::testing::{at, source};
use domain::{Instant, Observation, Period, Quantity, Reading, Source, Value};

use crate::ports::{
    AlertReader, Appended, AuditReader, AuditWriter, Batch, MessageReader, QuarantineReader, Range,
    SeriesReader, SeriesWriter, StoreReader,
};

pub(crate) use alerts::*;
pub(crate) use audit::*;
pub(crate) use health::*;
pub(crate) use learned::*;
pub(crate) use quarantine::*;
pub(crate) use random::*;
pub(crate) use rollups::*;
pub(crate) use series::*;

/// An adapter with an empty store of its own.
pub(crate) trait Subject: Sized {
    type Writer: SeriesWriter + AuditWriter;
    type Reader: StoreReader;

    /// Whether its reader knows what stands in quarantine.
    const KEEPS_QUARANTINE: bool = true;
    /// How many series of random operations it is put through.
    const CASES: u32 = 48;

    fn new() -> Self;
    fn writer(&self) -> &Self::Writer;
    /// Another reader of the same store.
    fn reader(&self) -> Self::Reader;
    /// Reorganises what is stored, as it is done now and then; no answer may change by it.
    async fn seal(&mut self, now: Instant);
    /// Closes the store and opens it again.
    async fn reopen(&mut self);
}

/// Makes one test of each claim for an adapter, without the claims behind `except`.
///
/// An exception that names no claim is an unused macro, and so an error.
macro_rules! adapter_keeps_the_promises {
    (@tests ($d:tt) $subject:ty, [$($exception:ident)*], [$($claim:ident)*]) => {
        mod conformance {
            use super::*;

            // Each claim has a macro of its name that passes on its test; that of an exception passes on nothing.
            $(
                macro_rules! $claim { ($d($d test:item)?) => { $d($d test)? } }
                $claim!();
            )*
            $(
                macro_rules! $exception { ($d test:item) => {} }
            )*
            $(
                $claim! {
                    #[test]
                    fn $claim() {
                        $crate::conformance::block_on($crate::conformance::$claim::<$subject>());
                    }
                }
            )*
        }
    };
    ($subject:ty $(, except $($exception:ident)*)?) => {
        $crate::conformance::adapter_keeps_the_promises! {
            @tests ($) $subject, [$($($exception)*)?],
            [
                a_reading_appended_twice_is_stored_once
                the_first_value_of_an_instant_stays
                a_batch_may_repeat_itself
                an_empty_batch_changes_nothing
                late_repeated_and_shuffled_readings_give_the_history_of_readings_in_order
                a_period_holds_its_start_and_not_its_end
                an_unknown_source_has_no_readings
                neighbours_come_from_both_sides_however_far_away
                neighbours_are_as_many_as_there_are
                a_limit_gives_the_oldest_and_nothing_after_them
                the_newest_reading_is_found_whatever_arrived_last
                sources_are_listed_in_order_with_their_newest_reading
                channels_of_a_device_are_series_of_their_own
                every_value_comes_back_to_the_last_bit
                the_arrival_is_kept_to_the_second
                a_value_its_quantity_cannot_have_is_refused_with_the_whole_batch
                readings_before_1970_are_readings
                sealing_changes_no_answer
                reopening_changes_no_answer
                readings_late_for_a_sealed_day_are_found_and_counted_once
                quantities_of_one_message_stay_apart_when_one_of_them_has_late_readings
                another_reader_sees_what_was_committed
                a_store_with_readings_has_a_size
                a_store_on_a_disk_takes_space_of_it
                the_newest_message_of_a_topic_is_kept_until_it_is_removed
                a_source_is_of_the_family_that_was_stored_last
                a_refusal_stands_in_quarantine_as_it_came
                a_repeated_refusal_is_counted_and_not_listed_twice
                refusals_that_differ_stand_beside_each_other
                quarantine_is_paged_newest_first
                a_full_quarantine_drops_its_oldest_and_says_how_many
                who_floods_the_quarantine_pushes_out_nobody_elses_refusals
                large_payloads_fill_the_quarantine_before_it_has_many_rows
                what_was_healed_leaves_with_its_readings
                the_name_of_a_refusal_is_never_given_again
                a_payload_is_cut_to_what_is_kept
                rollups_follow_from_the_readings_before_and_after_sealing
                late_readings_are_in_rollups_as_soon_as_they_are_stored
                a_bucket_is_whole_where_it_reaches_out_of_the_period
                rollups_of_several_sources_come_in_the_order_of_the_question
                a_state_is_rolled_up_by_how_long_it_was_true
                another_longest_gap_or_zone_is_answered_as_right
                the_audit_log_gives_back_its_entries_in_their_order
                the_text_before_a_change_of_the_site_is_kept_with_it
                an_alert_stands_in_the_log_until_it_is_over_and_after
                the_log_of_alerts_is_paged_newest_first
                alerts_that_were_over_a_year_ago_are_forgotten
                random_operations_give_the_answers_of_the_memory_store
            ]
        }
    };
}
pub(crate) use adapter_keeps_the_promises;

pub(crate) fn block_on<T>(claim: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.unwrap().block_on(claim)
}

/// A time of the day that most claims are about.
pub(crate) fn on_monday(time: &str) -> Instant {
    at(&format!("2026-11-23T{time}Z"))
}

pub(crate) fn air() -> Source {
    source("air-1", Quantity::Co2)
}

/// A reading that arrived as soon as it was observed.
pub(crate) fn reading(source: &Source, observed_at: Instant, value: Value) -> Reading {
    Reading { source: source.clone(), observation: testing::observation(observed_at, value) }
}

pub(crate) fn co2(observed_at: Instant, ppm: f64) -> Reading {
    reading(&air(), observed_at, Value::Gauge(ppm))
}

pub(crate) async fn append<S: Subject>(subject: &S, readings: impl Into<Vec<Reading>>) -> Appended {
    subject.writer().append(Batch { readings: readings.into(), ..Batch::default() }).await.unwrap()
}

pub(crate) fn period(start: Instant, end: Instant) -> Period {
    Period::new(start, end).unwrap()
}

pub(crate) async fn range<S: Subject>(subject: &S, request: Range) -> Vec<Observation> {
    subject.reader().range(request).await.unwrap()
}

/// Everything that is stored of `source`.
pub(crate) async fn history<S: Subject>(subject: &S, source: Source) -> Vec<Observation> {
    range(subject, Range::of(source, Period::ALL)).await
}

pub(crate) fn numbers(observations: &[Observation]) -> Vec<f64> {
    observations.iter().map(|observation| observation.value.as_f64()).collect()
}
