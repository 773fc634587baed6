//! The pause that a busy server requests.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// How long `Retry-After` asks to wait: so many seconds, or until a date. The date is set against `Date` of the same
/// answer where there is one, since the clocks need not agree, else against `now`.
pub(super) fn pause(
    retry_after: &str,
    date: Option<&str>,
    now: Option<Timestamp>,
) -> Option<Duration> {
    let text = retry_after.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = instant(text)?;
    let from = date.and_then(instant).or(now)?;
    // One that is past asks for nothing.
    Some(Duration::try_from(until.duration_since(from)).unwrap_or_default())
}

fn instant(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-23T19:19:21Z";

    fn asked(retry_after: &str, date: Option<&str>) -> Option<u64> {
        pause(retry_after, date, NOW.parse().ok()).map(|pause| pause.as_secs())
    }

    #[test]
    fn a_busy_server_names_seconds_or_a_date() {
        assert_eq!(asked("120", None), Some(120));
        assert_eq!(asked(" 0 ", None), Some(0));
        assert_eq!(asked("Mon, 23 Nov 2026 19:20:21 GMT", None), Some(60));
    }

    #[test]
    fn a_date_counts_from_the_clock_of_the_server() {
        let server = Some("Mon, 23 Nov 2026 20:00:00 GMT");
        assert_eq!(asked("Mon, 23 Nov 2026 20:00:30 GMT", server), Some(30));
    }

    #[test]
    fn a_date_that_is_past_asks_for_nothing_and_nonsense_says_nothing() {
        assert_eq!(asked("Mon, 23 Nov 2026 19:00:00 GMT", None), Some(0));
        for nonsense in ["", "soon", "-5", "1.5", "99999999999999999999999"] {
            assert_eq!(asked(nonsense, None), None, "{nonsense}");
        }
    }
}
