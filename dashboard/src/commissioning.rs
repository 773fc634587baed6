//! Which sources wait for a role, which roles there are for them, and how the site file says so. No pages here.

use std::collections::{BTreeMap, HashSet};

use domain::ids::DeviceId;
use domain::site::edit::{EditFault, NewRole, RoleName, add, assign};
use domain::site::{Assignment, Site, assigned_at};
use domain::{Instant, Quantity, Source};
use store::StoredSource;

/// A role of the site, with what fills it.
pub(crate) struct Role<'s> {
    pub(crate) name: RoleName,
    pub(crate) assignments: &'s [Assignment],
    /// What its sources measure; of a doorway the way in.
    pub(crate) quantity: Quantity,
}

/// Every role of the site, in the order of the file.
pub(crate) fn roles(site: &Site) -> Vec<Role<'_>> {
    let role = |name, assignments, quantity| Role { name, assignments, quantity };
    let points = site.points.iter();
    let points =
        points.map(|it| role(RoleName::Point(it.id.clone()), &it.sources[..], it.quantity));
    let doors = site.doorways.iter();
    let doors = doors
        .map(|it| role(RoleName::Doorway(it.id.clone()), &it.people_in[..], Quantity::PeopleIn));
    let meters = site.meters.iter().flat_map(|it| {
        [
            role(RoleName::Energy(it.id.clone()), &it.energy[..], Quantity::EnergyImported),
            role(RoleName::Power(it.id.clone()), &it.power[..], Quantity::ActivePower),
        ]
    });
    points.chain(doors).chain(meters).collect()
}

/// The role of this name.
pub(crate) fn role<'s>(site: &'s Site, name: &RoleName) -> Option<Role<'s>> {
    roles(site).into_iter().find(|role| role.name == *name)
}

impl Role<'_> {
    /// What fills it at an instant.
    pub(crate) fn source(&self, at: Instant) -> Option<&Source> {
        assigned_at(self.assignments, at).map(|assignment| &assignment.source)
    }

    /// Whether a source of this quantity can fill it.
    pub(crate) fn takes(&self, quantity: Quantity) -> bool {
        self.quantity == of_role(quantity)
    }
}

/// A doorway has the source that counts the way in.
fn of_role(quantity: Quantity) -> Quantity {
    if quantity == Quantity::PeopleOut { Quantity::PeopleIn } else { quantity }
}

/// The sources that fill no role now, by device.
pub(crate) fn waiting(
    site: &Site,
    stored: Vec<StoredSource>,
    now: Instant,
) -> BTreeMap<DeviceId, Vec<StoredSource>> {
    let filled = roles(site);
    let mut busy: HashSet<&Source> = filled.iter().filter_map(|role| role.source(now)).collect();
    let outward = site.doorways.iter().filter_map(|door| assigned_at(&door.people_out, now));
    busy.extend(outward.map(|assignment| &assignment.source));
    let mut waiting = BTreeMap::<DeviceId, Vec<StoredSource>>::new();
    for one in stored {
        if !busy.contains(&one.source) {
            waiting.entry(one.source.device.clone()).or_default().push(one);
        }
    }
    // The battery of a device that does its work waits for nothing.
    let works = |device: &DeviceId| busy.iter().any(|source| source.device == *device);
    waiting.retain(|device, sources| {
        !works(device) || sources.iter().any(|one| !one.source.quantity.is_of_the_device())
    });
    waiting
}

/// What a source is to do.
pub(crate) enum Wish {
    /// Fill a role that is there, from an instant on.
    Fill(RoleName, Instant),
    /// Fill one that is new, with all its history.
    New(NewRole),
}

/// The text of the site file once the source has its role.
pub(crate) fn with_role(text: &str, source: &Source, wish: &Wish) -> Result<String, EditFault> {
    match wish {
        Wish::Fill(role, since) => assign(text, role, source, Some(*since)),
        Wish::New(role) => {
            let name = match role {
                NewRole::Point { id, .. } => RoleName::Point(id.clone()),
                NewRole::Doorway { id, .. } => RoleName::Doorway(id.clone()),
                NewRole::Meter { id, .. } if source.quantity == Quantity::ActivePower => {
                    RoleName::Power(id.clone())
                }
                NewRole::Meter { id, .. } => RoleName::Energy(id.clone()),
            };
            assign(&add(text, role)?, &name, source, None)
        }
    }
}

/// An id that nothing of its sort has yet, made of words that people gave.
pub(crate) fn free_id(words: &str, taken: impl Fn(&str) -> bool) -> String {
    let plain: String = words.chars().flat_map(char::to_lowercase).map(plain).collect();
    let slug: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let mut slug = slug.join("-");
    slug.truncate(56);
    if slug.is_empty() {
        slug.push_str("role");
    }
    let numbered = (2..).map(|number| format!("{slug}-{number}"));
    std::iter::once(slug.clone()).chain(numbered).find(|id| !taken(id)).unwrap_or(slug)
}

fn plain(c: char) -> char {
    match c {
        'a'..='z' | '0'..='9' => c,
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        _ => '-',
    }
}

#[cfg(test)]
mod tests {
    use domain::{DatedBy, Observation, site};

    use super::*;

    #[test]
    fn an_id_is_made_of_the_words_that_people_gave_and_is_given_once() {
        assert_eq!(free_id("Découpeuse laser", |_| false), "decoupeuse-laser");
        assert_eq!(free_id("Four", |id| id == "four" || id == "four-2"), "four-3");
        assert_eq!(free_id("???", |_| false), "role");
    }

    #[test]
    fn the_battery_of_a_device_that_fills_a_role_waits_for_none() {
        let site = site::parse(site::DREUX, "dreux.toml").unwrap();
        let now = "2026-11-25T08:00:00Z".parse().unwrap();
        let stored = |device: &str, quantity: Quantity| StoredSource {
            source: Source { device: device.parse().unwrap(), quantity, channel: None },
            last: Observation {
                observed_at: now,
                received_at: now,
                dated_by: DatedBy::Device,
                value: domain::Value::from_f64(quantity.kind(), 50.0),
            },
            family: None,
        };
        let sources = vec![
            stored("air-fablab", Quantity::Co2),
            stored("air-fablab", Quantity::Battery),
            stored("new", Quantity::Battery),
        ];
        let waiting = waiting(&site, sources, now);
        assert_eq!(waiting.keys().map(DeviceId::as_str).collect::<Vec<_>>(), ["new"]);
    }

    #[test]
    fn both_ways_through_a_door_are_one_role() {
        let site = site::parse(site::DREUX, "dreux.toml").unwrap();
        let doors = || roles(&site).into_iter().filter(|role| role.takes(Quantity::PeopleOut));
        assert_eq!(doors().count(), site.doorways.len());
        assert!(doors().all(|role| matches!(role.name, RoleName::Doorway(_))));
    }
}
