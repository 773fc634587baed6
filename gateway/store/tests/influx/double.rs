//! Stands in for InfluxDB 2.9 on the write path: it answers what a real server was recorded to answer, keeps what it
//! kept, and fails as proxies and networks do.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use crate::line::{self, Field, Point};

/// A server on a port of the loopback; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Double {
    port: u16,
    state: Arc<Mutex<State>>,
}

/// What it does instead of answering a request.
#[derive(Clone, Debug)]
pub(crate) enum Trick {
    /// Answers with this status, and `Retry-After` as a proxy would.
    Status(u16),
    /// Closes the connection.
    Cut,
    /// Takes the lines and then closes the connection, so that nobody knows.
    CutAfterwards,
    /// Says nothing until the client gives up.
    Silence,
}

#[derive(Debug, Default)]
struct State {
    points: BTreeMap<(String, i64), Field>,
    types: BTreeMap<String, &'static str>,
    tricks: VecDeque<Trick>,
    always: Option<Trick>,
    largest_body: Option<usize>,
    fails_over: Option<String>,
    requests: usize,
    ended: bool,
}

/// The organisation, bucket and tokens of the recording.
pub(crate) const ORGANISATION: &str = "vigie";
pub(crate) const BUCKET: &str = "vigie";
pub(crate) const TOKEN: &str = "vigie-fixture-token";
/// A bucket that keeps an hour.
pub(crate) const HOUR_BUCKET: &str = "vigie-hour";
/// The double's clock, that of the recording.
const NOW: i64 = 1_795_461_561;

/// A request to write, and the answer.
pub(crate) struct Writing<'a> {
    pub(crate) path: &'a str,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) body: &'a str,
}

pub(crate) type Answer = (u16, String);

impl Double {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
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

    /// Fails with 500 whenever a request holds this.
    pub(crate) fn fails_over(&self, text: &str) {
        self.state().fails_over = Some(text.to_owned());
    }

    /// How many points it keeps.
    pub(crate) fn count(&self) -> usize {
        self.state().points.len()
    }

    /// Whether it keeps a point of this device.
    pub(crate) fn knows(&self, device: &str) -> bool {
        let tag = format!(",device={device},");
        self.state().points.keys().any(|(series, _)| series.contains(&tag))
    }

    /// What it keeps, as `series time value`.
    pub(crate) fn points(&self) -> Vec<String> {
        let state = self.state();
        let point = |((series, ns), field): (&(String, i64), &Field)| {
            format!("{series} {} {field}", ns / 1_000_000)
        };
        state.points.iter().map(point).collect()
    }

    pub(crate) fn requests(&self) -> usize {
        self.state().requests
    }

    /// Answers as it would over the network.
    pub(crate) fn answer(&self, write: &Writing<'_>) -> Answer {
        self.state().answer(write)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
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
    while let Some((path, authorization, body)) = read_request(&mut reader)? {
        let write = Writing { path: &path, authorization: authorization.as_deref(), body: &body };
        let trick = {
            let mut state = state.lock().unwrap();
            state.requests += 1;
            if state.ended {
                return stream.shutdown(Shutdown::Both);
            }
            state.tricks.pop_front().or_else(|| state.always.clone())
        };
        let (status, text) = match trick {
            Some(Trick::Cut) => return stream.shutdown(Shutdown::Both),
            Some(Trick::CutAfterwards) => {
                state.lock().unwrap().answer(&write);
                return stream.shutdown(Shutdown::Both);
            }
            Some(Trick::Silence) => return reader.read_to_end(&mut Vec::new()).map(drop),
            Some(Trick::Status(status)) => (status, "<html>a proxy says no</html>".to_owned()),
            None => state.lock().unwrap().answer(&write),
        };
        let mut stream = stream;
        write!(stream, "HTTP/1.1 {status} x\r\nRetry-After: 1\r\nX-Influxdb-Version: 2.9.0\r\n")?;
        if status == 204 {
            write!(stream, "\r\n")?;
        } else {
            write!(stream, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        }
    }
    Ok(())
}

type Request = (String, Option<String>, String);

fn read_request(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Request>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut authorization, mut length) = (None, 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => authorization = Some(value.to_owned()),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((path, authorization, String::from_utf8(body).unwrap())))
}

impl State {
    fn answer(&mut self, write: &Writing<'_>) -> Answer {
        self.write(write).map_or_else(|refusal| refusal, |()| (204, String::new()))
    }

