//! Readings of a room: all that its people are estimated from.

use crate::occupancy::place::Place;
use crate::occupancy::room::Room;
use crate::occupancy::traffic::Traffic;
use crate::site::Site;

/// Room with the readings that its people are estimated from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoomReadings<'a> {
    pub(super) site: &'a Site,
    pub(super) place: &'a Place,
    pub(super) room: &'a Room,
    pub(super) traffic: &'a Traffic,
}

impl<'a> RoomReadings<'a> {
    /// `None` where the place is no room with an air model.
    pub(crate) fn of(site: &'a Site, place: &'a Place, traffic: &'a Traffic) -> Option<Self> {
        place.room.as_ref().map(|room| Self { site, place, room, traffic })
    }
}
