//! What is kept, and what of a batch is not.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::flux::{Column, Key, Stream, Table, Value};
use super::http::Answer;
use super::line::{self, Field, Point};
use super::server::{Outcome, error};

/// A bucket with its points.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) id: String,
    pub(crate) name: String,
    /// How long points are kept; 0 for ever.
    pub(crate) seconds: u64,
    pub(crate) series: BTreeMap<Series, BTreeMap<i64, Field>>,
    types: BTreeMap<(String, String), &'static str>,
}

/// What names a series; in the order in which a real server gives them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    pub(crate) measurement: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) field: String,
}

impl Bucket {
    pub(crate) fn new(id: &str, name: &str, seconds: u64) -> Self {
        let (series, types) = (BTreeMap::new(), BTreeMap::new());
        Self { id: id.to_owned(), name: name.to_owned(), seconds, series, types }
    }

    pub(crate) fn as_json(&self, organisation: &str) -> Json {
        let id = &self.id;
        let links = |part: &str| format!("/api/v2/buckets/{id}{part}");
        let shard = if self.seconds == 3600 { 3600 } else { 604_800 };
        json!({
            "id": id, "orgID": organisation, "type": "user", "name": self.name,
            "retentionRules": [{ "type": "expire", "everySeconds": self.seconds, "shardGroupDurationSeconds": shard }],
            "createdAt": "2026-11-23T19:19:21.140200998Z", "updatedAt": "2026-11-23T19:19:21.140201086Z",
            "links": {
                "labels": links("/labels"), "members": links("/members"), "org": format!("/api/v2/orgs/{organisation}"),
                "owners": links("/owners"), "self": links(""),
                "write": format!("/api/v2/write?org={organisation}&bucket={id}"),
            },
            "labels": [],
        })
    }

