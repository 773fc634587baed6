//! Stands in for InfluxDB 2.9: it answers what a real server was recorded to answer, keeps what it kept, gives back what
//! was written, and fails as proxies and networks do.
//!
//! ```text
//! http ──request──▶ server ──lines──▶ bucket (line)
//!   ▲                 └────query──▶ querying ──▶ flux ──▶ annotated CSV
//!   └── tricks: what a proxy or a network does instead
//! ```

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "what is read easily may be slow in a test"
)]

mod bucket;
mod flux;
pub(crate) mod http;
mod line;
mod querying;
pub(crate) mod recording;
mod server;

use std::collections::VecDeque;
use std::io::{self, BufReader, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use bucket::Series;
use http::{Answer, Request};
use server::Server;
pub(crate) use server::{BUCKET, HOUR_BUCKET, ORGANISATION, TOKEN, body};

/// A server on a port of the loopback; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Double {
    port: u16,
    state: Arc<Mutex<State>>,
}

/// What it does instead of answering a request.
#[derive(Clone, Debug)]
pub(crate) enum Trick {
    /// Answers with this status, as a proxy would.
    Status(u16),
    /// Answers with this status and says when to come back.
    Busy(u16, String),
    /// Closes the connection.
    Cut,
    /// Does what is requested and then closes the connection in the middle of the answer.
    CutAfterwards,
    /// Says nothing until the client gives up.
    Silence,
}

#[derive(Debug)]
struct State {
    server: Server,
    tricks: VecDeque<Trick>,
    always: Option<Trick>,
    largest_body: Option<usize>,
    fails_over: Option<String>,
    breaks_off: Option<String>,
    requests: Vec<Request>,
    ended: bool,
}

impl Double {
    /// With the organisation, buckets and tokens of the recording.
    pub(crate) fn start() -> Self {
        Self::serving(Server::ready())
    }

    /// As a real server is when it was just installed.
    pub(crate) fn fresh() -> Self {
        Self::serving(Server::fresh())
    }

