//! The pause that a busy server requests.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// Longest requested pause that is respected; the server may have meant another unit.
const LONGEST: Duration = Duration::from_mins(15);

/// Pause that `Retry-After` requests, at most [`LONGEST`]: so many seconds, or until a date. The date is set against `Date` of the same
/// answer where there is one, since the clocks need not agree, else against `now`.
pub(super) fn pause(
    retry_after: &str,
    date: Option<&str>,
    now: Option<Timestamp>,
) -> Option<Duration> {
    let text = retry_after.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let until = instant(text)?;
    let from = date.and_then(instant).or(now)?;
    // A date that is past requests no pause.
    Some(Duration::try_from(until.duration_since(from)).unwrap_or_default().min(LONGEST))
}

fn instant(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-23T19:19:21Z";

    fn requested(retry_after: &str, date: Option<&str>) -> Option<u64> {
        pause(retry_after, date, NOW.parse().ok()).map(|pause| pause.as_secs())
    }

    #[test]
    fn a_busy_server_names_seconds_or_a_date() {
        assert_eq!(requested("120", None), Some(120));
        assert_eq!(requested(" 0 ", None), Some(0));
        assert_eq!(requested("Mon, 23 Nov 2026 19:20:21 GMT", None), Some(60));
    }

    #[test]
    fn a_date_counts_from_the_clock_of_the_server() {
        let server = Some("Mon, 23 Nov 2026 20:00:00 GMT");
        assert_eq!(requested("Mon, 23 Nov 2026 20:00:30 GMT", server), Some(30));
    }

    #[test]
    fn a_server_is_not_given_all_the_time_that_it_requests() {
        assert_eq!(requested("3600000", None), Some(900));
        assert_eq!(requested("Tue, 24 Nov 2026 19:19:21 GMT", None), Some(900));
    }

    #[test]
    fn a_date_that_is_past_requests_no_pause_and_nonsense_says_nothing() {
        assert_eq!(requested("Mon, 23 Nov 2026 19:00:00 GMT", None), Some(0));
        for nonsense in ["", "soon", "-5", "1.5", "99999999999999999999999"] {
            assert_eq!(requested(nonsense, None), None, "{nonsense}");
        }
    }
}
