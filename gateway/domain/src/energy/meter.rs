//! One meter: its dated registers and powers together.

use jiff::SignedDuration;

use super::accumulator::{EnergyAccumulator, Entry, Stretch};
use super::figure::EnergyFigure;
use super::power::Power;
use super::{assigned, meter_needs};
use crate::instant::{Instant, Period};
use crate::reading::{SeriesSet, Source};
use crate::register::{Bounds, Event, Mark, Outcome, Register, Rise};
use crate::site::{Assignment, Meter, Rules};

/// Role of a source of a meter: the index in [`Meter::energy`] or [`Meter::power`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Register(usize),
    Power(usize),
}

/// A reading changes what was settled; the fold must be made anew from the series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NeedsRebuild;

/// The fold over all readings of a meter.
///
/// Each source must come in order; between the sources any order gives the same. Power counts only where no register
/// covers the time: a register covers it from the longest gap before its first reading to its last one, and for the
/// longest gap after that while its next reading may still account for it. Once the register has been silent for
/// longer, power counts from the last reading of the register on.
#[derive(Clone, Debug)]
pub(crate) struct MeterFold {
    gap: SignedDuration,
    pub(super) registers: Vec<Track>,
    pub(super) powers: Vec<Power>,
    /// Energy by the registers.
    pub(super) read: EnergyAccumulator,
    /// Energy by power, where no register covers the time any more.
    pub(super) filled: EnergyAccumulator,
    /// Energy by power within the longest gap after the last reading of a register: whether it counts depends on
    /// when the figure is made. At most as many as power readings fit into that gap.
    pending: Vec<Stretch>,
    /// Energy by power later than that: the next reading of the register takes its place.
    tail: EnergyAccumulator,
    /// Energy that people stated in place of what was measured.
    stated: EnergyAccumulator,
    /// End of what is in `tail`.
    tail_end: Instant,
    /// The newest reading of any source.
    pub(super) newest: Instant,
}

/// A register while it is assigned.
#[derive(Clone, Debug)]
pub(super) struct Track {
    assigned: Period,
    pub(super) register: Register,
    /// The first reading and the last.
    readings: Option<(Instant, Instant)>,
}

impl Track {
    /// Extends what the register covers to a reading.
    pub(super) fn extend(&mut self, at: Instant) {
        let readings = self.readings.map_or((at, at), |(first, last)| (first, last.max(at)));
        self.readings = Some(readings);
    }

    /// The time that the readings account for, whatever follows.
    fn settled(&self, gap: SignedDuration) -> Option<Period> {
        let (first, last) = self.readings?;
        Period::new(first - gap, last)?.intersection(self.assigned)
    }

    /// The same with the longest gap after the last reading.
    fn reach(&self, gap: SignedDuration) -> Option<Period> {
        let (first, last) = self.readings?;
        Period::new(first - gap, last + gap)?.intersection(self.assigned)
    }

    /// The time that the register covers as seen at `now`: an open silence longer than the longest gap is not covered.
    fn covered(&self, gap: SignedDuration, now: Instant) -> Option<Period> {
        let (_, last) = self.readings?;
        if now > last + gap { self.settled(gap) } else { self.reach(gap) }
    }
}

impl MeterFold {
    pub(crate) fn new(meter: &Meter, grid: &[Period], rules: &Rules) -> Self {
        let gap = rules.longest_gap();
        let track = |energy: &Assignment| Track {
            assigned: energy.period,
            register: Register::new(Bounds::energy(meter.max_power_w)),
            readings: None,
        };
        let measured =
            EnergyAccumulator::apart_from(grid, meter.stated.iter().map(|stated| stated.period));
        let mut stated = EnergyAccumulator::new(grid);
        for statement in &meter.stated {
            let (from, to) = (statement.period.start(), statement.period.end());
            // It is no measurement, and so its course is unknown as well.
            stated.add(Stretch { from, to, wh: statement.wh, shaped: false });
        }
        Self {
            gap,
            registers: meter.energy.iter().map(track).collect(),
            powers: meter.power.iter().map(|power| Power::new(power.period, gap)).collect(),
            read: measured.clone(),
            filled: measured.clone(),
            pending: Vec::new(),
            tail: measured,
            stated,
            tail_end: Instant::MIN,
            newest: Instant::MIN,
        }
    }

    /// The fold over loaded series; registers first, so that all is settled at once.
    pub(crate) fn replay(
        meter: &Meter,
        grid: &[Period],
        series: &SeriesSet,
        rules: &Rules,
        on_event: &mut impl FnMut(&Source, Event),
    ) -> Self {
        let mut fold = Self::new(meter, grid, rules);
        let registers = (0..meter.energy.len()).map(Role::Register);
        let powers = (0..meter.power.len()).map(Role::Power);
        for (role, assignment) in registers.chain(powers).zip(meter_needs(meter)) {
            let source = &assignment.source;
            for one in assigned(series.of(source), assignment.period) {
                let mut on_event = |event| on_event(source, event);
                fold.observe(role, one.observed_at, one.value.as_f64(), &mut on_event)
                    .expect("no power was taken before the registers");
            }
        }
        fold
    }

