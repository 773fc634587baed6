//! An entry of the audit log as a point: its JSON under its number.
//!
//! ```text
//! ledger,site=dreux,id=7 entry="{\"id\":7,\"author\":\"marie\",\"deed\":\"undo\",…}" 1795442587250
//! ```
//!
//! Corrections are part of every figure, so figures are the same wherever they are read.

use domain::audit::{Entry, EntryId};

use super::answer::{AnswerError, Row};

/// The measurement of all entries.
pub(super) const MEASUREMENT: &str = "ledger";
/// The tag with the number of an entry.
pub(super) const ID: &str = "id";
/// The field with the JSON of an entry.
pub(super) const ENTRY: &str = "entry";

/// Text of the field, with the escapes of a text in line protocol.
pub(super) fn text(entry: &Entry) -> Option<String> {
    // JSON has no control characters of its own, and spells those of its texts.
    let json = serde_json::to_string(entry).ok()?;
    Some(json.replace('\\', r"\\").replace('"', r#"\""#))
}

/// The entry of a row; `None` for a row that this program did not write.
///
/// # Errors
/// When this build does not understand its JSON.
pub(super) fn entry(row: &Row<'_>) -> Result<Option<(EntryId, Entry)>, AnswerError> {
    let Some(id) = row.text(ID).and_then(|id| id.parse().ok()) else { return Ok(None) };
    let json = row.text("_value").unwrap_or_default();
    let entry: Entry = serde_json::from_str(json)
        .map_err(|error| AnswerError::Malformed(format!("entry {id} of the ledger: {error}")))?;
    Ok(Some((EntryId(id), entry)))
}
