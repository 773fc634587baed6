//! Power and energy of each meter now.

use jiff::SignedDuration;

use super::activity::ActivityWatch;
use super::devices::Devices;
use super::track::Tracks;
use crate::calendar::{Step, grid, period_of};
use crate::device::Freshness;
use crate::energy::{self, EnergyFigure, MeterFold, NeedsRebuild, measured, zone_meters};
use crate::energy::{Activity, EnergyState};
use crate::instant::{Instant, Period};
use crate::reading::Observation;
use crate::register::Event;
use crate::site::{Meter, Site};

/// Interval at which figures are made anew without a reading: energy of held power grows by itself.
const AGES: SignedDuration = SignedDuration::from_secs(5);

/// All meters of a site.
#[derive(Debug)]
pub(super) struct Meters {
    timezone: jiff::tz::TimeZone,
    all: Vec<MeterNow>,
    /// The topmost meters of each zone, and of the building.
    of_zones: Vec<Vec<usize>>,
    of_building: Vec<usize>,
    /// Of each meter without sources of its own the meters that make it up.
    sums: Vec<Option<Vec<usize>>>,
}

/// One meter.
#[derive(Debug)]
struct MeterNow {
    /// Civil days from the one before yesterday or the begin of the month, whichever is earlier, to the day after
    /// tomorrow.
    days: Vec<Period>,
    fold: MeterFold,
    activity: Option<ActivityWatch>,
    last_event: Option<Event>,
    figures: MeterFigures,
    /// `None` after a reading.
    refreshed: Option<Instant>,
    /// The same meter made anew from the store, until all of its series are there.
    next: Option<Box<MeterNow>>,
}

/// Figures of one meter, or of several together.
#[derive(Clone, Copy, Debug)]
pub(super) struct MeterFigures {
    pub(super) power_w: Option<f64>,
    pub(super) today: EnergyFigure,
    pub(super) yesterday: EnergyFigure,
    /// Whether it has energy of the day before yesterday: it was not put up in the course of yesterday.
    pub(super) reported_before_yesterday: bool,
    month: EnergyFigure,
    pub(super) last_reading_at: Option<Instant>,
    pub(super) activity: Option<Activity>,
}

impl Meters {
    pub(super) fn of(site: &Site, now: Instant) -> Self {
        let days = days(&site.timezone, now);
        let all = site.meters.iter().map(|meter| MeterNow::new(meter, days.clone(), site));
        let index = |wanted: &Meter| site.meters.iter().position(|meter| meter.id == wanted.id);
        let within = |zone| zone_meters(site, zone).filter_map(index).collect();
        let made_of = |meter: &Meter| {
            let parts: Vec<_> = measured(site, meter).into_iter().filter_map(index).collect();
            (parts != [index(meter)?]).then_some(parts)
        };
        Self {
            timezone: site.timezone.clone(),
            all: all.collect(),
            of_zones: site.zones.iter().map(|zone| within(Some(&zone.id))).collect(),
            of_building: within(None),
            sums: site.meters.iter().map(made_of).collect(),
        }
    }

