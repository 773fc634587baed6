//! Topics of the gateway's own announcements, which no family reads back.

use crate::ids::SiteId;

/// Prefix that Home Assistant listens on unless somebody has changed it.
const PREFIX: &str = "homeassistant";

/// Topic of the configuration of one entity that a site announces.
pub(crate) fn announcement_topic(site: &SiteId, component: &str, entity: &str) -> String {
    format!("{PREFIX}/{component}/vigie_{site}/{entity}/config")
}

/// Whether a topic is one of these.
pub(crate) fn is_own_announcement(site: &SiteId, topic: &str) -> bool {
    let mut levels = topic.split('/');
    let node = levels.nth(2).and_then(|node| node.strip_prefix("vigie_"));
    topic.starts_with(PREFIX) && node == Some(site.as_str())
}

/// Whether a topic announces the figures of a gateway to Home Assistant, of whatever site.
pub fn is_own_announcement_of_any_site(topic: &str) -> bool {
    let mut levels = topic.split('/');
    levels.next() == Some(PREFIX) && levels.nth(1).is_some_and(|node| node.starts_with("vigie_"))
}
