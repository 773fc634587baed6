//! Results as annotated CSV, in the form that was recorded.

use jiff::Timestamp;

use super::evaluate::{Answered, Value};
use super::tables::Table;

/// Writes results down; with annotations, or with column names only.
pub(crate) fn write(results: &Answered, annotated: bool) -> String {
    let mut blocks = Vec::new();
    for (name, stream) in results {
        let mut shown: Option<&Table> = None;
        for (number, table) in stream.tables.iter().enumerate() {
            if shown.is_none_or(|shown| shown.columns != table.columns) {
                blocks.push(head(name, table, annotated));
                shown = Some(table);
            }
            let block = blocks.last_mut().expect("a head was pushed");
            let result = if annotated { "" } else { name };
            for row in &table.rows {
                *block += &format!(",{result},{number}");
                for cell in row {
                    *block += ",";
                    *block += &quoted(&text(cell));
                }
                *block += "\r\n";
            }
        }
    }
    let body: String = blocks.iter().map(|block| format!("{block}\r\n")).collect();
    let error = results.iter().find_map(|(_, stream)| stream.error.as_ref());
    match error {
        Some(error) => body + &error_table(error),
        None if body.is_empty() => "\r\n".to_owned(),
        None => body,
    }
}

/// What ends an answer that cannot go on.
pub(crate) fn error_table(error: &str) -> String {
    let error = quoted(error);
    format!(
        "#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,{error},\r\n"
    )
}

fn head(name: &str, table: &Table, annotated: bool) -> String {
    let line = |first: &str, cells: Vec<String>| format!("{first},{}\r\n", cells.join(","));
    let mut kinds = vec!["string".to_owned(), "long".to_owned()];
    let mut groups = vec!["false".to_owned(), "false".to_owned()];
    let mut defaults = vec![name.to_owned(), String::new()];
    let mut names = vec!["result".to_owned(), "table".to_owned()];
    for column in &table.columns {
        kinds.push(column.kind.to_owned());
        groups.push(column.in_key.to_string());
        defaults.push(String::new());
        names.push(quoted(&column.name));
    }
    let annotations = if annotated {
        line("#datatype", kinds) + &line("#group", groups) + &line("#default", defaults)
    } else {
        String::new()
    };
    annotations + &line("", names)
}

fn text(cell: &Value) -> String {
    match cell {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        // Without an exponent, however many digits that takes.
        Value::Float(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Time(nanos) => Timestamp::from_nanosecond(i128::from(*nanos))
            .expect("64 bits of nanoseconds")
            .to_string(),
        _ => String::new(),
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
