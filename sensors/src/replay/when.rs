//! The time of a row: with its offset, or local and then distinguished where the clocks went back.

use domain::Instant;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// Format of the time of a row.
#[derive(Clone, Debug)]
pub(super) enum TimeFormat {
    /// With an offset.
    Rfc3339,
    /// Local, in this format of `strptime`.
    Local {
        /// The format.
        format: String,
        /// Time zone of the local time.
        zone: TimeZone,
    },
}

/// Reason why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoTime {
    /// The text does not have the format.
    Unreadable,
    /// The clocks went forward over it.
    Skipped,
}

impl TimeFormat {
    /// The instant that `text` means; `last` is that of the row before.
    ///
    /// An hour that is there twice in autumn is the first one until going on with it would run backwards.
    pub(super) fn read(&self, text: &str, last: Option<Instant>) -> Result<Instant, NoTime> {
        match self {
            Self::Rfc3339 => text.trim().parse().map_err(|_| NoTime::Unreadable),
            Self::Local { format, zone } => {
                let civil =
                    DateTime::strptime(format, text.trim()).map_err(|_| NoTime::Unreadable)?;
                local(civil, zone, last)
            }
        }
    }
}

fn local(civil: DateTime, zone: &TimeZone, last: Option<Instant>) -> Result<Instant, NoTime> {
    let instant = |offset: jiff::tz::Offset| {
        offset.to_timestamp(civil).map(Instant::from).map_err(|_| NoTime::Unreadable)
    };
    match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => instant(offset),
        AmbiguousOffset::Gap { .. } => Err(NoTime::Skipped),
        AmbiguousOffset::Fold { before, after } => {
            let first = instant(before)?;
            if last.is_some_and(|last| first < last) { instant(after) } else { Ok(first) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> TimeFormat {
        TimeFormat::Local {
            format: "%d/%m/%Y %H:%M:%S".into(),
            zone: TimeZone::get("Europe/Paris").unwrap(),
        }
    }

    #[test]
    fn local_time_is_an_hour_ahead_in_winter_and_two_in_summer() {
        let read = |text| paris().read(text, None).unwrap().to_string();
        assert_eq!(read("16/12/2006 17:24:00"), "2006-12-16T16:24:00Z");
        assert_eq!(read("16/07/2006 17:24:00"), "2006-07-16T15:24:00Z");
    }

    #[test]
    fn the_hour_that_is_there_twice_goes_on_where_the_recording_was() {
        let mut last = None;
        let mut read = |text| {
            let at = paris().read(text, last).unwrap();
            last = Some(at);
            at.to_string()
        };
        assert_eq!(read("25/10/2026 02:30:00"), "2026-10-25T00:30:00Z");
        assert_eq!(read("25/10/2026 02:59:00"), "2026-10-25T00:59:00Z");
        assert_eq!(read("25/10/2026 02:00:00"), "2026-10-25T01:00:00Z");
        assert_eq!(read("25/10/2026 02:30:00"), "2026-10-25T01:30:00Z");
        assert_eq!(read("25/10/2026 03:00:00"), "2026-10-25T02:00:00Z");
    }

    #[test]
    fn a_local_time_that_never_was_is_none() {
        assert_eq!(paris().read("29/03/2026 02:30:00", None), Err(NoTime::Skipped));
        assert_eq!(paris().read("29 March", None), Err(NoTime::Unreadable));
    }
}
