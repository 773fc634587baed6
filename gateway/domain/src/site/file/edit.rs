//! Changes of the site file's text: a source gets a role, or takes over from another one. All else in the file,
//! comments and order too, stays as it was. Whether the outcome makes sense is for [`crate::site::parse`] to say.

use std::fmt;
use std::str::FromStr;

use toml_edit::{
    Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value,
};

use crate::ids::{DoorwayId, InvalidId, MeterId, PointId, ZoneId};
use crate::instant::Instant;
use crate::quantity::Quantity;
use crate::reading::Source;

/// A role that sources fill, by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoleName {
    /// Quantity of a point.
    Point(PointId),
    /// People through a doorway.
    Doorway(DoorwayId),
    /// The registers of a meter.
    Energy(MeterId),
    /// The power of a meter.
    Power(MeterId),
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Point(id) => write!(f, "point:{id}"),
            Self::Doorway(id) => write!(f, "doorway:{id}"),
            Self::Energy(id) => write!(f, "energy:{id}"),
            Self::Power(id) => write!(f, "power:{id}"),
        }
    }
}

impl FromStr for RoleName {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (sort, id) = text.split_once(':').unwrap_or(("", text));
        match sort {
            "doorway" => id.parse().map(Self::Doorway),
            "energy" => id.parse().map(Self::Energy),
            "power" => id.parse().map(Self::Power),
            _ => id.parse().map(Self::Point),
        }
    }
}

/// A role that is not in the file yet.
#[derive(Clone, Debug, PartialEq)]
pub enum NewRole {
    /// A point in a zone.
    Point {
        /// Its name.
        id: PointId,
        /// Where.
        zone: ZoneId,
        /// What it measures.
        quantity: Quantity,
    },
    /// A doorway; a side is a zone or `outside`.
    Doorway {
        /// Its name.
        id: DoorwayId,
        /// Where those who are counted in come from.
        from: String,
        /// Where they go.
        to: String,
    },
    /// A meter.
    Meter {
        /// Its name in files and addresses.
        id: MeterId,
        /// Its name on pages.
        name: String,
        /// Where it stands.
        zone: Option<ZoneId>,
    },
}

/// Reason that the text was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditFault {
    /// It is no TOML.
    #[error("the site file is not TOML any more")]
    NotToml(#[source] toml_edit::TomlError),
    /// The role is not there.
    #[error("the site file has no role {0}")]
    NoRole(RoleName),
    /// The list of sources is something else.
    #[error("the sources of {0} are not written as a list of tables; mend them by hand")]
    Shape(RoleName),
}

/// Adds a role without any source.
///
/// # Errors
/// When the text cannot be understood.
pub fn add(text: &str, role: &NewRole) -> Result<String, EditFault> {
    let mut document: DocumentMut = text.parse().map_err(EditFault::NotToml)?;
    let mut table = Table::new();
    let key = match role {
        NewRole::Point { id, zone, quantity } => {
            table["id"] = value(id.as_str());
            table["zone"] = value(zone.as_str());
            table["quantity"] = value(quantity.name());
            "point"
        }
        NewRole::Doorway { id, from, to } => {
            table["id"] = value(id.as_str());
            table["from"] = value(from);
            table["to"] = value(to);
            "doorway"
        }
        NewRole::Meter { id, name, zone } => {
            table["id"] = value(id.as_str());
            table["name"] = value(name);
            if let Some(zone) = zone {
                table["zone"] = value(zone.as_str());
            }
            "meter"
        }
    };
    table.decor_mut().set_prefix("\n");
    let tables = document.entry(key).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    if let Some(tables) = tables.as_array_of_tables_mut() {
        // It follows the last one of its sort, wherever that stands.
        if let Some(position) = tables.iter().last().and_then(Table::position) {
            table.set_position(Some(position));
        }
        tables.push(table);
    }
    Ok(document.to_string())
}

/// Gives a role a source from an instant on; whichever source filled it until then stops there.
///
/// # Errors
/// When the role is not there, or the text cannot be understood.
pub fn assign(
    text: &str,
    role: &RoleName,
    source: &Source,
    since: Option<Instant>,
) -> Result<String, EditFault> {
    let mut document: DocumentMut = text.parse().map_err(EditFault::NotToml)?;
    let (table, list) = find(&mut document, role)?;
    let item = table.entry(list).or_insert(value(Array::new()));
    let mut entry = InlineTable::new();
    entry.insert("device", source.device.as_str().into());
    if let Some(channel) = &source.channel {
        entry.insert("channel", channel.as_str().into());
    }
    match item {
        Item::Value(Value::Array(sources)) => {
            let mut is_first = true;
            for one in sources.iter_mut().filter_map(Value::as_inline_table_mut) {
                is_first = false;
                close(one, since);
            }
            // The first one has always been there: its history came before its role.
            if let Some(since) = since.filter(|_| !is_first) {
                entry.insert("since", since.to_string().into());
            }
            sources.push(Value::InlineTable(entry));
        }
        Item::ArrayOfTables(sources) => {
            sources.iter_mut().for_each(|one| close(one, since));
            let mut table = entry.into_table();
            if let Some(since) = since {
                table["since"] = value(since.to_string());
            }
            sources.push(table);
        }
        _ => return Err(EditFault::Shape(role.clone())),
    }
    Ok(document.to_string())
}

