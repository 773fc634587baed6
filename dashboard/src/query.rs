//! The query part of an address, read once and by hand: every fault is answered with what was expected.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Query as Pairs, Request};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use domain::calendar::{Step, grid};
use domain::{Instant, Period};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::paging;
use crate::problem::Problem;

/// Largest number of buckets of one query, over all its pages.
const MOST_BUCKETS: usize = 100_000;
const INSTANT: &str = "an instant with offset such as 2026-11-23T14:03:07Z or \
                       2026-11-23T15:03:07%2B01:00 (write + as %2B)";
const DEFAULT_SPAN: SignedDuration = SignedDuration::from_hours(24);

/// What stands after the `?`.
#[derive(Debug, Default)]
pub(crate) struct Query(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Pairs(pairs) = Pairs::from_request_parts(parts, state).await.map_err(|_| {
            Problem::bad_request(
                "the query cannot be read".to_owned(),
                "name=value pairs, each name once, percent-encoded UTF-8",
            )
        })?;
        Ok(Self(pairs))
    }
}

impl Query {
    /// The value of `name`, when it is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// `from` and `to`; the last 24 hours when left out.
    pub(crate) fn span(&self, now: Instant) -> Result<Period, Problem> {
        let to = self.instant("to")?;
        let from = self.instant("from")?;
        let end = to.unwrap_or_else(|| from.map_or(now, |from| now.max(from)));
        let start = from.unwrap_or(end - DEFAULT_SPAN);
        Period::new(start, end).ok_or_else(|| {
            Problem::bad_request(
                format!("`from` ({start}) is after `to` ({end})"),
                "a `from` that is not after `to`",
            )
        })
    }

    /// `known_at`: the instant as of which figures are to be known; now when left out.
    pub(crate) fn known_at(&self) -> Result<Option<Instant>, Problem> {
        self.instant("known_at")
    }

    fn instant(&self, name: &str) -> Result<Option<Instant>, Problem> {
        // Nothing between `=` and `&` is no instant: a program that means the default leaves the name out.
        let Some(text) = self.0.get(name) else { return Ok(None) };
        // A plus sign that was not encoded arrives as a space; nothing else in an instant is one.
        let text = text.replace(' ', "+");
        let instant = text.parse().map_err(|_| Problem::bad_query(name, &text, INSTANT))?;
        Ok(Some(instant))
    }

    /// The step of a history: `step`, a quarter of an hour when left out.
    pub(crate) fn step(&self) -> Result<Step, Problem> {
        let allowed = ["1m", "5m", "15m", "1h", "1d"];
        self.one_of("step", &allowed, Step::Minutes(15))
    }

    /// The civil period of an energy question, or the quarter hours of a load curve: `by`, the day when left out.
    pub(crate) fn by(&self) -> Result<Step, Problem> {
        self.one_of("by", &["15m", "hour", "day", "month", "year"], Step::Day)
    }

    /// The civil period of a question about people or money: `by`, the week when left out.
    pub(crate) fn by_week(&self) -> Result<Step, Problem> {
        self.one_of("by", &["day", "week", "month", "year"], Step::Week)
    }

    /// One of several things by their names.
    pub(crate) fn one_of_named<T: Copy>(
        &self,
        name: &str,
        allowed: &[(&str, T)],
        default: T,
    ) -> Result<T, Problem> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let found = allowed.iter().find(|(name, _)| *name == text).map(|(_, thing)| *thing);
        found.ok_or_else(|| {
            let names: Vec<&str> = allowed.iter().map(|(name, _)| *name).collect();
            Problem::bad_query(name, text, &names.join(", "))
        })
    }

    fn one_of(&self, name: &str, allowed: &[&str], default: Step) -> Result<Step, Problem> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let step = text.parse().ok().filter(|_| allowed.contains(&text));
        step.ok_or_else(|| Problem::bad_query(name, text, &allowed.join(", ")))
    }

    /// The buckets of one page, and where the next page begins.
    pub(crate) fn buckets(
        &self,
        step: Step,
        span: Period,
        zone: &TimeZone,
    ) -> Result<(Vec<Period>, Option<String>), Problem> {
        if grid(step, span, zone).nth(MOST_BUCKETS).is_some() {
            return Err(Problem::bad_request(
                format!("more than {MOST_BUCKETS} buckets between `from` and `to`"),
                "a shorter span or a longer step",
            ));
        }
        let limit = paging::limit(self.get("limit"), paging::LARGEST_PAGE)?;
        let cursor = paging::read_instant(self.get("cursor"))?;
        let start = cursor.map_or(span.start(), |cursor| cursor.clamp(span.start(), span.end()));
        let rest = Period::new(start, span.end()).expect("the cursor was held to the span");
        let mut buckets: Vec<Period> = grid(step, rest, zone).take(limit + 1).collect();
        let next = buckets.get(limit).map(|bucket| paging::instant_cursor(bucket.start()));
        buckets.truncate(limit);
        Ok((buckets, next))
    }
}

