//! What the server knows, and which request is for what.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value as Json, json};

use super::bucket::Bucket;
use super::http::{Answer, Request};
use super::recording;

/// The organisation, bucket and token of the recording.
pub(crate) const ORGANISATION: &str = "vigie";
pub(crate) const BUCKET: &str = "vigie";
pub(crate) const TOKEN: &str = "vigie-fixture-token";
/// A bucket that keeps an hour.
pub(crate) const HOUR_BUCKET: &str = "vigie-hour";
const ORGANISATION_ID: &str = "0a50062b82443d4b";

/// The state of the server.
#[derive(Debug)]
pub(crate) struct Server {
    /// The time, in nanoseconds since 1970.
    pub(crate) now: i64,
    pub(crate) buckets: Vec<Bucket>,
    /// What each token may do with the bucket `vigie`.
    tokens: BTreeMap<String, Right>,
    is_set_up: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Right {
    All,
    Read,
    Write,
}

pub(crate) type Outcome = Result<Answer, Answer>;

impl Server {
    /// A server that nobody has set up yet, at the time of the recording.
    pub(crate) fn fresh() -> Self {
        let now = 1_795_461_561_248_367_117;
        Self { now, buckets: Vec::new(), tokens: BTreeMap::new(), is_set_up: false }
    }

    /// A server with the organisation, the buckets and the tokens of the recording.
    pub(crate) fn ready() -> Self {
        let mut server = Self::fresh();
        server.set_up();
        server.buckets.push(Bucket::new("efb6084e5d7202e3", HOUR_BUCKET, 3600));
        server.tokens.insert("write-only-token".to_owned(), Right::Write);
        server.tokens.insert("read-only-token".to_owned(), Right::Read);
        server
    }

    pub(crate) fn answer(&mut self, request: &Request) -> Answer {
        // Time goes on, a millisecond with each request.
        self.now += 1_000_000;
        let mut answer = self.route(request).unwrap_or_else(|refusal| refusal);
        answer.headers.push(("X-Influxdb-Build", "OSS".to_owned()));
        answer.headers.push(("X-Influxdb-Version", "2.9.0".to_owned()));
        answer
    }

    pub(crate) fn bucket(&mut self, name: &str) -> Option<&mut Bucket> {
        self.buckets.iter_mut().find(|bucket| bucket.name == name)
    }

