//! An S0 output: a contact that closes once for so many watt-hours (IEC 62053-31: for at least 30 ms, open for as long).
//!
//! The register is the count of all pulses since the node was given the meter, so it outlives restarts; what went
//! through while the node had no power is not seen. Power follows from the interval of the last two
//! pulses, and while the next one is overdue it is the most that it can be.

use std::time::Duration;

use domain::quantity::Quantity;
use embedded_hal::digital::InputPin;

use super::motion::is_high;
use super::{Debounce, Fault, Instrument, Measurement, PATIENCE, TotalsFile, round};
use crate::pins::Edges;
use crate::uptime::Uptime;

/// Characteristics of an S0 output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct S0 {
    /// Pulses for a kWh, as printed on the meter.
    pub pulses_per_kwh: f64,
    /// Register of the meter's own display when the count was 0, in Wh.
    pub start_wh: f64,
    /// The most that the meter can measure, in W: pulses that come faster are sparks.
    pub max_power_w: f64,
    /// Shortest time for which the contact must be closed or open to count.
    pub hold: Duration,
}

/// Energy and power computed from pulses.
#[derive(Clone, Copy, Debug)]
pub struct Pulses {
    meter: S0,
    count: u64,
    /// Pulses that came too fast.
    sparks: u64,
    last: Option<Uptime>,
    gap_ms: Option<u64>,
}

impl Pulses {
    /// A meter that has given so many pulses before.
    pub const fn new(meter: S0, count: u64) -> Self {
        Self { meter, count, sparks: 0, last: None, gap_ms: None }
    }

    /// Takes a pulse; returns whether it counts.
    pub fn pulse(&mut self, at: Uptime) -> bool {
        let gap_ms = self.last.map(|last| at.since_ms(last));
        if gap_ms.is_some_and(|gap| self.power_over(gap) > self.meter.max_power_w) {
            self.sparks += 1;
            return false;
        }
        self.gap_ms = gap_ms;
        self.last = Some(at);
        self.count += 1;
        true
    }

    /// Number of counted pulses.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Pulses that came faster than the meter can give them.
    pub const fn sparks(&self) -> u64 {
        self.sparks
    }

    /// The energy register, in Wh.
    pub fn energy_wh(&self) -> f64 {
        let wh = self.meter.start_wh + self.count as f64 * 1000.0 / self.meter.pulses_per_kwh;
        round(wh, 3)
    }

    /// The power at `now`, in W; `None` before there were two pulses. When the next pulse is overdue it is what
    /// would be if that came now: the most that can be.
    pub fn power_w(&self, now: Uptime) -> Option<f64> {
        let waiting_ms = now.since_ms(self.last?);
        Some(round(self.power_over(self.gap_ms?.max(waiting_ms)), 1))
    }

    /// The power that gives one pulse in so many milliseconds.
    fn power_over(&self, gap_ms: u64) -> f64 {
        3.6e9 / (self.meter.pulses_per_kwh * gap_ms.max(1) as f64)
    }
}

/// A contact on its pin, closed while the pin is low.
#[derive(Debug)]
pub struct PulseMeter<P> {
    pin: P,
    edges: Edges,
    pulses: Pulses,
    level: Option<Debounce>,
    totals_file: TotalsFile,
    key: String,
    interval: Duration,
    reported_at: Option<Uptime>,
    sparks_reported: u64,
}

impl<P: InputPin> PulseMeter<P> {
    /// A meter whose count goes on from the total under `key`; reported once an `interval`.
    pub fn new(
        pin: P,
        edges: Edges,
        meter: S0,
        totals_file: TotalsFile,
        key: &str,
        interval: Duration,
    ) -> Self {
        let pulses = Pulses::new(meter, totals_file.total(key));
        let key = key.to_owned();
        Self {
            pin,
            edges,
            pulses,
            level: None,
            totals_file,
            key,
            interval,
            reported_at: None,
            sparks_reported: 0,
        }
    }

    fn report(&mut self, now: Uptime, measured: &mut Vec<Measurement>) -> Result<(), Fault> {
        self.totals_file.save(&self.key, self.pulses.count())?;
        measured.push(Measurement::number(Quantity::EnergyImported, self.pulses.energy_wh(), now)?);
        if let Some(power) = self.pulses.power_w(now) {
            measured.push(Measurement::number(Quantity::ActivePower, power, now)?);
        }
        self.reported_at = Some(now);
        Ok(())
    }
}

impl<P: InputPin + Send> Instrument for PulseMeter<P> {
    fn begin(&mut self) -> Result<String, Fault> {
        let high = is_high(&mut self.pin, "the S0 output")?;
        self.level = Some(Debounce::new(high, self.pulses.meter.hold, Uptime::now()));
        let state = if high { "open" } else { "closed" };
        Ok(format!("a contact that is {state} now; {} pulses so far", self.pulses.count()))
    }

    fn measure(&mut self, measured: &mut Vec<Measurement>) -> Result<(), Fault> {
        let Some(level) = &mut self.level else { return Ok(()) };
        let patience = level.settles_in(Uptime::now());
        let patience = patience.map_or(PATIENCE, |wait| wait + Duration::from_millis(1));
        let edge = self.edges.wait(patience.min(PATIENCE));
        let before = edge.and_then(|edge| level.edge(edge));
        let now = Uptime::now();
        let lost = self.edges.lost();
        if lost > 0 {
            level.correct(is_high(&mut self.pin, "the S0 output")?, now);
        }
        // An edge that waited here is older than `now`: what followed it may be waiting, too.
        let settled_by = edge.map_or(now, |edge| edge.at);
        for change in before.into_iter().chain(level.settle(settled_by)) {
            if !change.high {
                self.pulses.pulse(change.at);
            }
        }
        if self.reported_at.is_none_or(|last| now.since(last) >= self.interval) {
            self.report(now, measured)?;
        }
        let sparks = self.pulses.sparks()
            - std::mem::replace(&mut self.sparks_reported, self.pulses.sparks());
        if lost > 0 || sparks > 0 {
            return Err(Fault::Unwell(format!(
                "{} changes of the S0 output were too fast for the meter's {} W; use a shielded pair, or a capacitor of \
                 100 nF across the pin",
                lost + sparks,
                self.pulses.meter.max_power_w
            )));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        Ok(self.totals_file.save(&self.key, self.pulses.count())?)
    }
}
