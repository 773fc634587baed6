//! The recorded conversation with a real InfluxDB 2.9; see the README beside it.

use serde_json::Value as Json;

use super::http::{Answer, Request, set_target};

/// A request and what the real server answered.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) name: String,
    pub(crate) request: Request,
    pub(crate) answer: Answer,
    /// Whether the request was sent compressed; it is recorded as it was before.
    pub(crate) is_packed: bool,
}

/// Headers that say how an answer is sent, not what it says.
const OF_TRANSPORT: [&str; 2] = ["Content-Length", "Transfer-Encoding"];

/// All exchanges in the order in which they happened.
pub(crate) fn exchanges() -> impl Iterator<Item = Exchange> {
    include_str!("../recording.jsonl")
        .lines()
        .map(|line| exchange(&serde_json::from_str(line).unwrap()))
}

/// The recorded answer of this name.
pub(crate) fn answer(name: &str) -> Answer {
    let mut found = exchanges().find(|exchange| exchange.name == name).unwrap().answer;
    found.headers.retain(|(name, _)| !name.starts_with("X-Influxdb"));
    found
}

/// Recorded error of a real compiler for this very script, where it was no Flux.
pub(crate) fn compiler_error(query: &Json) -> Option<Answer> {
    const BROKEN: [&str; 6] = [
        "query_params",
        "query_compile_error",
        "query_unknown_function",
        "query_type_error",
        "query_runtime_error",
        "query_unknown_zone",
    ];
    let same = |exchange: &Exchange| {
        let recorded: Option<Json> = serde_json::from_slice(&exchange.request.body).ok();
        BROKEN.contains(&exchange.name.as_str())
            && recorded.is_some_and(|it| it["query"] == query["query"])
    };
    let found = exchanges().find(same)?;
    let mut error = found.answer;
    error.headers.retain(|(name, _)| *name != "Vary" && !name.starts_with("X-Influxdb"));
    Some(error)
}

fn exchange(recorded: &Json) -> Exchange {
    let (sent, answered) = (&recorded["request"], &recorded["response"]);
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let headers = |json: &Json| -> Vec<(String, String)> {
        json.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect()
    };
    let mut request = Request {
        method: text(&sent["method"]),
        headers: headers(&sent["headers"])
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect(),
        body: text(&sent["body"]).into_bytes(),
        ..Request::default()
    };
    set_target(&mut request, &text(&sent["path"]));
    let name = text(&recorded["name"]);
    let received = headers(&answered["headers"]).into_iter();
    let answer = Answer {
        status: answered["status"].as_u64().unwrap().try_into().unwrap(),
        headers: received
            .filter(|(name, _)| !OF_TRANSPORT.contains(&name.as_str()))
            .map(|(name, value)| (&*name.leak(), value))
            .collect(),
        body: text(&answered["body"]),
    };
    let is_packed = request.header("content-encoding").is_some() && name != "write_gzip_corrupt";
    Exchange { name, request, answer, is_packed }
}
