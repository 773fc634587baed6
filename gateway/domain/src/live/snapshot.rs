//! All live figures at one instant, as published states and alerts are made from them.

use super::devices::Devices;
use super::meters::Meters;
use super::people::People;
use super::track::Tracks;
use crate::instant::Instant;
use crate::site::Site;

/// Live figures of a site at an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snapshot<'a> {
    pub(super) site: &'a Site,
    pub(super) tracks: &'a Tracks,
    pub(super) people: &'a People,
    pub(super) meters: &'a Meters,
    pub(super) devices: &'a Devices,
    pub(super) now: Instant,
}
