//! A year of daily energy of thirty meters from InfluxDB 2, as the dashboard of another machine reads it: our part of it,
//! from the question over the loopback to rollups.
//!
//! The server here knows one answer, in the form in which InfluxDB 2.9 writes one. What it takes InfluxDB to find these
//! 10,950 points by their measurement comes on top.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant as Stopwatch;

use domain::Period;
use domain::calendar::{self, Step as Unit};
use domain::rollup::Step;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use store::influx::{Grid, InfluxReader, Target, Token};
use store::{RollupRange, SeriesReader};

use crate::meters;

/// Number of repetitions of a query; the median counts.
const TIMES: usize = 21;
/// How long it may take, InfluxDB included.
const LIMIT_MS: f64 = 200.0;
const FIELDS: [&str; 14] = [
    "count",
    "covered_ms",
    "falls",
    "first",
    "first_after_ms",
    "gaps",
    "held",
    "increase",
    "last",
    "last_after_ms",
    "max",
    "min",
    "steepest",
    "sum",
];

/// Asks and prints.
pub(crate) fn run() {
    let zone = TimeZone::get("Europe/Paris").expect("it is built in");
    let grid = Grid { timezone: zone.clone(), longest_gap: SignedDuration::from_mins(15) };
    let days: Vec<Period> = calendar::grid(Unit::Day, meters::period(), &zone).skip(1).collect();
    let answer = answer(&days);
    let size = answer.len();
    let count = Arc::new(AtomicUsize::new(0));
    let port = serve(answer, Arc::clone(&count));

    let target =
        Target::new(&format!("http://127.0.0.1:{port}"), "org", "bucket").expect("an address");
    let token =
        Token::from_variables(|name| (name == "VIGIE_INFLUXDB_TOKEN").then(|| "word".into()));
    let reader = InfluxReader::new(
        "dreux".parse().expect("a site"),
        target,
        &token.expect("a token"),
        grid.clone(),
    );
    let reader = reader.expect("a reader");
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return };
    let request = RollupRange {
        sources: meters::sources(),
        period: Period::new(first.start(), last.end()).expect("in order"),
        step: Step::Day(zone),
        longest_gap: grid.longest_gap,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let watch = Stopwatch::now();
            let found = runtime.block_on(reader.rollups(request.clone())).expect("an answer");
            let took = watch.elapsed();
            assert_eq!(found.len(), meters::sources().len());
            assert!(found.iter().all(|of_meter| of_meter.len() == days.len()));
            assert!((found[29][364].figure.increase - increase(29, 364)).abs() < 1e-9);
            took.as_secs_f64() * 1e3
        })
        .collect();
    let requests = count.load(Ordering::Relaxed);
    assert_eq!(requests, TIMES, "one question is one request");
    times.sort_by(f64::total_cmp);
    let (median, longest) = (times[TIMES / 2], times[TIMES - 1]);
    println!(
        "a year of daily kWh of 30 meters from InfluxDB 2, without its own part: {median:.1} ms, longest {longest:.1} ms; \
         one request, {:.1} MB of answer; {} of the {LIMIT_MS} ms are left to InfluxDB",
        size as f64 / 1e6,
        (LIMIT_MS - median).round()
    );
}

fn increase(meter: usize, day: usize) -> f64 {
    20_000.0 + (meter * 400 + day) as f64 + 0.125
}

/// What InfluxDB answers: a table for each meter, a row for each day.
fn answer(days: &[Period]) -> String {
    let (start, stop) = (days[0].start(), days[days.len() - 1].end());
    let tags = "_start,_stop,_time,_measurement,device,site";
    let mut text = format!(
        "#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,string,string,string{}\r\n\
         #group,false,false,true,true,false,true,true,true{}\r\n#default,_result{}\r\n,result,table,{tags},{}\r\n",
        ",double".repeat(FIELDS.len()),
        ",false".repeat(FIELDS.len()),
        ",".repeat(7 + FIELDS.len()),
        FIELDS.join(",")
    );
    for meter in 0..meters::sources().len() {
        for (day, period) in days.iter().enumerate() {
            let time = period.start();
            let _ = write!(
                text,
                ",,{meter},{start},{stop},{time},energy_imported_1d,year-{meter},dreux"
            );
            let at = 12_345.0 + day as f64 * 20_400.0;
            for field in FIELDS {
                let value = match field {
                    "count" => 96.0,
                    "covered_ms" | "last_after_ms" => 86_399_412.0,
                    "first_after_ms" => 588.0,
                    "increase" => increase(meter, day),
                    "first" | "min" => at,
                    "last" | "max" => at + 20_000.0,
                    "sum" => at * 96.0 + 1.0 / 3.0,
                    "steepest" => 1_679.123_456_789,
                    _ => 0.0,
                };
                let _ = write!(text, ",{value}");
            }
            text.push_str("\r\n");
        }
    }
    text + "\r\n"
}

/// Answers every request, on a port of its own.
fn serve(answer: String, count: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has ports");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away is none of our concern.
            let _ = converse(&stream, &answer, &count);
        }
    });
    port
}

fn converse(stream: &TcpStream, answer: &str, count: &AtomicUsize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut requests, mut out) = (BufReader::new(stream), stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if requests.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.trim().is_empty() {
                break;
            }
        }
        io::copy(&mut (&mut requests).take(length), &mut io::sink())?;
        count.fetch_add(1, Ordering::Relaxed);
        write!(
            out,
            "HTTP/1.1 200 OK\r\nContent-Type: text/csv; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
        )?;
        for chunk in answer.as_bytes().chunks(32 * 1024) {
            write!(out, "{:x}\r\n", chunk.len())?;
            out.write_all(chunk)?;
            out.write_all(b"\r\n")?;
        }
        out.write_all(b"0\r\n\r\n")?;
    }
}
