//! How full the building is: the first thing seen.

use askama::Template;
use domain::wire::state::BuildingState;

use super::html;
use crate::live::part::Part;
use crate::live::snapshot::Snapshot;
use crate::words::{Labels, Language, Tone};

/// From this share of the capacity on it is said that there is little room left.
const NEARLY_FULL: f64 = 0.8;

#[derive(Template)]
#[template(path = "parts/headline.html")]
struct Headline {
    crowd: Crowd,
}

/// People against capacity, in words and as a bar.
pub(super) struct Crowd {
    /// The digits, or a question mark.
    pub(super) count: String,
    /// Whether `count` is a number.
    pub(super) known: bool,
    pub(super) closed: bool,
    /// "personnes sur 200".
    pub(super) people_of: String,
    /// "59 % de la capacité", "entre 110 et 127" and what else there is to know.
    pub(super) details: Vec<String>,
    /// The one detail that there is room for on the wall.
    pub(super) short: Option<String>,
    pub(super) warning: Option<(&'static str, Tone)>,
    pub(super) bar: Bar,
    pub(super) marks: Vec<Mark>,
}

/// A bar of people, in percent of the capacity.
pub(super) struct Bar {
    pub(super) filled: String,
    /// Start and width of what is uncertain.
    pub(super) frame: Option<(String, String)>,
}

/// A number under the bar.
pub(super) struct Mark {
    pub(super) at: String,
    pub(super) number: String,
    pub(super) anchor: &'static str,
    /// Its class in style sheets.
    pub(super) class: &'static str,
}

/// The page's title: the answer first.
pub(super) fn title(language: Language, snapshot: &Snapshot) -> String {
    let building = snapshot.view.building(&snapshot.site);
    language.title(&building, &snapshot.site.name, snapshot.site.capacity)
}

pub(super) fn part(language: Language, snapshot: &Snapshot) -> Part {
    html("headline", &Headline { crowd: crowd(language, snapshot) })
}

pub(super) fn crowd(language: Language, snapshot: &Snapshot) -> Crowd {
    let (t, capacity) = (language.labels(), snapshot.site.capacity);
    let building = snapshot.view.building(&snapshot.site);
    let people = &building.people;
    let full = f64::from(capacity);
    let closed = crate::words::is_closed(&building);
    let people_of = match people.people {
        _ if closed => t.closed.to_owned(),
        Some(count) => language.people_of(count, capacity),
        None => t.people_unknown.to_owned(),
    };
    let share = people.people.map(|count| count / full);
    Crowd {
        count: people.people.map_or("?".to_owned(), |count| language.number(count, 0)),
        known: people.people.is_some(),
        closed,
        people_of,
        short: if closed { Some(t.closed_detail.to_owned()) } else { language.between(people) },
        details: details(language, t, &building, share, closed),
        warning: share.and_then(|share| warning(language, share)),
        bar: Bar::new(people.people, people.low, people.high, full),
        marks: marks(language, capacity),
    }
}

fn details(
    language: Language,
    t: &Labels,
    building: &BuildingState,
    share: Option<f64>,
    closed: bool,
) -> Vec<String> {
    if closed {
        return vec![t.closed_detail.to_owned()];
    }
    let share = share.map(|share| format!("{} {}", language.percent(share), t.of_capacity));
    let between = language.between(&building.people);
    let shut = (building.open == Some(false)).then(|| t.closed_now.to_owned());
    share.into_iter().chain(between).chain(shut).collect()
}

fn warning(language: Language, share: f64) -> Option<(&'static str, Tone)> {
    if share >= 1.0 {
        return Some((language.full(), Tone::Alarm));
    }
    (share >= NEARLY_FULL).then(|| (language.nearly_full(), Tone::Attention))
}

fn marks(language: Language, capacity: u32) -> Vec<Mark> {
    let mark = |share: f64, anchor, class| {
        let number = language.number((f64::from(capacity) * share).round(), 0);
        Mark { at: percent(share), number, anchor, class }
    };
    vec![
        mark(0.0, "start", "end"),
        mark(0.5, "middle", "half"),
        mark(NEARLY_FULL, "middle", "strong"),
        mark(1.0, "end", "end"),
    ]
}

impl Bar {
    /// A bar of `people` against `full`, with what lies between `low` and `high` framed.
    pub(super) fn new(people: Option<f64>, low: Option<f64>, high: Option<f64>, full: f64) -> Self {
        let share = |count: f64| (count / full).clamp(0.0, 1.0);
        let interval = people.and(low).zip(high).map(|(low, high)| (share(low), share(high)));
        let frame = interval.filter(|(low, high)| high - low > 0.004);
        Self {
            filled: percent(people.map_or(0.0, share)),
            frame: frame.map(|(low, high)| (percent(low), percent(high - low))),
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}
