//! Which ids the site file declares, and whether what refers to them finds them.

use std::collections::BTreeMap;

use super::fault::nearest;
use super::section::Section;

/// More names than this are not listed in a message.
const SHORT_LIST: usize = 12;

/// The ids of one sort of table, also those of tables that have other faults.
pub(super) struct Names<'a> {
    sort: &'static str,
    at: BTreeMap<&'a str, Section<'a>>,
}

impl<'a> Names<'a> {
    /// Collects the ids of `sections`; an id that is there twice is a fault.
    pub(super) fn declare(sort: &'static str, sections: &[Section<'a>]) -> Self {
        let mut names = Self { sort, at: BTreeMap::new() };
        for section in sections {
            let Some(id) = section.value("id").and_then(|value| value.as_str()) else { continue };
            if let Some(first) = names.at.get(id) {
                let line = first.line("id");
                section.fault("id", format!("{sort} `{id}` is already in line {line}; rename one"));
            } else {
                names.at.insert(id, *section);
            }
        }
        names
    }

    /// Whether `id` is declared; if not, that is a fault of `key`.
    pub(super) fn check(&self, id: &str, section: &Section<'a>, key: &str) -> bool {
        let found = self.at.contains_key(id);
        if !found {
            let sort = self.sort;
            section.fault(key, format!("there is no {sort} `{id}`; {}", self.remedy(id)));
        }
        found
    }

    fn remedy(&self, id: &str) -> String {
        let sort = self.sort;
        if let Some(near) = nearest(id, self.at.keys().copied()) {
            return format!("did you mean `{near}`?");
        }
        match self.at.len() {
            0 => format!("add a [[{sort}]] with this id"),
            1..=SHORT_LIST => {
                let all: Vec<&str> = self.at.keys().copied().collect();
                format!("add it or take one of {}", all.join(", "))
            }
            _ => format!("add a [[{sort}]] with this id or correct the name"),
        }
    }

    /// Notes each circle of parents once, at the first of its members.
    pub(super) fn check_cycles(&self) {
        for (id, section) in &self.at {
            let Some(circle) = self.circle_from(id) else { continue };
            let starts = circle.iter().filter_map(|id| self.at.get(id)).map(|s| s.at("parent"));
            if starts.min() == Some(section.at("parent")) {
                let path = circle.join(" → ");
                let sort = self.sort;
                section.fault(
                    "parent",
                    format!(
                        "{sort} `{id}` is part of itself: {path} → {id}; take one `parent` away"
                    ),
                );
            }
        }
    }

    /// The ids from `id` through its parents back to it.
    fn circle_from(&self, id: &'a str) -> Option<Vec<&'a str>> {
        let mut path = vec![id];
        let mut here = id;
        // A longer path than there are names runs in a circle that `id` is not part of.
        while path.len() <= self.at.len() {
            here = self.at.get(here)?.value("parent")?.as_str()?;
            if here == id {
                return Some(path);
            }
            path.push(here);
        }
        None
    }
}
