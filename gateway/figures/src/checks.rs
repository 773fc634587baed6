//! Proof of the figures of a meter: misbehaving registers, repaired silences, two ways that must agree, parts that must
//! not be above their whole.

use std::sync::Arc;

use domain::calendar::{Bucket, Step};
use domain::energy::{
    self, Balance, CrossCheck, EnergyFigure, Repair, balance, compare, excesses, parts_of,
};
use domain::ids::MeterId;
use domain::reading::Source;
use domain::register::Event;
use domain::site::Meter;
use domain::{Instant, Period};
use serde::Serialize;

use crate::error::FigureError;
use crate::turns::off_thread;
use crate::view::View;

/// What the registers of a meter did in a span.
#[derive(Clone, Debug)]
pub struct RegisterStory {
    /// Resets, glitches and jumps of each source, in the order of time.
    pub events: Vec<(Source, Event)>,
    /// Silences that a register bridges.
    pub repairs: Vec<Repair>,
}

/// A meter beside its parts in a period.
#[derive(Clone, Debug, Serialize)]
pub struct PartsItem {
    /// The begin of the period.
    pub start: Instant,
    /// Its end.
    pub end: Instant,
    /// The energy of the meter itself.
    #[serde(flatten)]
    pub whole: EnergyFigure,
    /// That of each part.
    pub parts: Vec<Part>,
    /// Energy that no part accounts for, in Wh.
    pub unassigned_wh: Option<f64>,
    /// Energy of the parts above their whole, in Wh.
    pub excess_wh: Option<f64>,
    /// Whether the excess is more than instruments differ.
    pub contradiction: bool,
}

/// A part of a meter.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// The meter.
    pub meter: MeterId,
    /// Its energy, in Wh.
    pub energy_wh: Option<f64>,
}

/// A stretch in which parts contradict their whole.
#[derive(Clone, Debug, Serialize)]
pub struct ExcessItem {
    /// The begin of the stretch.
    pub start: Instant,
    /// Its end.
    pub end: Instant,
    /// How much the parts are above their whole, in Wh.
    pub energy_wh: f64,
}

impl View {
    /// What the registers of a meter did in a span, and the silences that they bridge.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn register_story(
        &self,
        meter: &Meter,
        span: Period,
    ) -> Result<RegisterStory, FigureError> {
        let turn = self.turns.take(Some(span)).await?;
        let series = self.load(meter.energy.iter(), span).await?;
        let (site, meter) = (Arc::clone(&self.site), self.stated(meter));
        off_thread(&turn, move || {
            let mut events = energy::register_events(&meter, &series, &site.rules);
            events.retain(|(_, event)| span.contains(event.at));
            let mut repairs = energy::repairs(&meter, &series, &site.rules);
            repairs.retain(|repair| repair.period.intersection(span).is_some());
            RegisterStory { events, repairs }
        })
        .await
    }

    /// The register of a meter beside its power, day by day.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn cross_checks(
        &self,
        meter: &Meter,
        span: Period,
    ) -> Result<Vec<Bucket<CrossCheck>>, FigureError> {
        // A day that is not over ends for each way with its own last reading.
        let days = self.past(span, Step::Day).into_iter().filter(|day| day.end() <= self.now);
        let days: Vec<Period> = days.collect();
        let (by_register, by_power) = energy::two_ways(meter);
        let register = self.energy(&[&by_register], &days).await?;
        let power = self.energy(&[&by_power], &days).await?;
        let pairs = days.into_iter().zip(register.into_iter().zip(power));
        let check = |(period, (register, power))| Bucket {
            period,
            figure: compare(register, power, meter.clamp),
        };
        Ok(pairs.map(check).collect())
    }

    /// A meter beside its parts in each period of `grid`, and the stretches in which these are above it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn parts(
        &self,
        meter: &Meter,
        grid: &[Period],
    ) -> Result<(Vec<PartsItem>, Vec<ExcessItem>), FigureError> {
        let whole = self.energy_of_meter(meter, grid).await?;
        let mut of_parts = Vec::new();
        for part in parts_of(&self.site, &meter.id) {
            of_parts.push((part, self.energy_of_meter(part, grid).await?));
        }
        let at_place = |at: usize| of_parts.iter().map(|(_, of)| of[at]).collect::<Vec<_>>();
        let balances: Vec<Balance> =
            (0..grid.len()).map(|at| balance(whole[at], &at_place(at))).collect();
        let part = |(part, of): &(&Meter, Vec<EnergyFigure>), at: usize| Part {
            meter: part.id.clone(),
            energy_wh: of[at].energy_wh,
        };
        let item = |(at, balance): (usize, &Balance)| PartsItem {
            start: grid[at].start(),
            end: grid[at].end(),
            whole: balance.whole,
            parts: of_parts.iter().map(|it| part(it, at)).collect(),
            unassigned_wh: balance.unassigned_wh,
            excess_wh: balance.excess_wh,
            contradiction: balance.is_contradiction(),
        };
        let items = balances.iter().enumerate().map(item).collect();
        let excess = |it: energy::Excess| ExcessItem {
            start: it.period.start(),
            end: it.period.end(),
            energy_wh: it.wh,
        };
        Ok((items, excesses(grid, &balances).into_iter().map(excess).collect()))
    }
}
