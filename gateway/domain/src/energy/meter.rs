//! One meter: its dated registers and powers together.

use jiff::SignedDuration;

use super::figure::EnergyFigure;
use super::ledger::{Entry, Ledger, Stretch};
use super::power::Power;
use super::{assigned, meter_needs};
use crate::instant::{Instant, Period};
use crate::reading::{SeriesSet, Source};
use crate::register::{Bounds, Event, Mark, Register, Rise, Told};
use crate::site::{Assignment, Meter, Rules};

/// Which of a meter's sources a reading comes from: the index in [`Meter::energy`] or [`Meter::power`].
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
/// speaks: a register speaks from its first reading to its last, and for the longest gap around them, since its
/// next reading may tell of that time.
#[derive(Clone, Debug)]
pub(crate) struct MeterFold {
    gap: SignedDuration,
    pub(super) registers: Vec<Track>,
    pub(super) powers: Vec<Power>,
    /// What the registers tell.
    pub(super) read: Ledger,
    /// What power tells of the time before the last word of a register.
    pub(super) filled: Ledger,
    /// What power tells of the time after it: the next reading of the register takes its place.
    tail: Ledger,
    /// What people stated in place of what was measured.
    stated: Ledger,
    /// Until when there is something in `tail`.
    tail_end: Instant,
    /// Until when anything is known.
    pub(super) known_until: Instant,
}

/// A register while it is assigned.
#[derive(Clone, Debug)]
pub(super) struct Track {
    assigned: Period,
    pub(super) register: Register,
    heard: Option<(Instant, Instant)>,
}

impl Track {
    /// Notes that the register was read.
    pub(super) fn hear(&mut self, at: Instant) {
        self.heard = Some(self.heard.map_or((at, at), |(first, last)| (first, last.max(at))));
    }
}

impl MeterFold {
    pub(crate) fn new(meter: &Meter, grid: &[Period], rules: &Rules) -> Self {
        let gap = rules.longest_gap();
        let track = |energy: &Assignment| Track {
            assigned: energy.period,
            register: Register::new(Bounds::energy(meter.max_power_w)),
            heard: None,
        };
        let ledger = Ledger::apart_from(grid, meter.stated.iter().map(|stated| stated.period));
        let mut stated = Ledger::new(grid);
        for statement in &meter.stated {
            let (from, to) = (statement.period.start(), statement.period.end());
            // It is no measurement, and so its shape is not known either.
            stated.add(Stretch { from, to, wh: statement.wh, shaped: false });
        }
        Self {
            gap,
            registers: meter.energy.iter().map(track).collect(),
            powers: meter.power.iter().map(|power| Power::new(power.period, gap)).collect(),
            read: ledger.clone(),
            filled: ledger.clone(),
            tail: ledger,
            stated,
            tail_end: Instant::MIN,
            known_until: Instant::MIN,
        }
    }

    /// The fold over loaded series; registers first, so that all is settled at once.
    pub(crate) fn replay(
        meter: &Meter,
        grid: &[Period],
        series: &SeriesSet,
        rules: &Rules,
        tell: &mut impl FnMut(&Source, Event),
    ) -> Self {
        let mut fold = Self::new(meter, grid, rules);
        let registers = (0..meter.energy.len()).map(Role::Register);
        let powers = (0..meter.power.len()).map(Role::Power);
        for (role, assignment) in registers.chain(powers).zip(meter_needs(meter)) {
            let source = &assignment.source;
            for one in assigned(series.of(source), assignment.period) {
                let mut tell = |event| tell(source, event);
                fold.observe(role, one.observed_at, one.value.as_f64(), &mut tell)
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
        tell: &mut impl FnMut(Event),
    ) -> Result<(), NeedsRebuild> {
        match role {
            Role::Register(index) => {
                self.settle_tail(index, at)?;
                self.read(index, Mark { at, total: value }, tell);
            }
            Role::Power(index) => {
                if let Some(stretch) = self.powers[index].observe(at, value) {
                    self.fill(stretch);
                }
                self.known_until = self.known_until.max(at);
            }
        }
        Ok(())
    }

    /// What is known at `now` of each period of the grid.
    pub(crate) fn entries(&self, now: Instant) -> Vec<(Period, Entry)> {
        let mut held = self.filled.clone();
        for stretch in self.powers.iter().filter_map(|power| power.held(now)) {
            stretch.outside(self.spoken()).into_iter().for_each(|part| held.add(part));
        }
        let standing = self.registers.iter().filter_map(|track| track.register.standing());
        standing.for_each(|rise| held.add(stretch(rise, self.gap)));

        let others = [&self.read, &self.tail, &self.stated];
        let mut entries: Vec<(Period, Entry)> = held.entries().collect();
        for ledger in others {
            for ((_, entry), (_, more)) in entries.iter_mut().zip(ledger.entries()) {
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

    /// Until when readings are due: what came last may be followed within the longest gap.
    pub(crate) fn due(&self, now: Instant) -> Instant {
        now.min(self.known_until.max(now - self.gap))
    }

    fn read(&mut self, index: usize, mark: Mark, tell: &mut impl FnMut(Event)) {
        let Self { registers, read, gap, .. } = self;
        registers[index].register.observe(mark, &mut |told| match told {
            Told::Rise(rise) => read.add(stretch(rise, *gap)),
            Told::Event(event) => tell(event),
        });
        self.registers[index].hear(mark.at);
        self.known_until = self.known_until.max(mark.at);
    }

    /// Integrated power counts outside of what the registers speak for.
    fn fill(&mut self, stretch: Stretch) {
        let last_word = self.spoken().map(Period::end).max().unwrap_or(Instant::MAX);
        for part in stretch.outside(self.spoken()) {
            if part.from >= last_word {
                self.tail_end = self.tail_end.max(part.to);
                self.tail.add(part);
            } else {
                self.filled.add(part);
            }
        }
    }

    /// A register that speaks again tells of the time that power had filled since.
    fn settle_tail(&mut self, index: usize, at: Instant) -> Result<(), NeedsRebuild> {
        let first_word = self.registers[index].heard.is_none();
        let power_before = self.powers.iter().any(|power| power.held(Instant::MAX).is_some());
        if first_word && power_before {
            return Err(NeedsRebuild);
        }
        if self.tail_end > Instant::MIN {
            let speaks_until = (at + self.gap).min(self.registers[index].assigned.end());
            if self.tail_end > speaks_until || self.registers.len() > 1 {
                return Err(NeedsRebuild);
            }
            self.tail.clear();
            self.tail_end = Instant::MIN;
        }
        Ok(())
    }

    /// What each register speaks for.
    pub(super) fn spoken(&self) -> impl Iterator<Item = Period> + '_ {
        self.registers.iter().filter_map(|track| {
            let (first, last) = track.heard?;
            Period::new(first - self.gap, last + self.gap)?.intersection(track.assigned)
        })
    }
}

/// Over a longer silence only the total of a register is known, not its shape.
fn stretch(rise: Rise, gap: SignedDuration) -> Stretch {
    let shaped = rise.to.since(rise.from) <= gap;
    Stretch { from: rise.from, to: rise.to, wh: rise.amount, shaped }
}
