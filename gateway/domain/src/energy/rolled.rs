//! Energy from rollups: the figures of the readings themselves, without reading all of them.
//!
//! A rollup replaces its readings where they hold no surprise: a register that never fell nor jumped, power that a
//! register covers altogether or not at all, a source that had its role throughout. For any other the readings
//! are loaded, and taken in its place.

use std::collections::HashMap;

use super::accumulator::Entry;
use super::figure::{EnergyFigure, sum};
use super::meter::{MeterFold, Role};
use super::{assigned, meter_needs};
use crate::calendar::Bucket;
use crate::instant::{Instant, Period};
use crate::reading::{Observation, Source};
use crate::register::{Bounds, Mark, Outcome, Register};
use crate::rollup::{Basis, Rollup};
use crate::site::{Meter, Rules};

/// A part of a series: rolled up, or as it was read.
#[derive(Clone, Debug)]
pub enum Piece {
    /// The readings of a bucket in short.
    Rolled(Bucket<Rollup>),
    /// Readings in the order of time.
    Read(Vec<Observation>),
}

/// Series by source, each as pieces in the order of time: [`super::NEIGHBOURS`] readings from before the span of a
/// query, all buckets within it, and as many readings from after it.
#[derive(Clone, Debug, Default)]
pub struct RolledSet(HashMap<Source, Vec<Piece>>);

/// Bucket whose readings are needed, since its rollup does not hold enough.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Missing {
    /// Source of the bucket.
    pub source: Source,
    /// Period of the bucket.
    pub period: Period,
}

impl RolledSet {
    /// Adds the series of `source`, or replaces it.
    pub fn insert(&mut self, source: Source, pieces: Vec<Piece>) {
        self.0.insert(source, pieces);
    }

    /// Takes the readings of a bucket in place of its rollup.
    pub fn read(&mut self, missing: &Missing, observations: Vec<Observation>) {
        let pieces = self.0.get_mut(&missing.source).into_iter().flatten();
        let is_meant = |piece: &&mut Piece| matches!(piece, Piece::Rolled(bucket) if bucket.period == missing.period);
        if let Some(piece) = pieces.into_iter().find(is_meant) {
            *piece = Piece::Read(observations);
        }
    }

    fn of(&self, source: &Source) -> &[Piece] {
        self.0.get(source).map_or(&[], Vec::as_slice)
    }
}

/// The energy of several meters together in each period of `grid`, of which every bucket is a whole part; the figures
/// are those of [`super::sum_of`] over the readings.
///
/// # Errors
/// The buckets whose readings are needed. With them in place ask again; that may show a few more.
pub fn rolled_energy(
    meters: &[&Meter],
    grid: &[Period],
    series: &RolledSet,
    rules: &Rules,
    now: Instant,
) -> Result<Vec<EnergyFigure>, Vec<Missing>> {
    let mut missing = Vec::new();
    let folds: Vec<_> =
        meters.iter().map(|meter| replay(meter, grid, series, rules, now, &mut missing)).collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    if let [only] = &folds[..] {
        return Ok(only.figures(now));
    }
    let of_meters: Vec<_> = folds.iter().map(|fold| fold.figures(now)).collect();
    Ok((0..grid.len()).map(|at| sum(of_meters.iter().map(|figures| figures[at]))).collect())
}

/// As [`MeterFold::replay`], piece by piece, for figures at `now` only; registers first, so that it is settled for each
/// power rollup whether they cover it.
fn replay(
    meter: &Meter,
    grid: &[Period],
    series: &RolledSet,
    rules: &Rules,
    now: Instant,
    missing: &mut Vec<Missing>,
) -> MeterFold {
    let mut fold = MeterFold::new(meter, grid, rules);
    let registers = (0..meter.energy.len()).map(Role::Register);
    let powers = (0..meter.power.len()).map(Role::Power);
    for (role, assignment) in registers.chain(powers).zip(meter_needs(meter)) {
        let basis = Basis::new(assignment.source.quantity, rules.longest_gap());
        for piece in series.of(&assignment.source) {
            match piece {
                Piece::Read(observations) => {
                    for one in assigned(observations, assignment.period) {
                        fold.observe(role, one.observed_at, one.value.as_f64(), &mut |_| ())
                            .expect("no power was taken before the registers");
                    }
                }
                Piece::Rolled(bucket) => {
                    let rollup = &bucket.figure;
                    let shared = assignment.period.intersection(bucket.period);
                    let is_whole = shared == Some(bucket.period);
                    if shared.is_none() || is_whole && fold.absorb(role, rollup, &basis, meter, now)
                    {
                        continue;
                    }
                    let (source, period) = (assignment.source.clone(), bucket.period);
                    missing.push(Missing { source, period });
                }
            }
        }
    }
    fold
}

impl MeterFold {
    /// Takes a rollup in place of its readings; `false` when it does not hold enough. Then the fold is only good for
    /// finding out what else is missing.
    fn absorb(
        &mut self,
        role: Role,
        rollup: &Rollup,
        basis: &Basis,
        meter: &Meter,
        now: Instant,
    ) -> bool {
        let (first, value) = rollup.first;
        self.observe(role, first, value, &mut |_| ()).expect("no power before the registers");
        if rollup.count == 1 {
            return true;
        }
        match role {
            Role::Register(index) => {
                let bounds = Bounds::energy(meter.max_power_w);
                self.absorb_register(index, rollup, &bounds)
            }
            Role::Power(index) => self.absorb_power(index, rollup, basis, now),
        }
    }

    fn absorb_register(&mut self, index: usize, rollup: &Rollup, bounds: &Bounds) -> bool {
        let mark = |(at, total)| Mark { at, total };
        let track = &mut self.registers[index];
        let is_plain = track.register.stands_at(mark(rollup.first)) && rollup.is_plain(bounds);
        if is_plain {
            let read = &mut self.read;
            track.register.observe(mark(rollup.last), &mut |step| {
                let Outcome::Rise(rise) = step else { return };
                let (covered_ms, spread_ms) =
                    (rollup.covered_ms, rollup.span_ms() - rollup.covered_ms);
                read.add_within(rise.from, Entry { wh: rise.amount, covered_ms, spread_ms });
            });
        } else {
            track.register = Register::new(*bounds);
            track.register.observe(mark(rollup.last), &mut |_| ());
        }
        track.extend(rollup.last.0);
        self.newest = self.newest.max(rollup.last.0);
        is_plain
    }

    fn absorb_power(&mut self, index: usize, rollup: &Rollup, basis: &Basis, now: Instant) -> bool {
        self.powers[index].stand_at(rollup.last.0, rollup.last.1);
        self.newest = self.newest.max(rollup.last.0);
        let (from, to) = (rollup.first.0, rollup.last.0);
        let inner = Period::new(from, to).expect("a rollup is in order");
        if self.covered(now).any(|covered| covered.intersection(inner) == Some(inner)) {
            return true;
        }
        if self.covered(now).any(|covered| covered.intersection(inner).is_some()) {
            return false;
        }
        let entry = Entry {
            wh: rollup.held / 3_600_000.0,
            covered_ms: rollup.spoken_ms(basis),
            spread_ms: 0,
        };
        self.filled.add_within(from, entry);
        true
    }
}
