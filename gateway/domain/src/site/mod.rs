//! The site model: which devices are where, and what for.

mod file;
mod model;

pub use model::{
    Assignment, Doorway, Meter, OpeningHours, Point, Rules, Side, Site, Ventilation, Zone,
    assigned_at,
};
