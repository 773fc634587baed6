//! `vigie future`: readings that a clock dated which was ahead, shown and put aside.

use std::fmt::Write;

use domain::Clock;

use super::{runtime, terminal};
use crate::exchange::{self, Found};
use crate::failure::Failure;
use crate::machine::{SystemClock, rights};
use crate::place::Place;
use crate::settings::Settings;

/// Arguments of `vigie future`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct FutureArguments {
    /// Move them into a file in the data folder, from where `vigie import` takes them back; no gateway may run
    #[arg(long)]
    put_aside: bool,
}

pub(super) fn run(arguments: &FutureArguments, settings: &Settings) -> Result<(), Failure> {
    let (place, now) = (Place::read(settings)?, SystemClock.now());
    rights::become_owner_of(&place.data)?;
    if !domain::clock::is_possible(now) {
        return Err(Failure::Unavailable(format!(
            "the clock says {now}, which cannot be; set it first: what is from the future is judged by it"
        )));
    }
    if arguments.put_aside {
        let moved = exchange::put_future_aside(&place, now)?;
        terminal::print(&moved.map_or_else(
            || list(&[]),
            |(path, found)| {
                format!(
                    "{}moved to {}; each is in the audit log. With the right dates, `vigie import` takes them back. What was \
                     forwarded to InfluxDB stays there\n",
                    list(&found),
                    path.display()
                )
            },
        ));
        return Ok(());
    }
    runtime::on_threads(async {
        let found = exchange::find_future(&place, now).await?;
        let remedy = if found.is_empty() {
            ""
        } else {
            "live figures set them aside; with the gateway stopped, `vigie future --put-aside` moves them into a file\n"
        };
        terminal::print(&format!("{}{remedy}", list(&found)));
        Ok(())
    })
}

fn list(found: &[Found]) -> String {
    let mut text = match found.iter().map(|one| one.count).sum::<usize>() {
        0 => "no reading is from the future\n".to_owned(),
        count => format!("{count} readings of {} sources are from the future:\n", found.len()),
    };
    for Found { source, count, first, last } in found {
        // Writing into a text does not fail.
        let _ = writeln!(text, "  {source}: {count}, from {first} to {last}");
    }
    text
}
