//! The functions of Flux that are understood.

use std::collections::HashMap;

use super::evaluate::{Failure, Reading, Scope, Value, not_understood};
use super::grid;
use super::syntax::{Duration, Expr};
use super::tables::{Column, Key, Stream, Table, merge};

type Arguments = HashMap<String, Value>;

pub(crate) fn call(
    scope: &mut Scope<'_>,
    name: &str,
    mut given: Arguments,
) -> Result<Value, Failure> {
    let stream = match name {
        "from" => {
            // `range` reads; the bucket waits for it.
            let bucket = given.remove("bucket").unwrap_or(Value::Null);
            return Ok(Value::Record(vec![("bucket".to_owned(), bucket)]));
        }
        "timezone.location" => return Ok(given["name"].clone()),
        "range" => return range(scope, &given).map(Value::Reading),
        "schema.measurements" => names(scope, &given, "_measurement")?,
        "schema.tagValues" => names(scope, &given, &text(&given, "tag")?)?,
        "array.from" => Stream { tables: vec![from_rows(&given["rows"])?], ..Stream::default() },
        _ => staged(scope, name, given)?,
    };
    Ok(Value::Stream(stream))
}

fn staged(scope: &mut Scope<'_>, name: &str, mut given: Arguments) -> Result<Stream, Failure> {
    let stream = match given.remove("<-") {
        Some(Value::Stream(stream)) => stream,
        // A filter of the group key is answered by the storage.
        Some(Value::Reading(reading)) if name == "filter" => {
            return read_some(scope, &reading, &given["fn"]);
        }
        Some(Value::Reading(reading)) => read(scope, &reading, &mut |_| true)?,
        Some(Value::Record(from)) => {
            let Some((_, Value::Text(bucket))) = from.first() else {
                return not_understood(&Value::Null);
            };
            let message = format!(
                "error in building plan while starting program: cannot submit unbounded read to \"{bucket}\"; try \
                 bounding 'from' with a call to 'range'"
            );
            return Err(Failure::Refused(400, "invalid", message));
        }
        _ => return not_understood(&Value::Known(name.to_owned())),
    };
    let given = &given;
    match name {
        "filter" => {
            let is_stored = stream.is_stored;
            let kept = each(stream, |table| filter(scope, table, &given["fn"]))?;
            Ok(Stream { is_stored, ..kept })
        }
        "keep" => {
            let kept = texts(given, "columns")?;
            Ok(merged(each(stream, |table| Ok(table.keep(&kept)))?.tables))
        }
        "group" => Ok(group(&stream)),
        "first" => each(stream, |table| Ok(pick(table, true))),
        "last" => each(stream, |table| Ok(pick(table, false))),
        "limit" => {
            let Value::Integer(most) = given["n"] else { return not_understood(&given["n"]) };
            each(stream, |mut table| {
                table.rows.truncate(usize::try_from(most).unwrap_or(0));
                Ok(table)
            })
        }
        "sort" => {
            let by = texts(given, "columns")?;
            each(stream, |table| Ok(sorted(table, &by)))
        }
        "window" => {
            let Value::Duration(every) = given["every"] else {
                return not_understood(&given["every"]);
            };
            Ok(grid::window(&stream, every))
        }
        "pivot" => Ok(pivoted(&stream)),
        "reduce" => each(stream, |table| reduce(scope, &table, given)),
        "aggregateWindow" => aggregate_window(scope, &stream, given),
        "yield" => {
            let name = text(given, "name")?;
            scope.yielded.push((name, stream.clone()));
            Ok(stream)
        }
        other => Err(Failure::NotUnderstood(other.to_owned())),
    }
}

/// Changes each table; those without rows are gone then.
fn each(
    stream: Stream,
    change: impl FnMut(Table) -> Result<Table, Failure>,
) -> Result<Stream, Failure> {
    let mut tables = stream.tables.into_iter().map(change).collect::<Result<Vec<_>, _>>()?;
    tables.retain(|table| !table.rows.is_empty());
    Ok(Stream { tables, is_stored: false, error: stream.error })
}

fn range(scope: &Scope<'_>, given: &Arguments) -> Result<Reading, Failure> {
    let Some(Value::Record(from)) = given.get("<-") else { return not_understood(&Value::Null) };
    let Some((_, Value::Text(bucket))) = from.first() else {
        return not_understood(&Value::Null);
    };
    let start = instant(scope, &given["start"])?;
    let stop = given.get("stop").map_or(Ok(scope.storage.now()), |stop| instant(scope, stop))?;
    Ok(Reading { bucket: bucket.clone(), start, stop })
}

/// Reads the series whose key is `wanted`.
pub(crate) fn read(
    scope: &Scope<'_>,
    reading: &Reading,
    wanted: &mut dyn FnMut(&Key) -> bool,
) -> Result<Stream, Failure> {
    scope.storage.read(reading, wanted).ok_or_else(|| no_bucket(&reading.bucket))
}

