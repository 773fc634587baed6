//! Timeline of a room in the past, smoothed from night to night.

use super::evidence::Evidence;
use super::readings::RoomReadings;
use super::readout;
use super::room_steps::RoomSteps;
use super::smoothing::Smoother;
use crate::instant::Period;
use crate::occupancy::estimate::Estimate;
use crate::occupancy::timeline::Timeline;

/// Timeline of a room over `span`, for which all its readings are loaded.
pub(crate) fn timeline(readings: &RoomReadings<'_>, span: Period) -> Timeline {
    let room = RoomSteps::of(readings, span);
    // Smoothing takes long, also where there is nothing to smooth.
    if !room.evidence.iter().any(Evidence::is_observed) {
        return room.doors;
    }
    let steps = room.model_steps();
    let mut smoother = Smoother::new(&room.model);
    let mut timeline = Timeline::default();
    for day in room.days.each() {
        let mut estimates = vec![Estimate::UNKNOWN; day.len()];
        smoother.smooth(&steps, day.clone(), |step, shares| {
            estimates[step - day.start] = room.estimate(step, shares);
        });
        for (step, estimate) in day.zip(&estimates) {
            push_step(&room, step, estimate, &mut timeline);
        }
    }
    timeline
}

/// Appends the estimate of a step at its start and at each passage within it.
fn push_step(room: &RoomSteps<'_>, step: usize, estimate: &Estimate, timeline: &mut Timeline) {
    let steps = room.days.steps;
    let (start, end) = (steps.start(step), steps.start(step + 1));
    let last = room.doors.changes_between(start, end).last().unwrap_or(start);
    let at_end = room.doors.at(last);
    for at in std::iter::once(start).chain(room.doors.changes_between(start, end)) {
        let counted = room.doors.at(at);
        // Whoever passes later in the step has not passed yet. Across a reset the difference of the counts means nothing.
        let later = at_end.drift.zip(counted.drift);
        let later = later.filter(|_| counted.residual == at_end.residual);
        let later = later.map_or(0.0, |(end, here)| end - here);
        let estimate = readout::before(estimate, later);
        timeline.push(at, readout::moment(&estimate, &room.evidence[step], counted));
    }
}
