//! Which topics an MQTT topic filter takes in.

/// A topic filter: levels divided by `/`, of which `+` stands for any one and `#` for all that follow.
#[derive(Debug)]
pub(super) struct Filter(String);

impl Filter {
    /// The filter as it is written in a subscription.
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// The filter as it is written.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether every topic that `other` takes in is taken in by this one as well.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let Some(levels) = self.0.strip_suffix('#') else { return self.0 == other.0 };
        // A filter below these levels, whatever its wildcards, takes in no other topics.
        !levels.contains('+') && other.0.starts_with(levels)
    }

    /// Whether a broker would deliver `topic` to this filter.
    pub(super) fn matches(&self, topic: &str) -> bool {
        // Topics of the broker itself are only for filters that name them.
        if topic.starts_with('$') && self.0.starts_with(['+', '#']) {
            return false;
        }
        let mut levels = topic.split('/');
        for wanted in self.0.split('/') {
            match (wanted, levels.next()) {
                ("#", _) => return true,
                ("+", Some(_)) => {}
                (wanted, Some(level)) if wanted == level => {}
                _ => return false,
            }
        }
        levels.next().is_none()
    }
}

/// The levels of `filter` before its first wildcard, each with its `/`.
pub(super) fn fixed_levels(filter: &str) -> &str {
    let before = filter.find(['+', '#']).map_or(filter, |wildcard| &filter[..wildcard]);
    before.rfind('/').map_or("", |slash| &before[..=slash])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_take_in_what_a_broker_would_deliver() {
        let matches = |filter: &str, topic| Filter::new(filter.to_owned()).matches(topic);
        for (filter, topic) in [
            ("a/#", "a/b/c"),
            ("a/#", "a"),
            ("+/b", "a/b"),
            ("+/b", "/b"),
            ("a", "a"),
            ("#", "a/b"),
        ] {
            assert!(matches(filter, topic), "{filter} takes in {topic}");
        }
        for (filter, topic) in [
            ("a/#", "ab"),
            ("+/b", "a/b/c"),
            ("+/b", "a"),
            ("a", "a/"),
            ("#", "$SYS/x"),
            ("+/b", "a/c"),
        ] {
            assert!(!matches(filter, topic), "{filter} does not take in {topic}");
        }
    }

    #[test]
    fn a_filter_covers_what_lies_below_it() {
        let covers = |wide: &str, narrow: &str| {
            Filter::new(wide.to_owned()).covers(&Filter::new(narrow.to_owned()))
        };
        assert!(covers("a/#", "a/+/c"));
        assert!(covers("a/+", "a/+"));
        assert!(!covers("a/+", "a/b"));
        assert!(!covers("a/#", "ab/#"));
        assert!(!covers("+/#", "a/b"));
    }

    #[test]
    fn the_fixed_levels_end_before_the_first_wildcard() {
        assert_eq!(fixed_levels("maison/zigbee/#"), "maison/zigbee/");
        assert_eq!(fixed_levels("+/status/+"), "");
        assert_eq!(fixed_levels("maison/zigbee/air"), "maison/zigbee/");
    }
}