fn read_some(scope: &mut Scope<'_>, reading: &Reading, wanted: &Value) -> Result<Stream, Failure> {
    let storage = scope.storage;
    let mut failure = None;
    let stream = storage.read(reading, &mut |key| match by_key(scope, key, wanted) {
        // What the key does not tell, the rows will.
        Ok(is_wanted) => is_wanted.unwrap_or(true),
        Err(error) => {
            failure = Some(error);
            false
        }
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    let stream = stream.ok_or_else(|| no_bucket(&reading.bucket))?;
    let is_stored = stream.is_stored;
    let kept = each(stream, |table| filter(scope, table, wanted))?;
    Ok(Stream { is_stored, ..kept })
}

fn no_bucket(bucket: &str) -> Failure {
    let message = format!("failed to initialize execute state: could not find bucket \"{bucket}\"");
    Failure::Refused(404, "not found", message)
}

fn instant(scope: &Scope<'_>, value: &Value) -> Result<i64, Failure> {
    match value {
        Value::Time(time) => Ok(*time),
        Value::Duration(Duration { months: 0, days, nanos }) => {
            Ok(scope.storage.now() + days * 86_400_000_000_000 + nanos)
        }
        other => not_understood(other),
    }
}

/// The values of a tag, or of the measurement, in order.
fn names(scope: &mut Scope<'_>, given: &Arguments, tag: &str) -> Result<Stream, Failure> {
    let bucket = text(given, "bucket")?;
    let start = instant(scope, &given["start"])?;
    let reading = Reading { bucket, start, stop: scope.storage.now() };
    let mut names: Vec<_> = read(scope, &reading, &mut |_| true)?
        .tables
        .iter()
        .filter_map(|table| table.key.iter().find(|(name, _)| name == tag))
        .filter_map(
            |(_, value)| if let Value::Text(text) = value { Some(text.clone()) } else { None },
        )
        .collect();
    names.sort();
    names.dedup();
    let rows = names.into_iter().map(|name| vec![Value::Text(name)]).collect();
    let columns = vec![Column::new("_value", "string", false)];
    Ok(merged(vec![Table { columns, rows, key: Vec::new() }]))
}

fn from_rows(rows: &Value) -> Result<Table, Failure> {
    let Value::Array(rows) = rows else { return not_understood(rows) };
    let mut table = Table::default();
    for row in rows {
        let Value::Record(pairs) = row else { return not_understood(row) };
        table.columns =
            pairs.iter().map(|(name, value)| Column::new(name, kind_of(value), false)).collect();
        table.rows.push(pairs.iter().map(|(_, value)| value.clone()).collect());
    }
    Ok(table)
}

/// What a filter says of all rows with a group key, when it asks for nothing else.
fn by_key(scope: &mut Scope<'_>, key: &Key, wanted: &Value) -> Result<Option<bool>, Failure> {
    let Value::Function(function) = wanted else { return not_understood(wanted) };
    let Expr::Function(row, _, body) = &**function else { return not_understood(wanted) };
    // A tag that is not in the key is missing, and then equals nothing.
    if !body.takes_only(row, &|name| name != "_value" && name != "_time") {
        return Ok(None);
    }
    let record = Value::Record(key.clone());
    Ok(Some(scope.apply(wanted, vec![record])? == Value::Bool(true)))
}

fn filter(scope: &mut Scope<'_>, mut table: Table, wanted: &Value) -> Result<Table, Failure> {
    if table.key.iter().any(|(name, _)| name == "_field")
        && let Some(is_wanted) = by_key(scope, &table.key, wanted)?
    {
        if !is_wanted {
            table.rows.clear();
        }
        return Ok(table);
    }
    let mut kept = Vec::new();
    for row in std::mem::take(&mut table.rows) {
        if scope.apply(wanted, vec![table.record(&row)])? == Value::Bool(true) {
            kept.push(row);
        }
    }
    Ok(Table { rows: kept, ..table })
}

/// Without columns: all rows in one table. The storage, which does it itself where it can, keeps the range in the key.
fn group(stream: &Stream) -> Stream {
    let stays = |name: &str| stream.is_stored && (name == "_start" || name == "_stop");
    let regrouped = stream.tables.iter().cloned().map(|mut table| {
        table.columns.iter_mut().for_each(|column| column.in_key &= stays(&column.name));
        table.key.retain(|(name, _)| stays(name));
        table
    });
    merged(regrouped.collect())
}

fn merged(tables: Vec<Table>) -> Stream {
    let (tables, error) = merge(tables);
    Stream { tables, is_stored: false, error }
}

/// By time, each field a column of its own.
fn pivoted(stream: &Stream) -> Stream {
    let mut wide: Vec<Table> = Vec::new();
    for table in &stream.tables {
        let key: Vec<_> = table.key.iter().filter(|(name, _)| name != "_field").cloned().collect();
        let field = table.key.iter().find(|(name, _)| name == "_field");
        let (Some((_, Value::Text(field))), Some(value), Some(time)) =
            (field, table.place("_value"), table.place("_time"))
        else {
            continue;
        };
        let mut kept: Vec<_> = table.columns.iter().map(|column| column.name.clone()).collect();
        kept.retain(|name| name != "_field" && name != "_value");
        let narrow = table.keep(&kept);
        let place = wide.iter().position(|known| known.key == key).unwrap_or_else(|| {
            wide.push(Table { columns: narrow.columns.clone(), rows: Vec::new(), key });
            wide.len() - 1
        });
        let whole = &mut wide[place];
        let at = whole.place("_time").expect("a stored table has times");
        whole.columns.push(Column::new(field, table.columns[value].kind, false));
        whole.rows.iter_mut().for_each(|row| row.push(Value::Null));
        for (row, narrow) in table.rows.iter().zip(narrow.rows) {
            let found = whole
                .rows
                .binary_search_by_key(&order_of(&row[time]), |known| order_of(&known[at]));
            let n = found.unwrap_or_else(|n| {
                let mut fresh = narrow;
                fresh.resize(whole.columns.len(), Value::Null);
                whole.rows.insert(n, fresh);
                n
            });
            *whole.rows[n].last_mut().expect("a row has cells") = row[value].clone();
        }
    }
    Stream { tables: wide, is_stored: false, error: stream.error.clone() }
}

fn pick(mut table: Table, is_first: bool) -> Table {
    let row = if is_first { table.rows.first().cloned() } else { table.rows.last().cloned() };
    table.rows = row.into_iter().collect();
    table
}

fn sorted(mut table: Table, by: &[String]) -> Table {
    let places: Vec<_> = by.iter().filter_map(|name| table.place(name)).collect();
    let key =
        |row: &Vec<Value>| places.iter().map(|&place| order_of(&row[place])).collect::<Vec<_>>();
    table.rows.sort_by_key(key);
    table
}

fn order_of(value: &Value) -> (i64, String) {
    match value {
        Value::Time(number) | Value::Integer(number) => (*number, String::new()),
        Value::Text(text) => (0, text.clone()),
        _ => (0, String::new()),
    }
}

/// The group key, then the fields of the record by name.
fn reduce(scope: &mut Scope<'_>, table: &Table, given: &Arguments) -> Result<Table, Failure> {
    let mut record = given["identity"].clone();
    for row in &table.rows {
        record = scope.apply(&given["fn"], vec![table.record(row), record])?;
    }
    let Value::Record(mut fields) = record else { return not_understood(&record) };
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    let key = table.columns.iter().filter(|column| column.in_key).cloned();
    let fields_of = fields.iter().map(|(name, value)| Column::new(name, kind_of(value), false));
    let columns: Vec<_> = key.chain(fields_of).collect();
    let cell = |column: &Column| {
        let found = table.key.iter().chain(&fields).find(|(name, _)| *name == column.name);
        found.map_or(Value::Null, |(_, value)| value.clone())
    };
    let row = columns.iter().map(cell).collect();
    Ok(Table { columns, rows: vec![row], key: table.key.clone() })
}

fn aggregate_window(
    scope: &Scope<'_>,
    stream: &Stream,
    given: &Arguments,
) -> Result<Stream, Failure> {
    let Value::Duration(every) = given["every"] else { return not_understood(&given["every"]) };
    let Value::Known(function) = &given["fn"] else { return not_understood(&given["fn"]) };
    let zone = match scope.names.get("location") {
        Some(Value::Text(zone)) => zone.clone(),
        _ => "UTC".to_owned(),
    };
    let keeps_empty = given.get("createEmpty") == Some(&Value::Bool(true));
    grid::aggregate(stream, every, &zone, function, keeps_empty)
        .ok_or_else(|| Failure::NotUnderstood(format!("aggregateWindow in {zone}")))
}

pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) => "long",
        Value::Float(_) => "double",
        Value::Bool(_) => "boolean",
        Value::Time(_) => "dateTime:RFC3339",
        _ => "string",
    }
}

fn text(given: &Arguments, name: &str) -> Result<String, Failure> {
    match given.get(name) {
        Some(Value::Text(text)) => Ok(text.clone()),
        other => not_understood(other.unwrap_or(&Value::Null)),
    }
}

fn texts(given: &Arguments, name: &str) -> Result<Vec<String>, Failure> {
    let Some(Value::Array(items)) = given.get(name) else { return not_understood(&Value::Null) };
    let text = |item: &Value| {
        if let Value::Text(text) = item { Ok(text.clone()) } else { not_understood(item) }
    };
    items.iter().map(text).collect()
}