    /// Takes lines whose times count units of so many nanoseconds.
    pub(crate) fn write(&mut self, body: &str, unit: i64, now: i64) -> Result<(), Answer> {
        let (mut points, mut faults) = (Vec::new(), Vec::new());
        for line in body.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line::parse(line, unit, now) {
                Ok(point) => points.push(point),
                Err(reason) => faults.push(format!("unable to parse '{line}': {reason}")),
            }
        }
        // One line that cannot be read costs the whole batch.
        if !faults.is_empty() {
            return Err(error(400, "invalid", &faults.join("\n")));
        }
        self.keep(points, now)
    }

    /// What conflicts or is too old is left out; its neighbours are kept.
    fn keep(&mut self, points: Vec<Point>, now: i64) -> Result<(), Answer> {
        let bound = match i64::try_from(self.seconds).unwrap() {
            0 => i64::MIN,
            seconds => now - seconds * 1_000_000_000,
        };
        let (old, young): (Vec<_>, Vec<_>) =
            points.into_iter().partition(|point| point.nanos < bound);
        let (mut conflict, mut conflicts) = (None, 0);
        for point in young {
            if let Some(message) = self.conflict(&point) {
                conflicts += 1;
                conflict.get_or_insert(message);
                continue;
            }
            let Point { measurement, tags, fields, nanos } = point;
            for (field, value) in fields {
                let series = Series { measurement: measurement.clone(), tags: tags.clone(), field };
                self.series.entry(series).or_default().insert(nanos, value);
            }
        }
        let what = match conflict {
            Some(conflict) => format!("{conflict} dropped={conflicts}"),
            None if old.is_empty() => return Ok(()),
            None => self.too_old(&old, bound),
        };
        let message = format!("failure writing points to database: partial write: {what}");
        Err(error(422, "unprocessable entity", &message))
    }

    /// The first writer fixes the type of a field.
    fn conflict(&mut self, point: &Point) -> Option<String> {
        let measurement = &point.measurement;
        for (field, value) in &point.fields {
            let kind = value.kind();
            let known = *self.types.entry((measurement.clone(), field.clone())).or_insert(kind);
            if known != kind {
                return Some(format!(
                    "field type conflict: input field \"{field}\" on measurement \"{measurement}\" is type {kind}, \
                     already exists as type {known}"
                ));
            }
        }
        None
    }

    fn too_old(&self, old: &[Point], bound: i64) -> String {
        let time = |nanos: i64| Timestamp::from_nanosecond(i128::from(nanos)).unwrap();
        let named = |point: &Point| {
            let tags = point.tags.iter().map(|(key, value)| format!(",{key}={value}"));
            let (measurement, tags) = (&point.measurement, tags.collect::<String>());
            format!(
                "{measurement}{tags} at {} dropped because it violates a Retention Policy Lower Bound at {}",
                time(point.nanos),
                time(bound)
            )
        };
        let oldest = named(old.iter().min_by_key(|point| point.nanos).unwrap());
        let newest = named(old.iter().max_by_key(|point| point.nanos).unwrap());
        let (count, hours, id) = (old.len(), self.seconds / 3600, &self.id);
        format!(
            "dropped {count} points outside retention policy of duration {hours}h0m0s - oldest point {oldest}, newest \
             point {newest} dropped={count} for database: {id} for retention policy: autogen"
        )
    }

    /// The series whose key is `wanted`, with their points from `start` up to, not including, `stop`.
    pub(crate) fn read(
        &self,
        start: i64,
        stop: i64,
        wanted: &mut dyn FnMut(&Key) -> bool,
    ) -> Stream {
        let mut table = |(series, points): (&Series, &BTreeMap<i64, Field>)| {
            let kind = points.values().next()?.as_value().0;
            let text = |text: &String| Value::Text(text.clone());
            let mut key = vec![
                ("_start".to_owned(), Value::Time(start)),
                ("_stop".to_owned(), Value::Time(stop)),
                ("_field".to_owned(), text(&series.field)),
                ("_measurement".to_owned(), text(&series.measurement)),
            ];
            key.extend(series.tags.iter().map(|(name, value)| (name.clone(), text(value))));
            if !wanted(&key) {
                return None;
            }
            let mut columns: Vec<_> = ["_start", "_stop", "_time"]
                .map(|name| Column::new(name, "dateTime:RFC3339", name != "_time"))
                .into();
            columns.push(Column::new("_value", kind, false));
            columns.extend(key[2..].iter().map(|(name, _)| Column::new(name, "string", true)));
            let rows = points.range(start..stop.max(start)).map(|(time, value)| {
                let mut row = vec![
                    Value::Time(start),
                    Value::Time(stop),
                    Value::Time(*time),
                    value.as_value().1,
                ];
                row.extend(key[2..].iter().map(|(_, value)| value.clone()));
                row
            });
            let rows: Vec<_> = rows.collect();
            (!rows.is_empty()).then_some(Table { columns, rows, key })
        };
        Stream {
            tables: self.series.iter().filter_map(&mut table).collect(),
            is_stored: true,
            error: None,
        }
    }

    /// Deletes what equals all of `tag="value" AND …` between two times.
    pub(crate) fn delete(&mut self, body: &Json) -> Outcome {
        let broken =
            |what: &str| error(400, "invalid", &format!("error decoding json body: {what}"));
        let time = |name: &str| {
            let time = body[name].as_str().and_then(|text| text.parse::<Timestamp>().ok());
            let time = time.and_then(|time| i64::try_from(time.as_nanosecond()).ok());
            time.ok_or_else(|| {
                broken(&format!(
                    "invalid RFC3339Nano for field {name}, please format your time with RFC3339Nano format, example: \
                     2009-01-01T23:00:00Z"
                ))
            })
        };
        let (start, stop) = (time("start")?, time("stop")?);
        let predicate = body["predicate"].as_str().unwrap_or_default();
        if let Some(at) = predicate.find("=~") {
            return Err(broken(&format!(
                "operator: \"=~\" at position: {at} is not supported yet"
            )));
        }
        let wanted: Vec<_> = predicate
            .split(" AND ")
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name, value.trim_matches('"').to_owned()))
            .collect();
        for (series, points) in &mut self.series {
            let fits = wanted.iter().all(|(name, value)| match *name {
                "_measurement" => series.measurement == *value,
                tag => series.tags.get(tag) == Some(value),
            });
            if fits {
                points.retain(|time, _| !(start..stop).contains(time));
            }
        }
        Ok(Answer::empty(204))
    }
}

impl Field {
    fn as_value(&self) -> (&'static str, Value) {
        match self {
            Self::Float(number) => ("double", Value::Float(*number)),
            Self::Integer(number) => ("long", Value::Integer(*number)),
            Self::Boolean(truth) => ("boolean", Value::Bool(*truth)),
            Self::Text(text) => ("string", Value::Text(text.clone())),
        }
    }
}