    /// Meters whose days end with today, or do not reach it since the clock was set.
    pub(super) fn outdated(&self, now: Instant) -> impl Iterator<Item = usize> + '_ {
        let is_outdated = move |meter: &MeterNow| {
            let today = meter.days.iter().position(|day| day.contains(now));
            today.is_none_or(|today| today == 0 || today + 1 == meter.days.len())
        };
        let meters = self.all.iter().enumerate();
        meters.filter(move |(_, meter)| is_outdated(meter)).map(|(index, _)| index)
    }

    /// Instant from which on readings are needed at `now`.
    pub(super) fn begin(&self, now: Instant) -> Instant {
        days(&self.timezone, now).first().map_or(now, |day| day.start())
    }

    /// Takes a reading; `is_settled` when its series is not being loaded, so that it goes on from there.
    pub(super) fn observe(
        &mut self,
        meter: usize,
        role: energy::Role,
        one: &Observation,
        is_settled: bool,
    ) -> Result<(), NeedsRebuild> {
        let meter = &mut self.all[meter];
        let next = meter.next.as_mut().filter(|_| is_settled);
        let next = next.map_or(Ok(()), |next| next.observe(role, one));
        meter.observe(role, one).and(next)
    }

    /// Begins a meter anew beside the present one, with the days as they are at `now`.
    pub(super) fn restart(&mut self, site: &Site, index: usize, now: Instant) {
        let fresh = MeterNow::new(&site.meters[index], days(&self.timezone, now), site);
        self.all[index].next = Some(Box::new(fresh));
    }

    /// Takes the whole series of one source of a meter that was begun anew; registers must come before power.
    pub(super) fn replay(
        &mut self,
        meter: usize,
        role: energy::Role,
        observations: &[Observation],
    ) -> Result<(), NeedsRebuild> {
        match &mut self.all[meter].next {
            Some(next) => observations.iter().try_for_each(|one| next.observe(role, one)),
            None => Ok(()),
        }
    }

    /// The meter that was begun anew takes the place of the present one.
    pub(super) fn replace(&mut self, meter: usize) {
        if let Some(next) = self.all[meter].next.take() {
            self.all[meter] = *next;
        }
    }

    /// Makes the figures of what changed or aged.
    pub(super) fn refresh(
        &mut self,
        site: &Site,
        tracks: &Tracks,
        devices: &Devices,
        now: Instant,
    ) {
        for (meter, named) in self.all.iter_mut().zip(&site.meters) {
            let is_fresh = |at: Instant| at <= now && now < at + AGES;
            if !meter.refreshed.is_some_and(is_fresh) {
                meter.refresh(named, site, tracks, devices, now);
                meter.refreshed = Some(now);
            }
        }
    }

    /// Last event of a register of the meter that registers should not have.
    pub(super) fn last_event(&self, index: usize) -> Option<Event> {
        self.all[index].last_event
    }

    pub(super) fn of_meter(&self, index: usize) -> MeterFigures {
        match &self.sums[index] {
            None => self.all[index].figures,
            Some(parts) => self.together(parts),
        }
    }

    /// The sum over the topmost meters of a zone.
    pub(super) fn of_zone(&self, zone: usize) -> EnergyState {
        self.sum(&self.of_zones[zone])
    }

    /// The sum over the meters without a parent.
    pub(super) fn of_building(&self) -> EnergyState {
        self.sum(&self.of_building)
    }

    fn sum(&self, meters: &[usize]) -> EnergyState {
        self.together(meters).energy()
    }

    fn together(&self, meters: &[usize]) -> MeterFigures {
        let figures = || meters.iter().map(|index| &self.all[*index].figures);
        let sum = |of: fn(&MeterFigures) -> EnergyFigure| energy::sum(figures().map(of));
        MeterFigures {
            power_w: figures().filter_map(|one| one.power_w).reduce(|sum, power| sum + power),
            today: sum(|one| one.today),
            yesterday: sum(|one| one.yesterday),
            reported_before_yesterday: figures().any(|one| one.reported_before_yesterday),
            month: sum(|one| one.month),
            last_reading_at: figures().filter_map(|one| one.last_reading_at).min(),
            activity: None,
        }
    }
}

impl MeterFigures {
    const UNKNOWN: Self = Self {
        power_w: None,
        today: EnergyFigure::UNKNOWN,
        yesterday: EnergyFigure::UNKNOWN,
        reported_before_yesterday: false,
        month: EnergyFigure::UNKNOWN,
        last_reading_at: None,
        activity: None,
    };

    pub(super) fn energy(&self) -> EnergyState {
        state(self.power_w, self.today, self.yesterday, self.month)
    }
}

