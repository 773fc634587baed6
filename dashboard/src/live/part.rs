//! Parts: the pieces of what a reader sees that change one by one, and what counts as a change.

use std::collections::HashMap;

use domain::Instant;
use domain::alerts::Alert;
use domain::device::DeviceState;
use domain::wire::state::{BuildingState, MeterState, ZoneState};

/// Piece of what a reader sees.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    /// Name of the piece, the same at every moment: `zones/fablab`.
    pub(crate) key: String,
    pub(crate) content: Content,
}

/// Content of a part. Two contents are equal when nothing changed between them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    /// State of the building, for programs.
    Building(Timeless<BuildingState>),
    /// State of a zone, for programs.
    Zone(Timeless<ZoneState>),
    /// State of a meter, for programs.
    Meter(Timeless<MeterState>),
    /// State of a device, for programs.
    Device(DeviceState),
    /// Alerts, for programs.
    Alerts(Vec<Alert>),
    /// Rendered HTML or text, for pages.
    Text(String),
}

impl Content {
    /// Text of a part of a page.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// State without the instant at which it was made and without its age, which differ at every moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Timeless<S>(S);

impl<S> Timeless<S> {
    /// The state, with placeholders for its times.
    pub(crate) fn state(&self) -> &S {
        &self.0
    }
}

impl From<BuildingState> for Timeless<BuildingState> {
    fn from(state: BuildingState) -> Self {
        Self(BuildingState { as_of: Instant::MIN, ..state })
    }
}

impl From<ZoneState> for Timeless<ZoneState> {
    fn from(state: ZoneState) -> Self {
        Self(ZoneState { as_of: Instant::MIN, age_s: None, ..state })
    }
}

impl From<MeterState> for Timeless<MeterState> {
    fn from(state: MeterState) -> Self {
        Self(MeterState { as_of: Instant::MIN, age_s: None, ..state })
    }
}

/// Difference between what a reader was last sent and what it should see now.
#[derive(Debug, PartialEq)]
pub(crate) enum Difference<'a> {
    /// Nothing changed.
    None,
    /// Parts that are new or changed.
    Changed(Vec<&'a Part>),
    /// A part is gone, which only a new snapshot can show.
    Gone,
}

impl<'a> Difference<'a> {
    /// Difference from `old` to `new`.
    pub(crate) fn between(old: &[Part], new: &'a [Part]) -> Self {
        let contents: HashMap<&str, &Content> =
            old.iter().map(|part| (part.key.as_str(), &part.content)).collect();
        let kept = new.iter().filter(|part| contents.contains_key(part.key.as_str()));
        if kept.count() < contents.len() {
            return Self::Gone;
        }
        let is_new = |part: &&Part| contents.get(part.key.as_str()) != Some(&&part.content);
        let changed: Vec<&Part> = new.iter().filter(is_new).collect();
        if changed.is_empty() { Self::None } else { Self::Changed(changed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(key: &str, text: &str) -> Part {
        Part { key: key.to_owned(), content: Content::Text(text.to_owned()) }
    }

    fn zone(as_of: &str, age_s: Option<f64>, people: &str) -> Part {
        let state = format!(
            r#"{{"as_of":"{as_of}","id":"a","people":{people},"low":null,"high":null,"capacity":null,"share":null,
                "occupancy":"unknown","quality":"unknown","parts":"none","sources":[],"drift":null,
                "last_residual":null,"gauges":[],"power_w":null,"today_wh":null,"yesterday_wh":null,"month_wh":null,
                "coverage":0.0,"energy_quality":"unknown"}}"#
        );
        let state: ZoneState = serde_json::from_str(&state).unwrap();
        let content = Content::Zone(ZoneState { age_s, ..state }.into());
        Part { key: "zones/a".to_owned(), content }
    }

    #[test]
    fn a_zone_that_only_grew_older_has_not_changed() {
        let old = [zone("2026-11-23T13:00:00Z", Some(2.0), "3.0")];
        let older = [zone("2026-11-23T13:00:10Z", Some(12.0), "3.0")];
        assert_eq!(Difference::between(&old, &older), Difference::None);
    }

    #[test]
    fn a_zone_with_another_number_of_people_has_changed() {
        let old = [zone("2026-11-23T13:00:00Z", Some(2.0), "3.0")];
        let now = [zone("2026-11-23T13:00:00Z", Some(2.0), "4.0")];
        assert_eq!(Difference::between(&old, &now), Difference::Changed(vec![&now[0]]));
    }

    #[test]
    fn only_what_changed_and_what_is_new_is_sent() {
        let old = [part("clock", "14:03"), part("title", "118")];
        let new = [part("clock", "14:04"), part("title", "118"), part("alerts", "")];
        assert_eq!(Difference::between(&old, &new), Difference::Changed(vec![&new[0], &new[2]]));
    }

    #[test]
    fn a_part_that_is_gone_asks_for_a_snapshot() {
        let old = [part("clock", "14:03"), part("alerts", "")];
        assert_eq!(Difference::between(&old, &[part("clock", "14:03")]), Difference::Gone);
    }
}
