//! A year of 300 series that report every ten seconds, in a small machine's memory: each program is given 512 MiB
//! and not a byte more.
//!
//! | file | what it does |
//! |---|---|
//! | `fill` | stores the year |
//! | `ask` | opens the store and asks it |
//! | `site` | the site file of the building |
//! | `limited` | a program within the limit, and what it took |

mod ask;
mod fill;
mod limited;
mod site;

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use limited::Ran;

/// How much memory of its own each program has, in KiB.
const LIMIT_KIB: u32 = 512 * 1024;
const ROOMS: usize = 40;
const METERS: usize = 30;
const DOORS: usize = 10;
/// The first of January 2025 in Paris, in milliseconds.
const START: i64 = 1_735_686_000_000;

/// Stores so many days from the first of January on, asks, reports, backs up; prints what it took.
pub(crate) fn run(days: i64) {
    let folder = tempfile::Builder::new().prefix("vigie-year-").tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    fs::write(place("site.toml"), site::text()).expect("the site file can be written");
    println!("{days} days of 300 series, a reading every 10 s, in {} MiB", LIMIT_KIB / 1024);

    let data = place("data");
    let days_word = days.to_string();
    let fill = own(["fill".as_ref(), data.as_os_str(), days_word.as_ref()]);
    print("fill", &limited::run(&fill));
    let size = fs::metadata(data.join("vigie.db")).expect("the store is there").len();
    let readings = 300 * days * crate::building::DAY_MS / crate::building::EVERY_MS;
    println!(
        "{readings} readings in {:.0} MiB, {:.2} bytes each, rollups included",
        size as f64 / f64::from(1 << 20),
        size as f64 / readings as f64
    );
    print("ask", &limited::run(&own(["ask".as_ref(), data.as_os_str(), days_word.as_ref()])));

    let month = format!("2025-{:02}", (days / 31).clamp(1, 12));
    let page = place("report.html");
    let mut report = vigie(&place("site.toml"), &data, &["report", "--month", &month, "--to"]);
    report.arg(&page);
    print(&format!("vigie report --month {month}"), &limited::run(&report));
    let backups = place("backups");
    for which in ["vigie backup", "vigie backup again, of what changed"] {
        let mut backup = vigie(&place("site.toml"), &data, &["backup", "--to"]);
        backup.arg(&backups);
        print(which, &limited::run(&backup));
    }
    let back = place("restored");
    let mut restore = vigie(&place("site.toml"), &back, &["restore", "--from"]);
    restore.arg(&backups);
    print("vigie restore", &limited::run(&restore));
}

/// The work of a program that [`run`] starts: `fill` or `ask`, a folder, and how many days.
pub(crate) fn work(what: &str, folder: &Path, days: i64) {
    let end = START + days * crate::building::DAY_MS;
    match what {
        "fill" => fill::fill(folder, START, end),
        "ask" => ask::ask(folder, START, end),
        other => panic!("{other} is no work"),
    }
}

fn own<'a>(words: impl IntoIterator<Item = &'a OsStr>) -> Command {
    let mut command = Command::new(env::current_exe().expect("a bench knows where it is"));
    command.arg("year-work").args(words);
    command
}

/// The program with these words; the value of the last one is for the caller to add.
fn vigie(site: &Path, data: &Path, words: &[&str]) -> Command {
    let mut command = tests::vigie::command();
    command.arg("--site").arg(site).arg("--data").arg(data).args(words);
    command
}

fn print(what: &str, ran: &Ran) {
    println!("{what}: {:.1} s, {:.0} MiB at most", ran.took.as_secs_f64(), ran.peak_mib);
    for line in ran.output.lines() {
        println!("    {line}");
    }
}
