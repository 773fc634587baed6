//! One device family: its topics, and how its messages are read.

use std::fmt;

use super::filter::Filter;
use crate::ids::SiteId;
use crate::message::{Message, Translation};
use crate::native;

/// Filter of a family whose devices may publish on any topic but our own.
pub(super) const EVERYTHING: &str = "#";

/// Kind of devices that share a message format.
pub(super) struct Family {
    /// Its name in the site file, in counters and in the API.
    pub(super) name: &'static str,
    /// Its standard MQTT topic filters.
    pub(super) filters: fn(&SiteId) -> Vec<String>,
    /// How its messages are read.
    pub(super) reads: Reads,
}

/// Function from a message to its translation; `None` when the message is not of this family after all.
pub(super) type Translate = fn(&Message<'_>, &Scope<'_>) -> Option<Translation>;

/// How the messages of a family are read.
pub(super) enum Reads {
    /// Each for itself.
    Alone(Translate),
    /// With a memory of earlier ones; this makes an empty memory.
    WithMemory(fn() -> Box<dyn Memory>),
}

/// Memory of a family: what it has learned from earlier messages.
///
/// It is bounded, whatever is sent, and depends on the messages and their order alone. What is needed again after a
/// restart is marked as [`Translation::learned`].
pub(super) trait Memory: fmt::Debug + Send + Sync {
    /// Reads a message, and learns from it; `None` when it is not of this family after all.
    fn translate(&mut self, message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation>;

    /// Whether earlier messages have named this topic.
    fn knows(&self, _topic: &str) -> bool {
        false
    }

    /// All topics that earlier messages have named, in order.
    fn topics(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Circumstances in which a message was received.
pub(super) struct Scope<'a> {
    /// The site.
    pub(super) site: &'a SiteId,
    /// Filter that matched the topic, as it is written.
    pub(super) filter: &'a str,
    /// All families of the site, on their filters.
    pub(super) all: &'a [Listening],
}

impl<'a> Scope<'a> {
    /// Names of the families whose filters match `topic`, but for filters that match every topic.
    pub(super) fn families_on(&self, topic: &str) -> impl Iterator<Item = &'static str> + use<'a> {
        let topic = topic.to_owned();
        let matches = move |one: &&Listening| one.filter(&topic).is_some_and(|f| f != EVERYTHING);
        self.all.iter().filter(matches).map(|listening| listening.name)
    }
}

/// A family of a site, on its filters.
#[derive(Debug)]
pub(super) struct Listening {
    pub(super) name: &'static str,
    /// `None` for a family that has a memory.
    pub(super) translate: Option<Translate>,
    pub(super) filters: Vec<Filter>,
}

impl Listening {
    /// First filter that matches `topic`.
    pub(super) fn filter(&self, topic: &str) -> Option<&str> {
        let matches = |filter: &&Filter| {
            let wide = filter.as_str() == EVERYTHING;
            filter.matches(topic) && !(wide && native::is_ours(topic))
        };
        self.filters.iter().find(matches).map(Filter::as_str)
    }
}
