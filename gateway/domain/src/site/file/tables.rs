//! The tables that other tables refer to by id.

use super::names::Names;
use super::section::Section;
use crate::ids::{PointId, ZoneId};
use crate::quantity::Quantity;

/// The tables of the file that others refer to, and the ids in them.
pub(super) struct Tables<'a> {
    pub(super) zones: Vec<Section<'a>>,
    pub(super) points: Vec<Section<'a>>,
    pub(super) doorways: Vec<Section<'a>>,
    pub(super) meters: Vec<Section<'a>>,
    zone_names: Names<'a>,
    pub(super) point_names: Names<'a>,
    pub(super) meter_names: Names<'a>,
}

impl<'a> Tables<'a> {
    /// The tables with their ids checked: each once, and no parent within its own parts.
    pub(super) fn new(
        zones: Vec<Section<'a>>,
        points: Vec<Section<'a>>,
        doorways: Vec<Section<'a>>,
        meters: Vec<Section<'a>>,
    ) -> Self {
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