fn state(
    power_w: Option<f64>,
    today: EnergyFigure,
    yesterday: EnergyFigure,
    month: EnergyFigure,
) -> EnergyState {
    EnergyState {
        power_w,
        today_wh: today.energy_wh,
        yesterday_wh: yesterday.energy_wh,
        month_wh: month.energy_wh,
        coverage: today.coverage,
        energy_quality: today.quality,
    }
}

impl MeterNow {
    fn new(meter: &Meter, days: Vec<Period>, site: &Site) -> Self {
        Self {
            fold: MeterFold::new(meter, &days, &site.rules),
            activity: meter.running_above_w.map(ActivityWatch::new),
            days,
            last_event: None,
            figures: MeterFigures::UNKNOWN,
            refreshed: None,
            next: None,
        }
    }

    fn observe(&mut self, role: energy::Role, one: &Observation) -> Result<(), NeedsRebuild> {
        let (at, value) = (one.observed_at, one.value.as_f64());
        self.refreshed = None;
        if let (energy::Role::Power(_), Some(activity)) = (role, &mut self.activity) {
            activity.observe(at, value);
        }
        let last_event = &mut self.last_event;
        self.fold.observe(role, at, value, &mut |event| *last_event = Some(event))
    }

    fn refresh(
        &mut self,
        meter: &Meter,
        site: &Site,
        tracks: &Tracks,
        devices: &Devices,
        now: Instant,
    ) {
        let power = tracks.filling(&meter.power, now);
        let is_live = |track: &&super::track::Track| {
            let announced_s = devices.announced_s(track.device);
            track
                .freshness(announced_s, &site.rules, now)
                .is_some_and(|fresh| fresh != Freshness::Lost)
        };
        let live = power.filter(is_live).and_then(|track| track.last);
        let register = tracks.filling(&meter.energy, now).and_then(|track| track.last);
        let newest = [register, power.and_then(|track| track.last)];
        let days = self.energy(&site.timezone, now);
        self.figures = MeterFigures {
            power_w: live.map(|one| one.value.as_f64()),
            last_reading_at: newest.into_iter().flatten().map(|one| one.observed_at).max(),
            activity: live.and_then(|_| self.activity.as_ref()?.at(now)),
            ..days
        };
    }

    /// Today, yesterday and the month; days are the cells of the ledger, so they add up to the month.
    fn energy(&self, timezone: &jiff::tz::TimeZone, now: Instant) -> MeterFigures {
        let entries = self.fold.entries(now);
        let due = self.fold.due(now);
        let Some(today) = entries.iter().position(|(day, _)| day.contains(now)) else {
            return MeterFigures::UNKNOWN;
        };
        let before = |days: usize| {
            let (day, entry) = entries.get(today.checked_sub(days)?)?;
            Some(EnergyFigure::of(*day, *entry, due))
        };
        let figure = |days| before(days).unwrap_or(EnergyFigure::UNKNOWN);
        let month = period_of(Step::Month, now, timezone);
        let mut in_month = energy::Entry::default();
        let days = entries.iter().filter(|(day, _)| month.contains(day.start()));
        days.for_each(|(_, entry)| in_month += *entry);
        MeterFigures {
            today: figure(0),
            yesterday: figure(1),
            reported_before_yesterday: figure(2).energy_wh.is_some(),
            month: EnergyFigure::of(month, in_month, due),
            ..MeterFigures::UNKNOWN
        }
    }
}

/// Days with figures at `now`, and two more: so readings after midnight have their day at once.
fn days(timezone: &jiff::tz::TimeZone, now: Instant) -> Vec<Period> {
    let today = period_of(Step::Day, now, timezone);
    let before =
        |day: Period| period_of(Step::Day, day.start() - SignedDuration::from_millis(1), timezone);
    let month = period_of(Step::Month, now, timezone);
    let end = today.end() + SignedDuration::from_hours(36);
    let span = Period::new(before(before(today)).start().min(month.start()), end);
    grid(Step::Day, span.expect("what was is before tomorrow"), timezone).collect()
}
