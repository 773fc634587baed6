//! Inventory of a database: every table in chunks of consecutive rows, each with a digest of every byte of it.
//!
//! Where a chunk ends follows from the key of its last row alone. So rows that are added or taken out change the
//! chunks they are in and no others, and two databases with the same rows have the same inventory.

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::fault::BackupError;
use super::tables::{self, Table};

/// A key ends a chunk when its hash has these bits clear: one in 64 does.
const BORDER: u64 = 0x3f;
/// Number of rows between two checks whether to go on.
const ASK_EVERY: u64 = 512;

/// Inventory of a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Inventory {
    /// A digest of the statements that make its tables, and of its versions.
    pub(super) schema: String,
    /// Its tables.
    pub(super) tables: Vec<TableInventory>,
}

/// Inventory of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableInventory {
    /// Its name.
    pub(super) name: String,
    /// Its rows. Together the chunks cover every key there could be.
    pub(super) chunks: Vec<Chunk>,
}

/// Consecutive rows: those after the last key of the chunk before, up to and with this one's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chunk {
    /// Its last key; the last chunk has no end.
    pub(super) upto: Option<Vec<KeyPart>>,
    /// How many rows.
    pub(super) rows: u64,
    /// How many bytes of values they hold.
    pub(super) bytes: u64,
    /// The digest of all of them.
    pub(super) digest: String,
}

/// A column of a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum KeyPart {
    /// A whole number.
    Whole(i64),
    /// A text.
    Text(String),
}

impl rusqlite::ToSql for KeyPart {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Whole(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

/// Check whether to go on; an error stops the work.
pub(super) type GoOn<'a> = &'a dyn Fn() -> Result<(), BackupError>;

/// Lists what the database holds, as one state of it when the caller has begun a transaction. `see` is given each row.
pub(super) fn take(
    connection: &Connection,
    go_on: GoOn<'_>,
    mut see: impl FnMut(&Table, &Row<'_>) -> Result<(), BackupError>,
) -> Result<Inventory, BackupError> {
    let mut found = Vec::new();
    for table in tables::all(connection)? {
        let chunks = of_table(connection, &table, go_on, &mut see)?;
        found.push(TableInventory { name: table.name, chunks });
    }
    let schema = tables::schema(connection)?;
    Ok(Inventory { schema: digest_of(schema.as_bytes()), tables: found })
}

impl Inventory {
    /// How many rows there are.
    pub(super) fn rows(&self) -> u64 {
        self.chunks().map(|chunk| chunk.rows).sum()
    }

    /// How many bytes of values.
    pub(super) fn bytes(&self) -> u64 {
        self.chunks().map(|chunk| chunk.bytes).sum()
    }

    /// Where another one begins to differ, in words; `None` when it does not.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        if self.schema != other.schema {
            return Some("its tables are built differently".to_owned());
        }
        if self.tables.len() != other.tables.len() {
            return Some("it has other tables".to_owned());
        }
        self.tables.iter().zip(&other.tables).find_map(|(ours, theirs)| {
            let name = &ours.name;
            if ours.name != theirs.name {
                return Some(format!("it lacks the table {name}"));
            }
            let differing =
                ours.chunks.iter().filter(|chunk| !theirs.chunks.contains(chunk)).count();
            if differing == 0 && ours.chunks.len() == theirs.chunks.len() {
                return None;
            }
            let all = ours.chunks.len();
            Some(format!("{differing} of {all} parts of the table {name} are not the same"))
        })
    }

    fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        self.tables.iter().flat_map(|table| &table.chunks)
    }
}

fn of_table(
    connection: &Connection,
    table: &Table,
    go_on: GoOn<'_>,
    see: &mut impl FnMut(&Table, &Row<'_>) -> Result<(), BackupError>,
) -> Result<Vec<Chunk>, BackupError> {
    let mut statement = connection.prepare(&table.select(false, false))?;
    let mut rows = statement.query([])?;
    let (mut chunks, mut open, mut seen) = (Vec::new(), Open::default(), 0_u64);
    while let Some(row) = rows.next()? {
        if seen.is_multiple_of(ASK_EVERY) {
            go_on()?;
        }
        seen += 1;
        see(table, row)?;
        let key_hash = open.add(table, row)?;
        if key_hash & BORDER == 0 {
            chunks.push(std::mem::take(&mut open).close(Some(key(table, row)?)));
        }
    }
    chunks.push(open.close(None));
    Ok(chunks)
}

/// A chunk to which rows are still added.
#[derive(Default)]
struct Open {
    digest: Xxh3,
    rows: u64,
    bytes: u64,
    row: Vec<u8>,
}

impl Open {
    /// Adds a row and gives the hash of its key.
    fn add(&mut self, table: &Table, row: &Row<'_>) -> Result<u64, BackupError> {
        self.row.clear();
        let mut key_ends = 0;
        for column in 0..table.width() {
            write(&mut self.row, row.get_ref(column)?);
            if column + 1 == table.key {
                key_ends = self.row.len();
            }
        }
        self.digest.update(&self.row);
        self.rows += 1;
        self.bytes += self.row.len() as u64;
        Ok(xxh3_64(&self.row[..key_ends]))
    }

    fn close(self, upto: Option<Vec<KeyPart>>) -> Chunk {
        let digest = format!("{:032x}", self.digest.digest128());
        Chunk { upto, rows: self.rows, bytes: self.bytes, digest }
    }
}

/// Each value with its type and length, so that no two rows are written alike.
fn write(row: &mut Vec<u8>, value: ValueRef<'_>) {
    let mut with = |kind: u8, bytes: &[u8]| {
        row.push(kind);
        row.extend((bytes.len() as u64).to_le_bytes());
        row.extend(bytes);
    };
    match value {
        ValueRef::Null => with(0, &[]),
        ValueRef::Integer(number) => with(1, &number.to_le_bytes()),
        ValueRef::Real(number) => with(2, &number.to_bits().to_le_bytes()),
        ValueRef::Text(text) => with(3, text),
        ValueRef::Blob(blob) => with(4, blob),
    }
}

fn key(table: &Table, row: &Row<'_>) -> Result<Vec<KeyPart>, BackupError> {
    let part = |column| match row.get_ref(column)? {
        ValueRef::Integer(number) => Ok(KeyPart::Whole(number)),
        ValueRef::Text(text) => Ok(KeyPart::Text(String::from_utf8_lossy(text).into_owned())),
        other => Err(BackupError::Unsupported {
            what: format!("a key of the table {} of type {}", table.name, other.data_type()),
        }),
    };
    (0..table.key).map(part).collect()
}

fn digest_of(bytes: &[u8]) -> String {
    let mut digest = Xxh3::default();
    digest.update(bytes);
    format!("{:032x}", digest.digest128())
}
