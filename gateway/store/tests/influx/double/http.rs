//! The network end of the double: requests read, answers written, and what a proxy or a network does instead.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    /// As a proxy says it: HTML, and perhaps when to come back.
    pub(crate) fn of_a_proxy(status: u16, retry_after: Option<&str>) -> Self {
        let date = "Mon, 23 Nov 2026 20:00:00 GMT".to_owned();
        let mut headers = vec![("Content-Type", "text/html".to_owned()), ("Date", date)];
        headers.extend(retry_after.map(|when| ("Retry-After", when.to_owned())));
        Self { status, headers, body: "<html>a proxy says no</html>".to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// The next request of a connection; nothing when the client has closed it.
pub(crate) fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Request>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut words = first.split(' ');
    let mut request =
        Request { method: words.next().unwrap_or_default().to_owned(), ..Request::default() };
    set_target(&mut request, words.next().unwrap_or_default());
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        let name = name.to_ascii_lowercase();
        if name == "content-length" {
            length = value.parse().unwrap();
        }
        request.headers.push((name, value.to_owned()));
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body)?;
    Ok(Some(request))
}

/// Sets path and query from `/path?name=value`.
pub(crate) fn set_target(request: &mut Request, target: &str) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    path.clone_into(&mut request.path);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    request.query = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
}

/// Writes an answer; with `cut`, only the first half of its body.
pub(crate) fn write(mut stream: &TcpStream, answer: &Answer, cut: bool) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} x\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if answer.status != 204 {
        head += &format!("Content-Length: {}\r\n", answer.body.len());
    }
    let body = if cut { &answer.body[..answer.body.len() / 2] } else { &answer.body };
    stream.write_all(format!("{head}\r\n{body}").as_bytes())
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        bytes.push(match first {
            b'+' => b' ',
            b'%' if after.len() >= 2 => {
                rest = &after[2..];
                u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap()
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).unwrap()
}
