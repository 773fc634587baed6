//! Tables as they flow through a query.

use super::evaluate::Value;

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// As annotated CSV names it; nothing before the first row.
    pub(crate) kind: &'static str,
    /// Whether it is in the group key: all rows have one value.
    pub(crate) in_key: bool,
}

/// A group key, so that it is known without rows.
pub(crate) type Key = Vec<(String, Value)>;

/// Rows with the same group key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) key: Key,
}

/// Tables, perhaps with an error behind them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Stream {
    pub(crate) tables: Vec<Table>,
    /// Whether nothing but `range` and `filter` has touched what the storage gave.
    pub(crate) is_stored: bool,
    pub(crate) error: Option<String>,
}

impl Column {
    pub(crate) fn new(name: &str, kind: &'static str, in_key: bool) -> Self {
        Self { name: name.to_owned(), kind, in_key }
    }
}

impl Table {
    pub(crate) fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known.name == column)
    }

    pub(crate) fn record(&self, row: &[Value]) -> Value {
        let names = self.columns.iter().map(|column| column.name.clone());
        Value::Record(names.zip(row.iter().cloned()).collect())
    }

    /// Keeps the columns of `kept`, in the order of the table.
    pub(crate) fn keep(&self, kept: &[String]) -> Self {
        let places: Vec<_> =
            (0..self.columns.len()).filter(|&n| kept.contains(&self.columns[n].name)).collect();
        Self {
            columns: places.iter().map(|&n| self.columns[n].clone()).collect(),
            rows: self
                .rows
                .iter()
                .map(|row| places.iter().map(|&n| row[n].clone()).collect())
                .collect(),
            key: self.key.iter().filter(|(name, _)| kept.contains(name)).cloned().collect(),
        }
    }
}

/// Joins tables with the same key; an error where columns of one name differ in type.
pub(crate) fn merge(tables: Vec<Table>) -> (Vec<Table>, Option<String>) {
    let mut merged: Vec<Table> = Vec::new();
    for table in tables {
        let Some(known) = merged.iter_mut().find(|known| known.key == table.key) else {
            merged.push(table);
            continue;
        };
        for column in &table.columns {
            match known.place(&column.name) {
                Some(place) if known.columns[place].kind != column.kind => {
                    let first = name_of(known.columns[place].kind);
                    let message = format!(
                        "schema collision: cannot group {first} and {} types together",
                        name_of(column.kind)
                    );
                    return (merged, Some(message));
                }
                Some(_) => {}
                None => {
                    known.columns.push(column.clone());
                    known.rows.iter_mut().for_each(|row| row.push(Value::Null));
                }
            }
        }
        for row in &table.rows {
            let cell = |column: &Column| {
                table.place(&column.name).map_or(Value::Null, |place| row[place].clone())
            };
            let joined = known.columns.iter().map(cell).collect();
            known.rows.push(joined);
        }
    }
    (merged, None)
}

fn name_of(kind: &str) -> &str {
    match kind {
        "double" => "float",
        "long" => "int",
        other => other,
    }
}
