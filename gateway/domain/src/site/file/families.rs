//! `[families.<name>]`: whether a device family is listened to, and where.

use std::collections::BTreeMap;

use super::fault::{Faults, nearest};
use super::section::{Key, Section};
use crate::families::{self, FamilySettings};

/// `[families.<name>]`.
pub(super) const FAMILY: &[Key] =
    &[Key::optional("enabled", "false"), Key::optional("topics", "[\"zigbee2mqtt/#\"]")];

/// The settings of each family that `[families]` names.
pub(super) fn read(
    named: Vec<(usize, &str, Section<'_>)>,
    faults: &Faults<'_>,
) -> BTreeMap<&'static str, FamilySettings> {
    let mut settings = BTreeMap::new();
    for (at, name, section) in named {
        let Some(family) = families::names().find(|candidate| *candidate == name) else {
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
