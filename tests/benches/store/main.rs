//! The store beside other stores, on this machine, with the same readings and in the same run.
//!
//! ```sh
//! cargo bench -p tests --bench store             # beside plain SQLite, VictoriaMetrics and InfluxDB 1 (about five minutes)
//! cargo bench -p tests --bench store -- slow     # what is kept of series that report every 10, 60 and 300 seconds
//! cargo bench -p tests --bench store -- influx   # a year of daily energy, read from InfluxDB 2
//! cargo bench -p tests --bench store -- year     # a year of 946 million readings in 512 MiB; build the program first
//! cargo bench -p tests --bench store -- year 18  # the same of 18 days
//! ```
//!
//! Figures are printed, and whether the ratios hold to which the store is held; nothing is asserted but that all give
//! the same answers. Peers are left out that are not installed (Debian has `victoria-metrics` and `influxdb`).
//!
//! | file | what it does |
//! |---|---|
//! | `building`, `meters` | the readings: a building that reports every ten seconds, a year of thirty registers |
//! | `compared`, `scenario` | all peers in turns; what each goes through in a process of its own |
//! | `keeper`, `peers` | the queries of a store, and the peers with their settings |
//! | `table` | figures, ratios and what is to hold |
//! | `influx` | the reader of InfluxDB 2, beside an answer of the size of a year |
//! | `year` | a year in little memory; its own map stands there |

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod building;
mod compared;
mod influx;
mod keeper;
mod meters;
mod peers;
mod scenario;
mod table;
mod year;

fn main() {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let days = |word: &str| word.parse().expect("a number of days");
    match words[..] {
        [] => {
            compared::run();
            influx::run();
        }
        ["slow"] => compared::slow(),
        ["influx"] => influx::run(),
        ["year"] => year::run(365),
        ["year", count] => year::run(days(count)),
        // What this program starts itself as.
        ["peer", name, folder] => peers::serve(name, folder.as_ref()),
        ["year-work", what, folder, count] => year::work(what, folder.as_ref(), days(count)),
        _ => panic!("{words:?}: nothing, `slow`, `influx`, `year` or `year DAYS`"),
    }
}
