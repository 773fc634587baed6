//! The roles of the site file that sources fill: points, doorways and meters.

use super::assignments::{self, Uses, assignments};
use super::fault::{Faults, nearest};
use super::pricing;
use super::section::{Key, Section};
use super::tables::Tables;
use crate::ids::{DoorwayId, MeterId, PointId};
use crate::quantity::Quantity;
use crate::reading::Source;
use crate::site::model::{Assignment, Doorway, Meter, Point, Side, Use};

/// The most that a Linky subscription of one household or small business allows, 36 kVA, in W.
const LARGEST_SUBSCRIPTION_W: f64 = 36_000.0;

pub(super) const POINT: &[Key] = &[
    Key::needed("id", "\"fablab-co2\""),
    Key::needed("zone", "\"fablab\""),
    Key::needed("quantity", "\"co2\""),
    Key::optional("sources", "[{ device = \"air-3\" }]"),
];

pub(super) const DOORWAY: &[Key] = &[
    Key::needed("id", "\"porte-fablab\""),
    Key::needed("from", "\"outside\""),
    Key::needed("to", "\"fablab\""),
    Key::optional("sources", "[{ device = \"porte-2\" }]"),
];

pub(super) const METER: &[Key] = &[
    Key::needed("id", "\"laser\""),
    Key::needed("name", "\"Découpeuse laser\""),
    Key::optional("zone", "\"fablab\""),
    Key::optional("parent", "\"tableau-fablab\""),
    Key::optional("energy", "[{ device = \"prise-laser\", channel = \"switch:0\" }]"),
    Key::optional("power", "[{ device = \"prise-laser\", channel = \"switch:0\" }]"),
    Key::optional("running_above_w", "20"),
    Key::optional("max_power_w", "3680"),
    Key::optional("clamp", "true"),
    Key::optional("carrier", "\"electricity\""),
    Key::optional("use", "\"heating\""),
    Key::optional("machine", "\"laser\""),
    Key::optional("sessions", "{ on_above_w = 150, off_below_w = 60, off_after = \"3m\" }"),
    Key::optional("subscribed_kva", "36"),
    Key::optional("apparent", "[{ device = \"linky\" }]"),
];

pub(super) fn read_points(tables: &Tables<'_>, faults: &Faults<'_>) -> Option<Vec<Point>> {
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
        let remedy = match nearest(name, all()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("take one of {}", all().collect::<Vec<_>>().join(", ")),
        };
        section.fault("quantity", format!("`{name}` is no quantity; {remedy}"));
    }
    found
}

pub(super) fn read_doorways(tables: &Tables<'_>, faults: &Faults<'_>) -> Option<Vec<Doorway>> {
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
    let id = section.id::<DoorwayId>("id");
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
    let outward = |assignment: Assignment| Assignment {
        source: Source { quantity: Quantity::PeopleOut, ..assignment.source },
        ..assignment
    };
    let id = id?;
    uses.add(id.as_str(), &people_in);
    let people_in = assignments(&people_in);
    let people_out = people_in.iter().cloned().map(outward).collect();
    Some(Doorway { id, from: from?, to: to?, people_in, people_out })
}

pub(super) fn read_meters(tables: &Tables<'_>, faults: &Faults<'_>) -> Option<Vec<Meter>> {
    let mut uses = Uses::default();
    let meters: Vec<_> =
        tables.meters.iter().map(|section| read_meter(section, tables, &mut uses)).collect();
    uses.check(faults);
    meters.into_iter().collect()
}

fn read_meter<'a>(section: &Section<'a>, tables: &Tables<'a>, uses: &mut Uses) -> Option<Meter> {
    let (id, name) = (section.id::<MeterId>("id"), section.text("name"));
    let zone = tables.zone(section, "zone");
    let parent = section
        .text("parent")
        .filter(|id| tables.meter_names.check(id, section, "parent"))
        .and_then(|id| id.parse().ok());
    let energy = assignments::read(section, "energy", Quantity::EnergyImported);
    let power = assignments::read(section, "power", Quantity::ActivePower);
    let apparent = assignments::read(section, "apparent", Quantity::ApparentPower);
    let (running_above_w, max_power_w) =
        (section.positive("running_above_w"), section.positive("max_power_w"));
    let sessions = pricing::session_rule(section, running_above_w);
    let subscribed_kva = section.positive("subscribed_kva");
    let id = id?;
    for sources in [&energy, &power, &apparent] {
        uses.add(id.as_str(), sources);
    }
    Some(Meter {
        id,
        name: name?.to_owned(),
        zone,
        parent,
        energy: assignments(&energy),
        power: assignments(&power),
        running_above_w,
        max_power_w: max_power_w.unwrap_or(LARGEST_SUBSCRIPTION_W),
        clamp: section.flag("clamp").unwrap_or(false),
        carrier: pricing::carrier(section),
        usage: section.one_of("use", Use::NAMES),
        sessions,
        subscribed_kva,
        apparent: assignments(&apparent),
        stated: Vec::new(),
    })
}
