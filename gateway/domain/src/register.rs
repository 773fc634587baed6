//! Registers as they behave in the field: what a total that should only grow really says.
//!
//! A [`Register`] takes the readings of one source in order and emits what was added between which instants, and
//! what it had to judge. A reading that departs from the level before is doubted first: only the readings after it
//! show whether it was a glitch (the old level comes back) or a new beginning (the new level grows).

use serde::Serialize;

use crate::instant::Instant;

/// Bounds of a register of one sort; everything beyond them is doubted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The fastest that it can grow.
    max_per_hour: f64,
    /// Most that one report may add at once, however soon it comes: several steps of a fine register.
    step: f64,
    /// The same where both totals are whole multiples of it: one step of a coarse register.
    coarse_step: f64,
    /// A fall of at most this is noise of the device, not a loss.
    jitter: f64,
    /// Totals at which a register of fixed width starts again at 0.
    widths: &'static [f64],
}

impl Bounds {
    /// A register of Wh behind a breaker of `max_power_w`.
    ///
    /// Devices were seen to step back by 0.1 kWh, and to show no finer than 1 kWh; a tenth over the rating is
    /// left for the inexactness of both.
    pub fn energy(max_power_w: f64) -> Self {
        Self {
            max_per_hour: max_power_w * 1.1,
            step: 100.0,
            coarse_step: 1000.0,
            jitter: 100.0,
            widths: &[],
        }
    }

    /// A register of people at a door: one a second at most, a group in one report, 16 or 32 bits wide.
    pub fn people() -> Self {
        Self {
            max_per_hour: 3600.0,
            step: 20.0,
            coarse_step: 20.0,
            jitter: 0.0,
            widths: &[65_536.0, 4_294_967_296.0],
        }
    }

    fn allows(&self, from: Mark, to: Mark) -> bool {
        to.total - from.total <= self.possible(from, to)
    }

    /// The most that can be added from one mark to another.
    fn possible(&self, from: Mark, to: Mark) -> f64 {
        self.max_per_hour * hours(from, to) + self.at_once(from, to)
    }

    /// Most that one report may add, however soon it comes.
    fn at_once(&self, from: Mark, to: Mark) -> f64 {
        let coarse = from.total % self.coarse_step == 0.0 && to.total % self.coarse_step == 0.0;
        if coarse { self.coarse_step } else { self.step }
    }

    /// The least speed per hour that explains a rise, beyond what one report may add.
    pub(crate) fn speed(&self, from: Mark, to: Mark) -> f64 {
        let beyond = to.total - from.total - self.at_once(from, to);
        if beyond <= 0.0 { 0.0 } else { beyond / hours(from, to) }
    }

    /// Whether every rise is possible of those whose greatest speed this is. A speed within a rounding error of
    /// the greatest possible one is none.
    pub(crate) fn explains(&self, speed: f64) -> bool {
        speed <= self.max_per_hour * (1.0 - 1e-9)
    }

    /// Amount that was added when the register ran over its width between the marks.
    fn rolled_over(&self, from: Mark, to: Mark) -> Option<f64> {
        self.widths
            .iter()
            .filter(|&&width| from.total < width && from.total > 0.9 * width)
            .map(|width| to.total + width - from.total)
            .find(|&amount| amount <= self.possible(from, to))
    }
}

/// A total at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Instant of the reading.
    pub at: Instant,
    /// Total at that instant.
    pub total: f64,
}

/// Amount that was added between two readings; never negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rise {
    /// The earlier reading.
    pub from: Instant,
    /// The later reading.
    pub to: Instant,
    /// Amount.
    pub amount: f64,
}

/// Something that a register should not do, and what was made of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// The reading that departed.
    pub at: Instant,
    /// Sort of the event.
    pub sort: EventSort,
    /// The total before.
    pub before: f64,
    /// The total that departed.
    pub after: f64,
}

/// The sorts of misbehaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventSort {
    /// It started again near 0; what it shows since was counted.
    Reset,
    /// It left its level and came back; the readings between were refused.
    Glitch,
    /// It fell by less than what counts; the higher total stays.
    Jitter,
    /// It fell to a lower total that is no beginning: replaced or restored; what happened between is unknown.
    RollBack,
    /// It rose by more than can be: replaced; what happened between is unknown.
    Jump,
    /// It ran over its width.
    Rollover,
}

/// One outcome of a reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// Something, or nothing, was added.
    Rise(Rise),
    /// Something had to be judged.
    Event(Event),
}

/// The fold over the readings of one register.
#[derive(Clone, Debug)]
pub struct Register {
    bounds: Bounds,
    base: Option<Mark>,
    doubt: Option<Doubt>,
}

