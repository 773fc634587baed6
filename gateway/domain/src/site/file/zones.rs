//! The zones of the site file, and how they get their air.

use toml::de::DeValue;

use super::section::{Key, Section};
use super::tables::Tables;
use crate::ids::{PointId, ZoneId};
use crate::quantity::Quantity;
use crate::site::model::{Activity, Ventilation, Zone};

pub(super) const ZONE: &[Key] = &[
    Key::needed("id", "\"fablab\""),
    Key::needed("name", "\"FabLab\""),
    Key::optional("note", "\"anciens coffres\""),
    Key::optional("parent", "\"sous-sol\""),
    Key::optional("capacity", "100"),
    Key::optional("area_m2", "300"),
    Key::optional("volume_m3", "750"),
    Key::optional("ventilation", "\"natural\""),
    Key::optional("activity", "\"office\""),
    Key::optional("air_changes_per_h", "0.5"),
    Key::optional("air_changes_open_per_h", "2.5"),
];

const VENTILATION: &[Key] = &[Key::needed("airflow", "\"fablab-airflow\"")];

pub(super) fn read_zone<'a>(section: &Section<'a>, tables: &Tables<'a>) -> Option<Zone> {
    let (id, name) = (section.id::<ZoneId>("id"), section.text("name"));
    if let Some(id) = id.as_ref().filter(|id| matches!(id.as_str(), "building" | "outside")) {
        let text = format!("`{id}` has a meaning of its own and cannot be a zone; rename the zone");
        section.fault("id", text);
    }
    let parent = tables.zone(section, "parent");
    let zone =
        (section.count("capacity"), section.positive("area_m2"), section.positive("volume_m3"));
    let ventilation = read_ventilation(section, tables);
    Some(Zone {
        id: id?,
        name: name?.to_owned(),
        note: section.text("note").map(str::to_owned),
        parent,
        capacity: zone.0,
        area_m2: zone.1,
        volume_m3: zone.2,
        ventilation,
        activity: read_activity(section),
        air_changes_per_h: section.positive("air_changes_per_h"),
        air_changes_open_per_h: section.positive("air_changes_open_per_h"),
    })
}

fn read_activity(section: &Section<'_>) -> Option<Activity> {
    match section.text("activity")? {
        "seated" => Some(Activity::Seated),
        "office" => Some(Activity::Office),
        "light" => Some(Activity::Light),
        "workshop" => Some(Activity::Workshop),
        _ => {
            section.wrong("activity", "\"seated\", \"office\", \"light\" or \"workshop\"");
            None
        }
    }
}

fn read_ventilation<'a>(section: &Section<'a>, tables: &Tables<'a>) -> Ventilation {
    match section.value("ventilation") {
        None => Ventilation::Natural,
        Some(DeValue::Table(_)) => {
            let table = section.table("ventilation", "`ventilation`", VENTILATION);
            let point = table.and_then(|table| airflow_point(&table, tables));
            point.map_or(Ventilation::Natural, Ventilation::Measured)
        }
        Some(value) => match value.as_str() {
            Some("natural") => Ventilation::Natural,
            Some("mechanical") => Ventilation::Mechanical,
            _ => {
                let what = "\"natural\", \"mechanical\" or { airflow = \"point-id\" }";
                section.wrong("ventilation", what);
                Ventilation::Natural
            }
        },
    }
}

fn airflow_point<'a>(table: &Section<'a>, tables: &Tables<'a>) -> Option<PointId> {
    let id = table.text("airflow")?;
    tables.point_of(id, Quantity::Airflow, table, "airflow")
}
