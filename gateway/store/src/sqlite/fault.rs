//! Errors of SQLite and of the file system as errors of the store.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::ports::StoreError;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if is_misread(&error) {
            return Self::Damaged { what: error.to_string() };
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { what: error.to_string() },
            // A value too large, a broken constraint, a query that is wrong: the same again fails again.
            Some(
                ErrorCode::ConstraintViolation
                | ErrorCode::TooBig
                | ErrorCode::TypeMismatch
                | ErrorCode::ParameterOutOfRange
                | ErrorCode::ApiMisuse,
            )
            | None => Self::Refused(error.into()),
            // A full or failing disk, a lock, a lack of memory or of rights: these pass, or a person mends them.
            Some(_) => Self::Unavailable(error.into()),
        }
    }
}

/// Whether a value has another type or size than was written: then its bytes are not those that were written.
const fn is_misread(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

/// Error of the file system, with the folder or file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} {path}", path = path.display())]
pub(super) struct FileFault {
    doing: &'static str,
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// Makes a [`StoreError::Unavailable`] of an error of the file system, naming the file.
pub(super) fn file_fault(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::Unavailable(FileFault { doing, path: path.into(), source }.into())
}

/// Makes an error of the store of one that occurred while `path` was opened.
pub(super) fn open_fault(path: &Path) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::Foreign { path: path.display().to_string() },
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            file_fault("open", path)(io::Error::other(error))
        }
        _ => error.into(),
    }
}