/// Readings that departed from the base; what they are is not yet known.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    departure: EventSort,
    first: Mark,
    last: Mark,
}

impl Register {
    /// A register that was not read yet: its first reading is a base and adds nothing.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, base: None, doubt: None }
    }

    /// Takes the next reading; one that is not later than the last one is a repetition and changes nothing.
    pub fn observe(&mut self, mark: Mark, emit: &mut impl FnMut(Outcome)) {
        let Some(base) = self.base else {
            self.base = Some(mark);
            return;
        };
        let last = self.doubt.map_or(base, |doubt| doubt.last);
        if mark.at <= last.at {
            return;
        }
        match self.doubt.take() {
            None => self.judge(base, mark, emit),
            Some(doubt) => self.settle(base, doubt, mark, emit),
        }
    }

    /// Whether its newest reading, taken without a doubt, is this one.
    pub fn stands_at(&self, mark: Mark) -> bool {
        self.doubt.is_none() && self.base == Some(mark)
    }

    /// The standstill that the readings in doubt show if nothing follows them.
    pub fn standing(&self) -> Option<Rise> {
        self.doubt.and_then(Doubt::standstill)
    }

    fn judge(&mut self, base: Mark, mark: Mark, emit: &mut impl FnMut(Outcome)) {
        let fall = base.total - mark.total;
        if fall <= 0.0 {
            if self.bounds.allows(base, mark) {
                self.add(base, mark, mark.total - base.total, emit);
            } else {
                self.doubt = Some(Doubt::new(EventSort::Jump, mark));
            }
        } else if let Some(amount) = self.bounds.rolled_over(base, mark) {
            emit(Outcome::Event(Event::of(EventSort::Rollover, base, mark)));
            self.add(base, mark, amount, emit);
        } else if starts_again(base, mark) {
            self.doubt = Some(Doubt::new(EventSort::Reset, mark));
        } else if fall <= self.bounds.jitter {
            emit(Outcome::Event(Event::of(EventSort::Jitter, base, mark)));
            self.add(base, Mark { total: base.total, ..mark }, 0.0, emit);
        } else {
            self.doubt = Some(Doubt::new(EventSort::RollBack, mark));
        }
    }

    fn settle(&mut self, base: Mark, doubt: Doubt, mark: Mark, emit: &mut impl FnMut(Outcome)) {
        if self.came_back(base, doubt, mark) {
            emit(Outcome::Event(Event::of(EventSort::Glitch, base, doubt.first)));
            self.judge(base, mark, emit);
        } else if doubt.departure != EventSort::Jump && mark.total < doubt.last.total {
            self.judge(base, mark, emit);
        } else if mark.total - doubt.last.total == 0.0 {
            self.doubt = Some(Doubt { last: mark, ..doubt });
        } else {
            self.accept(base, doubt, emit);
            self.judge(doubt.last, mark, emit);
        }
    }

    /// Whether `mark` goes on from the old level, so that the readings in doubt were none.
    fn came_back(&self, base: Mark, doubt: Doubt, mark: Mark) -> bool {
        let still_high = doubt.departure == EventSort::Jump
            && mark.total >= doubt.first.total - self.bounds.jitter;
        mark.total >= base.total - self.bounds.jitter
            && self.bounds.allows(base, mark)
            && !still_high
    }

    /// Takes the new level as a base. Only a register that started at 0 shows what was added on the way to it.
    fn accept(&mut self, base: Mark, doubt: Doubt, emit: &mut impl FnMut(Outcome)) {
        let Doubt { departure, first, last } = doubt;
        emit(Outcome::Event(Event::of(departure, base, first)));
        let zero = Mark { total: 0.0, ..base };
        if departure == EventSort::Reset && self.bounds.allows(zero, first) {
            emit(Outcome::Rise(Rise { from: base.at, to: first.at, amount: first.total }));
        }
        doubt.standstill().into_iter().for_each(|rise| emit(Outcome::Rise(rise)));
        self.base = Some(last);
    }

    fn add(&mut self, base: Mark, mark: Mark, amount: f64, emit: &mut impl FnMut(Outcome)) {
        emit(Outcome::Rise(Rise { from: base.at, to: mark.at, amount }));
        self.base = Some(mark);
    }
}

impl Doubt {
    fn new(departure: EventSort, mark: Mark) -> Self {
        Self { departure, first: mark, last: mark }
    }

    /// All readings in doubt show the same total.
    fn standstill(self) -> Option<Rise> {
        let (from, to) = (self.first.at, self.last.at);
        (from < to).then_some(Rise { from, to, amount: 0.0 })
    }
}