    fn write(&mut self, write: &Writing<'_>) -> Result<(), Answer> {
        if self.largest_body.is_some_and(|largest| write.body.len() > largest) {
            return Err((413, "<html>request entity too large</html>".to_owned()));
        }
        if self.fails_over.as_ref().is_some_and(|text| write.body.contains(text)) {
            let said = "An internal error has occurred - check server logs";
            return Err(error(500, "internal error", said));
        }
        let (bucket, nanos) = admit(write)?;
        let (mut points, mut faults) = (Vec::new(), Vec::new());
        for line in write.body.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line::parse(line, nanos, NOW * 1_000_000_000) {
                Ok(point) => points.push(point),
                Err(reason) => faults.push(format!("unable to parse '{line}': {reason}")),
            }
        }
        // One line that cannot be read costs the whole batch.
        if !faults.is_empty() {
            return Err(error(400, "invalid", &faults.join("\n")));
        }
        let oldest = if bucket == HOUR_BUCKET { (NOW - 3600) * 1_000_000_000 } else { i64::MIN };
        self.keep(points, oldest)
    }

    /// What conflicts or is too old is left out; its neighbours are kept.
    fn keep(&mut self, points: Vec<Point>, oldest: i64) -> Result<(), Answer> {
        let (mut conflict, mut old) = (None, 0);
        let mut conflicts = 0;
        for Point { measurement, series, field, nanos } in points {
            let kind = field.kind();
            let known = *self.types.entry(measurement.clone()).or_insert(kind);
            if nanos < oldest {
                old += 1;
            } else if known == kind {
                self.points.insert((series, nanos), field);
            } else {
                conflicts += 1;
                conflict.get_or_insert_with(|| format!(
                    "field type conflict: input field \"value\" on measurement \"{measurement}\" is type {kind}, already exists as type {known}"
                ));
            }
        }
        let what = match (conflict, old) {
            (Some(conflict), _) => format!("{conflict} dropped={conflicts}"),
            (None, 0) => return Ok(()),
            (None, old) => format!(
                "dropped {old} points outside retention policy of duration 1h0m0s dropped={old} for database: efb6"
            ),
        };
        let said = format!("failure writing points to database: partial write: {what}");
        Err(error(422, "unprocessable entity", &said))
    }
}

/// The bucket and how many nanoseconds a unit of time has.
fn admit(write: &Writing<'_>) -> Result<(String, i64), Answer> {
    let parameter = |name: &str| {
        let (_, query) = write.path.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
    };
    let unauthorized = || error(401, "unauthorized", "unauthorized access");
    let token = write.authorization.ok_or_else(unauthorized)?;
    let (_, token) = token.split_once(' ').ok_or_else(unauthorized)?;
    if ![TOKEN, "read-only-token", "write-only-token"].contains(&token) {
        return Err(unauthorized());
    }
    let organisation = parameter("org").unwrap_or_default();
    if organisation != ORGANISATION {
        let said = format!("organization name \"{organisation}\" not found");
        return Err(error(404, "not found", &said));
    }
    let bucket = parameter("bucket").ok_or_else(|| error(404, "not found", "bucket not found"))?;
    if ![BUCKET, HOUR_BUCKET].contains(&bucket.as_str()) {
        return Err(error(404, "not found", &format!("bucket \"{bucket}\" not found")));
    }
    if token == "read-only-token" {
        return Err(error(403, "forbidden", "insufficient permissions for write"));
    }
    let nanos = match parameter("precision").as_deref() {
        Some("s") => 1_000_000_000,
        Some("ms") => 1_000_000,
        Some("us") => 1_000,
        Some("ns") | None => 1,
        Some(_) => {
            let said = "invalid precision; valid precision units are ns, us, ms, and s";
            return Err(error(400, "invalid", said));
        }
    };
    Ok((bucket, nanos))
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    (status, serde_json::json!({ "code": code, "message": message }).to_string())
}
