//! A query from request to answer.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::flux::{self, Failure, Key, Reading, Storage, Stream};
use super::http::{Answer, Request};
use super::recording;
use super::server::{Outcome, Server, error};

/// Answers a query of who may read, or may not: then there seems to be no bucket.
pub(crate) fn answer(server: &Server, request: &Request, may_read: bool) -> Outcome {
    let body = String::from_utf8_lossy(&request.body);
    let invalid = |message: &str| error(400, "invalid", message);
    let (text, given, annotated) = if request.header("content-type") == Some("application/vnd.flux")
    {
        (body.into_owned(), HashMap::new(), false)
    } else {
        let query: Json = serde_json::from_str(&body).map_err(|_| {
            invalid(
                "failed to decode request body: failed parsing request body as JSON; if sending a raw Flux script, set \
                 'Content-Type: application/vnd.flux' in your request headers: unexpected EOF",
            )
        })?;
        // Errors of the compiler of a real server are known from the recording only.
        if let Some(error) = recording::compiler_error(&query) {
            return Err(error);
        }
        let given = match query.get("extern") {
            None => HashMap::new(),
            Some(tree) => flux::read_extern(tree).map_err(|message| invalid(&message))?,
        };
        let annotations = query["dialect"]["annotations"].as_array().map_or(0, Vec::len);
        (query["query"].as_str().unwrap_or_default().to_owned(), given, annotations == 3)
    };
    match flux::ask(&text, given, &Readable { server, may_read }) {
        Ok(results) => {
            let headers = vec![
                ("Content-Type", "text/csv; charset=utf-8".to_owned()),
                ("Vary", "Accept-Encoding".to_owned()),
            ];
            Ok(Answer { status: 200, headers, body: flux::write(&results, annotated) })
        }
        Err(Failure::Refused(status, code, message)) => Err(error(status, code, &message)),
        Err(Failure::NotUnderstood(what)) => {
            Err(invalid(&format!("the double does not understand this Flux: {what}")))
        }
    }
}

struct Readable<'a> {
    server: &'a Server,
    may_read: bool,
}

impl Storage for Readable<'_> {
    fn read(&self, read: &Reading, wanted: &mut dyn FnMut(&Key) -> bool) -> Option<Stream> {
        let bucket = self.server.buckets.iter().find(|known| known.name == read.bucket);
        bucket.filter(|_| self.may_read).map(|bucket| bucket.read(read.start, read.stop, wanted))
    }

    fn now(&self) -> i64 {
        self.server.now
    }
}
