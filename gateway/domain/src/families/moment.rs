//! Times as bought devices write them: only those that name an instant, from a clock that was set.

use serde_json::Value as Json;

use crate::instant::Instant;

/// 2010: what is dated earlier comes from a clock that was never set.
const EARLIEST: Instant = Instant::from_millis(1_262_304_000_000);

/// A date with an offset; a local time without one is no instant.
pub(super) fn text(json: &Json) -> Option<Instant> {
    json.as_str()?.trim().parse().ok().filter(|instant| *instant >= EARLIEST)
}

/// Seconds since 1970, which may have decimals.
pub(super) fn unix_seconds(seconds: f64) -> Option<Instant> {
    if !(0.0..1e11).contains(&seconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "held to 1e11 seconds")]
    let instant = Instant::from_millis((seconds * 1000.0).round() as i64);
    (instant >= EARLIEST).then_some(instant)
}

/// Milliseconds since 1970.
pub(super) fn unix_millis(millis: u64) -> Option<Instant> {
    let instant =
        Instant::from_millis(i64::try_from(millis).ok().filter(|ms| *ms < 100_000_000_000_000)?);
    (instant >= EARLIEST).then_some(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_set_clocks_with_an_offset_tell_an_instant() {
        let parsed = |text: &str| super::text(&Json::from(text)).map(|instant| instant.to_string());
        assert_eq!(
            parsed("2023-03-29T07:54:40.949193829Z"),
            Some("2023-03-29T07:54:40.949Z".to_owned())
        );
        assert_eq!(parsed("2024-01-14T18:03:15+01:00"), Some("2024-01-14T17:03:15Z".to_owned()));
        for none in ["2024-01-14T18:03:15", "1970-01-01T00:18:15Z", "soon", ""] {
            assert_eq!(parsed(none), None, "{none}");
        }
        let seconds = |seconds| unix_seconds(seconds).map(|instant: Instant| instant.as_millis());
        assert_eq!(seconds(1_693_531_647.25), Some(1_693_531_647_250));
        for none in [12.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(seconds(none), None, "{none}");
        }
    }
}
