//! The site file: TOML, read and checked, with messages that name line and remedy.
//!
//! The tables are read once from top to bottom. A fault is noted and reading goes on, so that one run
//! tells everything that is wrong; a [`Site`] comes out only when nothing is.

use jiff::tz::TimeZone;
use toml::de::{DeTable, DeValue};

use super::assignments::{self, Uses, assignments};
use super::fault::{Faults, SiteErrors};
use super::model::{Doorway, Meter, Point, Rules, Side, Site, Ventilation, Zone};
use super::names::Names;
use super::section::{Key, Section};
use super::settings;
use crate::ids::{PointId, ZoneId};
use crate::quantity::Quantity;

/// The site file of the demonstration, the pôle éco-numérique in Dreux. It is the reference of the format.
pub const DREUX: &str = include_str!("../../sites/dreux.toml");

/// The most that a Linky subscription of one household or small business allows, 36 kVA, in W.
const LARGEST_SUBSCRIPTION_W: f64 = 36_000.0;

const FILE: &[Key] = &[
    Key::optional("site", "{ id = \"dreux\" }"),
    Key::optional("rules", "{ hold = \"15m\" }"),
    Key::optional("families", "{ zigbee2mqtt = { enabled = false } }"),
    Key::optional("zone", "[{ id = \"fablab\", name = \"FabLab\" }]"),
    Key::optional("point", "[{ id = \"fablab-co2\", zone = \"fablab\", quantity = \"co2\" }]"),
    Key::optional("doorway", "[{ id = \"entree\", from = \"outside\", to = \"hall\" }]"),
    Key::optional("meter", "[{ id = \"laser\", name = \"Découpeuse laser\" }]"),
];

const SITE: &[Key] = &[
    Key::needed("id", "\"dreux\""),
    Key::needed("name", "\"Pôle éco-numérique\""),
    Key::needed("timezone", "\"Europe/Paris\""),
    Key::needed("capacity", "200"),
    Key::needed("area_m2", "1200"),
    Key::optional("opening", "{ monday = [\"08:30-18:00\"] }"),
];

const ZONE: &[Key] = &[
    Key::needed("id", "\"fablab\""),
    Key::needed("name", "\"FabLab\""),
    Key::optional("note", "\"anciens coffres\""),
    Key::optional("parent", "\"sous-sol\""),
    Key::optional("capacity", "100"),
    Key::optional("area_m2", "300"),
    Key::optional("volume_m3", "750"),
    Key::optional("ventilation", "\"natural\""),
];

const VENTILATION: &[Key] = &[Key::needed("airflow", "\"fablab-airflow\"")];

const POINT: &[Key] = &[
    Key::needed("id", "\"fablab-co2\""),
    Key::needed("zone", "\"fablab\""),
    Key::needed("quantity", "\"co2\""),
    Key::optional("sources", "[{ device = \"air-3\" }]"),
];

const DOORWAY: &[Key] = &[
    Key::needed("id", "\"porte-fablab\""),
    Key::needed("from", "\"outside\""),
    Key::needed("to", "\"fablab\""),
    Key::optional("sources", "[{ device = \"porte-2\" }]"),
];

const METER: &[Key] = &[
    Key::needed("id", "\"laser\""),
    Key::needed("name", "\"Découpeuse laser\""),
    Key::optional("zone", "\"fablab\""),
    Key::optional("parent", "\"tableau-fablab\""),
    Key::optional("energy", "[{ device = \"prise-laser\", channel = \"switch:0\" }]"),
    Key::optional("power", "[{ device = \"prise-laser\", channel = \"switch:0\" }]"),
    Key::optional("running_above_w", "20"),
    Key::optional("max_power_w", "3680"),
];

/// Reads and checks a site file; `file` is its name in messages.
///
/// # Errors
/// Everything that is wrong with it, each fault with line and remedy.
pub fn parse(text: &str, file: &str) -> Result<Site, SiteErrors> {
    let faults = Faults::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        faults.report(at, format!("this is not TOML: {}", error.message()));
    }
    // What is left of a broken file would only add faults that are none.
    let site = if errors.is_empty() { read_file(document.get_ref(), &faults) } else { None };
    match (faults.into_errors(file), site) {
        (None, Some(site)) => Ok(site),
        (Some(errors), _) => Err(errors),
        (None, None) => unreachable!("a site is left out only for a fault that was noted"),
    }
}

