//! The site file: TOML, read and checked, with messages that name line and remedy.
//!
//! The tables are read once from top to bottom. A fault is noted and reading goes on, so that one run
//! reports everything that is wrong; a [`Site`] comes out only when nothing is.
//!
//! | file | what it holds |
//! |---|---|
//! | this one | the file as a whole, from text to a [`Site`], and `[site]` itself |
//! | `section`, `fault` | reading a table key by key, and collecting all faults |
//! | `tables`, `names` | the tables that others refer to, and whether each reference has something to refer to |
//! | `zones`, `roles`, `assignments` | zones; points, doorways and meters; one source at a time for each role |
//! | `rules`, `families`, `air`, `retention` | the optional tables of these names |
//! | `hosts` | names under which the dashboard is opened |
//! | `opening`, `day_spans` | opening hours and closures; spans of a day |
//! | `pricing`, `regulation` | prices, factors and goals, and those that France sets or publishes |
//! | `alerts` | `[alerts]` and `[[alert]]` |
//! | [`edit`] | changes of the text that keep all the rest of it |

mod air;
mod alerts;
mod assignments;
mod day_spans;
pub mod edit;
mod families;
mod fault;
mod hosts;
#[cfg(test)]
mod keys;
mod names;
mod opening;
mod pricing;
mod regulation;
mod retention;
mod roles;
mod rules;
mod section;
mod tables;
mod zones;

pub use fault::{SiteErrors, SiteFault};

use jiff::tz::TimeZone;
use toml::de::DeTable;

use crate::ids::PointId;
use crate::quantity::Quantity;
use crate::site::model::{FEW_PEOPLE, Rules, Site, Thresholds};
use fault::Faults;
use roles::{DOORWAY, METER, POINT, read_doorways, read_meters, read_points};
use section::{Key, Section};
use tables::Tables;
use zones::{ZONE, read_zone};

/// The site file of the demonstration, the pôle éco-numérique in Dreux. It is the reference of the format.
pub const DREUX: &str = include_str!("../../../sites/dreux.toml");

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
    Key::optional("hosts", "[\"vigie.example.org\"]"),
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
    let tables = Tables::new(
        root.tables("zone", "[[zone]]", ZONE),
        root.tables("point", "[[point]]", POINT),
        root.tables("doorway", "[[doorway]]", DOORWAY),
        root.tables("meter", "[[meter]]", METER),
    );
    let zones: Vec<_> = tables.zones.iter().map(|section| read_zone(section, &tables)).collect();
    let points = read_points(&tables, faults);
    let doorways = read_doorways(&tables, faults);
    let meters = read_meters(&tables, faults);
    let table = root.table("rules", "[rules]", rules::RULES);
    let rules = table.map_or_else(Rules::default, |section| rules::read(&section));
    let named = root.named_tables("families", "[families.<name>]", families::FAMILY);
    let families = families::read(named, faults);
    let kept = root.named_tables("retention", "[retention.<quantity>]", retention::RETENTION);
    let disk = root.table("disk", "[disk]", retention::DISK);
    let retention = retention::retention(&kept, disk.as_ref(), faults);
    let tariffs = pricing::prices(&root.tables("price", "[[price]]", pricing::PRICE));
    let carbon = pricing::carbon(&root.tables("carbon", "[[carbon]]", pricing::CARBON));
    let primary = pricing::primary(&root.tables("primary", "[[primary]]", pricing::PRIMARY));
    let targets = pricing::targets(&root.tables("target", "[[target]]", pricing::TARGET));
    let reference = root.table("reference", "[reference]", pricing::REFERENCE);
    let reference = reference.map(|section| pricing::reference(&section));
    let settings = root.table("alerts", "[alerts]", alerts::ALERTS);
    let overrides = root.tables("alert", "[[alert]]", alerts::ALERT);
    let table = root.table("air", "[air]", air::AIR);
    let air = table.map_or_else(Thresholds::default, |section| air::read(&section));
    let alerts = alerts::read(settings.as_ref(), &overrides, &tables, &air);
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
        hosts: hosts::read(&section),
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
