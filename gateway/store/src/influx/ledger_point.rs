//! An entry of the ledger as a point: what it says as JSON, under its number.
//!
//! ```text
//! ledger,site=dreux,id=7 entry="{\"id\":7,\"author\":\"marie\",\"deed\":\"undo\",…}" 1795442587250
//! ```
//!
//! So that figures are the same wherever they are read: what people corrected is part of them.

use domain::audit::{Entry, EntryId};

use super::answer::{AnswerError, Row};

/// The measurement of all entries.
pub(super) const MEASUREMENT: &str = "ledger";
/// The tag with the number of an entry.
pub(super) const ID: &str = "id";
/// The field of what an entry says.
pub(super) const ENTRY: &str = "entry";

/// What the field says, with the escapes of a text in line protocol.
pub(super) fn text(entry: &Entry) -> Option<String> {
    // JSON has no control characters of its own, and spells those of its texts.
    let json = serde_json::to_string(entry).ok()?;
    Some(json.replace('\\', r"\\").replace('"', r#"\""#))
}

/// The entry of a row; nothing where somebody else wrote it.
///
/// # Errors
/// When it says what this build does not know.
pub(super) fn entry(row: &Row<'_>) -> Result<Option<(EntryId, Entry)>, AnswerError> {
    let Some(id) = row.text(ID).and_then(|id| id.parse().ok()) else { return Ok(None) };
    let said = row.text("_value").unwrap_or_default();
    let entry: Entry = serde_json::from_str(said)
        .map_err(|error| AnswerError::Malformed(format!("entry {id} of the ledger: {error}")))?;
    Ok(Some((EntryId(id), entry)))
}