    fn serving(server: Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            server,
            tricks: VecDeque::new(),
            always: None,
            largest_body: None,
            fails_over: None,
            breaks_off: None,
            requests: Vec::new(),
            ended: false,
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.lock().unwrap().ended {
                    return;
                }
                let state = Arc::clone(&shared);
                // A client that goes away in the middle is none of our concern.
                thread::spawn(move || drop(serve(&stream, &state)));
            }
        });
        Self { port, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Does these, one a request, before it answers again.
    pub(crate) fn play(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.state().tricks.extend(tricks);
    }

    /// Does this to every request from now on, or answers again.
    pub(crate) fn always(&self, trick: Option<Trick>) {
        self.state().always = trick;
    }

    /// Answers larger requests with 413.
    pub(crate) fn takes_at_most(&self, bytes: usize) {
        self.state().largest_body = Some(bytes);
    }

    /// Fails with 500 whenever a request to write holds this.
    pub(crate) fn fails_over(&self, text: &str) {
        self.state().fails_over = Some(text.to_owned());
    }

    /// Answers queries with an error behind the rows, as a query that fails while it runs does.
    pub(crate) fn breaks_off(&self, error: &str) {
        self.state().breaks_off = Some(error.to_owned());
    }

    /// Writes lines with times in milliseconds, as somebody else might.
    pub(crate) fn write(&self, lines: &str) {
        let mut state = self.state();
        let now = state.server.now;
        state.server.bucket(BUCKET).unwrap().write(lines, 1_000_000, now).unwrap();
    }

    /// How many readings it keeps.
    pub(crate) fn count(&self) -> usize {
        self.count_where(is_reading)
    }

    /// The readings that it keeps, as `series time value`.
    pub(crate) fn readings(&self) -> Vec<String> {
        self.points_where(is_reading, false)
    }

    /// All that it keeps, as `series field time value`.
    pub(crate) fn points(&self) -> Vec<String> {
        self.points_where(|_| true, true)
    }

    fn points_where(&self, wanted: impl Fn(&Series) -> bool, names_field: bool) -> Vec<String> {
        let state = self.state();
        let buckets = state.server.buckets.iter().flat_map(|bucket| &bucket.series);
        let mut points = Vec::new();
        for (series, values) in buckets.filter(|(series, _)| wanted(series)) {
            let tags = series.tags.iter().map(|(key, value)| format!(",{key}={value}"));
            let mut name = format!("{}{}", series.measurement, tags.collect::<String>());
            if names_field {
                name += &format!(" {}", series.field);
            }
            points.extend(
                values.iter().map(|(ns, value)| format!("{name} {} {value}", ns / 1_000_000)),
            );
        }
        points
    }

    /// How many rollups it keeps in measurements that end like this, of our site.
    pub(crate) fn rollups(&self, suffix: &str) -> usize {
        let is_ours = |series: &Series| {
            series.measurement.ends_with(suffix)
                && series.field == "count"
                && series.tags["site"] == "dreux"
        };
        self.count_where(is_ours)
    }

    fn count_where(&self, wanted: impl Fn(&Series) -> bool) -> usize {
        let state = self.state();
        let series = state.server.buckets.iter().flat_map(|bucket| &bucket.series);
        series.filter(|(series, _)| wanted(series)).map(|(_, points)| points.len()).sum()
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> usize {
        self.state().requests.len()
    }

    /// The requests of this path that came.
    pub(crate) fn requests_of(&self, path: &str) -> Vec<Request> {
        self.state().requests.iter().filter(|request| request.path == path).cloned().collect()
    }

    /// How many requests to write came.
    pub(crate) fn writes(&self) -> usize {
        self.requests_of("/api/v2/write").len()
    }

    /// Answers as it would over the network.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        self.state().server.answer(request)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn is_reading(series: &Series) -> bool {
    let is_rollup = series.measurement.ends_with("_15m") || series.measurement.ends_with("_1d");
    series.field == "value" && !is_rollup
}

impl Drop for Double {
    fn drop(&mut self) {
        self.state().ended = true;
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(request) = http::read(&mut reader)? {
        let trick = {
            let mut state = state.lock().unwrap();
            state.requests.push(request.clone());
            if state.ended {
                return stream.shutdown(Shutdown::Both);
            }
            state.tricks.pop_front().or_else(|| state.always.clone())
        };
        let answer = match trick {
            Some(Trick::Cut) => return stream.shutdown(Shutdown::Both),
            Some(Trick::CutAfterwards) => {
                let answer = state.lock().unwrap().answer(&request);
                if answer.status == 200 {
                    http::write(stream, &answer, true)?;
                }
                return stream.shutdown(Shutdown::Both);
            }
            Some(Trick::Silence) => return reader.read_to_end(&mut Vec::new()).map(drop),
            Some(Trick::Status(status)) => Answer::of_a_proxy(status, None),
            Some(Trick::Busy(status, when)) => Answer::of_a_proxy(status, Some(&when)),
            None => state.lock().unwrap().answer(&request),
        };
        http::write(stream, &answer, false)?;
    }
    Ok(())
}

impl State {
    fn answer(&mut self, request: &Request) -> Answer {
        if request.path == "/api/v2/write" {
            if self.largest_body.is_some_and(|largest| request.body.len() > largest) {
                return Answer::of_a_proxy(413, None);
            }
            let fails = self.fails_over.as_ref();
            if fails.is_some_and(|text| server::body(request).is_ok_and(|body| body.contains(text)))
            {
                let message = "An internal error has occurred - check server logs";
                return server::error(500, "internal error", message);
            }
        }
        let mut answer = self.server.answer(request);
        if let (Some(error), "/api/v2/query") = (&self.breaks_off, request.path.as_str()) {
            answer.body += &flux::error_table(error);
        }
        answer
    }
}
