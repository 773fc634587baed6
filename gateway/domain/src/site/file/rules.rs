//! `[rules]`: how figures are made.

use super::day_spans::clock_time;
use super::section::{Key, Section};
use crate::site::model::Rules;

/// `[rules]`.
pub(super) const RULES: &[Key] = &[
    Key::optional("hold", "\"15m\""),
    Key::optional("quiet", "\"30m\""),
    Key::optional("reset_at", "\"04:00\""),
    Key::optional("door_error", "0.03"),
    Key::optional("max_gap", "\"15m\""),
    Key::optional("max_ahead", "\"5m\""),
    Key::optional("max_unknown_sources", "2000"),
];

/// The rules of this table, with the defaults for what it leaves out.
pub(super) fn read(section: &Section<'_>) -> Rules {
    let default = Rules::default();
    let reset_at = section.text("reset_at").and_then(|text| {
        let time = clock_time(text);
        if time.is_none() {
            section.wrong("reset_at", "a time of day");
        }
        time
    });
    let sources =
        section.count("max_unknown_sources").and_then(|count| usize::try_from(count).ok());
    Rules {
        hold: section.duration("hold").unwrap_or(default.hold),
        quiet: section.duration("quiet").unwrap_or(default.quiet),
        reset_at: reset_at.unwrap_or(default.reset_at),
        door_error: section.share("door_error").unwrap_or(default.door_error),
        max_gap: section.duration("max_gap").unwrap_or(default.max_gap),
        max_ahead: section.duration("max_ahead").unwrap_or(default.max_ahead),
        max_unknown_sources: sources.unwrap_or(default.max_unknown_sources),
    }
}
