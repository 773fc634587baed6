//! The site file: TOML, read and checked, with messages that name line and remedy.
//!
//! The tables are read once from top to bottom. A fault is noted and reading goes on, so that one run
//! tells everything that is wrong; a [`Site`] comes out only when nothing is.

use jiff::tz::TimeZone;
use toml::de::DeTable;

use super::accounting;
use super::air;
use super::alerts;
use super::fault::{Faults, SiteErrors};
use super::model::{FEW_PEOPLE, Rules, Site};
use super::names::Names;
use super::opening;
use super::retention;
use super::roles::{DOORWAY, METER, POINT, read_doorways, read_meters, read_points};
use super::section::{Key, Section};
use super::settings;
use super::thresholds::Thresholds;
use super::zones::{ZONE, read_zone};
use crate::ids::{PointId, ZoneId};
use crate::quantity::Quantity;

/// The site file of the demonstration, the pôle éco-numérique in Dreux. It is the reference of the format.
pub const DREUX: &str = include_str!("../../sites/dreux.toml");

const FILE: &[Key] = &[
    Key::optional("site", "{ id = \"dreux\" }"),
    Key::optional("rules", "{ hold = \"15m\" }"),
    Key::optional("air", "{ action_ppm = 1500 }"),
    Key::optional("alerts", "{ quiet = \"20:00-07:00\" }"),
    Key::optional("alert", "[{ rule = \"air_attention\", zone = \"fablab\", raise = 1200 }]"),
    Key::optional("families", "{ zigbee2mqtt = { enabled = false } }"),
    Key::optional("reference", "{ year = 2016, kwh = 180000, source = \"factures\" }"),
    Key::optional(
        "price",
        "[{ since = \"2026-01-01\", eur_per_kwh = 0.21, source = \"contrat\" }]",
    ),
    Key::optional("carbon", "[{ since = \"2024-01-01\", kg_per_kwh = 0.052, source = \"ADEME\" }]"),
    Key::optional("primary", "[{ since = \"2026-01-01\", factor = 1.9, source = \"arrêté\" }]"),
    Key::optional("target", "[{ year = 2030, reduction = 0.4, source = \"décret tertiaire\" }]"),
    Key::optional("retention", "{ all = { raw = \"400d\" } }"),
    Key::optional("disk", "{ full = 0.95 }"),
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
    Key::optional("small_room_below", "5"),
    Key::optional("announce", "false"),
    Key::optional("opening", "{ monday = [\"08:30-18:00\"] }"),
    Key::optional("outdoor_temperature", "\"toit-temperature\""),
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

fn read_file<'a>(document: &'a DeTable<'a>, faults: &'a Faults<'a>) -> Option<Site> {
    let root = Section::new(document, 0, "the file", FILE, faults);
    let tables = Tables::new(&root);
    let zones: Vec<_> = tables.zones.iter().map(|section| read_zone(section, &tables)).collect();
    let points = read_points(&tables, faults);
    let doorways = read_doorways(&tables, faults);
    let meters = read_meters(&tables, faults);
    let rules = root.table("rules", "[rules]", settings::RULES);
    let rules = rules.map_or_else(Rules::default, |section| settings::rules(&section));
    let families = root.named_tables("families", "[families.<name>]", settings::FAMILY);
    let families = settings::families(families, faults);
    let kept = root.named_tables("retention", "[retention.<quantity>]", retention::RETENTION);
    let disk = root.table("disk", "[disk]", retention::DISK);
    let retention = retention::retention(&kept, disk.as_ref(), faults);
    let tariffs = accounting::prices(&root.tables("price", "[[price]]", accounting::PRICE));
    let carbon = accounting::carbon(&root.tables("carbon", "[[carbon]]", accounting::CARBON));
    let primary = accounting::primary(&root.tables("primary", "[[primary]]", accounting::PRIMARY));
    let targets = accounting::targets(&root.tables("target", "[[target]]", accounting::TARGET));
    let reference = root.table("reference", "[reference]", accounting::REFERENCE);
    let reference = reference.map(|section| accounting::reference(&section));
    let told = root.table("alerts", "[alerts]", alerts::ALERTS);
    let set = root.tables("alert", "[[alert]]", alerts::ALERT);
    let air = root.table("air", "[air]", air::AIR);
    let air = air.map_or_else(Thresholds::default, |section| air::read(&section));
    let alerts = alerts::read(told.as_ref(), &set, &tables, &air);
    let Some(section) = root.table("site", "[site]", SITE) else {
        if root.value("site").is_none() {
            faults.report(
                0,
                "there is no [site]; add one with id, name, timezone, capacity, area_m2",
            );
        }
        return None;
    };
    let opening = section.table("opening", "[site.opening]", opening::OPENING);
    let opening = opening.map(|section| opening::read(&section));
    let outdoor = outdoor(&section, &tables);
    let (id, name, timezone) = (section.id("id"), section.text("name"), read_timezone(&section));
    let (capacity, area_m2) = (section.count("capacity"), section.positive("area_m2"));
    Some(Site {
        id: id?,
        name: name?.to_owned(),
        timezone: timezone?,
        capacity: capacity?,
        area_m2: area_m2?,
        small_room_below: section.count("small_room_below").unwrap_or(FEW_PEOPLE),
        air,
        announce: section.flag("announce").unwrap_or(true),
        opening,
        zones: zones.into_iter().collect::<Option<_>>()?,
        points: points?,
        doorways: doorways?,
        meters: meters?,
        outdoor,
        tariffs: tariffs?,
        carbon: carbon?,
        primary: primary?,
        targets: targets?,
        reference: match reference {
            Some(reference) => Some(reference?),
            None => None,
        },
        rules,
        alerts,
        retention,
        families,
    })
}

/// The point that measures the air outside.
fn outdoor<'a>(section: &Section<'a>, tables: &Tables<'a>) -> Option<PointId> {
    let id = section.text("outdoor_temperature")?;
    tables.point_of(id, Quantity::Temperature, section, "outdoor_temperature")
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

/// The tables of the file that others refer to, and the ids in them.
pub(super) struct Tables<'a> {
    zones: Vec<Section<'a>>,
    pub(super) points: Vec<Section<'a>>,
    pub(super) doorways: Vec<Section<'a>>,
    pub(super) meters: Vec<Section<'a>>,
    zone_names: Names<'a>,
    pub(super) point_names: Names<'a>,
    pub(super) meter_names: Names<'a>,
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

    /// The point of this name, which `key` refers to and which must measure this quantity.
    pub(super) fn point_of(
        &self,
        id: &str,
        quantity: Quantity,
        section: &Section<'a>,
        key: &str,
    ) -> Option<PointId> {
        if !self.point_names.check(id, section, key) {
            return None;
        }
        let text_of = |of: &Section<'a>, key| of.value(key).and_then(|value| value.as_str());
        let point = self.points.iter().find(|point| text_of(point, "id") == Some(id))?;
        let measured = text_of(point, "quantity").unwrap_or_default();
        if measured != quantity.name() {
            let text = format!(
                "point `{id}` in line {line} measures {measured}, not {quantity}; name one with \
                 quantity = \"{quantity}\"",
                line = point.line("quantity"),
            );
            section.fault(key, text);
        }
        id.parse().ok()
    }

    /// The zone that `key` refers to.
    pub(super) fn zone(&self, section: &Section<'a>, key: &str) -> Option<ZoneId> {
        let id = section.text(key)?;
        self.zone_names.check(id, section, key).then(|| id.parse().ok()).flatten()
    }
}
