//! Windows of time, also by the days and months of a time zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::evaluate::Value;
use super::syntax::Duration;
use super::tables::{Column, Stream, Table};

/// Cuts each table at fixed borders since 1970; the window becomes the group key.
pub(crate) fn window(stream: &Stream, every: Duration) -> Stream {
    let mut tables = Vec::new();
    for table in &stream.tables {
        let time = table.place("_time").expect("a stored table has times");
        for row in &table.rows {
            let Value::Time(at) = row[time] else { continue };
            let start = at.div_euclid(every.nanos) * every.nanos;
            let window = [("_start", start), ("_stop", start + every.nanos)];
            let mut row = row.clone();
            let mut key = table.key.clone();
            for (name, time) in window {
                row[table.place(name).expect("a stored table has a range")] = Value::Time(time);
                key.iter_mut()
                    .filter(|(known, _)| known == name)
                    .for_each(|(_, value)| *value = Value::Time(time));
            }
            match tables.last_mut() {
                Some(Table { key: last, rows, .. }) if *last == key => rows.push(row),
                _ => tables.push(Table { columns: table.columns.clone(), rows: vec![row], key }),
            }
        }
    }
    Stream { tables, is_stored: false, error: stream.error.clone() }
}

/// Counts or adds up by civil days or months; the start of a window is its time. Nothing for what is not understood.
pub(crate) fn aggregate(
    stream: &Stream,
    every: Duration,
    zone: &str,
    function: &str,
    keeps_empty: bool,
) -> Option<Stream> {
    let zone = TimeZone::get(zone).ok()?;
    let mut tables = Vec::new();
    for table in &stream.tables {
        let (time, value) = (table.place("_time")?, table.place("_value")?);
        let range = |name: &str| match table.rows.first()?[table.place(name)?] {
            Value::Time(time) => Some(time),
            _ => None,
        };
        let (start, stop) = (range("_start")?, range("_stop")?);
        let mut rows = Vec::new();
        for border in borders(start, stop, every, &zone)?.windows(2) {
            let inside = |row: &&Vec<Value>| matches!(row[time], Value::Time(at) if border[0] <= at && at < border[1]);
            let numbers: Vec<f64> =
                table.rows.iter().filter(inside).filter_map(|row| number(&row[value])).collect();
            if numbers.is_empty() && !keeps_empty {
                continue;
            }
            let result = match function {
                "count" => Value::Integer(i64::try_from(numbers.len()).ok()?),
                "sum" if numbers.is_empty() => Value::Null,
                "sum" => Value::Float(numbers.iter().sum()),
                _ => return None,
            };
            let mut row =
                vec![Value::Time(start), Value::Time(stop), Value::Time(border[0].max(start))];
            row.extend(
                table
                    .key
                    .iter()
                    .filter(|(name, _)| !name.starts_with("_st"))
                    .map(|(_, value)| value.clone()),
            );
            row.push(result);
            rows.push(row);
        }
        let mut columns: Vec<_> = [("_start", true), ("_stop", true), ("_time", false)]
            .map(|(name, in_key)| Column::new(name, "dateTime:RFC3339", in_key))
            .into();
        let tags = table.key.iter().filter(|(name, _)| !name.starts_with("_st"));
        columns.extend(tags.map(|(name, _)| Column::new(name, "string", true)));
        columns.push(Column::new(
            "_value",
            if function == "count" { "long" } else { "double" },
            false,
        ));
        tables.push(Table { columns, rows, key: table.key.clone() });
    }
    Some(Stream { tables, is_stored: false, error: stream.error.clone() })
}

/// Where windows begin and end, from the one that holds `start` to the one that ends at or after `stop`.
fn borders(start: i64, stop: i64, every: Duration, zone: &TimeZone) -> Option<Vec<i64>> {
    let first = zone.to_datetime(Timestamp::from_nanosecond(i128::from(start)).ok()?).date();
    let pace = Span::new().try_months(every.months).ok()?.try_days(every.days).ok()?;
    let mut date: Date = if every.months > 0 { first.first_of_month() } else { first };
    let mut borders = Vec::new();
    loop {
        let midnight = zone.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_nanosecond();
        borders.push(i64::try_from(midnight).ok()?);
        if *borders.last()? >= stop {
            return Some(borders);
        }
        date = date.checked_add(pace).ok()?;
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "small whole numbers in tests")]
        Value::Integer(number) => Some(*number as f64),
        _ => None,
    }
}