/// Refuses `known_at` in a question whose answer has no state as known before.
pub(crate) async fn refuse_known_at(
    query: Query,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if query.0.contains_key("known_at") {
        return Err(Problem::bad_request(
            "`known_at` is given, but this call gives what is stored or what holds now, not figures"
                .to_owned(),
            "no `known_at`; the calls that give figures take it, see /api/openapi.json",
        ));
    }
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
    use domain::testing::at;

    use super::*;

    fn query(pairs: &[(&str, &str)]) -> Query {
        Query(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn without_a_span_the_last_day_is_meant() {
        let span = query(&[]).span(at("2026-11-23T14:00:00Z")).unwrap();
        assert_eq!(span.start(), at("2026-11-22T14:00:00Z"));
        assert_eq!(span.end(), at("2026-11-23T14:00:00Z"));
    }

    #[test]
    fn a_plus_that_was_not_encoded_is_understood() {
        let span = query(&[("from", "2026-11-23T00:00:00 01:00")]);
        let span = span.span(at("2026-11-23T14:00:00Z")).unwrap();
        assert_eq!(span.start(), at("2026-11-22T23:00:00Z"));
    }

    #[test]
    fn an_empty_instant_is_refused_and_not_taken_for_one_that_is_left_out() {
        let now = at("2026-11-23T14:00:00Z");
        for name in ["from", "to"] {
            assert!(query(&[(name, "")]).span(now).is_err(), "{name}");
        }
        assert!(query(&[("known_at", "")]).known_at().is_err());
    }

    #[test]
    fn a_span_that_runs_backwards_is_refused() {
        let pairs = [("from", "2026-11-23T00:00:00Z"), ("to", "2026-11-22T00:00:00Z")];
        assert!(query(&pairs).span(at("2026-11-23T14:00:00Z")).is_err());
    }

    #[test]
    fn a_civil_word_is_no_step_and_a_step_no_civil_word() {
        assert!(query(&[("step", "day")]).step().is_err());
        assert!(query(&[("by", "1d")]).by().is_err());
        assert_eq!(query(&[("by", "month")]).by().unwrap(), Step::Month);
    }

    #[test]
    fn buckets_come_in_pages_that_join_without_a_seam() {
        let span = Period::new(at("2026-11-23T00:00:00Z"), at("2026-11-23T01:00:00Z")).unwrap();
        let page = |cursor| {
            query(&[("limit", "3"), ("cursor", cursor)])
                .buckets(Step::Minutes(15), span, &TimeZone::UTC)
                .unwrap()
        };
        let (first, next) = page("");
        let (second, end) = page(next.as_deref().unwrap());
        assert_eq!((first.len(), second.len(), end), (3, 1, None));
        assert_eq!(first[2].end(), second[0].start());
    }

    #[test]
    fn too_fine_a_grid_is_refused_with_the_remedy() {
        let span = Period::new(at("1990-01-01T00:00:00Z"), at("2100-01-01T00:00:00Z")).unwrap();
        let answer = query(&[]).buckets(Step::Minutes(1), span, &TimeZone::UTC);
        assert!(answer.is_err());
    }
}