/// Ends an assignment that has no end yet.
fn close(assignment: &mut dyn TableLike, at: Option<Instant>) {
    if let Some(at) = at
        && !assignment.contains_key("until")
    {
        assignment.insert("until", value(at.to_string()));
    }
}

/// The table of a role, and the key of its list of sources.
fn find<'d>(
    document: &'d mut DocumentMut,
    role: &RoleName,
) -> Result<(&'d mut dyn TableLike, &'static str), EditFault> {
    let (key, list, id) = match role {
        RoleName::Point(id) => ("point", "sources", id.as_str()),
        RoleName::Doorway(id) => ("doorway", "sources", id.as_str()),
        RoleName::Energy(id) => ("meter", "energy", id.as_str()),
        RoleName::Power(id) => ("meter", "power", id.as_str()),
    };
    let has_id = |table: &dyn TableLike| table.get("id").and_then(Item::as_str) == Some(id);
    let missing = || EditFault::NoRole(role.clone());
    let table: &mut dyn TableLike = match document.get_mut(key).ok_or_else(missing)? {
        Item::ArrayOfTables(tables) => {
            tables.iter_mut().find(|table| has_id(*table)).ok_or_else(missing)?
        }
        Item::Value(Value::Array(tables)) => {
            let mut tables = tables.iter_mut().filter_map(Value::as_inline_table_mut);
            tables.find(|table| has_id(*table)).ok_or_else(missing)?
        }
        _ => return Err(missing()),
    };
    Ok((table, list))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site;
    use crate::testing::at;

    fn source(device: &str, quantity: Quantity, channel: Option<&str>) -> Source {
        let channel = channel.map(|channel| channel.parse().unwrap());
        Source { device: device.parse().unwrap(), quantity, channel }
    }

    /// The lines that are in one text and not in the other.
    fn changed<'a>(old: &str, new: &'a str) -> Vec<&'a str> {
        new.lines().filter(|line| !old.lines().any(|other| other == *line)).collect()
    }

    #[test]
    fn a_source_takes_over_and_everything_else_in_the_file_stays() {
        let role = RoleName::Point("fablab-co2".parse().unwrap());
        let air_9 = source("air-9", Quantity::Co2, None);
        let now = at("2026-11-23T14:00:00Z");

        let edited = assign(site::DREUX, &role, &air_9, Some(now)).unwrap();

        let lines = changed(site::DREUX, &edited);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("until = \"2026-11-23T14:00:00Z\""), "{lines:?}");
        assert!(
            lines[0].contains("{ device = \"air-9\", since = \"2026-11-23T14:00:00Z\" }"),
            "{lines:?}"
        );
        let comments = |text: &str| text.matches('#').count();
        assert_eq!(comments(&edited), comments(site::DREUX));
        let site = site::parse(&edited, "dreux.toml").unwrap();
        let sources = &site.point("fablab-co2").unwrap().sources;
        assert_eq!(site::assigned_at(sources, now).unwrap().source, air_9);
        assert_ne!(site::assigned_at(sources, at("2026-11-23T13:59:59Z")).unwrap().source, air_9);
    }

    #[test]
    fn a_new_point_gets_its_first_source_with_all_its_history() {
        let id: PointId = "fablab-lux".parse().unwrap();
        let zone = "fablab".parse().unwrap();
        let new = NewRole::Point { id: id.clone(), zone, quantity: Quantity::Illuminance };
        let lux = source("zigbee/lux 1", Quantity::Illuminance, Some("a"));

        let added = add(site::DREUX, &new).unwrap();
        let edited = assign(&added, &RoleName::Point(id), &lux, Some(at("2026-11-23T14:00:00Z")));

        let site = site::parse(&edited.unwrap(), "dreux.toml").unwrap();
        let point = site.point("fablab-lux").unwrap();
        assert_eq!(point.sources.len(), 1);
        assert_eq!(
            (&point.sources[0].source, point.sources[0].period.start()),
            (&lux, Instant::MIN)
        );
    }

    #[test]
    fn a_new_meter_and_a_new_doorway_stand_after_those_that_are_there() {
        let meter = NewRole::Meter {
            id: "tour".parse().unwrap(),
            name: "Tour à bois".into(),
            zone: Some("fablab".parse().unwrap()),
        };
        let door = NewRole::Doorway {
            id: "porte-cour".parse().unwrap(),
            from: "outside".into(),
            to: "fablab".into(),
        };
        let edited = add(&add(site::DREUX, &meter).unwrap(), &door).unwrap();
        let site = site::parse(&edited, "dreux.toml").unwrap();
        assert_eq!(site.meters.last().unwrap().name, "Tour à bois");
        assert_eq!(site.doorways.last().unwrap().id.as_str(), "porte-cour");
        assert!(edited.starts_with(site::DREUX.lines().next().unwrap()));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let role = RoleName::Energy("nulle-part".parse().unwrap());
        let fault = assign(site::DREUX, &role, &source("x", Quantity::EnergyImported, None), None);
        assert_eq!(fault.unwrap_err().to_string(), "the site file has no role energy:nulle-part");
        assert!(matches!(
            add(
                "[",
                &NewRole::Meter { id: "tour".parse().unwrap(), name: String::new(), zone: None }
            ),
            Err(EditFault::NotToml(_))
        ));
    }
}
