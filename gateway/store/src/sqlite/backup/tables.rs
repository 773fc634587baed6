//! The tables of a database, read from the database itself.

use rusqlite::Connection;

use crate::ports::StoreError;

/// A table as far as copying it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// Its name.
    pub(super) name: String,
    /// The columns that are stored, the key's first.
    columns: Vec<String>,
    /// How many of them are the key.
    pub(super) key: usize,
}

impl Table {
    /// Selects all columns in the order of the key, within the bounds that the caller adds as parameters: first the
    /// key to begin after, then the key to end with.
    pub(super) fn select(&self, after: bool, upto: bool) -> String {
        let key = self.columns[..self.key].join(", ");
        let mut bounds = Vec::new();
        if after {
            bounds.push(format!("({key}) > ({})", marks(1, self.key)));
        }
        if upto {
            let first = if after { self.key + 1 } else { 1 };
            bounds.push(format!("({key}) <= ({})", marks(first, self.key)));
        }
        let bounds = if bounds.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", bounds.join(" AND "))
        };
        format!(
            "SELECT {} FROM {}{bounds} ORDER BY {key}",
            self.columns.join(", "),
            quoted(&self.name)
        )
    }

    /// Deletes what [`Table::select`] with the same bounds would give.
    pub(super) fn delete(&self, after: bool, upto: bool) -> String {
        let select = self.select(after, upto);
        let from = select.find(" FROM ").expect("it selects from a table");
        let order = select.rfind(" ORDER BY ").expect("it has an order");
        format!("DELETE{}", &select[from..order])
    }

    /// Inserts a row of all columns.
    pub(super) fn insert(&self) -> String {
        let count = self.columns.len();
        let (table, columns) = (quoted(&self.name), self.columns.join(", "));
        format!("INSERT INTO {table}({columns}) VALUES ({})", marks(1, count))
    }

    /// How many columns a row has.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }
}

/// All that is to be copied. SQLite's own table of highest ids comes last, since inserting rows changes it.
pub(super) fn all(connection: &Connection) -> Result<Vec<Table>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT name, wr FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND (name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR name = 'sqlite_sequence')
         ORDER BY name = 'sqlite_sequence', name",
    )?;
    let names = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let names: Vec<(String, bool)> = names.collect::<Result<_, _>>()?;
    names.into_iter().map(|(name, keyed)| read(connection, name, keyed)).collect()
}

/// Everything that says how a database is built, in one text: versions, tables, indices.
pub(super) fn schema(connection: &Connection) -> Result<String, StoreError> {
    let mut text = header(connection)?;
    for statement in statements(connection, true)?.into_iter().chain(statements(connection, false)?)
    {
        text.push('\n');
        text.push_str(&statement);
    }
    Ok(text)
}

/// Whose file it is and which schema it has, as statements that make another file the same.
pub(super) fn header(connection: &Connection) -> Result<String, StoreError> {
    let number = |name: &str| {
        connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))
    };
    let (owner, version) = (number("application_id")?, number("user_version")?);
    Ok(format!("PRAGMA application_id = {owner};\nPRAGMA user_version = {version};"))
}

/// The statements that make the tables, or what stands on them.
pub(super) fn statements(connection: &Connection, tables: bool) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT sql || ';' FROM sqlite_master
         WHERE sql IS NOT NULL AND (type = 'table') = ?1 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
    )?;
    let statements = statement.query_map([tables], |row| row.get(0))?;
    Ok(statements.collect::<Result<_, _>>()?)
}

fn read(connection: &Connection, name: String, keyed: bool) -> Result<Table, StoreError> {
    // Generated columns are hidden, and follow from the others.
    let mut statement = connection.prepare(
        "SELECT name, pk, type = 'INTEGER' FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid",
    )?;
    let columns =
        statement.query_map([&name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let columns: Vec<(String, u16, bool)> = columns.collect::<Result<_, _>>()?;
    let mut key: Vec<_> = columns.iter().filter(|(_, place, _)| *place > 0).collect();
    key.sort_by_key(|(_, place, _)| *place);
    let is_row_number = key.len() == 1 && key[0].2;
    let key: Vec<String> = if keyed || is_row_number {
        key.iter().map(|(column, ..)| quoted(column)).collect()
    } else {
        vec!["rowid".to_owned()]
    };
    let others = columns.iter().map(|(column, ..)| quoted(column));
    let others: Vec<String> = others.filter(|column| !key.contains(column)).collect();
    Ok(Table { name, key: key.len(), columns: [key, others].concat() })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn marks(first: usize, count: usize) -> String {
    let marks: Vec<String> = (first..first + count).map(|place| format!("?{place}")).collect();
    marks.join(", ")
}
