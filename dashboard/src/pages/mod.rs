//! The pages. Each is a shell with parts; the parts are also what the live stream sends, so that a page that was
//! just loaded and one that was kept up to date look the same.

pub(crate) mod alerts;
pub(crate) mod commissioning;
pub(crate) mod corrections;
pub(crate) mod energy;
pub(crate) mod history;
pub(crate) mod live;
pub(crate) mod login;
pub(crate) mod not_found;
mod panels;
pub(crate) mod parts;
pub(crate) mod report;
mod selection;
pub(crate) mod sensors;
pub(crate) mod shell;
mod spans;
pub(crate) mod staff;
pub(crate) mod wall;
pub(crate) mod zones;
