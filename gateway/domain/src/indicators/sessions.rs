//! When a machine worked: sessions from its power, each with its energy. Never who worked with it.

use crate::energy::{EnergyFigure, Held, held_power, meter_energy};
use crate::instant::{Instant, Period};
use crate::reading::SeriesSet;
use crate::site::{Meter, Rules, SessionRule};

/// Shorter ones are somebody who tried the switch, in seconds.
const SHORTEST_S: f64 = 120.0;

/// A machine at work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Session {
    /// Period of the session; up to `now` while it lasts.
    pub period: Period,
    /// Whether it lasts.
    pub is_running: bool,
    /// Energy of the session, with its quality.
    pub energy: EnergyFigure,
    /// The highest power, in W.
    pub peak_w: f64,
    /// Share of its time below the power at which it counts as working, 0 to 1.
    pub idle_share: f64,
}

/// The sessions of a meter that touch `span`, in order, as known at `now`. None for what is no machine, or has no power
/// readings.
///
/// A session begins above `on_above_w` and ends below `off_below_w`, each when it lasts as long as the rule says; a
/// silence longer than the longest gap ends it, since nothing is known then. Load the series of the span and of half a
/// day before it, so that what began earlier is seen to begin.
pub fn sessions(
    meter: &Meter,
    series: &SeriesSet,
    span: Period,
    rules: &Rules,
    now: Instant,
) -> Vec<Session> {
    let Some(rule) = meter.sessions else { return Vec::new() };
    let mut watch = Watch::new(rule);
    for held in held_power(meter, series, rules, now) {
        watch.observe(held);
    }
    let found = watch.finish(now);
    let touching = |it: &Run| it.period().is_some_and(|it| it.intersection(span).is_some());
    let runs: Vec<Run> = found.into_iter().filter(touching).collect();
    let periods: Vec<Period> = runs.iter().filter_map(Run::period).collect();
    let energies = meter_energy(meter, &periods, series, rules, now);
    let session = |((run, period), energy): ((Run, Period), EnergyFigure)| Session {
        period,
        is_running: run.is_running,
        energy,
        peak_w: run.peak_w,
        idle_share: if run.known_s > 0.0 { run.idle_s / run.known_s } else { 0.0 },
    };
    runs.into_iter().zip(periods).zip(energies).map(session).collect()
}

/// A session while it is put together.
#[derive(Clone, Copy)]
struct Run {
    start: Instant,
    end: Instant,
    is_running: bool,
    peak_w: f64,
    known_s: f64,
    idle_s: f64,
}

impl Run {
    fn period(&self) -> Option<Period> {
        Period::new(self.start, self.end)
    }

    fn add(&mut self, held: Held, on_above_w: f64) {
        let seconds = held.period.length().as_secs_f64();
        self.end = held.period.end();
        self.peak_w = self.peak_w.max(held.watts);
        self.known_s += seconds;
        self.idle_s += if held.watts > on_above_w { 0.0 } else { seconds };
    }
}

/// Follows the power of one machine.
struct Watch {
    rule: SessionRule,
    found: Vec<Run>,
    /// At work, or on the way to it.
    run: Option<Run>,
    /// Since when it is above, for one that has not worked long enough to count.
    is_sure: bool,
    /// As it was before the power fell; it ends there if the power stays low.
    low: Option<Run>,
    last: Option<Instant>,
}

impl Watch {
    fn new(rule: SessionRule) -> Self {
        Self { rule, found: Vec::new(), run: None, is_sure: false, low: None, last: None }
    }

    fn observe(&mut self, held: Held) {
        if self.last.is_some_and(|last| held.period.start() > last) {
            self.close(false);
        }
        self.last = Some(held.period.end());
        match &mut self.run {
            None if held.watts > self.rule.on_above_w => {
                let start = held.period.start();
                let mut run = Run {
                    start,
                    end: start,
                    is_running: false,
                    peak_w: 0.0,
                    known_s: 0.0,
                    idle_s: 0.0,
                };
                run.add(held, self.rule.on_above_w);
                self.is_sure = run.known_s >= self.rule.on_after.as_secs_f64();
                self.run = Some(run);
            }
            None => {}
            // Not yet at work, and already no longer above: it was nothing.
            Some(_) if !self.is_sure && held.watts <= self.rule.on_above_w => self.run = None,
            Some(run) => {
                let before = *run;
                run.add(held, self.rule.on_above_w);
                self.is_sure |= run.known_s >= self.rule.on_after.as_secs_f64();
                if held.watts >= self.rule.off_below_w {
                    self.low = None;
                    return;
                }
                let low = *self.low.get_or_insert(before);
                let low_s = held.period.end().since(low.end).as_secs_f64();
                if low_s >= self.rule.off_after.as_secs_f64() {
                    self.close(false);
                }
            }
        }
    }

    /// Ends what runs; where its power fell, if it did.
    fn close(&mut self, is_running: bool) {
        let run = self.low.take().or(self.run);
        if let Some(run) = run.filter(|_| self.is_sure) {
            let lasts = run.end.since(run.start).as_secs_f64();
            if lasts >= SHORTEST_S || is_running {
                self.found.push(Run { is_running, ..run });
            }
        }
        (self.run, self.is_sure) = (None, false);
    }

    fn finish(mut self, now: Instant) -> Vec<Run> {
        let lasts = self.last.is_some_and(|last| last >= now);
        if lasts && self.run.is_some() {
            // A pause at the end may be over in a minute: it still counts as running.
            self.low = None;
        }
        self.close(lasts);
        self.found
    }
}