impl Event {
    fn of(sort: EventSort, base: Mark, mark: Mark) -> Self {
        Self { at: mark.at, sort, before: base.total, after: mark.total }
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
fn hours(from: Mark, to: Mark) -> f64 {
    (to.at.as_millis() - from.at.as_millis()) as f64 / 3_600_000.0
}

/// Near 0, seen from where it was: a hundredth of it, or a small total that is a tenth of it.
fn starts_again(base: Mark, mark: Mark) -> bool {
    const SMALL: f64 = 100.0;
    let small = mark.total <= SMALL && mark.total <= base.total / 10.0;
    small || mark.total <= base.total / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sum of the rises and sorts of the events of these totals, one reading a minute, at a meter of 4 kW.
    fn observed(totals: &[f64]) -> (f64, Vec<EventSort>) {
        observed_within(Bounds::energy(4000.0), totals)
    }

    fn observed_within(bounds: Bounds, totals: &[f64]) -> (f64, Vec<EventSort>) {
        let (mut sum, mut events) = (0.0, Vec::new());
        let mut register = Register::new(bounds);
        for (minute, &total) in (0..).zip(totals) {
            let at = Instant::from_millis(minute * 60_000);
            register.observe(Mark { at, total }, &mut |step| match step {
                Outcome::Rise(rise) => sum += rise.amount,
                Outcome::Event(event) => events.push(event.sort),
            });
        }
        (sum, events)
    }

    #[test]
    fn zeros_between_two_good_readings_are_refused() {
        let observed = observed(&[14_000_000.0, 0.0, 0.0, 14_000_200.0]);
        assert_eq!(observed, (200.0, vec![EventSort::Glitch]));
    }

    #[test]
    fn a_step_back_of_a_tenth_of_a_kilowatt_hour_is_jitter() {
        let observed = observed(&[5_000_000.0, 5_000_100.0, 5_000_000.0, 5_000_150.0]);
        assert_eq!(observed, (150.0, vec![EventSort::Jitter]));
    }

    #[test]
    fn a_meter_that_starts_again_counts_on_from_zero() {
        assert_eq!(observed(&[9500.0, 0.0, 100.0, 200.0]), (200.0, vec![EventSort::Reset]));
        assert_eq!(observed(&[9500.0, 40.0, 100.0]), (100.0, vec![EventSort::Reset]));
        assert_eq!(observed(&[9500.0, 40.0, 0.0, 100.0]), (100.0, vec![EventSort::Reset]));
    }

    #[test]
    fn a_meter_that_fell_to_a_middle_total_was_replaced_and_adds_nothing_on_the_way() {
        let observed = observed(&[9_000_000.0, 7_000_000.0, 7_000_050.0]);
        assert_eq!(observed, (50.0, vec![EventSort::RollBack]));
    }

    #[test]
    fn more_than_the_machine_can_draw_is_a_jump_and_no_energy() {
        assert_eq!(observed(&[1000.0, 90_000.0, 90_050.0]), (50.0, vec![EventSort::Jump]));
        assert_eq!(
            observed(&[1000.0, 90_000.0, 90_000.0, 1010.0]),
            (10.0, vec![EventSort::Glitch])
        );
    }

    #[test]
    fn a_register_of_whole_kilowatt_hours_may_rise_by_one_at_once() {
        assert_eq!(observed(&[7000.0, 7000.0, 8000.0, 8000.0]), (1000.0, vec![]));
    }

    #[test]
    fn a_door_counter_runs_over_its_sixteen_bits() {
        let observed = observed_within(Bounds::people(), &[65_530.0, 65_534.0, 2.0, 5.0]);
        assert_eq!(observed, (11.0, vec![EventSort::Rollover]));
    }

    #[test]
    fn a_door_counter_that_was_restarted_counts_from_zero() {
        let observed = observed_within(Bounds::people(), &[812.0, 0.0, 1.0, 3.0]);
        assert_eq!(observed, (3.0, vec![EventSort::Reset]));
    }

    #[test]
    fn readings_in_doubt_show_only_that_it_stood_still() {
        let mut register = Register::new(Bounds::energy(4000.0));
        for (second, total) in [(0, 9500.0), (60, 0.0), (120, 0.0)] {
            let at = Instant::from_millis(second * 1000);
            register.observe(Mark { at, total }, &mut |_| ());
        }
        let (from, to) = (Instant::from_millis(60_000), Instant::from_millis(120_000));
        assert_eq!(register.standing(), Some(Rise { from, to, amount: 0.0 }));
    }
}