/// The tables of the file that others refer to, and the ids in them.
struct Tables<'a> {
    zones: Vec<Section<'a>>,
    points: Vec<Section<'a>>,
    doorways: Vec<Section<'a>>,
    meters: Vec<Section<'a>>,
    zone_names: Names<'a>,
    point_names: Names<'a>,
    meter_names: Names<'a>,
}

impl<'a> Tables<'a> {
    fn new(root: &Section<'a>) -> Self {
        let zones = root.tables("zone", "[[zone]]", ZONE);
        let points = root.tables("point", "[[point]]", POINT);
        let doorways = root.tables("doorway", "[[doorway]]", DOORWAY);
        let meters = root.tables("meter", "[[meter]]", METER);
        Names::declare("doorway", &doorways);
        let tables = Self {
            zone_names: Names::declare("zone", &zones),
            point_names: Names::declare("point", &points),
            meter_names: Names::declare("meter", &meters),
            zones,
            points,
            doorways,
            meters,
        };
        tables.zone_names.check_cycles();
        tables.meter_names.check_cycles();
        tables
    }

    /// The zone that `key` refers to.
    fn zone(&self, section: &Section<'a>, key: &str) -> Option<ZoneId> {
        let id = section.text(key)?;
        self.zone_names.check(id, section, key).then(|| id.parse().ok()).flatten()
    }
}

fn read_file<'a>(document: &'a DeTable<'a>, faults: &'a Faults<'a>) -> Option<Site> {
    let root = Section::new(document, 0, "the file", FILE, faults);
    let tables = Tables::new(&root);
    let zones: Vec<_> = tables.zones.iter().map(|section| read_zone(section, &tables)).collect();
    let points = read_points(&tables, faults);
    let doorways = read_doorways(&tables, faults);
    let meters = read_meters(&tables, faults);
    let rules = root.table("rules", "[rules]", settings::RULES);
    let rules = rules.map_or_else(Rules::default, |section| settings::rules(&section));
    let families = root.value("families").and_then(DeValue::as_table).map(|table| {
        let keys = settings::family_keys();
        settings::families(Section::named_tables(table, "[families.<name>]", keys, faults), faults)
    });
    let Some(section) = root.table("site", "[site]", SITE) else {
        if root.value("site").is_none() {
            faults.report(
                0,
                "there is no [site]; add one with id, name, timezone, capacity, area_m2",
            );
        }
        return None;
    };
    let opening = section.table("opening", "[site.opening]", settings::OPENING);
    let opening = opening.map(|section| settings::opening(&section));
    let (id, name, timezone) = (section.id("id"), section.text("name"), read_timezone(&section));
    let (capacity, area_m2) = (section.count("capacity"), section.positive("area_m2"));
    Some(Site {
        id: id?,
        name: name?.to_owned(),
        timezone: timezone?,
        capacity: capacity?,
        area_m2: area_m2?,
        opening,
        zones: zones.into_iter().collect::<Option<_>>()?,
        points: points?,
        doorways: doorways?,
        meters: meters?,
        rules,
        families: families.unwrap_or_default(),
    })
}

fn read_timezone(section: &Section<'_>) -> Option<TimeZone> {
    let name = section.text("timezone")?;
    let found = TimeZone::get(name).ok();
    if found.is_none() {
        let text = format!("there is no time zone `{name}`; write one such as \"Europe/Paris\"");
        section.fault("timezone", text);
    }
    found
}

fn read_zone<'a>(section: &Section<'a>, tables: &Tables<'a>) -> Option<Zone> {
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
    })
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
    if !tables.point_names.check(id, table, "airflow") {
        return None;
    }
    let text_of = |section: &Section<'a>, key| section.value(key).and_then(|value| value.as_str());
    let point = tables.points.iter().find(|point| text_of(point, "id") == Some(id))?;
    let quantity = text_of(point, "quantity").unwrap_or_default();
    if quantity != Quantity::Airflow.name() {
        let line = point.line("quantity");
        let text = format!(
            "point `{id}` in line {line} measures {quantity}, not airflow; name one with \
             quantity = \"airflow\""
        );
        table.fault("airflow", text);
    }
    id.parse().ok()
}

