//! Machines that work when they should not, and meters that do what meters should not.

use super::shared_cause::MANY;
use crate::alerts::{Alert, Matter, MeterMishap, Severity};
use crate::alerts::{RuleId, Subject, Watch};
use crate::calendar::{Step, period_of};
use crate::energy::ActivityState;
use crate::live::snapshot::Snapshot;
use crate::occupancy::is_open;
use crate::register::{Event, EventSort};
use crate::site::{Meter, Site};

/// By meter.
#[derive(Debug)]
pub(super) struct Machines(Vec<Machine>);

#[derive(Debug)]
struct Machine {
    left_on: Option<Watch>,
    long: Option<Watch>,
    coverage: Option<Watch>,
}

impl Machines {
    pub(super) fn of(site: &Site) -> Self {
        let machine = |meter: &Meter| {
            let subject = Subject::Meter(meter.id.clone());
            let watch = |id| site.alerts.rules.rule(id, &subject).map(Watch::new);
            Machine {
                left_on: watch(RuleId::MachineLeftOn),
                long: watch(RuleId::MachineLong),
                coverage: watch(RuleId::Coverage),
            }
        };
        Self(site.meters.iter().map(machine).collect())
    }

    pub(super) fn raised(&mut self, snapshot: &Snapshot<'_>) -> Vec<Alert> {
        let (mut alerts, mut gaps) = (Vec::new(), Vec::new());
        for (index, meter) in snapshot.site.meters.iter().enumerate() {
            let machine = &mut self.0[index];
            alerts.extend(machine.left_on(meter, index, snapshot));
            alerts.extend(machine.long(meter, index, snapshot));
            gaps.extend(machine.coverage(meter, index, snapshot));
            alerts.extend(mishap(meter, index, snapshot));
        }
        alerts.extend(together(gaps, snapshot.site.meters.len()));
        alerts
    }
}

/// Gaps of many meters on one day have one cause and are one alert.
fn together(gaps: Vec<Alert>, of: usize) -> Vec<Alert> {
    if gaps.len() < MANY {
        return gaps;
    }
    let worst = |least: f64, gap: &Alert| match gap.matter {
        Matter::Coverage { share, .. } => least.min(share),
        _ => least,
    };
    let matter = Matter::Gaps { meters: gaps.len(), of, least: gaps.iter().fold(1.0, worst) };
    let severity = gaps.iter().map(|gap| gap.severity).min();
    let since = gaps.iter().map(|gap| gap.since).min();
    severity
        .zip(since)
        .map(|(severity, since)| Alert::new(matter, severity, since))
        .into_iter()
        .collect()
}

impl Machine {
    fn left_on(&mut self, meter: &Meter, index: usize, snapshot: &Snapshot<'_>) -> Option<Alert> {
        let watch = self.left_on.as_mut()?;
        let figures = snapshot.meters.of_meter(index);
        let Some(activity) =
            figures.activity.filter(|_| is_open(snapshot.site, snapshot.now) == Some(false))
        else {
            watch.forget();
            return None;
        };
        let runs = activity.state == ActivityState::Running;
        watch.observe(snapshot.now, f64::from(u8::from(runs)));
        let since = watch.raised(snapshot.now)?;
        let matter = Matter::MachineLeftOn { meter: meter.id.clone(), power_w: figures.power_w };
        Some(Alert::new(matter, watch.rule.severity, since))
    }

    fn long(&mut self, meter: &Meter, index: usize, snapshot: &Snapshot<'_>) -> Option<Alert> {
        let watch = self.long.as_mut()?;
        let activity = snapshot.meters.of_meter(index).activity;
        let Some(activity) = activity.filter(|it| it.state == ActivityState::Running) else {
            watch.forget();
            return None;
        };
        watch.observe(snapshot.now, snapshot.now.since(activity.since).as_secs_f64() / 3600.0);
        watch.raised(snapshot.now)?;
        let matter = Matter::MachineLong { meter: meter.id.clone() };
        Some(Alert::new(matter, watch.rule.severity, activity.since))
    }

    fn coverage(&mut self, meter: &Meter, index: usize, snapshot: &Snapshot<'_>) -> Option<Alert> {
        let watch = self.coverage.as_mut()?;
        let figures = snapshot.meters.of_meter(index);
        let yesterday = figures.yesterday;
        // A meter without any reading of yesterday is a silent device; one that began yesterday is new.
        if yesterday.energy_wh.is_none() || !figures.reported_before_yesterday {
            watch.forget();
            return None;
        }
        watch.observe(snapshot.now, yesterday.coverage);
        watch.raised(snapshot.now)?;
        let matter = Matter::Coverage { meter: meter.id.clone(), share: yesterday.coverage };
        let today = period_of(Step::Day, snapshot.now, &snapshot.site.timezone);
        Some(Alert::new(matter, watch.rule.severity, today.start()))
    }
}

/// Mishap of a register today, until the day is over.
fn mishap(meter: &Meter, index: usize, snapshot: &Snapshot<'_>) -> Option<Alert> {
    let Event { at, sort, before, after } = snapshot.meters.last_event(index)?;
    let mishap = match sort {
        EventSort::Reset => MeterMishap::Reset,
        EventSort::RollBack => MeterMishap::RollBack,
        EventSort::Jump => MeterMishap::Jump,
        EventSort::Glitch | EventSort::Jitter | EventSort::Rollover => return None,
    };
    let today = period_of(Step::Day, snapshot.now, &snapshot.site.timezone);
    let meter = meter.id.clone();
    let matter = Matter::Register { meter, mishap, before_wh: before, after_wh: after };
    today.contains(at).then(|| Alert::new(matter, Severity::Info, at))
}
