//! Days of the week, times of day and spans of a day, as several tables write them.

use jiff::civil::Time;

use super::section::Section;

/// The days of the week as the file names them.
pub(super) const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
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