    /// Takes a reading that lies within the assignment of its role.
    pub(crate) fn observe(
        &mut self,
        role: Role,
        at: Instant,
        value: f64,
        on_event: &mut impl FnMut(Event),
    ) -> Result<(), NeedsRebuild> {
        match role {
            Role::Register(index) => {
                self.settle_tail(index, at)?;
                self.read(index, Mark { at, total: value }, on_event);
            }
            Role::Power(index) => {
                if let Some(stretch) = self.powers[index].observe(at, value) {
                    self.fill(stretch);
                }
                self.newest = self.newest.max(at);
            }
        }
        Ok(())
    }

    /// Figure of each period of the grid, as of `now`.
    pub(crate) fn entries(&self, now: Instant) -> Vec<(Period, Entry)> {
        let mut held = self.filled.clone();
        let covered: Vec<Period> = self.covered(now).collect();
        // Power that ended while the next register reading might still come may have ended with the register.
        let is_alone =
            |stretch: &Stretch| !self.reaches().any(|reach| reach.contains(stretch.from));
        let newest = self.powers.iter().filter_map(|power| power.held(now)).filter(is_alone);
        for stretch in self.pending.iter().copied().chain(newest) {
            for part in stretch.outside(covered.iter().copied()) {
                held.add(part);
            }
        }
        let standing = self.registers.iter().filter_map(|track| track.register.standing());
        standing.for_each(|rise| held.add(stretch(rise, self.gap)));

        let others = [&self.read, &self.tail, &self.stated];
        let mut entries: Vec<(Period, Entry)> = held.entries().collect();
        for other in others {
            for ((_, entry), (_, more)) in entries.iter_mut().zip(other.entries()) {
                *entry += more;
            }
        }
        entries
    }

    /// The figure of each period of the grid at `now`.
    pub(crate) fn figures(&self, now: Instant) -> Vec<EnergyFigure> {
        let due = self.due(now);
        let entries = self.entries(now).into_iter();
        entries.map(|(period, entry)| EnergyFigure::of(period, entry, due)).collect()
    }

    /// The end of the time over which readings are due at `now`: what came last may be followed within the longest gap.
    /// A longer silence is missing from its beginning.
    pub(crate) fn due(&self, now: Instant) -> Instant {
        if now > self.newest + self.gap { now } else { now.min(self.newest) }
    }

    fn read(&mut self, index: usize, mark: Mark, on_event: &mut impl FnMut(Event)) {
        let Self { registers, read, gap, .. } = self;
        registers[index].register.observe(mark, &mut |step| match step {
            Outcome::Rise(rise) => read.add(stretch(rise, *gap)),
            Outcome::Event(event) => on_event(event),
        });
        self.registers[index].extend(mark.at);
        self.newest = self.newest.max(mark.at);
        let pending = std::mem::take(&mut self.pending);
        self.pending = pending.into_iter().flat_map(|part| part.outside(self.settled())).collect();
    }

    /// Adds integrated power where no register accounts for the time.
    fn fill(&mut self, stretch: Stretch) {
        let last_reach = self.reaches().map(Period::end).max().unwrap_or(Instant::MAX);
        for part in stretch.outside(self.settled()) {
            let (from, to) = (part.from, part.to);
            if self.reaches().any(|reach| from < reach.end() && reach.start() < to) {
                self.pending.push(part);
            } else if from >= last_reach {
                self.tail_end = self.tail_end.max(to);
                self.tail.add(part);
            } else {
                self.filled.add(part);
            }
        }
    }

    /// Clears what power had filled since the last reading of a register that is read again.
    fn settle_tail(&mut self, index: usize, at: Instant) -> Result<(), NeedsRebuild> {
        let is_first = self.registers[index].readings.is_none();
        if is_first && self.powers.iter().any(Power::was_read) {
            return Err(NeedsRebuild);
        }
        if self.tail_end > Instant::MIN {
            if self.tail_end > at || self.registers.len() > 1 {
                return Err(NeedsRebuild);
            }
            self.tail.clear();
            self.tail_end = Instant::MIN;
        }
        Ok(())
    }

    /// The time that each register covers as seen at `now`.
    pub(super) fn covered(&self, now: Instant) -> impl Iterator<Item = Period> + '_ {
        self.registers.iter().filter_map(move |track| track.covered(self.gap, now))
    }

    fn settled(&self) -> impl Iterator<Item = Period> + '_ {
        self.registers.iter().filter_map(|track| track.settled(self.gap))
    }

    fn reaches(&self) -> impl Iterator<Item = Period> + '_ {
        self.registers.iter().filter_map(|track| track.reach(self.gap))
    }
}

/// Stretch of a rise. Over a silence longer than `gap` only its total is known, not its course.
fn stretch(rise: Rise, gap: SignedDuration) -> Stretch {
    let shaped = rise.to.since(rise.from) <= gap;
    Stretch { from: rise.from, to: rise.to, wh: rise.amount, shaped }
}