    fn route(&mut self, request: &Request) -> Outcome {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/ping") => {
                let headers = vec![("Vary", "Accept-Encoding".to_owned())];
                Ok(Answer { headers, ..Answer::empty(204) })
            }
            ("GET", "/health") => Ok(recording::answer("health")),
            ("GET", "/ready") => Ok(recording::answer("ready")),
            ("GET", "/api/v2/setup") => {
                Ok(json_answer(200, &json!({ "allowed": !self.is_set_up })))
            }
            ("POST", "/api/v2/setup") if !self.is_set_up => {
                self.set_up();
                // It names all rights of the first user; nothing of it matters to who writes or reads.
                Ok(recording::answer("setup"))
            }
            ("POST", "/api/v2/query") => self.query(request).map_err(|mut refusal| {
                if refusal.status != 401 {
                    refusal.headers.push(("Vary", "Accept-Encoding".to_owned()));
                }
                refusal
            }),
            ("GET", "/api/v2/orgs") => self.organisations(request),
            ("GET", "/api/v2/buckets") => self.list_buckets(request),
            ("POST", "/api/v2/buckets") => self.create_bucket(request),
            ("POST", "/api/v2/authorizations") => self.authorize(request),
            ("POST", "/api/v2/write") => self.write(request),
            ("POST", "/api/v2/delete") => self.delete(request),
            (_, "/api/v2/write") => {
                let mut refusal = error(405, "method not allowed", "allow: OPTIONS, POST");
                refusal.headers.push(("Allow", "OPTIONS, POST".to_owned()));
                Err(refusal)
            }
            _ => Err(error(404, "not found", "path not found")),
        }
    }

    fn set_up(&mut self) {
        self.is_set_up = true;
        self.buckets.push(Bucket::new("e6d80771c9deb823", BUCKET, 0));
        self.tokens.insert(TOKEN.to_owned(), Right::All);
    }

    fn right(&self, request: &Request) -> Result<Right, Answer> {
        let unauthorized = || error(401, "unauthorized", "unauthorized access");
        let given = request.header("authorization").ok_or_else(unauthorized)?;
        let token = given.strip_prefix("Token ").or_else(|| given.strip_prefix("Bearer "));
        token.and_then(|token| self.tokens.get(token)).copied().ok_or_else(unauthorized)
    }

    fn organisations(&self, request: &Request) -> Outcome {
        self.right(request)?;
        known_organisation(request)?;
        let links = |part: &str| format!("/api/v2/orgs/{ORGANISATION_ID}{part}");
        let organisation = json!({
            "links": {
                "buckets": "/api/v2/buckets?org=vigie", "dashboards": "/api/v2/dashboards?org=vigie",
                "labels": links("/labels"), "logs": links("/logs"), "members": links("/members"),
                "owners": links("/owners"), "secrets": links("/secrets"), "self": links(""),
                "tasks": "/api/v2/tasks?org=vigie",
            },
            "id": ORGANISATION_ID, "name": ORGANISATION, "description": "",
            "createdAt": "2026-11-23T19:19:21.127850658Z", "updatedAt": "2026-11-23T19:19:21.127850744Z",
        });
        Ok(json_answer(
            200,
            &json!({ "links": { "self": "/api/v2/orgs" }, "orgs": [organisation] }),
        ))
    }

    fn list_buckets(&self, request: &Request) -> Outcome {
        self.right(request)?;
        if request.parameter("org").is_some() {
            known_organisation(request)?;
        }
        let name = request.parameter("name");
        let found: Vec<_> = self
            .buckets
            .iter()
            .filter(|bucket| name.is_none_or(|name| name == bucket.name))
            .map(|bucket| bucket.as_json(ORGANISATION_ID))
            .collect();
        // As the real server is known to do: without the organisation, an unknown name gives an empty list.
        if let (true, Some(name), Some(_)) = (found.is_empty(), name, request.parameter("org")) {
            return Err(no_bucket(name));
        }
        let own = "/api/v2/buckets?bucket=vigie&descending=false&limit=20&offset=0&org=vigie";
        Ok(json_answer(200, &json!({ "links": { "self": own }, "buckets": found })))
    }

    fn create_bucket(&mut self, request: &Request) -> Outcome {
        let right = self.right(request)?;
        let body: Json = serde_json::from_slice(&request.body).unwrap_or_default();
        let name = body["name"].as_str().unwrap_or_default();
        if right != Right::All || body["orgID"] != ORGANISATION_ID {
            let message = format!("write:orgs/{ORGANISATION_ID}/buckets is unauthorized");
            return Err(error(401, "unauthorized", &message));
        }
        if self.buckets.iter().any(|bucket| bucket.name == name) {
            return Err(error(422, "conflict", &format!("bucket with name {name} already exists")));
        }
        let seconds = body["retentionRules"][0]["everySeconds"].as_u64().unwrap_or(0);
        if (1..3600).contains(&seconds) {
            let message = "retention policy duration must be at least 1h0m0s";
            return Err(error(500, "internal error", message));
        }
        let id = match name {
            "vigie-15min" => "89384510c250c026".to_owned(),
            HOUR_BUCKET => "efb6084e5d7202e3".to_owned(),
            _ => format!("{:016x}", 0x00b0_0000_0000_0000_u64 + self.buckets.len() as u64),
        };
        let bucket = Bucket::new(&id, name, seconds);
        let answer = json_answer(201, &bucket.as_json(ORGANISATION_ID));
        self.buckets.push(bucket);
        Ok(answer)
    }

    /// A token, by the name of what it is for.
    fn authorize(&mut self, request: &Request) -> Outcome {
        self.right(request)?;
        let body: Json = serde_json::from_slice(&request.body).unwrap_or_default();
        let description = body["description"].as_str().unwrap_or_default();
        let token = format!("{}-token", description.replace(' ', "-"));
        let (right, id) = match body["permissions"][0]["action"].as_str() {
            Some("write") => (Right::Write, "11ae75a7ce87e000"),
            _ => (Right::Read, "11ae75a7cec7e000"),
        };
        let mut permissions = body["permissions"].clone();
        permissions[0]["resource"]["name"] = json!(BUCKET);
        permissions[0]["resource"]["org"] = json!(ORGANISATION);
        let answer = json!({
            "id": id, "token": token, "status": "active", "description": description,
            "orgID": ORGANISATION_ID, "org": ORGANISATION, "userID": "11ae75a7b9c7e000", "user": "vigie",
            "permissions": permissions,
            "links": { "self": format!("/api/v2/authorizations/{id}"), "user": "/api/v2/users/11ae75a7b9c7e000" },
            "createdAt": "2026-11-23T19:19:21.14631938Z", "updatedAt": "2026-11-23T19:19:21.14631938Z",
        });
        self.tokens.insert(token, right);
        Ok(json_answer(201, &answer))
    }

    fn write(&mut self, request: &Request) -> Outcome {
        let right = self.right(request)?;
        known_organisation(request)?;
        let now = self.now;
        let name = request
            .parameter("bucket")
            .ok_or_else(|| error(404, "not found", "bucket not found"))?;
        let bucket = self.bucket(name).ok_or_else(|| no_bucket(name))?;
        if right == Right::Read {
            return Err(error(403, "forbidden", "insufficient permissions for write"));
        }
        let unit = match request.parameter("precision") {
            Some("s") => 1_000_000_000,
            Some("ms") => 1_000_000,
            Some("us") => 1_000,
            Some("ns") | None => 1,
            Some(_) => {
                let message = "invalid precision; valid precision units are ns, us, ms, and s";
                return Err(error(400, "invalid", message));
            }
        };
        bucket.write(&body(request)?, unit, now).map(|()| Answer::empty(204))
    }

    fn query(&mut self, request: &Request) -> Outcome {
        let right = self.right(request)?;
        if let Err(refusal) = known_organisation(request) {
            let message: Json = serde_json::from_str(&refusal.body).unwrap_or_default();
            let message = format!(
                "failed to decode request body: {}",
                message["message"].as_str().unwrap_or_default()
            );
            return Err(error(400, "invalid", &message));
        }
        super::querying::answer(self, request, right != Right::Write)
    }

    fn delete(&mut self, request: &Request) -> Outcome {
        self.right(request)?;
        let name = request.parameter("bucket").unwrap_or_default();
        let body: Json = serde_json::from_slice(&request.body).unwrap_or_default();
        let bucket = self.bucket(name).ok_or_else(|| no_bucket(name))?;
        bucket.delete(&body)
    }
}

