//! The meter tree: loads at the leaves, sums above them, and registers that integrate power exactly.

use domain::Instant;
use domain::site::{Meter, Site};

use super::chance::Chance;
use super::habits::Hour;
use super::loads::{Load, Sort, Surroundings};

/// All meters, by their index in the site.
#[derive(Clone, Debug)]
pub(super) struct Meters {
    states: Vec<State>,
    /// Children before their parents.
    order: Vec<usize>,
    smoke_until_s: f64,
}

#[derive(Clone, Debug)]
struct State {
    load: Load,
    zone: Option<usize>,
    area_m2: f64,
    parent: Option<usize>,
    max_power_w: f64,
    power_w: f64,
    /// Register at the start, in Wh.
    base_wh: f64,
    /// Energy since the start, in Wh.
    taken_wh: f64,
}

impl Meters {
    /// All meters of the site, everything off.
    pub(super) fn new(site: &Site, seed: u64) -> Self {
        let index = |id: &str| site.meters.iter().position(|meter| meter.id.as_str() == id);
        let parents: Vec<Option<usize>> = site
            .meters
            .iter()
            .map(|meter| meter.parent.as_ref().and_then(|id| index(id.as_str())))
            .collect();
        let states = (0..)
            .zip(&site.meters)
            .map(|(nr, meter)| {
                State::new(site, meter, parents[nr], parents.contains(&Some(nr)), seed)
            })
            .collect();
        let mut order: Vec<usize> = (0..parents.len()).collect();
        order.sort_by_key(|&meter| std::cmp::Reverse(depth(meter, &parents)));
        Self { states, order, smoke_until_s: 0.0 }
    }

    /// Goes on by `step_s`; `people` are those within each zone with its parts, then those in the building.
    pub(super) fn step(&mut self, step_s: f64, people: &[u32], in_building: u32, hour: Hour) {
        self.smoke_until_s = (self.smoke_until_s - step_s).max(0.0);
        if self
            .states
            .iter()
            .any(|meter| meter.load.sort() == Sort::Laser && meter.load.is_running())
        {
            self.smoke_until_s = 180.0;
        }
        let has_smoke = self.smoke_until_s > 0.0;
        for meter in &mut self.states {
            let people = meter.zone.map_or(in_building, |zone| people[zone]);
            let around = Surroundings { people, area_m2: meter.area_m2, hour, has_smoke };
            meter.power_w = meter.load.step(step_s, &around).min(0.9 * meter.max_power_w);
        }
        for &meter in &self.order {
            let power_w = self.states[meter].power_w;
            self.states[meter].taken_wh += power_w * step_s / 3600.0;
            if let Some(parent) = self.states[meter].parent {
                self.states[parent].power_w += power_w;
            }
        }
    }

    /// The power of a meter over the last step, in W.
    pub(super) fn power_w(&self, meter: usize) -> f64 {
        self.states[meter].power_w
    }

    /// The register of a meter at `at`, which lies within the step that ended at `end`, in Wh.
    pub(super) fn register_wh(&self, meter: usize, at: Instant, end: Instant) -> f64 {
        let meter = &self.states[meter];
        let rest_h = end.since(at).as_secs_f64() / 3600.0;
        meter.base_wh + meter.taken_wh - meter.power_w * rest_h
    }

    /// Energy of a meter since the start, in Wh.
    pub(super) fn taken_wh(&self, meter: usize) -> f64 {
        self.states[meter].taken_wh
    }

    /// Power of the machines in a zone, in W: the heat they give.
    pub(super) fn heat_w(&self, zone: usize) -> f64 {
        let here = self.states.iter().filter(|meter| meter.zone == Some(zone));
        here.filter(|meter| meter.load.sort() != Sort::Heating)
            .map(|meter| meter.power_w)
            .fold(0.0, f64::max)
    }
}

impl State {
    fn new(
        site: &Site,
        meter: &Meter,
        parent: Option<usize>,
        has_children: bool,
        seed: u64,
    ) -> Self {
        let zone =
            meter.zone.as_ref().and_then(|id| site.zones.iter().position(|zone| zone.id == *id));
        // What a meter with children sees beyond them is small and of every sort.
        let sort = if has_children { Sort::Rest } else { Sort::of(meter) };
        let mut chance = Chance::new(seed, &format!("meter {}", meter.id));
        let base_wh = chance.between(80_000.0, 900_000.0).round();
        Self {
            load: Load::new(sort, chance),
            zone,
            area_m2: zone.and_then(|zone| site.zones[zone].area_m2).unwrap_or(site.area_m2),
            parent,
            max_power_w: meter.max_power_w,
            power_w: 0.0,
            base_wh,
            taken_wh: 0.0,
        }
    }
}

fn depth(meter: usize, parents: &[Option<usize>]) -> usize {
    std::iter::successors(parents[meter], |&parent| parents[parent]).count()
}
