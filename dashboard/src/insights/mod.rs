//! What follows from the energy of meters, zones and the building: loads the cells, and has the domain work it out.
//!
//! | file | what it answers |
//! |---|---|
//! | `scope` | what a question is about, and its cells |
//! | `accounts` | cost, carbon and primary energy |
//! | `load` | load curve, heat map, baseload, subscribed power |
//! | `machine` | sessions and standby of a machine |
//! | `usage` | energy while nobody was there, and per person-hour |
//! | `checks` | registers that misbehaved, repaired silences, register beside power, parts beside their whole |
//! | `climate` | degree days and the energy signature |
//! | `comparison` | a span beside the one a year before, at the same weather |
//! | `pathway` | the way of the décret tertiaire |
//! | `breakdown` | a span by meter, zone or use |

pub(crate) mod accounts;
pub(crate) mod breakdown;
pub(crate) mod checks;
pub(crate) mod climate;
pub(crate) mod comparison;
pub(crate) mod load;
pub(crate) mod machine;
pub(crate) mod pathway;
pub(crate) mod scope;
pub(crate) mod usage;
