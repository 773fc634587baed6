//! Optional tables of the site file: rules and device families; and spans of a day, as several tables tell them.

use std::collections::BTreeMap;

use jiff::civil::Time;

use super::fault::{Faults, nearest};
use super::model::Rules;
use super::section::{Key, Section};
use crate::families::{self, FamilySettings};

/// `[rules]`: how figures are made.
pub(super) const RULES: &[Key] = &[
    Key::optional("hold", "\"15m\""),
    Key::optional("quiet", "\"30m\""),
    Key::optional("reset_at", "\"04:00\""),
    Key::optional("door_error", "0.03"),
    Key::optional("max_gap", "\"15m\""),
    Key::optional("max_ahead", "\"5m\""),
    Key::optional("max_unknown_sources", "2000"),
];

/// `[families.<name>]`: whether a family is listened to, and where.
pub(super) const FAMILY: &[Key] =
    &[Key::optional("enabled", "false"), Key::optional("topics", "[\"zigbee2mqtt/#\"]")];

/// Spans of one day, in order and apart from each other.
pub(super) fn spans(section: &Section<'_>, texts: Vec<(usize, &str)>) -> Vec<(Time, Option<Time>)> {
    let (mut spans, faults): (Vec<(Time, Option<Time>)>, _) = (Vec::new(), section.faults());
    for (at, text) in texts {
        let Some(span) = span(text) else {
            let text = format!(
                "`{text}` is no span of a day; write \"08:30-12:00\", at most to \"24:00\", \
                 and what goes on after midnight as a span of its own, under the next day"
            );
            faults.report(at, text);
            continue;
        };
        // Without an end the span before lasts until midnight.
        if spans.last().is_some_and(|(_, end)| end.is_none_or(|end| end > span.0)) {
            let fault = "begins before the span before it ends; write the spans in order";
            faults.report(at, format!("`{text}` {fault}"));
            continue;
        }
        spans.push(span);
    }
    spans
}

/// `08:30-12:00`; the end 24:00 is `None`.
fn span(text: &str) -> Option<(Time, Option<Time>)> {
    let (start, end) = text.split_once('-')?;
    let start = clock_time(start.trim())?;
    match end.trim() {
        "24:00" => Some((start, None)),
        end => clock_time(end).filter(|end| start < *end).map(|end| (start, Some(end))),
    }
}

/// `08:30`, nothing longer or shorter.
pub(super) fn clock_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str, len| part.len() <= len && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour, 2) || !digits(minute, 2) || minute.len() != 2 {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// The rules of this table, with the defaults for what it leaves out.
pub(super) fn rules(section: &Section<'_>) -> Rules {
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
        hold_s: section.duration_s("hold").unwrap_or(default.hold_s),
        quiet_s: section.duration_s("quiet").unwrap_or(default.quiet_s),
        reset_at: reset_at.unwrap_or(default.reset_at),
        door_error: section.share("door_error").unwrap_or(default.door_error),
        max_gap_s: section.duration_s("max_gap").unwrap_or(default.max_gap_s),
        max_ahead_s: section.duration_s("max_ahead").unwrap_or(default.max_ahead_s),
        max_unknown_sources: sources.unwrap_or(default.max_unknown_sources),
    }
}

/// The settings of each family that `[families]` names.
pub(super) fn families(
    named: Vec<(usize, &str, Section<'_>)>,
    faults: &Faults<'_>,
) -> BTreeMap<&'static str, FamilySettings> {
    let mut settings = BTreeMap::new();
    for (at, name, section) in named {
        let Some(family) = families::names().find(|known| *known == name) else {
            let remedy = match nearest(name, families::names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("take one of {}", families::names().collect::<Vec<_>>().join(", ")),
            };
            faults.report(at, format!("there is no device family `{name}`; {remedy}"));
            continue;
        };
        let enabled = section.flag("enabled").unwrap_or(true);
        let topics = section.texts("topics").map(|topics| filters(family, topics, faults));
        settings.insert(family, FamilySettings { enabled, topics });
    }
    settings
}

fn filters(family: &str, topics: Vec<(usize, &str)>, faults: &Faults<'_>) -> Vec<String> {
    let mut filters = Vec::new();
    for (at, topic) in topics {
        if family == "native" && !topic.starts_with("vigie/v1/") {
            let text =
                "our own topics can be narrowed, not moved; begin with vigie/v1/<site>/sensors/";
            faults.report(at, text);
        } else if is_filter(topic) {
            filters.push(topic.to_owned());
        } else {
            let text = format!(
                "`{topic}` is no MQTT topic filter; `+` stands for one whole level, `#` for all \
                 that follow and only at the end, as in \"zigbee2mqtt/#\""
            );
            faults.report(at, text);
        }
    }
    filters
}

fn is_filter(text: &str) -> bool {
    let mut levels = text.split('/').rev();
    let Some(last) = levels.next() else { return false };
    let plain = |level: &str| level == "+" || !level.contains(['+', '#']);
    !text.is_empty()
        && text.len() <= 1000
        && !text.chars().any(char::is_control)
        && (last == "#" || plain(last))
        && levels.all(plain)
}
