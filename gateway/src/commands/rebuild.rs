//! `vigie rebuild`: all summaries made again from the readings, when somebody doubts them.

use store::Rebuilt;

use super::{runtime, terminal};
use crate::failure::Failure;
use crate::machine::rights;
use crate::place::Place;
use crate::resources;
use crate::settings::Settings;

pub(super) fn run(settings: &Settings) -> Result<(), Failure> {
    let place = Place::read(settings)?;
    rights::become_owner_of(&place.data)?;
    runtime::blocking_until_stopped(|stop| {
        let settings = resources::settings(place.site()?, place.forward_to.clone());
        let rebuilt = store::rebuild(&place.data, &settings, || !stop.is_cancelled())
            .map_err(|error| resources::unusable(&place.data, &error))?;
        let early = if stop.is_cancelled() { "stopped early; " } else { "" };
        terminal::print(&format!("{early}{}", summary(rebuilt)));
        Ok(())
    })
}

fn summary(Rebuilt { days, differed }: Rebuilt) -> String {
    let outcome = match differed {
        0 => "all are as they were".to_owned(),
        differed => format!("{differed} were otherwise before"),
    };
    format!("summaries of {days} days of single series made again from their readings: {outcome}\n")
}
