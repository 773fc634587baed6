//! Room over some steps: its evidence, the raw count of its doors, and the model that explains both.

use super::days::DaySteps;
use super::evidence::{Evidence, gather};
use super::model::Model;
use super::readings::RoomReadings;
use super::readout;
use super::smoothing::Step;
use super::transition::Transition;
use crate::instant::Period;
use crate::occupancy::count;
use crate::occupancy::estimate::Estimate;
use crate::occupancy::room::Room;
use crate::occupancy::timeline::Timeline;

/// Evidence of a room over some steps, and the model that estimates its people.
#[derive(Debug)]
pub(super) struct RoomSteps<'a> {
    pub(super) room: &'a Room,
    pub(super) days: DaySteps,
    pub(super) evidence: Vec<Evidence>,
    /// Raw count of the doors alone.
    pub(super) doors: Timeline,
    pub(super) model: Model,
    door_error: f64,
}

impl<'a> RoomSteps<'a> {
    pub(super) fn of(readings: &RoomReadings<'a>, span: Period) -> Self {
        let RoomReadings { site, place, room, traffic } = *readings;
        let days = DaySteps::over(site, span);
        let evidence = gather(readings, &days, span.end());
        let doors = count::raw_timeline(site, place, traffic, span.end());
        let is_counted = evidence.iter().any(|one| one.counted.is_some());
        let model = Model::new(room, most_people(room, &doors), is_counted);
        Self { room, days, evidence, doors, model, door_error: site.rules.door_error }
    }

    /// Each step with its transition. The net count of the doors is carried on until it makes up whole levels.
    pub(super) fn model_steps(&self) -> Vec<Step<'_>> {
        let unit = self.model.people(1);
        let mut carried = 0.0;
        let mut transition = |evidence: &Evidence| {
            let Evidence { counted, closed, .. } = *evidence;
            let Some(counted) = counted else {
                return Transition::uncounted(closed, self.model.levels);
            };
            carried += counted.net;
            let shift = (carried / unit).round();
            carried -= shift * unit;
            Transition::counted(counted, shift, closed, self.door_error)
        };
        let step = |evidence| Step { evidence, transition: transition(evidence) };
        self.evidence.iter().map(step).collect()
    }

    /// Estimate of a step from the share of each level; unknown without any observation.
    pub(super) fn estimate(&self, step: usize, shares: &[f64]) -> Estimate {
        let evidence = &self.evidence[step];
        if evidence.is_observed() {
            readout::estimate(self.room, &self.model, shares, evidence)
        } else {
            Estimate::UNKNOWN
        }
    }
}

/// Largest headcount that the model considers: the capacity, or more when the doors counted more.
fn most_people(room: &Room, doors: &Timeline) -> f64 {
    let counted = doors.changes().filter_map(|at| doors.at(at).estimate.people);
    counted.fold(room.capacity, f64::max).min(2.0 * room.capacity)
}