fn read_points(tables: &Tables<'_>, faults: &Faults<'_>) -> Option<Vec<Point>> {
    let mut uses = Uses::default();
    let points: Vec<_> =
        tables.points.iter().map(|section| read_point(section, tables, &mut uses)).collect();
    uses.check(faults);
    points.into_iter().collect()
}

fn read_point<'a>(section: &Section<'a>, tables: &Tables<'a>, uses: &mut Uses) -> Option<Point> {
    let (id, zone) = (section.id::<PointId>("id"), tables.zone(section, "zone"));
    let quantity = read_quantity(section);
    // The sources are read in any case, to find their faults.
    let sources = assignments::read(section, "sources", quantity.unwrap_or(Quantity::Co2));
    let (id, zone, quantity) = (id?, zone?, quantity?);
    uses.add(id.as_str(), &sources);
    Some(Point { id, zone, quantity, sources: assignments(&sources) })
}

fn read_quantity(section: &Section<'_>) -> Option<Quantity> {
    let name = section.text("quantity")?;
    let found = name.parse().ok();
    if found.is_none() {
        let all = || Quantity::ALL.iter().map(|quantity| quantity.name());
        let remedy = match super::fault::nearest(name, all()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("take one of {}", all().collect::<Vec<_>>().join(", ")),
        };
        section.fault("quantity", format!("`{name}` is no quantity; {remedy}"));
    }
    found
}

fn read_doorways(tables: &Tables<'_>, faults: &Faults<'_>) -> Option<Vec<Doorway>> {
    let mut uses = Uses::default();
    let doorways: Vec<_> =
        tables.doorways.iter().map(|section| read_doorway(section, tables, &mut uses)).collect();
    uses.check(faults);
    doorways.into_iter().collect()
}

fn read_doorway<'a>(
    section: &Section<'a>,
    tables: &Tables<'a>,
    uses: &mut Uses,
) -> Option<Doorway> {
    let id = section.id::<crate::ids::DoorwayId>("id");
    let side = |key| match section.text(key) {
        Some("outside") => Some(Side::Outside),
        _ => tables.zone(section, key).map(Side::Zone),
    };
    let (from, to) = (side("from"), side("to"));
    if from.is_some() && from == to {
        section
            .fault("to", "a doorway leads from one side to another; `from` and `to` are the same");
    }
    let people_in = assignments::read(section, "sources", Quantity::PeopleIn);
    let outward = |assignment: super::Assignment| super::Assignment {
        source: crate::Source { quantity: Quantity::PeopleOut, ..assignment.source },
        ..assignment
    };
    let id = id?;
    uses.add(id.as_str(), &people_in);
    let people_in = assignments(&people_in);
    let people_out = people_in.iter().cloned().map(outward).collect();
    Some(Doorway { id, from: from?, to: to?, people_in, people_out })
}

fn read_meters(tables: &Tables<'_>, faults: &Faults<'_>) -> Option<Vec<Meter>> {
    let mut uses = Uses::default();
    let meters: Vec<_> =
        tables.meters.iter().map(|section| read_meter(section, tables, &mut uses)).collect();
    uses.check(faults);
    meters.into_iter().collect()
}

fn read_meter<'a>(section: &Section<'a>, tables: &Tables<'a>, uses: &mut Uses) -> Option<Meter> {
    let (id, name) = (section.id::<crate::ids::MeterId>("id"), section.text("name"));
    let zone = tables.zone(section, "zone");
    let parent = section
        .text("parent")
        .filter(|id| tables.meter_names.check(id, section, "parent"))
        .and_then(|id| id.parse().ok());
    let energy = assignments::read(section, "energy", Quantity::EnergyImported);
    let power = assignments::read(section, "power", Quantity::ActivePower);
    let (running_above_w, max_power_w) =
        (section.positive("running_above_w"), section.positive("max_power_w"));
    let id = id?;
    uses.add(id.as_str(), &energy);
    uses.add(id.as_str(), &power);
    Some(Meter {
        id,
        name: name?.to_owned(),
        zone,
        parent,
        energy: assignments(&energy),
        power: assignments(&power),
        running_above_w,
        max_power_w: max_power_w.unwrap_or(LARGEST_SUBSCRIPTION_W),
    })
}
