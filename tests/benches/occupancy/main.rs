//! How right the number of people is that Vigie tells from air, movement and doors, beside simpler ways to tell it.
//!
//! ```sh
//! cargo bench -p tests --bench occupancy
//! VIGIE_RECORDINGS='robod.csv 413 20 mechanical Asia/Singapore; b.csv 82.8 10 natural' cargo bench -p tests --bench occupancy
//! ```
//!
//! Figures are printed, nothing is asserted. First the recordings of `tests/recordings`, then others that the environment
//! names (file, m³, capacity, how it is aired, time zone), then rooms of the simulated building, with many seeds: there
//! the truth is known exactly, and no room among them is one that anything was set to. A word after `--` picks the
//! sorts of simulated rooms whose name has it.
//!
//! The strongly aired offices of ROBOD (Tekler et al. 2022, doi 10.1007/s12273-022-0925-9), in which CO2 says little, are
//! not shipped: the first example is for one of its rooms.
//!
//! | file | what it does |
//! |---|---|
//! | `recorded` | reads recordings of counted rooms |
//! | `simulated` | rooms of the simulated building with their truth |
//! | `simpler` | ways to tell people that need less |
//! | `score` | how right a way is |
//! | `case` | a room with its readings, its site and who was there |

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod case;
mod recorded;
mod score;
mod simpler;
mod simulated;

use std::path::PathBuf;
use std::time::Instant as Stopwatch;

use case::Case;
use score::{Score, presence_words};

fn main() {
    let recordings = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("recordings");
    one(&recorded::counted(&recordings.join("room-counts-2017-12-22.csv"), 82.8, 10));
    one(&recorded::counted(&recordings.join("presence-2015-02-04.csv"), 72.0, 4));
    for ventilation in ["natural", "mechanical", "measured"] {
        let office = recorded::office(&recordings.join("office-999169.csv"), ventilation);
        println!("{}: {}", office.name, recorded::nights(&office));
    }
    for named in recorded::others(&std::env::var("VIGIE_RECORDINGS").unwrap_or_default()) {
        one(&named);
    }
    let only = std::env::args().skip(1).find(|word| !word.starts_with("--"));
    let is_wanted = |name: &str| only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    for kind in simulated::KINDS.iter().filter(|kind| is_wanted(kind.name)) {
        many(kind);
    }
}

/// One recorded room.
fn one(case: &Case) {
    let watch = Stopwatch::now();
    let estimates = case.estimates();
    println!(
        "{}: {} quarter hours, {} ms",
        case.name,
        estimates.len(),
        watch.elapsed().as_millis()
    );
    let words = if case.presence_only { presence_words } else { Score::words };
    let mut score = Score::default();
    score.add(&case.truth, &estimates);
    println!("{}", words(&score, "Vigie"));
    for (name, way) in simpler::ways() {
        let mut score = Score::default();
        score.add(&case.truth, &way(case));
        if score.has_estimates() {
            println!("{}", words(&score, name));
        }
    }
}

/// Many simulated rooms of one kind, together.
fn many(kind: &simulated::Kind) {
    let cases = simulated::rooms(kind);
    let watch = Stopwatch::now();
    let mut score = Score::default();
    for case in &cases {
        score.add(&case.truth, &case.estimates());
    }
    let took = watch.elapsed().as_secs_f64();
    println!("{}: {} rooms of the simulated building, {took:.1} s", kind.name, cases.len());
    println!("{}", score.words("Vigie"));
    for (name, way) in simpler::ways() {
        let mut score = Score::default();
        for case in &cases {
            score.add(&case.truth, &way(case));
        }
        if score.has_estimates() {
            println!("{}", score.words(name));
        }
    }
}
