//! Spans that a page offers: civil days, weeks, months and years, the present one and the last.

use domain::calendar::{Step, period_of};
use domain::site::Site;
use domain::{Instant, Period};
use jiff::SignedDuration;

use crate::query::Query;
use crate::words::Labels;

/// Link to a view.
pub(super) struct Tab {
    pub(super) address: String,
    pub(super) name: &'static str,
    pub(super) here: bool,
}

/// Entry of a list to choose from.
pub(super) struct Choosable {
    pub(super) value: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// Spans: name in addresses, civil period, how many of them ago, and the step of its bars.
const SPANS: [(&str, Step, u8, Step); 8] = [
    ("today", Step::Day, 0, Step::Hour),
    ("yesterday", Step::Day, 1, Step::Hour),
    ("week", Step::Week, 0, Step::Day),
    ("last-week", Step::Week, 1, Step::Day),
    ("month", Step::Month, 0, Step::Day),
    ("last-month", Step::Month, 1, Step::Day),
    ("year", Step::Year, 0, Step::Month),
    ("last-year", Step::Year, 1, Step::Month),
];

/// One of the spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span(usize);

impl Span {
    pub(super) const TODAY: Self = Self(0);
    pub(super) const WEEK: Self = Self(2);
    /// Number of spans.
    pub(super) const ALL: usize = SPANS.len();

    /// Span of a query, one of the first `most`; else `usual`.
    pub(super) fn read(query: &Query, most: usize, usual: Self) -> Self {
        let mut offered = SPANS.iter().take(most);
        offered.position(|span| query.get("span") == Some(span.0)).map_or(usual, Self)
    }

    /// Name in addresses.
    pub(super) fn name(self) -> &'static str {
        SPANS[self.0].0
    }

    /// Civil period: a day, a week, a month or a year.
    pub(super) fn step(self) -> Step {
        SPANS[self.0].1
    }

    /// Step of its bars.
    pub(super) fn bars(self) -> Step {
        SPANS[self.0].3
    }

    /// Period of the span at `now`.
    pub(super) fn period(self, site: &Site, now: Instant) -> Period {
        let (_, step, ago, _) = SPANS[self.0];
        let mut period = period_of(step, now, &site.timezone);
        for _ in 0..ago {
            let before = period.start() - SignedDuration::from_millis(1);
            period = period_of(step, before, &site.timezone);
        }
        period
    }

    /// "ce mois", within a sentence.
    pub(super) fn in_words(self, t: &Labels) -> String {
        let mut letters = names(t)[self.0].chars();
        letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
    }

    /// The first `most` spans as a list to choose from.
    pub(super) fn choices(self, most: usize, t: &Labels) -> Vec<Choosable> {
        let span = |(at, name): (usize, &str)| Choosable {
            value: SPANS[at].0.to_owned(),
            name: name.to_owned(),
            chosen: at == self.0,
        };
        names(t).into_iter().take(most).enumerate().map(span).collect()
    }
}

fn names(t: &Labels) -> [&'static str; SPANS.len()] {
    [
        t.span_today,
        t.span_yesterday,
        t.span_week,
        t.span_last_week,
        t.span_month,
        t.span_last_month,
        t.span_year,
        t.span_last_year,
    ]
}