/// The body as text, unpacked.
pub(crate) fn body(request: &Request) -> Result<String, Answer> {
    let broken = |_| {
        let message = "An internal error has occurred - check server logs";
        error(500, "internal error", message)
    };
    let mut text = String::new();
    if request.header("content-encoding") == Some("gzip") {
        GzDecoder::new(request.body.as_slice()).read_to_string(&mut text).map_err(broken)?;
    } else {
        request.body.as_slice().read_to_string(&mut text).map_err(broken)?;
    }
    Ok(text)
}

fn known_organisation(request: &Request) -> Result<(), Answer> {
    let organisation = request.parameter("org").unwrap_or_default();
    if organisation == ORGANISATION {
        return Ok(());
    }
    Err(error(404, "not found", &format!("organization name \"{organisation}\" not found")))
}

fn no_bucket(name: &str) -> Answer {
    error(404, "not found", &format!("bucket \"{name}\" not found"))
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Answer {
    let mut answer = json_answer(status, &json!({ "code": code, "message": message }));
    answer.headers.push(("X-Platform-Error-Code", code.to_owned()));
    answer
}

fn json_answer(status: u16, json: &Json) -> Answer {
    let headers = vec![("Content-Type", "application/json; charset=utf-8".to_owned())];
    Answer { status, headers, body: json.to_string() }
}
