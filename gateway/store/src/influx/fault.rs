//! What the answers of InfluxDB, and of what stands in front of it, mean for what we do next.

use std::time::Duration;

/// Why a request was not granted, cut by what is done next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Wait, then send the same again: the network, an overloaded server, a proxy without a server behind it.
    #[error("InfluxDB is not to be reached: {reason}")]
    Wait {
        /// What happened.
        reason: String,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// Wait as well; but a server that fails over the same lines again and again may fail because of one of them.
    #[error("InfluxDB failed: {0}")]
    Doubtful(String),
    /// Send less, or ask for less, at once.
    #[error(
        "InfluxDB, or what stands before it, takes no such large request or gives no such large answer"
    )]
    Split,
    /// Find the lines that it will never take; the others are good.
    #[error("InfluxDB refused: {reason}")]
    Isolate {
        /// In the words of the server.
        reason: String,
        /// How many lines were left out, where the server says so: it kept the others.
        dropped: Option<usize>,
    },
    /// A person must change something; the text says what.
    #[error("{0}")]
    Configuration(String),
}

/// Kind of request: it tells which right is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// Lines were sent.
    Writing,
    /// A query was sent.
    Reading,
    /// Its organisations or buckets were looked at, or a bucket was made.
    Administering,
}

/// Whether InfluxDB refused a line because its bucket does not keep points that long, in the words of any version 2.
pub(super) fn is_too_old(reason: &str) -> bool {
    ["outside retention policy", "beyond retention policy"].iter().any(|text| reason.contains(text))
}

impl Fault {
    /// What an answer other than success means.
    pub(super) fn of(status: u16, body: &str, doing: Doing) -> Self {
        let message = message_of(body);
        match status {
            // A query in an organisation that is not there is a 400, where a line in one is a 404.
            400 if doing == Doing::Reading && message.contains("organization name") => {
                Self::of(404, body, doing)
            }
            400 | 422 => Self::Isolate { dropped: dropped(&message), reason: message },
            401 if doing != Doing::Administering || message == "unauthorized access" => {
                Self::Configuration(format!(
                    "InfluxDB does not know the token ({message}); make one in its page API Tokens and give it in \
                     VIGIE_INFLUXDB_TOKEN"
                ))
            }
            401 | 403 => Self::Configuration(format!(
                "the token may not {} ({message}); give it the right to",
                match doing {
                    Doing::Writing => "write to the bucket",
                    Doing::Reading => "read the bucket",
                    Doing::Administering => "look at or make buckets",
                }
            )),
            404 => Self::Configuration(format!(
                "InfluxDB has no such organisation or bucket{} ({message}); make it there or with `vigie check \
                 --create-bucket`, or correct --influxdb-org or --influxdb-bucket",
                if doing == Doing::Reading { ", or the token may not read it" } else { "" }
            )),
            413 => Self::Split,
            408 | 425 | 429 | 502..=599 => {
                Self::Wait { reason: format!("status {status}, {message}"), retry_after: None }
            }
            500 => Self::Doubtful(message),
            _ => Self::Configuration(format!(
                "what answers is no InfluxDB 2: status {status}, {message}; correct --influxdb"
            )),
        }
    }

    /// The same, when the server asks to wait so long.
    #[must_use]
    pub(super) fn after(mut self, pause: Option<Duration>) -> Self {
        if let Self::Wait { retry_after, .. } = &mut self {
            *retry_after = pause;
        }
        self
    }
}

/// What the server says in its JSON, or else the beginning of what it says, as one line.
fn message_of(body: &str) -> String {
    const LONGEST: usize = 300;
    let json: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let text = json.as_ref().and_then(|json| json["message"].as_str()).unwrap_or(body);
    let words: Vec<_> = text.split_whitespace().collect();
    let text: String = words.join(" ").chars().filter(|c| !c.is_control()).collect();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            // The count of what was dropped stands near the end.
            let count = dropped(&text).map(|count| format!(" dropped={count}"));
            format!("{}…{}", &text[..end], count.unwrap_or_default())
        }
        None if text.is_empty() => "without a word".to_owned(),
        None => text,
    }
}

fn dropped(message: &str) -> Option<usize> {
    let (_, count) = message.rsplit_once("dropped=")?;
    count.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, message: &str) -> Fault {
        let body = serde_json::json!({"code": "x", "message": message}).to_string();
        Fault::of(status, &body, Doing::Writing)
    }

    #[test]
    fn a_missing_right_is_reported_with_what_to_do() {
        for (status, remedy) in [
            (401, "VIGIE_INFLUXDB_TOKEN"),
            (403, "write to the bucket"),
            (404, "--influxdb-bucket"),
        ] {
            let Fault::Configuration(text) = answer(status, "unauthorized access") else {
                panic!()
            };
            assert!(text.contains(remedy) && text.contains("unauthorized access"), "{text}");
        }
    }

    #[test]
    fn an_organisation_that_is_not_there_is_reported_as_such_to_who_asks_too() {
        let body = "{\"message\":\"failed to decode request body: organization name \\\"nobody\\\" not found\"}";
        let Fault::Configuration(text) = Fault::of(400, body, Doing::Reading) else { panic!() };
        assert!(text.contains("--influxdb-org") && text.contains("\"nobody\" not found"), "{text}");
        let other = Fault::of(400, "{\"message\":\"undefined identifier\"}", Doing::Reading);
        assert!(matches!(other, Fault::Isolate { .. }));
    }

    #[test]
    fn an_overloaded_server_is_waited_for() {
        for status in [429, 502, 503, 504] {
            assert!(
                matches!(Fault::of(status, "<html>", Doing::Writing), Fault::Wait { .. }),
                "{status}"
            );
        }
        assert!(matches!(answer(500, "internal error"), Fault::Doubtful(_)));
        assert_eq!(Fault::of(413, "", Doing::Writing), Fault::Split);
    }

    #[test]
    fn how_long_a_busy_server_asks_to_wait_is_kept() {
        let pause = Some(Duration::from_secs(7));
        let busy = Fault::of(429, "", Doing::Writing).after(pause);
        assert!(matches!(busy, Fault::Wait { retry_after, .. } if retry_after == pause));
        assert_eq!(Fault::of(413, "", Doing::Writing).after(pause), Fault::Split);
    }

    #[test]
    fn a_server_that_is_no_influxdb_is_reported_as_such() {
        for status in [200, 301, 405] {
            assert!(
                matches!(Fault::of(status, "", Doing::Writing), Fault::Configuration(_)),
                "{status}"
            );
        }
    }

    #[test]
    fn a_line_that_is_too_old_is_distinguished_from_one_that_is_wrong_in_the_words_of_any_version()
    {
        assert!(is_too_old(
            "partial write: dropped 1 points outside retention policy of duration 1h0m0s dropped=1"
        ));
        assert!(is_too_old("partial write: points beyond retention policy dropped=1"));
        let conflict = "partial write: field type conflict dropped=1 for database: e6d8 for retention policy: autogen";
        assert!(!is_too_old(conflict));
    }

    #[test]
    fn the_number_of_dropped_lines_is_found_however_long_the_message() {
        let conflict = answer(422, "partial write: field type conflict dropped=1");
        assert!(matches!(conflict, Fault::Isolate { dropped: Some(1), .. }));
        let long = format!("{} dropped=12 for database: e6d8", "old ".repeat(300));
        assert!(matches!(answer(422, &long), Fault::Isolate { dropped: Some(12), .. }));
        let malformed = answer(400, "unable to parse 'x': missing fields");
        assert!(matches!(malformed, Fault::Isolate { dropped: None, .. }));
    }
}
