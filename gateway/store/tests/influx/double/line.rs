//! Reads line protocol as InfluxDB 2.9 was recorded to read it, with its words for what is wrong.

use std::collections::BTreeMap;
use std::fmt;

/// One line.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) measurement: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) fields: Vec<(String, Field)>,
    pub(crate) nanos: i64,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    Float(f64),
    Integer(i64),
    Boolean(bool),
    Text(String),
}

impl Field {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Float(_) => "float",
            Self::Integer(_) => "integer",
            Self::Boolean(_) => "boolean",
            Self::Text(_) => "string",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(number) => write!(f, "{number}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::Text(text) => write!(f, "{text}"),
        }
    }
}

/// Reads `line`, whose time counts units of so many nanoseconds.
pub(crate) fn parse(line: &str, unit: i64, now: i64) -> Result<Point, String> {
    let (key, rest) = split_bare(line, ' ').unwrap_or((line, ""));
    let mut parts = split_all(key, ',', split_bare).into_iter();
    let measurement = parts.next().unwrap_or_default().to_owned();
    if measurement.is_empty() {
        return Err("missing measurement".to_owned());
    }
    let mut tags = BTreeMap::new();
    for part in parts {
        let (key, value) = split_bare(part, '=').ok_or("missing tag value")?;
        if value.is_empty() {
            return Err("missing tag value".to_owned());
        }
        if split_bare(value, '=').is_some() {
            return Err("invalid tag format".to_owned());
        }
        if key == "time" {
            return Err("cannot use reserved tag key \"time\"".to_owned());
        }
        if tags.insert(unescape(key), unescape(value)).is_some() {
            return Err("duplicate tags".to_owned());
        }
    }
    if rest.is_empty() {
        return Err("missing fields".to_owned());
    }
    let (fields, time) = split_unquoted(rest, ' ').unwrap_or((rest, ""));
    let mut read = Vec::new();
    for part in split_all(fields, ',', split_unquoted) {
        let (key, value) = part.split_once('=').ok_or("invalid field format")?;
        read.push((unescape(key), field(value)?));
    }
    let nanos = if time.is_empty() { now } else { nanos(time, unit)? };
    Ok(Point { measurement: unescape(&measurement), tags, fields: read, nanos })
}

fn field(value: &str) -> Result<Field, String> {
    match value {
        "" => return Err("missing field value".to_owned()),
        "t" | "T" | "true" | "True" | "TRUE" => return Ok(Field::Boolean(true)),
        "f" | "F" | "false" | "False" | "FALSE" => return Ok(Field::Boolean(false)),
        _ => {}
    }
    if let Some(text) = value.strip_prefix('"') {
        let text = text.strip_suffix('"').ok_or("unbalanced quotes")?;
        return Ok(Field::Text(unquoted(text)));
    }
    if let Some(integer) = value.strip_suffix('i') {
        return integer.parse().map(Field::Integer).map_err(|_| "invalid integer".to_owned());
    }
    let digits = value.strip_prefix('-').unwrap_or(value);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        let is_number = value.starts_with(['N', 'n', 'I', 'i', '-']);
        return Err(if is_number { "invalid number" } else { "invalid boolean" }.to_owned());
    }
    let number: f64 = value.parse().map_err(|_| "invalid number".to_owned())?;
    if number.is_finite() { Ok(Field::Float(number)) } else { Err("invalid float".to_owned()) }
}

fn nanos(time: &str, unit: i64) -> Result<i64, String> {
    const LARGEST: i64 = 9_223_372_036_854_775_806;
    let time: i64 = time
        .parse()
        .map_err(|_| format!("strconv.ParseInt: parsing \"{time}\": value out of range"))?;
    let nanos = time.checked_mul(unit).filter(|nanos| (-LARGEST..=LARGEST).contains(nanos));
    nanos.ok_or_else(|| format!("time outside range -{LARGEST} - {LARGEST}"))
}

/// The text before and after the first separator that no backslash stands before.
fn split_bare(text: &str, separator: char) -> Option<(&str, &str)> {
    split(text, separator, false)
}

/// The same where texts in quotes may stand.
fn split_unquoted(text: &str, separator: char) -> Option<(&str, &str)> {
    split(text, separator, true)
}

fn split(text: &str, separator: char, knows_quotes: bool) -> Option<(&str, &str)> {
    let mut characters = text.char_indices();
    let mut is_quoted = false;
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if knows_quotes && character == '"' {
            is_quoted = !is_quoted;
        } else if !is_quoted && character == separator {
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    None
}

fn split_all(
    text: &str,
    separator: char,
    split: fn(&str, char) -> Option<(&str, &str)>,
) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((part, after)) = split(rest, separator) {
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// A text without the backslashes before its quotes and backslashes.
fn unquoted(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some('"' | '\\') if character == '\\' => plain.extend(characters.next()),
            _ => plain.push(character),
        }
    }
    plain
}

fn unescape(text: &str) -> String {
    text.replace(r"\ ", " ").replace(r"\,", ",").replace(r"\=", "=")
}
